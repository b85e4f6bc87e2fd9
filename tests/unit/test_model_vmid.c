/* LVMID and VM-fault, step by step: what is read, what is written and in which order, who runs then. */
#include "tests/unit/model_vmid.h"

/* ---- LVMID ---- */

static void lvmid_of_level_zero_writes_nothing(void **state)
{
    (void)state;
    begin(4, 0);
    step(m);
    struct done d = perform(m);
    assert_int_equal(d.c.event, HV_EVENT_LVMID);
    assert_int_equal(d.c.target_level, 1);
    assert_int_equal(d.c.level, 0);
    assert_int_equal(d.c.vmid, 0);
    assert_int_equal(d.c.pc_wdata, BOOT);
    assert_int_equal(d.c.rs1_addr, X10);
    assert_int_equal(d.c.rs1_rdata, RAM);
    assert_int_equal(d.c.rd_addr, X10);
    assert_int_equal(d.c.rd_wdata, X10_SAVED);
    assert_int_equal(d.c.mem_addr, OPERANDS + 4);
    assert_int_equal(d.c.mem_real, OPERANDS + 4);
    assert_int_equal(d.c.mem_rmask, 15);
    assert_int_equal(d.c.mem_rdata, 1);
    assert_int_equal(d.c.accesses | d.c.lookups, 0);
    assert_int_equal(d.count, 0);
    assert_int_equal(hv_machine_vmid(m), 1);
    assert_int_equal(m->counters.lvmid, 1);
    assert_int_equal(m->counters.appended, 1);
    assert_int_equal(m->counters.instructions_by_level[0], 2);
}

static const uint32_t context_offsets[] = {0x40, 0x44, 0x48, 0x4c, 0x50, 0x54, 0x58,
                                           0x5c, 0x60, 0x64, 0x68, 0x6c, 0x70};
enum { CONTEXT_WORDS = sizeof context_offsets / sizeof context_offsets[0] };

static void set_live(uint32_t seed)
{
    uint64_t random = seed;
    for (enum context_word word = CTX_MSTATUS; word < CTX_WORDS; word++)
        m->live[word] = hvm_legalize(&m->config, word, random32(&random));
    m->live[CTX_MPHI] &= HV_MPHI_U | HV_MPHI_MP;
    m->live[CTX_MSTATUS] &= ~(uint32_t)(HV_MSTATUS_MPRV | HV_MSTATUS_MIE);
    hvm_close_windows(m);
}

/* The whole live context, ascending, then the caller's word. */
static void assert_context_writes(const struct done *d, size_t first, uint32_t vmcb, const uint32_t *live)
{
    for (size_t i = 0; i < CONTEXT_WORDS; i++) {
        assert_int_equal(d->writes[first + i].real, vmcb + context_offsets[i]);
        assert_int_equal(d->writes[first + i].data, live[i]);
        assert_int_equal(d->writes[first + i].mask, 15);
    }
}

static void lvmid_stores_context_and_syllable(void **state)
{
    uint32_t live[CTX_WORDS];
    (void)state;
    begin(4, 1);
    step(m);
    set_live(7);
    memcpy(live, m->live, sizeof live);
    live[CTX_PC] = BOOT + 8;
    struct done d = perform(m);
    assert_int_equal(d.c.target_level, 2);
    assert_int_equal(d.c.vmid, 1);
    assert_int_equal(hv_machine_vmid(m), 0x11);
    assert_int_equal(d.c.mem_real, real_of(1, OPERANDS + 4));
    assert_int_equal(d.count, CONTEXT_WORDS + 1);
    assert_context_writes(&d, 0, vmcb_word(1, 0), live);
    assert_int_equal(d.writes[CONTEXT_WORDS].real, vmcb_word(1, HV_VMCB_NEXT_SYLLABLE));
    assert_int_equal(d.writes[CONTEXT_WORDS].data, 1);
    assert_int_equal(get(m, vmcb_word(1, HV_VMCB_NEXT_SYLLABLE)), 1);
}

