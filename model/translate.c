/* What is kept of compositions (docs/spec.md, 7): resource names to real names by last-page register, associator or
 * walk; and the accesses of the program, which are translated so. */
#include "model/walk.h"
#include "model/windows.h"

const struct access_kind hvm_fetch = {HV_ACCESS_FETCH, RIGHT_X | RIGHT_RAM, HV_EXC_FETCH_MISALIGNED,
                                      HV_EXC_FETCH_FAULT};
const struct access_kind hvm_load = {HV_ACCESS_LOAD, RIGHT_R, HV_EXC_LOAD_MISALIGNED, HV_EXC_LOAD_FAULT};
const struct access_kind hvm_store = {HV_ACCESS_STORE, RIGHT_W, HV_EXC_STORE_MISALIGNED, HV_EXC_STORE_FAULT};
const struct access_kind hvm_load_reserved = {HV_ACCESS_LOAD, RIGHT_R | RIGHT_RAM, HV_EXC_LOAD_MISALIGNED,
                                              HV_EXC_LOAD_FAULT};
const struct access_kind hvm_atomic = {HV_ACCESS_STORE, RIGHT_W | RIGHT_RAM, HV_EXC_STORE_MISALIGNED,
                                       HV_EXC_STORE_FAULT};

/* ---- lookups ---- */

/* What a lookup gives: what the last-page register will have, and where the associator has it, NULL if nowhere. */
struct looked_up {
    struct last_page page;
    struct entry *entry;
};

/* By associator or walk (docs/spec.md, 7). False if the walk ends in a fault: then nothing has been done, nor counted.
 */
static inline __attribute__((always_inline)) bool look_up(struct hv_machine *m, enum port port,
                                                          const struct access_kind *kind, uint32_t page,
                                                          struct looked_up *looked_up)
{
    struct entry *entry = hvm_associator_find(m, port, page);
    if (entry && enough(entry->rights, kind->need)) {
        m->lookups[port].hits++;
        hvm_associator_touch(m, port, entry);
        *looked_up = (struct looked_up){hvm_last_page(page, entry->real, entry->rights), entry};
        return true;
    }
    const struct found found = hvm_walk(m, port, kind, page);
    if (!found.rights)
        return false;
    entry = entry ? hvm_associator_refill(m, port, entry, found.real, found.rights)
                  : hvm_associator_fill(m, port, page, found.real, found.rights);
    m->lookups[port].fills += entry != NULL;
    *looked_up = (struct looked_up){hvm_last_page(page, found.real, found.rights), entry};
    return true;
}

