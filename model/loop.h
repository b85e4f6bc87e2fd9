/* The loop over instructions: the one place where most of them are given their meaning.
 *
 * No header guard: loop.c includes it once for each loop (EXECUTE, COUNTING, TRACING, NESTED), which so are the same
 * machine. With TRACING it makes commit records. With COUNTING it ends at exactly `budget` records; without, it looks
 * at jumps only whether the end comes near, which is why it then ends before there are fewer left than could follow
 * without a jump. NESTED says whether n >= 1.
 *
 * Inside a page the loop lives in locals: `ip` is the pc; `end` is where the budget would end if no jump were to come,
 * so that each jump moves it; `counted` is how many records were left when they were accounted for last, `data` counts
 * the data accesses that windows have served since. `last` is what the instruction before has written to its rd, if it
 * has come from there and not by a jump. SAVE writes all back before anything that looks at the machine. */

EXECUTE(struct hv_machine *m, uint64_t budget)
{
    /* Where each op is done: from one instruction to the next it is one jump, which the processor foretells by what
     * went before. Behind a jump `last` is nothing, and RS1_LAST and RS2_LAST are done as if they were not. */
    static const void *const straight[OPS_AND_LAST] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) PLACES_##format(name)
#include "isa/instructions.def"
        PLACE(UNDECODED) PLACE(ILLEGAL) PLACE(REGION) PLACE(JAL_AWAY) PLACE(BRANCH_AWAY) PLACE(PAGE_END)};
    static const void *const jumped[OPS_AND_LAST] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) PLACES_AS_PLAIN(name)
#include "isa/instructions.def"
        PLACE(UNDECODED) PLACE(ILLEGAL) PLACE(REGION) PLACE(JAL_AWAY) PLACE(BRANCH_AWAY) PLACE(PAGE_END)};
    uint32_t *const x = m->x;
    uint64_t counted = budget, data = 0;
    struct decoded *code, *ip;
    uintptr_t end;
    uint32_t name, offset, last = 0;

enter: /* `budget` are left */
    if (!COUNTING && budget <= PAGE_WORDS) {
        hvm_account(m, counted - budget, data);
        return;
    }
    if (m->live[CTX_PC] - m->fetch.name < m->fetch.size)
        goto begin;
turn:
    if (!hvm_turn_fetch(m, NESTED) && !(NESTED && hvm_look_up_code(m))) {
        if (!hvm_fetch_page(m)) {
            hvm_account(m, counted - budget, data);
            hvm_raise(m, m->fault.is_vm_fault);
            return;
        }
        if (!m->fetch.size) { /* phi lets only a part of the page through: one instruction at a time */
            hvm_account(m, counted - budget, data);
            if (!COUNTING) {
                execute_short(m, 1);
                return;
            }
            data = 0;
            budget = counted = 1;
        }
    }
