/* counters: mcycle, minstret, and the associator's counters (docs/spec.md, 2, 10.1.7 and 10.8.11).
 *
 * Ten counters of 64 bits with adders of their own would be a seventh of the core. So only the low bits of each are
 * a counter in flip-flops; its words are two rows of one memory, with one adder. The row of the low word also holds the
 * highest of the low bits as it was when the row was written: if it was 1 and is 0 now, the low bits have
 * begun anew, and one is to be added above them. When they do so in a low word that is full, which is known beforehand,
 * one is to be added to the row of the high word. A scan goes through the rows and writes them back before the low bits
 * can come halfway round; the value is exact at any time.
 *
 * A CSR instruction in W has the memory's read port in its first cycle, and its word is shown in the next. What it
 * writes is in w_result by then.
 */
#include "rtlgen/core.h"

USE(stage_x);
USE(stage_w);
USE(record);
USE(context);
USE(csr);
USE(vm);
USE(events);
USE(lines_in);

#define FIRST_ROWS(ROW) ROW(ROW_, MCYCLE) ROW(ROW_, TIME) ROW(ROW_, MINSTRET)
enum { FIRST_ROWS(ENUM_VALUE) ROW_HPM };

struct counter {
    const char *name;
    unsigned row; /* the low bits of its CSR numbers */
};

static const struct counter counters[] = {
#define ASSOCIATOR_COUNTER(name, hpm, meaning) {#name, hpm},
#include "isa/counters.def"
};
enum associator_counter {
#define ASSOCIATOR_COUNTER(name, hpm, meaning) COUNTER_##name,
#include "isa/counters.def"
    HPM_COUNTERS
};

/* Names of counters, without the associator's and with them: ROW_HPM3 is mhpmcounter3. */
static const hdl_value first_rows[] = {FIRST_ROWS(NAMED_VALUE){0}};
static const hdl_value all_rows[] = {
#define ASSOCIATOR_COUNTER(name, hpm, meaning) {"ROW_HPM" #hpm, hpm},
    FIRST_ROWS(NAMED_VALUE)
#include "isa/counters.def"
        {0}};
enum { MAX_COUNTERS = HPM_COUNTERS + 2 };

struct unit {
    const struct core *c;
    bool hpm;
    unsigned row_bits, low_bits;
    sig number, high;      /* of the CSR that W names */
    sig shown, shown_high; /* the counter whose row the memory shows, and its high word */
    sig low, carry;        /* its low bits; its high word is one more than the row */
    sig word;              /* the word that the row is for */
    sig write, write_low, write_high;
    sig wraps[MAX_COUNTERS];      /* the low bits begin anew */
    sig conditions[MAX_COUNTERS]; /* the counter is shown */
    sig lows[MAX_COUNTERS];
    unsigned n;
};

static void add_low(module *m, struct unit *u, const char *text, unsigned row, sig advance, bool writable)
{
    const struct core *c = u->c;
    sig low = reg(m, text, u->low_bits, 0), here = eq_lit(u->shown, row);
    sig next = add(zext(low, u->low_bits + 1), zext(advance, u->low_bits + 1));
    sig counts = net_in(m, c, record.record_end);
    if (writable) {
        comment(m, "A write takes the place of the advance.");
        counts = not_(and_(u->write, here));
        when (and_(u->write_low, here))
            set(low, bits(net_in(m, c, stage_w.w_result), u->low_bits - 1, 0));
        elsewhen (counts)
            set(low, bits(next, u->low_bits - 1, 0));
    } else {
        when (counts)
            set(low, bits(next, u->low_bits - 1, 0));
    }
    comment(m, "That a record ends comes late: what one does to the low bits is known before.");
    sig wraps = width_of(advance) == 1 ? and_(advance, reduce_and(low)) : bit(next, u->low_bits);
    u->wraps[u->n] = and_(counts, wraps);
    u->conditions[u->n] = here;
    u->lows[u->n++] = low;
}

/* An event of both ports as a number, 0 to 2. */
static sig both(sig event)
{
    return add(zext(bit(event, 0), 2), zext(bit(event, 1), 2));
}

