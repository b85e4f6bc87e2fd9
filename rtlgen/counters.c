/* counters: mcycle, minstret, and the associator's counters (docs/spec.md, 2, 10.1.7 and 10.8.11).
 *
 * Ten counters of 64 bits with adders of their own would be a seventh of the core. So only the low bits of each are
 * a counter in flip-flops; the high bits of all are rows of one memory, with one adder. A row also holds the
 * highest of the low bits as it was when the row was written: if it was 1 and is 0 now, the low bits have
 * begun anew, and one is to be added to the row. A scan goes through the rows and writes them back before the low bits
 * can come halfway round; the value is exact at any time.
 *
 * A CSR instruction in W has the memory's read port in its first cycle, and its counter is shown in the next. What it
 * writes is in w_result by then.
 */
#include "rtlgen/core.h"

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

/* Names of rows, without the associator's counters and with them: ROW_HPM3 is that of mhpmcounter3. */
static const hdl_value first_rows[] = {FIRST_ROWS(NAMED_VALUE){0}};
static const hdl_value all_rows[] = {
#define ASSOCIATOR_COUNTER(name, hpm, meaning) {"ROW_HPM" #hpm, hpm},
    FIRST_ROWS(NAMED_VALUE)
#include "isa/counters.def"
        {0}};

struct unit {
    const struct core *c;
    bool hpm;
    unsigned row_bits, low_bits;
    sig number, high; /* of the CSR that W names */
    sig shown;        /* the row that the memory shows */
    sig low;          /* its counter's low bits */
    sig value;        /* its counter */
    sig write, write_low, write_high;
    sig conditions[HPM_COUNTERS + 2], lows[HPM_COUNTERS + 2];
    unsigned n;
};

static sig shows(const struct unit *u, unsigned row)
{
    return eq_lit(u->shown, row);
}

