/* sdram: the controller of an SDRAM chip.
 *
 * A row is opened for each request and closed by it (auto precharge). A read is a burst of a whole line, a write one
 * word, as single locations of the chip. The chip's clock is the inverse of this one: a command that leaves a register
 * with one edge is seen in the middle of the cycle, and what is read with CAS latency 2 is there a clock and a half
 * later, in the middle of a cycle again, to be taken with the edge that ends the cycle after the command's.
 */
#include "rtlgen/sdram.h"

#include "rtlgen/values.h"

/* Nanoseconds, and clocks where JEDEC counts clocks. */
enum {
    POWER_UP = 200000,
    ACTIVE_TO_COLUMN = 20,   /* tRCD */
    PRECHARGE = 20,          /* tRP */
    ROW_CYCLE = 70,          /* tRC */
    REFRESH_CYCLE = 72,      /* tRFC */
    WRITE_RECOVERY = 15,     /* tWR, and two clocks at least */
    MODE_CLOCKS = 2,         /* tMRD */
    REFRESH_INTERVAL = 7812, /* 64 ms by 8,192 rows */
    FIRST_REFRESHES = 8,
    CAS_LATENCY = 2
};

/* Commands: chip select, row, column and write strobes, all active low. */
enum { NOP = 7, ACTIVE = 3, READ = 5, WRITE = 4, ALL_PRECHARGED = 2, REFRESH = 1, MODE = 0, DESELECT = 15 };

#define STATES(ROW)                                                                                                    \
    ROW(STATE_, POWER) ROW(STATE_, REFRESHES) ROW(STATE_, MODE) ROW(STATE_, IDLE) ROW(STATE_, COLUMN) ROW(STATE_, HIGH)
enum { STATES(ENUM_VALUE) STATE_BITS = 3 };

struct sdram {
    const struct sdram_chip *chip;
    unsigned beats; /* of a 32-bit word: 2 of 16 bits, or 1 */
    sig state, left;
    sig command, bank, address, mask, data, drives; /* the chip's pins, registers */
    sig write_i, read_i, word_i, lanes_i, data_i;
    sig writes, word, lanes, value; /* the request that was taken */
    sig due;                        /* a refresh is */
    sig read_begins;
};

unsigned sdram_word_bits(const struct sdram_chip *chip)
{
    return chip->rows + 2 + chip->columns - (chip->data_bits == 16);
}

static unsigned clocks(const struct sdram *u, unsigned ns)
{
    return (unsigned)(((uint64_t)ns * u->chip->hz + 999999999) / 1000000000);
}

