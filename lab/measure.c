#include "lab/measure.h"

#include <stdlib.h>
#include <string.h>

/* Room for one more of `size` bytes each; the array, which may have moved, or NULL when memory runs out. */
static void *grown(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    const size_t more = *capacity ? 2 * *capacity : 16;
    void *larger = realloc(array, more * size);
    if (larger)
        *capacity = more;
    return larger;
}

struct lab_counts lab_counts_of(const struct hv_config *config, const struct hv_counters *counters,
                                lab_waits_function *waits)
{
    const struct hv_associator_counters *associator = &counters->associator;
    return (struct lab_counts){counters->instructions, associator->accesses,   associator->lookups,
                               associator->misses,     associator->walk_reads, waits(config, counters)};
}

/* to += now - then */
static void add_difference(struct lab_counts *to, const struct lab_counts *now, const struct lab_counts *then)
{
    to->instructions += now->instructions - then->instructions;
    to->accesses += now->accesses - then->accesses;
    to->lookups += now->lookups - then->lookups;
    to->misses += now->misses - then->misses;
    to->walk_reads += now->walk_reads - then->walk_reads;
    to->cycles_lost += now->cycles_lost - then->cycles_lost;
}

static struct lab_counts read_counts(const struct lab_measure *measure)
{
    return lab_counts_of(measure->config, measure->counters, measure->waits);
}

/* ---- by VM ---- */

static bool is_before(const struct lab_vm_part *vm, unsigned level, uint64_t vmid)
{
    return vm->level != level ? vm->level < level : vm->vmid < vmid;
}

/* Where the VM that runs is among the VMs, or belongs. */
static size_t place_of(const struct lab_measure *measure, unsigned level, uint64_t vmid)
{
    size_t low = 0, high = measure->vm_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (is_before(&measure->vms[middle], level, vmid))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void enter(struct lab_measure *measure, unsigned level, uint64_t vmid)
{
    const size_t place = place_of(measure, level, vmid);
    measure->running = place;
    if (place < measure->vm_count && measure->vms[place].level == level && measure->vms[place].vmid == vmid)
        return;
    struct lab_vm_part *vms = grown(measure->vms, measure->vm_count, &measure->vm_capacity, sizeof *vms);
    if (!vms) {
        measure->failed = true;
        measure->running = 0;
        return;
    }
    measure->vms = vms;
    memmove(&vms[place + 1], &vms[place], (measure->vm_count - place) * sizeof *vms);
    vms[place] = (struct lab_vm_part){.vmid = vmid, .level = level};
    measure->vm_count++;
}

static void leave_running(struct lab_measure *measure)
{
    const struct lab_counts now = read_counts(measure);
    add_difference(&measure->vms[measure->running].counts, &now, &measure->vm_mark);
    measure->vm_mark = now;
}

/* ---- by cause of flush ---- */

void lab_measure_flushed(struct lab_measure *measure, enum hv_flush cause, unsigned level, uint64_t vmid)
{
    const uint64_t flushed = measure->counters->associator.flushed;
    measure->flushes[cause].count++;
    measure->flushes[cause].entries += flushed - measure->flushed_mark;
    measure->flushed_mark = flushed;
    if (cause == HV_FLUSH_FENCE)
        return; /* the same VM runs on */
    leave_running(measure);
    enter(measure, level, vmid);
}

const char *lab_flush_name(enum hv_flush cause)
{
    static const char *const names[HV_FLUSHES] = {
        [HV_FLUSH_FENCE] = "fence", [HV_FLUSH_APPEND] = "append", [HV_FLUSH_CUT] = "cut"};
    return names[cause];
}

/* ---- over time ---- */

static void add_point(struct lab_measure *measure)
{
    struct lab_point *points = grown(measure->points, measure->point_count, &measure->point_capacity, sizeof *points);
    if (!points) {
        measure->failed = true;
        return;
    }
    measure->points = points;
    const struct lab_counts now = read_counts(measure);
    struct lab_point *point = &points[measure->point_count++];
    *point = (struct lab_point){.at = now.instructions};
    add_difference(&point->counts, &now, &measure->point_mark);
    measure->point_mark = now;
}

static uint64_t since_point(const struct lab_measure *measure)
{
    return measure->counters->instructions - measure->point_mark.instructions;
}

/* A record retires one instruction at most: so many records end at the point, or before it. */
uint64_t lab_measure_until_point(const struct lab_measure *measure, uint64_t limit)
{
    const uint64_t left = measure->interval - since_point(measure);
    return measure->interval && left < limit ? left : limit;
}

void lab_measure_point(struct lab_measure *measure)
{
    if (measure->interval && since_point(measure) >= measure->interval)
        add_point(measure);
}

/* ---- begin and end ---- */

bool lab_measure_open(struct lab_measure *measure, const struct hv_config *config, const struct hv_counters *counters,
                      lab_waits_function *waits, uint64_t interval)
{
    *measure = (struct lab_measure){.waits = waits, .config = config, .counters = counters, .interval = interval};
    measure->vm_mark = measure->point_mark = read_counts(measure);
    measure->flushed_mark = counters->associator.flushed;
    enter(measure, 0, 0);
    return !measure->failed;
}

bool lab_measure_end(struct lab_measure *measure)
{
    leave_running(measure);
    if (measure->interval && memcmp(&measure->vm_mark, &measure->point_mark, sizeof measure->vm_mark) != 0)
        add_point(measure);
    return !measure->failed;
}

void lab_measure_free(struct lab_measure *measure)
{
    free(measure->vms);
    free(measure->points);
    *measure = (struct lab_measure){0};
}
