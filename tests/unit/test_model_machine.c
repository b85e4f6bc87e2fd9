/* The machine as a whole: hv_machine_run is hv_machine_step, on random guests with random VMCBs; snapshots;
 * machines beside each other; regions of interest; what the records add up to. */
#include "tests/unit/model_world.h"

/* ---- equality of two machines, by all that is state ---- */

static void assert_same_associator(const struct associator *a, const struct associator *b, unsigned prefix_entries)
{
    size_t entries = (size_t)a->sets * a->ways;
    assert_memory_equal(a->lfsr, b->lfsr, sizeof a->lfsr);
    assert_memory_equal(a->held, b->held, sizeof a->held);
    assert_memory_equal(a->valid, b->valid, sizeof a->valid);
    assert_int_equal(a->tag, b->tag);
    assert_int_equal(a->prefix_tag, b->prefix_tag);
    assert_int_equal(a->prefix_fifo, b->prefix_fifo);
    for (unsigned half = 0; half < 2 && a->half[half].entries; half++) {
        for (size_t i = 0; i < entries; i++) {
            const struct entry *x = &a->half[half].entries[i], *y = &b->half[half].entries[i];
            assert_int_equal(x->valid, y->valid);
            assert_int_equal(x->newer, y->newer);
            assert_int_equal(x->valid ? x->tag : 0, y->valid ? y->tag : 0);
            assert_int_equal(x->valid ? x->page : 0, y->valid ? y->page : 0);
            assert_int_equal(x->valid ? x->real : 0, y->valid ? y->real : 0);
            assert_int_equal(x->valid ? x->rights : 0, y->valid ? y->rights : 0);
        }
        assert_memory_equal(a->half[half].trees, b->half[half].trees, entries);
    }
    for (unsigned i = 0; i < prefix_entries; i++) {
        assert_int_equal(a->prefix[i].valid, b->prefix[i].valid);
        assert_int_equal(a->prefix[i].page, b->prefix[i].page);
        assert_int_equal(a->prefix[i].real, b->prefix[i].real);
        assert_int_equal(a->prefix[i].rights, b->prefix[i].rights);
        assert_int_equal(a->prefix[i].tag, b->prefix[i].tag);
    }
}

static void assert_same_last_pages(const struct hv_machine *a, const struct hv_machine *b)
{
    for (unsigned i = 0; i < 2 * a->config.last_pages; i++) {
        const unsigned port = i % 2, place = i / 2;
        const struct last_page *x = &a->last[port][place], *y = &b->last[port][place];
        assert_int_equal(x->valid, y->valid);
        assert_int_equal(x->valid ? x->page : 0, y->valid ? y->page : 0);
        assert_int_equal(x->valid ? x->real : 0, y->valid ? y->real : 0);
        assert_int_equal(x->valid ? x->rights : 0, y->valid ? y->rights : 0);
    }
}

static void assert_same(const struct hv_machine *a, const struct hv_machine *b)
{
    struct hv_counters region_a, region_b;
    assert_memory_equal(&a->counters, &b->counters, sizeof a->counters);
    assert_memory_equal(a->x, b->x, 32 * sizeof a->x[0]);
    assert_memory_equal(a->live, b->live, sizeof a->live);
    assert_memory_equal(a->bank, b->bank, sizeof a->bank);
    assert_int_equal(a->level, b->level);
    assert_int_equal(a->vmid, b->vmid);
    for (unsigned level = 1; level <= a->level; level++)
        assert_memory_equal(&a->levels[level], &b->levels[level], sizeof a->levels[level]);
    assert_int_equal(a->pending, b->pending);
    assert_int_equal(a->reserved, b->reserved);
    if (a->reserved)
        assert_int_equal(a->reservation, b->reservation);
    assert_same_associator(&a->associator, &b->associator, a->config.prefix_entries);
    assert_same_last_pages(a, b);
    assert_int_equal(a->mtime_offset, b->mtime_offset);
    assert_int_equal(a->mcycle_offset, b->mcycle_offset);
    assert_int_equal(a->minstret_offset, b->minstret_offset);
    assert_int_equal(a->mtimecmp, b->mtimecmp);
    assert_int_equal(a->msip, b->msip);
    assert_memory_equal(&a->uart, &b->uart, offsetof(struct uart, input));
    assert_int_equal(a->stop >= HV_STOP_FINISHED, b->stop >= HV_STOP_FINISHED);
    assert_int_equal(a->exit_code, b->exit_code);
    assert_memory_equal(a->blocks.ram, b->blocks.ram, a->ram_bytes);
    assert_int_equal(hv_machine_region(a, &region_a), hv_machine_region(b, &region_b));
    if (hv_machine_region(a, &region_a))
        assert_memory_equal(&region_a, &region_b, sizeof region_a);
    size_t sent = a->blocks.output.end - a->blocks.output.first;
    assert_int_equal(sent, b->blocks.output.end - b->blocks.output.first);
    if (sent)
        assert_memory_equal(a->blocks.output.bytes + a->blocks.output.first,
                            b->blocks.output.bytes + b->blocks.output.first, sent);
}

