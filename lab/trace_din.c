/* Dinero's din: a line for each access.
 *
 *     2 400d7d4           label 0 load, 1 store, 2 fetch; address, hexadecimal, with or without 0x
 *     0 0x1ffeff7e0 8     and its size, hexadecimal too
 */
#include "lab/format.h"
#include "lab/hex.h"
#include "lab/lines.h"

static const uint8_t kinds[3] = {LAB_LOAD, LAB_STORE, LAB_FETCH};

static inline bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static const uint8_t *skip_blanks(const uint8_t *at)
{
    while (is_blank(*at))
        at++;
    return at;
}

/* A number with an end behind it; NULL: none. */
static const uint8_t *number(const uint8_t *at, uint64_t *value)
{
    at += at[0] == '0' && (at[1] | 0x20) == 'x' ? 2 : 0;
    const unsigned digits = lab_hex(at, value);
    at += digits;
    return digits && (is_blank(*at) || *at == '\r' || *at == '\n') ? at : NULL;
}

/* Any line that is in order, with blanks wherever they may be. */
static const uint8_t *any_line(const uint8_t *at, struct lab_reference *out)
{
    uint64_t size = 0;
    at = skip_blanks(at);
    const unsigned label = at[0] - (unsigned)'0';
    if (label > 2 || !is_blank(at[1]))
        return NULL;
    *out = (struct lab_reference){.kind = kinds[label]};
    at = number(skip_blanks(at + 1), &out->address);
    if (!at)
        return NULL;
    at = skip_blanks(at);
    if (*at != '\n' && *at != '\r' && (!(at = number(at, &size)) || size > UINT16_MAX))
        return NULL;
    out->size = (uint16_t)size;
    at = skip_blanks(at);
    at += *at == '\r';
    return *at == '\n' ? at + 1 : NULL;
}

#if LAB_HAS_WIDE
/* A line from `line` to the newline at `end`, if it is as most are: no blanks but those that must be, no 0x, a size of
 * one digit. */
LAB_WIDE static inline bool take_wide(struct lab_reference *out, const uint8_t *line, const uint8_t *end)
{
    const unsigned label = line[0] - (unsigned)'0', length = (unsigned)(end - line);
    unsigned digits = length - 2, size = 0;
    uint64_t address;
    if (length < 3)
        return false;
    if (end[-2] == ' ') {
        digits = length - 4;
        size = end[-1] - (unsigned)'0';
    }
    if (!lab_hex_known(line + 2, digits, &address) || label > 2 || line[1] != ' ' || size > 9)
        return false;
    *out = (struct lab_reference){.address = address, .kind = kinds[label], .size = (uint16_t)size};
    return true;
}

/* Lines as far as they are such; the others are left to any_line. Returns how many. */
LAB_WIDE static size_t take_lines(struct lab_trace *trace, struct lab_reference *out, size_t capacity)
{
    uint16_t ends[LAB_WINDOW_ROOM];
    size_t taken = 0;
    while (trace->at < trace->stop && taken < capacity) {
        const uint8_t *const window = trace->at, *line = window;
        const unsigned found = lab_line_ends(window, trace->stop, ends);
        const unsigned count = found < capacity - taken ? found : (unsigned)(capacity - taken);
        unsigned i = 0;
        for (; i < count && take_wide(&out[taken + i], line, window + ends[i]); i++)
            line = window + ends[i] + 1;
        trace->at = line;
        taken += i;
        if (i < count || !count)
            break;
    }
    return taken;
}
#endif

size_t lab_din_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity)
{
    size_t count = 0;
    while (trace->at < trace->stop && count < capacity) {
#if LAB_HAS_WIDE
        if (trace->wide)
            count += take_lines(trace, out + count, capacity - count);
        if (trace->at == trace->stop || count == capacity)
            break;
#endif
        const uint8_t *next = any_line(trace->at, &out[count]);
        if (!next) {
            trace->expected = "\"LABEL ADDRESS\" or \"LABEL ADDRESS SIZE\", label 0, 1 or 2, the others hexadecimal";
            break;
        }
        trace->at = next;
        count++;
    }
    trace->records += count;
    return count;
}

/* The first line, as far as it is there, is one. `bytes` has its padding behind it. */
bool lab_din_looks(const uint8_t *bytes, size_t count)
{
    const uint8_t *at = skip_blanks(bytes);
    uint64_t value;
    return count > 3 && at[0] >= '0' && at[0] <= '2' && is_blank(at[1]) && number(skip_blanks(at + 1), &value);
}
