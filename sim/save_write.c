/* A save, written. */
#include "sim/files.h"
#include "sim/save.h"
#include "sim/save_format.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { LEVEL = 3 };

struct writer {
    FILE *stream;
    const char *path;
    ZSTD_CCtx *compressor;
    uint8_t *packed;
    size_t room;
    struct hv_error *error;
    bool failed;
};

static void pack(struct writer *w, const void *bytes, size_t length, ZSTD_EndDirective directive)
{
    ZSTD_inBuffer in = {bytes, length, 0};
    for (size_t left = 1; !w->failed && (in.pos < in.size || (directive == ZSTD_e_end && left));) {
        ZSTD_outBuffer out = {w->packed, w->room, 0};
        left = ZSTD_compressStream2(w->compressor, &out, &in, directive);
        w->failed = true;
        if (ZSTD_isError(left))
            hv_fail(w->error, "%s: cannot compress: %s", w->path, ZSTD_getErrorName(left));
        else if (fwrite(w->packed, 1, out.pos, w->stream) != out.pos)
            hv_fail(w->error, "%s: cannot write: %s", w->path, strerror(errno));
        else
            w->failed = false;
    }
}

static void put(struct writer *w, const void *bytes, size_t length)
{
    pack(w, bytes, length, ZSTD_e_continue);
}

static void put_word(struct writer *w, uint32_t value)
{
    value = htole32(value);
    put(w, &value, sizeof value);
}

static void put_element(struct writer *w, const struct hv_state *state, enum hv_state_element element)
{
    char name[SAVE_ELEMENT_NAME] = {0};
    memcpy(name, hv_state_name(element), strnlen(hv_state_name(element), sizeof name));
    put(w, name, sizeof name);
    put_word(w, state->rows[element]);
    for (uint32_t i = 0; i < state->rows[element]; i++) {
        const uint64_t value = htole64(state->value[element][i]);
        put(w, &value, sizeof value);
    }
}

static void put_pages(struct writer *w, const uint8_t *ram, uint32_t bytes)
{
    static const uint8_t zeros[HV_PAGE_BYTES];
    for (uint32_t at = 0; at < bytes; at += HV_PAGE_BYTES)
        if (memcmp(ram + at, zeros, sizeof zeros) != 0) {
            put_word(w, at / HV_PAGE_BYTES);
            put(w, ram + at, HV_PAGE_BYTES);
        }
    put_word(w, SAVE_END);
}

static void put_all(struct writer *w, const struct hv_save *save, const uint8_t *ram)
{
    char config[SAVE_MAX_CONFIG];
    const size_t config_length = hv_config_print(&save->config, config, sizeof config);
    const char *name = save->program ? save->program : "";
    const size_t name_length = strnlen(name, SAVE_MAX_NAME);
    if (save->input_length > UINT32_MAX) {
        hv_fail(w->error, "%s: found %zu bytes that the UART is yet to receive, expected less than 2^32", w->path,
                save->input_length);
        w->failed = true;
        return;
    }
    put(w, SAVE_MAGIC, SAVE_MAGIC_BYTES);
    const uint32_t head[SAVE_HEAD] = {[SAVE_HEAD_VERSION] = SAVE_VERSION,
                                      [SAVE_HEAD_CONFIG] = (uint32_t)config_length,
                                      [SAVE_HEAD_CONFIG_NAME] = (uint32_t)strlen(save->config.name),
                                      [SAVE_HEAD_NAME] = (uint32_t)name_length,
                                      [SAVE_HEAD_INPUT] = (uint32_t)save->input_length,
                                      [SAVE_HEAD_ELEMENTS] = HV_STATE_ELEMENTS};
    for (unsigned i = 0; i < SAVE_HEAD; i++)
        put_word(w, head[i]);
    put(w, config, config_length);
    put(w, save->config.name, strlen(save->config.name));
    put(w, name, name_length);
    put(w, save->input, save->input_length);
    for (enum hv_state_element e = 0; e < HV_STATE_ELEMENTS; e++)
        put_element(w, save->state, e);
    put_pages(w, ram, save->config.ram_bytes);
    pack(w, NULL, 0, ZSTD_e_end);
}

int hv_save_write(FILE *stream, const char *path, const struct hv_save *save, const uint8_t *ram,
                  struct hv_error *error)
{
    struct writer w = {.stream = stream,
                       .path = path,
                       .compressor = ZSTD_createCCtx(),
                       .packed = malloc(ZSTD_CStreamOutSize()),
                       .room = ZSTD_CStreamOutSize(),
                       .error = error};
    w.failed = !w.compressor || !w.packed ||
               ZSTD_isError(ZSTD_CCtx_setParameter(w.compressor, ZSTD_c_compressionLevel, LEVEL)) ||
               ZSTD_isError(ZSTD_CCtx_setParameter(w.compressor, ZSTD_c_checksumFlag, 1));
    if (w.failed)
        hv_fail(error, "%s: out of memory", path);
    else
        put_all(&w, save, ram);
    ZSTD_freeCCtx(w.compressor);
    free(w.packed);
    return w.failed ? -1 : 0;
}
