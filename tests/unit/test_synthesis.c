/* What the tools say of the generated Verilog: lints, latches, three FPGA families, many configurations. */
#include "tests/unit/rtl_bench.h"

#include "rtlgen/rtlgen.h"
#include "rtlgen/units.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* ------------------------------------------------------------------------------ */
/* Jobs: commands that run beside each other, each with a log of its own            */
/* ------------------------------------------------------------------------------ */

struct jobs {
    struct bench bench;
    FILE *list;
    unsigned count;
};

static void jobs_open(struct jobs *j)
{
    bench_open(&j->bench);
    j->list = bench_file(&j->bench, "jobs.txt", "w");
    j->count = 0;
}

/* A command of the shell, run in the jobs' folder; its output goes to <number>.log. Returns the number. */
__attribute__((format(printf, 2, 3))) static unsigned jobs_add(struct jobs *j, const char *format, ...)
{
    va_list arguments;
    fprintf(j->list, "{ ");
    va_start(arguments, format);
    vfprintf(j->list, format, arguments);
    va_end(arguments);
    fprintf(j->list, "; } >%u.log 2>&1 || echo %u >>failed.txt\n", j->count, j->count);
    return j->count++;
}

/* Where a log begins to say something: lines with "- " are Verilator's report of what it did, which some versions
 * print. */
static const char *words_of(const char *log)
{
    while (!strncmp(log, "- ", 2)) {
        log += strcspn(log, "\n");
        log += *log == '\n';
    }
    return log;
}

/* Run them all. A job that fails, or (quiet) that says anything, fails the test. */
static void jobs_run(struct jobs *j, bool quiet)
{
    assert_int_equal(fclose(j->list), 0);
    bench_quiet(&j->bench, "touch failed.txt && xargs -d '\\n' -P \"$(nproc)\" -n 1 sh -c <jobs.txt");
    char *failed = bench_text(&j->bench, "failed.txt");
    for (unsigned i = 0; i < j->count; i++) {
        char name[32], line[32];
        snprintf(name, sizeof name, "%u.log", i);
        snprintf(line, sizeof line, "%u\n", i);
        char *log = bench_text(&j->bench, name);
        bool bad = false;
        for (const char *p = failed; *p; p = strchr(p, '\n') + 1)
            bad = bad || !strncmp(p, line, strlen(line));
        size_t length = strlen(log);
        if (bad || (quiet && *words_of(log)))
            fail_msg("job %u: %s", i, length > 3000 ? log + length - 3000 : log);
        free(log);
    }
    free(failed);
}

static void generate(const struct jobs *j, const struct hv_config *config, const struct rtlgen_options *options,
                     const char *folder)
{
    char path[512];
    struct hv_error error;
    snprintf(path, sizeof path, "%s/%s", j->bench.folder, folder);
    if (rtlgen_generate(config, options, path, &error))
        fail_msg("%s", error.text);
}

static struct hv_config preset(const char *name)
{
    struct hv_config config;
    struct hv_error error;
    if (hv_config_read(&config, name, &error))
        fail_msg("%s", error.text);
    return config;
}

/* ------------------------------------------------------------------------------ */
/* Lint                                                                             */
/* ------------------------------------------------------------------------------ */

static void add_lint(struct jobs *j, const char *folder, bool core_only)
{
    const char *top = core_only ? "nestor_core" : "nestor_soc";
    jobs_add(j, "verilator --lint-only -Wall --top-module %s %s/*.v", top, folder);
    jobs_add(j, "iverilog -g2005 -Wall -s %s -o /dev/null %s/*.v", top, folder);
}

static void lint_presets(void **state)
{
    (void)state;
    struct jobs j;
    jobs_open(&j);
    for (unsigned i = 0; hv_config_preset(i); i++) {
        for (unsigned variant = 0; variant < 3; variant++) {
            const struct rtlgen_options options = {.core_only = variant == 2, .no_rvfi = variant == 1};
            struct hv_config config = preset(hv_config_preset(i));
            char folder[80];
            snprintf(folder, sizeof folder, "%s%u", config.name, variant);
            generate(&j, &config, &options, folder);
            add_lint(&j, folder, options.core_only);
        }
    }
    jobs_run(&j, true);
    bench_close(&j.bench);
}