static void without_rs1_no_register_is_loaded(void **state)
{
    (void)state;
    begin(1, 0);
    m->live[CTX_MPHI] = HV_MPHI_M; /* phi lets x0 reach the operand */
    m->live[CTX_MBASE] = RAM;
    m->live[CTX_MBOUND] = 0x1000;
    m->live[CTX_PC] = 0x800;
    hvm_close_windows(m);
    put(m, BOOT, word_lvmid(X0, 0x184));
    struct done d = perform(m);
    assert_int_equal(d.c.event, HV_EVENT_LVMID);
    assert_int_equal(d.c.mem_addr, 0x184);
    assert_int_equal(d.c.rd_addr, 0);
    assert_int_equal(m->x[0], 0);
}

/* ---- VM-fault ---- */

static void a_fault_stores_context_record_and_null(void **state)
{
    uint32_t live[CTX_WORDS];
    (void)state;
    begin(4, 2);
    set_live(9);
    memcpy(live, m->live, sizeof live);
    live[CTX_PC] = BOOT + 4;
    put(m, vmcb_word(2, HV_VMCB_FAULT_COUNT), 0xffffffff);
    uint32_t monitor_mtvec = get(m, vmcb_word(1, HV_VMCB_CTX_MTVEC));
    struct done d = perform_word(m, word_n(HV_INSN_HV_EXIT));
    assert_vm_fault(&d, HV_FAULT_EXIT, 0, 0, 1);
    assert_int_equal(d.count, CONTEXT_WORDS + 5);
    assert_context_writes(&d, 0, vmcb_word(2, 0), live);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(d.writes[CONTEXT_WORDS + i].real, vmcb_word(2, HV_VMCB_FAULT_CAUSE + 4 * (uint32_t)i));
    assert_int_equal(d.writes[CONTEXT_WORDS + 3].data, 0);
    assert_int_equal(d.writes[CONTEXT_WORDS + 4].real, vmcb_word(1, HV_VMCB_NEXT_SYLLABLE));
    assert_int_equal(d.writes[CONTEXT_WORDS + 4].data, 0);
    assert_int_equal(m->live[CTX_MTVEC], monitor_mtvec);
    assert_int_equal(m->counters.vm_faults[HV_FAULT_EXIT], 1);
    m->x[10] = RAM;
    d = perform(m); /* the root's instruction: LVMID again, and the VM goes on behind hv.exit */
    assert_int_equal(d.c.event, HV_EVENT_LVMID);
    assert_int_equal(hv_machine_pc(m), BOOT + 4);
    for (enum context_word word = 0; word < CTX_WORDS; word++)
        assert_int_equal(m->live[word], live[word]);
}

static void contexts_come_back(void **state)
{
    (void)state;
    begin(4, 3);
    for (uint32_t seed = 1; seed < 50; seed++) {
        uint32_t live[CTX_WORDS];
        set_live(seed);
        m->live[CTX_PC] = BOOT + 4 * (seed & 15);
        memcpy(live, m->live, sizeof live);
        live[CTX_PC] += 4;
        perform_word(m, word_n(HV_INSN_HV_EXIT));
        assert_int_equal(hv_machine_level(m), 2);
        m->x[10] = RAM;
        perform(m);
        assert_int_equal(hv_machine_level(m), 3);
        assert_memory_equal(live, m->live, sizeof live);
    }
}

