#include "lab/live.h"

#include "lab/grow.h"

enum { BUFFERED = 4096 };

/* A VM; its number is its place. */
struct vm {
    uint64_t vmid;
    unsigned level;
};

struct lab_live {
    const struct hv_machine *machine;
    struct lab_live_taker taker;
    struct vm *vms;
    size_t vm_size;
    uint32_t vm_count, running;
    struct lab_reference buffer[BUFFERED];
    size_t count;
    bool failed;
};

static void give(struct lab_live *live)
{
    live->failed |= !live->taker.references(live->taker.context, live->buffer, live->count);
    live->count = 0;
}

static void put(struct lab_live *live, struct lab_reference reference)
{
    if (live->failed)
        return;
    live->buffer[live->count++] = reference;
    if (live->count == BUFFERED)
        give(live);
}

/* The number of a VM, which comes up if it is new. */
static uint32_t space_of(struct lab_live *live, uint64_t vmid, unsigned level)
{
    const unsigned bits = hv_machine_config(live->machine)->syllable_bits;
    uint8_t syllables[HV_MAX_DEPTH] = {0};
    uint32_t space = 0;
    while (space < live->vm_count && (live->vms[space].vmid != vmid || live->vms[space].level != level))
        space++;
    if (space < live->vm_count)
        return space;
    for (unsigned i = 0; i < level; i++)
        syllables[i] = (uint8_t)(vmid >> i * bits & ((1u << bits) - 1));
    if (!lab_grow(&live->vms, &live->vm_size, (size_t)space + 1, sizeof *live->vms) ||
        !live->taker.space(live->taker.context, space, level, syllables)) {
        live->failed = true;
        return 0;
    }
    live->vms[space] = (struct vm){vmid, level};
    live->vm_count++;
    return space;
}

/* The VM that hv.fence means (docs/spec.md, 5, 10.8.6). */
static struct lab_reference fence(struct lab_live *live, const struct hv_flushed *flush)
{
    const struct hv_config *config = hv_machine_config(live->machine);
    const unsigned level = hv_machine_level(live->machine), bits = config->syllable_bits;
    struct lab_reference reference = {.kind = LAB_FLUSH, .level = (uint8_t)level, .space = live->running};
    if (level == config->depth) {
        reference.flags = LAB_NOTHING;
    } else if (flush->all) {
        reference.flags = LAB_CHILDREN;
    } else if (!flush->syllable || flush->syllable >> bits) {
        reference.flags = LAB_NOTHING;
    } else {
        reference.level++;
        reference.space =
            space_of(live, hv_machine_vmid(live->machine) | (uint64_t)flush->syllable << level * bits, level + 1);
    }
    return reference;
}

void lab_live_flushed(struct lab_live *live, const struct hv_flushed *flush)
{
    if (flush->cause == HV_FLUSH_FENCE) {
        put(live, fence(live, flush));
        return;
    }
    const unsigned level = hv_machine_level(live->machine);
    live->running = space_of(live, hv_machine_vmid(live->machine), level);
    put(live, (struct lab_reference){.kind = LAB_ENTER, .level = (uint8_t)level, .space = live->running});
}

void lab_live_looked_up(struct lab_live *live, const struct hv_looked_up *lookup)
{
    static const uint8_t kinds[] = {
        [HV_ACCESS_FETCH] = LAB_FETCH, [HV_ACCESS_LOAD] = LAB_LOAD, [HV_ACCESS_STORE] = LAB_STORE};
    put(live, (struct lab_reference){.address = (uint64_t)lookup->page << HV_PAGE_BITS,
                                     .space = live->running,
                                     .kind = kinds[lookup->access],
                                     .level = (uint8_t)hv_machine_level(live->machine),
                                     .lacks_top = lookup->faulted ? LAB_RIGHTS : 0});
}

struct lab_live *lab_live_new(const struct hv_machine *machine, const struct lab_live_taker *taker)
{
    struct lab_live *live = calloc(1, sizeof *live);
    if (!live)
        return NULL;
    live->machine = machine;
    live->taker = *taker;
    live->running = space_of(live, hv_machine_vmid(machine), hv_machine_level(machine));
    if (!live->failed)
        return live;
    lab_live_free(live);
    return NULL;
}

bool lab_live_end(struct lab_live *live)
{
    if (!live->failed)
        give(live);
    return !live->failed;
}

void lab_live_free(struct lab_live *live)
{
    if (live)
        free(live->vms);
    free(live);
}
