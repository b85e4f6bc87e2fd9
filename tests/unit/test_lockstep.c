/* The comparison core of lockstep, with a fake DUT: a second model that plays the RTL and does one thing
 * wrong. Each kind of difference must be found, at the right record, and named. */
#include "sim/files.h"
#include "sim/lockstep.h"
#include "tests/support/asm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NONE = -1, AT = 12, CYCLES_PER_RECORD = 3 };

/* What the fake does wrong; NONE: not. */
struct flaw {
    int field;                 /* this field of record AT differs */
    int unknown;               /* this field of record AT has unknown bits */
    int drop_write;            /* this bus write, counted from 0, is missing */
    int change_write;          /* this bus write has... */
    uint32_t real, data, mask; /* ... these differences */
    int drop_byte, change_byte;
    int extra_write; /* one write more after this record */
    int hang_at;     /* no record from here on */
    int end_at;      /* it ends before this record */
    bool extra_record, wrong_code, wrong_ram, no_end;
    int error_at; /* the simulator breaks before this record */
};
#define NO_FLAW                                                                                                        \
    {                                                                                                                  \
        .field = NONE, .unknown = NONE, .drop_write = NONE, .change_write = NONE, .drop_byte = NONE,                   \
        .change_byte = NONE, .extra_write = NONE, .hang_at = NONE, .end_at = NONE, .error_at = NONE                    \
    }

struct fake {
    struct hv_dut dut;
    struct hv_machine *machine;
    const struct hv_image *image;
    size_t position;
    struct flaw flaw;
    uint64_t cycle;
    int records, writes, bytes;
    bool extra_done;
};

static struct hv_dut_event *add(struct fake *fake, struct hv_dut_event *events, size_t *count, enum hv_dut_kind kind)
{
    struct hv_dut_event *event = &events[(*count)++];
    memset(event, 0, sizeof *event);
    event->cycle = fake->cycle;
    event->kind = (uint16_t)kind;
    return event;
}

static void add_write(struct fake *fake, struct hv_dut_event *events, size_t *count, const struct hv_bus_write *write)
{
    const int number = fake->writes++;
    const uint32_t on = number == fake->flaw.change_write ? UINT32_MAX : 0;
    if (number == fake->flaw.drop_write)
        return;
    struct hv_dut_event *event = add(fake, events, count, HV_DUT_WRITE);
    event->write.real = write->real ^ (fake->flaw.real & on);
    event->write.data = write->data ^ (fake->flaw.data & on);
    event->write.mask = write->mask ^ (fake->flaw.mask & on);
}

static void add_bytes(struct fake *fake, struct hv_dut_event *events, size_t *count)
{
    for (uint8_t byte; hv_machine_uart_output(fake->machine, &byte, 1); fake->bytes++)
        if (fake->bytes != fake->flaw.drop_byte)
            add(fake, events, count, HV_DUT_BYTE)->byte = byte ^ (fake->bytes == fake->flaw.change_byte);
}

static void add_end(struct fake *fake, struct hv_dut_event *events, size_t *count)
{
    const struct flaw *flaw = &fake->flaw;
    if (flaw->extra_record && !fake->extra_done) {
        add(fake, events, count, HV_DUT_COMMIT);
        fake->extra_done = true;
    }
    fake->cycle += flaw->no_end ? 1000 : 0;
    struct hv_dut_event *event = add(fake, events, count, flaw->no_end ? HV_DUT_TIME : HV_DUT_END);
    if (flaw->no_end)
        return;
    const enum hv_stop stop = hv_machine_stopped(fake->machine);
    event->end.halted = stop == HV_STOP_HALTED;
    event->end.finished = stop != HV_STOP_HALTED;
    event->end.exit_code = stop == HV_STOP_HALTED ? 0 : hv_machine_exit_code(fake->machine) ^ flaw->wrong_code;
}

