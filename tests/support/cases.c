#include "tests/support/cases.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void require(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "tests/support/cases.c: %s\n", what);
    abort();
}

struct hv_config directed_config(void)
{
    struct hv_config config;
    hv_config_default(&config);
    config.ram_bytes = 0x40000;
    config.assoc_entries = config.assoc_ways = 16; /* no entry makes room for another: cases count what is flushed */
    config.prefix_entries = 4;                     /* preset default has none, and it is to be seen */
    return config;
}

void builder_begin(struct builder *b, const struct hv_config *config)
{
    memset(b, 0, sizeof *b);
    tree_begin(&b->tree, config);
    b->limit = 20000;
    b->stop = HV_STOP_FINISHED;
}

void builder_chain(struct builder *b, const struct hv_config *config, unsigned n, unsigned rb)
{
    builder_begin(b, config);
    tree_chain(&b->tree, n, b->chain);
    if (!has_linear(config))
        rb = UINT32_MAX;
    for (unsigned j = 1; j <= n; j++) {
        struct vm *vm = &b->tree.vm[b->chain[j]];
        vm->mem_form = rb >> j & 1 ? HV_FORM_RB : HV_FORM_LINEAR;
        vm->io_form = rb >> j & has_linear(config) ? HV_FORM_LINEAR : HV_FORM_RB;
    }
}

/* Taking the image: runs of bytes that are not all zero, in pieces of this size. */
enum { PIECE = 64 };

static bool empty(const uint8_t *bytes)
{
    for (unsigned i = 0; i < PIECE; i++)
        if (bytes[i])
            return false;
    return true;
}

static void take_image(struct directed_case *c, const struct tree *tree)
{
    uint32_t size = tree->config.ram_bytes, at = 0;
    c->chunks = NULL;
    while (at < size) {
        if (empty(tree->ram + at)) {
            at += PIECE;
            continue;
        }
        uint32_t begin = at;
        while (at < size && !empty(tree->ram + at))
            at += PIECE;
        c->chunks = realloc(c->chunks, (c->chunk_count + 1) * sizeof *c->chunks);
        struct chunk *chunk = &c->chunks[c->chunk_count++];
        chunk->real = tree->config.ram_base + begin;
        chunk->length = at - begin;
        chunk->bytes = malloc(chunk->length);
        require(chunk->bytes, "no memory");
        memcpy(chunk->bytes, tree->ram + begin, chunk->length);
    }
}

static void *copy(const void *items, size_t count, size_t size)
{
    void *to = malloc(count * size + 1);
    require(to, "no memory");
    memcpy(to, items, count * size);
    return to;
}

struct directed_case *case_add(struct case_list *list, struct builder *b, const char *family, const char *format, ...)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 256;
        list->cases = realloc(list->cases, list->capacity * sizeof *list->cases);
        require(list->cases, "no memory");
    }
    struct directed_case *c = &list->cases[list->count++];
    memset(c, 0, sizeof *c);
    va_list arguments;
    va_start(arguments, format);
    int n = snprintf(c->name, sizeof c->name, "%s ", family);
    n += vsnprintf(c->name + n, sizeof c->name - (size_t)n, format, arguments);
    va_end(arguments);
    if (list->machine && list->machine[0])
        snprintf(c->name + n, sizeof c->name - (size_t)n, " (%s)", list->machine);
    tree_finish(&b->tree);
    c->family = family;
    c->config = b->tree.config;
    take_image(c, &b->tree);
    c->vm_count = b->tree.count;
    for (unsigned i = 0; i < c->vm_count; i++) {
        const struct vm *vm = &b->tree.vm[i];
        c->vms[i] = (struct directed_vm){vm->vmid, vm->level, vm->parent, 0};
        if (i)
            c->vms[i].vmcb = tree_real(&b->tree, vm->parent, tree_vmcb(&b->tree, i));
    }
    c->events = copy(b->events, b->event_count, sizeof *b->events);
    c->event_count = b->event_count;
    c->events_free = b->events_free;
    c->fields = copy(b->fields, b->field_count, sizeof *b->fields);
    c->field_count = b->field_count;
    c->words = copy(b->words, b->word_count, sizeof *b->words);
    c->word_count = b->word_count;
    c->limit = b->limit;
    c->stop = b->stop;
    c->exit_code = b->exit_code;
    c->icarus = b->icarus;
    tree_end(&b->tree);
    return c;
}

void case_list_free(struct case_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct directed_case *c = &list->cases[i];
        for (size_t j = 0; j < c->chunk_count; j++)
            free(c->chunks[j].bytes);
        free(c->chunks);
        free(c->events);
        free(c->fields);
        free(c->words);
    }
    free(list->cases);
    memset(list, 0, sizeof *list);
}

/* Expectations */

struct event *expect(struct builder *b, enum event_kind kind, unsigned vm, unsigned to)
{
    require(b->event_count < sizeof b->events / sizeof b->events[0], "too many events");
    struct event *e = &b->events[b->event_count++];
    *e = (struct event){.kind = kind, .vm = vm, .to = to, .pc = ANY, .after = ANY, .insn = ANY, .order = ANY_ORDER};
    return e;
}

