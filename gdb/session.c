#include "gdb/session_internal.h"

#include "gdb/registers.h"
#include "view/names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Errors, as errno numbers them. */
#define INVALID  "E16" /* EINVAL */
#define FAULT    "E0e" /* EFAULT */
#define BUSY     "E10" /* EBUSY */
#define TOO_MANY "E1c" /* ENOSPC */

enum { SIGNAL_INTERRUPT = 2 };

/* ---- Sending ---- */

void gdb_session_send(struct gdb_session *s, const struct gdb_text *data)
{
    s->frame_length = gdb_frame(data->data, data->length, s->frame);
    s->host.send(s->host.context, s->frame, s->frame_length);
}

void gdb_session_tell(struct gdb_session *s, const char *text)
{
    enum { PART = (GDB_PACKET_BYTES - 1) / 2 };
    struct gdb_text data;
    for (size_t left = strlen(text); left;) {
        const size_t part = left < PART ? left : PART;
        data.length = 0;
        gdb_print(&data, "O");
        gdb_put_hex(&data, text, part);
        gdb_session_send(s, &data);
        text += part;
        left -= part;
    }
}

static void acknowledge(struct gdb_session *s, const char *sign)
{
    if (!s->no_ack)
        s->host.send(s->host.context, sign, 1);
}

static void reply(struct gdb_session *s, const char *text)
{
    gdb_print(&s->reply, "%s", text);
}

unsigned gdb_session_level(const struct gdb_session *s)
{
    return s->thread == GDB_RUNNING_LEVEL ? hv_machine_level(s->machine) : s->thread;
}

struct gdb_space gdb_session_space(const struct gdb_session *s)
{
    struct gdb_space space = s->space;
    if (space.kind == GDB_PROCESS)
        space.level = gdb_session_level(s);
    else if (space.level == GDB_RUNNING_LEVEL)
        space.level = hv_machine_level(s->machine);
    return space;
}

/* ---- What it is ---- */

static void query_supported(struct gdb_session *s, struct gdb_scan *scan)
{
    s->tells_breaks = strstr(scan->at, "swbreak+") && strstr(scan->at, "hwbreak+");
    gdb_print(&s->reply, "PacketSize=%x;qXfer:features:read+;QStartNoAckMode+;vContSupported+%s", GDB_PACKET_BYTES,
              s->tells_breaks ? ";swbreak+;hwbreak+" : "");
}

static void start_no_ack(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    s->no_ack = true;
    reply(s, "OK");
}

static void read_features(struct gdb_session *s, struct gdb_scan *scan)
{
    uint64_t offset, length;
    if (!gdb_scan_text(scan, "target.xml:")) {
        reply(s, "E00");
        return;
    }
    if (!gdb_scan_number(scan, UINT32_MAX, &offset) || !gdb_scan_text(scan, ",") ||
        !gdb_scan_number(scan, UINT32_MAX, &length) || !gdb_scan_end(scan)) {
        reply(s, INVALID);
        return;
    }
    const size_t all = strlen(s->description), from = offset < all ? (size_t)offset : all;
    size_t part = all - from < length ? all - from : (size_t)length;
    part = part < GDB_PACKET_BYTES - 1 ? part : GDB_PACKET_BYTES - 1;
    reply(s, from + part == all ? "l" : "m");
    gdb_put(&s->reply, s->description + from, part);
}

static void say_ok(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    reply(s, "OK");
}

/* The run was begun for the debugger: it ends with it. */
static void query_attached(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    reply(s, "0");
}

/* ---- Threads: levels of the VMID, as many as it had at some stop ---- */

static unsigned highest_level(const struct gdb_session *s)
{
    const unsigned running = hv_machine_level(s->machine);
    return s->levels > running ? s->levels : running;
}

/* A thread's level, or GDB_RUNNING_LEVEL for any. */
static bool scan_thread(const struct gdb_session *s, struct gdb_scan *scan, unsigned *level)
{
    uint64_t thread;
    *level = GDB_RUNNING_LEVEL;
    if (gdb_scan_text(scan, "-1"))
        return true;
    if (!gdb_scan_number(scan, highest_level(s) + 1, &thread))
        return false;
    if (thread)
        *level = (unsigned)thread - 1;
    return true;
}

