/* Waveforms: the save file names only signals that the waveform has, and shows first what differs; states,
 * instructions, VMIDs and causes have names. Run under Icarus, which is built fast. */
#include "rtlgen/rtlgen.h"
#include "sim/files.h"
#include "sim/fst.h"
#include "sim/wave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// cmocka wants the four above first
#include <cmocka.h>

enum { MAX_SIGNALS = 8192, MAX_SCOPES = 16 };

/* A waveform's signals, each with its table of names. */
struct wave {
    char *paths[MAX_SIGNALS], *tables[MAX_SIGNALS];
    size_t count;
    char *scopes[MAX_SCOPES];
    unsigned depth;
    char *defined[1024];
    unsigned tables_defined;
    char *next;
    char *save;
    uint64_t begin, mark;
};

static void enter(void *context, const char *scope)
{
    struct wave *wave = context;
    assert_true(wave->depth < MAX_SCOPES);
    wave->scopes[wave->depth++] = strdup(scope);
}

static void leave(void *context)
{
    struct wave *wave = context;
    free(wave->scopes[--wave->depth]);
}

static void names(void *context, const char *text, uint64_t number)
{
    struct wave *wave = context;
    if (*text) {
        assert_int_equal(number, wave->tables_defined + 1); /* GTKWave ends the process otherwise */
        assert_true(strlen(text) < 65536);
        wave->defined[wave->tables_defined++] = strdup(text);
    }
    assert_in_range(number, 1, wave->tables_defined);
    wave->next = wave->defined[number - 1];
}

static void see(void *context, const char *name, uint64_t bits, size_t at)
{
    struct wave *wave = context;
    char path[512] = "";
    (void)bits;
    (void)at;
    for (unsigned i = 0; i < wave->depth; i++)
        snprintf(path + strlen(path), sizeof path - strlen(path), "%s.", wave->scopes[i]);
    assert_true(wave->count < MAX_SIGNALS);
    wave->paths[wave->count] = hv_text("%s%s", path, name);
    wave->tables[wave->count++] = wave->next;
    wave->next = NULL;
}

static const char *table_of(const struct wave *wave, const char *path)
{
    for (size_t i = 0; i < wave->count; i++) {
        const char *soc = strstr(wave->paths[i], "nestor_soc.");
        const size_t length = strlen(path);
        if (soc && strncmp(soc + 11, path, length) == 0 && (soc[11 + length] == 0 || soc[11 + length] == '['))
            return wave->tables[i];
    }
    return NULL;
}

/* The table gives that value, in binary, that name. */
static void expect_name(const struct wave *wave, const char *path, uint64_t value, unsigned bits, const char *name)
{
    const char *table = table_of(wave, path);
    char digits[65] = "";
    if (!table)
        fail_msg("%s has no names", path);
    for (unsigned i = 0; i < bits; i++)
        digits[i] = value >> (bits - 1 - i) & 1 ? '1' : '0';
    char *copy = strdup(table), *save = NULL;
    strtok_r(copy, " ", &save);
    const unsigned long count = strtoul(strtok_r(NULL, " ", &save), NULL, 10);
    char *words[2 * 4096];
    assert_in_range(count, 1, 4096);
    for (unsigned long i = 0; i < 2 * count; i++)
        assert_non_null(words[i] = strtok_r(NULL, " ", &save));
    assert_null(strtok_r(NULL, " ", &save));
    unsigned long i = 0;
    while (i < count && strcmp(words[count + i], digits) != 0)
        i++;
    if (i == count || strcmp(words[i], name) != 0)
        fail_msg("%s: value %s is %s, expected %s", path, digits, i < count ? words[i] : "without a name", name);
    free(copy);
}

/* ---- A run ---- */

static struct hv_config config;
static struct hv_world world;
static struct hv_simulator *simulator;

