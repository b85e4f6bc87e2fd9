// An SPI flash at its pins, as far as nestor_flash uses it: READ (0x03), deep power-down and the release from it
// (0xAB), mode 0. Times are in clocks of the machine. What a real flash would not understand ends the simulation.
#ifndef SPI_FLASH_H
#define SPI_FLASH_H

#include <cstdio>
#include <cstdlib>

class spi_flash
{
  public:
    // wake: clocks that it needs after 0xAB; rest: that it is to be deselected for.
    spi_flash(unsigned wake, unsigned rest) : wake_(wake), rest_(rest)
    {
    }

    static unsigned char contents(unsigned address)
    {
        return static_cast<unsigned char>(address ^ address >> 8 ^ address >> 16);
    }

    // The levels of a clock; returns the line from the flash, which floats when it is not selected.
    bool step(bool deselected, bool clock, bool in)
    {
        if (deselected && !deselected_)
            end();
        if (!deselected && deselected_)
            begin(clock);
        if (deselected)
            idle_++;
        if (!deselected && clock && !clock_)
            rise(in);
        if (!deselected && !clock && clock_)
            fall();
        deselected_ = deselected;
        clock_ = clock;
        return deselected || out_;
    }

  private:
    unsigned wake_, rest_, idle_ = 1000000, bits_ = 0, command_ = 0, address_ = 0;
    bool asleep_ = true, woken_ = false, deselected_ = true, clock_ = false, out_ = true;

    static void wrong(const char *what)
    {
        std::fprintf(stderr, "spi_flash: %s\n", what);
        std::exit(4);
    }

    void begin(bool clock)
    {
        if (clock)
            wrong("selected while the clock is high");
        if (idle_ < (woken_ ? wake_ : rest_))
            wrong("selected too early");
        woken_ = false;
        idle_ = bits_ = command_ = address_ = 0;
    }

    void end()
    {
        if (bits_ == 8 && command_ == 0xab) {
            woken_ = asleep_;
            asleep_ = false;
        } else if (bits_ < 40)
            wrong("deselected in the middle of a command");
        idle_ = 0;
        out_ = true;
    }

    void rise(bool in)
    {
        if (bits_ < 8)
            command_ = command_ << 1 | in;
        else if (bits_ < 32)
            address_ = address_ << 1 | in;
        bits_++;
        if (bits_ == 8 && command_ != 0x03 && command_ != 0xab)
            wrong("a command that it does not know");
    }

    void fall()
    {
        if (bits_ < 32 || command_ != 0x03)
            return;
        const unsigned bit = bits_ - 32;
        out_ = asleep_ || (contents(address_ + bit / 8) >> (7 - bit % 8) & 1);
    }
};

#endif
