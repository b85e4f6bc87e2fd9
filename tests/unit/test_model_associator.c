/* The associator, the prefix memory, the last-page registers and all their counters against a second
 * writing of docs/spec.md, 7 and 10.8: plain arrays, time stamps, VMIDs as arrays of syllables, and a walk of
 * its own. Random accesses, appends, cuts, fences and changes of tables; compared after each. */
#include "model/associator.h"
#include "model/windows.h"
#include "tests/unit/model_support.h"

enum { PAGES = 32, FIRST_PAGE = RAM >> 12, TABLE_PAGES = 8, TABLES = RAM + 0x20000, IO_PAGES = 0x20000 };
enum { NOTHING_THERE = 0x15555, UART_PAGE = 0x10000, CLINT_PAGE = 0x02003, MARK = 0x00c0ffee };
enum { R = 1, W = 2, X = 4 };

struct line {
    bool valid;
    unsigned level;
    unsigned path[HV_MAX_DEPTH + 1];
    uint32_t page, real;
    unsigned rights;
    uint64_t stamp;
};

struct naive {
    const struct hv_config *config;
    uint32_t pte[TABLE_PAGES][PAGES];
    struct line lines[2][64], prefix[16], last[2][4]; /* last: the most recent one first */
    unsigned fifo[2][64], prefix_fifo, held[HV_MAX_DEPTH + 1];
    bool points_right[2][64][64];
    uint32_t lfsr[2];
    uint64_t now;
    unsigned level, path[HV_MAX_DEPTH + 1];
    struct hv_associator_counters counters;
};

struct outcome {
    bool found;
    uint32_t real;
    unsigned cause, target; /* of a VM-fault */
    uint32_t argument;      /* its page */
};

/* ---- a walk ---- */

/* Which table f of s1..sj uses: different VMs of a level mostly have different maps. */
static unsigned table_of(const struct naive *n, unsigned j)
{
    unsigned table = j;
    for (unsigned i = 1; i <= j; i++)
        table += n->path[i] * (2 * i + 1);
    return table % TABLE_PAGES;
}

static unsigned f(const struct naive *n, unsigned j, unsigned need, uint32_t *page, unsigned *rights, bool *read)
{
    *read = false;
    if (*page >= FIRST_PAGE && *page < FIRST_PAGE + PAGES) {
        uint32_t pte = n->pte[table_of(n, j)][*page - FIRST_PAGE];
        bool v = pte & 1, r = pte & 2, w = pte & 4, x = pte & 8, a = pte & 0x40, d = pte & 0x80;
        *read = true;
        if (!v)
            return HV_FAULT_MISSING;
        if ((w && !r) || pte >> 30)
            return HV_FAULT_INVALID;
        *rights = (r && a ? R : 0u) | (w && a && d ? W : 0u) | (x && a ? X : 0u);
        if (!(*rights & need))
            return HV_FAULT_DENIED;
        *page = pte >> 10;
        return 0;
    }
    *rights = R | W | X;
    return *page < IO_PAGES ? 0 : HV_FAULT_MISSING; /* the I/O map: the identity */
}

static bool is_ram_page(uint32_t page)
{
    return page >= FIRST_PAGE && page < FIRST_PAGE + 256;
}

static bool is_something(uint32_t page)
{
    return is_ram_page(page) || page == UART_PAGE || page == CLINT_PAGE;
}

/* ---- naive memories ---- */

static bool same_tag(const struct naive *n, const struct line *line, unsigned level)
{
    if (n->config->assoc_key == HV_KEY_NONE)
        return true;
    if (line->level != level)
        return false;
    return n->config->assoc_key == HV_KEY_LEVEL || !memcmp(line->path + 1, n->path + 1, level * sizeof n->path[0]);
}

static bool serves(const struct line *line, unsigned need, bool only_ram)
{
    return (line->rights & need) && (!only_ram || is_ram_page(line->real));
}

