// A peripheral in Verilog as a device for Nestor's simulators: the model that Verilator makes of it answers each access. For one of
// your own change the class.
//
//   verilator --cc --exe --build -CFLAGS -fPIC -LDFLAGS -shared --top-module crc32 --Mdir obj crc32.v crc32_device.cpp -o crc32.so
#include "Vcrc32.h"
extern "C" {
#include "nestor_device.h"
}
#include "verilated.h"

using peripheral = Vcrc32;

double sc_time_stamp() // older Verilators ask for it
{
    return 0;
}

namespace {

void clock(peripheral *p)
{
    p->clk = 0;
    p->eval();
    p->clk = 1;
    p->eval();
}

bool open(void **state, const char *, uint32_t)
{
    auto *p = new peripheral;
    p->rst = 1;
    clock(p);
    p->rst = 0;
    *state = p;
    return true;
}

// One request, until it is answered; true: by ack. A peripheral that does not answer is taken to have ended it with err.
bool access(void *state, uint32_t offset, unsigned mask, bool write, uint32_t *data)
{
    auto *p = static_cast<peripheral *>(state);
    p->wb_cyc_i = p->wb_stb_i = 1;
    p->wb_we_i = write;
    p->wb_adr_i = offset;
    p->wb_sel_i = mask;
    p->wb_dat_i = *data;
    bool acked = false, ended = false;
    for (unsigned clocks = 0; clocks < 100000 && !ended; clocks++) {
        p->clk = 0;
        p->eval();
        acked = p->wb_ack_o;
        ended = acked || p->wb_err_o;
        if (ended && !write)
            *data = p->wb_dat_o;
        const bool taken = !p->wb_stall_o;
        clock(p);
        if (taken)
            p->wb_stb_i = 0;
    }
    p->wb_cyc_i = p->wb_stb_i = 0;
    return acked;
}

bool read(void *state, uint32_t offset, unsigned mask, uint32_t *data)
{
    return access(state, offset, mask, false, data);
}

bool write(void *state, uint32_t offset, unsigned mask, uint32_t data)
{
    return access(state, offset, mask, true, &data);
}

bool interrupt(void *state)
{
    return static_cast<peripheral *>(state)->irq_o;
}

void close(void *state)
{
    delete static_cast<peripheral *>(state);
}

} // namespace

const struct nestor_device nestor_device = {NESTOR_DEVICE_VERSION, open, read, write, interrupt, close};
