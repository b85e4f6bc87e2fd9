/* The state after reset, as the tables have it: every register, CSR and device register is read before it is
 * written (docs/spec.md, 10.1.13). What reading does not show is used: phi, whose base and bound the hardware keeps
 * twice, and the reservation. */
#include "tests/support/cases.h"

#include <stdio.h>

enum { PROGRAM_PAGES = 6, CSRS_OF_A_PROGRAM = 64, MOST_CSRS = 256 };

/* A program on the real machine whose first instruction is that at the reset vector: so far, each instruction is one
 * record. */
static void begin(struct builder *b, struct code *code, const struct hv_config *config)
{
    builder_chain(b, config, 0, 0);
    b->tree.vm[0].own_pages = PROGRAM_PAGES;
    tree_layout(&b->tree);
    code_begin(code, config->reset_vector);
}

static unsigned records(const struct code *code)
{
    return (unsigned)code->count;
}

static void add(struct case_list *list, struct builder *b, struct code *code, const char *what)
{
    op_li(code, X30, b->tree.config.finisher_base);
    op_li(code, X31, FINISH_PASS);
    op_s(code, HV_INSN_SW, X31, X30, 0);
    tree_code(&b->tree, 0, code);
    b->icarus = true; /* which shows what nothing has set */
    case_add(list, b, "reset", "%s", what);
}

/* The next instruction's record has this. */
static void expect_next(struct builder *b, const struct code *code, enum hv_commit_field field, uint64_t value)
{
    expect_field(b, 0, code_here(code), 0, field, value);
}

static void registers(struct case_list *list, const struct hv_config *config)
{
    static struct builder b;
    struct code code;
    begin(&b, &code, config);
    expect_next(&b, &code, HV_COMMIT_order, 0);
    expect_next(&b, &code, HV_COMMIT_mode, 3);
    expect_next(&b, &code, HV_COMMIT_level, 0);
    expect_next(&b, &code, HV_COMMIT_vmid, 0);
    expect_next(&b, &code, HV_COMMIT_mip, 0);
    for (unsigned x = X1; x <= X31; x++) {
        expect_next(&b, &code, HV_COMMIT_rs1_rdata, 0);
        op_i(&code, HV_INSN_ADDI, X0, x, 0);
    }
    add(list, &b, &code, "general registers");
}

/* CSRs */

enum csr_kind { KIND_LEVEL, KIND_MIP, KIND_MISA, KIND_ZERO, KIND_COUNTER, KIND_UCOUNTER, KIND_HPM };

struct csr {
    uint16_t number;
    uint32_t reset;
    enum csr_kind kind;
};

/* Those that the configuration has; returns how many. */
static unsigned existing_csrs(const struct hv_config *config, struct csr csrs[MOST_CSRS])
{
    static const struct {
        uint16_t first, last;
        bool phi_only;
        uint32_t reset;
        enum csr_kind kind;
    } rows[] = {
#define ALWAYS                                                    false
#define PHI_RB                                                    true
#define CSR(name, number, condition, kind, writable, reset, note) {number, number, condition, reset, KIND_##kind},
#define HPM_RANGE(name, first, last, kind)                        {first, last, ALWAYS, 0, KIND_##kind},
#include "isa/csrs.def"
    };
    unsigned count = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (uint16_t number = rows[i].first; number <= rows[i].last; number++)
            if (!rows[i].phi_only || config->phi == HV_PHI_RB)
                csrs[count++] = (struct csr){number, rows[i].reset, rows[i].kind};
    return count;
}

/* Of an instruction that comes after so many records. */
static uint32_t value_after_reset(const struct hv_config *config, const struct csr *csr, uint32_t records_before)
{
    switch (csr->kind) {
    case KIND_MISA:
        return csr->reset | (config->isa == HV_ISA_RV32IMA ? HV_MISA_A : 0u) | (config->depth ? HV_MISA_X : 0u);
    case KIND_COUNTER:
    case KIND_UCOUNTER:
        return csr->number & 0x80 ? 0 : records_before;
    default:
        return csr->reset;
    }
}

static void csrs(struct case_list *list, const struct hv_config *config)
{
    static struct builder b;
    struct code code;
    struct csr all[MOST_CSRS];
    unsigned count = existing_csrs(config, all);
    for (unsigned from = 0; from < count; from += CSRS_OF_A_PROGRAM) {
        char what[32];
        begin(&b, &code, config);
        for (unsigned i = from; i < count && i < from + CSRS_OF_A_PROGRAM; i++) {
            expect_next(&b, &code, HV_COMMIT_rd_wdata, value_after_reset(config, &all[i], records(&code)));
            op_csr(&code, HV_INSN_CSRRS, X1 + i % 31, all[i].number, X0);
        }
        snprintf(what, sizeof what, "CSRs from 0x%03x", all[from].number);
        add(list, &b, &code, what);
    }
}

/* Devices */

enum bank { ANY_BANK, DLAB };

struct device_register {
    uint32_t base, offset, reset;
    unsigned bytes;
    enum bank bank;
    bool counts;
};

static void read_register(struct builder *b, struct code *code, const struct device_register *r)
{
    enum { UART_LCR = 3, LCR_DLAB = 0x80 };
    uint32_t name = r->base + r->offset;
    if (r->bank == DLAB) {
        op_li(code, X5, r->base);
        op_li(code, X6, LCR_DLAB);
        op_s(code, HV_INSN_SB, X6, X5, UART_LCR);
    }
    op_li(code, X5, name & ~0xfffu);
    op_li(code, X6, name & 0xfff);
    op_r(code, HV_INSN_ADD, X5, X5, X6);
    expect_next(b, code, HV_COMMIT_rd_wdata, r->reset + (r->counts ? records(code) : 0));
    op_i(code, r->bytes == 1 ? HV_INSN_LBU : HV_INSN_LW, X7, X5, 0);
    if (r->bank == DLAB) {
        op_li(code, X5, r->base);
        op_s(code, HV_INSN_SB, X0, X5, UART_LCR);
    }
}

