/* The hardware units one by one, under Icarus, against references written here from docs/spec.md, 10.
 *
 * The references are as simple as can be and share no code with the generator. */
#include "tests/unit/rtl_bench.h"

#include "rtlgen/units.h"

/* ------------------------------------------------------------------------------ */
/* muldiv                                                                           */
/* ------------------------------------------------------------------------------ */

/* Behind those of M, by funct3. */
enum { SLL = 8, SRL, SRA };

static uint32_t muldiv_reference(unsigned op, uint32_t a, uint32_t b)
{
    int32_t sa = (int32_t)a, sb = (int32_t)b;
    bool overflow = a == 0x80000000 && b == 0xffffffff;
    switch (op) {
    case 0:
        return a * b;
    case 1:
        return (uint32_t)((uint64_t)((int64_t)sa * sb) >> 32);
    case 2:
        return (uint32_t)((uint64_t)((int64_t)sa * (int64_t)(uint64_t)b) >> 32);
    case 3:
        return (uint32_t)((uint64_t)a * b >> 32);
    case 4:
        return !b ? 0xffffffff : overflow ? a : (uint32_t)(sa / sb);
    case 5:
        return !b ? 0xffffffff : a / b;
    case 6:
        return !b ? a : overflow ? 0 : (uint32_t)(sa % sb);
    case 7:
        return !b ? a : a % b;
    case SLL:
        return a << (b & 31);
    case SRL:
        return a >> (b & 31);
    default:
        return (uint32_t)(sa >> (b & 31));
    }
}

/* The shifts of a serial unit have ports more: SHIFTS is what is said of them. */
static const char muldiv_bench[] =
    "module tb;\n"
    "reg clk = 0, rst = 1, start = 0;\n"
    "reg [2:0] op; reg shift, arithmetic; reg [31:0] a, b;\n"
    "wire done; wire [31:0] result;\n"
    "integer f, n, cycles;\n"
    "nestor_muldiv dut(.clk(clk), .rst(rst), .start_i(start), .op_i(op), .a_i(a), .b_i(b),\n"
    "`ifdef SHIFTS\n"
    "           .shift_i(shift), .arithmetic_i(arithmetic),\n"
    "`endif\n"
    "`ifdef FAST\n"
    "           .at_once_i(op === 3'd0),\n"
    "`endif\n"
    "           .done_o(done), .result_o(result));\n"
    "always #1 clk = !clk;\n"
    "initial begin\n"
    "f = $fopen(\"in.txt\", \"r\");\n"
    "@(posedge clk); @(negedge clk); rst = 0;\n"
    "n = $fscanf(f, \"%h %h %h %h %h\", op, shift, arithmetic, a, b);\n"
    "while (n == 5) begin\n"
    "start = 1; cycles = 0; #0;\n"
    "if (done !== 1) begin @(negedge clk); start = 0; cycles = 1; end\n"
    "while (done !== 1 && cycles < 100) begin @(negedge clk); cycles = cycles + 1; end\n"
    "$display(\"%h %h\", result, cycles);\n"
    "@(posedge clk); #0;\n" /* the request stays until the edge that ends the cycle of done_o */
    "start = 0; op = 3'bx; a = 32'bx; b = 32'bx; @(negedge clk);\n"
    "n = $fscanf(f, \"%h %h %h %h %h\", op, shift, arithmetic, a, b);\n"
    "end\n"
    "$finish(0);\nend\nendmodule\n";

enum {
    MULDIV_CORNERS = 18,
    MULDIV_RANDOM = 300,
    MULDIV_KINDS = 11,
    MULDIV_OPERATIONS = MULDIV_KINDS * (MULDIV_CORNERS * MULDIV_CORNERS + MULDIV_RANDOM)
};

struct muldiv_operation {
    unsigned op;
    uint32_t a, b;
};

