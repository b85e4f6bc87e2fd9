#include "lab/many.h"

#include "lab/crew.h"

#include <stdlib.h>

/* A stream, and what it has given last. */
struct source {
    struct lab_stream_plan plan;
    struct lab_stream *stream;
    struct lab_batch batch;
};

struct member {
    size_t source;
    struct lab_direct *direct; /* NULL: no associator */
};

struct lab_many {
    struct lab_crew *crew;
    struct source *sources;
    size_t source_count;
    struct member *members;
    size_t member_count;
    const struct lab_reference *references;
    size_t count;
};

/* The number of the source with this plan, made if there is none; source_count when memory runs out. */
static size_t source_of(struct lab_many *m, const struct lab_stream_plan *plan)
{
    for (size_t i = 0; i < m->source_count; i++) {
        const struct lab_stream_plan *other = &m->sources[i].plan;
        if (other->key == plan->key && other->last_pages == plan->last_pages)
            return i;
    }
    struct source source = {.plan = *plan, .stream = lab_stream_new(plan)};
    if (!source.stream)
        return m->source_count;
    m->sources[m->source_count] = source;
    return m->source_count++;
}

static bool add_member(struct lab_many *m, const struct hv_config *config, unsigned page_bits)
{
    const struct lab_stream_plan stream = {page_bits, config->last_pages, (enum hv_key)config->assoc_key};
    const struct lab_direct_plan direct = lab_direct_plan_of(config);
    struct member *member = &m->members[m->member_count++];
    member->source = source_of(m, &stream);
    if (config->assoc_entries)
        member->direct = lab_direct_new(&direct);
    return member->source < m->source_count && (member->direct || !config->assoc_entries);
}

struct lab_many *lab_many_new(const struct hv_config *configs, size_t count, unsigned page_bits, unsigned threads)
{
    struct lab_many *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->crew = lab_crew_new(threads);
    m->sources = calloc(count + 1, sizeof *m->sources);
    m->members = calloc(count + 1, sizeof *m->members);
    bool good = m->crew && m->sources && m->members;
    for (size_t i = 0; good && i < count; i++)
        good = add_member(m, &configs[i], page_bits);
    if (good)
        return m;
    lab_many_free(m);
    return NULL;
}

void lab_many_free(struct lab_many *m)
{
    if (!m)
        return;
    lab_crew_free(m->crew);
    for (size_t i = 0; i < m->source_count; i++)
        lab_stream_free(m->sources[i].stream);
    for (size_t i = 0; i < m->member_count; i++)
        lab_direct_free(m->members[i].direct);
    free(m->sources);
    free(m->members);
    free(m);
}

bool lab_many_space(struct lab_many *m, uint32_t space, unsigned level, const uint8_t *syllables)
{
    bool good = true;
    for (size_t i = 0; i < m->source_count; i++)
        good &= lab_stream_space(m->sources[i].stream, space, level, syllables);
    return good;
}

static bool feed_source(void *context, size_t i)
{
    struct lab_many *m = context;
    return lab_stream_feed(m->sources[i].stream, m->references, m->count, &m->sources[i].batch);
}

static bool feed_member(void *context, size_t i)
{
    struct lab_many *m = context;
    struct member *member = &m->members[i];
    return !member->direct || lab_direct_feed(member->direct, &m->sources[member->source].batch, NULL);
}

bool lab_many_feed(struct lab_many *m, const struct lab_reference *references, size_t count)
{
    m->references = references;
    m->count = count;
    return lab_crew_do(m->crew, feed_source, m, m->source_count) &&
           lab_crew_do(m->crew, feed_member, m, m->member_count);
}

struct lab_many_counts lab_many_counts(const struct lab_many *m, size_t config)
{
    const struct member *member = &m->members[config];
    const struct lab_stream_counts *stream = lab_stream_counts(m->sources[member->source].stream);
    const struct lab_direct_counts *direct = member->direct ? lab_direct_counts(member->direct) : NULL;
    struct lab_many_counts counts = {.flushed = direct ? direct->flushed : 0};
    for (unsigned port = 0; port < 2; port++) {
        counts.accesses[port] = stream->accesses[port];
        counts.lookups[port] = stream->lookups[port];
        counts.misses[port] = direct ? direct->misses[port] + stream->faults[port] : stream->lookups[port];
    }
    return counts;
}
