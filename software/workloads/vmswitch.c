/*
 * A monitor small enough to read at one sitting: it switches between two
 * virtual machines that pass a number to and fro.
 *
 * Both VMs run the same code at the same names, and have their data at the
 * same names, but in different memory. Their f-maps are of two windows: one
 * for the code (the memory map) and one for the data (the I/O map, which may
 * lead to memory as well). The first VM's data window is linear (a table), mapped
 * on demand and with its pages marked dirty when they are first written; the
 * second one's is relocation-bounds. A VM ends its turn with hv.exit, and
 * reads a device that is not there, which the monitor stands in for.
 *
 * It does so at whatever level it runs, if the level below gives it the VM
 * capability (misa.X) and the machine is deep enough. Else LVMID is an illegal
 * instruction, and the two run as coroutines of the same program instead.
 *
 * Check: the number that comes out at the end, confirmed by a native build in
 * which the two are plain functions; and, with VMs, what the monitor was
 * called for.
 */

#include "guest.h"
#include "program.h"

#ifndef HOST
#include "csr.h"
#include "vmswitch.h"
#endif

enum { GUESTS = 2, ROUNDS = 24, DATA_PAGES = 6, USED_WORDS = 32 };

/* What a guest finds at the base of its data; its stack follows in the same
   page, and the other pages are for its work. */
struct guest {
    bool in_vm;
    uint32_t number;
    uint32_t (*exchange)(uint32_t value); /* a coroutine's way to end its turn */
};

#define DEVICE_VALUE(number) (0x5EED0000u + 77 * (number))
#define EXPECTED             0xC675A93Au

static PAGE_ALIGNED NOINIT uint8_t memory[GUESTS][DATA_PAGES * PAGE_BYTES];

/* --- the guests ------------------------------------------------------------- */

#define DATA_NAME   0x90000000u /* no such RAM exists: the name is the VM's */
#define DEVICE_NAME 0x0A000000u

#ifdef HOST

static uint32_t read_device(const struct guest *guest)
{
    return DEVICE_VALUE(guest->number);
}

#else

static inline __attribute__((always_inline)) uint32_t read_device(const struct guest *guest)
{
    if (guest->in_vm)
        return *(volatile uint32_t *)DEVICE_NAME;
    return DEVICE_VALUE(guest->number);
}

#endif

/* One turn: a message comes in, is worked into all pages, and goes out. */
GUEST static uint32_t guest_turn(struct guest *guest, uint32_t message)
{
    uint32_t random = message | 1;

    for (uint32_t page = 1; page < DATA_PAGES; page++) {
        uint32_t *words = (uint32_t *)((uintptr_t)guest + page * PAGE_BYTES);

        for (uint32_t i = 0; i < USED_WORDS; i++) {
            uint32_t at = random_next(&random) % USED_WORDS;

            message = digest(message, words[at]);
            words[at] = message ^ guest->number;
        }
    }
    return message + read_device(guest);
}

#ifdef HOST

int main(void)
{
    uint32_t number = 1;

    for (int round = 0; round < ROUNDS; round++)
        for (uint32_t i = 0; i < GUESTS; i++) {
            struct guest *guest = (struct guest *)(void *)memory[i];

            guest->number = i;
            number = guest_turn(guest, number);
        }
    check_equal(number, EXPECTED, 1, "the number at the end");
    return 0;
}

#else

static inline __attribute__((always_inline)) uint32_t guest_exchange(struct guest *guest, uint32_t value)
{
    register uint32_t a0 __asm__("a0") = value;

    if (!guest->in_vm)
        return guest->exchange(value);
    HV_EXIT(a0); /* the monitor answers in a0 */
    return a0;
}

/* Where a guest begins, as a VM and as a coroutine: never returns. */
GUEST static void guest_main(struct guest *guest, uint32_t message)
{
    for (;;)
        message = guest_exchange(guest, guest_turn(guest, message));
}

static void make_guests(bool in_vm)
{
    for (uint32_t i = 0; i < GUESTS; i++) {
        struct guest *guest = (struct guest *)(void *)memory[i];

        for (uint32_t page = 1; page < DATA_PAGES; page++)
            for (uint32_t w = 0; w < USED_WORDS; w++)
                ((uint32_t *)(void *)(memory[i] + page * PAGE_BYTES))[w] = 0;
        guest->in_vm = in_vm;
        guest->number = i;
        guest->exchange = coroutine_exchange;
    }
}

