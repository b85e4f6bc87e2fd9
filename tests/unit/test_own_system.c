/* nestor_core and nestor_core_classic in a system that is not Nestor's (tests/bench/own_system.v), under Icarus: the
 * directed cases of device windows must leave the RAM, and ask the device for, what the model does; and errors of the
 * bus, in RAM too, must be what docs/spec.md, 10.13, says of them. */
#include "rtlgen/rtlgen.h"
#include "tests/support/cases.h"
#include "tests/unit/rtl_bench.h"

#include <inttypes.h>
#include <limits.h>

/* A core in its system, compiled; `b` is the folder. */
struct system {
    struct bench b;
    struct hv_config config;
    unsigned runs;
};

static void open_system(struct system *s, const struct hv_config *config, bool classic, bool err)
{
    static char top[PATH_MAX];
    struct hv_error error;
    char folder[512];
    assert_non_null(realpath(".", top));
    bench_open(&s->b);
    s->config = *config;
    s->runs = 0;
    snprintf(folder, sizeof folder, "%s/core", s->b.folder);
    const struct rtlgen_options options = {.core_only = true, .classic = classic, .bus_errors = err, .no_rvfi = true};
    if (rtlgen_generate(config, &options, folder, &error))
        fail_msg("%s", error.text);
    const struct hv_device_window *window = &config->window[config->windows - 1];
    bench_quiet(&s->b, "verilator --lint-only -Wall --top-module %s core/*.v >report.txt", /* a newer one reports */
                classic ? "nestor_core_classic" : "nestor_core");
    bench_quiet(&s->b,
                "iverilog -g2005 -Wall -Wno-timescale -s own_system %s %s -Pown_system.RAM_WORDS=%u "
                "-Pown_system.RAM_BASE=%u -Pown_system.WINDOW_BASE=%u -Pown_system.WINDOW_BYTES=%u "
                "-Pown_system.WINDOW=%u -o system.vvp '%s/tests/bench/own_system.v' core/*.v",
                classic ? "-DCLASSIC" : "", err ? "-DERR" : "", config->ram_bytes / 4, config->ram_base, window->base,
                window->bytes, config->windows - 1, top);
}

/* Run a case with more plusargs; what is printed is to be freed. */
static char *simulate(const struct system *s, const struct directed_case *c, const char *plusargs)
{
    uint32_t *words = calloc(s->config.ram_bytes, 1);
    assert_non_null(words);
    for (size_t i = 0; i < c->chunk_count; i++)
        memcpy((uint8_t *)words + (c->chunks[i].real - s->config.ram_base), c->chunks[i].bytes, c->chunks[i].length);
    FILE *file = bench_file(&s->b, "ram.hex", "w");
    for (uint32_t i = 0; i < s->config.ram_bytes / 4; i++)
        fprintf(file, "%08" PRIx32 "\n", words[i]);
    fclose(file);
    free(words);
    assert_int_equal(bench_run(&s->b, "out.txt", "rm -f end.hex; vvp -n system.vvp %s", plusargs), 0);
    return bench_text(&s->b, "out.txt");
}

/* RAM at the end, to be freed. */
static uint32_t *end_of(const struct system *s)
{
    uint32_t *words = calloc(s->config.ram_bytes, 1), count = 0;
    FILE *file = bench_file(&s->b, "end.hex", "r");
    char line[256];
    assert_non_null(words);
    while (fgets(line, sizeof line, file)) {
        unsigned long word;
        char *next;
        if (strncmp(line, "//", 2) == 0)
            continue;
        for (char *at = line; word = strtoul(at, &next, 16), next != at; at = next) {
            assert_true(count < s->config.ram_bytes / 4);
            words[count++] = (uint32_t)word;
        }
    }
    fclose(file);
    assert_int_equal(count, s->config.ram_bytes / 4);
    return words;
}

/* ---- The directed cases, against the model ---- */

/* The model's accesses of the windows, as the system prints them. */
struct log {
    const struct hv_config *config;
    FILE *file;
};

static bool log_access(void *context, struct hv_window_access *access)
{
    const struct log *log = context;
    char lanes[5] = "0000";
    const bool done = directed_window(NULL, access);
    for (unsigned i = 0; i < 4; i++)
        lanes[3 - i] = access->mask >> i & 1 ? '1' : '0';
    fprintf(log->file, "%s %08" PRIx32, access->write ? "w" : "r",
            log->config->window[access->window].base + access->offset);
    if (!done)
        fprintf(log->file, " %s err\n", lanes);
    else
        fprintf(log->file, " %s %08" PRIx32 "\n", lanes, access->data);
    return done;
}

