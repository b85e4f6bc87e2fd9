/* The debugger's other side, whatever it says. The first byte: R, and the rest are bytes as they come over the line;
 * else the rest are lines, each the data of a packet in a right frame, but for a line of one byte 3, Ctrl-C. The
 * session neither fails nor hangs, what it sends is in right frames, and each packet has one answer. */
#include "gdb/packet.h"
#include "gdb/session.h"
#include "tests/fuzz/target.h"

#include <string.h>

/* Level 0 and 1 are monitors whose VM has the upper half of their RAM; level 2 is a program. At most so many records.
 */
enum { RAM_BYTES = 0x20000, LEVELS = 2, RECORDS = 3000 };
enum { VMTAB = 0x100, OPERAND = 0x180, VMCB = 0x200, BOOT = 0x800 };

struct line {
    struct hv_machine *machine;
    struct gdb_input input; /* what the session has sent, as the other side takes it */
    unsigned records, answers;
};

/* ---- The machine ---- */

/* Offset of a level's RAM, bytes. */
static uint32_t base_of(unsigned level)
{
    return RAM_BYTES - (RAM_BYTES >> level);
}

static void put(struct hv_machine *machine, unsigned level, uint32_t offset, uint32_t word)
{
    const uint8_t bytes[4] = {(uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16), (uint8_t)(word >> 24)};
    CHECK(hv_machine_write_ram(machine, hv_machine_config(machine)->ram_base + base_of(level) + offset, bytes, 4));
}

static void put_monitor(struct hv_machine *machine, unsigned level)
{
    const uint32_t ram = hv_machine_config(machine)->ram_base, page = ram >> HV_PAGE_BITS;
    const uint32_t half = (RAM_BYTES >> level) / 2 / HV_PAGE_BYTES, lvmid = 0x0005000b | OPERAND << 20; /* of x10 */
    put(machine, level, 0x40 + HV_ROOT_VMTAB, ram + VMTAB);
    put(machine, level, 0x40 + HV_ROOT_LENGTH, 1);
    put(machine, level, 0x40 + HV_ROOT_ENTRY, lvmid);
    put(machine, level, VMTAB + 4, ram + VMCB);
    put(machine, level, OPERAND, 1);
    put(machine, level, VMCB + HV_VMCB_CAPS, 15);
    put(machine, level, VMCB + HV_VMCB_MEM_FORM, HV_FORM_RB);
    put(machine, level, VMCB + HV_VMCB_MEM_FORM + 4, page);
    put(machine, level, VMCB + HV_VMCB_MEM_FORM + 8, page + half);
    put(machine, level, VMCB + HV_VMCB_MEM_FORM + 12, half);
    put(machine, level, VMCB + HV_VMCB_CTX_PC, ram + BOOT);
    put(machine, level, VMCB + HV_VMCB_CTX_MODE, 3);
    put(machine, level, VMCB + HV_VMCB_X0 + 40, ram);
    put(machine, level, BOOT, 0x80000537); /* lui a0, 0x80000 */
    put(machine, level, BOOT + 4, lvmid);
}

static struct hv_machine *new_machine(void)
{
    static const uint32_t program[] = {
        0x00158593, /* addi a1, a1, 1 */
        0x80001837, /* lui a6, 0x80001 */
        0x00b82023, /* sw a1, 0(a6) */
        0x00082603, /* lw a2, 0(a6) */
        0x00000073, /* ecall: to mtvec */
        0x0000200b, /* hv.exit */
        0xfe9ff06f  /* j -24 */
    };
    struct hv_config config;
    struct hv_error error = {""};
    hv_config_default(&config);
    config.ram_bytes = RAM_BYTES;
    struct hv_machine *machine = hv_machine_new(&config, &error);
    CHECK(machine && config.ram_base == 0x80000000);
    for (unsigned level = 0; level < LEVELS; level++)
        put_monitor(machine, level);
    for (unsigned i = 0; i < sizeof program / sizeof *program; i++)
        put(machine, LEVELS, BOOT + 4 * i, program[i]);
    hv_machine_set_pc(machine, config.ram_base + BOOT);
    hv_machine_run(machine, 4);
    CHECK(hv_machine_level(machine) == LEVELS);
    hv_machine_set_csr(machine, HV_CSR_MTVEC, config.ram_base + BOOT + 20); /* behind the ecall */
    return machine;
}

