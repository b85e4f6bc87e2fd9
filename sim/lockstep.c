#include "sim/lockstep.h"
#include "sim/comparison.h"
#include "sim/files.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static_assert((int)HV_COMMIT_FIELDS <= (int)HV_DUT_FIELDS, "a record fits into an event");
static_assert((int)HV_PHASES <= (int)HV_DUT_PHASES, "and its phases");
static_assert(sizeof(struct hv_commit) == HV_COMMIT_FIELDS * sizeof(uint64_t), "a record is an array of fields");

enum { RV_WFI = 0x10500073 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- Image ---- */

int hv_image_load(const struct hv_image *image, struct hv_machine *machine, struct hv_error *error)
{
    for (size_t i = 0; i < image->count; i++) {
        const struct hv_segment *s = &image->segments[i];
        if (!hv_machine_write_ram(machine, s->real, s->bytes, s->length))
            return hv_fail(error, "segment of %zu bytes at 0x%08x: found outside RAM, expected inside", s->length,
                           s->real);
    }
    return image->state ? hv_machine_put(machine, image->state, error) : 0;
}

void hv_image_feed(const struct hv_image *image, struct hv_machine *machine, size_t *position)
{
    if (*position < image->input_length)
        *position += hv_machine_uart_input(machine, image->input + *position, image->input_length - *position);
}

/* ---- Findings ---- */

bool hv_comparison_differ(struct comparison *c, const struct finding *finding)
{
    struct hv_lockstep_result *result = c->result;
    if (result->difference != HV_DIFFERENCE_NONE)
        return false;
    result->end = HV_LOCKSTEP_MISMATCH;
    result->difference = finding->difference;
    result->cycle = c->cycle;
    result->report = hv_report(c, finding);
    result->has_model = finding->model != NULL;
    if (finding->model)
        result->model = *finding->model;
    c->ended = true;
    return false;
}

/* ---- Streams of effects ---- */

static struct effect *oldest(struct effects *queue)
{
    return queue->count ? &queue->ring[queue->first] : NULL;
}

static void drop_oldest(struct effects *queue)
{
    queue->first = (queue->first + 1) % HV_MAX_LAG;
    queue->count--;
}

/* Compare one effect with the other side's oldest, or keep it until there is one. */
static bool match(struct comparison *c, struct stream *stream, const struct effect *effect, bool of_model)
{
    struct effects *own = of_model ? &stream->model : &stream->rtl;
    struct effects *other = of_model ? &stream->rtl : &stream->model;
    struct effect *partner = oldest(other);
    struct finding finding = {.difference = stream == &c->writes ? HV_DIFFERENCE_WRITE : HV_DIFFERENCE_OUTPUT,
                              .model_effect = of_model ? effect : partner,
                              .rtl_effect = of_model ? partner : effect};
    if (!partner) {
        if (own->count == HV_MAX_LAG) {
            finding.text = of_model ? "the model is too far ahead: the RTL lacks what the model did first"
                                    : "the RTL is too far ahead: the model lacks what the RTL did first";
            *(of_model ? &finding.model_effect : &finding.rtl_effect) = oldest(own);
            return hv_comparison_differ(c, &finding);
        }
        own->ring[(own->first + own->count++) % HV_MAX_LAG] = *effect;
        return true;
    }
    const struct hv_bus_write *a = &effect->write, *b = &partner->write;
    if (a->real != b->real || a->data != b->data || a->mask != b->mask)
        return hv_comparison_differ(c, &finding);
    drop_oldest(other);
    stream->matched++;
    return true;
}

/* At the end nothing may be left on either side. */
static bool both_done(struct comparison *c, struct stream *stream)
{
    const struct effect *model = oldest(&stream->model), *rtl = oldest(&stream->rtl);
    if (!model && !rtl)
        return true;
    return hv_comparison_differ(
        c, &(struct finding){.difference = stream == &c->writes ? HV_DIFFERENCE_WRITE : HV_DIFFERENCE_OUTPUT,
                             .model_effect = model,
                             .rtl_effect = rtl,
                             .text = model ? "the RTL ended without it" : "the model ended without it"});
}

/* What the guest sent in this record: to the watcher, and into the comparison. */
static bool model_output(struct comparison *c, uint64_t order)
{
    uint8_t bytes[HV_MAX_WRITES];
    for (size_t count; (count = hv_machine_uart_output(c->machine, bytes, sizeof bytes)) > 0;) {
        for (size_t i = 0; i < count; i++)
            if (!match(c, &c->output, &(struct effect){.write.data = bytes[i], .order = order}, true))
                return false;
        if (c->options->watch.output)
            c->options->watch.output(c->options->watch.context, bytes, count);
    }
    return true;
}

/* ---- Device windows ---- */

static void print_access(char *text, size_t size, const struct hv_dut_window *w)
{
    if (!w)
        snprintf(text, size, "none");
    else if (w->write)
        snprintf(text, size, "store at %08x, data %08x, bytes %x", w->real, w->data, w->mask);
    else
        snprintf(text, size, "load at %08x, bytes %x", w->real, w->mask);
}

static void explain_window(struct window_accesses *windows, const struct hv_dut_window *model,
                           const struct hv_dut_window *rtl)
{
    char texts[2][80];
    print_access(texts[0], sizeof texts[0], model);
    print_access(texts[1], sizeof texts[1], rtl);
    snprintf(windows->text, sizeof windows->text, "model: %s; RTL: %s", texts[0], texts[1]);
}

static const struct hv_dut_window *oldest_access(struct window_accesses *windows)
{
    return windows->count ? &windows->ring[windows->first] : NULL;
}

/* The model's access: it must be the RTL's next one, whose answer it gets. */
static bool answer_model(void *context, struct hv_window_access *access)
{
    struct comparison *c = context;
    struct window_accesses *windows = &c->windows;
    const struct hv_dut_window model = {.real = c->config->window[access->window].base + access->offset,
                                        .mask = access->mask,
                                        .write = access->write,
                                        .data = access->data};
    const struct hv_dut_window *rtl = oldest_access(windows);
    if (!rtl || rtl->real != model.real || rtl->mask != model.mask || rtl->write != model.write ||
        (model.write && rtl->data != model.data)) {
        explain_window(windows, &model, rtl);
        return true;
    }
    access->data = rtl->data;
    access->irq = rtl->irq;
    windows->first = (windows->first + 1) % HV_MAX_WINDOW_ACCESSES;
    windows->count--;
    return !rtl->err;
}

static bool check_windows(struct comparison *c)
{
    if (!c->windows.text[0])
        return true;
    return hv_comparison_differ(c, &(struct finding){.difference = HV_DIFFERENCE_WINDOW, .text = c->windows.text});
}

static void on_window(struct comparison *c, const struct hv_dut_window *access)
{
    struct window_accesses *windows = &c->windows;
    if (windows->count == HV_MAX_WINDOW_ACCESSES) {
        explain_window(windows, NULL, oldest_access(windows));
        check_windows(c);
        return;
    }
    windows->ring[(windows->first + windows->count++) % HV_MAX_WINDOW_ACCESSES] = *access;
}

/* At the end the model has made them all. */
static bool windows_done(struct comparison *c)
{
    if (c->windows.count)
        explain_window(&c->windows, NULL, oldest_access(&c->windows));
    return check_windows(c);
}

/* ---- Records ---- */

/* Time base `clock`: time values as the RTL read them, lines as it sampled them. Nothing else, and
 * returns whether a time value is among them. */
static bool look_outside(struct comparison *c, const struct hv_commit *rtl)
{
    const uint64_t lines = rtl->mip;
    c->outside.mip =
        (uint32_t)((lines & 1) << HV_IRQ_MSI | (lines >> 1 & 1) << HV_IRQ_MTI | (lines >> 2 & 1) << HV_IRQ_MEI);
    uint64_t *value = NULL;
    unsigned first_byte = 0;
    uint64_t mask = 0, data = 0;
    if ((rtl->insn & 0x7f) == 0x73 && (rtl->insn >> 12 & 3) != 0 && rtl->rd_addr != 0) {
        const uint64_t csr = rtl->insn >> 20;
        if (csr == HV_CSR_TIME || csr == HV_CSR_TIMEH)
            value = &c->outside.mtime;
        else if (csr == HV_CSR_MCYCLE || csr == HV_CSR_MCYCLEH || csr == HV_CSR_CYCLE || csr == HV_CSR_CYCLEH)
            value = &c->outside.mcycle;
        first_byte = csr & 0x80 ? 4 : 0;
        mask = 15;
        data = rtl->rd_wdata;
    } else if (rtl->mem_rmask && (rtl->mem_real & ~7u) == c->config->clint_base + 0xbff8u) {
        value = &c->outside.mtime;
        first_byte = rtl->mem_real & 7;
        mask = rtl->mem_rmask;
        data = rtl->mem_rdata;
    }
    for (unsigned i = 0; value && i < 4; i++)
        if (mask >> i & 1) {
            const unsigned shift = 8 * ((first_byte + i) & 7);
            *value = (*value & ~(UINT64_C(0xff) << shift)) | (data >> 8 * i & 0xff) << shift;
        }
    return value != NULL;
}

uint64_t hv_different_fields(const struct hv_commit *model, const struct hv_commit *rtl)
{
    uint64_t fields = 0;
#define COMMIT_FIELD(name, bits, port, meaning) fields |= (uint64_t)(model->name != rtl->name) << HV_COMMIT_##name;
#include "isa/commit.def"
    return fields;
}

static bool compare_record(struct comparison *c, const struct hv_commit *model, const struct hv_commit *rtl,
                           unsigned unknown)
{
    if (!unknown && memcmp(model, rtl, sizeof *model) == 0)
        return true;
    if (unknown) {
        c->result->fields = UINT64_C(1) << (unknown - 1);
        return hv_comparison_differ(c,
                                    &(struct finding){.difference = HV_DIFFERENCE_UNKNOWN, .model = model, .rtl = rtl});
    }
    c->result->fields = hv_different_fields(model, rtl);
    return hv_comparison_differ(c, &(struct finding){.difference = HV_DIFFERENCE_FIELD, .model = model, .rtl = rtl});
}

/* Tell the watcher of a record that agrees; false when it has seen enough. */
static bool tell(struct comparison *c, const struct hv_commit *commit, const uint64_t *phases,
                 const struct hv_bus_write *writes, size_t count, bool copied)
{
    const struct hv_lockstep_watch *watch = &c->options->watch;
    if (!watch->record)
        return true;
    const struct hv_lockstep_record record = {.commit = commit,
                                              .cycle = c->cycle,
                                              .phases = phases,
                                              .writes = writes,
                                              .write_count = count,
                                              .steps = c->steps,
                                              .step_count = c->step_count,
                                              .copied = copied,
                                              .machine = c->machine};
    return watch->record(watch->context, &record);
}

static void spend(struct hv_lockstep_cycles *spent, const struct hv_commit *before, const struct hv_commit *commit,
                  uint64_t cycles, const uint64_t *phases)
{
    spent->all += cycles;
    hv_stack_add(spent->stack, before, commit, phases);
    if (commit->event == HV_EVENT_LVMID)
        spent->lvmid += cycles;
    if (commit->event == HV_EVENT_VM_FAULT)
        spent->vm_faults += cycles;
}

/* Book a record that agrees; `in_region`: it belongs to a region of interest. */
static void keep(struct comparison *c, const struct hv_commit *commit, const uint64_t *phases, bool in_region)
{
    const uint64_t cycles = c->cycle + 1 - c->result->cycles, kept = c->result->commits;
    const struct hv_commit *before = kept ? &c->history[(kept - 1) % HV_HISTORY].commit : NULL;
    spend(&c->result->spent, before, commit, cycles, phases);
    if (in_region)
        spend(&c->result->region_spent, before, commit, cycles, phases);
    hv_report_keep(c, commit);
    c->result->commits++;
    c->result->cycles = c->cycle + 1;
    c->commit_cycle = c->cycle;
    c->step_count = 0;
}

static bool on_record(struct comparison *c, const struct hv_dut_event *event)
{
    struct hv_commit rtl, model;
    memcpy(&rtl, event->commit, sizeof rtl);
    if (hv_machine_stopped(c->machine) == HV_STOP_FINISHED)
        return true; /* fetched before the bus closed: docs/spec.md, 10.10 */
    if (hv_machine_stopped(c->machine) != HV_STOP_NONE)
        return hv_comparison_differ(c, &(struct finding){.difference = HV_DIFFERENCE_EXTRA, .rtl = &rtl});
    hv_image_feed(c->image, c->machine, &c->input_position);
    const bool clock = c->config->timebase == HV_TIMEBASE_CLOCK;
    const bool copied = clock && look_outside(c, &rtl);
    if (c->options->watch.before)
        c->options->watch.before(c->options->watch.context, c->machine);
    struct hv_bus_write writes[HV_MAX_WRITES];
    size_t count = 0;
    const bool in_region = hv_machine_in_region(c->machine);
    memset(&model, 0, sizeof model);
    hv_machine_step(c->machine, clock ? &c->outside : NULL, &model, writes, HV_MAX_WRITES, &count);
    if (!check_windows(c) || !compare_record(c, &model, &rtl, event->unknown))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!match(c, &c->writes, &(struct effect){.write = writes[i], .order = model.order}, true))
            return false;
    if (count && !model_output(c, model.order))
        return false;
    const uint64_t *phases = event->commit + HV_DUT_FIELDS;
    c->result->copied += copied;
    c->result->windows += hv_machine_window_used(c->machine);
    const bool go_on = tell(c, &model, phases, writes, count, copied);
    keep(c, &model, phases, in_region);
    if (!go_on)
        c->result->end = HV_LOCKSTEP_STOPPED;
    else if (c->options->max_commits && hv_machine_counters(c->machine)->commits >= c->options->max_commits)
        c->result->end = HV_LOCKSTEP_LIMIT;
    else
        return true;
    c->ended = true;
    return true;
}

