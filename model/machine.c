/* A machine's life: new, reset, step, run; and what its caller may look at. */
#include "model/machine_internal.h"

#include <stdlib.h>
#include <string.h>

/* Decoded pages kept at a time, 8 KiB each; a guest that executes more pages has them decoded again. */
enum { CODE_PAGES = 1024 };

static uint32_t ram_pages(const struct hv_config *config)
{
    return config->ram_bytes >> HV_PAGE_BITS;
}

static bool allocate(struct hv_machine *m)
{
    uint32_t pages = ram_pages(&m->config);
    m->code_page_count = pages < CODE_PAGES ? pages : CODE_PAGES;
    m->blocks.ram = calloc(m->config.ram_bytes, 1);
    m->blocks.code = calloc(pages, sizeof *m->blocks.code);
    m->blocks.code_pages = calloc(m->code_page_count, sizeof *m->blocks.code_pages);
    m->blocks.code_owner = calloc(m->code_page_count, sizeof *m->blocks.code_owner);
    m->blocks.table_page = calloc(1, sizeof *m->blocks.table_page);
    m->blocks.walked = calloc(WALKS, sizeof *m->blocks.walked);
    return hvm_associator_init(&m->associator, &m->config) && m->blocks.ram && m->blocks.code && m->blocks.code_pages &&
           m->blocks.code_owner && m->blocks.table_page && m->blocks.walked;
}

struct hv_machine *hv_machine_new(const struct hv_config *config, struct hv_error *error)
{
    if (hv_config_validate(config, HV_FOR_MODEL, error))
        return NULL;
    struct hv_machine *m = calloc(1, sizeof *m);
    if (m) {
        m->config = *config;
        if (allocate(m)) {
            hv_machine_reset(m);
            return m;
        }
    }
    hv_machine_free(m);
    *error = (struct hv_error){"not enough memory for the machine"};
    return NULL;
}

void hv_machine_free(struct hv_machine *m)
{
    if (!m)
        return;
    hvm_associator_free(&m->associator);
    free(m->blocks.ram);
    free(m->blocks.code);
    free(m->blocks.code_pages);
    free(m->blocks.code_owner);
    free(m->blocks.table_page);
    free(m->blocks.walked);
    free(m->blocks.output.bytes);
    free(m);
}

/* Everything is 0 after reset but what is set here (10.1.13). */
void hv_machine_reset(struct hv_machine *m)
{
    struct hv_machine fresh = {
        .config = m->config,
        .blocks = m->blocks,
        .associator = m->associator,
        .ram_base = m->config.ram_base,
        .ram_bytes = m->config.ram_bytes,
        .code_page_count = m->code_page_count,
        .next_code_page = m->next_code_page,
        .probe = HV_PROBE_STEPS,
        .mtimecmp = UINT64_MAX,
        .latched = 1,
    };
    *m = fresh;
    for (enum context_word word = 0; word < CTX_WORDS; word++)
        m->live[word] = hvm_legalize(&m->config, word, 0);
    m->live[CTX_PC] = m->config.reset_vector;
    m->live[CTX_MODE] = MODE_M;
    for (unsigned i = 0; i < PORTS * MAX_LAST_PAGES; i++)
        m->last[i / MAX_LAST_PAGES][i % MAX_LAST_PAGES].page = NOWHERE;
    m->blocks.output.first = m->blocks.output.end = 0;
    hvm_associator_reset(&m->associator);
    hvm_forget_walks(m);
    hvm_close_windows(m);
}

void hv_machine_windows(struct hv_machine *m, hv_window_function *function, void *context)
{
    m->blocks.windows = function;
    m->blocks.windows_context = context;
}

void hv_machine_watch(struct hv_machine *m, struct hv_watcher watcher)
{
    m->blocks.watcher = watcher;
    hvm_close_windows(m);
}

void hvm_tell_flush(const struct hv_machine *m, struct hv_flushed flush)
{
    const struct hv_watcher *watcher = &m->blocks.watcher;
    if (watcher->flushed)
        watcher->flushed(watcher->context, m, &flush);
}

bool hv_machine_window_used(const struct hv_machine *m)
{
    return m->window_used;
}

/* ---- step and run ---- */

static bool stopped(const struct hv_machine *m)
{
    return m->stop == HV_STOP_FINISHED || m->stop == HV_STOP_HALTED;
}