static struct line make_line(struct naive *n, unsigned level, uint32_t page, uint32_t real, unsigned rights)
{
    struct line line = {.valid = true, .level = level, .page = page, .real = real, .rights = rights, .stamp = ++n->now};
    memcpy(line.path, n->path, sizeof line.path);
    for (unsigned i = level + 1; i <= HV_MAX_DEPTH; i++)
        line.path[i] = 0;
    return line;
}

static void plru_touch(bool *right, unsigned node, unsigned low, unsigned high, unsigned way)
{
    if (high - low == 1)
        return;
    unsigned middle = (low + high) / 2;
    right[node] = way < middle;
    if (way < middle)
        plru_touch(right, 2 * node, low, middle, way);
    else
        plru_touch(right, 2 * node + 1, middle, high, way);
}

static unsigned plru_victim(const bool *right, unsigned node, unsigned low, unsigned high)
{
    if (high - low == 1)
        return low;
    unsigned middle = (low + high) / 2;
    return right[node] ? plru_victim(right, 2 * node + 1, middle, high) : plru_victim(right, 2 * node, low, middle);
}

static unsigned oldest(const struct line *set, unsigned ways)
{
    unsigned way = 0;
    for (unsigned i = 1; i < ways; i++) {
        if (set[i].stamp < set[way].stamp)
            way = i;
    }
    return way;
}

static unsigned choose(struct naive *n, unsigned half, unsigned set_number, const struct line *set)
{
    unsigned ways = n->config->assoc_ways, way;
    for (way = 0; way < ways; way++) {
        if (!set[way].valid)
            return way;
    }
    switch (n->config->assoc_replacement) {
    case HV_REPLACEMENT_LRU:
        return oldest(set, ways);
    case HV_REPLACEMENT_PLRU:
        return plru_victim(n->points_right[half][set_number], 1, 0, ways);
    case HV_REPLACEMENT_FIFO:
        way = n->fifo[half][set_number]++ % ways;
        return way;
    default:
        way = (unsigned)((uint64_t)n->lfsr[half] * ways / 65536);
        n->lfsr[half] = n->lfsr[half] / 2 ^ (n->lfsr[half] % 2 ? 0xb400 : 0);
        return way;
    }
}

static struct line *find_line(struct naive *n, struct line *lines, unsigned count, unsigned level, uint32_t page)
{
    for (unsigned i = 0; i < count; i++) {
        if (lines[i].valid && lines[i].page == page && same_tag(n, &lines[i], level))
            return &lines[i];
    }
    return NULL;
}

static void fill_prefix(struct naive *n, uint32_t page, uint32_t real, unsigned rights)
{
    unsigned count = n->config->prefix_entries, i;
    struct line *line = find_line(n, n->prefix, count, n->level - 1, page);
    for (i = 0; !line && i < count; i++) {
        if (!n->prefix[i].valid)
            line = &n->prefix[i];
    }
    if (!line)
        line = &n->prefix[n->prefix_fifo++ % count];
    *line = make_line(n, n->level - 1, page, real, rights);
}

/* ---- the counting rule ---- */

static struct outcome walk(struct naive *n, uint32_t page, unsigned need, bool only_ram, unsigned *rights)
{
    uint32_t prefix_page = 0;
    unsigned below_rights = R | W | X, top_rights = R | W | X;
    bool use_prefix = n->level >= 2 && n->config->prefix_entries > 0;
    uint32_t argument1 = page;
    for (unsigned j = n->level; j >= 1; j--) {
        unsigned step_rights = 0;
        bool read;
        uint32_t argument = page;
        argument1 = page;
        unsigned cause = f(n, j, need, &page, &step_rights, &read);
        n->counters.walk_reads += read;
        if (cause)
            return (struct outcome){false, 0, cause, j - 1, argument};
        if (j == n->level)
            top_rights = step_rights;
        else
            below_rights &= step_rights;
        if (j == n->level && use_prefix) {
            struct line *line = find_line(n, n->prefix, n->config->prefix_entries, n->level - 1, page);
            prefix_page = page;
            if (line && serves(line, need, only_ram)) {
                n->counters.prefix_hits++;
                *rights = top_rights & line->rights;
                return (struct outcome){true, line->real, 0, 0, 0};
            }
        }
    }
    if (!is_something(page) || (only_ram && !is_ram_page(page)))
        return (struct outcome){false, 0, HV_FAULT_INVALID, 0, argument1};
    if (use_prefix)
        fill_prefix(n, prefix_page, page, below_rights);
    *rights = top_rights & below_rights;
    return (struct outcome){true, page, 0, 0, 0};
}