/* ---- The end ---- */

int hv_comparison_ram(struct comparison *c, uint8_t *ram, struct hv_error *error)
{
    const size_t length = c->config->ram_bytes;
    const int result = c->dut->ram(c->dut, ram, length, error);
    if (result == 0 && memcmp(ram, hv_machine_ram(c->machine), length) != 0)
        hv_comparison_differ(c, &(struct finding){.difference = HV_DIFFERENCE_RAM, .rtl_ram = ram});
    return result;
}

static int compare_ram(struct comparison *c, struct hv_error *error)
{
    uint8_t *ram = malloc(c->config->ram_bytes);
    const int result = ram ? hv_comparison_ram(c, ram, error)
                           : hv_fail(error, "out of memory for a copy of RAM (%u bytes)", c->config->ram_bytes);
    free(ram);
    return result;
}

bool hv_comparison_even(struct comparison *c)
{
    return both_done(c, &c->writes) && both_done(c, &c->output) && windows_done(c);
}

static bool compare_end(struct comparison *c, const struct hv_dut_event *event)
{
    const enum hv_stop stop = hv_machine_stopped(c->machine);
    const bool finished = stop == HV_STOP_FINISHED, halted = stop == HV_STOP_HALTED;
    const unsigned code = finished ? hv_machine_exit_code(c->machine) : 0;
    if (finished != event->end.finished || halted != event->end.halted || code != event->end.exit_code) {
        char text[160];
        snprintf(text, sizeof text,
                 "model: finished %d, halted %d, exit code %u; RTL: finished %u, halted %u, exit code %u", finished,
                 halted, code, event->end.finished, event->end.halted, event->end.exit_code);
        return hv_comparison_differ(c, &(struct finding){.difference = HV_DIFFERENCE_END, .text = text});
    }
    c->result->end = finished ? HV_LOCKSTEP_FINISHED : HV_LOCKSTEP_HALTED;
    c->result->exit_code = code;
    return hv_comparison_even(c);
}