/* ------------------------------------------------------------------------------ */
/* The matrix                                                                       */
/* ------------------------------------------------------------------------------ */

enum {
    REPLACEMENT,
    KEY,
    SPLIT,
    GEOMETRY,
    DEPTH,
    PHI,
    ISA,
    PREFIX,
    SYLLABLE,
    F_MAPS,
    MULTIPLIER,
    TIMEBASE,
    COUNTERS,
    RVFI,
    CORE_ONLY,
    AXES
};

/* Values on each axis. */
static const unsigned sizes[AXES] = {4, 3, 2, 8, 4, 2, 2, 4, 3, 3, 3, 2, 3, 2, 2};

static const unsigned geometries[][2] = {{0, 1}, {1, 1}, {4, 4}, {16, 16}, {8, 2}, {12, 3}, {64, 16}, {64, 64}};
static const unsigned depths[] = {0, 1, 4, 8}, prefixes[] = {0, 1, 4, 16}, syllables[] = {1, 4, 8},
                      counters[] = {0, 32, 64};

static struct hv_config configuration(const unsigned *at, const char *name)
{
    struct hv_config c;
    hv_config_default(&c);
    snprintf(c.name, sizeof c.name, "%s", name);
    c.assoc_replacement = at[REPLACEMENT];
    c.assoc_key = at[KEY];
    c.assoc_split = at[SPLIT];
    c.assoc_entries = geometries[at[GEOMETRY]][0];
    c.assoc_ways = geometries[at[GEOMETRY]][1];
    if (c.assoc_replacement == HV_REPLACEMENT_PLRU && c.assoc_ways == 3)
        c.assoc_ways = 2, c.assoc_entries = 16;
    c.depth = depths[at[DEPTH]];
    c.phi = at[PHI];
    c.isa = at[ISA];
    c.prefix_entries = prefixes[at[PREFIX]];
    c.syllable_bits = syllables[at[SYLLABLE]];
    c.f_maps = 1 + at[F_MAPS];
    c.multiplier = at[MULTIPLIER];
    c.timebase = at[TIMEBASE];
    c.counter_bits = counters[at[COUNTERS]];
    return c;
}

/* Pairs of values on two axes that no configuration has had yet. */
static bool seen[AXES][AXES][8][8];

static unsigned new_pairs(const unsigned *at, bool mark)
{
    unsigned n = 0;
    for (unsigned a = 0; a < AXES; a++) {
        for (unsigned b = a + 1; b < AXES; b++) {
            bool *pair = &seen[a][b][at[a]][at[b]];
            n += !*pair;
            *pair = *pair || mark;
        }
    }
    return n;
}

/* Of some random configurations the one with the most pairs that are new; false if there is none. */
static bool next_configuration(unsigned *at)
{
    unsigned best = 0;
    for (unsigned i = 0; i < 400; i++) {
        unsigned candidate[AXES];
        for (unsigned a = 0; a < AXES; a++)
            candidate[a] = random_below(sizes[a]);
        unsigned n = new_pairs(candidate, false);
        if (n > best) {
            best = n;
            memcpy(at, candidate, sizeof candidate);
        }
    }
    if (best)
        new_pairs(at, true);
    return best > 0;
}

/* Every pair of values on any two axes generates and lints. */
static void lint_matrix(void **state)
{
    (void)state;
    struct jobs j;
    unsigned at[AXES];
    jobs_open(&j);
    while (next_configuration(at)) {
        char name[32];
        snprintf(name, sizeof name, "m%u", j.count / 2);
        struct hv_config config = configuration(at, name);
        const struct rtlgen_options options = {.core_only = at[CORE_ONLY], .no_rvfi = at[RVFI]};
        generate(&j, &config, &options, name);
        add_lint(&j, name, options.core_only);
    }
    jobs_run(&j, true);
    bench_close(&j.bench);
}

