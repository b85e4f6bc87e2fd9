/* Timers and turns.
 *
 * Each guest has a mtimecmp, and with several guests the turn has an end: the monitor's own
 * mtimecmp is the earliest of those that are still to come. When its timer interrupt is pending,
 * all that are not later are due; so nobody needs to read the time. When none is still to come, the
 * monitor disables its timer interrupt: each word that it writes to mtimecmp may be a VM-fault of its
 * own, and so on down.
 *
 * A single guest has no turns, and its mtimecmp is the monitor's own, word by word. */
#include "software/monitor/monitor.h"

enum { CLINT_MTIMECMP = 0x4000, SHORTEST_TURN = 256, EXTENSIONS = 8 };

static const uint64_t NEVER = UINT64_MAX;

static struct {
    uint64_t not_armed;  /* ~ the monitor's own mtimecmp: 0 at first, as after reset */
    uint64_t not_turn;   /* ~ the end of the turn */
    uint32_t stretch;    /* a turn is quantum << stretch long */
    uint32_t extensions; /* of this turn */
    bool turn_over;
} timer;

enum { MTI = 1 << HV_IRQ_MTI };

static uint64_t armed(void)
{
    return ~timer.not_armed;
}

static bool timer_pending(void)
{
    return csr_read(mip) & MTI;
}

static volatile uint32_t *own_compare(void)
{
    return (volatile uint32_t *)(boot.clint_base + CLINT_MTIMECMP);
}

/* Only words that change are written. The order
 * is such that the value in between is not in the past. */
static void arm(uint64_t when)
{
    volatile uint32_t *mtimecmp = own_compare();
    uint32_t high = (uint32_t)(when >> 32), old_high = (uint32_t)(armed() >> 32);

    if (high > old_high)
        mtimecmp[1] = high;
    if ((uint32_t)when != (uint32_t)armed())
        mtimecmp[0] = (uint32_t)when;
    if (high < old_high)
        mtimecmp[1] = high;
    timer.not_armed = ~when;
}

static bool timer_due(const struct guest *guest)
{
    return guest->vm.vip & MTI;
}

static uint64_t earliest(void)
{
    uint64_t first = ~timer.not_turn;

    for (uint32_t i = 0; i < boot.guests; i++)
        if (guests[i].state != GUEST_DONE && !timer_due(&guests[i]) && guests[i].compare < first)
            first = guests[i].compare;
    return first;
}

bool timer_interrupt(struct guest *guest)
{
    if (!(csr_read(mip) & csr_read(mie) & MTI))
        return false;
    guest->vm.vip |= MTI;
    csr_clear(mie, MTI);
    return true;
}

static void several_update(void)
{
    for (;;) {
        uint64_t next = earliest();

        if (next == NEVER) {
            csr_clear(mie, MTI);
            return;
        }
        if (next != armed())
            arm(next);
        csr_set(mie, MTI);
        if (!timer_pending())
            return;
        for (uint32_t i = 0; i < boot.guests; i++)
            if (guests[i].compare <= next)
                guests[i].vm.vip |= MTI;
        if (~timer.not_turn <= next) {
            timer.turn_over = true;
            timer.not_turn = ~NEVER;
        }
    }
}

void timer_update(void)
{
    if (boot.guests > 1)
        several_update();
    else
        timer_interrupt(&guests[0]);
}

static void single_set(struct guest *guest, uint32_t half)
{
    own_compare()[half] = (uint32_t)(guest->compare >> 32 * half);
    csr_set(mie, MTI);
    timer_interrupt(guest);
}

/* In the first page, with what else is frequent. */
__attribute__((section(".start"))) void timer_set(struct guest *guest, uint32_t half, uint32_t value)
{
    uint32_t *words = (uint32_t *)&guest->compare;

    if (words[half] == value)
        return;
    words[half] = value;
    guest->vm.vip &= ~(uint32_t)MTI;
    if (boot.guests > 1)
        several_update();
    else
        single_set(guest, half);
}

/* A turn must be longer than it takes to begin one, or the guests get nowhere: deep down, arming the timer
 * takes a while. If it is not, it is made twice as long from then on. */
void turn_begin(void)
{
    uint64_t quantum = (uint64_t)boot.quantum_high << 32 | boot.quantum_low;
    uint32_t left = 0;

    for (uint32_t i = 0; i < boot.guests; i++)
        left += guests[i].state != GUEST_DONE;
    timer.turn_over = false;
    timer.extensions = 0;
    timer.not_turn = ~NEVER;
    if (left < 2)
        return;
    for (;;) {
        uint64_t begin = time_now(), end = begin + (quantum << timer.stretch), now;

        timer.not_turn = ~end;
        timer_update();
        now = time_now();
        if (!timer.turn_over && now + 2 * (now - begin) + SHORTEST_TURN < end)
            return;
        timer.turn_over = false;
        timer.stretch++;
    }
}

static bool awake(struct guest *guest)
{
    uint32_t enabled = guest->vm.next_syllable ? guest->vm.mie | MEI : guest->vm.mie; /* MEI may be its VM's */

    if (guest->state == GUEST_WAITING && guest_pending(guest) & enabled)
        guest->state = GUEST_RUNNABLE;
    return guest->state == GUEST_RUNNABLE;
}

void guest_wait(struct guest *guest)
{
    guest->state = GUEST_WAITING;
}

static struct guest *next_awake(const struct guest *current)
{
    uint32_t number = current->syllable - 1;

    for (uint32_t i = 0; i < boot.guests; i++) {
        if (++number >= boot.guests)
            number = 0;
        if (awake(&guests[number]))
            return &guests[number];
    }
    return NULL;
}

/* A turn that is over in the middle of a line is made again, for the line's end. */
static bool extend(const struct guest *current)
{
    uint32_t extensions = timer.extensions + 1;

    if (extensions > EXTENSIONS || !console_open(current))
        return false;
    turn_begin();
    timer.extensions = extensions;
    return true;
}

struct guest *schedule(struct guest *current)
{
    struct guest *next = current;

    if (awake(current) && (!timer.turn_over || extend(current)))
        return current;
    while (!(next = next_awake(current))) {
        __asm__ volatile("wfi"); /* all wait, and so does the monitor; what nothing can wake ends below */
        timer_update();
        line_update();
    }
    turn_begin();
    return next;
}
