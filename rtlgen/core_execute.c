/* execute: the stage X. It holds one instruction, reads its registers and computes: result or
 * address, way of a jump, what commit is to do. Nothing here is final.
 *
 * The operands come out of the memory of registers, which was read with the edge that brought the instruction.
 * Two values are not there yet: the result that W holds, and what W wrote with that very edge.
 */
#include "rtlgen/core.h"

USE(words);
USE(jumps);
USE(decoded);
USE(stage_x);
USE(operands);
USE(registers);
USE(stage_w);
USE(mode);
USE(sequence);

struct execute {
    const struct core *c;
    sig valid, insn, pc, offset;                           /* the stage */
    sig way, predicted;                                    /* pc + offset; fetch goes on there */
    sig go, load;                                          /* leaves for W; the next one comes from fetch */
    sig a_from_w, b_from_w, a_written, b_written, written; /* where the operands are */
    sig kind, reads_rs1, reads_rs2, writes;
    sig a, b;
    sig other; /* b, or its complement where it is subtracted: in comparisons, too */
    sig next;  /* the next instruction in memory */
};

/* What is added to pc: the way of a branch or JAL, AUIPC's constant, else 4: the next instruction. It is decoded
 * while the word is on its way into X. */
static void look_ahead(module *m, struct execute *u, sig head)
{
    section(m, "The way of the instruction that enters");
    sig sign = bit(head, 31), opcode = name_values(name(m, "opcode", bits(head, 6, 2)), opcode_high_values);
    sig branch = name(m, "enters_branch", eq_lit(opcode, OPCODE_BRANCH >> 2));
    sig jal = name(m, "enters_jal", eq_lit(opcode, OPCODE_JAL >> 2)), auipc = eq_lit(opcode, OPCODE_AUIPC >> 2);
    sig jump = or_(branch, jal);
    comment(m, "B, J and U constants from bit 1 on, where they agree taken together; 4 is 2 half-words.");
    sig high = or_(and_(bits(head, 31, 20), repeat(auipc, 12)), repeat(and_(sign, jump), 12));
    sig middle = or_(and_(bits(head, 19, 12), repeat(or_(jal, auipc), 8)), repeat(and_(sign, branch), 8));
    sig low_high = and_(cat(mux(jal, bit(head, 20), bit(head, 7)), bits(head, 30, 25)), repeat(jump, 7));
    sig low = and_(mux(jal, bits(head, 24, 21), bits(head, 11, 8)), repeat(jump, 4));
    sig next = not_(or_(jump, auipc));
    sig offset = name(m, "offset", cat(high, middle, low_high, or_(low, cat(zeros(2), next, zeros(1)))));
    when (u->load) {
        set(u->offset, offset);
        if (u->c->steers)
            set(u->predicted, net_in(m, u->c, words.head_steered));
    }
    sig redirect = net_in(m, u->c, jumps.redirect), target = net_in(m, u->c, jumps.w_target);
    comment(m, "x_pc is the pc of the instruction in X, or of the next one to enter it.");
    when (or_(redirect, u->go))
        set(u->pc, mux(redirect, target, mux(u->predicted, bits(u->way, 30, 1), u->next)));
    net_out(m, u->c, stage_x.x_pc, u->pc);
}

/* When instructions move. An instruction that reads or changes more than registers (kind CSR and after)
 * goes through alone: the next one enters X when it has left W. */