struct event *expect_fault(struct builder *b, unsigned vm, unsigned to, uint32_t cause, uint32_t address, uint32_t pc,
                           uint32_t insn)
{
    struct event *e = expect(b, E_VM_FAULT, vm, to);
    e->cause = cause;
    e->address = address;
    e->pc = pc;
    e->insn = insn;
    return e;
}

struct event *expect_trap(struct builder *b, unsigned vm, uint32_t cause, uint32_t tval, uint32_t pc)
{
    struct event *e = expect(b, E_TRAP, vm, vm);
    e->cause = cause;
    e->address = tval;
    e->pc = pc;
    return e;
}

struct event *expect_resume(struct builder *b, unsigned vm, unsigned to, uint32_t after)
{
    struct event *e = expect(b, E_LVMID, vm, to);
    e->pc = b->tree.vm[vm].handler_lvmid;
    e->insn = word_lvmid(X5, 0);
    e->after = after;
    return e;
}

void expect_boot(struct builder *b, unsigned from, unsigned to)
{
    unsigned path[HV_MAX_DEPTH + 1], top = b->tree.vm[to].level, bottom = b->tree.vm[from].level;
    path[top] = to;
    for (unsigned j = top; j > bottom; j--)
        path[j - 1] = b->tree.vm[path[j]].parent;
    for (unsigned j = bottom; j < top; j++) {
        struct event *e = expect(b, E_LVMID, path[j], path[j + 1]);
        e->pc = b->tree.vm[path[j]].boot_lvmid;
        e->after = b->tree.vm[path[j + 1]].pc;
    }
}

void expect_field(struct builder *b, unsigned vm, uint32_t pc, unsigned occurrence, enum hv_commit_field field,
                  uint64_t value)
{
    require(b->field_count < sizeof b->fields / sizeof b->fields[0], "too many field checks");
    b->fields[b->field_count++] = (struct field_check){vm, pc, occurrence, field, value};
}

void expect_word(struct builder *b, unsigned vm, uint32_t name, uint32_t value)
{
    require(b->word_count < sizeof b->words / sizeof b->words[0], "too many word checks");
    b->words[b->word_count++] = (struct word_check){tree_real(&b->tree, vm, name), value};
}

/* Programs */

uint32_t pattern(unsigned x)
{
    return x * 0x9e3779b1u ^ 0x5a000000u;
}

void program_li(struct program *p, unsigned x, uint32_t value)
{
    op_li(&p->code, x, value);
    p->x[x] = value;
}

void program_begin(struct program *p, const struct tree *tree)
{
    program_begin_at(p, tree, 0);
}

static void emit_finish(struct code *code, const struct tree *tree, uint32_t value)
{
    op_li(code, X30, tree->config.finisher_base);
    op_li(code, X31, value);
    op_s(code, HV_INSN_SW, X31, X30, 0);
    code_word(code, word_jal(X0, 0));
}

void program_begin_at(struct program *p, const struct tree *tree, uint32_t offset)
{
    struct code *code = &p->code;
    code_begin(code, page_name(tree, 0) + offset);
    label begin = label_new(code);
    p->failed = label_new(code);
    op_jal(code, X0, begin);
    label_here(code, p->failed);
    emit_finish(code, tree, FINISH_FAIL(EXIT_TRAP));
    label_here(code, begin);
    program_li(p, X1, label_name(code, p->failed));
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X1);
    p->x[0] = 0;
    for (unsigned x = 1; x < 32; x++)
        program_li(p, x, pattern(x));
}

void program_same(struct program *p, unsigned x, unsigned y)
{
    label good = label_new(&p->code);
    op_b(&p->code, HV_INSN_BEQ, x, y, good);
    op_jal(&p->code, X0, p->failed);
    label_here(&p->code, good);
}

void program_trap(struct builder *b, struct program *p, unsigned vm, uint32_t word, uint32_t cause, uint32_t tval)
{
    struct code *code = &p->code;
    label on = label_new(code);
    op_la(code, X31, on);
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X31);
    uint32_t pc = code_here(code);
    code_word(code, word);
    op_jal(code, X0, p->failed);
    label_here(code, on);
    struct event *e = expect_trap(b, vm, cause, tval, pc);
    e->after = code_here(code);
    e->insn = word;
    program_trapped(p, cause, pc, tval, HV_MSTATUS_MPP);
}

void program_trapped(struct program *p, uint32_t cause, uint32_t pc, uint32_t tval, uint32_t mstatus)
{
    static const unsigned csrs[] = {HV_CSR_MCAUSE, HV_CSR_MEPC, HV_CSR_MTVAL, HV_CSR_MSTATUS};
    struct code *code = &p->code;
    for (unsigned i = 0; i < sizeof csrs / sizeof csrs[0]; i++) {
        op_csr(code, HV_INSN_CSRRS, X31, csrs[i], X0);
        op_r(code, HV_INSN_ADD, X20, X20, X31);
    }
    p->x[20] += cause + pc + tval + mstatus;
    op_li(code, X31, label_name(code, p->failed));
    op_csr(code, HV_INSN_CSRRW, X0, HV_CSR_MTVEC, X31);
    program_li(p, X31, pattern(X31));
}

