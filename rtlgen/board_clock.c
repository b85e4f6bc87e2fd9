/* The clock of a board: dividers of the family's PLL, and the divider of the serial line.
 *
 * All combinations within the limits of the family's data sheet are tried; the best is the fastest that is not above
 * what is wanted, and of equal ones that with the slowest VCO.
 */
#include "rtlgen/board_internal.h"
#include "rtlgen/sdram.h"

#include <string.h>

/* Limits of a PLL, in kHz, and how its frequencies come of its dividers. */
struct limits {
    unsigned r_max, f_max; /* of the reference, of the feedback; from 1 */
    unsigned q[16];        /* dividers of the VCO, ended by 0; empty: 1 to q_max */
    unsigned q_max;
    uint32_t pfd_min, pfd_max; /* at the phase detector */
    uint32_t vco_min, vco_max;
    uint32_t out_min, out_max;
    bool feedback_of_vco;           /* f multiplies to the VCO; else to the output */
    bool first_is_0, q_is_exponent; /* how the primitive's parameters count */
};

static const struct limits families[] = {
    [BOARD_ICE40] =
        {16, 128, {2, 4, 8, 16, 32, 64}, 0, 10000, 133000, 533000, 1066000, 16000, 275000, true, true, true},
    [BOARD_ECP5] = {128, 80, {0}, 128, 3125, 400000, 400000, 800000, 3125, 400000, false, false, false},
    [BOARD_XILINX] = {106, 64, {0}, 128, 10000, 450000, 600000, 1200000, 4690, 800000, true, false, false},
    [BOARD_GOWIN] = {64,
                     64,
                     {2, 4, 8, 16, 32, 48, 64, 80, 96, 112, 128},
                     0,
                     3000,
                     400000,
                     500000,
                     1250000,
                     3125,
                     600000,
                     false,
                     true,
                     false},
};

static unsigned divider_of_vco(const struct limits *l, unsigned i)
{
    if (l->q[0])
        return i < sizeof l->q / sizeof l->q[0] ? l->q[i] : 0;
    return i < l->q_max ? i + 1 : 0;
}

static bool within(uint64_t hz, uint32_t min, uint32_t max)
{
    return hz >= 1000 * (uint64_t)min && hz <= 1000 * (uint64_t)max;
}

/* FILTER_RANGE of iCE40, by the frequency at the phase detector. */
static unsigned filter_range(uint64_t hz)
{
    static const uint32_t above[] = {17000000, 26000000, 44000000, 66000000, 101000000};
    unsigned range = 1;
    for (size_t i = 0; i < sizeof above / sizeof above[0]; i++)
        range += hz >= above[i];
    return range;
}

static void try_dividers(const struct limits *l, uint64_t reference, uint64_t wanted, unsigned r, unsigned f,
                         struct board_clock *best, uint64_t *best_vco)
{
    for (unsigned i = 0, q; (q = divider_of_vco(l, i)) != 0; i++) {
        const uint64_t multiplied = reference * f / r;
        const uint64_t hz = l->feedback_of_vco ? multiplied / q : multiplied;
        const uint64_t vco = l->feedback_of_vco ? multiplied : multiplied * q;
        if (!within(vco, l->vco_min, l->vco_max) || !within(hz, l->out_min, l->out_max) || hz > wanted ||
            hz < best->hz || (hz == best->hz && vco >= *best_vco))
            continue;
        *best_vco = vco;
        best->hz = (uint32_t)hz;
        best->r = l->first_is_0 ? r - 1 : r;
        best->f = l->first_is_0 ? f - 1 : f;
        best->q = l->q_is_exponent ? (unsigned)__builtin_ctz(q) : q;
        best->filter = filter_range(reference / r);
    }
}

static int find_pll(const struct board *board, struct board_clock *clock, struct hv_error *error)
{
    const struct limits *l = &families[board->family];
    const uint64_t reference = 1000 * (uint64_t)board->clock_khz, wanted = 1000 * (uint64_t)board->run_khz;
    uint64_t vco = 0;
    clock->pll = true;
    for (unsigned r = 1; r <= l->r_max; r++)
        for (unsigned f = 1; f <= l->f_max && within(reference / r, l->pfd_min, l->pfd_max); f++)
            try_dividers(l, reference, wanted, r, f, clock, &vco);
    if (clock->hz * UINT64_C(100) >= wanted * 90)
        return 0;
    return board_error(
        error,
        "%s: run_mhz: found %u.%03u from a clock of %u.%03u MHz, expected what the family's PLL can make "
        "(%u to %u MHz)",
        board->file, board->run_khz / 1000, board->run_khz % 1000, board->clock_khz / 1000, board->clock_khz % 1000,
        (l->out_min + 999) / 1000, l->out_max / 1000);
}

int board_clock(const struct board *board, struct board_clock *clock, struct hv_error *error)
{
    *clock = (struct board_clock){.hz = board->pll == BOARD_NO_PLL ? 1000 * board->clock_khz : 0};
    if (board->pll != BOARD_NO_PLL && find_pll(board, clock, error))
        return -1;
    if (board->memory == BOARD_SDRAM && clock->hz > SDRAM_MOST_HZ)
        return board_error(error, "%s: run_mhz: found a clock of %u Hz with an SDRAM, expected at most %d Hz",
                           board->file, clock->hz, SDRAM_MOST_HZ);
    /* A receiver that samples in the middle of bits takes a rate that is 2 % off, of its own and the sender's error. */
    clock->divider = (clock->hz + board->baud / 2) / board->baud;
    const uint64_t made = (uint64_t)clock->divider * board->baud;
    const uint64_t off = made > clock->hz ? made - clock->hz : clock->hz - made;
    if (clock->divider < 8 || off * 50 > clock->hz)
        return board_error(error, "%s: baud: found %u with a clock of %u Hz, expected at least 8 clocks for each bit",
                           board->file, board->baud, clock->hz);
    return 0;
}