/* The place of the line of the page, else the last place. */
static unsigned place_of_page(const struct naive *n, unsigned port, uint32_t page)
{
    unsigned i = n->config->last_pages - 1;
    for (unsigned k = 0; k < n->config->last_pages; k++)
        if (n->last[port][k].valid && n->last[port][k].page == page)
            i = k;
    return i;
}

static struct outcome naive_lookup(struct naive *n, unsigned port, uint32_t page, unsigned need, bool only_ram,
                                   struct line *last)
{
    n->counters.accesses++;
    if (last->valid && last->page == page && serves(last, need, only_ram))
        return (struct outcome){true, last->real, 0, 0, 0};
    n->counters.lookups++;
    unsigned half = n->config->assoc_split == HV_SPLIT ? port : 0, ways = n->config->assoc_ways;
    unsigned sets = n->config->assoc_entries / ways, set_number = sets ? page % sets : 0;
    struct line *set = &n->lines[half][set_number * ways];
    struct line *line = find_line(n, set, sets ? ways : 0, n->level, page);
    bool *tree = n->points_right[half][set_number];
    if (line && serves(line, need, only_ram)) {
        n->counters.hits++;
        line->stamp = ++n->now;
        plru_touch(tree, 1, 0, ways, (unsigned)(line - set));
        *last = *line;
        return (struct outcome){true, line->real, 0, 0, 0};
    }
    n->counters.misses++;
    unsigned rights = 0;
    struct outcome outcome = walk(n, page, need, only_ram, &rights);
    if (!outcome.found)
        return outcome;
    if (sets) {
        if (!line)
            line = &set[choose(n, half, set_number, set)];
        *line = make_line(n, n->level, page, outcome.real, rights);
        plru_touch(tree, 1, 0, ways, (unsigned)(line - set));
        n->counters.fills++;
    }
    *last = make_line(n, n->level, page, outcome.real, rights);
    return outcome;
}

static struct outcome naive_access(struct naive *n, unsigned port, uint32_t page, unsigned need, bool only_ram)
{
    unsigned place = place_of_page(n, port, page);
    struct outcome outcome = naive_lookup(n, port, page, need, only_ram, &n->last[port][place]);
    for (; outcome.found && place; place--) {
        struct line used = n->last[port][place];
        n->last[port][place] = n->last[port][place - 1];
        n->last[port][place - 1] = used;
    }
    return outcome;
}

/* ---- flushes: an entry goes if it is of level `from` or above and its VMID begins with the path ---- */

static bool is_child(const struct naive *n, const struct line *line, unsigned from, bool any_vmid, unsigned syllable)
{
    if (!line->valid || line->level < from)
        return false;
    if (any_vmid)
        return true;
    return !memcmp(line->path + 1, n->path + 1, n->level * sizeof n->path[0]) &&
           (!syllable || line->path[n->level + 1] == syllable);
}

static void empty(struct naive *n, unsigned from, bool any_vmid, unsigned syllable)
{
    for (unsigned i = 0; i < 128; i++) {
        struct line *line = &n->lines[i / 64][i % 64];
        if (is_child(n, line, from, any_vmid, syllable)) {
            line->valid = false;
            n->counters.flushed++;
        }
    }
    for (unsigned i = 0; i < 16; i++) {
        if (is_child(n, &n->prefix[i], from, any_vmid, syllable))
            n->prefix[i].valid = false;
    }
}

