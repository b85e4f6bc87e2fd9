/* clint: mtime, mtimecmp and msip (docs/spec.md, 10.1.8), and the time base (docs/spec.md, 2).
 *
 * docs/microarchitecture.md, "Interrupt timing": the lines are registers. With the time base commit the timer's is
 * computed from what mtime takes and mtimecmp holds, so that it includes every record before; a store to mtimecmp shows
 * in it one cycle after that has taken it, which is the cycle of the store's ack or earlier. With the time base clock
 * so does a store to mtime, and each clock: no record depends on which of two cycles the line rises in, and an addition
 * and a comparison of 64 bits do not lie behind one another.
 */
#include "rtlgen/units.h"

/* Words of the window, by their offsets. */
#define REGISTERS(ROW)                                                                                                 \
    ROW(MSIP, 0x0000)                                                                                                  \
    ROW(MTIMECMP, 0x4000)                                                                                              \
    ROW(MTIMECMPH, 0x4004)                                                                                             \
    ROW(MTIME, 0xbff8)                                                                                                 \
    ROW(MTIMEH, 0xbffc)
enum clint_register {
#define ROW(name, offset) CLINT_##name = (offset),
    REGISTERS(ROW)
#undef ROW
        CLINT_OFFSET_BITS = 16
};
static const hdl_value registers[] = {
#define ROW(name, offset) {"CLINT_" #name, offset},
    REGISTERS(ROW)
#undef ROW
        {0}};

struct clint {
    sig write, word, lanes, data; /* the request; write: a request that writes; word: its register */
    sig mtime, mtime_n, mtimecmp, msip;
    sig pending; /* the timer's line */
};

static void declare(module *m, struct clint *u, bool keeps)
{
    sig enable = describe(input(m, "enable_i", 1), "a request");
    sig write = describe(input(m, "write_i", 1), "it writes");
    sig offset = describe(input(m, "offset_i", CLINT_OFFSET_BITS), "in the window");
    u->word = name_values(name(m, "word", cat(bits(offset, CLINT_OFFSET_BITS - 1, 2), lit(2, 0))), registers);
    u->lanes = describe(input(m, "lanes_i", 4), "bytes to write");
    u->data = describe(input(m, "data_i", 32), "data to write");
    u->write = name(m, "writes", and_(enable, write));

    section(m, "Registers");
    u->msip = describe(reg(m, "msip", 1, 0), "software interrupt");
    u->mtimecmp = describe(reg(m, "mtimecmp", 64, UINT64_MAX), "the timer interrupt is pending from this time on");
    comment(m, "Time is kept as its complement, which counts down: a comparison by carries then needs no inverter.");
    u->mtime_n = keeps ? reg_init(m, "mtime_n", 64, UINT64_MAX) : reg(m, "mtime_n", 64, UINT64_MAX);
    u->mtime = describe(name(m, "mtime", not_(u->mtime_n)), "the time");
    u->pending = describe(reg(m, "irq_timer_o", 1, 0), "level 0's MTI line");
}

/* The request is for this register. */
static sig selects(const struct clint *u, enum clint_register which)
{
    return eq_lit(u->word, which);
}

static sig writes_word(module *m, const struct clint *u, const char *label, enum clint_register which)
{
    return name(m, fmt("writes_%s", label), and_(u->write, selects(u, which)));
}

/* mtime after the request, if any. */
static sig mtime_written(module *m, const struct clint *u, sig *written)
{
    sig low = writes_word(m, u, "mtime", CLINT_MTIME);
    sig high = writes_word(m, u, "mtimeh", CLINT_MTIMEH);
    sig bytes[8];
    for (unsigned i = 0; i < 8; i++) {
        sig lane = and_(i < 4 ? low : high, bit(u->lanes, i & 3));
        bytes[i] = mux(lane, bits(u->data, 8 * (i & 3) + 7, 8 * (i & 3)), bits(u->mtime, 8 * i + 7, 8 * i));
    }
    *written = or_(low, high);
    return name(m, "mtime_written", cat_array(bytes, 8));
}

