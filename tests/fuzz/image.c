#include "tests/fuzz/image.h"

struct hv_config image_config(const uint8_t header[IMAGE_HEADER])
{
    static const uint32_t maps[] = {HV_F_RB, HV_F_LINEAR, HV_F_RB | HV_F_LINEAR};
    const uint8_t first = header[IMAGE_DEPTH], second = header[IMAGE_KEY], sets = header[IMAGE_SETS];
    struct hv_config config;
    hv_config_default(&config);
    config.ram_bytes = IMAGE_RAM;
    config.depth = first & 7;
    config.syllable_bits = sets >> 5 ? sets >> 5 : 4;
    config.assoc_replacement = first >> 3 & 3;
    config.assoc_split = first >> 5 & 1;
    config.isa = first & 64 ? HV_ISA_RV32IM : HV_ISA_RV32IMA;
    config.phi = first & 128 ? HV_PHI_IDENTITY : HV_PHI_RB;
    config.assoc_key = (second & 3) % 3;
    config.f_maps = maps[(second >> 2 & 3) % 3];
    config.timebase = second >> 4 & 1;
    config.prefix_entries = second >> 5;
    config.assoc_ways = UINT32_C(1) << (sets >> 2 & 3);
    config.assoc_entries = sets & 16 ? 0 : config.assoc_ways << (sets & 3);
    return config;
}

void image_load(struct hv_machine *machine, const uint8_t *bytes, size_t size)
{
    uint32_t ram = hv_machine_config(machine)->ram_base;
    for (size_t at = IMAGE_HEADER; at + 3 < size;) {
        size_t to = 4 * (size_t)(bytes[at] | bytes[at + 1] << 8), length = 4 * (size_t)bytes[at + 2];
        at += 3;
        if (length > size - at)
            length = size - at;
        hv_machine_write_ram(machine, ram + (uint32_t)to, bytes + at, length); /* what lies outside is not written */
        at += length;
    }
}
