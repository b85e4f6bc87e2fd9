/* The coverage of random worlds: its points, what is unreachable, counting, goals, JSON and text. What the
 * directed cases expect is the oracle of what is counted for them. */
#include "fuzz/config.h"
#include "fuzz/coverage_internal.h"
#include "fuzz/generate.h"
#include "tests/support/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t *new_counts(void)
{
    uint64_t *counts = calloc(fuzz_coverage_points(), sizeof *counts);
    assert_non_null(counts);
    return counts;
}

static size_t index_of(struct fuzz_point point)
{
    size_t index = fuzz_coverage_index(&point);
    assert_true(index < fuzz_coverage_points());
    return index;
}
#define INDEX(name, ...) index_of((struct fuzz_point){.table = FUZZ_TABLE_##name, __VA_ARGS__})

/* ---- points ---- */

static void points_have_one_number_each(void **state)
{
    (void)state;
    for (size_t i = 0; i < fuzz_coverage_points(); i++) {
        struct fuzz_point point;
        fuzz_coverage_describe(i, &point);
        assert_int_equal(fuzz_coverage_index(&point), i);
        assert_true(point.dimensions > 0);
        assert_non_null(point.table_name);
    }
    struct fuzz_point none = {.table = FUZZ_TABLE_VM_FAULT, .level = 5, .cause = HV_FAULT_EXIT};
    assert_int_equal(fuzz_coverage_index(&none), fuzz_coverage_points());
    none = (struct fuzz_point){.table = FUZZ_TABLE_COUNT};
    assert_int_equal(fuzz_coverage_index(&none), fuzz_coverage_points());
}

/* Derived by hand from docs/spec.md; `reachable` of VM-faults for one key and one simulator:
 *
 * Let P be the 10 paths from level n in 1..4 to a receiver r < n; r = 0 in 4 of them, r = n - 1 in 4.
 * MISSING    P x (fetch, load, store explicit + load, store implicit) x (linear, outside)      = 100
 * DENIED     P x 5 accesses x linear                                                            =  50
 * INVALID    r = 0: 4 x 5 accesses x (linear, rb) = 40; r > 0: 6 x 5 x linear = 30; a chain: 4  =  74
 * INTERRUPT, WFI, COUNTER: P each = 30; EXIT 4; DEPTH 4, explicit and implicit                  =  42
 *
 * Deep levels, n in 5..8, have 26 paths P; r = 0 in 4, r = n - 1 in 4. As above: MISSING 260, DENIED 130, INVALID
 * 4 x 5 x 2 + 22 x 5 + 4 = 154, the others 3 x 26 + 4 + 8 = 90; less the implicit accesses of level 8, which has no
 * children: 8 receivers x 2 accesses x 3 for MISSING and DENIED, INVALID r = 0: 2 x 2, r > 0: 7 x 2    = 66
 *
 * Probes of LVMID at level k in 0..4. A page that fails for k >= 1 goes to any of k levels below: 10 in all.
 * DEPTH 4, misaligned 5, phi 5, operand 5 + 10, root 10 (level 0's is RAM), four other pages 4 x (1 + 10),
 * twelve bad words 12 x 5, done 5                                                               = 148
 * Probes of chains at monitors 1..4: CAPS, DEPTH, done 3 x 4, five pages 5 x 10, twelve words   = 110
 *
 * Deep ones at k in 5..8, of which 8 does nothing but DEPTH. A page that fails goes to any of 5 + 6 + 7 = 18 levels.
 * DEPTH 4, misaligned, phi, operand not RAM, done 3 each, operand 18, five pages 5 x 18, words 12 x 3  = 160
 * Chains: CAPS and DEPTH 4 each, done 3, five pages 5 x 18, words 12 x 3                               = 137
 *
 * Chains: 36 pairs k + length <= 8, three ends each, less the one without a level for step 9    = 107
 * Fences: 3 operands x 5 levels x 4 keys emptying nothing; two operands x 5 x (level, vmid)     =  80
 * Held, for each of 3 operands, in levels: child, descendant 5 each, another child 5 but not for all, itself 4, levels
 * below 3, cousins 4. Key vmid: 2 x 15 + 10 + 12 + 9 + 12 = 73, key level the same without cousins 61, each in four
 * memories; key none: itself 12 in three memories, levels below 9 in the prefix memory               = 581
 * After, key vmid: registers 2 x 12, gone 10, own 12, other 10, cousins 12; key level without those   = 124
 * Appends: no associator, vmid 5 each, none 1 + 4, level 5 x 2; cuts: 4 x (1 + 2 + 1 + 1)       =  45
 * Exceptions: at each of 5 levels 8 causes in two modes, and the two ECALLs and 24              =  95
 * Interrupts: 3 x 2 x 5 */
static void partition(void **state)
{
    static const struct {
        size_t points, reachable;
    } expected[FUZZ_TABLE_COUNT] = {
        [FUZZ_TABLE_VM_FAULT] = {10 * 8 * 4 * 2 * 4 * 4 * 3, (100 + 50 + 74 + 42) * 4 * 3},
        [FUZZ_TABLE_DEEP_FAULT] = {26 * 8 * 2 * 4 * 4, 260 + 130 + 154 + 90 - 66},
        [FUZZ_TABLE_PROBE] = {23 * 5 * 2 * 6, 148 + 110},
        [FUZZ_TABLE_DEEP_PROBE] = {23 * 4 * 2 * 10, 160 + 137},
        [FUZZ_TABLE_CHAIN] = {8 * 8 * 3, 36 * 3 - 1},
        [FUZZ_TABLE_FENCE] = {5 * 3 * 2 * 4, 60 + 20},
        [FUZZ_TABLE_HELD] = {3 * 3 * 5 * 4 * 6, 73 * 4 + 61 * 4 + 12 * 3 + 9},
        [FUZZ_TABLE_AFTER] = {2 * 3 * 5 * 6, 68 + 56},
        [FUZZ_TABLE_FLUSH] = {2 * 5 * 2 * 4, 25 + 20},
        [FUZZ_TABLE_EXCEPTION] = {11 * 2 * 5, 5 * (8 * 2 + 3)},
        [FUZZ_TABLE_INTERRUPT] = {3 * 2 * 5, 3 * 2 * 5},
        [FUZZ_TABLE_SKIP] = {10, 10},
        [FUZZ_TABLE_ATOMIC] = {8 * 5, 8 * 5},
        [FUZZ_TABLE_CAPABILITY] = {8 * 5, 5 + 7 * 4},
    };
    (void)state;
    uint64_t *counts = new_counts();
    size_t points = 0;
    for (enum fuzz_table table = 0; table < FUZZ_TABLE_COUNT; table++) {
        struct fuzz_summary summary = fuzz_coverage_summary(counts, table);
        assert_int_equal(summary.points, expected[table].points);
        assert_int_equal(summary.reachable, expected[table].reachable);
        assert_int_equal(summary.covered + summary.surprises, 0);
        points += summary.points;
    }
    assert_int_equal(points, fuzz_coverage_points());
    free(counts);
}

