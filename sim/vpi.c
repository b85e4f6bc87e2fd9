/* The Icarus adapter: a VPI module for vvp that loads the RAM of nestor_soc, drives its inputs and
 * reports what it does as events (dut.h) to the process that started vvp, over the channel HV_DUT_CHANNEL.
 * Compiled by iverilog-vpi at run time; ports.h is written beside it from isa/commit.def. */
#include "dut.h"
#include "ports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vpi_user.h>

#define SOC "nestor_testbench.nestor_soc."
enum { EVENTS = 64, HEARTBEAT = 1024, BLOCK_WORDS = 1024 };

/* A module has one simulation: its state may be static. */
static struct hv_dut_header header;
static uint8_t *input;
static uint64_t input_at, cycle, drained, last_flush, random_state;
static struct hv_dut_event events[EVENTS];
static size_t event_count;
static int over;

#define PORT(number, port) {SOC #port, NULL},
static struct port {
    const char *name;
    vpiHandle handle;
} ports[] = {HV_DUT_PORTS(PORT)};
#undef PORT
enum { PORTS = sizeof ports / sizeof *ports };

#define SIGNAL(name) static vpiHandle name;
// clang-format off
#define SIGNALS(S)                                                                                                     \
    S(rvfi_valid) S(rvfi_hv_bus_write) S(rvfi_hv_bus_addr) S(rvfi_hv_bus_data) S(rvfi_hv_bus_mask)                     \
    S(rvfi_hv_step) S(rvfi_hv_step_level) S(rvfi_hv_step_page) S(rvfi_hv_step_value) S(rvfi_hv_phase)                  \
    S(uart_tx_valid_o) S(uart_tx_data_o) S(uart_rx_ready_o) S(finished_o) S(halted_o) S(exit_code_o)
// clang-format on
SIGNALS(SIGNAL)
static uint64_t phases[HV_DUT_PHASES]; /* cycles since the last record */
/* The port of the device windows, if nestor_soc has one: its outputs, the testbench's registers, the request taken. */
#define WINDOW_SIGNALS(S) S(wb_cyc_o) S(wb_stb_o) S(wb_we_o) S(wb_adr_o) S(wb_sel_o) S(wb_dat_o)
WINDOW_SIGNALS(SIGNAL)
static vpiHandle wb_stall_i, wb_ack_i, wb_err_i, wb_dat_i, irq_external_i;
static struct hv_dut_window window;
static int window_waits;
static vpiHandle wait_i, uart_rx_valid_i, uart_rx_data_i; /* the testbench's registers */

static int transfer(int writing, void *bytes, size_t length)
{
    char *at = bytes;
    while (length) {
        const ssize_t done =
            writing ? send(HV_DUT_CHANNEL, at, length, MSG_NOSIGNAL) : read(HV_DUT_CHANNEL, at, length);
        if (done <= 0)
            return -1;
        at += done;
        length -= (size_t)done;
    }
    return 0;
}

static void finish(void)
{
    over = 1;
    vpi_control(vpiFinish, 0);
}

static void flush(void)
{
    if (transfer(1, events, event_count * sizeof *events))
        finish(); /* nobody listens any more */
    event_count = 0;
    last_flush = cycle;
}

static struct hv_dut_event *add(enum hv_dut_kind kind)
{
    if (event_count == EVENTS)
        flush();
    struct hv_dut_event *event = &events[event_count++];
    memset(event, 0, sizeof *event);
    event->cycle = cycle;
    event->kind = (uint16_t)kind;
    return event;
}

static void fail(const char *what, const char *name)
{
    if (over)
        return;
    struct hv_dut_event *event = add(HV_DUT_ERROR);
    snprintf(event->text, sizeof event->text, "%s: %s", name, what);
    flush();
    finish();
}

/* A signal's value; *unknown is set when it has X or Z bits. */
static uint64_t get(vpiHandle handle, int *unknown)
{
    s_vpi_value value = {.format = vpiVectorVal};
    vpi_get_value(handle, &value);
    uint64_t bits = (uint32_t)value.value.vector[0].aval;
    if (value.value.vector[0].bval)
        *unknown = 1;
    if (vpi_get(vpiSize, handle) > 32) {
        bits |= (uint64_t)(uint32_t)value.value.vector[1].aval << 32;
        if (value.value.vector[1].bval)
            *unknown = 1;
    }
    return bits;
}

/* A control signal: unknown bits end the run. */
static uint64_t control(vpiHandle handle)
{
    int unknown = 0;
    const uint64_t bits = get(handle, &unknown);
    if (unknown) {
        char text[64];
        snprintf(text, sizeof text, "found unknown bits (X) in cycle %llu", (unsigned long long)cycle);
        fail(text, vpi_get_str(vpiName, handle));
    }
    return bits;
}

