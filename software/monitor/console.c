/* What several guests say, on the one UART: each line begins with the number of the guest that says it, "[2] ". A line
 * that another guest breaks off goes on behind "[2]+": so what each has said can be told apart to the last byte. */
#include "software/monitor/monitor.h"

static struct {
    uint32_t speaker; /* syllable of the guest whose line is open, or 0 */
    uint32_t cut;     /* bit i: the line of the guest with syllable i was broken off */
} console;

void console_put(uint32_t character)
{
    if (!has(MONITOR_HYPERCALLS) || hv_exit(HV_CALL_PUTCHAR, character))
        *(volatile uint8_t *)boot.uart_base = (uint8_t)character;
}

static void begin_line(const struct guest *guest)
{
    uint32_t bit = 1u << guest->syllable;

    if (console.speaker) {
        console.cut |= 1u << console.speaker;
        console_put('\n');
    }
    console_put('[');
    console_put('0' + guest->syllable);
    console_put(']');
    console_put(console.cut & bit ? '+' : ' ');
    console.cut &= ~bit;
    console.speaker = guest->syllable;
}

void console_say(const struct guest *guest, uint32_t character)
{
    if (console.speaker != guest->syllable)
        begin_line(guest);
    console_put(character);
    if (character == '\n')
        console.speaker = 0;
}

bool console_open(const struct guest *guest)
{
    return console.speaker == guest->syllable;
}
