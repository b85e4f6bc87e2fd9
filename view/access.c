#include "view/access.h"

#include "view/names.h"

#include <inttypes.h>
#include <string.h>

/* Ports, as the record counts them: bit 0 fetch, bit 1 data. */
static unsigned port_of(const struct view_access *a)
{
    return a->access == HV_ACCESS_FETCH ? 0 : 1;
}

/* ---- Before the record ---- */

struct view_entry view_read_entry(const struct hv_machine *machine, unsigned level, uint32_t name)
{
    const uint32_t page = name >> HV_PAGE_BITS;
    struct view_entry entry = {false, 0, 0};
    struct hv_map map;
    for (unsigned window = 0; window < 2 && hv_machine_map(machine, level, window, &map); window++) {
        if (map.form == HV_FORM_NONE || page < map.first || page - map.first >= map.bound)
            continue;
        uint8_t bytes[4];
        entry.real = map.table + ((page - map.first) >> map.grain) * 4;
        entry.there = map.form == HV_FORM_LINEAR && hv_machine_read_ram(machine, entry.real, bytes, sizeof bytes);
        if (entry.there)
            entry.word = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
        break;
    }
    return entry;
}

/* The tag under which a VM of `level` is cached: docs/spec.md, 7. */
static uint64_t tag_of(const struct hv_config *config, uint64_t vmid, unsigned level)
{
    return config->assoc_key == HV_KEY_VMID ? vmid : config->assoc_key == HV_KEY_LEVEL ? level : 0;
}

/* The number of the entry of a page, or VIEW_NOT_CACHED. */
static uint32_t cached(const struct hv_machine *machine, enum hv_cache cache, uint64_t vmid, unsigned level,
                       uint32_t page)
{
    const uint64_t tag = tag_of(hv_machine_config(machine), vmid, level);
    struct hv_cached entry;
    for (uint32_t i = 0; hv_machine_cached(machine, cache, i, &entry); i++)
        if (entry.valid && entry.level == level && entry.tag == tag && entry.page == page)
            return i;
    return VIEW_NOT_CACHED;
}

/* The entry of the whole composition. */
static uint32_t cached_page(const struct view_access *a, const struct hv_machine *machine)
{
    const bool split = hv_machine_config(machine)->assoc_split == HV_SPLIT;
    if (!a->way.level || !a->way.count)
        return VIEW_NOT_CACHED;
    return cached(machine, split && port_of(a) ? HV_CACHE_DATA : HV_CACHE_FETCH, a->way.vmid, a->way.level,
                  a->way.names[0] >> HV_PAGE_BITS);
}

/* The entry of the prefix memory: levels n - 1 and below. */
static uint32_t cached_prefix(const struct view_access *a, const struct hv_machine *machine)
{
    const struct hv_config *config = hv_machine_config(machine);
    const unsigned level = a->way.level - 1, bits = level * config->syllable_bits;
    if (a->way.level < 2 || a->way.count < 2)
        return VIEW_NOT_CACHED;
    return cached(machine, HV_CACHE_PREFIX, a->way.vmid & ((UINT64_C(1) << bits) - 1), level,
                  a->way.names[1] >> HV_PAGE_BITS);
}

void view_access_begin(struct view_access *a, const struct hv_machine *machine, uint32_t name, unsigned access)
{
    uint32_t base, bound, page;
    *a = (struct view_access){.access = access, .phi = hv_machine_phi(machine, access, &base, &bound)};
    a->way.vmid = hv_machine_vmid(machine);
    a->way.level = hv_machine_level(machine);
    a->way.name = name;
    a->found = hv_machine_evaluate(machine, name, access, &a->real, a->way.names, &a->way.count);
    for (unsigned i = 0; i < a->way.count && i < a->way.level; i++)
        a->entries[i] = view_read_entry(machine, a->way.level - i, a->way.names[i]);
    if (a->way.count && a->way.level)
        a->rights = hv_machine_compose(machine, a->way.level, a->way.names[0] >> HV_PAGE_BITS, &page);
    a->entry = cached_page(a, machine);
    a->prefix = cached_prefix(a, machine);
}

/* ---- After the record ---- */

void view_entry_print(FILE *out, const struct view_entry *entry)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } bits[] = {
#define PTE_BIT(name, bit, meaning) {1u << (bit), #name},
#include "isa/causes.def"
    };
    if (!entry->there)
        return;
    fprintf(out, " entry [%08" PRIx32 "]=%08" PRIx32 " ", entry->real, entry->word);
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        fputs(entry->word & bits[i].bit ? bits[i].name : "-", out);
}