static int set_up(void **state)
{
    struct hv_error error;
    const struct hv_simulator_options options = {.kind = HV_SIM_ICARUS, .wave = true};
    const char *programs = getenv("PROGRAMS");
    char *path = hv_text("%s/hello.elf", programs && *programs ? programs : "build/software");
    (void)state;
    if (hv_config_read(&config, "small", &error) ||
        hv_world_build(&world, &config, path, &(struct hv_world_options){.depth = 1}, &error) ||
        !(simulator = hv_simulator_open(&config, &options, &error)))
        fail_msg("%s", error.text);
    free(path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hv_simulator_close(simulator);
    hv_world_free(&world);
    return 0;
}

static void make(struct wave *wave, const struct hv_lockstep_result *mismatch)
{
    struct hv_error error;
    const struct hv_image image = {.segments = world.segments, .count = world.count};
    char fst[] = "/tmp/nestor-wave-XXXXXX";
    size_t length;
    *wave = (struct wave){0};
    const int descriptor = mkstemp(fst);
    assert_true(descriptor >= 0);
    close(descriptor);
    FILE *save = tmpfile();
    assert_non_null(save);
    struct hv_wave made = {.fst = fst,
                           .name = "folder/w.fst",
                           .save = save,
                           .to = 3000,
                           .mismatch = mismatch,
                           .mark = mismatch ? mismatch->cycle : 0};
    if (hv_wave_write(simulator, &config, &image, &(struct hv_lockstep_options){0}, &made, &error))
        fail_msg("%s", error.text);
    const struct hv_fst_watch watch = {.context = wave, .enter = enter, .signal = see, .leave = leave, .names = names};
    if (hv_fst_walk(fst, &watch, &error))
        fail_msg("%s", error.text);
    unlink(fst);
    length = (size_t)ftell(save);
    wave->save = calloc(1, length + 1);
    rewind(save);
    assert_int_equal(fread(wave->save, 1, length, save), length);
    fclose(save);
}

static void end(struct wave *wave)
{
    for (size_t i = 0; i < wave->count; i++)
        free(wave->paths[i]);
    for (unsigned i = 0; i < wave->tables_defined; i++)
        free(wave->defined[i]);
    free(wave->save);
}

/* ---- Tests ---- */

/* Returns how many signals the save file shows. */
static size_t check_signals(const struct wave *wave)
{
    size_t shown = 0;
    char *copy = strdup(wave->save), *save = NULL;
    bool with_names = false;
    for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *path = strncmp(line, "+{", 2) == 0 ? strstr(line, "} ") + 2 : line;
        if (*line == '@')
            with_names = strcmp(line, "@100000028") == 0;
        if (strchr("[*@-", *line))
            continue;
        size_t i = 0;
        while (i < wave->count && strcmp(wave->paths[i], path) != 0)
            i++;
        if (i == wave->count)
            fail_msg("the save file has '%s', which the waveform has not", line);
        if (with_names != (wave->tables[i] != NULL))
            fail_msg("%s: shown %s names, and has %s", path, with_names ? "with" : "without",
                     wave->tables[i] ? "some" : "none");
        shown++;
    }
    free(copy);
    return shown;
}

static void see_names(void *context, const struct rtlgen_names *found)
{
    size_t *count = context;
    const struct wave *wave = (const struct wave *)count[1];
    for (size_t i = 0; i < found->count; i++)
        expect_name(wave, found->path, found->names[i].value, found->width, found->names[i].name);
    count[0]++;
}

static void test_names(void **state)
{
    struct wave wave;
    struct hv_error error;
    (void)state;
    make(&wave, NULL);
    assert_true(check_signals(&wave) > 1000);
    size_t seen[2] = {0, (size_t)&wave};
    assert_int_equal(rtlgen_names(&config, &(struct rtlgen_options){0}, see_names, seen, &error), 0);
    assert_true(seen[0] >= 5); /* commit, its kinds, sequencer, composer, last_page, ... */
    expect_name(&wave, "u_core.u_commit.state", 1, 20, "RUN");
    expect_name(&wave, "u_core.u_sequencer.state", 2, 29, "OPERAND");
    expect_name(&wave, "rvfi_hv_event", 2, 2, "VM-fault");
    expect_name(&wave, "rvfi_mode", 3, 2, "M");
    expect_name(&wave, "rvfi_hv_vmid", 0, 16, "NULL");
    expect_name(&wave, "rvfi_hv_vmid", 1, 16, "1");
    expect_name(&wave, "rvfi_hv_cause", 0x31, 32, "MISSING\\x20STORE");
    expect_name(&wave, "rvfi_insn", 0x180f800b, 32, "lvmid\\x20384(t6)");
    expect_name(&wave, "u_core.u_commit.w_insn", 0x180f800b, 32, "lvmid\\x20384(t6)");
    expect_name(&wave, "rvfi_insn", 0xfc62eee3, 32, "bltu\\x20t0,t1,.-36");
    assert_null(table_of(&wave, "rvfi_pc_rdata"));
    assert_non_null(strstr(wave.save, "[dumpfile] \"w.fst\"\n[savefile] \"w.gtkw\"\n"));
    assert_null(strstr(wave.save, "mismatch"));
    const unsigned long start = strtoul(strstr(wave.save, "[timestart] ") + 12, NULL, 10);
    assert_in_range(start, 41, 2000); /* after the sweep that follows reset, where the first record is */
    end(&wave);
}

