/* Dinero's din: a line for each access.
 *
 *     2 400d7d4           label 0 load, 1 store, 2 fetch; address, hexadecimal, with or without 0x
 *     0 0x1ffeff7e0 8     and its size, hexadecimal too
 */
#include "lab/format.h"
#include "lab/hex.h"

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

size_t lab_din_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity)
{
    const uint8_t *at = trace->at, *stop = trace->stop;
    size_t count = 0;
    uint64_t lines = 0;
    for (; at < stop && count < capacity; lines++) {
        const unsigned label = at[0] - (unsigned)'0';
        uint64_t address;
        const unsigned digits = lab_hex(at + 2, &address);
        const uint8_t *behind = at + 2 + digits;
        const unsigned size = behind[1] - (unsigned)'0';
        const bool sized = behind[0] == ' ' && size <= 9 && behind[2] == '\n';
        if (label <= 2 && at[1] == ' ' && digits && (sized || *behind == '\n')) {
            out[count++] =
                (struct lab_reference){.address = address, .kind = kinds[label], .size = (uint16_t)(sized ? size : 0)};
            at = behind + (sized ? 3 : 1);
            continue;
        }
        const uint8_t *next = any_line(at, &out[count]);
        if (!next) {
            trace->expected = "\"LABEL ADDRESS\" or \"LABEL ADDRESS SIZE\", label 0, 1 or 2, the others hexadecimal";
            break;
        }
        count++;
        at = next;
    }
    trace->at = at;
    trace->records += lines;
    return count;
}

/* The first line, as far as it is there, is one. `bytes` has its padding behind it. */
bool lab_din_looks(const uint8_t *bytes, size_t count)
{
    const uint8_t *at = skip_blanks(bytes);
    uint64_t value;
    return count > 3 && at[0] >= '0' && at[0] <= '2' && is_blank(at[1]) && number(skip_blanks(at + 1), &value);
}
