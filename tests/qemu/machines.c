#include "tests/qemu/machines.h"

uint32_t ram_word(const uint8_t *ram, uint32_t name)
{
    const uint8_t *b = ram + (name - RAM_BASE);
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

void ram_set_word(uint8_t *ram, uint32_t name, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        ram[name - RAM_BASE + i] = (uint8_t)(word >> 8 * i);
}

struct kind kind_of(uint64_t number)
{
    return (struct kind){.isa = number / 5 % 2 ? HV_ISA_RV32IM : HV_ISA_RV32IMA,
                         .phi = number / 10 % 2 ? HV_PHI_RB : HV_PHI_IDENTITY,
                         .depth = (unsigned)(number % 5)};
}
