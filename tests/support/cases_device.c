/* Devices: their registers by byte lanes, at the real machine and through I/O maps that pass them on. */
#include "tests/support/cases.h"

/* Level 0's boot: its mie has MEI. */
static void enable_external(struct code *code, void *unused)
{
    (void)unused;
    op_li(code, X5, 1u << HV_IRQ_MEI);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MIE, X5);
}

static void begin(struct builder *b, struct program *p, const struct case_list *list, unsigned n, bool external)
{
    struct hv_config config = list->config;
    builder_chain(b, &config, n, n & 1 ? 0x1e : 0);
    if (external)
        b->tree.vm[0].boot = enable_external;
    for (unsigned j = 1; j <= n; j++) { /* one window from the finisher's page to the UART's */
        struct vm *vm = &b->tree.vm[b->chain[j]];
        vm->io_form = HV_FORM_RB;
        vm->io_pages = (config.uart_base - config.finisher_base) / HV_PAGE_BYTES + 1;
    }
    tree_layout(&b->tree);
    if (n)
        expect_boot(b, 0, b->chain[n]);
    program_begin(p, &b->tree);
}

static void add(struct case_list *list, struct builder *b, struct program *p, const char *name, unsigned n)
{
    program_end(p, &b->tree, b->chain[n]);
    b->icarus = n == 1 && name[0] != 'f';
    case_add(list, b, "device", "%s level %u", name, n);
}

static void load(struct builder *b, struct program *p, unsigned n, enum hv_insn insn, int32_t offset, uint32_t value)
{
    expect_field(b, b->chain[n], code_here(&p->code), 0, HV_COMMIT_rd_wdata, value);
    op_i(&p->code, insn, X10, X8, offset);
    p->x[10] = value;
}

static void store(struct program *p, enum hv_insn insn, int32_t offset, uint32_t value)
{
    program_li(p, X9, value);
    op_s(&p->code, insn, X9, X8, offset);
}

static void clint(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    struct hv_config config = list->config;
    begin(&b, &p, list, n, false);
    program_li(&p, X8, config.clint_base + 0x4000);
    load(&b, &p, n, HV_INSN_LW, 0, 0xffffffff);
    load(&b, &p, n, HV_INSN_LW, 4, 0xffffffff);
    store(&p, HV_INSN_SB, 5, 0x12);
    store(&p, HV_INSN_SH, 2, 0x3456);
    load(&b, &p, n, HV_INSN_LW, 0, 0x3456ffff);
    load(&b, &p, n, HV_INSN_LW, 4, 0xffff12ff);
    load(&b, &p, n, HV_INSN_LBU, 5, 0x12);
    store(&p, HV_INSN_SW, 8, 0xffffffff); /* no register there */
    load(&b, &p, n, HV_INSN_LW, 8, 0);
    program_li(&p, X8, config.clint_base);
    store(&p, HV_INSN_SW, 0, 0xfffffffe); /* msip: bit 0 */
    load(&b, &p, n, HV_INSN_LW, 0, 0);
    store(&p, HV_INSN_SB, 0, 0xff);
    load(&b, &p, n, HV_INSN_LW, 0, 1);
    store(&p, HV_INSN_SB, 1, 0);
    load(&b, &p, n, HV_INSN_LW, 0, 1);
    store(&p, HV_INSN_SB, 0, 0);
    program_li(&p, X8, config.clint_base + 0xbff8);
    program_li(&p, X9, 0xfffffffd);
    op_s(&p.code, HV_INSN_SW, X0, X8, 4);
    op_s(&p.code, HV_INSN_SW, X9, X8, 0); /* the store's own record adds one */
    load(&b, &p, n, HV_INSN_LW, 0, 0xfffffffe);
    load(&b, &p, n, HV_INSN_LW, 4, 0);
    load(&b, &p, n, HV_INSN_LW, 4, 1);
    load(&b, &p, n, HV_INSN_LW, 0, 1);
    op_s(&p.code, HV_INSN_SB, X0, X8, 0);
    load(&b, &p, n, HV_INSN_LW, 0, 1);
    add(list, &b, &p, "clint", n);
}

