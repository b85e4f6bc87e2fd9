/*
 * Traps: a program that expects some gives a handler. The handler gets the
 * frame in which the interrupted registers were saved and returns the frame to
 * resume, the same or another: that is a context switch. It runs on the stack
 * of trap_run's caller or, for trap_install, on a stack of its own.
 *
 * A trap inside the handler is unexpected: the program ends with status 99.
 */
#ifndef TRAP_H
#define TRAP_H

#include <stdint.h>

/* trap.S knows this layout. */
struct trap_frame {
    uint32_t x[32];   /* x[0] is not used */
    uint32_t pc;      /* where to resume: mepc */
    uint32_t mstatus; /* to resume with: MPP and MPIE in it count */
};

typedef struct trap_frame *trap_handler(struct trap_frame *frame, uint32_t cause, uint32_t value);

/* From now on traps of the caller itself go to `handler`; they are saved in a
   frame of the library. */
void trap_install(trap_handler *handler);

/* Resumes `frame`, with traps going to `handler`, until trap_leave. */
void trap_run(struct trap_frame *frame, trap_handler *handler);

/* Called by a handler: makes the last trap_run return. */
_Noreturn void trap_leave(void);

#endif
