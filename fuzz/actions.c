/* One thing after another that a VM may do: every instruction, legal and not. */
#include "fuzz/plan.h"

static unsigned any_register(struct gen *g)
{
    return below(g, 16);
}

static unsigned target(struct gen *g)
{
    return 1 + below(g, 15);
}

/* ---- Computation ---- */

static void arithmetic(struct gen *g)
{
    static const uint8_t by_register[] = {HV_INSN_ADD,  HV_INSN_SUB,  HV_INSN_SLL,   HV_INSN_SLT,    HV_INSN_SLTU,
                                          HV_INSN_XOR,  HV_INSN_SRL,  HV_INSN_SRA,   HV_INSN_OR,     HV_INSN_AND,
                                          HV_INSN_MUL,  HV_INSN_MULH, HV_INSN_MULHU, HV_INSN_MULHSU, HV_INSN_DIV,
                                          HV_INSN_DIVU, HV_INSN_REM,  HV_INSN_REMU};
    static const uint8_t by_immediate[] = {HV_INSN_ADDI, HV_INSN_SLTI, HV_INSN_SLTIU,
                                           HV_INSN_XORI, HV_INSN_ORI,  HV_INSN_ANDI};
    static const uint8_t shifts[] = {HV_INSN_SLLI, HV_INSN_SRLI, HV_INSN_SRAI};
    switch (below(g, 4)) {
    case 0:
        gen_code(g, hv_encode_i(by_immediate[below(g, 6)], target(g), any_register(g), (int32_t)below(g, 4096) - 2048));
        break;
    case 1:
        gen_code(g, hv_encode_r(shifts[below(g, 3)], target(g), any_register(g), below(g, 32)));
        break;
    case 2:
        gen_constant(g, target(g), gen_odd_word(g));
        break;
    default:
        gen_code(g,
                 hv_encode_r(by_register[below(g, sizeof by_register)], target(g), any_register(g), any_register(g)));
    }
}

/* Over one to three instructions forward, taken or not. */
static void branch(struct gen *g)
{
    static const uint8_t branches[] = {HV_INSN_BEQ, HV_INSN_BNE, HV_INSN_BLT, HV_INSN_BGE, HV_INSN_BLTU, HV_INSN_BGEU};
    const int32_t offset = chance(g, 96) ? 4 + 4 * (int32_t)(1 + below(g, 2)) : (int32_t)below(g, 8) * 2 + 2;
    if (chance(g, 30))
        gen_code(g, hv_encode_j(any_register(g), offset));
    else
        gen_code(g, hv_encode_b(branches[below(g, 6)], any_register(g), any_register(g), offset));
    for (int32_t i = 4; i < offset; i += 4)
        gen_code(g, hv_encode_i(HV_INSN_ADDI, target(g), any_register(g), (int32_t)below(g, 64)));
}

static void loop(struct gen *g)
{
    gen_code(g, hv_encode_i(HV_INSN_ADDI, 15, 0, (int32_t)(1 + below(g, 6))));
    const uint32_t begin = g->at;
    gen_code(g, hv_encode_r(HV_INSN_XOR, 1 + below(g, 13), any_register(g), any_register(g)));
    gen_code(g, hv_encode_i(HV_INSN_LW, 1 + below(g, 4), 9, 4 * (int32_t)below(g, 64)));
    gen_code(g, hv_encode_i(HV_INSN_ADDI, 15, 15, -1));
    gen_code(g, hv_encode_b(HV_INSN_BNE, 15, 0, (int32_t)(begin - g->at)));
}

/* ---- Memory ---- */

/* A resource page number to touch. */
static uint32_t some_page(struct gen *g, bool store)
{
    const struct plan *p = &g->plan[g->vm];
    const uint32_t ram = g->config.ram_base / HV_PAGE_BYTES;
    const uint32_t what = store && g->world->fenced ? 0 : below(g, 100);
    if (what < 45)
        return ram + p->page[OWN_DATA];
    if (what < 70)
        return ram + p->pages - 1;
    if (what < 80 && p->monitor)
        return ram + p->page[OWN_CONTROL];
    if (what < 90 && p->io_first)
        return p->io_first + below(g, 3);
    if (what < 98)
        return ram + below(g, p->pages + 2);
    return (uint32_t)fuzz_draw(gen_random(g)) >> HV_PAGE_BITS;
}

