/* With and without an associator: two models, record by record. */
#include "fuzz/contract.h"
#include "fuzz/run.h"
#include "fuzz/step.h"
#include "sim/comparison.h"
#include "sim/files.h"

#include <stdlib.h>
#include <string.h>

/* Fields that tell of the associator, and so differ. */
static uint64_t fields_of_associator(void)
{
    uint64_t fields = 0;
    for (unsigned i = HV_COMMIT_accesses; i <= HV_COMMIT_flushed; i++)
        fields |= UINT64_C(1) << i;
    return fields;
}

struct pair {
    const struct fuzz_world *world;
    struct hv_machine *with, *without;
    struct fuzz_stored stored;
    struct fuzz_compositions compositions;
    struct comparison *comparison; /* for the report */
};

/* From here on the two may differ: the spec does not promise that an associator is not noticed. */
static bool is_open(struct pair *p)
{
    return fuzz_stored_next(&p->stored, p->without) || !fuzz_compositions_hold(&p->compositions, p->without);
}

/* What differs between two records, or NULL. */
static char *compare_steps(struct pair *p, const struct fuzz_step *with, const struct fuzz_step *without)
{
    static const char what[] = "an associator is noticed, though every change was fenced";
    struct hv_lockstep_result *result = p->comparison->result;
    result->fields = hv_different_fields(&with->commit, &without->commit) & ~fields_of_associator();
    if (result->fields)
        return hv_report(p->comparison, &(struct finding){.difference = HV_DIFFERENCE_FIELD,
                                                          .model = &with->commit,
                                                          .rtl = &without->commit,
                                                          .text = what});
    for (size_t i = 0; i < with->count || i < without->count; i++) {
        const struct effect a = {with->writes[i], with->commit.order, 0};
        const struct effect b = {without->writes[i], without->commit.order, 0};
        if (i < with->count && i < without->count && a.write.real == b.write.real && a.write.data == b.write.data &&
            a.write.mask == b.write.mask)
            continue;
        return hv_report(p->comparison, &(struct finding){.difference = HV_DIFFERENCE_WRITE,
                                                          .model = &with->commit,
                                                          .rtl = &without->commit,
                                                          .model_effect = i < with->count ? &a : NULL,
                                                          .rtl_effect = i < without->count ? &b : NULL,
                                                          .text = what});
    }
    return NULL;
}

static int step_both(struct pair *p, struct fuzz_result *result, struct hv_error *error)
{
    struct fuzz_step a = {.stop = HV_STOP_NONE}, b = a;
    while (result->commits < p->world->limit && a.stop == HV_STOP_NONE) {
        if (is_open(p)) {
            result->verdict = FUZZ_UNDEFINED;
            break;
        }
        fuzz_step(p->with, &a);
        fuzz_step(p->without, &b);
        result->report = compare_steps(p, &a, &b);
        if (result->report) {
            result->verdict = FUZZ_ASSOCIATOR_SEEN;
            break;
        }
        fuzz_stored_note(&p->stored, &b.commit, b.writes, b.count);
        fuzz_compositions_note(&p->compositions, &b.commit);
        hv_report_keep(p->comparison, &a.commit);
        p->comparison->result->commits = ++result->commits;
        p->comparison->writes.matched += a.count;
    }
    return p->compositions.failed ? hv_fail(error, "out of memory") : 0;
}

int fuzz_run_without_associator(const struct fuzz_world *world, const char *repeat, struct fuzz_result *result,
                                struct hv_error *error)
{
    struct hv_lockstep_result for_report = {.end = HV_LOCKSTEP_MISMATCH};
    const struct hv_lockstep_options options = {.repeat = repeat};
    struct hv_config config = world->config;
    config.assoc_ways = 1;
    config.assoc_entries = config.prefix_entries = 0;
    memset(result, 0, sizeof *result);
    struct pair p = {.world = world, .comparison = calloc(1, sizeof *p.comparison)};
    fuzz_compositions_begin(&p.compositions, &config);
    p.with = fuzz_machine_new(world, &world->config, error);
    p.without = p.with ? fuzz_machine_new(world, &config, error) : NULL;
    int status = p.without ? fuzz_stored_begin(&p.stored, &config, error) : -1;
    if (status == 0 && !p.comparison)
        status = hv_fail(error, "out of memory");
    if (status == 0) {
        *p.comparison = (struct comparison){.config = &world->config,
                                            .options = &options,
                                            .result = &for_report,
                                            .sides = {"with associator", "without"},
                                            .machine = p.with};
        status = step_both(&p, result, error);
    }
    hv_machine_free(p.with);
    hv_machine_free(p.without);
    fuzz_stored_end(&p.stored);
    fuzz_compositions_end(&p.compositions);
    free(p.comparison);
    return status;
}
