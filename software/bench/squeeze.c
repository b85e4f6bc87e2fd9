/*
 * Compression of a text and back, in two stages as usual programs for it have: repetitions are found by hash chains,
 * and what is left is coded with Huffman's codes, bit by bit.
 *
 * Symbols 0 to 255 are bytes; above are matches, by the number of bits of their length, which follow with the
 * distance's. Check: the round trip gives the text back; the compressed form is less than half as long; its digest,
 * which a native build has confirmed.
 */

#include "bench.h"

enum {
    TEXT_BYTES = 4096,
    PACKED_BYTES = TEXT_BYTES,
    MATCH_MIN = 4,
    LENGTH_BITS = 7, /* a match has at most MATCH_MIN + 2^LENGTH_BITS - 1 bytes */
    DISTANCE_BITS = 12,
    CHAIN = 6, /* candidates that are looked at */
    HASH_BITS = 10,
    NOWHERE = 0xFFFF,
    FIRST_MATCH = 256,
    SYMBOLS = FIRST_MATCH + LENGTH_BITS + 1,
    CODE_MAX = 15, /* bits of a code */
};

static PAGE_ALIGNED NOINIT uint8_t text[TEXT_BYTES], unpacked[TEXT_BYTES], packed[PACKED_BYTES];
static PAGE_ALIGNED NOINIT uint16_t latest[1 << HASH_BITS], before[TEXT_BYTES];
static PAGE_ALIGNED NOINIT uint16_t lengths[TEXT_BYTES], distances[TEXT_BYTES]; /* of matches; length 0: a byte */

static uint32_t counts[2 * SYMBOLS];
static uint16_t parents[2 * SYMBOLS];
static uint8_t code_bits[SYMBOLS];
static uint16_t codes[SYMBOLS];
static uint16_t by_code[SYMBOLS]; /* symbols in the order of their codes */
static uint16_t of_bits[CODE_MAX + 2];

/* ---- The text ---- */

static void write_text(void)
{
    static const char *const words[32] = {
        "net ",   "of ",      "water ",   "the ",   "ship ", "and ",   "wind ",   "sail ",
        "north ", "harbour ", "captain ", "stars ", "to ",   "a ",     "island",  ", ",
        ".\n",    "morning ", "rope ",    "was ",   "west ", "under ", "anchor ", "deep ",
        "fish ",  "cold ",    "voyage ",  "bread ", "salt ", "night ", "light ",  "shore ",
    };
    uint32_t random = 1852;
    int n = 0;

    while (n < TEXT_BYTES) {
        uint32_t r = random_next(&random);
        const char *word = words[(r >> 8) % ((r & 31) + 1)];

        while (*word && n < TEXT_BYTES)
            text[n++] = (uint8_t)*word++;
    }
}

/* ---- Repetitions ---- */

static uint32_t hash4(const uint8_t *p)
{
    uint32_t four = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;

    return four * 0x9E3779B1u >> (32 - HASH_BITS);
}

static unsigned common(const uint8_t *a, const uint8_t *b, unsigned limit)
{
    unsigned n = 0;

    while (n < limit && a[n] == b[n])
        n++;
    return n;
}

static void remember(unsigned at)
{
    uint32_t hash = hash4(&text[at]);

    before[at] = latest[hash];
    latest[hash] = (uint16_t)at;
}

static void find_match(unsigned at)
{
    unsigned limit = TEXT_BYTES - at, candidate = latest[hash4(&text[at])];

    lengths[at] = 0;
    if (limit > MATCH_MIN + (1 << LENGTH_BITS) - 1)
        limit = MATCH_MIN + (1 << LENGTH_BITS) - 1;
    for (int i = 0; i < CHAIN && candidate != NOWHERE; i++) {
        unsigned length = common(&text[candidate], &text[at], limit);

        if (length >= MATCH_MIN && length > lengths[at]) {
            lengths[at] = (uint16_t)length;
            distances[at] = (uint16_t)(at - candidate);
        }
        candidate = before[candidate];
    }
}

static unsigned bits_of(unsigned n)
{
    unsigned bits = 0;

    for (; n; n >>= 1)
        bits++;
    return bits;
}

static unsigned symbol_at(unsigned at)
{
    return lengths[at] ? FIRST_MATCH + bits_of(lengths[at] - MATCH_MIN) : text[at];
}

static unsigned step_at(unsigned at)
{
    return lengths[at] ? lengths[at] : 1;
}

static void find_repetitions(void)
{
    for (int i = 0; i < 1 << HASH_BITS; i++)
        latest[i] = NOWHERE;
    for (unsigned at = 0; at < TEXT_BYTES;) {
        lengths[at] = 0;
        if (at + MATCH_MIN <= TEXT_BYTES)
            find_match(at);
        counts[symbol_at(at)]++;
        for (unsigned end = at + step_at(at); at < end; at++)
            if (at + MATCH_MIN <= TEXT_BYTES)
                remember(at);
    }
}

/* ---- Huffman's codes ---- */

/* The tree, from the leaves: the two rarest nodes get a parent, again and again. A heap has the rarest in front. */
static uint16_t heap[SYMBOLS];
static unsigned heap_size;

