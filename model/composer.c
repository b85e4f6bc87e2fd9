/* From process names to real names: phi once, then f of every level from the top (docs/spec.md, 1,
 * 4, 5.3, 7, 10.2, 10.3). Nothing here has an effect but hvm_locate and hvm_fetch_page, which count and
 * fill in associator, prefix memory and last-page registers, and open the windows. */
#include "model/associator.h"

const struct access_kind hvm_fetch = {HV_ACCESS_FETCH, RIGHT_X | RIGHT_RAM, HV_EXC_FETCH_MISALIGNED,
                                      HV_EXC_FETCH_FAULT};
const struct access_kind hvm_load = {HV_ACCESS_LOAD, RIGHT_R, HV_EXC_LOAD_MISALIGNED, HV_EXC_LOAD_FAULT};
const struct access_kind hvm_store = {HV_ACCESS_STORE, RIGHT_W, HV_EXC_STORE_MISALIGNED, HV_EXC_STORE_FAULT};
const struct access_kind hvm_load_reserved = {HV_ACCESS_LOAD, RIGHT_R | RIGHT_RAM, HV_EXC_LOAD_MISALIGNED,
                                              HV_EXC_LOAD_FAULT};
const struct access_kind hvm_atomic = {HV_ACCESS_STORE, RIGHT_W | RIGHT_RAM, HV_EXC_STORE_MISALIGNED,
                                       HV_EXC_STORE_FAULT};

enum page_kind hvm_page_kind(const struct hv_machine *m, uint32_t page)
{
    uint32_t real = page << HV_PAGE_BITS;
    if (real - m->ram_base < m->ram_bytes)
        return PAGE_RAM;
    return hv_config_device_at(&m->config, real) == HV_DEVICE_NONE ? PAGE_NOTHING : PAGE_DEVICE;
}

/* ---- phi ---- */

static unsigned data_mode_of(const uint32_t context[CTX_WORDS])
{
    uint32_t mstatus = context[CTX_MSTATUS];
    if (context[CTX_MODE] == MODE_M && (mstatus & HV_MSTATUS_MPRV))
        return mstatus & HV_MSTATUS_MPP ? MODE_M : MODE_U;
    return context[CTX_MODE];
}

/* The mode whose phi data accesses use. */
unsigned hvm_data_mode(const struct hv_machine *m)
{
    return data_mode_of(m->live);
}

static bool active(const uint32_t context[CTX_WORDS], unsigned mode)
{
    return context[CTX_MPHI] & (mode == MODE_M ? HV_MPHI_M : HV_MPHI_U);
}

static bool phi_active(const struct hv_machine *m, unsigned mode)
{
    return active(m->live, mode);
}

static bool phi(const uint32_t context[CTX_WORDS], unsigned mode, uint32_t name, uint32_t *resource)
{
    *resource = name;
    if (!active(context, mode))
        return true;
    *resource = name + context[CTX_MBASE];
    return name < context[CTX_MBOUND];
}

bool hvm_phi(const struct hv_machine *m, unsigned mode, uint32_t name, uint32_t *resource)
{
    return phi(m->live, mode, name, resource);
}

/* ---- f ---- */

/* Rights of a PTE as they stand; the walk denies by them. */
static unsigned pte_rights(uint32_t pte)
{
    unsigned rights = RIGHT_RAM;
    if (!(pte & HV_PTE_A))
        return rights;
    rights |= pte & HV_PTE_R ? RIGHT_R : 0;
    rights |= (pte & HV_PTE_W) && (pte & HV_PTE_D) ? RIGHT_W : 0;
    rights |= pte & HV_PTE_X ? RIGHT_X : 0;
    return rights;
}

static unsigned right_for(unsigned access)
{
    return access == HV_ACCESS_FETCH ? RIGHT_X : access == HV_ACCESS_LOAD ? RIGHT_R : RIGHT_W;
}

