/* Threads that do one thing for many at once: engines that all take the same lookups. */
#ifndef NESTOR_LAB_CREW_H
#define NESTOR_LAB_CREW_H

#include <stdbool.h>
#include <stddef.h>

struct lab_crew;

/* `threads`: how many work, the caller of lab_crew_do included; 0 or 1: only it. NULL when memory or threads run out.
 */
struct lab_crew *lab_crew_new(unsigned threads);
void lab_crew_free(struct lab_crew *crew);

/* task(context, i) for each i below `count`, in any order, each once; returns when all are done. False if one of them
 * returned false. */
typedef bool lab_crew_task(void *context, size_t i);
bool lab_crew_do(struct lab_crew *crew, lab_crew_task *task, void *context, size_t count);

#endif
