#include "gdb/session_internal.h"

#include "gdb/registers.h"

#include <stdlib.h>
#include <string.h>

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

void gdb_reply(struct gdb_session *s, const char *text)
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

/* ---- Receiving ---- */

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
        gdb_answer(s);
        break;
    case GDB_TOO_LONG:
        acknowledge(s, "+");
        s->reply.length = 0;
        gdb_reply(s, GDB_INVALID);
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
    s->running = false;
    s->end = GDB_ENDED;
    s->reply.length = 0;
    gdb_print(&s->reply, "X%02x", (unsigned)signal & 255);
    gdb_session_send(s, &s->reply);
}

enum gdb_end gdb_session_ended(const struct gdb_session *s)
{
    return s->end;
}
