/* The laboratory's results and report: what is read and refused, which plots come of it, and that the page is whole
 * whatever names are in it. */
#include "lab/report.h"

#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants these above first
#include <cmocka.h>

#define HEAD "{\"schema\":\"nestor-lab-1\",\"version\":\"1\",\"command\":\"c\",\"program\":\"p\""

/* ---- Reading ---- */

static void read_text(struct lab_results *results, const char *text, int expected, const char *message)
{
    struct hv_error error = {""};
    FILE *stream = fmemopen((char *)(uintptr_t)text, strlen(text), "rb");
    assert_non_null(stream);
    *results = (struct lab_results){0};
    const int status = lab_results_read(results, stream, "r.jsonl", &error);
    fclose(stream);
    if (message)
        assert_string_equal(error.text, message);
    assert_int_equal(status, expected);
}

static void test_reads_lines(void **state)
{
    (void)state;
    struct lab_results results;
    read_text(&results, HEAD ",\"depth\":2,\"later\":[1]}\n\n" HEAD ",\"depth\":null}", 0, "");
    assert_int_equal(results.count, 2);
    assert_int_equal(results.list[1].line, 3);
    assert_true(lab_result_number(results.list[0].object, "depth", -1) == 2);
    assert_true(lab_result_number(results.list[1].object, "depth", -1) == -1);
    assert_false(results.torn);
    lab_results_free(&results);
    read_text(&results, HEAD "}\n" HEAD ",\"dep", 0, NULL);
    assert_int_equal(results.count, 1);
    assert_true(results.torn);
    lab_results_free(&results);
}

static void test_refuses(void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"[1]\n", "r.jsonl:1: found a list of 1, expected an object with the key schema"},
        {"{}\n", "r.jsonl:1: schema: found no such key, expected \"nestor-lab-1\""},
        {"\n{\"schema\":\"nestor-lab-2\"}\n", "r.jsonl:2: schema: found \"nestor-lab-2\", expected \"nestor-lab-1\""},
        {"{\"schema\":\"nestor-lab-1\"}", "r.jsonl:1: version: found no such key, expected a text"},
        {HEAD ",\"depth\":-1}", "r.jsonl:1: depth: found -1, expected a number of levels, 0 to 8"},
        {HEAD ",\"depth\":\"2\"}", "r.jsonl:1: depth: found \"2\", expected a number of levels, 0 to 8"},
        {HEAD ",\"grid\":[{\"sets\":1,\"ways\":1,\"misses\":4},{\"sets\":1,\"misses\":4}]}",
         "r.jsonl:1: grid[1].ways: found no such key, expected a whole number of 0 or more"},
        {HEAD ",\"curve\":[3]}", "r.jsonl:1: curve[0]: found 3, expected an object"},
        {HEAD ",\"curve\":{}}", "r.jsonl:1: curve: found an object of 0, expected a list of objects"},
        {HEAD ",\"locality\":{\"temporal\":[{\"distance\":-2,\"count\":1}]}}",
         "r.jsonl:1: locality.temporal[0].distance: found -2, expected a whole number of -1 or more"},
        {HEAD ",\"associator\":{\"accesses\":null}}",
         "r.jsonl:1: associator.accesses: found null, expected a whole number of 0 or more"},
        {"{\"schema\":\"nestor-lab-1\",\"version\":\"1\",\"command\":\"c\",\"program\":[]}",
         "r.jsonl:1: program: found a list of 0, expected a file name or a list of them"},
        {HEAD ",\"dep\n", NULL}, /* the message is jansson's */
        {HEAD ",\"depth\":1,\"depth\":2}", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lab_results results;
        read_text(&results, rows[i].text, -1, rows[i].message);
        lab_results_free(&results);
    }
}

/* ---- Plots ---- */

struct made {
    struct lab_results results;
    struct lab_names names;
    struct lab_plots plots;
};

static struct made make(const char *text)
{
    struct made made = {0};
    read_text(&made.results, text, 0, "");
    assert_int_equal(lab_names_make(&made.names, &made.results), 0);
    lab_report_plots(&made.plots, &made.results, &made.names);
    assert_false(made.plots.failed);
    return made;
}

