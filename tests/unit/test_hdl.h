/* What the tests of the hardware construction library share: a temporary directory, running tools,
 * lint, and simulation of a module against values computed in C. */
#ifndef TEST_HDL_H
#define TEST_HDL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mkdtemp, popen */
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "rtlgen/hdl/hdl.h"

enum { MAX_PORTS = 64, MAX_CYCLES = 256 };

/* ---- tools ---- */

/* A directory of its own for every test; removed by close_directory(). */
static inline char *open_directory(void)
{
    static const char template[] = "/tmp/test_hdl_XXXXXX";
    char *path = malloc(sizeof template);

    assert_non_null(path);
    memcpy(path, template, sizeof template);
    assert_non_null(mkdtemp(path));
    return path;
}

static inline void close_directory(char *path)
{
    char command[256];

    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
    free(path);
}

static inline char *read_stream(FILE *in)
{
    size_t n = 0, capacity = 4096;
    char *text = malloc(capacity);

    assert_non_null(text);
    for (int c; (c = fgetc(in)) != EOF;) {
        if (n + 1 == capacity) {
            capacity *= 2;
            text = realloc(text, capacity);
            assert_non_null(text);
        }
        text[n++] = (char)c;
    }
    text[n] = '\0';
    return text;
}

/* Runs a command in the directory; returns all it says. The status is that of the shell. */
static inline char *run(const char *directory, const char *command, int *status)
{
    char line[4096];

    snprintf(line, sizeof line, "cd '%s' && { %s ; } 2>&1", directory, command);
    FILE *in = popen(line, "r");
    assert_non_null(in);
    char *said = read_stream(in);
    *status = pclose(in);
    return said;
}

/* The same for a command that must succeed. */
static inline char *run_ok(const char *directory, const char *command)
{
    int status;
    char *said = run(directory, command, &status);

    if (status != 0)
        fail_msg("%s\nended with status %d and said:\n%s", command, status, said);
    return said;
}

/* ... and must say nothing. */
static inline void run_silent(const char *directory, const char *command)
{
    char *said = run_ok(directory, command);

    if (strstr(said, "arning") != NULL) /* some versions of Verilator report what they did */
        fail_msg("%s\nsaid:\n%s", command, said);
    free(said);
}

static inline FILE *open_file(const char *directory, const char *name)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    return out;
}

static inline char *read_file_text(const char *directory, const char *name)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    char *text = read_stream(in);
    fclose(in);
    return text;
}

/* ---- designs ---- */

static inline void check_design(design *d)
{
    if (hdl_check(d) == 0)
        return;
    for (size_t i = 0; i < hdl_message_count(d); i++)
        print_error("%s\n", hdl_message(d, i));
    fail_msg("the design has %zu errors", hdl_message_count(d));
}

/* The printed design. The caller frees it. */
static inline char *printed(design *d)
{
    FILE *f = tmpfile();

    assert_non_null(f);
    check_design(d);
    assert_true(hdl_print(d, f, NULL));
    rewind(f);
    char *text = read_stream(f);
    fclose(f);
    return text;
}

/* Prints the design to design.v and proves that neither linter has anything to say. */
static inline void lint(design *d, const char *directory, const char *top)
{
    char command[512];

    check_design(d);
    FILE *out = open_file(directory, "design.v");
    assert_true(hdl_print(d, out, "a test"));
    fclose(out);
    snprintf(command, sizeof command, "verilator --lint-only -Wall --top-module %s design.v", top);
    run_silent(directory, command);
    run_silent(directory, "iverilog -g2005 -Wall -o lint.vvp design.v");
}

