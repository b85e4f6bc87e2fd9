/* Results of nestor measure as tables for people. */
#include "cli/measure.h"
#include "view/names.h"

#include <inttypes.h>
#include <string.h>

/* Width of a column of numbers at least, and of one for 1,000 instructions. */
enum { NUMBER_WIDTH = 10, RATE_WIDTH = 8 };

static const char instructions_or_references[] = "instr. or refs";
static const char *const count_names[] = {"instructions", "accesses",    "lookups", "misses",
                                          "walk reads",   "cycles lost", NULL};
static const char *const counter_names[] = {
#define ASSOCIATOR_COUNTER(name, hpm, meaning) #name,
#include "isa/counters.def"
    NULL};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static int larger(int a, size_t b)
{
    return b > (size_t)a ? (int)b : a;
}

static int program_width(const struct measure_options *options)
{
    int width = (int)strlen("program");
    for (size_t i = 0; i < options->program_count; i++)
        width = larger(width, strlen(base_name(options->programs[i])));
    return width;
}

static void print_names(const char *const *names)
{
    for (; *names; names++)
        printf("  %*s", larger(NUMBER_WIDTH, strlen(*names)), *names);
}

/* What is counted first: of programs instructions, of traces references. */
static const char *counted(const struct measure_options *options)
{
    size_t traces = 0;
    for (size_t i = 0; options->traces && i < options->program_count; i++)
        traces += options->traces[i];
    return !traces ? count_names[0] : traces == options->program_count ? "references" : instructions_or_references;
}

static void print_count_names(const char *first)
{
    printf("  %*s", larger((int)strlen(count_names[0]), strlen(first)), first);
    print_names(count_names + 1);
}

/* The key without its section. */
static const char *short_key(const struct measure_axis *axis)
{
    const char *dot = strrchr(axis->key, '.');
    return dot ? dot + 1 : axis->key;
}

static int axis_width(const struct measure_axis *axis)
{
    int width = (int)strlen(short_key(axis));
    for (size_t i = 0; i < axis->values.count; i++)
        width = larger(width, strlen(axis->values.items[i]));
    return width;
}

/* Only what differs between rows has a column. */
static bool has_column(const struct measure_axis *axis)
{
    return axis->values.count > 1;
}

/* What all rows have in common, in a line above. */
static void print_common(const struct measure_options *options)
{
    printf("configuration %s", options->config.name);
    for (size_t i = 0; i < options->axis_count; i++)
        if (!has_column(&options->axes[i]))
            printf(", %s = %s", options->axes[i].key, options->axes[i].values.items[0]);
    printf("; the four figures on the right are for 1,000 instructions%s\n",
           options->traces ? ", or references where a trace does not tell of instructions" : "");
}

void measure_print_head(const struct measure_options *options)
{
    static const char *const rates[] = {"lookups", "misses", "reads", "lost"};
    print_common(options);
    printf("%-*s  depth", program_width(options), "program");
    for (size_t i = 0; i < options->axis_count; i++)
        if (has_column(&options->axes[i]))
            printf("  %*s", axis_width(&options->axes[i]), short_key(&options->axes[i]));
    print_count_names(counted(options));
    fputs(" |", stdout);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        printf("  %*s", RATE_WIDTH, rates[i]);
    putchar('\n');
}

static void print_rate(const struct measure_result *result, uint64_t value)
{
    printf("  %*.3f", RATE_WIDTH, measure_per_thousand(result, value));
}

/* Below their names. */
static void print_numbers(const char *const *names, const uint64_t *numbers)
{
    for (; *names; names++, numbers++)
        printf("  %*" PRIu64, larger(NUMBER_WIDTH, strlen(*names)), *numbers);
}

/* All six of them, or with `names` beginning further on those behind it. */
static void print_counts(const char *const *names, const struct lab_counts *counts)
{
    const uint64_t numbers[] = {counts->instructions, counts->accesses,   counts->lookups,
                                counts->misses,       counts->walk_reads, counts->cycles_lost};
    print_numbers(names, numbers + (names - count_names));
}