static void unmake(struct made *made)
{
    lab_plots_free(&made->plots);
    lab_names_free(&made->names);
    lab_results_free(&made->results);
}

static const struct lab_plot *find(const struct made *made, const char *id)
{
    for (size_t i = 0; i < made->plots.count; i++)
        if (strcmp(made->plots.list[i].id, id) == 0)
            return &made->plots.list[i];
    return NULL;
}

static const struct lab_series *line(const struct made *made, const char *id, const char *name)
{
    const struct lab_plot *plot = find(made, id);
    assert_non_null(plot);
    for (size_t i = 0; i < plot->count; i++)
        if (strcmp(plot->series[i].name, name) == 0)
            return &plot->series[i];
    fail_msg("%s: no line %s", id, name);
    return NULL;
}

static void assert_points(const struct lab_series *series, const struct lab_plot_point *points, size_t count)
{
    assert_int_equal(series->count, count);
    for (size_t i = 0; i < count; i++)
        if (fabs(series->points[i].x - points[i].x) > 1e-9 || fabs(series->points[i].y - points[i].y) > 1e-9 ||
            fabs(series->points[i].z - points[i].z) > 1e-9)
            fail_msg("%s: point %zu is %g, %g, %g", series->name, i, series->points[i].x, series->points[i].y,
                     series->points[i].z);
}
#define ASSERT_POINTS(series, ...)                                                                                     \
    assert_points(series, (const struct lab_plot_point[]){__VA_ARGS__},                                                \
                  sizeof(const struct lab_plot_point[]){__VA_ARGS__} / sizeof(struct lab_plot_point))

/* A run of `program` at a depth with so many entries, and its counts. */
#define RUN(program, depth, entries, ways, misses, reads, more)                                                        \
    "{\"schema\":\"nestor-lab-1\",\"version\":\"1\",\"command\":\"c\",\"program\":\"" program "\",\"depth\":" #depth   \
    ",\"config\":{\"name\":\"n\",\"hash\":\"h" #entries "." #ways "\",\"entries\":" #entries ",\"ways\":" #ways        \
    "},\"instructions\":2000,\"associator\":{\"accesses\":1000,\"lookups\":500,\"misses\":" #misses                    \
    ",\"walk_reads\":" #reads "},\"translation\":{\"waits\":400}" more "}\n"

static void test_depth(void **state)
{
    (void)state;
    /* Out of order, and depth 1 a second time: the later counts. */
    struct made made = make(RUN("d/a.elf", 2, 8, 8, 20, 30, "") RUN("d/a.elf", 1, 8, 8, 99, 99, "")
                                RUN("d/a.elf", 1, 8, 8, 10, 10, ",\"per_thousand\":{\"lookups\":7}"));
    ASSERT_POINTS(line(&made, "misses-depth", "a.elf"), {1, 5, 0}, {2, 10, 0});
    ASSERT_POINTS(line(&made, "lookups-depth", "a.elf"), {1, 7, 0}, {2, 250, 0});
    ASSERT_POINTS(line(&made, "cycles-depth", "a.elf"), {1, 200, 0}, {2, 200, 0});
    ASSERT_POINTS(line(&made, "walk-depth", "a.elf"), {1, 1, 0}, {2, 1.5, 0});
    ASSERT_POINTS(line(&made, "walk-depth", "2^n - 1"), {1, 1, 0}, {2, 3, 0});
    ASSERT_POINTS(line(&made, "walk-depth", "(p+1)(q+1)^n - 1, p = q = 2 (Sv32)"), {1, 8, 0}, {2, 26, 0});
    ASSERT_POINTS(line(&made, "walk-depth", "the same, p = q = 4 (x86-64)"), {1, 24, 0}, {2, 124, 0});
    assert_null(find(&made, "entries")); /* one size */
    assert_null(find(&made, "curve"));
    assert_int_equal(find(&made, "misses-depth")->y.scale, LAB_LINEAR);
    unmake(&made);
}

