/* Every register of the UART on the model and on QEMU: after reset, after every byte written to each, and in a long
 * random sequence of reads and writes; and what differs, with both values (docs/verification.md). */
#include "sim/files.h"
#include "tests/qemu/known.h"
#include "tests/qemu/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RBR_THR, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCR, REGISTERS };
enum { DLAB = 0x80, LOOP = 0x10, FIFO = 1, RANDOM_STEPS = 30000 };

/* A read of a register, or a write of a byte. */
struct step {
    uint8_t reg, value;
    bool write;
};
#define READ(reg)                                                                                                      \
    {                                                                                                                  \
        reg, 0, false                                                                                                  \
    }
#define WRITE(reg, value)                                                                                              \
    {                                                                                                                  \
        reg, value, true                                                                                               \
    }

/* A run of steps on both machines; answer i is of read i. */
struct run {
    struct code code;
    uint8_t *image, *ram;
    struct step *steps; /* the reads */
    size_t reads;
};

static void flush(struct run *r)
{
    code_end(&r->code);
    for (size_t i = 0; i < r->code.count; i++)
        ram_set_word(r->image, r->code.origin + 4 * (uint32_t)i, r->code.words[i]);
    code_begin(&r->code, code_here(&r->code));
}

static void begin(struct run *r)
{
    struct code *c = &r->code;
    memset(r, 0, sizeof *r);
    r->image = calloc(1, RAM_BYTES);
    r->ram = malloc(RAM_BYTES);
    r->steps = calloc(RAM_BYTES / 16, sizeof *r->steps);
    assert_true(r->image && r->ram && r->steps);
    code_begin(c, RAM_BASE);
    op_li(c, X5, CODE_BASE);
    op_i(c, HV_INSN_JALR, X0, X5, 0);
    flush(r);
    code_begin(c, CODE_BASE);
    label clear = label_new(c);
    op_li(c, X5, TREE_BASE); /* QEMU's device tree, where what is sent will be */
    op_li(c, X6, TREE_BASE + TREE_BYTES);
    label_here(c, clear);
    op_s(c, HV_INSN_SW, X0, X5, 0);
    op_i(c, HV_INSN_ADDI, X5, X5, 4);
    op_b(c, HV_INSN_BNE, X5, X6, clear);
    op_li(c, X5, UART_BASE);
    op_li(c, X31, LOG_BASE);
}

static void end(struct run *r)
{
    free(r->image);
    free(r->ram);
    free(r->steps);
}

static void take(struct run *r, const struct step *step)
{
    struct code *c = &r->code;
    if (step->write) {
        op_i(c, HV_INSN_ADDI, X6, X0, step->value);
        op_s(c, HV_INSN_SB, X6, X5, step->reg);
    } else {
        op_i(c, HV_INSN_LBU, X6, X5, step->reg);
        op_s(c, HV_INSN_SW, X6, X31, 0);
        op_i(c, HV_INSN_ADDI, X31, X31, 4);
        r->steps[r->reads++] = *step;
    }
    if (c->count > CODE_WORDS - 64)
        flush(r);
}

/* The answers of a machine: 0 the model, of that kind; 1 QEMU. What it sent is in the place of the device tree. */
static void answers(struct run *r, int machine, struct kind kind, uint8_t *values)
{
    struct hv_error error = {""};
    if (machine ? run_qemu(r->image, kind, r->ram, &error) : run_model(r->image, kind, r->ram, NULL, &error))
        fail_msg("%s", error.text);
    for (size_t i = 0; i < r->reads; i++)
        values[i] = (uint8_t)ram_word(r->ram, LOG_BASE + 4 * (uint32_t)i);
}

static void finish(struct run *r)
{
    struct code *c = &r->code;
    op_li(c, X5, FINISHER_BASE);
    op_li(c, X6, 0x5555);
    op_s(c, HV_INSN_SW, X6, X5, 0);
    flush(r);
}

/* All answers and all bytes sent must be equal, on bare hardware and in a virtual machine. */
static void compare(struct run *r)
{
    static const struct kind kinds[] = {{HV_ISA_RV32IM, HV_PHI_RB, 0}, {HV_ISA_RV32IM, HV_PHI_RB, 3}};
    uint8_t *model = malloc(r->reads), *qemu = malloc(r->reads), *sent = malloc(TREE_BYTES);
    assert_true(model && qemu && sent);
    finish(r);
    answers(r, 1, kinds[0], qemu);
    memcpy(sent, r->ram + (TREE_BASE - RAM_BASE), TREE_BYTES);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        answers(r, 0, kinds[k], model);
        for (size_t i = 0; i < r->reads; i++)
            if (model[i] != qemu[i])
                fail_msg("depth %u, read %zu, register %u: model 0x%02x, QEMU 0x%02x", kinds[k].depth, i,
                         r->steps[i].reg, model[i], qemu[i]);
        assert_memory_equal(r->ram + (TREE_BASE - RAM_BASE), sent, TREE_BYTES);
    }
    free(model);
    free(qemu);
    free(sent);
}

/* What QEMU's board sets otherwise, or not at all. By a divisor of 65535 QEMU's timeout for received bytes is far away.
 */
static void set_up(struct run *r)
{
    static const struct step steps[] = {WRITE(LCR, DLAB), WRITE(RBR_THR, 0xff), WRITE(IER, 0xff), WRITE(LCR, 0),
                                        WRITE(MCR, 0)};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        take(r, &steps[i]);
}

