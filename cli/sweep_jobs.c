/* The jobs of a plan, each with the command that does it and a key that tells it from all others. */
#include "cli/measure.h"
#include "cli/sweep.h"
#include "sim/files.h"

#include "nestor_version.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- The key: what the result depends on ---- */

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return hv_hash(hash, text, strlen(text) + 1);
}

static int hash_file(uint64_t *hash, const char *path, struct hv_error *error)
{
    enum { BLOCK = 1 << 16 };
    FILE *stream = fopen(path, "rb");
    uint8_t *block = stream ? malloc(BLOCK) : NULL;
    if (!stream)
        return hv_fail(error, "%s: cannot open: %s", path, strerror(errno));
    for (size_t count; block && (count = fread(block, 1, BLOCK, stream)) > 0;)
        *hash = hv_hash(*hash, block, count);
    const int problem = !block ? ENOMEM : ferror(stream) ? errno : 0;
    free(block);
    fclose(stream);
    return problem ? hv_fail(error, "%s: cannot read: %s", path, strerror(problem)) : 0;
}

/* Of the options that are given on, and of the files that they name. */
static int hash_passed(uint64_t *hash, const struct sweep_passed *passed, struct hv_error *error)
{
    static const char *const files[] = {"--input=", "--vm=", "--dtb=", "--initrd="};
    for (size_t i = 0; i < passed->count; i++) {
        const char *option = passed->list[i], *file = NULL;
        for (size_t j = 0; j < sizeof files / sizeof *files; j++)
            if (strncmp(option, files[j], strlen(files[j])) == 0)
                file = option + strlen(files[j]);
        *hash = hash_text(*hash, file ? "file" : option);
        if (file && hash_file(hash, file, error))
            return -1;
    }
    return 0;
}

static void set_key(struct sweep_job *job, uint64_t hash, const struct measure_case *at)
{
    char config[17], text[128];
    hv_config_hash(&at->config, config);
    int used = snprintf(text, sizeof text, "%s %u %s%s", NESTOR_VERSION, at->job.world.depth, config,
                        at->recorded ? " recorded" : "");
    if (at->quantum_listed)
        snprintf(text + used, sizeof text - (size_t)used, " %" PRIu64, at->quantum);
    snprintf(job->key, sizeof job->key, "%016" PRIx64, hash_text(hash, text));
}

/* ---- The command ---- */

static int set_command(struct sweep_job *job, const struct sweep_passed *passed, const struct measure_case *at)
{
    const struct cli_configuration *config = &at->job.config;
    const size_t most = 9 + passed->count + config->count;
    size_t count = 0;
    job->argv = calloc(most, sizeof *job->argv);
    if (!job->argv)
        return -1;
    job->argv[count++] = hv_text("nestor");
    job->argv[count++] = hv_text("measure");
    job->argv[count++] = hv_text("--json");
    if (!at->recorded) /* a trace that is taken as it was recorded */
        job->argv[count++] = hv_text("--depth=%u", at->job.world.depth);
    job->argv[count++] = hv_text("--config=%s", config->name);
    for (size_t i = 0; i < config->count; i++)
        job->argv[count++] = hv_text("--set=%s", config->changes[i]);
    for (size_t i = 0; i < passed->count; i++)
        job->argv[count++] = hv_text("%s", passed->list[i]);
    if (at->quantum_listed) /* one of the list that is given on */
        job->argv[count++] = hv_text("--quantum=%" PRIu64, at->quantum);
    if (!at->options->vm_count)
        job->argv[count++] = hv_text("%s%s", *at->program == '-' ? "./" : "", at->program);
    for (size_t i = 0; i < count; i++)
        if (!job->argv[i])
            return -1;
    return 0;
}

static int set_label(struct sweep_job *job, const struct measure_case *at)
{
    size_t length;
    FILE *out = open_memstream(&job->label, &length);
    if (!out)
        return -1;
    fprintf(out, "%s, depth %u, %s", at->program, at->job.world.depth, at->job.config.name);
    for (size_t i = 0; i < at->job.config.count; i++)
        fprintf(out, " %s", at->job.config.changes[i]);
    if (at->quantum_listed)
        fprintf(out, ", turns of %" PRIu64, at->quantum);
    return fclose(out);
}

static void free_job(struct sweep_job *job)
{
    for (size_t i = 0; job->argv && job->argv[i]; i++)
        free(job->argv[i]);
    free(job->argv);
    free(job->label);
}

/* ---- All of them ---- */

static bool is_known(const struct sweep_jobs *jobs, const char *key)
{
    for (size_t i = 0; i < jobs->count; i++)
        if (strcmp(jobs->list[i].key, key) == 0)
            return true;
    return false;
}