/* The lines from `first` on begin with these. */
static void expect_lines(const char *first, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(first, lines[i], strlen(lines[i])) != 0)
            fail_msg("found '%.*s', expected '%s'", (int)strcspn(first, "\n"), first, lines[i]);
        first += strcspn(first, "\n") + 1;
    }
}

static void test_mismatch(void **state)
{
    static const char *const lines[] = {"@200",
                                        "-mismatch at record 1234: rd_wdata cause",
                                        "[color] 1",
                                        "@22",
                                        "+{rd_wdata of the RTL} nestor_testbench.nestor_soc.rvfi_rd_wdata[31:0]",
                                        "@200",
                                        "-rd_wdata of the model: 0000ABCD",
                                        "[color] 1",
                                        "@100000028",
                                        "+{cause of the RTL} nestor_testbench.nestor_soc.rvfi_hv_cause[31:0]",
                                        "@200",
                                        "-cause of the model: DENIED LOAD",
                                        "@200",
                                        "-",
                                        "@28",
                                        "+{clk} nestor_testbench.nestor_soc.clk",
                                        "@28",
                                        "+{record} nestor_testbench.nestor_soc.rvfi_valid",
                                        "@22",
                                        "+{pc} ",
                                        "@100000028",
                                        "+{insn} ",
                                        "@100000028",
                                        "+{VMID} ",
                                        "@22",
                                        "+{level} "};
    struct hv_lockstep_result mismatch = {
        .difference = HV_DIFFERENCE_FIELD,
        .commits = 1234,
        .cycles = 1990,
        .cycle = 2000,
        .fields = UINT64_C(1) << HV_COMMIT_rd_wdata | UINT64_C(1) << HV_COMMIT_cause,
        .has_model = true,
        .model = {.rd_wdata = 0xabcd, .event = HV_EVENT_VM_FAULT, .cause = HV_FAULT_DENIED | HV_ACCESS_LOAD << 4}};
    struct wave wave;
    (void)state;
    make(&wave, &mismatch);
    check_signals(&wave);
    expect_lines(strstr(wave.save, "@200"), lines, sizeof lines / sizeof *lines);
    assert_non_null(strstr(wave.save, " 20040 20040 -1 ")); /* the marker, and its name */
    assert_non_null(strstr(wave.save, "[markername] Amismatch\n"));
    const char *start = strstr(wave.save, "[timestart] ");
    assert_in_range(strtoul(start + 12, NULL, 10), 20040 - 400, 20040 - 150);
    end(&wave);
}

/* A difference that is in no field. */
static void test_write(void **state)
{
    const struct hv_lockstep_result mismatch = {.difference = HV_DIFFERENCE_WRITE,
                                                .commits = 5,
                                                .cycles = 500,
                                                .cycle = 800,
                                                .report = "mismatch at record 5: bus writes differ\nand more"};
    struct wave wave;
    (void)state;
    make(&wave, &mismatch);
    check_signals(&wave);
    assert_non_null(strstr(wave.save, "-mismatch at record 5: bus writes differ\n"));
    assert_non_null(strstr(wave.save, "+{bus write of the RTL} "));
    end(&wave);
}

/* After the last record nothing comes: it is marked, and what follows is shown. */
static void test_hang(void **state)
{
    const struct hv_lockstep_result mismatch = {
        .difference = HV_DIFFERENCE_HANG, .commits = 5, .cycles = 800, .cycle = 800, .report = "no record"};
    struct wave wave;
    (void)state;
    make(&wave, &mismatch);
    check_signals(&wave);
    assert_non_null(strstr(wave.save, "[markername] Alast record\n"));
    const unsigned long start = strtoul(strstr(wave.save, "[timestart] ") + 12, NULL, 10);
    assert_in_range(start, 8040 - 100, 8040 - 20);
    end(&wave);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_mismatch),
                                       cmocka_unit_test(test_write), cmocka_unit_test(test_hang)};
    return cmocka_run_group_tests_name("waveforms", tests, set_up, tear_down);
}