/* Stores of a fenced world stay clear of tables; others go anywhere in the page. */
static int32_t some_offset(struct gen *g, unsigned size)
{
    const int32_t aligned = (int32_t)(0x400 + below(g, 0x400 - 4) / size * size);
    if (g->world->fenced || chance(g, 70))
        return aligned;
    return chance(g, 85) ? (int32_t)(below(g, 0x800 - 4) / size * size) : (int32_t)below(g, 0x7fc);
}

static void point(struct gen *g, unsigned rd, uint32_t page)
{
    const uint32_t name = gen_process_name(g, page << HV_PAGE_BITS);
    gen_code(g, hv_encode_u(HV_INSN_LUI, rd, name));
}

static void memory(struct gen *g)
{
    static const struct {
        uint8_t insn, size;
    } loads[] = {{HV_INSN_LB, 1}, {HV_INSN_LBU, 1}, {HV_INSN_LH, 2}, {HV_INSN_LHU, 2}, {HV_INSN_LW, 4}},
      stores[] = {{HV_INSN_SB, 1}, {HV_INSN_SH, 2}, {HV_INSN_SW, 4}};
    const bool store = chance(g, 45);
    point(g, store ? REG_ADDRESS : 9, some_page(g, store));
    for (unsigned i = 1 + below(g, 3); i > 0; i--) {
        const unsigned which = below(g, store ? 3 : 5);
        if (store)
            gen_code(g,
                     hv_encode_s(stores[which].insn, any_register(g), REG_ADDRESS, some_offset(g, stores[which].size)));
        else
            gen_code(g, hv_encode_i(loads[which].insn, target(g) == 9 ? 1 : target(g), 9,
                                    some_offset(g, loads[which].size)));
    }
}

/* On with the next instruction in the mode, and the phi, that mstatus and mphi hold. */
static void leave_mode(struct gen *g)
{
    gen_code(g, hv_encode_u(HV_INSN_AUIPC, REG_ADDRESS, 0));
    gen_code(g, hv_encode_i(HV_INSN_ADDI, REG_ADDRESS, REG_ADDRESS, 16));
    gen_code(g, hv_encode_csr(HV_INSN_CSRRW, 0, HV_CSR_MEPC, REG_ADDRESS));
    gen_code(g, hv_encode_r(HV_INSN_MRET, 0, 0, 0));
}

static void atomic(struct gen *g)
{
    static const uint8_t amos[] = {HV_INSN_AMOSWAP_W, HV_INSN_AMOADD_W,  HV_INSN_AMOXOR_W,
                                   HV_INSN_AMOAND_W,  HV_INSN_AMOOR_W,   HV_INSN_AMOMIN_W,
                                   HV_INSN_AMOMAX_W,  HV_INSN_AMOMINU_W, HV_INSN_AMOMAXU_W};
    point(g, 3, some_page(g, true));
    gen_code(g, hv_encode_i(HV_INSN_ADDI, 3, 3, some_offset(g, chance(g, 90) ? 4 : 1)));
    const unsigned what = below(g, 3);
    if (what == 0) {
        gen_code(g, hv_encode_r(amos[below(g, sizeof amos)], target(g), 3, any_register(g)));
        return;
    }
    if (what == 1 || chance(g, 50))
        gen_code(g, hv_encode_r(HV_INSN_LR_W, 1 + below(g, 2), 3, 0));
    if (chance(g, 30))
        gen_code(g, chance(g, 40) ? hv_encode_r(HV_INSN_HV_EXIT, 0, 0, 0)
                                  : hv_encode_i(HV_INSN_ADDI, 3, 3, 4 * (int32_t)below(g, 2)));
    if (chance(g, 20))
        leave_mode(g);
    if (chance(g, 70))
        gen_code(g, hv_encode_r(HV_INSN_SC_W, target(g), 3, any_register(g)));
}