/* ---- The line ---- */

static void take(void *context, const void *bytes, size_t length)
{
    struct line *line = context;
    const uint8_t *byte = bytes;
    for (size_t i = 0; i < length; i++) {
        const enum gdb_received received = gdb_receive(&line->input, byte[i]);
        CHECK(received != GDB_BAD && received != GDB_TOO_LONG && received != GDB_INTERRUPT);
        const bool console =
            received == GDB_PACKET && line->input.data[0] == 'O' && strcmp(line->input.data, "OK") != 0;
        line->answers += received == GDB_PACKET && !console;
    }
}

static enum hv_stop run(void *context, uint64_t limit)
{
    struct line *line = context;
    if (line->records >= RECORDS)
        return HV_STOP_LIMIT;
    const uint64_t before = hv_machine_counters(line->machine)->commits;
    const enum hv_stop stop = hv_machine_run(line->machine, limit < 200 ? limit : 200);
    line->records += (unsigned)(hv_machine_counters(line->machine)->commits - before);
    return stop;
}

static enum hv_stop record(void *context, struct hv_commit *commit, struct hv_bus_write *writes, size_t *count)
{
    struct line *line = context;
    if (line->records++ >= RECORDS)
        return HV_STOP_LIMIT;
    return hv_machine_step(line->machine, NULL, commit, writes, HV_MAX_WRITES, count);
}

/* ---- The session ---- */

/* Let it run for a while, then stop it. */
static void let_run(struct gdb_session *session)
{
    if (gdb_session_running(session))
        gdb_session_run(session);
    gdb_session_input(session, "\3", 1);
    CHECK(!gdb_session_running(session));
}

static void say_line(struct gdb_session *session, struct line *line, const uint8_t *data, size_t length)
{
    char frame[GDB_FRAME_BYTES];
    if (length == 1 && *data == 3)
        gdb_session_input(session, data, 1);
    if ((length == 1 && *data == 3) || length > GDB_PACKET_BYTES)
        return;
    line->answers = 0;
    gdb_session_input(session, frame, gdb_frame(data, length, frame));
    const enum gdb_end end = gdb_session_ended(session);
    CHECK(line->answers == (gdb_session_running(session) || (end == GDB_KILLED && length && *data == 'k') ? 0 : 1));
    if (!gdb_session_running(session))
        return;
    let_run(session);
    CHECK(line->answers == 1);
}

static void say_lines(struct gdb_session *session, struct line *line, const uint8_t *bytes, size_t size)
{
    while (size && gdb_session_ended(session) == GDB_OPEN) {
        const uint8_t *newline = memchr(bytes, '\n', size);
        const size_t length = newline ? (size_t)(newline - bytes) : size;
        say_line(session, line, bytes, length);
        bytes += length + (newline != NULL);
        size -= length + (newline != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct line line = {.machine = new_machine()};
    const struct gdb_host host = {&line, take, run, record};
    const struct hv_vms scope = {.kind = HV_VMS_OF_LEVEL, .level = LEVELS};
    struct gdb_session *session = gdb_session_new(line.machine, NULL, &scope, &host);
    CHECK(session);
    if (size && *bytes == 'R') {
        gdb_session_input(session, bytes + 1, size - 1);
        let_run(session);
    } else if (size) {
        say_lines(session, &line, bytes + 1, size - 1);
    }
    gdb_session_free(session);
    CHECK(!hv_machine_at_breakpoint(line.machine));
    hv_machine_free(line.machine);
    return 0;
}
