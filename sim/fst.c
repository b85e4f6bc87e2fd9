/* An FST file is a row of blocks: type (1 byte), length (8 bytes, big-endian, itself included), contents. The hierarchy
 * is one block, packed by gzip or LZ4: a string of tags, names and LEB128 numbers. */
#include "sim/fst.h"
#include "sim/files.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { BLOCK_HIER = 4, BLOCK_HIER_LZ4 = 6, BLOCK_HIER_LZ4DUO = 7, BLOCK_UNFINISHED = 255 };
enum { TAG_ATTRIBUTE = 252, TAG_ATTRIBUTE_END = 253, TAG_SCOPE = 254, TAG_UPSCOPE = 255 };
enum { ATTRIBUTE_MISC = 0, MISC_ENUMS = 7 };
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
static void read_signal(struct reader *reader, unsigned type, size_t at, const struct hv_fst_watch *watch)
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
        watch->signal(watch->context, name, bits, at);
}

/* An attribute: its kind, its subkind, a text and a number. */
static void read_attribute(struct reader *reader, const struct hv_fst_watch *watch)
{
    const bool names = reader->end - reader->at > 2 && reader->at[0] == ATTRIBUTE_MISC && reader->at[1] == MISC_ENUMS;
    skip(reader, 2);
    const char *text = read_name(reader);
    const uint64_t number = read_number(reader);
    if (names && watch->names)
        watch->names(watch->context, text, number);
}

static void walk(const uint8_t *bytes, size_t size, const struct hv_fst_watch *watch)
{
    struct reader reader = {bytes, bytes + size};
    while (reader.at < reader.end) {
        const size_t at = (size_t)(reader.at - bytes);
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
            read_attribute(&reader, watch);
            break;
        case TAG_ATTRIBUTE_END:
            break;
        default:
            read_signal(&reader, tag, at, watch);
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

/* A file with its hierarchy unpacked. */
struct hierarchy {
    uint8_t *file, *names;
    size_t length, size;
    const uint8_t *block;
};

static void close_hierarchy(struct hierarchy *h)
{
    free(h->file);
    free(h->names);
}

static int open_hierarchy(struct hierarchy *h, const char *path, struct hv_error *error)
{
    *h = (struct hierarchy){0};
    h->file = hv_file_read(path, &h->length, error);
    if (!h->file)
        return -1;
    h->block = find_hierarchy(h->file, h->length);
    if (h->block) {
        h->size = big_endian(h->block + 9);
        h->names = malloc(h->size + 1);
        if (h->names && unpack(h->block[0], h->block + 17, big_endian(h->block + 1) - 16, h->names, h->size))
            return 0;
    }
    close_hierarchy(h);
    return hv_fail(error, "%s: found no signal hierarchy, expected a whole FST file", path);
}

int hv_fst_walk(const char *path, const struct hv_fst_watch *watch, struct hv_error *error)
{
    struct hierarchy h;
    if (open_hierarchy(&h, path, error))
        return -1;
    walk(h.names, h.size, watch);
    close_hierarchy(&h);
    return 0;
}

/* ---- Writing it again ---- */

static void put_big_endian(uint8_t *bytes, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> (56 - 8 * i));
}

/* The hierarchy with the entries in it, to be freed; NULL when memory runs out. */
static uint8_t *merge(const struct hierarchy *h, const struct hv_fst_entry *entries, size_t count, size_t *size)
{
    *size = h->size;
    for (size_t i = 0; i < count; i++)
        *size += entries[i].length;
    uint8_t *merged = malloc(*size + 1), *to = merged;
    size_t from = 0;
    for (size_t i = 0; merged && i <= count; i++) {
        const size_t end = i < count ? entries[i].at : h->size;
        memcpy(to, h->names + from, end - from);
        to += end - from;
        from = end;
        if (i < count)
            memcpy(to, entries[i].bytes, entries[i].length);
        to += i < count ? entries[i].length : 0;
    }
    return merged;
}

/* A hierarchy block packed by gzip, to be freed; NULL when memory runs out. */
static uint8_t *pack(const uint8_t *names, size_t size, size_t *length)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)names, .avail_in = (uInt)size};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    const size_t room = deflateBound(&stream, size);
    uint8_t *block = malloc(17 + room);
    if (block) {
        stream.next_out = block + 17;
        stream.avail_out = (uInt)room;
        deflate(&stream, Z_FINISH);
        block[0] = BLOCK_HIER;
        put_big_endian(block + 1, 16 + stream.total_out);
        put_big_endian(block + 9, size);
        *length = 17 + stream.total_out;
    }
    deflateEnd(&stream);
    return block;
}

static int write_again(const struct hierarchy *h, const char *path, const uint8_t *block, size_t length,
                       struct hv_error *error)
{
    const size_t before = (size_t)(h->block - h->file), old = 1 + big_endian(h->block + 1);
    const size_t after = h->length - before - old, whole = before + length + after;
    uint8_t *file = malloc(whole + 1);
    if (!file)
        return hv_fail(error, "%s: out of memory", path);
    memcpy(file, h->file, before);
    memcpy(file + before, block, length);
    memcpy(file + before + length, h->block + old, after);
    const int result = hv_file_write(path, file, whole, error);
    free(file);
    return result;
}

int hv_fst_insert(const char *path, const struct hv_fst_entry *entries, size_t count, struct hv_error *error)
{
    struct hierarchy h;
    if (open_hierarchy(&h, path, error))
        return -1;
    size_t size = 0, length = 0;
    uint8_t *merged = merge(&h, entries, count, &size), *block = merged ? pack(merged, size, &length) : NULL;
    const int result = block ? write_again(&h, path, block, length, error) : hv_fail(error, "%s: out of memory", path);
    free(block);
    free(merged);
    close_hierarchy(&h);
    return result;
}
