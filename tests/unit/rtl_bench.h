/* Benches for generated Verilog: a folder of its own for each test, Icarus runs in it.
 *
 * The testbench reads its stimulus from a file that the C test has written and prints what the
 * hardware did; the C test compares that with its own reference. Everything is in this header:
 * it belongs to the tests of the generator alone.
 */
#ifndef RTL_BENCH_H
#define RTL_BENCH_H

#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700 /* mkdtemp */
#endif

#include "rtlgen/hdl/hdl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ------------------------------------------------------------------------------ */
/* Random numbers: the same in every run                                            */
/* ------------------------------------------------------------------------------ */

static uint64_t bench_seed = 1;

/* xorshift64*, upper half. */
static inline uint32_t random_word(void)
{
    bench_seed ^= bench_seed >> 12;
    bench_seed ^= bench_seed << 25;
    bench_seed ^= bench_seed >> 27;
    return (uint32_t)(bench_seed * UINT64_C(0x2545f4914f6cdd1d) >> 32);
}

static inline uint32_t random_below(uint32_t n)
{
    return (uint32_t)((uint64_t)random_word() * n >> 32);
}

/* ------------------------------------------------------------------------------ */
/* Folders, files, commands                                                         */
/* ------------------------------------------------------------------------------ */

struct bench {
    char folder[256];
};

static inline void bench_open(struct bench *b)
{
    const char *base = getenv("TMPDIR");
    snprintf(b->folder, sizeof b->folder, "%s/nestor-bench-XXXXXX", base && *base ? base : "/tmp");
    assert_non_null(mkdtemp(b->folder));
}

/* Run a shell command in the folder; its exit status. Its output goes to the file `log` there. */
__attribute__((format(printf, 3, 4))) static inline int bench_run(const struct bench *b, const char *log,
                                                                  const char *format, ...)
{
    char command[8192], line[9216];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_true(n > 0 && (size_t)n < sizeof command);
    snprintf(line, sizeof line, "cd '%s' && { %s; } >%s 2>&1", b->folder, command, log);
    return system(line);
}

static inline void bench_close(const struct bench *b)
{
    char command[512];
    snprintf(command, sizeof command, "rm -rf '%s'", b->folder);
    assert_int_equal(system(command), 0);
}

static inline FILE *bench_file(const struct bench *b, const char *name, const char *mode)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", b->folder, name);
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    return file;
}

/* The whole file as a string, to be freed. */
static inline char *bench_text(const struct bench *b, const char *name)
{
    FILE *file = bench_file(b, name, "r");
    size_t size = 0, used = 0;
    char *text = NULL;
    do {
        size += 65536;
        text = realloc(text, size + 1);
        assert_non_null(text);
        used += fread(text + used, 1, size - used, file);
    } while (used == size);
    text[used] = '\0';
    fclose(file);
    return text;
}

/* A command that must succeed without a word. */
#define bench_quiet(b, ...)                                                                                            \
    do {                                                                                                               \
        int status_ = bench_run(b, "log.txt", __VA_ARGS__);                                                            \
        char *log_ = bench_text(b, "log.txt");                                                                         \
        if (status_ || *log_)                                                                                          \
            fail_msg("exit status %d: %.4000s", status_, log_);                                                        \
        free(log_);                                                                                                    \
    } while (0)

/* Check the design and print it into `name` in the folder. */
static inline void bench_print(const struct bench *b, design *d, const char *name)
{
    if (hdl_check(d)) {
        hdl_print_messages(d, stderr);
        fail_msg("the design has %zu errors", hdl_message_count(d));
    }
    FILE *file = bench_file(b, name, "w");
    assert_true(hdl_print(d, file, NULL));
    assert_int_equal(fclose(file), 0);
}