static unsigned muldiv_stimulus(struct muldiv_operation *list, unsigned kinds)
{
    static const uint32_t corners[MULDIV_CORNERS] = {
        0,          1,          2,          3,          7,          10,         0xaaaa,     0xaaab,     0xffff,
        0xffffaaab, 0xffffaaaa, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 0xfffffffe, 0x55555555, 0xaaaaaaaa,
    };
    unsigned n = 0;
    for (unsigned op = 0; op < kinds; op++) {
        for (unsigned i = 0; i < MULDIV_CORNERS * MULDIV_CORNERS; i++)
            list[n++] = (struct muldiv_operation){op, corners[i / MULDIV_CORNERS], corners[i % MULDIV_CORNERS]};
        for (unsigned i = 0; i < MULDIV_RANDOM; i++) {
            uint32_t a = random_word(), b = random_word();
            list[n++] = (struct muldiv_operation){op, a >> random_below(32), b >> random_below(32)};
        }
    }
    return n;
}

/* 33, and 7 less for each byte of zeros in front of the dividend's magnitude, but the last; serial: always 33. */
static unsigned divide_cycles(const struct muldiv_operation *o, enum hv_multiplier multiplier)
{
    if (multiplier == HV_MULTIPLIER_SERIAL)
        return 33;
    bool negative = o->op % 2 == 0 && o->a >> 31;
    uint32_t dividend = negative ? -o->a : o->a;
    unsigned bytes = 0;
    while (o->b && bytes < 3 && !(dividend >> (24 - 8 * bytes)))
        bytes++;
    return 33 - 7 * bytes;
}

/* Sequential: eight, or four for the low word if the digits -1 to 2 of what is left are 0, base 4. Fast: none, the high
 * word one, and one more for each operand that is a negative number. Serial: 32, the high word one more.
 */
static unsigned multiply_cycles(const struct muldiv_operation *o, enum hv_multiplier multiplier)
{
    bool a_negative = (o->op == 1 || o->op == 2) && o->a >> 31, b_negative = o->op == 1 && o->b >> 31;
    if (multiplier == HV_MULTIPLIER_FAST)
        return o->op == 0 ? 0 : 1u + a_negative + b_negative;
    if (multiplier == HV_MULTIPLIER_SERIAL)
        return o->op == 0 ? 32 : 33;
    int32_t value = (int32_t)o->a;
    return o->op == 0 && value >= -0x5555 && value <= 0xaaaa ? 4 : 8;
}

/* One for each place, and one at least. */
static unsigned muldiv_cycles(const struct muldiv_operation *o, enum hv_multiplier multiplier)
{
    if (o->op >= SLL)
        return o->b & 31 ? o->b & 31 : 1;
    return o->op < 4 ? multiply_cycles(o, multiplier) : divide_cycles(o, multiplier);
}

static void check_muldiv(enum hv_multiplier multiplier)
{
    const bool shifts = multiplier == HV_MULTIPLIER_SERIAL;
    static struct muldiv_operation list[MULDIV_OPERATIONS];
    struct hv_config config;
    struct bench b;
    hv_config_default(&config);
    config.multiplier = multiplier;
    bench_open(&b);
    design *d = design_new();
    muldiv_module(d, &config);
    bench_print(&b, d, "muldiv.v");
    design_free(d);
    FILE *tb = bench_file(&b, "tb.v", "w");
    fputs(shifts ? "`define SHIFTS\n" : "", tb);
    fputs(multiplier == HV_MULTIPLIER_FAST ? "`define FAST\n" : "", tb);
    fputs(muldiv_bench, tb);
    fclose(tb);
    unsigned n = muldiv_stimulus(list, shifts ? MULDIV_KINDS : SLL);
    FILE *in = bench_file(&b, "in.txt", "w");
    for (unsigned i = 0; i < n; i++)
        fprintf(in, "%x %d %d %x %x\n",
                list[i].op < SLL    ? list[i].op
                : list[i].op == SLL ? 1
                                    : 5,
                list[i].op >= SLL, list[i].op == SRA, list[i].a, list[i].b);
    fclose(in);
    bench_simulate(&b, "muldiv.v");
    char *text = bench_text(&b, "out.txt"), *p = text;
    for (unsigned i = 0; i < n; i++) {
        bool unknown;
        bench_expect(&p, muldiv_reference(list[i].op, list[i].a, list[i].b), "result", i);
        uint64_t cycles = bench_number(&p, &unknown);
        assert_int_equal(cycles, muldiv_cycles(&list[i], multiplier));
    }
    free(text);
    bench_close(&b);
}