/* Every policy with every key, split, geometry, depth, phi and instruction set builds without a fault. */
static void build_matrix(void **state)
{
    (void)state;
    unsigned at[AXES] = {0}, n = 0;
    for (;;) {
        struct hv_config config = configuration(at, "matrix");
        design *d = design_new();
        nestor_soc_module(d, &config, &(struct soc_options){.rvfi = n % 2});
        if (hdl_check(d)) {
            char text[4096];
            hv_config_print(&config, text, sizeof text);
            fail_msg("%s\n%s", hdl_message(d, 0), text);
        }
        design_free(d);
        n++;
        unsigned axis = REPLACEMENT;
        while (axis <= ISA && ++at[axis] == sizes[axis])
            at[axis++] = 0;
        if (axis > ISA)
            break;
        for (unsigned a = PREFIX; a < AXES; a++) /* the others take turns */
            at[a] = n / (a - ISA) % sizes[a];
    }
}

/* ------------------------------------------------------------------------------ */
/* Yosys                                                                            */
/* ------------------------------------------------------------------------------ */

/* The SoC that is synthesized has little RAM, for the time it takes. The program's arguments are other presets. */
static const char *const usual[] = {"small", "plain", "default", NULL};
static const char *const *synthesized = usual;

static struct hv_config with_little_ram(const char *name)
{
    struct hv_config config = preset(name);
    config.ram_bytes = 8192;
    return config;
}

static void no_latches(void **state)
{
    (void)state;
    struct jobs j;
    jobs_open(&j);
    for (unsigned i = 0; hv_config_preset(i); i++) {
        struct hv_config config = preset(hv_config_preset(i));
        generate(&j, &config, &(struct rtlgen_options){0}, config.name);
        jobs_add(&j,
                 "yosys -q -p 'read_verilog %s/*.v; hierarchy -check -top nestor_soc; proc; check -assert;"
                 " select -assert-none t:$dlatch t:$adlatch t:$sr'",
                 config.name);
    }
    jobs_run(&j, true);
    bench_close(&j.bench);
}

/* Memories of the design by the name of their array; the sizes of those with one name. */
struct memories {
    unsigned count;
    struct {
        char name[64];
        uint64_t smallest, largest; /* bits */
    } list[256];
};

static void add_memory(struct memories *all, const char *name, uint64_t bits)
{
    unsigned i = 0;
    while (i < all->count && strcmp(all->list[i].name, name) != 0)
        i++;
    assert_true(i < LENGTH(all->list));
    if (i == all->count) {
        snprintf(all->list[i].name, sizeof all->list[i].name, "%s", name);
        all->list[i].smallest = all->list[i].largest = bits;
        all->count++;
    }
    if (bits < all->list[i].smallest)
        all->list[i].smallest = bits;
    if (bits > all->list[i].largest)
        all->list[i].largest = bits;
}

static void find_memories(struct memories *all, const struct hv_config *config)
{
    design *d = design_new();
    nestor_soc_module(d, config, &(struct soc_options){.rvfi = false});
    assert_int_equal(hdl_check(d), 0);
    all->count = 0;
    for (size_t i = 0; i < hdl_module_count(d); i++) {
        module *m = hdl_module(d, i);
        for (size_t k = 0; k < hdl_memory_count(m); k++) {
            hdl_memory_info info = hdl_memory(m, k);
            add_memory(all, info.name, info.width * info.depth);
        }
    }
    design_free(d);
}

/* A family's kinds of memory, by what its names in the log of memory_libmap contain. */
struct family {
    const char *script;
    const char *block, *lut; /* lut NULL: it has none */
};

static const struct family families[] = {
    {"synth.ys", "ICE40", NULL},
    {"synth_up5k.ys", "ICE40", NULL},
    {"synth_ecp5.ys", "16KD", "TRELLIS_DPR16X4"},
    {"synth_xilinx.ys", "BLOCKRAM", "LUTRAM"},
};

/* BLOCK_BITS and more belong into block RAM, and more than LUT_BITS where there is LUT RAM, into which less belongs; a
 * few bits are as good in flip-flops. */
enum { BLOCK_BITS = 4096, LUT_BITS = 2048, FEW_BITS = 128 };

