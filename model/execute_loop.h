/* The loop over instructions: the one place where most of them are given their meaning.
 *
 * No header guard: execute.c includes it for hvm_execute_long, hvm_execute_short and hvm_execute_traced
 * (EXECUTE, COUNTING, TRACING), which so are the same machine. With TRACING it makes commit records. With COUNTING
 * each instruction counts down `left`; without, `left` counts at jumps only, which is why it then ends before there are
 * fewer left than could follow without a jump.
 *
 * Inside a page the loop lives in locals: `ip` is the pc, `left` counts down the records up to `from`, `data` counts
 * the data accesses that windows served. SAVE writes them back before anything that looks at the machine. */

void EXECUTE(struct hv_machine *m, uint64_t budget)
{
    /* Where each op is done: from one instruction to the next it is one jump, which the processor foretells by what
     * went before. */
    static const void *const places[] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) [OP_##name] = &&at_##name,
#include "isa/instructions.def"
        [OP_UNDECODED] = &&at_UNDECODED,
        [OP_ILLEGAL] = &&at_ILLEGAL,
        [OP_REGION] = &&at_REGION,
        [OP_PAGE_END] = &&at_PAGE_END,
    };
    uint32_t *const x = m->x;
    uint64_t left = budget, counted = budget, data = 0;
    struct decoded *code, *ip, *from;
    uint32_t name, offset;

enter:
    if (!COUNTING && left <= PAGE_WORDS) {
        hvm_account(m, counted - left, data);
        return;
    }
    offset = m->live[CTX_PC] - m->fetch.name;
    if (offset >= m->fetch.size) {
        if (!hvm_fetch_page(m)) {
            hvm_account(m, counted - left, data);
            hvm_raise(m, m->fault.is_vm_fault);
            return;
        }
        offset = m->live[CTX_PC] - m->fetch.name;
        if (!m->fetch.size) { /* phi lets only a part of the page through: one instruction at a time */
            hvm_account(m, counted - left, data);
            if (!COUNTING) {
                hvm_execute_short(m, 1);
                return;
            }
            data = 0;
            left = counted = 1;
        }
    }
    name = m->fetch.name;
    code = m->fetch.code;
    ip = from = code + offset / 4;
    if (TRACING)
        trace_instruction(m, ip);
    DISPATCH;

    OP(LUI, RD = IMM)
    OP(AUIPC, RD = PC + IMM)
    OP(ADDI, RD = RS1 + IMM)
    OP(SLTI, RD = (int32_t)RS1 < (int32_t)IMM)
    OP(SLTIU, RD = RS1 < IMM)
    OP(XORI, RD = RS1 ^ IMM)
    OP(ORI, RD = RS1 | IMM)
    OP(ANDI, RD = RS1 & IMM)
    OP(SLLI, RD = RS1 << IMM)
    OP(SRLI, RD = RS1 >> IMM)
    OP(SRAI, RD = shift_right_arithmetic(RS1, IMM))
    OP(ADD, RD = RS1 + RS2)
    OP(SUB, RD = RS1 - RS2)
    OP(SLL, RD = RS1 << (RS2 & 31))
    OP(SLT, RD = (int32_t)RS1 < (int32_t)RS2)
    OP(SLTU, RD = RS1 < RS2)
    OP(XOR, RD = RS1 ^ RS2)
    OP(SRL, RD = RS1 >> (RS2 & 31))
    OP(SRA, RD = shift_right_arithmetic(RS1, RS2 & 31))
    OP(OR, RD = RS1 | RS2)
    OP(AND, RD = RS1 & RS2)
    OP(MUL, RD = RS1 * RS2)
    OP(MULH, RD = multiply_high_signed(RS1, RS2))
    OP(MULHSU, RD = multiply_high_mixed(RS1, RS2))
    OP(MULHU, RD = (uint32_t)((uint64_t)RS1 * RS2 >> 32))
    OP(DIV, RD = divide_signed(RS1, RS2))
    OP(DIVU, RD = RS2 ? RS1 / RS2 : UINT32_MAX)
    OP(REM, RD = remainder_signed(RS1, RS2))
    OP(REMU, RD = RS2 ? RS1 % RS2 : RS1)
    OP(FENCE, )
    OP(FENCE_I, )

    LOAD(LB, 1, m->blocks.ram[ram], (uint32_t)(int8_t)value)
    LOAD(LH, 2, hvm_ram_half(m, ram), (uint32_t)(int16_t)value)
    LOAD(LW, 4, hvm_ram_word(m, ram), value)
    LOAD(LBU, 1, m->blocks.ram[ram], value)
    LOAD(LHU, 2, hvm_ram_half(m, ram), value)
    STORE(SB, 1, hvm_ram_set_byte)
    STORE(SH, 2, hvm_ram_set_half)
    STORE(SW, 4, hvm_ram_set_word)

    BRANCH(BEQ, RS1 == RS2)
    BRANCH(BNE, RS1 != RS2)
    BRANCH(BLT, (int32_t)RS1 < (int32_t)RS2)
    BRANCH(BGE, (int32_t)RS1 >= (int32_t)RS2)
    BRANCH(BLTU, RS1 < RS2)
    BRANCH(BGEU, RS1 >= RS2)

at_JAL:
    offset = OFFSET + IMM;
    if (offset & 3)
        goto misaligned;
    RD = PC + 4;
    JUMP;
at_JALR:
    offset = ((RS1 + IMM) & ~1u) - name;
    if (offset & 3)
        goto misaligned;
    RD = PC + 4;
    JUMP;

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
    if (!execute_atomic(m, ip, &result))
        return;
    RD = result;
    NEXT;
}

at_UNDECODED:
    *ip = hvm_decode(&m->config, hvm_ram_word(m, RAM_OFFSET));
    DISPATCH;
at_PAGE_END:
    COUNT_UP_TO_HERE();
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
    execute_system(m, ip);
    return;

jump_away:
    if (offset & 3)
        goto misaligned;
    COUNT_UP_TO_HERE();
    m->live[CTX_PC] = name + offset;
    if (--left)
        goto enter;
    hvm_account(m, counted, data);
    return;

misaligned: /* nothing of the jump has happened */
    SAVE();
    hvm_raise_exception(m, HV_EXC_FETCH_MISALIGNED, name + offset);
    return;

leave: /* the instruction has been done, and the caller must look at the machine */
    ip++;
    left--;
out:
    m->live[CTX_PC] = PC;
    hvm_account(m, counted - left, data);
}