struct row {
    enum fuzz_table table;
    const char *text;
};

static bool has_need(const struct fuzz_point *point, const char *text)
{
    const char *need;
    for (unsigned i = 0; (need = fuzz_point_need(point, i)); i++)
        if (!strcmp(need, text))
            return true;
    return false;
}

static bool row_applies(const struct row *row, bool reason)
{
    size_t first, count;
    fuzz_table_range(row->table, &first, &count);
    for (size_t i = first; i < first + count; i++) {
        struct fuzz_point point;
        fuzz_coverage_describe(i, &point);
        if (reason ? point.unreachable && !strcmp(point.unreachable, row->text)
                   : !point.unreachable && has_need(&point, row->text))
            return true;
    }
    return false;
}

/* A reason that no point has, or a need, would be a mistake in coverage_reach.def. */
static void every_rule_applies(void **state)
{
    static const struct row reasons[] = {
#define UNREACHABLE(table, condition, reason) {FUZZ_TABLE_##table, reason},
#include "fuzz/coverage_reach.def"
    };
    static const struct row needs[] = {
#define NEEDS(table, condition, configured, need) {FUZZ_TABLE_##table, need},
#include "fuzz/coverage_reach.def"
    };
    (void)state;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (!row_applies(&reasons[i], true))
            fail_msg("no point has the reason: %s", reasons[i].text);
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (!row_applies(&needs[i], false))
            fail_msg("no point has the need: %s", needs[i].text);
}

enum { RANDOM_CONFIGS = 2000 };

static bool any_fits(const struct fuzz_point *point, const struct hv_config *configs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fuzz_coverage_fits(point, &configs[i]))
            return true;
    return false;
}

/* Every reachable point has a configuration that can meet it. */
static void reachable_points_have_configurations(void **state)
{
    static struct hv_config random[RANDOM_CONFIGS], plain[FUZZ_PLAIN_CONFIGS];
    (void)state;
    for (unsigned i = 0; i < RANDOM_CONFIGS; i++)
        fuzz_config_random(&random[i], i);
    for (unsigned i = 0; i < FUZZ_PLAIN_CONFIGS; i++)
        assert_true(fuzz_config_plain(&plain[i], i));
    for (size_t i = 0; i < fuzz_coverage_points(); i++) {
        struct fuzz_point point;
        fuzz_coverage_describe(i, &point);
        if (point.unreachable)
            continue;
        if (!any_fits(&point, random, RANDOM_CONFIGS))
            fail_msg("no random configuration for point %zu of %s", i, point.table_name);
        if (!any_fits(&point, plain, FUZZ_PLAIN_CONFIGS))
            fail_msg("no fixed configuration for point %zu of %s", i, point.table_name);
    }
}

/* ---- directed cases ---- */

enum { VM_FAULT_POINTS = 30720 }; /* the first table; see above */

static void count_case(uint64_t *counts, struct machine_pool *pool, const struct directed_case *c)
{
    struct hv_machine *machine = pool_load(pool, c);
    struct fuzz_tracker tracker = {0};
    enum hv_stop stop = HV_STOP_NONE;
    while (stop == HV_STOP_NONE && hv_machine_counters(machine)->commits < c->limit) {
        struct hv_commit commit;
        struct hv_bus_write writes[HV_MAX_WRITES];
        size_t count;
        stop = hv_machine_step(machine, NULL, &commit, writes, HV_MAX_WRITES, &count);
        const struct fuzz_seen seen = {&c->config, FUZZ_ICARUS, machine, &commit, writes, count};
        fuzz_coverage_record(counts, &tracker, &seen);
    }
}

static uint64_t sum(const uint64_t *counts, size_t first, size_t count)
{
    uint64_t all = 0;
    for (size_t i = first; i < first + count; i++)
        all += counts[i];
    return all;
}

static bool same_point(const struct directed_case *c, const struct event *a, const struct event *b)
{
    return a->kind == b->kind && a->cause == b->cause && c->vms[a->vm].level == c->vms[b->vm].level &&
           c->vms[a->to].level == c->vms[b->to].level;
}

static struct fuzz_point point_of(const struct directed_case *c, const struct event *e, enum fuzz_form form)
{
    return (struct fuzz_point){
        .table = FUZZ_TABLE_VM_FAULT,
        .level = c->vms[e->vm].level,
        .receiver = c->vms[e->to].level,
        .cause = e->cause & 15,
        .access = e->cause >> 4 & 15,
        .implicit = e->cause >> 8,
        .form = form,
        .key = fuzz_key_of(&c->config),
        .simulator = FUZZ_ICARUS,
    };
}

/* As many VM-faults of the event's kind as the case expects, whatever the map's form. */
static void check_event(const uint64_t *counts, const struct directed_case *c, const struct event *e)
{
    uint64_t found = 0, expected = 0;
    for (enum fuzz_form form = 0; form < FUZZ_FORMS; form++)
        found += counts[index_of(point_of(c, e, form))];
    for (size_t i = 0; i < c->event_count; i++)
        expected += same_point(c, e, &c->events[i]);
    if (found != expected)
        fail_msg("%s: cause %03" PRIx32 " counted %" PRIu64 " times, expected %" PRIu64, c->name, e->cause, found,
                 expected);
}

