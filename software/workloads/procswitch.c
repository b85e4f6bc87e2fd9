/*
 * A small operating system that switches between four processes.
 *
 * On a machine with relocation-bounds registers (CSRs mbase, mbound, mphi) a
 * process has a memory of its own that begins at process name 0: the kernel
 * loads the pair of registers at each switch, reads messages through the
 * process's own map, and one process steps over its bound, which is an
 * exception to the kernel and to nobody else. On a machine without them the
 * same code, copied to four places, runs in U-mode with no map.
 *
 * A process yields with ecall. With PREEMPT_TICKS not 0 the timer takes the
 * processor away from it too. What the processes compute does not depend on
 * when they are switched.
 *
 * Check: each process's results, folded into a digest that a native build,
 * where the processes are functions called one after the other, has confirmed.
 */

#include "guest.h"
#include "program.h"

#ifndef HOST
#include "csr.h"
#include "timer.h"
#include "trap.h"
#endif

#ifndef PREEMPT_TICKS
#define PREEMPT_TICKS 0
#endif

enum {
    PROCESSES = 4,
    AREA_BYTES = 4 * 4096, /* code, two pages of data, stack */
    DATA_AT = 4096,
    DATA_WORDS = 2 * 4096 / 4,
    ROUNDS = 24,
};

enum { CALL_YIELD, CALL_EXIT, CALL_NO_BOUND };

/* What a process finds in the register when it has stepped over its bound. */
#define REFUSED 0x0B0B0B0Bu

static PAGE_ALIGNED NOINIT uint8_t areas[PROCESSES][AREA_BYTES];

static struct {
    uint32_t results;
    uint32_t yields;
    bool done;
} process[PROCESSES];

static const uint32_t expected[PROCESSES] = {0x65187899u, 0x31B3CA10u, 0xF4A65E4Cu, 0x51F66F63u};

static int current;

/* --- the processes: everything below runs in U-mode ----------------------- */

#ifdef HOST

static uint32_t call(uint32_t number, uintptr_t argument)
{
    if (number == CALL_YIELD) {
        process[current].yields++;
        process[current].results = digest(process[current].results, *(const uint32_t *)argument);
    } else if (number == CALL_EXIT) {
        process[current].done = true;
        process[current].results = digest(process[current].results, (uint32_t)argument);
    }
    return REFUSED;
}

static uint32_t step_over_bound(uint32_t bound)
{
    (void)bound;
    return REFUSED;
}

#else

static inline __attribute__((always_inline)) uint32_t call(uint32_t number, uintptr_t argument)
{
    register uint32_t a0 __asm__("a0") = argument;
    register uint32_t a7 __asm__("a7") = number;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
    return a0;
}

/* The kernel answers in a0, as if the load had loaded it. */
static inline __attribute__((always_inline)) uint32_t step_over_bound(uint32_t bound)
{
    register uint32_t a0 __asm__("a0") = bound;

    if (bound == 0)
        return call(CALL_NO_BOUND, 0);
    __asm__ volatile("lw a0, 0(a0)" : "+r"(a0)::"memory");
    return a0;
}

#endif

/* Each kind of process goes through its pages in another way. */

GUEST static void work_fill(uint32_t *data, uint32_t round)
{
    uint32_t random = round + 1;

    for (uint32_t i = 1; i < DATA_WORDS; i += 16)
        data[i] = data[i] * 5 + random_next(&random);
}

GUEST static void work_sift(uint32_t *data, uint32_t round)
{
    for (uint32_t i = 1; i + 17 < DATA_WORDS; i += 17) {
        uint32_t a = data[i] ^ round, b = data[i + 17];

        data[i] = a < b ? a : b;
        data[i + 17] = a < b ? b + i : a + i;
    }
}

GUEST static void work_chase(uint32_t *data, uint32_t round)
{
    uint32_t at = round;

    for (int i = 0; i < 120; i++) {
        at = (at * 1103515245u + 12345u + data[at % DATA_WORDS]) & 0x7FFFFFFFu;
        data[1 + at % (DATA_WORDS - 1)] += at;
    }
}

GUEST static void work_divide(uint32_t *data, uint32_t round)
{
    for (uint32_t i = 1; i < DATA_WORDS; i += 32) {
        uint32_t a = 7919 * (i + round), b = 3571 + data[i] % 1000;

        while (b) {
            uint32_t rest = a % b;

            a = b;
            b = rest;
        }
        data[i] += a + round;
    }
}

GUEST static void process_main(uintptr_t base, uint32_t kind, uint32_t bound)
{
    uint32_t *data = (uint32_t *)(base + DATA_AT);

    for (uint32_t i = 0; i < DATA_WORDS; i += 16)
        data[i] = kind;

    for (uint32_t round = 0; round < ROUNDS; round++) {
        if (kind == 0)
            work_fill(data, round);
        else if (kind == 1)
            work_sift(data, round);
        else if (kind == 2)
            work_chase(data, round);
        else
            work_divide(data, round);

        data[0] = digest(data[round + 1], data[DATA_WORDS - 47 + round]);
        call(CALL_YIELD, (uintptr_t)data);
    }

    uint32_t sum = step_over_bound(bound);

    for (uint32_t i = 0; i < DATA_WORDS; i++)
        sum = digest(sum, data[i]);
    call(CALL_EXIT, sum);
    for (;;)
#ifdef HOST
        return;
#else
        continue;
#endif
}

/* --- the kernel ------------------------------------------------------------ */

