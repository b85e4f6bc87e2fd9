/* The same guest image at the real machine and under VMIDs 1, 2, 1.1, 1.1.1 and others retires the same
 * instruction stream: itself and everything below it, its own VM-faults included (docs/spec.md, 1). */
#include "tests/support/cases.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RECORDS = 4000 };

struct stream {
    size_t count;
    enum hv_stop stop;
    unsigned exit_code;
    struct hv_commit records[RECORDS];
};

static struct machine_pool *pool;

/* Where the guest is: its path from the real machine. */
struct place {
    const char *name;
    unsigned length, path[HV_MAX_DEPTH];
    unsigned rb; /* forms of the levels' maps */
};

static const struct place places[] = {
    {"NULL", 0, {0}, 0},
    {"1", 1, {1}, 0},
    {"1 by rb", 1, {1}, 2},
    {"2", 1, {2}, 0},
    {"1.1", 2, {1, 1}, 0},
    {"1.1 by rb", 2, {1, 1}, 6},
    {"3.2", 2, {3, 2}, 4},
    {"1.1.1", 3, {1, 1, 1}, 0},
    {"1.1.1 by rb", 3, {1, 1, 1}, 14},
    {"4.7.2", 3, {4, 7, 2}, 10},
};
enum { PLACES = sizeof places / sizeof places[0] };

/* The monitors below the guest; the guest itself is the VM returned. */
static unsigned put(struct builder *b, const struct place *place)
{
    struct hv_config config = directed_config();
    builder_begin(b, &config);
    unsigned guest = 0;
    for (unsigned i = 0; i < place->length; i++) {
        guest = tree_add(&b->tree, guest, place->path[i]);
        b->tree.vm[guest].mem_form = place->rb >> (i + 1) & 1 ? HV_FORM_RB : HV_FORM_LINEAR;
    }
    b->tree.vm[guest].pc = config.reset_vector;
    return guest;
}

/* A record as the guest could tell: its place taken out of it. */
static void relative(struct hv_commit *r, const struct place *place, unsigned bits)
{
    r->order = r->mem_real = r->fetch_real = 0;
    r->mip = 0;
    r->accesses = r->lookups = r->hits = r->misses = r->prefix_hits = r->fills = 0;
    r->walk_reads_fetch = r->walk_reads_data = r->flushed = 0;
    r->vmid >>= place->length * bits;
    r->level -= place->length;
    if (r->event != HV_EVENT_NONE)
        r->target_level -= place->length;
}

static void run(const struct directed_case *c, const struct place *place, unsigned guest, struct stream *s)
{
    struct hv_machine *machine = pool_load(pool, c);
    unsigned bits = c->config.syllable_bits;
    uint64_t vmid = c->vms[guest].vmid, mask = ((uint64_t)1 << place->length * bits) - 1;
    s->count = 0;
    s->stop = HV_STOP_NONE;
    for (unsigned i = 0; i < c->limit && s->stop == HV_STOP_NONE; i++) {
        struct hv_commit r;
        s->stop = hv_machine_step(machine, NULL, &r, NULL, 0, NULL);
        if (r.level < place->length || (r.vmid & mask) != vmid || s->count == RECORDS)
            continue;
        relative(&r, place, bits);
        s->records[s->count++] = r;
    }
    s->exit_code = hv_machine_exit_code(machine);
}

typedef void build_guest(struct builder *b, unsigned guest, unsigned seed);