/* ---- random guests ---- */

/* x1 to x15 point at something and stay; x10 is the base of RAM, also after LVMID. */
static const uint32_t pointers[16] = {
    0,          RAM + 0xc00, VMCB1, VMCB2, RAM + 0xff8, RAM + 0x1000, RAM + 0x3000, 0x10000000,
    0x02004000, 0x0200bff8,  RAM,   ROOT,  OPERANDS,    VMTAB,        RAM + 0x2ffc, RAM + 0x5000,
};

static unsigned any_register(uint64_t *seed)
{
    return below(seed, 32);
}

static unsigned target_register(uint64_t *seed)
{
    return 16 + below(seed, 16);
}

static uint32_t random_row(uint64_t *seed)
{
    static const struct {
        uint32_t mask, match;
    } rows[] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) {mask, match},
#include "isa/instructions.def"
    };
    unsigned i = below(seed, sizeof rows / sizeof rows[0]);
    uint32_t word = rows[i].match | (random32(seed) & ~rows[i].mask);
    if (!(rows[i].mask >> 7 & 31)) /* rd: spare the pointers, mostly */
        word = (word & ~0xf80u) | (target_register(seed) << 7 & ~rows[i].mask);
    return word;
}

static uint32_t random_memory(uint64_t *seed)
{
    static const enum hv_insn loads[] = {HV_INSN_LB, HV_INSN_LH, HV_INSN_LW, HV_INSN_LBU, HV_INSN_LHU};
    static const enum hv_insn stores[] = {HV_INSN_SB, HV_INSN_SH, HV_INSN_SW};
    unsigned base = 1 + below(seed, 15);
    int32_t offset = (int32_t)below(seed, 8) * 4 + (below(seed, 8) ? 0 : (int32_t)below(seed, 4));
    if (below(seed, 4) == 0)
        return word_r((enum hv_insn)(HV_INSN_LR_W + 1 + below(seed, 10)), target_register(seed), base,
                      any_register(seed));
    if (below(seed, 10) == 0)
        return word_r(HV_INSN_LR_W, target_register(seed), base, 0);
    if (below(seed, 2))
        return word_i(loads[below(seed, 5)], target_register(seed), base, offset);
    return word_s(stores[below(seed, 3)], any_register(seed), base, offset);
}

static uint32_t random_csr(uint64_t *seed)
{
    static const uint32_t numbers[] = {
        HV_CSR_MSTATUS,
        HV_CSR_MIE,
        HV_CSR_MTVEC,
        HV_CSR_MSCRATCH,
        HV_CSR_MEPC,
        HV_CSR_MCAUSE,
        HV_CSR_MIP,
        0xb03,
        HV_CSR_MCYCLE,
        HV_CSR_MISA,
        HV_CSR_CYCLE,
        HV_CSR_TIME,
        HV_CSR_MPHI,
        HV_CSR_MBASE,
        HV_CSR_TIMEH,
        0xb04,
        HV_CSR_MBOUND,
        HV_CSR_MTVAL,
        0x123,
        HV_CSR_MINSTRET,
        HV_CSR_MHPMCOUNTER_FIRST + 7,
        HV_CSR_MCOUNTEREN,
    };
    enum hv_insn insn = (enum hv_insn)(HV_INSN_CSRRW + below(seed, 6));
    uint32_t number = numbers[below(seed, sizeof numbers / sizeof numbers[0])];
    bool spare = number == HV_CSR_MTVEC || number == HV_CSR_MPHI || number == HV_CSR_MBASE || number == HV_CSR_MBOUND;
    if (spare && below(seed, 4))
        insn = HV_INSN_CSRRS;
    return word_csr(insn, target_register(seed), number, spare && insn == HV_INSN_CSRRS ? 0 : any_register(seed));
}

