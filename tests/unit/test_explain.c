/* The explanation of records: what the example of Table II (tests/cli/view.sh) does not come to. */
#include "tests/unit/model_world.h"
#include "view/explain.h"

#include <stdio.h>
#include <stdlib.h>

/* VM 1's map is a table of level 0: page i of the VM is page 128 + i of level 0's RAM. */
enum { TABLE = RAM + 0x3000, FIRST = RAM >> 12, PAGES = 128, ALL = 0xcf, READABLE = HV_PTE_V | HV_PTE_R | HV_PTE_A };

static void put_entry(struct hv_machine *m, unsigned page, unsigned to, uint32_t bits)
{
    put(m, TABLE + 4 * page, (FIRST + PAGES + to) << 10 | bits);
}

/* A machine in VM 1, or in VM 1.1.. */
static struct hv_machine *in_vm(const struct hv_config *config, unsigned level)
{
    struct hv_machine *m = new_world(config, level);
    put_map(m, vmcb_word(1, HV_VMCB_MEM_FORM), HV_FORM_LINEAR, FIRST, TABLE, PAGES);
    for (unsigned i = 0; i < PAGES; i++)
        put_entry(m, i, i, ALL);
    enter(m, level);
    return m;
}

static struct hv_config small_config(void)
{
    struct hv_config config = world_config(3);
    config.assoc_entries = 8;
    config.assoc_ways = 2;
    config.last_pages = 1;
    return config;
}

/* Make one record, of `insn` where pc is if that is not 0, and tell of it; to be freed. */
static char *explain(struct hv_machine *m, uint32_t insn)
{
    struct view_explanation e = {.places = NULL};
    char *text = NULL;
    size_t length;
    if (insn)
        put(m, real_of(hv_machine_level(m), hv_machine_pc(m)), insn);
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    view_explain_before(&e, m);
    const struct hv_commit commit = step(m);
    view_explain(&e, m, &commit, out);
    fclose(out);
    return text;
}

static void expect(struct hv_machine *m, uint32_t insn, const char *part)
{
    char *text = explain(m, insn);
    if (!strstr(text, part))
        fail_msg("no '%s' in:\n%s", part, text);
    free(text);
}

/* lw a1, 0(a0) and the like, with a0 as given. */
static uint32_t load_from(struct hv_machine *m, uint32_t name)
{
    m->x[X10] = name;
    return word_i(HV_INSN_LW, X11, X10, 0);
}

static uint32_t store_to(struct hv_machine *m, uint32_t name)
{
    m->x[X10] = name;
    return word_s(HV_INSN_SW, X11, X10, 0);
}

static void test_denied(void **state)
{
    (void)state;
    const struct hv_config config = small_config();
    struct hv_machine *m = in_vm(&config, 1);
    put_entry(m, 5, 5, READABLE);
    expect(m, load_from(m, RAM + 0x5010),
           "\n    load  phi(40005010)=40005010 f1(40005010)=40085010  r--, walk of 1 read "
           "[40003014]=10021443, fills entry 2 (set 1, way 0); loads 00000000\n");
    expect(m, store_to(m, RAM + 0x5010),
           "\n    VM-fault DENIED to VMID NULL at level 0: f1(40005010)=t, entry [40003014]=10021443 VR--A-- "
           "(rights, A or D)\n");
    hv_machine_free(m);
}

static void test_stale(void **state)
{
    (void)state;
    const struct hv_config config = small_config();
    struct hv_machine *m = in_vm(&config, 1);
    const uint32_t load = load_from(m, RAM + 0x5010);
    expect(m, load, "f1(40005010)=40085010");
    put_entry(m, 5, 6, ALL);
    expect(m, load, "f1(40005010)=40086010  rwx, last page; stale: 40085010 was used");
    expect(m, load_from(m, RAM + 0x7000), "f1(40007000)=40087000");
    expect(m, load, "; loads 00000000\n"); /* page 7 again */
    expect(m, load_from(m, RAM + 0x5010), ", hit in entry 2 (set 1, way 0); stale: 40085010 was used");
    put_entry(m, 5, 6, 0);
    expect(m, load_from(m, RAM + 0x5010), "f1(40005010)=t, last page; stale: 40085010 was used");
    hv_machine_free(m);
}

/* The entry that is told is the one that has the page, whatever the associator is. */
static void test_entries(void **state)
{
    (void)state;
    for (uint32_t key = HV_KEY_NONE; key <= HV_KEY_VMID; key++) {
        for (uint32_t split = HV_UNIFIED; split <= HV_SPLIT; split++) {
            struct hv_config config = small_config();
            config.assoc_key = key;
            config.assoc_split = split;
            struct hv_machine *m = in_vm(&config, 2);
            char part[96];
            uint32_t number = 0;
            struct hv_cached entry;
            free(explain(m, load_from(m, RAM + 0x6000)));
            free(explain(m, load_from(m, RAM + 0x7000)));
            while (hv_machine_cached(m, split ? HV_CACHE_DATA : HV_CACHE_FETCH, number, &entry) &&
                   !(entry.valid && entry.page == FIRST + 6))
                number++;
            snprintf(part, sizeof part, "rwx, hit in entry %u (set %u, way %u); loads ", number, number / 2,
                     number % 2);
            expect(m, load_from(m, RAM + 0x6000), part);
            hv_machine_free(m);
        }
    }
}