static void add_record(struct fake *fake, struct hv_dut_event *events, size_t *count)
{
    struct hv_commit commit;
    struct hv_bus_write writes[HV_MAX_WRITES];
    size_t write_count = 0;
    fake->cycle += CYCLES_PER_RECORD;
    hv_image_feed(fake->image, fake->machine, &fake->position);
    hv_machine_step(fake->machine, NULL, &commit, writes, HV_MAX_WRITES, &write_count);
    for (size_t i = 0; i < write_count; i++)
        add_write(fake, events, count, &writes[i]);
    add_bytes(fake, events, count);
    struct hv_dut_event *step = add(fake, events, count, HV_DUT_STEP);
    step->step.page = (uint32_t)fake->records;
    struct hv_dut_event *event = add(fake, events, count, HV_DUT_COMMIT);
    memcpy(event->commit, &commit, sizeof commit);
    if (fake->records == AT && fake->flaw.field != NONE)
        event->commit[fake->flaw.field] ^= 1;
    if (fake->records == AT && fake->flaw.unknown != NONE)
        event->unknown = (uint16_t)(fake->flaw.unknown + 1);
    if (fake->records == fake->flaw.extra_write)
        add_write(fake, events, count, &(struct hv_bus_write){.real = 0x80000100, .mask = 15});
    fake->records++;
}

static int fake_run(struct hv_dut *dut, struct hv_dut_event *events, size_t capacity, size_t *count,
                    struct hv_error *error)
{
    (void)error;
    struct fake *fake = (struct fake *)dut;
    assert_true(capacity >= 200);
    *count = 0;
    if (fake->records == fake->flaw.error_at) {
        strcpy(add(fake, events, count, HV_DUT_ERROR)->text, "it broke");
    } else if (fake->records == fake->flaw.hang_at) {
        fake->cycle += 1000;
        add(fake, events, count, HV_DUT_TIME);
    } else if (fake->records == fake->flaw.end_at || hv_machine_stopped(fake->machine) != HV_STOP_NONE) {
        add_end(fake, events, count);
    } else {
        add_record(fake, events, count);
    }
    return 0;
}

static int fake_ram(struct hv_dut *dut, uint8_t *bytes, size_t length, struct hv_error *error)
{
    (void)error;
    struct fake *fake = (struct fake *)dut;
    memcpy(bytes, hv_machine_ram(fake->machine), length);
    bytes[length - 1] ^= fake->flaw.wrong_ram;
    return 0;
}

/* ---- The program: stores, loads, UART, a trap, the finisher ---- */

struct setting {
    struct hv_config config;
    struct code code;
    struct hv_segment segment;
    struct hv_image image;
};

static void write_program(struct code *code, const struct hv_config *config)
{
    code_begin(code, config->ram_base);
    label loop = label_new(code), handler = label_new(code), after = label_new(code);
    op_la(code, X5, handler);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X5);
    op_li(code, X10, config->ram_base + 0x800);
    op_li(code, X11, 5);
    op_li(code, X12, config->uart_base);
    label_here(code, loop);
    op_s(code, HV_INSN_SW, X11, X10, 0);
    op_s(code, HV_INSN_SB, X11, X10, 5);
    op_i(code, HV_INSN_LW, X13, X10, 4);
    op_i(code, HV_INSN_ADDI, X14, X11, 'a');
    op_s(code, HV_INSN_SB, X14, X12, 0);
    op_i(code, HV_INSN_ADDI, X11, X11, -1);
    op_b(code, HV_INSN_BNE, X11, X0, loop);
    op_n(code, HV_INSN_ECALL);
    label_here(code, after);
    op_i(code, HV_INSN_LBU, X15, X12, 0); /* one byte of input */
    op_s(code, HV_INSN_SW, X15, X10, 8);
    op_li(code, X16, config->finisher_base);
    op_li(code, X17, 0x00073333);
    op_s(code, HV_INSN_SW, X17, X16, 0);
    label_here(code, handler);
    op_la(code, X5, after);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MEPC, X5);
    op_n(code, HV_INSN_MRET);
    code_end(code);
}