begin:
    name = m->fetch.name;
    code = m->fetch.code;
    ip = code + (m->live[CTX_PC] - name) / 4;
    end = (uintptr_t)ip + budget * sizeof *ip;
    if (TRACING)
        hvm_trace_instruction(m, ip);
    DISPATCH(jumped);

    VALUE(LUI, IMM)
    VALUE(AUIPC, PC + IMM)
    VALUE_1(ADDI, a + IMM)
    VALUE_1(SLTI, (int32_t)a < (int32_t)IMM)
    VALUE_1(SLTIU, a < IMM)
    VALUE_1(XORI, a ^ IMM)
    VALUE_1(ORI, a | IMM)
    VALUE_1(ANDI, a & IMM)
    VALUE_1(SLLI, a << IMM)
    VALUE_1(SRLI, a >> IMM)
    VALUE_1(SRAI, shift_right_arithmetic(a, IMM))
    VALUE_2(ADD, a + b)
    VALUE_2(SUB, a - b)
    VALUE_2(SLL, a << (b & 31))
    VALUE_2(SLT, (int32_t)a < (int32_t)b)
    VALUE_2(SLTU, a < b)
    VALUE_2(XOR, a ^ b)
    VALUE_2(SRL, a >> (b & 31))
    VALUE_2(SRA, shift_right_arithmetic(a, b & 31))
    VALUE_2(OR, a | b)
    VALUE_2(AND, a & b)
    VALUE_2(MUL, a * b)
    VALUE_2(MULH, multiply_high_signed(a, b))
    VALUE_2(MULHSU, multiply_high_mixed(a, b))
    VALUE_2(MULHU, (uint32_t)((uint64_t)a * b >> 32))
    VALUE_2(DIV, divide_signed(a, b))
    VALUE_2(DIVU, b ? a / b : UINT32_MAX)
    VALUE_2(REM, remainder_signed(a, b))
    VALUE_2(REMU, b ? a % b : a)

    LOAD(LB, 1, m->blocks.ram[ram], (uint32_t)(int8_t)value)
    LOAD(LH, 2, hvm_ram_half(m, ram), (uint32_t)(int16_t)value)
    LOAD(LW, 4, hvm_ram_word(m, ram), value)
    LOAD(LBU, 1, m->blocks.ram[ram], value)
    LOAD(LHU, 2, hvm_ram_half(m, ram), value)
    STORE(SB, 1, hvm_ram_set_byte)
    STORE(SH, 2, hvm_ram_set_half)
    STORE(SW, 4, hvm_ram_set_word)

    BRANCH(BEQ, a == b)
    BRANCH(BNE, a != b)
    BRANCH(BLT, (int32_t)a < (int32_t)b)
    BRANCH(BGE, (int32_t)a >= (int32_t)b)
    BRANCH(BLTU, a < b)
    BRANCH(BGEU, a >= b)

at_BRANCH_AWAY:
    if (!is_taken(ip->rd, x[ip->rs1], x[ip->rs2]))
        NEXT;
    offset = OFFSET + IMM;
    goto jump_away;
at_JAL:
    RD = PC + 4;
    JUMP_BY(IMM);
at_JAL_AWAY:
    offset = OFFSET + IMM;
    if (offset & 3)
        goto misaligned;
    RD = PC + 4;
    goto jump_away;
    FORMS_1(JALR, {
        offset = ((a + IMM) & ~1u) - name;
        if (offset & 3)
            goto misaligned;
        RD = PC + 4;
        if (offset >= HV_PAGE_BYTES)
            goto jump_away;
        JUMP_BY(offset - OFFSET);
    })

at_FENCE:
at_FENCE_I:
    NEXT;

at_LR_W:
at_SC_W:
at_AMOSWAP_W:
at_AMOADD_W:
at_AMOXOR_W:
at_AMOAND_W:
at_AMOOR_W:
at_AMOMIN_W:
at_AMOMAX_W:
at_AMOMINU_W:
at_AMOMAXU_W : {
    uint32_t result;
    SAVE();
    if (!hvm_execute_atomic(m, ip, &result))
        return;
    RD = last = result;
    NEXT;
}

at_UNDECODED:
    hvm_code_decode(&m->config, code, (unsigned)(ip - code), hvm_ram_word(m, RAM_OFFSET));
    DISPATCH(jumped);
at_PAGE_END:
    budget = LEFT;
    m->live[CTX_PC] = name + HV_PAGE_BYTES;
    goto enter;

    /* they make their record themselves, and may change anything */
at_ECALL:
at_EBREAK:
at_MRET:
at_WFI:
at_CSRRW:
at_CSRRS:
at_CSRRC:
at_CSRRWI:
at_CSRRSI:
at_CSRRCI:
at_LVMID:
at_HV_FENCE:
at_HV_EXIT:
at_REGION:
at_ILLEGAL:
    SAVE();
    hvm_execute_system(m, ip);
    return;

jump_away:
    if (offset & 3)
        goto misaligned;
    budget = LEFT - 1;
    m->live[CTX_PC] = name + offset;
    if (budget > (COUNTING ? 0 : PAGE_WORDS))
        goto turn;
    hvm_account(m, counted - budget, data);
    return;

misaligned: /* nothing of the jump has happened */
    SAVE();
    hvm_raise_exception(m, HV_EXC_FETCH_MISALIGNED, name + offset);
    return;

leave: /* the instruction has been done, and the caller must look at the machine */
    ip++;
out:
    m->live[CTX_PC] = PC;
    hvm_account(m, counted - LEFT, data);
}
