/* Sizes first (plan), then the tree of levels from the real machine down (place), each with its
 * monitor's boot parameter block (software/monitor/boot.h). */
#include "sim/world.h"

#include "sim/elf.h"
#include "software/monitor/boot.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* software/monitor/image.S */
extern const uint8_t hv_monitor_image[], hv_monitor_image_end[];

enum { DEFAULT_QUANTUM = 10000, PAGE = 4096, CLINT_MTIME = 0xbff8, LARGEST_GRAIN = 15 };
/* software/monitor/monitor.ld */
#define MONITOR_LINKED_AT UINT32_C(0x80000000)

struct builder {
    const struct hv_config *config;
    struct hv_world_options options;
    struct hv_elf elf;
    const char *path;
    struct hv_world *world;
    struct hv_error *error;
    struct {
        uint32_t first, grain, entries; /* entries 0: there is none */
    } io_table;
    bool linear;    /* form of the memory maps */
    uint32_t grain; /* of linear ones */
    uint32_t unit;  /* bytes of 2^grain pages: everything is a multiple of it */
};

__attribute__((format(printf, 2, 3))) static int fail(const struct builder *builder, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(builder->error->text, sizeof builder->error->text, format, arguments);
    va_end(arguments);
    return -1;
}

static unsigned guests_of(const struct builder *builder, unsigned level)
{
    return level == builder->options.switch_level ? builder->options.guests : 1;
}

/* RAM of the machine at a level: the monitor's own and its guests'. */
static uint64_t ram_of(const struct builder *builder, unsigned level)
{
    const struct hv_world *world = builder->world;
    uint64_t bytes = world->program_ram_bytes;
    for (unsigned i = builder->options.depth; i-- > level;)
        bytes = world->monitor_bytes + guests_of(builder, i) * bytes;
    return bytes;
}

static int check_options(struct builder *builder)
{
    const struct hv_config *config = builder->config;
    struct hv_world_options *options = &builder->options;
    if (!options->guests)
        options->guests = 1;
    if (!options->console)
        options->console = 1;
    if (!options->quantum)
        options->quantum = DEFAULT_QUANTUM;
    if (options->depth > config->depth)
        return fail(builder, "depth: found %u, expected at most %" PRIu32 ", the depth of configuration %s",
                    options->depth, config->depth, config->name);
    if (options->guests > MONITOR_GUESTS)
        return fail(builder, "guests: found %u, expected 1 to %d", options->guests, MONITOR_GUESTS);
    if (options->guests > 1 && !options->depth)
        return fail(builder, "guests: found %u at depth 0, expected 1, or a depth with a monitor that runs them",
                    options->guests);
    if (options->bare && options->depth)
        return fail(builder, "depth: found %u, expected 0 for a program that has all of RAM", options->depth);
    if (options->guests == 1)
        options->switch_level = 0;
    if (options->guests > 1 && options->switch_level >= options->depth)
        return fail(builder, "switch level: found %u, expected less than the depth, %u", options->switch_level,
                    options->depth);
    if (options->console > options->guests)
        return fail(builder, "console of guest: found %u, expected 1 to %u", options->console, options->guests);
    if (options->guests >= 1u << config->syllable_bits)
        return fail(builder, "guests: found %u, expected at most %u: configuration %s has syllable_bits %" PRIu32,
                    options->guests, (1u << config->syllable_bits) - 1, config->name, config->syllable_bits);
    if (!options->kernel.dtb && (options->kernel.initrd || options->kernel.append))
        return fail(builder, "--%s: found without a device tree, expected --dtb",
                    options->kernel.initrd ? "initrd" : "append");
    if (options->relocation && !(config->f_maps & HV_F_RB))
        return fail(builder, "memory maps: found rb, expected linear: configuration %s has no other form",
                    config->name);
    return 0;
}

static int check_monitor_fits(const struct builder *builder)
{
    const struct hv_config *config = builder->config;
    if (config->hv_root != config->ram_base + MONITOR_ROOT_OFFSET)
        return fail(builder,
                    "%s: hv_root: found 0x%" PRIx32 ", expected 0x%" PRIx32
                    " (ram_base + 0x40) for a world with monitors",
                    config->name, config->hv_root, config->ram_base + MONITOR_ROOT_OFFSET);
    if (config->reset_vector != config->ram_base)
        return fail(builder,
                    "%s: reset_vector: found 0x%" PRIx32 ", expected 0x%" PRIx32
                    " (ram_base) for a world with monitors",
                    config->name, config->reset_vector, config->ram_base);
    return 0;
}

