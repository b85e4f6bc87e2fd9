/* A session's state, and what its files offer each other: session.c (bytes) -> answers.c (packets) -> go.c, resume.c
 * (running) and monitor.c, show.c (what `monitor` asks) -> stops.c, memory.c, registers.c -> packet.c. */
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

/* Append to the answer that is under way. */
void gdb_reply(struct gdb_session *session, const char *text);

/* Errors in answers, as errno numbers them. */
#define GDB_INVALID  "E16" /* EINVAL */
#define GDB_FAULT    "E0e" /* EFAULT */
#define GDB_BUSY     "E10" /* EBUSY */
#define GDB_TOO_MANY "E1c" /* ENOSPC */

/* answers.c: answer the packet that has come; what is not known has the empty answer, which says so. */
void gdb_answer(struct gdb_session *session);
/* A thread's level, or GDB_RUNNING_LEVEL for any. */
bool gdb_scan_thread(const struct gdb_session *session, struct gdb_scan *scan, unsigned *level);
/* Two numbers of 32 bits with a comma between them: a name and a length, or two names. */
bool gdb_scan_range(struct gdb_scan *scan, uint64_t *name, uint64_t *length);

/* go.c: packets; `scan` is behind their first letters. */
void gdb_go_c(struct gdb_session *session, struct gdb_scan *scan);
void gdb_go_C(struct gdb_session *session, struct gdb_scan *scan);
void gdb_go_s(struct gdb_session *session, struct gdb_scan *scan);
void gdb_go_S(struct gdb_session *session, struct gdb_scan *scan);
void gdb_go_vcont(struct gdb_session *session, struct gdb_scan *scan);

/* resume.c: go on; `step`: for an instruction of the VM at `level` of the VMID, and while its pc is in
 * [range_start, range_end). */
void gdb_resume_continue(struct gdb_session *session);
void gdb_resume_step(struct gdb_session *session, unsigned level, uint32_t range_start, uint32_t range_end);
/* Say that the machine has stopped, by a signal's number. */
void gdb_resume_stop(struct gdb_session *session, int signal, const char *reason);

/* A command line in words; the first one is the command's name. */
enum { GDB_MAX_WORDS = 8 };
struct gdb_line {
    char *words[GDB_MAX_WORDS];
    unsigned count, next;
};

/* show.c: " pc 80000068 <main+0x10 main.c:12>": where a level of the VMID is; where its LVMID is, if it is suspended.
 */
void gdb_show_place(const struct gdb_session *session, unsigned level, FILE *out);
/* Write what a command shows to `out`. */
void gdb_show_vmid(struct gdb_session *session, struct gdb_line *line, FILE *out);
void gdb_show_maps(struct gdb_session *session, struct gdb_line *line, FILE *out);
void gdb_show_walk(struct gdb_session *session, struct gdb_line *line, FILE *out);
void gdb_show_world(struct gdb_session *session, struct gdb_line *line, FILE *out);

/* monitor.c: do a command line; what it says is written to `out`. */
void gdb_monitor(struct gdb_session *session, char *line, FILE *out);
/* The next word of the line; NULL: there is none. */
const char *gdb_next_word(struct gdb_line *line);
/* A number as C has it; false if `word` is NULL, none, or beyond `max`. */
bool gdb_read_number(const char *word, uint64_t max, uint64_t *value);

#endif
