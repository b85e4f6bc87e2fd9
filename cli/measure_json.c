/* The result of one case as a line of JSON: schema nestor-lab-1 (docs/formats.md). */
#include "cli/measure.h"
#include "cli/result.h"
#include "sim/files.h"
#include "view/names.h"

#include "nestor_version.h"

#include <stdlib.h>

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static const char *word(const char *const *words, uint32_t value)
{
    return words[value];
}

static json_t *config_object(const struct measure_result *result)
{
    const struct hv_config *config = &result->at.config;
    static const char *const replacements[] = CHOICES_REPLACEMENT, *const keys[] = CHOICES_KEY,
                             *const splits[] = CHOICES_SPLIT;
    char hash[17];
    hv_config_hash(config, hash);
    return json_pack("{s:s,s:s,s:I,s:I,s:I,s:s,s:s,s:s,s:I,s:I,s:I}", "name", config->name, "hash", hash, "entries",
                     (json_int_t)config->assoc_entries, "sets", (json_int_t)hv_config_sets(config), "ways",
                     (json_int_t)config->assoc_ways, "replacement", word(replacements, config->assoc_replacement),
                     "key", word(keys, config->assoc_key), "split", word(splits, config->assoc_split), "prefix_entries",
                     (json_int_t)config->prefix_entries, "last_pages", (json_int_t)config->last_pages, "page_bytes",
                     (json_int_t)(1u << result->page_bits));
}

static json_t *per_thousand(const struct measure_result *result, const struct lab_counts *counts)
{
    return json_pack("{s:f,s:f,s:f,s:f,s:f}", "accesses", measure_per_thousand(result, counts->accesses), "lookups",
                     measure_per_thousand(result, counts->lookups), "misses",
                     measure_per_thousand(result, counts->misses), "walk_reads",
                     measure_per_thousand(result, counts->walk_reads), "cycles_lost",
                     measure_per_thousand(result, counts->cycles_lost));
}

/* The five figures, behind what the object has already. */
static json_t *with_counts(json_t *object, const struct lab_counts *counts)
{
    json_object_set_new(object, "accesses", number(counts->accesses));
    json_object_set_new(object, "lookups", number(counts->lookups));
    json_object_set_new(object, "misses", number(counts->misses));
    json_object_set_new(object, "walk_reads", number(counts->walk_reads));
    json_object_set_new(object, "cycles_lost", number(counts->cycles_lost));
    return object;
}

static json_t *by_vm(const struct measure_result *result)
{
    const struct hv_config *config = &result->counted;
    const struct lab_measure *parts = &result->parts;
    json_t *array = json_array();
    for (size_t i = 0; i < parts->vm_count; i++) {
        const struct lab_vm_part *vm = &parts->vms[i];
        char text[VIEW_VMID_SIZE];
        json_t *object =
            json_pack("{s:s,s:i,s:I}", "vmid", view_vmid(config, vm->vmid, vm->level, text), "level", (int)vm->level,
                      result->references ? "references" : "instructions", (json_int_t)vm->counts.instructions);
        json_array_append_new(array, with_counts(object, &vm->counts));
    }
    return array;
}

static json_t *by_flush(const struct lab_measure *parts)
{
    json_t *array = json_array();
    for (enum hv_flush cause = 0; cause < HV_FLUSHES; cause++)
        json_array_append_new(array, json_pack("{s:s,s:I,s:I}", "cause", lab_flush_name(cause), "count",
                                               (json_int_t)parts->flushes[cause].count, "entries",
                                               (json_int_t)parts->flushes[cause].entries));
    return array;
}

static json_t *series(const struct lab_measure *parts)
{
    json_t *array = json_array();
    for (size_t i = 0; i < parts->point_count; i++)
        json_array_append_new(
            array, with_counts(json_pack("{s:I}", "at", (json_int_t)parts->points[i].at), &parts->points[i].counts));
    return array;
}

