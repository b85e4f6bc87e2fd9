/* A debugger's session with a machine, by GDB's remote serial protocol: bytes in, bytes out. It knows no socket; its
 * host gives it what has come, sends what it says, and lets it run the machine a little at a time.
 *
 * Threads are the levels of the VMID: thread n + 1 is level n, the highest one is the VM that runs. Memory is the
 * selected thread's, by process name, or what `monitor space` says. Whatever the other side sends, the session answers
 * or ends.
 */
#ifndef GDB_SESSION_H
#define GDB_SESSION_H

#include "model/machine.h"
#include "view/places.h"

struct gdb_session;

struct gdb_host {
    void *context;
    void (*send)(void *context, const void *bytes, size_t length);
    /* Let the machine make up to `limit` records, as hv_machine_run does, breakpoints and all; or one, as
     * hv_machine_step does, with room for HV_MAX_WRITES. */
    enum hv_stop (*run)(void *context, uint64_t limit);
    enum hv_stop (*record)(void *context, struct hv_commit *commit, struct hv_bus_write *writes, size_t *count);
};

/* Breakpoints and watchpoints hold for the VMs of `scope` at first. `places` may be NULL: names of places are not
 * known. NULL when memory runs out. */
struct gdb_session *gdb_session_new(struct hv_machine *machine, const struct view_places *places,
                                    const struct hv_vms *scope, const struct gdb_host *host);
/* The machine keeps no breakpoint. */
void gdb_session_free(struct gdb_session *session);

/* These bytes have come. */
void gdb_session_input(struct gdb_session *session, const void *bytes, size_t length);

/* Is the machine to run? Then this runs it, for some milliseconds at most, and says so to the debugger if it has
 * stopped. */
bool gdb_session_running(const struct gdb_session *session);
void gdb_session_run(struct gdb_session *session);

/* Nestor ends the run: by a signal's number, with a line of text for the debugger's user. */
void gdb_session_abort(struct gdb_session *session, int signal, const char *text);

enum gdb_end {
    GDB_OPEN,
    GDB_ENDED,    /* the machine has stopped for good, or the run was aborted, and the debugger knows it */
    GDB_DETACHED, /* the machine is to go on without a debugger */
    GDB_KILLED
};
enum gdb_end gdb_session_ended(const struct gdb_session *session);

#endif
