/* Instructions (docs/spec.md, 2, 5, 10.1). The loop is execute_loop.h; here is what it does not do
 * itself: accesses that the windows do not serve, atomics, system instructions, traps, and the trace. */
#include "model/machine_internal.h"

/* ---- ends of an instruction ---- */

void hvm_account_fault(struct hv_machine *m, bool fetched)
{
    m->counters.commits++;
    if (fetched && m->level)
        HVM_COUNT(m, PORT_FETCH, accesses, 1);
}

void hvm_retire(struct hv_machine *m, uint32_t next_pc)
{
    hvm_account(m, 1, 0);
    m->live[CTX_PC] = next_pc;
}

/* 10.1.9. `cause` is mcause. */
void hvm_take_trap(struct hv_machine *m, uint32_t cause, uint32_t tval)
{
    uint32_t *live = m->live, mstatus = live[CTX_MSTATUS];
    bool vectored = (cause >> 31) && (live[CTX_MTVEC] & 1);
    m->record.trap = 1;
    m->record.cause = cause;
    m->record.tval = tval;
    live[CTX_MEPC] = live[CTX_PC];
    live[CTX_MCAUSE] = cause;
    live[CTX_MTVAL] = tval;
    mstatus &= ~(uint32_t)(HV_MSTATUS_MPP | HV_MSTATUS_MPIE | HV_MSTATUS_MIE);
    mstatus |= live[CTX_MODE] == MODE_M ? HV_MSTATUS_MPP : 0;
    mstatus |= live[CTX_MSTATUS] & HV_MSTATUS_MIE ? HV_MSTATUS_MPIE : 0;
    live[CTX_MSTATUS] = mstatus;
    live[CTX_MODE] = MODE_M;
    live[CTX_MPHI] = (live[CTX_MPHI] & HV_MPHI_U) | (live[CTX_MPHI] & HV_MPHI_M ? HV_MPHI_MP : 0);
    live[CTX_PC] = (live[CTX_MTVEC] & ~3u) + (vectored ? 4 * (cause & 31) : 0);
    m->reserved = false;
    hvm_close_windows(m);
}

void hvm_raise(struct hv_machine *m, bool fetched)
{
    const struct fault *fault = &m->fault;
    if (fault->is_vm_fault) {
        hvm_vm_fault(m, fault, fetched, m->live[CTX_PC]);
        return;
    }
    hvm_account_fault(m, fetched);
    m->counters.exceptions++;
    if (fault->cause == HV_EXC_ILLEGAL)
        m->record.rs1_addr = m->record.rs2_addr = m->record.rs1_rdata = m->record.rs2_rdata = 0;
    hvm_take_trap(m, fault->cause, fault->address);
}

void hvm_raise_exception(struct hv_machine *m, uint32_t cause, uint32_t tval)
{
    hvm_fault_exception(m, cause, tval);
    hvm_raise(m, true);
}

/* The instruction may not execute. An encoding whose bits 1:0 are not 11 is 16 bits long (10.1.3). */
void hvm_raise_illegal(struct hv_machine *m)
{
    bool is_word = (m->insn & 3) == 3;
    hvm_raise_exception(m, HV_EXC_ILLEGAL, is_word ? m->insn : m->insn & 0xffff);
}

/* ---- trace ---- */

static void trace_instruction(struct hv_machine *m, struct decoded *ip)
{
    struct hv_commit *record = &m->record;
    uint32_t real = m->fetch.real + (m->live[CTX_PC] - m->fetch.name);
    record->insn = hvm_ram_word(m, real - m->ram_base);
    record->fetch_real = real;
    if (ip->op == OP_UNDECODED)
        *ip = hvm_decode(&m->config, (uint32_t)record->insn);
    m->traced = *ip;
    if (hvm_reads_rs1(ip))
        record->rs1_addr = ip->rs1;
    if (hvm_reads_rs2(ip))
        record->rs2_addr = ip->rs2;
    record->rs1_rdata = m->x[record->rs1_addr];
    record->rs2_rdata = m->x[record->rs2_addr];
}

static void trace_read(struct hv_machine *m, uint32_t name, uint32_t real, unsigned bytes, uint32_t value)
{
    m->record.mem_addr = name;
    m->record.mem_real = real;
    m->record.mem_rmask = (1u << bytes) - 1;
    m->record.mem_rdata = value;
}

