#include "cli/measure_source.h"
#include "lab/grow.h"
#include "lab/vms.h"
#include "sim/files.h"

#include <inttypes.h>

/* References of a turn when there is nobody else. */
#define FOR_EVER UINT64_MAX

struct measure_source {
    const struct measure_options *options;
    struct measure_member *members;
    size_t count, current;
    uint64_t quantum, left; /* of a turn; of this one */
    bool entered;           /* one of several has had a turn */
    uint64_t records;       /* references given */
    bool recorded;          /* one trace of our own, as it is */
    unsigned page_bits, level;
    struct lab_vms vms;
};

/* ---- spaces ---- */

/* The number of VM 1...1.syllable.(its own VMID); false with *error filled: there is no room for it. */
static bool space_of(struct measure_source *source, struct measure_member *member, uint32_t own, uint32_t *space,
                     struct hv_error *error)
{
    if (own < member->space_size && member->spaces[own]) {
        *space = member->spaces[own] - 1;
        return true;
    }
    const struct lab_vm *vm = measure_member_vm(member, own);
    const unsigned level = member->depth + vm->level;
    uint8_t syllables[2 * HV_MAX_DEPTH] = {1, 1, 1, 1, 1, 1, 1, 1};
    if (level > HV_MAX_DEPTH) {
        hv_fail(error, "%s: found VM %s, expected none deeper than %d levels together with --depth %u", member->path,
                vm->vmid, HV_MAX_DEPTH, member->depth);
        return false;
    }
    if (member->depth)
        syllables[member->depth - 1] = member->syllable;
    for (unsigned i = 0; i < vm->level; i++)
        syllables[member->depth + i] = vm->syllable[i];
    if (!lab_grow(&member->spaces, &member->space_size, (size_t)own + 1, sizeof *member->spaces) ||
        !lab_vms_add(&source->vms, syllables, level)) {
        hv_fail(error, "%s: out of memory", member->path);
        return false;
    }
    member->spaces[own] = source->vms.count;
    *space = source->vms.count - 1;
    return true;
}

/* ---- references ---- */

/* As a VM `depth` levels deeper makes it: what was the real machine's name has `depth` linear maps below it. (LVMID's
 * operand, which is not translated at any level, cannot be told from what was not translated at level 0.) */
static void put_deeper(struct lab_reference *reference, unsigned depth, unsigned page_bits)
{
    const unsigned above = reference->reads & 15u, below = reference->reads >> 4;
    if (reference->kind >= LAB_FLUSH)
        return;
    if (!reference->level)
        reference->flags |= LAB_UNTRANSLATED;
    else if (!depth)
        return;
    else if (reference->level == depth) { /* its own map is the deepest of these */
        reference->flags &= (uint8_t)~LAB_UNTRANSLATED;
        reference->below = (uint32_t)(lab_resource(reference) >> page_bits);
        reference->reads = (uint8_t)(1 | (depth - 1) << 4);
    } else if (!(reference->flags & LAB_UNTRANSLATED)) {
        reference->reads = (uint8_t)(above | (below + depth) << 4);
    }
}

static struct lab_reference enter(const struct measure_source *source, uint32_t space)
{
    return (struct lab_reference){.kind = LAB_ENTER, .space = space, .level = (uint8_t)source->vms.vm[space].level};
}

/* Up to `capacity` references of the member whose turn it is, up to the turn's end; how many, or -1. */
static int64_t take(struct measure_source *source, struct lab_reference *references, size_t capacity,
                    struct hv_error *error)
{
    struct measure_member *member = &source->members[source->current];
    size_t given = 0;
    while (given < capacity && source->left && member->next < member->count) {
        struct lab_reference *reference = &references[given];
        *reference = member->buffer[member->next++];
        if (reference->kind == LAB_ENTER)
            member->running = reference->space;
        if (!space_of(source, member, reference->space, &reference->space, error))
            return -1;
        reference->level = (uint8_t)source->vms.vm[reference->space].level;
        put_deeper(reference, member->depth, source->page_bits);
        given++;
        if (reference->kind < LAB_FLUSH) {
            source->left -= source->left != FOR_EVER;
            source->records++;
        }
    }
    return (int64_t)given;
}

/* ---- turns ---- */

/* The member whose turn it is has something in its buffer, or has ended. */
static int fill(struct measure_source *source, struct hv_error *error)
{
    struct measure_member *member = &source->members[source->current];
    while (!member->ended && member->next == member->count)
        if (measure_member_fill(member, error))
            return -1;
    return 0;
}

/* Whose turn is next, if not this one's. The events into `references`: back to the monitor, and into the VM. */
static int64_t switch_turns(struct measure_source *source, struct lab_reference *references, struct hv_error *error)
{
    size_t next = source->current;
    uint32_t space;
    do
        next = (next + 1) % source->count;
    while (next != source->current && source->members[next].ended);
    source->left = source->quantum;
    if (next == source->current)
        return 0;
    source->current = next;
    if (!space_of(source, &source->members[next], source->members[next].running, &space, error))
        return -1;
    size_t given = 0;
    if (source->entered)
        references[given++] = enter(source, 0);
    references[given++] = enter(source, space);
    source->entered = true;
    return (int64_t)given;
}

static bool has_ended(const struct measure_source *source)
{
    const uint64_t limit = source->options->max_instructions;
    size_t i = 0;
    while (i < source->count && source->members[i].ended)
        i++;
    return i == source->count || (limit && source->records >= limit) || cli_interrupted();
}