/* From level 4 straight to the owner of f1; one LVMID of level 0 brings all four back, its SKIPs once. */
static void level_zero_owns_what_it_maps(void **state)
{
    enum { HOLE = RAM + 15 * HV_PAGE_BYTES };
    uint32_t vmid = 0x1111, insn = word_i(HV_INSN_LW, X5, X6, 0);
    (void)state;
    begin(4, 4);
    m->latched++;
    m->levels[1].map[0].bound = 127; /* f1 loses the last page of every level */
    m->x[6] = HOLE + 4;
    struct done d = perform_word(m, insn);
    assert_vm_fault(&d, HV_FAULT_MISSING | HV_ACCESS_LOAD << 4, real_of(4, HOLE + 4) - 128 * HV_PAGE_BYTES, insn, 0);
    assert_int_equal(d.c.vmid, vmid);
    assert_int_equal(d.c.mem_addr, HOLE + 4);
    assert_int_equal(d.c.rs1_addr, X6);
    assert_int_equal(get(m, vmcb_word(4, HV_VMCB_CTX_PC)), BOOT); /* of the faulting instruction */
    for (unsigned level = 1; level <= 3; level++)
        assert_int_equal(get(m, vmcb_word(level, HV_VMCB_NEXT_SYLLABLE)), 1);
    put(m, vmcb_word(1, HV_VMCB_RESUME), 0xfffffff1);
    put(m, vmcb_word(3, HV_VMCB_RESUME), 3);
    put(m, vmcb_word(4, HV_VMCB_RESUME), 1);
    m->x[10] = RAM;
    d = perform(m);
    assert_int_equal(d.c.event, HV_EVENT_LVMID);
    assert_int_equal(d.c.target_level, 4);
    assert_int_equal(d.c.pc_wdata, BOOT + 4); /* skipped once */
    assert_int_equal(d.count, 3);
    assert_int_equal(d.writes[0].real, vmcb_word(1, HV_VMCB_RESUME));
    assert_int_equal(d.writes[0].data, 0xfffffff0);
    assert_int_equal(d.writes[1].real, vmcb_word(3, HV_VMCB_RESUME));
    assert_int_equal(d.writes[1].data, 2);
    assert_int_equal(d.writes[2].real, vmcb_word(4, HV_VMCB_RESUME));
    assert_int_equal(d.writes[2].data, 0);
    assert_int_equal(hv_machine_vmid(m), vmid);
    assert_int_equal(m->counters.appended, 8);
}

static void eight_levels_of_eight_bits(void **state)
{
    struct hv_config config = world_config(8);
    (void)state;
    config.syllable_bits = 8;
    m = new_world(&config, 8);
    enter(m, 7);
    put(m, real_of(7, VMTAB + 4), VMCB2);
    put(m, real_of(7, ROOT + HV_ROOT_LENGTH), 255);
    put(m, real_of(7, VMTAB + 4 * 255), VMCB1); /* over the boot code of no one: 0x4fc */
    put(m, real_of(7, OPERANDS + 4), 255);
    enter(m, 8);
    assert_int_equal(hv_machine_vmid(m), UINT64_C(0xff01010101010101));
    struct done d = perform_word(m, word_lvmid(X10, 0));
    assert_int_equal(d.c.cause, HV_FAULT_DEPTH);
    assert_int_equal(d.c.target_level, 7);
    assert_int_equal(d.c.mem_addr, 0); /* no operand was attempted */
    assert_int_equal(hv_machine_vmid(m), UINT64_C(0x01010101010101));
    put(m, vmcb_word(8, HV_VMCB_CTX_PC), BOOT + 0x20);
    m->x[10] = RAM;
    perform(m);
    assert_int_equal(hv_machine_pc(m), BOOT + 0x20);
    m->levels[1].map[0].bound = 0;
    m->latched++;
    m->last[PORT_FETCH][0].valid = m->last[PORT_FETCH][1].valid = false; /* the fetch walks */
    hvm_associator_reset(&m->associator);
    hvm_close_windows(m);
    d = perform(m);
    assert_int_equal(d.c.cause, HV_FAULT_MISSING | HV_ACCESS_FETCH << 4);
    assert_int_equal(d.c.target_level, 0);
    m->x[10] = RAM;
    d = perform(m); /* the whole chain of eight */
    assert_int_equal(d.c.target_level, 8);
    assert_int_equal(hv_machine_vmid(m), UINT64_C(0xff01010101010101));
}

/* ---- probe ---- */