/* One read of a pinned table. Returns the VM-fault's cause, or 0. */
static unsigned apply_linear(const struct hv_machine *m, const struct f_map *map, unsigned access, struct walk *walk)
{
    uint32_t distance = walk->page - map->first, in_frame = (1u << map->grain) - 1;
    uint32_t pte = hvm_ram_word(m, map->table + (distance >> map->grain) * 4 - m->ram_base);
    uint32_t frame = pte >> 10;
    walk->reads++;
    if (!(pte & HV_PTE_V))
        return HV_FAULT_MISSING;
    if ((!(pte & HV_PTE_R) && (pte & HV_PTE_W)) || frame >> 20 || (!(pte & HV_PTE_S) && (frame & in_frame)))
        return HV_FAULT_INVALID;
    if ((pte & HV_PTE_S) && ((distance ^ frame) & in_frame))
        return HV_FAULT_MISSING;
    if (!(pte_rights(pte) & right_for(access)))
        return HV_FAULT_DENIED;
    walk->rights &= pte_rights(pte);
    walk->page = (frame & ~in_frame) + (distance & in_frame);
    return 0;
}

/* f of one level: the memory map's value, else the I/O map's. Returns the VM-fault's cause, or 0. */
static unsigned apply_f(const struct hv_machine *m, const struct level *level, unsigned access, struct walk *walk)
{
    for (unsigned i = 0; i < 2; i++) {
        const struct f_map *map = &level->map[i];
        uint32_t distance = walk->page - map->first;
        if (map->form == HV_FORM_NONE || walk->page < map->first || distance >= map->bound)
            continue;
        if (map->form == HV_FORM_LINEAR)
            return apply_linear(m, map, access, walk);
        walk->page = (map->base + distance) & 0xfffff;
        return 0;
    }
    return HV_FAULT_MISSING;
}

/* f of levels `from` down to `to`, from the top. */
bool hvm_descend(const struct hv_machine *m, unsigned from, unsigned to, unsigned access, struct walk *walk)
{
    for (unsigned level = from; level >= to && level; level--) {
        if (level == 1)
            walk->argument1 = walk->page;
        walk->cause = apply_f(m, &m->levels[level], access, walk);
        walk->level = level;
        if (walk->cause)
            return false;
    }
    return true;
}

/* ---- translation with associator ---- */

static bool enough(unsigned rights, unsigned need)
{
    return (rights & need) == need;
}

/* Levels n-1..1: the prefix memory's answer, or the walk goes on and fills it. */
static bool walk_prefix(struct hv_machine *m, enum port port, const struct access_kind *kind, struct walk *walk)
{
    unsigned first_rights = walk->rights;
    uint32_t page = walk->page;
    struct prefix_entry *entry = hvm_prefix_find(m, page);
    if (entry && enough(entry->rights, kind->need)) {
        HVM_COUNT(m, port, prefix_hits, 1);
        walk->page = entry->real;
        walk->rights &= entry->rights;
        return true;
    }
    walk->rights = RIGHT_ALL;
    if (!hvm_descend(m, m->level - 1, 1, kind->access, walk))
        return false;
    enum page_kind real_kind = hvm_page_kind(m, walk->page);
    if (real_kind != PAGE_RAM)
        walk->rights &= ~(unsigned)RIGHT_RAM;
    if (real_kind != PAGE_NOTHING && enough(walk->rights, kind->need))
        hvm_prefix_fill(m, page, walk->page, walk->rights);
    walk->rights &= first_rights;
    return true;
}

/* The walk of a miss, up to the real page and the rights that all levels grant. */
static bool walk_all(struct hv_machine *m, enum port port, const struct access_kind *kind, struct walk *walk)
{
    unsigned n = m->level;
    if (n < 2 || !m->config.prefix_entries)
        return hvm_descend(m, n, 1, kind->access, walk);
    return hvm_descend(m, n, n, kind->access, walk) && walk_prefix(m, port, kind, walk);
}

/* A fault of an explicit access; stores and loads give their instruction word, fetches 0. */
static bool fault_explicit(struct hv_machine *m, const struct access_kind *kind, unsigned cause, unsigned target,
                           uint32_t address)
{
    uint32_t insn = kind->access == HV_ACCESS_FETCH ? 0 : m->insn;
    return hvm_fault_vm(m, target, cause | (unsigned)kind->access << HV_CAUSE_ACCESS_SHIFT, address, insn);
}