static void muldiv_sequential(void **state)
{
    (void)state;
    check_muldiv(HV_MULTIPLIER_SEQUENTIAL);
}

static void muldiv_fast(void **state)
{
    (void)state;
    check_muldiv(HV_MULTIPLIER_FAST);
}

static void muldiv_serial(void **state)
{
    (void)state;
    check_muldiv(HV_MULTIPLIER_SERIAL);
}

/* ------------------------------------------------------------------------------ */
/* Associator and prefix memory                                                     */
/* ------------------------------------------------------------------------------ */

enum { TLB_OPERATIONS = 2400, TLB_MAX = 4096, LOOKUP = 0, FILL = 1, FLUSH = 2 };

struct operation {
    unsigned kind, delay;
    uint64_t tag;
    uint32_t page, real;
    unsigned rights; /* needed, or of the entry */
    unsigned level, syllable;
    bool any, all;
    bool prefix; /* for the prefix memory's row of an associator */
};

struct entry {
    bool valid;
    uint64_t tag;
    uint32_t page, real;
    unsigned rights;
    uint64_t touched;
};

struct answer {
    bool hit;
    uint32_t real;
    unsigned rights, flushed;
};

/* The reference: arrays and loops, as docs/spec.md, 10.8 says it. */
struct reference {
    unsigned entries, ways, replacement, key, depth, syllable_bits;
    struct entry entry[TLB_MAX];
    unsigned pointer[TLB_MAX]; /* fifo, of each set */
    bool tree[TLB_MAX][64];    /* plru, of each set, nodes from 1 */
    uint16_t lfsr;
    uint64_t time;
};

static unsigned syllable_of(const struct reference *r, uint64_t vmid, unsigned j)
{
    return (unsigned)(vmid >> ((j - 1) * r->syllable_bits) & ((1u << r->syllable_bits) - 1));
}

static void touch(struct reference *r, unsigned set, unsigned way)
{
    r->entry[set * r->ways + way].touched = ++r->time;
    unsigned low = 0, high = r->ways, node = 1;
    while (high - low > 1 && r->replacement == HV_REPLACEMENT_PLRU) {
        unsigned middle = (low + high) / 2;
        bool left = way < middle;
        r->tree[set][node] = left;
        node = 2 * node + !left;
        if (left)
            high = middle;
        else
            low = middle;
    }
}

static unsigned victim(struct reference *r, unsigned set)
{
    unsigned way = 0, node = 1;
    switch (r->replacement) {
    case HV_REPLACEMENT_LRU:
        for (unsigned i = 1; i < r->ways; i++) {
            if (r->entry[set * r->ways + i].touched < r->entry[set * r->ways + way].touched)
                way = i;
        }
        return way;
    case HV_REPLACEMENT_PLRU:
        while (node < r->ways)
            node = 2 * node + r->tree[set][node];
        return node - r->ways;
    case HV_REPLACEMENT_FIFO:
        way = r->pointer[set];
        r->pointer[set] = (way + 1) % r->ways;
        return way;
    default:
        way = (unsigned)((uint32_t)r->lfsr * r->ways >> 16);
        r->lfsr = (uint16_t)((r->lfsr >> 1) ^ (r->lfsr & 1 ? 0xb400 : 0));
        return way;
    }
}

static bool flush_covers(const struct reference *r, const struct entry *e, const struct operation *o)
{
    if (o->all)
        return true;
    if (r->key == HV_KEY_LEVEL)
        return e->tag >= o->level;
    if (r->key == HV_KEY_NONE || o->level >= r->depth)
        return false;
    for (unsigned j = 1; j <= o->level; j++) {
        if (syllable_of(r, e->tag, j) != syllable_of(r, o->tag, j))
            return false;
    }
    unsigned next = syllable_of(r, e->tag, o->level + 1);
    return next && (o->any || next == o->syllable);
}