/* The memory at `path` has been mapped to `kind` ("" is flip-flops): is that what its size asks for? */
static void check_mapping(const struct memories *all, const struct family *family, const char *path, const char *kind)
{
    const char *name = strrchr(path, '.') ? strrchr(path, '.') + 1 : path;
    unsigned i = 0;
    while (i < all->count && strcmp(all->list[i].name, name) != 0)
        i++;
    if (i == all->count)
        fail_msg("%s: %s is no memory of the design", family->script, path);
    const uint64_t block_bits = family->lut ? LUT_BITS + 1 : BLOCK_BITS;
    if (all->list[i].smallest >= block_bits && !strstr(kind, family->block))
        fail_msg("%s: %s is in %s, not in block RAM", family->script, path, *kind ? kind : "flip-flops");
    if (all->list[i].largest >= block_bits || all->list[i].smallest < FEW_BITS || !family->lut)
        return;
    if (!strstr(kind, family->lut))
        fail_msg("%s: %s is in %s, not in LUT RAM", family->script, path, *kind ? kind : "flip-flops");
}

/* The lines of the log that tell where a memory went. Returns their number. */
static unsigned check_memories(const struct jobs *j, size_t job, const struct memories *all,
                               const struct family *family)
{
    char name[32], path[512], kind[128];
    unsigned n = 0;
    snprintf(name, sizeof name, "%zu.log", job);
    char *log = bench_text(&j->bench, name);
    for (const char *line = log; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (sscanf(line, "mapping memory %511s via %127s", path, kind) != 2) {
            *kind = '\0';
            if (sscanf(line, "using FF mapping for memory %511s", path) != 1)
                continue;
        }
        check_mapping(all, family, path, kind);
        n++;
    }
    free(log);
    return n;
}

/* What is named is too large for the UP5K. */
static bool goes_to(const struct family *family)
{
    return synthesized == usual || strcmp(family->script, "synth_up5k.ys") != 0;
}

/* The scripts beside the Verilog run, and place the memories. */
static void synthesis(void **state)
{
    (void)state;
    struct jobs j;
    jobs_open(&j);
    for (unsigned i = 0; synthesized[i]; i++) {
        struct hv_config config = with_little_ram(synthesized[i]);
        generate(&j, &config, &(struct rtlgen_options){.no_rvfi = true}, config.name);
        for (unsigned k = 0; k < LENGTH(families); k++)
            if (goes_to(&families[k]))
                jobs_add(&j, "cd %s && yosys -s %s", config.name, families[k].script);
    }
    jobs_run(&j, false);
    size_t job = 0;
    for (unsigned i = 0; synthesized[i]; i++) {
        struct memories all;
        struct hv_config config = with_little_ram(synthesized[i]);
        find_memories(&all, &config);
        for (unsigned k = 0; k < LENGTH(families); k++)
            if (goes_to(&families[k]))
                assert_in_range(check_memories(&j, job++, &all, &families[k]), all.count, 4 * all.count);
    }
    bench_close(&j.bench);
}

/* The RAM of `small` goes into the UP5K's single-port blocks; one flip-flop chooses between two depths. */
static void single_port_ram(void **state)
{
    (void)state;
    struct hv_config config = preset("small");
    struct bench b;
    bench_open(&b);
    design *d = design_new();
    ram_module(d, &config, NULL);
    bench_print(&b, d, "ram.v");
    design_free(d);
    bench_quiet(&b, "yosys -q -p 'read_verilog ram.v; synth_ice40 -device u -spram -top nestor_ram;"
                    " select -assert-count 4 t:SB_SPRAM256KA; select -assert-none t:SB_RAM40_4K;"
                    " select -assert-max 1 t:SB_DFF*'");
    bench_close(&b);
}

/* `multiplier = fast` takes the family's multiplier blocks: three of 16 bits, which make three of the four products of
 * halves in a cycle. */
