/* The first golden test: the paper's Table II, by model and RTL, on both simulators (docs/spec.md, 9). */
#include "sim/table2.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>

static void check(enum hv_simulator_kind kind)
{
    struct hv_error error;
    struct table2_count count;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    int status = table2_run("build/software/table2.elf", kind, out, &count, &error);
    fclose(out);
    if (status)
        fail_msg("%s", error.text);
    if (count.passed != TABLE2_LINES || count.failed)
        fail_msg("%s", text);
    free(text);
}

static void test_verilator(void **state)
{
    (void)state;
    check(HV_SIM_VERILATOR);
}

static void test_icarus(void **state)
{
    (void)state;
    check(HV_SIM_ICARUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verilator),
        cmocka_unit_test(test_icarus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
