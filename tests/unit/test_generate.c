/* What `nestor gen` writes: README.md tells what every unit and every port is for, in the words of the Verilog; and
 * it writes for the largest configurations that are accepted. */
#include "tests/unit/rtl_bench.h"

#include "rtlgen/rtlgen.h"

enum { CELL = 512, MAX_UNITS = 64 };

static struct hv_config preset(const char *name)
{
    struct hv_config config;
    struct hv_error error;
    if (hv_config_read(&config, name, &error))
        fail_msg("%s", error.text);
    return config;
}

static void generate(const struct bench *b, const struct hv_config *config, const struct rtlgen_options *options,
                     const char *folder)
{
    char path[512];
    struct hv_error error;
    snprintf(path, sizeof path, "%s/%s", b->folder, folder);
    if (rtlgen_generate(config, options, path, &error))
        fail_msg("%s", error.text);
}

/* ------------------------------------------------------------------------------ */
/* README.md                                                                        */
/* ------------------------------------------------------------------------------ */

/* A cell of a table's row, 0 the first, without the spaces around it. */
static void cell(const char *row, unsigned number, char *to)
{
    for (unsigned i = 0; i <= number; i++) {
        row = strchr(row, '|');
        assert_non_null(row);
        row++;
    }
    size_t length = strcspn(row, "|");
    while (length && *row == ' ')
        row++, length--;
    while (length && row[length - 1] == ' ')
        length--;
    assert_true(length < CELL);
    memcpy(to, row, length);
    to[length] = '\0';
}

/* The comment above the file's module, its lines joined. */
static void comment_above(const char *text, char *to)
{
    assert_non_null(strstr(text, "\nmodule "));
    *to = '\0';
    for (const char *line = text; strncmp(line, "module ", 7) != 0; line = strchr(line, '\n') + 1) {
        size_t used = strlen(to), length = strcspn(line, "\n");
        if (strncmp(line, "// ", 3) != 0)
            *to = '\0';
        else
            snprintf(to + used, CELL - used, "%s%.*s", used ? " " : "", (int)length - 3, line + 3);
    }
}

/* A file of the folder, to be freed. */
static char *file_text(const struct bench *b, const char *folder, const char *file)
{
    char path[200];
    snprintf(path, sizeof path, "%.90s/%.90s", folder, file);
    return bench_text(b, path);
}

struct purposes {
    char unit[MAX_UNITS][CELL], text[MAX_UNITS][CELL];
    unsigned n;
};

/* A file has one module, of its name and with the prefix: no module's name is taken from somebody else's system. */
static void check_module(const char *folder, const char *unit, const char *text)
{
    char line[CELL + 16];
    snprintf(line, sizeof line, "\nmodule %.*s (\n", (int)strcspn(unit, "."), unit);
    const char *module = strstr(text, line);
    if (strncmp(unit, "nestor_", 7) || !module || strstr(text, "\nmodule ") != module ||
        strstr(module + 1, "\nmodule "))
        fail_msg("%s/%s: expected the module of its name alone, beginning with nestor_", folder, unit);
}

/* A unit's purpose is what its file says, and no other unit's. */
static void check_unit(const struct bench *b, const char *folder, const char *row, struct purposes *all)
{
    char said[CELL];
    assert_true(all->n < MAX_UNITS);
    char *unit = all->unit[all->n], *purpose = all->text[all->n];
    cell(row, 0, unit);
    cell(row, 1, purpose);
    if (!*purpose)
        fail_msg("%s: %s has no purpose", folder, unit);
    for (unsigned i = 0; i < all->n; i++) {
        if (!strcmp(all->text[i], purpose))
            fail_msg("%s: %s and %s have the same purpose: %s", folder, all->unit[i], unit, purpose);
    }
    char *text = file_text(b, folder, unit);
    check_module(folder, unit, text);
    comment_above(text, said);
    assert_string_equal(purpose, said);
    free(text);
    all->n++;
}

static bool starts(const char *line, const char *with)
{
    return !strncmp(line, with, strlen(with));
}

/* Is the line the declaration of the port? */
static bool declares(const char *line, const char *port)
{
    size_t length = strlen(port), end = strcspn(line, "/\n");
    const char *name = starts(line, "    input ") || starts(line, "    output ") ? strstr(line, port) : NULL;
    while (name && name < line + end && (name[-1] != ' ' || !strchr(" ,\n", name[length])))
        name = strstr(name + 1, port);
    return name && name < line + end;
}

/* A port's meaning is what stands behind its declaration, or above it. */
static void check_port(const char *folder, const char *row, const char *top, const char *text)
{
    char port[CELL], meaning[CELL], comment[CELL];
    cell(row, 0, port);
    cell(row, 3, meaning);
    if (!*meaning)
        fail_msg("%s: %s of %s has no meaning", folder, port, top);
    const char *above = text, *line = text;
    while (line && !declares(line, port)) {
        above = line;
        line = strchr(line, '\n');
        line += line != NULL;
    }
    if (!line)
        fail_msg("%s: the Verilog of %s does not declare %s", folder, top, port);
    snprintf(comment, sizeof comment, "// %.400s\n", meaning);
    const char *found = strstr(above, comment);
    if (!found || found > strchr(line, '\n'))
        fail_msg("%s: the Verilog of %s does not say of %s: %s", folder, top, port, meaning);
}

/* The rows of the table under the heading; NULL: there is none. */
static const char *rows_under(const char *readme, const char *heading)
{
    const char *table = strstr(readme, heading);
    const char *ruler = table ? strstr(table, "\n|---") : NULL;
    return ruler ? strchr(ruler + 1, '\n') + 1 : NULL;
}

