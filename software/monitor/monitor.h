/* The monitor: it runs one to four guests, each a machine like the one it runs on itself.
 *
 * It owns the memory behind itself (boot.h) and gives each guest a part. Everything it touches,
 * memory and devices, it touches by its own resource names: so it is itself a program that can be
 * a guest, and the same image runs at every level.
 *
 *     entry.S    start, the way out of a VM and into it
 *     short.c    VM-faults that are frequent
 *     main.c     makes the guests and their maps; what a VM-fault is answered with
 *     map.c      the two windows of f
 *     access.c   loads and stores done for a guest: UART, finisher, CLINT
 *     uart.c     a UART for each of several guests
 *     console.c  what they say on it
 *     line.c     the UART's interrupt
 *     time.c     the guests' timers on the monitor's one, turns
 *     deliver.c  exceptions and VM-faults given to a guest
 *     counter.c  counters and hypercalls
 *     tell.c     the counters of the associator, for the host of a board
 *
 * Interrupts stay disabled while the monitor runs: it looks at mip.
 */
#ifndef MONITOR_H
#define MONITOR_H

#include "hv.h"
#include "software/monitor/boot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAGE_SHIFT = 12, PAGE_BYTES = 1 << PAGE_SHIFT };

enum guest_state { GUEST_RUNNABLE, GUEST_WAITING, GUEST_DONE };

/* The UART of one of several guests: registers, and what they do not show (docs/spec.md, 10.9). */
struct guest_uart {
    uint8_t ier, lcr, mcr, scr, dll, dlm, loop_byte;
    uint8_t fifo : 1, emptied : 1, looped : 1, overrun : 1;
};

/* A VMCB, and in what hardware leaves unused of its 512 bytes, what the monitor knows of the
 * guest: one pointer, kept in mscratch while the guest runs, leads to everything. */
struct guest {
    union {
        struct vmcb vm;
        uint32_t words[HV_VMCB_BYTES / 4];
        struct {
            uint32_t of_vm[HV_VMCB_SOFTWARE / 4];
            uint32_t syllable; /* operand of LVMID; entry.S knows its place */
            uint32_t state;    /* enum guest_state */
            uint32_t ram;      /* the monitor's own name of the guest's RAM */
            uint32_t *table;   /* of the linear memory map */
            uint32_t io_entry; /* table of the linear I/O map: one page */
            uint32_t msip;
            uint64_t compare;           /* the guest's mtimecmp */
            uint64_t counter_offset[3]; /* by CSR number modulo 4: mcycle, none, minstret */
            struct guest_uart uart;
            uint32_t *io; /* table of UART, mtime and finisher */
        };
    };
};

_Static_assert(offsetof(struct guest, syllable) == HV_VMCB_SOFTWARE, "entry.S");
_Static_assert(sizeof(struct monitor_boot) <= 0xa0, "entry.S");
_Static_assert(sizeof(struct guest) == HV_VMCB_BYTES, "VMCB");

/* entry.S */
extern char image_start[]; /* at ram_base */
extern const struct monitor_boot boot;
extern struct hv_root root;

/* short.c */
enum { SHORT_NOT, SHORT_DONE, SHORT_LOADED }; /* not answered; answered; and with any register changed */
int vm_fault_short(struct guest *guest);      /* called by entry.S */

/* main.c */
extern struct guest guests[MONITOR_GUESTS];
struct guest *monitor_start(void);           /* called by entry.S: the first guest to run */
struct guest *vm_fault(struct guest *guest); /* called by entry.S: the guest to run next */
void guest_end(struct guest *guest, uint32_t status);
_Noreturn void monitor_end(uint32_t status);

/* Any of them. */
static inline bool has(uint32_t flags)
{
    return boot.flags & flags;
}

/* RAM begins at the same name at every level. */
static inline uint32_t ram_base(void)
{
    return (uint32_t)image_start;
}

/* map.c */
void map_guest(struct guest *guest, uint32_t number);
void map_close(struct guest *guest);
bool map_ram(struct guest *guest, uint32_t name);    /* is it RAM? Then it is mapped now. */
void map_device(struct guest *guest, uint32_t name); /* the page is mapped, in the table or by the I/O window */
bool maps_mtime(void);                               /* guests may read mtime themselves */
/* The monitor's view of a word of the guest's RAM; NULL if it is none. */
uint32_t *guest_word(const struct guest *guest, uint32_t name);

/* access.c: a load or store at a name that is not RAM; false if there is no device. */
bool device_access(struct guest *guest);
static inline bool in_clint(uint32_t name)
{
    return name - boot.clint_base < 0x10000;
}

/* uart.c: for several guests. Registers at an offset; `value` is that of a store. */
uint32_t uart_access(struct guest *guest, uint32_t offset, uint32_t bytes, bool store, uint32_t value);
void uart_send(struct guest *guest, uint32_t character); /* as its store to THR */
void uart_tell(struct guest *guest);                     /* MEI is pending for it, or not */

/* console.c */
void console_put(uint32_t character);
void console_say(const struct guest *guest, uint32_t character);
bool console_open(const struct guest *guest); /* it is in the middle of a line */

/* line.c */
enum { MEI = 1 << HV_IRQ_MEI };
void line_update(void);
uint32_t guest_pending(const struct guest *guest); /* in mip's layout */

/* time.c */
void timer_set(struct guest *guest, uint32_t half, uint32_t value); /* a half of its mtimecmp, 0 the low one */
bool timer_interrupt(struct guest *guest);                          /* of the only guest: was it its timer's? */
void timer_update(void);
void turn_begin(void);
void guest_wait(struct guest *guest);
struct guest *schedule(struct guest *current);

/* deliver.c */
void deliver_refusal(struct guest *guest); /* bare hardware's answer to an access to nothing */
void deliver_illegal(struct guest *guest);
void deliver_wfi(struct guest *guest);

/* counter.c */
uint64_t time_now(void);
void counter_access(struct guest *guest);
void hypercall(struct guest *guest);

/* tell.c */
void tell_counters(void);

/* Write rd of the instruction that faulted, and let the guest go on behind it. */
static inline void complete(struct guest *guest, uint32_t value)
{
    uint32_t rd = guest->vm.fault_instruction >> 7 & 31;
    if (rd)
        guest->vm.x[rd] = value;
    guest->vm.resume = HV_VMCB_RESUME_SKIP;
}

#define csr_set(csr, bits)   __asm__ volatile("csrs " #csr ", %0" ::"r"(bits) : "memory")
#define csr_clear(csr, bits) __asm__ volatile("csrc " #csr ", %0" ::"r"(bits) : "memory")

#define csr_read(csr)                                                                                                  \
    ({                                                                                                                 \
        uint32_t value_;                                                                                               \
        __asm__ volatile("csrr %0, " #csr : "=r"(value_)::"memory");                                                   \
        value_;                                                                                                        \
    })

#endif
