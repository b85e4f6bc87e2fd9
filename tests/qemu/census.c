#include "tests/qemu/census.h"
#include "sim/files.h"
#include "tests/qemu/legal.h"
#include "tests/qemu/program.h"

#include <stdlib.h>

enum { CSRS = 4096, MAX_ANSWERS = 4 * CSRS, LOG = X31, VALUE = X10 };

struct writer {
    struct code code;
    uint8_t *image;
    struct answer *answers;
    size_t count;
};

/* Code longer than what `struct code` holds: go on behind it. */
static void flush(struct writer *w)
{
    code_end(&w->code);
    for (size_t i = 0; i < w->code.count; i++)
        ram_set_word(w->image, w->code.origin + 4 * (uint32_t)i, w->code.words[i]);
    code_begin(&w->code, code_here(&w->code));
}

/* VALUE becomes CENSUS_TRAPPED + mcause, and the program goes on. */
static void handler(struct writer *w)
{
    struct code *c = &w->code;
    code_begin(c, HANDLER_BASE);
    op_csr(c, HV_INSN_CSRRS, VALUE, HV_CSR_MCAUSE, X0);
    op_li(c, X11, CENSUS_TRAPPED);
    op_r(c, HV_INSN_OR, VALUE, VALUE, X11);
    op_csr(c, HV_INSN_CSRRS, X11, HV_CSR_MEPC, X0);
    op_i(c, HV_INSN_ADDI, X11, X11, 4);
    op_csr(c, HV_INSN_CSRRW, X0, HV_CSR_MEPC, X11);
    op_n(c, HV_INSN_MRET);
    flush(w);
}

static void answer(struct writer *w, const struct answer *question)
{
    struct code *c = &w->code;
    op_s(c, HV_INSN_SW, VALUE, LOG, 0);
    op_i(c, HV_INSN_ADDI, LOG, LOG, 4);
    w->answers[w->count++] = *question;
    if (c->count > CODE_WORDS - 64)
        flush(w);
}

static void ask(struct writer *w, uint32_t csr, bool user)
{
    op_csr(&w->code, HV_INSN_CSRRS, VALUE, csr, X0);
    answer(w, &(struct answer){.csr = csr, .user = user});
}

/* Write, read, and write back what was there: mtvec is needed, and there is no trap between. */
static void ask_written(struct writer *w, uint32_t csr, uint32_t written)
{
    struct code *c = &w->code;
    op_li(c, X12, written);
    op_csr(c, HV_INSN_CSRRW, X13, csr, X12);
    op_csr(c, HV_INSN_CSRRS, VALUE, csr, X0);
    op_csr(c, HV_INSN_CSRRW, X0, csr, X13);
    answer(w, &(struct answer){.csr = csr, .write = true, .written = written});
}

static void ask_all_writes(struct writer *w)
{
    static const struct {
        uint16_t first, last;
        bool always;
    } rows[] = {
#define ALWAYS                                                    true
#define PHI_RB                                                    false
#define CSR(name, number, condition, kind, writable, reset, note) {number, number, condition},
#define HPM_RANGE(name, first, last, kind)                        {first, last, ALWAYS},
#include "isa/csrs.def"
    };
    static const uint32_t written[] = {0, 0xffffffff, 0x55555555, 0xaaaaaaaa};
    enum { VALUES = sizeof written / sizeof *written };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (uint32_t csr = rows[i].first; rows[i].always && csr >> 10 != 3 && csr <= rows[i].last; csr++)
            for (size_t j = 0; j < 2 * VALUES; j++) /* any bits, then those that programs may write */
                ask_written(w, csr, j < VALUES ? written[j] : written[j - VALUES] & legal_written(csr));
}

static void to_user_mode(struct writer *w)
{
    struct code *c = &w->code;
    label next = label_new(c);
    op_li(c, X5, 7);
    op_csr(c, HV_INSN_CSRRW, X0, HV_CSR_MCOUNTEREN, X5);
    op_la(c, X5, next);
    op_csr(c, HV_INSN_CSRRW, X0, HV_CSR_MEPC, X5);
    op_li(c, X5, HV_MSTATUS_MPP);
    op_csr(c, HV_INSN_CSRRC, X0, HV_CSR_MSTATUS, X5);
    op_n(c, HV_INSN_MRET);
    label_here(c, next);
    flush(w);
}

/* The timer's compare register, which is not what it was on QEMU's board, is set first. */
static void boot(struct writer *w)
{
    struct code *c = &w->code;
    code_begin(c, RAM_BASE);
    op_li(c, X5, CODE_BASE);
    op_i(c, HV_INSN_JALR, X0, X5, 0);
    flush(w);
    code_begin(c, CODE_BASE);
    op_li(c, X5, CLINT_BASE + 0x4000);
    op_li(c, X6, UINT32_MAX);
    op_s(c, HV_INSN_SW, X6, X5, 4);
    op_li(c, X5, HANDLER_BASE);
    op_csr(c, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X5);
    op_li(c, LOG, LOG_BASE);
}

static void write_program(struct writer *w)
{
    handler(w);
    boot(w);
    for (uint32_t csr = 0; csr < CSRS; csr++)
        ask(w, csr, false);
    ask_all_writes(w);
    to_user_mode(w);
    for (uint32_t csr = 0; csr < CSRS; csr++)
        ask(w, csr, true);
    op_li(&w->code, X5, FINISHER_BASE);
    op_li(&w->code, X6, 0x5555);
    op_s(&w->code, HV_INSN_SW, X6, X5, 0);
    flush(w);
}

static int run_both(struct writer *w, struct kind kind, uint8_t *ram, struct hv_error *error)
{
    for (int machine = 0; machine < 2; machine++) {
        if (machine == 0 ? run_model(w->image, kind, ram, NULL, error) : run_qemu(w->image, kind, ram, error))
            return -1;
        for (size_t i = 0; i < w->count; i++)
            w->answers[i].value[machine] = ram_word(ram, LOG_BASE + 4 * (uint32_t)i);
    }
    return 0;
}

struct answer *census(struct kind kind, size_t *count, struct hv_error *error)
{
    struct writer *w = calloc(1, sizeof *w);
    struct answer *answers = calloc(MAX_ANSWERS, sizeof *answers);
    uint8_t *image = calloc(1, RAM_BYTES), *ram = malloc(RAM_BYTES);
    int result = w && answers && image && ram ? 0 : hv_fail(error, "out of memory");
    if (!result) {
        w->image = image;
        w->answers = answers;
        write_program(w);
        result = run_both(w, kind, ram, error);
        *count = w->count;
    }
    free(w);
    free(image);
    free(ram);
    if (!result)
        return answers;
    free(answers);
    return NULL;
}
