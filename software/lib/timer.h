/*
 * The timer of the CLINT: an interrupt is pending while mtime >= mtimecmp. How
 * fast mtime runs is the machine's affair; a program must not depend on it.
 */
#ifndef TIMER_H
#define TIMER_H

#include <stdint.h>

/* The time now, in ticks. */
uint64_t timer_now(void);

/* The next timer interrupt, `ticks` from now. */
void timer_set(uint32_t ticks);

/* No timer interrupt any more. */
void timer_stop(void);

#endif
