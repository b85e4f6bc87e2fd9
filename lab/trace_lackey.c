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

enum { BEFORE = 3 /* characters before the address */ };

/* What a line begins with, by the exclusive or of its first two characters. */
struct begin {
    char text[BEFORE + 1];
    uint8_t kind;
    bool modify;
};
static const struct begin begins[128] = {
    ['I' ^ ' '] = {"I  ", LAB_FETCH, false},
    ['L' ^ ' '] = {" L ", LAB_LOAD, false},
    ['S' ^ ' '] = {" S ", LAB_STORE, false},
    ['M' ^ ' '] = {" M ", LAB_LOAD, true},
};

static inline const struct begin *begin_of(const uint8_t *line)
{
    const struct begin *begin = &begins[(line[0] ^ line[1]) & 127];
    return line[0] == (uint8_t)begin->text[0] && line[1] == (uint8_t)begin->text[1] && line[2] == ' ' ? begin : NULL;
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

size_t lab_lackey_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity)
{
    const uint8_t *at = trace->at, *stop = trace->stop;
    size_t count = 0;
    uint64_t lines = 0;
    for (; at < stop && count + 2 <= capacity; lines++) {
        const struct begin *begin = begin_of(at);
        uint64_t address;
        uint16_t size;
        unsigned digits;
        const uint8_t *next;
        if (begin && (digits = lab_hex(at + BEFORE, &address)) && at[BEFORE + digits] == ',' &&
            (next = size_of(at + BEFORE + digits + 1, &size))) {
            out[count++] = (struct lab_reference){.address = address, .kind = begin->kind, .size = size};
            if (begin->modify)
                out[count++] = (struct lab_reference){.address = address, .kind = LAB_STORE, .size = size};
            at = next;
        } else if (is_remark(at)) {
            at = (const uint8_t *)memchr(at, '\n', (size_t)(stop - at)) + 1;
        } else {
            trace->expected = "\"I  ADDRESS,SIZE\", or L, S or M between blanks in place of I and a blank";
            break;
        }
    }
    trace->at = at;
    trace->records += lines;
    return count;
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
    return at + BEFORE < stop ? begin_of(at) && lab_hex(at + BEFORE, &address) : bytes[0] == '=';
}