static uint32_t low_bytes(uint32_t value, unsigned bytes)
{
    return bytes == 4 ? value : value & ((1u << 8 * bytes) - 1);
}

static void trace_write(struct hv_machine *m, uint32_t name, uint32_t real, unsigned bytes, uint32_t value)
{
    m->record.mem_addr = name;
    m->record.mem_real = real;
    m->record.mem_wmask = (1u << bytes) - 1;
    m->record.mem_wdata = low_bytes(value, bytes);
    hvm_log_write(m, real & ~3u, low_bytes(value, bytes) << 8 * (real & 3), ((1u << bytes) - 1) << (real & 3));
}

/* ---- loads and stores that the windows do not serve ---- */

static bool is_ram(const struct hv_machine *m, uint32_t real)
{
    return real - m->ram_base < m->ram_bytes;
}

static bool load_slow(struct hv_machine *m, uint32_t name, unsigned bytes, uint32_t *value)
{
    uint32_t real;
    m->record.mem_addr = name;
    if (!hvm_locate(m, &hvm_load, name, bytes, &real)) {
        hvm_raise(m, true);
        return false;
    }
    uint32_t word_name = real & ~3u;
    unsigned lane = real & 3, mask = ((1u << bytes) - 1) << lane;
    uint32_t word;
    if (is_ram(m, real)) {
        word = hvm_ram_word(m, word_name - m->ram_base);
    } else if (!hvm_device_read(m, word_name, mask, &word)) {
        hvm_refused(m, &hvm_load, name);
        hvm_raise(m, true);
        return false;
    }
    *value = low_bytes(word >> 8 * lane, bytes);
    trace_read(m, name, real, bytes, *value);
    return true;
}

enum stored { STORED_NOT, STORED_RAM, STORED_DEVICE };

/* What the bus ends with err was a write on the bus, too (10.13.4). */
static enum stored store_device(struct hv_machine *m, uint32_t name, uint32_t real, unsigned bytes, uint32_t value)
{
    unsigned lane = real & 3, mask = ((1u << bytes) - 1) << lane;
    uint32_t data = low_bytes(value, bytes) << 8 * lane;
    if (hvm_device_write(m, real - lane, data, mask)) {
        trace_write(m, name, real, bytes, value);
        return STORED_DEVICE;
    }
    hvm_log_write(m, real - lane, data, mask);
    hvm_refused(m, &hvm_store, name);
    hvm_raise(m, true);
    return STORED_NOT;
}

static enum stored store_slow(struct hv_machine *m, uint32_t name, unsigned bytes, uint32_t value)
{
    uint32_t real;
    m->record.mem_addr = name;
    if (!hvm_locate(m, &hvm_store, name, bytes, &real)) {
        hvm_raise(m, true);
        return STORED_NOT;
    }
    if (!is_ram(m, real))
        return store_device(m, name, real, bytes, value);
    trace_write(m, name, real, bytes, value);
    if (bytes == 4)
        hvm_ram_set_word(m, real - m->ram_base, value);
    else if (bytes == 2)
        hvm_ram_set_half(m, real - m->ram_base, value);
    else
        hvm_ram_set_byte(m, real - m->ram_base, value);
    return STORED_RAM;
}

/* ---- LR, SC, AMO: they reach RAM only (10.1.14, 10.1.15) ---- */

static bool execute_lr(struct hv_machine *m, uint32_t name, uint32_t *result)
{
    uint32_t real;
    if (!hvm_locate(m, &hvm_load_reserved, name, 4, &real)) {
        hvm_raise(m, true);
        return false;
    }
    m->reserved = true;
    m->reservation = real;
    *result = hvm_ram_word(m, real - m->ram_base);
    trace_read(m, name, real, 4, *result);
    return true;
}

static bool execute_sc(struct hv_machine *m, uint32_t name, uint32_t value, uint32_t *result)
{
    uint32_t real;
    *result = 1;
    if (!m->reserved && !(name & 3))
        return true;
    if (!hvm_locate(m, &hvm_atomic, name, 4, &real)) {
        hvm_raise(m, true);
        return false;
    }
    m->reserved = false;
    if (m->reservation != real)
        return true;
    hvm_ram_set_word(m, real - m->ram_base, value);
    trace_write(m, name, real, 4, value);
    *result = 0;
    return true;
}

