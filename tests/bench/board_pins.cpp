// A board at its pins, for Verilator: nestor_top with stand-ins for its PLL. The serial line is taken from tx and given to
// rx bit by bit.
//
//   board_pins DIVIDER LIT PRESSED CLOCKS [pty [NOISE]]
//
// DIVIDER: clocks of a bit; LIT, PRESSED: levels of LED and button. What the board sends goes to standard output, or, with
// pty, to a pseudo-terminal whose name is the first line of standard output; what comes from there goes to the board. It
// ends 20 bits after the LED has gone off, with 0 (with pty it does not); with 2 after so many CLOCKS (0: never); with 3 if a stop bit
// lacks, and with 4 if a flash does not understand. NOISE: every so manyth byte, of both directions together, is lost or has a bit changed, in turns.
//
// Compiled with -DBUTTONS=n the board has gpio: those buttons' levels are n. With -DPINS=port each new value of that port is
// a line of standard error. With -DFLASH=clocks it has a flash, which needs so many clocks to wake up.
#include "Vnestor_top.h"
#include "verilated.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>
#ifdef FLASH
#include "spi_flash.h"
#endif

namespace {

struct receiver { // of what the board sends
    int clocks = 0, bits = 0;
    unsigned char byte = 0;
    bool bad = false;
};

struct sender { // of what it is sent
    int clocks = 0, bits = 0;
    unsigned frame = 0;
};

// One clock; true: `byte` has come.
bool receive(receiver &r, int divider, bool line)
{
    if (r.bits == 0) {
        if (!line) {
            r.bits = 10;
            r.clocks = divider / 2;
        }
        return false;
    }
    if (--r.clocks > 0)
        return false;
    r.clocks = divider;
    r.bits--;
    if (r.bits > 0) {
        r.byte = static_cast<unsigned char>(r.byte >> 1 | (line ? 0x80 : 0));
        return false;
    }
    r.bad |= !line;
    return line;
}

bool send(sender &s, int divider)
{
    if (s.bits == 0)
        return true;
    const bool line = s.frame & 1;
    if (--s.clocks == 0) {
        s.clocks = divider;
        s.frame >>= 1;
        s.bits--;
    }
    return line;
}

// What a bad line makes of a byte; false: it is lost.
bool pass(unsigned char &byte, unsigned long noise)
{
    static unsigned long count = 0;
    if (!noise || ++count % noise != 0)
        return true;
    byte ^= 1 << count / noise % 8;
    return count / noise % 2;
}

int open_terminal()
{
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) || unlockpt(terminal)) {
        perror("board_pins");
        std::exit(125);
    }
    // The other end stays open, so that it is no error when nobody has it; and it passes bytes as they are.
    const int other = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    termios mode;
    tcgetattr(other, &mode);
    cfmakeraw(&mode);
    tcsetattr(other, TCSANOW, &mode);
    fcntl(terminal, F_SETFL, O_NONBLOCK);
    std::printf("%s\n", ptsname(terminal));
    std::fflush(stdout);
    return terminal;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 5)
        return 125;
    const int divider = std::atoi(argv[1]), lit = std::atoi(argv[2]), pressed = std::atoi(argv[3]);
    const unsigned long limit = std::strtoul(argv[4], nullptr, 10);
    const bool pty = argc > 5;
    const unsigned long noise = argc > 6 ? std::strtoul(argv[6], nullptr, 10) : 0;
    const int terminal = pty ? open_terminal() : -1;
    Vnestor_top top;
    receiver in;
    sender out;
    bool was_lit = false;
    int left = 20 * divider;
    top.rx = 1;
#ifdef BUTTONS
    top.buttons = BUTTONS;
#endif
#ifdef PINS
    unsigned pins = 0;
#endif
#ifdef FLASH
    spi_flash flash(FLASH, 4);
#endif
    top.button = !pressed;
    for (unsigned long clock = 0; left > 0; clock++) {
        if (limit && clock == limit)
            return 2;
        top.clk = 0;
        top.eval();
        top.clk = 1;
        top.eval();
#ifdef PINS
        if (top.PINS != pins)
            std::fprintf(stderr, "pins %02x\n", pins = top.PINS);
#endif
#ifdef FLASH
        top.flash_in = flash.step(top.flash_cs, top.flash_clk, top.flash_out);
#endif
        if (receive(in, divider, top.tx)) {
            if (pty && pass(in.byte, noise) && write(terminal, &in.byte, 1) < 0)
                std::perror("board_pins");
            if (!pty)
                std::putchar(in.byte);
        }
        if (in.bad)
            return 3;
        top.rx = send(out, divider);
        if (pty && out.bits == 0 && clock % 64 == 0) {
            unsigned char byte;
            if (read(terminal, &byte, 1) == 1 && pass(byte, noise))
                out = {divider, 10, 0x200u | static_cast<unsigned>(byte) << 1};
        }
        was_lit |= top.led == lit;
        if (was_lit && top.led != lit && !pty)
            left--;
    }
    return 0;
}
