/* A board's own devices, where the machine has the windows gpio and flash: LEDs go on one after the other, then show
 * the buttons; the first words of the flash's window are printed.
 */
#include "program.h"

#define GPIO  ((volatile uint32_t *)0x20000000)
#define FLASH ((volatile const uint32_t *)0x30000000)
enum { LEDS = 0, BUTTONS = 1 };

int main(void)
{
    for (uint32_t lit = 1; GPIO[LEDS] = lit, GPIO[LEDS] == lit; lit <<= 1) /* until there is no such LED */
        continue;
    const uint32_t buttons = GPIO[BUTTONS];
    GPIO[LEDS] = buttons;
    uart_put_string("buttons ");
    uart_put_hex(buttons);
    uart_put_string("\nflash");
    for (unsigned i = 0; i < 4; i++) {
        uart_put_char(' ');
        uart_put_hex(FLASH[i]);
    }
    uart_put_char('\n');
    return 0;
}
