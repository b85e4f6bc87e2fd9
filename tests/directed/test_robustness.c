/* Guests that do anything: jump into nothing, loop in traps, wait for ever, VMCBs, tables and code of random
 * words. Every call of the model is bounded, nothing makes it fail (the sanitizers watch), and what a record may
 * not say it never says. All seeds are fixed. */
#include "tests/support/cases.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORLDS = 2400, NOISE = 300, RECORDS = 800 };

static struct machine_pool *pool;

static void check_writes(const struct hv_config *config, const struct hv_bus_write *writes, size_t count)
{
    assert_true(count <= HV_MAX_WRITES);
    for (size_t i = 0; i < count; i++) {
        uint32_t real = writes[i].real;
        bool ram = real - config->ram_base < config->ram_bytes;
        bool device = hv_config_device_at(config, real) != HV_DEVICE_NONE;
        assert_true((ram || device) && real % 4 == 0 && writes[i].mask && writes[i].mask < 16);
    }
}

/* What holds of every record; `level` is that of the record before it. Syllables only come by LVMID and only
 * go by a VM-fault. */
static void check_record(const struct hv_config *config, const struct hv_commit *r, uint64_t vmid, unsigned level)
{
    assert_int_equal(r->vmid, vmid);
    assert_int_equal(r->level, level);
    assert_true(r->level <= config->depth && r->target_level <= config->depth);
    assert_true(r->mode == 0 || r->mode == 3);
    assert_true(r->pc_rdata % 4 == 0 && r->pc_wdata % 4 == 0);
    assert_true(r->rd_addr || !r->rd_wdata);
    assert_true((r->hits | r->misses) == r->lookups && !(r->hits & r->misses) && !(r->lookups & ~r->accesses));
    assert_true(!(r->fills & ~r->misses) && r->walk_reads_fetch <= r->level && r->walk_reads_data <= r->level);
    if (r->event == HV_EVENT_VM_FAULT) {
        assert_true(r->target_level < r->level && !r->rd_addr && !r->trap);
        assert_int_equal(r->pc_wdata, config->hv_root + HV_ROOT_ENTRY);
    } else if (r->event == HV_EVENT_LVMID) {
        assert_true(r->target_level > r->level && !r->trap);
    } else {
        assert_int_equal(r->target_level, 0);
    }
}

/* The VMID after a record. That of an LVMID is only known from the next one: its low syllables stay. */
static void run_world(struct hv_machine *machine, unsigned records)
{
    const struct hv_config *config = hv_machine_config(machine);
    struct hv_bus_write writes[HV_MAX_WRITES];
    uint64_t vmid = 0;
    unsigned level = 0;
    for (unsigned i = 0; i < records; i++) {
        struct hv_commit r;
        size_t count = 0;
        r.order = UINT64_MAX;
        enum hv_stop stop = hv_machine_step(machine, NULL, &r, writes, HV_MAX_WRITES, &count);
        if (r.order != UINT64_MAX) {
            assert_int_equal(r.order, i);
            check_record(config, &r, vmid, level);
            check_writes(config, writes, count);
        }
        if (stop != HV_STOP_NONE)
            return;
        if (r.event != HV_EVENT_NONE)
            level = (unsigned)r.target_level;
        uint64_t kept = r.event == HV_EVENT_LVMID ? r.level : level;
        uint64_t mask = ((uint64_t)1 << kept * config->syllable_bits) - 1, now = hv_machine_vmid(machine);
        assert_int_equal(now & mask, vmid & mask);
        assert_true(level == HV_MAX_DEPTH || now >> level * config->syllable_bits == 0);
        vmid = now;
    }
}

static void test_worlds(void **state)
{
    (void)state;
    struct case_list list = {0};
    for (unsigned seed = 0; seed < WORLDS; seed++) {
        run_world(pool_load(pool, case_random_world(&list, seed)), RECORDS);
        case_list_free(&list);
    }
}

static void test_noise(void **state)
{
    (void)state;
    struct case_list list = {0};
    for (unsigned seed = 0; seed < NOISE; seed++) {
        run_world(pool_load(pool, case_random_noise(&list, seed)), RECORDS);
        case_list_free(&list);
    }
}

/* Fixed guests that never end by themselves. */
static void endless(const uint32_t *words, size_t count, unsigned n, enum hv_stop expected)
{
    static struct builder b;
    struct case_list list = {0};
    struct hv_config config = directed_config();
    builder_chain(&b, &config, n, 0);
    tree_layout(&b.tree);
    for (size_t i = 0; i < count; i++)
        tree_poke(&b.tree, b.chain[n], page_name(&b.tree, 0) + 4 * (uint32_t)i, words[i]);
    for (unsigned k = 0; k < n; k++) /* monitors whose scripts resume for ever */
        for (unsigned i = 0; i < 400; i++)
            script_resume(&b.tree, b.chain[k]);
    const struct directed_case *c = case_add(&list, &b, "endless", "level %u word %08x", n, words[0]);
    run_world(pool_load(pool, c), 5000);
    struct hv_machine *machine = pool_load(pool, c);
    enum hv_stop stop = hv_machine_run(machine, 100000);
    if (stop != expected && stop != HV_STOP_FINISHED) /* FINISHED: a script came to its end */
        fail_msg("%s: stop %d", c->name, (int)stop);
    case_list_free(&list);
}

static void test_endless(void **state)
{
    (void)state;
    const uint32_t nowhere[] = {word_i(HV_INSN_JALR, X0, X0, 0)}, /* to 0, where nothing is */
        traps[] = {0},                                            /* mtvec is 0 as well */
        waits[] = {word_n(HV_INSN_WFI), word_jal(X0, -4)}, leaves[] = {word_n(HV_INSN_HV_EXIT), word_jal(X0, -4)},
                   spins[] = {word_jal(X0, 0)},
                   up[] = {word_i(HV_INSN_JALR, X0, X0, -4)}, /* to the last word of all names */
        own[] = {0xfff00293, 0x30529073, 0};                  /* mtvec = the top: traps in traps */
    static const struct {
        enum hv_stop at_0;
    } stops[] = {{HV_STOP_LIMIT}, {HV_STOP_LIMIT}, {HV_STOP_HALTED}, {HV_STOP_LIMIT},
                 {HV_STOP_LIMIT}, {HV_STOP_LIMIT}, {HV_STOP_LIMIT}};
    const struct {
        const uint32_t *words;
        size_t count;
    } guests[] = {{nowhere, 1}, {traps, 1}, {waits, 2}, {leaves, 2}, {spins, 1}, {up, 1}, {own, 3}};
    for (unsigned n = 0; n <= 4; n++)
        for (unsigned i = 0; i < sizeof guests / sizeof guests[0]; i++)
            endless(guests[i].words, guests[i].count, n, n ? HV_STOP_LIMIT : stops[i].at_0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worlds),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_endless),
    };
    pool = machine_pool_new();
    int failed = cmocka_run_group_tests_name("robustness", tests, NULL, NULL);
    machine_pool_free(pool);
    return failed;
}
