/* What the tests of the readers of traces share: a folder, and a trace read whole. */
#ifndef TESTS_TRACE_FILES_H
#define TESTS_TRACE_FILES_H

#include "lab/format.h"
#include "sim/files.h"
#include "tests/support/reference.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST = 2048 };

/* A trace read whole. */
struct result {
    int64_t count; /* -1: error */
    struct lab_reference reference[MOST];
    struct hv_error error;
    char format[16];
};

static char *directory;

static inline int make_directory(void **state)
{
    (void)state;
    struct hv_error error;
    directory = hv_temporary_directory(&error);
    return directory ? 0 : -1;
}

static inline int remove_directory(void **state)
{
    (void)state;
    hv_directory_remove(directory);
    free(directory);
    return 0;
}

static inline char *path_of(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

/* Read as a processor without wide instructions does. */
static bool narrow;

static inline void read_file(struct result *result, const char *path, const char *format, unsigned page_bits,
                             size_t at_once)
{
    struct lab_reference some[64];
    *result = (struct result){.count = -1};
    struct lab_trace *trace = lab_trace_open(path, format, page_bits, &result->error);
    if (!trace)
        return;
    snprintf(result->format, sizeof result->format, "%s", lab_trace_facts(trace)->format);
    trace->wide &= !narrow;
    int64_t count, sum = 0;
    while ((count = lab_trace_read(trace, some, at_once, &result->error)) > 0) {
        assert_true(count <= (int64_t)at_once);
        for (int64_t i = 0; i < count && sum + i < MOST; i++)
            result->reference[sum + i] = some[i];
        sum += count;
    }
    result->count = count < 0 ? -1 : sum;
    lab_trace_close(trace);
}

static inline void read_bytes(struct result *result, const void *bytes, size_t length, const char *format)
{
    struct hv_error error;
    const char *path = path_of("trace");
    assert_int_equal(hv_file_write(path, bytes, length, &error), 0);
    read_file(result, path, format, 0, LAB_TRACE_LEAST);
}

static inline void read_text(struct result *result, const char *text, const char *format)
{
    read_bytes(result, text, strlen(text), format);
}

static inline void assert_error(const struct result *result, const char *begin)
{
    char whole[1024];
    snprintf(whole, sizeof whole, "%s: %s", path_of("trace"), begin);
    assert_int_equal(result->count, -1);
    if (strncmp(result->error.text, whole, strlen(whole)) != 0)
        fail_msg("found: %s\nexpected: %s...", result->error.text, whole);
}

#endif
