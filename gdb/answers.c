/* The answers to packets, but for those that let the machine run. */
#include "gdb/registers.h"
#include "gdb/session_internal.h"
#include "view/names.h"

#include <stdlib.h>
#include <string.h>

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
    gdb_reply(s, "OK");
}

static void read_features(struct gdb_session *s, struct gdb_scan *scan)
{
    uint64_t offset, length;
    if (!gdb_scan_text(scan, "target.xml:")) {
        gdb_reply(s, "E00");
        return;
    }
    if (!gdb_scan_number(scan, UINT32_MAX, &offset) || !gdb_scan_text(scan, ",") ||
        !gdb_scan_number(scan, UINT32_MAX, &length) || !gdb_scan_end(scan)) {
        gdb_reply(s, GDB_INVALID);
        return;
    }
    const size_t all = strlen(s->description), from = offset < all ? (size_t)offset : all;
    size_t part = all - from < length ? all - from : (size_t)length;
    part = part < GDB_PACKET_BYTES - 1 ? part : GDB_PACKET_BYTES - 1;
    gdb_reply(s, from + part == all ? "l" : "m");
    gdb_put(&s->reply, s->description + from, part);
}

static void say_ok(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    gdb_reply(s, "OK");
}

/* The run was begun for the debugger: it ends with it. */
static void query_attached(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    gdb_reply(s, "0");
}

/* ---- Threads: levels of the VMID, as many as it had at some stop ---- */

static unsigned highest_level(const struct gdb_session *s)
{
    const unsigned running = hv_machine_level(s->machine);
    return s->levels > running ? s->levels : running;
}

bool gdb_scan_thread(const struct gdb_session *s, struct gdb_scan *scan, unsigned *level)
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
    if ((!is_general && !gdb_scan_text(scan, "c")) || !gdb_scan_thread(s, scan, &level) || !gdb_scan_end(scan)) {
        gdb_reply(s, GDB_INVALID);
        return;
    }
    if (is_general)
        s->thread = level;
    gdb_reply(s, "OK");
}

static void is_thread(struct gdb_session *s, struct gdb_scan *scan)
{
    unsigned level;
    gdb_reply(s, gdb_scan_thread(s, scan, &level) && gdb_scan_end(scan) ? "OK" : GDB_INVALID);
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
    gdb_reply(s, "l");
}