static bool rarer(uint16_t a, uint16_t b)
{
    return counts[a] < counts[b] || (counts[a] == counts[b] && a < b);
}

static void heap_put(uint16_t node)
{
    unsigned at = heap_size++;

    for (; at && rarer(node, heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = node;
}

static uint16_t heap_take(void)
{
    uint16_t taken = heap[0], moving = heap[--heap_size];
    unsigned at = 0, child;

    while ((child = 2 * at + 1) < heap_size) {
        if (child + 1 < heap_size && rarer(heap[child + 1], heap[child]))
            child++;
        if (!rarer(heap[child], moving))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moving;
    return taken;
}

static unsigned grow_tree(void)
{
    unsigned nodes = SYMBOLS;

    heap_size = 0;
    for (uint16_t s = 0; s < SYMBOLS; s++)
        if (counts[s])
            heap_put(s);
    while (heap_size > 1) {
        uint16_t a = heap_take(), b = heap_take();

        counts[nodes] = counts[a] + counts[b];
        parents[a] = parents[b] = (uint16_t)nodes;
        heap_put((uint16_t)nodes++);
    }
    return nodes - 1;
}

/* Canonical: codes of the same length are neighbours, in the order of the symbols. */
static void make_codes(void)
{
    unsigned root = grow_tree(), code = 0, place = 0;

    for (unsigned i = 0; i <= CODE_MAX + 1; i++)
        of_bits[i] = 0;
    for (unsigned s = 0; s < SYMBOLS; s++) {
        code_bits[s] = 0;
        if (counts[s]) {
            for (unsigned n = s; n != root; n = parents[n])
                code_bits[s]++;
            check(code_bits[s] <= CODE_MAX, 2, "a code is short enough");
            of_bits[code_bits[s]]++;
        }
    }
    for (unsigned bits = 1; bits <= CODE_MAX; bits++, code <<= 1) {
        for (unsigned s = 0; s < SYMBOLS && of_bits[bits]; s++) {
            if (code_bits[s] == bits) {
                codes[s] = (uint16_t)code++;
                by_code[place++] = (uint16_t)s;
            }
        }
    }
}

/* ---- Bits ---- */

static uint32_t buffer;
static unsigned buffered, position;

static void put_bits(uint32_t value, unsigned bits)
{
    buffer = buffer << bits | value;
    buffered += bits;
    while (buffered >= 8) {
        check(position < PACKED_BYTES, 3, "the compressed form has room");
        buffered -= 8;
        packed[position++] = (uint8_t)(buffer >> buffered);
    }
}

static unsigned get_bit(void)
{
    if (!buffered) {
        buffer = packed[position++];
        buffered = 8;
    }
    return buffer >> --buffered & 1;
}

static unsigned get_bits(unsigned bits)
{
    unsigned value = 0;

    while (bits--)
        value = value << 1 | get_bit();
    return value;
}

/* ---- There and back ---- */

static unsigned pack(void)
{
    for (int i = 0; i < SYMBOLS; i++)
        counts[i] = 0;
    find_repetitions();
    make_codes();
    buffer = buffered = position = 0;
    for (unsigned at = 0; at < TEXT_BYTES; at += step_at(at)) {
        unsigned symbol = symbol_at(at);

        put_bits(codes[symbol], code_bits[symbol]);
        if (symbol >= FIRST_MATCH) {
            put_bits(lengths[at] - MATCH_MIN, symbol - FIRST_MATCH);
            put_bits(distances[at], DISTANCE_BITS);
        }
    }
    put_bits(0, 7);
    return position;
}

static unsigned get_symbol(void)
{
    unsigned code = 0, first = 0, place = 0;

    for (unsigned bits = 1; bits <= CODE_MAX; bits++) {
        code = code << 1 | get_bit();
        if (code - first < of_bits[bits])
            return by_code[place + code - first];
        place += of_bits[bits];
        first = (first + of_bits[bits]) << 1;
    }
    return SYMBOLS;
}

static void unpack(void)
{
    buffer = buffered = position = 0;
    for (unsigned at = 0; at < TEXT_BYTES;) {
        unsigned symbol = get_symbol();

        check(symbol < SYMBOLS, 4, "a code that was given");
        if (symbol < FIRST_MATCH) {
            unpacked[at++] = (uint8_t)symbol;
            continue;
        }
        unsigned length = MATCH_MIN + get_bits(symbol - FIRST_MATCH), distance = get_bits(DISTANCE_BITS);
        check(distance <= at && length <= TEXT_BYTES - at, 5, "a match inside the text");
        for (; length--; at++)
            unpacked[at] = unpacked[at - distance];
    }
}

static uint32_t work(void)
{
    uint32_t sum = 0;

    write_text();
    unsigned length = pack();
    unpack();
    for (int i = 0; i < TEXT_BYTES; i++)
        check(unpacked[i] == text[i], 6, "the round trip");
    check(length < TEXT_BYTES / 2, 7, "it is compressed");
    for (unsigned i = 0; i < length; i++)
        sum = digest(sum, packed[i]);
    return digest(sum, length);
}

int main(void)
{
    return bench_run(work, 0xC6DCB8A2u);
}