/* RBR only if it shows something. */
static void read_all(struct run *r, bool rbr)
{
    for (uint8_t reg = rbr ? RBR_THR : IER; reg < REGISTERS; reg++)
        take(r, &(struct step)READ(reg));
}

/* Every byte into every register, with and without DLAB and loop-back; then all registers. What differs is kept out:
 * bits 7:6 of FCR, and see `differences`. */
static void test_every_byte(void **state)
{
    static const struct step begins[][2] = {
        {WRITE(LCR, 0), WRITE(MCR, 0)}, {WRITE(LCR, 0), WRITE(MCR, LOOP)}, {WRITE(LCR, DLAB), WRITE(MCR, 0)}};
    struct run r;
    (void)state;
    begin(&r);
    set_up(&r);
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        for (unsigned reg = 0; reg < REGISTERS; reg++)
            for (unsigned value = 0; value < 256; value += reg == RBR_THR && i == 0 ? 7 : 1) {
                take(&r, &begins[i][0]);
                take(&r, &begins[i][1]);
                const uint8_t bits = reg == IIR_FCR ? 0x3f : 0xff;
                const bool dlab = reg == LCR ? value & DLAB : i == 2;
                take(&r, &(struct step)WRITE((uint8_t)reg, (uint8_t)value & bits));
                read_all(&r, dlab || (i == 1 && reg == RBR_THR));
            }
    compare(&r);
    end(&r);
}

/* A random sequence, kept out of what differs: it knows of FCR, DLAB and what waits. */
static void test_random(void **state)
{
    struct run r;
    uint64_t seed = 1;
    uint8_t lcr = 0, mcr = 0, waits = 0, fifo = 0;
    (void)state;
    begin(&r);
    set_up(&r);
    for (unsigned i = 0; i < RANDOM_STEPS; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        struct step step = {seed >> 61 & 7, (uint8_t)(seed >> 40), seed >> 33 & 1};
        const bool data = step.reg == RBR_THR && !(lcr & DLAB);
        if (step.reg == LCR && step.write && seed >> 50 & 3)
            step.value &= 0x7f;
        if ((lcr & DLAB) && (step.reg == RBR_THR || step.reg == IER))
            step.write = false;
        if (step.reg == IIR_FCR)
            step.value &= 0x3f;
        if (data && step.write && waits && (fifo || !(mcr & LOOP)))
            step.write = false;
        if (data && !step.write && !waits && !fifo)
            step.reg = LSR;
        if (step.write && step.reg == LCR)
            lcr = step.value;
        if (step.write && step.reg == MCR)
            mcr = step.value;
        if (data && step.reg == RBR_THR)
            waits = step.write && mcr & LOOP;
        if (step.write && step.reg == IIR_FCR) {
            waits = waits && !(step.value & 2) && fifo == (step.value & FIFO);
            fifo = step.value & FIFO;
        }
        take(&r, &step);
    }
    compare(&r);
    end(&r);
}

/* What differs: the last read has these values. */
static const struct {
    const char *what, *reason;
    struct step steps[6];
    size_t count;
    uint8_t model, qemu;
} differences[] = {
    {"MCR after reset", "zero in the data sheet; QEMU's board has OUT2", {READ(MCR)}, 1, 0x00, 0x08},
    {"DLL after reset", "undefined in the data sheet", {WRITE(LCR, DLAB), READ(RBR_THR)}, 2, 0x00, 0x0c},
    {"RBR without a byte, FIFOs off",
     "undefined in the data sheet",
     {WRITE(MCR, LOOP), WRITE(RBR_THR, 'a'), READ(RBR_THR), READ(RBR_THR)},
     4,
     0x00,
     'a'},
    {"FIFOs on, a second byte in loop-back before the first is read",
     "the model has one place for it, QEMU sixteen",
     {WRITE(IIR_FCR, 1), WRITE(MCR, LOOP), WRITE(RBR_THR, 'a'), WRITE(RBR_THR, 'b'), READ(LSR)},
     5,
     0x63,
     0x61},
    {"FIFOs on, trigger level above one byte",
     "the model's is one byte",
     {WRITE(IIR_FCR, 0xc1), WRITE(IER, 1), WRITE(MCR, LOOP), WRITE(RBR_THR, 'a'), READ(IIR_FCR)},
     5,
     0xc4,
     0xc1},
    {"a byte that came back, when another is sent after loop-back",
     "the model has one register for both",
     {WRITE(MCR, LOOP), WRITE(RBR_THR, 'a'), WRITE(MCR, 0), WRITE(RBR_THR, 'b'), READ(LSR)},
     5,
     0x60,
     0x61},
};

static void test_differences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++) {
        struct run r;
        uint8_t values[6];
        begin(&r);
        for (size_t k = 0; k < differences[i].count; k++)
            take(&r, &differences[i].steps[k]);
        finish(&r);
        for (int machine = 0; machine < 2; machine++) {
            answers(&r, machine, (struct kind){HV_ISA_RV32IM, HV_PHI_RB, 0}, values);
            const uint8_t expected = machine ? differences[i].qemu : differences[i].model;
            if (values[r.reads - 1] != expected)
                fail_msg("%s (%s): found 0x%02x, expected 0x%02x of %s", differences[i].what, differences[i].reason,
                         values[r.reads - 1], expected, machine ? "QEMU" : "the model");
        }
        end(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_differences),
    };
    int status;
    if (!is_known_qemu(&status))
        return status;
    return cmocka_run_group_tests_name("qemu uart", tests, NULL, NULL);
}
