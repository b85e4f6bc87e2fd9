/* VM-faults of the program's accesses and of LVMID's own: receiver, fault record, VMID after, and resumption
 * by one LVMID (docs/spec.md, 5.2 and 5.3). */
#include "tests/support/directed.h"

int main(void)
{
    const char *const families[] = {"mapping", "rights", "implicit", NULL};
    return run_families(families);
}
