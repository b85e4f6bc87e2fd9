/* Program files that are no programs, the world's layout, and the boot parameter blocks. */
#include "sim/elf.h"
#include "sim/world.h"
#include "software/monitor/boot.h"
#include "tests/unit/program_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>

enum { RAM = 0x80000000u };

static const uint32_t words[] = {0x00000013, 0x0000006f};

static struct hv_config preset(const char *name)
{
    struct hv_config config;
    struct hv_error error;
    assert_int_equal(hv_config_read(&config, name, &error), 0);
    return config;
}

static struct program_file program(void)
{
    struct program_file file;
    program_begin(&file, RAM, words, 2);
    return file;
}

/* The world is refused with a message of one line that begins with the file's name. */
static void refused(struct program_file *file, const struct hv_config *config, const struct hv_world_options *options,
                    const char *message)
{
    struct hv_world world;
    struct hv_error error = {""};
    program_write(file);
    int result = hv_world_build(&world, config, file->path, options, &error);
    program_remove(file);
    assert_int_equal(result, -1);
    if (!strstr(error.text, message) || strchr(error.text, '\n'))
        fail_msg("found '%s', expected '%s'", error.text, message);
    assert_null(world.segments);
}

static void bad_file(struct program_file *file, const char *message)
{
    struct hv_config config = preset("default");
    refused(file, &config, &(struct hv_world_options){.depth = 2}, message);
    assert_int_equal(strncmp(file->path, "/tmp/nestor-program-", 20), 0);
}

static void test_no_file(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    struct hv_world_options options = {0};
    struct hv_world world;
    struct hv_error error;
    assert_int_equal(hv_world_build(&world, &config, "/nonexistent/x.elf", &options, &error), -1);
    assert_string_equal(error.text, "/nonexistent/x.elf: No such file or directory");
    assert_int_equal(hv_world_build(&world, &config, "/tmp", &options, &error), -1);
    assert_string_equal(error.text, "/tmp: not a regular file, expected an ELF32 RISC-V program");
}

static void test_not_a_program(void **state)
{
    (void)state;
    struct program_file file = program();
    file.length = 0;
    bad_file(&file, "not an ELF file");
    file = program();
    file.content.header.e_ident[0] = '#';
    bad_file(&file, "not an ELF file");
    file = program();
    file.content.header.e_ident[EI_CLASS] = ELFCLASS64;
    bad_file(&file, "64-bit ELF file, expected a 32-bit one");
    file.content.header.e_ident[EI_CLASS] = 7;
    bad_file(&file, "ELF class 7, expected 1");
    file = program();
    file.content.header.e_ident[EI_DATA] = ELFDATA2MSB;
    bad_file(&file, "big-endian");
    file = program();
    file.content.header.e_machine = EM_ARM;
    bad_file(&file, "ELF file for machine 40, expected 243 (RISC-V)");
    file = program();
    file.content.header.e_type = ET_REL;
    bad_file(&file, "an object file (ELF type 1), expected a program: link it");
    file.content.header.e_type = ET_CORE;
    bad_file(&file, "ELF file of type 4, expected 2");
    file = program();
    file.content.header.e_phnum = 0;
    bad_file(&file, "no program headers");
    file = program();
    file.content.segment.p_type = PT_NOTE;
    bad_file(&file, "nothing to load");
}

/* The program with a table of sections behind it and, behind that, one of the sections. */
static struct program_file program_with_sections(void)
{
    struct program_file file = program();
    Elf32_Ehdr *header = &file.content.header;
    Elf32_Shdr sections[4] = {{.sh_type = SHT_NULL},
                              {.sh_type = SHT_PROGBITS, .sh_offset = file.content.segment.p_offset, .sh_size = 8},
                              {.sh_type = SHT_NOBITS, .sh_offset = 0x10000, .sh_size = 0x10000},
                              {.sh_type = SHT_PROGBITS, .sh_size = 8}};
    header->e_shoff = (Elf32_Off)file.length;
    header->e_shnum = 4;
    file.length += sizeof sections;
    sections[3].sh_offset = (Elf32_Off)file.length;
    file.length += sections[3].sh_size;
    memcpy(&file.content.words[2], sections, sizeof sections);
    return file;
}