void gen_touch(struct gen *g, uint32_t page, unsigned access)
{
    point(g, REG_ADDRESS, page);
    switch (access) {
    case HV_ACCESS_FETCH:
        gen_code(g, hv_encode_i(HV_INSN_JALR, 1, REG_ADDRESS, 4 * (int32_t)below(g, 2)));
        break;
    case HV_ACCESS_STORE:
        gen_code(g, hv_encode_s(HV_INSN_SW, any_register(g), REG_ADDRESS, some_offset(g, 4)));
        break;
    default:
        gen_code(g, hv_encode_i(HV_INSN_LW, 1 + below(g, 4), REG_ADDRESS, some_offset(g, 4)));
    }
}

void gen_probe(struct gen *g, unsigned access)
{
    gen_touch(g, g->config.ram_base / HV_PAGE_BYTES + g->plan[g->vm].pages - 1, access);
}

static void probe(struct gen *g)
{
    gen_probe(g, 1 + below(g, 3));
}

void gen_revisit(struct gen *g)
{
    const struct plan *p = &g->plan[g->vm];
    const uint32_t ram = g->config.ram_base / HV_PAGE_BYTES;
    const uint32_t page = ram + p->page[OWN_DATA], other = ram + (chance(g, 50) ? p->pages - 1 : p->page[OWN_CODE]);
    point(g, REG_ADDRESS, page);
    gen_code(g, hv_encode_i(HV_INSN_LW, 1 + below(g, 4), REG_ADDRESS, some_offset(g, 4)));
    gen_code(g, hv_encode_s(HV_INSN_SW, any_register(g), REG_ADDRESS, some_offset(g, 4)));
    point(g, 9, other);
    gen_code(g, hv_encode_i(HV_INSN_LW, 1 + below(g, 4), 9, some_offset(g, 4)));
    gen_code(g, hv_encode_i(HV_INSN_LW, 1 + below(g, 4), REG_ADDRESS, some_offset(g, 4)));
}

/* A word of code ahead is written, then FENCE.I, then it is executed. */
static void modify(struct gen *g)
{
    const uint32_t word = hv_encode_i(HV_INSN_ADDI, target(g), any_register(g), (int32_t)below(g, 2048));
    gen_constant(g, REG_VALUE, word);
    gen_code(g, hv_encode_u(HV_INSN_AUIPC, REG_ADDRESS, 0));
    gen_code(g, hv_encode_s(HV_INSN_SW, REG_VALUE, REG_ADDRESS, 12));
    gen_code(g, hv_encode_r(HV_INSN_FENCE_I, 0, 0, 0));
    gen_code(g, hv_encode_i(HV_INSN_ADDI, 0, 0, 0));
}

/* Where a register of the device at real page `page` is; now and then a name between them. */
static uint32_t some_register(struct gen *g, uint32_t page)
{
    static const uint16_t clint[] = {0x0000, 0x4000, 0x4004, 0xbff8, 0xbffc};
    if (page == g->config.clint_base / HV_PAGE_BYTES)
        return chance(g, 85) ? clint[below(g, 5)] + (chance(g, 25) ? below(g, 4) : 0) : below(g, HV_CLINT_BYTES);
    if (hv_config_device_at(&g->config, page << HV_PAGE_BITS) >= HV_DEVICE_WINDOW)
        return below(g, HV_PAGE_BYTES);
    const uint32_t registers = page == g->config.uart_base / HV_PAGE_BYTES ? 8 : 4;
    return chance(g, 90) ? below(g, registers) : below(g, HV_PAGE_BYTES);
}

