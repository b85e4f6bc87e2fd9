// The Verilator adapter: clocks the verilated nestor_soc and reports what it does as events
// (dut.h). Compiled together with the verilated model into a shared object, at run time; ports.h is written
// beside it from isa/commit.def.
#include "dut.h"
#include "ports.h"

#include "Vnestor_soc.h"
#include "verilated.h"
#include "verilated_syms.h"
#ifdef HV_WAVE
#include "verilated_fst_c.h"
#endif

#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

void vl_warn(const char *, int, const char *, const char *)
{
    // a $readmemh whose file is not here: RAM is loaded with the image anyway
}

// What Verilator's own would end the process for ends the run instead.
void vl_finish(const char *, int, const char *)
{
    throw std::runtime_error("the Verilog called $finish");
}
void vl_stop(const char *file, int line, const char *)
{
    throw std::runtime_error(std::string("the Verilog called $stop at ") + file + ":" + std::to_string(line));
}
void vl_fatal(const char *file, int line, const char *, const char *message)
{
    throw std::runtime_error(std::string(file) + ":" + std::to_string(line) + ": " + message);
}

// Registers and memories that no reset sets: with an odd seed they begin with any value, the same for the same seed; else
// with zeros, as on some FPGAs.
static Vnestor_soc *power_up(VerilatedContext &context, uint64_t seed)
{
    enum { ZEROS = 0, RANDOM_BITS = 2 };
    context.randReset(seed % 2 ? RANDOM_BITS : ZEROS);
    context.randSeed(static_cast<int>(hv_dut_seed(seed) >> 33) | 1); // 0 would be a seed of the time
    return new Vnestor_soc(&context, "");
}

struct hv_verilated {
    VerilatedContext context;
    std::unique_ptr<Vnestor_soc> top;
    hv_dut_setup setup;
    std::string input, wave;
    uint64_t random, cycle = 0, drained = 0;
    size_t input_at = 0;
    bool started = false, over = false;
    uint64_t stop_order = UINT64_MAX;
    uint64_t phases[HV_DUT_PHASES] = {}; // since the last record
    bool stops = false;
#ifdef HV_DUT_WINDOWS
    hv_dut_window window{}; // the request that has been taken
    bool window_waits = false;
#endif
#ifdef HV_WAVE
    VerilatedFstC trace;
    bool tracing = false;
#endif

    explicit hv_verilated(const hv_dut_setup &given)
        : top(power_up(context, given.seed)), setup(given),
          input(reinterpret_cast<const char *>(given.input), given.input_length), wave(given.wave ? given.wave : ""),
          random(hv_dut_seed(given.seed))
    {
#ifdef HV_WAVE
        if (!wave.empty()) {
            context.traceEverOn(true);
            top->trace(&trace, 99);
        }
#endif
        idle();
        top->eval(); // initial blocks, before RAM is loaded
    }

    // Half a cycle; the waveform's time is HV_DUT_CYCLE_TIME a cycle.
    void half(unsigned clk)
    {
        top->clk = clk;
        top->eval();
#ifdef HV_WAVE
        if (tracing)
            trace.dump((started ? cycle + HV_DUT_RESET_CYCLES : cycle) * HV_DUT_CYCLE_TIME +
                       (clk ? HV_DUT_CYCLE_TIME / 2 : 0));
#endif
    }

    void watch_wave()
    {
#ifdef HV_WAVE
        if (wave.empty())
            return;
        if (!tracing && cycle == setup.wave_from) {
            trace.open(wave.c_str());
            tracing = trace.isOpen();
            if (!tracing)
                throw std::runtime_error(wave + ": cannot create the waveform");
        }
        if (tracing && cycle > setup.wave_to) {
            trace.close();
            tracing = false;
        }
#endif
    }

