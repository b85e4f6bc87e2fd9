#include "sim/simulator.h"
#include "sim/adapters.h"
#include "sim/files.h"
#include "sim/signals.h"
#include "sim/sources.h"
#include "sim/verilog.h"

#include "rtlgen/rtlgen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct hv_simulator {
    const struct hv_adapter *adapter;
    struct hv_config config;
    char *directory; /* the cache entry */
    char *verilog;   /* a directory there */
    bool wave;
};

/* ---- The parts of an entry ---- */

/* The RVFI ports in the order of the commit record, for the adapters. */
static const char ports_text[] = "/* Made from isa/commit.def. */\n#define HV_DUT_PORTS(PORT)"
#define COMMIT_FIELD(name, bits, port, meaning) " \\\n    PORT(HV_DUT_FIELD_" #name ", " port ")"
#include "isa/commit.def"
                                 "\nenum {"
#define COMMIT_FIELD(name, bits, port, meaning) " HV_DUT_FIELD_" #name ","
#include "isa/commit.def"
                                 " HV_DUT_PORT_COUNT };\n";

static const struct hv_adapter *const adapters[] = {[HV_SIM_VERILATOR] = &hv_verilator_adapter,
                                                    [HV_SIM_ICARUS] = &hv_icarus_adapter,
                                                    [HV_SIM_GATES] = &hv_gates_adapter};