const char *view_real_text(const struct hv_config *config, const struct view_places *places, uint32_t real,
                           char text[VIEW_PLACE_SIZE])
{
    struct view_place place;
    view_places_find(places, real, &place);
    place.file = NULL; /* data have no line */
    view_place_text(&place, text);
    const enum hv_device number = hv_config_device_at(config, real);
    if (!*text && number != HV_DEVICE_NONE) {
        const struct hv_device_range device = hv_config_device(config, number);
        snprintf(text, VIEW_PLACE_SIZE, "<%s+0x%" PRIx32 ">", device.name, real - device.base);
    }
    return text;
}

static void print_entry_number(FILE *out, const struct hv_config *config, uint32_t number)
{
    if (number == VIEW_NOT_CACHED) /* the record has emptied it again */
        fputs(" an entry", out);
    else
        fprintf(out, " entry %" PRIu32, number);
    if (number != VIEW_NOT_CACHED && config->assoc_ways > 1 && hv_config_sets(config) > 1)
        fprintf(out, " (set %" PRIu32 ", way %" PRIu32 ")", number / config->assoc_ways, number % config->assoc_ways);
}

/* The table words that a walk has read, `reads` of them, from the top. */
static void print_walk(FILE *out, const struct view_access *a, unsigned reads)
{
    fprintf(out, ", walk of %u read%s", reads, reads == 1 ? "" : "s");
    for (unsigned i = 0; i < a->way.level && reads; i++) {
        if (!a->entries[i].there)
            continue;
        fprintf(out, " [%08" PRIx32 "]=%08" PRIx32, a->entries[i].real, a->entries[i].word);
        reads--;
    }
}

/* By what the composition was answered: docs/spec.md, 7. */
static void print_answer(FILE *out, const struct view_access *a, const struct hv_machine *after,
                         const struct hv_commit *commit)
{
    const struct hv_config *config = hv_machine_config(after);
    const unsigned bit = 1u << port_of(a);
    const uint64_t reads = port_of(a) ? commit->walk_reads_data : commit->walk_reads_fetch;
    if (!(commit->accesses & bit))
        return; /* LVMID's operand: no lookup is made */
    if (!(commit->lookups & bit))
        fputs(", last page", out);
    if (commit->hits & bit) {
        fputs(", hit in", out);
        print_entry_number(out, config, a->entry != VIEW_NOT_CACHED ? a->entry : cached_page(a, after));
    }
    if (commit->misses & bit)
        print_walk(out, a, (unsigned)reads);
    if (commit->prefix_hits & bit)
        fprintf(out, ", prefix hit in entry %" PRIu32,
                a->prefix != VIEW_NOT_CACHED ? a->prefix : cached_prefix(a, after));
    if (commit->fills & bit) {
        fputs(", fills", out);
        print_entry_number(out, config, cached_page(a, after));
    }
}

/* What went over the bus. */
static void print_data(FILE *out, const struct hv_commit *commit)
{
    const int read = 2 * __builtin_popcount((unsigned)commit->mem_rmask);
    const int written = 2 * __builtin_popcount((unsigned)commit->mem_wmask);
    if (read)
        fprintf(out, "; loads %0*" PRIx64, read, commit->mem_rdata);
    if (written)
        fprintf(out, "; stores %0*" PRIx64, written, commit->mem_wdata);
}

void view_access_print(FILE *out, const struct view_access *a, const struct hv_machine *after,
                       const struct hv_commit *commit, const struct view_places *places)
{
    static const char *const labels[] = {
        [HV_ACCESS_FETCH] = "fetch", [HV_ACCESS_LOAD] = "load", [HV_ACCESS_STORE] = "store"};
    const struct hv_config *config = hv_machine_config(after);
    const bool done = port_of(a) ? (commit->mem_rmask | commit->mem_wmask) != 0 : commit->fetch_real != 0;
    const uint32_t used = (uint32_t)(port_of(a) ? commit->mem_real : commit->fetch_real);
    char way[VIEW_WAY_SIZE], place[VIEW_PLACE_SIZE];
    fprintf(out, "    %-5s %s", labels[a->access], view_way_text(config, &a->way, VIEW_BYTES, way));
    if (a->found && port_of(a) && *view_real_text(config, places, a->real, place))
        fprintf(out, " %s", place);
    if (a->rights)
        fprintf(out, "  %c%c%c", a->rights >> HV_ACCESS_LOAD & 1 ? 'r' : '-',
                a->rights >> HV_ACCESS_STORE & 1 ? 'w' : '-', a->rights >> HV_ACCESS_FETCH & 1 ? 'x' : '-');
    print_answer(out, a, after, commit);
    if (done && (!a->found || a->real != used))
        fprintf(out, "; stale: %" PRIx32 " was used, as it was cached before the map changed without hv.fence", used);
    if (port_of(a))
        print_data(out, commit);
    fputc('\n', out);
}
