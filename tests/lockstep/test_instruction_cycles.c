/* What an instruction costs, in the steady flow of its neighbours, with zero-wait memory: the table of
 * docs/microarchitecture.md, Cycles. Each is put between additions, which take a cycle each; its cost is what lies
 * between the record of the addition before it and that of the fifth one after it, less these five. So the empty
 * cycles after a jump count for the jump, a wait of the next instruction for what it waits for, and a fetch that had to
 * wait for the access that it waited for. The CPI stack of the same records must say so, too. */
#include "sim/simulator.h"
#include "tests/support/asm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>

enum { BEFORE = 6, AFTER = 8, BEHIND = 5, DATA = 0x3000, OPERAND = 0x12345 };

struct kind {
    const char *name;
    void (*emit)(struct code *code);
    uint64_t cycles[3];             /* by enum hv_multiplier: sequential, fast, serial */
    enum hv_stack_cause cause, use; /* of what it takes beyond one; the last of these cycles, if that is another's */
};

static void nops(struct code *code, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        op_i(code, HV_INSN_ADDI, X9, X9, 1);
}

static void alu(struct code *code)
{
    op_r(code, HV_INSN_XOR, X12, X10, X11);
}

static void not_taken_forwards(struct code *code)
{
    label to = label_new(code);
    op_b(code, HV_INSN_BNE, X0, X0, to);
    label_here(code, to);
}

static void taken_forwards(struct code *code)
{
    label to = label_new(code);
    op_b(code, HV_INSN_BEQ, X0, X0, to);
    nops(code, 2);
    label_here(code, to);
}

/* Forwards to a jump that goes back. The first jump's cost is not part of it: it comes BEFORE additions earlier.
 * `left`: so many words of a page come behind it; ANYWHERE: it lies where it comes to lie, in the page that it goes to.
 */
enum { ANYWHERE = -1 };
static void backwards(struct code *code, enum hv_insn branch, int left)
{
    label to = label_new(code), over = label_new(code);
    op_jal(code, X0, over);
    label_here(code, to);
    nops(code, AFTER);
    label end = label_new(code);
    op_r(code, HV_INSN_XOR, X12, X10, X11); /* so that the next jump has no row of additions before it */
    op_jal(code, X0, end);
    while (left != ANYWHERE && (code_here(code) / 4 + BEFORE + 1 + (unsigned)left) % 1024)
        nops(code, 1);
    label_here(code, over);
    nops(code, BEFORE);
    if (branch == HV_INSN_JAL)
        op_jal(code, X1, to);
    else
        op_b(code, branch, X0, X0, to);
    nops(code, AFTER + 4);
    label_here(code, end);
}

static void taken_backwards(struct code *code)
{
    backwards(code, HV_INSN_BEQ, ANYWHERE);
}

static void not_taken_backwards(struct code *code)
{
    backwards(code, HV_INSN_BNE, ANYWHERE);
}

static void jal(struct code *code)
{
    label to = label_new(code);
    op_jal(code, X1, to);
    nops(code, 2);
    label_here(code, to);
}

/* The word behind its target must lie in the page, too, and that behind the jump before the page's last one. */
static void jal_at_end(struct code *code)
{
    backwards(code, HV_INSN_JAL, 2);
}

static void jal_nearer(struct code *code)
{
    backwards(code, HV_INSN_JAL, 1);
}

static void jal_last(struct code *code)
{
    backwards(code, HV_INSN_JAL, 0);
}

static void jal_to_page(struct code *code)
{
    label to = label_new(code);
    op_jal(code, X1, to);
    nops(code, 1024);
    label_here(code, to);
}

static void jal_out_of_page(struct code *code)
{
    backwards(code, HV_INSN_JAL, 1023);
}

static void jalr(struct code *code)
{
    label to = label_new(code);
    op_la(code, X5, to);
    nops(code, BEFORE);
    op_i(code, HV_INSN_JALR, X1, X5, 0);
    nops(code, 2);
    label_here(code, to);
}