/* --max-instructions is exact: no more than are left. */
static size_t allowed(const struct measure_source *source, size_t capacity)
{
    const uint64_t limit = source->options->max_instructions, left = limit - source->records;
    return limit && left < capacity ? (size_t)left : capacity;
}

/* One trace of our own is given as it is, up to --max-instructions. */
static int64_t read_recorded(struct measure_source *source, struct lab_reference *references, size_t capacity,
                             struct hv_error *error)
{
    const uint64_t limit = source->options->max_instructions;
    int64_t count = lab_trace_read(source->members[0].trace, references, capacity, error);
    if (count < 0 && cli_interrupted())
        count = 0;
    source->members[0].ended = count == 0;
    for (int64_t i = 0; i < count; i++) {
        if (limit && source->records == limit)
            return i;
        source->records += references[i].kind < LAB_FLUSH;
    }
    return count;
}

int64_t measure_source_read(struct measure_source *source, struct lab_reference *references, size_t capacity,
                            struct hv_error *error)
{
    if (source->recorded)
        return has_ended(source) ? 0 : read_recorded(source, references, capacity, error);
    while (!has_ended(source)) {
        if (fill(source, error))
            return -1;
        const bool over = source->members[source->current].ended || !source->left;
        const int64_t count =
            over ? switch_turns(source, references, error) : take(source, references, allowed(source, capacity), error);
        if (count)
            return count;
    }
    return 0;
}

/* ---- open and close ---- */

/* What there is before the first reference: the monitor of several VMs, or the one VM. */
static int first_space(struct measure_source *source, unsigned depth, struct hv_error *error)
{
    static const uint8_t ones[HV_MAX_DEPTH] = {1, 1, 1, 1, 1, 1, 1, 1};
    uint32_t space;
    source->level = source->count > 1 ? depth - 1 : depth;
    if (source->count == 1)
        return space_of(source, &source->members[0], 0, &space, error) ? 0 : -1;
    return lab_vms_add(&source->vms, ones, source->level) ? 0 : hv_fail(error, "out of memory");
}

static int open_members(struct measure_source *source, const struct measure_case *at, const char *const *paths,
                        struct hv_error *error)
{
    for (size_t i = 0; i < source->count; i++) {
        struct measure_member *member = &source->members[i];
        member->syllable = (uint8_t)(i + 1);
        member->depth = at->job.world.depth;
        if (measure_member_open(member, at, paths[i], error))
            return -1;
        const struct lab_trace_facts *facts = member->trace ? lab_trace_facts(member->trace) : NULL;
        const unsigned bits = facts ? facts->page_bits : HV_PAGE_BITS;
        const bool own = !facts || facts->syllable_bits;
        if (own && at->options->page_bits && at->options->page_bits != bits)
            return hv_fail(error, "%s: found pages of %u bytes, expected %u, given by --page-bytes", member->path,
                           1u << bits, 1u << at->options->page_bits);
        source->page_bits = own ? bits : source->page_bits;
        if (at->recorded && own)
            member->depth = 0;
        source->recorded = source->count == 1 && member->trace && own && at->recorded;
    }
    return 0;
}

/* Several members begin with a turn of the first one. */
static void begin(struct measure_source *source)
{
    if (source->count == 1) {
        source->left = FOR_EVER;
        return;
    }
    source->current = source->count - 1;
    source->left = 0;
}

struct measure_source *measure_source_open(const struct measure_case *at, struct hv_error *error)
{
    const struct measure_options *options = at->options;
    struct measure_source *source = calloc(1, sizeof *source);
    const bool mixed = options->vm_count != 0;
    if (!source) {
        hv_fail(error, "%s: out of memory", at->program);
        return NULL;
    }
    source->options = options;
    source->quantum = at->quantum;
    source->page_bits = options->page_bits ? options->page_bits : HV_PAGE_BITS;
    source->count = mixed ? options->vm_count : 1;
    source->members = calloc(source->count, sizeof *source->members);
    int status = source->members ? 0 : hv_fail(error, "%s: out of memory", at->program);
    if (status == 0)
        status = open_members(source, at, mixed ? options->vms : &at->program, error);
    if (status == 0)
        status = first_space(source, source->members[0].depth, error);
    begin(source);
    if (status == 0)
        return source;
    measure_source_close(source);
    return NULL;
}

void measure_source_close(struct measure_source *source)
{
    for (size_t i = 0; source->members && i < source->count; i++)
        measure_member_close(&source->members[i]);
    free(source->members);
    free(source->vms.vm);
    free(source);
}

unsigned measure_source_page_bits(const struct measure_source *source)
{
    return source->page_bits;
}

unsigned measure_source_level(const struct measure_source *source)
{
    return source->level;
}

uint32_t measure_source_vms(const struct measure_source *source)
{
    return source->recorded ? lab_trace_vms(source->members[0].trace) : source->vms.count;
}

const struct lab_vm *measure_source_vm(const struct measure_source *source, uint32_t space)
{
    return source->recorded ? lab_trace_vm(source->members[0].trace, space) : &source->vms.vm[space];
}

bool measure_source_limited(const struct measure_source *source)
{
    return source->options->max_instructions && source->records == source->options->max_instructions;
}

uint64_t measure_source_instructions(const struct measure_source *source)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < source->count; i++) {
        const uint64_t own = measure_member_instructions(&source->members[i]);
        if (!own)
            return 0;
        sum += own;
    }
    return sum;
}
