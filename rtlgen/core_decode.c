/* decode: what an instruction word asks for.
 *
 * The instructions are those of isa/instructions.def that the configuration has; a word that is
 * none of them is of kind ILLEGAL. What costs hardware in every instruction's path (immediates, register use) is
 * found from the opcode alone: for an illegal word it does not matter.
 *
 * The word is decoded while it enters X, and the answers wait in registers there: so they cost X no time.
 */
#include "rtlgen/core.h"

USE(words);
USE(decoded);

struct decoder {
    sig insn, enters; /* the word; it enters X with the next edge */
    sig opcode;
    sig is[HV_INSN_ILLEGAL]; /* one for each instruction; none if the configuration lacks it */
    sig legal;
    sig multiplies; /* muldiv does it */
};

static const struct {
    const char *name;
    uint32_t mask, match;
    enum hv_format format;
    enum hv_extension extension;
} instructions[] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension)                                                    \
    {mnemonic, mask, match, HV_FORMAT_##format, HV_EXT_##extension},
#include "isa/instructions.def"
};

static bool configured(const struct core *c, enum hv_extension extension)
{
    if (extension == HV_EXT_A)
        return c->atomic;
    if (extension == HV_EXT_HV)
        return c->virtualizer;
    return true;
}

/* An answer, in a register of X. */
static void give(module *m, const struct core *c, const struct decoder *d, const struct net *net, sig value)
{
    sig held = reg_noreset(m, net->name, net_width(c, net));
    when (d->enters)
        set(held, value);
    net_output(m, c, net, held);
}

/* is_add, is_lw, ... from the table. */
static void find_instructions(module *m, const struct core *c, struct decoder *d)
{
    section(m, "The instruction, from the table of instructions");
    d->legal = lit(1, 0);
    for (unsigned i = 0; i < HV_INSN_ILLEGAL; i++) {
        d->is[i] = lit(1, 0);
        if (!configured(c, instructions[i].extension))
            continue;
        char text[32] = "is_";
        unsigned length = 3;
        for (const char *p = instructions[i].name; *p && length < sizeof text - 1; p++)
            text[length++] = *p == '.' ? '_' : *p;
        text[length] = '\0';
        d->is[i] = name(m, text, match(d->insn, instructions[i].mask, instructions[i].match));
        d->legal = or_(d->legal, d->is[i]);
    }
}

static sig opcode(const struct decoder *d, enum opcode code)
{
    return eq_lit(d->opcode, code);
}

/* Any instruction of the table that a condition on its format chooses. */
static sig any_format(module *m, const struct decoder *d, unsigned formats)
{
    sig any = lit(1, 0);
    for (unsigned i = 0; i < HV_INSN_ILLEGAL; i++) {
        if (formats >> instructions[i].format & 1)
            any = or_(any, d->is[i]);
    }
    return any;
}

static sig any_extension(module *m, const struct decoder *d, enum hv_extension extension)
{
    sig any = lit(1, 0);
    for (unsigned i = 0; i < HV_INSN_ILLEGAL; i++) {
        if (instructions[i].extension == extension)
            any = or_(any, d->is[i]);
    }
    return any;
}

/* What muldiv does: the extension M, and where it shifts, shifts. */
static sig multiplies(module *m, const struct core *c, const struct decoder *d)
{
    sig any = any_extension(m, d, HV_EXT_M);
    static const unsigned shifts[] = {HV_INSN_SLL, HV_INSN_SRL, HV_INSN_SRA, HV_INSN_SLLI, HV_INSN_SRLI, HV_INSN_SRAI};
    for (unsigned i = 0; c->serial_shifts && i < sizeof shifts / sizeof shifts[0]; i++)
        any = or_(any, d->is[shifts[i]]);
    return any;
}

static sig kind_of(module *m, const struct decoder *d)
{
    const sig *is = d->is;
    sig lr = is[HV_INSN_LR_W], sc = is[HV_INSN_SC_W];
    sig load = or_(is[HV_INSN_LB], is[HV_INSN_LH], is[HV_INSN_LW], is[HV_INSN_LBU], is[HV_INSN_LHU]);
    sig store = or_(is[HV_INSN_SB], is[HV_INSN_SH], is[HV_INSN_SW]);
    sig amo = and_(any_extension(m, d, HV_EXT_A), not_(lr), not_(sc));
    const struct {
        enum kind kind;
        sig condition;
    } kinds[] = {
        {KIND_LOAD, load},
        {KIND_STORE, store},
        {KIND_AMO, amo},
        {KIND_LR, lr},
        {KIND_SC, sc},
        {KIND_MULDIV, d->multiplies},
        {KIND_CSR, any_extension(m, d, HV_EXT_ZICSR)},
        {KIND_ENVIRONMENT, or_(is[HV_INSN_ECALL], is[HV_INSN_EBREAK])},
        {KIND_MRET, is[HV_INSN_MRET]},
        {KIND_WFI, is[HV_INSN_WFI]},
        {KIND_FENCE_I, is[HV_INSN_FENCE_I]},
        {KIND_LVMID, is[HV_INSN_LVMID]},
        {KIND_HV_FENCE, is[HV_INSN_HV_FENCE]},
        {KIND_HV_EXIT, is[HV_INSN_HV_EXIT]},
        {KIND_ILLEGAL, not_(d->legal)},
    };
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    sig conditions[KINDS], values[KINDS];
    for (unsigned i = 0; i < KINDS; i++) {
        conditions[i] = kinds[i].condition;
        values[i] = lit(KIND_BITS, kinds[i].kind);
    }
    return select_one_hot(conditions, values, KINDS);
}