/* --- with virtual machines --------------------------------------------------- */

static struct vmcb vmcb[GUESTS] __attribute__((aligned(512)));
static struct vmcb *vmtab[GUESTS + 1]; /* syllable 0 is NULL */
static const uint32_t syllable[GUESTS] = {1, 2};
static PAGE_ALIGNED uint32_t table[GUESTS][PAGE_BYTES / 4]; /* of linear maps */

static uint32_t exits, device_reads, demands, first_writes;

static uint32_t page_of(uintptr_t name)
{
    return name / PAGE_BYTES;
}

static void map_by_relocation(struct window *window, uint32_t first, uint32_t base, uint32_t pages)
{
    *window = (struct window){.form = FORM_RB, .first = first, .base = base, .bound = pages};
}

/* Nothing mapped yet. */
static void map_by_table(struct window *window, uint32_t first, uint32_t *entries, uint32_t pages)
{
    for (uint32_t i = 0; i < pages; i++)
        entries[i] = 0;
    *window = (struct window){.form = FORM_LINEAR, .first = first, .base = (uint32_t)entries, .bound = pages};
}

static void map_data(uint32_t i, enum form form)
{
    if (form == FORM_LINEAR)
        map_by_table(&vmcb[i].io, page_of(DATA_NAME), table[i], DATA_PAGES);
    else
        map_by_relocation(&vmcb[i].io, page_of(DATA_NAME), page_of((uintptr_t)memory[i]), DATA_PAGES);
}

static void map_code(uint32_t i, enum form form)
{
    uint32_t first = page_of((uintptr_t)guest_code_start);
    uint32_t pages = page_of((uintptr_t)guest_code_end) - first;
    uint32_t *entries = table[i] + PAGE_BYTES / 8; /* the upper half of the page */

    if (form == FORM_LINEAR) {
        map_by_table(&vmcb[i].memory, first, entries, pages);
        for (uint32_t p = 0; p < pages; p++)
            entries[p] = (first + p) << PTE_PPN_SHIFT | PTE_V | PTE_R | PTE_X | PTE_A;
    } else {
        map_by_relocation(&vmcb[i].memory, first, first, pages);
    }
}

static void make_vm(uint32_t i)
{
    struct vmcb *vm = &vmcb[i];

    vmtab[syllable[i]] = vm;
    vm->caps = CAPS_EXIT;
    vm->pc = (uint32_t)guest_main;
    vm->mode = 3; /* M */
    vm->x[2] = DATA_NAME + PAGE_BYTES;
    vm->x[10] = DATA_NAME;
    map_code(i, FORM_RB);
    map_data(i, i == 0 ? FORM_LINEAR : FORM_RB);
}

/* Does the work of a load from the device in the VM's place. */
static void emulate_device(uint32_t i)
{
    struct vmcb *vm = &vmcb[i];
    uint32_t rd = vm->fault_instruction >> 7 & 31;

    check((vm->fault_instruction & 0x707F) == 0x2003, 11, "the device is read by lw");
    check(vm->fault_address == DEVICE_NAME, 12, "the fault is the device's");
    if (rd != 0)
        vm->x[rd] = DEVICE_VALUE(i);
    vm->resume |= RESUME_SKIP;
    device_reads++;
}

/* A fault at the linear data window: maps the page, or marks it dirty. */
static void serve_page(uint32_t i, bool store)
{
    uint32_t page = page_of(vmcb[i].fault_address - DATA_NAME);
    uint32_t *entry = &table[i][page];

    if (!(*entry & PTE_V)) {
        *entry = page_of((uintptr_t)(memory[i] + page * PAGE_BYTES)) << PTE_PPN_SHIFT | PTE_V | PTE_R | PTE_W | PTE_A;
        demands++;
    }
    if (store && !(*entry & PTE_D)) {
        *entry |= PTE_D;
        first_writes++;
    }
    hv_fence(syllable[i]);
}