static uint32_t random_instruction(uint64_t *seed)
{
    enum { ECALL = 0x73, EBREAK = 0x100073, MRET = 0x30200073, WFI = 0x10500073, FENCE_I = 0x100f };
    enum { HV_FENCE_ALL = 0x100b, HV_FENCE_X12 = 0x6100b, HV_EXIT = 0x200b, BEGIN = 0x102013, END = 0x202013 };
    static const uint32_t system[] = {ECALL, MRET,         MRET,         WFI,     WFI, EBREAK,
                                      BEGIN, HV_FENCE_ALL, HV_FENCE_X12, HV_EXIT, END, FENCE_I};
    switch (below(seed, 12)) {
    case 0:
    case 1:
    case 2:
        return word_r((enum hv_insn)(HV_INSN_ADD + below(seed, 10)), target_register(seed), any_register(seed),
                      any_register(seed));
    case 3:
    case 4:
    case 5:
    case 6:
        return random_memory(seed);
    case 7:
        return 0x63 | below(seed, 2) << 12 | any_register(seed) << 15 | any_register(seed) << 20 | below(seed, 16) << 8;
    case 8:
        return random_csr(seed);
    case 9:
        return below(seed, 3) ? word_lvmid(X10, 0x184 + 4 * (below(seed, 8) == 0)) : system[below(seed, 12)];
    case 10:
        return below(seed, 4) ? word_jal(X16, 4 * (int32_t)below(seed, 600)) : system[below(seed, 12)];
    default:
        return below(seed, 16) ? random_row(seed) : random32(seed);
    }
}

static void random_code(struct hv_machine *m, unsigned level, uint32_t name, uint32_t end, uint64_t *seed)
{
    for (; name < end; name += 4)
        put(m, real_of(level, name), random_instruction(seed));
}

/* A linear map of the child's RAM, mostly right, its table in the monitor's first page. */
static void random_linear(struct hv_machine *m, unsigned level, uint32_t vmcb, uint64_t *seed)
{
    uint32_t half = 128u >> level, table = RAM + 0x600;
    for (uint32_t page = 0; page < half; page++) {
        uint32_t frame = (RAM >> 12) + half + page, bits = 0xcf;
        if (below(seed, 16) == 0)
            bits = random32(seed) & 0x3ff;
        if (below(seed, 64) == 0)
            frame = random32(seed) >> 10;
        put(m, real_of(level, table + 4 * page), frame << 10 | bits);
    }
    put_map(m, real_of(level, vmcb + HV_VMCB_MEM_FORM), 2, RAM >> 12, table, half);
}

static void random_vmcb(struct hv_machine *m, unsigned level, uint32_t vmcb, uint64_t *seed)
{
    uint32_t at = real_of(level, vmcb);
    put_vmcb(m, level, vmcb);
    if (below(seed, 2))
        random_linear(m, level, vmcb, seed);
    put(m, at + HV_VMCB_CAPS, below(seed, 3) ? 15 : below(seed, 16));
    put(m, at + HV_VMCB_VIP, below(seed, 3) ? 0 : 0x888);
    put(m, at + HV_VMCB_RESUME, below(seed, 2));
    put(m, at + HV_VMCB_CTX_MODE, below(seed, 4) ? 3 : 0);
    put(m, at + HV_VMCB_CTX_MTVEC, RAM + 0xc00 + below(seed, 2));
    put(m, at + HV_VMCB_CTX_MIE, random32(seed));
    put(m, at + HV_VMCB_X0 + 4 * X10, RAM);
    if (below(seed, 8) == 0) /* anything */
        put(m, at + 4 * below(seed, 32), random32(seed));
}

