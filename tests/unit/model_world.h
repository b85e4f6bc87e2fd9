/* Nested machines for the tests of the model: the monitor of level k has RAM of 256 >> k pages, of which the
 * upper half is its one child's. Every level looks the same from inside: in its first page are the root, VMTAB, two
 * VMCBs, the operands of LVMID, and the boot code, which issues LVMID for child 1. */
#ifndef TESTS_MODEL_WORLD_H
#define TESTS_MODEL_WORLD_H

#include "tests/unit/model_support.h"

enum { VMTAB = RAM + 0x100, OPERANDS = RAM + 0x180, VMCB1 = RAM + 0x200, VMCB2 = RAM + 0x400, BOOT = RAM + 0x800 };
enum { ENTRY = ROOT + HV_ROOT_ENTRY, ALL_CAPS = 15, X10_SAVED = 0x10101010, DEVICE_PAGES = 0x20000 };

/* Real name of a RAM name of level k. */
__attribute__((unused)) static uint32_t real_of(unsigned level, uint32_t name)
{
    return name + (256 - (256u >> level)) * HV_PAGE_BYTES;
}

/* Real name of a word of the VMCB of the level-k VM, which is in the memory of level k - 1. */
__attribute__((unused)) static uint32_t vmcb_word(unsigned level, uint32_t offset)
{
    return real_of(level - 1, VMCB1 + offset);
}

__attribute__((unused)) static void put_map(struct hv_machine *m, uint32_t real, uint32_t form, uint32_t first,
                                            uint32_t base, uint32_t bound)
{
    put(m, real, form);
    put(m, real + 4, first);
    put(m, real + 8, base);
    put(m, real + 12, bound);
}

__attribute__((unused)) static void put_level(struct hv_machine *m, unsigned level)
{
    put(m, real_of(level, ROOT + HV_ROOT_VMTAB), VMTAB);
    put(m, real_of(level, ROOT + HV_ROOT_LENGTH), 2);
    put(m, real_of(level, VMTAB + 4), VMCB1);
    put(m, real_of(level, VMTAB + 8), VMCB2);
    for (uint32_t i = 0; i < 16; i++)
        put(m, real_of(level, OPERANDS + 4 * i), i);
    put(m, real_of(level, BOOT), RAM | 0x537);                /* lui a0, RAM */
    put(m, real_of(level, BOOT + 4), word_lvmid(X10, 0x184)); /* operand 1 */
    put(m, real_of(level, ENTRY), word_lvmid(X10, 0x184));
}

__attribute__((unused)) static void put_vmcb(struct hv_machine *m, unsigned level, uint32_t vmcb)
{
    uint32_t at = real_of(level, vmcb), half = 128u >> level;
    put(m, at + HV_VMCB_CAPS, ALL_CAPS);
    put_map(m, at + HV_VMCB_MEM_FORM, HV_FORM_RB, RAM >> 12, (RAM >> 12) + half, half);
    put_map(m, at + HV_VMCB_IO_FORM, HV_FORM_RB, 0, 0, DEVICE_PAGES);
    put(m, at + HV_VMCB_CTX_PC, BOOT);
    put(m, at + HV_VMCB_CTX_MODE, 3);
    put(m, at + HV_VMCB_X0 + 4 * X10, X10_SAVED);
}

__attribute__((unused)) static struct hv_config world_config(unsigned depth)
{
    struct hv_config config = config_of_depth(depth);
    config.reset_vector = BOOT;
    return config;
}

/* A machine with worlds down to `depth`, still at level 0. */
__attribute__((unused)) static struct hv_machine *new_world(const struct hv_config *config, unsigned depth)
{
    struct hv_machine *m = new_machine(config);
    for (unsigned level = 0; level <= depth; level++) {
        put_level(m, level);
        if (level < depth) {
            put_vmcb(m, level, VMCB1);
            put_vmcb(m, level, VMCB2);
        }
    }
    return m;
}

__attribute__((unused)) static void enter(struct hv_machine *m, unsigned level)
{
    while (hv_machine_level(m) < level)
        assert_int_equal(step(m).trap, 0);
}

/* Execute one word where pc is, in the running level's RAM; with its bus writes. */
struct done {
    struct hv_commit c;
    struct hv_bus_write writes[HV_MAX_WRITES];
    size_t count;
};

__attribute__((unused)) static struct done perform(struct hv_machine *m)
{
    struct done done = {.count = 0};
    hv_machine_step(m, NULL, &done.c, done.writes, HV_MAX_WRITES, &done.count);
    assert_true(done.count <= HV_MAX_WRITES);
    return done;
}

__attribute__((unused)) static struct done perform_word(struct hv_machine *m, uint32_t insn)
{
    put(m, real_of(hv_machine_level(m), hv_machine_pc(m)), insn);
    return perform(m);
}

#endif