/* Is the name in the data window? */
static bool is_data(uint32_t name)
{
    return name - DATA_NAME < DATA_PAGES * PAGE_BYTES;
}

/* One turn of a VM. False if the machine refuses to run it, with *why the
   cause of the exception; then the VM has not run. */
static bool vm_turn(uint32_t i, uint32_t *number, uint32_t *why)
{
    struct vmcb *vm = &vmcb[i];

    /* The first message is guest_main's second argument, the others are what
       hv.exit answers. */
    vm->x[vm->fault_count == 0 ? 11 : 10] = *number;
    for (;;) {
        *why = hv_enter(vm, &syllable[i]);
        if (*why)
            return false;

        uint32_t access = vm->fault_cause >> 4 & 15;

        switch (vm->fault_cause & 15) {
        case FAULT_EXIT:
            exits++;
            *number = vm->x[10];
            return true;
        case FAULT_INTERRUPT: /* none of ours is enabled, but it does no harm */
            break;
        case FAULT_MISSING:
        case FAULT_DENIED:
            if (is_data(vm->fault_address) && vm->io.form == FORM_LINEAR)
                serve_page(i, access == ACCESS_STORE);
            else
                emulate_device(i);
            break;
        default:
            check_equal(vm->fault_cause, FAULT_EXIT, 13, "cause of a VM-fault");
        }
    }
}

/* Hardware may take only one of the two forms, and refuses a VM with the other
   one by exception VMCB, before the VM has run: then the next pair is tried. */
static bool vm_turn_in_some_form(uint32_t i, uint32_t *number, uint32_t *why)
{
    const struct {
        enum form code, data;
    } others[] = {{FORM_RB, FORM_RB}, {FORM_LINEAR, FORM_LINEAR}};

    bool done = vm_turn(i, number, why);

    for (uint32_t n = 0; n < 2 && !done && *why == CAUSE_VMCB; n++) {
        map_code(i, others[n].code);
        map_data(i, others[n].data);
        done = vm_turn(i, number, why);
    }
    return done;
}

/* False if there is no place for VMs here; *number is as it was. */
static bool run_as_vms(uint32_t *number)
{
    if (!(csr_read(misa) & MISA_X))
        return false;

    for (uint32_t i = 0; i < GUESTS; i++)
        make_vm(i);
    hv_root.vmtab = vmtab;
    hv_root.length = GUESTS;

    for (int round = 0; round < ROUNDS; round++)
        for (uint32_t i = 0; i < GUESTS; i++) {
            uint32_t why;

            if (vm_turn_in_some_form(i, number, &why))
                continue;
            /* At the deepest level of the machine the monitor below has told
               us that LVMID is illegal here; that shows at the first turn. */
            check_equal(why, CAUSE_ILLEGAL, 14, "exception at LVMID");
            check(round == 0 && i == 0, 15, "LVMID is legal once and for all");
            return false;
        }

    check(exits == GUESTS * ROUNDS, 16, "number of turns");
    check(device_reads == GUESTS * ROUNDS, 17, "number of reads of the device");
    for (uint32_t i = 0; i < GUESTS; i++)
        if (vmcb[i].io.form == FORM_LINEAR) {
            check(demands >= DATA_PAGES, 18, "each page was demanded");
            check(first_writes >= DATA_PAGES - 1, 19, "each page of work was written");
        }
    return true;
}

/* --- without -------------------------------------------------------------------- */

static void run_as_coroutines(uint32_t *number)
{
    struct coroutine routine[GUESTS];

    for (uint32_t i = 0; i < GUESTS; i++)
        coroutine_make(&routine[i], (uint32_t)guest_main, (uint32_t)memory[i] + PAGE_BYTES, (uint32_t)memory[i]);
    for (int round = 0; round < ROUNDS; round++)
        for (uint32_t i = 0; i < GUESTS; i++)
            *number = coroutine_turn(&routine[i], *number);
}

int main(void)
{
    uint32_t number = 1;

    make_guests(true);
    roi_begin();
    if (!run_as_vms(&number)) {
        make_guests(false);
        run_as_coroutines(&number);
    }
    roi_end();

    check_equal(number, EXPECTED, 1, "the number at the end");
    return 0;
}

#endif