static void devices(struct case_list *list, const struct hv_config *config)
{
    enum { MTIME_OFFSET = 0xbff8 };
    static struct builder b;
    struct code code;
    const struct device_register rows[] = {
#define BANK_ANY  ANY_BANK
#define BANK_DLAB DLAB
#define DEVICE_REGISTER(device, name, offset, bytes, bank, reset, note)                                                \
    {config->device##_base, offset, reset, bytes, BANK_##bank, (offset) == MTIME_OFFSET},
#include "isa/registers.def"
    };
    begin(&b, &code, config);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        read_register(&b, &code, &rows[i]);
    add(list, &b, &code, "device registers");
}

/* Used without having been set */

/* Loads of M-mode are made as U-mode's are, through phi; nothing but mbase or mbound has been written. */
static void phi_on_loads(struct code *code)
{
    op_csr(code, HV_INSN_CSRRWI, X0, HV_CSR_MPHI, HV_MPHI_U);
    op_li(code, X6, HV_MSTATUS_MPRV);
    op_csr(code, HV_INSN_CSRRS, X0, HV_CSR_MSTATUS, X6);
}

/* No name is below a bound of 0; name 0, the lowest, would be RAM's first word. */
static void bound(struct case_list *list, const struct hv_config *config)
{
    static struct builder b;
    struct code code;
    begin(&b, &code, config);
    label on = label_new(&code);
    op_la(&code, X5, on);
    op_csr(&code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X5);
    op_li(&code, X5, config->ram_base);
    op_csr(&code, HV_INSN_CSRRW, X0, HV_CSR_MBASE, X5);
    phi_on_loads(&code);
    expect_trap(&b, 0, HV_EXC_LOAD_FAULT, 0, code_here(&code));
    op_i(&code, HV_INSN_LW, X7, X0, 0);
    label_here(&code, on);
    add(list, &b, &code, "bound of phi");
}

static void base(struct case_list *list, const struct hv_config *config)
{
    static struct builder b;
    struct code code;
    begin(&b, &code, config);
    uint32_t name = page_name(&b.tree, 1);
    op_li(&code, X5, UINT32_MAX);
    op_csr(&code, HV_INSN_CSRRW, X0, HV_CSR_MBOUND, X5);
    phi_on_loads(&code);
    op_li(&code, X5, name);
    expect_next(&b, &code, HV_COMMIT_mem_real, name);
    op_i(&code, HV_INSN_LW, X7, X5, 0);
    add(list, &b, &code, "base of phi");
}

/* Without a reservation SC does not look at what is behind its name, here nothing. */
static void reservation(struct case_list *list, const struct hv_config *config)
{
    static struct builder b;
    struct code code;
    begin(&b, &code, config);
    op_li(&code, X5, config->ram_base - HV_PAGE_BYTES);
    expect_next(&b, &code, HV_COMMIT_rd_wdata, 1);
    op_r(&code, HV_INSN_SC_W, X6, X5, X5);
    add(list, &b, &code, "reservation");
}

/* The first multiplication, the first division. */
static void arithmetic(struct case_list *list, const struct hv_config *config, enum hv_insn insn, uint32_t expected)
{
    static struct builder b;
    struct code code;
    begin(&b, &code, config);
    op_li(&code, X5, 0xfffffffd);
    op_li(&code, X6, 7);
    expect_next(&b, &code, HV_COMMIT_rd_wdata, expected);
    op_r(&code, insn, X7, X5, X6);
    add(list, &b, &code, insn == HV_INSN_MULHU ? "multiplication" : "division");
}

/* The first use of the data port's count of answers: a refusal waits until none is missing. */
static void refusal(struct case_list *list, const struct hv_config *config)
{
    static struct builder b;
    struct code code;
    begin(&b, &code, config);
    uint32_t operand = page_name(&b.tree, 1); /* a syllable 0 */
    label on = label_new(&code);
    op_la(&code, X5, on);
    op_csr(&code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X5);
    op_li(&code, X5, operand);
    expect_trap(&b, 0, HV_EXC_VMCB, operand, code_here(&code));
    op_lvmid(&code, X5, 0);
    label_here(&code, on);
    add(list, &b, &code, "refusal of LVMID");
}

static void read_all(struct case_list *list, const struct hv_config *config)
{
    registers(list, config);
    csrs(list, config);
    devices(list, config);
}

/* A machine that has none of the options. */
static void plain(struct case_list *list)
{
    struct hv_config config;
    struct hv_error error;
    hv_config_read(&config, "plain", &error);
    const char *machine = list->machine;
    list->machine = "plain";
    read_all(list, &config);
    list->machine = machine;
}

void cases_reset(struct case_list *list)
{
    const struct hv_config *config = &list->config;
    read_all(list, config);
    if (config->phi == HV_PHI_RB) {
        bound(list, config);
        base(list, config);
    }
    if (config->isa == HV_ISA_RV32IMA)
        reservation(list, config);
    arithmetic(list, config, HV_INSN_MULHU, 6);
    arithmetic(list, config, HV_INSN_DIVU, 0x24924924);
    if (config->depth)
        refusal(list, config);
    if (!list->machine[0])
        plain(list);
}
