/* Snapshots: a copy of the state and of the contents of what hangs on it. Decoded pages are not state. */
#include "model/machine_internal.h"

#include <stdlib.h>
#include <string.h>

struct hv_snapshot {
    struct hv_machine state; /* its blocks and its associator's block are this snapshot's own */
};

static bool copy_output(struct uart_output *to, const struct uart_output *from)
{
    size_t waiting = from->end - from->first;
    if (waiting > to->capacity) {
        uint8_t *bytes = realloc(to->bytes, waiting);
        if (!bytes)
            return false;
        to->bytes = bytes;
        to->capacity = waiting;
    }
    if (waiting)
        memcpy(to->bytes, from->bytes + from->first, waiting);
    to->first = 0;
    to->end = waiting;
    return true;
}

/* All but the decoded pages. False, with `to` as it was, when memory runs out. */
static bool copy_state(struct hv_machine *to, const struct hv_machine *from)
{
    if (!copy_output(&to->blocks.output, &from->blocks.output))
        return false;
    struct blocks blocks = to->blocks;
    struct associator associator = to->associator;
    hvm_associator_copy(&associator, &from->associator);
    memcpy(blocks.ram, from->blocks.ram, from->ram_bytes);
    *to = *from;
    to->blocks = blocks;
    to->associator = associator;
    return true;
}

struct hv_snapshot *hv_machine_save(const struct hv_machine *m)
{
    struct hv_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (!snapshot)
        return NULL;
    struct hv_machine *state = &snapshot->state;
    state->blocks.ram = malloc(m->ram_bytes);
    if (hvm_associator_init(&state->associator, &m->config) && state->blocks.ram && copy_state(state, m))
        return snapshot;
    hv_snapshot_free(snapshot);
    return NULL;
}

static bool same_windows(const struct hv_config *a, const struct hv_config *b)
{
    bool same = a->windows == b->windows;
    for (uint32_t i = 0; same && i < a->windows; i++)
        same = strcmp(a->window[i].name, b->window[i].name) == 0 && a->window[i].base == b->window[i].base &&
               a->window[i].bytes == b->window[i].bytes;
    return same;
}

/* Equal but for the name. */
static bool same_machine(const struct hv_config *a, const struct hv_config *b)
{
    return
#define NUMBER(section, key, field, min, max, default_value, meaning) a->field == b->field &&
#define CHOICE(section, key, field, choices, default_value, meaning)  a->field == b->field &&
#define FLAGS(section, key, field, choices, default_value, meaning)   a->field == b->field &&
#include "config/keys.def"
        same_windows(a, b);
}

bool hv_machine_restore(struct hv_machine *m, const struct hv_snapshot *snapshot)
{
    struct hv_config config = m->config;
    if (!same_machine(&config, &snapshot->state.config) || !copy_state(m, &snapshot->state))
        return false;
    m->config = config;
    hvm_code_forget(m);
    hvm_forget_walks(m);
    hvm_close_windows(m);
    return true;
}

void hv_snapshot_free(struct hv_snapshot *snapshot)
{
    if (!snapshot)
        return;
    hvm_associator_free(&snapshot->state.associator);
    free(snapshot->state.blocks.ram);
    free(snapshot->state.blocks.output.bytes);
    free(snapshot);
}
