/* Guests of which nothing is known, on any configuration. The model neither fails nor hangs, and three ways to run
 * it are one: record by record, in pieces by the fast loop, and from a snapshot taken on the way. With the time base
 * `clock` it is fed time and interrupts from outside, record by record. */
#include "model/machine.h"
#include "tests/fuzz/image.h"
#include "tests/fuzz/target.h"

#include <string.h>

enum { RECORDS = 800 };

static struct hv_machine *load(const uint8_t *bytes, size_t size)
{
    struct hv_error error = {""};
    struct hv_config config = image_config(bytes);
    CHECK(hv_config_validate(&config, HV_FOR_MODEL, &error) == 0);
    struct hv_machine *machine = hv_machine_new(&config, &error);
    CHECK(machine);
    image_load(machine, bytes, size);
    return machine;
}

static void check_record(const struct hv_machine *machine, const struct hv_commit *r, uint64_t order,
                         const struct hv_bus_write *writes, size_t count)
{
    CHECK(r->order == order && r->level <= hv_machine_config(machine)->depth);
    CHECK(count <= HV_MAX_WRITES && (r->mode == 0 || r->mode == 3));
    CHECK(r->pc_wdata % 4 == 0 && r->pc_rdata % 4 == 0 && (r->rd_addr || !r->rd_wdata));
    for (size_t i = 0; i < count; i++)
        CHECK(writes[i].real % 4 == 0 && writes[i].mask && writes[i].mask <= 15);
}

/* Some time and lines, the same for the same record: clocks that run on, lines that are up now and then. */
static struct hv_outside outside_of(uint64_t order)
{
    uint64_t hash = (order + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 32;
    uint32_t lines = hash % 16 < 2   ? 1u << HV_IRQ_MSI
                     : hash % 16 < 4 ? 1u << HV_IRQ_MTI
                     : hash % 16 < 5 ? UINT32_MAX
                                     : 0;
    return (struct hv_outside){.mip = lines, .mtime = order * 5, .mcycle = order * 3 + hash % 3};
}

/* Up to `end` records, one by one. */
static void step_to(struct hv_machine *machine, uint64_t end)
{
    struct hv_bus_write writes[HV_MAX_WRITES];
    bool clock = hv_machine_config(machine)->timebase == HV_TIMEBASE_CLOCK;
    while (hv_machine_stopped(machine) == HV_STOP_NONE || hv_machine_stopped(machine) == HV_STOP_LIMIT) {
        uint64_t order = hv_machine_counters(machine)->commits;
        struct hv_commit record = {.order = UINT64_MAX};
        size_t count = 0;
        if (order >= end)
            return;
        struct hv_outside outside = outside_of(order);
        hv_machine_step(machine, clock ? &outside : NULL, &record, writes, HV_MAX_WRITES, &count);
        if (record.order != UINT64_MAX)
            check_record(machine, &record, order, writes, count);
    }
}

/* The same by the fast loop, in pieces. */
static void run_to(struct hv_machine *machine, uint64_t end, uint64_t piece)
{
    for (uint64_t done; (done = hv_machine_counters(machine)->commits) < end;) {
        enum hv_stop stop = hv_machine_run(machine, end - done < piece ? end - done : piece);
        if (stop != HV_STOP_LIMIT)
            return;
        CHECK(hv_machine_counters(machine)->commits > done);
    }
}

static enum hv_stop how_stopped(const struct hv_machine *machine)
{
    enum hv_stop stop = hv_machine_stopped(machine);
    return stop == HV_STOP_LIMIT ? HV_STOP_NONE : stop;
}

static void check_same(const struct hv_machine *a, const struct hv_machine *b)
{
    struct hv_counters region[2];
    CHECK(how_stopped(a) == how_stopped(b) && hv_machine_exit_code(a) == hv_machine_exit_code(b));
    CHECK(hv_machine_pc(a) == hv_machine_pc(b) && hv_machine_mode(a) == hv_machine_mode(b));
    CHECK(hv_machine_level(a) == hv_machine_level(b) && hv_machine_vmid(a) == hv_machine_vmid(b));
    for (unsigned i = 0; i < 32; i++)
        CHECK(hv_machine_x(a, i) == hv_machine_x(b, i));
    CHECK(!memcmp(hv_machine_counters(a), hv_machine_counters(b), sizeof(struct hv_counters)));
    CHECK(!memcmp(hv_machine_ram(a), hv_machine_ram(b), IMAGE_RAM));
    bool has_region = hv_machine_region(a, &region[0]);
    CHECK(has_region == hv_machine_region(b, &region[1]));
    CHECK(!has_region || !memcmp(&region[0], &region[1], sizeof region[0]));
}

/* Where the machine that was stepped came to, with what it sent. */
struct end {
    struct hv_machine *machine;
    uint8_t output[2 * RECORDS];
    size_t length;
};

static void check_end(const struct end *end, struct hv_machine *other)
{
    uint8_t output[2 * RECORDS];
    check_same(end->machine, other);
    CHECK(hv_machine_uart_output(other, output, sizeof output) == end->length);
    CHECK(!memcmp(end->output, output, end->length));
}

/* From the snapshot on, step by step, it is the same again. */
static void check_steps(const struct end *end, struct hv_machine *other, const struct hv_snapshot *snapshot)
{
    CHECK(hv_machine_restore(other, snapshot));
    step_to(other, RECORDS);
    check_end(end, other);
}

/* The fast loop, from the beginning in pieces and from the snapshot in one. */
static void check_runs(const struct end *end, struct hv_machine *other, const struct hv_snapshot *snapshot,
                       uint64_t piece)
{
    run_to(other, RECORDS, piece);
    check_end(end, other);
    CHECK(hv_machine_restore(other, snapshot));
    run_to(other, RECORDS, RECORDS);
    check_end(end, other);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < IMAGE_HEADER)
        return 0;
    struct end end = {.machine = load(bytes, size)};
    struct hv_machine *other = load(bytes, size);
    step_to(end.machine, RECORDS / 2);
    struct hv_snapshot *snapshot = hv_machine_save(end.machine);
    CHECK(snapshot);
    step_to(end.machine, RECORDS);
    end.length = hv_machine_uart_output(end.machine, end.output, sizeof end.output);
    if (hv_machine_config(other)->timebase == HV_TIMEBASE_COMMIT)
        check_runs(&end, other, snapshot, 1 + (uint64_t)bytes[IMAGE_RUN]);
    check_steps(&end, other, snapshot);
    hv_snapshot_free(snapshot);
    hv_machine_free(end.machine);
    hv_machine_free(other);
    return 0;
}
