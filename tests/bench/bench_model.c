/* How fast the reference model runs: a small loop of arithmetic, loads, stores and branches, at depth 0
 * and inside a VM four deep, where every fetch and every access goes through the associator's rules.
 *
 *     gcc -std=c11 -D_GNU_SOURCE -O2 -I. tests/bench/bench_model.c build/libmodel.a build/libconfig.a -linih
 */
#include "model/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PAGES = 64, VMTAB = 0x1000, VMCBS = 0x2000, TABLES = 0x3000, PROGRAM = 0x8000, RECORDS = 200000000 };

/* a0 walks over an array of four pages, a2 over another page: both ports change pages now and then. */
static const uint32_t program[] = {
    0x80010537, /* lui   a0, 0x80010 */
    0x80020637, /* lui   a2, 0x80020 */
    0x000045b7, /* lui   a1, 4         bytes left */
    0x00052683, /* loop: lw a3, 0(a0) */
    0x00d70733, /* add   a4, a4, a3 */
    0x00171793, /* slli  a5, a4, 1 */
    0x00f747b3, /* xor   a5, a4, a5 */
    0x00f52023, /* sw    a5, 0(a0) */
    0x0007f813, /* andi  a6, a5, 0 */
    0x01060833, /* add   a6, a2, a6 */
    0x00482883, /* lw    a7, 4(a6) */
    0x011787b3, /* add   a5, a5, a7 */
    0x00450513, /* addi  a0, a0, 4 */
    0xffc58593, /* addi  a1, a1, -4 */
    0xfc059ae3, /* bnez  a1, loop */
    0xfc5ff06f, /* j     the start */
};

static void put(struct hv_machine *m, uint32_t offset, uint32_t word)
{
    uint8_t bytes[4] = {(uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16), (uint8_t)(word >> 24)};
    hv_machine_write_ram(m, hv_machine_config(m)->ram_base + offset, bytes, sizeof bytes);
}

/* VMs 1 to `depth`, each the child of the one before and asleep in it, share one VMTAB: f is a linear
 * map of RAM onto itself. */
static void nest(struct hv_machine *m, unsigned depth)
{
    uint32_t ram = hv_machine_config(m)->ram_base;
    put(m, 0x40 + HV_ROOT_VMTAB, ram + VMTAB);
    put(m, 0x40 + HV_ROOT_LENGTH, depth);
    for (uint32_t page = 0; page < PAGES; page++)
        put(m, TABLES + 4 * page, ((ram >> 12) + page) << 10 | 0xcf);
    for (unsigned i = 1; i <= depth; i++) {
        uint32_t vmcb = VMCBS + HV_VMCB_BYTES * (i - 1);
        put(m, VMTAB + 4 * i, ram + vmcb);
        put(m, vmcb + HV_VMCB_NEXT_SYLLABLE, i < depth ? i + 1 : 0);
        put(m, vmcb + HV_VMCB_CAPS, HV_CAP_VM);
        put(m, vmcb + HV_VMCB_MEM_FORM, HV_FORM_LINEAR);
        put(m, vmcb + HV_VMCB_MEM_FIRST, ram >> 12);
        put(m, vmcb + HV_VMCB_MEM_BASE, ram + TABLES);
        put(m, vmcb + HV_VMCB_MEM_BOUND, PAGES);
        put(m, vmcb + HV_VMCB_CTX_PC, ram + PROGRAM);
        put(m, vmcb + HV_VMCB_CTX_MODE, 3);
    }
    put(m, VMTAB - 4, 1);
    put(m, 0, 0x80001537); /* lui   a0, 0x80001 */
    put(m, 4, 0xffc50513); /* addi  a0, a0, -4 */
    put(m, 8, 0x0005000b); /* lvmid 0(a0) */
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int measure(unsigned depth)
{
    struct hv_config config;
    struct hv_error error;
    hv_config_default(&config);
    struct hv_machine *m = hv_machine_new(&config, &error);
    if (!m) {
        fprintf(stderr, "%s\n", error.text);
        return EXIT_FAILURE;
    }
    if (depth)
        nest(m, depth);
    else
        put(m, 0, 0x0000806f); /* j PROGRAM */
    for (uint32_t i = 0; i < sizeof program / sizeof program[0]; i++)
        put(m, PROGRAM + 4 * i, program[i]);
    double start = cpu_seconds();
    hv_machine_run(m, RECORDS);
    double time = cpu_seconds() - start;
    const struct hv_counters *counters = hv_machine_counters(m);
    printf("depth %u: %.0f MIPS (level %u, %.4f lookups and %.4f misses per instruction)\n", depth,
           (double)counters->instructions / time * 1e-6, hv_machine_level(m),
           (double)counters->associator.lookups / (double)counters->instructions,
           (double)counters->associator.misses / (double)counters->instructions);
    hv_machine_free(m);
    return EXIT_SUCCESS;
}

int main(void)
{
    return measure(0) || measure(4);
}
