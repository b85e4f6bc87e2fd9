/* What run, cosim and replay write about records: a trace, an explanation, and of which records. */
#ifndef NESTOR_WATCH_H
#define NESTOR_WATCH_H

#include "cli/trace.h"
#include "view/explain.h"

/* Does any of it go to standard output? Then the guest's output does not. */
bool cli_watch_takes_stdout(const struct cli_watch_options *options);

struct cli_watch {
    const struct cli_watch_options *options;
    uint64_t vmid;
    unsigned vmid_level;
    uint64_t written;
    bool wanted; /* the record that is being made */
    bool failed;
    struct trace trace;
    struct cli_file file; /* of the explanation */
    struct view_explanation explanation;
};

/* Begin. `json`: another result takes standard output. `places` may be NULL; it is used until the end. */
int cli_watch_open(struct cli_watch *watch, const struct cli_watch_options *options, const struct hv_config *config,
                   const struct view_places *places, bool json, struct hv_error *error);

/* Is anything to be written? */
static inline bool cli_watch_on(const struct cli_watch *watch)
{
    return watch->options && (watch->options->trace || watch->options->explain);
}

/* How many records from number `order` on are surely not to be written: they need not be made one by one. */
uint64_t cli_watch_quiet(const struct cli_watch *watch, uint64_t order);

/* Before the machine makes a record, and after. `record` is false when a file cannot be written: stop. */
void cli_watch_before(struct cli_watch *watch, const struct hv_machine *machine);
bool cli_watch_record(struct cli_watch *watch, const struct hv_machine *machine, const struct hv_commit *commit);

/* End; without `keep` leave no file. The first thing that went wrong is in *error. */
int cli_watch_close(struct cli_watch *watch, bool keep, struct hv_error *error);

#endif
