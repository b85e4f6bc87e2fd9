/* f of each guest: the memory map is its RAM, the I/O map the device pages that it reaches itself: the UART, the
 * finisher, and, to read, that of mtime, which lie far apart: so they are single pages of a table with a large grain
 * (boot.h). A device window, or hardware without linear maps, takes the I/O map for one page alone, which moves.
 *
 * Entries and windows only ever grow while a guest runs, and hardware remembers no failures: so
 * growing needs no fence. Moving and closing do. */
#include "software/monitor/monitor.h"

enum { CLINT_MTIME = 0xBFF8 };
enum { RIGHTS = HV_PTE_V | HV_PTE_R | HV_PTE_W | HV_PTE_X | HV_PTE_A | HV_PTE_D };

/* In one page: LVMID walks for it once. */
static struct {
    uint32_t memory[MONITOR_TABLE_ENTRIES];
    uint32_t io[MONITOR_GUESTS][MONITOR_IO_ENTRIES];
} tables __attribute__((section(".tables"), aligned(PAGE_BYTES)));
_Static_assert(sizeof tables <= PAGE_BYTES, "a page");

static uint32_t page_of(uint32_t name)
{
    return name >> PAGE_SHIFT;
}

static uint32_t guest_pages(void)
{
    return page_of(boot.guest_bytes);
}

static uint32_t ram_entry(const struct guest *guest, uint32_t entry)
{
    return (page_of(guest->ram) + (entry << boot.grain)) << HV_PTE_PPN_SHIFT | RIGHTS;
}

/* Most of what a level's start costs. Each guest has room for a multiple of eight entries, so that a few more do no
 * harm. */
__attribute__((optimize("O2"))) static void fill_table(struct guest *guest, bool beforehand)
{
    uint32_t *end = guest->table + (guest_pages() >> boot.grain);
    uint32_t value = beforehand ? ram_entry(guest, 0) : 0, step = beforehand ? 1u << boot.grain << HV_PTE_PPN_SHIFT : 0;

    for (uint32_t *entry = guest->table; entry < end; entry += MONITOR_TABLE_UNIT)
#pragma GCC unroll 8
        for (uint32_t i = 0; i < MONITOR_TABLE_UNIT; i++, value += step)
            entry[i] = value;
}

/* The I/O window on one page of the monitor's own names; hardware without the form rb takes a
 * table of one entry for it, which can withhold the right to execute. */
static void map_io(struct guest *guest, uint32_t page)
{
    bool linear = has(MONITOR_IO_LINEAR);

    guest->io_entry = page << HV_PTE_PPN_SHIFT | (RIGHTS & ~(uint32_t)HV_PTE_X);
    guest->vm.io = (struct hv_window){
        .form = linear ? HV_FORM_LINEAR : HV_FORM_RB,
        .first = page,
        .base = linear ? (uint32_t)&guest->io_entry : page,
        .bound = 1,
    };
}

static uint32_t mtime_page(void)
{
    return page_of(boot.clint_base + CLINT_MTIME);
}

static bool in_table(uint32_t page)
{
    return has(MONITOR_IO_TABLE) &&
           (page == page_of(boot.uart_base) || page == page_of(boot.finisher_base) || page == mtime_page());
}

bool maps_mtime(void)
{
    return has(MONITOR_IO_TABLE) && !has(MONITOR_EMULATE | MONITOR_NO_COUNTERS);
}

static uint32_t *io_entry(struct guest *guest, uint32_t page)
{
    return &guest->io[(page - boot.io_first) >> boot.io_grain];
}

static void map_in_table(struct guest *guest, uint32_t page)
{
    uint32_t rights = HV_PTE_V | HV_PTE_R | HV_PTE_A | HV_PTE_S;

    if (page != mtime_page())
        rights |= HV_PTE_W | HV_PTE_D;
    *io_entry(guest, page) = page << HV_PTE_PPN_SHIFT | rights;
}

static void map_table(struct guest *guest)
{
    guest->vm.io = (struct hv_window){
        .form = HV_FORM_LINEAR | boot.io_grain << HV_FORM_GRAIN_SHIFT,
        .first = boot.io_first,
        .base = (uint32_t)guest->io,
        .bound = boot.io_entries << boot.io_grain,
    };
}

/* What is mapped beforehand of the devices. */
static void map_devices(struct guest *guest)
{
    if (maps_mtime())
        map_in_table(guest, mtime_page());
    if (has(MONITOR_EMULATE) || boot.guests > 1)
        return;
    if (has(MONITOR_IO_TABLE))
        map_in_table(guest, page_of(boot.uart_base));
    else
        map_io(guest, page_of(boot.uart_base));
}

void map_guest(struct guest *guest, uint32_t number)
{
    bool linear = has(MONITOR_LINEAR), beforehand = !has(MONITOR_ON_DEMAND);

    guest->table = &tables.memory[number * monitor_table_entries(boot.guests)];
    guest->io = tables.io[number];
    guest->vm.memory = (struct hv_window){
        .form = linear ? HV_FORM_LINEAR | boot.grain << HV_FORM_GRAIN_SHIFT : HV_FORM_RB,
        .first = page_of(ram_base()),
        .base = linear ? (uint32_t)guest->table : page_of(guest->ram),
        .bound = linear || beforehand ? guest_pages() : 0,
    };
    if (linear)
        fill_table(guest, beforehand);
    if (has(MONITOR_IO_TABLE))
        map_table(guest);
    if (beforehand)
        map_devices(guest);
}

/* The I/O map is the table, not a device window's page. */
static bool shows_table(const struct guest *guest)
{
    return has(MONITOR_IO_TABLE) && guest->vm.io.base == (uint32_t)guest->io;
}

void map_close(struct guest *guest)
{
    guest->vm.memory.form = HV_FORM_NONE;
    guest->vm.io.form = HV_FORM_NONE;
    hv_fence(guest->syllable);
}

bool map_ram(struct guest *guest, uint32_t name)
{
    uint32_t page = page_of(name) - page_of(ram_base());

    if (page >= guest_pages())
        return false;
    if (has(MONITOR_LINEAR))
        guest->table[page >> boot.grain] = ram_entry(guest, page >> boot.grain);
    else
        guest->vm.memory.bound = page + 1;
    return true;
}

void map_device(struct guest *guest, uint32_t name)
{
    if (in_table(page_of(name))) {
        map_in_table(guest, page_of(name));
        if (shows_table(guest))
            return;
        map_table(guest);
    } else {
        map_io(guest, page_of(name));
    }
    hv_fence(guest->syllable); /* compositions of the page that the window showed before */
}

uint32_t *guest_word(const struct guest *guest, uint32_t name)
{
    uint32_t offset = name - ram_base();

    if (offset >= boot.guest_bytes || name % 4)
        return NULL;
    return (uint32_t *)(guest->ram + offset);
}