static void test_entry(void **state)
{
    (void)state;
    struct program_file file = program();
    file.content.header.e_entry = RAM + 2;
    bad_file(&file, "entry 0x80000002 is misaligned, expected a multiple of 4");
    file.content.header.e_entry = RAM + 4;
    bad_file(&file, "entry 0x80000004, expected 0x80000000, the reset vector: link what is to run first in front");
    file.content.segment.p_offset = 0; /* the ELF headers are loaded to the reset vector */
    bad_file(&file, "the reset vector: the ELF headers are there, link with -Wl,-n");
}

/* The file is loaded as the same bytes at RAM, with this warning ("": none). */
static void loaded(struct program_file *file, const char *warning)
{
    struct hv_config config = preset("default");
    struct hv_world world;
    struct hv_error error = {""};
    program_write(file);
    if (hv_world_build(&world, &config, file->path, &(struct hv_world_options){.depth = 1}, &error))
        fail_msg("%s", error.text);
    program_remove(file);
    assert_int_equal(world.count, 2);
    assert_int_equal(world.segments[1].real, RAM + world.monitor_bytes);
    assert_int_equal(world.segments[1].length, sizeof words);
    assert_memory_equal(world.segments[1].bytes, words, sizeof words);
    if (*warning ? !strstr(world.warning.text, warning) : *world.warning.text)
        fail_msg("found warning '%s', expected '%s'", world.warning.text, warning);
    hv_world_free(&world);
}

/* What flags announce may never be executed: a warning. RV32E's registers are all there. */
static void test_flags(void **state)
{
    (void)state;
    static const struct {
        uint32_t flags;
        const char *warning;
    } rows[] = {{0x00, ""},
                {0x01, "built for compressed instructions, which the machine lacks"},
                {0x04, "built for floating-point registers, which the machine lacks"},
                {0x03, "compressed instructions and floating-point registers, which the machine lacks and takes for "
                       "illegal instructions; build with -march=rv32ima -mabi=ilp32"},
                {0x08, ""},
                {0x10, ""}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct program_file file = program();
        file.content.header.e_flags = rows[i].flags;
        loaded(&file, rows[i].warning);
    }
}

/* By physical addresses, whatever the virtual ones; by the virtual ones if the physical ones are not RAM; the entry
 * goes with its segment. */
static void test_placed(void **state)
{
    (void)state;
    struct program_file file = program();
    file.content.header.e_type = ET_DYN;
    loaded(&file, "");
    file.content.segment.p_vaddr = file.content.header.e_entry = 0xc0000000;
    loaded(&file, "");
    file.content.header.e_entry += 4;
    bad_file(&file, "entry 0x80000004, expected 0x80000000");
    file = program();
    file.content.segment.p_paddr = 0;
    loaded(&file, "");
    file.content.segment.p_vaddr = file.content.header.e_entry = 0x10000;
    bad_file(&file,
             "segment of 0x8 bytes at 0x00000000, expected it within 0x80000000 to 0x800effff, the program's RAM "
             "at depth 2 in configuration default; link it for that place, as software/program.ld does");
    file.content.header.e_type = ET_DYN;
    bad_file(&file, "; it is position-independent: link it for that place");
    file = program();
    file.content.segment.p_memsz = 0x100000; /* in the right place, but too large */
    bad_file(&file, "the program's RAM at depth 2 in configuration default");
}

/* The ELF headers in front of the code in its segment, as GNU ld puts them: what lies outside RAM is left away as far
 * as it is no program. */
static void test_headers_in_front(void **state)
{
    (void)state;
    struct program_file file = program(); /* no sections: the headers, then zeros */
    const uint32_t front = file.content.segment.p_offset;
    file.content.segment.p_offset = 0;
    file.content.segment.p_filesz = file.content.segment.p_memsz = front + (uint32_t)sizeof words;
    file.content.segment.p_vaddr = file.content.segment.p_paddr = RAM - front;
    loaded(&file, "");
    file.content.segment.p_paddr -= 4; /* one word of the program too */
    file.content.segment.p_vaddr -= 4;
    file.content.header.e_entry -= 4;
    bad_file(&file, "does not fit");

    struct program_file with = program_with_sections(); /* they say what the program's is */
    Elf32_Shdr *sections = (Elf32_Shdr *)(void *)((uint8_t *)&with.content + with.content.header.e_shoff);
    with.content.segment.p_offset = 0;
    with.content.segment.p_filesz = with.content.segment.p_memsz = front + (uint32_t)sizeof words;
    with.content.segment.p_vaddr = with.content.segment.p_paddr = RAM - front;
    sections[1].sh_addr = RAM;
    sections[1].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
    loaded(&with, "");
    sections[3].sh_addr = RAM - 8;
    sections[3].sh_flags = SHF_ALLOC;
    bad_file(&with, "does not fit: segment of 0x5c bytes at 0x7fffffac");
    sections[3].sh_type = SHT_NOTE;
    loaded(&with, "");
}

