/* Loads and stores that the monitor does in a guest's place, at devices.
 *
 * A device passed through needs none of this but its first access, which maps it; a device window each time that the
 * guest comes back to it from another. */
#include "software/monitor/monitor.h"

enum { OPCODE_LOAD = 0x03, OPCODE_STORE = 0x23 };
enum { FINISHER_PASS = 0x5555, FINISHER_FAIL = 0x3333, FINISHER_RESTART = 0x7777, RESTART_STATUS = 0x77 };
enum { CLINT_MSIP = 0, CLINT_MTIMECMP = 0x4000, CLINT_MTIME = 0xBFF8 };

struct access {
    uint32_t name;
    uint32_t bytes; /* 1, 2, 4 */
    bool store, sign;
    uint32_t value; /* of a store */
};

/* False for what no device takes: fetches, atomics. */
static bool decode(const struct guest *guest, struct access *access)
{
    uint32_t insn = guest->vm.fault_instruction, opcode = insn & 127, width = insn >> 12 & 3;

    if (opcode != OPCODE_LOAD && opcode != OPCODE_STORE)
        return false;
    access->name = guest->vm.fault_address;
    access->bytes = 1u << width;
    access->store = opcode == OPCODE_STORE;
    access->sign = !(insn >> 14 & 1);
    access->value = guest->vm.x[insn >> 20 & 31];
    return true;
}

static uint32_t extended(const struct access *access, uint32_t value)
{
    uint32_t shift = 32 - 8 * access->bytes;

    value <<= shift;
    return access->sign ? (uint32_t)((int32_t)value >> shift) : value >> shift;
}

/* The same access at the same name, by the monitor: what is behind the name for a guest is what
 * is behind it for the monitor. */
static uint32_t mirror(const struct access *access)
{
    if (access->store) {
        if (access->bytes == 1)
            *(volatile uint8_t *)access->name = (uint8_t)access->value;
        else if (access->bytes == 2)
            *(volatile uint16_t *)access->name = (uint16_t)access->value;
        else
            *(volatile uint32_t *)access->name = access->value;
        return 0;
    }
    if (access->bytes == 1)
        return *(volatile uint8_t *)access->name;
    if (access->bytes == 2)
        return *(volatile uint16_t *)access->name;
    return *(volatile uint32_t *)access->name;
}

static uint32_t uart(struct guest *guest, const struct access *access)
{
    if (boot.guests > 1)
        return uart_access(guest, access->name - boot.uart_base, access->bytes, access->store, access->value);
    if (has(MONITOR_HYPERCALLS) && access->store && access->name == boot.uart_base && access->bytes == 1) {
        console_put(access->value & 255);
        return 0;
    }
    return mirror(access);
}

static void finisher(struct guest *guest, const struct access *access)
{
    uint32_t low = access->value & 0xFFFF, code = access->value >> 16 & 255;

    if (!access->store || access->bytes != 4 || access->name != boot.finisher_base)
        return;
    if (low == FINISHER_PASS)
        guest_end(guest, 0);
    else if (low == FINISHER_FAIL)
        guest_end(guest, code ? code : 1);
    else if (low == FINISHER_RESTART)
        guest_end(guest, RESTART_STATUS);
}

/* The CLINT of a guest: msip and mtimecmp are its own, mtime is everybody's and not written. */
static uint32_t clint_read(const struct guest *guest, uint32_t word)
{
    switch (word) {
    case CLINT_MSIP:
        return guest->msip;
    case CLINT_MTIMECMP:
        return (uint32_t)guest->compare;
    case CLINT_MTIMECMP + 4:
        return (uint32_t)(guest->compare >> 32);
    case CLINT_MTIME:
        return csr_read(time);
    case CLINT_MTIME + 4:
        return csr_read(timeh);
    default:
        return 0;
    }
}

static void clint_write(struct guest *guest, uint32_t word, uint32_t value)
{
    switch (word) {
    case CLINT_MSIP:
        guest->msip = value & 1;
        guest->vm.vip = (guest->vm.vip & ~(1u << HV_IRQ_MSI)) | guest->msip << HV_IRQ_MSI;
        break;
    case CLINT_MTIMECMP:
        timer_set(guest, 0, value);
        break;
    case CLINT_MTIMECMP + 4:
        timer_set(guest, 1, value);
        break;
    default:
        break;
    }
}

static uint32_t clint(struct guest *guest, const struct access *access)
{
    uint32_t offset = access->name - boot.clint_base, word = offset & ~3u, shift = offset % 4 * 8;

    if (!access->store)
        return clint_read(guest, word) >> shift;
    uint32_t mask = UINT32_MAX >> (32 - 8 * access->bytes) << shift;
    uint32_t old = mask == UINT32_MAX ? 0 : clint_read(guest, word);
    clint_write(guest, word, (old & ~mask) | (access->value << shift & mask));
    return 0;
}

static bool in_window(uint32_t name)
{
    for (uint32_t i = 0; i < boot.windows; i++)
        if (name - boot.window[i].base < boot.window[i].bytes)
            return true;
    return false;
}

bool device_access(struct guest *guest)
{
    uint32_t name = guest->vm.fault_address, page = name & ~(uint32_t)(PAGE_BYTES - 1), value = 0;
    struct access access;
    /* With several guests, no guest's end is the end of all. */
    bool own_finisher = has(MONITOR_EMULATE | MONITOR_COUNTERS) || boot.guests > 1;

    if (!decode(guest, &access))
        return false;
    if (page == boot.uart_base) {
        if (!has(MONITOR_EMULATE) && boot.guests == 1) {
            map_device(guest, name);
            return true;
        }
        value = uart(guest, &access);
    } else if (page == boot.finisher_base) {
        if (!own_finisher) {
            map_device(guest, name);
            return true;
        }
        finisher(guest, &access);
    } else if (in_clint(name)) {
        if (!access.store && maps_mtime() && page == ((boot.clint_base + CLINT_MTIME) & ~(uint32_t)(PAGE_BYTES - 1))) {
            map_device(guest, name);
            return true;
        }
        value = clint(guest, &access);
    } else if (in_window(name)) {
        map_device(guest, name);
        return true;
    } else {
        return false;
    }
    if (access.store)
        guest->vm.resume = HV_VMCB_RESUME_SKIP;
    else
        complete(guest, extended(&access, value));
    return true;
}