/* One access to `name`, bytes of a UART's most often, as it is aligned or not. */
static void access_register(struct gen *g, uint32_t name, bool bytes)
{
    static const uint8_t loads[] = {HV_INSN_LB, HV_INSN_LBU, HV_INSN_LH, HV_INSN_LHU, HV_INSN_LW},
                         stores[] = {HV_INSN_SB, HV_INSN_SH, HV_INSN_SW};
    const unsigned log = bytes && chance(g, 70) ? 0 : chance(g, 70) ? 2 : below(g, 3);
    if (chance(g, 90))
        name &= ~((UINT32_C(1) << log) - 1);
    const bool store = chance(g, 50), small = store && chance(g, 50);
    if (small)
        gen_constant(g, REG_VALUE, below(g, 256));
    gen_code(g, hv_encode_u(HV_INSN_LUI, REG_ADDRESS, hv_upper(name)));
    if (store)
        gen_code(g, hv_encode_s(stores[log], small ? REG_VALUE : any_register(g), REG_ADDRESS, hv_lower(name)));
    else
        gen_code(g, hv_encode_i(loads[log == 2 ? 4 : 2 * log + below(g, 2)], target(g), REG_ADDRESS, hv_lower(name)));
}

/* What a driver does with a UART at `name`: enables, sends, clears, loops back, and asks what the interrupt is for. */
static void drive_uart(struct gen *g, uint32_t name)
{
    enum { DATA, IER, IIR, LCR, MCR, LSR };
    static const struct {
        uint8_t reg, bits;
    } stores[] = {{DATA, 0xff}, {IER, 0x0f}, {IER, 0x07}, {IIR, 0x07}, {MCR, 0x10}};
    static const uint8_t loads[] = {IIR, IIR, DATA, LSR};
    gen_code(g, hv_encode_u(HV_INSN_LUI, REG_ADDRESS, hv_upper(name)));
    for (unsigned i = 2 + below(g, 5); i > 0 && gen_room(g, 8); i--) {
        const unsigned k = below(g, sizeof stores / sizeof *stores);
        if (chance(g, 50)) {
            gen_code(g, hv_encode_i(HV_INSN_LBU, target(g), REG_ADDRESS, loads[below(g, sizeof loads)]));
            continue;
        }
        gen_constant(g, REG_VALUE, below(g, 256) & stores[k].bits);
        gen_code(g, hv_encode_s(HV_INSN_SB, REG_VALUE, REG_ADDRESS, stores[k].reg));
    }
}

/* A device at its real name, or where the I/O map has it: on the real machine, or where I/O maps lead there. */
static void device(struct gen *g)
{
    const struct hv_config *c = &g->config;
    const bool mapped = g->vm && g->plan[g->vm].io_first;
    const uint32_t window = mapped ? 0 : gen_window_page(g, 40);
    const uint32_t real = mapped   ? g->plan[g->vm].io_device
                          : window ? window
                                   : FUZZ_ONE_OF(&g->random, c->uart_base, c->uart_base, c->uart_base, c->clint_base,
                                                 c->clint_base, c->finisher_base) /
                                         HV_PAGE_BYTES;
    const uint32_t page = mapped ? g->plan[g->vm].io_first : real;
    if (real == c->uart_base / HV_PAGE_BYTES && chance(g, 40)) {
        drive_uart(g, page << HV_PAGE_BITS);
        return;
    }
    for (unsigned i = 1 + below(g, 2); i > 0; i--)
        access_register(g, (page << HV_PAGE_BITS) + some_register(g, real), real == c->uart_base / HV_PAGE_BYTES);
}

/* ---- Privilege ---- */

static unsigned some_csr(struct gen *g)
{
    static const uint16_t numbers[] = {
#define CSR(name, number, condition, kind, writable, reset, note) (number),
#include "isa/csrs.def"
    };
    const unsigned count = sizeof numbers / sizeof *numbers;
    if (chance(g, 6))
        return below(g, 4096);
    if (chance(g, 10) && !g->world->fenced)
        return HV_CSR_MHPMCOUNTER_FIRST + below(g, 10);
    return numbers[below(g, count)];
}

static bool counts_associator(unsigned number)
{
    return (number >= HV_CSR_MHPMCOUNTER_FIRST && number <= HV_CSR_MHPMCOUNTER_LAST) ||
           (number >= HV_CSR_MHPMCOUNTERH_FIRST && number <= HV_CSR_MHPMCOUNTERH_LAST);
}