    void idle()
    {
        top->clk = 0;
        top->rst = 1;
        top->wait_i = 0;
        top->uart_tx_ready_i = 1;
        top->uart_rx_valid_i = 0;
        top->uart_rx_data_i = 0;
        drive_windows(true);
    }

    // The port of the device windows: one request at a time, answered a cycle or more later. Data is only there with
    // ack.
    void drive_windows(bool idle)
    {
        (void)idle;
#ifdef HV_DUT_WINDOWS
        const bool slow = !idle && setup.wait_percent;
        const bool answers = window_waits && !(slow && hv_dut_waits(&random, setup.wait_percent));
        top->wb_stall_i = slow && hv_dut_waits(&random, setup.wait_percent);
        top->irq_external_i = idle ? setup.irq : answers ? window.irq : top->irq_external_i;
        top->wb_ack_i = answers && !window.err;
        top->wb_err_i = answers && window.err;
        top->wb_dat_i = top->wb_ack_i && !window.write ? window.data : 0xa5a5a5a5;
        window_waits = window_waits && !answers;
#endif
    }

    void sample_windows(hv_dut_event *events, size_t &count)
    {
        (void)events, (void)count;
#ifdef HV_DUT_WINDOWS
        if (!top->wb_cyc_o || !top->wb_stb_o || top->wb_stall_i)
            return;
        window = hv_dut_window{};
        window.irq = top->irq_external_i;
        window.real = top->wb_adr_o;
        window.mask = top->wb_sel_o;
        window.write = top->wb_we_o;
        for (unsigned i = 0; window.write && i < 4; i++)
            window.data |= top->wb_dat_o & (window.mask >> i & 1 ? 0xffu << 8 * i : 0);
        if (setup.window)
            setup.window(setup.window_context, &window);
        window_waits = true;
        add(events, count, HV_DUT_WINDOW)->window = window;
#endif
    }

    void reset()
    {
        for (unsigned i = 0; i < HV_DUT_RESET_CYCLES; i++) {
            half(0);
            half(1);
        }
        top->rst = 0;
        started = true;
    }

    void drive()
    {
        if (setup.wait_percent)
            top->wait_i = hv_dut_waits(&random, setup.wait_percent);
        drive_windows(false);
        if (input_at < input.size()) {
            top->uart_rx_valid_i = 1;
            top->uart_rx_data_i = static_cast<uint8_t>(input[input_at]);
        } else {
            top->uart_rx_valid_i = 0;
        }
    }

    hv_dut_event *add(hv_dut_event *events, size_t &count, hv_dut_kind kind)
    {
        hv_dut_event *event = &events[count++];
        event->cycle = cycle;
        event->kind = kind;
        event->unknown = 0;
        return event;
    }

    // What this cycle did: at most five events.
    void sample(hv_dut_event *events, size_t &count)
    {
        if (top->rvfi_hv_bus_write) {
            hv_dut_event *event = add(events, count, HV_DUT_WRITE);
            event->write.real = top->rvfi_hv_bus_addr;
            event->write.data = top->rvfi_hv_bus_data;
            event->write.mask = top->rvfi_hv_bus_mask;
        }
        if (top->rvfi_hv_step) {
            hv_dut_event *event = add(events, count, HV_DUT_STEP);
            event->step.level = top->rvfi_hv_step_level;
            event->step.page = top->rvfi_hv_step_page;
            event->step.value = top->rvfi_hv_step_value;
        }
        sample_windows(events, count);
        if (top->uart_tx_valid_o)
            add(events, count, HV_DUT_BYTE)->byte = top->uart_tx_data_o;
        phases[top->rvfi_hv_phase % HV_DUT_PHASES]++;
        if (top->rvfi_valid) {
            uint64_t *commit = add(events, count, HV_DUT_COMMIT)->commit;
            std::memcpy(commit + HV_DUT_FIELDS, phases, sizeof phases);
            std::memset(phases, 0, sizeof phases);
#define PORT(number, port) commit[number] = top->port;
            HV_DUT_PORTS(PORT)
            stops = commit[HV_DUT_FIELD_order] == stop_order;
        }
        if (top->uart_rx_valid_i && top->uart_rx_ready_o)
            input_at++;
        if (drained || top->finished_o || top->halted_o)
            drained++;
    }

