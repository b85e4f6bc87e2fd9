/* Windows (struct data_window, struct page_window, struct fetch_window), in line where the model's time goes. */
#ifndef HV_WINDOWS_H
#define HV_WINDOWS_H

#include "model/machine_internal.h"

static inline unsigned window_of(uint32_t page)
{
    return page % WINDOWS;
}

/* A resource name is in an open window, and aligned, if without what INSIDE leaves out it is the window's first name.
 */
#define INSIDE(bytes) (~(uint32_t)PAGE_OFFSET | ((bytes)-1))

static inline struct page_window *hvm_page_window(struct hv_machine *m, uint32_t resource)
{
    _Static_assert(sizeof *m->data_windows == 32, "the compiler does not see that it is one shift");
    const uint32_t at = resource >> (HV_PAGE_BITS - 5) & ((WINDOWS - 1) << 5);
    return (struct page_window *)((uint8_t *)m->data_windows + at);
}

static inline void hvm_close_number(struct hv_machine *m, enum port port, unsigned i)
{
    if (port == PORT_FETCH)
        m->fetch_windows[i].size = 0;
    else
        m->data_windows[i].load = m->data_windows[i].store = CLOSED;
}

/* What the last-page register has is to be something else. Its window may have become another page's. */
static inline void hvm_close_window(struct hv_machine *m, enum port port, const struct last_page *last)
{
    const unsigned i = window_of(last->page);
    if ((port == PORT_FETCH ? m->fetch_windows[i].used : m->data_windows[i].used) == &last->used)
        hvm_close_number(m, port, i);
}

/* May there be a window for data accesses by names like this one? Phi has to let all of its page through. */
static inline bool hvm_may_have_window(const struct hv_machine *m, uint32_t name)
{
    const uint32_t start = name - ((name + m->data_base) & PAGE_OFFSET);
    return start + (uint64_t)HV_PAGE_BYTES <= m->data_reach;
}

/* The page that a last-page register of the data port has. False if it is not RAM: there are no windows to devices. */
static inline bool hvm_open_data_window(struct hv_machine *m, struct last_page *last)
{
    const uint32_t first = last->page << HV_PAGE_BITS;
    struct page_window *const window = hvm_page_window(m, first);
    if (!(last->rights & RIGHT_RAM))
        return false;
    window->load = last->rights & RIGHT_R ? first : first | CLOSED;
    window->store = last->rights & RIGHT_W ? first : first | CLOSED;
    window->offset = (last->real << HV_PAGE_BITS) - m->ram_base - first;
    window->used = &last->used;
    return true;
}

/* The loop is to fetch from this page of RAM, whose first process name is `start`, and which at n >= 1 this last-page
 * register has. */
static inline void hvm_open_fetch_window(struct hv_machine *m, uint32_t start, uint32_t real_page,
                                         struct last_page *last)
{
    const unsigned i = window_of((start + m->fetch_base) >> HV_PAGE_BITS);
    const bool whole = start + (uint64_t)HV_PAGE_BYTES <= m->fetch_bound &&
                       !(m->blocks.breakpoint_count && hvm_breakpoint_in(m, start, HV_PAGE_BYTES));
    const uint32_t ram_page = real_page - (m->ram_base >> HV_PAGE_BITS);
    struct decoded *const code = m->blocks.code[ram_page];
    const struct fetch_window window = {.name = start,
                                        .size = whole ? HV_PAGE_BYTES : 0,
                                        .real = real_page << HV_PAGE_BITS,
                                        .code = code ? code : hvm_new_code_page(m, ram_page),
                                        .used = last ? &last->used : NULL};
    m->fetch = window;
    if (!whole)
        return;
    m->fetch_windows[i] = window;
    m->open |= UINT64_C(1) << i;
}

/* The loop goes on at the pc, in another page: false when no window has it. */
static inline bool hvm_turn_fetch(struct hv_machine *m)
{
    const uint32_t pc = m->live[CTX_PC];
    const struct fetch_window *window = &m->fetch_windows[window_of((pc + m->fetch_base) >> HV_PAGE_BITS)];
    if (pc - window->name >= window->size)
        return false;
    if (m->level)
        *window->used = ++m->uses[PORT_FETCH];
    m->fetch = *window;
    return true;
}

#endif
