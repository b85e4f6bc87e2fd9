/* Windows (struct data_window, struct page_window, struct fetch_window), in line where the model's time goes. */
#ifndef HV_WINDOWS_H
#define HV_WINDOWS_H

#include "model/associator.h"

static inline unsigned window_of(uint32_t page)
{
    return page % WINDOWS;
}

/* A data window by its distance in bytes from the first one, which is quickly had from a process name. */
_Static_assert(sizeof(struct page_window) == 1 << WINDOW_BITS, "its distance is a shift of the page");

static inline uint32_t hvm_window_place(const struct hv_machine *m, uint32_t name)
{
    return (name + m->data_base) >> (HV_PAGE_BITS - WINDOW_BITS) & (WINDOWS - 1) << WINDOW_BITS;
}

/* The place comes first in the sum, so that the compiler has the rest in the access. */
static inline struct page_window *hvm_window_at(struct hv_machine *m, uint32_t place)
{
    return (struct page_window *)((uint8_t *)m + place + offsetof(struct hv_machine, data_windows));
}

/* A page of an open window is accessed at n >= 1: what the last-page registers, the associator and its counters make of
 * it, without asking what the window already says. False, and nothing done, when there is more to it: then translate.c
 * does it. Registers that the configuration does not have hold NOWHERE; when others become invalid all windows close.
 */
static inline bool hvm_use_page(struct hv_machine *m, enum port port, const struct last_page *page, uint64_t *used)
{
    struct last_page *const last = m->last[port];
    const uint32_t number = (uint32_t)page->page;
    unsigned i = 1;
    if (last[0].page == number)
        return true;
    if (last[1].page != number) {
        i = last[2].page == number ? 2 : last[3].page == number ? 3 : MAX_LAST_PAGES;
        if (i == MAX_LAST_PAGES) { /* a lookup that hits */
            i = m->config.last_pages - 1;
            if (m->slow_lookups | last[i].loose)
                return false;
            m->lookups[port].hits++;
            hvm_note_use(m, used);
        }
        if (i == 3)
            last[3] = last[2];
        if (i >= 2)
            last[2] = last[1];
    }
    if (i)
        last[1] = last[0];
    last[0] = *page;
    return true;
}

/* The same for a data access to the window at `place`. */
static inline bool hvm_use_window(struct hv_machine *m, uint32_t place)
{
    const struct page_window *window = hvm_window_at(m, place);
    if (m->recent == place)
        return true;
    if (!hvm_use_page(m, PORT_DATA, &window->page, window->used))
        return false;
    m->recent = place;
    return true;
}

/* The loop goes on at the pc, in another page: false when no window has it. */
static inline bool hvm_turn_fetch(struct hv_machine *m, bool nested)
{
    const uint32_t pc = m->live[CTX_PC];
    const struct code_window *window = &m->code_windows[window_of((pc + m->fetch_base) >> HV_PAGE_BITS)];
    if (pc - window->fetch.name >= window->fetch.size ||
        (nested && !hvm_use_page(m, PORT_FETCH, &window->page, window->used)))
        return false;
    m->fetch = window->fetch;
    return true;
}

#endif