/* What a walk has found fills the associator, and a last-page register. */
static struct last_page keep_walk(struct hv_machine *m, enum port port, uint32_t page, const struct walk *walk,
                                  enum page_kind real_kind)
{
    const unsigned rights = real_kind == PAGE_RAM ? walk->rights : walk->rights & ~(unsigned)RIGHT_RAM;
    if (hvm_associator_fill(m, port, page, walk->page, rights))
        HVM_COUNT(m, port, fills, 1);
    return (struct last_page){page, walk->page, (uint8_t)rights, true};
}

/* Resource name to the last-page register `last`, by associator or walk (docs/spec.md, 7). */
static bool look_up(struct hv_machine *m, enum port port, const struct access_kind *kind, uint32_t resource,
                    struct last_page *last)
{
    uint32_t page = resource >> HV_PAGE_BITS, offset = resource & PAGE_OFFSET;
    struct entry *entry = hvm_associator_find(m, port, page);
    HVM_COUNT(m, port, lookups, 1);
    if (entry && enough(entry->rights, kind->need)) {
        HVM_COUNT(m, port, hits, 1);
        hvm_associator_touch(m, port, entry);
        *last = (struct last_page){page, entry->real, entry->rights, true};
        return true;
    }
    HVM_COUNT(m, port, misses, 1);
    struct walk walk = {.page = page, .rights = RIGHT_ALL};
    bool found = walk_all(m, port, kind, &walk);
    HVM_COUNT(m, port, walk_reads, walk.reads);
    if (!found)
        return fault_explicit(m, kind, walk.cause, walk.level - 1, walk.page << HV_PAGE_BITS | offset);
    enum page_kind real_kind = hvm_page_kind(m, walk.page);
    if (real_kind == PAGE_NOTHING || (real_kind != PAGE_RAM && (kind->need & RIGHT_RAM)))
        return fault_explicit(m, kind, HV_FAULT_INVALID, 0, walk.argument1 << HV_PAGE_BITS | offset);
    *last = keep_walk(m, port, page, &walk, real_kind);
    return true;
}

/* The register that has the page, with whatever rights; else the one used longest ago. */
static unsigned place_of(const struct last_page *last, unsigned count, uint32_t page)
{
    unsigned i = 0;
    while (i + 1 < count && !(last[i].valid && last[i].page == page))
        i++;
    return i;
}

static void tell_lookup(const struct hv_machine *m, const struct access_kind *kind, uint32_t page, bool faulted)
{
    const struct hv_looked_up lookup = {kind->access, page, faulted};
    m->blocks.watcher.looked_up(m->blocks.watcher.context, m, &lookup);
}

/* Register `i` of a port becomes the one used last. */
static inline void use_last_page(struct last_page *last, unsigned i, struct last_page used)
{
    for (; i; i--)
        last[i] = last[i - 1];
    last[0] = used;
}

/* Resource name of the running level to real name, with something behind it. */
static bool translate(struct hv_machine *m, enum port port, const struct access_kind *kind, uint32_t resource,
                      uint32_t *real)
{
    struct last_page *last = m->last[port];
    uint32_t page = resource >> HV_PAGE_BITS;
    unsigned i = place_of(last, m->config.last_pages, page);
    if (!last[i].valid || last[i].page != page || !enough(last[i].rights, kind->need)) {
        const bool found = look_up(m, port, kind, resource, &last[i]);
        if (m->blocks.watcher.looked_up)
            tell_lookup(m, kind, page, !found);
        if (!found)
            return false;
    }
    use_last_page(last, i, last[i]);
    *real = last[0].real << HV_PAGE_BITS | (resource & PAGE_OFFSET);
    return true;
}

/* ---- windows ---- */

/* At n = 0 all of RAM that phi reaches without a wrap. */
static void open_ram_windows(struct hv_machine *m)
{
    uint32_t name = m->ram_base, offset = 0, size = m->ram_bytes;
    if (phi_active(m, hvm_data_mode(m))) {
        uint32_t base = m->live[CTX_MBASE], bound = m->live[CTX_MBOUND];
        name = m->ram_base - base;
        if (base - m->ram_base < m->ram_bytes) { /* name 0 is inside RAM */
            name = 0;
            offset = base - m->ram_base;
            size -= offset;
        }
        uint32_t reach = name < bound ? bound - name : 0;
        size = size < reach ? size : reach;
    }
    m->data = (struct data_window){name, offset, size, size};
}

