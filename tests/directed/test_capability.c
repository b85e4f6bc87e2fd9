/* Capabilities: what is denied, to whom the VM-fault goes, and what is an illegal instruction
 * (docs/spec.md, 5 and 10.5). */
#include "tests/support/directed.h"

int main(void)
{
    const char *const families[] = {"capability", NULL};
    return run_families(families);
}
