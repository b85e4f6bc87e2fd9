#include "cli/console.h"

#include "cli/cli.h"
#include "sim/files.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Records between two looks at the keyboard; ticks of mtime in a millisecond, as the device tree of `make linux` says;
 * the longest wait for the keyboard, milliseconds. */
enum { LOOK = 1 << 14, TICKS = 10000, LONGEST = 50 };
enum { CTRL_A = 1, EVENT_EOF = 256, EVENT_END };
enum { KEY_CONSOLE = 512, KEY_RECORD, KEY_REPLAY };

#define HEADER "nestor-console 1"

/* Before the record `at` this byte came, or one of EVENT_*. */
struct cli_console_event {
    uint64_t at;
    unsigned what;
};

/* ---- Options ---- */

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "The terminal:", 4},
    {"console", KEY_CONSOLE, NULL, 0,
     "what is typed goes to the UART as it comes; Ctrl-A X ends, Ctrl-A Ctrl-A is Ctrl-A", 4},
    {"record-console", KEY_RECORD, "FILE", 0, "write down what was typed and when", 4},
    {"replay-console", KEY_REPLAY, "FILE", 0, "give it again: the run is the same to the last record", 4},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct cli_console_options *given = state->input;
    switch (key) {
    case KEY_CONSOLE:
        given->on = true;
        return 0;
    case KEY_RECORD:
        given->record = text;
        return 0;
    case KEY_REPLAY:
        given->replay = text;
        return 0;
    case ARGP_KEY_END:
        if (given->record && !given->on)
            argp_failure(state, NESTOR_ERROR, 0, "--record-console: found without --console");
        if (given->replay && given->on)
            argp_failure(state, NESTOR_ERROR, 0, "--replay-console: found beside --console, expected one of the two");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp cli_console_argp = {.options = options, .parser = parse};

/* ---- The file of a record ---- */

static void put_event(struct cli_console *console, const struct hv_machine *machine, unsigned what)
{
    static const char *const names[] = {"eof", "end"};
    const uint64_t at = hv_machine_counters(machine)->commits;
    if (!console->record)
        return;
    if (what < EVENT_EOF)
        fprintf(console->record, "%" PRIu64 " %u\n", at, what);
    else
        fprintf(console->record, "%" PRIu64 " %s\n", at, names[what - EVENT_EOF]);
}

/* A line without its newline; false if it is none. */
static bool read_event(const char *line, struct cli_console_event *event)
{
    char *end;
    errno = 0;
    event->at = strtoull(line, &end, 10);
    if (end == line || *line < '0' || *line > '9' || errno || *end != ' ')
        return false;
    const char *what = end + 1;
    if (strcmp(what, "eof") == 0 || strcmp(what, "end") == 0) {
        event->what = what[1] == 'o' ? EVENT_EOF : EVENT_END;
        return true;
    }
    const unsigned long byte = strtoul(what, &end, 10);
    event->what = (unsigned)byte;
    return *what >= '0' && *what <= '9' && !*end && !errno && byte < EVENT_EOF;
}

static int bad_line(const char *path, size_t number, const char *found, const char *expected, struct hv_error *error)
{
    return hv_fail(error, "%s:%zu: found '%.40s', expected %s", path, number, found, expected);
}

static int read_events(struct cli_console *console, const char *path, char *text, struct hv_error *error)
{
    size_t number = 0;
    uint64_t last = 0;
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
        struct cli_console_event event;
        if (++number == 1 && strcmp(line, HEADER) != 0)
            return bad_line(path, number, line, HEADER, error);
        if (number == 1 || (!*line && !rest))
            continue;
        if (!read_event(line, &event))
            return bad_line(path, number, line, "a number of records and a byte, eof or end", error);
        if (event.at < last)
            return bad_line(path, number, line, "no less than the line before", error);
        last = event.at;
        struct cli_console_event *grown = realloc(console->events, (console->event_count + 1) * sizeof *grown);
        if (!grown)
            return hv_fail(error, "%s: out of memory", path);
        console->events = grown;
        grown[console->event_count++] = event;
    }
    return 0;
}

static int open_replay(struct cli_console *console, const char *path, struct hv_error *error)
{
    size_t length;
    char *text = (char *)hv_file_read(path, &length, error);
    if (!text)
        return -1;
    const int result = read_events(console, path, text, error);
    free(text);
    return result;
}

static int open_record(struct cli_console *console, const char *path, struct hv_error *error)
{
    console->record = fopen(path, "w");
    console->record_name = path;
    if (!console->record)
        return hv_fail(error, "%s: cannot create: %s", path, strerror(errno));
    fputs(HEADER "\n", console->record);
    return 0;
}