/* One word spoiled, in the memory of the monitor; mtval in its resource names. */
static void bad_words_are_reported(void **state)
{
    static const struct {
        uint32_t name, value, tval;
    } cases[] = {
        {OPERANDS + 4, 0, OPERANDS + 4},
        {OPERANDS + 4, 16, OPERANDS + 4},
        {OPERANDS + 4, 0x80000001, OPERANDS + 4},
        {OPERANDS + 4, 3, OPERANDS + 4}, /* above the length */
        {ROOT, VMTAB + 2, ROOT},
        {ROOT + 8, 0, OPERANDS + 4},
        {VMTAB + 4, 0, VMTAB + 4},
        {VMTAB + 4, VMCB1 + 0x100, VMTAB + 4},
        {VMCB1 + 0x10, 3, VMCB1 + 0x10}, /* radix */
        {VMCB1 + 0x10, 0x101, VMCB1 + 0x10},
        {VMCB1 + 0x10, 0x11, VMCB1 + 0x10},
        {VMCB1 + 0x10, 0x1000, VMCB1 + 0x10}, /* form none: its reserved bits still count */
        {VMCB1 + 0x14, 0x100000, VMCB1 + 0x14},
        {VMCB1 + 0x18, 0x100000, VMCB1 + 0x18},
        {VMCB1 + 0x1c, 0x100001, VMCB1 + 0x1c},
        {VMCB1 + 0x20, 0x10000001, VMCB1 + 0x20},
        {VMCB1 + 0x24, 0xfff00000, VMCB1 + 0x24},
        {VMCB1 + 0x28, 0x80000000, VMCB1 + 0x28},
        {VMCB1 + 0x2c, 0xffffffff, VMCB1 + 0x2c},
    };
    (void)state;
    begin(3, 0);
    for (unsigned level = 0; level <= 1; level++) {
        enter(m, level);
        step(m); /* lui */
        for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            uint32_t real = real_of(level, cases[i].name), old = get(m, real);
            put(m, real, cases[i].value);
            struct done d = perform(m);
            assert_exception(&d, HV_EXC_VMCB, cases[i].tval);
            assert_int_equal(d.c.mem_addr, OPERANDS + 4);
            assert_int_equal(d.c.mem_rmask, 0);
            put(m, real, old);
            m->live[CTX_PC] = BOOT + 4;
        }
        perform(m);
        assert_int_equal(hv_machine_level(m), level + 1);
    }
}

/* Linear maps: what is malformed, in the order of 10.3.1; and the last form that is not. */
static void linear_maps_are_checked(void **state)
{
    static const struct {
        uint32_t form, first, base, bound, bad; /* bad: offset of the word, 0 if well formed */
    } cases[] = {
        {0x002, 0x80000, RAM + 0x1000, 1024, 0},
        {0x002, 0x80000, RAM + 0x1004, 1024, 0x1c}, /* ends in the next page */
        {0x002, 0x80000, RAM + 0x1ffc, 1, 0},
        {0x002, 0x80000, RAM + 0x1ffc, 2, 0x1c},
        {0x002, 0x80000, RAM + 0x1000, 1025, 0x1c},
        {0x002, 0x80000, RAM + 0x1ffc, 0, 0},
        {0x302, 0x80000, RAM + 0x1000, 8192, 0},
        {0x302, 0x80000, RAM + 0x1000, 8200, 0x1c},
        {0x302, 0x80004, RAM + 0x1000, 8, 0x14},
        {0x302, 0x80000, RAM + 0x1002, 4, 0x18},
        {0x302, 0x80000, RAM + 0x1000, 4, 0x1c},
        {0xa02, 0, RAM + 0x1000, 0x100000, 0},
        {0xf02, 0, RAM + 0x1000, 0x100000, 0},
        {0xf42, 0x100004, 2, 4, 0x10},
        {0x002, 0x100000, 2, 0xffffffff, 0x14},
        {0x000, 0xffffffff, 2, 0xffffffff, 0},
        {0x700, 0xffffffff, 2, 0xffffffff, 0}, /* form none: the grain is ignored */
    };
    (void)state;
    begin(1, 0);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hv_machine_reset(m);
        put_map(m, VMCB1 + HV_VMCB_MEM_FORM, cases[i].form, cases[i].first, cases[i].base, cases[i].bound);
        step(m);
        struct done d = perform(m);
        if (cases[i].bad)
            assert_exception(&d, HV_EXC_VMCB, VMCB1 + cases[i].bad);
        else
            assert_int_equal(d.c.event, HV_EVENT_LVMID);
    }
    struct hv_config config = world_config(1);
    config.f_maps = HV_F_RB;
    hv_machine_free(m);
    m = new_world(&config, 1);
    put_map(m, VMCB1 + HV_VMCB_MEM_FORM, 2, 0x80000, RAM + 0x1000, 1);
    step(m);
    struct done d = perform(m);
    assert_exception(&d, HV_EXC_VMCB, VMCB1 + HV_VMCB_MEM_FORM);
}