/* Cut off after every byte: an error each time, and a clear one. */
static void test_truncated(void **state)
{
    (void)state;
    struct program_file whole = program();
    for (size_t length = 4; length < whole.length; length++) {
        struct program_file file = program();
        file.length = length;
        bad_file(&file, "truncated");
    }
    struct program_file file = program();
    file.content.segment.p_offset = 0xfffffff0;
    bad_file(&file, "truncated");
    file = program();
    file.content.header.e_phoff = 0xffffffe0;
    bad_file(&file, "truncated or damaged");
    file = program();
    file.content.segment.p_memsz = 4;
    bad_file(&file, "damaged: segment at 0x80000000 has 8 bytes in the file, expected at most 4");
}

/* Cut off behind all that is loaded: what it says of the RAM that it needs may have been lost. */
static void test_truncated_sections(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    struct program_file whole = program_with_sections();
    struct hv_world world;
    struct hv_error error;
    program_write(&whole);
    assert_int_equal(hv_world_build(&world, &config, whole.path, &(struct hv_world_options){0}, &error), 0);
    hv_world_free(&world);
    program_remove(&whole);
    for (size_t length = 4; length < whole.length; length++) {
        struct program_file file = program_with_sections();
        file.length = length;
        bad_file(&file, "truncated");
    }
    struct program_file file = program_with_sections();
    file.length--;
    bad_file(&file, "truncated: 259 bytes, expected 260 for section 3");
    file = program_with_sections();
    file.content.header.e_shentsize = 48;
    bad_file(&file, "truncated or damaged");
    file = program_with_sections();
    file.content.header.e_shoff = 0xffffffe0;
    bad_file(&file, "truncated or damaged");
}

static void test_does_not_fit(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    for (unsigned depth = 0; depth <= 4; depth++) {
        struct program_file file = program();
        struct hv_world_options options = {.depth = depth};
        struct hv_world world;
        struct hv_error error;
        file.content.segment.p_memsz = 0xf0000;
        program_write(&file);
        assert_int_equal(hv_world_build(&world, &config, file.path, &options, &error), 0);
        hv_world_free(&world);
        program_remove(&file);
        file.content.segment.p_memsz++;
        refused(&file, &config, &options,
                "does not fit: segment of 0xf0001 bytes at 0x80000000, expected it within "
                "0x80000000 to 0x800effff");
    }
    struct program_file file = program();
    file.content.segment.p_vaddr = 0;
    file.content.segment.p_paddr = RAM - 4;
    bad_file(&file, "does not fit");
    file.content.segment.p_paddr = 0;
    bad_file(&file, "does not fit");
    file.content.segment.p_paddr = RAM + 0xf0000;
    bad_file(&file, "does not fit");
    file.content.segment.p_paddr = RAM + 0xefffc;
    bad_file(&file, "does not fit");
}

static void bad_options(const char *name, struct hv_world_options options, const char *message)
{
    struct hv_config config = preset(name);
    struct program_file file = program();
    refused(&file, &config, &options, message);
}

static void test_options(void **state)
{
    (void)state;
    bad_options("default", (struct hv_world_options){.depth = 5},
                "depth: found 5, expected at most 4, the depth of configuration default");
    bad_options("plain", (struct hv_world_options){.depth = 1}, "depth: found 1, expected at most 0");
    bad_options("default", (struct hv_world_options){.depth = 2, .guests = 5}, "guests: found 5, expected 1 to 4");
    bad_options("default", (struct hv_world_options){.depth = 0, .guests = 2},
                "guests: found 2 at depth 0, expected 1, or a depth with a monitor");
    bad_options("default", (struct hv_world_options){.depth = 2, .guests = 2, .switch_level = 2},
                "switch level: found 2, expected less than the depth, 2");
    bad_options("goldberg", (struct hv_world_options){.depth = 1},
                "hv_root: found 0x0, expected 0x40 (ram_base + 0x40)");
}