static inline bool says(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

static inline void assert_says(const char *text, const char *part)
{
    if (!says(text, part))
        fail_msg("no \"%s\" in:\n%s", part, text);
}

static inline void assert_silent_about(const char *text, const char *part)
{
    if (says(text, part))
        fail_msg("\"%s\" in:\n%s", part, text);
}

/* ---- simulation ---- */

/* The values of ports, at most 64 bits each, cycle by cycle: inputs without clk, in the order of
 * ports; then outputs. */
typedef struct run_values {
    size_t n_inputs, n_outputs, n_cycles;
    const char *input_names[MAX_PORTS], *output_names[MAX_PORTS];
    unsigned input_widths[MAX_PORTS];
    uint64_t inputs[MAX_CYCLES][MAX_PORTS];
    uint64_t outputs[MAX_CYCLES][MAX_PORTS]; /* as simulated */
    bool is_unknown[MAX_CYCLES][MAX_PORTS];
} run_values;

static inline run_values *new_run(module *top, size_t n_cycles)
{
    run_values *r = calloc(1, sizeof *r);

    assert_non_null(r);
    r->n_cycles = n_cycles;
    for (size_t i = 0; i < hdl_port_count(top); i++) {
        hdl_port_info p = hdl_port(top, i);
        if (strcmp(p.name, "clk") == 0)
            continue;
        if (p.is_output) {
            r->output_names[r->n_outputs++] = p.name;
        } else {
            r->input_widths[r->n_inputs] = p.width;
            r->input_names[r->n_inputs++] = p.name;
        }
    }
    return r;
}

static inline size_t index_of(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    fail_msg("no port %s", name);
    return 0;
}

static inline void set_input(run_values *r, size_t cycle, const char *name, uint64_t value)
{
    r->inputs[cycle][index_of(r->input_names, r->n_inputs, name)] = value;
}

static inline void write_bench(const run_values *r, FILE *f, module *top)
{
    fprintf(f, "module bench;\n    reg clk;\n");
    for (size_t i = 0; i < hdl_port_count(top); i++) {
        hdl_port_info p = hdl_port(top, i);
        if (strcmp(p.name, "clk") != 0)
            fprintf(f, "    %s [%u:0] %s;\n", p.is_output ? "wire" : "reg", p.width - 1, p.name);
    }
    fprintf(f, "    %s dut (", module_name(top));
    for (size_t i = 0; i < hdl_port_count(top); i++)
        fprintf(f, "%s.%s(%s)", i > 0 ? ", " : "", hdl_port(top, i).name, hdl_port(top, i).name);
    fprintf(f, ");\n    task step; begin\n        #1 $display(\"@");
    for (size_t i = 0; i < r->n_outputs; i++)
        fprintf(f, " %%h");
    fprintf(f, "\"");
    for (size_t i = 0; i < r->n_outputs; i++)
        fprintf(f, ", %s", r->output_names[i]);
    fprintf(f, ");\n        #1 clk = 1; #1 clk = 0;\n    end endtask\n    initial begin\n");
    fprintf(f, "        clk = 0;\n");
    for (size_t c = 0; c < r->n_cycles; c++) {
        for (size_t i = 0; i < r->n_inputs; i++)
            fprintf(f, "        %s = %u'h%llx;\n", r->input_names[i], r->input_widths[i],
                    (unsigned long long)r->inputs[c][i]);
        fprintf(f, "        step;\n");
    }
    fprintf(f, "        $finish;\n    end\nendmodule\n");
}

static inline void read_outputs(run_values *r, char *said)
{
    size_t cycle = 0;
    char *line_state = NULL;

    for (char *line = strtok_r(said, "\n", &line_state); line != NULL; line = strtok_r(NULL, "\n", &line_state)) {
        char *word_state = NULL;
        if (line[0] != '@')
            continue;
        strtok_r(line, " ", &word_state);
        for (size_t i = 0; i < r->n_outputs; i++) {
            char *word = strtok_r(NULL, " ", &word_state);
            assert_non_null(word);
            r->outputs[cycle][i] = strtoull(word, NULL, 16);
            r->is_unknown[cycle][i] = strpbrk(word, "xXzZ") != NULL;
        }
        cycle++;
    }
    assert_int_equal(cycle, r->n_cycles);
}

/* Prints, lints, simulates; fills the outputs. */
static inline void simulate(run_values *r, module *top, design *d, const char *directory)
{
    lint(d, directory, module_name(top));
    FILE *f = open_file(directory, "bench.v");
    write_bench(r, f, top);
    fclose(f);
    char *said = run_ok(directory, "iverilog -g2005 -s bench -o bench.vvp bench.v design.v && "
                                   "vvp -n bench.vvp");
    read_outputs(r, said);
    free(said);
}

static inline void assert_output(const run_values *r, size_t cycle, const char *name, uint64_t expected)
{
    size_t i = index_of(r->output_names, r->n_outputs, name);

    if (r->is_unknown[cycle][i])
        fail_msg("cycle %zu: %s is unknown, expected 0x%llx", cycle, name, (unsigned long long)expected);
    if (r->outputs[cycle][i] != expected)
        fail_msg("cycle %zu: %s is 0x%llx, expected 0x%llx", cycle, name, (unsigned long long)r->outputs[cycle][i],
                 (unsigned long long)expected);
}

/* A sequence of numbers that looks random and is always the same. */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

#endif