static void check_units(const struct bench *b, const char *folder, const char *readme)
{
    static struct purposes all;
    const char *row = rows_under(readme, "\n## Units\n");
    assert_non_null(row);
    for (all.n = 0; starts(row, "| "); row = strchr(row, '\n') + 1)
        check_unit(b, folder, row, &all);
    bench_quiet(b, "test \"$(ls %s/*.v | wc -l)\" = %u", folder, all.n);
}

/* Returns the number of ports. */
static unsigned check_ports(const struct bench *b, const char *folder, const char *readme, const char *top)
{
    char heading[64], file[64];
    unsigned n = 0;
    snprintf(heading, sizeof heading, "\n## Ports of %s\n", top);
    const char *row = rows_under(readme, heading);
    if (!row)
        return 0;
    snprintf(file, sizeof file, "%s.v", top);
    char *text = file_text(b, folder, file);
    for (; starts(row, "| "); row = strchr(row, '\n') + 1, n++)
        check_port(folder, row, top, text);
    free(text);
    return n;
}

static void check_readme(const struct bench *b, const struct hv_config *config, const struct rtlgen_options *options,
                         const char *folder)
{
    generate(b, config, options, folder);
    char *readme = file_text(b, folder, "README.md");
    check_units(b, folder, readme);
    assert_true(check_ports(b, folder, readme, "nestor_core") > 20);
    assert_int_equal(check_ports(b, folder, readme, "nestor_soc") > 10, !options->core_only);
    free(readme);
}

/* Every port has a meaning and every unit a purpose of its own, with RVFI ports and without, SoC and core alone. */
static void readme(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    for (unsigned i = 0; hv_config_preset(i); i++) {
        for (unsigned variant = 0; variant < 4; variant++) {
            const struct rtlgen_options options = {.core_only = variant & 1, .no_rvfi = variant & 2};
            struct hv_config config = preset(hv_config_preset(i));
            char folder[80];
            snprintf(folder, sizeof folder, "%s%u", config.name, variant);
            check_readme(&b, &config, &options, folder);
        }
    }
    bench_close(&b);
}

/* ------------------------------------------------------------------------------ */
/* The largest configurations                                                       */
/* ------------------------------------------------------------------------------ */

/* Most entries; most ways of more sets than one, and of one; and halves of which both together need a bit more. */
static const unsigned geometries[][2] = {{65536, 1},  {65536, 16}, {61440, 15}, {32768, 1},
                                         {32768, 16}, {16384, 1},  {16384, 16}, {64, 64}};

enum { GEOMETRIES = sizeof geometries / sizeof geometries[0], KEYS = 3, POLICIES = 4 };

static struct hv_config large(unsigned geometry, unsigned key, bool split)
{
    struct hv_config c;
    hv_config_default(&c);
    snprintf(c.name, sizeof c.name, "large");
    c.assoc_entries = geometries[geometry][0];
    c.assoc_ways = geometries[geometry][1];
    c.assoc_key = key;
    c.assoc_split = split ? HV_SPLIT : HV_UNIFIED;
    c.prefix_entries = 16;
    c.depth = c.syllable_bits = 8;
    c.ram_base = c.hv_root = c.reset_vector = 0x40000000;
    c.ram_bytes = 0x40000000;
    return c;
}

/* Every key, split and unified; with the commit record and without; all levels, and with one geometry none. */
static void largest(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    for (unsigned i = 0; i < GEOMETRIES * KEYS * 2; i++) {
        struct hv_config config = large(i / 6, i / 2 % KEYS, i % 2);
        config.assoc_replacement = i % POLICIES;
        if (config.assoc_replacement == HV_REPLACEMENT_PLRU && (config.assoc_ways & (config.assoc_ways - 1)))
            config.assoc_replacement = HV_REPLACEMENT_LRU;
        generate(&b, &config, &(struct rtlgen_options){0}, "out");
        if (config.assoc_split == HV_SPLIT)
            generate(&b, &config, &(struct rtlgen_options){.no_rvfi = true}, "out");
        config.depth = 0;
        if (i < KEYS * 2)
            generate(&b, &config, &(struct rtlgen_options){0}, "out");
    }
    bench_close(&b);
}

static void refuse(const struct hv_config *config, const char *reason)
{
    struct hv_error error;
    assert_int_equal(rtlgen_generate(config, &(struct rtlgen_options){0}, "/nowhere", &error), -1);
    assert_string_equal(error.text, reason);
}

/* What is larger by one step is not faulty, but refused. */
static void too_large(void **state)
{
    (void)state;
    struct hv_config config = large(0, HV_KEY_VMID, true);
    config.assoc_entries = 131072;
    refuse(&config, "large: entries: found 131072, expected 0 to 65536");
    config.assoc_entries = config.assoc_ways = 65;
    refuse(&config,
           "large: ways: found 65 of 65 entries, expected at most 16, or fully associative with at most 64, in "
           "hardware");
    config.assoc_entries = 17 * 2;
    config.assoc_ways = 17;
    refuse(&config,
           "large: ways: found 17 of 34 entries, expected at most 16, or fully associative with at most 64, in "
           "hardware");
    config = large(0, HV_KEY_VMID, true);
    config.prefix_entries = 17;
    refuse(&config, "large: prefix_entries: found 17, expected 0 to 16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readme),
        cmocka_unit_test(largest),
        cmocka_unit_test(too_large),
    };
    return cmocka_run_group_tests_name("generate", tests, NULL, NULL);
}