static uint32_t amo(unsigned op, uint32_t old, uint32_t operand)
{
    switch (op) {
    case OP_AMOADD_W:
        return old + operand;
    case OP_AMOXOR_W:
        return old ^ operand;
    case OP_AMOAND_W:
        return old & operand;
    case OP_AMOOR_W:
        return old | operand;
    case OP_AMOMIN_W:
        return (int32_t)old < (int32_t)operand ? old : operand;
    case OP_AMOMAX_W:
        return (int32_t)old > (int32_t)operand ? old : operand;
    case OP_AMOMINU_W:
        return old < operand ? old : operand;
    case OP_AMOMAXU_W:
        return old > operand ? old : operand;
    default: /* AMOSWAP */
        return operand;
    }
}

/* `*result` is for rd. False: the record has been made. */
static bool execute_atomic(struct hv_machine *m, const struct decoded *d, uint32_t *result)
{
    uint32_t name = m->x[d->rs1], operand = m->x[d->rs2], real;
    m->record.mem_addr = name;
    if (d->op == OP_LR_W)
        return execute_lr(m, name, result);
    if (d->op == OP_SC_W)
        return execute_sc(m, name, operand, result);
    if (!hvm_locate(m, &hvm_atomic, name, 4, &real)) {
        hvm_raise(m, true);
        return false;
    }
    uint32_t old = hvm_ram_word(m, real - m->ram_base), new = amo(d->op, old, operand);
    hvm_ram_set_word(m, real - m->ram_base, new);
    trace_read(m, name, real, 4, old);
    trace_write(m, name, real, 4, new);
    *result = old;
    return true;
}

/* ---- system instructions ---- */

static void execute_mret(struct hv_machine *m)
{
    uint32_t *live = m->live, mstatus = live[CTX_MSTATUS];
    if (live[CTX_MODE] != MODE_M) {
        hvm_raise_illegal(m);
        return;
    }
    live[CTX_MODE] = mstatus & HV_MSTATUS_MPP ? MODE_M : MODE_U;
    mstatus &= ~(uint32_t)(HV_MSTATUS_MPP | HV_MSTATUS_MIE);
    mstatus |= mstatus & HV_MSTATUS_MPIE ? HV_MSTATUS_MIE : 0;
    mstatus |= HV_MSTATUS_MPIE;
    if (live[CTX_MODE] != MODE_M)
        mstatus &= ~(uint32_t)HV_MSTATUS_MPRV;
    live[CTX_MSTATUS] = mstatus;
    live[CTX_MPHI] &= ~(uint32_t)HV_MPHI_M;
    live[CTX_MPHI] |= live[CTX_MPHI] & HV_MPHI_MP ? HV_MPHI_M : 0;
    m->reserved = false;
    hvm_close_windows(m);
    hvm_retire(m, live[CTX_MEPC]);
}

static void fault_wfi(struct hv_machine *m, unsigned target)
{
    struct fault fault = {true, HV_FAULT_WFI, 0, 0, target};
    hvm_vm_fault(m, &fault, true, m->live[CTX_PC] + 4);
}

/* 10.5.5. */
static void execute_wfi(struct hv_machine *m)
{
    if (m->live[CTX_MODE] != MODE_M && (m->live[CTX_MSTATUS] & HV_MSTATUS_TW)) {
        hvm_raise_illegal(m);
        return;
    }
    unsigned denying = hvm_denying_level(m, HV_CAP_WFI);
    uint32_t real_mie = m->level ? m->bank[CTX_MIE] : m->live[CTX_MIE];
    bool timer = (real_mie >> HV_IRQ_MTI & 1) && m->mtimecmp != UINT64_MAX;
    bool line = m->outside && (real_mie >> HV_IRQ_MEI & 1); /* real time: a byte may come from the line at any time */
    if (denying) {
        fault_wfi(m, denying - 1);
        return;
    }
    if (!(hvm_interrupts_pending(m) & m->live[CTX_MIE])) {
        if (!timer && !line && m->level) {
            fault_wfi(m, m->level - 1);
            return;
        }
        if (!timer && !line) {
            m->record.halt = 1;
            m->stop = HV_STOP_HALTED;
        } else if (hvm_mtime(m) < m->mtimecmp && !m->outside) {
            m->mtime_offset = m->mtimecmp - m->counters.commits;
        }
    }
    hvm_retire(m, m->live[CTX_PC] + 4);
}

