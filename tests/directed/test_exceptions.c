/* Exceptions inside a VM are its own affair, at every level (docs/spec.md, 1 and 10.1). */
#include "tests/support/directed.h"

int main(void)
{
    const char *const families[] = {"exception", "phi", NULL};
    return run_families(families);
}
