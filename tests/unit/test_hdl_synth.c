/* What Yosys makes of the memories: block RAM where block RAM is meant, distributed RAM where that is,
 * and no registers around them but the documented bypass of MEM_SYNC. */
#include "test_hdl.h"

typedef struct fixture {
    char *directory;
    design *d;
    module *m;
} fixture;

static fixture begin(void)
{
    fixture f = {.directory = open_directory(), .d = design_new()};

    f.m = module_new(f.d, "unit");
    return f;
}

static void end(fixture *f)
{
    design_free(f->d);
    close_directory(f->directory);
}

/* How many cells whose type begins with `type` the synthesis for this family gives. */
static int count_cells(const char *stat, const char *type)
{
    int count = 0;

    for (const char *line = stat; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *word = line + strspn(line, " ");
        if (word - line < 4 || strncmp(word, type, strlen(type)) != 0)
            continue;
        count += atoi(word + strcspn(word, " "));
    }
    return count;
}

/* The synthesis for a family, up to where the memories are mapped and the logic is not yet. */
static void synthesize(const fixture *f, const char *family)
{
    char command[512];
    const char *stop = strcmp(family, "xilinx") == 0 ? "fine" : "map_gates";

    snprintf(command, sizeof command,
             "yosys -q -p 'read_verilog design.v; synth_%s -top unit -run begin:%s; "
             "tee -o %s.txt stat' > log.txt",
             family, stop, family);
    free(run_ok(f->directory, command));
}

static void expect_cells(const fixture *f, const char *family, const char *type, int expected)
{
    char file[64];

    snprintf(file, sizeof file, "%s.txt", family);
    char *stat = read_file_text(f->directory, file);
    int n = count_cells(stat, type);
    if (n != expected)
        fail_msg("%s: %d cells %s, expected %d:\n%s", family, n, type, expected, stat);
    free(stat);
}

static void synthesize_all(const fixture *f)
{
    synthesize(f, "ice40");
    synthesize(f, "ecp5");
    synthesize(f, "xilinx");
}

/* 32 Kbit: 8 blocks of 4 Kbit in an iCE40, 2 of 16 (18) Kbit in an ECP5, 1 of 36 Kbit in a 7-series. */
static void expect_block_ram(const fixture *f)
{
    expect_cells(f, "ice40", "SB_RAM40_4K", 8);
    expect_cells(f, "ecp5", "DP16KD", 2);
    expect_cells(f, "xilinx", "RAMB36E1", 1);
}

static void expect_no_registers(const fixture *f, const char *family)
{
    expect_cells(f, family, "$dff", 0);
    expect_cells(f, family, "$sdff", 0);
    expect_cells(f, family, "$mem", 0);
}

static void block_ram(fixture *f, mem_kind kind, bool has_bytes)
{
    module *m = f->m;
    sig we = input(m, "we", 1), re = input(m, "re", 1), mask = input(m, "mask", 4);
    sig wa = input(m, "wa", 10), ra = input(m, "ra", 10), data = input(m, "data", 32);
    memory ram = mem(m, "ram", 32, 1024, kind);

    if (has_bytes)
        mem_write_bytes(ram, we, wa, data, mask);
    else
        mem_write(ram, we, wa, data);
    output(m, "q", mem_read_sync(ram, "q", ra, re));
    lint(f->d, f->directory, "unit");
}

static void bytes_without_collisions(void **state)
{
    (void)state;
    fixture f = begin();
    block_ram(&f, MEM_SYNC_NO_COLLISION, true);
    synthesize_all(&f);
    expect_block_ram(&f);
    expect_no_registers(&f, "ice40");
    expect_no_registers(&f, "ecp5");
    expect_no_registers(&f, "xilinx");
    end(&f);
}

static void bytes_with_old_data(void **state)
{
    (void)state;
    fixture f = begin();
    block_ram(&f, MEM_SYNC, true);
    synthesize_all(&f);
    expect_block_ram(&f);
    expect_no_registers(&f, "xilinx");
    end(&f);
}

static void whole_words(void **state)
{
    (void)state;
    fixture f = begin();
    block_ram(&f, MEM_SYNC_NO_COLLISION, false);
    synthesize_all(&f);
    expect_block_ram(&f);
    end(&f);
}

/* A register file: two asynchronous read ports of 32 x 32. In an ECP5 each copy is 16 RAMs of 16 x 4;
 * in a 7-series it is 6 of 32 x 6. */
static void register_file(void **state)
{
    (void)state;
    fixture f = begin();
    module *m = f.m;
    memory file = mem(m, "file", 32, 32, MEM_ASYNC);
    mem_write(file, input(m, "we", 1), input(m, "wa", 5), input(m, "data", 32));
    output(m, "a", mem_read(file, input(m, "ra", 5)));
    output(m, "b", mem_read(file, input(m, "rb", 5)));
    lint(f.d, f.directory, "unit");
    synthesize(&f, "ecp5");
    synthesize(&f, "xilinx");
    expect_cells(&f, "ecp5", "TRELLIS_DPR16X4", 32);
    expect_cells(&f, "xilinx", "RAM32M", 12);
    expect_no_registers(&f, "ecp5");
    expect_no_registers(&f, "xilinx");
    end(&f);
}

/* Wires that are set in every case, without a default before, and bits of wires. */
static void no_latches(void **state)
{
    (void)state;
    fixture f = begin();
    module *m = f.m;
    sig s = input(m, "s", 2), a = input(m, "a", 8), c = input(m, "c", 1);
    sig w = output_wire(m, "w", 8), v = output_wire(m, "v", 8);

    switch_on (s) { /* every value, no default */
        is (0)
            set(w, a);
        is (1)
            set(w, not_(a));
        is (2, 3) {
            when (c)
                set(w, zeros(8));
            otherwise
            {
                set(w, ones(8));
            }
        }
    }
    set(v, a);
    when (c)
        set_bit_at(v, cat(s, c), lit(1, 0));
    lint(f.d, f.directory, "unit");
    char *said = run_ok(f.directory, "yosys -p 'read_verilog design.v; proc; opt; stat' | "
                                     "grep -E '^ *(Latch inferred|.dlatch)' || true");
    assert_string_equal(said, "");
    free(said);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_without_collisions),
        cmocka_unit_test(bytes_with_old_data),
        cmocka_unit_test(whole_words),
        cmocka_unit_test(register_file),
        cmocka_unit_test(no_latches),
    };
    return cmocka_run_group_tests_name("hdl: synthesis", tests, NULL, NULL);
}