static void forget_last_pages(struct naive *n)
{
    for (unsigned i = 0; i < 8; i++)
        n->last[i / 4][i % 4].valid = false;
}

static void new_vmid(struct naive *n)
{
    forget_last_pages(n);
    if (n->config->assoc_key == HV_KEY_NONE)
        empty(n, 0, true, 0);
}

static void naive_append(struct naive *n, unsigned syllable)
{
    n->path[++n->level] = syllable;
    if (n->config->assoc_key == HV_KEY_LEVEL && n->held[n->level] != syllable)
        empty(n, n->level, true, 0);
    n->held[n->level] = syllable;
    new_vmid(n);
}

static void naive_fence(struct naive *n, bool all, unsigned syllable)
{
    forget_last_pages(n);
    if (!all && (syllable == 0 || syllable >= 1u << n->config->syllable_bits))
        return;
    if (n->config->assoc_key == HV_KEY_LEVEL) {
        if (all || (n->level < n->config->depth && n->held[n->level + 1] == syllable))
            empty(n, n->level + 1, true, 0);
    } else if (n->config->assoc_key == HV_KEY_VMID) {
        empty(n, n->level + 1, false, all ? 0 : syllable);
    }
}

/* ---- the model, driven in the same way ---- */

static void set_pte(struct naive *n, struct hv_machine *m, unsigned table, unsigned i, uint64_t *seed)
{
    static const uint32_t special[] = {UART_PAGE, CLINT_PAGE, NOTHING_THERE, 0x3fffff};
    uint32_t page = below(seed, 8) ? FIRST_PAGE + below(seed, PAGES) : special[below(seed, 4)];
    uint32_t bits = below(seed, 4) ? 0xcf : random32(seed) & 0x3ff;
    n->pte[table][i] = page << 10 | bits;
    put(m, TABLES + table * HV_PAGE_BYTES + 4 * i, n->pte[table][i]);
}

static void set_level(const struct naive *n, struct hv_machine *m)
{
    struct level level = {.syllable = n->path[n->level]};
    level.map[0] = (struct f_map){.form = HV_FORM_LINEAR, .first = FIRST_PAGE, .bound = PAGES};
    level.map[0].table = TABLES + table_of(n, n->level) * HV_PAGE_BYTES;
    level.map[1] = (struct f_map){.form = HV_FORM_RB, .bound = IO_PAGES};
    hvm_latch(m, &level);
}

static void compare_counters(const struct naive *n, const struct hv_machine *m)
{
    const struct hv_associator_counters *all = &m->counters.associator, *port = m->counters.by_port;
#define ASSOCIATOR_COUNTER(name, hpm, meaning) assert_int_equal(all->name, n->counters.name);
#include "isa/counters.def"
    assert_int_equal(all->hits, port[0].hits + port[1].hits);
    assert_int_equal(all->walk_reads, port[0].walk_reads + port[1].walk_reads);
}

static uint32_t size_for(const struct data_window *window, const struct access_kind *kind)
{
    return kind->access == HV_ACCESS_LOAD ? window->load : window->store;
}

/* A data access: the window used last, or another one, which may be made of this page first if it is a load or store;
 * or hvm_locate has it. */
static bool locate(struct hv_machine *m, const struct access_kind *kind, uint32_t name, uint32_t *real)
{
    const bool plain = kind == &hvm_load || kind == &hvm_store;
    const struct page_window *page = hvm_page_window(m, name);
    bool served = name - m->data.name < size_for(&m->data, kind);
    if (!served && name - page->data.name < size_for(&page->data, kind) &&
        hvm_use_page(m, PORT_DATA, &page->page, page->used)) {
        m->data = page->data;
        served = true;
    }
    served = served || (plain && hvm_look_up_data(m, kind, name));
    hvm_account(m, 0, served);
    if (!served)
        return hvm_locate(m, kind, name, 4, real);
    assert_true(name - m->data.name < size_for(&m->data, kind));
    *real = m->ram_base + m->data.offset + (name - m->data.name);
    return true;
}