static struct answer refer(struct reference *r, const struct operation *o)
{
    struct answer a = {0};
    unsigned sets = r->entries / r->ways, set = o->page % sets;
    struct entry *e = &r->entry[set * r->ways];
    int found = -1, invalid = -1;
    if (o->kind == FLUSH) {
        for (unsigned i = 0; i < r->entries; i++) {
            if (r->entry[i].valid && flush_covers(r, &r->entry[i], o)) {
                r->entry[i].valid = false;
                a.flushed++;
            }
        }
        return a;
    }
    for (unsigned i = 0; i < r->ways; i++) {
        if (e[i].valid && e[i].tag == o->tag && e[i].page == o->page)
            found = (int)i;
        if (!e[i].valid && invalid < 0)
            invalid = (int)i;
    }
    if (o->kind == LOOKUP) {
        a.hit = found >= 0 && (e[found].rights & o->rights) == o->rights;
        if (a.hit) {
            a.real = e[found].real;
            a.rights = e[found].rights;
            touch(r, set, (unsigned)found);
        }
        return a;
    }
    unsigned way = found >= 0 ? (unsigned)found : invalid >= 0 ? (unsigned)invalid : victim(r, set);
    e[way] = (struct entry){true, o->tag, o->page, o->real, o->rights, 0};
    touch(r, set, way);
    return a;
}

/* Tags that meet: for key vmid prefixes of one VMID, and VMIDs that differ from it in one syllable. */
enum { TAGS = 6 };

static void random_tags(const struct reference *r, uint64_t *tags)
{
    uint64_t whole = 0;
    unsigned last = (1u << r->syllable_bits) - 1;
    for (unsigned j = 0; j < r->depth; j++)
        whole |= (uint64_t)(1 + random_below(last)) << (j * r->syllable_bits);
    for (unsigned i = 0; i < TAGS; i++) {
        unsigned n = 1 + random_below(r->depth), shift = random_below(n) * r->syllable_bits;
        uint64_t vmid = n * r->syllable_bits == 64 ? whole : whole & ((UINT64_C(1) << n * r->syllable_bits) - 1);
        if (i % 2)
            vmid = (vmid & ~((uint64_t)last << shift)) | (uint64_t)(1 + random_below(last)) << shift;
        tags[i] = r->key == HV_KEY_VMID ? vmid : r->key == HV_KEY_LEVEL ? 1 + i % r->depth : 0;
    }
}

/* In turns some hundred operations with many flushes, and some with few, so that it fills up. */
static struct operation random_operation(const struct reference *r, const uint64_t *tags, unsigned number)
{
    struct operation o = {0};
    unsigned kind = random_below(100), used = r->key == HV_KEY_NONE ? 1 : TAGS;
    if (r->key == HV_KEY_LEVEL && r->depth < TAGS)
        used = r->depth;
    unsigned flushes = number / 300 % 2 ? 15 : 1;
    o.kind = kind < 45 ? LOOKUP : kind < 100 - flushes ? FILL : FLUSH;
    o.delay = random_below(4) ? 0 : random_below(3);
    o.tag = tags[random_below(TAGS)];
    o.page = random_below(3 * r->entries / (2 * used) + 2); /* some more than fit */
    if (!random_below(16))
        o.page |= 0x80000; /* pages that differ in the highest bit only */
    o.real = random_word() & 0xfffff;
    o.rights = o.kind == LOOKUP ? random_word() & random_word() & 15 : (random_word() | random_word()) & 15;
    unsigned length = 0;
    while (r->key == HV_KEY_VMID && length < r->depth && syllable_of(r, o.tag, length + 1))
        length++;
    o.level = random_below(4) ? random_below(length + 1) : random_below(r->depth + 1);
    o.syllable = 1 + random_below((1u << r->syllable_bits) - 1);
    if (r->key == HV_KEY_VMID && o.level < r->depth && random_below(4)) {
        unsigned next = syllable_of(r, tags[random_below(TAGS)], o.level + 1);
        o.syllable = next ? next : o.syllable;
    }
    o.any = !random_below(3);
    o.all = r->key == HV_KEY_NONE ? random_below(2) : !random_below(8);
    o.prefix = o.kind != FLUSH && !random_below(3);
    return o;
}