static int set_up(void **state)
{
    struct setting *s = calloc(1, sizeof *s);
    struct hv_error error;
    assert_non_null(s);
    assert_int_equal(hv_config_read(&s->config, "default", &error), 0);
    s->config.ram_bytes = 0x4000; /* the sanitizers' time */
    write_program(&s->code, &s->config);
    s->segment = (struct hv_segment){s->config.ram_base, (uint8_t *)s->code.words, s->code.count * 4};
    s->image = (struct hv_image){.segments = &s->segment, .count = 1, .input = (const uint8_t *)"z", .input_length = 1};
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

/* Run with a flaw; the status of hv_lockstep_compare. */
static int run(struct setting *s, const struct flaw *flaw, const struct hv_lockstep_options *options,
               struct hv_lockstep_result *result, struct hv_error *error)
{
    struct fake fake = {.dut = {.run = fake_run, .ram = fake_ram}, .image = &s->image, .flaw = *flaw};
    fake.machine = hv_machine_new(&s->config, error);
    assert_non_null(fake.machine);
    assert_int_equal(hv_image_load(&s->image, fake.machine, error), 0);
    const int status = hv_lockstep_compare(&s->config, &s->image, &fake.dut, options, result, error);
    hv_machine_free(fake.machine);
    return status;
}

static struct hv_lockstep_result find(struct setting *s, const struct flaw *flaw, enum hv_difference expected)
{
    const struct hv_lockstep_options options = {.hang_cycles = 5000, .repeat = "nestor cosim 'a b'"};
    struct hv_lockstep_result result;
    struct hv_error error;
    assert_int_equal(run(s, flaw, &options, &result, &error), 0);
    assert_int_equal(result.difference, expected);
    assert_int_equal(result.end, HV_LOCKSTEP_MISMATCH);
    assert_non_null(result.report);
    assert_non_null(strstr(result.report, "repeat with: nestor cosim 'a b'\n"));
    assert_non_null(strstr(result.report, "VMID NULL"));
    return result;
}

static void expect(struct setting *s, const struct flaw *flaw, enum hv_difference expected, const char *text)
{
    struct hv_lockstep_result result = find(s, flaw, expected);
    if (!strstr(result.report, text))
        fail_msg("no '%s' in:\n%s", text, result.report);
    hv_lockstep_result_free(&result);
}

/* ---- Tests ---- */

struct seen {
    uint64_t records, before, steps, writes;
    char output[16];
    size_t length;
    uint64_t stop_at;
};

static void see_before(void *context, const struct hv_machine *machine)
{
    struct seen *seen = context;
    assert_non_null(machine);
    seen->before++;
}

static bool see_record(void *context, const struct hv_lockstep_record *record)
{
    struct seen *seen = context;
    assert_int_equal(record->commit->order, seen->records);
    assert_int_equal(record->step_count, 1);
    assert_int_equal(record->steps[0].page, seen->records);
    assert_int_equal(record->cycle, (seen->records + 1) * CYCLES_PER_RECORD);
    seen->records++;
    seen->writes += record->write_count;
    return seen->records != seen->stop_at;
}

static void see_output(void *context, const uint8_t *bytes, size_t length)
{
    struct seen *seen = context;
    assert_true(seen->length + length < sizeof seen->output);
    memcpy(seen->output + seen->length, bytes, length);
    seen->length += length;
}

static void test_agreement(void **state)
{
    struct seen seen = {0};
    const struct hv_lockstep_options options = {
        .watch = {.context = &seen, .before = see_before, .record = see_record, .output = see_output}};
    struct hv_lockstep_result result;
    struct hv_error error;
    assert_int_equal(run(*state, &(struct flaw)NO_FLAW, &options, &result, &error), 0);
    assert_int_equal(result.end, HV_LOCKSTEP_FINISHED);
    assert_int_equal(result.exit_code, 7);
    assert_null(result.report);
    assert_int_equal(result.difference, HV_DIFFERENCE_NONE);
    assert_int_equal(result.commits, seen.records);
    assert_int_equal(result.commits, seen.before);
    assert_int_equal(result.commits, result.counters.commits);
    assert_int_equal(result.cycles, result.commits * CYCLES_PER_RECORD + 1);
    assert_int_equal(seen.writes, 5 * 3 + 2);
    assert_string_equal(seen.output, "fedcb");
}

static void test_limit_and_stop(void **state)
{
    struct seen seen = {.stop_at = 9};
    struct hv_lockstep_options options = {.max_commits = 20};
    struct hv_lockstep_result result;
    struct hv_error error;
    assert_int_equal(run(*state, &(struct flaw)NO_FLAW, &options, &result, &error), 0);
    assert_int_equal(result.end, HV_LOCKSTEP_LIMIT);
    assert_int_equal(result.commits, 20);
    options.watch = (struct hv_lockstep_watch){.context = &seen, .record = see_record};
    assert_int_equal(run(*state, &(struct flaw)NO_FLAW, &options, &result, &error), 0);
    assert_int_equal(result.end, HV_LOCKSTEP_STOPPED);
    assert_int_equal(result.commits, 9);
}

static void test_every_field(void **state)
{
    static const char *const names[] = {
#define COMMIT_FIELD(name, bits, port, meaning) #name,
#include "isa/commit.def"
    };
    for (int field = 0; field < HV_COMMIT_FIELDS; field++) {
        struct flaw flaw = NO_FLAW;
        char title[64], row[64];
        snprintf(title, sizeof title, "mismatch at record %d, cycle %d: fields differ: %s\n", AT,
                 (AT + 1) * CYCLES_PER_RECORD, names[field]);
        snprintf(row, sizeof row, "\n* %s ", names[field]);
        flaw.field = field;
        struct hv_lockstep_result result = find(*state, &flaw, HV_DIFFERENCE_FIELD);
        assert_int_equal(result.fields, UINT64_C(1) << field);
        assert_int_equal(result.commits, AT);
        assert_int_equal(result.cycle, (AT + 1) * CYCLES_PER_RECORD);
        assert_non_null(strstr(result.report, title));
        assert_non_null(strstr(result.report, row));
        hv_lockstep_result_free(&result);

        flaw.field = NONE;
        flaw.unknown = field;
        expect(*state, &flaw, HV_DIFFERENCE_UNKNOWN, "unknown bits (X)");
    }
}

static void test_report(void **state)
{
    struct flaw flaw = NO_FLAW;
    flaw.field = HV_COMMIT_rd_wdata;
    expect(*state, &flaw, HV_DIFFERENCE_FIELD, "last 12 records that agree:\n");
    expect(*state, &flaw, HV_DIFFERENCE_FIELD, "sw a1,0(a0)");
    expect(*state, &flaw, HV_DIFFERENCE_FIELD, "addi a1,a1,-1");
    flaw.hang_at = 30;
    flaw.field = NONE;
    expect(*state, &flaw, HV_DIFFERENCE_HANG, "last 16 records that agree:\n");
}

/* Symbols of a program that is said to lie there: the records differ at its fourth word. */
static void test_report_places(void **state)
{
    const struct setting *s = *state;
    struct view_places *places = view_places_new();
    const int program = view_places_program(places, view_symbols_of_file("build/software/hello.elf"));
    assert_true(view_places_put(places, program, s->config.ram_base, HV_PAGE_BYTES, s->config.ram_base));
    const struct hv_lockstep_options options = {.places = places};
    struct flaw flaw = NO_FLAW;
    struct hv_lockstep_result result;
    struct hv_error error;
    flaw.field = HV_COMMIT_rd_wdata;
    assert_int_equal(run(*state, &flaw, &options, &result, &error), 0);
    const char *sides = strstr(result.report, "  <_start+0x"), *past = strstr(result.report, "records that agree:");
    if (!sides || !past || sides > past || !strstr(past, "  <_start start.S:") ||
        !strstr(past, "  <_start+0x4 start.S:"))
        fail_msg("symbols are not in:\n%s", result.report);
    hv_lockstep_result_free(&result);
    view_places_free(places);
}

static void test_writes(void **state)
{
    static const struct {
        uint32_t real, data, mask;
        const char *text;
    } changes[] = {{4, 0, 0, "RTL    word at 80000800, data 00000500, bytes 2 (cycle"},
                   {0, 0x200, 0, "RTL    word at 80000804, data 00000700, bytes 2 (cycle"},
                   {0, 0, 1, "RTL    word at 80000804, data 00000500, bytes 3 (cycle"}};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct flaw flaw = NO_FLAW;
        flaw.change_write = 1;
        flaw.real = changes[i].real;
        flaw.data = changes[i].data;
        flaw.mask = changes[i].mask;
        expect(*state, &flaw, HV_DIFFERENCE_WRITE, changes[i].text);
        expect(*state, &flaw, HV_DIFFERENCE_WRITE, "model  word at 80000804, data 00000500, bytes 2 (record");
    }
    struct flaw dropped = NO_FLAW;
    dropped.drop_write = 4; /* found at the next one */
    expect(*state, &dropped, HV_DIFFERENCE_WRITE, "number 4 in order");
    dropped.drop_write = 5 * 3 + 1; /* the last: found at the end */
    expect(*state, &dropped, HV_DIFFERENCE_WRITE, "the RTL ended without it");
    struct flaw extra = NO_FLAW;
    extra.extra_write = 10;
    expect(*state, &extra, HV_DIFFERENCE_WRITE, "data 00000000, bytes f");
}