/* The model's next record, with or without what comes from outside; then the model is as before. False when memory runs
 * out. */
static bool next_record(const struct comparison *c, const struct hv_outside *outside, struct hv_commit *next)
{
    struct hv_snapshot *now = hv_machine_save(c->machine);
    if (!now)
        return false;
    hv_machine_step(c->machine, outside, next, NULL, 0, NULL);
    hv_machine_restore(c->machine, now);
    hv_snapshot_free(now);
    return true;
}

/* Time base `clock`: does the model's next instruction wait? The machine fetches it by what it remembers of the maps,
 * which may have changed since. */
static bool waits(const struct comparison *c)
{
    const struct hv_outside no_line = {.mip = 0, .mtime = c->outside.mtime, .mcycle = c->outside.mcycle};
    struct hv_commit next;
    return c->config->timebase == HV_TIMEBASE_CLOCK && hv_machine_stopped(c->machine) == HV_STOP_NONE &&
           next_record(c, &no_line, &next) && next.insn == RV_WFI && !next.trap && next.event == HV_EVENT_NONE;
}

/* Does that WFI wait for a byte of the UART's line, as it should, though none is left? On its own the model knows that
 * no byte will come. */
static bool waits_for_ever(const struct comparison *c)
{
    const struct hv_outside no_line = {.mip = 0, .mtime = c->outside.mtime, .mcycle = c->outside.mcycle};
    struct hv_commit alone, waiting;
    if (!next_record(c, NULL, &alone) || !next_record(c, &no_line, &waiting))
        return false;
    const bool for_ever = alone.halt || (alone.event == HV_EVENT_VM_FAULT && alone.cause == HV_FAULT_WFI);
    return for_ever && !waiting.halt && waiting.event == HV_EVENT_NONE;
}