static void csr(struct gen *g)
{
    static const uint8_t insns[] = {HV_INSN_CSRRW,  HV_INSN_CSRRS,  HV_INSN_CSRRC,
                                    HV_INSN_CSRRWI, HV_INSN_CSRRSI, HV_INSN_CSRRCI};
    unsigned number = some_csr(g), source = any_register(g);
    const bool stops_us = number == HV_CSR_MTVEC || number == HV_CSR_MPHI || number == HV_CSR_MBOUND;
    if (stops_us && chance(g, 80))
        number = HV_CSR_MSCRATCH;
    if (g->world->fenced && counts_associator(number))
        number = HV_CSR_MCYCLE;
    gen_code(g, hv_encode_csr(insns[below(g, 6)], any_register(g), number, chance(g, 50) ? 0 : source));
}

/* phi for U-mode, and MPRV to try it. Now and then base or bound is what it was, perhaps from reset on. */
static void change_phi(struct gen *g)
{
    gen_constant(g, REG_VALUE, g->config.ram_base - (chance(g, 50) ? 0 : HV_PAGE_BYTES * below(g, 3)));
    if (chance(g, 85))
        gen_code(g, hv_encode_csr(HV_INSN_CSRRW, 0, HV_CSR_MBASE, REG_VALUE));
    gen_constant(g, REG_VALUE, HV_PAGE_BYTES * below(g, 8));
    if (chance(g, 85))
        gen_code(g, hv_encode_csr(HV_INSN_CSRRW, 0, HV_CSR_MBOUND, REG_VALUE));
    gen_code(g, hv_encode_csr(HV_INSN_CSRRWI, 0, HV_CSR_MPHI, HV_MPHI_U));
    gen_constant(g, REG_VALUE, HV_MSTATUS_MPRV);
    gen_code(g, hv_encode_csr(HV_INSN_CSRRS, 0, HV_CSR_MSTATUS, REG_VALUE));
    gen_code(g, hv_encode_u(HV_INSN_LUI, REG_ADDRESS, HV_PAGE_BYTES * below(g, 8)));
    gen_code(g, hv_encode_i(HV_INSN_LW, target(g), REG_ADDRESS, 4 * (int32_t)below(g, 128)));
    gen_code(g, hv_encode_csr(HV_INSN_CSRRC, 0, HV_CSR_MSTATUS, REG_VALUE));
}

static void simple(struct gen *g, enum hv_insn insn)
{
    gen_code(g, hv_encode_r(insn, 0, 0, 0));
}

static void trap(struct gen *g)
{
    static const uint8_t insns[] = {HV_INSN_ECALL, HV_INSN_EBREAK, HV_INSN_ECALL, HV_INSN_MRET};
    simple(g, insns[below(g, chance(g, 90) ? 3 : 4)]);
}

static void quiet(struct gen *g)
{
    static const uint8_t insns[] = {HV_INSN_FENCE, HV_INSN_FENCE_I};
    simple(g, insns[below(g, 2)]);
}

static void wait(struct gen *g)
{
    simple(g, HV_INSN_WFI);
}

static void leave(struct gen *g)
{
    simple(g, HV_INSN_HV_EXIT);
}

/* Level 0: a line goes up, by the CLINT or by the UART: for an empty transmitter, or for what comes back in loop-back.
 */
static void raise_line(struct gen *g)
{
    const unsigned line = below(g, 3);
    gen_constant(g, REG_ADDRESS, line == 2 ? g->config.uart_base : g->config.clint_base + (line ? 0 : 0x4000));
    if (line == 2) {
        if (chance(g, 50)) {
            gen_constant(g, REG_VALUE, 0x10);
            gen_code(g, hv_encode_s(HV_INSN_SB, REG_VALUE, REG_ADDRESS, 4));
            gen_code(g, hv_encode_s(HV_INSN_SB, REG_VALUE, REG_ADDRESS, 0));
        }
        gen_constant(g, REG_VALUE, 1 + below(g, 7));
        gen_code(g, hv_encode_s(HV_INSN_SB, REG_VALUE, REG_ADDRESS, 1));
        return;
    }
    gen_constant(g, REG_VALUE, 1);
    gen_code(g, hv_encode_s(HV_INSN_SW, line ? REG_VALUE : 0, REG_ADDRESS, line ? 0 : 4));
    if (!line)
        gen_code(g, hv_encode_s(HV_INSN_SW, REG_VALUE, REG_ADDRESS, 0));
}

