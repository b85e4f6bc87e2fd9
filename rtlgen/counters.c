/* counters: mcycle, minstret, and the associator's counters (docs/spec.md, 2, 10.1.7 and 10.8.11). */
#include "rtlgen/core.h"

/* A 64-bit counter that instructions can write by halves; a write takes the place of the advance. */
static sig counter_64(module *m, const struct core *c, const char *text, sig advance, enum word low)
{
    sig count = reg(m, text, 64, 0);
    sig write = net_in(m, c, "commit_word_write"), word = net_in(m, c, "commit_write_word");
    sig data = net_in(m, c, "write_data");
    sig writes_low = name(m, fmt("writes_%s", text), and_(write, eq_lit(word, low)));
    sig writes_high = name(m, fmt("writes_%sh", text), and_(write, eq_lit(word, low + 1)));
    when (writes_low)
        set_bits(count, 31, 0, data);
    elsewhen (writes_high)
        set_bits(count, 63, 32, data);
    elsewhen (advance)
        set(count, add_lit(count, 1));
    return count;
}

/* An event of both ports as a number, 0 to 2. */
static sig both(module *m, const struct core *c, const char *event)
{
    sig s = net_in(m, c, event);
    return add(zext(bit(s, 0), 2), zext(bit(s, 1), 2));
}

struct counter {
    const char *name;
    unsigned number;
};

static const struct counter counters[] = {
#define ASSOCIATOR_COUNTER(name, hpm, meaning) {#name, hpm},
#include "isa/counters.def"
};

/* What one record adds to a counter. */
static sig increment(module *m, const struct core *c, const char *counter)
{
    if (counter[0] == 'w')
        return add(zext(net_in(m, c, "event_walk_reads_fetch"), 5), zext(net_in(m, c, "event_walk_reads_data"), 5));
    if (counter[0] == 'f' && counter[1] == 'l')
        return net_in(m, c, "event_flushed");
    return both(m, c, fmt("event_%s", counter));
}

/* mhpmcounter3 and on: level 0 reads them. */
static sig associator_counters(module *m, const struct core *c)
{
    section(m, "The associator's counters");
    unsigned width = c->config->counter_bits;
    sig record_end = net_in(m, c, "record_end"), insn = net_in(m, c, "w_insn");
    sig number = bits(insn, 24, 20), high = bit(insn, 27);
    enum { N = sizeof counters / sizeof counters[0] };
    sig conditions[N], values[N];
    for (unsigned i = 0; i < N; i++) {
        sig count = reg(m, counters[i].name, width, 0);
        when (record_end)
            set(count, add(count, zext(increment(m, c, counters[i].name), width)));
        sig wide = zext(count, 64);
        conditions[i] = eq_lit(number, counters[i].number);
        values[i] = mux(high, bits(wide, 63, 32), bits(wide, 31, 0));
    }
    sig shown = and_(net_in(m, c, "at_zero"), eq_lit(net_in(m, c, "word"), WORD_HPM));
    return and_(repeat(shown, 32), name(m, "associator_counter", select_one_hot(conditions, values, N)));
}

module *counters_module(const struct core *c)
{
    module *m = module_new(c->d, "counters");
    module_comment(m, "mcycle, minstret, and the associator's counters.");
    sig word = net_in(m, c, "word"), record_end = net_in(m, c, "record_end"), retired = net_in(m, c, "retired");
    sig mtime = net_in(m, c, "mtime_i");
    section(m, "mcycle, minstret");
    sig tick = c->config->timebase == HV_TIMEBASE_COMMIT ? record_end : lit(1, 1);
    sig mcycle = counter_64(m, c, "mcycle", tick, WORD_CYCLE);
    sig minstret = counter_64(m, c, "minstret", and_(record_end, retired), WORD_INSTRET);

    sig hpm = c->virtualizer && c->config->counter_bits ? associator_counters(m, c) : zeros(32);
    section(m, "The word asked for");
    const sig conditions[] = {eq_lit(word, WORD_CYCLE),  eq_lit(word, WORD_CYCLEH),  eq_lit(word, WORD_TIME),
                              eq_lit(word, WORD_TIMEH),  eq_lit(word, WORD_INSTRET), eq_lit(word, WORD_INSTRETH),
                              lit(1, 1)};
    const sig values[] = {bits(mcycle, 31, 0),  bits(mcycle, 63, 32),   bits(mtime, 31, 0), bits(mtime, 63, 32),
                          bits(minstret, 31, 0), bits(minstret, 63, 32), hpm};
    net_out(m, c, "counter_word", select_one_hot(conditions, values, 7));
    return m;
}