/* No record for how long? A WFI of the time base `clock` may take its time, and waits for ever when no byte is left for
 * the UART to receive. */
static bool check_hang(struct comparison *c)
{
    const struct hv_lockstep_options *options = c->options;
    uint64_t limit = options->hang_cycles ? options->hang_cycles : HV_HANG_CYCLES;
    if (c->cycle - c->commit_cycle < limit)
        return true;
    if (waits(c)) {
        if (!options->wfi_cycles && waits_for_ever(c)) {
            c->result->end = HV_LOCKSTEP_HALTED;
            c->ended = true;
            return both_done(c, &c->writes) && both_done(c, &c->output);
        }
        limit = options->wfi_cycles ? options->wfi_cycles : limit * HV_WFI_FACTOR;
        if (c->cycle - c->commit_cycle < limit)
            return true;
        if (options->wfi_cycles) {
            c->result->end = HV_LOCKSTEP_LIMIT;
            c->ended = true;
            return true;
        }
    }
    struct hv_commit next;
    const bool stopped = hv_machine_stopped(c->machine) != HV_STOP_NONE;
    if (!stopped)
        hv_machine_step(c->machine, NULL, &next, NULL, 0, NULL);
    char text[160];
    snprintf(text, sizeof text, "no record of the RTL for %llu cycles; %s",
             (unsigned long long)(c->cycle - c->commit_cycle),
             stopped ? "the model has ended, and the RTL does not" : "the model's next record is shown");
    return hv_comparison_differ(
        c, &(struct finding){.difference = HV_DIFFERENCE_HANG, .model = stopped ? NULL : &next, .text = text});
}