void measure_print_row(const struct measure_result *result)
{
    const struct measure_case *at = &result->at;
    struct lab_counts counts = lab_counts_of(&result->counted, &result->counters, measure_waits);
    if (at->replayed)
        counts.instructions = result->references;
    printf("%-*s  %5u", program_width(at->options), base_name(at->program), at->job.world.depth);
    for (size_t i = 0; i < at->options->axis_count; i++) {
        const struct measure_axis *axis = &at->options->axes[i];
        if (has_column(axis))
            printf("  %*s", axis_width(axis), axis->values.items[at->value_index[i]]);
    }
    printf("  %*" PRIu64, larger((int)strlen(count_names[0]), strlen(counted(at->options))), counts.instructions);
    print_counts(count_names + 1, &counts);
    fputs(" |", stdout);
    print_rate(result, counts.lookups);
    print_rate(result, counts.misses);
    print_rate(result, counts.walk_reads);
    print_rate(result, counts.cycles_lost);
    putchar('\n');
    fflush(stdout);
}

/* ---- the tables of --by ---- */

enum { LABEL_WIDTH = 12 };

static void print_parts_head(const char *label, const char *const *names)
{
    printf("  %-*s", LABEL_WIDTH, label);
    print_names(names);
    putchar('\n');
}

static void print_counters(const char *label, const struct hv_associator_counters *counters)
{
    const uint64_t numbers[] = {
#define ASSOCIATOR_COUNTER(name, hpm, meaning) counters->name,
#include "isa/counters.def"
    };
    printf("  %-*s", LABEL_WIDTH, label);
    print_numbers(counter_names, numbers);
    putchar('\n');
}

static void print_ports(const struct measure_result *result)
{
    print_parts_head("port", counter_names);
    print_counters("fetch", &result->counters.by_port[0]);
    print_counters("data", &result->counters.by_port[1]);
}

static void print_levels(const struct measure_result *result)
{
    print_parts_head("level", counter_names);
    for (unsigned level = 0; level <= result->counted.depth; level++) {
        char label[8];
        if (!result->counters.instructions_by_level[level] && !result->counters.by_level[level].accesses)
            continue;
        snprintf(label, sizeof label, "%u", level);
        print_counters(label, &result->counters.by_level[level]);
    }
}

static void print_vms(const struct measure_result *result)
{
    printf("  %-*s", LABEL_WIDTH, "VM");
    print_count_names(result->at.replayed ? "references" : count_names[0]);
    putchar('\n');
    for (size_t i = 0; i < result->parts.vm_count; i++) {
        const struct lab_vm_part *vm = &result->parts.vms[i];
        char text[VIEW_VMID_SIZE];
        printf("  %-*s", LABEL_WIDTH, view_vmid(&result->counted, vm->vmid, vm->level, text));
        print_counts(count_names, &vm->counts);
        putchar('\n');
    }
}

static void print_flushes(const struct measure_result *result)
{
    static const char *const names[] = {"count", "entries", NULL};
    print_parts_head("flush", names);
    for (enum hv_flush cause = 0; cause < HV_FLUSHES; cause++) {
        printf("  %-*s", LABEL_WIDTH, lab_flush_name(cause));
        print_numbers(names,
                      (const uint64_t[]){result->parts.flushes[cause].count, result->parts.flushes[cause].entries});
        putchar('\n');
    }
}

static void print_series(const struct measure_result *result)
{
    print_parts_head("up to", count_names + 1);
    for (size_t i = 0; i < result->parts.point_count; i++) {
        const struct lab_point *point = &result->parts.points[i];
        printf("  %-*" PRIu64, LABEL_WIDTH, point->at);
        print_counts(count_names + 1, &point->counts);
        putchar('\n');
    }
}

void measure_print_title(const struct measure_result *result)
{
    const struct measure_case *at = &result->at;
    printf("\n%s at depth %u", base_name(at->program), at->job.world.depth);
    for (size_t i = 0; i < at->options->axis_count; i++)
        if (has_column(&at->options->axes[i]))
            printf(", %s %s", short_key(&at->options->axes[i]), at->options->axes[i].values.items[at->value_index[i]]);
    putchar('\n');
}

void measure_print_parts(const struct measure_result *result)
{
    static void (*const tables[MEASURE_TABLES])(const struct measure_result *) = {
        [MEASURE_BY_PORT] = print_ports,
        [MEASURE_BY_LEVEL] = print_levels,
        [MEASURE_BY_VM] = print_vms,
        [MEASURE_BY_FLUSH] = print_flushes,
    };
    bool any = result->at.options->interval != 0;
    for (enum measure_table table = 0; table < MEASURE_TABLES; table++)
        any |= result->at.options->by[table];
    if (!any)
        return;
    measure_print_title(result);
    for (enum measure_table table = 0; table < MEASURE_TABLES; table++)
        if (result->at.options->by[table])
            tables[table](result);
    if (result->at.options->interval)
        print_series(result);
}
