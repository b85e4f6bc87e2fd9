/* Windows: what they are is in machine_internal.h. Here they are opened and closed. */
#include "model/windows.h"

/* ---- phi ---- */

/* At n = 0 all of RAM that phi reaches without a wrap. */
static void open_ram_window(struct hv_machine *m)
{
    uint32_t name = m->ram_base, offset = 0, size = m->ram_bytes;
    if (hvm_phi_active(m, hvm_data_mode(m))) {
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

struct phi {
    uint32_t base;
    uint64_t bound;
};

static struct phi phi_of(const struct hv_machine *m, unsigned mode)
{
    if (hvm_phi_active(m, mode))
        return (struct phi){m->live[CTX_MBASE], m->live[CTX_MBOUND]};
    return (struct phi){0, UINT64_C(1) << 32};
}

/* ---- open ---- */

/* Where the associator notes a use of the page, if that is all that is to be noted and the entry says the same as the
 * register; else NULL, and the page's window stays only as long as the register has it. */
static uint64_t *place_of_use(const struct hv_machine *m, enum port port, struct last_page page,
                              const struct entry *entry)
{
    const bool same = entry && entry->real == page.real && entry->rights == page.rights;
    const struct half *half = &m->associator.half[port];
    return same && m->associator.timed ? &half->used[entry - half->entries] : NULL;
}

/* The page of the data port's last-page register used last, whose first process name is `start`; `entry` is where the
 * associator has it, or NULL. False if it is not RAM: there are no windows to devices. */
bool hvm_open_data_window(struct hv_machine *m, uint32_t start, const struct entry *entry)
{
    struct last_page page = m->last[PORT_DATA][0];
    const unsigned i = window_of((uint32_t)page.page);
    struct page_window *window = &m->data_windows[i];
    if (!(page.rights & RIGHT_RAM))
        return false;
    window->used = place_of_use(m, PORT_DATA, page, entry);
    page.loose = !window->used;
    window->page = m->last[PORT_DATA][0] = page;
    m->open[PORT_DATA] |= UINT64_C(1) << i;
    /* Both from here: a copy of the one would wait for its pieces. */
    window->data.name = m->data.name = start;
    window->data.offset = m->data.offset = ((uint32_t)page.real << HV_PAGE_BITS) - m->ram_base;
    window->data.load = m->data.load = page.rights & RIGHT_R ? HV_PAGE_BYTES : 0;
    window->data.store = m->data.store = page.rights & RIGHT_W ? HV_PAGE_BYTES : 0;
    return true;
}

/* The loop is to fetch from this page of RAM, whose first process name is `start`, and all of which phi lets through.
 * At n >= 1 it is that of the fetch port's last-page register used last; `entry` see hvm_open_data_window. */
void hvm_open_code_window(struct hv_machine *m, uint32_t start, struct last_page page, const struct entry *entry)
{
    const unsigned i = window_of((uint32_t)page.page);
    struct code_window *const window = &m->code_windows[i];
    struct decoded *const code = hvm_code_page(m, (uint32_t)page.real - (m->ram_base >> HV_PAGE_BITS));
    if (m->level) {
        window->used = place_of_use(m, PORT_FETCH, page, entry);
        page.loose = !window->used;
        m->last[PORT_FETCH][0] = page;
    }
    window->page = page;
    window->fetch.name = m->fetch.name = start;
    window->fetch.size = m->fetch.size = HV_PAGE_BYTES;
    window->fetch.real = m->fetch.real = (uint32_t)page.real << HV_PAGE_BITS;
    window->fetch.code = m->fetch.code = code;
    m->open[PORT_FETCH] |= UINT64_C(1) << i;
}

/* The loop is to fetch one instruction from this page. */
void hvm_open_part_of_page(struct hv_machine *m, uint32_t start, struct last_page page)
{
    m->fetch.name = start;
    m->fetch.size = 0;
    m->fetch.real = (uint32_t)page.real << HV_PAGE_BITS;
    m->fetch.code = hvm_code_page(m, (uint32_t)page.real - (m->ram_base >> HV_PAGE_BITS));
}

/* ---- close ---- */

/* The window that is open while a last-page register has this page: the register is to have another one. */
void hvm_close_window(struct hv_machine *m, enum port port, uint32_t page)
{
    const unsigned i = window_of(page);
    const struct last_page *open = port == PORT_FETCH ? &m->code_windows[i].page : &m->data_windows[i].page;
    if (open->page == page)
        hvm_close_number(m, port, i);
}

/* All windows from which code is fetched: decoded pages are not where they were. */
void hvm_close_fetch_windows(struct hv_machine *m)
{
    for (uint64_t open = m->open[PORT_FETCH]; open; open &= open - 1)
        hvm_close_number(m, PORT_FETCH, (unsigned)__builtin_ctzll(open));
    m->open[PORT_FETCH] = 0;
    m->fetch.size = 0;
}

/* phi, the VMID, f or the last-page registers have changed: what the windows knew is void. */
void hvm_close_windows(struct hv_machine *m)
{
    const struct phi fetch = phi_of(m, m->live[CTX_MODE]), data = phi_of(m, hvm_data_mode(m));
    hvm_close_fetch_windows(m);
    for (uint64_t open = m->open[PORT_DATA]; open; open &= open - 1)
        hvm_close_number(m, PORT_DATA, (unsigned)__builtin_ctzll(open));
    m->open[PORT_DATA] = 0;
    m->data = (struct data_window){0};
    m->fetch_base = fetch.base;
    m->fetch_bound = fetch.bound;
    m->data_base = data.base;
    m->data_bound = data.bound;
    m->slow_lookups = m->blocks.watcher.looked_up != NULL;
    if (!m->level)
        open_ram_window(m);
}

/* The mode or a CSR has changed, and with them perhaps phi. */
void hvm_phi_changed(struct hv_machine *m)
{
    const struct phi fetch = phi_of(m, m->live[CTX_MODE]), data = phi_of(m, hvm_data_mode(m));
    if (fetch.base != m->fetch_base || fetch.bound != m->fetch_bound || data.base != m->data_base ||
        data.bound != m->data_bound)
        hvm_close_windows(m);
}