static void write_mtimecmp(module *m, const struct clint *u)
{
    sig low = writes_word(m, u, "mtimecmp", CLINT_MTIMECMP);
    sig high = writes_word(m, u, "mtimecmph", CLINT_MTIMECMPH);
    for (unsigned i = 0; i < 8; i++) {
        unsigned lane = i & 3;
        when (and_(i < 4 ? low : high, bit(u->lanes, lane)))
            set_bits(u->mtimecmp, 8 * i + 7, 8 * i, bits(u->data, 8 * lane + 7, 8 * lane));
    }
}

/* For a board's loader: a reset leaves mtime as the program's end has left it, so that it tells how long that took. */
static sig stand(module *m, sig written)
{
    sig stop = describe(input(m, "stop_i", 1), "the run has ended, or a reset");
    sig stands = describe(reg_init(m, "stands", 1, 1), "since then mtime has not been written, and time stands");
    when (stop)
        set(stands, lit(1, 1));
    elsewhen (written)
        set(stands, lit(1, 0));
    return stands;
}

/* Time base commit: the records advance mtime, and a WFI moves it. Time base clock: every clock does.
 * Within one cycle a store acts first, then the advance is added; mtime may wrap. */
static void advance(module *m, const struct clint *u, const struct hv_config *config, bool keeps)
{
    section(m, "Time, and the timer's line");
    sig written, from = mtime_written(m, u, &written), by = lit(64, 1);
    if (config->timebase == HV_TIMEBASE_COMMIT) {
        sig commit = describe(input(m, "commit_i", 1), "a commit record: time advances by one");
        sig wfi = describe(input(m, "wfi_i", 1), "a WFI waits for the timer: time moves to mtimecmp, never back");
        from = name(m, "mtime_from", mux(and_(wfi, not_(u->pending)), u->mtimecmp, from));
        by = zext(commit, 64);
    }
    if (keeps)
        by = and_(by, repeat(not_(stand(m, written)), 64));
    sig next_n = name(m, "mtime_next_n", sub(not_(from), by));
    set(u->mtime_n, next_n);
    sig time_n = config->timebase == HV_TIMEBASE_COMMIT ? next_n : u->mtime_n;
    set(u->pending, not_(above(m, "left", u->mtimecmp, time_n)));
}

static void wakeable(module *m, const struct clint *u)
{
    sig can = describe(reg(m, "wfi_wakeable_o", 1, 0), "the timer can wake a WFI");
    set(can, not_(reduce_and(u->mtimecmp)));
    output(m, "wfi_wakeable_o", can);
}

module *clint_module(design *d, const struct hv_config *config, bool keeps)
{
    module *m = module_new(d, "nestor_clint");
    module_comment(m, "CLINT: the time, its comparator, and the software interrupt.");
    struct clint u = {0};
    declare(m, &u, keeps);
    advance(m, &u, config, keeps);
    wakeable(m, &u);
    write_mtimecmp(m, &u);
    when (and_(u.write, selects(&u, CLINT_MSIP), bit(u.lanes, 0)))
        set(u.msip, bit(u.data, 0));

    section(m, "Reading");
    const sig selected[] = {selects(&u, CLINT_MSIP), selects(&u, CLINT_MTIMECMP), selects(&u, CLINT_MTIMECMPH),
                            selects(&u, CLINT_MTIME), selects(&u, CLINT_MTIMEH)};
    const sig words[] = {zext(u.msip, 32), bits(u.mtimecmp, 31, 0), bits(u.mtimecmp, 63, 32), bits(u.mtime, 31, 0),
                         bits(u.mtime, 63, 32)};
    describe(output(m, "data_o", select_one_hot(selected, words, 5)), "word read, in the cycle of the request");
    describe(output(m, "irq_software_o", u.msip), "level 0's MSI line");
    output(m, "irq_timer_o", u.pending);
    describe(output(m, "mtime_o", u.mtime), "for reads of the CSR time");
    return m;
}
