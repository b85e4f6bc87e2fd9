/* The table of all directed cases, and running them as cmocka tests. */
#include "tests/support/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct family {
    const char *name;
    void (*make)(struct case_list *list);
};

/* All of them, on the usual machine. */
static const struct family all_families[] = {
    {"mapping", cases_mapping},
    {"rights", cases_rights},
    {"implicit", cases_implicit},
    {"lvmid", cases_lvmid},
    {"chain", cases_chain},
    {"link", cases_link},
    {"depth", cases_depth},
    {"capability", cases_capability},
    {"exception", cases_exception},
    {"interrupt", cases_interrupt},
    {"atomic", cases_atomic},
    {"fence", cases_fence},
    {"csr", cases_csr},
    {"reset", cases_reset},
    {"phi", cases_phi},
    {"device", cases_device},
    {"thrash", cases_thrash},
    {NULL, NULL},
};

/* What depends on the associator, with others. */
static const struct family associator_families[] = {{"fence", cases_fence}, {"thrash", cases_thrash}, {NULL, NULL}};

/* A machine with as little as possible: two levels, rb maps only, no phi, no atomics, no associator. */
static const struct family small_families[] = {
    {"mapping", cases_mapping},     {"lacking", cases_lacking},
    {"depth", cases_depth},         {"capability", cases_capability},
    {"interrupt", cases_interrupt}, {"device", cases_device},
    {"reset", cases_reset},         {NULL, NULL},
};

static void none(struct hv_config *config)
{
    config->assoc_key = HV_KEY_NONE;
    config->assoc_entries = config->assoc_ways = 1;
}

static void level(struct hv_config *config)
{
    config->assoc_key = HV_KEY_LEVEL;
    config->assoc_entries = 64;
    config->assoc_ways = 4;
    config->assoc_replacement = HV_REPLACEMENT_PLRU;
    config->assoc_split = HV_SPLIT;
    config->prefix_entries = 8;
}

static void random_replacement(struct hv_config *config)
{
    config->assoc_replacement = HV_REPLACEMENT_RANDOM;
    config->prefix_entries = 0;
}

static void small(struct hv_config *config)
{
    config->depth = 2;
    config->isa = HV_ISA_RV32IM;
    config->phi = HV_PHI_IDENTITY;
    config->f_maps = HV_F_RB;
    config->assoc_entries = config->prefix_entries = 0;
    config->assoc_ways = 1;
}

static const struct family window_families[] = {{"window", cases_window}, {NULL, NULL}};

static void add_window(struct hv_config *config, const char *name, uint32_t base, uint32_t bytes)
{
    struct hv_device_window *window = &config->window[config->windows++];
    snprintf(window->name, sizeof window->name, "%s", name);
    window->base = base;
    window->bytes = bytes;
}

static void windows(struct hv_config *config)
{
    add_window(config, "gpio", 0x20000000, 0x1000);
    add_window(config, "other", 0x20008000, 0x3000);
}

static void small_windows(struct hv_config *config)
{
    config->depth = 2;
    config->phi = HV_PHI_IDENTITY;
    config->isa = HV_ISA_RV32IM;
    config->assoc_entries = config->prefix_entries = 0;
    config->assoc_ways = 1;
    add_window(config, "gpio", config->uart_base + HV_UART_BYTES, 0x1000);
}

static void usual(struct hv_config *config)
{
    (void)config;
}

static const struct {
    const char *name;
    void (*change)(struct hv_config *config);
    const struct family *families;
} machines[] = {
    {"", usual, all_families},
    {"key none, one entry", none, associator_families},
    {"key level, split, plru", level, associator_families},
    {"random, no prefix memory", random_replacement, associator_families},
    {"small", small, small_families},
    {"device windows", windows, window_families},
    {"device windows, no associator", small_windows, window_families},
};

enum { MACHINES = sizeof machines / sizeof machines[0] };

struct hv_config directed_machine(unsigned number)
{
    struct hv_config config = directed_config();
    machines[number % MACHINES].change(&config);
    return config;
}

static bool wanted(const char *family, const char *const *names)
{
    for (; names && *names; names++)
        if (!strcmp(*names, family))
            return true;
    return !names;
}

/* The cases of these families, or of all if names is NULL. */
static void make_cases(struct case_list *list, const char *const *names)
{
    for (unsigned i = 0; i < MACHINES; i++) {
        list->config = directed_machine(i);
        list->machine = machines[i].name;
        for (const struct family *family = machines[i].families; family->name; family++)
            if (wanted(family->name, names))
                family->make(list);
    }
    list->complete = true;
}

const struct directed_case *directed_cases(size_t *count)
{
    static struct case_list list;
    if (!list.complete)
        make_cases(&list, NULL);
    *count = list.count;
    return list.cases;
}

static struct machine_pool *pool;

static void one_case(void **state)
{
    char message[1024];
    if (!run_case(pool, *state, message, sizeof message))
        fail_msg("%s", message);
}

int run_families(const char *const *names)
{
    struct case_list list = {0};
    make_cases(&list, names);
    struct CMUnitTest *tests = calloc(list.count, sizeof *tests);
    for (size_t i = 0; i < list.count; i++)
        tests[i] = (struct CMUnitTest){list.cases[i].name, one_case, NULL, NULL, &list.cases[i]};
    pool = machine_pool_new();
    int failed = _cmocka_run_group_tests(names[0], tests, list.count, NULL, NULL);
    machine_pool_free(pool);
    free(tests);
    case_list_free(&list);
    return failed;
}
