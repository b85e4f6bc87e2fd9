/* Memory as a debugger reads and writes it: by the name of a process (phi, then f of every level), by the resource name
 * of a level (f alone), or by real name. RAM only: what reading a device does is not undone.
 */
#ifndef GDB_MEMORY_H
#define GDB_MEMORY_H

#include "model/machine.h"

struct gdb_space {
    enum { GDB_PROCESS, GDB_RESOURCE, GDB_REAL } kind;
    unsigned level; /* of the VMID, of the first two */
};

/* Copy out up to `length` bytes from `name` on; returns how many there are in a row. A name that may be fetched from
 * can be read. */
size_t gdb_memory_read(const struct hv_machine *machine, const struct gdb_space *space, uint32_t name, void *bytes,
                       size_t length);

/* Copy in, at most GDB_MEMORY_BYTES, all or nothing: false if they are more, a part is not RAM, or, but for real names,
 * a map on the way denies a store. */
enum { GDB_MEMORY_BYTES = 4096 };
bool gdb_memory_write(struct hv_machine *machine, const struct gdb_space *space, uint32_t name, const void *bytes,
                      size_t length);

#endif