/* The one VM-fault of a case whose entry or window was broken: by the name of the breakage. */
static void check_form(const uint64_t *counts, const struct directed_case *c, const struct event *e)
{
    bool window = strstr(c->name, breakage_name[B_WINDOW]) != NULL;
    struct fuzz_point point = point_of(c, e, window ? FUZZ_FORM_OUTSIDE : FUZZ_FORM_LINEAR);
    if (counts[index_of(point)] != 1)
        fail_msg("%s: not counted with its map's form", c->name);
}

/* The step of an implicit case, by its name. */
static void check_probe(const uint64_t *counts, const struct directed_case *c, const struct event *e)
{
    static const enum hv_probe steps[PROBES] = {HV_PROBE_OPERAND, HV_PROBE_ROOT,      HV_PROBE_VMTAB_ENTRY_PAGE,
                                                HV_PROBE_VMCB,    HV_PROBE_MEM_TABLE, HV_PROBE_IO_TABLE};
    for (enum probe probe = 0; probe < PROBES; probe++) {
        size_t length = strlen(probe_name[probe]);
        if (!strncmp(c->name, probe_name[probe], length) &&
            !counts[INDEX(PROBE, .level = c->vms[e->vm].level, .probe = steps[probe],
                          .outcome = FUZZ_TO_LEVEL_0 + c->vms[e->to].level)])
            fail_msg("%s: not counted with its step", c->name);
    }
}

/* Words of the first child's VMCB found bad by level 0: mtval tells the step. */
static void check_bad_word(const uint64_t *counts, const struct directed_case *c, const struct event *e)
{
    uint32_t offset = e->address - c->vms[1].vmcb;
    if (c->vms[e->vm].level || strstr(c->name, "not RAM") || offset < HV_VMCB_MEM_FORM || offset > HV_VMCB_IO_BOUND)
        return;
    enum hv_probe step = HV_PROBE_MEM_FORM + (offset - HV_VMCB_MEM_FORM) / 4;
    if (!counts[INDEX(PROBE, .probe = step, .outcome = FUZZ_TRAPPED)])
        fail_msg("%s: not counted with its step", c->name);
}

static bool one_fault(const struct directed_case *c)
{
    return strstr(c->name, " receiver ") != NULL;
}

static void check_case(const uint64_t *counts, const struct directed_case *c)
{
    uint64_t faults = 0;
    for (size_t i = 0; i < c->event_count; i++) {
        const struct event *e = &c->events[i];
        if (e->kind == E_TRAP && e->cause == HV_EXC_VMCB && !strcmp(c->family, "lvmid"))
            check_bad_word(counts, c, e);
        if (e->kind != E_VM_FAULT)
            continue;
        faults++;
        check_event(counts, c, e);
        if (one_fault(c) && (!strcmp(c->family, "mapping") || !strcmp(c->family, "implicit")))
            check_form(counts, c, e);
        if (one_fault(c) && !strcmp(c->family, "implicit"))
            check_probe(counts, c, e);
    }
    if (!c->events_free && sum(counts, 0, VM_FAULT_POINTS) != faults)
        fail_msg("%s: other VM-faults were counted", c->name);
}

static void no_surprises(const uint64_t *counts)
{
    for (size_t i = 0; i < fuzz_coverage_points(); i++) {
        struct fuzz_point point;
        char name[FUZZ_NAME_BYTES];
        if (!counts[i])
            continue;
        fuzz_coverage_describe(i, &point);
        fuzz_point_name(&point, name);
        if (point.unreachable)
            fail_msg("%s %s was met: %s", point.table_name, name, point.unreachable);
    }
}

static void directed_cases_are_counted_as_expected(void **state)
{
    (void)state;
    size_t count;
    const struct directed_case *cases = directed_cases(&count);
    struct machine_pool *pool = machine_pool_new();
    uint64_t *one = new_counts(), *all = new_counts();
    size_t points = fuzz_coverage_points();
    for (size_t i = 0; i < count; i++) {
        memset(one, 0, points * sizeof *one);
        count_case(one, pool, &cases[i]);
        check_case(one, &cases[i]);
        for (size_t j = 0; j < points; j++)
            all[j] += one[j];
    }
    no_surprises(all);
    free(one);
    free(all);
    machine_pool_free(pool);
}

static void random_worlds_have_no_surprises(void **state)
{
    (void)state;
    struct case_list list = {0};
    struct machine_pool *pool = machine_pool_new();
    uint64_t *counts = new_counts();
    for (unsigned seed = 0; seed < 200; seed++) {
        struct directed_case *c = seed % 2 ? case_random_world(&list, seed) : case_random_noise(&list, seed);
        c->limit = 500;
        count_case(counts, pool, c);
    }
    no_surprises(counts);
    free(counts);
    machine_pool_free(pool);
    case_list_free(&list);
}

/* ---- records made by hand ---- */

struct feed {
    struct hv_config config;
    struct hv_machine *machine;
    struct fuzz_tracker tracker;
    uint64_t *counts;
};

static void feed_begin(struct feed *f)
{
    struct hv_error error;
    *f = (struct feed){.counts = new_counts()};
    hv_config_default(&f->config);
    f->config.depth = 8;
    f->machine = hv_machine_new(&f->config, &error);
    assert_non_null(f->machine);
}

static void feed_end(struct feed *f)
{
    no_surprises(f->counts);
    hv_machine_free(f->machine);
    free(f->counts);
}

static void feed(struct feed *f, struct hv_commit commit, size_t writes)
{
    const struct fuzz_seen seen = {&f->config, FUZZ_GATES, f->machine, &commit, NULL, writes};
    fuzz_coverage_record(f->counts, &f->tracker, &seen);
}
#define FEED(f, ...)    feed(f, (struct hv_commit){__VA_ARGS__}, 0)
#define LVMID(n, to)    .level = (n), .mode = 3, .insn = word_lvmid(1, 0), .event = HV_EVENT_LVMID, .target_level = (to)
#define FAULT(n, to)    .level = (n), .mode = 3, .event = HV_EVENT_VM_FAULT, .target_level = (to)
#define ATOMIC(w)       .level = 2, .mode = 3, .insn = (w)
#define COUNTED(f, ...) ((f)->counts[INDEX(__VA_ARGS__)])

