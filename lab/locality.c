#include "lab/locality.h"

#include "lab/curve.h"
#include "lab/grow.h"
#include "lab/stream.h"

enum { PORTS = 2, FED = 4096 };

/* The references before, a ring, by which spatial locality is judged. */
struct before {
    struct {
        uint64_t address;
        uint32_t space;
    } ring[LAB_LOCALITY_PREVIOUS];
    unsigned count, next;
};

/* A VM's own time: the phi of its last fetch, and how long it has been so. */
struct own_time {
    uint32_t phi;
    bool met;
    uint64_t length;
};

struct lab_locality {
    unsigned page_bits, previous;
    struct lab_locality_counts counts;
    struct lab_stream *stream; /* gives pages names */
    struct lab_curve *curve;   /* and distances */
    struct before before, before_port[PORTS];
    struct own_time *times; /* [space] */
    size_t time_size;
    uint32_t vm;
    uint64_t vm_length;
    struct lab_reference all[FED];
};

static unsigned length_bin(uint64_t length)
{
    return length <= 1 ? 0 : 64 - (unsigned)__builtin_clzll(length - 1);
}

/* ---- temporal ---- */

/* Every reference counts, whatever map or right it met. */
static bool feed_temporal(struct lab_locality *l, const struct lab_reference *references, size_t count)
{
    struct lab_batch batch;
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (references[i].kind < LAB_FLUSH)
            l->all[n++] = (struct lab_reference){
                .address = references[i].address, .space = references[i].space, .kind = references[i].kind};
    if (!lab_stream_feed(l->stream, l->all, n, &batch))
        return false;
    batch.flush_count = 0;
    return lab_curve_feed(l->curve, &batch);
}

/* A distance of d is a miss with fewer than d entries: so often there is d as misses go back from d - 1 entries to d.
 */
static bool end_temporal(const struct lab_locality *l, struct lab_locality_counts *counts)
{
    const size_t depth = (size_t)lab_curve_depth(l->curve);
    uint64_t *misses = calloc(depth + 1, sizeof *misses);
    if (!misses)
        return false;
    lab_curve_misses(l->curve, misses, depth + 1);
    for (size_t d = 1; d <= depth; d++)
        counts->temporal[length_bin(d)] += misses[d - 1] - misses[d];
    counts->first = misses[depth];
    free(misses);
    return true;
}

/* ---- spatial ---- */

static void add_spatial(struct lab_locality *l, struct before *before, struct lab_spatial *spatial,
                        const struct lab_reference *reference)
{
    bool found = false;
    uint64_t nearest = 0, other = 0;
    for (unsigned i = 0; i < before->count; i++) {
        const uint64_t address = before->ring[i].address;
        const uint64_t delta =
            address > reference->address ? address - reference->address : reference->address - address;
        if (before->ring[i].space != reference->space || (found && delta >= nearest))
            continue;
        found = true;
        nearest = delta;
        other = address;
    }
    spatial->count += before->count != 0;
    if (found) {
        const unsigned bin = nearest ? length_bin(nearest) + 1 : 0;
        spatial->near[bin]++;
        spatial->within[bin] += other >> l->page_bits == reference->address >> l->page_bits;
    }
    before->ring[before->next].address = reference->address;
    before->ring[before->next].space = reference->space;
    before->next = (before->next + 1) % l->previous;
    before->count += before->count < l->previous;
}

/* ---- process and virtual machine ---- */

static void end_run(uint64_t *bins, uint64_t *runs, uint64_t *length)
{
    if (*length) {
        bins[length_bin(*length)]++;
        ++*runs;
    }
    *length = 0;
}

static bool add_process(struct lab_locality *l, const struct lab_reference *reference)
{
    if (!lab_grow(&l->times, &l->time_size, (size_t)reference->space + 1, sizeof *l->times))
        return false;
    struct own_time *own = &l->times[reference->space];
    l->counts.vms += !own->met;
    own->met = true;
    if (reference->kind == LAB_FETCH && reference->relocation != own->phi) {
        end_run(l->counts.process, &l->counts.process_runs, &own->length);
        own->phi = reference->relocation;
    }
    own->length++;
    return true;
}

static void add_vm(struct lab_locality *l, const struct lab_reference *reference)
{
    if (reference->space != l->vm)
        end_run(l->counts.vm, &l->counts.vm_runs, &l->vm_length);
    l->vm = reference->space;
    l->vm_length++;
}

/* ---- all of it ---- */

static bool add(struct lab_locality *l, const struct lab_reference *reference)
{
    const unsigned port = reference->kind != LAB_FETCH;
    l->counts.references++;
    add_spatial(l, &l->before, &l->counts.spatial, reference);
    add_spatial(l, &l->before_port[port], &l->counts.by_port[port], reference);
    add_vm(l, reference);
    return add_process(l, reference);
}

bool lab_locality_feed(struct lab_locality *l, const struct lab_reference *references, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (references[i].kind < LAB_FLUSH && !add(l, &references[i]))
            return false;
    for (; count; references += FED) {
        const size_t now = count < FED ? count : FED;
        if (!feed_temporal(l, references, now))
            return false;
        count -= now;
        if (!count)
            break;
    }
    return true;
}

bool lab_locality_end(struct lab_locality *l, struct lab_locality_counts *counts)
{
    for (size_t i = 0; i < l->time_size; i++)
        end_run(l->counts.process, &l->counts.process_runs, &l->times[i].length);
    end_run(l->counts.vm, &l->counts.vm_runs, &l->vm_length);
    *counts = l->counts;
    return end_temporal(l, counts);
}

struct lab_locality *lab_locality_new(unsigned page_bits, unsigned previous)
{
    struct lab_locality *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->page_bits = page_bits;
    l->previous = previous;
    l->stream = lab_stream_new(&(struct lab_stream_plan){.page_bits = page_bits, .key = HV_KEY_VMID});
    l->curve = lab_curve_new();
    if (l->stream && l->curve)
        return l;
    lab_locality_free(l);
    return NULL;
}

void lab_locality_free(struct lab_locality *l)
{
    if (!l)
        return;
    lab_stream_free(l->stream);
    lab_curve_free(l->curve);
    free(l->times);
    free(l);
}