/* ---- The loop ---- */

static int on_event(struct comparison *c, const struct hv_dut_event *event, struct hv_error *error)
{
    c->cycle = event->cycle;
    if (event->unknown && event->kind != HV_DUT_COMMIT) {
        const char *text = event->kind == HV_DUT_WRITE ? "a bus write" : "a byte sent by the UART";
        hv_comparison_differ(c, &(struct finding){.difference = HV_DIFFERENCE_UNKNOWN, .text = text});
        return 0;
    }
    switch (event->kind) {
    case HV_DUT_COMMIT:
        on_record(c, event);
        return 0;
    case HV_DUT_WRITE: {
        const struct hv_bus_write write = {
            .real = event->write.real, .data = event->write.data, .mask = (uint8_t)event->write.mask};
        match(c, &c->writes, &(struct effect){.write = write, .cycle = c->cycle}, false);
        return 0;
    }
    case HV_DUT_BYTE:
        match(c, &c->output, &(struct effect){.write.data = event->byte, .cycle = c->cycle}, false);
        return 0;
    case HV_DUT_WINDOW:
        on_window(c, &event->window);
        return 0;
    case HV_DUT_STEP:
        if (c->step_count < HV_MAX_STEPS)
            c->steps[c->step_count++] =
                (struct hv_composer_step){event->step.level, event->step.page, event->step.value};
        return 0;
    case HV_DUT_TIME:
        check_hang(c);
        return 0;
    case HV_DUT_END:
        c->ended = true;
        return compare_end(c, event) ? compare_ram(c, error) : 0;
    default:
        return hv_fail(error, "simulator: %.*s", (int)sizeof event->text, event->text);
    }
}

