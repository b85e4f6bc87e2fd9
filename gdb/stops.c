#include "gdb/stops.h"

static bool is_watchpoint(const struct gdb_point *point)
{
    return point->kind >= GDB_WATCH_WRITE;
}

/* ---- The list ---- */

static struct gdb_binding *binding_at(struct gdb_stops *stops, uint32_t address)
{
    for (size_t i = 0; i < stops->bound; i++)
        if (stops->bindings[i].address == address)
            return &stops->bindings[i];
    return NULL;
}

/* The list has changed: give the machine its breakpoints. */
static void apply(struct gdb_stops *stops, struct hv_machine *machine)
{
    size_t count = 0;
    stops->watchpoints = 0;
    for (size_t i = 0; i < stops->count; i++) {
        const struct gdb_point *point = &stops->points[i];
        const struct gdb_binding *binding = binding_at(stops, point->address);
        if (is_watchpoint(point))
            stops->watchpoints++;
        else
            stops->breakpoints[count++] = (struct hv_breakpoint){point->address, binding ? binding->vms : stops->scope};
    }
    hv_machine_breakpoints(machine, stops->breakpoints, count);
}

/* By kind, address and length, as the protocol has it; a watchpoint that was set in another space is the same. */
static size_t find(const struct gdb_stops *stops, const struct gdb_point *point)
{
    size_t i = 0;
    while (i < stops->count && !(stops->points[i].kind == point->kind && stops->points[i].address == point->address &&
                                 stops->points[i].length == point->length))
        i++;
    return i;
}

bool gdb_stops_insert(struct gdb_stops *stops, struct hv_machine *machine, const struct gdb_point *point)
{
    const size_t place = find(stops, point);
    if (place == GDB_MAX_POINTS)
        return false;
    if (place == stops->count)
        stops->count++;
    stops->points[place] = *point;
    apply(stops, machine);
    return true;
}

void gdb_stops_remove(struct gdb_stops *stops, struct hv_machine *machine, const struct gdb_point *point)
{
    const size_t place = find(stops, point);
    if (place == stops->count)
        return;
    stops->points[place] = stops->points[--stops->count];
    apply(stops, machine);
}

bool gdb_stops_bind(struct gdb_stops *stops, struct hv_machine *machine, uint32_t address, const struct hv_vms *vms)
{
    struct gdb_binding *binding = binding_at(stops, address);
    if (!vms) {
        if (binding)
            *binding = stops->bindings[--stops->bound];
    } else {
        if (!binding && stops->bound == GDB_MAX_POINTS)
            return false;
        if (!binding)
            binding = &stops->bindings[stops->bound++];
        *binding = (struct gdb_binding){address, *vms};
    }
    apply(stops, machine);
    return true;
}

void gdb_stops_set_scope(struct gdb_stops *stops, struct hv_machine *machine, const struct hv_vms *vms)
{
    stops->scope = *vms;
    apply(stops, machine);
}

bool gdb_stops_look(const struct gdb_stops *stops)
{
    bool look = stops->watchpoints != 0;
    for (unsigned i = 0; i < GDB_CATCHES; i++)
        look |= stops->catches[i].on;
    return look;
}

const struct gdb_point *gdb_stops_break_at(const struct gdb_stops *stops, uint32_t address)
{
    for (size_t i = 0; i < stops->count; i++)
        if (!is_watchpoint(&stops->points[i]) && stops->points[i].address == address)
            return &stops->points[i];
    return NULL;
}

/* ---- Records ---- */

/* Do [name, name + bytes) and the point's names meet? Then *first is the first name that they share. Modulo 2^32. */
static bool meets(const struct gdb_point *point, uint32_t name, uint32_t bytes, uint32_t *first)
{
    if (bytes && point->address - name < bytes)
        *first = point->address;
    else if (bytes && name - point->address < point->length)
        *first = name;
    else
        return false;
    return true;
}

/* How many bytes a mask of the low byte lanes has. */
static uint32_t bytes_of(uint64_t mask)
{
    return (uint32_t)__builtin_popcountll(mask);
}

static bool reads(const struct gdb_point *point, const struct hv_commit *commit, uint32_t *first)
{
    const uint32_t name = (uint32_t)(point->real ? commit->mem_real : commit->mem_addr);
    return point->kind != GDB_WATCH_WRITE && meets(point, name, bytes_of(commit->mem_rmask), first);
}

/* By real name: what went over the bus, the hardware's own words included. */
static bool writes_real(const struct gdb_point *point, const struct hv_bus_write *writes, size_t count, uint32_t *first)
{
    for (size_t i = 0; i < count; i++)
        for (uint32_t lane = 0; lane < 4; lane++)
            if (writes[i].mask >> lane & 1 && meets(point, writes[i].real + lane, 1, first))
                return true;
    return false;
}

static bool touched(const struct gdb_stops *stops, const struct gdb_point *point, const struct hv_commit *commit,
                    const struct hv_bus_write *writes, size_t count, uint32_t *first)
{
    const bool may_write = point->kind != GDB_WATCH_READ;
    if (point->real)
        return reads(point, commit, first) || (may_write && writes_real(point, writes, count, first));
    if (!hv_vms_have(&stops->scope, (unsigned)commit->level, commit->vmid))
        return false;
    return reads(point, commit, first) ||
           (may_write && meets(point, (uint32_t)commit->mem_addr, bytes_of(commit->mem_wmask), first));
}

const struct gdb_point *gdb_stops_watched(const struct gdb_stops *stops, const struct hv_commit *commit,
                                          const struct hv_bus_write *writes, size_t count, uint32_t *name)
{
    for (size_t i = 0; stops->watchpoints && i < stops->count; i++)
        if (is_watchpoint(&stops->points[i]) && touched(stops, &stops->points[i], commit, writes, count, name))
            return &stops->points[i];
    return NULL;
}

bool gdb_stops_caught(const struct gdb_stops *stops, const struct hv_commit *commit)
{
    const bool events[GDB_CATCHES] = {[GDB_CATCH_VMFAULT] = commit->event == HV_EVENT_VM_FAULT,
                                      [GDB_CATCH_LVMID] = commit->event == HV_EVENT_LVMID,
                                      [GDB_CATCH_TRAP] = commit->trap};
    for (unsigned i = 0; i < GDB_CATCHES; i++)
        if (events[i] && stops->catches[i].on &&
            hv_vms_have(&stops->catches[i].vms, (unsigned)commit->level, commit->vmid))
            return true;
    return false;
}
