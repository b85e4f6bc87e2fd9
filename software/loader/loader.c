/* The loader: what a board runs until it has a program. It waits for requests at the UART (protocol.h), one byte at a
 * time. It is moved before it runs, so there is nothing in it with an address of its own: no data, no tables.
 */
#include "software/loader/protocol.h"

#include <stdbool.h>

enum { MTIME = 0xbff8, RBR = 0, LSR = 5, RECEIVED = 1, EMPTY = 0x20 };

struct line {
    uint32_t patience; /* clocks */
    uint32_t crc;
    bool late; /* a byte has not come in time */
};

static uint32_t clocks(void)
{
    uint32_t now;
    __asm__ volatile("csrr %0, mcycle" : "=r"(now));
    return now;
}

/* It stands until it is written (nestor_clint): how long the last program ran. */
static volatile uint32_t *mtime(void)
{
    return (volatile uint32_t *)(LOADER_CLINT + MTIME);
}

/* From here on the program counts. */
static void clear_counters(void)
{
    mtime()[1] = 0;
    mtime()[0] = 0;
    __asm__ volatile("csrw mcycleh, zero\n"
                     "csrw minstreth, zero\n"
                     "csrw mcycle, zero\n"
                     "csrw minstret, zero");
}

static volatile uint8_t *uart(void)
{
    return (volatile uint8_t *)LOADER_UART;
}

static void put(struct line *line, uint8_t byte)
{
    while (!(uart()[LSR] & EMPTY))
        continue;
    uart()[RBR] = byte;
    line->crc = loader_crc(line->crc, byte);
}

static uint8_t get(struct line *line)
{
    const uint32_t begin = clocks();
    while (!(uart()[LSR] & RECEIVED))
        if (clocks() - begin > line->patience) {
            line->late = true;
            return 0;
        }
    const uint8_t byte = uart()[RBR];
    line->crc = loader_crc(line->crc, byte);
    return byte;
}

static uint32_t get_number(struct line *line, unsigned bytes)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < bytes; i++)
        number |= (uint32_t)get(line) << 8 * i;
    return number;
}

static void put_word(struct line *line, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++, word >>= 8)
        put(line, (uint8_t)word);
}

static void begin_answer(struct line *line, uint8_t sequence, uint8_t kind, uint8_t length)
{
    put(line, LOADER_BEGIN);
    line->crc = ~0u;
    put(line, sequence);
    put(line, kind);
    put(line, length);
}

static void end_answer(struct line *line)
{
    put_word(line, ~line->crc);
}

/* The bytes of a request are stored only once all are there. */
struct request {
    uint8_t sequence, kind;
    uint32_t address, length;
    uint8_t payload[LOADER_BLOCK];
};

static bool get_request(struct line *line, struct request *r)
{
    line->crc = ~0u;
    line->late = false;
    r->sequence = get(line);
    r->kind = get(line);
    r->address = get_number(line, 4);
    r->length = get_number(line, 2);
    if (line->late || r->length > LOADER_BLOCK)
        return false;
    for (uint32_t i = 0; i < r->length && !line->late; i++)
        r->payload[i] = get(line);
    const uint32_t crc = ~line->crc;
    return get_number(line, 4) == crc && !line->late;
}

/* RAM but for the loader's own. */
static bool is_free(uint32_t address, uint32_t length, uint32_t base, uint32_t end)
{
    return address >= base && address <= end && length <= end - address;
}

static uint32_t word_of(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void start(struct line *line, const struct request *r)
{
    for (unsigned left = LOADER_STARTS; left--;) {
        begin_answer(line, r->sequence, r->kind, 1);
        put(line, (uint8_t)left);
        end_answer(line);
    }
    while (!(uart()[LSR] & EMPTY))
        continue;
    clear_counters();
    ((void (*)(void))r->address)();
}

/* True: it is done, or may be answered with an error. */
static bool act(const struct request *r, uint32_t base, uint32_t end)
{
    if (r->kind == LOADER_WRITE) {
        if (!is_free(r->address, r->length, base, end))
            return false;
        for (uint32_t i = 0; i < r->length; i++)
            ((volatile uint8_t *)r->address)[i] = r->payload[i];
        return true;
    }
    if (r->kind == LOADER_CLEAR) {
        const uint32_t length = word_of(r->payload);
        if (r->length != 4 || !is_free(r->address, length, base, end) || (r->address | length) % 4)
            return false;
        for (uint32_t i = 0; i < length; i += 4)
            *(volatile uint32_t *)(r->address + i) = 0;
        return true;
    }
    return r->kind == LOADER_INFO ||
           (r->kind == LOADER_START && is_free(r->address, 4, base, end) && r->address % 4 == 0);
}

static void greet(struct line *line)
{
    static const char text[] = "Nestor loader\n";
    for (const char *c = text; *c; c++)
        put(line, (uint8_t)*c);
}

void loader(uint32_t ram_end, uint32_t byte_clocks, uint32_t ram_base)
{
    struct line line = {.patience = LOADER_PATIENCE * byte_clocks};
    struct request r;
    const uint32_t end = ram_end - LOADER_BYTES;
    greet(&line);
    for (;;) {
        line.late = false;
        if (get(&line) != LOADER_BEGIN || line.late)
            continue;
        const bool good = get_request(&line, &r) && act(&r, ram_base, end);
        if (good && r.kind == LOADER_START)
            start(&line, &r);
        const bool info = good && r.kind == LOADER_INFO;
        begin_answer(&line, r.sequence, good ? r.kind : 0, info ? 4 * LOADER_INFO_WORDS : 0);
        if (info) {
            put_word(&line, LOADER_VERSION);
            put_word(&line, ram_base);
            put_word(&line, end);
            put_word(&line, ram_end);
            put_word(&line, mtime()[0]);
            put_word(&line, mtime()[1]);
        }
        end_answer(&line);
    }
}