static const char tlb_bench_end[] =
    " .done_o(done), .hit_o(hit), .real_o(real_o), .rights_o(rights_o), .flushed_o(flushed));\n"
    "always #1 clk = !clk;\n"
    "task next; n = $fscanf(f, \"%h %h %h %h %h %h %h %h %h %h %h\", kind, delay, tag, page, real_page, rights, "
    "level,\n"
    "  syllable, any, all, is_prefix);\n"
    "endtask\n"
    "initial begin\n"
    "f = $fopen(\"in.txt\", \"r\");\n"
    "@(posedge clk); @(negedge clk); rst = 0;\n"
    "repeat (`SETS) @(negedge clk);\n"
    "next;\n"
    "while (n == 11) begin\n"
    "ahead = 'bx; prefix_ahead = 'bx; repeat (delay) @(negedge clk);\n"
    "ahead = page; prefix_ahead = is_prefix; @(negedge clk); ahead = 'bx; prefix_ahead = 'bx;\n"
    "prefix = is_prefix; lookup = kind == 0; fill = kind == 1; flush = kind == 2;\n"
    "@(negedge clk);\n"
    "lookup = 0; fill = 0; flush = 0; prefix = 'bx;\n"
    "tag = 'bx; page = 'bx; real_page = 'bx; rights = 'bx; level = 'bx; syllable = 'bx; any = 'bx; all = 'bx;\n"
    "while (done !== 1) @(negedge clk);\n"
    "$display(\"%h %h %h %h\", hit, real_o, rights_o, flushed);\n"
    "next;\n"
    "end\n"
    "$finish(0);\nend\nendmodule\n";

struct tlb_case {
    unsigned entries, ways;
    unsigned replacement, key, depth, syllable_bits;
};

/* A request comes at the earliest in the cycle after done_o, and after the sweep of the sets; ahead_i is there if there
 * are more than one. */
static void tlb_bench(FILE *tb, const char *name, unsigned tag_bits, const struct tlb_case *c, unsigned sets, bool row)
{
    fprintf(tb, "`define SETS %u\n", sets + row);
    fprintf(tb,
            "module tb;\n"
            "reg clk = 0, rst = 1, lookup = 0, fill = 0, flush = 0;\n"
            "reg [1:0] kind; reg [31:0] delay;\n"
            "reg [%u:0] tag; reg [19:0] page, real_page, ahead; reg [3:0] rights, level;\n"
            "reg [%u:0] syllable; reg any, all, is_prefix, prefix, prefix_ahead;\n"
            "wire done, hit; wire [19:0] real_o; wire [3:0] rights_o; wire [%u:0] flushed;\n"
            "integer f, n;\n"
            "%s dut(.clk(clk), .rst(rst), .lookup_i(lookup), .fill_i(fill), .flush_i(flush), .page_i(page),\n"
            " .need_i(rights), .real_i(real_page), .rights_i(rights), .flush_all_i(all), .flush_level_i(level),\n"
            " .flush_syllable_i(syllable), .flush_any_i(any),%s%s%s\n",
            tag_bits ? tag_bits - 1 : 63, c->syllable_bits - 1, clog2(c->entries + 1) - 1, name,
            tag_bits ? " .tag_i(tag)," : "", sets > 1 ? " .ahead_i(ahead)," : "",
            row ? " .prefix_i(prefix), .prefix_ahead_i(prefix_ahead)," : "");
    fputs(tlb_bench_end, tb);
}

/* What is made and asked: an associator, a prefix memory on its own, or an associator with the prefix memory in a row.
 */
enum tlb_kind { ASSOCIATOR, PREFIX_MEMORY, PREFIX_ROW };

static struct hv_config tlb_config(const struct tlb_case *c, enum tlb_kind kind)
{
    struct hv_config config;
    hv_config_default(&config);
    config.depth = c->depth;
    config.syllable_bits = c->syllable_bits;
    config.assoc_entries = c->entries;
    config.assoc_ways = c->ways;
    config.assoc_replacement = c->replacement;
    config.assoc_key = c->key;
    config.prefix_entries = kind == PREFIX_MEMORY ? c->entries : kind == PREFIX_ROW ? c->ways : 0;
    return config;
}