/* The smallest grain with which the window of every level fits its share of the table's page. */
static bool choose_linear(struct builder *builder)
{
    const struct hv_config *config = builder->config;
    uint32_t entries = monitor_table_entries(builder->options.guests);
    uint32_t behind = config->ram_bytes > MONITOR_BYTES ? config->ram_bytes - MONITOR_BYTES : 0;
    uint32_t window = behind / builder->options.guests;
    if (builder->options.relocation || !(config->f_maps & HV_F_LINEAR))
        return false;
    builder->grain = 0;
    while (window > (uint64_t)entries * PAGE << builder->grain)
        builder->grain++;
    builder->unit = (uint32_t)PAGE << builder->grain;
    return config->ram_base % builder->unit == 0;
}

/* The table with which UART, mtime and finisher are mapped: the largest grain that gives each page an entry of its own.
 */
static void choose_io_table(struct builder *builder)
{
    const struct hv_config *config = builder->config;
    const uint32_t pages[] = {config->uart_base / PAGE, (config->clint_base + CLINT_MTIME) / PAGE,
                              config->finisher_base / PAGE};
    if (!(config->f_maps & HV_F_LINEAR))
        return;
    for (uint32_t grain = LARGEST_GRAIN + 1; grain-- > 0;) {
        const uint32_t a = pages[0] >> grain, b = pages[1] >> grain, c = pages[2] >> grain;
        const uint32_t first = a < b ? (a < c ? a : c) : (b < c ? b : c);
        const uint32_t last = a > b ? (a > c ? a : c) : (b > c ? b : c);
        if (a == b || b == c || c == a)
            continue;
        if (last - first >= MONITOR_IO_ENTRIES)
            return;
        builder->io_table.first = first << grain;
        builder->io_table.grain = grain;
        builder->io_table.entries = last - first + 1;
        return;
    }
}

/* The program's RAM is the same at every depth: what the configuration's depth leaves of it. */
static int plan(struct builder *builder)
{
    const struct hv_config *config = builder->config;
    struct hv_world *world = builder->world;
    builder->linear = choose_linear(builder);
    choose_io_table(builder);
    if (!builder->linear) {
        if (!(config->f_maps & HV_F_RB) && builder->options.depth)
            return fail(builder,
                        "%s: ram_base: found 0x%" PRIx32 ", expected a multiple of 0x%" PRIx32
                        ": linear maps of 0x%" PRIx32 " bytes of RAM have grain %" PRIu32,
                        config->name, config->ram_base, builder->unit, config->ram_bytes, builder->grain);
        builder->unit = PAGE;
    }
    world->monitor_bytes = builder->unit > MONITOR_BYTES ? builder->unit : MONITOR_BYTES;
    if (builder->options.bare) {
        world->program_ram_bytes = config->ram_bytes;
        return 0;
    }
    int64_t upper = config->depth ? config->depth - 1 : 0;
    int64_t left = (int64_t)config->ram_bytes;
    if (config->depth)
        left = (left - world->monitor_bytes) / builder->options.guests - upper * world->monitor_bytes;
    if (left >= builder->unit) {
        world->program_ram_bytes = (uint32_t)left & ~(builder->unit - 1);
    } else if (builder->options.depth == 0) {
        world->program_ram_bytes = config->ram_bytes; /* no room for monitors, and none are wanted */
    } else {
        return fail(builder,
                    "%s: ram_bytes: found 0x%" PRIx32 ", expected more: %" PRIu32 " monitors of 0x%" PRIx32
                    " bytes leave no RAM for %u program%s",
                    config->name, config->ram_bytes, config->depth, world->monitor_bytes, builder->options.guests,
                    builder->options.guests > 1 ? "s" : "");
    }
    return 0;
}

/* What to do about a program that is not where RAM is. */
static const char *remedy(const struct builder *builder, const struct hv_elf_segment *misfit)
{
    if (misfit->name - builder->config->ram_base < builder->world->program_ram_bytes)
        return "";
    return builder->elf.movable ? "; it is position-independent: link it for that place"
                                : "; link it for that place, as software/program.ld does";
}

static int place_in_ram(struct builder *builder)
{
    const struct hv_config *config = builder->config;
    const uint32_t ram = builder->world->program_ram_bytes;
    const struct hv_elf_segment *misfit;
    if (hv_elf_place(&builder->elf, config->ram_base, ram, &misfit))
        return 0;
    return fail(builder,
                "%s: does not fit: segment of 0x%" PRIx32 " bytes at 0x%08" PRIx32 ", expected it within 0x%08" PRIx32
                " to 0x%08" PRIx32 ", the program's RAM at depth %u in configuration %s%s",
                builder->path, misfit->size, misfit->name, config->ram_base, config->ram_base + (ram - 1),
                builder->options.depth, config->name, remedy(builder, misfit));
}

