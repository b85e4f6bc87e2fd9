/* The loop over instructions: the one place where most of them are given their meaning.
 *
 * No header guard: execute.c includes it twice, as hvm_execute_fast and as hvm_execute_traced
 * (EXECUTE, TRACING), which so are the same machine, with and without commit records.
 *
 * Inside a page the loop lives in locals: `ip` is the pc, `left` counts down the records, `data` counts
 * the data accesses that windows served. SAVE writes them back before anything that looks at the machine. */

void EXECUTE(struct hv_machine *m, uint64_t budget)
{
    uint32_t *const x = m->x;
    uint64_t left = budget, counted = budget, data = 0;
    struct decoded *code, *ip;
    uint32_t name, offset;

enter:
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
            data = 0;
            left = counted = 1;
        }
    }
    name = m->fetch.name;
    code = m->fetch.code;
    ip = code + offset / 4;
    if (TRACING)
        trace_instruction(m, ip);

    for (;;) {
        switch (ip->op) {
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
        case OP_JAL:
            offset = OFFSET + IMM;
            if (offset & 3)
                goto misaligned;
            RD = PC + 4;
            goto jump;
        case OP_JALR:
            offset = ((RS1 + IMM) & ~1u) - name;
            if (offset & 3)
                goto misaligned;
            RD = PC + 4;
            goto jump;

        case OP_LR_W:
        case OP_SC_W:
        case OP_AMOSWAP_W:
        case OP_AMOADD_W:
        case OP_AMOXOR_W:
        case OP_AMOAND_W:
        case OP_AMOOR_W:
        case OP_AMOMIN_W:
        case OP_AMOMAX_W:
        case OP_AMOMINU_W:
        case OP_AMOMAXU_W: {
            uint32_t result;
            SAVE();
            if (!execute_atomic(m, ip, &result))
                return;
            RD = result;
            NEXT;
        }

        case OP_UNDECODED:
            *ip = hvm_decode(&m->config, hvm_ram_word(m, RAM_OFFSET));
            continue;
        case OP_PAGE_END:
            m->live[CTX_PC] = name + HV_PAGE_BYTES;
            goto enter;
        default: /* they make their record themselves, and may change anything */
            SAVE();
            execute_system(m, ip);
            return;
        }

    jump:
        if (offset & ~(uint32_t)(HV_PAGE_BYTES - 4))
            goto jump_away;
        ip = code + offset / 4;
        if (--left == 0)
            goto out;
    }

jump_away:
    if (offset & 3)
        goto misaligned;
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
