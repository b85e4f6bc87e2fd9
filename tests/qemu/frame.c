/* The frame of a program. Nothing in it depends on what the units leave behind, but for the log's pointer. */
#include "tests/qemu/generator.h"

const uint16_t checkpoint_csrs[] = {HV_CSR_MSTATUS, HV_CSR_MIE,    HV_CSR_MTVEC, HV_CSR_MCOUNTEREN, HV_CSR_MSCRATCH,
                                    HV_CSR_MEPC,    HV_CSR_MCAUSE, HV_CSR_MTVAL, HV_CSR_MIP,        HV_CSR_MISA};
const unsigned checkpoint_csr_count = sizeof checkpoint_csrs / sizeof checkpoint_csrs[0];

enum { CLINT_MTIMECMP = 0x4000, FINISH = 0x5555, CAUSES = 12 };

void op_to_machine_mode(struct code *code)
{
    op_n(code, HV_INSN_ECALL);
    code_word(code, MARKER);
}

static void clear_tree(struct code *c)
{
    label again = label_new(c);
    op_li(c, X1, TREE_BASE);
    op_li(c, X2, TREE_BASE + TREE_BYTES);
    label_here(c, again);
    op_s(c, HV_INSN_SW, X0, X1, 0);
    op_i(c, HV_INSN_ADDI, X1, X1, 4);
    op_b(c, HV_INSN_BNE, X1, X2, again);
}

void frame_boot(struct generator *g)
{
    struct code *c = &g->code;
    clear_tree(c);
    op_li(c, X1, CLINT_BASE + CLINT_MTIMECMP);
    op_li(c, X2, UINT32_MAX);
    op_s(c, HV_INSN_SW, X2, X1, 0);
    op_s(c, HV_INSN_SW, X2, X1, 4);
    op_li(c, X1, HANDLER_BASE | g->program->vectored);
    op_csr(c, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X1);
    for (unsigned i = 1; i < 32; i++)
        op_li(c, i, i == g->program->pointer ? LOG_BASE : draw(&g->random));
    op_li(c, g->program->scratch[0], CODE_BASE);
    op_i(c, HV_INSN_JALR, X0, g->program->scratch[0], 0);
}

/* The handler's table: every cause of an interrupt that can happen has its own way in, and leaves a mark of it. */
static void vectors(struct generator *g, label common)
{
    struct code *c = &g->code;
    label way_in[2] = {label_new(c), label_new(c)};
    for (unsigned cause = 0; cause < CAUSES; cause++)
        op_jal(c, X0, cause == HV_IRQ_MSI ? way_in[0] : cause == HV_IRQ_MTI ? way_in[1] : common);
    for (int i = 0; i < 2; i++) {
        label_here(c, way_in[i]);
        op_s(c, HV_INSN_SW, g->program->pointer, g->program->pointer, 4 * (ENTRY_VECTOR + i));
        op_jal(c, X0, common);
    }
}

static void log_trap(struct generator *g)
{
    static const struct {
        unsigned csr;
        int word;
    } logged[] = {{HV_CSR_MTVAL, ENTRY_TVAL},
                  {HV_CSR_MSTATUS, ENTRY_STATUS},
                  {HV_CSR_MEPC, ENTRY_EPC},
                  {HV_CSR_MCAUSE, ENTRY_CAUSE}};
    const unsigned *t = g->program->scratch, p = g->program->pointer;
    struct code *c = &g->code;
    for (int i = 0; i < 3; i++)
        op_s(c, HV_INSN_SW, t[i], p, 4 * (ENTRY_SAVED + i));
    op_li(c, t[0], TAG_TRAP);
    op_s(c, HV_INSN_SW, t[0], p, 0);
    for (size_t i = 0; i < sizeof logged / sizeof *logged; i++) {
        op_csr(c, HV_INSN_CSRRS, t[0], logged[i].csr, X0);
        op_s(c, HV_INSN_SW, t[0], p, 4 * logged[i].word);
    }
}

/* Interrupts: take away what caused them. */
static void silence(struct generator *g)
{
    const unsigned *t = g->program->scratch;
    struct code *c = &g->code;
    op_li(c, t[1], CLINT_BASE);
    op_s(c, HV_INSN_SW, X0, t[1], 0);
    op_li(c, t[1], CLINT_BASE + CLINT_MTIMECMP);
    op_li(c, t[2], UINT32_MAX);
    op_s(c, HV_INSN_SW, t[2], t[1], 4);
}

