/* What is kept of compositions (docs/spec.md, 7): resource names to real names by last-page register, associator or
 * walk; and the accesses of the program, which are translated so. */
#include "model/associator.h"
#include "model/windows.h"

const struct access_kind hvm_fetch = {HV_ACCESS_FETCH, RIGHT_X | RIGHT_RAM, HV_EXC_FETCH_MISALIGNED,
                                      HV_EXC_FETCH_FAULT};
const struct access_kind hvm_load = {HV_ACCESS_LOAD, RIGHT_R, HV_EXC_LOAD_MISALIGNED, HV_EXC_LOAD_FAULT};
const struct access_kind hvm_store = {HV_ACCESS_STORE, RIGHT_W, HV_EXC_STORE_MISALIGNED, HV_EXC_STORE_FAULT};
const struct access_kind hvm_load_reserved = {HV_ACCESS_LOAD, RIGHT_R | RIGHT_RAM, HV_EXC_LOAD_MISALIGNED,
                                              HV_EXC_LOAD_FAULT};
const struct access_kind hvm_atomic = {HV_ACCESS_STORE, RIGHT_W | RIGHT_RAM, HV_EXC_STORE_MISALIGNED,
                                       HV_EXC_STORE_FAULT};

static bool enough(unsigned rights, unsigned need)
{
    return (rights & need) == need;
}

/* ---- last-page registers ---- */

/* The register that has the page, with whatever rights; else the one used longest ago. */
static inline struct last_page *register_for(struct hv_machine *m, enum port port, uint32_t page)
{
    struct last_page *const last = m->last[port], *oldest = last;
    for (unsigned i = 0; i < m->config.last_pages; i++) {
        if (last[i].page == page)
            return &last[i];
        oldest = last[i].used < oldest->used ? &last[i] : oldest;
    }
    return oldest;
}

/* Of `count` registers of a port the one used last for place 0, and so on; empty ones come last. */
const struct last_page *hvm_last_page(const struct last_page *last, unsigned count, unsigned place)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned before = 0;
        for (unsigned k = 0; k < count; k++)
            before += last[k].used > last[i].used || (last[k].used == last[i].used && k < i);
        if (before == place)
            return &last[i];
    }
    return NULL;
}

/* Does the register hold what this access needs? */
static bool serves(const struct last_page *last, uint32_t page, unsigned need)
{
    return last->page == page && enough(last->rights, need);
}

/* It has another page now, or other rights. When it was used is for the caller to note. */
static inline void put_last_page(struct hv_machine *m, enum port port, struct last_page *last, uint32_t page,
                                 uint32_t real, unsigned rights)
{
    hvm_close_window(m, port, last);
    last->page = page;
    last->real = real;
    last->rights = rights;
}

void hvm_empty_last_pages(struct hv_machine *m)
{
    for (enum port port = PORT_FETCH; port < PORTS; port++) {
        for (unsigned i = 0; i < MAX_LAST_PAGES; i++) {
            hvm_close_window(m, port, &m->last[port][i]);
            m->last[port][i] = (struct last_page){.page = NOWHERE};
        }
    }
}

/* ---- lookups ---- */

/* A miss; `entry` is what the associator has of the page, whose rights do not suffice, or NULL. */
static __attribute__((noinline)) bool miss(struct hv_machine *m, enum port port, const struct access_kind *kind,
                                           uint32_t page, struct entry *entry, struct last_page *last)
{
    struct found found;
    if (!hvm_walk(m, port, kind, page, &found))
        return false;
    m->lookups[port].fills += hvm_associator_fill(m, port, entry, page, found.real, found.rights);
    put_last_page(m, port, last, page, found.real, found.rights);
    return true;
}

/* By associator or walk (docs/spec.md, 7), what goes into a last-page register. False if the walk ends in a fault: then
 * nothing has been done, nor counted. */
static inline bool look_up(struct hv_machine *m, enum port port, const struct access_kind *kind, uint32_t page,
                           struct last_page *last)
{
    struct entry *const entry = hvm_associator_find(m, port, page);
    if (!entry || !enough(entry->rights, kind->need))
        return miss(m, port, kind, page, entry, last);
    m->lookups[port].hits++;
    hvm_associator_touch(m, port, entry);
    put_last_page(m, port, last, page, entry->real, entry->rights);
    return true;
}

/* A fault of an explicit access; stores and loads give their instruction word, fetches 0. */
static bool fault_explicit(struct hv_machine *m, const struct access_kind *kind, unsigned cause, unsigned target,
                           uint32_t address)
{
    uint32_t insn = kind->access == HV_ACCESS_FETCH ? 0 : m->insn;
    return hvm_fault_vm(m, target, cause | (unsigned)kind->access << HV_CAUSE_ACCESS_SHIFT, address, insn);
}

/* The VM-fault of an access whose walk ends in one, or whose real name the bus refuses; *reads: of the walk. Returns
 * false. */