static void operands_are_loads_of_the_program(void **state)
{
    uint32_t lvmid = word_lvmid(X10, 0);
    (void)state;
    begin(3, 1);
    m->x[10] = RAM + 2;
    struct done d = perform_word(m, lvmid);
    assert_exception(&d, HV_EXC_LOAD_MISALIGNED, RAM + 2);
    m->live[CTX_PC] = BOOT;
    m->x[10] = 0x10000000; /* a device */
    d = perform_word(m, lvmid);
    assert_exception(&d, HV_EXC_VMCB, 0x10000000);
    m->live[CTX_PC] = BOOT;
    m->x[10] = 0x08000004; /* nothing there */
    d = perform_word(m, lvmid);
    assert_vm_fault(&d, HV_FAULT_INVALID | HV_ACCESS_LOAD << 4, 0x08000004, lvmid, 0);
    assert_int_equal(d.c.accesses, 1); /* the fetch; operands are not counted */
    m->x[10] = RAM;
    perform(m);
    m->x[10] = 0x70000004; /* outside both windows */
    d = perform_word(m, lvmid);
    assert_vm_fault(&d, HV_FAULT_MISSING | HV_ACCESS_LOAD << 4, 0x70000004, lvmid, 0);
    hv_machine_reset(m);
    put(m, BOOT + 4, lvmid);
    m->live[CTX_PC] = BOOT + 4;
    m->x[10] = 0x08000004; /* at n = 0 */
    d = perform(m);
    assert_exception(&d, HV_EXC_VMCB, 0x08000004);
    m->live[CTX_PC] = BOOT + 4;
    m->live[CTX_MPHI] = HV_MPHI_U;
    m->live[CTX_MSTATUS] = HV_MSTATUS_MPRV;
    d = perform(m);
    assert_exception(&d, HV_EXC_LOAD_FAULT, 0x08000004);
}

/* What is not RAM, or not mapped, where the hardware itself reads or writes. */
static void implicit_accesses_fault_implicitly(void **state)
{
    enum {
        IMPLICIT_LOAD = HV_CAUSE_IMPLICIT | HV_ACCESS_LOAD << 4,
        IMPLICIT_STORE = HV_CAUSE_IMPLICIT | HV_ACCESS_STORE << 4
    };
    static const struct {
        uint32_t name, value, cause, address;
    } cases[] = {
        {ROOT, 0x70000000, IMPLICIT_LOAD | HV_FAULT_MISSING, 0x70000004},
        {ROOT, 0x10000000, IMPLICIT_LOAD | HV_FAULT_INVALID, 0x10000004},
        {ROOT, 0xfffffffc, IMPLICIT_LOAD | HV_FAULT_INVALID, 0x00000000}, /* modulo 2^32 */
        {VMTAB + 4, 0x70000200, IMPLICIT_STORE | HV_FAULT_MISSING, 0x70000200},
        {VMTAB + 4, 0x10000200, IMPLICIT_STORE | HV_FAULT_INVALID, 0x10000200},
    };
    (void)state;
    begin(3, 1);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        step(m);
        uint32_t old = get(m, real_of(1, cases[i].name)), count = get(m, vmcb_word(1, HV_VMCB_FAULT_COUNT));
        put(m, real_of(1, cases[i].name), cases[i].value);
        struct done d = perform(m);
        assert_vm_fault(&d, cases[i].cause, cases[i].address, 0, 0);
        assert_int_equal(d.c.mem_addr, OPERANDS + 4);
        assert_int_equal(get(m, vmcb_word(1, HV_VMCB_FAULT_COUNT)), count + 1);
        assert_int_equal(get(m, vmcb_word(1, HV_VMCB_CTX_PC)), BOOT + 4);
        put(m, real_of(1, cases[i].name), old);
        put(m, vmcb_word(1, HV_VMCB_CTX_PC), BOOT);
        m->x[10] = RAM;
        perform(m);
    }
    static const struct {
        uint32_t base, cause;
    } tables[] = {{0x70000000, IMPLICIT_LOAD | HV_FAULT_MISSING}, {0x00100ff0, IMPLICIT_LOAD | HV_FAULT_INVALID}};
    for (unsigned i = 0; i < 2; i++) {
        for (uint32_t map = 0; map < 2; map++) {
            put_map(m, real_of(1, VMCB1 + HV_VMCB_MEM_FORM + 16 * map), 2, 0x80000, tables[i].base, 0);
            step(m);
            struct done d = perform(m);
            assert_vm_fault(&d, tables[i].cause, tables[i].base, 0, 0);
            put_vmcb(m, 1, VMCB1);
            put(m, vmcb_word(1, HV_VMCB_CTX_PC), BOOT);
            m->x[10] = RAM;
            perform(m);
        }
    }
}