/* What one record adds to a counter. */
static sig increment(module *m, const struct unit *u, enum associator_counter counter)
{
    const struct core *c = u->c;
    switch (counter) {
    case COUNTER_accesses:
        return both(net_in(m, c, events.event_accesses));
    case COUNTER_lookups:
        return both(net_in(m, c, events.event_lookups));
    case COUNTER_hits:
        return both(net_in(m, c, events.event_hits));
    case COUNTER_misses:
        return both(net_in(m, c, events.event_misses));
    case COUNTER_prefix_hits:
        return both(net_in(m, c, events.event_prefix_hits));
    case COUNTER_fills:
        return both(net_in(m, c, events.event_fills));
    case COUNTER_walk_reads: {
        sig of_fetch = net_in(m, c, events.event_walk_reads_fetch),
            of_data = net_in(m, c, events.event_walk_reads_data);
        return add(zext(of_fetch, 5), zext(of_data, 5));
    }
    case COUNTER_flushed:
        return zext(net_in(m, c, events.event_flushed), u->low_bits);
    case HPM_COUNTERS:
        break;
    }
    return lit(1, 0);
}

static void low_bits(module *m, struct unit *u)
{
    const struct core *c = u->c;
    section(m, "Low bits");
    sig record_end = net_in(m, c, record.record_end), retired = net_in(m, c, record.retired);
    sig tick = c->config->timebase == HV_TIMEBASE_COMMIT ? record_end : lit(1, 1);
    add_low(m, u, "mcycle", ROW_MCYCLE, tick, true);
    add_low(m, u, "minstret", ROW_MINSTRET, and_(record_end, retired), true);
    for (unsigned i = 0; u->hpm && i < HPM_COUNTERS; i++)
        add_low(m, u, counters[i].name, counters[i].row, increment(m, u, (enum associator_counter)i), false);
    u->low = name(m, "low", select_one_hot(u->conditions, u->lows, u->n));
}

/* Is a low word full above its low bits, and is a carry out of it to come into the high word's row? */
static void carries(module *m, struct unit *u, sig writes, sig entry)
{
    section(m, "Carries from word to word");
    sig carry = lit(1, 0), is_full = name(m, "is_full", reduce_and(bits(entry, 31, u->low_bits)));
    for (unsigned i = 0; i < u->n; i++) {
        sig full = describe(reg_noreset(m, fmt("full_%u", i), 1),
                            "the low word is full; the scan has told before it can matter");
        sig carries = describe(reg(m, fmt("carry_%u", i), 1, 0), "the high word's row lacks one");
        sig here = and_(writes, u->conditions[i]);
        when (and_(here, not_(u->shown_high)))
            set(full, is_full);
        when (and_(u->wraps[i], full))
            set(carries, lit(1, 1));
        elsewhen (and_(here, u->shown_high))
            set(carries, lit(1, 0));
        carry = or_(carry, and_(u->conditions[i], carries));
    }
    set(u->carry, carry);
}

/* The scan, CSR instructions, and after reset a sweep have the memory. */
static void rows(module *m, struct unit *u)
{
    const struct core *c = u->c;
    unsigned low = u->low_bits, row_bits = u->row_bits + 1;
    section(m, "The row that is read");
    sig scan = describe(reg(m, "scan", row_bits, 0), "row to read next");
    sig cleared = describe(reg(m, "cleared", 1, 0), "every row has been cleared after reset");
    sig live = describe(reg(m, "live", 1, 0), "the row shown is as it was last written");
    sig reads = net_in(m, c, csr.counter_read), holds = net_in(m, c, csr.counter_hold);
    sig row = name(m, "row", mux(reads, cat(bits(u->number, u->row_bits - 1, 0), u->high), scan));
    sig shown = cat(u->shown, u->shown_high), again = name(m, "again", eq(row, shown));
    sig writes = name(m, "writes", and_(live, not_(holds), or_(u->write, not_(again))));
    when (not_(holds)) {
        set(u->shown, bits(row, u->row_bits, 1));
        set(u->shown_high, bit(row, 0));
        set(live, and_(cleared, not_(and_(u->write, again))));
    }
    when (not_(or_(reads, holds)))
        set(scan, add_lit(scan, 1));
    when (reduce_and(scan))
        set(cleared, lit(1, 1));

    section(m, "The row that is written");
    memory words = mem(m, "rows", 32, 1u << row_bits, MEM_SYNC_NO_COLLISION);
    sig entry = mem_read_sync(words, "entry", row, not_(holds));
    u->carry = wire(m, "carry", 1);
    sig wrapped = and_(bit(entry, low - 1), not_(bit(u->low, low - 1)), not_(u->shown_high));
    wrapped = name(m, "wrapped", wrapped);
    sig more = cat(zeros(31 - low), wrapped, zeros(low - 1), and_(u->carry, u->shown_high));
    sig value = name(m, "value", add(entry, more));
    sig low_part = mux(u->shown_high, bits(value, low - 1, 0), u->low);
    u->word = name(m, "row_word", cat(bits(value, 31, low), low_part));
    sig next = mux(u->write, net_in(m, c, stage_w.w_result), u->word);
    next = name(m, "next_entry", and_(next, repeat(cleared, 32)));
    mem_write(words, or_(writes, not_(cleared)), mux(cleared, shown, scan), next);
    carries(m, u, writes, next);
}

