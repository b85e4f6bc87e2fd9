#include "gdb/memory.h"

/* The real name, if there is one for the access. */
static bool locate(const struct hv_machine *machine, const struct gdb_space *space, uint32_t name, unsigned access,
                   uint32_t *real)
{
    *real = name;
    return space->kind == GDB_REAL ||
           hv_machine_locate(machine, space->level, space->kind == GDB_PROCESS, name, access, real);
}

/* Up to the end of what surely lies in a row: phi relocates by words, so a word of the process is the unit there. */
static size_t piece(uint32_t name, size_t length)
{
    const size_t room = 4 - name % 4;
    return length < room ? length : room;
}

size_t gdb_memory_read(const struct hv_machine *machine, const struct gdb_space *space, uint32_t name, void *bytes,
                       size_t length)
{
    size_t done = 0;
    while (done < length) {
        const uint32_t from = name + (uint32_t)done;
        const size_t part = piece(from, length - done);
        uint32_t real;
        if ((!locate(machine, space, from, HV_ACCESS_LOAD, &real) &&
             !locate(machine, space, from, HV_ACCESS_FETCH, &real)) ||
            !hv_machine_read_ram(machine, real, (uint8_t *)bytes + done, part))
            break;
        done += part;
    }
    return done;
}

/* All real names are found first, since what is written may be the maps themselves. */
bool gdb_memory_write(struct hv_machine *machine, const struct gdb_space *space, uint32_t name, const void *bytes,
                      size_t length)
{
    uint32_t real[GDB_MEMORY_BYTES / 4 + 1];
    uint8_t old[4];
    size_t done, part, count = 0;
    if (length > GDB_MEMORY_BYTES)
        return false;
    for (done = 0; done < length; done += part, count++) {
        part = piece(name + (uint32_t)done, length - done);
        if (!locate(machine, space, name + (uint32_t)done, HV_ACCESS_STORE, &real[count]) ||
            !hv_machine_read_ram(machine, real[count], old, part))
            return false;
    }
    for (done = count = 0; done < length; done += part, count++) {
        part = piece(name + (uint32_t)done, length - done);
        hv_machine_write_ram(machine, real[count], (const uint8_t *)bytes + done, part);
    }
    return true;
}
