/* Windows (struct data_window, struct page_window, struct fetch_window), in line where the model's time goes. */
#ifndef HV_WINDOWS_H
#define HV_WINDOWS_H

#include "model/associator.h"

static inline unsigned window_of(uint32_t page)
{
    return page % WINDOWS;
}

/* The first process name of the page of `name` for data; false if phi does not let all of that page through. */
static inline bool hvm_data_page_name(const struct hv_machine *m, uint32_t name, uint32_t *start)
{
    *start = name - ((name + m->data_base) & PAGE_OFFSET);
    return *start + (uint64_t)HV_PAGE_BYTES <= m->data_bound;
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

/* The loop goes on at the pc, in another page: false when no window has it. */
static inline bool hvm_turn_fetch(struct hv_machine *m, bool nested)
{
    const uint32_t pc = m->live[CTX_PC];
    const struct code_window *window = &m->code_windows[window_of((pc + m->fetch_base) >> HV_PAGE_BITS)];
    if (pc - window->fetch.name >= window->fetch.size ||
        (nested && !hvm_use_page(m, PORT_FETCH, &window->page, window->used)))
        return false;
    /* In pieces, which the loop then has, and need not wait for. */
    m->fetch.name = window->fetch.name;
    m->fetch.size = HV_PAGE_BYTES;
    m->fetch.real = window->fetch.real;
    m->fetch.code = window->fetch.code;
    return true;
}

static inline void hvm_close_number(struct hv_machine *m, enum port port, unsigned i)
{
    if (port == PORT_FETCH) {
        m->code_windows[i].fetch.size = 0;
        m->code_windows[i].used = NULL;
    } else {
        m->data_windows[i].data.load = m->data_windows[i].data.store = 0;
        m->data_windows[i].used = NULL;
        m->data.load = m->data.store = 0;
    }
}

/* An entry of the associator, which had this page, is to be another one: the windows that note their uses at its place
 * in half.used have it no longer. Which of them do is as good as random, so that nothing branches by it; what is closed
 * already may be closed once more. */
static inline void hvm_close_windows_of(struct hv_machine *m, uint32_t page, const uint64_t *used)
{
    struct code_window *const code = &m->code_windows[window_of(page)];
    struct page_window *const data = &m->data_windows[window_of(page)];
    const uint32_t keep_code = 0u - (code->used != used), keep_data = 0u - (data->used != used);
    code->fetch.size &= keep_code;
    data->data.load &= keep_data;
    data->data.store &= keep_data;
    m->data.load &= keep_data;
    m->data.store &= keep_data;
}

#endif