static void show(module *m, struct unit *u)
{
    const struct core *c = u->c;
    section(m, "The word asked for");
    sig is_time = eq_lit(bits(u->number, 1, 0), ROW_TIME), mtime = net_in(m, c, lines_in.mtime_i);
    sig rows = bits(u->number, 4, u->row_bits), value = u->word;
    sig hidden = is_nonzero(rows);
    if (u->hpm) {
        sig hpm = name(m, "is_hpm", ge_u(bits(u->number, u->row_bits - 1, 0), lit(u->row_bits, ROW_HPM)));
        is_time = and_(is_time, not_(hpm));
        hidden = or_(hidden, and_(hpm, not_(net_in(m, c, vm.at_zero))));
        unsigned width = c->config->counter_bits;
        if (width < 64) {
            sig seen = repeat(not_(and_(hpm, u->high)), 64 - width), wide = and_(bits(value, 31, width - 32), seen);
            value = width > 32 ? cat(wide, bits(value, width - 33, 0)) : wide;
        }
    }
    comment(m, "Counters that are not there, and above level 0 the associator's, read zero.");
    sig word = net_in(m, c, context.word);
    sig asked = and_(bit(word, 4), lt_u(word, lit(WORD_BITS, WORD_VALUE)));
    sig shown = name(m, "is_shown", and_(asked, not_(hidden)));
    sig shows_counter = name(m, "shows_counter", and_(shown, not_(is_time)));
    const sig conditions[] = {name(m, "shows_time", and_(shown, is_time, not_(u->high))),
                              name(m, "shows_time_high", and_(shown, is_time, u->high))};
    const sig values[] = {bits(mtime, 31, 0), bits(mtime, 63, 32)};
    comment(m, "The value comes out of an adder, late. Synthesis keeps exclusive ors in this order, here and where "
               "words meet.");
    net_out(m, c, csr.counter_word,
            xor_(and_(value, repeat(shows_counter, 32)), select_one_hot(conditions, values, 2)));
}

/* Bits that a counter counts in flip-flops. The scan comes to each row at least every 80 cycles with 32 rows,
 * every 20 with eight, even if CSR instructions follow each other; meanwhile fewer than half of the numbers may go by:
 * at most one record with two accesses in a cycle, table reads of one walk, and all entries of the associators with
 * those that were filled meanwhile. */
static unsigned low_width(const struct core *c, bool hpm)
{
    if (!hpm)
        return 6;
    return c->flushed_bits + 2 > 9 ? c->flushed_bits + 2 : 9;
}

module *counters_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_counters");
    module_comment(m, "mcycle, minstret, and the associator's counters: low bits in flip-flops, words in a memory.");
    struct unit u = {.c = c, .hpm = c->virtualizer && c->config->counter_bits};
    u.row_bits = u.hpm ? 4 : 2;
    u.low_bits = low_width(c, u.hpm);
    sig insn = net_in(m, c, stage_x.x_insn), word = net_in(m, c, context.commit_write_word);
    u.number = name(m, "number", bits(insn, 24, 20));
    u.high = name(m, "high", bit(insn, 27));
    u.shown = name_values(reg_noreset(m, "shown", u.row_bits), u.hpm ? all_rows : first_rows);
    u.shown_high = describe(reg_noreset(m, "shown_high", 1), "and the high word of it");
    sig counter = and_(bit(word, 4), not_(and_(bit(word, 2), bit(word, 1))));
    u.write = name(m, "write", and_(net_in(m, c, context.commit_word_write), counter));
    u.write_low = name(m, "write_low", and_(u.write, not_(u.high)));
    u.write_high = name(m, "write_high", and_(u.write, u.high));
    low_bits(m, &u);
    rows(m, &u);
    show(m, &u);
    return m;
}