/* Check the answers in out.txt. Of the real page and the rights only those of a hit count. */
static void check_answers(const struct bench *b, const struct operation *o, struct reference *r, struct reference *row,
                          const char *label)
{
    char *text = bench_text(b, "out.txt"), *p = text;
    for (unsigned i = 0; i < TLB_OPERATIONS; i++) {
        struct answer expected = refer(row && o[i].prefix ? row : r, &o[i]);
        if (row && o[i].kind == FLUSH)
            refer(row, &o[i]); /* not counted */
        bool unknown[4];
        uint64_t value[4];
        for (unsigned k = 0; k < 4; k++)
            value[k] = bench_number(&p, &unknown[k]);
        bool good = true;
        if (o[i].kind == LOOKUP)
            good = !unknown[0] && value[0] == expected.hit;
        if (o[i].kind == LOOKUP && expected.hit)
            good = good && !unknown[1] && !unknown[2] && value[1] == expected.real && value[2] == expected.rights;
        if (o[i].kind == FLUSH)
            good = !unknown[3] && value[3] == expected.flushed;
        if (!good)
            fail_msg("%s: operation %u, kind %u: hit %llx real %llx rights %llx flushed %llx, expected %x %x %x %x",
                     label, i, o[i].kind, (unsigned long long)value[0], (unsigned long long)value[1],
                     (unsigned long long)value[2], (unsigned long long)value[3], expected.hit, expected.real,
                     expected.rights, expected.flushed);
    }
    free(text);
}

static void write_operations(const struct bench *b, const struct operation *list)
{
    FILE *in = bench_file(b, "in.txt", "w");
    for (unsigned i = 0; i < TLB_OPERATIONS; i++) {
        const struct operation *o = &list[i];
        fprintf(in, "%x %x %llx %x %x %x %x %x %x %x %x\n", o->kind, o->delay, (unsigned long long)o->tag, o->page,
                o->real, o->rights, o->level, o->syllable, o->any, o->all, o->prefix);
    }
    fclose(in);
}

static void make_reference(struct reference *r, const struct tlb_case *c)
{
    memset(r, 0, sizeof *r);
    r->entries = c->entries;
    r->ways = c->ways;
    r->replacement = c->replacement;
    r->key = c->key;
    r->depth = c->depth;
    r->syllable_bits = c->syllable_bits;
    r->lfsr = 0xace1;
}

static void check_tlb(const struct bench *b, const struct tlb_case *c, enum tlb_kind kind)
{
    static struct operation list[TLB_OPERATIONS];
    static struct reference r, row;
    const char *module = kind == PREFIX_MEMORY ? "nestor_prefix_memory" : "nestor_associator";
    char label[128];
    snprintf(label, sizeof label, "%s%s entries %u ways %u replacement %u key %u depth %u syllable_bits %u", module,
             kind == PREFIX_ROW ? " with a prefix row" : "", c->entries, c->ways, c->replacement, c->key, c->depth,
             c->syllable_bits);
    const struct tlb_case row_case = {c->ways, c->ways, HV_REPLACEMENT_FIFO, c->key, c->depth, c->syllable_bits};
    make_reference(&r, c);
    make_reference(&row, &row_case);
    struct hv_config config = tlb_config(c, kind);
    design *d = design_new();
    if (kind == PREFIX_MEMORY)
        prefix_memory_module(d, &config);
    else
        associator_module(d, &config, "nestor_associator");
    bench_print(b, d, "dut.v");
    design_free(d);
    unsigned tag_bits = c->key == HV_KEY_VMID ? c->depth * c->syllable_bits : c->key == HV_KEY_LEVEL ? 4 : 0;
    FILE *tb = bench_file(b, "tb.v", "w");
    tlb_bench(tb, module, tag_bits, c, kind == PREFIX_MEMORY ? 1 : c->entries / c->ways, kind == PREFIX_ROW);
    fclose(tb);
    uint64_t tags[TAGS];
    random_tags(&r, tags);
    for (unsigned i = 0; i < TLB_OPERATIONS; i++)
        list[i] = random_operation(&r, tags, i);
    write_operations(b, list);
    bench_simulate(b, "dut.v");
    check_answers(b, list, &r, kind == PREFIX_ROW ? &row : NULL, label);
}

/* Every policy and key, for small and large, flat and deep, two's powers and others. */
static const unsigned geometries[][2] = {
    {1, 1},  {2, 2}, {3, 3},  {4, 4},  {8, 8},  {16, 16}, {64, 64}, {2, 1},
    {16, 1}, {8, 2}, {12, 3}, {16, 4}, {64, 4}, {64, 16}, {512, 2},
};

