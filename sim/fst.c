/* An FST file is a row of blocks: type (1 byte), length (8 bytes, big-endian, itself included), contents. The hierarchy
 * is one block, packed by gzip or LZ4: a string of tags, names and LEB128 numbers. */
#include "sim/fst.h"
#include "sim/files.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { BLOCK_HIER = 4, BLOCK_HIER_LZ4 = 6, BLOCK_HIER_LZ4DUO = 7, BLOCK_UNFINISHED = 255 };
enum { TAG_ATTRIBUTE = 252, TAG_ATTRIBUTE_END = 253, TAG_SCOPE = 254, TAG_UPSCOPE = 255 };
enum { VAR_PARAMETER = 2, VAR_REAL_PARAMETER = 4, MAX_HIERARCHY = 1 << 28 };

static uint64_t big_endian(const uint8_t *bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* ---- Unpacking ---- */

/* A length of LZ4: `value` is continued by bytes as long as they are 255. False at the end of the input. */
static bool long_length(const uint8_t **at, const uint8_t *end, size_t *value)
{
    uint8_t byte = 255;
    if (*value == 15)
        while (byte == 255) {
            if (*at == end)
                return false;
            byte = *(*at)++;
            *value += byte;
        }
    return true;
}

/* LZ4's block format: literals and copies of what went before, in turns. True if it fills `out`. */
static bool unpack_lz4(const uint8_t *at, size_t length, uint8_t *out, size_t size)
{
    const uint8_t *const end = at + length;
    size_t done = 0;
    while (at < end) {
        const uint8_t token = *at++;
        size_t literals = token >> 4, copies = token & 15;
        if (!long_length(&at, end, &literals) || literals > (size_t)(end - at) || literals > size - done)
            return false;
        memcpy(out + done, at, literals);
        at += literals;
        done += literals;
        if (at == end)
            break; /* the last sequence has no copy */
        if (end - at < 2)
            return false;
        const size_t offset = (size_t)(at[0] | at[1] << 8);
        at += 2;
        if (!long_length(&at, end, &copies) || offset == 0 || offset > done || copies + 4 > size - done)
            return false;
        for (copies += 4; copies; copies--, done++)
            out[done] = out[done - offset];
    }
    return done == size;
}

static bool unpack_gzip(const uint8_t *at, size_t length, uint8_t *out, size_t size)
{
    z_stream stream = {
        .next_in = (Bytef *)(uintptr_t)at, .avail_in = (uInt)length, .next_out = out, .avail_out = (uInt)size};
    if (inflateInit2(&stream, 15 + 32) != Z_OK)
        return false;
    const int result = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    return result == Z_STREAM_END && stream.total_out == size;
}

/* Unpack the hierarchy block's contents into `out`. */
static bool unpack(unsigned type, const uint8_t *at, size_t length, uint8_t *out, size_t size)
{
    if (type == BLOCK_HIER)
        return unpack_gzip(at, length, out, size);
    if (type == BLOCK_HIER_LZ4)
        return unpack_lz4(at, length, out, size);
    if (length < 8 || big_endian(at) > MAX_HIERARCHY) /* packed twice */
        return false;
    const size_t once = big_endian(at);
    uint8_t *middle = malloc(once + 1);
    const bool good = middle && unpack_lz4(at + 8, length - 8, middle, once) && unpack_lz4(middle, once, out, size);
    free(middle);
    return good;
}

/* ---- Walking ---- */

struct reader {
    const uint8_t *at, *end;
};

static const char *read_name(struct reader *reader)
{
    const char *name = (const char *)reader->at;
    const uint8_t *end = memchr(reader->at, 0, (size_t)(reader->end - reader->at));
    reader->at = end ? end + 1 : reader->end;
    return end ? name : "";
}

static uint64_t read_number(struct reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; reader->at < reader->end && shift < 64; shift += 7) {
        const uint8_t byte = *reader->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            break;
    }
    return value;
}

static void skip(struct reader *reader, size_t bytes)
{
    reader->at += (size_t)(reader->end - reader->at) < bytes ? reader->end - reader->at : (ptrdiff_t)bytes;
}

/* A signal, its name as GTKWave writes it: without the space before the range. */
static void read_signal(struct reader *reader, unsigned type, const struct hv_fst_watch *watch)
{
    char name[512];
    size_t n = 0;
    skip(reader, 1); /* direction */
    for (const char *c = read_name(reader); *c && n < sizeof name - 1; c++)
        if (*c != ' ')
            name[n++] = *c;
    name[n] = 0;
    const uint64_t bits = read_number(reader);
    read_number(reader); /* alias */
    if (type != VAR_PARAMETER && type != VAR_REAL_PARAMETER)
        watch->signal(watch->context, name, bits);
}

static void walk(const uint8_t *bytes, size_t size, const struct hv_fst_watch *watch)
{
    struct reader reader = {bytes, bytes + size};
    while (reader.at < reader.end) {
        const unsigned tag = *reader.at++;
        switch (tag) {
        case TAG_SCOPE:
            skip(&reader, 1); /* kind */
            watch->enter(watch->context, read_name(&reader));
            read_name(&reader); /* module */
            break;
        case TAG_UPSCOPE:
            watch->leave(watch->context);
            break;
        case TAG_ATTRIBUTE:
            skip(&reader, 2);
            read_name(&reader);
            read_number(&reader);
            break;
        case TAG_ATTRIBUTE_END:
            break;
        default:
            read_signal(&reader, tag, watch);
        }
    }
}

/* The hierarchy block; NULL when there is none, or when the row of blocks is not whole: the simulators do not notice a
 * full disk. */
static const uint8_t *find_hierarchy(const uint8_t *file, size_t length)
{
    const uint8_t *found = NULL, *block = file, *const end = file + length;
    while (end - block >= 9) {
        const uint64_t size = big_endian(block + 1);
        if (block[0] == BLOCK_UNFINISHED || size < 8 || size > (uint64_t)(end - block - 1))
            return NULL;
        if (block[0] == BLOCK_HIER || block[0] == BLOCK_HIER_LZ4 || block[0] == BLOCK_HIER_LZ4DUO)
            found = size >= 16 && big_endian(block + 9) <= MAX_HIERARCHY ? block : NULL;
        block += 1 + size;
    }
    return block == end ? found : NULL;
}

int hv_fst_walk(const char *path, const struct hv_fst_watch *watch, struct hv_error *error)
{
    size_t length;
    uint8_t *file = hv_file_read(path, &length, error);
    if (!file)
        return -1;
    int result = -1;
    const uint8_t *block = find_hierarchy(file, length);
    if (block) {
        const size_t size = big_endian(block + 9);
        uint8_t *names = malloc(size + 1);
        if (names && unpack(block[0], block + 17, big_endian(block + 1) - 16, names, size)) {
            walk(names, size, watch);
            result = 0;
        }
        free(names);
    }
    if (result)
        hv_fail(error, "%s: found no signal hierarchy, expected a whole FST file", path);
    free(file);
    return result;
}