static void move(module *m, struct execute *u)
{
    const struct core *c = u->c;
    section(m, "Movement");
    sig head_valid = net_in(m, c, words.head_valid), redirect = net_in(m, c, jumps.redirect);
    sig w_valid = net_in(m, c, stage_w.w_valid), w_done = net_in(m, c, stage_w.w_done);
    sig w_alone = net_in(m, c, stage_w.w_alone), w_slow = net_in(m, c, stage_w.w_slow);
    sig sweeping = net_in(m, c, operands.sweeping);

    sig alone = name(m, "alone", ge_u(u->kind, lit(KIND_BITS, KIND_CSR)));
    sig waits =
        name(m, "waits_for_w", and_(w_slow, or_(and_(u->a_from_w, u->reads_rs1), and_(u->b_from_w, u->reads_rs2))));
    comment(m, "What comes late, w_done, is in the last places.");
    sig may_go = name(m, "may_go", and_(u->valid, not_(waits), not_(redirect)));
    sig w_free = or_(not_(w_valid), w_done);
    u->go = net_out(m, c, stage_x.x_go, and_(may_go, w_free));
    sig holds = c->virtualizer ? or_(sweeping, net_in(m, c, sequence.sequencer_busy)) : sweeping;
    sig comes = and_(head_valid, not_(redirect), not_(holds));
    sig at_once = name(m, "enters_at_once", and_(comes, not_(u->valid), not_(and_(w_valid, w_alone))));
    sig may_enter = name(m, "may_enter", and_(comes, mux(u->valid, and_(may_go, not_(alone)), lit(1, 1))));
    u->load = net_out(m, c, words.head_taken, or_(at_once, and_(may_enter, w_free)));

    set(u->valid, and_(not_(redirect), or_(u->load, and_(u->valid, not_(u->go)))));
    net_out(m, c, stage_x.x_valid, u->valid);
    sig head = net_in(m, c, words.head);
    when (u->load)
        set(u->insn, head);
    if (c->entry_bits) {
        sig entry = describe(reg_noreset(m, "x_entry", c->entry_bits), "last-page register of its fetch");
        when (u->load)
            set(entry, net_in(m, c, words.head_entry));
        net_out(m, c, stage_x.x_entry, entry);
    }

    u->next = name(m, "next_pc", add_lit(u->pc, 1));
    u->way = name(m, "way", add(cat(u->pc, lit(1, 0)), u->offset));
    look_ahead(m, u, head);

    section(m, "Registers to read");
    comment(m, "Registers read with the next edge: of the instruction that enters, or again of the one that stays.");
    net_out(m, c, operands.read_rs1, mux(u->load, bits(head, 19, 15), bits(u->insn, 19, 15)));
    net_out(m, c, operands.read_rs2, mux(u->load, bits(head, 24, 20), bits(u->insn, 24, 20)));
}

/* Will an operand of X's instruction be in W, or be the value that this edge writes? Of the instruction that enters, or
 * of the one that stays, of which it is known. */
static void forwarding(module *m, struct execute *u)
{
    const struct core *c = u->c;
    section(m, "Forwarding");
    sig w_done = net_in(m, c, stage_w.w_done), w_valid = net_in(m, c, stage_w.w_valid);
    sig w_writes = net_in(m, c, stage_w.w_writes), w_rd = net_in(m, c, stage_w.w_rd);
    sig rd_write = net_in(m, c, registers.rd_write), data = net_in(m, c, registers.write_data);
    sig head = net_in(m, c, words.head), x_rd = bits(u->insn, 11, 7);
    sig w_keeps = name(m, "w_keeps", and_(w_valid, w_writes));
    const struct {
        sig from_w, written, rs;
    } operand[] = {{u->a_from_w, u->a_written, bits(head, 19, 15)}, {u->b_from_w, u->b_written, bits(head, 24, 20)}};
    for (unsigned i = 0; i < 2; i++) {
        sig from_x = and_(u->writes, eq(x_rd, operand[i].rs)), of_w = eq(w_rd, operand[i].rs);
        sig from_w = mux(u->load, and_(w_keeps, of_w), operand[i].from_w);
        set(operand[i].from_w, mux(and_(u->go, u->load), from_x, and_(from_w, not_(w_done))));
        set(operand[i].written, and_(rd_write, mux(u->load, of_w, operand[i].from_w)));
    }
    when (rd_write)
        set(u->written, data);
}

/* An operand that is not in the memory of registers yet, else 0. */
static sig forwarded(module *m, const struct execute *u, sig from_w, sig written, sig enable)
{
    const sig conditions[] = {and_(enable, from_w), and_(enable, written, not_(from_w))};
    const sig values[] = {net_in(m, u->c, stage_w.w_result), u->written};
    return select_one_hot(conditions, values, 2);
}

