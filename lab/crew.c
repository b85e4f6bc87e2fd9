#include "lab/crew.h"

#include <pthread.h>
#include <stdlib.h>

struct lab_crew {
    pthread_mutex_t lock;
    pthread_cond_t begun, ended; /* there is something to do; nobody does anything any more */
    pthread_t *threads;
    unsigned thread_count;
    /* what is done, under the lock */
    lab_crew_task *task;
    void *context;
    size_t next, count;
    unsigned working;
    bool good, over;
};

/* Take what is left, one by one. The lock is held before and after. */
static void work(struct lab_crew *c)
{
    c->working++;
    while (c->next < c->count) {
        const size_t i = c->next++;
        pthread_mutex_unlock(&c->lock);
        const bool good = c->task(c->context, i);
        pthread_mutex_lock(&c->lock);
        c->good &= good;
    }
    if (--c->working == 0)
        pthread_cond_signal(&c->ended);
}

static void *worker(void *crew)
{
    struct lab_crew *c = crew;
    pthread_mutex_lock(&c->lock);
    while (!c->over) {
        if (c->next < c->count)
            work(c);
        else
            pthread_cond_wait(&c->begun, &c->lock);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

bool lab_crew_do(struct lab_crew *c, lab_crew_task *task, void *context, size_t count)
{
    pthread_mutex_lock(&c->lock);
    c->task = task;
    c->context = context;
    c->next = 0;
    c->count = count;
    c->good = true;
    pthread_cond_broadcast(&c->begun);
    work(c);
    while (c->working)
        pthread_cond_wait(&c->ended, &c->lock);
    const bool good = c->good;
    pthread_mutex_unlock(&c->lock);
    return good;
}

struct lab_crew *lab_crew_new(unsigned threads)
{
    struct lab_crew *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->begun, NULL);
    pthread_cond_init(&c->ended, NULL);
    c->threads = calloc(threads + 1u, sizeof *c->threads);
    while (c->threads && c->thread_count + 1 < threads) {
        if (pthread_create(&c->threads[c->thread_count], NULL, worker, c)) {
            lab_crew_free(c);
            return NULL;
        }
        c->thread_count++;
    }
    if (c->threads)
        return c;
    lab_crew_free(c);
    return NULL;
}

void lab_crew_free(struct lab_crew *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    c->over = true;
    pthread_cond_broadcast(&c->begun);
    pthread_mutex_unlock(&c->lock);
    for (unsigned i = 0; i < c->thread_count; i++)
        pthread_join(c->threads[i], NULL);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->begun);
    pthread_cond_destroy(&c->ended);
    free(c->threads);
    free(c);
}
