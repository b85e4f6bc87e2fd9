/* Raw numbers: addresses or pages, of 4 or 8 bytes; and ChampSim's records. Little-endian whatever reads them. */
#include "lab/format.h"

#include <endian.h>
#include <string.h>

static inline uint64_t word32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return le32toh(value);
}

static inline uint64_t word64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return le64toh(value);
}

static inline size_t parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity, unsigned bytes,
                           uint64_t (*word)(const uint8_t *at))
{
    const unsigned shift = trace->format->pages ? trace->facts.page_bits : 0;
    const uint64_t most = UINT64_MAX >> shift;
    size_t count = (size_t)(trace->stop - trace->at) / bytes, i;
    count = count < capacity ? count : capacity;
    for (i = 0; i < count; i++) {
        const uint64_t value = word(trace->at + i * bytes);
        if (value > most) {
            trace->expected = "a page number whose address has 64 bits";
            break;
        }
        out[i] = (struct lab_reference){.address = value << shift, .kind = LAB_LOAD};
    }
    trace->at += i * bytes;
    trace->records += i;
    return i;
}

size_t lab_raw32_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity)
{
    return parse(trace, out, capacity, 4, word32);
}

size_t lab_raw64_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity)
{
    return parse(trace, out, capacity, 8, word64);
}

/* ---- ChampSim ---- */

/* Where in a record the fields are that matter here: addresses of 8 bytes, 0 for none. */
enum { IP = 0, IS_BRANCH = 8, BRANCH_TAKEN = 9, STORES = 16, LOADS = 32, STORE_COUNT = 2, LOAD_COUNT = 4 };
_Static_assert(LOADS + 8 * LOAD_COUNT == LAB_CHAMPSIM_BYTES, "the record's end");
_Static_assert(1 + STORE_COUNT + LOAD_COUNT <= LAB_RECORD_REFERENCES, "more than a record may give");

static size_t put(struct lab_reference *out, const uint8_t *at, unsigned count, enum lab_kind kind)
{
    size_t put = 0;
    for (unsigned i = 0; i < count; i++) {
        const uint64_t address = word64(at + 8 * i);
        if (address)
            out[put++] = (struct lab_reference){.address = address, .kind = (uint8_t)kind};
    }
    return put;
}

size_t lab_champsim_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity)
{
    size_t count = 0;
    while (trace->stop - trace->at >= LAB_CHAMPSIM_BYTES && count + LAB_RECORD_REFERENCES <= capacity) {
        const uint8_t *at = trace->at;
        if (at[IS_BRANCH] > 1 || at[BRANCH_TAKEN] > 1) {
            trace->expected = "a record of 64 bytes whose bytes 8 and 9 (is_branch, branch_taken) are 0 or 1";
            break;
        }
        out[count++] = (struct lab_reference){.address = word64(at + IP), .kind = LAB_FETCH};
        count += put(out + count, at + LOADS, LOAD_COUNT, LAB_LOAD);
        count += put(out + count, at + STORES, STORE_COUNT, LAB_STORE);
        trace->at += LAB_CHAMPSIM_BYTES;
        trace->records++;
    }
    return count;
}
