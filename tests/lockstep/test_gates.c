/* The core at gate level: Yosys's netlist for the iCE40 in lockstep with the model. The netlist runs with sim/lut.v
 * under Verilator, and with all the cells as Yosys ships them, and with unknown values, under Icarus; and one wrong
 * bit in one of its thousands of tables is noticed. */
#include "sim/files.h"
#include "sim/simulator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>

/* Icarus is slow: as many records as it does in some seconds. */
enum { ICARUS_RECORDS = 1000 };

static struct hv_config config;
static struct hv_world world;
static struct hv_simulator *gates;
static char *folder; /* the netlist with its cells */

static void check(int status, const struct hv_error *error)
{
    if (status)
        fail_msg("%s", error->text);
}

static struct hv_lockstep_result run(struct hv_simulator *simulator, uint64_t records, unsigned wait_percent)
{
    struct hv_error error;
    struct hv_lockstep_result result;
    const struct hv_image image = {.segments = world.segments, .count = world.count};
    const struct hv_lockstep_options options = {.max_commits = records, .wait_percent = wait_percent, .seed = 1};
    check(hv_lockstep_run(simulator, &image, &options, &result, &error), &error);
    return result;
}

static void expect_end(struct hv_lockstep_result result, enum hv_lockstep_end end)
{
    if (result.end != end || result.exit_code)
        fail_msg("end %u, exit code %u\n%s", result.end, result.exit_code, result.report ? result.report : "");
    hv_lockstep_result_free(&result);
}

/* ---- The netlist as files ---- */

static char *read_text(const char *directory, const char *name)
{
    struct hv_error error;
    size_t length;
    char *path = hv_text("%s/%s", directory, name);
    char *text = (char *)hv_file_read(path, &length, &error);
    free(path);
    if (!text)
        fail_msg("%s", error.text);
    return text;
}

static void write_text(const char *name, const char *text)
{
    struct hv_error error;
    char *path = hv_text("%s/%s", folder, name);
    check(hv_file_write(path, text, strlen(text), &error), &error);
    free(path);
}

static void copy_netlist(void)
{
    struct hv_error error;
    size_t count;
    const char *from = hv_simulator_verilog(gates);
    char **names = hv_directory_list(from, ".v", &count, &error);
    check(names ? 0 : -1, &error);
    for (size_t i = 0; i < count; i++) {
        char *text = read_text(from, names[i]);
        write_text(names[i], text);
        free(text);
    }
    hv_names_free(names, count);
    char *cells = read_text(from, "../cells.v");
    char *text = hv_text("`define NO_ICE40_DEFAULT_ASSIGNMENTS\n%s", cells); /* they are not Verilog-2005 */
    write_text("cells.v", text);
    free(text);
    free(cells);
}

/* Clear the lowest bit that is set in the table of the logic cell that drives rvfi_hv_bus_write: with as many inputs 0
 * as can be when there is a write. */
static void flip_bit(void)
{
    static const char before[] = ".LUT_INIT(16'h";
    char *text = read_text(folder, "nestor_core.v"), *table = NULL;
    const char *output = strstr(text, ".O(rvfi_hv_bus_write)");
    for (char *next = text; output && (next = strstr(next, before)) && next < output; next += strlen(before))
        table = next + strlen(before);
    if (!table)
        fail_msg("nestor_core.v: found no logic cell that drives rvfi_hv_bus_write");
    const unsigned long bits = strtoul(table, NULL, 16);
    char *flipped = hv_text("%04lx", bits & (bits - 1));
    memcpy(table, flipped, 4);
    write_text("nestor_core.v", text);
    free(flipped);
    free(text);
}

/* ---- The tests ---- */

static void test_lockstep(void **state)
{
    (void)state;
    expect_end(run(gates, 0, 0), HV_LOCKSTEP_FINISHED);
    expect_end(run(gates, 0, 30), HV_LOCKSTEP_FINISHED);
}

static struct hv_lockstep_result run_icarus(void)
{
    struct hv_error error;
    const struct hv_simulator_options options = {.kind = HV_SIM_ICARUS, .rtl = folder};
    struct hv_simulator *icarus = hv_simulator_open(&config, &options, &error);
    check(icarus ? 0 : -1, &error);
    const struct hv_lockstep_result result = run(icarus, ICARUS_RECORDS, 0);
    hv_simulator_close(icarus);
    return result;
}

static void test_shipped_cells(void **state)
{
    (void)state;
    copy_netlist();
    expect_end(run_icarus(), HV_LOCKSTEP_LIMIT);
}

static void test_flipped_bit(void **state)
{
    (void)state;
    copy_netlist();
    flip_bit();
    struct hv_lockstep_result result = run_icarus();
    assert_int_equal(result.end, HV_LOCKSTEP_MISMATCH);
    assert_int_equal(result.difference, HV_DIFFERENCE_WRITE);
    hv_lockstep_result_free(&result);
}

static int set_up(void **state)
{
    (void)state;
    struct hv_error error;
    const struct hv_world_options world_options = {.depth = 2};
    const struct hv_simulator_options options = {.kind = HV_SIM_GATES};
    const char *base = getenv("TMPDIR");
    folder = hv_text("%s/nestor-gates-XXXXXX", base && *base ? base : "/tmp");
    if (!folder || !mkdtemp(folder))
        return -1;
    if (hv_config_read(&config, "small", &error) ||
        hv_world_build(&world, &config, "build/software/hello.elf", &world_options, &error) ||
        !(gates = hv_simulator_open(&config, &options, &error))) {
        print_error("%s\n", error.text);
        return -1;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hv_simulator_close(gates);
    hv_world_free(&world);
    hv_directory_remove(folder);
    free(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lockstep),
        cmocka_unit_test(test_shipped_cells),
        cmocka_unit_test(test_flipped_bit),
    };
    return cmocka_run_group_tests_name("gates", tests, set_up, tear_down);
}