/* mode, phi, f or the last-page registers have changed: what the windows knew is void. */
void hvm_close_windows(struct hv_machine *m)
{
    const bool phi = phi_active(m, hvm_data_mode(m));
    m->fetch.size = 0;
    m->data.load = m->data.store = 0;
    m->data_base = phi ? m->live[CTX_MBASE] : 0;
    m->data_bound = phi ? m->live[CTX_MBOUND] : UINT64_C(1) << 32;
    if (!m->level)
        open_ram_windows(m);
}

/* The process name of the page that `resource` is in, if phi lets all of that page through. */
static bool page_name(const struct hv_machine *m, unsigned mode, uint32_t name, uint32_t resource, uint32_t *start)
{
    *start = name - (resource & PAGE_OFFSET);
    if (!phi_active(m, mode))
        return true;
    uint32_t bound = m->live[CTX_MBOUND];
    return *start < bound && bound - *start >= HV_PAGE_BYTES;
}

/* The first process name of the page of `name` for data, if phi lets all of that page through. */
static inline bool data_page_name(const struct hv_machine *m, uint32_t name, uint32_t *start)
{
    *start = name - ((name + m->data_base) & PAGE_OFFSET);
    return *start + (uint64_t)HV_PAGE_BYTES <= m->data_bound;
}

/* At n >= 1 the page of the data port's last-page register used last, as far as it has the rights. */
static inline void open_page_windows(struct hv_machine *m, uint32_t start)
{
    const struct last_page *last = m->last[PORT_DATA];
    m->data.name = start;
    m->data.offset = (last->real << HV_PAGE_BITS) - m->ram_base;
    m->data.load = last->rights & RIGHT_R ? HV_PAGE_BYTES : 0;
    m->data.store = last->rights & RIGHT_W ? HV_PAGE_BYTES : 0;
}

static void reopen_windows(struct hv_machine *m, uint32_t name)
{
    uint32_t start;
    if (data_page_name(m, name, &start) && (m->last[PORT_DATA]->rights & RIGHT_RAM))
        open_page_windows(m, start);
    else
        m->data.load = m->data.store = 0;
}

/* Look a page up for a load or store; false, and nothing done, when that ends in a fault. */
static bool look_up_quietly(struct hv_machine *m, const struct access_kind *kind, uint32_t page,
                            struct last_page *found)
{
    struct entry *entry = hvm_associator_find(m, PORT_DATA, page);
    if (entry && enough(entry->rights, kind->need)) {
        m->turned_hits++;
        hvm_associator_touch(m, PORT_DATA, entry);
        *found = (struct last_page){page, entry->real, entry->rights, true};
        return true;
    }
    struct walk walk = {.page = page, .rights = RIGHT_ALL};
    if (!walk_all(m, PORT_DATA, kind, &walk)) /* without effect then */
        return false;
    const enum page_kind real_kind = hvm_page_kind(m, walk.page);
    if (real_kind == PAGE_NOTHING) /* and is in no prefix entry */
        return false;
    HVM_COUNT(m, PORT_DATA, lookups, 1);
    HVM_COUNT(m, PORT_DATA, misses, 1);
    HVM_COUNT(m, PORT_DATA, walk_reads, walk.reads);
    *found = keep_walk(m, PORT_DATA, page, &walk, real_kind);
    return true;
}

/* What hvm_locate does, for the aligned data accesses that come most often among those the windows do not serve: at
 * n >= 1, of RAM, without a fault. The access itself is not counted. Afterwards the window has the name. False when it
 * is none of those: then hvm_locate is to be asked, which looks up nothing that has been looked up here. */
bool hvm_turn_windows(struct hv_machine *m, const struct access_kind *kind, uint32_t name)
{
    uint32_t start;
    if (!m->level || !data_page_name(m, name, &start))
        return false;
    const uint32_t page = (name + m->data_base) >> HV_PAGE_BITS;
    struct last_page *last = m->last[PORT_DATA];
    const unsigned i = place_of(last, m->config.last_pages, page);
    struct last_page used = last[i];
    if ((!used.valid || used.page != page || !enough(used.rights, kind->need)) &&
        (m->blocks.watcher.looked_up || !look_up_quietly(m, kind, page, &used)))
        return false;
    use_last_page(last, i, used);
    if (used.rights & RIGHT_RAM)
        open_page_windows(m, start);
    else
        m->data.load = m->data.store = 0;
    return used.rights & RIGHT_RAM;
}