/* f1 is a table: a VMCB in a read-only page is DENIED, its VMTAB need not be writable. */
static void the_page_of_the_vmcb_must_be_writable(void **state)
{
    enum { TABLE = RAM + 0x2000, LINEAR_BITS = 0xcf };
    (void)state;
    begin(2, 0);
    for (uint32_t page = 0; page < 128; page++)
        put(m, TABLE + 4 * page, ((RAM >> 12) + 128 + page) << 10 | LINEAR_BITS);
    put(m, TABLE, ((RAM >> 12) + 128) << 10 | (LINEAR_BITS & ~HV_PTE_D));
    put_map(m, VMCB1 + HV_VMCB_MEM_FORM, 2, RAM >> 12, TABLE, 128);
    enter(m, 1);
    step(m);
    struct done d = perform(m);
    uint32_t cause = HV_CAUSE_IMPLICIT | HV_ACCESS_STORE << 4 | HV_FAULT_DENIED;
    assert_vm_fault(&d, cause, VMCB1, 0, 0);
    put(m, real_of(1, VMTAB + 4), VMCB1 + 0x1000);
    for (uint32_t offset = 0; offset < HV_VMCB_BYTES; offset += 4)
        put(m, real_of(1, VMCB1 + 0x1000 + offset), get(m, real_of(1, VMCB1 + offset)));
    m->x[10] = RAM;
    perform(m);
    m->x[10] = RAM;
    d = perform(m);
    assert_int_equal(d.c.target_level, 2);
}

/* ---- capabilities ---- */

static void without_the_capability_they_are_illegal(void **state)
{
    const uint32_t words[] = {word_lvmid(X10, 0x184), 0x0000100b, 0x0000200b}; /* hv.fence x0, hv.exit */
    (void)state;
    for (uint32_t caps = 0; caps < 32; caps++) {
        for (unsigned i = 0; i < 3; i++) {
            uint32_t word = words[i];
            begin(2, 0);
            put(m, vmcb_word(1, HV_VMCB_CAPS), caps | 0xffffffe0);
            enter(m, 1);
            m->x[10] = RAM;
            struct done d = perform_word(m, word);
            bool granted = i == 2 ? caps & HV_CAP_EXIT : caps & HV_CAP_VM;
            if (granted)
                assert_int_equal(d.c.trap, 0);
            else
                assert_exception(&d, HV_EXC_ILLEGAL, word);
            assert_int_equal(d.c.mem_addr, granted && i == 0 ? OPERANDS + 4 : 0);
            hv_machine_free(m);
            begin(2, 1); /* U-mode: never */
            m->live[CTX_MODE] = MODE_U;
            m->x[10] = RAM;
            d = perform_word(m, word);
            assert_exception(&d, HV_EXC_ILLEGAL, word);
            hv_machine_free(m);
        }
    }
    begin(2, 0);
    struct done d = perform_word(m, word_n(HV_INSN_HV_EXIT)); /* level 0 has nobody below */
    assert_exception(&d, HV_EXC_ILLEGAL, word_n(HV_INSN_HV_EXIT));
}