/* The sum of all registers, so that each of them counts. */
void program_end(struct program *p, struct tree *tree, unsigned vm)
{
    struct code *code = &p->code;
    label good = label_new(code);
    uint32_t sum = p->x[30];
    for (unsigned x = 1; x < 32; x++) {
        if (x == 30)
            continue;
        op_r(code, HV_INSN_ADD, X30, X30, x);
        sum += p->x[x];
    }
    op_li(code, X31, sum);
    op_b(code, HV_INSN_BEQ, X30, X31, good);
    emit_finish(code, tree, FINISH_FAIL(EXIT_REGISTERS));
    label_here(code, good);
    emit_finish(code, tree, FINISH_PASS);
    tree_code(tree, vm, code);
}

void program_plain(struct tree *tree, unsigned vm, uint32_t offset)
{
    struct program p;
    program_begin_at(&p, tree, offset);
    program_end(&p, tree, vm);
}

/* Breakages */

const char *const breakage_name[BREAKAGES] = {"window",    "v0",        "no-r", "no-w",  "no-x",   "a0",      "d0",
                                              "no-rights", "malformed", "ppn",  "grain", "single", "nothing", "device"};

/* The entry that takes the page away. Where an earlier check decides, later ones would fail as well. */
uint32_t broken_pte(const struct tree *tree, enum breakage breakage, uint32_t pte)
{
    const uint32_t rights = HV_PTE_R | HV_PTE_W | HV_PTE_X;
    const uint32_t flags = 0x3ff;
    switch (breakage) {
    case B_V0:
        return pte & ~(uint32_t)(HV_PTE_V | HV_PTE_R);
    case B_READ:
        return pte & ~(uint32_t)(HV_PTE_R | HV_PTE_W);
    case B_WRITE:
        return pte & ~(uint32_t)HV_PTE_W;
    case B_EXECUTE:
        return pte & ~(uint32_t)HV_PTE_X;
    case B_ACCESSED:
        return pte & ~(uint32_t)HV_PTE_A;
    case B_DIRTY:
        return pte & ~(uint32_t)HV_PTE_D;
    case B_NO_RIGHTS:
        return pte & ~rights;
    case B_MALFORMED:
        return pte & ~(uint32_t)(HV_PTE_R | HV_PTE_A);
    case B_PPN:
        return pte | UINT32_C(1) << 30;
    case B_GRAIN:
        return (pte | 1 << 10) & ~(uint32_t)HV_PTE_X;
    case B_SINGLE: /* with a grain: for the frame's first page alone */
        return (pte | HV_PTE_S) & ~(uint32_t)HV_PTE_A;
    case B_NOTHING:
        return (pte & flags) | UINT32_C(0x40000) << 10;
    case B_DEVICE:
        return (pte & flags) | tree->config.finisher_base / HV_PAGE_BYTES << 10;
    default:
        return pte;
    }
}

uint32_t breakage_cause(enum breakage breakage)
{
    switch (breakage) {
    case B_WINDOW:
    case B_V0:
    case B_SINGLE:
        return HV_FAULT_MISSING;
    case B_MALFORMED:
    case B_PPN:
    case B_GRAIN:
    case B_NOTHING:
    case B_DEVICE:
        return HV_FAULT_INVALID;
    default:
        return HV_FAULT_DENIED;
    }
}

uint32_t break_control(struct builder *b, unsigned monitor, unsigned mapped, uint32_t name, enum breakage breakage,
                       uint32_t *pte, uint32_t *good)
{
    struct tree *tree = &b->tree;
    uint32_t at = tree_name_at(tree, monitor, mapped, name);
    *pte = tree_pte(tree, mapped, at);
    *good = tree_peek(tree, tree->vm[mapped].parent, *pte);
    tree_poke(tree, tree->vm[mapped].parent, *pte, broken_pte(tree, breakage, *good));
    return at;
}

const char *const probe_name[PROBES] = {"operand", "root", "VMTAB", "VMCB", "memory table", "I/O table"};

uint32_t probe_address(const struct tree *tree, unsigned child, enum probe probe)
{
    switch (probe) {
    case P_OPERAND:
        return page_name(tree, PAGE_DATA) + OPERAND;
    case P_ROOT:
        return tree->config.hv_root + HV_ROOT_VMTAB;
    case P_VMTAB:
        return tree_vmtab_entry(tree, child);
    case P_VMCB:
        return tree_vmcb(tree, child);
    case P_MEMTAB:
        return tree_get_vmcb(tree, child, HV_VMCB_MEM_BASE);
    default:
        return tree_get_vmcb(tree, child, HV_VMCB_IO_BASE);
    }
}

unsigned probe_access(enum probe probe)
{
    return probe == P_VMCB ? HV_ACCESS_STORE : HV_ACCESS_LOAD;
}
