/* Requests to the loader of a board, see loader.h. */
#include "cli/loader.h"
#include "cli/cli.h"
#include "sim/files.h"
#include "software/loader/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { REQUEST = 1 + LOADER_HEADER + LOADER_BLOCK + 4, ANSWER = 4 * LOADER_INFO_WORDS };

static speed_t speed_of(unsigned baud)
{
    static const struct {
        unsigned baud;
        speed_t speed;
    } speeds[] = {{9600, B9600},     {19200, B19200},   {38400, B38400},   {57600, B57600},    {115200, B115200},
                  {230400, B230400}, {460800, B460800}, {921600, B921600}, {1000000, B1000000}};
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++)
        if (speeds[i].baud == baud)
            return speeds[i].speed;
    return B0;
}

int loader_open(struct loader *l, const char *port, unsigned baud, double wait, struct hv_error *error)
{
    struct termios mode;
    const speed_t speed = speed_of(baud);
    *l = (struct loader){.port = port, .wait = wait, .byte = 10.0 / baud};
    if (speed == B0)
        return hv_fail(error, "%s: found a board of %u baud, expected a rate that serial ports have", port, baud);
    l->file = open(port, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (l->file < 0)
        return hv_fail(error, "%s: %s", port, strerror(errno));
    if (tcgetattr(l->file, &mode)) {
        close(l->file);
        return hv_fail(error, "%s: found no serial port there, expected one", port);
    }
    cfmakeraw(&mode);
    mode.c_cflag |= CLOCAL | CREAD;
    if (cfsetspeed(&mode, speed) || tcsetattr(l->file, TCSANOW, &mode)) {
        close(l->file);
        return hv_fail(error, "%s: cannot set %u baud: %s", port, baud, strerror(errno));
    }
    return 0;
}

void loader_close(struct loader *l)
{
    close(l->file);
}

int loader_byte(struct loader *l, double seconds)
{
    uint8_t byte;
    struct pollfd polled = {.fd = l->file, .events = POLLIN};
    const double end = cli_now() + seconds;
    for (;;) {
        const double left = end - cli_now();
        const ssize_t count = read(l->file, &byte, 1);
        if (count == 1)
            return byte;
        if (count < 0 && errno != EAGAIN && errno != EINTR)
            return -2;
        if (left <= 0)
            return -1;
        if (poll(&polled, 1, left < 1e-3 ? 1 : (int)(left * 1e3)) < 0 && errno == EINTR && cli_interrupted())
            return -1;
        if (polled.revents & (POLLERR | POLLNVAL))
            return -2;
    }
}

static int send_all(const struct loader *l, const uint8_t *bytes, size_t length)
{
    while (length) {
        struct pollfd polled = {.fd = l->file, .events = POLLOUT};
        const ssize_t count = write(l->file, bytes, length);
        if (count > 0) {
            bytes += count;
            length -= (size_t)count;
        } else if (count < 0 && errno != EAGAIN && errno != EINTR)
            return -1;
        else if (poll(&polled, 1, 10000) == 0)
            return -1;
    }
    return 0;
}

static void put_number(uint8_t *to, uint32_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (uint8_t)(number >> 8 * i);
}

static uint32_t get_word(const uint8_t *from)
{
    return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static uint32_t crc_of(const uint8_t *bytes, size_t length)
{
    uint32_t crc = ~UINT32_C(0);
    for (size_t i = 0; i < length; i++)
        crc = loader_crc(crc, bytes[i]);
    return ~crc;
}

/* The request as it goes over the line; its length. */
static size_t make_request(uint8_t request[REQUEST], uint8_t sequence, char kind, uint32_t address,
                           const uint8_t *payload, size_t length)
{
    request[0] = LOADER_BEGIN;
    request[1] = sequence;
    request[2] = (uint8_t)kind;
    put_number(request + 3, address, 4);
    put_number(request + 7, (uint32_t)length, 2);
    if (length)
        memcpy(request + 1 + LOADER_HEADER, payload, length);
    put_number(request + 1 + LOADER_HEADER + length, crc_of(request + 1, LOADER_HEADER + length), 4);
    return 1 + LOADER_HEADER + length + 4;
}

enum outcome { ANSWERED, REFUSED, DAMAGED, SILENT, GONE };

/* One answer to `sequence`; bytes that are none, the loader's greeting, say, are passed over. */
static enum outcome get_answer(struct loader *l, char kind, double seconds, uint8_t payload[ANSWER])
{
    const double end = cli_now() + seconds;
    uint8_t answer[3 + ANSWER + 4];
    bool begun = false;
    for (size_t have = 0;;) {
        const int byte = loader_byte(l, end - cli_now());
        if (byte < 0)
            return byte == -1 ? SILENT : GONE;
        if (!begun) {
            begun = byte == LOADER_BEGIN;
            have = 0;
            continue;
        }
        answer[have++] = (uint8_t)byte;
        const size_t need = have < 3 ? 3 : (size_t)3 + answer[2] + 4;
        if (have < need)
            begun = need <= sizeof answer;
        if (have < 3 || have < need)
            continue;
        begun = false;
        if (get_word(answer + need - 4) != crc_of(answer, need - 4))
            return DAMAGED;
        if (answer[0] != l->sequence || (answer[1] != (uint8_t)kind && answer[1] != 0))
            continue;
        memcpy(payload, answer + 3, answer[2]);
        return answer[1] ? ANSWERED : REFUSED;
    }
}

static int request(struct loader *l, char kind, uint32_t address, const uint8_t *payload, size_t length,
                   uint8_t answer[ANSWER], struct hv_error *error)
{
    uint8_t bytes[REQUEST];
    enum outcome outcome = SILENT;
    l->sequence++;
    const size_t size = make_request(bytes, l->sequence, kind, address, payload, length);
    for (unsigned i = 0; i < LOADER_TRIES && !cli_interrupted(); i++) {
        if (i)
            l->repeated++;
        if (send_all(l, bytes, size))
            return hv_fail(error, "%s: %s", l->port, strerror(errno));
        outcome = get_answer(l, kind, l->wait + (double)(size + ANSWER + 8) * l->byte, answer);
        if (outcome == ANSWERED)
            return 0;
        if (outcome == GONE)
            return hv_fail(error, "%s: the port is gone", l->port);
    }
    if (cli_interrupted())
        return hv_fail(error, "%s: interrupted", l->port);
    if (outcome == REFUSED || outcome == DAMAGED)
        return hv_fail(error,
                       "%s: the loader did not take %zu bytes for 0x%08" PRIx32 " in %d tries: found a line that "
                       "damages them, or names that are not RAM",
                       l->port, length, address, LOADER_TRIES);
    return hv_fail(error, "%s: found no answer in %d tries, expected the board's loader: press its button", l->port,
                   LOADER_TRIES);
}

int loader_ask(struct loader *l, struct loader_info *info, struct hv_error *error)
{
    uint8_t answer[ANSWER] = {0};
    if (request(l, LOADER_INFO, 0, NULL, 0, answer, error))
        return -1;
    *info = (struct loader_info){get_word(answer), get_word(answer + 4), get_word(answer + 8), get_word(answer + 12),
                                 get_word(answer + 16) | (uint64_t)get_word(answer + 20) << 32};
    if (info->version == LOADER_VERSION)
        return 0;
    return hv_fail(error, "%s: found a loader of version %" PRIu32 ", expected %d: load a new bit stream", l->port,
                   info->version, LOADER_VERSION);
}

int loader_clear(struct loader *l, uint32_t address, uint32_t length, struct hv_error *error)
{
    uint8_t answer[ANSWER], payload[4];
    put_number(payload, length, 4);
    return request(l, LOADER_CLEAR, address, payload, 4, answer, error);
}

int loader_write(struct loader *l, uint32_t address, const uint8_t *bytes, size_t length, struct hv_error *error)
{
    uint8_t answer[ANSWER];
    return request(l, LOADER_WRITE, address, bytes, length, answer, error);
}

int loader_start(struct loader *l, uint32_t address, struct hv_error *error)
{
    enum { STARTED = 1 + 3 + 1 + 4 }; /* bytes of such an answer */
    uint8_t answer[ANSWER] = {0};
    if (request(l, LOADER_START, address, NULL, 0, answer, error))
        return -1;
    for (unsigned left = answer[0] < LOADER_STARTS ? answer[0] * STARTED : 0; left; left--)
        if (loader_byte(l, l->wait) < 0)
            break;
    return 0;
}
