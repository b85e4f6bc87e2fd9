/* CSRs, processor maps, counters and the state after reset (docs/spec.md, 2, 4, 6, 10.1). */
#include "tests/support/directed.h"

int main(void)
{
    const char *const families[] = {"csr", "reset", NULL};
    return run_families(families);
}
