/* A monitor without a fence can hurt only its own VMs, and a fence touches only them (docs/spec.md, 7). */
#include "tests/support/directed.h"

int main(void)
{
    const char *const families[] = {"fence", NULL};
    return run_families(families);
}
