/* Between the comparison core and a simulator of the generated Verilog (the device under
 * test, DUT): what the adapters sim/verilator.cpp and sim/vpi.c report, as a stream of events.
 *
 * The adapters are compiled when a simulator is built, away from this tree: this header stands
 * alone, and `ports.h`, written beside it, lists the RVFI ports in the order of isa/commit.def as
 * HV_DUT_PORTS(PORT), PORT(number, port), and defines HV_DUT_WINDOWS if nestor_soc has the port of device windows.
 *
 * One clock cycle is: inputs change while clk is low, outputs are sampled, rising edge. Cycle 0
 * is the first one after reset. What happens is a function of the image, the input and the seed only.
 */
#ifndef HV_DUT_H
#define HV_DUT_H

#include <stddef.h>
#include <stdint.h>

enum {
    HV_DUT_FIELDS = 40,        /* room for the fields of a commit record */
    HV_DUT_PHASES = 8,         /* and behind them for the cycles since the one before, by rvfi_hv_phase */
    HV_DUT_RESET_CYCLES = 4,   /* with rst high */
    HV_DUT_DRAIN_CYCLES = 512, /* watched after the end, for what must not come any more */
    HV_DUT_CYCLE_TIME = 10,    /* time units of a cycle in a waveform */
    HV_DUT_CHANNEL = 3         /* file descriptor of the Icarus adapter: set-up in, events out */
};

enum hv_dut_kind {
    HV_DUT_COMMIT, /* rvfi_valid */
    HV_DUT_WRITE,  /* rvfi_hv_bus_write */
    HV_DUT_STEP,   /* rvfi_hv_step */
    HV_DUT_BYTE,   /* the UART sent a byte */
    HV_DUT_WINDOW, /* the port of the device windows has taken a request; the record that makes it comes later */
    HV_DUT_TIME,   /* nothing else happened up to this cycle */
    HV_DUT_END,    /* finished or halted, and drained */
    HV_DUT_ERROR   /* the simulator cannot go on: text */
};

/* A request on the port of the device windows, and its answer. */
struct hv_dut_window {
    uint32_t real, mask, write; /* name of the word, byte lanes, 0 or 1 */
    uint32_t data;              /* to write, 0 outside the lanes; then what is read */
    uint32_t err;               /* answered with err, else ack */
    uint32_t irq;               /* irq_external_i: as it is; as it is with the answer, and from then on */
};

struct hv_dut_event {
    uint64_t cycle;
    uint16_t kind;
    uint16_t unknown; /* not 0: it has unknown (X or Z) bits; HV_DUT_COMMIT: 1 + number of the field */
    union {
        uint64_t commit[HV_DUT_FIELDS + HV_DUT_PHASES];
        struct {
            uint32_t real, data, mask;
        } write;
        struct {
            uint32_t level, page, value;
        } step;
        struct {
            uint32_t finished, halted, exit_code;
        } end;
        struct hv_dut_window window; /* with its answer */
        uint32_t byte;
        char text[256];
    };
};

/* What a run is made of beside RAM. */
struct hv_dut_setup {
    const uint8_t *input; /* bytes for the UART to receive, offered as soon as it takes them */
    uint64_t input_length;
    uint64_t seed;
    uint64_t wait_percent; /* share of cycles with wait_i high, at random */
    uint32_t irq;          /* irq_external_i before the first access to a device window */
    const char *wave;      /* FST file, or NULL; needs a simulator built for waves */
    uint64_t wave_from, wave_to;
    /* Gives the answer: data and err, both 0 before, and irq. NULL: they stay. */
    void (*window)(void *context, struct hv_dut_window *request);
    void *window_context;
};

/* A register of the Verilog, or a memory of `rows` words: little-endian, `bytes` each, and `bits` of a register. */
struct hv_dut_variable {
    uint8_t *at;
    uint64_t bytes, rows, bits;
};

/* Random numbers for wait states: xorshift64*, the same in every adapter. */
static inline uint64_t hv_dut_seed(uint64_t seed)
{
    return seed * UINT64_C(0x9E3779B97F4A7C15) + UINT64_C(0xD1B54A32D192ED03);
}

static inline int hv_dut_waits(uint64_t *state, uint64_t percent)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return ((*state * UINT64_C(0x2545F4914F6CDD1D)) >> 33) % 100 < percent;
}

/* What the shared object made of sim/verilator.cpp exports. */
#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)
struct hv_verilated;                                                     /* one simulation */
struct hv_verilated *hv_verilated_new(const struct hv_dut_setup *setup); /* NULL: out of memory */
void hv_verilated_free(struct hv_verilated *dut);
/* The array u_ram.mem, to be loaded before the first run; *words is its length. NULL: not found. */
uint32_t *hv_verilated_ram(struct hv_verilated *dut, uint64_t *words);
/* A variable of an instance below nestor_soc, as u_core.u_csr; 0: there is none, or the simulator was not built to give
 * access to it. */
int hv_verilated_variable(struct hv_verilated *dut, const char *instance, const char *name,
                          struct hv_dut_variable *variable);
/* Reset it, if it has not been, and clock it `cycles` times before the first run: nothing is reported of them. */
int hv_verilated_prepare(struct hv_verilated *dut, uint64_t cycles);
/* From now on a run returns after the cycle of the record of this number. */
void hv_verilated_stop_at(struct hv_verilated *dut, uint64_t order);
/* How much of the input it has received. */
uint64_t hv_verilated_received(const struct hv_verilated *dut);
/* Advance by at most `cycles`; stops earlier when fewer than 8 of `capacity` are free. The last
 * event is HV_DUT_TIME, HV_DUT_END or HV_DUT_ERROR. Returns how many there are. */
size_t hv_verilated_run(struct hv_verilated *dut, struct hv_dut_event *events, size_t capacity, uint64_t cycles);
#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

/* What the Icarus adapter reads from its channel first, followed by input and RAM image (ram_words
 * 32-bit words); it answers with events, and after HV_DUT_END with ram_words words. After an event HV_DUT_WINDOW, which
 * is sent without its answer, it reads a struct hv_dut_window with it. */
struct hv_dut_header {
    uint64_t seed, wait_percent, input_length, ram_words;
};

#endif
