/* What people look at: disassembly, names, ways. */
#include "sim/files.h"
#include "view/disassemble.h"
#include "view/names.h"
#include "view/places.h"
#include "view/way.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>

static void test_disassemble(void **state)
{
    static const struct {
        uint32_t insn;
        const char *text;
    } rows[] = {
        {0x12345537, "lui a0,0x12345"},
        {0xffdff0ef, "jal 7ffffffc"},
        {0xffdff2ef, "jal t0,7ffffffc"},
        {0xff8500e7, "jalr ra,-8(a0)"},
        {0x3bf47ce3, "bgeu s0,t6,80000bb8"},
        {0xffc12503, "lw a0,-4(sp)"},
        {0x8051a023, "sw t0,-2048(gp)"},
        {0x41f5d513, "srai a0,a1,31"},
        {0x30059573, "csrrw a0,mstatus,a1"},
        {0xb0302573, "csrr a0,mhpmcounter3"},
        {0xb8302573, "csrr a0,mhpmcounter3h"},
        {0x32302573, "csrr a0,mhpmevent3"},
        {0x33f5a573, "csrrs a0,mhpmevent31,a1"},
        {0x5c05a573, "csrrs a0,0x5c0,a1"},
        {0x341fd073, "csrwi mepc,31"},
        {0x30200073, "mret"},
        {0x1005a52f, "lr.w a0,(a1)"},
        {0x00c5a52f, "amoadd.w a0,a2,(a1)"},
        {0xffc5000b, "lvmid -4(a0)"},
        {0x0005100b, "hv.fence a0"},
        {0x0000200b, "hv.exit"},
        {0x00000000, ".word 0x00000000"},
        /* As riscv64-unknown-elf-objdump writes them. */
        {0x00000013, "nop"},
        {0x80000513, "li a0,-2048"},
        {0x00058513, "mv a0,a1"},
        {0xfff5c513, "not a0,a1"},
        {0x40b00533, "neg a0,a1"},
        {0x0015b513, "seqz a0,a1"},
        {0x00b03533, "snez a0,a1"},
        {0x00050463, "beqz a0,80000008"},
        {0xfe051ee3, "bnez a0,7ffffffc"},
        {0x00a05463, "blez a0,80000008"},
        {0x00055463, "bgez a0,80000008"},
        {0x00054463, "bltz a0,80000008"},
        {0x00a04463, "bgtz a0,80000008"},
        {0x0080006f, "j 80000008"},
        {0x00008067, "ret"},
        {0x00050067, "jr a0"},
        {0x000500e7, "jalr a0"},
        {0x34059073, "csrw mscratch,a1"},
        {0x3005a073, "csrs mstatus,a1"},
        {0x3005b073, "csrc mstatus,a1"},
        {0x30046073, "csrsi mstatus,8"},
        {0x30047073, "csrci mstatus,8"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[96];
        view_disassemble(rows[i].insn, 0x80000000, text, sizeof text);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_branch_target(void **state)
{
    uint32_t target = 1;
    (void)state;
    assert_true(view_branch_target(0xfe051ee3, 0x1000, &target));
    assert_int_equal(target, 0xffc);
    assert_true(view_branch_target(0x0080006f, 0x1000, &target));
    assert_int_equal(target, 0x1008);
    assert_false(view_branch_target(0x00008067, 0x1000, &target));
    assert_int_equal(target, 0x1008);
}

static struct hv_config configuration(void)
{
    struct hv_config config;
    hv_config_default(&config);
    config.depth = 3;
    config.syllable_bits = 5;
    return config;
}

static void test_vmid(void **state)
{
    const struct hv_config config = configuration();
    char text[VIEW_VMID_SIZE];
    uint64_t vmid;
    unsigned level;
    (void)state;
    assert_string_equal(view_vmid(&config, 0, 0, text), "NULL");
    assert_string_equal(view_vmid(&config, 1 | 2 << 5 | 31 << 10, 3, text), "1.2.31");
    assert_true(view_vmid_parse(&config, "1.2.31", &vmid, &level));
    assert_int_equal(vmid, 1 | 2 << 5 | 31 << 10);
    assert_int_equal(level, 3);
    assert_true(view_vmid_parse(&config, "NULL", &vmid, &level));
    assert_int_equal(vmid, 0);
    assert_int_equal(level, 0);
    static const char *const bad[] = {"", "0", "32", "1.", ".1", "1..2", "1.2.3.4", "a", "1,2", "-1", "null", "+1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(view_vmid_parse(&config, bad[i], &vmid, &level));
}

static void test_causes(void **state)
{
    static const struct {
        struct hv_commit commit;
        const char *text;
    } rows[] = {
        {{.insn = 1}, ""},
        {{.trap = 1, .cause = HV_EXC_LOAD_FAULT}, "LOAD_FAULT"},
        {{.trap = 1, .intr = 1, .cause = 1u << 31 | HV_IRQ_MTI}, "MTI"},
        {{.trap = 1, .cause = 99}, "?"},
        {{.event = HV_EVENT_VM_FAULT, .cause = HV_FAULT_EXIT}, "EXIT"},
        {{.event = HV_EVENT_VM_FAULT, .cause = HV_FAULT_INVALID | HV_CAUSE_IMPLICIT}, "INVALID, implicit"},
        {{.event = HV_EVENT_VM_FAULT, .cause = HV_FAULT_MISSING | HV_ACCESS_LOAD << HV_CAUSE_ACCESS_SHIFT},
         "MISSING LOAD"},
        {{.event = HV_EVENT_VM_FAULT,
          .cause = HV_FAULT_DENIED | HV_ACCESS_STORE << HV_CAUSE_ACCESS_SHIFT | HV_CAUSE_IMPLICIT},
         "DENIED STORE, implicit"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[VIEW_CAUSE_SIZE];
        assert_string_equal(view_cause(&rows[i].commit, text), rows[i].text);
    }
    assert_string_equal(view_trap_cause(HV_EXC_ILLEGAL).meaning, "illegal instruction");
}

static void test_way(void **state)
{
    const struct hv_config config = configuration();
    struct view_way way = {
        .vmid = 1 | 1 << 5, .level = 2, .name = 0x1190, .names = {0x3190, 0x2190, 0x5190}, .count = 3};
    char text[VIEW_WAY_SIZE];
    (void)state;
    assert_string_equal(view_way_text(&config, &way, VIEW_PAPER, text),
                        "phi(1100)=3100, f1.1(3100)=2100, f1(2100)=5100");
    assert_string_equal(view_way_text(&config, &way, VIEW_BYTES, text), "phi(1190)=3190 f1.1(3190)=2190 f1(2190)=5190");
    way.count = 2;
    assert_string_equal(view_way_text(&config, &way, VIEW_BYTES, text), "phi(1190)=3190 f1.1(3190)=2190 f1(2190)=t");
    way.count = 0;
    assert_string_equal(view_way_text(&config, &way, VIEW_PAPER, text), "phi(1100)=e");
    way.level = 0;
    way.count = 1;
    assert_string_equal(view_way_text(&config, &way, VIEW_BYTES, text), "phi(1190)=3190");
    assert_string_equal(view_f_text(&config, way.vmid, 2, 0x80003000, VIEW_BYTES, text), "f1.1(80003000)");
}

/* tests/fuzz/corpus/elf/lines.elf: _start: li a0,1; nop; end: j end; and in .data the word `word`. */
static void check_symbols(struct view_symbols *symbols, const char *const *texts)
{
    char text[VIEW_PLACE_SIZE];
    struct view_place place;
    assert_non_null(symbols);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(view_symbols_find(symbols, 0x80000000 + 4 * i, &place), *texts[i] != 0);
        assert_string_equal(view_place_text(&place, text), texts[i]);
    }
    assert_false(view_symbols_find(symbols, 0x7ffffffc, &place));
    assert_null(place.symbol);
    view_symbols_free(symbols);
}

static void test_symbols(void **state)
{
    static const char file[] = "tests/fuzz/corpus/elf/lines.elf";
    static const char *const texts[] = {"<_start lines.S:3>", "<_start+0x4 lines.S:4>", "<end lines.S:5>", "<word>",
                                        ""};
    static const char *const nothing[] = {"", "", "", "", ""};
    struct hv_error error;
    size_t length;
    (void)state;
    check_symbols(view_symbols_of_file(file), texts);
    uint8_t *bytes = hv_file_read(file, &length, &error);
    assert_non_null(bytes);
    check_symbols(view_symbols_of_memory(bytes, length), texts);
    bytes[EI_CLASS] = ELFCLASS64;
    check_symbols(view_symbols_of_memory(bytes, length), nothing);
    free(bytes);
    check_symbols(view_symbols_of_file("no such file"), nothing);
}

/* Later ones go over earlier ones, and each is found by where it lies. */
static void test_places(void **state)
{
    struct view_places *places = view_places_new();
    char text[VIEW_PLACE_SIZE];
    (void)state;
    const int program = view_places_program(places, view_symbols_of_file("tests/fuzz/corpus/elf/lines.elf"));
    assert_true(view_places_put(places, program, 0x1000, 0x1000, 0x80000000));
    assert_true(view_places_put(places, program, 0x1800, 8, 0x80000004));
    assert_string_equal(view_places_text(places, 0x1000, text), "<_start lines.S:3>");
    assert_string_equal(view_places_text(places, 0x1800, text), "<_start+0x4 lines.S:4>");
    assert_string_equal(view_places_text(places, 0x1808, text), "");
    assert_string_equal(view_places_text(places, 0x2000, text), "");
    assert_string_equal(view_places_text(NULL, 0x1000, text), "");
    assert_int_equal(view_places_program(places, NULL), -1);
    assert_false(view_places_put(places, -1, 0, 1, 0));
    view_places_free(places);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disassemble), cmocka_unit_test(test_branch_target), cmocka_unit_test(test_vmid),
        cmocka_unit_test(test_causes),      cmocka_unit_test(test_way),           cmocka_unit_test(test_symbols),
        cmocka_unit_test(test_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
