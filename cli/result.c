/* The JSON object of run and cosim (docs/formats.md). */
#include "cli/result.h"
#include "cli/cli.h"
#include "rtlgen/rtlgen.h"
#include "sim/files.h"
#include "sim/translation.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

/* 1 - part / whole, or null. */
static json_t *rate(uint64_t part, uint64_t whole)
{
    return whole ? json_real(1.0 - (double)part / (double)whole) : json_null();
}

static json_t *associator_part(const struct hv_associator_counters *counters, bool with_flushed)
{
    json_t *object = json_object();
#define ASSOCIATOR_COUNTER(name, hpm, meaning) json_object_set_new(object, #name, number(counters->name));
#include "isa/counters.def"
    if (!with_flushed)
        json_object_del(object, "flushed"); /* not split by port */
    json_object_set_new(object, "hit_rate", rate(counters->misses, counters->accesses));
    json_object_set_new(object, "last_page_share", rate(counters->lookups, counters->accesses));
    return object;
}

json_t *cli_json_associator(const struct hv_counters *counters, unsigned depth)
{
    json_t *object = associator_part(&counters->associator, true);
    json_object_set_new(object, "by_port",
                        json_pack("{s:o,s:o}", "fetch", associator_part(&counters->by_port[0], false), "data",
                                  associator_part(&counters->by_port[1], false)));
    json_t *levels = json_array();
    for (unsigned level = 0; level <= depth; level++)
        json_array_append_new(levels, associator_part(&counters->by_level[level], true));
    json_object_set_new(object, "by_level", levels);
    return object;
}

static json_t *vm_faults(const struct hv_counters *counters)
{
    static const struct {
        const char *name;
        unsigned code;
    } causes[] = {
#define VM_FAULT(name, code, meaning) {#name, code},
#include "isa/causes.def"
    };
    json_t *object = json_object();
    uint64_t total = 0;
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        char name[32];
        size_t n = 0;
        for (const char *c = causes[i].name; *c && n < sizeof name - 1; c++)
            name[n++] = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
        name[n] = 0;
        json_object_set_new(object, name, number(counters->vm_faults[causes[i].code]));
        total += counters->vm_faults[causes[i].code];
    }
    json_object_set_new(object, "total", number(total));
    return object;
}

static json_t *vm(const struct hv_counters *counters, unsigned depth)
{
    json_t *levels = json_array();
    for (unsigned level = 0; level <= depth; level++)
        json_array_append_new(levels, number(counters->instructions_by_level[level]));
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "lvmid", number(counters->lvmid), "appended",
                     number(counters->appended), "vm_faults", vm_faults(counters), "exceptions",
                     number(counters->exceptions), "interrupts", number(counters->interrupts), "instructions_by_level",
                     levels);
}

static json_t *number_or_null(const uint64_t *value)
{
    return value ? number(*value) : json_null();
}

json_t *cli_json_translation(const struct hv_config *config, const struct hv_counters *counters,
                             const struct hv_lockstep_cycles *spent)
{
    const struct hv_translation waits = hv_translation(config, counters);
    json_t *object = json_object();
    json_object_set_new(object, "waits", number(hv_translation_waits(&waits)));
    json_object_set_new(object, "fetch_lookups", number(waits.fetch_lookups));
    json_object_set_new(object, "data_lookups", number(waits.data_lookups));
    json_object_set_new(object, "walks", number(waits.walks));
    json_object_set_new(object, "lvmid", number_or_null(spent ? &spent->lvmid : NULL));
    json_object_set_new(object, "vm_faults", number_or_null(spent ? &spent->vm_faults : NULL));
    return object;
}

static const char *const causes_of_cycles[] = {
#define STACK_CAUSE(name, text, meaning) text,
    HV_STACK(STACK_CAUSE)
#undef STACK_CAUSE
};

void cli_print_stack(FILE *out, const struct hv_lockstep_cycles *spent, uint64_t instructions)
{
    enum { BAR = 40 };
    fprintf(out, "%-24s %12s %7s %7s\n", "where the cycles went", "cycles", "share", "CPI");
    uint64_t most = 1;
    for (unsigned i = 0; i < HV_STACK_CAUSES; i++)
        most = spent->stack[i] > most ? spent->stack[i] : most;
    for (unsigned i = 0; i < HV_STACK_CAUSES; i++) {
        static const char bar[] = "########################################";
        const uint64_t cycles = spent->stack[i];
        if (!cycles)
            continue;
        fprintf(out, "%-24s %12" PRIu64 " %5.1f %%", causes_of_cycles[i], cycles,
                100.0 * (double)cycles / (double)spent->all);
        if (instructions)
            fprintf(out, " %7.4f", (double)cycles / (double)instructions);
        const int length = (int)((cycles * BAR + most - 1) / most);
        fprintf(out, "  %.*s\n", length, bar);
    }
    fprintf(out, "%-24s %12" PRIu64 " %5.1f %%", "in all", spent->all, 100.0);
    if (instructions)
        fprintf(out, " %7.4f", (double)spent->all / (double)instructions);
    fputc('\n', out);
}