static void operands(module *m, struct execute *u)
{
    const struct core *c = u->c;
    section(m, "Operands");
    sig reg_a = net_in(m, c, operands.reg_a), reg_b = net_in(m, c, operands.reg_b);
    comment(m, "What the memory shows comes late, and so comes last. Where b is a register, the constant is 0.");
    sig a_memory = name(m, "a_from_memory", and_(u->reads_rs1, not_(or_(u->a_from_w, u->a_written))));
    sig b_memory = name(m, "b_from_memory", not_(or_(u->b_from_w, u->b_written)));
    sig a_ahead = name(m, "a_forwarded", forwarded(m, u, u->a_from_w, u->a_written, u->reads_rs1));
    sig b_ahead = name(m, "b_forwarded", forwarded(m, u, u->b_from_w, u->b_written, lit(1, 1)));
    u->a = name(m, "a", or_(a_ahead, and_(reg_a, repeat(a_memory, 32))));
    net_out(m, c, stage_x.x_store, or_(b_ahead, and_(reg_b, repeat(b_memory, 32))));
    sig register_b = net_in(m, c, decoded.register_b), immediate = net_in(m, c, decoded.immediate);
    sig b_early = name(m, "b_early", or_(and_(b_ahead, repeat(register_b, 32)), immediate));
    u->b = name(m, "b", or_(b_early, and_(reg_b, repeat(and_(register_b, b_memory), 32))));
    comment(m, "All units of X have this one, so that b takes no cells of its own: logic and shifts do not subtract.");
    u->other = name(m, "b_or_complement", xor_(u->b, repeat(net_in(m, c, decoded.subtract), 32)));
    if (c->rvfi) {
        net_out(m, c, stage_x.x_rs1_value, u->a);
        net_out(m, c, stage_x.x_reads_rs1, net_in(m, c, decoded.format_rs1));
        net_out(m, c, stage_x.x_reads_rs2, net_in(m, c, decoded.format_rs2));
    }
}

/* a + b or a - b; the carry out of bit 31 tells an unsigned comparison. */
static sig sum(module *m, const struct execute *u, sig *carry)
{
    sig subtract = net_in(m, u->c, decoded.subtract);
    sig wide = name(m, "sum_with_carries", add(cat(lit(1, 0), u->a, lit(1, 1)), cat(lit(1, 0), u->other, subtract)));
    *carry = bit(wide, 33);
    return name(m, "sum", bits(wide, 32, 1));
}

static sig reversed(sig s)
{
    sig list[32];
    for (unsigned i = 0; i < 32; i++)
        list[i] = bit(s, 31 - i);
    return cat_array(list, 32);
}

/* All shifts are shifts to the right, of the word or of its mirror image. */
static sig shifter(module *m, const struct execute *u)
{
    sig left = name(m, "shift_left", not_(bit(u->insn, 14)));
    sig fill = and_(bit(u->insn, 30), bit(u->a, 31), not_(left));
    sig word = name(m, "shift_word", mux(left, reversed(u->a), u->a));
    for (unsigned step = 5; step-- > 0;) {
        unsigned n = 1u << step;
        sig moved = cat(repeat(fill, n), bits(word, 31, n));
        word = name(m, fmt("shifted_%u", n), mux(bit(u->other, step), moved, word));
    }
    return mux(left, reversed(word), word);
}