static void multiplier_blocks(void **state)
{
    (void)state;
    static const char *const flows[] = {
        "synth_ice40 -device u -dsp -top nestor_muldiv; select -assert-count 3 t:SB_MAC16",
        "synth_ecp5 -top nestor_muldiv; select -assert-min 1 t:MULT18X18D; select -assert-max 3 t:MULT18X18D",
        "synth_xilinx -flatten -top nestor_muldiv; select -assert-min 1 t:DSP48E1; select -assert-max 3 t:DSP48E1",
    };
    struct hv_config config;
    hv_config_default(&config);
    config.multiplier = HV_MULTIPLIER_FAST;
    struct jobs j;
    jobs_open(&j);
    design *d = design_new();
    muldiv_module(d, &config);
    bench_print(&j.bench, d, "muldiv.v");
    design_free(d);
    for (unsigned i = 0; i < LENGTH(flows); i++)
        jobs_add(&j, "yosys -q -p 'read_verilog muldiv.v; %s'", flows[i]);
    jobs_run(&j, true);
    bench_close(&j.bench);
}

/* ------------------------------------------------------------------------------ */
/* The files                                                                        */
/* ------------------------------------------------------------------------------ */

static void same_bytes(void **state)
{
    (void)state;
    struct jobs j;
    jobs_open(&j);
    fclose(j.list);
    struct hv_config config = preset("default");
    generate(&j, &config, &(struct rtlgen_options){0}, "a");
    generate(&j, &config, &(struct rtlgen_options){0}, "b");
    bench_quiet(&j.bench, "diff -r a b");
    bench_quiet(&j.bench, "test \"$(ls -A a | grep '^\\.')\" = .nestor");
    bench_quiet(&j.bench, "grep -L 'Nestor " NESTOR_VERSION ".*configuration default, hash [0-9a-f]\\{16\\}' a/*.v");
    bench_quiet(&j.bench, "test \"$(grep -l '^// ram_bytes = ' a/* a/.nestor)\" = a/nestor_soc.v");
    bench_close(&j.bench);
}

static void bad_folders(void **state)
{
    (void)state;
    struct jobs j;
    struct hv_error error;
    char path[512];
    jobs_open(&j);
    fclose(j.list);
    struct hv_config config = preset("plain");
    const struct rtlgen_options options = {0};
    snprintf(path, sizeof path, "%s/missing/out", j.bench.folder);
    assert_int_equal(rtlgen_generate(&config, &options, path, &error), -1);
    assert_non_null(strstr(error.text, "missing/out"));
    snprintf(path, sizeof path, "%s/jobs.txt", j.bench.folder);
    assert_int_equal(rtlgen_generate(&config, &options, path, &error), -1);
    assert_non_null(strstr(error.text, "jobs.txt"));
    /* A name of the set that cannot be replaced: a folder. Nothing half-written stays. */
    bench_quiet(&j.bench, "mkdir -p out/nestor_ram.v/x");
    snprintf(path, sizeof path, "%s/out", j.bench.folder);
    assert_int_equal(rtlgen_generate(&config, &options, path, &error), -1);
    assert_non_null(strstr(error.text, "nestor_ram.v"));
    bench_quiet(&j.bench, "test -z \"$(ls -A out | grep new)\"");
    config.assoc_entries = 96;
    config.assoc_ways = 96;
    snprintf(path, sizeof path, "%s/never", j.bench.folder);
    assert_int_equal(rtlgen_generate(&config, &options, path, &error), -1);
    assert_non_null(strstr(error.text, "ways"));
    bench_quiet(&j.bench, "test ! -e never");
    bench_close(&j.bench);
}

/* With arguments, only those presets are synthesized (`make campaign`: it takes minutes). */
int main(int count, char **arguments)
{
    if (count > 1) {
        const struct CMUnitTest named[] = {cmocka_unit_test(synthesis)};
        synthesized = (const char *const *)arguments + 1;
        return cmocka_run_group_tests_name("synthesis", named, NULL, NULL);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes),        cmocka_unit_test(bad_folders),  cmocka_unit_test(single_port_ram),
        cmocka_unit_test(multiplier_blocks), cmocka_unit_test(lint_presets), cmocka_unit_test(no_latches),
        cmocka_unit_test(build_matrix),      cmocka_unit_test(lint_matrix),  cmocka_unit_test(synthesis),
    };
    return cmocka_run_group_tests_name("synthesis", tests, NULL, NULL);
}