static void chains_end_with_the_next_record(void **state)
{
    (void)state;
    struct feed f;
    feed_begin(&f);
    FEED(&f, LVMID(1, 4));
    assert_int_equal(COUNTED(&f, CHAIN, .level = 1, .length = 3), 0);
    FEED(&f, .level = 4, .insn = 0x13);
    FEED(&f, .level = 4, .insn = 0x13);
    assert_int_equal(COUNTED(&f, CHAIN, .level = 1, .length = 3), 1);
    FEED(&f, LVMID(0, 8));
    FEED(&f, FAULT(8, 7), .cause = HV_CAUSE_IMPLICIT | HV_FAULT_DEPTH);
    assert_int_equal(COUNTED(&f, CHAIN, .level = 0, .length = 8, .ended = FUZZ_CHAIN_BROKEN), 1);
    FEED(&f, LVMID(0, 2));
    FEED(&f, FAULT(2, 1), .cause = HV_FAULT_INTERRUPT);
    assert_int_equal(COUNTED(&f, CHAIN, .level = 0, .length = 2, .ended = FUZZ_CHAIN_INTERRUPTED), 1);
    FEED(&f, LVMID(1, 2));
    FEED(&f, FAULT(2, 0), .cause = HV_FAULT_INTERRUPT); /* a real one is none of step 9's */
    assert_int_equal(COUNTED(&f, CHAIN, .level = 1, .length = 1), 1);
    assert_int_equal(COUNTED(&f, PROBE, .level = 1, .outcome = FUZZ_DONE, .probe = HV_PROBE_DONE), 2);
    assert_int_equal(COUNTED(&f, PROBE, .level = 3, .chain = 1, .outcome = FUZZ_DONE, .probe = HV_PROBE_DONE), 2);
    feed_end(&f);
}

static void reservations_are_followed(void **state)
{
    (void)state;
    const uint32_t lr = word_r(HV_INSN_LR_W, 1, 2, 0), sc = word_r(HV_INSN_SC_W, 1, 2, 3);
    struct feed f;
    feed_begin(&f);
    FEED(&f, ATOMIC(sc));
    FEED(&f, ATOMIC(lr));
    FEED(&f, ATOMIC(sc), .mem_wmask = 15);
    FEED(&f, ATOMIC(sc));
    FEED(&f, ATOMIC(lr));
    FEED(&f, ATOMIC(sc));
    FEED(&f, ATOMIC(lr));
    FEED(&f, .level = 2, .trap = 1, .cause = HV_EXC_BREAKPOINT);
    FEED(&f, .level = 2, .mode = 3, .insn = 0x30200073); /* MRET: what is lost already is not lost again */
    FEED(&f, ATOMIC(sc));
    FEED(&f, ATOMIC(lr));
    FEED(&f, .level = 2, .mode = 3, .insn = 0x30200073);
    FEED(&f, ATOMIC(sc));
    FEED(&f, ATOMIC(lr));
    FEED(&f, FAULT(2, 0), .cause = HV_FAULT_INTERRUPT);
    FEED(&f, ATOMIC(sc));
    FEED(&f, ATOMIC(word_r(HV_INSN_AMOADD_W, 1, 2, 3)), .mem_wmask = 15);
    static const unsigned expected[FUZZ_ATOMICS] = {5, 1, 1, 2, 1, 1, 1, 1};
    for (unsigned i = 0; i < FUZZ_ATOMICS; i++)
        assert_int_equal(COUNTED(&f, ATOMIC, .level = 2, .atomic = i), expected[i]);
    feed_end(&f);
}

static void fences_and_skips(void **state)
{
    (void)state;
    const uint32_t all = 0x0000100b, one = 0x0000100b | 5u << 15;
    struct feed f;
    feed_begin(&f);
    FEED(&f, .level = 1, .insn = all, .rs1_rdata = 0, .flushed = 3);
    FEED(&f, .level = 1, .insn = one, .rs1_rdata = 15, .flushed = 1);
    FEED(&f, .level = 1, .insn = one, .rs1_rdata = 16);
    FEED(&f, .level = 1, .insn = one, .rs1_rdata = 0);
    assert_int_equal(COUNTED(&f, FENCE, .level = 1, .key = FUZZ_KEY_VMID, .flushed = 1), 1);
    assert_int_equal(COUNTED(&f, FENCE, .level = 1, .key = FUZZ_KEY_VMID, .flushed = 1, .operand = 1), 1);
    assert_int_equal(COUNTED(&f, FENCE, .level = 1, .key = FUZZ_KEY_VMID, .operand = FUZZ_FENCE_NO_SYLLABLE), 2);
    /* 13 words of context and NEXT_SYLLABLE, none of them at level 0. */
    feed(&f, (struct hv_commit){LVMID(1, 3)}, 14);
    feed(&f, (struct hv_commit){LVMID(1, 3)}, 15);
    feed(&f, (struct hv_commit){LVMID(0, 3)}, 3);
    assert_int_equal(COUNTED(&f, SKIP, .level = 1, .skips = 1), 1);
    assert_int_equal(COUNTED(&f, SKIP, .level = 1, .skips = 2), 0);
    assert_int_equal(COUNTED(&f, SKIP, .level = 0, .skips = 2), 1);
    feed_end(&f);
}

/* Did the fence of this record find entries of the associator that it has to empty? */
static bool found_its_own(const uint64_t *counts, const struct hv_config *config)
{
    const enum fuzz_key key = FUZZ_KEY_NONE + config->assoc_key;
    uint64_t found = 0;
    for (unsigned level = 0; level <= FUZZ_LEVELS; level++)
        for (enum fuzz_operand operand = FUZZ_FENCE_ALL; operand <= FUZZ_FENCE_SYLLABLE; operand++)
            for (enum fuzz_memory memory = FUZZ_FETCH_HALF; memory <= FUZZ_UNIFIED; memory++)
                for (enum fuzz_kin kin = FUZZ_CHILD; kin <= FUZZ_DESCENDANT; kin++)
                    found += counts[INDEX(HELD, .key = key, .operand = operand, .level = level, .memory = memory,
                                          .kin = kin)];
    return found;
}