/* The machine begins at its reset vector, whatever the file says of an entry. */
static int check_entry(const struct builder *builder)
{
    const struct hv_elf *elf = &builder->elf;
    const uint32_t reset = builder->config->reset_vector;
    bool headers = false;
    if (elf->entry == reset)
        return 0;
    for (size_t i = 0; i < elf->count; i++)
        headers |= reset - elf->segments[i].name < elf->segments[i].head;
    return fail(builder, "%s: entry 0x%08" PRIx32 ", expected 0x%08" PRIx32 ", the reset vector: %s", builder->path,
                elf->entry, reset,
                headers ? "the ELF headers are there, link with -Wl,-n"
                        : "link what is to run first in front of all else, as software/program.ld does");
}

/* RAM of a machine that has so many bytes for each program: a power of two, since the monitors have their share. */
static uint64_t machine_for(const struct builder *builder, uint32_t program_bytes)
{
    uint64_t more = (uint64_t)(program_bytes - builder->world->program_ram_bytes) * builder->options.guests;
    uint64_t bytes = PAGE;
    while (bytes < builder->config->ram_bytes + more)
        bytes *= 2;
    return bytes;
}

static int check_program_fits(struct builder *builder)
{
    const struct hv_config *config = builder->config;
    const struct hv_elf *elf = &builder->elf;
    const uint32_t ram = builder->world->program_ram_bytes;
    if (place_in_ram(builder))
        return -1;
    if (elf->ram_bytes > ram)
        return fail(builder,
                    "%s: does not fit: linked for 0x%" PRIx32
                    " bytes of RAM (symbol __ram_size), expected at most 0x%" PRIx32
                    ", the program's RAM at depth %u in configuration %s; link it with RAM_SIZE=0x%" PRIx32
                    " (software/template), or with -Wl,--defsym=__ram_size=0x%" PRIx32
                    ", or give the machine more: --set machine.ram_bytes=0x%" PRIx64,
                    builder->path, elf->ram_bytes, ram, builder->options.depth, config->name, ram, ram,
                    machine_for(builder, elf->ram_bytes));
    if (builder->options.kernel.dtb)
        return hv_kernel_prepare(&builder->elf, &builder->options.kernel, config, ram, builder->error);
    return check_entry(builder);
}

/* What may go wrong later: such a program runs as long as it executes nothing that the machine lacks. */
static void warn(const struct builder *builder)
{
    const struct hv_elf *elf = &builder->elf;
    if (!elf->compressed && !elf->floating)
        return;
    const char *isa = builder->config->isa == HV_ISA_RV32IMA ? "rv32ima" : "rv32im";
    snprintf(builder->world->warning.text, sizeof builder->world->warning.text,
             "%s: built for %s%s%s, which the machine lacks and takes for illegal instructions; build with -march=%s "
             "-mabi=ilp32",
             builder->path, elf->compressed ? "compressed instructions" : "",
             elf->compressed && elf->floating ? " and " : "", elf->floating ? "floating-point registers" : "", isa);
}

static uint32_t flags_of(const struct builder *builder, unsigned level)
{
    const struct hv_world_options *options = &builder->options;
    uint32_t flags = 0;
    if (options->on_demand)
        flags |= MONITOR_ON_DEMAND;
    if (builder->linear)
        flags |= MONITOR_LINEAR;
    if (!(builder->config->f_maps & HV_F_RB))
        flags |= MONITOR_IO_LINEAR;
    if (builder->io_table.entries)
        flags |= MONITOR_IO_TABLE;
    if (options->emulate_devices)
        flags |= MONITOR_EMULATE;
    if (options->deny_counters)
        flags |= MONITOR_NO_COUNTERS;
    /* A guest of several that waits lets another one run, and so does all that is inside it. */
    if (options->deny_wfi || (options->guests > 1 && level >= options->switch_level))
        flags |= MONITOR_NO_WFI;
    if (options->tell_counters && !level)
        flags |= MONITOR_COUNTERS;
    if (options->hypercalls && level)
        flags |= MONITOR_HYPERCALLS;
    if (builder->config->timebase == HV_TIMEBASE_CLOCK)
        flags |= MONITOR_CLOCK;
    return flags;
}

static void store_word(uint8_t *bytes, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(word >> 8 * i);
}

static int add_segment(struct builder *builder, uint32_t real, const uint8_t *bytes, size_t length, uint8_t **copy)
{
    struct hv_world *world = builder->world;
    struct hv_segment *segments = realloc(world->segments, (world->count + 1) * sizeof *segments);
    if (!segments)
        return fail(builder, "%s", strerror(ENOMEM));
    world->segments = segments;
    *copy = malloc(length ? length : 1);
    if (!*copy)
        return fail(builder, "%s", strerror(ENOMEM));
    memcpy(*copy, bytes, length);
    segments[world->count++] = (struct hv_segment){.real = real, .bytes = *copy, .length = length};
    return 0;
}