static void execute_fence(struct hv_machine *m, const struct decoded *d)
{
    if (m->live[CTX_MODE] != MODE_M || !hvm_has_capability(m, HV_CAP_VM)) {
        hvm_raise_illegal(m);
        return;
    }
    const struct hv_flushed flush = {HV_FLUSH_FENCE, d->rs1 == 0, m->x[d->rs1]};
    hvm_count_flushed(m, m->level, hvm_associator_fence(m, flush.all, flush.syllable));
    hvm_close_windows(m);
    hvm_retire(m, m->live[CTX_PC] + 4);
    hvm_tell_flush(m, flush);
}

static void execute_region(struct hv_machine *m, const struct decoded *d)
{
    hvm_retire(m, m->live[CTX_PC] + 4);
    hvm_region(m, d->imm == 1);
}

static void execute_system(struct hv_machine *m, const struct decoded *d)
{
    switch (d->op) {
    case OP_CSRRW:
    case OP_CSRRS:
    case OP_CSRRC:
    case OP_CSRRWI:
    case OP_CSRRSI:
    case OP_CSRRCI:
        hvm_execute_csr(m, d);
        break;
    case OP_ECALL:
        hvm_raise_exception(m, m->live[CTX_MODE] == MODE_M ? HV_EXC_ECALL_M : HV_EXC_ECALL_U, 0);
        break;
    case OP_EBREAK:
        hvm_raise_exception(m, HV_EXC_BREAKPOINT, 0);
        break;
    case OP_MRET:
        execute_mret(m);
        break;
    case OP_WFI:
        execute_wfi(m);
        break;
    case OP_LVMID:
        hvm_execute_lvmid(m, d);
        break;
    case OP_HV_FENCE:
        execute_fence(m, d);
        break;
    case OP_HV_EXIT:
        hvm_execute_exit(m);
        break;
    case OP_REGION:
        execute_region(m, d);
        break;
    default:
        hvm_raise_illegal(m);
        break;
    }
}

/* ---- arithmetic that C leaves undefined ---- */

static inline uint32_t shift_right_arithmetic(uint32_t value, uint32_t amount)
{
    uint32_t sign = value >> 31 ? ~(UINT32_MAX >> amount) : 0;
    return value >> amount | sign;
}

static inline uint32_t multiply_high_signed(uint32_t a, uint32_t b)
{
    return (uint32_t)((uint64_t)((int64_t)(int32_t)a * (int32_t)b) >> 32);
}

static inline uint32_t multiply_high_mixed(uint32_t a, uint32_t b)
{
    return (uint32_t)((uint64_t)((int64_t)(int32_t)a * (int64_t)b) >> 32);
}

static inline uint32_t divide_signed(uint32_t a, uint32_t b)
{
    if (b == 0 || b == UINT32_MAX)
        return b ? 0 - a : UINT32_MAX;
    return (uint32_t)((int32_t)a / (int32_t)b);
}

static inline uint32_t remainder_signed(uint32_t a, uint32_t b)
{
    if (b == 0 || b == UINT32_MAX)
        return b ? 0 : a;
    return (uint32_t)((int32_t)a % (int32_t)b);
}

/* ---- the loop, three times ---- */

#define RD         x[ip->rd]
#define RS1        x[ip->rs1]
#define RS2        x[ip->rs2]
#define IMM        ip->imm
#define OFFSET     ((uint32_t)(ip - code) * 4)
#define PC         (name + OFFSET)
#define RAM_OFFSET (m->fetch.real + OFFSET - m->ram_base)

#define DISPATCH goto *places[ip->op]

/* What has been executed since `from` is counted. */
#define COUNT_UP_TO_HERE()                                                                                             \
    do {                                                                                                               \
        if (!COUNTING) {                                                                                               \
            left -= (uint64_t)(ip - from);                                                                             \
            from = ip;                                                                                                 \
        }                                                                                                              \
    } while (0)

/* The machine as it is before this instruction. */
#define SAVE()                                                                                                         \
    do {                                                                                                               \
        COUNT_UP_TO_HERE();                                                                                            \
        m->live[CTX_PC] = PC;                                                                                          \
        m->insn = hvm_ram_word(m, RAM_OFFSET);                                                                         \
        hvm_account(m, counted - left, data);                                                                          \
        counted = left;                                                                                                \
        data = 0;                                                                                                      \
    } while (0)

#define NEXT                                                                                                           \
    do {                                                                                                               \
        ip++;                                                                                                          \
        if (COUNTING && --left == 0)                                                                                   \
            goto out;                                                                                                  \
        DISPATCH;                                                                                                      \
    } while (0)