static void compare(const struct system *s, const struct directed_case *c, unsigned seed)
{
    char plusargs[32], *expected;
    size_t length;
    struct hv_error error;
    struct log log = {&c->config, open_memstream(&expected, &length)};
    struct hv_machine *machine = hv_machine_new(&c->config, &error);
    assert_true(machine && log.file);
    for (size_t i = 0; i < c->chunk_count; i++)
        assert_true(hv_machine_write_ram(machine, c->chunks[i].real, c->chunks[i].bytes, c->chunks[i].length));
    hv_machine_windows(machine, log_access, &log);
    assert_int_equal(hv_machine_run(machine, c->limit), HV_STOP_FINISHED);
    fprintf(log.file, "end %u\n", hv_machine_exit_code(machine));
    fclose(log.file);
    snprintf(plusargs, sizeof plusargs, "+seed=%u", seed);
    char *found = simulate(s, c, plusargs);
    if (strcmp(found, expected) != 0)
        fail_msg("%s, seed %u: found\n%.2000s\nexpected\n%.2000s", c->name, seed, found, expected);
    uint32_t *ram = end_of(s);
    const uint8_t *model = hv_machine_ram(machine);
    for (uint32_t i = 0; i < c->config.ram_bytes; i += 4) {
        uint32_t word;
        memcpy(&word, model + i, 4);
        if (ram[i / 4] != word)
            fail_msg("%s, seed %u: RAM at %08" PRIx32 ": found %08" PRIx32 ", expected %08" PRIx32, c->name, seed,
                     c->config.ram_base + i, ram[i / 4], word);
    }
    free(ram);
    free(found);
    free(expected);
    hv_machine_free(machine);
}

/* All cases of the machine that the system can have: its interrupt line is down, and without err nothing is refused. */
static unsigned compare_all(const struct hv_config *config, bool classic, bool err)
{
    struct system s;
    size_t count;
    unsigned done = 0;
    const struct directed_case *cases = directed_cases(&count);
    open_system(&s, config, classic, err);
    for (size_t i = 0; i < count; i++) {
        const struct directed_case *c = &cases[i];
        if (strcmp(c->family, "window") != 0 || strstr(c->name, "line") ||
            memcmp(&c->config, config, sizeof *config) != 0 || (!err && strstr(c->name, "refused")))
            continue;
        compare(&s, c, done++ % 4); /* 0: without wait states */
    }
    bench_close(&s.b);
    return done;
}

/* The machines of the directed cases that have windows. */
static struct hv_config with_windows(unsigned number)
{
    struct hv_config config;
    for (unsigned i = 0;; i++)
        if ((config = directed_machine(i)).windows && number-- == 0)
            return config;
}

static void pipelined(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        const struct hv_config config = with_windows(i);
        assert_in_range(compare_all(&config, false, true), 8, 40);
    }
}

static void classic(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        const struct hv_config config = with_windows(i);
        assert_in_range(compare_all(&config, true, true), 8, 40);
    }
}

/* A system without err has nothing to connect for it. */
static void without_err(void **state)
{
    (void)state;
    for (unsigned classic = 0; classic < 2; classic++) {
        const struct hv_config config = with_windows(0);
        assert_int_equal(compare_all(&config, classic, false), 5);
    }
}

/* ---- Errors of RAM ---- */

enum { DATA = 0x128, OLD = 0x12345678 };

/* A program that runs into one error of the bus, and what must be found in RAM then. */
struct trial {
    struct builder b;
    struct program p;
    struct case_list list;
    unsigned n, leaf, owner; /* who gets the VM-fault, level n >= 1 */
    uint32_t page;           /* process name of the leaf's last page */
    char plusargs[64];
    struct word_check words[8];
    size_t count;
};

static void trial_begin(struct trial *t, const struct hv_config *config, unsigned n)
{
    memset(&t->list, 0, sizeof t->list);
    t->list.machine = "";
    t->count = 0;
    t->n = n;
    builder_chain(&t->b, config, n, 0);
    tree_layout(&t->b.tree);
    t->leaf = t->b.chain[n];
    t->page = last_page(&t->b.tree, t->leaf);
    tree_poke(&t->b.tree, t->leaf, t->page + DATA, OLD);
    program_begin(&t->p, &t->b.tree);
    program_li(&t->p, X8, t->page);
}

static void arm(struct trial *t, char port, uint32_t real, unsigned skip)
{
    snprintf(t->plusargs, sizeof t->plusargs, "+%cerr=%08" PRIx32 " +derr_skip=%u", port, real, skip);
}

