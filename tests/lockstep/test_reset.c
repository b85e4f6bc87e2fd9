/* No reset value of the Verilog can be wrong unseen: each register that reset sets is given another value, in its
 * lowest and in its highest bit, and the cases of the family reset, or those that begin with a virtual machine, must
 * notice. Registers whose value after reset nobody can see are listed with the reason, and must not be noticed.
 *
 * All the mistakes are in one simulator: each constant of a reset is changed when the number in a file is its own. */
#include "rtlgen/rtlgen.h"
#include "sim/files.h"
#include "sim/simulator.h"
#include "tests/support/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fnmatch.h>

enum { MOST_MISTAKES = 1024, HANG_CYCLES = 3000 };

struct mistake {
    char unit[32], name[48];
    unsigned bit;
};

struct mistakes {
    struct mistake item[MOST_MISTAKES];
    unsigned count;
    char *number_file; /* absolute path */
};

/* ---- Planting ---- */

/* An assignment of a constant, as a reset has them: "name <= 4'd0;" or "name <= STATE_IDLE;". */
static bool is_constant_assignment(const char *line, char name[48], char value[48], unsigned *width)
{
    char rest[8];
    if (sscanf(line, " %47[A-Za-z0-9_] <= %47[A-Za-z0-9_'];%7s", name, value, rest) != 2 || !strchr(line, ';'))
        return false;
    *width = 1;
    return strchr(value, '\'') == NULL || sscanf(value, "%u'", width) == 1;
}

static void plant(struct mistakes *all, const char *unit, const char *line, FILE *out)
{
    char name[48], value[48];
    unsigned width;
    if (!is_constant_assignment(line, name, value, &width)) {
        fputs(line, out);
        return;
    }
    fprintf(out, "%s <= %s", name, value);
    for (unsigned bit = 0; bit<width; bit += width> 1 ? width - 1 : 1) {
        struct mistake *m = &all->item[all->count++];
        assert_true(all->count < MOST_MISTAKES);
        snprintf(m->unit, sizeof m->unit, "%s", unit);
        snprintf(m->name, sizeof m->name, "%s", name);
        m->bit = bit;
        fprintf(out, " ^ ((mistake == %u) << %u)", all->count, bit);
    }
    fputs(";\n", out);
}

/* Reads the number of the mistake when the simulation starts. */
static void print_reader(const struct mistakes *all, FILE *out)
{
    fprintf(out,
            "reg [31:0] mistake;\n"
            "integer mistake_file, mistake_read;\n"
            "initial begin\n"
            "    mistake_file = $fopen(\"%s\", \"r\");\n"
            "    mistake_read = $fscanf(mistake_file, \"%%d\", mistake);\n"
            "    $fclose(mistake_file);\n"
            "end\n",
            all->number_file);
}

static void plant_unit(struct mistakes *all, const char *folder, const char *file)
{
    struct hv_error error;
    char path[512], unit[32], *line = NULL;
    size_t capacity = 0, length;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    const char *name = strncmp(file, "nestor_", 7) ? file : file + 7;
    snprintf(unit, sizeof unit, "%.*s", (int)strcspn(name, "."), name);
    uint8_t *text = hv_file_read(path, &length, &error);
    assert_non_null(text);
    FILE *in = fmemopen(text, length, "r"), *out = fopen(path, "w");
    assert_true(in && out);
    bool ports = true, one = false, many = false; /* in the list of ports; in a reset of one or of many assignments */
    while (getline(&line, &capacity, in) > 0) {
        const char *word = line + strspn(line, " ");
        many = many && strncmp(word, "end", 3) != 0;
        if (one || many)
            plant(all, unit, line, out);
        else
            fputs(line, out);
        one = strcmp(word, "if (rst)\n") == 0;
        many = many || strcmp(word, "if (rst) begin\n") == 0;
        if (ports && strcmp(word, ");\n") == 0) {
            print_reader(all, out);
            ports = false;
        }
    }
    assert_int_equal(fclose(out), 0);
    fclose(in);
    free(line);
    free(text);
}

/* ---- Finding ---- */

static void choose_mistake(const struct mistakes *all, unsigned number)
{
    struct hv_error error;
    char text[16];
    int length = snprintf(text, sizeof text, "%u\n", number);
    assert_int_equal(hv_file_write(all->number_file, text, (size_t)length, &error), 0);
}

static bool agrees(struct hv_simulator *simulator, const struct directed_case *c, uint64_t seed)
{
    struct hv_segment *segments = calloc(c->chunk_count, sizeof *segments);
    for (size_t i = 0; i < c->chunk_count; i++)
        segments[i] = (struct hv_segment){c->chunks[i].real, c->chunks[i].bytes, c->chunks[i].length};
    const struct hv_image image = {.segments = segments, .count = c->chunk_count};
    const struct hv_lockstep_options options = {.max_commits = c->limit, .hang_cycles = HANG_CYCLES, .seed = seed};
    struct hv_lockstep_result result;
    struct hv_error error;
    int status = hv_lockstep_run(simulator, &image, &options, &result, &error);
    free(segments);
    if (status)
        fail_msg("%s: %s", c->name, error.text);
    bool good = result.end != HV_LOCKSTEP_MISMATCH;
    hv_lockstep_result_free(&result);
    return good;
}

static bool is_for(const struct directed_case *c, const struct case_list *list)
{
    return memcmp(&c->config, &list->config, sizeof c->config) == 0;
}

