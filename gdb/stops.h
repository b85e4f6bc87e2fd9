/* Where a debugger wants the machine to stop: breakpoints and watchpoints of its packets, for which VMs they hold, and
 * events of the Hardware Virtualizer.
 *
 * All levels use the same names. So breakpoints and watchpoints hold for the VMs of a scope, and a breakpoint at an
 * address may be bound to VMs of its own.
 */
#ifndef GDB_STOPS_H
#define GDB_STOPS_H

#include "model/machine.h"

/* Kinds as in the packets Z0 to Z4. */
enum gdb_point_kind { GDB_BREAK_SOFTWARE, GDB_BREAK_HARDWARE, GDB_WATCH_WRITE, GDB_WATCH_READ, GDB_WATCH_ACCESS };

struct gdb_point {
    enum gdb_point_kind kind;
    uint32_t address, length; /* length: of a watchpoint, bytes, at least 1; of a breakpoint it means nothing */
    bool real;                /* a watchpoint on real names, of whatever VM, and of what the hardware itself writes */
};

struct gdb_binding {
    uint32_t address;
    struct hv_vms vms;
};

enum gdb_catch { GDB_CATCH_VMFAULT, GDB_CATCH_LVMID, GDB_CATCH_TRAP, GDB_CATCHES };

enum { GDB_MAX_POINTS = 256 };

struct gdb_stops {
    struct hv_vms scope;
    struct gdb_point points[GDB_MAX_POINTS];
    struct gdb_binding bindings[GDB_MAX_POINTS];
    size_t count, bound, watchpoints;
    struct {
        bool on;
        struct hv_vms vms; /* who faults, executes LVMID or traps */
    } catches[GDB_CATCHES];
    struct hv_breakpoint breakpoints[GDB_MAX_POINTS]; /* the machine's */
};

/* Insert or remove; what is there already, or is not, changes nothing. False: there are too many. */
bool gdb_stops_insert(struct gdb_stops *stops, struct hv_machine *machine, const struct gdb_point *point);
void gdb_stops_remove(struct gdb_stops *stops, struct hv_machine *machine, const struct gdb_point *point);

/* Bind breakpoints at `address` to these VMs; NULL: to the scope again. False: there are too many. */
bool gdb_stops_bind(struct gdb_stops *stops, struct hv_machine *machine, uint32_t address, const struct hv_vms *vms);
void gdb_stops_set_scope(struct gdb_stops *stops, struct hv_machine *machine, const struct hv_vms *vms);

/* Is there anything for which each record must be looked at? */
bool gdb_stops_look(const struct gdb_stops *stops);

/* The software or hardware breakpoint at an address; NULL if there is none. */
const struct gdb_point *gdb_stops_break_at(const struct gdb_stops *stops, uint32_t address);

/* The watchpoint that a record has touched, with the first name of what was touched; NULL: none. */
const struct gdb_point *gdb_stops_watched(const struct gdb_stops *stops, const struct hv_commit *commit,
                                          const struct hv_bus_write *writes, size_t count, uint32_t *name);

/* Is it a record of an event to be caught? */
bool gdb_stops_caught(const struct gdb_stops *stops, const struct hv_commit *commit);

#endif