/* ---- accesses of the program ---- */

/* Real name of a data access: misalignment, phi, f, and whether something is behind it. */
bool hvm_locate(struct hv_machine *m, const struct access_kind *kind, uint32_t name, unsigned bytes, uint32_t *real)
{
    uint32_t resource;
    if (name & (bytes - 1))
        return hvm_fault_exception(m, kind->misaligned, name);
    if (!hvm_phi(m, hvm_data_mode(m), name, &resource))
        return hvm_fault_exception(m, kind->fault, name);
    if (m->level) {
        HVM_COUNT(m, PORT_DATA, accesses, 1);
        if (!translate(m, PORT_DATA, kind, resource, real))
            return false;
        reopen_windows(m, name);
        return true;
    }
    *real = resource;
    enum page_kind real_kind = hvm_page_kind(m, resource >> HV_PAGE_BITS);
    if (real_kind == PAGE_NOTHING || (real_kind == PAGE_DEVICE && (kind->need & RIGHT_RAM)))
        return hvm_fault_exception(m, kind->fault, name);
    return true;
}

/* The bus has ended the data access of this process name, which hvm_locate has let through, with err (10.13.4). What a
 * composition remembers does not tell f_s1's argument: f is evaluated once more. Returns false. */
bool hvm_refused(struct hv_machine *m, const struct access_kind *kind, uint32_t name)
{
    uint32_t resource;
    if (!m->level || !hvm_phi(m, hvm_data_mode(m), name, &resource))
        return hvm_fault_exception(m, kind->fault, name);
    uint32_t offset = resource & PAGE_OFFSET;
    struct walk walk = {.page = resource >> HV_PAGE_BITS, .rights = RIGHT_ALL};
    if (!hvm_descend(m, m->level, 1, kind->access, &walk))
        return fault_explicit(m, kind, walk.cause, walk.level - 1, walk.page << HV_PAGE_BITS | offset);
    return fault_explicit(m, kind, HV_FAULT_INVALID, 0, walk.argument1 << HV_PAGE_BITS | offset);
}

/* The page of pc, for the loop. The access itself is counted with the record that it belongs to. False: m->fault, or,
 * with m->stop set, a breakpoint; then nothing has been done. */
bool hvm_fetch_page(struct hv_machine *m)
{
    uint32_t name = m->live[CTX_PC], resource, real;
    m->fetch.size = 0;
    if (m->blocks.breakpoint_count && !m->tracing && hvm_breakpoint_in(m, name, 1)) {
        m->stop = HV_STOP_BREAKPOINT;
        return false;
    }
    if (!hvm_phi(m, m->live[CTX_MODE], name, &resource))
        return hvm_fault_exception(m, HV_EXC_FETCH_FAULT, name);
    real = resource;
    if (m->level) {
        if (!translate(m, PORT_FETCH, &hvm_fetch, resource, &real))
            return false;
    } else if (hvm_page_kind(m, resource >> HV_PAGE_BITS) != PAGE_RAM) {
        return hvm_fault_exception(m, HV_EXC_FETCH_FAULT, name);
    }
    m->fetch.real = real & ~(uint32_t)PAGE_OFFSET;
    m->fetch.code = hvm_code_page(m, (real - m->ram_base) >> HV_PAGE_BITS);
    if (page_name(m, m->live[CTX_MODE], name, resource, &m->fetch.name) &&
        !(m->blocks.breakpoint_count && hvm_breakpoint_in(m, m->fetch.name, HV_PAGE_BYTES)))
        m->fetch.size = HV_PAGE_BYTES;
    return true;
}

/* ---- evaluation without effect ---- */

static unsigned mode_of(const struct hv_machine *m, unsigned access)
{
    return access == HV_ACCESS_FETCH ? m->live[CTX_MODE] : hvm_data_mode(m);
}