int hv_comparison_advance(struct comparison *c, struct hv_dut_event *events, struct hv_error *error)
{
    const struct hv_lockstep_watch *watch = &c->options->watch;
    size_t count = 0;
    if (c->dut->run(c->dut, events, HV_MAX_EVENTS, &count, error))
        return -1;
    for (size_t i = 0; i < count && !c->ended; i++)
        if (on_event(c, &events[i], error))
            return -1;
    if (watch->progress)
        watch->progress(watch->context, c->result->commits, c->cycle);
    return 0;
}

static int compare(struct comparison *c, struct hv_dut_event *events, struct hv_error *error)
{
    while (!c->ended)
        if (hv_comparison_before(c, error) || hv_comparison_advance(c, events, error) ||
            (!c->ended && hv_comparison_after(c, events, error)))
            return -1;
    return 0;
}

int hv_lockstep_compare(const struct hv_config *config, const struct hv_image *image, struct hv_dut *dut,
                        const struct hv_lockstep_options *options, struct hv_lockstep_result *result,
                        struct hv_error *error)
{
    memset(result, 0, sizeof *result);
    const double begin = now();
    struct hv_machine *machine = hv_machine_new(config, error);
    if (!machine)
        return -1;
    struct comparison *c = calloc(1, sizeof *c);
    struct hv_dut_event *events = malloc(HV_MAX_EVENTS * sizeof *events);
    int status = c && events ? hv_image_load(image, machine, error) : hv_fail(error, "out of memory");
    if (status == 0) {
        *c = (struct comparison){
            .config = config, .image = image, .options = options, .result = result, .dut = dut, .machine = machine};
        result->begun = hv_machine_counters(machine)->instructions;
        hv_machine_windows(machine, answer_model, c);
        status = compare(c, events, error);
        result->counters = *hv_machine_counters(machine);
        result->has_region = hv_machine_region(machine, &result->region);
        result->seconds = now() - begin;
    }
    if (status)
        hv_lockstep_result_free(result);
    free(events);
    free(c);
    hv_machine_free(machine);
    return status;
}

void hv_lockstep_result_free(struct hv_lockstep_result *result)
{
    free(result->report);
    result->report = NULL;
}
