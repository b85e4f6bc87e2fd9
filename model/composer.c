/* From process names to real names: phi once, then f of every level from the top (docs/spec.md, 1,
 * 4, 5.3, 10.2, 10.3). Nothing here has an effect; what is kept of it is in translate.c. */
#include "model/machine_internal.h"

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

bool hvm_phi_active(const struct hv_machine *m, unsigned mode)
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
    _Static_assert(HV_PTE_R == RIGHT_R << 1 && HV_PTE_W == RIGHT_W << 1 && HV_PTE_X == RIGHT_X << 1, "a shift");
    const unsigned dirty = pte & HV_PTE_D ? RIGHT_W : 0, rights = pte >> 1 & (RIGHT_R | RIGHT_X | dirty);
    return RIGHT_RAM | (pte & HV_PTE_A ? rights : 0);
}

static unsigned right_for(unsigned access)
{
    return access == HV_ACCESS_FETCH ? RIGHT_X : access == HV_ACCESS_LOAD ? RIGHT_R : RIGHT_W;
}

/* One read of a pinned table. Returns the VM-fault's cause, or 0. */
static unsigned apply_linear(const struct hv_machine *m, const struct f_map *map, unsigned access, struct walk *walk)
{
    uint32_t distance = walk->page - map->first, in_frame = (1u << map->grain) - 1;
    const uint32_t offset = map->table + (distance >> map->grain) * 4 - m->ram_base, pte = hvm_ram_word(m, offset);
    uint32_t frame = pte >> 10;
    walk->read[walk->reads++] = (struct map_word){offset, pte};
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

/* ---- evaluation without effect ---- */

static unsigned mode_of(const struct hv_machine *m, unsigned access)
{
    return access == HV_ACCESS_FETCH ? m->live[CTX_MODE] : hvm_data_mode(m);
}

bool hv_machine_phi(const struct hv_machine *m, unsigned access, uint32_t *base, uint32_t *bound)
{
    if (!hvm_phi_active(m, mode_of(m, access)))
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