/* Operand b when it is no register, and 0 for instructions that pass rs1 on. */
static sig immediate(module *m, const struct decoder *d)
{
    sig insn = d->insn, sign = bit(insn, 31);
    sig i_type = cat(repeat(sign, 20), bits(insn, 31, 20));
    sig s_type = cat(repeat(sign, 20), bits(insn, 31, 25), bits(insn, 11, 7));
    sig u_type = cat(bits(insn, 31, 12), zeros(12));
    sig zimm = zext(bits(insn, 19, 15), 32);
    const sig conditions[] = {or_(opcode(d, OPCODE_LOAD), and_(opcode(d, OPCODE_OP_IMM), not_(d->multiplies)),
                                  opcode(d, OPCODE_JALR), d->is[HV_INSN_LVMID]),
                              opcode(d, OPCODE_STORE), opcode(d, OPCODE_LUI),
                              and_(opcode(d, OPCODE_SYSTEM), bit(insn, 14))};
    const sig values[] = {i_type, s_type, u_type, zimm};
    return select_one_hot(conditions, values, 4);
}

static void register_use(module *m, const struct core *c, const struct decoder *d)
{
    section(m, "Registers");
    sig op = opcode(d, OPCODE_OP), branch = opcode(d, OPCODE_BRANCH), store = opcode(d, OPCODE_STORE);
    sig amo = c->atomic ? opcode(d, OPCODE_AMO) : lit(1, 0);
    sig no_rs1 = or_(opcode(d, OPCODE_LUI), opcode(d, OPCODE_AUIPC), opcode(d, OPCODE_JAL),
                     and_(opcode(d, OPCODE_SYSTEM), bit(d->insn, 14)));
    give(m, c, d, net_ref(decoded.reads_rs1), not_(no_rs1));
    give(m, c, d, net_ref(decoded.reads_rs2), or_(op, branch, store, amo));
    sig no_rd = or_(branch, store, opcode(d, OPCODE_FENCE), opcode(d, OPCODE_CUSTOM), not_(d->legal));
    give(m, c, d, net_ref(decoded.writes_rd), and_(not_(no_rd), is_nonzero(bits(d->insn, 11, 7))));
    give(m, c, d, net_ref(decoded.register_b), or_(and_(op, not_(d->multiplies)), branch));

    const unsigned rs2 = 1u << HV_FORMAT_R | 1u << HV_FORMAT_S | 1u << HV_FORMAT_B | 1u << HV_FORMAT_A;
    const unsigned rs1 = rs2 | 1u << HV_FORMAT_I | 1u << HV_FORMAT_SH | 1u << HV_FORMAT_CSR | 1u << HV_FORMAT_AL |
                         1u << HV_FORMAT_V | 1u << HV_FORMAT_V1;
    if (c->rvfi) {
        give(m, c, d, net_ref(decoded.format_rs1), any_format(m, d, rs1));
        give(m, c, d, net_ref(decoded.format_rs2), any_format(m, d, rs2));
    }
}

/* Which unit of X gives the result, and how it works. */
static void operation(module *m, const struct core *c, const struct decoder *d)
{
    section(m, "Operation of X");
    const sig *is = d->is;
    sig arithmetic = or_(opcode(d, OPCODE_OP), opcode(d, OPCODE_OP_IMM));
    sig funct3 = bits(d->insn, 14, 12);
    sig branch = opcode(d, OPCODE_BRANCH);
    sig less = name(m, "less", or_(is[HV_INSN_SLT], is[HV_INSN_SLTU], is[HV_INSN_SLTI], is[HV_INSN_SLTIU]));
    sig logic = and_(arithmetic, bit(funct3, 2), ne_lit(funct3, 5));
    sig shift = and_(arithmetic, eq_lit(bits(funct3, 1, 0), 1));
    sig direct = not_(d->multiplies);
    give(m, c, d, net_ref(decoded.subtract), or_(less, branch, is[HV_INSN_SUB]));
    give(m, c, d, net_ref(decoded.select_less), less);
    give(m, c, d, net_ref(decoded.select_logic), and_(logic, direct));
    if (!c->serial_shifts)
        give(m, c, d, net_ref(decoded.select_shift), and_(shift, direct));
    give(m, c, d, net_ref(decoded.select_link), or_(opcode(d, OPCODE_JAL), opcode(d, OPCODE_JALR)));
    give(m, c, d, net_ref(decoded.select_offset), opcode(d, OPCODE_AUIPC));
    give(m, c, d, net_ref(decoded.conditional), branch);
    give(m, c, d, net_ref(decoded.jump_to_sum), opcode(d, OPCODE_JALR));
}

module *decode_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_decode");
    module_comment(m, "What the word in X asks for: decoded while it enters.");
    struct decoder d = {.insn = net_in(m, c, words.head), .enters = net_in(m, c, words.head_taken)};
    d.opcode = name_values(name(m, "opcode", bits(d.insn, 6, 0)), opcode_values);
    find_instructions(m, c, &d);
    d.multiplies = name(m, "multiplies", multiplies(m, c, &d));
    section(m, "Kind and constants");
    comment(m, "What is no instruction is of kind ILLEGAL, whose bits are all ones.");
    give(m, c, &d, net_ref(decoded.x_kind), kind_of(m, &d));
    give(m, c, &d, net_ref(decoded.immediate), immediate(m, &d));
    register_use(m, c, &d);
    operation(m, c, &d);
    return m;
}