/* COUNTER and WFI go to the owner of the level nearest n that denies; writes nobody denies to n - 1. */
static void counters_and_wfi_are_routed(void **state)
{
    (void)state;
    for (unsigned denied = 0; denied < 8; denied++) {
        unsigned nearest = denied & 4 ? 3 : denied & 2 ? 2 : denied & 1;
        for (unsigned what = 0; what < 3; what++) {
            begin(3, 0);
            for (unsigned level = 1; level <= 3; level++)
                put(m, vmcb_word(level, HV_VMCB_CAPS), denied >> (level - 1) & 1 ? 9 : 15);
            enter(m, 3);
            uint32_t read = word_csr(HV_INSN_CSRRS, X5, HV_CSR_INSTRET, X0);
            uint32_t write = word_csr(HV_INSN_CSRRW, X5, HV_CSR_MCYCLE, X6);
            m->live[CTX_MIE] = 1 << HV_IRQ_MTI;
            m->levels[3].vip = 1 << HV_IRQ_MTI; /* pending, and still WFI may be denied */
            struct done d = perform_word(m, what == 0 ? read : what == 1 ? write : word_n(HV_INSN_WFI));
            if (what == 0 && nearest)
                assert_vm_fault(&d, HV_FAULT_COUNTER, 0, read, nearest - 1);
            else if (what == 1)
                assert_vm_fault(&d, HV_FAULT_COUNTER, 0, write, nearest ? nearest - 1 : 2);
            else if (what == 2 && nearest)
                assert_vm_fault(&d, HV_FAULT_WFI, 0, 0, nearest - 1);
            else
                assert_int_equal(d.c.event | d.c.trap, 0);
            if (what == 2 && nearest)
                assert_int_equal(get(m, vmcb_word(3, HV_VMCB_CTX_PC)), BOOT + 4);
            hv_machine_free(m);
        }
    }
    begin(2, 2); /* a WFI that nothing can wake */
    struct done d = perform_word(m, word_n(HV_INSN_WFI));
    assert_vm_fault(&d, HV_FAULT_WFI, 0, 0, 1);
    m->x[10] = RAM;
    perform(m);
    m->bank[CTX_MIE] = 1 << HV_IRQ_MTI; /* level 0's timer can */
    m->mtimecmp = 9000;
    d = perform_word(m, word_n(HV_INSN_WFI));
    assert_int_equal(d.c.event, HV_EVENT_NONE);
    d = perform(m);
    assert_int_equal(d.c.mip, 2);
    assert_vm_fault(&d, HV_FAULT_INTERRUPT, 0, 0, 0);
    assert_int_equal(d.c.pc_rdata, BOOT + 8);
}

/* ---- the rest ---- */

/* After hv.fence, whatever it names, both ports look up again; without it neither does. */
static void a_fence_empties_the_last_pages(void **state)
{
    enum { FENCE_ALL = 0x0000100b, FENCE_X6 = 0x0003100b };
    (void)state;
    begin(2, 1);
    m->x[10] = RAM;
    m->x[6] = 99; /* no such syllable */
    const uint32_t load = word_i(HV_INSN_LW, X5, X10, 0), code[] = {load, load, FENCE_ALL, load, load, FENCE_X6, load};
    static const unsigned lookups[] = {2, 0, 0, 3, 0, 0, 3};
    for (uint32_t i = 0; i < 7; i++)
        put(m, real_of(1, BOOT + 4 * i), code[i]);
    for (unsigned i = 0; i < 7; i++) {
        struct done d = perform(m);
        if (i)
            assert_int_equal(d.c.lookups, lookups[i]);
        assert_int_equal(d.c.accesses, code[i] == load ? 3 : 1);
        assert_int_equal(d.c.flushed, 0);
    }
}

/* The syllable goes to another VMCB, whose I/O map gives another page: the composition of before is still there
 * unless it is fenced (docs/spec.md, 7). */
static uint32_t load_under_a_reused_syllable(enum hv_key key, bool fenced)
{
    enum { NAME = 0x10000000, OLD = 111, NEW = 77, PAGE_OLD = RAM + 64 * HV_PAGE_BYTES, FENCE_X6 = 0x0003100b };
    struct hv_config config = world_config(1);
    config.assoc_key = key;
    m = new_world(&config, 1);
    put(m, PAGE_OLD, OLD);
    put(m, PAGE_OLD + HV_PAGE_BYTES, NEW);
    put_map(m, VMCB1 + HV_VMCB_IO_FORM, HV_FORM_RB, NAME >> 12, PAGE_OLD >> 12, 1);
    put_map(m, VMCB2 + HV_VMCB_IO_FORM, HV_FORM_RB, NAME >> 12, (PAGE_OLD >> 12) + 1, 1);
    enter(m, 1);
    m->x[6] = NAME;
    assert_int_equal(perform_word(m, word_i(HV_INSN_LW, X5, X6, 0)).c.rd_wdata, OLD);
    perform_word(m, word_n(HV_INSN_HV_EXIT));
    put(m, VMTAB + 4, VMCB2);
    if (fenced) {
        uint32_t pc = hv_machine_pc(m);
        m->x[6] = 1;
        m->live[CTX_PC] = RAM + 0xf00;
        hvm_close_windows(m);
        assert_int_equal(perform_word(m, FENCE_X6).c.trap, 0);
        m->live[CTX_PC] = pc;
        hvm_close_windows(m);
    }
    m->x[10] = RAM;
    assert_int_equal(perform(m).c.target_level, 1);
    m->x[6] = NAME;
    uint32_t loaded = (uint32_t)perform_word(m, word_i(HV_INSN_LW, X5, X6, 0)).c.rd_wdata;
    hv_machine_free(m);
    return loaded == OLD ? 'o' : loaded == NEW ? 'n' : '?';
}