static void random_configuration(struct hv_config *config, uint64_t *seed)
{
    static const uint32_t entries[] = {0, 1, 4, 8, 16, 16, 64}, ways[] = {1, 1, 2, 8, 4, 16, 64};
    unsigned geometry = below(seed, 7);
    *config = world_config(below(seed, 8) ? 2 + below(seed, 5) : below(seed, 2));
    config->assoc_entries = entries[geometry];
    config->assoc_ways = ways[geometry];
    config->assoc_replacement = below(seed, 4);
    config->assoc_key = below(seed, 3);
    config->assoc_split = below(seed, 2);
    config->prefix_entries = below(seed, 5);
    config->phi = below(seed, 4) ? HV_PHI_RB : HV_PHI_IDENTITY;
}

static struct hv_machine *random_machine(uint64_t seed)
{
    struct hv_config config;
    random_configuration(&config, &seed);
    unsigned depth = config.depth;
    struct hv_machine *m = new_world(&config, depth);
    for (unsigned level = 0; level <= depth; level++) {
        random_code(m, level, BOOT + (level < depth ? 8u : 0u), RAM + 0x1000, &seed);
        if (level < 5)
            random_code(m, level, RAM + 0x1000, RAM + (level < 4 ? 0x6000 : 0x2000), &seed);
        put(m, real_of(level, ENTRY), word_jal(X0, (int32_t)(RAM + 0xa00 - ENTRY)));
        if (level < depth) {
            random_vmcb(m, level, VMCB1, &seed);
            random_vmcb(m, level, VMCB2, &seed);
        }
    }
    memcpy(m->x, pointers, sizeof pointers);
    m->live[CTX_MTVEC] = RAM + 0xc00;
    m->live[CTX_MIE] = below(&seed, 4) ? 0 : 0x888;
    m->mtimecmp = below(&seed, 2) ? UINT64_MAX : below(&seed, 4000);
    return m;
}

/* ---- the tests ---- */

static void add(struct hv_counters *sum, const struct hv_counters *c)
{
    const uint64_t *from = (const uint64_t *)(const void *)c;
    uint64_t *to = (uint64_t *)(void *)sum;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
        to[i] += from[i];
}

/* Random guests must get everywhere, or their agreement says little. */
static void assert_covered(const struct hv_counters *sum)
{
    for (unsigned cause = HV_FAULT_MISSING; cause <= HV_FAULT_DEPTH; cause++)
        assert_true(sum->vm_faults[cause] > 10);
    for (unsigned level = 0; level <= 4; level++)
        assert_true(sum->instructions_by_level[level] > 1000);
    assert_true(sum->interrupts > 100 && sum->exceptions > 1000 && sum->appended > sum->lvmid);
#define ASSOCIATOR_COUNTER(name, hpm, meaning) assert_true(sum->associator.name > 1000);
#include "isa/counters.def"
}

static uint64_t step_until(struct hv_machine *m, uint64_t commits)
{
    uint64_t steps = 0;
    while (m->counters.commits < commits) {
        step(m);
        steps++;
    }
    return steps;
}

static void running_is_stepping(void **state)
{
    enum { GUESTS = 400, RECORDS = 2500 };
    struct hv_counters sum = {0};
    (void)state;
    for (uint64_t guest = 1; guest <= GUESTS; guest++) {
        struct hv_machine *stepped = random_machine(guest * 7919), *run = random_machine(guest * 7919);
        uint64_t seed = guest;
        assert_same(stepped, run);
        while (run->counters.commits < RECORDS && run->stop < HV_STOP_FINISHED) {
            uint32_t chunk = 1 + below(&seed, below(&seed, 3) ? 900 : below(&seed, 2) ? 4 : 4000);
            uint64_t before = run->counters.commits;
            enum hv_stop stop = hv_machine_run(run, chunk);
            assert_true(stop != HV_STOP_LIMIT || run->counters.commits == before + chunk);
            step_until(stepped, run->counters.commits);
            assert_same(stepped, run);
            if (below(&seed, 4) == 0) { /* change sides */
                struct hv_machine *other = run;
                run = stepped;
                stepped = other;
            }
        }
        add(&sum, &run->counters);
        hv_machine_free(stepped);
        hv_machine_free(run);
    }
    assert_covered(&sum);
}