/* ${NESTOR_CACHE:-${XDG_CACHE_HOME:-~/.cache}/nestor}, to be freed. */
static char *cache_directory(struct hv_error *error)
{
    const char *nestor = getenv("NESTOR_CACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char *path = NULL, *absolute = NULL;
    struct hv_error why = {0};
    if (nestor && *nestor)
        path = hv_text("%s", nestor);
    else if (xdg && *xdg)
        path = hv_text("%s/nestor", xdg);
    else if (home && *home)
        path = hv_text("%s/.cache/nestor", home);
    if (!path)
        hv_fail(error, "no place for the cache of simulators: set NESTOR_CACHE, XDG_CACHE_HOME or HOME");
    else if (!(absolute = realpath(path, NULL)) &&
             (hv_directory_make(path, &why) || !(absolute = realpath(path, NULL))))
        hv_fail(error, "%s; no place for the cache of simulators (NESTOR_CACHE names another)",
                *why.text ? why.text : strerror(errno));
    free(path);
    return absolute;
}

struct job {
    const struct hv_config *config;
    const struct hv_simulator_options *options;
    const struct hv_adapter *adapter;
    const char *cache;
    char *temporary; /* folder for what is made before the entry is known; the cache may be for reading only */
    char *rtl;       /* folder with the Verilog */
    char **names;
    size_t count;
};

/* Name of the cache entry: everything that the simulator is made from, and that it has a manifest. To be freed. */
static char *entry_name(const struct job *job, struct hv_error *error)
{
    uint64_t hash = hv_hash(HV_HASH_BEGIN, HV_CACHE_LAYOUT, sizeof HV_CACHE_LAYOUT);
    hash = hv_hash(hash, ports_text, sizeof ports_text);
    for (const struct hv_source *s = job->adapter->sources; s->name; s++)
        hash = hv_hash(hash, s->text, strlen(s->text) + 1);
    for (size_t i = 0; i < job->count; i++) {
        char *path = hv_text("%s/%s", job->rtl, job->names[i]);
        size_t length;
        uint8_t *bytes = path ? hv_file_read(path, &length, error) : NULL;
        free(path);
        if (!bytes)
            return NULL;
        hash = hv_hash(hv_hash(hash, job->names[i], strlen(job->names[i]) + 1), bytes, length);
        free(bytes);
    }
    if (job->adapter->hash_tools && job->adapter->hash_tools(job->temporary, &hash, error))
        return NULL;
    char config[17];
    hv_config_hash(job->config, config);
    char *name = hv_text("%s-%s-%s%s-%016llx", config, NESTOR_VERSION, job->adapter->name,
                         job->options->wave && job->adapter->wave_differs ? "-wave" : "", (unsigned long long)hash);
    if (!name)
        hv_fail(error, "out of memory");
    return name;
}

static int copy_file(const char *from_folder, const char *to_folder, const char *name, struct hv_error *error)
{
    char *from = hv_text("%s/%s", from_folder, name), *to = hv_text("%s/rtl/%s", to_folder, name);
    size_t length;
    uint8_t *bytes = from ? hv_file_read(from, &length, error) : NULL;
    int result = bytes && to ? hv_file_write(to, bytes, length, error) : -1;
    free(bytes);
    free(from);
    free(to);
    return result;
}

static int write_source(const char *directory, const char *name, const char *text, struct hv_error *error)
{
    char *path = hv_text("%s/%s", directory, name);
    int result = path ? hv_file_write(path, text, strlen(text), error) : hv_fail(error, "out of memory");
    free(path);
    return result;
}

static int fill_entry(void *context, const char *directory, struct hv_error *error)
{
    const struct job *job = context;
    char what[128];
    snprintf(what, sizeof what, "the %s simulator of %s", job->adapter->name, job->config->name);
    if (job->options->building)
        job->options->building(job->options->context, what);
    char *rtl = hv_text("%s/rtl", directory);
    int result = rtl ? hv_directory_make(rtl, error) : hv_fail(error, "out of memory");
    free(rtl);
    for (size_t i = 0; result == 0 && i < job->count; i++)
        result = copy_file(job->rtl, directory, job->names[i], error);
    for (const struct hv_source *s = job->adapter->sources; result == 0 && s->name; s++)
        result = write_source(directory, s->name, s->text, error);
    const bool windows = job->config->windows > 0;
    char *ports = hv_text("%s%s", ports_text, windows ? "#define HV_DUT_WINDOWS\n" : "");
    if (result == 0)
        result = ports ? write_source(directory, "ports.h", ports, error) : hv_fail(error, "out of memory");
    if (result == 0)
        result = write_source(directory, "windows.vh", windows ? "`define HV_WINDOWS\n" : "", error);
    free(ports);
    if (result == 0)
        result = job->adapter->build(directory, job->cache, job->names, job->count, job->options->wave, error);
    return result;
}

/* Generate the Verilog, unless the user has some. */
static int get_verilog(struct job *job, struct hv_error *error)
{
    job->temporary = hv_temporary_directory(error);
    if (!job->temporary)
        return -1;
    job->rtl = hv_text("%s", job->options->rtl ? job->options->rtl : job->temporary);
    if (!job->options->rtl && rtlgen_generate(job->config, &(struct rtlgen_options){0}, job->temporary, error))
        return -1;
    job->names = job->rtl ? hv_directory_list(job->rtl, ".v", &job->count, error) : NULL;
    if (!job->names)
        return -1;
    return job->options->rtl ? hv_verilog_check(job->rtl, job->config, error) : 0;
}

/* ---- The interface ---- */

const char *hv_simulator_name(enum hv_simulator_kind kind)
{
    return adapters[kind]->name;
}

bool hv_simulator_find(const char *name, enum hv_simulator_kind *kind)
{
    for (size_t i = 0; i < sizeof adapters / sizeof *adapters; i++) {
        *kind = (enum hv_simulator_kind)i;
        if (strcmp(name, adapters[i]->name) == 0)
            return true;
    }
    return false;
}

static int open_simulator(struct hv_simulator *simulator, struct job *job, struct hv_error *error)
{
    char *cache = NULL, *name = NULL;
    int result = hv_config_validate(job->config, HV_FOR_HARDWARE, error);
    if (result == 0 && job->options->state && job->options->kind != HV_SIM_VERILATOR)
        result = hv_fail(error, "--sim: found %s with --save or --resume, expected verilator", job->adapter->name);
    if (result == 0)
        result = (job->cache = cache = cache_directory(error)) ? get_verilog(job, error) : -1;
    if (result == 0)
        result = (name = entry_name(job, error)) ? hv_cache_make(cache, name, fill_entry, job, error) : -1;
    if (result == 0) {
        *simulator = (struct hv_simulator){job->adapter, *job->config, hv_text("%s/%s", cache, name),
                                           hv_text("%s/%s/rtl", cache, name), job->options->wave};
        if (!simulator->directory || !simulator->verilog)
            result = hv_fail(error, "out of memory");
    }
    free(name);
    free(cache);
    return result;
}

struct hv_simulator *hv_simulator_open(const struct hv_config *config, const struct hv_simulator_options *options,
                                       struct hv_error *error)
{
    struct hv_signals before;
    struct hv_simulator *simulator = calloc(1, sizeof *simulator);
    struct job job = {.config = config, .options = options, .adapter = adapters[options->kind]};
    if (options->state && options->kind == HV_SIM_VERILATOR)
        job.adapter = &hv_verilator_state_adapter;
    hv_signals_hold(&before);
    const int result = simulator ? open_simulator(simulator, &job, error) : hv_fail(error, "out of memory");
    if (job.temporary)
        hv_directory_remove(job.temporary);
    hv_signals_release(&before);
    hv_names_free(job.names, job.count);
    free(job.rtl);
    free(job.temporary);
    if (result) {
        hv_simulator_close(simulator);
        simulator = NULL;
    }
    return simulator;
}

void hv_simulator_close(struct hv_simulator *simulator)
{
    if (simulator) {
        free(simulator->directory);
        free(simulator->verilog);
    }
    free(simulator);
}

const char *hv_simulator_verilog(const struct hv_simulator *simulator)
{
    return simulator->verilog;
}

struct hv_dut *hv_simulator_start(struct hv_simulator *simulator, const struct hv_image *image,
                                  const struct hv_dut_setup *setup, struct hv_error *error)
{
    const struct hv_config *config = &simulator->config;
    for (size_t i = 0; i < image->count; i++) {
        const struct hv_segment *s = &image->segments[i];
        if (s->real < config->ram_base || s->length > config->ram_bytes ||
            s->real - config->ram_base > config->ram_bytes - s->length) {
            hv_fail(error, "segment of %zu bytes at 0x%08x: found outside RAM, expected inside", s->length, s->real);
            return NULL;
        }
    }
    return simulator->adapter->start(simulator->directory, config, image, setup, error);
}

/* What answers for the device windows of the RTL. */
struct windows {
    const struct hv_config *config;
    const struct hv_windows *windows;
};

static void answer_window(void *context, struct hv_dut_window *request)
{
    const struct windows *w = context;
    const enum hv_device device = hv_config_device_at(w->config, request->real);
    if (device < HV_DEVICE_WINDOW || device == HV_DEVICE_NONE)
        return; /* the comparison will see that the model makes no such access */
    const unsigned window = device - HV_DEVICE_WINDOW;
    struct hv_window_access access = {.window = window,
                                      .offset = request->real - w->config->window[window].base,
                                      .mask = (uint8_t)request->mask,
                                      .write = request->write,
                                      .data = request->data,
                                      .irq = request->irq};
    request->err = !w->windows->function(w->windows->context, &access);
    request->irq = access.irq;
    if (!request->write)
        request->data = access.data;
}

static struct hv_dut_setup setup_of(const struct hv_image *image, const struct hv_lockstep_options *options,
                                    struct windows *windows)
{
    const bool has_line = image->state && image->state->rows[HV_STATE_external];
    return (struct hv_dut_setup){.window = options->windows.function ? answer_window : NULL,
                                 .window_context = windows,
                                 .input = image->input,
                                 .input_length = image->input_length,
                                 .irq = has_line ? (uint32_t)image->state->value[HV_STATE_external][0] : 0,
                                 .seed = options->seed,
                                 .wait_percent = options->wait_percent};
}

int hv_lockstep_run(struct hv_simulator *simulator, const struct hv_image *image,
                    const struct hv_lockstep_options *options, struct hv_lockstep_result *result,
                    struct hv_error *error)
{
    struct windows windows = {&simulator->config, &options->windows};
    const struct hv_dut_setup setup = setup_of(image, options, &windows);
    struct hv_dut *dut = hv_simulator_start(simulator, image, &setup, error);
    if (!dut)
        return -1;
    const int status = hv_lockstep_compare(&simulator->config, image, dut, options, result, error);
    dut->close(dut);
    return status;
}

/* Give the events of the wanted cycles; returns the last one. */
static const struct hv_dut_event *pass_events(const struct hv_alone *alone, const struct hv_dut_event *events,
                                              size_t count)
{
    for (size_t i = 0; i < count && alone->event; i++)
        if (events[i].cycle >= alone->from && events[i].cycle <= alone->to)
            alone->event(alone->context, &events[i]);
    return &events[count - 1];
}

int hv_simulator_alone(struct hv_simulator *simulator, const struct hv_image *image,
                       const struct hv_lockstep_options *options, struct hv_alone *alone, struct hv_error *error)
{
    enum { EVENTS = 256 };
    struct windows windows = {&simulator->config, &options->windows};
    struct hv_dut_setup setup = setup_of(image, options, &windows);
    setup.wave = alone->wave;
    setup.wave_from = alone->from;
    setup.wave_to = alone->to;
    struct hv_signals before; /* the simulator's files are not to stay */
    hv_signals_hold(&before);
    struct hv_dut_event *events = malloc(EVENTS * sizeof *events);
    struct hv_dut *dut = events ? hv_simulator_start(simulator, image, &setup, error) : NULL;
    int result = dut ? 0 : -1;
    bool over = false;
    alone->cycles = 0;
    while (result == 0 && !over) {
        size_t count = 0;
        result = dut->run(dut, events, EVENTS, &count, error);
        if (result)
            break;
        const struct hv_dut_event *last = pass_events(alone, events, count);
        if (last->kind == HV_DUT_ERROR)
            result = hv_fail(error, "simulator: %.*s", (int)sizeof last->text, last->text);
        else if (hv_signals_came())
            result = hv_fail(error, "simulator: interrupted");
        else
            alone->cycles = last->cycle;
        over = last->kind == HV_DUT_END || last->cycle > alone->to;
    }
    if (dut)
        dut->close(dut);
    hv_signals_release(&before);
    free(events);
    return result;
}