/* `flushed` says it of each fence that walked not for itself. Returns how many such there were. */
static unsigned check_fences(const struct hv_config *config, uint64_t seed)
{
    struct hv_error error;
    struct fuzz_world world;
    struct fuzz_tracker tracker = {0};
    uint64_t *counts = new_counts();
    uint8_t *ram = calloc(1, config->ram_bytes);
    struct hv_machine *machine = hv_machine_new(config, &error);
    unsigned fences = 0;
    fuzz_generate(&world, config, seed, NULL);
    fuzz_world_image(&world, ram);
    assert_true(hv_machine_write_ram(machine, config->ram_base, ram, config->ram_bytes));
    enum hv_stop stop = HV_STOP_NONE;
    while (stop == HV_STOP_NONE && hv_machine_counters(machine)->commits < world.limit) {
        struct hv_commit commit;
        stop = hv_machine_step(machine, NULL, &commit, NULL, 0, NULL);
        const struct fuzz_seen seen = {config, FUZZ_ICARUS, machine, &commit, NULL, 0};
        fuzz_coverage_record(counts, &tracker, &seen);
        if ((commit.insn & 0xfff07fff) != 0x100b || commit.trap || commit.event || commit.misses || commit.level > 4)
            continue;
        if (found_its_own(counts, config) != (commit.flushed > 0))
            fail_msg("%s, seed %" PRIu64 ", record %" PRIu64 ": %" PRIu64 " entries flushed", config->name, seed,
                     (uint64_t)commit.order, (uint64_t)commit.flushed);
        memset(counts, 0, fuzz_coverage_points() * sizeof *counts);
        fences++;
    }
    hv_machine_free(machine);
    fuzz_world_end(&world);
    free(ram);
    free(counts);
    return fences;
}

static void what_a_fence_finds_is_what_it_empties(void **state)
{
    struct hv_config config;
    unsigned fences = 0;
    (void)state;
    for (unsigned i = 0; i < FUZZ_PLAIN_CONFIGS; i++)
        for (uint64_t seed = 0; fuzz_config_plain(&config, i) && seed < 60; seed++)
            fences += check_fences(&config, seed);
    assert_true(fences > 1000);
}

/* VM-faults and probes have tables for them, other things are left out. */
static void deep_levels(void **state)
{
    (void)state;
    struct feed f;
    feed_begin(&f);
    FEED(&f, FAULT(5, 4), .cause = HV_FAULT_EXIT);
    FEED(&f, FAULT(8, 2), .cause = HV_FAULT_COUNTER);
    FEED(&f, .level = 5, .trap = 1, .cause = HV_EXC_ILLEGAL);
    assert_int_equal(COUNTED(&f, DEEP_FAULT, .level = 5, .receiver = 4, .cause = HV_FAULT_EXIT, .form = FUZZ_FORM_NONE),
                     1);
    assert_int_equal(
        COUNTED(&f, DEEP_FAULT, .level = 8, .receiver = 2, .cause = HV_FAULT_COUNTER, .form = FUZZ_FORM_NONE), 1);
    assert_int_equal(sum(f.counts, 0, fuzz_coverage_points()), 2);
    FEED(&f, LVMID(3, 8));
    assert_int_equal(COUNTED(&f, PROBE, .level = 3, .probe = HV_PROBE_DONE), 1);
    assert_int_equal(COUNTED(&f, PROBE, .level = 4, .chain = 1, .probe = HV_PROBE_DONE), 1);
    for (unsigned level = 5; level < 8; level++)
        assert_int_equal(COUNTED(&f, DEEP_PROBE, .level = level, .chain = 1, .probe = HV_PROBE_DONE), 1);
    feed_end(&f);
}

/* What is new is told, and unreachable points are counted too: they are surprises. */
static void first_times_and_surprises(void **state)
{
    (void)state;
    struct feed f;
    feed_begin(&f);
    const struct hv_commit ecall = {.level = 1, .mode = 0, .trap = 1, .cause = HV_EXC_ECALL_M};
    const struct fuzz_seen seen = {&f.config, FUZZ_VERILATOR, f.machine, &ecall, NULL, 0};
    assert_int_equal(fuzz_coverage_record(f.counts, &f.tracker, &seen), 1);
    assert_int_equal(fuzz_coverage_record(f.counts, &f.tracker, &seen), 0);
    struct fuzz_summary summary = fuzz_coverage_summary(f.counts, FUZZ_TABLE_EXCEPTION);
    assert_int_equal(summary.surprises, 1);
    assert_int_equal(summary.covered, 0);
    memset(f.counts, 0, fuzz_coverage_points() * sizeof *f.counts);
    feed_end(&f);
}

static void processes_count_into_one_array(void **state)
{
    (void)state;
    enum { EACH = 2000, PROCESSES = 4 };
    size_t bytes = fuzz_coverage_points() * sizeof(uint64_t);
    uint64_t *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    struct feed f;
    feed_begin(&f);
    free(f.counts);
    f.counts = shared;
    for (unsigned i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child)
            continue;
        for (unsigned j = 0; j < EACH; j++)
            FEED(&f, .level = 3, .trap = 1, .cause = HV_EXC_BREAKPOINT);
        _exit(0);
    }
    for (unsigned i = 0; i < PROCESSES; i++)
        wait(NULL);
    assert_int_equal(COUNTED(&f, EXCEPTION, .level = 3, .cause = HV_EXC_BREAKPOINT), PROCESSES * EACH);
    hv_machine_free(f.machine);
    munmap(shared, bytes);
}

/* ---- goals ---- */

static void check_goal(const struct fuzz_point *goal, const uint64_t *counts, const struct hv_config *config)
{
    assert_int_equal(counts[fuzz_coverage_index(goal)], 0);
    assert_null(goal->unreachable);
    assert_true(fuzz_coverage_fits(goal, config));
    if (goal->table == FUZZ_TABLE_VM_FAULT) {
        assert_int_equal(goal->simulator, FUZZ_GATES);
        assert_int_equal(goal->key, FUZZ_KEY_LEVEL);
        assert_int_not_equal(goal->form, FUZZ_FORM_RB);
    }
}

