/* Windows (struct data_window, struct page_window, struct fetch_window), in line where the model's time goes. */
#ifndef HV_WINDOWS_H
#define HV_WINDOWS_H

#include "model/associator.h"

static inline unsigned window_of(uint32_t page)
{
    return page % WINDOWS;
}

static inline struct page_window *hvm_page_window(struct hv_machine *m, uint32_t name)
{
    return &m->data_windows[window_of((name + m->data_base) >> HV_PAGE_BITS)];
}

/* A page of an open window is accessed at n >= 1: what the last-page registers, the associator and its counters make of
 * it, without asking what the window already says. False, and nothing done, when there is more to it: then translate.c
 * does it. Registers that the configuration does not have hold NOWHERE; when others become invalid all windows close.
 */
static inline bool hvm_use_page(struct hv_machine *m, enum port port, const struct last_page *page, uint64_t *used)
{
    struct last_page *last = m->last[port];
    const uint32_t number = (uint32_t)page->page;
    unsigned i = 1;
    if (last[0].page == number)
        return true;
    if (last[1].page != number)
        i = last[2].page == number ? 2 : last[3].page == number ? 3 : MAX_LAST_PAGES;
    if (i == MAX_LAST_PAGES) { /* a lookup that hits */
        i = m->config.last_pages - 1;
        if (!m->quick_lookups || last[i].loose)
            return false;
        m->lookups[port].hits++;
        hvm_note_use(m, used);
    }
    for (; i; i--)
        last[i] = last[i - 1];
    last[0] = *page;
    return true;
}

/* The loop goes on at the pc, in another page: false when no window has it. */
static inline bool hvm_turn_fetch(struct hv_machine *m)
{
    const uint32_t pc = m->live[CTX_PC];
    const struct fetch_window *window = &m->fetch_windows[window_of((pc + m->fetch_base) >> HV_PAGE_BITS)];
    if (pc - window->name >= window->size || (m->level && !hvm_use_page(m, PORT_FETCH, &window->page, window->used)))
        return false;
    m->fetch = *window;
    return true;
}

#endif