    void clock(hv_dut_event *events, size_t &count)
    {
        watch_wave();
        drive();
        half(0);
        sample(events, count);
        half(1);
        cycle++;
        if (drained <= HV_DUT_DRAIN_CYCLES)
            return;
        hv_dut_event *event = add(events, count, HV_DUT_END);
        event->end.finished = top->finished_o;
        event->end.halted = top->halted_o;
        event->end.exit_code = top->finished_o ? top->exit_code_o : 0;
        over = true;
    }
};

extern "C" struct hv_verilated *hv_verilated_new(const struct hv_dut_setup *setup)
{
    try {
        return new hv_verilated(*setup);
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

extern "C" void hv_verilated_free(struct hv_verilated *dut)
{
    if (!dut)
        return;
#ifdef HV_WAVE
    if (dut->tracing)
        dut->trace.close();
#endif
    dut->top->final();
    delete dut;
}

extern "C" uint32_t *hv_verilated_ram(struct hv_verilated *dut, uint64_t *words)
{
    const VerilatedScope *scope = dut->context.scopeFind("nestor_soc.u_ram");
    if (!scope)
        scope = dut->context.scopeFind("TOP.nestor_soc.u_ram");
    VerilatedVar *var = scope ? scope->varFind("mem") : nullptr;
    if (!var || var->entSize() != 4)
        return nullptr;
    const int left = var->unpacked().left(), right = var->unpacked().right();
    *words = static_cast<uint64_t>(left < right ? right - left : left - right) + 1;
    return static_cast<uint32_t *>(var->datap());
}

extern "C" int hv_verilated_variable(struct hv_verilated *dut, const char *instance, const char *name,
                                     struct hv_dut_variable *variable)
{
    const std::string path = std::string("nestor_soc.") + instance;
    const VerilatedScope *scope = dut->context.scopeFind(path.c_str());
    if (!scope)
        scope = dut->context.scopeFind(("TOP." + path).c_str());
    VerilatedVar *var = scope ? scope->varFind(name) : nullptr;
    if (!var)
        return 0;
    variable->at = static_cast<uint8_t *>(var->datap());
    variable->bytes = var->entSize();
    variable->rows = var->totalSize() / var->entSize();
    variable->bits = static_cast<uint64_t>(var->elements(0));
    return 1;
}

extern "C" int hv_verilated_prepare(struct hv_verilated *dut, uint64_t cycles)
{
    try {
        if (!dut->started)
            dut->reset();
        for (; cycles; cycles--) {
            dut->drive();
            dut->half(0);
            dut->half(1);
        }
    } catch (const std::exception &) {
        return 0;
    }
    return 1;
}

extern "C" void hv_verilated_stop_at(struct hv_verilated *dut, uint64_t order)
{
    dut->stop_order = order;
}

extern "C" uint64_t hv_verilated_received(const struct hv_verilated *dut)
{
    return dut->input_at;
}

extern "C" size_t hv_verilated_run(struct hv_verilated *dut, struct hv_dut_event *events, size_t capacity,
                                   uint64_t cycles)
{
    size_t count = 0;
    try {
        if (!dut->started)
            dut->reset();
        dut->stops = false;
        while (!dut->over && !dut->stops && cycles-- && count + 8 <= capacity)
            dut->clock(events, count);
        if (!dut->over)
            dut->add(events, count, HV_DUT_TIME);
    } catch (const std::exception &problem) {
        dut->over = true;
        hv_dut_event *event = dut->add(events, count, HV_DUT_ERROR);
        snprintf(event->text, sizeof event->text, "%s", problem.what());
    }
    return count;
}
