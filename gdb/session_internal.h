/* A session's state, and what its files offer each other: session.c (packets) -> resume.c (running) and monitor.c (what
 * `monitor` asks) -> stops.c, memory.c, registers.c -> packet.c. */
#ifndef GDB_SESSION_INTERNAL_H
#define GDB_SESSION_INTERNAL_H

#include "gdb/memory.h"
#include "gdb/packet.h"
#include "gdb/session.h"
#include "gdb/stops.h"

#include <stdio.h>

/* A place of a VM. */
struct gdb_place {
    unsigned level;
    uint64_t vmid;
    uint32_t pc;
};

/* How the machine runs. */
struct gdb_resume {
    bool stepping; /* until `from`'s VM has done an instruction, and is beyond the range */
    bool done;     /* that instruction has been done */
    struct gdb_place from;
    uint32_t range_start, range_end; /* process names; equal: none */
    bool skipping;                   /* a breakpoint here was told: it holds again when its instruction has been done */
    struct gdb_place skip;
};

enum { GDB_RUNNING_LEVEL = HV_MAX_DEPTH + 1 }; /* in place of a level: whichever runs */

struct gdb_session {
    struct hv_machine *machine;
    const struct view_places *places;
    struct gdb_host host;
    char *description; /* of the target */
    struct gdb_input input;
    bool no_ack;
    bool tells_breaks; /* the other side knows swbreak and hwbreak */
    size_t frame_length;
    char frame[GDB_FRAME_BYTES]; /* sent last */
    struct gdb_text reply;
    struct gdb_text stopped; /* the stop reply that was sent last */
    unsigned levels; /* the highest level that was there at a stop: threads stay, or GDB would number them anew */
    unsigned thread; /* level selected by Hg, or GDB_RUNNING_LEVEL */
    struct gdb_space space; /* its level: of resource names, or GDB_RUNNING_LEVEL */
    struct gdb_stops stops;
    bool running;
    struct gdb_place told; /* where the machine was said to have stopped */
    struct gdb_resume resume;
    enum gdb_end end;
};

/* The place where the machine is. */
static inline struct gdb_place gdb_place_now(const struct hv_machine *machine)
{
    return (struct gdb_place){hv_machine_level(machine), hv_machine_vmid(machine), hv_machine_pc(machine)};
}

/* session.c */
void gdb_session_send(struct gdb_session *session, const struct gdb_text *data);
/* Text for the debugger's user, of any length. */
void gdb_session_tell(struct gdb_session *session, const char *text);
/* The level whose registers and names are meant now; it may be none of the VMID's any more. */
unsigned gdb_session_level(const struct gdb_session *session);
struct gdb_space gdb_session_space(const struct gdb_session *session);

/* resume.c: go on; `step`: for an instruction of the VM at `level` of the VMID, and while its pc is in
 * [range_start, range_end). */
void gdb_resume_continue(struct gdb_session *session);
void gdb_resume_step(struct gdb_session *session, unsigned level, uint32_t range_start, uint32_t range_end);
/* Say that the machine has stopped, by a signal's number. */
void gdb_resume_stop(struct gdb_session *session, int signal, const char *reason);

/* monitor.c: do a command line; what it says is written to `out`. */
void gdb_monitor(struct gdb_session *session, char *line, FILE *out);
/* " pc 80000068 <main+0x10 main.c:12>": where a level of the VMID is; where its LVMID is, if it is suspended. */
void gdb_monitor_place(const struct gdb_session *session, unsigned level, FILE *out);

#endif