static void select_thread(struct gdb_session *s, struct gdb_scan *scan)
{
    const bool is_general = gdb_scan_text(scan, "g");
    unsigned level;
    if ((!is_general && !gdb_scan_text(scan, "c")) || !scan_thread(s, scan, &level) || !gdb_scan_end(scan)) {
        reply(s, INVALID);
        return;
    }
    if (is_general)
        s->thread = level;
    reply(s, "OK");
}

static void is_thread(struct gdb_session *s, struct gdb_scan *scan)
{
    unsigned level;
    reply(s, scan_thread(s, scan, &level) && gdb_scan_end(scan) ? "OK" : INVALID);
}

static void current_thread(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    gdb_print(&s->reply, "QC%x", gdb_session_level(s) + 1);
}

static void first_threads(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    for (unsigned level = 0; level <= highest_level(s); level++)
        gdb_print(&s->reply, "%c%x", level ? ',' : 'm', level + 1);
}

static void more_threads(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    reply(s, "l");
}

static void describe_thread(struct gdb_session *s, struct gdb_scan *scan)
{
    const struct hv_config *config = hv_machine_config(s->machine);
    const unsigned running = hv_machine_level(s->machine);
    char vmid[VIEW_VMID_SIZE], *text = NULL;
    size_t length;
    unsigned level;
    if (!scan_thread(s, scan, &level) || level == GDB_RUNNING_LEVEL) {
        reply(s, INVALID);
        return;
    }
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return;
    if (level > running)
        fprintf(out, "level %u, not in the VMID", level);
    else
        fprintf(out, "VMID %s, level %u", view_vmid(config, hv_machine_vmid(s->machine), level, vmid), level);
    if (level < running) {
        fputs(", in LVMID at", out);
        gdb_monitor_place(s, level, out);
    }
    if (fclose(out) == 0)
        gdb_put_hex(&s->reply, text, strlen(text));
    free(text);
}

/* ---- Registers ---- */

static void read_general(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    for (unsigned i = 0; i < GDB_GENERAL_REGISTERS; i++)
        gdb_register_put(&s->reply, s->machine, gdb_session_level(s), i);
}

/* Only the level that runs has registers that can be changed. */
static bool may_change(const struct gdb_session *s)
{
    return gdb_session_level(s) == hv_machine_level(s->machine);
}

static void write_general(struct gdb_session *s, struct gdb_scan *scan)
{
    bool good = may_change(s) && scan->end - scan->at == 8 * GDB_GENERAL_REGISTERS;
    for (const char *c = scan->at; good && c < scan->end; c++)
        good = strchr("0123456789abcdefABCDEF", *c) && *c;
    for (unsigned i = 0; good && i < GDB_GENERAL_REGISTERS; i++)
        good = gdb_register_set(scan, s->machine, i);
    reply(s, good ? "OK" : INVALID);
}

static void read_register(struct gdb_session *s, struct gdb_scan *scan)
{
    uint64_t number;
    if (!gdb_scan_number(scan, UINT32_MAX, &number) || !gdb_scan_end(scan) ||
        !gdb_register_put(&s->reply, s->machine, gdb_session_level(s), number))
        reply(s, INVALID);
}

static void write_register(struct gdb_session *s, struct gdb_scan *scan)
{
    uint64_t number;
    const bool good = may_change(s) && gdb_scan_number(scan, UINT32_MAX, &number) && gdb_scan_text(scan, "=") &&
                      scan->end - scan->at == 8 && gdb_register_set(scan, s->machine, number);
    reply(s, good ? "OK" : INVALID);
}

/* ---- Memory ---- */

static bool scan_range(struct gdb_scan *scan, uint64_t *name, uint64_t *length)
{
    return gdb_scan_number(scan, UINT32_MAX, name) && gdb_scan_text(scan, ",") &&
           gdb_scan_number(scan, UINT32_MAX, length);
}