/* mcause and mtval may legally differ, so the program must not see them: they get other values here. */
static void leave_handler(struct generator *g)
{
    const unsigned *t = g->program->scratch, p = g->program->pointer;
    struct code *c = &g->code;
    op_i(c, HV_INSN_LW, t[0], p, 4 * ENTRY_EPC);
    op_csr(c, HV_INSN_CSRRW, X0, HV_CSR_MCAUSE, t[0]);
    op_csr(c, HV_INSN_CSRRW, X0, HV_CSR_MTVAL, p);
    for (int i = 0; i < 3; i++)
        op_i(c, HV_INSN_LW, t[i], p, 4 * (ENTRY_SAVED + i));
    op_i(c, HV_INSN_ADDI, p, p, 4 * TRAP_WORDS);
    op_n(c, HV_INSN_MRET);
}

/* Behind log_trap, t[0] is mcause. An exception goes on behind its instruction, a fetch from nowhere where CONTROL
 * says, ECALL with the marker in M-mode. */
void frame_handler(struct generator *g)
{
    const unsigned *t = g->program->scratch;
    struct code *c = &g->code;
    label common = label_new(c), interrupt = label_new(c), fetch = label_new(c), out = label_new(c);
    vectors(g, common);
    label_here(c, common);
    log_trap(g);
    op_b(c, HV_INSN_BLT, t[0], X0, interrupt);
    op_li(c, t[1], HV_EXC_FETCH_FAULT);
    op_b(c, HV_INSN_BEQ, t[0], t[1], fetch);
    op_csr(c, HV_INSN_CSRRS, t[1], HV_CSR_MEPC, X0);
    op_i(c, HV_INSN_ADDI, t[1], t[1], 4);
    op_csr(c, HV_INSN_CSRRW, X0, HV_CSR_MEPC, t[1]);
    op_i(c, HV_INSN_LW, t[1], t[1], 0);
    op_li(c, t[2], MARKER);
    op_b(c, HV_INSN_BNE, t[1], t[2], out);
    op_li(c, t[2], HV_MSTATUS_MPP);
    op_csr(c, HV_INSN_CSRRS, X0, HV_CSR_MSTATUS, t[2]);
    op_jal(c, X0, out);
    label_here(c, fetch);
    op_li(c, t[1], CONTROL_BASE);
    op_i(c, HV_INSN_LW, t[1], t[1], 0);
    op_csr(c, HV_INSN_CSRRW, X0, HV_CSR_MEPC, t[1]);
    op_jal(c, X0, out);
    label_here(c, interrupt);
    silence(g);
    label_here(c, out);
    leave_handler(g);
}

void frame_checkpoint(struct generator *g, uint32_t block, uint32_t top)
{
    const unsigned *t = g->program->scratch, p = g->program->pointer;
    struct code *c = &g->code;
    label done = label_new(c);
    op_to_machine_mode(c);
    for (unsigned i = 1; i < 32; i++)
        op_s(c, HV_INSN_SW, i, p, 4 * (int32_t)i);
    op_li(c, t[0], TAG_CHECKPOINT | block);
    op_s(c, HV_INSN_SW, t[0], p, 0);
    for (unsigned i = 0; i < checkpoint_csr_count; i++) {
        op_csr(c, HV_INSN_CSRRS, t[0], checkpoint_csrs[i], X0);
        op_s(c, HV_INSN_SW, t[0], p, 4 * (int32_t)(CHECKPOINT_CSRS + i));
    }
    op_i(c, HV_INSN_ADDI, p, p, 4 * CHECKPOINT_WORDS);
    op_li(c, t[0], CONTROL_BASE + 4 * (1 + block));
    op_i(c, HV_INSN_LW, t[1], t[0], 0);
    op_i(c, HV_INSN_ADDI, t[1], t[1], -1);
    op_s(c, HV_INSN_SW, t[1], t[0], 0);
    op_b(c, HV_INSN_BEQ, t[1], X0, done);
    code_word(c, word_jal(X0, (int32_t)(top - code_here(c))));
    label_here(c, done);
}

void frame_finish(struct generator *g)
{
    op_li(&g->code, X1, FINISHER_BASE);
    op_li(&g->code, X2, FINISH);
    op_s(&g->code, HV_INSN_SW, X2, X1, 0);
}