static void at_all_places(unsigned seed, void (*children)(struct builder *b, unsigned guest), build_guest *build)
{
    static struct stream first, other;
    static struct builder b;
    for (unsigned i = 0; i < PLACES; i++) {
        struct case_list list = {0};
        unsigned guest = put(&b, &places[i]);
        if (children)
            children(&b, guest);
        else
            b.tree.vm[guest].own_pages = 8;
        tree_layout(&b.tree);
        build(&b, guest, seed);
        const struct directed_case *c = case_add(&list, &b, "stream", "seed %u at %s", seed, places[i].name);
        run(c, &places[i], guest, i ? &other : &first);
        if (i == 0 && (first.stop != HV_STOP_FINISHED || first.exit_code || first.count < 20))
            fail_msg("%s: stop %d exit code %u after %zu records", c->name, (int)first.stop, first.exit_code,
                     first.count);
        if (i && (other.count != first.count || other.exit_code != first.exit_code))
            fail_msg("%s: %zu records and exit code %u, expected %zu", c->name, other.count, other.exit_code,
                     first.count);
        for (size_t r = 0; i && r < first.count; r++)
            if (memcmp(&first.records[r], &other.records[r], sizeof first.records[r]))
                fail_msg("%s: record %zu (pc %08" PRIx64 " insn %08" PRIx64 ") differs from the real machine's",
                         c->name, r, other.records[r].pc_rdata, other.records[r].insn);
        case_list_free(&list);
    }
}

/* A guest that is a monitor with one child: access faults, exceptions, denied capabilities, SKIP. */
static void one_child(struct builder *b, unsigned guest)
{
    unsigned child = tree_add(&b->tree, guest, 5);
    b->tree.vm[child].own_pages = 6;
    b->tree.vm[child].caps = HV_CAP_EXIT;
    b->tree.vm[child].vip = 1u << HV_IRQ_MSI;
}

static void emulate(struct builder *b, unsigned guest, uint32_t x28)
{
    unsigned child = guest + 1;
    script_register(&b->tree, guest, child, X28, x28);
    script_store(&b->tree, guest, tree_vmcb(&b->tree, child) + HV_VMCB_RESUME, HV_VMCB_RESUME_SKIP);
    script_resume(&b->tree, guest);
}

static void monitor_guest(struct builder *b, unsigned guest, unsigned seed)
{
    static const enum breakage ways[] = {B_V0, B_ACCESSED, B_MALFORMED, B_NO_RIGHTS};
    struct tree *tree = &b->tree;
    struct program p;
    unsigned child = guest + 1;
    uint32_t page = last_page(tree, child), pte, good;
    program_begin(&p, tree);
    break_control(b, child, child, page, ways[seed % 4], &pte, &good);
    program_li(&p, X8, page);
    op_r(&p.code, HV_INSN_LR_W, X10, X8, X0);
    script_store(tree, guest, pte, good & ~(uint32_t)HV_PTE_D);
    script_resume(tree, guest);
    op_r(&p.code, HV_INSN_SC_W, X11, X8, X9); /* D=0: DENIED */
    script_store(tree, guest, pte, good);
    script_resume(tree, guest);
    op_r(&p.code, HV_INSN_AMOADD_W, X12, X8, X9);
    op_i(&p.code, HV_INSN_LB, X13, X8, 1);
    op_csr(&p.code, HV_INSN_CSRRS, X28, HV_CSR_CYCLE, X0);
    emulate(b, guest, 0x111);
    op_csr(&p.code, HV_INSN_CSRRW, X28, HV_CSR_MINSTRET, X9);
    emulate(b, guest, 0x222);
    op_n(&p.code, HV_INSN_WFI);
    script_fence_all(tree, guest);
    script_resume(tree, guest);
    op_n(&p.code, HV_INSN_HV_EXIT);
    script_resume(tree, guest);
    program_trap(b, &p, child, word_lvmid(X8, 0), HV_EXC_ILLEGAL, word_lvmid(X8, 0));
    program_trap(b, &p, child, word_i(HV_INSN_LW, X10, X8, 2), HV_EXC_LOAD_MISALIGNED, page + 2);
    p.x[28] = 0x222;
    p.x[10] = 0;
    p.x[11] = 1;
    p.x[12] = 0;
    p.x[13] = (uint32_t)(int8_t)(p.x[9] >> 8);
    program_end(&p, tree, child);
}