static void goals_are_what_is_missing(void **state)
{
    (void)state;
    struct hv_config config;
    struct fuzz_point goal, again;
    uint64_t *counts = new_counts();
    unsigned tables = 0;
    assert_true(fuzz_config_plain(&config, 5)); /* depth 3, linear only, key level */
    for (uint64_t random = 0; random < 50; random++) {
        assert_true(fuzz_coverage_pick(counts, FUZZ_GATES, random, &config, &goal));
        assert_true(fuzz_coverage_pick(counts, FUZZ_GATES, random, &config, &again));
        assert_int_equal(fuzz_coverage_index(&goal), fuzz_coverage_index(&again));
        check_goal(&goal, counts, &config);
        counts[fuzz_coverage_index(&goal)] = 1;
        tables |= 1u << goal.table;
    }
    assert_true(__builtin_popcount(tables) >= 5);
    free(counts);
}

/* With one point left it is the goal whatever the number; with none there is no goal. */
static void the_last_goal(void **state)
{
    (void)state;
    struct hv_config config;
    struct fuzz_point goal;
    uint64_t *counts = new_counts();
    size_t last = INDEX(SKIP, .level = 2, .skips = 1);
    assert_true(fuzz_config_plain(&config, 5));
    for (size_t i = 0; i < fuzz_coverage_points(); i++)
        counts[i] = i != last;
    for (uint64_t random = 0; random < 5; random++) {
        assert_true(fuzz_coverage_pick(counts, FUZZ_ICARUS, random << 60 | random, &config, &goal));
        assert_int_equal(fuzz_coverage_index(&goal), last);
    }
    config.depth = 2; /* too shallow for it */
    assert_false(fuzz_coverage_pick(counts, FUZZ_ICARUS, 0, &config, &goal));
    free(counts);
}

/* What is left is left for those who can meet it. */
static void what_is_left(void **state)
{
    (void)state;
    uint64_t *counts = new_counts();
    const size_t skip = INDEX(SKIP, .level = 2, .skips = 1);
    const size_t exit = INDEX(VM_FAULT, .level = 2, .receiver = 1, .cause = HV_FAULT_EXIT, .form = FUZZ_FORM_NONE,
                              .key = FUZZ_KEY_VMID, .simulator = FUZZ_GATES);
    for (size_t i = 0; i < fuzz_coverage_points(); i++) {
        struct fuzz_point point;
        fuzz_coverage_describe(i, &point);
        counts[i] = !point.unreachable; /* what cannot be met is never left */
    }
    assert_int_equal(fuzz_coverage_left(counts, FUZZ_VERILATOR, false, NULL), 0);
    counts[skip] = 0;
    assert_int_equal(fuzz_coverage_left(counts, FUZZ_VERILATOR, false, NULL), 1);
    assert_int_equal(fuzz_coverage_left(counts, FUZZ_GATES, false, NULL), 1);
    assert_int_equal(fuzz_coverage_left(counts, FUZZ_GATES, true, NULL), 0);
    counts[skip] = 1;
    counts[exit] = 0;
    assert_int_equal(fuzz_coverage_left(counts, FUZZ_GATES, true, NULL), 1);
    struct hv_config config;
    assert_true(fuzz_config_plain(&config, 0)); /* key vmid */
    assert_int_equal(fuzz_coverage_left(counts, FUZZ_GATES, true, &config), 1);
    assert_true(fuzz_config_plain(&config, 1)); /* key level */
    assert_int_equal(fuzz_coverage_left(counts, FUZZ_GATES, true, &config), 0);
    assert_int_equal(fuzz_coverage_left(counts, FUZZ_ICARUS, true, NULL), 0);
    assert_int_equal(fuzz_coverage_left(counts, FUZZ_VERILATOR, false, NULL), 0);
    free(counts);
}

/* ---- JSON and text ---- */

/* Every point has a count of its own: names are unique, and each finds its point again. */
static void json_round_trip(void **state)
{
    (void)state;
    uint64_t *counts = new_counts(), *read = new_counts();
    struct hv_error error = {""};
    size_t points = fuzz_coverage_points();
    for (size_t i = 0; i < points; i++)
        counts[i] = i * 3 + 1;
    json_t *json = fuzz_coverage_json(counts);
    assert_non_null(json);
    char *text = json_dumps(json, 0);
    json_decref(json);
    json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    assert_int_equal(fuzz_coverage_merge(read, json, &error), 0);
    assert_memory_equal(read, counts, points * sizeof *counts);
    assert_int_equal(fuzz_coverage_merge(read, json, &error), 0);
    assert_int_equal(read[7], 2 * counts[7]);
    read[7] = UINT64_MAX - 1;
    assert_int_equal(fuzz_coverage_merge(read, json, &error), 0);
    assert_true(read[7] == UINT64_MAX);
    json_decref(json);
    free(text);
    free(counts);
    free(read);
}

/* What a reader sees of a table without the program: every value, and why what is missing is. */
static void json_explains_itself(void **state)
{
    (void)state;
    uint64_t *counts = new_counts();
    json_t *json = fuzz_coverage_json(counts), *tables = json_object_get(json, "tables"), *table;
    const char *name, *reason;
    assert_int_equal(json_object_size(tables), FUZZ_TABLE_COUNT);
    json_object_foreach(tables, name, table)
    {
        json_int_t points = 1, unreachable = 0;
        json_t *dimension, *number;
        size_t i;
        json_array_foreach(json_object_get(table, "dimensions"), i, dimension) points *=
            (json_int_t)json_array_size(json_object_get(dimension, "values"));
        json_object_foreach(json_object_get(table, "unreachable"), reason, number) unreachable +=
            json_integer_value(number);
        assert_int_equal(json_integer_value(json_object_get(table, "points")), points);
        assert_int_equal(json_integer_value(json_object_get(table, "reachable")), points - unreachable);
    }
    table = json_object_get(tables, "interrupt");
    assert_int_equal(json_object_size(json_object_get(table, "unreachable")), 0);
    json_t *reasons = json_object_get(json_object_get(tables, "exception"), "unreachable");
    assert_int_equal(json_integer_value(json_object_get(reasons, "LVMID is for M-mode only (5)")), 5);
    json_t *mode = json_array_get(json_object_get(table, "dimensions"), 1);
    assert_string_equal(json_string_value(json_object_get(mode, "name")), "mode");
    assert_string_equal(json_string_value(json_array_get(json_object_get(mode, "values"), 1)), "M");
    json_decref(json);
    free(counts);
}