/* Cycles by cause, the key of each its text with _ for what is no letter. */
static json_t *cycle_stack(const struct hv_lockstep_cycles *spent)
{
    if (!spent)
        return json_null();
    json_t *object = json_object();
    for (unsigned i = 0; i < HV_STACK_CAUSES; i++) {
        char key[32];
        size_t n = 0;
        for (const char *c = causes_of_cycles[i]; *c && n < sizeof key - 1; c++)
            key[n++] = isalpha((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '_';
        key[n] = 0;
        json_object_set_new(object, key, number(spent->stack[i]));
    }
    return object;
}

/* cycles, cycle_stack, translation, instructions, commits, vm, associator: the same for the whole run and for the
 * region. */
static void add_counters(json_t *object, const struct hv_config *config, const struct hv_counters *counters,
                         const struct hv_lockstep_cycles *spent)
{
    json_object_set_new(object, "cycles", number_or_null(spent ? &spent->all : NULL));
    json_object_set_new(object, "cycle_stack", cycle_stack(spent));
    json_object_set_new(object, "translation", cli_json_translation(config, counters, spent));
    json_object_set_new(object, "instructions", number(counters->instructions));
    json_object_set_new(object, "commits", number(counters->commits));
    json_object_set_new(object, "vm", vm(counters, config->depth));
    json_object_set_new(object, "associator", cli_json_associator(counters, config->depth));
}

static json_t *result_object(const struct cli_job *job, const struct cli_options *options,
                             const struct cli_result *result)
{
    char hash[17];
    hv_config_hash(&job->config, hash);
    const bool finished = result->stopped[0] == 'f';
    const bool has_world = job->world.count != 0; /* a save does not tell of its world */
    json_t *object =
        json_pack("{s:s,s:s,s:s,s:s,s:o,s:s,s:I}", "version", NESTOR_VERSION, "config", job->config.name, "config_hash",
                  hash, "program", options->program, "depth", has_world ? number(options->world.depth) : json_null(),
                  "simulator", result->simulator, "seed", (json_int_t)options->seed);
    if (!object)
        return NULL;
    json_object_set_new(object, "program_ram_bytes", has_world ? number(job->world.program_ram_bytes) : json_null());
    json_object_set_new(object, "mismatches", number_or_null(result->spent ? &result->mismatches : NULL));
    json_object_set_new(object, "stopped", json_string(result->stopped));
    json_object_set_new(object, "exit_code", finished ? number(result->exit_code) : json_null());
    json_object_set_new(object, "seconds", json_real(result->seconds));
    add_counters(object, &job->config, result->counters, result->spent);
    json_t *region = json_null();
    if (result->region) {
        region = json_object();
        add_counters(region, &job->config, result->region, result->region_spent);
    }
    json_object_set_new(object, "region", region);
    return object;
}

void cli_summary_end(const struct cli_job *job, const struct hv_counters *counters,
                     const struct hv_lockstep_cycles *spent)
{
    const struct hv_associator_counters *associator = &counters->associator;
    const struct hv_translation translation = hv_translation(&job->config, counters);
    const uint64_t waits = hv_translation_waits(&translation);
    if (associator->accesses)
        fprintf(stderr, ", hit rate %.3f %%, %" PRIu64 " cycles waited for translation",
                100.0 - 100.0 * (double)associator->misses / (double)associator->accesses, waits);
    if (associator->accesses && spent && spent->all)
        fprintf(stderr, " (%.1f %%)", 100.0 * (double)waits / (double)spent->all);
    if (job->world.count)
        fprintf(stderr, ", %" PRIu32 " KiB of RAM for the program", job->world.program_ram_bytes >> 10);
    fputc('\n', stderr);
}

int cli_print_json(const struct cli_job *job, const struct cli_options *options, const struct cli_result *result,
                   struct hv_error *error)
{
    json_t *object = result_object(job, options, result);
    char *text = object ? json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(object);
    if (!text)
        return hv_fail(error, "result: found '%s', a file name that is not UTF-8; JSON cannot hold it",
                       options->program);
    puts(text);
    free(text);
    return 0;
}
