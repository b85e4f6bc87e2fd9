/* The RTL's side of a run saved (sim/rtl_state.h), and compared with the model's. */
#include "sim/comparison.h"
#include "sim/files.h"
#include "sim/rtl_state.h"

#include <inttypes.h>
#include <stdlib.h>

static uint64_t records(const struct comparison *c)
{
    return hv_machine_counters(c->machine)->commits;
}

static int stop_at(struct comparison *c, uint64_t commits, struct hv_error *error)
{
    if (!c->dut->stop_at)
        return hv_fail(error, "--save: found a simulator whose state cannot be taken, expected verilator");
    c->save_at = commits;
    c->dut->stop_at(c->dut, commits - 1);
    return 0;
}

int hv_comparison_before(struct comparison *c, struct hv_error *error)
{
    const struct hv_lockstep_save *save = &c->options->save;
    if (!save->write)
        return 0;
    if (save->wanted && save->wanted(save->context))
        return stop_at(c, records(c) + 1, error);
    return !c->save_at && save->at > records(c) ? stop_at(c, save->at, error) : 0;
}

/* Until what is late has come. */
static int rest(struct comparison *c, struct hv_dut_event *events, struct hv_error *error)
{
    const uint64_t begin = c->cycle, commits = records(c);
    while (!c->ended && c->cycle < begin + HV_RTL_REST)
        if (hv_comparison_advance(c, events, error))
            return -1;
    if (!c->ended && records(c) != commits)
        return hv_fail(error, "the Verilog: found a record while the core was held, expected none");
    return 0;
}

/* Time of the time base clock is the RTL's own. */
static bool may_differ(const struct comparison *c, enum hv_state_element element)
{
    return c->config->timebase == HV_TIMEBASE_CLOCK && (element == HV_STATE_mtime || element == HV_STATE_mcycle);
}

static void compare_states(struct comparison *c, const struct hv_state *model, const struct hv_state *rtl)
{
    char text[160];
    for (enum hv_state_element e = 0; e < HV_STATE_ELEMENTS && !c->ended; e++)
        for (uint32_t i = 0; i < model->rows[e] && !c->ended; i++) {
            if (model->value[e][i] == rtl->value[e][i] || may_differ(c, e))
                continue;
            snprintf(text, sizeof text, "%s, row %" PRIu32 ": model %" PRIx64 ", RTL %" PRIx64, hv_state_name(e), i,
                     model->value[e][i], rtl->value[e][i]);
            hv_comparison_differ(c, &(struct finding){.difference = HV_DIFFERENCE_STATE, .text = text});
        }
}

static void compare_input(struct comparison *c, uint64_t received)
{
    char text[160];
    const uint64_t expected = c->input_position - hv_machine_uart_waiting(c->machine);
    if (c->ended || received == expected)
        return;
    snprintf(text, sizeof text, "input received: model %" PRIu64 " bytes, RTL %" PRIu64, expected, received);
    hv_comparison_differ(c, &(struct finding){.difference = HV_DIFFERENCE_STATE, .text = text});
}

/* The RTL is held: compare all of it, and write. */
static int save(struct comparison *c, struct hv_state *model, struct hv_state *rtl, uint8_t *ram,
                struct hv_error *error)
{
    const struct hv_lockstep_save *options = &c->options->save;
    uint64_t received;
    hv_machine_take(c->machine, model);
    hv_machine_take(c->machine, rtl);
    if (c->dut->take(c->dut, rtl, &received, error))
        return -1;
    compare_states(c, model, rtl);
    compare_input(c, received);
    if (!c->ended && hv_comparison_ram(c, ram, error))
        return -1;
    if (c->ended || !hv_comparison_even(c))
        return 0;
    const int status = options->write(options->context, rtl, ram, received, error);
    if (status == 1) {
        c->result->end = HV_LOCKSTEP_SAVED;
        c->ended = true;
    }
    return status < 0 ? -1 : 0;
}

static int save_held(struct comparison *c, struct hv_error *error)
{
    struct hv_state *model = hv_state_new(c->config), *rtl = hv_state_new(c->config);
    uint8_t *ram = malloc(c->config->ram_bytes);
    const int status = model && rtl && ram ? save(c, model, rtl, ram, error) : hv_fail(error, "out of memory");
    hv_state_free(model);
    hv_state_free(rtl);
    free(ram);
    return status;
}

int hv_comparison_after(struct comparison *c, struct hv_dut_event *events, struct hv_error *error)
{
    if (!c->save_at || records(c) < c->save_at)
        return 0;
    if (hv_machine_stopped(c->machine) == HV_STOP_FINISHED || hv_machine_stopped(c->machine) == HV_STOP_HALTED)
        return 0;
    if (!hv_machine_between(c->machine)) /* the VM-fault of this LVMID is still to come */
        return stop_at(c, records(c) + 1, error);
    if (c->dut->hold(c->dut, error) || rest(c, events, error))
        return -1;
    if (!c->ended && save_held(c, error))
        return -1;
    if (c->ended)
        return 0;
    c->save_at = 0;
    c->dut->stop_at(c->dut, UINT64_MAX);
    return c->dut->go(c->dut, error);
}