static void check_results(void)
{
    for (int p = 0; p < PROCESSES; p++) {
        check(process[p].done, 1, "a process came to its end");
        check(process[p].yields == ROUNDS, 2, "number of yields");
        check_equal(process[p].results, expected[p], 10 + p, "results of a process");
    }
}

#ifdef HOST

int main(void)
{
    for (current = 0; current < PROCESSES; current++)
        process_main((uintptr_t)areas[current], (uint32_t)current, AREA_BYTES);
    check_results();
    return 0;
}

#else

/* CSRs that the assembler does not know by name: mbase is 0x380, mbound 0x381,
   mphi 0x7C0; mphi's bit 0 makes U-mode go through the map. */
enum { MPHI_U = 1 };

static struct trap_frame frames[PROCESSES];

static bool relocated; /* the machine has the registers */
static uint32_t refusals;
static uint32_t quantum = PREEMPT_TICKS;

/* Is there a map to relocate processes with? Registers that exist but hold
   nothing are those of a machine without it. */
static bool has_relocation(void)
{
    if (!csr_try_write(0x380, 0x1000) || csr_read(0x380) != 0x1000)
        return false;
    return csr_try_write(0x7C0, MPHI_U) && (csr_read(0x7C0) & MPHI_U);
}

/* A machine with physical memory protection forbids U-mode everything until
   it is told otherwise; one without it needs no telling. */
static void open_memory_to_user_mode(void)
{
    if (csr_try_write(pmpaddr0, UINT32_MAX))
        csr_write(pmpcfg0, 0x1F); /* all of memory: read, write, execute */
}

static uint32_t base_of(int p)
{
    return relocated ? 0 : (uint32_t)areas[p];
}

static struct trap_frame *dispatch(int p)
{
    current = p;
    if (relocated) {
        csr_write(0x380, (uint32_t)areas[p]);
        csr_write(0x381, AREA_BYTES);
    }
    return &frames[p];
}

static struct trap_frame *dispatch_next(void)
{
    for (int i = 1; i <= PROCESSES; i++) {
        int p = (current + i) % PROCESSES;

        if (!process[p].done)
            return dispatch(p);
    }
    trap_leave();
}

/* Reads a word of the interrupted process, by its name: MPRV makes the load
   go through the map of the mode the trap came from. */
static uint32_t read_by_name(uint32_t name)
{
    uint32_t word;

    __asm__ volatile("csrs mstatus, %2\n"
                     "lw   %0, 0(%1)\n"
                     "csrc mstatus, %2"
                     : "=&r"(word)
                     : "r"(name), "r"(MSTATUS_MPRV)
                     : "memory");
    return word;
}

static struct trap_frame *on_call(struct trap_frame *frame)
{
    uint32_t argument = frame->x[10];

    frame->pc += 4;
    switch (frame->x[17]) {
    case CALL_YIELD:
        process[current].yields++;
        process[current].results = digest(process[current].results, read_by_name(argument));
        return dispatch_next();
    case CALL_EXIT:
        process[current].done = true;
        process[current].results = digest(process[current].results, argument);
        return dispatch_next();
    case CALL_NO_BOUND:
        frame->x[10] = REFUSED;
        refusals++;
        return frame;
    default:
        check(false, 20, "a process makes a call that there is not");
        return frame;
    }
}

static struct trap_frame *kernel(struct trap_frame *frame, uint32_t cause, uint32_t value)
{
    if (cause == CAUSE_ECALL_U)
        return on_call(frame);

    if (cause == CAUSE_LOAD_ACCESS && relocated) {
        check(value == AREA_BYTES, 21, "the exception names the name");
        frame->x[10] = REFUSED;
        frame->pc += 4;
        refusals++;
        return frame;
    }

    /* Growing quanta: where a switch costs more than a quantum (the CLINT may
       be emulated many levels below), the processes get on all the same. */
    if (cause == CAUSE_TIMER && PREEMPT_TICKS) {
        quantum += quantum / 4;
        timer_set(quantum);
        return dispatch_next();
    }

    check(false, 22, "a process raises an exception that it should not");
    return frame;
}

static void create(int p)
{
    uint32_t *code = (uint32_t *)(void *)areas[p];
    uint32_t bytes = (uint32_t)guest_code_end - (uint32_t)guest_code_start;
    uint32_t *data = (uint32_t *)(void *)(areas[p] + DATA_AT);

    check(bytes <= DATA_AT, 23, "the code fits into its page");
    for (uint32_t i = 0; i < bytes / 4; i++)
        code[i] = guest_code_start[i];
    for (uint32_t i = 0; i < DATA_WORDS; i++)
        data[i] = 0;

    struct trap_frame *frame = &frames[p];

    frame->pc = base_of(p) + ((uint32_t)process_main - (uint32_t)guest_code_start);
    frame->mstatus = 0; /* MPP = U */
    frame->x[2] = base_of(p) + AREA_BYTES;
    frame->x[10] = base_of(p);
    frame->x[11] = (uint32_t)p;
    frame->x[12] = relocated ? AREA_BYTES : 0;
}

int main(void)
{
    relocated = has_relocation();
    open_memory_to_user_mode();
    for (int p = 0; p < PROCESSES; p++)
        create(p);
    __asm__ volatile("fence.i");

    if (PREEMPT_TICKS) {
        timer_set(quantum);
        csr_set(mie, MIE_MTI); /* U-mode takes it whatever MIE is */
    }
    roi_begin();
    trap_run(dispatch(0), kernel);
    roi_end();
    csr_write(mie, 0);

    check_results();
    check(refusals == PROCESSES, 3, "each process was refused once");
    return 0;
}

#endif