static void test_entries(void **state)
{
    (void)state;
    struct made made = make(RUN("a", 1, 4, 4, 100, 1, "") RUN("a", 1, 16, 4, 10, 1, "") RUN("a", 1, 32, 4, 5, 1, "")
                                RUN("a", 1, 8, 8, 50, 1, ""));
    ASSERT_POINTS(line(&made, "entries", "fully associative"), {4, .1, 0}, {8, .05, 0});
    ASSERT_POINTS(line(&made, "entries", "4 ways"), {16, .01, 0}, {32, .005, 0});
    assert_string_equal(made.names.list[1].config, "4 x 4");
    assert_string_equal(made.names.list[3].config, "8 entries");
    assert_null(find(&made, "misses-depth")); /* one depth */
    unmake(&made);
}

#define CURVE                                                                                                          \
    ",\"curve_of\":{\"accesses\":1000},\"curve\":[{\"entries\":1,\"misses\":500},{\"entries\":2,\"misses\":20}]"
#define OTHER                                                                                                          \
    ",\"curve_of\":{\"accesses\":1000},\"curve\":[{\"entries\":1,\"misses\":500},{\"entries\":2,\"misses\":30}]"

/* The same curve of two configurations is one line; other curves are lines with the configuration in their names. */
static void test_curves(void **state)
{
    (void)state;
    struct made made =
        make(RUN("a", 1, 4, 4, 1, 1, CURVE) RUN("a", 1, 8, 8, 1, 1, CURVE) RUN("a", 2, 8, 8, 1, 1, CURVE));
    assert_int_equal(find(&made, "curve")->count, 2);
    ASSERT_POINTS(line(&made, "curve", "depth 1"), {1, .5, 0}, {2, .02, 0});
    unmake(&made);
    made = make(RUN("a", 1, 4, 4, 1, 1, CURVE) RUN("a", 1, 8, 8, 1, 1, OTHER));
    assert_int_equal(find(&made, "curve")->count, 2);
    ASSERT_POINTS(line(&made, "curve", "8 entries"), {1, .5, 0}, {2, .03, 0});
    unmake(&made);
    made = make(RUN("a", 1, 4, 4, 1, 1, CURVE) RUN("a", 1, 8, 8, 1, 1, OTHER) RUN("a", 1, 16, 16, 1, 1, OTHER));
    ASSERT_POINTS(line(&made, "curve", "8 entries = 16 entries"), {1, .5, 0}, {2, .03, 0});
    assert_int_equal(find(&made, "curve")->count, 2);
    unmake(&made);
    made = make(RUN("a", 1, 4, 4, 1, 1, CURVE)
                    RUN("a", 2, 4, 4, 1, 1,
                        ",\"curve_of\":{\"accesses\":10},\"curve\":[{\"entries\":1,\"misses\":5},"
                        "{\"entries\":8,\"misses\":1}]"));
    ASSERT_POINTS(line(&made, "curve", "depth 1"), {1, .5, 0}, {2, .02, 0}, {8, .02, 0}); /* as far as the other */
    unmake(&made);
    made = make(RUN("a", 1, 4, 4, 1, 1, CURVE) RUN("ab", 1, 4, 4, 1, 1, CURVE)); /* two programs that behave alike */
    assert_int_equal(find(&made, "curve")->count, 2);
    unmake(&made);
}

/* Of a long curve few points are drawn, powers of two and the end among them. */
static void test_long_curve(void **state)
{
    (void)state;
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    fputs(HEAD ",\"curve_of\":{\"accesses\":65536},\"curve\":[", out);
    for (unsigned i = 1; i <= 30001; i++)
        fprintf(out, "%s{\"entries\":%u,\"misses\":%u}", i > 1 ? "," : "", i, 65536 - i);
    fputs("]}", out);
    fclose(out);
    struct made made = make(text);
    const struct lab_series *series = line(&made, "curve", "p");
    bool powers[15] = {false};
    assert_true(series->count > 60 && series->count < 130);
    for (size_t i = 0; i < series->count; i++)
        for (unsigned j = 0; j < 15; j++)
            powers[j] |= series->points[i].x == exp2(j);
    for (unsigned j = 0; j < 15; j++)
        assert_true(powers[j]);
    assert_true(series->points[series->count - 1].x == 30001);
    unmake(&made);
    free(text);
}