static void describe_thread(struct gdb_session *s, struct gdb_scan *scan)
{
    const struct hv_config *config = hv_machine_config(s->machine);
    const unsigned running = hv_machine_level(s->machine);
    char vmid[VIEW_VMID_SIZE], *text = NULL;
    size_t length;
    unsigned level;
    if (!gdb_scan_thread(s, scan, &level) || level == GDB_RUNNING_LEVEL) {
        gdb_reply(s, GDB_INVALID);
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
        gdb_show_place(s, level, out);
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
    gdb_reply(s, good ? "OK" : GDB_INVALID);
}

static void read_register(struct gdb_session *s, struct gdb_scan *scan)
{
    uint64_t number;
    if (!gdb_scan_number(scan, UINT32_MAX, &number) || !gdb_scan_end(scan) ||
        !gdb_register_put(&s->reply, s->machine, gdb_session_level(s), number))
        gdb_reply(s, GDB_INVALID);
}

static void write_register(struct gdb_session *s, struct gdb_scan *scan)
{
    uint64_t number;
    const bool good = may_change(s) && gdb_scan_number(scan, UINT32_MAX, &number) && gdb_scan_text(scan, "=") &&
                      scan->end - scan->at == 8 && gdb_register_set(scan, s->machine, number);
    gdb_reply(s, good ? "OK" : GDB_INVALID);
}

/* ---- Memory ---- */

bool gdb_scan_range(struct gdb_scan *scan, uint64_t *name, uint64_t *length)
{
    return gdb_scan_number(scan, UINT32_MAX, name) && gdb_scan_text(scan, ",") &&
           gdb_scan_number(scan, UINT32_MAX, length);
}

static void read_memory(struct gdb_session *s, struct gdb_scan *scan)
{
    uint8_t bytes[GDB_PACKET_BYTES / 2];
    uint64_t name, length;
    if (!gdb_scan_range(scan, &name, &length) || !gdb_scan_end(scan)) {
        gdb_reply(s, GDB_INVALID);
        return;
    }
    const struct gdb_space space = gdb_session_space(s);
    const size_t wanted = length < sizeof bytes ? (size_t)length : sizeof bytes;
    const size_t count = gdb_memory_read(s->machine, &space, (uint32_t)name, bytes, wanted);
    if (wanted && !count)
        gdb_reply(s, GDB_FAULT);
    else
        gdb_put_hex(&s->reply, bytes, count);
}

static void write_bytes(struct gdb_session *s, uint64_t name, const void *bytes, size_t length)
{
    const struct gdb_space space = gdb_session_space(s);
    gdb_reply(s, gdb_memory_write(s->machine, &space, (uint32_t)name, bytes, length) ? "OK" : GDB_FAULT);
}

static void write_memory(struct gdb_session *s, struct gdb_scan *scan)
{
    uint8_t bytes[GDB_PACKET_BYTES / 2];
    uint64_t name, length;
    if (gdb_scan_range(scan, &name, &length) && gdb_scan_text(scan, ":") && length <= sizeof bytes &&
        gdb_scan_hex(scan, bytes, (size_t)length) && gdb_scan_end(scan))
        write_bytes(s, name, bytes, (size_t)length);
    else
        gdb_reply(s, GDB_INVALID);
}

static void write_binary(struct gdb_session *s, struct gdb_scan *scan)
{
    uint64_t name, length;
    if (gdb_scan_range(scan, &name, &length) && gdb_scan_text(scan, ":") && length == (uint64_t)(scan->end - scan->at))
        write_bytes(s, name, scan->at, (size_t)length);
    else
        gdb_reply(s, GDB_INVALID);
}

/* ---- Breakpoints and watchpoints ---- */

static bool scan_point(const struct gdb_session *s, struct gdb_scan *scan, struct gdb_point *point)
{
    uint64_t kind, address, length;
    if (!gdb_scan_number(scan, GDB_WATCH_ACCESS, &kind) || !gdb_scan_text(scan, ",") ||
        !gdb_scan_range(scan, &address, &length) || !gdb_scan_end(scan))
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
        gdb_reply(s, GDB_INVALID);
    else
        gdb_reply(s, gdb_stops_insert(&s->stops, s->machine, &point) ? "OK" : GDB_TOO_MANY);
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
    gdb_reply(s, good ? "OK" : GDB_INVALID);
}

static void query_vcont(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    gdb_reply(s, "vCont;c;C;s;S;r");
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
    gdb_reply(s, "OK");
}

static void kill_quietly(struct gdb_session *s, struct gdb_scan *scan)
{
    (void)scan;
    end(s, GDB_KILLED);
}

static void kill_vkill(struct gdb_session *s, struct gdb_scan *scan)
{
    kill_quietly(s, scan);
    gdb_reply(s, "OK");
}

/* ---- Commands of the user for Nestor ---- */

static void monitor(struct gdb_session *s, struct gdb_scan *scan)
{
    char line[GDB_PACKET_BYTES / 2 + 1], *text = NULL;
    const size_t length = (size_t)(scan->end - scan->at) / 2;
    size_t said;
    if (!gdb_scan_hex(scan, line, length) || !gdb_scan_end(scan)) {
        gdb_reply(s, GDB_INVALID);
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
    gdb_reply(s, "OK");
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
    {"vCont", gdb_go_vcont, false, true},
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
    {"c", gdb_go_c, false, true},
    {"C", gdb_go_C, false, true},
    {"s", gdb_go_s, false, true},
    {"S", gdb_go_S, false, true},
    {"D", detach, true, false},
    {"k", kill_quietly, true, true},
};

void gdb_answer(struct gdb_session *s)
{
    struct gdb_scan scan = {s->input.data, s->input.data + s->input.length};
    const struct command *command = NULL;
    for (size_t i = 0; !command && i < sizeof commands / sizeof *commands; i++)
        if (gdb_scan_text(&scan, commands[i].begin))
            command = &commands[i];
    s->reply.length = 0;
    s->reply.full = false;
    if (s->running && !(command && command->while_running))
        gdb_reply(s, GDB_BUSY);
    else if (command)
        command->answer(s, &scan);
    if (s->reply.full) {
        s->reply.length = 0;
        gdb_reply(s, GDB_TOO_MANY);
    }
    if (s->reply.length || !command || !command->silent)
        gdb_session_send(s, &s->reply);
}