static void from_outside(struct hv_machine *m, const struct hv_outside *outside)
{
    m->outside = outside != NULL;
    if (!outside)
        return;
    m->outside_lines = outside->mip & HV_CSR_WRITABLE_MIE;
    m->mtime_offset = outside->mtime - m->counters.commits;
    m->mcycle_offset = outside->mcycle - m->counters.commits;
}

static void begin_record(struct hv_machine *m)
{
    uint32_t lines = hvm_lines(m);
    m->record = (struct hv_commit){
        .order = m->counters.commits,
        .pc_rdata = m->live[CTX_PC],
        .mode = m->live[CTX_MODE],
        .level = m->level,
        .vmid = m->vmid,
        .mip = (lines >> HV_IRQ_MSI & 1) | (lines >> HV_IRQ_MTI & 1) << 1 | (lines >> HV_IRQ_MEI & 1) << 2,
    };
    m->traced = (struct decoded){.op = OP_ILLEGAL, .rd = SINK};
    m->window_used = false;
}

/* The counters that a record has the gains of, before it. */
struct before {
    struct hv_associator_counters by_port[PORTS];
    uint64_t flushed;
};

static void finish_record(struct hv_machine *m, const struct before *before)
{
    struct hv_commit *record = &m->record;
    const struct hv_associator_counters *then = before->by_port, *now = m->counters.by_port;
#define GAINED(counter)                                                                                                \
    record->counter =                                                                                                  \
        (now[PORT_FETCH].counter - then[PORT_FETCH].counter) | (now[PORT_DATA].counter - then[PORT_DATA].counter) << 1
    GAINED(accesses);
    GAINED(lookups);
    GAINED(hits);
    GAINED(misses);
    GAINED(prefix_hits);
    GAINED(fills);
    record->walk_reads_fetch = now[PORT_FETCH].walk_reads - then[PORT_FETCH].walk_reads;
    record->walk_reads_data = now[PORT_DATA].walk_reads - then[PORT_DATA].walk_reads;
    record->flushed = m->counters.associator.flushed - before->flushed;
    record->pc_wdata = m->live[CTX_PC];
    bool retired = !record->trap && record->event != HV_EVENT_VM_FAULT;
    if (retired && hvm_writes_rd(&m->traced) && m->traced.rd != SINK) {
        record->rd_addr = m->traced.rd;
        record->rd_wdata = m->x[m->traced.rd];
    }
}

enum hv_stop hv_machine_step(struct hv_machine *m, const struct hv_outside *outside, struct hv_commit *commit,
                             struct hv_bus_write *writes, size_t capacity, size_t *count)
{
    if (count)
        *count = 0;
    if (stopped(m)) {
        *commit = (struct hv_commit){0};
        return m->stop;
    }
    const struct before before = {{m->counters.by_port[PORT_FETCH], m->counters.by_port[PORT_DATA]},
                                  m->counters.associator.flushed};
    m->stop = HV_STOP_NONE;
    m->tracing = true;
    m->log = writes;
    m->log_capacity = writes ? capacity : 0;
    m->log_count = 0;
    from_outside(m, outside);
    begin_record(m);
    if (!hvm_take_event(m))
        hvm_execute_traced(m, 1);
    finish_record(m, &before);
    *commit = m->record;
    if (count)
        *count = m->log_count;
    m->tracing = false;
    m->outside = false;
    return m->stop;
}

/* Records until the end of the run, or until the timer's line changes. */
static uint64_t batch(const struct hv_machine *m, uint64_t end)
{
    uint64_t left = end - m->counters.commits, timer = hvm_records_until_timer(m);
    return left < timer ? left : timer;
}

enum hv_stop hv_machine_run(struct hv_machine *m, uint64_t limit)
{
    uint64_t commits = m->counters.commits, end = commits + limit < commits ? UINT64_MAX : commits + limit;
    if (stopped(m))
        return m->stop;
    m->stop = HV_STOP_NONE;
    while (m->stop == HV_STOP_NONE && m->counters.commits < end) {
        if (!hvm_take_event(m))
            hvm_execute_fast(m, batch(m, end));
    }
    if (m->stop == HV_STOP_NONE)
        m->stop = HV_STOP_LIMIT;
    return m->stop;
}

/* ---- regions of interest ---- */