static void read_memory(struct gdb_session *s, struct gdb_scan *scan)
{
    uint8_t bytes[GDB_PACKET_BYTES / 2];
    uint64_t name, length;
    if (!scan_range(scan, &name, &length) || !gdb_scan_end(scan)) {
        reply(s, INVALID);
        return;
    }
    const struct gdb_space space = gdb_session_space(s);
    const size_t wanted = length < sizeof bytes ? (size_t)length : sizeof bytes;
    const size_t count = gdb_memory_read(s->machine, &space, (uint32_t)name, bytes, wanted);
    if (wanted && !count)
        reply(s, FAULT);
    else
        gdb_put_hex(&s->reply, bytes, count);
}

static void write_bytes(struct gdb_session *s, uint64_t name, const void *bytes, size_t length)
{
    const struct gdb_space space = gdb_session_space(s);
    reply(s, gdb_memory_write(s->machine, &space, (uint32_t)name, bytes, length) ? "OK" : FAULT);
}

static void write_memory(struct gdb_session *s, struct gdb_scan *scan)
{
    uint8_t bytes[GDB_PACKET_BYTES / 2];
    uint64_t name, length;
    if (scan_range(scan, &name, &length) && gdb_scan_text(scan, ":") && length <= sizeof bytes &&
        gdb_scan_hex(scan, bytes, (size_t)length) && gdb_scan_end(scan))
        write_bytes(s, name, bytes, (size_t)length);
    else
        reply(s, INVALID);
}

static void write_binary(struct gdb_session *s, struct gdb_scan *scan)
{
    uint64_t name, length;
    if (scan_range(scan, &name, &length) && gdb_scan_text(scan, ":") && length == (uint64_t)(scan->end - scan->at))
        write_bytes(s, name, scan->at, (size_t)length);
    else
        reply(s, INVALID);
}

/* ---- Breakpoints and watchpoints ---- */

static bool scan_point(const struct gdb_session *s, struct gdb_scan *scan, struct gdb_point *point)
{
    uint64_t kind, address, length;
    if (!gdb_scan_number(scan, GDB_WATCH_ACCESS, &kind) || !gdb_scan_text(scan, ",") ||
        !scan_range(scan, &address, &length) || !gdb_scan_end(scan))
        return false;
    const bool watches = kind >= GDB_WATCH_WRITE;
    *point = (struct gdb_point){(enum gdb_point_kind)kind, (uint32_t)address, (uint32_t)length,
                                watches && s->space.kind == GDB_REAL};
    return !watches || (length && s->space.kind != GDB_RESOURCE);
}

static void insert_point(struct gdb_session *s, struct gdb_scan *scan)
{
    struct gdb_point point;
    if (!scan_point(s, scan, &point))
        reply(s, INVALID);
    else
        reply(s, gdb_stops_insert(&s->stops, s->machine, &point) ? "OK" : TOO_MANY);
}

/* Whatever space it was set in. */
static void remove_point(struct gdb_session *s, struct gdb_scan *scan)
{
    struct gdb_point point;
    const struct gdb_space space = s->space;
    s->space.kind = GDB_PROCESS;
    const bool good = scan_point(s, scan, &point);
    s->space = space;
    if (good)
        gdb_stops_remove(&s->stops, s->machine, &point);
    reply(s, good ? "OK" : INVALID);
}

/* ---- Going on ---- */

/* c and s with an address, C and S with a signal, which has no meaning here, and an address. */
static bool scan_jump(struct gdb_session *s, struct gdb_scan *scan, bool signal)
{
    uint64_t number, address;
    if (signal && !gdb_scan_number(scan, 255, &number))
        return false;
    if (gdb_scan_end(scan))
        return true;
    if ((signal && !gdb_scan_text(scan, ";")) || !gdb_scan_number(scan, UINT32_MAX, &address) || !gdb_scan_end(scan))
        return false;
    hv_machine_set_pc(s->machine, (uint32_t)address);
    return true;
}

static void go(struct gdb_session *s, struct gdb_scan *scan, bool signal, bool step)
{
    if (!scan_jump(s, scan, signal))
        reply(s, INVALID);
    else if (step)
        gdb_resume_step(s, hv_machine_level(s->machine), 0, 0);
    else
        gdb_resume_continue(s);
}

static void go_c(struct gdb_session *s, struct gdb_scan *scan)
{
    go(s, scan, false, false);
}