/* And a fetch. */
static bool fetch(struct hv_machine *m, uint32_t name, uint32_t *real)
{
    m->live[CTX_PC] = name;
    const bool inside = name - m->fetch.name < m->fetch.size;
    const bool found = inside || hvm_turn_fetch(m, true) || hvm_look_up_code(m) || hvm_fetch_page(m);
    hvm_account(m, 0, 0);
    HVM_COUNT(m, PORT_FETCH, accesses, 1); /* the loop's business */
    *real = m->fetch.real | (name & PAGE_OFFSET);
    return found;
}

static void access_both(struct naive *n, struct hv_machine *m, uint64_t *seed)
{
    static const struct access_kind *const kinds[] = {&hvm_fetch, &hvm_load, &hvm_store, &hvm_load_reserved,
                                                      &hvm_atomic};
    unsigned which = below(seed, 5), port = which ? PORT_DATA : PORT_FETCH;
    const struct access_kind *kind = kinds[which];
    uint32_t page = below(seed, 12) ? FIRST_PAGE + below(seed, PAGES / 2) : below(seed, 2) ? UART_PAGE : NOTHING_THERE;
    uint32_t offset = below(seed, 1024) * 4, real = 0, insn = which ? MARK : 0;
    unsigned need = kind->access == HV_ACCESS_FETCH ? X : kind->access == HV_ACCESS_LOAD ? R : W;
    struct outcome outcome = naive_access(n, port, page, need, which == 0 || which >= 3);
    bool found;
    m->insn = MARK;
    if (which)
        found = locate(m, kind, page << 12 | offset, &real);
    else
        found = fetch(m, page << 12 | offset, &real);
    assert_int_equal(found, outcome.found);
    if (found) {
        assert_int_equal(real, outcome.real << 12 | offset);
    } else {
        assert_true(m->fault.is_vm_fault);
        assert_int_equal(m->fault.cause, outcome.cause | (unsigned)kind->access << 4);
        assert_int_equal(m->fault.address, outcome.argument << 12 | offset);
        assert_int_equal(m->fault.target, outcome.target);
        assert_int_equal(m->fault.insn, insn);
    }
    hvm_count_lookups(m); /* as with the record */
}

static void assert_same_page(const struct last_page *a, const struct last_page *b)
{
    assert_int_equal(a->page, b->page);
    assert_int_equal(a->real, b->real);
    assert_int_equal(a->rights, b->rights);
    assert_int_equal(a->loose, b->loose);
}

/* Open windows answer what the page's last-page register would, and its entry if they note a use there. */
static void check_window(struct hv_machine *m, enum port port, struct last_page page, const uint64_t *used)
{
    bool kept = false;
    for (unsigned i = 0; i < m->config.last_pages; i++) {
        const struct last_page *last = &m->last[port][i];
        if (!last->valid || last->page != page.page)
            continue;
        assert_same_page(last, &page);
        kept = true;
    }
    const struct entry *entry = hvm_associator_find(m, port, page.page);
    const struct half *half = &m->associator.half[port];
    assert_true(used ? entry && used == &half->used[entry - half->entries] : kept);
    assert_true(!used || (entry->real == page.real && entry->rights == page.rights));
}

static void check_data_window(const struct hv_machine *m, const struct data_window *window,
                              const struct last_page *page)
{
    assert_int_equal(window->name, page->page << 12);
    assert_int_equal(window->offset + m->ram_base, page->real << HV_PAGE_BITS);
    assert_int_equal(window->load, page->rights & RIGHT_R ? HV_PAGE_BYTES : 0);
    assert_int_equal(window->store, page->rights & RIGHT_W ? HV_PAGE_BYTES : 0);
}

