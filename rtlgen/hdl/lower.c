/*
 * Lowering: a simplified copy of every module, with marks of what is needed.
 *
 * A copy is made with the facts that are known; it may reveal new ones; so copies are made until there
 * are none. What is not needed then is out of consideration, which may reveal facts again. Facts
 * only grow, so this ends.
 */
#include "hdl_internal.h"

bool lower(design *d)
{
    if (hdl_check(d) != 0)
        return false;
    if (d->lowered_at == d->changes)
        return true;
    d->in_pass = true;
    for (uint32_t i = 0; i < d->n_modules; i++) {
        module *m = d->modules[i];
        m->facts = arena_alloc(&d->work, m->n_symbols * sizeof *m->facts);
        m->is_stale = true;
        for (uint32_t j = 0; j < m->n_memories; j++)
            m->memories[j].reads_zero = false;
    }
    do {
        do {
            for (uint32_t i = 0; i < d->n_modules; i++)
                if (d->modules[i]->is_stale)
                    lower_module(d->modules[i]);
        } while (learn_facts(d));
        mark_live(d);
    } while (learn_inputs(d, true));
    d->in_pass = false;
    d->lowered_at = d->changes;
    return true;
}