static uint32_t real_of(const struct trial *t, uint32_t name)
{
    return tree_real(&t->b.tree, t->leaf, name);
}

static void word_is(struct trial *t, uint32_t real, uint32_t value)
{
    t->words[t->count++] = (struct word_check){real, value};
}

/* Of the VMCB that level `level`'s monitor has for the VM above it. */
static uint32_t vmcb_word(const struct trial *t, unsigned level, uint32_t offset)
{
    const struct tree *tree = &t->b.tree;
    const unsigned child = t->b.chain[level + 1];
    return tree_real(tree, t->b.chain[level], tree_vmcb(tree, child) + offset);
}

/* One VM-fault to `level`, which lets the VM try again. */
static void one_fault(struct trial *t, unsigned level, uint32_t cause, uint32_t address, uint32_t insn)
{
    script_resume(&t->b.tree, t->b.chain[level]);
    word_is(t, vmcb_word(t, level, HV_VMCB_FAULT_CAUSE), cause);
    word_is(t, vmcb_word(t, level, HV_VMCB_FAULT_ADDRESS), address);
    word_is(t, vmcb_word(t, level, HV_VMCB_FAULT_INSTRUCTION), insn);
    word_is(t, vmcb_word(t, level, HV_VMCB_FAULT_COUNT), 1);
}

static void trial_run(struct system *s, struct trial *t, const char *what)
{
    program_end(&t->p, &t->b.tree, t->leaf);
    struct directed_case *c = case_add(&t->list, &t->b, "own", "%s level %u", what, t->n);
    char plusargs[96];
    snprintf(plusargs, sizeof plusargs, "+seed=%u %s", s->runs++ % 3, t->plusargs); /* 0: without wait states */
    char *found = simulate(s, c, plusargs);
    if (strcmp(found, "end 0\n") != 0)
        fail_msg("%s, %s: found\n%.1000s\nexpected\nend 0", c->name, plusargs, found);
    free(found);
    uint32_t *ram = end_of(s);
    for (size_t i = 0; i < t->count; i++) {
        const uint32_t word = ram[(t->words[i].real - s->config.ram_base) / 4];
        if (word != t->words[i].value)
            fail_msg("%s, %s: RAM at %08" PRIx32 ": found %08" PRIx32 ", expected %08" PRIx32, c->name, plusargs,
                     t->words[i].real, word, t->words[i].value);
    }
    free(ram);
    case_list_free(&t->list);
}

static uint32_t argument_of(const struct trial *t, uint32_t name)
{
    return t->n ? tree_name_at(&t->b.tree, t->leaf, t->b.chain[1], name) : name;
}

/* An access that waits for its answer, to a word of RAM that errs once. */
static void refused_access(struct system *s, unsigned n, const char *what, uint32_t word, unsigned access,
                           uint32_t result)
{
    static struct trial t;
    trial_begin(&t, &s->config, n);
    const uint32_t name = t.page + DATA;
    program_li(&t.p, X9, name);
    arm(&t, 'd', real_of(&t, name), 0);
    if (n == 0) {
        program_trap(&t.b, &t.p, t.leaf, word, access == HV_ACCESS_LOAD ? HV_EXC_LOAD_FAULT : HV_EXC_STORE_FAULT, name);
        word_is(&t, real_of(&t, name), OLD);
    } else {
        code_word(&t.p.code, word);
        t.p.x[14] = OLD;
        one_fault(&t, 0, HV_FAULT_INVALID | access << HV_CAUSE_ACCESS_SHIFT, argument_of(&t, name), word);
        word_is(&t, real_of(&t, name), result);
    }
    trial_run(s, &t, what);
}

/* A store has retired when the bus has taken it: nobody hears of its error. */
static void refused_store(struct system *s, unsigned n)
{
    static struct trial t;
    trial_begin(&t, &s->config, n);
    arm(&t, 'd', real_of(&t, t.page + DATA), 0);
    op_s(&t.p.code, HV_INSN_SW, X8, X8, DATA);
    op_i(&t.p.code, HV_INSN_LW, X14, X8, DATA);
    t.p.x[14] = OLD;
    trial_run(s, &t, "store");
}

/* An instruction that is not there the first time; `behind`: in the shade of a jump that is taken, so that nobody asks
 * for it. */