static unsigned most(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

/* The next command comes `count` clocks after this one. */
static void next(module *m, struct sdram *u, unsigned state, unsigned count)
{
    set(u->state, lit(STATE_BITS, state));
    set(u->left, lit(width_of(u->left), count - 1));
}

/* Parts of a word's number: columns, bank, row from the lowest bit on. */
static sig column(module *m, const struct sdram *u, sig word, unsigned beat)
{
    const unsigned width = u->chip->columns - (u->beats == 2);
    sig low = bits(word, width - 1, 0);
    return u->beats == 2 ? cat(low, lit(1, beat)) : low;
}

static sig bank(const struct sdram *u, sig word)
{
    const unsigned low = u->chip->columns - (u->beats == 2);
    return bits(word, low + 1, low);
}

static sig row(const struct sdram *u, sig word)
{
    const unsigned low = u->chip->columns - (u->beats == 2) + 2;
    return bits(word, low + u->chip->rows - 1, low);
}

/* Address pins of a column: bit 10 asks for the row to be closed afterwards; columns from bit 10 on lie above it. */
static sig column_pins(module *m, const struct sdram *u, sig number, bool closes)
{
    const unsigned width = u->chip->columns;
    if (width <= 10)
        return cat(lit(3, closes ? 1 : 0), zext(number, 10));
    return cat(zeros(1), bits(number, 10, 10), lit(1, closes), bits(number, 9, 0));
}

static void ports(module *m, struct sdram *u)
{
    u->read_i = describe(input(m, "read_i", 1), "request: the line of address_i");
    u->write_i = describe(input(m, "write_i", 1), "request: write a word; goes before a read");
    u->word_i = describe(input(m, "address_i", sdram_word_bits(u->chip)), "number of the word");
    u->lanes_i = describe(input(m, "lanes_i", 4), "bytes to write");
    u->data_i = describe(input(m, "data_i", 32), "data to write");

    section(m, "Pins");
    u->command = describe(reg(m, "command_o", 4, DESELECT), "cs, ras, cas, we, active low");
    u->bank = reg_noreset(m, "bank_o", 2);
    u->address = reg_noreset(m, "pins_o", 13);
    u->mask = describe(reg(m, "mask_o", u->chip->data_bits / 8, (1u << u->chip->data_bits / 8) - 1),
                       "bytes that are not written");
    u->data = describe(reg_noreset(m, "dq_o", u->chip->data_bits), "data, while drives_o");
    u->drives = describe(reg(m, "drives_o", 1, 0), "the data pins are driven");
    output(m, "command_o", u->command);
    output(m, "bank_o", u->bank);
    output(m, "pins_o", u->address);
    output(m, "mask_o", u->mask);
    output(m, "dq_o", u->data);
    output(m, "drives_o", u->drives);
}

static void refresh_timer(module *m, struct sdram *u, sig done)
{
    section(m, "When a refresh is due");
    /* A line that is being read when it becomes due is not interrupted. */
    const unsigned interval = (unsigned)((uint64_t)REFRESH_INTERVAL * u->chip->hz / 1000000000) - 32;
    sig count = reg(m, "until_refresh", clog2(interval), 0);
    when (is_zero(count)) {
        set(count, lit(width_of(count), interval - 1));
        set(u->due, lit(1, 1));
    }
    otherwise
    {
        set(count, sub(count, lit(width_of(count), 1)));
        when (done)
            set(u->due, lit(1, 0));
    }
}

/* Power-up: 200 us of nothing, all banks closed, eight refreshes, the mode. */
static void begin(module *m, struct sdram *u)
{
    sig refreshes = describe(reg(m, "refreshes_left", 4, FIRST_REFRESHES - 1), "of the first ones, but the last");
    when (eq_lit(u->state, STATE_POWER)) {
        set(u->command, lit(4, ALL_PRECHARGED));
        set(u->address, lit(13, 1 << 10));
        next(m, u, STATE_REFRESHES, clocks(u, PRECHARGE));
    }
    when (eq_lit(u->state, STATE_REFRESHES)) {
        set(u->command, lit(4, REFRESH));
        next(m, u, STATE_REFRESHES, clocks(u, REFRESH_CYCLE));
        set(refreshes, sub(refreshes, lit(4, 1)));
        when (is_zero(refreshes))
            set(u->state, lit(STATE_BITS, STATE_MODE));
    }
    when (eq_lit(u->state, STATE_MODE)) {
        const unsigned burst = u->beats == 2 ? 3 : 2; /* eight or four */
        comment(m, "mode: reads are bursts, writes single locations, CAS latency 2");
        set(u->command, lit(4, MODE));
        set(u->bank, zeros(2));
        set(u->address, lit(13, 1 << 9 | CAS_LATENCY << 4 | burst));
        next(m, u, STATE_IDLE, MODE_CLOCKS);
    }
}

static void take(module *m, struct sdram *u, sig idle, sig refreshes)
{
    when (refreshes) {
        set(u->command, lit(4, REFRESH));
        next(m, u, STATE_IDLE, clocks(u, REFRESH_CYCLE));
    }
    sig ready = name(m, "taken", and_(idle, not_(u->due), or_(u->write_i, u->read_i)));
    when (ready) {
        set(u->command, lit(4, ACTIVE));
        set(u->bank, bank(u, u->word_i));
        set(u->address, zext(row(u, u->word_i), 13));
        next(m, u, STATE_COLUMN, clocks(u, ACTIVE_TO_COLUMN));
        set(u->writes, u->write_i);
        set(u->word, u->word_i);
        set(u->lanes, u->lanes_i);
        set(u->value, u->data_i);
    }
    describe(output(m, "ready_o", ready), "the request is taken");
}

/* A write of a beat; the last one closes the row. */
static void write_beat(module *m, struct sdram *u, unsigned beat)
{
    const unsigned width = u->chip->data_bits, bytes = width / 8;
    const bool last = beat + 1 == u->beats;
    set(u->command, lit(4, WRITE));
    set(u->address, column_pins(m, u, column(m, u, u->word, beat), last));
    set(u->data, bits(u->value, width * (beat + 1) - 1, width * beat));
    set(u->mask, not_(bits(u->lanes, bytes * (beat + 1) - 1, bytes * beat)));
    set(u->drives, lit(1, 1));
    if (!last) {
        next(m, u, STATE_HIGH, 1);
        return;
    }
    const unsigned closed = most(2, clocks(u, WRITE_RECOVERY)) + clocks(u, PRECHARGE) + 1;
    const unsigned open = clocks(u, ACTIVE_TO_COLUMN) + u->beats - 1, cycle = clocks(u, ROW_CYCLE);
    next(m, u, STATE_IDLE, most(closed, cycle > open ? cycle - open : 1));
}

static void columns(module *m, struct sdram *u, sig active)
{
    const unsigned burst = SDRAM_LINE * u->beats;
    u->read_begins = name(m, "read_begins", and_(active, eq_lit(u->state, STATE_COLUMN), not_(u->writes)));
    when (u->read_begins) {
        set(u->command, lit(4, READ));
        sig first = cat(bits(u->word, width_of(u->word) - 1, SDRAM_LINE_BITS), zeros(SDRAM_LINE_BITS));
        set(u->address, column_pins(m, u, column(m, u, first, 0), true));
        set(u->mask, zeros(width_of(u->mask)));
        const unsigned open = clocks(u, ACTIVE_TO_COLUMN), cycle = clocks(u, ROW_CYCLE);
        const unsigned closed = burst + clocks(u, PRECHARGE) + 1;
        next(m, u, STATE_IDLE, most(closed, cycle > open ? cycle - open : 1));
    }
    when (and_(active, eq_lit(u->state, STATE_COLUMN), u->writes))
        write_beat(m, u, 0);
    if (u->beats == 2) {
        when (and_(active, eq_lit(u->state, STATE_HIGH)))
            write_beat(m, u, 1);
    }
}

/* The command is on the pins a cycle after read_begins, and the first beat in `captured` two cycles after that. */
static void answer(module *m, struct sdram *u)
{
    const unsigned burst = SDRAM_LINE * u->beats;
    section(m, "What is read");
    sig pins = describe(input(m, "dq_i", u->chip->data_bits), "the data pins");
    sig captured = describe(reg_noreset(m, "captured", u->chip->data_bits), "what they had with the last edge");
    set(captured, pins);
    sig on_pins = reg(m, "read_on_pins", 1, 0), at_chip = reg(m, "read_at_chip", 1, 0);
    set(on_pins, u->read_begins);
    set(at_chip, on_pins);
    sig left = describe(reg(m, "beats_left", clog2(burst + 1), 0), "beats that are to come, with the one in captured");
    when (at_chip)
        set(left, lit(width_of(left), burst));
    elsewhen (is_nonzero(left))
        set(left, sub(left, lit(width_of(left), 1)));
    sig valid = is_nonzero(left), data = captured;
    if (u->beats == 2) {
        sig low = describe(reg_noreset(m, "low_half", 16), "the word's first beat");
        set(low, captured);
        valid = bit(left, 0);
        data = cat(captured, low);
    }
    describe(output(m, "valid_o", valid), "a word of the line");
    output(m, "data_o", data);
}

module *sdram_module(design *d, const struct sdram_chip *chip)
{
    module *m = module_new(d, "nestor_sdram");
    struct sdram u = {.chip = chip, .beats = 32 / chip->data_bits};
    module_comment(m, fmt("Controller of an SDRAM with %u data pins, %u rows, %u columns and four banks.",
                          chip->data_bits, 1u << chip->rows, 1u << chip->columns));
    ports(m, &u);
    section(m, "State");
    static const hdl_value states[] = {STATES(NAMED_VALUE){0}};
    const unsigned power = clocks(&u, POWER_UP);
    u.state = name_values(reg(m, "state", STATE_BITS, STATE_POWER), states);
    u.left = describe(reg(m, "clocks_left", clog2(power + 1), power), "until the next command may come");
    u.writes = describe(reg_noreset(m, "writes", 1), "the request is a write");
    u.word = reg_noreset(m, "word", sdram_word_bits(chip));
    u.lanes = reg_noreset(m, "lanes", 4);
    u.value = reg_noreset(m, "value", 32);
    sig active = name(m, "active", is_zero(u.left));
    sig idle = name(m, "idle", and_(active, eq_lit(u.state, STATE_IDLE)));
    u.due = describe(reg(m, "refresh_due", 1, 0), "a refresh goes before the next request");
    sig refreshes = name(m, "refreshes", and_(idle, u.due));
    refresh_timer(m, &u, refreshes);
    section(m, "Commands");
    set(u.command, lit(4, NOP));
    set(u.drives, lit(1, 0));
    when (not_(active)) {
        set(u.left, sub(u.left, lit(width_of(u.left), 1)));
        when (eq_lit(u.state, STATE_POWER))
            set(u.command, lit(4, DESELECT));
    }
    otherwise begin(m, &u);
    take(m, &u, idle, refreshes);
    columns(m, &u, active);
    answer(m, &u);
    return m;
}