static int add_resident(struct builder *builder, const struct hv_resident *resident)
{
    struct hv_world *world = builder->world;
    struct hv_resident *residents = realloc(world->residents, (world->resident_count + 1) * sizeof *residents);
    if (!residents)
        return fail(builder, "%s", strerror(ENOMEM));
    world->residents = residents;
    residents[world->resident_count++] = *resident;
    return 0;
}

static int place_monitor(struct builder *builder, uint32_t real, unsigned level)
{
    const struct hv_config *config = builder->config;
    struct monitor_boot boot = {
        .magic = MONITOR_MAGIC,
        .flags = flags_of(builder, level),
        .guests = guests_of(builder, level),
        .guest_offset = builder->world->monitor_bytes,
        .guest_bytes = (uint32_t)ram_of(builder, level + 1),
        .grain = builder->linear ? builder->grain : 0,
        .guest_pc = config->reset_vector,
        .quantum_low = (uint32_t)builder->options.quantum,
        .quantum_high = (uint32_t)(builder->options.quantum >> 32),
        .uart_base = config->uart_base,
        .clint_base = config->clint_base,
        .finisher_base = config->finisher_base,
        .io_first = builder->io_table.first,
        .io_grain = builder->io_table.grain,
        .io_entries = builder->io_table.entries,
        .console = builder->options.console,
        .windows = config->windows,
    };
    static_assert((int)HV_MAX_DEVICES <= (int)MONITOR_WINDOWS, "the monitor knows all windows");
    for (uint32_t i = 0; i < config->windows; i++) {
        boot.window[i].base = config->window[i].base;
        boot.window[i].bytes = config->window[i].bytes;
    }
    uint32_t words[sizeof boot / 4];
    uint8_t *image;
    const size_t length = (uintptr_t)hv_monitor_image_end - (uintptr_t)hv_monitor_image;
    if (add_segment(builder, real, hv_monitor_image, length, &image) ||
        add_resident(builder, &(struct hv_resident){real, MONITOR_BYTES, MONITOR_LINKED_AT, true}))
        return -1;
    memcpy(words, &boot, sizeof boot);
    for (size_t i = 0; i < sizeof boot / 4; i++)
        store_word(image + MONITOR_BOOT_OFFSET + 4 * i, words[i]);
    return 0;
}

static int place_program(struct builder *builder, uint32_t real)
{
    struct hv_world *world = builder->world;
    uint8_t *copy;
    world->program_real[world->programs++] = real;
    for (size_t i = 0; i < builder->elf.count; i++) {
        const struct hv_elf_segment *segment = &builder->elf.segments[i];
        const uint32_t at = real + (segment->name - builder->config->ram_base);
        if (segment->length && add_segment(builder, at, segment->bytes, segment->length, &copy))
            return -1;
        if (add_resident(builder, &(struct hv_resident){at, segment->size, segment->virtual_name, false}))
            return -1;
    }
    return 0;
}

/* The machine of a level, at this real name: a monitor with its guests behind it, or the program. */
static int place(struct builder *builder, uint32_t real, unsigned level)
{
    if (level == builder->options.depth)
        return place_program(builder, real);
    if (place_monitor(builder, real, level))
        return -1;
    for (unsigned i = 0; i < guests_of(builder, level); i++) {
        uint32_t guest = real + builder->world->monitor_bytes + (uint32_t)(i * ram_of(builder, level + 1));
        if (place(builder, guest, level + 1))
            return -1;
    }
    return 0;
}

static int read_program(struct builder *builder)
{
    if (!hv_kernel_is_image_file(builder->path))
        return hv_elf_read(&builder->elf, builder->path, builder->error);
    if (!builder->options.kernel.dtb)
        return fail(builder, "%s: a flat Linux Image, expected --dtb with its device tree", builder->path);
    return hv_kernel_read(&builder->elf, builder->path, builder->config->ram_base, builder->error);
}

static int build(struct builder *builder)
{
    if (check_options(builder) || (builder->options.depth && check_monitor_fits(builder)) || plan(builder) ||
        read_program(builder))
        return -1;
    if (check_program_fits(builder))
        return -1;
    warn(builder);
    return place(builder, builder->config->ram_base, 0);
}

int hv_world_build(struct hv_world *world, const struct hv_config *config, const char *program_path,
                   const struct hv_world_options *options, struct hv_error *error)
{
    struct builder builder = {
        .config = config, .options = *options, .path = program_path, .world = world, .error = error};
    *world = (struct hv_world){0};
    int result = build(&builder);
    hv_elf_free(&builder.elf);
    if (result)
        hv_world_free(world);
    return result;
}

void hv_world_free(struct hv_world *world)
{
    for (size_t i = 0; i < world->count; i++)
        free(world->segments[i].bytes);
    free(world->segments);
    free(world->residents);
    *world = (struct hv_world){0};
}