static void refused_fetch(struct system *s, unsigned n, bool behind)
{
    static struct trial t;
    trial_begin(&t, &s->config, n);
    struct code *code = &t.p.code;
    const uint32_t word = word_i(HV_INSN_ADDI, X14, X14, 1);
    if (behind) {
        const label on = label_new(code);
        op_jal(code, X0, on);
        arm(&t, 'i', real_of(&t, code_here(code)), 0);
        code_word(code, word);
        label_here(code, on);
    } else if (n == 0) {
        const uint32_t pc = code_here(code) + 12; /* behind what sets mtvec */
        arm(&t, 'i', pc, 0);
        program_trap(&t.b, &t.p, t.leaf, word, HV_EXC_FETCH_FAULT, pc);
        assert_int_equal(t.b.events[t.b.event_count - 1].pc, pc);
    } else {
        const uint32_t pc = code_here(code);
        arm(&t, 'i', real_of(&t, pc), 0);
        code_word(code, word);
        t.p.x[14] += 1;
        one_fault(&t, 0, HV_FAULT_INVALID | HV_ACCESS_FETCH << HV_CAUSE_ACCESS_SHIFT, argument_of(&t, pc), 0);
    }
    trial_run(s, &t, behind ? "fetch of what is not executed" : "fetch");
}

/* The entry of a table is 0 then, which has no V: MISSING to its owner. */
static void refused_entry(struct system *s, unsigned n, unsigned level)
{
    static struct trial t;
    trial_begin(&t, &s->config, n);
    struct tree *tree = &t.b.tree;
    const unsigned mapped = t.b.chain[level + 1];
    const uint32_t argument = tree_name_at(tree, t.leaf, mapped, t.page);
    const uint32_t word = word_i(HV_INSN_LW, X14, X8, DATA);
    arm(&t, 'd', tree_real(tree, t.b.chain[level], tree_pte(tree, mapped, argument)), 0);
    code_word(&t.p.code, word);
    t.p.x[14] = OLD;
    one_fault(&t, level, HV_FAULT_MISSING | HV_ACCESS_LOAD << HV_CAUSE_ACCESS_SHIFT, argument + DATA, word);
    trial_run(s, &t, "table entry");
}

/* What the sequencer reads is 0, what it writes is not heard of: of the count, and of the cause, of an exit. */
static void refused_sequencer(struct system *s, unsigned n, bool write)
{
    static struct trial t;
    trial_begin(&t, &s->config, n);
    struct tree *tree = &t.b.tree;
    const unsigned owner = t.b.chain[n - 1];
    tree_set_vmcb(tree, t.leaf, HV_VMCB_FAULT_COUNT, 41);
    tree_set_vmcb(tree, t.leaf, HV_VMCB_FAULT_CAUSE, 0xabc);
    op_n(&t.p.code, HV_INSN_HV_EXIT);
    script_resume(tree, owner);
    arm(&t, 'd', vmcb_word(&t, n - 1, write ? HV_VMCB_FAULT_CAUSE : HV_VMCB_FAULT_COUNT), 0);
    word_is(&t, vmcb_word(&t, n - 1, HV_VMCB_FAULT_COUNT), write ? 42 : 1);
    word_is(&t, vmcb_word(&t, n - 1, HV_VMCB_FAULT_CAUSE), write ? 0xabc : HV_FAULT_EXIT);
    trial_run(s, &t, write ? "sequencer's write" : "sequencer's read");
}

static void errors_of_ram(void **state)
{
    (void)state;
    for (unsigned classic = 0; classic < 2; classic++) {
        struct system s;
        const struct hv_config config = with_windows(0);
        open_system(&s, &config, classic, true);
        for (unsigned n = 0; n <= 3; n += n ? 2 : 1) {
            refused_access(&s, n, "load", word_i(HV_INSN_LW, X14, X9, 0), HV_ACCESS_LOAD, OLD);
            refused_access(&s, n, "LR", word_r(HV_INSN_LR_W, X14, X9, X0), HV_ACCESS_LOAD, OLD);
            refused_access(&s, n, "AMO", word_r(HV_INSN_AMOSWAP_W, X14, X9, X0), HV_ACCESS_STORE, 0);
            refused_store(&s, n);
            refused_fetch(&s, n, false);
            refused_fetch(&s, n, true);
            for (unsigned level = 0; level < n; level++)
                refused_entry(&s, n, level);
            if (n) {
                refused_sequencer(&s, n, false);
                refused_sequencer(&s, n, true);
            }
        }
        bench_close(&s.b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pipelined),
        cmocka_unit_test(classic),
        cmocka_unit_test(without_err),
        cmocka_unit_test(errors_of_ram),
    };
    return cmocka_run_group_tests_name("own system", tests, NULL, NULL);
}
