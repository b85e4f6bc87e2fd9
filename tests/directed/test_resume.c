/* Resumption that goes wrong, in each way of docs/spec.md, 5.1, step 7, and is taken up again. */
#include "tests/support/directed.h"

int main(void)
{
    const char *const families[] = {"chain", "link", "depth", NULL};
    return run_families(families);
}
