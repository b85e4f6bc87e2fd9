/* What is committed and could be made again is fresh: rtl/, the tables of docs/spec.md, and the block diagram as text;
 * its picture differs by Graphviz's version. */
#include "rtlgen/rtlgen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>

/* Run a command; a failure shows what it printed. */
static void run(const char *command)
{
    char output[4000];
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t length = fread(output, 1, sizeof output - 1, pipe);
    output[length] = '\0';
    while (fgetc(pipe) != EOF)
        continue;
    if (pclose(pipe) != 0)
        fail_msg("%s\n%s", command, output);
}

static void check_preset(const char *name)
{
    struct hv_config config;
    struct hv_error error;
    char directory[] = "/tmp/nestor-rtl-XXXXXX", out[64], command[256];
    const struct rtlgen_options options = {.core_only = false};
    assert_non_null(mkdtemp(directory));
    snprintf(out, sizeof out, "%s/%s", directory, name);
    assert_int_equal(hv_config_read(&config, name, &error), 0);
    if (rtlgen_generate(&config, &options, out, &error))
        fail_msg("%s", error.text);
    snprintf(command, sizeof command, "diff -r rtl/%s %s 2>&1 && echo same", name, out);
    run(command);
    snprintf(command, sizeof command, "rm -r %s", directory);
    run(command);
}

static void test_rtl(void **state)
{
    (void)state;
    check_preset("small");
    check_preset("default");
    check_preset("plain");
}

static void test_spec_tables(void **state)
{
    (void)state;
    run("build/isa-print docs > build/spec.tables && sed '1,/^<!-- tables:/d' docs/spec.md | diff - build/spec.tables");
}

static void test_diagram(void **state)
{
    (void)state;
    struct hv_config config;
    struct hv_error error;
    FILE *out = fopen("build/units.dot", "w");
    assert_non_null(out);
    assert_int_equal(hv_config_read(&config, "default", &error), 0);
    if (rtlgen_diagram(&config, &(struct rtlgen_options){0}, out, &error))
        fail_msg("%s", error.text);
    assert_int_equal(fclose(out), 0);
    run("diff docs/pictures/units.dot build/units.dot");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rtl),
        cmocka_unit_test(test_spec_tables),
        cmocka_unit_test(test_diagram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