static void test_output(void **state)
{
    struct flaw flaw = NO_FLAW;
    flaw.change_byte = 2;
    expect(*state, &flaw, HV_DIFFERENCE_OUTPUT, "byte 0x65");
    flaw = (struct flaw)NO_FLAW;
    flaw.drop_byte = 4;
    expect(*state, &flaw, HV_DIFFERENCE_OUTPUT, "the RTL ended without it");
}

static void test_end(void **state)
{
    struct flaw flaw = NO_FLAW;
    flaw.wrong_code = true;
    expect(*state, &flaw, HV_DIFFERENCE_END, "exit code 7; RTL: finished 1, halted 0, exit code 6");
    flaw = (struct flaw)NO_FLAW;
    flaw.end_at = 20;
    expect(*state, &flaw, HV_DIFFERENCE_END, "model: finished 0");
    flaw = (struct flaw)NO_FLAW;
    flaw.wrong_ram = true;
    expect(*state, &flaw, HV_DIFFERENCE_RAM, "word at 80003ffc: model 00000000, RTL 01000000\n  1 words differ");
}

static void test_halt(void **state)
{
    struct setting *s = *state;
    const struct hv_lockstep_options options = {0};
    struct hv_lockstep_result result;
    struct hv_error error;
    s->code.words[0] = word_n(HV_INSN_WFI);
    assert_int_equal(run(s, &(struct flaw)NO_FLAW, &options, &result, &error), 0);
    assert_int_equal(result.end, HV_LOCKSTEP_HALTED);
    assert_int_equal(result.commits, 1);
    struct flaw flaw = NO_FLAW;
    flaw.extra_record = true;
    expect(s, &flaw, HV_DIFFERENCE_EXTRA, "after the model's last");
}

