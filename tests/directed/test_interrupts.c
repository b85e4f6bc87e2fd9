/* Interrupts, WFI and SKIP, and the devices by their maps (docs/spec.md, 5.1 step 9, 10.1, 10.5, 10.6, 10.9). */
#include "tests/support/directed.h"

int main(void)
{
    const char *const families[] = {"interrupt", "device", "window", NULL};
    return run_families(families);
}