/* Interrupts of the VM's own: what its VIP has, and at level 0 what its devices make; on in M-mode or left to U-mode.
 */
static void interrupt(struct gen *g)
{
    if (g->vm == 0 && chance(g, 60))
        raise_line(g);
    gen_constant(g, REG_VALUE, 0x888);
    gen_code(g, hv_encode_csr(HV_INSN_CSRRW, 0, HV_CSR_MIE, REG_VALUE));
    if (chance(g, 60))
        gen_code(g, hv_encode_csr(HV_INSN_CSRRSI, 0, HV_CSR_MSTATUS, HV_MSTATUS_MIE));
    else
        leave_mode(g);
}

static void counter(struct gen *g)
{
    static const uint16_t counters[] = {HV_CSR_CYCLE, HV_CSR_TIME,   HV_CSR_INSTRET,  HV_CSR_CYCLEH,
                                        HV_CSR_TIMEH, HV_CSR_MCYCLE, HV_CSR_MINSTRET, HV_CSR_MINSTRETH};
    const unsigned number = counters[below(g, 8)];
    const bool write = number < HV_CSR_CYCLE && chance(g, 30);
    gen_code(g, hv_encode_csr(write ? HV_INSN_CSRRW : HV_INSN_CSRRS, target(g), number, write ? any_register(g) : 0));
}

/* ---- The Hardware Virtualizer, by those who should not ---- */

static void stray_lvmid(struct gen *g)
{
    const struct plan *p = &g->plan[g->vm];
    const unsigned level = g->world->vm[g->vm].level;
    if (p->monitor && chance(g, 50)) {
        gen_code(g, hv_encode_i(HV_INSN_LVMID, 0, reg_control(level), 4 * (int32_t)below(g, SYLLABLES)));
        return;
    }
    point(g, REG_ADDRESS, some_page(g, false));
    gen_code(g, hv_encode_i(HV_INSN_LVMID, 0, REG_ADDRESS, some_offset(g, chance(g, 90) ? 4 : 1)));
}

static void stray_fence(struct gen *g)
{
    gen_code(g, hv_encode_r(HV_INSN_HV_FENCE, 0, any_register(g), 0));
}

static void garbage(struct gen *g)
{
    const uint32_t word = (uint32_t)fuzz_draw(gen_random(g));
    gen_code(g, chance(g, 50) ? word | 3 : 0);
}

void gen_random_action(struct gen *g)
{
    static const struct {
        uint8_t weight;
        bool unfenced; /* not for worlds whose monitors fence every change */
        void (*emit)(struct gen *);
    } actions[] = {{16, false, arithmetic}, {22, false, memory},    {8, false, branch},      {4, false, loop},
                   {10, false, probe},      {6, false, atomic},     {3, false, modify},      {6, false, device},
                   {8, false, csr},         {3, false, leave_mode}, {2, false, change_phi},  {4, false, trap},
                   {2, false, quiet},       {2, false, wait},       {5, false, leave},       {4, false, counter},
                   {2, false, interrupt},   {3, true, stray_lvmid}, {2, false, stray_fence}, {1, true, garbage},
                   {5, false, gen_revisit}};
    enum { ACTIONS = sizeof actions / sizeof *actions };
    unsigned total = 0, i = 0;
    if (!gen_room(g, 24))
        return;
    if (g->config.windows && chance(g, 12)) {
        device(g);
        return;
    }
    for (unsigned a = 0; a < ACTIONS; a++)
        total += actions[a].weight;
    for (unsigned left = below(g, total); left >= actions[i].weight; i++)
        left -= actions[i].weight;
    if (!(actions[i].unfenced && g->world->fenced))
        actions[i].emit(g);
}