static void put(vpiHandle handle, uint32_t bits)
{
    s_vpi_value value = {.format = vpiIntVal};
    value.value.integer = (PLI_INT32)bits;
    vpi_put_value(handle, &value, NULL, vpiNoDelay);
}

static vpiHandle find(const char *name)
{
    vpiHandle handle = vpi_handle_by_name((PLI_BYTE8 *)name, NULL);
    if (!handle)
        fail("not found in the Verilog", name);
    return handle;
}

/* The testbench has cleared RAM: a word takes vvp long, most are 0. */
static void load_ram(void)
{
    vpiHandle memory = find(SOC "u_ram.mem");
    uint32_t words[BLOCK_WORDS];
    for (uint64_t at = 0, n = 0; memory && at < header.ram_words; at += n) {
        n = header.ram_words - at < BLOCK_WORDS ? header.ram_words - at : BLOCK_WORDS;
        if (transfer(0, words, n * sizeof *words)) {
            fail("ends before the configuration's RAM does", "image");
            return;
        }
        for (uint64_t i = 0; i < n; i++) {
            if (!words[i] && at + i + 1 < header.ram_words)
                continue;
            vpiHandle place = vpi_handle_by_index(memory, (PLI_INT32)(at + i));
            if (!place) {
                fail("shorter than the configuration's RAM", "u_ram.mem");
                return;
            }
            put(place, words[i]);
        }
    }
}

/* A register of the testbench; NULL: it has none of this name. */
static vpiHandle testbench(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "nestor_testbench.%s", name);
    return vpi_handle_by_name(path, NULL);
}