static void compute(module *m, struct execute *u)
{
    const struct core *c = u->c;
    section(m, "Result");
    sig carry, funct3 = bits(u->insn, 14, 12);
    sig total = sum(m, u, &carry);
    sig branch = net_in(m, c, decoded.conditional), jalr = net_in(m, c, decoded.jump_to_sum),
        link = net_in(m, c, decoded.select_link);
    sig is_unsigned = mux(branch, bit(funct3, 1), bit(funct3, 0));
    sig signs_differ = name(m, "signs_differ", and_(not_(is_unsigned), not_(xor_(bit(u->a, 31), bit(u->other, 31)))));
    sig less = name(m, "a_less_b", not_(xor_(carry, signs_differ)));
    sig equal = name(m, "a_equals_b", reduce_and(xor_(u->a, u->other)));
    sig next = word_address(u->next), way = cat(u->way, lit(1, 0));
    comment(m, "Where a branch goes if fetch has gone the other way; the way is pc + 4 for JALR and what is no jump.");
    sig other_way = name(m, "other_way", mux(u->predicted, next, way));

    sig select_less = net_in(m, c, decoded.select_less), select_shift = lit(1, 0), shifted = zeros(32);
    if (!c->serial_shifts) {
        select_shift = net_in(m, c, decoded.select_shift);
        shifted = shifter(m, u);
    }
    sig select_offset = net_in(m, c, decoded.select_offset), select_logic = net_in(m, c, decoded.select_logic);
    sig both = and_(u->a, u->other), either = or_(u->a, u->other);
    sig logic = mux(bit(funct3, 1), mux(bit(funct3, 0), both, either), xor_(u->a, u->other));
    sig none = not_(or_(select_less, select_logic, select_shift, link, select_offset));
    const sig conditions[] = {none, select_less, select_logic, select_shift, link, select_offset};
    const sig values[] = {total, zext(less, 32), logic, shifted, next, way};
    net_out(m, c, stage_x.x_result, select_one_hot(conditions, values, 6));
    if (c->set_bits)
        net_out(m, c, stage_x.x_page, bits(total, 31, 12));

    comment(m, "Does it go elsewhere than fetch did? Then there, or back to the next instruction.");
    comment(m, "The carry comes last, through one choice.");
    sig by_less = name(m, "by_less", and_(branch, bit(funct3, 2)));
    sig by_equal = and_(branch, xor_(and_(equal, not_(bit(funct3, 2))), bit(funct3, 0), u->predicted));
    sig early = name(m, "taken_early", or_(by_equal, and_(link, not_(u->predicted))));
    sig target = name(m, "target", mux(jalr, bits(total, 31, 1), bits(other_way, 31, 1)));
    net_out(m, c, stage_x.x_taken, xor_(early, and_(by_less, less)));
    net_out(m, c, stage_x.x_target, bits(target, 30, 1));
    net_out(m, c, stage_x.x_odd, bit(target, 0));
    if (c->phi)
        net_out(m, c, stage_x.x_beyond, and_(net_in(m, c, mode.phi_on_fetch), ge_u(u->pc, net_in(m, c, mode.mbound))));
}

module *execute_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_execute");
    module_comment(m,
                   "Stage X, one instruction: operands, result or address, the way of a jump. Nothing here is final.");
    struct execute u = {.c = c};
    section(m, "The stage");
    u.valid = reg(m, "x_valid", 1, 0);
    u.insn = reg_noreset(m, "x_insn", 32);
    const uint32_t first = c->config->reset_vector >> 2;
    u.pc = name_values(reg(m, "x_pc", 30, first), ((const hdl_value[]){{"RESET_VECTOR", first}, {0}}));
    u.offset = describe(reg_noreset(m, "x_offset", 31), "what is added to its pc, in half-words");
    u.predicted = c->steers ? describe(reg(m, "x_predicted", 1, 0), "fetch goes on there") : lit(1, 0);
    u.a_from_w = describe(reg_noreset(m, "a_from_w", 1), "the first operand is the result of W");
    u.b_from_w = describe(reg_noreset(m, "b_from_w", 1), "the second is");
    u.a_written = describe(reg_noreset(m, "a_written", 1), "the first operand was written with the last edge");
    u.b_written = describe(reg_noreset(m, "b_written", 1), "the second was");
    u.written = describe(reg_noreset(m, "written", 32), "what W wrote last");
    u.kind = net_in(m, c, decoded.x_kind);
    u.reads_rs1 = net_in(m, c, decoded.reads_rs1);
    u.reads_rs2 = net_in(m, c, decoded.reads_rs2);
    u.writes = net_out(m, c, stage_x.x_writes, net_in(m, c, decoded.writes_rd));
    net_out(m, c, stage_x.x_insn, u.insn);
    move(m, &u);
    forwarding(m, &u);
    operands(m, &u);
    compute(m, &u);
    return m;
}
