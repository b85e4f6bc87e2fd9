#include "cli/gdb.h"
#include "config/config.h"
#include "sim/files.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* ---- Options ---- */

enum { KEY_GDB = 1024, KEY_LEVEL };

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "A debugger:", 5},
    {"gdb", KEY_GDB, "PORT", 0,
     "wait for GDB at this port of the loopback address, by `target remote :PORT` (0: any; a line on stderr has it)",
     5},
    {"gdb-level", KEY_LEVEL, "L", 0,
     "of --gdb: begin at the first instruction at level L, and stop there (default: the program's, that of --depth)",
     5},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct cli_gdb_options *gdb = state->input;
    switch (key) {
    case KEY_GDB:
        gdb->port = (uint16_t)cli_number("gdb", text, UINT16_MAX, state);
        gdb->on = true;
        return 0;
    case KEY_LEVEL:
        gdb->level = (unsigned)cli_number("gdb-level", text, HV_MAX_DEPTH, state);
        gdb->has_level = true;
        return 0;
    case ARGP_KEY_END:
        if (gdb->has_level && !gdb->on)
            argp_failure(state, NESTOR_ERROR, 0, "--gdb-level: found no --gdb, expected it");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp cli_gdb_argp = {.options = options, .parser = parse};

/* ---- The socket ---- */

/* How long to wait for the other side: for what it says, before Ctrl-C is asked for again; to take what is sent, and to
 * close, milliseconds. */
enum { WAIT_MS = 500, SEND_MS = 10000, CLOSE_MS = 2000 };

struct server {
    const struct cli_gdb *gdb;
    struct gdb_session *session;
    int socket;
    bool lost;
};

/* The connection of one debugger; *error is filled for -1 unless Ctrl-C came. */
static int wait_for_debugger(int listener, struct hv_error *error)
{
    struct pollfd waiting = {.fd = listener, .events = POLLIN};
    while (!cli_interrupted()) {
        if (poll(&waiting, 1, WAIT_MS) <= 0)
            continue;
        const int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection >= 0)
            return connection;
        if (errno != EINTR && errno != ECONNABORTED)
            return hv_fail(error, "--gdb: cannot accept a connection: %s", strerror(errno));
    }
    return -1;
}

static int listen_at(uint16_t port, struct hv_error *error)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) != 0 ||
        bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        hv_fail(error, "--gdb: cannot listen at port %u of 127.0.0.1: %s", port, strerror(errno));
        if (listener >= 0)
            close(listener);
        return -1;
    }
    fprintf(stderr, "nestor: gdb: waiting at 127.0.0.1:%u; in GDB: target remote :%u\n", ntohs(address.sin_port),
            ntohs(address.sin_port));
    return listener;
}

/* No other debugger is let in. */
static int connection_of_one(uint16_t port, struct hv_error *error)
{
    const int listener = listen_at(port, error);
    if (listener < 0)
        return -1;
    const int connection = wait_for_debugger(listener, error);
    close(listener);
    if (connection >= 0) {
        const struct timeval patience = {.tv_sec = SEND_MS / 1000};
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
    return connection;
}

static void send_bytes(void *context, const void *bytes, size_t length)
{
    struct server *server = context;
    const char *rest = bytes;
    while (length && !server->lost) {
        const ssize_t sent = send(server->socket, rest, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        server->lost = sent <= 0;
        rest += server->lost ? 0 : sent;
        length -= server->lost ? 0 : (size_t)sent;
    }
}

/* What has come within `wait` milliseconds. */
static void take_input(struct server *server, int wait)
{
    struct pollfd waiting = {.fd = server->socket, .events = POLLIN};
    char bytes[4096];
    if (poll(&waiting, 1, wait) <= 0)
        return;
    const ssize_t count = recv(server->socket, bytes, sizeof bytes, 0);
    if (count > 0)
        gdb_session_input(server->session, bytes, (size_t)count);
    else
        server->lost |= count == 0 || (errno != EINTR && errno != EAGAIN);
}

/* What was sent last is to arrive: closing a socket with unread input would throw it away. */
static void close_gently(int socket)
{
    struct pollfd waiting = {.fd = socket, .events = POLLIN};
    char bytes[4096];
    shutdown(socket, SHUT_WR);
    for (int i = 0; i < 64 && poll(&waiting, 1, CLOSE_MS) > 0 && recv(socket, bytes, sizeof bytes, 0) > 0; i++)
        continue;
    close(socket);
}

/* ---- Serving ---- */

static enum hv_stop run(void *context, uint64_t limit)
{
    const struct gdb_host *host = &((struct server *)context)->gdb->host;
    return host->run(host->context, limit);
}

static enum hv_stop record(void *context, struct hv_commit *commit, struct hv_bus_write *writes, size_t *count)
{
    const struct gdb_host *host = &((struct server *)context)->gdb->host;
    return host->record(host->context, commit, writes, count);
}

static bool over(const struct server *server)
{
    return cli_interrupted() || server->gdb->over(server->gdb->host.context);
}

static void serve(struct server *server)
{
    while (gdb_session_ended(server->session) == GDB_OPEN && !server->lost) {
        const bool running = gdb_session_running(server->session);
        take_input(server, running ? 0 : WAIT_MS);
        gdb_session_run(server->session);
        if (cli_interrupted())
            gdb_session_abort(server->session, SIGINT, "Nestor was interrupted by Ctrl-C\n");
        else if (over(server))
            gdb_session_abort(server->session, SIGXCPU, "--max-instructions has been reached\n");
    }
}

/* To the first instruction at the level. */
static int reach(struct server *server, unsigned level, struct hv_error *error)
{
    const struct hv_machine *machine = server->gdb->machine;
    struct hv_commit commit;
    struct hv_bus_write writes[HV_MAX_WRITES];
    size_t count;
    enum hv_stop stop = HV_STOP_NONE;
    while (hv_machine_level(machine) != level && stop == HV_STOP_NONE && !over(server))
        stop = record(server, &commit, writes, &count);
    if (hv_machine_level(machine) == level || over(server))
        return 0;
    return hv_fail(error, "--gdb: the run ended before there was an instruction at level %u", level);
}

int cli_gdb_serve(const struct cli_gdb_options *from, unsigned level, const struct cli_gdb *gdb, enum gdb_end *end,
                  struct hv_error *error)
{
    struct server server = {.gdb = gdb};
    const struct gdb_host host = {.context = &server, .send = send_bytes, .run = run, .record = record};
    *end = GDB_OPEN;
    if (level > hv_machine_config(gdb->machine)->depth)
        return hv_fail(error, "--gdb-level: found %u, expected at most %u, the depth of configuration %s", level,
                       hv_machine_config(gdb->machine)->depth, hv_machine_config(gdb->machine)->name);
    if (reach(&server, level, error))
        return -1;
    if (over(&server))
        return 0;
    server.socket = connection_of_one(from->port, error);
    if (server.socket < 0)
        return cli_interrupted() ? 0 : -1;
    const struct hv_vms scope = {.kind = HV_VMS_OF_LEVEL, .level = level};
    server.session = gdb_session_new(gdb->machine, gdb->places, &scope, &host);
    if (server.session)
        serve(&server);
    *end = server.session ? gdb_session_ended(server.session) : GDB_OPEN;
    gdb_session_free(server.session);
    close_gently(server.socket);
    if (!server.session)
        return hv_fail(error, "out of memory");
    return *end == GDB_OPEN ? hv_fail(error, "--gdb: the debugger's connection has ended") : 0;
}