static void uart(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    struct hv_config config = list->config;
    begin(&b, &p, list, n, false);
    program_li(&p, X8, config.uart_base);
    load(&b, &p, n, HV_INSN_LBU, 5, 0x60);
    load(&b, &p, n, HV_INSN_LBU, 2, 0x01);
    load(&b, &p, n, HV_INSN_LBU, 0, 0); /* nothing received */
    store(&p, HV_INSN_SB, 0, 'h');
    store(&p, HV_INSN_SB, 1, 0xff);
    store(&p, HV_INSN_SB, 4, 0xff);
    store(&p, HV_INSN_SB, 7, 0xa5);
    load(&b, &p, n, HV_INSN_LBU, 1, 0x0f);
    load(&b, &p, n, HV_INSN_LBU, 4, 0x1f);
    load(&b, &p, n, HV_INSN_LW, 4, 0xa5f0601f); /* loop-back has been switched on, after 'h' */
    store(&p, HV_INSN_SB, 2, 1);
    load(&b, &p, n, HV_INSN_LBU, 2, 0xc2); /* 'h' has been sent */
    load(&b, &p, n, HV_INSN_LBU, 2, 0xc1);
    store(&p, HV_INSN_SB, 3, 0x83); /* the divisor's registers are in front */
    store(&p, HV_INSN_SH, 0, 0x1234);
    load(&b, &p, n, HV_INSN_LW, 0, 0x83c11234);
    store(&p, HV_INSN_SB, 3, 0x03);
    load(&b, &p, n, HV_INSN_LH, 0, 0x0f00);
    store(&p, HV_INSN_SB, 2, 0); /* the FIFOs are off again */
    load(&b, &p, n, HV_INSN_LBU, 2, 0x02);
    store(&p, HV_INSN_SB, 4, 0x1a);
    load(&b, &p, n, HV_INSN_LBU, 6, 0x90);
    store(&p, HV_INSN_SB, 0, 'i'); /* it comes back */
    load(&b, &p, n, HV_INSN_LBU, 5, 0x61);
    load(&b, &p, n, HV_INSN_LBU, 2, 0x04);
    store(&p, HV_INSN_SB, 0, 'j'); /* over it */
    load(&b, &p, n, HV_INSN_LBU, 2, 0x06);
    load(&b, &p, n, HV_INSN_LW, 4, 0xa590631a);
    load(&b, &p, n, HV_INSN_LW, 0, 0x03040f6a);
    load(&b, &p, n, HV_INSN_LBU, 2, 0x02);
    store(&p, HV_INSN_SB, 4, 0);
    load(&b, &p, n, HV_INSN_LBU, 6, 0xb0);
    store(&p, HV_INSN_SB, 0, 'k');
    store(&p, HV_INSN_SW, 8, 0xffffffff); /* no register there */
    load(&b, &p, n, HV_INSN_LW, 8, 0);
    add(list, &b, &p, "uart", n);
}

/* One interrupt of the UART: a VM-fault INTERRUPT to level 0 behind the store that raised the line. Level 0 stores a
 * word of zeros there, which switches it off (IER) and sends a byte (THR). */
static void external(struct builder *b, struct program *p, unsigned n)
{
    const unsigned leaf = b->chain[n];
    expect_fault(b, leaf, 0, HV_FAULT_INTERRUPT, 0, code_here(&p->code), 0);
    expect_field(b, leaf, code_here(&p->code), 0, HV_COMMIT_mip, 4);
    script_store(&b->tree, 0, b->tree.config.uart_base, 0);
    script_resume(&b->tree, 0);
    expect_resume(b, 0, leaf, code_here(&p->code));
    op_i(&p->code, HV_INSN_ADDI, X0, X0, 0);
}

/* A VM that has the UART by its I/O map, and level 0 with MEI in mie, in whatever state its MIE is. */
static void uart_interrupts(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    struct hv_config config = list->config;
    begin(&b, &p, list, n, true);
    program_li(&p, X8, config.uart_base);
    store(&p, HV_INSN_SB, 1, 2); /* the transmitter is empty */
    external(&b, &p, n);
    store(&p, HV_INSN_SB, 1, 5);
    store(&p, HV_INSN_SB, 4, 0x10);
    store(&p, HV_INSN_SB, 0, 'a'); /* a byte waits; then level 0's comes over it */
    external(&b, &p, n);
    load(&b, &p, n, HV_INSN_LBU, 2, 0x01);
    store(&p, HV_INSN_SB, 1, 4); /* the overrun */
    external(&b, &p, n);
    load(&b, &p, n, HV_INSN_LW, 4, 0x00006310);
    load(&b, &p, n, HV_INSN_LBU, 0, 0);
    load(&b, &p, n, HV_INSN_LBU, 5, 0x60);
    store(&p, HV_INSN_SB, 4, 0);
    add(list, &b, &p, "uart interrupts", n);
}

/* Only a whole word ends the run, and only one of the two values. */
static void finisher(struct case_list *list, unsigned n)
{
    static struct builder b;
    struct program p;
    struct hv_config config = list->config;
    begin(&b, &p, list, n, false);
    program_li(&p, X8, config.finisher_base);
    store(&p, HV_INSN_SH, 0, 0x5555);
    store(&p, HV_INSN_SW, 0, 0x5554);
    store(&p, HV_INSN_SW, 0, 0x33335);
    store(&p, HV_INSN_SW, 4, 0x5555);
    store(&p, HV_INSN_SB, 0, 0x55);
    load(&b, &p, n, HV_INSN_LW, 0, 0);
    add(list, &b, &p, "finisher", n);
}

static void exit_codes(struct case_list *list, uint32_t word, unsigned code)
{
    static struct builder b;
    struct program p;
    begin(&b, &p, list, 1, false);
    program_li(&p, X8, b.tree.config.finisher_base);
    store(&p, HV_INSN_SW, 0, word);
    program_end(&p, &b.tree, b.chain[1]);
    b.exit_code = code;
    case_add(list, &b, "device", "finisher word %08x", word);
}

void cases_device(struct case_list *list)
{
    for (unsigned n = 0; n <= list->config.depth; n++) {
        clint(list, n);
        uart(list, n);
        if (n)
            uart_interrupts(list, n);
        finisher(list, n);
    }
    exit_codes(list, 0x00425555, 0); /* success has no code */
    exit_codes(list, 0x002a3333, 42);
    exit_codes(list, 0x01ff3333, 255);
    exit_codes(list, 0x01003333, 1); /* 0 modulo 256 becomes 1 */
    exit_codes(list, 0x00003333, 1);
    exit_codes(list, 0x00027777, 0x77); /* a restart has no code either */
}
