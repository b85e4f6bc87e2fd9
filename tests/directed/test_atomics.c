/* LR, SC and AMO within a level and across VM-faults (docs/spec.md, 2 and 10.1). */
#include "tests/support/directed.h"

int main(void)
{
    const char *const families[] = {"atomic", NULL};
    return run_families(families);
}
