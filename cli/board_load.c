/* nestor board: a world into the RAM of a board, block by block. */
#include "cli/board.h"
#include "sim/files.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* RAM as it is to be, and where its contents end. */
static uint8_t *make_image(const struct hv_config *config, const struct hv_world *world, uint32_t *end)
{
    uint8_t *image = calloc(config->ram_bytes, 1);
    for (size_t i = 0; image && i < world->count; i++)
        memcpy(image + (world->segments[i].real - config->ram_base), world->segments[i].bytes,
               world->segments[i].length);
    *end = config->ram_bytes;
    while (image && *end && !image[*end - 1])
        --*end;
    return image;
}

static bool is_clear(const uint8_t *bytes, uint32_t length)
{
    while (length && !*bytes)
        bytes++, length--;
    return length == 0;
}

static void show(uint32_t done, uint32_t of, double begin)
{
    if (!isatty(STDERR_FILENO))
        return;
    const double seconds = cli_now() - begin;
    fprintf(stderr, "\r%3u %%  %" PRIu32 " of %" PRIu32 " bytes, %.0f s to go\033[K", (unsigned)(100.0 * done / of),
            done, of, done ? seconds * (of - done) / done : 0.0);
    if (done == of)
        fputs("\r\033[K", stderr);
}

/* Blocks that hold anything; the rest has been cleared. */
static int send_image(struct board_session *s, const uint8_t *image, uint32_t end, struct hv_error *error)
{
    const double begin = cli_now();
    uint32_t bytes = 0;
    for (uint32_t at = 0; at < end; at += LOADER_BLOCK) {
        const uint32_t length = end - at < LOADER_BLOCK ? end - at : LOADER_BLOCK;
        if (is_clear(image + at, length))
            continue;
        if (loader_write(&s->loader, s->machine.ram_base + at, image + at, length, error))
            return -1;
        bytes += length;
        show(at + length, end, begin);
    }
    if (!s->quiet)
        fprintf(stderr, "nestor: %s: %" PRIu32 " bytes in %.1f s, %u requests repeated\n", s->port, bytes,
                cli_now() - begin, s->loader.repeated);
    return 0;
}

static int check_machine(const struct board_session *s, const struct loader_info *info, const char *program,
                         uint32_t end, struct hv_error *error)
{
    const struct hv_config *config = &s->machine;
    if (info->ram_base != config->ram_base || info->ram_end != config->ram_base + config->ram_bytes)
        return hv_fail(error,
                       "%s: found a machine with RAM from 0x%08" PRIx32 " to 0x%08" PRIx32 ", expected 0x%08" PRIx32
                       " to 0x%08" PRIx32 ", that of configuration %s",
                       s->port, info->ram_base, info->ram_end, config->ram_base, config->ram_base + config->ram_bytes,
                       config->name);
    if (end > info->free_end - info->ram_base)
        return hv_fail(error,
                       "%s: does not fit: contents up to 0x%08" PRIx32 ", expected at most 0x%08" PRIx32
                       ", from where on the loader is",
                       program, config->ram_base + end, info->free_end);
    return 0;
}

static int load_image(struct board_session *s, const uint8_t *image, uint32_t end, const char *program,
                      struct hv_error *error)
{
    struct loader_info info;
    if (loader_ask(&s->loader, &info, error) || check_machine(s, &info, program, end, error) ||
        loader_clear(&s->loader, info.ram_base, info.free_end - info.ram_base, error) ||
        send_image(s, image, end, error))
        return -1;
    return loader_start(&s->loader, s->machine.reset_vector, error);
}

int board_load(struct board_session *s, const struct hv_world *world, const char *program, struct hv_error *error)
{
    uint32_t end;
    uint8_t *image = make_image(&s->machine, world, &end);
    const int result = image ? load_image(s, image, end, program, error) : hv_fail(error, "out of memory");
    free(image);
    return result;
}