static void check_windows(struct hv_machine *m)
{
    for (unsigned i = 0; m->level && i < WINDOWS; i++) {
        const struct page_window *data = &m->data_windows[i];
        const struct code_window *code = &m->code_windows[i];
        if (code->fetch.size) {
            check_window(m, PORT_FETCH, code->page, code->used);
            assert_int_equal(code->fetch.name, code->page.page << 12);
            assert_int_equal(code->fetch.real, code->page.real << HV_PAGE_BITS);
        }
        if (!data->data.load && !data->data.store)
            continue;
        check_window(m, PORT_DATA, data->page, data->used);
        check_data_window(m, &data->data, &data->page);
    }
    if (m->level && (m->data.load || m->data.store))
        check_data_window(m, &m->data, &m->last[PORT_DATA][0]);
    if (m->level && m->fetch.size) {
        const struct last_page *last = &m->last[PORT_FETCH][0];
        assert_int_equal(m->fetch.name, last->page << 12);
        assert_int_equal(m->fetch.real, last->real << HV_PAGE_BITS);
    }
}

static void change_vmid(struct naive *n, struct hv_machine *m, uint64_t *seed)
{
    unsigned depth = m->config.depth, running = n->level;
    if (n->level < depth && (n->level == 0 || below(seed, 2))) {
        naive_append(n, 1 + below(seed, 3));
        set_level(n, m);
        hvm_count_flushed(m, running, hvm_associator_appended(m));
    } else {
        n->level = below(seed, running);
        new_vmid(n);
        m->level = n->level;
        m->vmid &= (UINT64_C(1) << n->level * m->config.syllable_bits) - 1;
        hvm_count_flushed(m, running, hvm_associator_cut(m));
    }
    hvm_close_windows(m);
}

static void fence_both(struct naive *n, struct hv_machine *m, uint64_t *seed)
{
    static const uint32_t odd[] = {0, 16, 17, 0x80000001};
    bool all = below(seed, 2);
    uint32_t syllable = below(seed, 4) ? 1 + below(seed, 3) : odd[below(seed, 4)];
    naive_fence(n, all, syllable);
    hvm_count_flushed(m, n->level, hvm_associator_fence(m, all, syllable));
    hvm_close_windows(m);
}

static void compare_run(const struct hv_config *config, uint64_t seed, unsigned operations)
{
    static struct naive fresh, naive;
    struct hv_machine *m = new_machine(config);
    struct naive *n = &naive;
    naive = fresh;
    n->config = &m->config;
    m->code_page_count = 4; /* they are taken from each other */
    n->lfsr[0] = n->lfsr[1] = 0xace1;
    for (unsigned i = 0; i < TABLE_PAGES * PAGES; i++)
        set_pte(n, m, i / PAGES, i % PAGES, &seed);
    for (unsigned i = 0; i < operations; i++) {
        unsigned what = below(&seed, 64);
        if (n->level == 0 || what == 0)
            change_vmid(n, m, &seed);
        else if (what == 1)
            fence_both(n, m, &seed);
        else if (what == 2)
            set_pte(n, m, below(&seed, TABLE_PAGES), below(&seed, PAGES), &seed);
        else if (what == 3) /* as if a table were code */
            hvm_code_page(m, (TABLES - RAM) / HV_PAGE_BYTES + below(&seed, TABLE_PAGES));
        else
            access_both(n, m, &seed);
        compare_counters(n, m);
        check_windows(m);
    }
    assert_true(n->counters.misses > 0 && (n->counters.hits > 0 || config->assoc_entries < 4));
    hv_machine_free(m);
}

static const struct {
    uint32_t entries, ways;
} geometries[] = {{0, 1}, {1, 1}, {2, 2}, {4, 1}, {4, 2}, {6, 3}, {5, 5}, {8, 8}, {12, 3}, {16, 4}, {64, 64}, {64, 8}};
enum { GEOMETRIES = sizeof geometries / sizeof geometries[0] };

static bool has_plru(uint32_t ways)
{
    return (ways & (ways - 1)) == 0;
}