static void a_syllable_used_again_needs_a_fence(void **state)
{
    (void)state;
    for (unsigned fenced = 0; fenced < 2; fenced++) {
        assert_int_equal(load_under_a_reused_syllable(HV_KEY_VMID, fenced), fenced ? 'n' : 'o');
        assert_int_equal(load_under_a_reused_syllable(HV_KEY_LEVEL, fenced), fenced ? 'n' : 'o');
        assert_int_equal(load_under_a_reused_syllable(HV_KEY_NONE, fenced), 'n');
    }
    begin(1, 0); /* for the teardown */
}

static void any_change_of_vmid_ends_a_reservation(void **state)
{
    (void)state;
    begin(2, 1);
    for (unsigned down = 0; down < 2; down++) {
        m->reserved = true;
        m->reservation = RAM;
        m->x[10] = RAM;
        perform_word(m, down ? word_n(HV_INSN_HV_EXIT) : word_lvmid(X10, 0x184));
        assert_false(m->reserved);
    }
}

static void identity_leaves_out_three_words(void **state)
{
    struct hv_config config = world_config(2);
    (void)state;
    config.phi = HV_PHI_IDENTITY;
    m = new_world(&config, 2);
    for (uint32_t offset = HV_VMCB_CTX_MPHI; offset <= HV_VMCB_CTX_MBOUND; offset += 4)
        put(m, vmcb_word(1, offset), 0xffffffff);
    enter(m, 1);
    step(m);
    struct done d = perform(m);
    assert_int_equal(d.count, CONTEXT_WORDS - 3 + 1);
    for (uint32_t offset = HV_VMCB_CTX_MPHI; offset <= HV_VMCB_CTX_MBOUND; offset += 4)
        assert_int_equal(get(m, vmcb_word(1, offset)), 0xffffffff);
}

/* A walk that was made after the snapshot was taken is of maps that may never be latched again. */
static void a_snapshot_forgets_walks(void **state)
{
    (void)state;
    begin(1, 0);
    struct hv_snapshot *snapshot = hv_machine_save(m);
    assert_non_null(snapshot);
    enter(m, 1);
    assert_int_equal(step(m).fetch_real, real_of(1, BOOT));
    assert_true(hv_machine_restore(m, snapshot));
    put(m, vmcb_word(1, HV_VMCB_MEM_BASE), (real_of(1, RAM) >> HV_PAGE_BITS) + 1);
    enter(m, 1);
    assert_int_equal(step(m).fetch_real, real_of(1, BOOT) + HV_PAGE_BYTES);
    hv_snapshot_free(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_teardown(name, end)
        TEST(lvmid_of_level_zero_writes_nothing),
        TEST(lvmid_stores_context_and_syllable),
        TEST(without_rs1_no_register_is_loaded),
        TEST(a_fault_stores_context_record_and_null),
        TEST(contexts_come_back),
        TEST(level_zero_owns_what_it_maps),
        TEST(eight_levels_of_eight_bits),
        TEST(bad_words_are_reported),
        TEST(linear_maps_are_checked),
        TEST(operands_are_loads_of_the_program),
        TEST(implicit_accesses_fault_implicitly),
        TEST(the_page_of_the_vmcb_must_be_writable),
        TEST(without_the_capability_they_are_illegal),
        TEST(counters_and_wfi_are_routed),
        TEST(a_fence_empties_the_last_pages),
        TEST(a_syllable_used_again_needs_a_fence),
        TEST(a_snapshot_forgets_walks),
        TEST(any_change_of_vmid_ends_a_reservation),
        TEST(identity_leaves_out_three_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