static struct hv_breakpoint random_breakpoint(uint64_t *seed)
{
    struct hv_breakpoint b = {.pc = BOOT + 4 * below(seed, 0x800 / 4 + 64)};
    b.vms.kind = below(seed, 3);
    b.vms.level = below(seed, 4);
    b.vms.vmid = b.vms.level ? 0x111 & ((1u << 4 * b.vms.level) - 1) : 0;
    return b;
}

/* To where `run` is; before none of these records, but perhaps the first, was a breakpoint. */
static void step_to_stop(struct hv_machine *stepped, const struct hv_machine *run, bool told)
{
    while (stepped->counters.commits < run->counters.commits) {
        assert_true(told || !hv_machine_at_breakpoint(stepped));
        told = false;
        step(stepped);
    }
}

/* The fast loop stops where looking at each record would stop, and everything else is as without breakpoints. */
static void breakpoints_stop_and_change_nothing(void **state)
{
    enum { GUESTS = 150, RECORDS = 2500, POINTS = 6 };
    unsigned stops = 0, by_kind[3] = {0};
    (void)state;
    for (uint64_t guest = 1; guest <= GUESTS; guest++) {
        struct hv_machine *stepped = random_machine(guest * 7919), *run = random_machine(guest * 7919);
        struct hv_breakpoint list[POINTS];
        uint64_t seed = guest;
        for (unsigned i = 0; i < POINTS; i++)
            list[i] = random_breakpoint(&seed);
        hv_machine_breakpoints(run, list, POINTS);
        hv_machine_breakpoints(stepped, list, POINTS);
        while (run->counters.commits < RECORDS && run->stop < HV_STOP_FINISHED) {
            const enum hv_stop stop = hv_machine_run(run, 1 + below(&seed, 900));
            step_to_stop(stepped, run, false);
            assert_same(stepped, run);
            if (stop != HV_STOP_BREAKPOINT)
                continue;
            assert_true(hv_machine_at_breakpoint(stepped) && hv_machine_at_breakpoint(run));
            for (unsigned i = 0; i < POINTS; i++)
                if (list[i].pc == hv_machine_pc(run) && hv_vms_have(&list[i].vms, run->level, run->vmid))
                    by_kind[list[i].vms.kind]++;
            stops++;
            step(run);
            step(stepped);
        }
        hv_machine_free(stepped);
        hv_machine_free(run);
    }
    assert_true(stops > 1000);
    for (unsigned i = 0; i < 3; i++)
        assert_true(by_kind[i] > 50);
}

/* With nothing in the list any more, or in another level alone, the run goes on. */
static void breakpoints_can_be_taken_away(void **state)
{
    struct hv_config config = world_config(1);
    struct hv_machine *m = new_world(&config, 1);
    struct hv_breakpoint b = {.pc = BOOT};
    (void)state;
    hv_machine_breakpoints(m, &b, 1);
    assert_int_equal(hv_machine_run(m, 1), HV_STOP_BREAKPOINT);
    assert_int_equal(m->counters.commits, 0);
    assert_int_equal(hv_machine_run(m, 1), HV_STOP_BREAKPOINT);
    b.vms = (struct hv_vms){.kind = HV_VMS_OF_LEVEL, .level = 1};
    assert_int_equal(hv_machine_run(m, 1000), HV_STOP_BREAKPOINT);
    assert_int_equal(hv_machine_level(m), 1);
    assert_int_equal(hv_machine_pc(m), BOOT);
    assert_int_equal(m->counters.commits, 2);
    hv_machine_breakpoints(m, NULL, 0);
    assert_int_equal(hv_machine_run(m, 1), HV_STOP_LIMIT);
    assert_int_equal(m->counters.commits, 3);
    b.pc = hv_machine_pc(m); /* in the page that the loop has open */
    hv_machine_breakpoints(m, &b, 1);
    assert_int_equal(hv_machine_run(m, 1), HV_STOP_BREAKPOINT);
    hv_machine_free(m);
}