bool hv_machine_phi(const struct hv_machine *m, unsigned access, uint32_t *base, uint32_t *bound)
{
    if (!phi_active(m, mode_of(m, access)))
        return false;
    *base = m->live[CTX_MBASE];
    *bound = m->live[CTX_MBOUND];
    return true;
}

bool hv_machine_evaluate(const struct hv_machine *m, uint32_t name, unsigned access, uint32_t *real,
                         uint32_t steps[HV_MAX_DEPTH + 1], unsigned *count)
{
    unsigned known = 0;
    uint32_t resource, names[HV_MAX_DEPTH + 1] = {0};
    struct walk walk = {.rights = RIGHT_ALL};
    bool found = hvm_phi(m, mode_of(m, access), name, &resource);
    walk.page = resource >> HV_PAGE_BITS;
    if (found)
        names[known++] = resource;
    for (unsigned level = m->level; found && level; level--) {
        found = hvm_descend(m, level, level, access, &walk);
        if (found)
            names[known++] = walk.page << HV_PAGE_BITS | (resource & PAGE_OFFSET);
    }
    for (unsigned i = 0; steps && i < known; i++)
        steps[i] = names[i];
    if (count)
        *count = known;
    enum page_kind real_kind = hvm_page_kind(m, walk.page);
    if (!found || real_kind == PAGE_NOTHING || (real_kind == PAGE_DEVICE && access == HV_ACCESS_FETCH))
        return false;
    *real = names[known - 1];
    return true;
}

bool hv_machine_locate(const struct hv_machine *m, unsigned level, bool process, uint32_t name, unsigned access,
                       uint32_t *real)
{
    uint32_t context[CTX_WORDS], resource = name;
    if (level > m->level)
        return false;
    hvm_context_of(m, level, context);
    const unsigned mode = access == HV_ACCESS_FETCH ? context[CTX_MODE] : data_mode_of(context);
    if (process && !phi(context, mode, name, &resource))
        return false;
    struct walk walk = {.page = resource >> HV_PAGE_BITS, .rights = RIGHT_ALL};
    if (!hvm_descend(m, level, 1, access, &walk))
        return false;
    const enum page_kind kind = hvm_page_kind(m, walk.page);
    if (kind == PAGE_NOTHING || (kind == PAGE_DEVICE && access == HV_ACCESS_FETCH))
        return false;
    *real = walk.page << HV_PAGE_BITS | (resource & PAGE_OFFSET);
    return true;
}

unsigned hv_machine_compose(const struct hv_machine *m, unsigned level, uint32_t page, uint32_t *real)
{
    static const unsigned accesses[] = {HV_ACCESS_FETCH, HV_ACCESS_LOAD, HV_ACCESS_STORE};
    unsigned granted = 0;
    for (unsigned i = 0; i < 3; i++) {
        struct walk walk = {.page = page, .rights = RIGHT_ALL};
        if (!hvm_descend(m, level, 1, accesses[i], &walk))
            continue;
        const enum page_kind kind = hvm_page_kind(m, walk.page);
        if (kind == PAGE_NOTHING || (kind == PAGE_DEVICE && accesses[i] == HV_ACCESS_FETCH))
            continue;
        granted |= 1u << accesses[i];
        *real = walk.page;
    }
    return granted;
}

void hv_machine_walk(const struct hv_machine *m, unsigned n, unsigned access, uint32_t page, struct hv_walk *out)
{
    struct walk walk = {.page = page, .rights = RIGHT_ALL};
    *out = (struct hv_walk){0};
    bool found = hvm_descend(m, n, n, access, &walk);
    out->top_reads = (uint8_t)walk.reads;
    if (!found)
        return;
    out->top_rights = n ? (uint8_t)walk.rights : 0;
    out->below = walk.page;
    walk = (struct walk){.page = out->below, .rights = RIGHT_ALL};
    found = n < 2 || hvm_descend(m, n - 1, 1, access, &walk);
    out->below_reads = (uint8_t)walk.reads;
    const enum page_kind kind = found ? hvm_page_kind(m, walk.page) : PAGE_NOTHING;
    if (kind == PAGE_NOTHING)
        return;
    out->real = walk.page;
    out->below_rights = (uint8_t)(kind == PAGE_RAM ? walk.rights : walk.rights & ~(unsigned)RIGHT_RAM);
}