static int add_job(struct sweep_jobs *jobs, const struct sweep_plan *plan, const struct measure_case *at, uint64_t hash,
                   struct hv_error *error)
{
    struct sweep_job job = {0};
    set_key(&job, hash, at);
    if (is_known(jobs, job.key))
        return 0;
    if (jobs->count == jobs->room) {
        const size_t room = jobs->room ? 2 * jobs->room : 64;
        struct sweep_job *list = realloc(jobs->list, room * sizeof *list);
        if (!list)
            return hv_fail(error, "out of memory");
        jobs->list = list;
        jobs->room = room;
    }
    if (set_command(&job, &plan->passed, at) || set_label(&job, at)) {
        free_job(&job);
        return hv_fail(error, "out of memory");
    }
    jobs->list[jobs->count++] = job;
    return 0;
}

/* Of each program its content; the key's beginning. Several VMs are one program, and in the options. */
static int hash_programs(uint64_t *hashes, const struct sweep_plan *plan, struct hv_error *error)
{
    hashes[0] = HV_HASH_BEGIN;
    if (plan->program_count == 0)
        return hash_passed(&hashes[0], &plan->passed, error);
    for (size_t i = 0; i < plan->program_count; i++) {
        hashes[i] = HV_HASH_BEGIN;
        if (hash_file(&hashes[i], plan->programs[i], error) || hash_passed(&hashes[i], &plan->passed, error))
            return -1;
    }
    return 0;
}

static int add_cases(struct sweep_jobs *jobs, const struct sweep_plan *plan, const struct measure_options *options,
                     const uint64_t *hashes, struct hv_error *error)
{
    const size_t cases = measure_cases(options);
    if (cases > CLI_LIST_MOST)
        return hv_fail(error, "found %zu combinations of programs, depths and values, expected at most %d", cases,
                       CLI_LIST_MOST);
    for (size_t i = 0; i < cases; i++) {
        struct measure_case at;
        if (measure_case_make(&at, options, i, error))
            return -1;
        const int status = add_job(jobs, plan, &at, hashes[at.program_index], error);
        measure_case_free(&at);
        if (status)
            return -1;
    }
    return 0;
}

/* The command line of nestor measure that a block is; its words, which are the plan's but for those that begin with --,
 * are to be freed with free_words. NULL when memory runs out. */
static char **block_words(const struct sweep_plan *plan, const struct sweep_block *block, int *count)
{
    char **words = calloc(8 + block->count + plan->passed.count + plan->program_count, sizeof *words);
    size_t n = 0;
    if (!words)
        return NULL;
    words[n++] = hv_text("nestor measure");
    words[n++] = hv_text("--json");
    words[n++] = hv_text("--config=%s", block->config ? block->config : "default");
    for (size_t i = 0; i < block->count; i++)
        words[n++] = hv_text("--set=%s", block->changes[i]);
    if (plan->depth)
        words[n++] = hv_text("--depth=%s", plan->depth);
    for (size_t i = 0; i < plan->passed.count; i++)
        words[n++] = hv_text("%s", plan->passed.list[i]);
    words[n++] = hv_text("--");
    for (size_t i = 0; i < plan->program_count; i++)
        words[n++] = hv_text("%s", plan->programs[i]);
    *count = (int)n;
    return words;
}

static void free_words(char **words, int count)
{
    for (int i = 0; words && i < count; i++)
        free(words[i]);
    free(words);
}

static int add_block(struct sweep_jobs *jobs, const struct sweep_plan *plan, const struct sweep_block *block,
                     const uint64_t *hashes, struct hv_error *error)
{
    int count = 0;
    char **words = block_words(plan, block, &count), **given = words ? calloc((size_t)count + 1, sizeof *given) : NULL;
    struct measure_options options = {0};
    int status = given ? 0 : hv_fail(error, "out of memory");
    for (int i = 0; status == 0 && i < count; i++)
        if (!(given[i] = words[i])) /* `given` is put into another order by argp */
            status = hv_fail(error, "out of memory");
    if (status == 0) {
        status = measure_options_read(&options, count, given, error);
        if (status == 0)
            status = add_cases(jobs, plan, &options, hashes, error);
        measure_options_free(&options);
    }
    free(given);
    free_words(words, count);
    return status;
}

int sweep_jobs_make(struct sweep_jobs *jobs, const struct sweep_plan *plan, struct hv_error *error)
{
    *jobs = (struct sweep_jobs){0};
    uint64_t *hashes = calloc(plan->program_count + 1, sizeof *hashes);
    int status = hashes ? hash_programs(hashes, plan, error) : hv_fail(error, "out of memory");
    for (size_t i = 0; status == 0 && i < plan->block_count; i++) {
        struct hv_error problem;
        status = add_block(jobs, plan, &plan->blocks[i], hashes, &problem);
        if (status)
            hv_fail(error, *plan->blocks[i].name ? "[config %.60s]: %.400s" : "%s%.400s", plan->blocks[i].name,
                    problem.text);
    }
    free(hashes);
    if (status)
        sweep_jobs_free(jobs);
    return status;
}

void sweep_jobs_free(struct sweep_jobs *jobs)
{
    for (size_t i = 0; i < jobs->count; i++)
        free_job(&jobs->list[i]);
    free(jobs->list);
    *jobs = (struct sweep_jobs){0};
}