/* The same where no time goes. */
static __attribute__((noinline)) bool look_up_calmly(struct hv_machine *m, enum port port,
                                                     const struct access_kind *kind, uint32_t page,
                                                     struct looked_up *looked_up)
{
    return look_up(m, port, kind, page, looked_up);
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
static bool fail(struct hv_machine *m, enum port port, const struct access_kind *kind, uint32_t resource)
{
    unsigned reads;
    fault_of_walk(m, kind, resource, &reads);
    m->lookups[port].misses++;
    m->lookups[port].walk_reads += reads;
    return false;
}

/* ---- last-page registers ---- */

/* The register that has the page, with whatever rights; else the one used longest ago. */
static unsigned place_of(const struct last_page *last, unsigned count, uint32_t page)
{
    unsigned i = 0;
    while (i + 1 < count && !(last[i].valid && last[i].page == page))
        i++;
    return i;
}

static void tell_lookup(struct hv_machine *m, const struct access_kind *kind, uint32_t page, bool faulted)
{
    const struct hv_looked_up lookup = {kind->access, page, faulted};
    hvm_count_lookups(m);
    m->blocks.watcher.looked_up(m->blocks.watcher.context, m, &lookup);
}

/* Register `i` of a port becomes the one used last, and has this page now. */
static inline void use_last_page(struct hv_machine *m, enum port port, unsigned i, struct last_page used)
{
    struct last_page *last = m->last[port];
    if (last[i].loose && last[i].page != used.page)
        hvm_close_window(m, port, last[i].page);
    for (; i; i--)
        last[i] = last[i - 1];
    last[0] = used;
    if (port == PORT_DATA)
        m->data.load = m->data.store = 0;
}

/* Does the register hold what this access needs? */
static bool serves(struct last_page last, uint32_t page, unsigned need)
{
    return last.valid && last.page == page && enough(last.rights, need);
}

/* Resource name of the running level to the last-page register used last, with something behind it; and where the
 * associator has it. */
static bool translate(struct hv_machine *m, enum port port, const struct access_kind *kind, uint32_t resource,
                      struct entry **entry)
{
    const uint32_t page = resource >> HV_PAGE_BITS;
    const unsigned i = place_of(m->last[port], m->config.last_pages, page);
    struct looked_up found = {m->last[port][i], NULL};
    if (serves(found.page, page, kind->need)) {
        found.entry = hvm_associator_find(m, port, page);
    } else {
        const bool there = look_up_calmly(m, port, kind, page, &found) || fail(m, port, kind, resource);
        if (m->blocks.watcher.looked_up)
            tell_lookup(m, kind, page, !there);
        if (!there)
            return false;
    }
    use_last_page(m, port, i, found.page);
    *entry = found.entry;
    return true;
}

/* ---- windows that open in the midst of the loop ---- */

static bool is_last_page(const struct last_page *last, uint32_t page)
{
    return (last[0].page == page) | (last[1].page == page) | (last[2].page == page) | (last[3].page == page);
}

/* What translate does when a register has the page, or had it before it became invalid. */
static __attribute__((noinline)) bool turn_back(struct hv_machine *m, enum port port, const struct access_kind *kind,
                                                uint32_t page, struct entry **entry)
{
    const unsigned i = place_of(m->last[port], m->config.last_pages, page);
    struct looked_up found = {m->last[port][i], NULL};
    if (serves(found.page, page, kind->need))
        found.entry = hvm_associator_find(m, port, page);
    else if (!look_up_calmly(m, port, kind, page, &found))
        return false;
    use_last_page(m, port, i, found.page);
    *entry = found.entry;
    return true;
}

/* What translate does, at n >= 1, when nobody watches and no walk ends in a fault. Else false, and no lookup has been
 * made: then translate is to be asked. */
static inline bool turn(struct hv_machine *m, enum port port, const struct access_kind *kind, uint32_t page,
                        struct entry **entry)
{
    struct looked_up found;
    if (is_last_page(m->last[port], page))
        return turn_back(m, port, kind, page, entry);
    if (!look_up(m, port, kind, page, &found))
        return false;
    use_last_page(m, port, m->config.last_pages - 1, found.page);
    *entry = found.entry;
    return true;
}

/* What hvm_locate does, for the aligned data accesses that come most often among those the windows do not serve: at
 * n >= 1, of RAM, without a fault. The access itself is not counted. Afterwards a window has the name. False when it
 * is none of those: then hvm_locate is to be asked, which looks up nothing that has been looked up here. */
bool hvm_look_up_data(struct hv_machine *m, const struct access_kind *kind, uint32_t name)
{
    uint32_t start;
    struct entry *entry;
    return m->level && !m->slow_lookups && hvm_data_page_name(m, name, &start) &&
           turn(m, PORT_DATA, kind, (name + m->data_base) >> HV_PAGE_BITS, &entry) &&
           hvm_open_data_window(m, start, entry);
}

/* The same for the page of the pc and hvm_fetch_page, but for breakpoints, too. */
bool hvm_look_up_code(struct hv_machine *m)
{
    const uint32_t pc = m->live[CTX_PC], resource = pc + m->fetch_base, start = pc - (resource & PAGE_OFFSET);
    struct entry *entry;
    if (m->slow_lookups || m->blocks.breakpoint_count || start + (uint64_t)HV_PAGE_BYTES > m->fetch_bound ||
        !turn(m, PORT_FETCH, &hvm_fetch, resource >> HV_PAGE_BITS, &entry))
        return false;
    hvm_open_code_window(m, start, m->last[PORT_FETCH][0], entry);
    return true;
}

/* ---- accesses of the program ---- */

/* Real name of a data access: misalignment, phi, f, and whether something is behind it. */
bool hvm_locate(struct hv_machine *m, const struct access_kind *kind, uint32_t name, unsigned bytes, uint32_t *real)
{
    uint32_t resource, start;
    struct entry *entry;
    if (name & (bytes - 1))
        return hvm_fault_exception(m, kind->misaligned, name);
    if (!hvm_phi(m, hvm_data_mode(m), name, &resource))
        return hvm_fault_exception(m, kind->fault, name);
    if (m->level) {
        HVM_COUNT(m, PORT_DATA, accesses, 1);
        if (!translate(m, PORT_DATA, kind, resource, &entry))
            return false;
        *real = (uint32_t)m->last[PORT_DATA][0].real << HV_PAGE_BITS | (resource & PAGE_OFFSET);
        if (hvm_data_page_name(m, name, &start))
            hvm_open_data_window(m, start, entry);
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
    unsigned reads;
    return fault_of_walk(m, kind, resource, &reads);
}

/* The page of pc, for the loop. The access itself is counted with the record that it belongs to. False: m->fault, or,
 * with m->stop set, a breakpoint; then nothing has been done. */
bool hvm_fetch_page(struct hv_machine *m)
{
    uint32_t name = m->live[CTX_PC], resource;
    struct entry *entry = NULL;
    m->fetch.size = 0;
    if (m->blocks.breakpoint_count && !m->tracing && hvm_breakpoint_in(m, name, 1)) {
        m->stop = HV_STOP_BREAKPOINT;
        return false;
    }
    if (!hvm_phi(m, m->live[CTX_MODE], name, &resource))
        return hvm_fault_exception(m, HV_EXC_FETCH_FAULT, name);
    struct last_page page = hvm_last_page(resource >> HV_PAGE_BITS, resource >> HV_PAGE_BITS, 0);
    if (m->level) {
        if (!translate(m, PORT_FETCH, &hvm_fetch, resource, &entry))
            return false;
        page = m->last[PORT_FETCH][0];
    } else if (hvm_page_kind(m, page.page) != PAGE_RAM) {
        return hvm_fault_exception(m, HV_EXC_FETCH_FAULT, name);
    }
    const uint32_t start = name - (resource & PAGE_OFFSET);
    if (start + (uint64_t)HV_PAGE_BYTES <= m->fetch_bound && !hvm_breakpoint_in(m, start, HV_PAGE_BYTES))
        hvm_open_code_window(m, start, page, entry);
    else
        hvm_open_part_of_page(m, start, page);
    return true;
}