static void go_C(struct gdb_session *s, struct gdb_scan *scan)
{
    go(s, scan, true, false);
}

static void go_s(struct gdb_session *s, struct gdb_scan *scan)
{
    go(s, scan, false, true);
}

static void go_S(struct gdb_session *s, struct gdb_scan *scan)
{
    go(s, scan, true, true);
}

static void query_vcont(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    reply(s, "vCont;c;C;s;S;r");
}

/* An action of vCont, and whose. */
struct action {
    bool steps;
    unsigned level;
    uint64_t range_start, range_end;
};

static bool scan_action(const struct gdb_session *s, struct gdb_scan *scan, struct action *action)
{
    uint64_t signal;
    *action = (struct action){.level = GDB_RUNNING_LEVEL};
    if (gdb_scan_text(scan, "r")) {
        action->steps = true;
        if (!scan_range(scan, &action->range_start, &action->range_end) || action->range_end < action->range_start)
            return false;
    } else if (gdb_scan_text(scan, "S") || gdb_scan_text(scan, "C")) {
        action->steps = scan->at[-1] == 'S';
        if (!gdb_scan_number(scan, 255, &signal))
            return false;
    } else if (gdb_scan_text(scan, "s")) {
        action->steps = true;
    } else if (!gdb_scan_text(scan, "c")) {
        return false;
    }
    return !gdb_scan_text(scan, ":") || scan_thread(s, scan, &action->level);
}

/* There is one hart: a step of one level is a step of the machine, the others go on as far as it takes. */
static void go_vcont(struct gdb_session *s, struct gdb_scan *scan)
{
    struct action step = {0}, action;
    bool good = false;
    while (gdb_scan_text(scan, ";")) {
        good = scan_action(s, scan, &action);
        if (!good)
            break;
        if (action.steps && !step.steps)
            step = action;
    }
    const unsigned running = hv_machine_level(s->machine);
    if (!good || !gdb_scan_end(scan))
        reply(s, INVALID);
    else if (step.steps)
        gdb_resume_step(s, step.level < running ? step.level : running, (uint32_t)step.range_start,
                        (uint32_t)step.range_end);
    else
        gdb_resume_continue(s);
}

static void say_why(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    gdb_put(&s->reply, s->stopped.data, s->stopped.length);
}

/* ---- Ends ---- */

static void end(struct gdb_session *s, enum gdb_end how)
{
    s->running = false;
    s->end = how;
}

static void detach(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    end(s, GDB_DETACHED);
    reply(s, "OK");
}

static void kill_quietly(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    end(s, GDB_KILLED);
}

static void kill_vkill(struct gdb_session *s, struct gdb_scan *scan)
{
    kill_quietly(s, scan);
    reply(s, "OK");
}

/* ---- Commands of the user for Nestor ---- */

static void monitor(struct gdb_session *s, struct gdb_scan *scan)
{
    char line[GDB_PACKET_BYTES / 2 + 1], *text = NULL;
    const size_t length = (size_t)(scan->end - scan->at) / 2;
    size_t said;
    if (!gdb_scan_hex(scan, line, length) || !gdb_scan_end(scan)) {
        reply(s, INVALID);
        return;
    }
    line[length] = 0;
    FILE *out = open_memstream(&text, &said);
    if (out) {
        gdb_monitor(s, line, out);
        if (fclose(out) == 0)
            gdb_session_tell(s, text);
        free(text);
    }
    reply(s, "OK");
}

/* ---- Packets ---- */