static json_t *curve(const struct measure_geometries *geometries)
{
    json_t *array = json_array();
    for (size_t size = 0; (size = measure_curve_next(size, geometries->curve_count)) != 0;)
        json_array_append_new(array, json_pack("{s:I,s:I}", "entries", (json_int_t)size, "misses",
                                               (json_int_t)geometries->curve[size - 1]));
    return array;
}

static json_t *estimates(const struct measure_geometries *geometries)
{
    json_t *array = json_array();
    for (size_t i = 0; i < geometries->estimate_count; i++) {
        const struct measure_estimate *estimate = &geometries->estimates[i];
        json_array_append_new(array, json_pack("{s:I,s:f,s:f,s:f}", "entries", (json_int_t)estimate->entries, "misses",
                                               estimate->point.misses, "bound", estimate->point.bound, "distance",
                                               estimate->point.distance));
    }
    return array;
}

static json_t *sampled(const struct lab_sample_facts *facts)
{
    return json_pack("{s:f,s:f,s:I,s:I,s:I}", "rate", facts->rate, "bound", facts->bound, "from",
                     (json_int_t)facts->from, "kept", (json_int_t)facts->kept, "taken", (json_int_t)facts->taken);
}

static json_t *grid(const struct measure_geometries *geometries)
{
    json_t *array = json_array();
    for (unsigned bits = 0; bits <= LAB_GRID_SET_BITS; bits++)
        for (unsigned ways = 1; ways <= LAB_GRID_WAYS; ways++)
            json_array_append_new(array, json_pack("{s:i,s:i,s:I}", "sets", 1 << bits, "ways", (int)ways, "misses",
                                                   (json_int_t)geometries->grid[bits][ways - 1]));
    return array;
}

static void add_geometries(json_t *object, const struct measure_result *result)
{
    const struct measure_geometries *geometries = &result->geometries;
    if (result->at.options->curve && result->at.options->rate > 0) {
        json_object_set_new(object, "curve", estimates(geometries));
        json_object_set_new(object, "sampled", sampled(&geometries->sampled));
    } else if (result->at.options->curve) {
        json_object_set_new(object, "curve", curve(geometries));
    }
    if (result->at.options->curve || result->at.options->grid)
        json_object_set_new(object, "curve_of",
                            json_pack("{s:I,s:I}", "accesses", (json_int_t)geometries->accesses, "lookups",
                                      (json_int_t)geometries->lookups));
    if (result->at.options->grid)
        json_object_set_new(object, "grid", grid(geometries));
}

static json_t *temporal(const struct lab_locality_counts *counts)
{
    json_t *array = json_array();
    for (unsigned bin = 0; bin < LAB_LOCALITY_BINS; bin++)
        if (counts->temporal[bin])
            json_array_append_new(array, json_pack("{s:I,s:I}", "distance", (json_int_t)lab_length_bound(bin), "count",
                                                   (json_int_t)counts->temporal[bin]));
    json_array_append_new(array, json_pack("{s:i,s:I}", "distance", -1, "count", (json_int_t)counts->first));
    return array;
}

/* Cumulative, up to the bin from which on nothing is added. */
static json_t *spatial(const struct lab_spatial *counts)
{
    json_t *array = json_array();
    unsigned last = LAB_LOCALITY_BINS;
    while (last && !counts->near[last - 1])
        last--;
    uint64_t near = 0, within = 0;
    for (unsigned bin = 0; bin < last && bin < 64; bin++) {
        near += counts->near[bin];
        within += counts->within[bin];
        json_array_append_new(array, json_pack("{s:I,s:f,s:f}", "delta", (json_int_t)lab_delta_bound(bin),
                                               "probability", (double)near / (double)counts->count, "within_page",
                                               (double)within / (double)counts->count));
    }
    return array;
}

static json_t *runs(const uint64_t *bins)
{
    json_t *array = json_array();
    for (unsigned bin = 0; bin < LAB_LOCALITY_BINS; bin++)
        if (bins[bin])
            json_array_append_new(array, json_pack("{s:I,s:I}", "length", (json_int_t)lab_length_bound(bin), "count",
                                                   (json_int_t)bins[bin]));
    return array;
}