static void refused_config(const struct hv_config *config, struct hv_world_options options, const char *message)
{
    struct program_file file;
    program_begin(&file, config->ram_base, words, 2);
    refused(&file, config, &options, message);
}

static void test_configurations(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    config.reset_vector += 0x100;
    refused_config(&config, (struct hv_world_options){.depth = 1}, "reset_vector: found 0x80000100, expected");
    config = preset("default");
    config.ram_bytes = 0x10000;
    refused_config(&config, (struct hv_world_options){.depth = 1}, "ram_bytes: found 0x10000, expected more");
    config = preset("default");
    config.syllable_bits = 1;
    refused_config(&config, (struct hv_world_options){.depth = 1, .guests = 2}, "expected at most 1");
    config = preset("default");
    config.f_maps = HV_F_LINEAR;
    refused_config(&config, (struct hv_world_options){.depth = 1, .relocation = true},
                   "memory maps: found rb, expected linear");
    config.ram_base += 0x1000;
    config.hv_root += 0x1000;
    config.reset_vector += 0x1000;
    config.ram_bytes = 0x800000;
    refused_config(&config, (struct hv_world_options){.depth = 1}, "expected a multiple of 0x4000: linear maps");
}

/* --- layout ------------------------------------------------------------------------ */

static struct hv_world built(const struct hv_config *config, struct hv_world_options options)
{
    struct hv_world world;
    struct hv_error error = {""};
    struct program_file file;
    program_begin(&file, config->reset_vector, words, 2);
    program_write(&file);
    if (hv_world_build(&world, config, file.path, &options, &error))
        fail_msg("%s", error.text);
    program_remove(&file);
    for (size_t i = 0; i < world.count; i++) {
        assert_true(world.segments[i].real >= config->ram_base);
        assert_true(world.segments[i].real - config->ram_base + world.segments[i].length <= config->ram_bytes);
    }
    return world;
}

static struct monitor_boot boot_of(const struct hv_segment *segment)
{
    struct monitor_boot boot;
    assert_true(segment->length >= MONITOR_BOOT_OFFSET + sizeof boot);
    assert_true(segment->length <= MONITOR_BYTES);
    memcpy(&boot, segment->bytes + MONITOR_BOOT_OFFSET, sizeof boot); /* the tests' host is little-endian too */
    assert_int_equal(boot.magic, MONITOR_MAGIC);
    return boot;
}

static void test_layout(void **state)
{
    (void)state;
    static const char *const names[] = {"small", "default", "wide"};
    for (unsigned n = 0; n < 3; n++) {
        struct hv_config config = preset(names[n]);
        for (unsigned depth = 0; depth <= config.depth; depth++) {
            struct hv_world world = built(&config, (struct hv_world_options){.depth = depth});
            assert_int_equal(world.monitor_bytes, MONITOR_BYTES);
            assert_int_equal(world.program_ram_bytes, config.ram_bytes - config.depth * MONITOR_BYTES);
            assert_int_equal(world.count, depth + 1);
            assert_int_equal(world.programs, 1);
            assert_int_equal(world.program_real[0], config.ram_base + depth * MONITOR_BYTES);
            assert_int_equal(world.segments[depth].real, world.program_real[0]);
            assert_memory_equal(world.segments[depth].bytes, words, sizeof words);
            for (unsigned i = 0; i < depth; i++) {
                struct monitor_boot boot = boot_of(&world.segments[i]);
                assert_int_equal(world.segments[i].real, config.ram_base + i * MONITOR_BYTES);
                assert_int_equal(boot.guests, 1);
                assert_int_equal(boot.flags, MONITOR_LINEAR | MONITOR_IO_TABLE);
                assert_int_equal(boot.guest_offset, MONITOR_BYTES);
                assert_int_equal(boot.guest_bytes, world.program_ram_bytes + (depth - 1 - i) * MONITOR_BYTES);
                assert_int_equal(boot.guest_pc, config.reset_vector);
                assert_int_equal(boot.uart_base, config.uart_base);
                assert_int_equal(boot.clint_base, config.clint_base);
                assert_int_equal(boot.finisher_base, config.finisher_base);
            }
            hv_world_free(&world);
        }
    }
}

static int by_real(const void *a, const void *b)
{
    const struct hv_segment *x = a, *y = b;
    return x->real < y->real ? -1 : x->real > y->real;
}

/* However many guests and wherever they are switched: nothing overlaps, all is in RAM, and the program's RAM
 * depends on the number of guests alone. */
