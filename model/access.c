/* Accesses one at a time (docs/spec.md, 2, 10.1): loads and stores that the windows do not serve, atomics, and what the
 * trace has of an instruction and its access. */
#include "model/windows.h"

/* ---- trace ---- */

void hvm_trace_instruction(struct hv_machine *m, struct decoded *ip)
{
    struct hv_commit *record = &m->record;
    uint32_t real = m->fetch.real + (m->live[CTX_PC] - m->fetch.name);
    record->insn = hvm_ram_word(m, real - m->ram_base);
    record->fetch_real = real;
    if (ip->op == OP_UNDECODED)
        hvm_code_decode(&m->config, m->fetch.code, (unsigned)(ip - m->fetch.code), (uint32_t)record->insn);
    m->traced = *ip;
    if (hvm_reads_rs1(ip))
        record->rs1_addr = ip->rs1;
    if (hvm_reads_rs2(ip))
        record->rs2_addr = ip->rs2;
    record->rs1_rdata = m->x[record->rs1_addr];
    record->rs2_rdata = m->x[record->rs2_addr];
}

void hvm_trace_read(struct hv_machine *m, uint32_t name, uint32_t real, unsigned bytes, uint32_t value)
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

void hvm_trace_write(struct hv_machine *m, uint32_t name, uint32_t real, unsigned bytes, uint32_t value)
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

bool hvm_load_slow(struct hv_machine *m, uint32_t name, unsigned bytes, uint32_t *value)
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
    hvm_trace_read(m, name, real, bytes, *value);
    return true;
}

/* What the bus ends with err was a write on the bus, too (10.13.4). */
static enum stored store_device(struct hv_machine *m, uint32_t name, uint32_t real, unsigned bytes, uint32_t value)
{
    unsigned lane = real & 3, mask = ((1u << bytes) - 1) << lane;
    uint32_t data = low_bytes(value, bytes) << 8 * lane;
    if (hvm_device_write(m, real - lane, data, mask)) {
        hvm_trace_write(m, name, real, bytes, value);
        return STORED_DEVICE;
    }
    hvm_log_write(m, real - lane, data, mask);
    hvm_refused(m, &hvm_store, name);
    hvm_raise(m, true);
    return STORED_NOT;
}

enum stored hvm_store_slow(struct hv_machine *m, uint32_t name, unsigned bytes, uint32_t value)
{
    uint32_t real;
    m->record.mem_addr = name;
    if (!hvm_locate(m, &hvm_store, name, bytes, &real)) {
        hvm_raise(m, true);
        return STORED_NOT;
    }
    if (!is_ram(m, real))
        return store_device(m, name, real, bytes, value);
    hvm_trace_write(m, name, real, bytes, value);
    if (bytes == 4)
        hvm_ram_set_word(m, real - m->ram_base, value);
    else if (bytes == 2)
        hvm_ram_set_half(m, real - m->ram_base, value);
    else
        hvm_ram_set_byte(m, real - m->ram_base, value);
    return STORED_RAM;
}

/* ---- LR, SC, AMO: they reach RAM only (10.1.14, 10.1.15) ---- */

/* hvm_locate, unless a window has the word. */
static bool locate_word(struct hv_machine *m, const struct access_kind *kind, uint32_t name, uint32_t *real)
{
    const struct page_window *const page = hvm_page_window(m, name);
    const struct data_window *const window = &page->data;
    const uint32_t at = name - window->name;
    if (!m->level || name & 3 || at >= (kind->need & RIGHT_W ? window->store : window->load) ||
        !hvm_use_page(m, PORT_DATA, &page->page, page->used))
        return hvm_locate(m, kind, name, 4, real);
    HVM_COUNT(m, PORT_DATA, accesses, 1);
    m->data = *window;
    *real = m->ram_base + window->offset + at;
    return true;
}

static bool execute_lr(struct hv_machine *m, uint32_t name, uint32_t *result)
{
    uint32_t real;
    if (!locate_word(m, &hvm_load_reserved, name, &real)) {
        hvm_raise(m, true);
        return false;
    }
    m->reserved = true;
    m->reservation = real;
    *result = hvm_ram_word(m, real - m->ram_base);
    hvm_trace_read(m, name, real, 4, *result);
    return true;
}

static bool execute_sc(struct hv_machine *m, uint32_t name, uint32_t value, uint32_t *result)
{
    uint32_t real;
    *result = 1;
    if (!m->reserved && !(name & 3))
        return true;
    if (!locate_word(m, &hvm_atomic, name, &real)) {
        hvm_raise(m, true);
        return false;
    }
    m->reserved = false;
    if (m->reservation != real)
        return true;
    hvm_ram_set_word(m, real - m->ram_base, value);
    hvm_trace_write(m, name, real, 4, value);
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
bool hvm_execute_atomic(struct hv_machine *m, const struct decoded *d, uint32_t *result)
{
    uint32_t name = m->x[d->rs1], operand = m->x[d->rs2], real;
    m->record.mem_addr = name;
    if (d->op == OP_LR_W)
        return execute_lr(m, name, result);
    if (d->op == OP_SC_W)
        return execute_sc(m, name, operand, result);
    if (!locate_word(m, &hvm_atomic, name, &real)) {
        hvm_raise(m, true);
        return false;
    }
    uint32_t old = hvm_ram_word(m, real - m->ram_base), new = amo(d->op, old, operand);
    hvm_ram_set_word(m, real - m->ram_base, new);
    hvm_trace_read(m, name, real, 4, old);
    hvm_trace_write(m, name, real, 4, new);
    *result = old;
    return true;
}