static PLI_INT32 on_begin(PLI_BYTE8 *unused)
{
    (void)unused;
    if (transfer(0, &header, sizeof header))
        return 0;
    input = malloc(header.input_length + 1);
    if (!input || transfer(0, input, header.input_length)) {
        fail("cannot be read", "input");
        return 0;
    }
    random_state = hv_dut_seed(header.seed);
    for (int i = 0; i < PORTS && !over; i++)
        ports[i].handle = find(ports[i].name);
#define FIND(name)                                                                                                     \
    if (!over)                                                                                                         \
        name = find(SOC #name);
    SIGNALS(FIND)
    if (!over)
        load_ram();
    wait_i = testbench("wait_i");
    uart_rx_valid_i = testbench("uart_rx_valid_i");
    uart_rx_data_i = testbench("uart_rx_data_i");
    wb_ack_i = testbench("wb_ack_i");
    if (!wb_ack_i)
        return 0;
    wb_stall_i = testbench("wb_stall_i");
    wb_err_i = testbench("wb_err_i");
    wb_dat_i = testbench("wb_dat_i");
    irq_external_i = testbench("irq_external_i");
    WINDOW_SIGNALS(FIND)
    return 0;
}

/* One request at a time, answered a cycle or more later. Data is only there with ack. */
static void drive_windows(void)
{
    const int slow = header.wait_percent != 0;
    const int answers = window_waits && !(slow && hv_dut_waits(&random_state, header.wait_percent));
    put(wb_stall_i, (uint32_t)(slow && hv_dut_waits(&random_state, header.wait_percent)));
    put(wb_ack_i, (uint32_t)(answers && !window.err));
    put(wb_err_i, (uint32_t)(answers && window.err));
    s_vpi_vecval unknown = {.aval = -1, .bval = -1};
    s_vpi_value value = {.format = vpiVectorVal};
    value.value.vector = &unknown;
    if (answers && !window.err && !window.write)
        put(wb_dat_i, window.data);
    else
        vpi_put_value(wb_dat_i, &value, NULL, vpiNoDelay);
    if (answers)
        put(irq_external_i, window.irq);
    window_waits = window_waits && !answers;
}

static PLI_INT32 on_drive(PLI_BYTE8 *unused)
{
    (void)unused;
    if (over)
        return 0;
    if (header.wait_percent)
        put(wait_i, (uint32_t)hv_dut_waits(&random_state, header.wait_percent));
    if (wb_ack_i)
        drive_windows();
    if (header.input_length) {
        const int more = input_at < header.input_length;
        put(uart_rx_valid_i, (uint32_t)more);
        if (more)
            put(uart_rx_data_i, input[input_at]);
    }
    return 0;
}

static void sample_effects(void)
{
    int unknown = 0;
    if (control(rvfi_hv_bus_write)) {
        struct hv_dut_event *event = add(HV_DUT_WRITE);
        event->write.real = (uint32_t)get(rvfi_hv_bus_addr, &unknown);
        event->write.data = (uint32_t)get(rvfi_hv_bus_data, &unknown);
        event->write.mask = (uint32_t)get(rvfi_hv_bus_mask, &unknown);
        event->unknown = (uint16_t)unknown;
    }
    if (control(rvfi_hv_step)) {
        struct hv_dut_event *event = add(HV_DUT_STEP);
        event->step.level = (uint32_t)get(rvfi_hv_step_level, &unknown);
        event->step.page = (uint32_t)get(rvfi_hv_step_page, &unknown);
        event->step.value = (uint32_t)get(rvfi_hv_step_value, &unknown);
    }
    if (control(uart_tx_valid_o)) {
        struct hv_dut_event *event = add(HV_DUT_BYTE);
        int unknown_byte = 0;
        event->byte = (uint32_t)get(uart_tx_data_o, &unknown_byte);
        event->unknown = (uint16_t)unknown_byte;
    }
}

/* Whoever started vvp has the answer. */
static void sample_windows(void)
{
    int unknown = 0;
    if (!control(wb_cyc_o) || !control(wb_stb_o) || get(wb_stall_i, &unknown))
        return;
    window = (struct hv_dut_window){.irq = window.irq};
    window.real = (uint32_t)control(wb_adr_o);
    window.mask = (uint32_t)control(wb_sel_o);
    window.write = (uint32_t)control(wb_we_o);
    uint32_t lanes = 0;
    for (unsigned i = 0; i < 4; i++)
        lanes |= window.mask >> i & 1 ? 0xffu << 8 * i : 0;
    if (window.write)
        window.data = (uint32_t)control(wb_dat_o) & lanes;
    window_waits = 1;
    add(HV_DUT_WINDOW)->window = window;
    flush();
    if (!over && transfer(0, &window, sizeof window))
        finish();
}

static void sample_record(void)
{
    struct hv_dut_event *event = add(HV_DUT_COMMIT);
    memcpy(event->commit + HV_DUT_FIELDS, phases, sizeof phases);
    memset(phases, 0, sizeof phases);
    for (int i = 0; i < PORTS; i++) {
        int unknown = 0;
        event->commit[i] = get(ports[i].handle, &unknown);
        if (unknown && !event->unknown)
            event->unknown = (uint16_t)(i + 1);
    }
}

/* The last event, with RAM behind it. */
static void end(void)
{
    const int finished = (int)control(finished_o);
    struct hv_dut_event *event = add(HV_DUT_END);
    event->end.finished = (uint32_t)finished;
    event->end.halted = (uint32_t)control(halted_o);
    event->end.exit_code = finished ? (uint32_t)control(exit_code_o) : 0;
    flush();
    vpiHandle memory = find(SOC "u_ram.mem");
    uint32_t words[BLOCK_WORDS];
    for (uint64_t at = 0, n = 0; at < header.ram_words && !over; at += n) {
        for (n = 0; n < BLOCK_WORDS && at + n < header.ram_words; n++) {
            int unknown = 0;
            words[n] = (uint32_t)get(vpi_handle_by_index(memory, (PLI_INT32)(at + n)), &unknown);
        }
        if (transfer(1, words, n * sizeof *words))
            break;
    }
    finish();
}

static PLI_INT32 on_sample(PLI_BYTE8 *unused)
{
    (void)unused;
    if (over)
        return 0;
    sample_effects();
    if (!over && wb_ack_i)
        sample_windows();
    phases[control(rvfi_hv_phase) % HV_DUT_PHASES]++;
    if (!over && control(rvfi_valid))
        sample_record();
    if (!over && input_at < header.input_length && control(uart_rx_ready_o))
        input_at++;
    if (!over && (drained || control(finished_o) || control(halted_o)))
        drained++;
    if (!over && cycle - last_flush >= HEARTBEAT) {
        add(HV_DUT_TIME);
        flush();
    }
    cycle++;
    if (!over && drained > HV_DUT_DRAIN_CYCLES)
        end();
    return 0;
}

static void start_up(void)
{
    static const struct {
        const char *name;
        PLI_INT32 (*call)(PLI_BYTE8 *);
    } tasks[] = {{"$nestor_begin", on_begin}, {"$nestor_drive", on_drive}, {"$nestor_sample", on_sample}};
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
        s_vpi_systf_data task = {.type = vpiSysTask, .tfname = (PLI_BYTE8 *)tasks[i].name, .calltf = tasks[i].call};
        vpi_register_systf(&task);
    }
}

void (*vlog_startup_routines[])(void) = {start_up, NULL};