/* What the RTL had fetched before the finisher's store closed the bus (docs/spec.md, 10.10). */
static void test_record_after_finish(void **state)
{
    const struct hv_lockstep_options options = {0};
    struct hv_lockstep_result result;
    struct hv_error error;
    struct flaw flaw = NO_FLAW;
    flaw.extra_record = true;
    assert_int_equal(run(*state, &flaw, &options, &result, &error), 0);
    assert_int_equal(result.end, HV_LOCKSTEP_FINISHED);
    assert_int_equal(result.commits, result.counters.commits);
}

static void test_hang(void **state)
{
    struct flaw flaw = NO_FLAW;
    flaw.hang_at = 15;
    expect(*state, &flaw, HV_DIFFERENCE_HANG, "no record of the RTL for 5000 cycles");
    expect(*state, &flaw, HV_DIFFERENCE_HANG, "the model's next record is shown");
    flaw = (struct flaw)NO_FLAW;
    flaw.no_end = true;
    expect(*state, &flaw, HV_DIFFERENCE_HANG, "the model has ended, and the RTL does not");
}

/* Time base `clock`: a WFI waits for the UART's line if level 0 enables it. When no byte is left it is for ever; a WFI
 * that ought to have ended, or waits for nothing, is a hang. */
static void test_wait_for_ever(void **state)
{
    struct setting *s = *state;
    const struct hv_lockstep_options options = {.hang_cycles = 5000};
    struct hv_lockstep_result result;
    struct hv_error error;
    struct flaw flaw = NO_FLAW;
    s->config.timebase = HV_TIMEBASE_CLOCK;
    code_begin(&s->code, s->config.ram_base);
    op_i(&s->code, HV_INSN_ADDI, X5, X0, 1);
    op_i(&s->code, HV_INSN_SLLI, X5, X5, HV_IRQ_MEI);
    op_csr(&s->code, HV_INSN_CSRRW, X0, HV_CSR_MIE, X5);
    op_n(&s->code, HV_INSN_WFI);
    flaw.hang_at = 3;
    assert_int_equal(run(s, &flaw, &options, &result, &error), 0);
    assert_int_equal(result.end, HV_LOCKSTEP_HALTED);
    assert_int_equal(result.commits, 3);
    s->code.words[1] = word_i(HV_INSN_SLLI, X5, X5, HV_IRQ_MSI); /* what nothing from outside can wake ends at once */
    flaw.hang_at = 3;
    expect(s, &flaw, HV_DIFFERENCE_HANG, "no record of the RTL");
}