/* to += sign * from, counter by counter: all of struct hv_counters is 64-bit counters. */
static void add_counters(struct hv_counters *to, const struct hv_counters *from, uint64_t sign)
{
    uint64_t sum[sizeof *to / sizeof(uint64_t)], other[sizeof *to / sizeof(uint64_t)];
    memcpy(sum, to, sizeof sum);
    memcpy(other, from, sizeof other);
    for (size_t i = 0; i < sizeof sum / sizeof sum[0]; i++)
        sum[i] += sign * other[i];
    memcpy(to, sum, sizeof sum);
}

static void close_region(struct hv_counters *sum, const struct hv_machine *m)
{
    add_counters(sum, &m->counters, 1);
    add_counters(sum, &m->region_start, UINT64_MAX);
}

/* A hint instruction has retired. A begin in an open region and an end outside of one do nothing. */
void hvm_region(struct hv_machine *m, bool begin)
{
    if (begin == m->region_open)
        return;
    if (begin)
        m->region_start = m->counters;
    else
        close_region(&m->region_sum, m);
    m->region_open = begin;
    m->region_begun |= begin;
}

bool hv_machine_region(const struct hv_machine *m, struct hv_counters *region)
{
    if (!m->region_begun)
        return false;
    *region = m->region_sum;
    if (m->region_open)
        close_region(region, m);
    return true;
}

bool hv_machine_in_region(const struct hv_machine *m)
{
    return m->region_open;
}

/* ---- what the caller may look at ---- */

const struct hv_config *hv_machine_config(const struct hv_machine *m)
{
    return &m->config;
}

static bool inside_ram(const struct hv_machine *m, uint32_t real, size_t length)
{
    uint32_t offset = real - m->ram_base;
    return offset <= m->ram_bytes && length <= m->ram_bytes - offset;
}

bool hv_machine_write_ram(struct hv_machine *m, uint32_t real, const void *bytes, size_t length)
{
    if (!inside_ram(m, real, length))
        return false;
    uint32_t offset = real - m->ram_base;
    if (length)
        memcpy(m->blocks.ram + offset, bytes, length);
    for (uint32_t word = offset / 4; word < (offset + length + 3) / 4; word++)
        hvm_ram_written(m, word * 4);
    return true;
}

bool hv_machine_read_ram(const struct hv_machine *m, uint32_t real, void *bytes, size_t length)
{
    if (!inside_ram(m, real, length))
        return false;
    if (length)
        memcpy(bytes, m->blocks.ram + (real - m->ram_base), length);
    return true;
}

const uint8_t *hv_machine_ram(const struct hv_machine *m)
{
    return m->blocks.ram;
}

enum hv_stop hv_machine_stopped(const struct hv_machine *m)
{
    return m->stop;
}

unsigned hv_machine_exit_code(const struct hv_machine *m)
{
    return m->exit_code;
}

void hv_machine_input_open(struct hv_machine *m, bool open)
{
    m->blocks.input_open = open;
}

bool hv_machine_waited(struct hv_machine *m)
{
    const bool waited = m->blocks.waited;
    m->blocks.waited = false;
    return waited;
}

uint64_t hv_machine_mtime(const struct hv_machine *m)
{
    return hvm_mtime(m);
}

const struct hv_counters *hv_machine_counters(const struct hv_machine *m)
{
    return &m->counters;
}

uint32_t hv_machine_pc(const struct hv_machine *m)
{
    return m->live[CTX_PC];
}

unsigned hv_machine_mode(const struct hv_machine *m)
{
    return m->live[CTX_MODE];
}

unsigned hv_machine_level(const struct hv_machine *m)
{
    return m->level;
}

uint64_t hv_machine_vmid(const struct hv_machine *m)
{
    return m->vmid;
}

uint32_t hv_machine_x(const struct hv_machine *m, unsigned i)
{
    return i < 32 ? m->x[i] : 0;
}

bool hv_machine_map(const struct hv_machine *m, unsigned level, unsigned window, struct hv_map *map)
{
    if (level == 0 || level > m->config.depth || window > 1)
        return false;
    const struct f_map *latched = &m->levels[level].map[window];
    *map = (struct hv_map){latched->form, latched->grain, latched->first,
                           latched->base, latched->bound, latched->form == HV_FORM_LINEAR ? latched->table : 0};
    return true;
}

uint32_t hv_machine_caps(const struct hv_machine *m, unsigned level)
{
    return level && level <= m->config.depth ? m->levels[level].caps : 0;
}

enum hv_probe hv_machine_probe(const struct hv_machine *m)
{
    return m->probe;
}