static void load(struct code *code)
{
    op_i(code, HV_INSN_LW, X12, X8, 0);
}

static void load_used(struct code *code)
{
    op_i(code, HV_INSN_LW, X9, X8, 0);
}

static void store(struct code *code)
{
    op_s(code, HV_INSN_SW, X10, X8, 4);
}

static void mul(struct code *code)
{
    op_r(code, HV_INSN_MUL, X12, X10, X11);
}

static void mul_used(struct code *code)
{
    op_r(code, HV_INSN_MUL, X9, X10, X11);
}

static void shift(struct code *code)
{
    op_i(code, HV_INSN_SRAI, X12, X10, 5);
}

static void shift_by_none(struct code *code)
{
    op_r(code, HV_INSN_SLL, X12, X10, X0);
}

static void mul_small(struct code *code)
{
    op_r(code, HV_INSN_MUL, X12, X11, X10);
}

static void mulh(struct code *code)
{
    op_r(code, HV_INSN_MULH, X12, X11, X11);
}

static void mulhu(struct code *code)
{
    op_r(code, HV_INSN_MULHU, X12, X11, X10);
}

static void divide(struct code *code)
{
    op_r(code, HV_INSN_DIVU, X12, X11, X10);
}

static void csr_read(struct code *code)
{
    op_csr(code, HV_INSN_CSRRS, X12, 0x340, X0);
}

static void csr_write(struct code *code)
{
    op_csr(code, HV_INSN_CSRRW, X12, 0x340, X10);
}

