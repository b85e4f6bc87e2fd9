#include "timer.h"

#include "program.h"

static volatile uint32_t *const mtimecmp = (volatile uint32_t *)(CLINT_BASE + 0x4000);
static volatile uint32_t *const mtime = (volatile uint32_t *)(CLINT_BASE + 0xBFF8);

uint64_t timer_now(void)
{
    uint32_t high, low;

    do { /* until the low half has not run over between the two reads */
        high = mtime[1];
        low = mtime[0];
    } while (high != mtime[1]);
    return (uint64_t)high << 32 | low;
}

static void set_compare(uint64_t when)
{
    mtimecmp[1] = UINT32_MAX; /* so that no half-written value is in the past */
    mtimecmp[0] = (uint32_t)when;
    mtimecmp[1] = (uint32_t)(when >> 32);
}

void timer_set(uint32_t ticks)
{
    set_compare(timer_now() + ticks);
}

void timer_stop(void)
{
    set_compare(UINT64_MAX);
}
