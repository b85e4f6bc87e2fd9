/* cache: RAM for the bus, made of block RAM in front of an SDRAM.
 *
 * Direct mapped, written through: a write changes the line if it is there, and goes to the SDRAM in any case, which has
 * taken it before the next request of the bus. A read that does not find its line brings it and looks again. So does a
 * write of part of a word where the chip has no byte masks: what goes to the SDRAM is the whole word, as the line has
 * it.
 */
#include "rtlgen/sdram.h"

#include "rtlgen/values.h"

#define STATES(ROW) ROW(STATE_, SWEEP) ROW(STATE_, READY) ROW(STATE_, ASK) ROW(STATE_, FILL) ROW(STATE_, AGAIN)
enum { STATES(ENUM_VALUE) STATE_BITS = 3 };

struct cache {
    unsigned word_bits, line_bits, tag_bits;
    sig state;
    sig enable, address;          /* the bus's request */
    sig word, write, lanes, data; /* the same, a cycle later */
    sig reads, read; /* the memories are read, at this word: a request's, and again when its line has come */
    sig checks;      /* what was read is there */
    sig needs_line;  /* the request is nothing without its line */
    sig hit, storing;
    sig sweep;
};

static sig in_state(const struct cache *u, unsigned state)
{
    return eq_lit(u->state, state);
}

static sig line_of(const struct cache *u, sig word)
{
    return bits(word, SDRAM_LINE_BITS + u->line_bits - 1, SDRAM_LINE_BITS);
}

static sig tag_of(const struct cache *u, sig word)
{
    return bits(word, u->word_bits - 1, SDRAM_LINE_BITS + u->line_bits);
}

static void request(module *m, struct cache *u)
{
    u->enable = describe(input(m, "enable_i", 1), "a request; only while stall_o is low");
    sig write = describe(input(m, "write_i", 1), "it writes");
    u->address = describe(input(m, "address_i", u->word_bits), "number of the word");
    sig lanes = describe(input(m, "lanes_i", 4), "bytes to write"), data = input(m, "data_i", 32);
    describe(data, "data to write");
    u->word = reg_noreset(m, "word", u->word_bits);
    u->write = describe(reg_noreset(m, "writes", 1), "the request is a write");
    u->lanes = reg_noreset(m, "lanes", 4);
    u->data = reg_noreset(m, "data", 32);
    when (u->enable) {
        set(u->word, u->address);
        set(u->write, write);
        set(u->lanes, lanes);
        set(u->data, data);
    }
}

/* After reset every line is invalid: the sweep. */
static void look_up(module *m, struct cache *u, sig filled)
{
    const unsigned tag_bits = u->tag_bits;
    section(m, "Tags");
    sig again = in_state(u, STATE_AGAIN);
    u->reads = or_(u->enable, again);
    u->read = name(m, "looked_up", mux(again, u->word, u->address));
    memory tags = mem(m, "tags", tag_bits + 1, 1u << u->line_bits, MEM_SYNC_NO_COLLISION);
    sig entry = mem_read_sync(tags, "tag", line_of(u, u->read), u->reads);
    sig sweeping = in_state(u, STATE_SWEEP);
    sig tag = cat(lit(1, 1), tag_of(u, u->word));
    mem_write(tags, or_(sweeping, filled), mux(sweeping, u->sweep, line_of(u, u->word)),
              and_(tag, repeat(not_(sweeping), tag_bits + 1)));
    u->checks = describe(reg(m, "checks", 1, 0), "the tag is there");
    set(u->checks, u->reads);
    u->hit = name(m, "hit", and_(u->checks, eq(entry, tag)));
}

/* Returns the word that was read. */
static sig words(module *m, struct cache *u, sig comes, sig number, sig incoming)
{
    section(m, "Words");
    memory words = mem(m, "words", 32, 1u << (u->line_bits + SDRAM_LINE_BITS), MEM_SYNC_NO_COLLISION);
    sig word = mem_read_sync(words, "data_o", bits(u->read, SDRAM_LINE_BITS + u->line_bits - 1, 0), u->reads);
    sig stored = name(m, "changes_line", and_(u->hit, u->write));
    sig place = mux(comes, cat(line_of(u, u->word), number), bits(u->word, SDRAM_LINE_BITS + u->line_bits - 1, 0));
    mem_write_bytes(words, or_(comes, stored), place, mux(comes, incoming, u->data), or_(repeat(comes, 4), u->lanes));
    describe(output(m, "data_o", word), "word read, with done_o");
    return word;
}