static const struct kind kinds[] = {
    {"ALU", alu, {1, 1, 1}, HV_STACK_OTHERS, HV_STACK_OTHERS},
    {"branch forwards, not taken", not_taken_forwards, {1, 1, 1}, HV_STACK_FALLEN, HV_STACK_FALLEN},
    {"branch backwards, taken", taken_backwards, {1, 1, 1}, HV_STACK_BACKWARD, HV_STACK_BACKWARD},
    {"branch forwards, taken", taken_forwards, {3, 3, 3}, HV_STACK_FORWARD, HV_STACK_FORWARD},
    {"branch backwards, not taken", not_taken_backwards, {3, 3, 3}, HV_STACK_FALLEN, HV_STACK_FALLEN},
    {"jal", jal, {1, 1, 1}, HV_STACK_JUMPS, HV_STACK_JUMPS},
    {"jal two words before the end of a page", jal_at_end, {1, 1, 1}, HV_STACK_JUMPS, HV_STACK_JUMPS},
    {"jal one word before it", jal_nearer, {3, 3, 3}, HV_STACK_JUMPS, HV_STACK_JUMPS},
    {"jal in the last word", jal_last, {3, 3, 3}, HV_STACK_JUMPS, HV_STACK_JUMPS},
    {"jal to the next page", jal_to_page, {3, 3, 3}, HV_STACK_JUMPS, HV_STACK_JUMPS},
    {"jal to the page before", jal_out_of_page, {3, 3, 3}, HV_STACK_JUMPS, HV_STACK_JUMPS},
    {"jalr", jalr, {3, 3, 3}, HV_STACK_JUMPS, HV_STACK_JUMPS},
    {"load", load, {2, 2, 2}, HV_STACK_LOADS, HV_STACK_LOADS},
    {"load, used by the next", load_used, {3, 3, 3}, HV_STACK_LOADS, HV_STACK_LOAD_USES},
    {"store", store, {1, 1, 1}, HV_STACK_STORES, HV_STACK_STORES},
    {"mul", mul, {9, 1, 33}, HV_STACK_MULTIPLICATIONS, HV_STACK_MULTIPLICATIONS},
    {"mul, used by the next", mul_used, {10, 2, 34}, HV_STACK_MULTIPLICATIONS, HV_STACK_MULTIPLICATIONS},
    {"mul of a small number", mul_small, {5, 1, 33}, HV_STACK_MULTIPLICATIONS, HV_STACK_MULTIPLICATIONS},
    {"mulh of two negative numbers", mulh, {9, 4, 34}, HV_STACK_MULTIPLICATIONS, HV_STACK_MULTIPLICATIONS},
    {"mulhu", mulhu, {9, 2, 34}, HV_STACK_MULTIPLICATIONS, HV_STACK_MULTIPLICATIONS},
    {"divu", divide, {34, 34, 34}, HV_STACK_DIVISIONS, HV_STACK_DIVISIONS},
    {"shift by 5", shift, {1, 1, 6}, HV_STACK_OTHERS, HV_STACK_OTHERS},
    {"shift by 0", shift_by_none, {1, 1, 2}, HV_STACK_OTHERS, HV_STACK_OTHERS},
    {"CSR read", csr_read, {4, 4, 4}, HV_STACK_CSRS, HV_STACK_CSRS},
    {"CSR write", csr_write, {5, 5, 5}, HV_STACK_CSRS, HV_STACK_CSRS},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* Cycles of records, by their order, and what each record was. */
struct trace {
    size_t count;
    uint64_t cycle[512];
    struct hv_commit commit[512];
    uint64_t phases[512][HV_PHASES];
};

static bool record(void *context, const struct hv_lockstep_record *record)
{
    struct trace *trace = context;
    if (trace->count < sizeof trace->cycle / sizeof trace->cycle[0]) {
        trace->cycle[trace->count] = record->cycle;
        memcpy(trace->phases[trace->count], record->phases, sizeof trace->phases[0]);
        trace->commit[trace->count++] = *record->commit;
    }
    return true;
}

/* The record of the instruction under test: the last one that is no addition to x9 and has BEFORE of them before it and
 * BEHIND behind. */
static size_t find(const struct trace *trace)
{
    const uint32_t nop = word_i(HV_INSN_ADDI, X9, X9, 1);
    for (size_t i = trace->count; i-- > BEFORE;) {
        size_t before = 0, behind = 0;
        while (before < BEFORE && trace->commit[i - 1 - before].insn == nop)
            before++;
        while (i + 1 + behind < trace->count && trace->commit[i + 1 + behind].insn == nop)
            behind++;
        if (trace->commit[i].insn != nop && before == BEFORE && behind >= BEHIND)
            return i;
    }
    fail_msg("the instruction has no record");
    return 0;
}

/* Is all that the instruction took beyond a cycle where it belongs? With one port of RAM a store's is a word that is
 * late.
 */
static bool is_told(const struct trace *trace, size_t at, const struct kind *kind, const struct hv_config *config,
                    uint64_t cycles)
{
    const bool waits = kind->emit == store && config->ram_ports == 1;
    const enum hv_stack_cause cause = waits ? HV_STACK_WORDS : kind->cause, use = waits ? cause : kind->use;
    uint64_t stack[HV_STACK_CAUSES] = {0};
    for (size_t i = at; i <= at + BEHIND; i++)
        hv_stack_add(stack, &trace->commit[i - 1], &trace->commit[i], trace->phases[i]);
    const uint64_t used = use != cause;
    stack[HV_STACK_INSTRUCTIONS] -= BEHIND + 1;
    stack[cause] -= cycles - 1 - used;
    stack[use] -= used;
    for (unsigned i = 0; i < HV_STACK_CAUSES; i++)
        if (stack[i])
            print_error("%s: CPI stack: cause %u is off by %d\n", kind->name, i, (int)(int64_t)stack[i]);
    return memcmp(stack, (uint64_t[HV_STACK_CAUSES]){0}, sizeof stack) == 0;
}

/* Returns 0 if the CPI stack tells otherwise. */
static uint64_t cost(struct hv_simulator *simulator, const struct hv_config *config, const struct kind *kind)
{
    static struct trace trace;
    struct code code;
    struct hv_error error;
    struct hv_lockstep_result result;
    trace.count = 0;
    code_begin(&code, config->ram_base);
    op_li(&code, X8, config->ram_base + DATA);
    op_li(&code, X10, OPERAND);
    op_li(&code, X11, 0xffffffff);
    nops(&code, BEFORE);
    kind->emit(&code);
    nops(&code, AFTER);
    op_li(&code, X5, config->finisher_base);
    op_li(&code, X6, 0x5555);
    op_s(&code, HV_INSN_SW, X6, X5, 0);
    code_end(&code);
    const struct hv_segment segment = {config->ram_base, (uint8_t *)code.words, code.count * 4};
    const struct hv_image image = {.segments = &segment, .count = 1};
    const struct hv_lockstep_options options = {.watch = {.context = &trace, .record = record}};
    if (hv_lockstep_run(simulator, &image, &options, &result, &error))
        fail_msg("%s: %s", kind->name, error.text);
    if (result.end != HV_LOCKSTEP_FINISHED)
        fail_msg("%s: end %u\n%s", kind->name, result.end, result.report ? result.report : "");
    hv_lockstep_result_free(&result);
    size_t at = find(&trace);
    const uint64_t cycles = trace.cycle[at + BEHIND] - trace.cycle[at - 1] - BEHIND;
    return is_told(&trace, at, kind, config, cycles) ? cycles : 0;
}

/* As configured: of one port of RAM a store takes a fetch's place, and without prediction the way of fetch is on. */
static uint64_t cycles_of(const struct kind *kind, const struct hv_config *config)
{
    if (kind->emit == store && config->ram_ports == 1)
        return 2;
    if (config->prediction == HV_PREDICTION_NONE) {
        if (kind->emit == taken_backwards || kind->emit == jal || kind->emit == jal_at_end)
            return 3;
        if (kind->emit == not_taken_backwards)
            return 1;
    }
    return kind->cycles[config->multiplier];
}

static void check(enum hv_multiplier multiplier, unsigned ram_ports, enum hv_prediction prediction)
{
    struct hv_config config;
    struct hv_error error;
    const struct hv_simulator_options options = {.kind = HV_SIM_VERILATOR};
    if (hv_config_read(&config, "plain", &error))
        fail_msg("%s", error.text);
    config.multiplier = multiplier;
    config.ram_ports = ram_ports;
    config.prediction = prediction;
    struct hv_simulator *simulator = hv_simulator_open(&config, &options, &error);
    if (!simulator)
        fail_msg("%s", error.text);
    unsigned wrong = 0;
    for (size_t i = 0; i < KINDS; i++) {
        uint64_t expected = cycles_of(&kinds[i], &config);
        uint64_t found = cost(simulator, &config, &kinds[i]);
        if (found != expected) {
            print_error("%s: found %u cycles, expected %u\n", kinds[i].name, (unsigned)found, (unsigned)expected);
            wrong++;
        }
    }
    hv_simulator_close(simulator);
    assert_int_equal(wrong, 0);
}

static void test_sequential(void **state)
{
    (void)state;
    check(HV_MULTIPLIER_SEQUENTIAL, 2, HV_PREDICTION_STATIC);
}

static void test_fast(void **state)
{
    (void)state;
    check(HV_MULTIPLIER_FAST, 2, HV_PREDICTION_STATIC);
}

static void test_serial(void **state)
{
    (void)state;
    check(HV_MULTIPLIER_SERIAL, 2, HV_PREDICTION_STATIC);
}

static void test_least(void **state)
{
    (void)state;
    check(HV_MULTIPLIER_SEQUENTIAL, 1, HV_PREDICTION_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequential),
        cmocka_unit_test(test_fast),
        cmocka_unit_test(test_serial),
        cmocka_unit_test(test_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