/* The records' counter fields add up to the counters, their writes to the contents of RAM. */
static void records_tell_everything(void **state)
{
    enum { GUESTS = 40, RECORDS = 2500 };
    (void)state;
    for (uint64_t guest = 1; guest <= GUESTS; guest++) {
        struct hv_machine *m = random_machine(guest * 104729);
        uint8_t *shadow = test_malloc(m->ram_bytes);
        struct hv_counters sum = {0};
        uint32_t expected_pc = hv_machine_pc(m);
        memcpy(shadow, hv_machine_ram(m), m->ram_bytes);
        while (sum.commits < RECORDS && m->stop < HV_STOP_FINISHED) {
            uint32_t x[32];
            memcpy(x, m->x, sizeof x);
            struct done d = perform(m);
            assert_int_equal(d.c.order, sum.commits++);
            assert_int_equal(d.c.pc_rdata, expected_pc);
            expected_pc = (uint32_t)d.c.pc_wdata;
            x[d.c.rd_addr] = (uint32_t)d.c.rd_wdata;
            assert_memory_equal(x, m->x, sizeof x);
            for (size_t i = 0; i < d.count; i++) {
                uint32_t offset = d.writes[i].real - RAM;
                for (unsigned lane = 0; lane < 4 && offset < m->ram_bytes; lane++) {
                    if (d.writes[i].mask >> lane & 1)
                        shadow[offset + lane] = (uint8_t)(d.writes[i].data >> 8 * lane);
                }
            }
            bool retired = !d.c.trap && d.c.event != HV_EVENT_VM_FAULT;
            sum.instructions += retired;
            sum.instructions_by_level[d.c.level] += retired;
            sum.exceptions += d.c.trap && !d.c.intr;
            sum.interrupts += d.c.intr;
            sum.lvmid += d.c.event == HV_EVENT_LVMID;
            if (d.c.event == HV_EVENT_VM_FAULT)
                sum.vm_faults[d.c.cause & 15]++;
            struct hv_associator_counters *level = &sum.by_level[d.c.level];
#define ADD(field)                                                                                                     \
    sum.associator.field += (d.c.field & 1) + (d.c.field >> 1);                                                        \
    level->field += (d.c.field & 1) + (d.c.field >> 1);                                                                \
    sum.by_port[0].field += d.c.field & 1;                                                                             \
    sum.by_port[1].field += d.c.field >> 1
            ADD(accesses);
            ADD(lookups);
            ADD(hits);
            ADD(misses);
            ADD(prefix_hits);
            ADD(fills);
            sum.associator.walk_reads += d.c.walk_reads_fetch + d.c.walk_reads_data;
            level->walk_reads += d.c.walk_reads_fetch + d.c.walk_reads_data;
            sum.by_port[0].walk_reads += d.c.walk_reads_fetch;
            sum.by_port[1].walk_reads += d.c.walk_reads_data;
            sum.associator.flushed += d.c.flushed;
            level->flushed += d.c.flushed;
        }
        sum.appended = m->counters.appended;
        assert_memory_equal(&sum, &m->counters, sizeof sum);
        assert_memory_equal(shadow, hv_machine_ram(m), m->ram_bytes);
        test_free(shadow);
        hv_machine_free(m);
    }
}

static void snapshots_hold_everything(void **state)
{
    enum { GUESTS = 30 };
    (void)state;
    for (uint64_t guest = 1; guest <= GUESTS; guest++) {
        struct hv_machine *m = random_machine(guest * 31337), *other = random_machine(guest * 31337);
        hv_machine_uart_input(m, (const uint8_t *)"abcdef", 6);
        hv_machine_run(m, 100 + guest * 13);
        struct hv_snapshot *snapshot = hv_machine_save(m);
        assert_non_null(snapshot);
        hv_machine_run(m, 2000);
        assert_true(hv_machine_restore(other, snapshot)); /* another machine of the same configuration */
        hv_machine_run(other, 2000);
        assert_same(m, other);
        assert_memory_equal(m->uart.input, other->uart.input, sizeof m->uart.input);
        assert_true(hv_machine_restore(m, snapshot)); /* back again, over what has happened since */
        for (unsigned i = 0; i < 2000; i++)
            step(m);
        assert_same(m, other);
        hv_snapshot_free(snapshot);
        hv_machine_free(m);
        hv_machine_free(other);
    }
}

