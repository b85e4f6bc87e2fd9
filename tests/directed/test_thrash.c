/* VMs that use more pages than the associator holds (docs/spec.md, 7): their results. */
#include "tests/support/directed.h"

int main(void)
{
    const char *const families[] = {"thrash", NULL};
    return run_families(families);
}