static void add_low(module *m, struct unit *u, const char *text, unsigned row, sig advance, bool writable)
{
    const struct core *c = u->c;
    sig low = reg(m, text, u->low_bits, 0), here = shows(u, row);
    sig next = add(low, zext(advance, u->low_bits));
    if (writable) {
        comment(m, "A write takes the place of the advance.");
        when (and_(u->write_low, here))
            set(low, bits(net_in(m, c, stage_w.w_result), u->low_bits - 1, 0));
        elsewhen (not_(and_(u->write_high, here)))
            set(low, next);
    } else {
        when (net_in(m, c, record.record_end))
            set(low, next);
    }
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

/* The scan, CSR instructions, and after reset a sweep have the memory. */
static void high_bits(module *m, struct unit *u)
{
    const struct core *c = u->c;
    unsigned low = u->low_bits, width = 64 - low;
    section(m, "High bits: the row that is read");
    sig scan = describe(reg(m, "scan", u->row_bits, 0), "row to read next");
    sig cleared = describe(reg(m, "cleared", 1, 0), "every row has been cleared after reset");
    sig live = describe(reg(m, "live", 1, 0), "the row shown is as it was last written");
    sig reads = net_in(m, c, csr.counter_read), holds = net_in(m, c, csr.counter_hold);
    sig row = name(m, "row", mux(reads, bits(u->number, u->row_bits - 1, 0), scan));
    sig again = name(m, "again", eq(row, u->shown));
    sig writes = name(m, "writes", and_(live, not_(holds), or_(u->write, not_(again))));
    when (not_(holds)) {
        set(u->shown, row);
        set(live, and_(cleared, not_(and_(u->write, again))));
    }
    when (not_(or_(reads, holds)))
        set(scan, add_lit(scan, 1));
    when (reduce_and(scan))
        set(cleared, lit(1, 1));

    section(m, "High bits: the row that is written");
    memory rows = mem(m, "rows", width + 2, 1u << u->row_bits, MEM_SYNC_NO_COLLISION);
    sig entry = mem_read_sync(rows, "entry", row, not_(holds));
    sig full = bit(entry, width + 1), was = bit(entry, width), is = bit(u->low, low - 1);
    sig wrapped = name(m, "wrapped", and_(was, not_(is)));
    comment(m, "By halves, since a carry through both would be slow: a row tells whether its lower half is all ones.");
    sig lower = bits(entry, 31 - low, 0), upper = bits(entry, width - 1, 32 - low);
    sig carries = name(m, "carries", and_(wrapped, full));
    u->value = name(m, "value", cat(add(upper, zext(carries, 32)), add(lower, zext(wrapped, 32 - low)), u->low));
    sig data = net_in(m, c, stage_w.w_result);
    sig next_high = mux(u->write_high, data, bits(u->value, 63, 32));
    sig next_low = mux(u->write_low, bits(data, 31, low - 1), bits(u->value, 31, low - 1));
    sig next_full = reduce_and(bits(next_low, 32 - low, 1));
    sig next = name(m, "next_entry", cat(next_full, bit(next_low, 0), next_high, bits(next_low, 32 - low, 1)));
    mem_write(rows, or_(writes, not_(cleared)), mux(cleared, u->shown, scan), and_(next, repeat(cleared, width + 2)));
}

static void show(module *m, struct unit *u)
{
    const struct core *c = u->c;
    section(m, "The word asked for");
    sig is_time = eq_lit(bits(u->number, 1, 0), ROW_TIME), mtime = net_in(m, c, lines_in.mtime_i);
    sig rows = bits(u->number, 4, u->row_bits), value = u->value;
    sig hidden = is_nonzero(rows);
    if (u->hpm) {
        sig hpm = name(m, "is_hpm", ge_u(bits(u->number, u->row_bits - 1, 0), lit(u->row_bits, ROW_HPM)));
        is_time = and_(is_time, not_(hpm));
        hidden = or_(hidden, and_(hpm, not_(net_in(m, c, vm.at_zero))));
        unsigned width = c->config->counter_bits;
        if (width < 64) {
            sig wide = bits(value, 63, width);
            value = cat(and_(wide, repeat(not_(hpm), 64 - width)), bits(value, width - 1, 0));
        }
    }
    comment(m, "Counters that are not there, and above level 0 the associator's, read zero. The value comes late.");
    sig word = net_in(m, c, context.word);
    sig asked = and_(bit(word, 4), lt_u(word, lit(WORD_BITS, WORD_VALUE)));
    sig shown = name(m, "is_shown", and_(asked, not_(hidden)));
    sig time = mux(u->high, bits(mtime, 63, 32), bits(mtime, 31, 0));
    const sig conditions[] = {name(m, "shows_low", and_(shown, not_(is_time), not_(u->high))),
                              name(m, "shows_high", and_(shown, not_(is_time), u->high)),
                              name(m, "shows_time", and_(shown, is_time))};
    const sig values[] = {bits(value, 31, 0), bits(value, 63, 32), time};
    net_out(m, c, csr.counter_word, select_one_hot(conditions, values, 3));
}

/* Bits that a counter counts in flip-flops. The scan comes to each row at least every 40 cycles with sixteen rows,
 * every 10 with four, even if CSR instructions follow each other; meanwhile fewer than half of the numbers may go by:
 * at most one record in a cycle, table reads of one walk, and all entries of the associators. */
static unsigned low_width(const struct core *c, bool hpm)
{
    if (!hpm)
        return 6;
    return c->flushed_bits + 2 > 8 ? c->flushed_bits + 2 : 8;
}

module *counters_module(const struct core *c)
{
    module *m = module_new(c->d, "nestor_counters");
    module_comment(m,
                   "mcycle, minstret, and the associator's counters: low bits in flip-flops, high bits in a memory.");
    struct unit u = {.c = c, .hpm = c->virtualizer && c->config->counter_bits};
    u.row_bits = u.hpm ? 4 : 2;
    u.low_bits = low_width(c, u.hpm);
    sig insn = net_in(m, c, stage_w.w_insn), word = net_in(m, c, context.commit_write_word);
    u.number = name(m, "number", bits(insn, 24, 20));
    u.high = name(m, "high", bit(insn, 27));
    u.shown = name_values(reg_noreset(m, "shown", u.row_bits), u.hpm ? all_rows : first_rows);
    sig counter = and_(bit(word, 4), not_(and_(bit(word, 2), bit(word, 1))));
    u.write = name(m, "write", and_(net_in(m, c, context.commit_word_write), counter));
    u.write_low = name(m, "write_low", and_(u.write, not_(u.high)));
    u.write_high = name(m, "write_high", and_(u.write, u.high));
    low_bits(m, &u);
    high_bits(m, &u);
    show(m, &u);
    return m;
}