static void test_others(void **state)
{
    (void)state;
    struct made made = make(
        HEAD
        ",\"instructions\":1000,\"grid\":[{\"sets\":2,\"ways\":4,\"misses\":7}],\"series\":[{\"at\":10,\"misses\":1},"
        "{\"at\":30,\"misses\":4}],\"locality\":{\"temporal\":[{\"distance\":-1,\"count\":1},{\"distance\":0,"
        "\"count\":1},{\"distance\":1,\"count\":2},{\"distance\":4,\"count\":4}],\"spatial\":[{\"delta\":4,"
        "\"probability\":0.5}],\"process\":[{\"length\":8,\"count\":3},{\"length\":16,\"count\":1}]}}");
    ASSERT_POINTS(&find(&made, "grid-1")->series[0], {2, 4, 7});
    ASSERT_POINTS(line(&made, "misses-time", "p"), {10, 100, 0}, {30, 200, 0});
    ASSERT_POINTS(line(&made, "temporal", "p"), {1, .375, 0}, {4, .875, 0});
    ASSERT_POINTS(line(&made, "spatial", "p"), {4, .5, 0});
    ASSERT_POINTS(line(&made, "process", "p"), {8, .75, 0}, {16, 1, 0});
    assert_null(find(&made, "vm"));
    assert_null(find(&made, "cycles-time"));
    unmake(&made);
}

/* Several VMs in turns: a line over the quantum for each configuration. */
static void test_quantum(void **state)
{
    (void)state;
    struct made made =
        make(RUN("a", 1, 4, 4, 100, 1, ",\"quantum\":10") RUN("a", 1, 4, 4, 50, 1, ",\"quantum\":1000")
                 RUN("a", 1, 8, 8, 60, 1, ",\"quantum\":10") RUN("a", 1, 8, 8, 20, 1, ",\"quantum\":1000"));
    ASSERT_POINTS(line(&made, "quantum", "4 entries"), {10, .1, 0}, {1000, .05, 0});
    ASSERT_POINTS(line(&made, "quantum", "8 entries"), {10, .06, 0}, {1000, .02, 0});
    ASSERT_POINTS(line(&made, "entries", "turns of 1000"), {4, .05, 0}, {8, .02, 0});
    assert_string_equal(made.names.list[2].config, "8 entries, turns of 10");
    unmake(&made);
}

/* More lines than colours: a plot for each program. */
static void test_many_lines(void **state)
{
    (void)state;
    struct made made =
        make(RUN("a", 1, 1, 1, 9, 1, "") RUN("a", 2, 1, 1, 9, 1, "") RUN("a", 1, 2, 2, 9, 1, "")
                 RUN("a", 2, 2, 2, 9, 1, "") RUN("a", 1, 3, 3, 9, 1, "") RUN("a", 2, 3, 3, 9, 1, "")
                     RUN("a", 1, 4, 4, 9, 1, "") RUN("a", 2, 4, 4, 9, 1, "") RUN("b", 1, 1, 1, 9, 1, "")
                         RUN("b", 2, 1, 1, 9, 1, "") RUN("b", 1, 2, 2, 9, 1, "") RUN("b", 2, 2, 2, 9, 1, "")
                             RUN("b", 1, 3, 3, 9, 1, "") RUN("b", 2, 3, 3, 9, 1, "") RUN("b", 1, 4, 4, 9, 1, "")
                                 RUN("b", 2, 4, 4, 9, 1, "") RUN("c", 1, 4, 4, 9, 1, "") RUN("c", 2, 4, 4, 9, 1, ""));
    assert_null(find(&made, "misses-depth"));
    assert_int_equal(find(&made, "misses-depth-1")->count, 4);
    assert_int_equal(find(&made, "misses-depth-3")->count, 1);
    ASSERT_POINTS(line(&made, "misses-depth-2", "3 entries"), {1, 4.5, 0}, {2, 4.5, 0});
    assert_string_equal(find(&made, "misses-depth-2")->title, "Misses against depth: b");
    unmake(&made);
}

