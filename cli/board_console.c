/* nestor board: the console of a program on a board, until nestor_end tells of the end. */
#include "cli/board.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* What the board says between the program's bytes: how it begins, how long it is, and whether it is whole. */
enum message { FINISHED, HALTED, COUNTERS, MESSAGES };
enum { MARK = 3, COUNTER_WORDS = 2 * LOADER_COUNTER_COUNT, LONGEST = LOADER_COUNTERS_BYTES };

static uint32_t word_of(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static bool end_is_whole(const uint8_t *bytes)
{
    return (bytes[MARK] ^ bytes[MARK + 1]) == 0xff;
}

static bool counters_are_whole(const uint8_t *bytes)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i <= COUNTER_WORDS; i++)
        sum += word_of(bytes + MARK + 4 * i);
    return sum == UINT32_MAX;
}

static const struct {
    uint8_t mark[MARK];
    size_t length;
    bool (*is_whole)(const uint8_t *);
} messages[MESSAGES] = {
    [FINISHED] = {LOADER_END_FINISHED, MARK + 2, end_is_whole},
    [HALTED] = {LOADER_END_HALTED, MARK + 2, end_is_whole},
    [COUNTERS] = {{LOADER_COUNTERS & 0xff, LOADER_COUNTERS >> 8 & 0xff, LOADER_COUNTERS >> 16},
                  LONGEST,
                  counters_are_whole},
};

/* Bytes that may be the beginning of a message are held back. */
struct console {
    FILE *output;
    uint8_t held[LONGEST];
    size_t count;
};

/* The message that the held bytes are, or may become; MESSAGES: none. */
static enum message message_of(const struct console *c)
{
    for (enum message i = 0; i < MESSAGES; i++)
        if (memcmp(c->held, messages[i].mark, c->count < MARK ? c->count : MARK) == 0 &&
            (c->count < messages[i].length || messages[i].is_whole(c->held)))
            return i;
    return MESSAGES;
}

static void keep_counters(const uint8_t *message, struct board_end *end)
{
    end->has_counters = true;
    for (unsigned i = 0; i < LOADER_COUNTER_COUNT; i++)
        end->counters[i] = word_of(message + MARK + 8 * i) | (uint64_t)word_of(message + MARK + 8 * i + 4) << 32;
}

void board_cut_counters(const char *text, size_t *length, struct board_end *end)
{
    const uint8_t *message = (const uint8_t *)text + *length - LOADER_COUNTERS_BYTES;
    if (*length < LOADER_COUNTERS_BYTES || memcmp(message, messages[COUNTERS].mark, MARK) != 0 ||
        !counters_are_whole(message))
        return;
    keep_counters(message, end);
    *length -= LOADER_COUNTERS_BYTES;
}

/* True: that was the end. */
static bool take(struct console *c, uint8_t byte, struct board_end *end)
{
    c->held[c->count++] = byte;
    while (c->count && message_of(c) == MESSAGES) {
        fputc(c->held[0], c->output);
        memmove(c->held, c->held + 1, --c->count);
    }
    const enum message message = c->count ? message_of(c) : MESSAGES;
    if (message == MESSAGES || c->count < messages[message].length)
        return false;
    if (message == COUNTERS) {
        keep_counters(c->held, end);
        c->count = 0;
        return false;
    }
    end->finished = message == FINISHED;
    end->halted = message == HALTED;
    end->status = c->held[MARK];
    return true;
}

/* What stands at our standard input goes to the board. */
static bool pass_input(const struct loader *l, bool open)
{
    struct pollfd polled = {.fd = STDIN_FILENO, .events = POLLIN};
    uint8_t byte;
    if (!open || poll(&polled, 1, 0) <= 0)
        return open;
    if (read(STDIN_FILENO, &byte, 1) != 1)
        return false;
    while (write(l->file, &byte, 1) < 0 && (errno == EAGAIN || errno == EINTR))
        poll(&(struct pollfd){.fd = l->file, .events = POLLOUT}, 1, 100);
    return true;
}

void board_console(struct board_session *s, const char *program, FILE *output, struct board_end *end)
{
    struct console console = {.output = output};
    bool input = true;
    *end = (struct board_end){0};
    for (;;) {
        const int byte = loader_byte(&s->loader, 0.02);
        if (cli_interrupted()) {
            cli_failf("%s: interrupted; the board goes on until its button is pressed", program);
            end->status = NESTOR_INTERRUPTED;
            return;
        }
        if (byte == -2) {
            end->status = cli_failf("%s: the port is gone", s->port);
            return;
        }
        if (byte >= 0 && take(&console, (uint8_t)byte, end))
            break;
        if (byte < 0 || byte == '\n')
            fflush(output);
        input = pass_input(&s->loader, input);
    }
    fflush(output);
    if (end->halted)
        end->status = cli_failf("%s: waits for ever: a WFI at level 0 that nothing can wake", program);
}