/* To `offset` from the page's begin. */
#define JUMP                                                                                                           \
    do {                                                                                                               \
        if (offset & ~(uint32_t)(HV_PAGE_BYTES - 4))                                                                   \
            goto jump_away;                                                                                            \
        COUNT_UP_TO_HERE();                                                                                            \
        ip = from = code + offset / 4;                                                                                 \
        if (--left <= (COUNTING ? 0 : PAGE_WORDS))                                                                     \
            goto out;                                                                                                  \
        DISPATCH;                                                                                                      \
    } while (0)

#define OP(insn, statement)                                                                                            \
    at_##insn : statement;                                                                                             \
    NEXT;

#define BRANCH(insn, condition)                                                                                        \
    at_##insn : if (condition)                                                                                         \
    {                                                                                                                  \
        offset = OFFSET + IMM;                                                                                         \
        JUMP;                                                                                                          \
    }                                                                                                                  \
    NEXT;

/* Aligned, and inside the window, which may have to be turned to another page: `at` is the distance from its first
 * name. */
#define IN_WINDOW(window, bytes)                                                                                       \
    (!(address & ((bytes)-1)) &&                                                                                       \
     (__builtin_expect(at < m->data.window, 1) ||                                                                      \
      (hvm_turn_windows(m, &hvm_##window, address) && (at = address - m->data.name, true))))

#define LOAD(insn, bytes, from_ram, extended)                                                                          \
    at_##insn:                                                                                                         \
    {                                                                                                                  \
        uint32_t address = RS1 + IMM, at = address - m->data.name, value;                                              \
        if (__builtin_expect(IN_WINDOW(load, bytes), 1)) {                                                             \
            uint32_t ram = m->data.offset + at;                                                                        \
            value = from_ram;                                                                                          \
            data++;                                                                                                    \
            if (TRACING)                                                                                               \
                trace_read(m, address, m->ram_base + ram, bytes, value);                                               \
        } else {                                                                                                       \
            uint32_t slowly; /* whose address is taken: `value` is to stay in a register */                            \
            SAVE();                                                                                                    \
            if (!load_slow(m, address, bytes, &slowly))                                                                \
                return;                                                                                                \
            value = slowly;                                                                                            \
            if (m->line_changed) {                                                                                     \
                m->line_changed = false;                                                                               \
                RD = extended;                                                                                         \
                goto leave;                                                                                            \
            }                                                                                                          \
        }                                                                                                              \
        RD = extended;                                                                                                 \
        NEXT;                                                                                                          \
    }

#define STORE(insn, bytes, to_ram)                                                                                     \
    at_##insn:                                                                                                         \
    {                                                                                                                  \
        uint32_t address = RS1 + IMM, at = address - m->data.name, value = RS2;                                        \
        if (__builtin_expect(IN_WINDOW(store, bytes), 1)) {                                                            \
            uint32_t ram = m->data.offset + at;                                                                        \
            to_ram(m, ram, value);                                                                                     \
            data++;                                                                                                    \
            if (TRACING)                                                                                               \
                trace_write(m, address, m->ram_base + ram, bytes, value);                                              \
            NEXT;                                                                                                      \
        }                                                                                                              \
        SAVE();                                                                                                        \
        enum stored stored = store_slow(m, address, bytes, value);                                                     \
        if (stored == STORED_NOT)                                                                                      \
            return;                                                                                                    \
        if (stored == STORED_DEVICE)                                                                                   \
            goto leave;                                                                                                \
        NEXT;                                                                                                          \
    }

static void hvm_execute_short(struct hv_machine *m, uint64_t budget);
static void hvm_execute_long(struct hv_machine *m, uint64_t budget);

#define EXECUTE  hvm_execute_short
#define COUNTING 1
#define TRACING  0
#include "model/execute_loop.h"
#undef EXECUTE
#undef COUNTING

#define EXECUTE  hvm_execute_long
#define COUNTING 0
#include "model/execute_loop.h"
#undef EXECUTE
#undef COUNTING
#undef TRACING

#define EXECUTE  hvm_execute_traced
#define COUNTING 1
#define TRACING  1
#include "model/execute_loop.h"
#undef EXECUTE
#undef COUNTING
#undef TRACING

void hvm_execute_fast(struct hv_machine *m, uint64_t budget)
{
    if (budget > PAGE_WORDS)
        hvm_execute_long(m, budget);
    else
        hvm_execute_short(m, budget);
}
