/* Valgrind's lackey: a line for each access, among lines of Valgrind's own.
 *
 *     I  04016e8d,3
 *      L 1ffeff7e0,8
 *      S 1ffeff7d8,8
 *      M 04a3b0c0,4        a load, then a store
 *     ==1234== Counted 1 call to main()
 */
#include "lab/format.h"
#include "lab/hex.h"
#include "lab/lines.h"

#include <endian.h>

enum { BEFORE = 3 /* characters before the address */ };

/* What a line begins with: three characters, the first one the lowest byte. */
#define BEGIN(a, b, c) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16)

/* By the exclusive or of the first two characters. */
struct begin {
    uint32_t text;
    uint8_t kind;
    bool modify;
};
static const struct begin begins[128] = {
    [0] = {UINT32_MAX, 0, false}, /* none: a text of zeros */
    ['I' ^ ' '] = {BEGIN('I', ' ', ' '), LAB_FETCH, false},
    ['L' ^ ' '] = {BEGIN(' ', 'L', ' '), LAB_LOAD, false},
    ['S' ^ ' '] = {BEGIN(' ', 'S', ' '), LAB_STORE, false},
    ['M' ^ ' '] = {BEGIN(' ', 'M', ' '), LAB_LOAD, true},
};

/* The row, or NULL; four characters are looked at. */
static inline const struct begin *begin_of(const uint8_t *line)
{
    uint32_t text;
    memcpy(&text, line, sizeof text);
    text = le32toh(text) & 0xffffff;
    const struct begin *begin = &begins[(text ^ text >> 8) & 127];
    return begin->text == text ? begin : NULL;
}

/* The size, and where the line ends; NULL: there is no such thing. */
static inline const uint8_t *size_of(const uint8_t *at, uint16_t *size)
{
    unsigned value = at[0] - (unsigned)'0';
    if (value <= 9 && at[1] == '\n') {
        *size = (uint16_t)value;
        return at + 2;
    }
    if (value > 9)
        return NULL;
    for (at++; at[0] - (unsigned)'0' <= 9; at++)
        if ((value = value * 10 + (at[0] - (unsigned)'0')) > UINT16_MAX)
            return NULL;
    *size = (uint16_t)value;
    at += *at == '\r';
    return *at == '\n' ? at + 1 : NULL;
}

/* A line that is no access: "==pid== ...", "--pid-- ...", or empty. */
static bool is_remark(const uint8_t *line)
{
    return line[0] == '\n' || (line[0] == '\r' && line[1] == '\n') || (line[0] == '=' && line[1] == '=') ||
           (line[0] == '-' && line[1] == '-');
}

/* What a parse has come to. */
struct progress {
    const uint8_t *at, *stop;
    struct lab_reference *out;
    size_t count, capacity;
    uint64_t lines;
};

static inline struct lab_reference *put(struct lab_reference *out, const struct begin *begin, uint64_t address,
                                        unsigned size)
{
    *out++ = (struct lab_reference){.address = address, .kind = begin->kind, .size = (uint16_t)size};
    if (begin->modify)
        *out++ = (struct lab_reference){.address = address, .kind = LAB_STORE, .size = (uint16_t)size};
    return out;
}

#if LAB_HAS_WIDE
/* A line from `line` to the newline at `end`, if it is an access as most are: behind what was put; else NULL. */
LAB_WIDE static inline struct lab_reference *take_wide(struct lab_reference *out, const uint8_t *line,
                                                       const uint8_t *end)
{
    const struct begin *begin = begin_of(line);
    if (end - line < BEFORE + 3)
        return NULL;
    unsigned digits = (unsigned)(end - line) - BEFORE - 2, size = end[-1] - (unsigned)'0';
    uint64_t address;
    bool good = size <= 9;
    if (end[-2] != ',') { /* two digits */
        const unsigned tens = end[-2] - (unsigned)'0';
        good &= tens <= 9 && digits && end[-3] == ',';
        size += 10 * tens;
        digits--;
    }
    good &= lab_hex_known(line + BEFORE, digits, &address);
    return good && begin ? put(out, begin, address, size) : NULL;
}

/* Lines as far as they are such; the others are left to take_line. */
LAB_WIDE static void take_lines(struct progress *p)
{
    uint16_t ends[LAB_WINDOW_ROOM];
    while (p->at < p->stop && p->count + 2 <= p->capacity) {
        const uint8_t *const window = p->at, *line = window;
        const unsigned found = lab_line_ends(window, p->stop, ends);
        const size_t room = (p->capacity - p->count) / 2;
        const unsigned count = found < room ? found : (unsigned)room;
        struct lab_reference *out = p->out + p->count, *next;
        unsigned i = 0;
        for (; i < count && (next = take_wide(out, line, window + ends[i])); i++) {
            line = window + ends[i] + 1;
            out = next;
        }
        p->at = line;
        p->count = (size_t)(out - p->out);
        p->lines += i;
        if (i < count || !count)
            return;
    }
}
#endif

/* Any line that is in order; false: it is not. */
static bool take_line(struct progress *p)
{
    const uint8_t *at = p->at, *next = NULL;
    const struct begin *begin = begin_of(at);
    uint64_t address;
    uint16_t size;
    const unsigned digits = begin ? lab_hex(at + BEFORE, &address) : 0;
    if (digits && at[BEFORE + digits] == ',')
        next = size_of(at + BEFORE + digits + 1, &size);
    if (next)
        p->count = (size_t)(put(p->out + p->count, begin, address, size) - p->out);
    else if (is_remark(at))
        next = (const uint8_t *)memchr(at, '\n', (size_t)(p->stop - at)) + 1;
    else
        return false;
    p->at = next;
    p->lines++;
    return true;
}

size_t lab_lackey_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity)
{
    struct progress p = {.at = trace->at, .stop = trace->stop, .out = out, .capacity = capacity};
    while (p.at < p.stop && p.count + 2 <= capacity) {
#if LAB_HAS_WIDE
        if (trace->wide)
            take_lines(&p);
        if (p.at == p.stop || p.count + 2 > capacity)
            break;
#endif
        if (!take_line(&p)) {
            trace->expected = "\"I  ADDRESS,SIZE\", or L, S or M between blanks in place of I and a blank (valgrind "
                              "--log-file=FILE keeps apart what the program itself prints)";
            break;
        }
    }
    trace->at = p.at;
    trace->records += p.lines;
    return p.count;
}

/* The first line that is no remark. */
bool lab_lackey_looks(const uint8_t *bytes, size_t count)
{
    const uint8_t *at = bytes, *stop = bytes + count;
    while (at < stop && is_remark(at)) {
        at = memchr(at, '\n', (size_t)(stop - at));
        if (!at)
            return bytes[0] == '=';
        at++;
    }
    uint64_t address;
    if (memmem(bytes, (size_t)(at - bytes), " Lackey,", strlen(" Lackey,")))
        return true;
    return at + BEFORE < stop ? begin_of(at) && lab_hex(at + BEFORE, &address) : bytes[0] == '=';
}