/* ---- The terminal ---- */

static struct termios to_restore;

/* A signal that ends Nestor leaves the terminal as it was. */
static void on_end(int number)
{
    tcsetattr(STDIN_FILENO, TCSANOW, &to_restore);
    raise(number); /* as by default, now */
}

static void catch_end(const struct termios *saved)
{
    static const int ends[] = {SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction action = {.sa_handler = on_end, .sa_flags = (int)SA_RESETHAND};
    to_restore = *saved;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        sigaction(ends[i], &action, NULL);
}

/* What the guest sends is shown as by a terminal that knows its own line ends; every key is the guest's. */
static void make_raw(struct cli_console *console)
{
    struct termios raw;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &console->saved) != 0)
        return;
    catch_end(&console->saved);
    raw = console->saved;
    cfmakeraw(&raw);
    raw.c_oflag |= OPOST | ONLCR;
    console->terminal = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

int cli_console_open(struct cli_console *console, const struct cli_console_options *given, struct hv_machine *machine,
                     struct hv_error *error)
{
    *console = (struct cli_console){.on = given->on || given->replay};
    if (!console->on)
        return 0;
    if (given->replay ? open_replay(console, given->replay, error)
                      : given->record && open_record(console, given->record, error)) {
        free(console->events);
        return -1;
    }
    hv_machine_input_open(machine, true);
    if (given->on)
        make_raw(console);
    else
        console->eof = true; /* nothing is read but the file */
    return 0;
}

int cli_console_close(struct cli_console *console, struct hv_error *error)
{
    int result = 0;
    if (console->terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &console->saved);
    if (console->record) {
        const bool bad = ferror(console->record);
        if (fclose(console->record) != 0 || bad)
            result = hv_fail(error, "%s: cannot write: %s", console->record_name, strerror(errno));
    }
    free(console->events);
    return result;
}

/* ---- Between two records ---- */

static void give(struct cli_console *console, struct hv_machine *machine, unsigned what)
{
    const uint8_t byte = (uint8_t)what;
    put_event(console, machine, what);
    if (what == EVENT_END)
        console->ended = true;
    else if (what == EVENT_EOF)
        hv_machine_input_open(machine, false);
    else
        hv_machine_uart_input(machine, &byte, 1); /* what the queue does not take is lost, as on a line */
}

static void type(struct cli_console *console, struct hv_machine *machine, uint8_t byte)
{
    const bool command = console->escape;
    console->escape = console->terminal && !command && byte == CTRL_A;
    if (console->escape)
        return;
    if (command && (byte == 'x' || byte == 'X'))
        give(console, machine, EVENT_END);
    else if (!command || byte == CTRL_A)
        give(console, machine, byte);
}

/* How long the machine has waited since the last look, in milliseconds: time that went by without records. */
static int waited(struct cli_console *console, struct hv_machine *machine)
{
    const uint64_t idle = hv_machine_mtime(machine) - hv_machine_counters(machine)->commits;
    const uint64_t ticks = idle - console->paced;
    if (hv_machine_waited(machine))
        return LONGEST;
    if (ticks > (uint64_t)LONGEST * TICKS) {
        console->paced = idle;
        return LONGEST;
    }
    console->paced += ticks / TICKS * TICKS;
    return (int)(ticks / TICKS);
}

static void read_keyboard(struct cli_console *console, struct hv_machine *machine)
{
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
    uint8_t bytes[256];
    if (poll(&fd, 1, waited(console, machine)) <= 0)
        return;
    const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (count <= 0) {
        console->eof = true;
        give(console, machine, EVENT_EOF);
    }
    for (ssize_t i = 0; i < count && !console->ended; i++)
        type(console, machine, bytes[i]);
}

void cli_console_feed(struct cli_console *console, struct hv_machine *machine)
{
    const uint64_t now = hv_machine_counters(machine)->commits;
    while (console->next_event < console->event_count && console->events[console->next_event].at == now)
        give(console, machine, console->events[console->next_event++].what);
    if (!console->eof)
        read_keyboard(console, machine);
}

uint64_t cli_console_chunk(const struct cli_console *console, const struct hv_machine *machine)
{
    const uint64_t now = hv_machine_counters(machine)->commits;
    if (console->next_event == console->event_count)
        return LOOK;
    const uint64_t left = console->events[console->next_event].at - now;
    return left < LOOK ? left : LOOK;
}