static void test_guests(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    for (unsigned guests = 1; guests <= 4; guests++)
        for (unsigned depth = 1; depth <= 4; depth++)
            for (unsigned level = 0; level < depth; level++) {
                struct hv_world world =
                    built(&config, (struct hv_world_options){.depth = depth, .guests = guests, .switch_level = level});
                uint32_t bytes = world.program_ram_bytes;
                assert_int_equal(bytes, ((config.ram_bytes - MONITOR_BYTES) / guests - 3 * MONITOR_BYTES) & ~4095u);
                assert_int_equal(world.programs, guests);
                unsigned monitors = guests > 1 ? level + 1 + guests * (depth - 1 - level) : depth;
                assert_int_equal(world.count, monitors + guests);
                qsort(world.segments, world.count, sizeof *world.segments, by_real);
                for (size_t i = 0; i + 1 < world.count; i++) {
                    bool is_program = world.segments[i].length == sizeof words;
                    uint32_t room = world.segments[i + 1].real - world.segments[i].real;
                    assert_true(room >= (is_program ? bytes : MONITOR_BYTES));
                }
                const struct hv_segment *last = &world.segments[world.count - 1];
                assert_true(last->real - config.ram_base + bytes <= config.ram_bytes);
                for (size_t i = 0; i < world.count; i++) {
                    bool is_switch = guests > 1 && world.segments[i].real == config.ram_base + level * MONITOR_BYTES;
                    if (world.segments[i].length != sizeof words)
                        assert_int_equal(boot_of(&world.segments[i]).guests, is_switch ? guests : 1);
                }
                hv_world_free(&world);
            }
}

/* The table of devices is as short as it can be, with an entry for each of the three pages; without room for it there
 * is none. */