/* The first one that the packet begins with. */
static const struct command {
    const char *begin;
    void (*answer)(struct gdb_session *, struct gdb_scan *);
    bool while_running, silent; /* silent: it has no answer, or a later one, if the machine runs */
} commands[] = {
    {"qSupported", query_supported, false, false},
    {"QStartNoAckMode", start_no_ack, false, false},
    {"qXfer:features:read:", read_features, false, false},
    {"qSymbol:", say_ok, false, false},
    {"qAttached", query_attached, false, false},
    {"qfThreadInfo", first_threads, false, false},
    {"qsThreadInfo", more_threads, false, false},
    {"qThreadExtraInfo,", describe_thread, false, false},
    {"qRcmd,", monitor, false, false},
    {"qC", current_thread, false, false},
    {"vCont?", query_vcont, false, false},
    {"vCont", go_vcont, false, true},
    {"vKill;", kill_vkill, true, false},
    {"?", say_why, false, false},
    {"H", select_thread, false, false},
    {"T", is_thread, false, false},
    {"g", read_general, false, false},
    {"G", write_general, false, false},
    {"p", read_register, false, false},
    {"P", write_register, false, false},
    {"m", read_memory, false, false},
    {"M", write_memory, false, false},
    {"X", write_binary, false, false},
    {"Z", insert_point, false, false},
    {"z", remove_point, false, false},
    {"c", go_c, false, true},
    {"C", go_C, false, true},
    {"s", go_s, false, true},
    {"S", go_S, false, true},
    {"D", detach, true, false},
    {"k", kill_quietly, true, true},
};

/* What is not known has the empty answer, which says so. */
static void packet(struct gdb_session *s)
{
    struct gdb_scan scan = {s->input.data, s->input.data + s->input.length};
    const struct command *command = NULL;
    for (size_t i = 0; !command && i < sizeof commands / sizeof *commands; i++)
        if (gdb_scan_text(&scan, commands[i].begin))
            command = &commands[i];
    s->reply.length = 0;
    s->reply.full = false;
    if (s->running && !(command && command->while_running))
        reply(s, BUSY);
    else if (command)
        command->answer(s, &scan);
    if (s->reply.full) {
        s->reply.length = 0;
        reply(s, TOO_MANY);
    }
    if (s->reply.length || !command || !command->silent)
        gdb_session_send(s, &s->reply);
}

static void interrupt(struct gdb_session *s)
{
    if (s->running)
        gdb_resume_stop(s, SIGNAL_INTERRUPT, "");
}

static void input_byte(struct gdb_session *s, uint8_t byte)
{
    switch (gdb_receive(&s->input, byte)) {
    case GDB_PACKET:
        acknowledge(s, "+");
        packet(s);
        break;
    case GDB_TOO_LONG:
        acknowledge(s, "+");
        s->reply.length = 0;
        reply(s, INVALID);
        gdb_session_send(s, &s->reply);
        break;
    case GDB_BAD:
        acknowledge(s, "-");
        break;
    case GDB_INTERRUPT:
        interrupt(s);
        break;
    case GDB_NAK:
        s->host.send(s->host.context, s->frame, s->frame_length);
        break;
    default:
        break;
    }
}

void gdb_session_input(struct gdb_session *s, const void *bytes, size_t length)
{
    const uint8_t *byte = bytes;
    for (size_t i = 0; i < length && s->end == GDB_OPEN; i++)
        input_byte(s, byte[i]);
}

/* ---- Life ---- */

struct gdb_session *gdb_session_new(struct hv_machine *machine, const struct view_places *places,
                                    const struct hv_vms *scope, const struct gdb_host *host)
{
    struct gdb_session *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->machine = machine;
    s->places = places;
    s->host = *host;
    s->thread = s->space.level = GDB_RUNNING_LEVEL;
    s->stops.scope = *scope;
    s->told = gdb_place_now(machine);
    s->levels = hv_machine_level(machine);
    gdb_print(&s->stopped, "T05thread:%x;", hv_machine_level(machine) + 1);
    s->description = gdb_target_description(machine);
    if (s->description)
        return s;
    free(s);
    return NULL;
}

void gdb_session_free(struct gdb_session *s)
{
    if (!s)
        return;
    hv_machine_breakpoints(s->machine, NULL, 0);
    free(s->description);
    free(s);
}

bool gdb_session_running(const struct gdb_session *s)
{
    return s->running;
}

void gdb_session_abort(struct gdb_session *s, int signal, const char *text)
{
    if (s->end != GDB_OPEN)
        return;
    if (s->running) /* at any other time the other side expects nothing */
        gdb_session_tell(s, text);
    end(s, GDB_ENDED);
    s->reply.length = 0;
    gdb_print(&s->reply, "X%02x", (unsigned)signal & 255);
    gdb_session_send(s, &s->reply);
}

enum gdb_end gdb_session_ended(const struct gdb_session *s)
{
    return s->end;
}