static bool fault_of_walk(struct hv_machine *m, const struct access_kind *kind, uint32_t resource, unsigned *reads)
{
    const uint32_t offset = resource & PAGE_OFFSET;
    struct walk walk = {.page = resource >> HV_PAGE_BITS, .rights = RIGHT_ALL};
    const bool walked = hvm_descend(m, m->level, 1, kind->access, &walk);
    *reads = walk.reads;
    if (!walked)
        return fault_explicit(m, kind, walk.cause, walk.level - 1, walk.page << HV_PAGE_BITS | offset);
    return fault_explicit(m, kind, HV_FAULT_INVALID, 0, walk.argument1 << HV_PAGE_BITS | offset);
}

/* A lookup that has failed: it is a miss, and the fault is told. Returns false. */
static __attribute__((noinline)) bool fail(struct hv_machine *m, enum port port, const struct access_kind *kind,
                                           uint32_t resource)
{
    unsigned reads;
    fault_of_walk(m, kind, resource, &reads);
    m->lookups[port].misses++;
    m->lookups[port].walk_reads += reads;
    return false;
}

static void tell_lookup(struct hv_machine *m, const struct access_kind *kind, uint32_t page, bool faulted)
{
    const struct hv_looked_up lookup = {kind->access, page, faulted};
    hvm_count_lookups(m);
    m->blocks.watcher.looked_up(m->blocks.watcher.context, m, &lookup);
}

/* Resource name of the running level to the last-page register that has its page, with something behind it, and is used
 * now. NULL: m->fault. */
static inline struct last_page *translate(struct hv_machine *m, enum port port, const struct access_kind *kind,
                                          uint32_t resource)
{
    const uint32_t page = resource >> HV_PAGE_BITS;
    struct last_page *const last = register_for(m, port, page);
    if (!serves(last, page, kind->need)) {
        const bool there = look_up(m, port, kind, page, last) || fail(m, port, kind, resource);
        if (m->blocks.watcher.looked_up)
            tell_lookup(m, kind, page, !there);
        if (!there)
            return NULL;
    }
    last->used = ++m->uses[port];
    return last;
}

/* What hvm_locate does, for the data accesses that come most often among those that find no window open: aligned, at
 * n >= 1, of RAM, without a fault. The access itself is not counted, nor noted in the last-page register. Afterwards a
 * window has the name. False when it is none of those: then hvm_locate is to be asked, which looks up nothing that has
 * been looked up here. */
bool hvm_turn_windows(struct hv_machine *m, const struct access_kind *kind, uint32_t name, unsigned bytes)
{
    if (name & (bytes - 1) || !hvm_may_have_window(m, name))
        return false;
    const uint32_t page = (name + m->data_base) >> HV_PAGE_BITS;
    struct last_page *const last = register_for(m, PORT_DATA, page);
    if (!serves(last, page, kind->need) && (m->blocks.watcher.looked_up || !look_up(m, PORT_DATA, kind, page, last)))
        return false;
    return hvm_open_data_window(m, last);
}

/* ---- accesses of the program ---- */

/* Real name of a data access: misalignment, phi, f, and whether something is behind it. */
bool hvm_locate(struct hv_machine *m, const struct access_kind *kind, uint32_t name, unsigned bytes, uint32_t *real)
{
    const uint32_t resource = name + m->data_base;
    if (name & (bytes - 1))
        return hvm_fault_exception(m, kind->misaligned, name);
    if (name >= m->data_bound)
        return hvm_fault_exception(m, kind->fault, name);
    if (m->level) {
        HVM_COUNT(m, PORT_DATA, accesses, 1);
        struct last_page *const last = translate(m, PORT_DATA, kind, resource);
        if (!last)
            return false;
        *real = last->real << HV_PAGE_BITS | (resource & PAGE_OFFSET);
        if (hvm_may_have_window(m, name))
            hvm_open_data_window(m, last);
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
    unsigned reads;
    if (!m->level || name >= m->data_bound)
        return hvm_fault_exception(m, kind->fault, name);
    return fault_of_walk(m, kind, name + m->data_base, &reads);
}

/* The page of pc, for the loop. The access itself is counted with the record that it belongs to. False: m->fault, or,
 * with m->stop set, a breakpoint; then nothing has been done. */
bool hvm_fetch_page(struct hv_machine *m)
{
    const uint32_t name = m->live[CTX_PC], resource = name + m->fetch_base;
    struct last_page *last = NULL;
    m->fetch.size = 0;
    if (m->blocks.breakpoint_count && !m->tracing && hvm_breakpoint_in(m, name, 1)) {
        m->stop = HV_STOP_BREAKPOINT;
        return false;
    }
    if (name >= m->fetch_bound)
        return hvm_fault_exception(m, HV_EXC_FETCH_FAULT, name);
    uint32_t real_page = resource >> HV_PAGE_BITS;
    if (m->level) {
        last = translate(m, PORT_FETCH, &hvm_fetch, resource);
        if (!last)
            return false;
        real_page = last->real;
    } else if (hvm_page_kind(m, real_page) != PAGE_RAM) {
        return hvm_fault_exception(m, HV_EXC_FETCH_FAULT, name);
    }
    hvm_open_fetch_window(m, name - (resource & PAGE_OFFSET), real_page, last);
    return true;
}