static void snapshots_are_for_one_configuration(void **state)
{
    struct hv_config config = config_of_depth(2);
    struct hv_machine *m = new_machine(&config);
    struct hv_snapshot *snapshot = hv_machine_save(m);
    (void)state;
    config.assoc_ways = 2;
    struct hv_machine *other = new_machine(&config);
    assert_false(hv_machine_restore(other, snapshot));
    config = config_of_depth(2);
    strcpy(config.name, "renamed");
    struct hv_machine *same = new_machine(&config);
    assert_true(hv_machine_restore(same, snapshot));
    assert_string_equal(hv_machine_config(same)->name, "renamed");
    hv_snapshot_free(snapshot);
    hv_machine_free(m);
    hv_machine_free(other);
    hv_machine_free(same);
}

/* What the guest has sent and nobody has taken yet belongs to the state, and is gone after reset. */
static void snapshots_hold_the_output(void **state)
{
    struct hv_config config = config_of_depth(0);
    struct hv_machine *m = new_machine(&config);
    uint8_t bytes[8];
    (void)state;
    m->x[5] = config.uart_base;
    for (uint32_t i = 0; i < 5; i++) {
        m->x[6] = 'a' + i;
        execute(m, word_s(HV_INSN_SB, X6, X5, 0));
    }
    assert_int_equal(hv_machine_uart_output(m, bytes, 2), 2);
    struct hv_snapshot *snapshot = hv_machine_save(m);
    execute(m, word_s(HV_INSN_SB, X6, X5, 0));
    assert_int_equal(hv_machine_uart_output(m, bytes, 8), 4);
    assert_true(hv_machine_restore(m, snapshot));
    assert_int_equal(hv_machine_uart_output(m, bytes, 8), 3);
    assert_memory_equal(bytes, "cde", 3);
    assert_true(hv_machine_restore(m, snapshot));
    hv_machine_reset(m);
    assert_int_equal(hv_machine_uart_output(m, bytes, 8), 0);
    hv_snapshot_free(snapshot);
    hv_machine_free(m);
}

/* Machines share nothing: interleaved they do what each does alone. */
static void machines_do_not_meet(void **state)
{
    enum { MACHINES = 6, RECORDS = 3000 };
    struct hv_machine *together[MACHINES];
    uint64_t seed = 5;
    (void)state;
    for (unsigned i = 0; i < MACHINES; i++)
        together[i] = random_machine(900 + i);
    for (unsigned turn = 0; turn < 4000; turn++) {
        struct hv_machine *m = together[below(&seed, MACHINES)];
        if (m->counters.commits < RECORDS && m->stop < HV_STOP_FINISHED)
            hv_machine_run(m, 1 + below(&seed, 7));
    }
    for (unsigned i = 0; i < MACHINES; i++) {
        struct hv_machine *alone = random_machine(900 + i);
        hv_machine_run(alone, together[i]->counters.commits);
        assert_same(alone, together[i]);
        hv_machine_free(alone);
        hv_machine_free(together[i]);
    }
}

static void reset_forgets_all_but_ram(void **state)
{
    (void)state;
    for (uint64_t guest = 1; guest <= 20; guest++) {
        struct hv_machine *m = random_machine(guest * 271), *fresh = new_machine(hv_machine_config(m));
        hv_machine_run(m, 1500);
        hv_machine_reset(m);
        assert_true(hv_machine_write_ram(fresh, RAM, hv_machine_ram(m), m->ram_bytes));
        assert_same(m, fresh);
        assert_int_equal(hv_machine_pc(m), BOOT);
        assert_int_equal(m->mtimecmp, UINT64_MAX);
        hv_machine_run(m, 500);
        hv_machine_run(fresh, 500);
        assert_same(m, fresh);
        hv_machine_free(m);
        hv_machine_free(fresh);
    }
}

/* ---- regions of interest ---- */

