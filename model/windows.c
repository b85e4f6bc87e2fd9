/* Windows: what they are is in machine_internal.h. Here they are opened and closed. */
#include "model/windows.h"

#include <string.h>

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

/* ---- close ---- */

/* All windows from which code is fetched: decoded pages are not where they were. */
void hvm_close_fetch_windows(struct hv_machine *m)
{
    for (; m->open; m->open &= m->open - 1)
        hvm_close_number(m, PORT_FETCH, (unsigned)__builtin_ctzll(m->open));
    m->fetch.size = 0;
}

/* phi, the VMID, f or the last-page registers have changed: what the windows knew is void. */
void hvm_close_windows(struct hv_machine *m)
{
    const struct phi fetch = phi_of(m, m->live[CTX_MODE]), data = phi_of(m, hvm_data_mode(m));
    hvm_close_fetch_windows(m);
    for (unsigned i = 0; i < m->config.last_pages; i++)
        hvm_close_window(m, PORT_DATA, &m->last[PORT_DATA][i]);
    m->fetch_base = fetch.base;
    m->fetch_bound = fetch.bound;
    m->data_base = data.base;
    m->data_bound = data.bound;
    m->data_reach = data.base & 3 ? 0 : data.bound;
    if (!m->level)
        open_ram_window(m);
}

/* The machine is another one: nothing of what was kept besides its state is of it. */
void hvm_forget_short_cuts(struct hv_machine *m)
{
    for (unsigned i = 0; i < WINDOWS; i++) {
        hvm_close_number(m, PORT_FETCH, i);
        hvm_close_number(m, PORT_DATA, i);
    }
    memset(m->blocks.walked, 0, WALKS * sizeof *m->blocks.walked);
    hvm_close_windows(m);
}

/* The mode or a CSR has changed, and with them perhaps phi. */
void hvm_phi_changed(struct hv_machine *m)
{
    const struct phi fetch = phi_of(m, m->live[CTX_MODE]), data = phi_of(m, hvm_data_mode(m));
    if (fetch.base != m->fetch_base || fetch.bound != m->fetch_bound || data.base != m->data_base ||
        data.bound != m->data_bound)
        hvm_close_windows(m);
}
