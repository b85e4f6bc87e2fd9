/* A save, read. Nothing of what is in the file is believed. */
#include "sim/files.h"
#include "sim/save.h"
#include "sim/save_format.h"

#include <endian.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

struct reader {
    const char *path;
    ZSTD_DCtx *expander;
    ZSTD_inBuffer packed;
    bool ended; /* the compressed stream, checksum included */
    struct hv_error *error;
    int status;
};

__attribute__((format(printf, 2, 3))) static bool refuse(struct reader *r, const char *format, ...)
{
    char text[sizeof r->error->text / 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    hv_fail(r->error, "%.200s: %s", r->path, text);
    r->status = HV_SAVE_REFUSED;
    return false;
}

static bool no_memory(struct reader *r)
{
    hv_fail(r->error, "%s: out of memory", r->path);
    r->status = -1;
    return false;
}

/* Expand up to `length` bytes; how many there were before the end. */
static size_t expand(struct reader *r, void *bytes, size_t length)
{
    ZSTD_outBuffer out = {bytes, length, 0};
    while (!r->ended && out.pos < out.size && r->status == 0) {
        const size_t in_before = r->packed.pos, out_before = out.pos;
        const size_t left = ZSTD_decompressStream(r->expander, &out, &r->packed);
        if (ZSTD_isError(left))
            refuse(r, "damaged: %s", ZSTD_getErrorName(left));
        else if (left == 0)
            r->ended = true;
        else if (r->packed.pos == in_before && out.pos == out_before)
            refuse(r, "cut short: found %zu bytes, expected more", r->packed.size);
    }
    return out.pos;
}

static bool get(struct reader *r, void *bytes, size_t length)
{
    if (r->status == 0 && expand(r, bytes, length) < length && r->status == 0)
        refuse(r, "damaged: found the end of what was compressed, expected more");
    return r->status == 0;
}

static bool get_word(struct reader *r, uint32_t *value)
{
    const bool got = get(r, value, sizeof *value);
    *value = got ? le32toh(*value) : 0;
    return got;
}

/* `length` bytes and a NUL, to be freed: room is made as they come, since the length may be any. NULL: r->status. */
static uint8_t *get_bytes(struct reader *r, size_t length)
{
    enum { STEP = 1 << 16 };
    uint8_t *bytes = NULL;
    for (size_t have = 0, step; r->status == 0; have += step) {
        step = length - have < STEP ? length - have : STEP;
        uint8_t *more = realloc(bytes, have + step + 1);
        if (!more) {
            no_memory(r);
            break;
        }
        bytes = more;
        bytes[have + step] = 0;
        if (step == 0)
            return bytes;
        get(r, bytes + have, step);
    }
    free(bytes);
    return NULL;
}

/* ---- Head ---- */

static bool get_head(struct reader *r, uint32_t head[SAVE_HEAD])
{
    char magic[SAVE_MAGIC_BYTES];
    const size_t got = expand(r, magic, sizeof magic);
    if (r->status == HV_SAVE_REFUSED || got < sizeof magic || memcmp(magic, SAVE_MAGIC, sizeof magic) != 0)
        return refuse(r, "found no save, or a damaged one, expected what --save has written");
    if (!get_word(r, &head[SAVE_HEAD_VERSION]))
        return false;
    if (head[SAVE_HEAD_VERSION] != SAVE_VERSION)
        return refuse(r, "found a save of version %" PRIu32 ", expected %d", head[SAVE_HEAD_VERSION], SAVE_VERSION);
    for (unsigned i = SAVE_HEAD_VERSION + 1; i < SAVE_HEAD; i++)
        if (!get_word(r, &head[i]))
            return false;
    if (head[SAVE_HEAD_CONFIG] < SAVE_MAX_CONFIG && head[SAVE_HEAD_CONFIG_NAME] < sizeof((struct hv_config){0}).name &&
        head[SAVE_HEAD_NAME] <= SAVE_MAX_NAME && head[SAVE_HEAD_ELEMENTS] == HV_STATE_ELEMENTS)
        return true;
    return refuse(r, "damaged: found lengths in its head that no save has");
}

/* A name that goes into messages is whole, and one line. */
static bool is_name(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
            return false;
    return true;
}

static bool get_config(struct reader *r, struct hv_config *config, size_t length, size_t name_length)
{
    struct hv_error why;
    char name[sizeof config->name] = "";
    uint8_t *text = get_bytes(r, length);
    if (!text)
        return false;
    if (!get(r, name, name_length)) {
        free(text);
        return false;
    }
    bool good = is_name(name, name_length) && strlen((const char *)text) == length &&
                hv_config_parse(config, (const char *)text, length, "configuration", &why) == 0 &&
                hv_config_validate(config, HV_FOR_MODEL, &why) == 0;
    char again[SAVE_MAX_CONFIG];
    good = good && hv_config_print(config, again, sizeof again) == length && memcmp(again, text, length) == 0;
    free(text);
    memcpy(config->name, name, sizeof name);
    return good || refuse(r, "damaged: found a text that is no configuration, expected one");
}

/* ---- State and RAM ---- */

static bool get_element(struct reader *r, struct hv_state *state, enum hv_state_element element)
{
    char name[SAVE_ELEMENT_NAME + 1] = {0};
    uint32_t rows;
    if (!get(r, name, SAVE_ELEMENT_NAME) || !get_word(r, &rows))
        return false;
    if (strncmp(name, hv_state_name(element), SAVE_ELEMENT_NAME) != 0 || rows != state->rows[element])
        return refuse(r, "damaged: found an element that is not %s of %" PRIu32 " rows", hv_state_name(element),
                      state->rows[element]);
    uint64_t *value = state->value[element];
    if (!get(r, value, rows * sizeof *value))
        return false;
    for (uint32_t i = 0; i < rows; i++)
        value[i] = le64toh(value[i]);
    return true;
}

static bool get_state(struct reader *r, struct hv_save *save)
{
    save->state = hv_state_new(&save->config);
    if (!save->state)
        return no_memory(r);
    for (enum hv_state_element e = 0; e < HV_STATE_ELEMENTS; e++)
        if (!get_element(r, save->state, e))
            return false;
    struct hv_error why;
    struct hv_machine *machine = hv_machine_new(&save->config, &why);
    if (!machine)
        return no_memory(r);
    const bool good = hv_machine_put(machine, save->state, &why) == 0;
    hv_machine_free(machine);
    return good || refuse(r, "%.200s", why.text);
}

/* Room for one page more. */
static bool grow_pages(struct reader *r, struct hv_save *save)
{
    if (save->page_count & (save->page_count - 1))
        return true;
    const size_t room = save->page_count ? 2 * save->page_count : 1;
    struct hv_segment *pages = realloc(save->pages, room * sizeof *pages);
    if (!pages)
        return no_memory(r);
    save->pages = pages;
    return true;
}

static bool get_pages(struct reader *r, struct hv_save *save)
{
    const uint32_t pages = save->config.ram_bytes / HV_PAGE_BYTES;
    uint32_t least = 0, number;
    while (get_word(r, &number) && number != SAVE_END) {
        if (number < least || number >= pages)
            return refuse(r, "damaged: found page %" PRIu32 ", expected one from %" PRIu32 " to %" PRIu32, number,
                          least, pages - 1);
        least = number + 1;
        uint8_t *bytes = grow_pages(r, save) ? get_bytes(r, HV_PAGE_BYTES) : NULL;
        if (!bytes)
            return false;
        save->pages[save->page_count++] =
            (struct hv_segment){save->config.ram_base + number * HV_PAGE_BYTES, bytes, HV_PAGE_BYTES};
    }
    return r->status == 0;
}

/* Nothing is behind the last page, in the stream or in the file. */
static bool get_end(struct reader *r)
{
    uint8_t more;
    const size_t got = expand(r, &more, 1);
    if (r->status == 0 && (got || !r->ended || r->packed.pos != r->packed.size))
        return refuse(r, "damaged: found more behind its end");
    return r->status == 0;
}

static bool get_all(struct reader *r, struct hv_save *save)
{
    uint32_t head[SAVE_HEAD];
    if (!get_head(r, head) || !get_config(r, &save->config, head[SAVE_HEAD_CONFIG], head[SAVE_HEAD_CONFIG_NAME]))
        return false;
    save->program = (char *)get_bytes(r, head[SAVE_HEAD_NAME]);
    save->input = save->program ? get_bytes(r, head[SAVE_HEAD_INPUT]) : NULL;
    save->input_length = head[SAVE_HEAD_INPUT];
    if (save->input && !is_name(save->program, head[SAVE_HEAD_NAME]))
        return refuse(r, "damaged: found a program's name that is none");
    return save->input && get_state(r, save) && get_pages(r, save) && get_end(r);
}

int hv_save_read(struct hv_save *save, const char *path, struct hv_error *error)
{
    size_t length;
    *save = (struct hv_save){0};
    uint8_t *packed = hv_file_read(path, &length, error);
    if (!packed)
        return -1;
    struct reader r = {.path = path, .expander = ZSTD_createDCtx(), .packed = {packed, length, 0}, .error = error};
    if (r.expander)
        get_all(&r, save);
    else
        no_memory(&r);
    ZSTD_freeDCtx(r.expander);
    free(packed);
    return r.status;
}

void hv_save_free(struct hv_save *save)
{
    for (size_t i = 0; i < save->page_count; i++)
        free(save->pages[i].bytes);
    free(save->pages);
    hv_state_free(save->state);
    free(save->program);
    free(save->input);
    *save = (struct hv_save){0};
}
