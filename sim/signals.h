/* Signals that end a process, held back while there is something that must not stay behind: a half-built cache entry, a
 * folder of a run. Nothing is caught: after hv_signals_release what has come takes its effect, as if it came then.
 *
 *     struct hv_signals before;
 *     hv_signals_hold(&before);
 *     ... make what is temporary; give up when hv_signals_came() ...
 *     ... remove it ...
 *     hv_signals_release(&before);
 */
#ifndef HV_SIGNALS_H
#define HV_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

struct hv_signals {
    sigset_t mask; /* of before */
};

/* Hold back what would end the process; may be nested. */
void hv_signals_hold(struct hv_signals *before);
void hv_signals_release(const struct hv_signals *before);

/* Has one come that is held back and not ignored? */
bool hv_signals_came(void);

/* Wait until one comes, a child ends, or some 100 ms are over; the first is true. A child's end is noticed at once only
 * if hv_signals_hold was called before it was started. */
bool hv_signals_wait(void);

/* The mask of a program that is started while signals are held. */
void hv_signals_of_child(sigset_t *mask);

#endif
