/* What the tests of the model share: machines, words of RAM, stepping, and a generator of random numbers. */
#ifndef TESTS_MODEL_SUPPORT_H
#define TESTS_MODEL_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "model/machine_internal.h"
#include "tests/support/asm.h"

#include <string.h>

/* Not the default: a base whose double is not 0 modulo 2^32 shows more mistakes. */
enum { RAM = 0x40000000, ROOT = RAM + 0x40, START = RAM + 0x1000 };

/* The default configuration, `depth` deep, but for where RAM is; with room for code at START. */
__attribute__((unused)) static struct hv_config config_of_depth(unsigned depth)
{
    struct hv_config config;
    hv_config_default(&config);
    config.depth = depth;
    config.ram_base = RAM;
    config.hv_root = ROOT;
    config.reset_vector = START;
    return config;
}

__attribute__((unused)) static struct hv_machine *new_machine(const struct hv_config *config)
{
    struct hv_error error = {""};
    struct hv_machine *m = hv_machine_new(config, &error);
    if (!m)
        fail_msg("%s", error.text);
    return m;
}

__attribute__((unused)) static void put(struct hv_machine *m, uint32_t real, uint32_t word)
{
    uint8_t bytes[4] = {(uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16), (uint8_t)(word >> 24)};
    assert_true(hv_machine_write_ram(m, real, bytes, sizeof bytes));
}

__attribute__((unused)) static uint32_t get(const struct hv_machine *m, uint32_t real)
{
    uint8_t b[4];
    assert_true(hv_machine_read_ram(m, real, b, sizeof b));
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* One record of a machine that is not stopped before it. */
__attribute__((unused)) static struct hv_commit step(struct hv_machine *m)
{
    struct hv_commit commit;
    hv_machine_step(m, NULL, &commit, NULL, 0, NULL);
    return commit;
}

/* Execute one instruction word at pc, which is in RAM where phi and f are the identity. */
__attribute__((unused)) static struct hv_commit execute(struct hv_machine *m, uint32_t insn)
{
    put(m, hv_machine_pc(m), insn);
    struct hv_commit commit = step(m);
    assert_int_equal(commit.insn, insn);
    return commit;
}

/* xorshift64*: the same numbers in every run. */
__attribute__((unused)) static uint32_t random32(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * UINT64_C(2685821657736338717) >> 32);
}

__attribute__((unused)) static uint32_t below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)((uint64_t)random32(state) * limit >> 32);
}

#endif