/* Simulate tb.v with the design's file; what it prints is in out.txt. */
static inline void bench_simulate(const struct bench *b, const char *files)
{
    bench_quiet(b, "iverilog -g2005 -Wall -Wno-timescale -o tb.vvp tb.v %s", files);
    if (bench_run(b, "out.txt", "vvp -n tb.vvp")) {
        char *log = bench_text(b, "out.txt");
        fail_msg("vvp failed: %.4000s", log);
    }
}

/* ------------------------------------------------------------------------------ */
/* Vectors: a line of inputs and a line of outputs for each clock                   */
/* ------------------------------------------------------------------------------ */

struct bench_port {
    const char *name;
    unsigned width;
};

static inline unsigned bench_width(const struct bench_port *ports)
{
    unsigned sum = 0;
    for (; ports->name; ports++)
        sum += ports->width;
    return sum;
}

/* A testbench that gives the module each line of in.txt (hexadecimal numbers, one for each input) for one clock, and
 * prints the outputs just before that clock's edge. One clock of reset comes before. */
static inline void bench_vectors(const struct bench *b, const char *module_name, const struct bench_port *in,
                                 const struct bench_port *out)
{
    FILE *tb = bench_file(b, "tb.v", "w");
    fprintf(tb, "module tb;\nreg clk = 0, rst = 1;\ninteger f, n;\n");
    for (const struct bench_port *p = in; p->name; p++)
        fprintf(tb, "reg [%u:0] %s = 0;\n", p->width - 1, p->name);
    for (const struct bench_port *p = out; p->name; p++)
        fprintf(tb, "wire [%u:0] %s;\n", p->width - 1, p->name);
    fprintf(tb, "%s dut(.clk(clk), .rst(rst)", module_name);
    for (const struct bench_port *p = in; p->name; p++)
        fprintf(tb, ", .%s(%s)", p->name, p->name);
    for (const struct bench_port *p = out; p->name; p++)
        fprintf(tb, ", .%s(%s)", p->name, p->name);
    fprintf(
        tb,
        ");\ninitial begin\nf = $fopen(\"in.txt\", \"r\");\n#1 clk = 1; #1 clk = 0; rst = 0;\nn = 1;\nwhile (n > 0) "
        "begin\nn = $fscanf(f, \"");
    for (const struct bench_port *p = in; p->name; p++)
        fprintf(tb, "%%h ");
    fprintf(tb, "\"");
    for (const struct bench_port *p = in; p->name; p++)
        fprintf(tb, ", %s", p->name);
    fprintf(tb, ");\nif (n > 0) begin\n#1 $display(\"");
    for (const struct bench_port *p = out; p->name; p++)
        fprintf(tb, "%%h ");
    fprintf(tb, "\"");
    for (const struct bench_port *p = out; p->name; p++)
        fprintf(tb, ", %s", p->name);
    fprintf(tb, ");\n#1 clk = 1; #1 clk = 0;\nend\nend\n$finish(0);\nend\nendmodule\n");
    fclose(tb);
}

/* The next number of a text of hexadecimal numbers; digits x and z are reported as *unknown. */
static inline uint64_t bench_number(char **text, bool *unknown)
{
    char *p = *text;
    uint64_t value = 0;
    *unknown = false;
    while (*p == ' ' || *p == '\n')
        p++;
    if (!*p)
        fail_msg("the simulation printed too little");
    for (; *p && *p != ' ' && *p != '\n'; p++) {
        if (*p == 'x' || *p == 'X' || *p == 'z' || *p == 'Z')
            *unknown = true;
        else
            value = value << 4 | (uint64_t)(*p <= '9' ? *p - '0' : (*p | 0x20) - 'a' + 10);
    }
    *text = p;
    return value;
}

/* The next number, which must be `expected`. */
static inline void bench_expect(char **text, uint64_t expected, const char *what, unsigned line)
{
    bool unknown;
    uint64_t value = bench_number(text, &unknown);
    if (unknown || value != expected)
        fail_msg("line %u: %s is %llx%s, expected %llx", line, what, (unsigned long long)value,
                 unknown ? " (with unknown bits)" : "", (unsigned long long)expected);
}

#endif