static void test_ranges(void **state)
{
    static const double values[][2] = {{0, 1},      {0, 0},       {3, 3},          {1, 4},     {0.001, 0.7},
                                       {1e-6, 1e6}, {5e-5, 6e-5}, {99, 1001},      {1, 65536}, {17, 1.234e15},
                                       {0.5, 0.5},  {0.2, 3},     {1e-300, 1e300}, {0, 9.2e18}};
    (void)state;
    for (int scale = LAB_LINEAR; scale <= LAB_LOG10; scale++)
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            const double from = values[i][0], to = values[i][1];
            if (scale != LAB_LINEAR && from <= 0)
                continue;
            const struct lab_range range = lab_range((enum lab_scale)scale, from, to);
            assert_true(range.ticks >= 2 && range.ticks <= LAB_TICKS);
            assert_true(range.from <= from * (1 + 1e-9) && range.to >= to * (1 - 1e-9));
            for (unsigned j = 0; j < range.ticks; j++) {
                const double place = lab_place(&range, (enum lab_scale)scale, range.tick[j]);
                assert_true(place > -1e-9 && place < 1 + 1e-9);
                assert_true(j == 0 || range.tick[j] > range.tick[j - 1]);
            }
        }
    char text[LAB_NUMBER];
    assert_string_equal(lab_tick(1e-4, text), "1e-4");
    assert_string_equal(lab_tick(5e-7, text), "5e-7");
    assert_string_equal(lab_tick(2500, text), "2.5k");
    assert_string_equal(lab_tick(0.05, text), "0.05");
    assert_string_equal(lab_tick(1024, text), "1024");
    assert_string_equal(lab_tick(65536, text), "64Ki");
    assert_string_equal(lab_tick(16777216, text), "16Mi");
    assert_string_equal(lab_tick(2147483648, text), "2Gi");
    assert_string_equal(lab_tick(20000, text), "20k");
    const struct lab_range decades = lab_range(LAB_LOG10, 0.001, 10);
    assert_true(fabs(lab_place(&decades, LAB_LOG10, 0.1) - 0.5) < 1e-9);
}

/* ---- The page ---- */

static bool is_void(const char *name)
{
    return strcmp(name, "meta") == 0 || strcmp(name, "link") == 0 || strcmp(name, "input") == 0;
}

/* Elements are closed in the order in which they were opened. */
static void assert_nested(const char *text, bool html)
{
    enum { DEEPEST = 64 };
    char open[DEEPEST][24];
    unsigned depth = 0;
    for (const char *c = text; (c = strchr(c, '<')) != NULL;) {
        char name[24] = "";
        const bool closes = c[1] == '/';
        size_t n = 0;
        c += closes ? 2 : 1;
        if (*c == '!') {
            assert_non_null(c = strchr(c, '>'));
            continue;
        }
        while (isalnum((unsigned char)*c) && n + 1 < sizeof name)
            name[n++] = *c++;
        assert_true(n > 0); /* a bare < is no text */
        for (char quote = 0; *c && (quote || *c != '>'); c++)
            if (*c == '"')
                quote = quote ? 0 : '"';
        assert_int_equal(*c, '>');
        if (closes) {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name);
        } else if (c[-1] != '/' && !(html && is_void(name))) {
            assert_true(depth < DEEPEST);
            strcpy(open[depth++], name);
        }
        if (!closes && (strcmp(name, "script") == 0 || strcmp(name, "style") == 0)) {
            char end[32];
            snprintf(end, sizeof end, "</%s>", name);
            assert_non_null(c = strstr(c, end));
        }
    }
    assert_int_equal(depth, 0);
}

