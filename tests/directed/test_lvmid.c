/* LVMID refused by its monitor's own tables, and taken up again (docs/spec.md, 10.4). */
#include "tests/support/directed.h"

int main(void)
{
    const char *const families[] = {"lvmid", "lacking", NULL};
    return run_families(families);
}