/* The requests of the SDRAM. Without masks a word goes there with those of its bytes that the write does not have. */
static void requests(module *m, const struct cache *u, sig stores, sig word, bool masks)
{
    section(m, "Requests of the SDRAM, each until it is taken");
    sig bytes[4];
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = mux(bit(u->lanes, i), bits(u->data, 8 * i + 7, 8 * i), bits(word, 8 * i + 7, 8 * i));
    output(m, "sdram_write_o", stores);
    output(m, "sdram_read_o", in_state(u, STATE_ASK));
    output(m, "sdram_address_o", u->word);
    output(m, "sdram_lanes_o", masks ? u->lanes : lit(4, 15));
    output(m, "sdram_data_o", masks ? u->data : cat_array(bytes, 4));
}

module *cache_module(design *d, uint32_t bytes, unsigned lines, bool masks)
{
    module *m = module_new(d, "nestor_cache");
    struct cache u = {.word_bits = clog2(bytes / 4), .line_bits = clog2(lines)};
    u.tag_bits = u.word_bits - u.line_bits - SDRAM_LINE_BITS;
    module_comment(m, fmt("Cache of %u lines of %u words between the bus and an SDRAM, written through.", lines,
                          (unsigned)SDRAM_LINE));
    request(m, &u);
    section(m, "State");
    static const hdl_value states[] = {STATES(NAMED_VALUE){0}};
    u.state = name_values(reg(m, "state", STATE_BITS, STATE_SWEEP), states);
    u.sweep = describe(reg(m, "sweep", u.line_bits, 0), "line that is made invalid");
    u.storing = describe(reg(m, "storing", 1, 0), "the SDRAM has not yet taken the write");
    sig number = describe(reg(m, "number", SDRAM_LINE_BITS, 0), "of the word that comes next");
    sig ready = describe(input(m, "sdram_ready_i", 1), "the SDRAM takes the request");
    sig comes = describe(input(m, "sdram_valid_i", 1), "a word of the line");
    sig incoming = input(m, "sdram_data_i", 32);
    sig filled = name(m, "filled", and_(comes, reduce_and(number)));
    look_up(m, &u, filled);
    sig word = words(m, &u, comes, number, incoming), part = not_(reduce_and(u.lanes));
    u.needs_line = name(m, "needs_line", masks ? not_(u.write) : or_(not_(u.write), part));

    section(m, "Sequence");
    sig misses = name(m, "misses", and_(u.checks, u.needs_line, not_(u.hit)));
    sig answered = name(m, "answered", and_(u.checks, or_(not_(u.needs_line), u.hit)));
    sig stores = name(m, "stores", or_(and_(answered, u.write), u.storing));
    set(u.storing, and_(stores, not_(ready)));
    when (in_state(&u, STATE_SWEEP)) {
        set(u.sweep, add_lit(u.sweep, 1));
        when (reduce_and(u.sweep))
            set(u.state, lit(STATE_BITS, STATE_READY));
    }
    when (misses)
        set(u.state, lit(STATE_BITS, STATE_ASK));
    when (and_(in_state(&u, STATE_ASK), ready))
        set(u.state, lit(STATE_BITS, STATE_FILL));
    when (comes)
        set(number, add_lit(number, 1));
    when (filled)
        set(u.state, lit(STATE_BITS, STATE_AGAIN));
    when (in_state(&u, STATE_AGAIN))
        set(u.state, lit(STATE_BITS, STATE_READY));
    describe(output(m, "stall_o", or_(not_(in_state(&u, STATE_READY)), misses, stores)), "no request is taken");
    describe(output(m, "done_o", answered), "the request's answer");
    requests(m, &u, stores, word, masks);
    return m;
}