static void regions_count_from_hint_to_hint(void **state)
{
    enum { NOP = 0x00000013, BEGIN = 0x00102013, END = 0x00202013 };
    static const uint32_t code[] = {END, NOP, BEGIN, NOP, BEGIN, NOP, END, NOP, END, NOP, BEGIN, 0x00000073, NOP};
    static const unsigned inside[] = {0, 0, 0, 1, 2, 3, 4, 4, 4, 4, 4, 5, 6};
    (void)state;
    for (unsigned stepped = 0; stepped <= 1; stepped++) {
        struct hv_config config = config_of_depth(0);
        struct hv_machine *m = new_machine(&config);
        struct hv_counters region;
        m->live[CTX_MTVEC] = START + 4 * 12;
        for (unsigned i = 0; i < sizeof code / sizeof code[0]; i++)
            put(m, START + 4 * i, code[i]);
        for (unsigned i = 0; i < sizeof code / sizeof code[0]; i++) {
            if (stepped)
                step(m);
            else
                hv_machine_run(m, 1);
            assert_int_equal(hv_machine_region(m, &region), i >= 2);
            if (i >= 2)
                assert_int_equal(region.commits, inside[i]);
        }
        assert_int_equal(region.exceptions, 1);
        assert_int_equal(region.instructions, 5);
        assert_int_equal(m->x[0], 0);
        hv_machine_free(m);
    }
}

/* ---- the rest of the interface ---- */

static void ram_is_reached_by_real_names(void **state)
{
    struct hv_config config = config_of_depth(0);
    struct hv_machine *m = new_machine(&config);
    uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8}, back[8] = {0};
    (void)state;
    assert_true(hv_machine_write_ram(m, RAM + 0xffff8, bytes, 8));
    assert_false(hv_machine_write_ram(m, RAM + 0xffff9, bytes, 8));
    assert_false(hv_machine_write_ram(m, RAM - 1, bytes, 8));
    assert_false(hv_machine_write_ram(m, 0xfffffffc, bytes, 8));
    assert_true(hv_machine_read_ram(m, RAM + 0xffff8, back, 8));
    assert_memory_equal(bytes, back, 8);
    assert_false(hv_machine_read_ram(m, RAM + 0x100000, back, 1));
    assert_false(hv_machine_read_ram(m, RAM, back, SIZE_MAX));
    assert_int_equal(hv_machine_ram(m)[0xfffff], 8);
    assert_int_equal(hv_machine_run(m, 0), HV_STOP_LIMIT);
    assert_int_equal(hv_machine_stopped(m), HV_STOP_LIMIT);
    struct hv_commit commit;
    assert_int_equal(hv_machine_step(m, NULL, &commit, NULL, 0, NULL), HV_STOP_NONE);
    assert_int_equal(hv_machine_stopped(m), HV_STOP_NONE);
    assert_int_equal(hv_machine_x(m, 32), 0);
    hv_machine_free(m);
    hv_machine_free(NULL);
    hv_snapshot_free(NULL);
}

static void bad_configurations_are_refused(void **state)
{
    struct hv_config config = config_of_depth(2);
    struct hv_error error = {""};
    (void)state;
    config.phi = HV_PHI_SV32;
    assert_null(hv_machine_new(&config, &error));
    assert_true(strlen(error.text) > 0);
}

/* More writes than the caller has room for: counted, not stored. */
static void writes_beyond_the_capacity_are_counted(void **state)
{
    struct hv_config config = world_config(2);
    struct hv_machine *m = new_world(&config, 2);
    struct hv_bus_write writes[4];
    struct hv_commit commit;
    size_t count = 0;
    (void)state;
    enter(m, 1);
    step(m);
    memset(writes, 0x77, sizeof writes);
    hv_machine_step(m, NULL, &commit, writes, 3, &count);
    assert_int_equal(count, 14);
    assert_int_equal(writes[2].real, vmcb_word(1, HV_VMCB_CTX_MSTATUS));
    assert_int_equal(writes[3].real, 0x77777777);
    hv_machine_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(running_is_stepping),
        cmocka_unit_test(breakpoints_stop_and_change_nothing),
        cmocka_unit_test(breakpoints_can_be_taken_away),
        cmocka_unit_test(records_tell_everything),
        cmocka_unit_test(snapshots_hold_everything),
        cmocka_unit_test(snapshots_hold_the_output),
        cmocka_unit_test(snapshots_are_for_one_configuration),
        cmocka_unit_test(machines_do_not_meet),
        cmocka_unit_test(reset_forgets_all_but_ram),
        cmocka_unit_test(regions_count_from_hint_to_hint),
        cmocka_unit_test(ram_is_reached_by_real_names),
        cmocka_unit_test(bad_configurations_are_refused),
        cmocka_unit_test(writes_beyond_the_capacity_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