static void test_io_table(void **state)
{
    (void)state;
    static const struct {
        uint32_t uart, clint, finisher, first, grain, entries;
    } rows[] = {{0x10000000, 0x02000000, 0x00100000, 0, 13, 9},
                {0x10000000, 0x10010000, 0x10002000, 0x10000, 1, 14 > MONITOR_IO_ENTRIES ? 0 : 14},
                {0x02010000, 0x02000000, 0x02014000, 0x2008, 2, 4},
                {0x10000000, 0x20000000, 0x20010000, 0, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hv_config config = preset("default");
        config.uart_base = rows[i].uart;
        config.clint_base = rows[i].clint;
        config.finisher_base = rows[i].finisher;
        struct hv_world world = built(&config, (struct hv_world_options){.depth = 1});
        struct monitor_boot boot = boot_of(&world.segments[0]);
        assert_int_equal(boot.io_entries, rows[i].entries);
        assert_int_equal(!!(boot.flags & MONITOR_IO_TABLE), rows[i].entries != 0);
        if (rows[i].entries) {
            assert_int_equal(boot.io_first, rows[i].first);
            assert_int_equal(boot.io_grain, rows[i].grain);
        }
        hv_world_free(&world);
    }
}

/* Those that run guests in turns, and all inside them, deny WFI; the others do not. */
static void test_turns_flags(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    config.ram_bytes = 0x400000;
    struct hv_world world =
        built(&config, (struct hv_world_options){.depth = 3, .guests = 2, .switch_level = 1, .console = 2});
    assert_false(boot_of(&world.segments[0]).flags & MONITOR_NO_WFI);
    assert_true(boot_of(&world.segments[1]).flags & MONITOR_NO_WFI);
    assert_int_equal(boot_of(&world.segments[1]).console, 2);
    assert_true(boot_of(&world.segments[2]).flags & MONITOR_NO_WFI);
    hv_world_free(&world);
}

static void test_boot_flags(void **state)
{
    (void)state;
    struct hv_config config = preset("default");
    struct hv_world world = built(&config, (struct hv_world_options){.depth = 2,
                                                                     .on_demand = true,
                                                                     .emulate_devices = true,
                                                                     .relocation = true,
                                                                     .deny_counters = true,
                                                                     .deny_wfi = true,
                                                                     .hypercalls = true,
                                                                     .quantum = 0x123456789});
    uint32_t flags = MONITOR_ON_DEMAND | MONITOR_EMULATE | MONITOR_NO_COUNTERS | MONITOR_NO_WFI | MONITOR_IO_TABLE;
    struct monitor_boot boot = boot_of(&world.segments[0]);
    assert_int_equal(boot.flags, flags);
    assert_int_equal(boot.quantum_low, 0x23456789);
    assert_int_equal(boot.quantum_high, 1);
    assert_int_equal(boot_of(&world.segments[1]).flags, flags | MONITOR_HYPERCALLS); /* level 0 has nobody to call */
    hv_world_free(&world);
    config.f_maps = HV_F_RB;
    world = built(&config, (struct hv_world_options){.depth = 1});
    assert_int_equal(boot_of(&world.segments[0]).flags, 0);
    hv_world_free(&world);
    config.f_maps = HV_F_LINEAR;
    world = built(&config, (struct hv_world_options){.depth = 1});
    assert_int_equal(boot_of(&world.segments[0]).flags, MONITOR_LINEAR | MONITOR_IO_LINEAR | MONITOR_IO_TABLE);
    hv_world_free(&world);
}

/* RAM larger than 1024 pages: the grain grows, and sizes with it. */
static void test_grain(void **state)
{
    (void)state;
    static const struct {
        uint32_t ram, guests, grain, monitor;
    } rows[] = {{0x3d4000, 1, 0, 0x4000},   {0x3d5000, 1, 1, 0x4000},     {0x400000, 1, 1, 0x4000},
                {0x800000, 2, 2, 0x4000},   {0x1000000, 4, 3, 0x8000},    {0x1100000, 3, 3, 0x8000},
                {0x2000000, 1, 4, 0x10000}, {0x40000000, 1, 9, 0x200000}, {0x40000000, 4, 9, 0x200000}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hv_config config = preset("default");
        config.ram_bytes = rows[i].ram;
        struct hv_world world = built(&config, (struct hv_world_options){.depth = 4, .guests = rows[i].guests});
        uint32_t unit = 4096u << rows[i].grain;
        assert_int_equal(world.monitor_bytes, rows[i].monitor);
        assert_int_equal(world.program_ram_bytes % unit, 0);
        for (size_t s = 0; s < world.count; s++) {
            if (world.segments[s].length == sizeof words)
                continue;
            struct monitor_boot boot = boot_of(&world.segments[s]);
            assert_int_equal(boot.grain, rows[i].grain);
            assert_int_equal(boot.guest_offset % unit, 0);
            assert_int_equal(boot.guest_bytes % unit, 0);
            assert_true(boot.guest_bytes / unit <= MONITOR_TABLE_ENTRIES / boot.guests);
            assert_int_equal((world.segments[s].real - config.ram_base) % unit, 0);
        }
        hv_world_free(&world);
    }
}

/* A configuration too small for monitors still runs programs, and other RAM bases are as good. */
static void test_other_machines(void **state)
{
    (void)state;
    struct hv_config config = preset("goldberg");
    struct hv_world world = built(&config, (struct hv_world_options){0});
    assert_int_equal(world.program_ram_bytes, config.ram_bytes);
    assert_int_equal(world.count, 1);
    assert_int_equal(world.segments[0].real, config.reset_vector);
    assert_int_equal(world.program_real[0], config.ram_base);
    hv_world_free(&world);
    config.ram_bytes = 4096;
    config.reset_vector = 0;
    config.f_maps = HV_F_LINEAR;
    world = built(&config, (struct hv_world_options){0});
    assert_int_equal(world.program_ram_bytes, 4096);
    hv_world_free(&world);
    config = preset("default");
    config.ram_base = config.reset_vector = 0x40003000;
    config.hv_root = 0x40003040;
    world = built(&config, (struct hv_world_options){.depth = 3});
    assert_int_equal(world.program_real[0], 0x40003000 + 3 * MONITOR_BYTES);
    hv_world_free(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_file),        cmocka_unit_test(test_not_a_program),
        cmocka_unit_test(test_entry),          cmocka_unit_test(test_flags),
        cmocka_unit_test(test_placed),         cmocka_unit_test(test_headers_in_front),
        cmocka_unit_test(test_truncated),      cmocka_unit_test(test_truncated_sections),
        cmocka_unit_test(test_does_not_fit),   cmocka_unit_test(test_options),
        cmocka_unit_test(test_configurations), cmocka_unit_test(test_layout),
        cmocka_unit_test(test_guests),         cmocka_unit_test(test_boot_flags),
        cmocka_unit_test(test_io_table),       cmocka_unit_test(test_turns_flags),
        cmocka_unit_test(test_grain),          cmocka_unit_test(test_other_machines),
    };
    return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