static void test_simulator_error(void **state)
{
    struct flaw flaw = NO_FLAW;
    const struct hv_lockstep_options options = {0};
    struct hv_lockstep_result result;
    struct hv_error error;
    flaw.error_at = 3;
    assert_int_equal(run(*state, &flaw, &options, &result, &error), -1);
    assert_string_equal(error.text, "simulator: it broke");
    assert_null(result.report);
}

/* Nobody but the model judges: a DUT whose program counter goes its own way is not followed. */
static void test_nothing_is_copied(void **state)
{
    struct setting *s = *state;
    struct flaw flaw = NO_FLAW;
    flaw.field = HV_COMMIT_mip;
    expect(s, &flaw, HV_DIFFERENCE_FIELD, "mip");
    /* With the time base `clock` the lines come from the RTL, and are not compared with anything. */
    s->config.timebase = HV_TIMEBASE_CLOCK;
    const struct hv_lockstep_options options = {0};
    struct hv_lockstep_result result;
    struct hv_error error;
    assert_int_equal(run(s, &flaw, &options, &result, &error), 0);
    assert_int_equal(result.end, HV_LOCKSTEP_FINISHED);
}

static void test_segment_outside(void **state)
{
    struct setting *s = *state;
    struct hv_error error;
    struct hv_machine *machine = hv_machine_new(&s->config, &error);
    s->segment.real -= 4;
    assert_int_equal(hv_image_load(&s->image, machine, &error), -1);
    assert_non_null(strstr(error.text, "outside RAM"));
    hv_machine_free(machine);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_agreement),
        TEST(test_limit_and_stop),
        TEST(test_every_field),
        TEST(test_report),
        TEST(test_report_places),
        TEST(test_writes),
        TEST(test_output),
        TEST(test_end),
        TEST(test_halt),
        TEST(test_record_after_finish),
        TEST(test_hang),
        TEST(test_wait_for_ever),
        TEST(test_simulator_error),
        TEST(test_nothing_is_copied),
        TEST(test_segment_outside),
    };
    return cmocka_run_group_tests_name("lockstep", tests, NULL, NULL);
}