#define TABLES(text) "{\"format\": \"nestor coverage\", \"version\": 1, \"tables\": " text "}"
#define SKIPS(text)  TABLES("{\"skip\": {\"points\": 10, \"counts\": " text "}}")

static void bad_json_is_refused(void **state)
{
    static const struct {
        const char *text, *error;
    } bad[] = {
        {"[]", "coverage: format: found \"nothing\", expected \"nestor coverage\""},
        {"{\"format\": 1}", "coverage: format: found \"nothing\", expected"},
        {"{\"format\": \"nestor coverage\"}", "coverage: version: found 0, expected 1"},
        {"{\"format\": \"nestor coverage\", \"version\": 2, \"tables\": {}}", "coverage: version: found 2, expected 1"},
        {"{\"format\": \"nestor coverage\", \"version\": \"1\", \"tables\": {}}",
         "coverage: version: found 0, expected 1"},
        {TABLES("7"), "coverage: tables: found something else, expected an object"},
        {TABLES("{\"leap\": {}}"), "coverage: found a table \"leap\""},
        {TABLES("{\"skip\": 3}"), "coverage: skip: points: found 0, expected 10"},
        {TABLES("{\"skip\": {\"points\": 11, \"counts\": {}}}"), "coverage: skip: points: found 11, expected 10"},
        {TABLES("{\"skip\": {\"points\": 10}}"), "coverage: skip: counts: found nothing, expected an object"},
        {SKIPS("[1]"), "coverage: skip: counts: found something else, expected an object"},
        {SKIPS("{\"1/2\": \"x\"}"), "coverage: skip: 1/2: expected a count"},
        {SKIPS("{\"1/2\": -1}"), "coverage: skip: 1/2: expected a count"},
        {SKIPS("{\"1/2\": 1.5}"), "coverage: skip: 1/2: expected a count"},
        {SKIPS("{\"1\": 1}"), "coverage: skip: 1: expected one value for each dimension"},
        {SKIPS("{\"\": 1}"), "coverage: skip: : found \"\", expected one of the values of skips"},
        {SKIPS("{\"1/\": 1}"), "coverage: skip: 1/: found \"\", expected one of the values of monitor"},
        {SKIPS("{\"1/2/3\": 1}"), "coverage: skip: 1/2/3: expected one value for each dimension"},
        {SKIPS("{\"1/5\": 1}"), "coverage: skip: 1/5: found \"5\", expected one of the values of monitor"},
        {SKIPS("{\"1/2\": 4, \"2/1\": 1}"), "coverage: skip: 2/1: found \"2\", expected one of the values of skips"},
    };
    (void)state;
    uint64_t *counts = new_counts();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct hv_error error = {""};
        json_t *json = json_loads(bad[i].text, 0, NULL);
        assert_non_null(json);
        assert_int_equal(fuzz_coverage_merge(counts, json, &error), -1);
        if (strncmp(error.text, bad[i].error, strlen(bad[i].error)) != 0)
            fail_msg("%s: found \"%s\", expected \"%s\"", bad[i].text, error.text, bad[i].error);
        assert_int_equal(sum(counts, 0, fuzz_coverage_points()), 0);
        json_decref(json);
    }
    struct hv_error error;
    assert_int_equal(fuzz_coverage_merge(counts, NULL, &error), -1);
    free(counts);
}

/* Names of any length: refused, never more. */
static void long_names_are_refused(void **state)
{
    (void)state;
    uint64_t *counts = new_counts();
    struct hv_error error;
    for (size_t length = 1; length < 5000; length += 333) {
        char *name = malloc(length + 1);
        memset(name, length % 2 ? '/' : 'x', length);
        name[length] = '\0';
        json_t *object = json_object();
        json_object_set_new(object, name, json_integer(1));
        json_t *json = json_pack("{s:s, s:i, s:{s:{s:i, s:o}}}", "format", "nestor coverage", "version", 1, "tables",
                                 "vm-fault", "points", VM_FAULT_POINTS, "counts", object);
        assert_non_null(json);
        assert_int_equal(fuzz_coverage_merge(counts, json, &error), -1);
        json_decref(json);
        free(name);
    }
    free(counts);
}

static char *printed(const uint64_t *counts, void (*print)(FILE *file, const uint64_t *counts))
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    print(file, counts);
    fclose(file);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("expected \"%s\" in:\n%s", part, text);
}

static void text_says_what_is_missing(void **state)
{
    (void)state;
    uint64_t *counts = new_counts();
    for (size_t i = 0; i < fuzz_coverage_points(); i++)
        counts[i] = 1;
    counts[INDEX(SKIP, .level = 2, .skips = 1)] = 0;
    counts[INDEX(VM_FAULT, .level = 3, .receiver = 2, .cause = HV_FAULT_DEPTH, .form = FUZZ_FORM_NONE)] = 0;
    char *text = printed(counts, fuzz_coverage_print);
    assert_has(text, "skip              10         10        9    90.0%");
    assert_has(text, "reachable, but not met: 1 of skip\n  1/2  (needs depth >= monitor + skips)\n");
    assert_has(text, "verilator/no-associator/3>2/DEPTH/explicit/NONE/none  (needs this key; depth = level)\n");
    assert_has(text, "SURPRISE: exception ECALL_M/U/1 was met 1 times, but: ECALL's cause is that of the mode");
    assert_null(strstr(text, "of atomic\n"));
    free(text);
    text = printed(counts, fuzz_coverage_print_summary); /* surprises are in it, what is missing is not */
    assert_has(text, "skip              10         10        9    90.0%");
    assert_has(text, "SURPRISE: exception ECALL_M/U/1 was met 1 times, but: ECALL's cause is that of the mode");
    assert_null(strstr(text, "not met"));
    free(text);
    memset(counts, 0, fuzz_coverage_points() * sizeof *counts);
    text = printed(counts, fuzz_coverage_print);
    assert_has(text, "all            42478       5460        0     0.0%");
    assert_has(text, "reachable, but not met: 3192 of vm-fault\n");
    assert_has(text, "  ... and 3168 more\n");
    assert_has(text, "rb never denies");
    assert_null(strstr(text, "SURPRISE"));
    free(text);
    free(counts);
}