/* A guest without children: a random walk through the instruction set. It ends with its registers in RAM. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void random_instruction(struct code *code, uint32_t *state)
{
    static const enum hv_insn loads[] = {HV_INSN_LB, HV_INSN_LH, HV_INSN_LW, HV_INSN_LBU, HV_INSN_LHU},
                              stores[] = {HV_INSN_SB, HV_INSN_SH, HV_INSN_SW};
    unsigned rd = 1 + next_random(state) % 28, rs1 = next_random(state) % 32, rs2 = next_random(state) % 32;
    int32_t offset = (int32_t)(next_random(state) % 4096) - 2048;
    switch (next_random(state) % 9) {
    case 0:
        op_i(code, loads[next_random(state) % 5], rd, X30, offset);
        break;
    case 1:
        op_s(code, stores[next_random(state) % 3], rs2, X30, offset);
        break;
    case 2:
        op_r(code, HV_INSN_MUL + next_random(state) % 8, rd, rs1, rs2);
        break;
    case 3:
        op_r(code, HV_INSN_AMOSWAP_W + next_random(state) % 9, rd, X30, rs2);
        break;
    case 4:
        op_i(code, HV_INSN_ADDI + next_random(state) % 6, rd, rs1, offset);
        break;
    case 5:
        code_word(code, next_random(state) % 2 ? word_n(HV_INSN_ECALL) : next_random(state) << 8 | 0x5b);
        break;
    case 6:
        op_csr(code, HV_INSN_CSRRW + next_random(state) % 6, rd, HV_CSR_MCAUSE - next_random(state) % 3, rs1);
        break;
    case 7:
        if (next_random(state) % 2)
            op_u(code, next_random(state) % 2 ? HV_INSN_AUIPC : HV_INSN_LUI, rd, next_random(state) << 12);
        else
            code_word(code, word_jal(rd, 4));
        break;
    default:
        op_r(code, HV_INSN_ADD + next_random(state) % 10, rd, rs1, rs2);
    }
}

/* x30 points into a data page; the trap handler steps over what trapped, with x31 and x29 its own. */
static void random_guest(struct builder *b, unsigned guest, unsigned seed)
{
    struct tree *tree = &b->tree;
    struct code code;
    uint32_t state = seed;
    code_begin(&code, page_name(tree, 0));
    label begin = label_new(&code);
    op_jal(&code, X0, begin);
    uint32_t handler = code_here(&code);
    op_csr(&code, HV_INSN_CSRRW, X31, HV_CSR_MSCRATCH, X31);
    op_csr(&code, HV_INSN_CSRRS, X29, HV_CSR_MEPC, X0);
    op_i(&code, HV_INSN_ADDI, X29, X29, 4);
    op_csr(&code, HV_INSN_CSRRW, X0, HV_CSR_MEPC, X29);
    op_n(&code, HV_INSN_MRET);
    label_here(&code, begin);
    op_li(&code, X29, handler);
    op_csr(&code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X29);
    for (unsigned x = 1; x < 29; x++)
        op_li(&code, x, pattern(x) * seed);
    for (unsigned i = 0; i < 300; i++) {
        if (i % 8 == 0)
            op_li(&code, X30, page_name(tree, 3 + i / 8 % 4) + 2048);
        random_instruction(&code, &state);
        if (i % 5 == 4) { /* mepc may have been written */
            label on = label_new(&code);
            op_b(&code, HV_INSN_BEQ + next_random(&state) % 6, next_random(&state) % 32, next_random(&state) % 32, on);
            op_i(&code, HV_INSN_ADDI, 1 + next_random(&state) % 28, X0, (int32_t)i);
            label_here(&code, on);
        }
    }
    op_li(&code, X30, tree->config.finisher_base);
    op_li(&code, X31, FINISH_PASS);
    op_s(&code, HV_INSN_SW, X31, X30, 0);
    tree_code(tree, guest, &code);
}

static void test_monitor(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 8; seed++)
        at_all_places(seed, one_child, monitor_guest);
}

static void test_random(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 40; seed++)
        at_all_places(seed, NULL, random_guest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_monitor),
        cmocka_unit_test(test_random),
    };
    pool = machine_pool_new();
    int failed = cmocka_run_group_tests_name("same_stream", tests, NULL, NULL);
    machine_pool_free(pool);
    return failed;
}