/* What no reset sets begins with zeros, or with anything: some mistakes show only with the one or the other. */
static bool is_noticed(struct hv_simulator *simulator, const struct case_list *list)
{
    static const uint64_t seeds[] = {0, 1, 3, 5, 7, 9, 11, 13, 15};
    for (size_t s = 0; s < sizeof seeds / sizeof seeds[0]; s++)
        for (size_t i = 0; i < list->count; i++)
            if (is_for(&list->cases[i], list) && !agrees(simulator, &list->cases[i], seeds[s]))
                return true;
    return false;
}

/* ---- What nobody can see ---- */

static struct {
    const char *unit, *pattern, *reason;
    bool met;
} unseen[] = {
    {"associator", "done_o", "nobody has asked yet", false},
    {"associator", "replacement", "LRU: every way has been filled, and so has its place, before one must go", false},
    {"associator", "touches", "as replacement", false},
    {"associator", "way*_valid", "no lookup finds what is in the way, but by chance; the way is filled last", false},
    {"clint", "wfi_wakeable_o", "made anew in every cycle", false},
    {"commit", "relocated", "looked at by data accesses through phi; the first instruction makes none", false},
    {"commit", "fresh", "no interrupt can come before the first record", false},
    {"composer", "*", "a walk that nobody has asked for", false},
    {"counters", "live", "made anew in every cycle", false},
    {"csr", "sample*", "no line is up, and the sample is made anew in every record", false},
    {"execute", "x_predicted", "comes with each instruction", false},
    {"fetch", "second", "gone with the first cycle in which no word comes", false},
    {"fetch", "word_0_steers", "made anew in every cycle, and has room for a word that is not on its way", false},
    {"fetch", "steered", "of a word that waits, and none does", false},
    {"last_page", "*_valid*", "emptied by every change of VMID", false},
    {"last_page", "*_after_*", "of emptied registers any may be the one used later", false},
    {"muldiv", "*_taken", "made anew in every cycle; a reset of one clock shows it, as gen.sh's benches have", false},
    {"muldiv", "high", "0 in each cycle between operations", false},
    {"muldiv", "negates", "the same", false},
    {"muldiv", "state", "a result that nobody has asked for", false},
    {"prefix_memory", "*", "as the associator", false},
    {"sequencer", "faulting", "set when it begins", false},
    {"uart", "emptied", "looked at while IER's bit 1 is set, which sets it", false},
};
enum { UNSEEN = sizeof unseen / sizeof unseen[0] };

static bool is_excused(const struct mistake *m)
{
    for (size_t i = 0; i < UNSEEN; i++)
        if (strcmp(unseen[i].unit, m->unit) == 0 && fnmatch(unseen[i].pattern, m->name, 0) == 0)
            return unseen[i].met = true;
    return false;
}

/* ---- The survey ---- */

/* The Verilog with all mistakes in it, in a folder, and a simulator of it. */
static struct hv_simulator *planted(struct mistakes *all, const struct hv_config *config, const char *folder)
{
    struct hv_error error;
    size_t count;
    hv_directory_remove(folder);
    if (rtlgen_generate(config, &(struct rtlgen_options){0}, folder, &error))
        fail_msg("%s", error.text);
    char *absolute = realpath(folder, NULL), **files = hv_directory_list(folder, ".v", &count, &error);
    assert_true(absolute && files);
    all->number_file = hv_text("%s/mistake", absolute);
    for (size_t i = 0; i < count; i++)
        plant_unit(all, folder, files[i]);
    choose_mistake(all, 0);
    struct hv_simulator *simulator = hv_simulator_open(config, &(struct hv_simulator_options){.rtl = folder}, &error);
    if (!simulator)
        fail_msg("%s", error.text);
    hv_names_free(files, count);
    free(absolute);
    return simulator;
}

static void every_mistake_is_noticed(void **state)
{
    enum { FEWEST = 150 }; /* registers that a reset sets: fewer, and the text was not understood */
    struct hv_config config = directed_config();
    struct mistakes *all = calloc(1, sizeof *all);
    struct case_list list = {.config = config, .machine = ""};
    unsigned wrong = 0;
    (void)state;
    struct hv_simulator *simulator = planted(all, &config, "build/tests/reset-mistakes");
    cases_reset(&list);
    case_thrash(&list, &config, 1);
    assert_false(is_noticed(simulator, &list)); /* without a mistake all agree */
    for (unsigned i = 0; i < all->count; i++) {
        const struct mistake *m = &all->item[i];
        choose_mistake(all, i + 1);
        if (is_excused(m) || is_noticed(simulator, &list))
            continue;
        print_error("%s: a wrong reset value of %s, bit %u, is noticed by no case\n", m->unit, m->name, m->bit);
        wrong++;
    }
    for (size_t i = 0; i < UNSEEN; i++) {
        if (unseen[i].met)
            continue;
        print_error("%s: no register %s is reset: its row is to go\n", unseen[i].unit, unseen[i].pattern);
        wrong++;
    }
    assert_true(all->count >= FEWEST);
    assert_int_equal(wrong, 0);
    hv_simulator_close(simulator);
    case_list_free(&list);
    free(all->number_file);
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_mistake_is_noticed)};
    return cmocka_run_group_tests_name("reset", tests, NULL, NULL);
}