static void every_configuration_agrees(void **state)
{
    static const uint32_t prefixes[] = {0, 1, 4};
    uint64_t seed = 12345;
    (void)state;
    for (unsigned i = 0; i < GEOMETRIES * 4 * 3 * 2 * 3; i++) {
        struct hv_config config = config_of_depth(4);
        config.assoc_entries = geometries[i % GEOMETRIES].entries;
        config.assoc_ways = geometries[i % GEOMETRIES].ways;
        config.assoc_replacement = i / GEOMETRIES % 4;
        config.assoc_key = i / GEOMETRIES / 4 % 3;
        config.assoc_split = i / GEOMETRIES / 12 % 2;
        config.prefix_entries = prefixes[i / GEOMETRIES / 24];
        config.last_pages = 1 + i % 4;
        if (config.assoc_replacement != HV_REPLACEMENT_PLRU || has_plru(config.assoc_ways))
            compare_run(&config, ++seed, 1500);
    }
}

static void eight_levels_of_eight_bits_agree(void **state)
{
    struct hv_config config = config_of_depth(8);
    (void)state;
    config.syllable_bits = 8;
    for (uint32_t key = HV_KEY_NONE; key <= HV_KEY_VMID; key++) {
        config.assoc_key = key;
        compare_run(&config, 77 + key, 20000);
    }
}

/* 65,536 ways: the victim is exact, and nothing takes long. */
static void the_largest_is_exact(void **state)
{
    struct hv_config config = config_of_depth(1);
    enum { WAYS = 65536 };
    config.assoc_entries = config.assoc_ways = WAYS;
    struct hv_machine *m = new_machine(&config);
    (void)state;
    m->level = 1;
    m->levels[1].syllable = 1;
    m->vmid = 1;
    hvm_associator_appended(m);
    for (uint32_t page = 0; page < WAYS; page++)
        hvm_associator_fill(m, PORT_DATA, page, page, RIGHT_R);
    for (uint32_t page = 0; page < WAYS; page += 2)
        hvm_associator_touch(m, PORT_DATA, hvm_associator_find(m, PORT_DATA, page));
    for (uint32_t page = 0; page < WAYS / 2; page++)
        hvm_associator_fill(m, PORT_FETCH, WAYS + page, page, RIGHT_R);
    for (uint32_t page = 0; page < WAYS; page++)
        assert_int_equal(hvm_associator_find(m, PORT_DATA, page) != NULL, page % 2 == 0);
    m->level = 0;
    m->vmid = 0;
    hvm_associator_cut(m);
    assert_int_equal(hvm_associator_fence(m, true, 0), WAYS);
    hv_machine_free(m);
}

/* A set of more ways than are searched for the least used one, against times of use. */
static void a_set_of_many_ways_forgets_the_least_used(void **state)
{
    enum { WAYS = 2 * FEW_WAYS, NAMES = 3 * FEW_WAYS };
    struct hv_config config = config_of_depth(1);
    uint64_t used[NAMES] = {0}, seed = 99; /* 0: not there */
    config.assoc_entries = config.assoc_ways = WAYS;
    struct hv_machine *m = new_machine(&config);
    (void)state;
    for (uint64_t now = 1, count = 0; now < 20000; now++) {
        const uint32_t page = below(&seed, below(&seed, 2) ? NAMES : WAYS / 2);
        uint32_t least = NAMES;
        struct entry *entry = hvm_associator_find(m, PORT_DATA, page);
        assert_int_equal(entry != NULL, used[page] != 0);
        if (entry) {
            hvm_associator_touch(m, PORT_DATA, entry);
        } else if (hvm_associator_fill(m, PORT_DATA, page, page, RIGHT_R) && count++ >= WAYS) {
            for (uint32_t i = 0; i < NAMES; i++)
                least = used[i] && (least == NAMES || used[i] < used[least]) ? i : least;
            used[least] = 0;
        }
        used[page] = now;
    }
    hv_machine_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_of_many_ways_forgets_the_least_used),
        cmocka_unit_test(every_configuration_agrees),
        cmocka_unit_test(eight_levels_of_eight_bits_agree),
        cmocka_unit_test(the_largest_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