static void test_prefix(void **state)
{
    (void)state;
    struct hv_config config = small_config();
    config.prefix_entries = 4;
    config.assoc_entries = config.assoc_ways = 1;
    struct hv_machine *m = in_vm(&config, 2);
    expect(m, load_from(m, RAM + 0x6000),
           "f1.1(40006000)=40046000 f1(40046000)=400c6000  rwx, walk of 1 read "
           "[40003118]=100318cf, fills entry 0; loads ");
    free(explain(m, load_from(m, RAM + 0x7000))); /* takes the one entry */
    expect(m, load_from(m, RAM + 0x6000), "rwx, walk of 0 reads, prefix hit in entry ");
    hv_machine_free(m);
}

static void test_lvmid(void **state)
{
    (void)state;
    const struct hv_config config = small_config();
    struct hv_machine *m = in_vm(&config, 1);
    m->x[X10] = OPERANDS;
    put(m, real_of(1, VMTAB + 8), 0);
    expect(m, word_lvmid(X10, 8), "; LVMID's probe ended at: the VMTAB entry is 0 or misaligned\n");
    hv_machine_free(m);
    m = in_vm(&config, 1);
    m->x[X10] = OPERANDS;
    put(m, real_of(1, VMTAB + 8), RAM + 0x1000000);
    expect(m, word_lvmid(X10, 8),
           "\n    VM-fault MISSING, implicit, to VMID NULL at level 0: f1(41000000)=t; LVMID's probe "
           "ended at: the VMCB's page (out of both windows, or V=0)\n");
    hv_machine_free(m);
    m = in_vm(&config, 1);
    m->x[X10] = OPERANDS;
    expect(m, word_lvmid(X10, 4), "rwx; loads 00000001\n    LVMID appends 1: VMID 1.1, level 2\n");
    hv_machine_free(m);
}

static void test_traps(void **state)
{
    (void)state;
    const struct hv_config config = small_config();
    struct hv_machine *m = in_vm(&config, 1);
    m->live[CTX_MTVEC] = RAM + 0x1000;
    expect(m, word_n(HV_INSN_EBREAK),
           "  ebreak\n    fetch phi(40000800)=40000800 f1(40000800)=40080800  rwx, walk of 1 "
           "read [40003000]=100200cf, fills entry 0 (set 0, way 0)\n"
           "    trap BREAKPOINT (EBREAK), mtval ");
    expect(m, load_from(m, RAM + 2),
           "    trap LOAD_MISALIGNED (load address misaligned), mtval 40000002, to pc 40001000\n");
    expect(m, word_n(HV_INSN_HV_EXIT), "\n    VM-fault EXIT to VMID NULL at level 0 (hv.exit)\n");
    m->live[CTX_MIE] = 1u << HV_IRQ_MSI;
    m->live[CTX_MSTATUS] = HV_MSTATUS_MIE;
    m->live[CTX_MTVEC] = RAM + 0x2000;
    m->msip = 1;
    expect(m, 0, "  (interrupt)\n    interrupt MSI (machine software interrupt), to pc 40002000\n");
    hv_machine_free(m);
}

/* Devices, atomics, bytes; at level 0 a fetch without phi has no line. */
static void test_data(void **state)
{
    (void)state;
    const struct hv_config config = small_config();
    struct hv_machine *m = in_vm(&config, 1);
    m->x[X10] = config.uart_base;
    m->x[X11] = 'x';
    expect(m, word_s(HV_INSN_SB, X11, X10, 0), " f1(10000000)=10000000 <uart+0x0>  rw-, walk of 0 reads, fills entry ");
    m->x[X10] = RAM + 0x6000;
    put(m, real_of(1, RAM + 0x6000), 7);
    expect(m, word_r(HV_INSN_AMOADD_W, X12, X10, X11), "; loads 00000007; stores 0000007f\n");
    expect(m, word_i(HV_INSN_LBU, X12, X10, 1), "rwx, last page; loads 00\n");
    hv_machine_free(m);
    m = new_world(&config, 1);
    char *text = explain(m, load_from(m, RAM + 0x6000));
    assert_string_equal(
        text,
        "#0      VMID NULL  M 40000800  lw a1,0(a0)  a1=00000000\n    load  phi(40006000)=40006000; loads 00000000\n");
    free(text);
    hv_machine_free(m);
}

static void test_where(void **state)
{
    (void)state;
    const struct hv_config config = small_config();
    struct hv_machine *m = in_vm(&config, 2);
    char text[VIEW_WHERE_SIZE];
    assert_string_equal(view_where(m, NULL, text), "pc 0x40000800, VMID 1.1");
    hv_machine_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_denied), cmocka_unit_test(test_stale), cmocka_unit_test(test_entries),
        cmocka_unit_test(test_prefix), cmocka_unit_test(test_lvmid), cmocka_unit_test(test_traps),
        cmocka_unit_test(test_data),   cmocka_unit_test(test_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