static json_t *locality(const struct measure_result *result)
{
    const struct lab_locality_counts *counts = &result->locality;
    const enum measure_locality of = result->at.options->locality;
    json_t *object =
        json_pack("{s:s,s:i,s:I,s:o,s:o,s:o,s:o}", "of", measure_locality_name(of), "previous",
                  (int)(result->at.options->previous ? result->at.options->previous : 1), "references",
                  (json_int_t)counts->references, "temporal", temporal(counts), "spatial", spatial(&counts->spatial),
                  "spatial_fetch", spatial(&counts->by_port[0]), "spatial_data", spatial(&counts->by_port[1]));
    if (of == MEASURE_REAL)
        return object;
    json_object_set_new(object, "process", runs(counts->process));
    json_object_set_new(object, "process_stays",
                        json_real(measure_stays(counts->process_runs, counts->vms, counts->references)));
    json_object_set_new(object, "vm", runs(counts->vm));
    json_object_set_new(object, "vm_stays", json_real(measure_stays(counts->vm_runs, 1, counts->references)));
    return object;
}

/* The file as given; of several VMs an array. */
static json_t *program(const struct measure_result *result)
{
    const struct measure_options *options = result->at.options;
    if (!options->vm_count)
        return json_string(result->at.program);
    json_t *array = json_array();
    for (size_t i = 0; i < options->vm_count; i++)
        if (json_array_append_new(array, json_string(options->vms[i]))) {
            json_decref(array);
            return NULL;
        }
    return array;
}

/* What was measured, and how much of it. */
static json_t *subject(const struct measure_result *result)
{
    const struct measure_case *at = &result->at;
    json_t *object =
        json_pack("{s:s,s:s,s:s,s:o,s:I,s:o,s:s,s:o}", "schema", "nestor-lab-1", "version", NESTOR_VERSION, "command",
                  at->options->command, "program", program(result), "depth", (json_int_t)at->job.world.depth, "config",
                  config_object(result), "stopped", result->stopped, "exit_code",
                  result->stopped[0] == 'f' && !at->replayed ? number(result->exit_code) : json_null());
    if (!object)
        return NULL;
    if (at->options->vm_count > 1)
        json_object_set_new(object, "quantum", number(at->quantum));
    if (result->counters.instructions)
        json_object_set_new(object, "instructions", number(result->counters.instructions));
    if (at->replayed)
        json_object_set_new(object, "references", number(result->references));
    return object;
}

static json_t *result_object(const struct measure_result *result)
{
    const struct hv_config *config = &result->counted;
    const struct lab_counts counts = lab_counts_of(config, &result->counters, measure_waits);
    json_t *object = subject(result);
    if (!object)
        return NULL;
    json_object_set_new(object, "associator", cli_json_associator(&result->counters, config->depth));
    json_object_set_new(object, "translation", cli_json_translation(config, &result->counters, NULL));
    json_object_set_new(object, "per_thousand", per_thousand(result, &counts));
    json_object_set_new(object, "by_vm", by_vm(result));
    json_object_set_new(object, "by_flush", by_flush(&result->parts));
    if (result->at.options->interval) {
        json_object_set_new(object, "interval", number(result->at.options->interval));
        json_object_set_new(object, "series", series(&result->parts));
    }
    add_geometries(object, result);
    if (result->at.options->locality)
        json_object_set_new(object, "locality", locality(result));
    json_object_set_new(object, "seconds", json_real(result->seconds));
    return object;
}

int measure_print_json(const struct measure_result *result, struct hv_error *error)
{
    json_t *object = result_object(result);
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(object);
    if (!text)
        return hv_fail(error, "result: found '%s', a file name that is not UTF-8; JSON cannot hold it",
                       result->at.program);
    puts(text);
    fflush(stdout);
    free(text);
    return 0;
}