static char *page_of(const struct made *made, const char *command, const char *vega)
{
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    lab_report_page(&made->plots, &made->results, &made->names, command, vega, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

#define HOSTILE "<script><!--<b onclick='x'>&amp;"

static void test_page(void **state)
{
    (void)state;
    struct made made = make(RUN(
        HOSTILE, 1, 4, 4, 100, 1,
        CURVE ",\"grid\":[{\"sets\":2,\"ways\":4,\"misses\":7}]"
              ",\"by_vm\":[{\"vmid\":\"</script><i>\",\"misses\":5}],\"by_flush\":[{\"cause\":\"<u>\",\"count\":1}]")
                                RUN(HOSTILE, 2, 4, 4, 50, 1, "") RUN("\\\"onload=\\\"y", 1, 4, 4, 50, 1, ""));
    char *text = page_of(&made, "nestor report '<img alt=x>'", "");
    assert_nested(text, true);
    for (size_t i = 0; i < made.plots.count; i++) {
        char id[64];
        snprintf(id, sizeof id, "<figure id=\"%s\">", made.plots.list[i].id);
        assert_non_null(strstr(text, id));
    }
    static const char *const wanted[] = {"nestor report &#39;&lt;img alt=x&gt;&#39;",
                                         "&lt;script&gt;&lt;!--&lt;b onclick=&#39;x&#39;&gt;&amp;amp;",
                                         "&lt;/script&gt;&lt;i&gt;",
                                         "&lt;u&gt;",
                                         "<table><caption>misses / accesses</caption>",
                                         "default-src 'none'",
                                         "id=\"run-3\"",
                                         "&quot;onload=&quot;y"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(text, wanted[i]))
            fail_msg("the page has no %s", wanted[i]);
    static const char *const refused[] = {"<img", "<b ", "<i>", "<u>", "<!--", " src=", "@import", "url("};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (strstr(text, refused[i]))
            fail_msg("the page has %s", refused[i]);
    free(text);
    unmake(&made);
}

static void test_nothing_to_plot(void **state)
{
    (void)state;
    struct made made = make(HEAD "}");
    char *text = page_of(&made, "c", "/*vega*/");
    assert_int_equal(made.plots.count, 0);
    assert_nested(text, true);
    assert_non_null(strstr(text, "No result has numbers for a plot."));
    assert_non_null(strstr(text, "<script>\n/*vega*/</script>"));
    free(text);
    unmake(&made);
}

/* The data of the script is the plots' own, and says so to a reader of JSON. */
static void test_script_data(void **state)
{
    (void)state;
    struct made made = make(RUN("<x>", 1, 4, 4, 100, 1, CURVE));
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    lab_plots_json(&made.plots, out);
    fclose(out);
    assert_null(strchr(text, '<'));
    json_t *list = json_loads(text, 0, NULL);
    assert_int_equal(json_array_size(list), made.plots.count);
    const json_t *series = json_array_get(json_object_get(json_array_get(list, 0), "series"), 0);
    assert_string_equal(json_string_value(json_object_get(series, "name")), "<x>");
    const json_t *second = json_array_get(json_object_get(series, "points"), 1);
    assert_true(json_number_value(json_array_get(second, 0)) == 2 &&
                json_number_value(json_array_get(second, 1)) == .02);
    json_decref(list);
    free(text);
    unmake(&made);
}

/* Alone, a picture has everything with it; a value of 0 is not on a logarithmic axis. */
static void test_picture(void **state)
{
    (void)state;
    struct made made = make(RUN("a<b", 1, 4, 4, 100, 1,
                                ",\"curve_of\":{\"accesses\":10},\"curve\":[{\"entries\":1,\"misses\":5},"
                                "{\"entries\":2,\"misses\":1},{\"entries\":4,\"misses\":0}]"));
    char *text;
    size_t length, marks = 0;
    FILE *out = open_memstream(&text, &length);
    lab_plot_svg(find(&made, "curve"), true, out);
    fclose(out);
    assert_nested(text, false);
    assert_non_null(strstr(text, "xmlns=\"http://www.w3.org/2000/svg\""));
    assert_non_null(strstr(text, "<title id=\"curve-title\">Misses of every size</title>"));
    assert_non_null(strstr(text, "prefers-color-scheme:dark"));
    assert_non_null(strstr(text, ">a&lt;b</text>")); /* the legend */
    for (const char *c = text; (c = strstr(c, "<path class=\"mark\"")) != NULL; c++)
        marks++;
    assert_int_equal(marks, 2 + 1); /* two points, and the legend's */
    assert_non_null(strstr(text, "class=\"picture\""));
    free(text);
    unmake(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_lines), cmocka_unit_test(test_refuses), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_entries),     cmocka_unit_test(test_curves),  cmocka_unit_test(test_long_curve),
        cmocka_unit_test(test_others),      cmocka_unit_test(test_quantum), cmocka_unit_test(test_many_lines),
        cmocka_unit_test(test_ranges),      cmocka_unit_test(test_page),    cmocka_unit_test(test_nothing_to_plot),
        cmocka_unit_test(test_script_data), cmocka_unit_test(test_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
