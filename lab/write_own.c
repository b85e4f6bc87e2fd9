/* Our own format, written: items, and the zstd stream around them. */
#include "lab/format.h"
#include "lab/own.h"
#include "sim/files.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* Good for half of the size of the fastest level, at a speed that the model does not notice. */
enum { LEVEL = 3 };

struct own_writer {
    ZSTD_CCtx *compressor;
    void *packed;
    size_t room;
    struct own_last last[LAB_FLUSH];
    struct own_pages pages;
    uint32_t space, vms;
};

/* ---- the stream ---- */

int lab_own_write(struct lab_writer *writer, const void *bytes, size_t length, bool last, struct hv_error *error)
{
    struct own_writer *own = writer->own;
    ZSTD_inBuffer in = {bytes, length, 0};
    size_t left;
    do {
        ZSTD_outBuffer out = {own->packed, own->room, 0};
        left = ZSTD_compressStream2(own->compressor, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left))
            return hv_fail(error, "%s: cannot compress: %s", writer->path, ZSTD_getErrorName(left));
        if (fwrite(out.dst, 1, out.pos, writer->stream) != out.pos)
            return hv_fail(error, "%s: cannot write: %s", writer->path, strerror(errno));
        writer->written.bytes += out.pos;
    } while (in.pos < in.size || (last && left));
    if (last && fflush(writer->stream) != 0)
        return hv_fail(error, "%s: cannot write: %s", writer->path, strerror(errno));
    return 0;
}

static void put_word(struct lab_writer *writer, uint32_t value)
{
    value = htole32(value);
    memcpy(writer->at, &value, sizeof value);
    writer->at += sizeof value;
}

static void put_header(struct lab_writer *writer)
{
    const struct lab_trace_facts *facts = &writer->facts;
    const size_t length = strnlen(facts->program, OWN_MAX_NAME);
    memcpy(writer->at, OWN_MAGIC, OWN_MAGIC_BYTES);
    writer->at += OWN_MAGIC_BYTES;
    const uint32_t words[OWN_WORDS] = {OWN_VERSION, facts->page_bits, facts->syllable_bits, facts->depth,
                                       (uint32_t)length};
    for (unsigned i = 0; i < OWN_WORDS; i++)
        put_word(writer, words[i]);
    memcpy(writer->at, facts->program, length);
    writer->at += length;
}

int lab_own_open(struct lab_writer *writer, struct hv_error *error)
{
    struct own_writer *own = writer->own = calloc(1, sizeof *own);
    if (!own)
        return hv_fail(error, "%s: out of memory", writer->path);
    own->room = ZSTD_CStreamOutSize();
    own->packed = malloc(own->room);
    own->compressor = ZSTD_createCCtx();
    own->vms = 1;
    if (!own->packed || !own->compressor ||
        ZSTD_isError(ZSTD_CCtx_setParameter(own->compressor, ZSTD_c_compressionLevel, LEVEL)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(own->compressor, ZSTD_c_checksumFlag, 1)))
        return hv_fail(error, "%s: out of memory", writer->path);
    put_header(writer);
    return 0;
}

void lab_own_free(struct own_writer *own)
{
    if (!own)
        return;
    ZSTD_freeCCtx(own->compressor);
    free(own->packed);
    free(own->pages.page);
    free(own);
}

/* ---- items ---- */

static uint8_t *put_number(uint8_t *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    return at;
}

static uint8_t *put_difference(uint8_t *at, uint64_t value)
{
    return put_number(at, value << 1 ^ -(value >> 63));
}

/* The page's maps, when they are not what is remembered. Returns the bits for the head. */
static unsigned put_maps(struct lab_writer *writer, uint8_t **at, const struct lab_reference *reference)
{
    struct own_writer *own = writer->own;
    struct own_last *last = &own->last[reference->kind];
    struct own_page *page =
        own_pages_find(&own->pages, last->maps, own->space, lab_resource(reference) >> writer->facts.page_bits);
    if (!page) {
        writer->expected = "memory for what is remembered of the pages";
        return 0;
    }
    last->maps = (uint32_t)(page - own->pages.page);
    if (page->below == reference->below && page->lacks_top == reference->lacks_top &&
        page->lacks_below == reference->lacks_below && page->reads == reference->reads)
        return 0;
    page->below = reference->below;
    page->lacks_top = reference->lacks_top;
    page->lacks_below = reference->lacks_below;
    page->reads = reference->reads;
    *at = put_number(*at, page->below);
    *(*at)++ = (uint8_t)(page->lacks_top | page->lacks_below << 4);
    *(*at)++ = page->reads;
    return OWN_MAPS;
}

static void put_access(struct lab_writer *writer, const struct lab_reference *reference)
{
    struct own_last *last = &writer->own->last[reference->kind];
    uint8_t *at = writer->at + 1;
    unsigned head = reference->kind;
    if (reference->address != last->next) {
        head |= OWN_ADDRESS;
        at = put_difference(at, reference->address - last->next);
    }
    if (reference->size != last->size) {
        head |= OWN_SIZE;
        at = put_number(at, reference->size);
    }
    if (reference->flags != last->flags) {
        head |= OWN_FLAGS;
        *at++ = reference->flags;
    }
    if (reference->relocation != last->relocation) {
        head |= OWN_PHI;
        at = put_number(at, reference->relocation);
    }
    if (own_has_maps(reference))
        head |= put_maps(writer, &at, reference);
    last->next = reference->address + reference->size;
    last->size = reference->size;
    last->flags = reference->flags;
    last->relocation = reference->relocation;
    *writer->at = (uint8_t)head;
    writer->at = at;
}

static void put_event(struct lab_writer *writer, const struct lab_reference *reference)
{
    *writer->at++ = (uint8_t)(reference->kind | (reference->flags ? OWN_FLAGS : 0));
    if (reference->flags)
        *writer->at++ = reference->flags;
    writer->at = put_number(writer->at, reference->space);
    if (reference->kind == LAB_ENTER)
        writer->own->space = reference->space;
}

int lab_own_put(struct lab_writer *writer, const struct lab_reference *reference)
{
    if (reference->kind >= LAB_FLUSH)
        put_event(writer, reference);
    else if (reference->space != writer->own->space)
        writer->expected = "one of the VM that runs: a LAB_ENTER before it";
    else
        put_access(writer, reference);
    return 0;
}

void lab_own_put_vm(struct lab_writer *writer, const struct lab_vm *vm)
{
    *writer->at++ = OWN_VM;
    *writer->at++ = (uint8_t)vm->level;
    memcpy(writer->at, vm->syllable, vm->level);
    writer->at += vm->level;
    writer->own->vms++;
}

void lab_own_put_end(struct lab_writer *writer, uint64_t instructions)
{
    *writer->at++ = OWN_END;
    for (unsigned i = 0; i < LAB_KINDS; i++)
        writer->at = put_number(writer->at, writer->written.kinds[i]);
    writer->at = put_number(writer->at, writer->own->vms);
    writer->at = put_number(writer->at, instructions);
}