/* ---- what the model tells ---- */

static void the_model_tells_maps_and_probes(void **state)
{
    (void)state;
    struct feed f;
    struct hv_map map = {.form = 7};
    feed_begin(&f);
    assert_int_equal(hv_machine_probe(f.machine), HV_PROBE_STEPS);
    assert_false(hv_machine_map(f.machine, 0, 0, &map));
    assert_false(hv_machine_map(f.machine, 9, 0, &map));
    assert_false(hv_machine_map(f.machine, 1, 2, &map));
    assert_int_equal(map.form, 7);
    assert_true(hv_machine_map(f.machine, 8, 1, &map));
    assert_int_equal(map.form, HV_FORM_NONE);
    assert_int_equal(hv_machine_caps(f.machine, 0) | hv_machine_caps(f.machine, 9), 0);
    feed_end(&f);

    size_t count;
    const struct directed_case *c = directed_cases(&count);
    struct machine_pool *pool = machine_pool_new();
    struct hv_machine *machine = pool_load(pool, c);
    struct hv_commit commit = {0};
    while (commit.event != HV_EVENT_VM_FAULT)
        assert_int_equal(hv_machine_step(machine, NULL, &commit, NULL, 0, NULL), HV_STOP_NONE);
    uint32_t vmcb = c->vms[1].vmcb, words[5];
    assert_true(hv_machine_read_ram(machine, vmcb + HV_VMCB_MEM_FORM, words + 1, 16));
    assert_true(hv_machine_read_ram(machine, vmcb + HV_VMCB_CAPS, words, 4));
    assert_true(hv_machine_map(machine, 1, 0, &map)); /* the level is cut, its map still there */
    assert_int_equal(hv_machine_level(machine), 0);
    assert_int_equal(map.form | map.grain << HV_FORM_GRAIN_SHIFT, words[1]);
    assert_memory_equal(&map.first, words + 2, 12);
    assert_int_equal(hv_machine_caps(machine, 1), words[0]);
    assert_int_equal(hv_machine_probe(machine), HV_PROBE_DONE);
    struct hv_snapshot *snapshot = hv_machine_save(machine);
    hv_machine_reset(machine);
    assert_int_equal(hv_machine_probe(machine), HV_PROBE_STEPS);
    assert_true(hv_machine_restore(machine, snapshot));
    assert_int_equal(hv_machine_probe(machine), HV_PROBE_DONE);
    hv_snapshot_free(snapshot);
    machine_pool_free(pool);
}

/* After a VM ran: its program's page is cached, and nothing behind the memories' ends is there. */
static void the_model_tells_what_is_cached(void **state)
{
    (void)state;
    size_t count;
    const struct directed_case *c = directed_cases(&count);
    struct machine_pool *pool = machine_pool_new();
    struct hv_machine *machine = pool_load(pool, c);
    struct hv_commit commit = {0};
    struct hv_cached entry = {.page = 7};
    assert_true(hv_machine_cached(machine, HV_CACHE_FETCH, 0, &entry));
    assert_false(entry.valid);
    while (commit.level == 0 || !commit.fills)
        assert_int_equal(hv_machine_step(machine, NULL, &commit, NULL, 0, NULL), HV_STOP_NONE);
    unsigned valid = 0, i = 0;
    for (; hv_machine_cached(machine, HV_CACHE_FETCH, i, &entry); i++)
        if (entry.valid && ++valid && entry.page == commit.pc_rdata >> HV_PAGE_BITS) {
            assert_int_equal(entry.level, commit.level);
            assert_int_equal(entry.tag, commit.vmid);
            assert_int_equal(entry.real, commit.fetch_real >> HV_PAGE_BITS);
        }
    assert_int_equal(i, c->config.assoc_entries);
    assert_int_equal(valid, hv_machine_counters(machine)->associator.fills);
    entry.page = 7;
    assert_int_equal(hv_machine_cached(machine, HV_CACHE_DATA, 0, &entry), c->config.assoc_split == HV_SPLIT);
    assert_false(hv_machine_cached(machine, HV_CACHE_PREFIX, c->config.prefix_entries, &entry));
    assert_true(hv_machine_cached(machine, HV_CACHE_LAST, 0, &entry));
    assert_true(entry.valid);
    assert_int_equal(entry.real, commit.fetch_real >> HV_PAGE_BITS);
    assert_false(hv_machine_cached(machine, HV_CACHE_LAST, 2 * c->config.last_pages, &entry));
    assert_int_equal(hv_machine_held(machine, 1), commit.vmid);
    assert_int_equal(hv_machine_held(machine, 0) | hv_machine_held(machine, 9), 0);
    machine_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_have_one_number_each),
        cmocka_unit_test(partition),
        cmocka_unit_test(every_rule_applies),
        cmocka_unit_test(reachable_points_have_configurations),
        cmocka_unit_test(directed_cases_are_counted_as_expected),
        cmocka_unit_test(random_worlds_have_no_surprises),
        cmocka_unit_test(chains_end_with_the_next_record),
        cmocka_unit_test(reservations_are_followed),
        cmocka_unit_test(fences_and_skips),
        cmocka_unit_test(what_a_fence_finds_is_what_it_empties),
        cmocka_unit_test(deep_levels),
        cmocka_unit_test(first_times_and_surprises),
        cmocka_unit_test(processes_count_into_one_array),
        cmocka_unit_test(goals_are_what_is_missing),
        cmocka_unit_test(what_is_left),
        cmocka_unit_test(the_last_goal),
        cmocka_unit_test(json_round_trip),
        cmocka_unit_test(json_explains_itself),
        cmocka_unit_test(bad_json_is_refused),
        cmocka_unit_test(long_names_are_refused),
        cmocka_unit_test(text_says_what_is_missing),
        cmocka_unit_test(the_model_tells_maps_and_probes),
        cmocka_unit_test(the_model_tells_what_is_cached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
