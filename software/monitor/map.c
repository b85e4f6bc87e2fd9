/* f of each guest: the memory map is its RAM, the I/O map the one device page that is passed
 * through.
 *
 * Entries and windows only ever grow while a guest runs, and hardware remembers no failures: so
 * growing needs no fence. Moving and closing do. */
#include "software/monitor/monitor.h"

enum { RIGHTS = HV_PTE_V | HV_PTE_R | HV_PTE_W | HV_PTE_X | HV_PTE_A | HV_PTE_D };

static uint32_t tables[MONITOR_TABLE_ENTRIES] __attribute__((section(".tables"), aligned(PAGE_BYTES)));

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

static void fill_table(struct guest *guest, bool beforehand)
{
    uint32_t *end = guest->table + (guest_pages() >> boot.grain);
    uint32_t value = beforehand ? ram_entry(guest, 0) : 0, step = beforehand ? 1u << boot.grain << HV_PTE_PPN_SHIFT : 0;

#pragma GCC unroll 8
    for (uint32_t *entry = guest->table; entry != end; entry++, value += step)
        *entry = value;
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

void map_guest(struct guest *guest, uint32_t number)
{
    bool linear = has(MONITOR_LINEAR), beforehand = !has(MONITOR_ON_DEMAND);

    guest->table = &tables[number * (MONITOR_TABLE_ENTRIES / boot.guests)];
    guest->vm.memory = (struct hv_window){
        .form = linear ? HV_FORM_LINEAR | boot.grain << HV_FORM_GRAIN_SHIFT : HV_FORM_RB,
        .first = page_of(ram_base()),
        .base = linear ? (uint32_t)guest->table : page_of(guest->ram),
        .bound = linear || beforehand ? guest_pages() : 0,
    };
    if (linear)
        fill_table(guest, beforehand);
    if (beforehand && !has(MONITOR_EMULATE))
        map_io(guest, page_of(boot.uart_base));
}

void map_close_device(struct guest *guest, uint32_t name)
{
    if (guest->vm.io.form == HV_FORM_NONE || guest->vm.io.first != page_of(name))
        return;
    guest->vm.io.form = HV_FORM_NONE;
    hv_fence(guest->syllable);
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
    map_io(guest, page_of(name));
    hv_fence(guest->syllable); /* compositions of the page that the window showed before */
}

uint32_t *guest_word(const struct guest *guest, uint32_t name)
{
    uint32_t offset = name - ram_base();

    if (offset >= boot.guest_bytes || name % 4)
        return NULL;
    return (uint32_t *)(guest->ram + offset);
}