static void associators(void **state)
{
    (void)state;
    static const unsigned depths[][2] = {{4, 4}, {1, 3}, {8, 8}, {3, 1}, {2, 2}};
    struct bench b;
    bench_open(&b);
    unsigned n = 0;
    for (unsigned g = 0; g < sizeof geometries / sizeof geometries[0]; g++) {
        for (unsigned replacement = 0; replacement < HV_REPLACEMENTS; replacement++) {
            for (unsigned key = 0; key < HV_KEYS; key++, n++) {
                const unsigned *depth = depths[n % 5];
                struct tlb_case c = {geometries[g][0], geometries[g][1], replacement, key, depth[0], depth[1]};
                if (replacement == HV_REPLACEMENT_PLRU && (c.ways & (c.ways - 1)))
                    continue;
                check_tlb(&b, &c, ASSOCIATOR);
                if (c.ways < c.entries && c.depth > 1 && n % 2)
                    check_tlb(&b, &c, PREFIX_ROW);
            }
        }
    }
    bench_close(&b);
}

static const char full_bench[] =
    "module tb;\n"
    "reg clk = 0, rst = 1, fill = 0, flush = 0; reg [19:0] page = 0, ahead = 0; wire done; wire [31:0] flushed;\n"
    "nestor_associator dut(.clk(clk), .rst(rst), .lookup_i(1'b0), .fill_i(fill), .flush_i(flush), .page_i(page),\n"
    " .ahead_i(ahead), .need_i(4'd0), .real_i(page), .rights_i(4'd15), .flush_all_i(1'b1), .flush_level_i(4'd0),\n"
    " .flush_syllable_i(4'd0), .flush_any_i(1'b1), .done_o(done), .hit_o(), .real_o(), .rights_o(),\n"
    " .flushed_o(flushed[`WIDTH-1:0]));\n"
    "assign flushed[31:`WIDTH] = 0;\n"
    "always #1 clk = !clk;\n"
    "initial begin\n"
    "@(posedge clk); @(negedge clk); rst = 0;\n"
    "repeat (`ENTRIES) @(negedge clk);\n"
    "while (ahead < `ENTRIES) begin\n"
    "@(negedge clk); page = ahead; fill = 1; @(negedge clk); fill = 0; ahead = ahead + 1;\n"
    "end\n"
    "flush = 1; @(negedge clk); flush = 0;\n"
    "while (done !== 1) @(negedge clk);\n"
    "$display(\"%h\", flushed);\n"
    "$finish(0);\nend\nendmodule\n";

/* The largest associator, full: a flush counts every entry. */
static void largest_associator(void **state)
{
    (void)state;
    static const struct tlb_case c = {65536, 1, HV_REPLACEMENT_FIFO, HV_KEY_NONE, 4, 4};
    struct hv_config config = tlb_config(&c, ASSOCIATOR);
    struct bench b;
    bench_open(&b);
    design *d = design_new();
    associator_module(d, &config, "nestor_associator");
    bench_print(&b, d, "dut.v");
    design_free(d);
    FILE *tb = bench_file(&b, "tb.v", "w");
    fprintf(tb, "`define ENTRIES %u\n`define WIDTH %u\n%s", c.entries, clog2(c.entries + 1), full_bench);
    fclose(tb);
    bench_simulate(&b, "dut.v");
    char *text = bench_text(&b, "out.txt"), *p = text;
    bench_expect(&p, c.entries, "flushed", 1);
    free(text);
    bench_close(&b);
}

static void prefix_memories(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    for (unsigned entries = 1; entries <= 16; entries += entries < 4 ? 1 : 4) {
        for (unsigned key = 0; key < HV_KEYS; key++) {
            struct tlb_case c = {entries, entries, HV_REPLACEMENT_FIFO, key, 2 + entries % 7, 1 + entries % 8};
            check_tlb(&b, &c, PREFIX_MEMORY);
        }
    }
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(muldiv_sequential), cmocka_unit_test(muldiv_fast),        cmocka_unit_test(muldiv_serial),
        cmocka_unit_test(associators),       cmocka_unit_test(largest_associator), cmocka_unit_test(prefix_memories),
    };
    return cmocka_run_group_tests_name("rtl units", tests, NULL, NULL);
}
