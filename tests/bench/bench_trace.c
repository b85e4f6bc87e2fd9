/* How fast traces are read: millions of references a second, each format from a file that the system has in memory; and
 * as yardsticks, in the same run, the C library's memchr from line to line over the same bytes, and a line parsed with
 * getline and sscanf.
 *
 *     bench_trace [REFERENCES]        10 million, unless it is given
 */
#include "lab/trace.h"
#include "lab/writer.h"
#include "sim/files.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { AT_ONCE = 4096, ROUNDS = 5 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static _Noreturn void die(const char *text)
{
    fprintf(stderr, "bench_trace: %s\n", text);
    exit(1);
}

static uint32_t draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 33);
}

/* As programs do: code of 2 MiB with jumps, a stack, a heap, in the ranges that Valgrind shows. */
static struct lab_reference next(uint64_t *state, uint64_t *pc)
{
    const uint32_t r = draw(state);
    if (r % 100 < 66) {
        const uint16_t size = (uint16_t)(2 + r / 128 % 6);
        *pc = r / 1024 % 8 ? *pc + size : 0x04000000 + draw(state) % (1 << 21);
        return (struct lab_reference){.kind = LAB_FETCH, .address = *pc, .size = size};
    }
    const uint64_t base = r / 128 % 2 ? 0x1ffefff000 : 0x4a3b000;
    return (struct lab_reference){.kind = r % 100 < 88 ? LAB_LOAD : LAB_STORE,
                                  .address = base + draw(state) % 65536 / 8 * 8,
                                  .size = r / 256 % 4 ? 8 : 4};
}

static void write_trace(const char *path, const char *format, uint64_t references)
{
    struct lab_reference some[AT_ONCE];
    struct hv_error error;
    const struct lab_trace_facts facts = {.program = "", .page_bits = LAB_PAGE_BITS};
    FILE *stream = fopen(path, "wb");
    struct lab_writer *writer = stream ? lab_writer_open(stream, path, format, &facts, &error) : NULL;
    uint64_t state = 1, pc = 0x4000000;
    if (!writer)
        die("cannot write the trace");
    while (references) {
        const size_t count = references < AT_ONCE ? (size_t)references : AT_ONCE;
        for (size_t i = 0; i < count; i++)
            some[i] = next(&state, &pc);
        if (lab_writer_put(writer, some, count, &error))
            die(error.text);
        references -= count;
    }
    if (lab_writer_finish(writer, 0, &error))
        die(error.text);
    lab_writer_free(writer);
    fclose(stream);
}

/* Seconds; all references are looked at. */
static double read_trace(const char *path, const char *format, uint64_t references)
{
    struct lab_reference some[AT_ONCE];
    struct hv_error error;
    const double begin = now();
    struct lab_trace *trace = lab_trace_open(path, format, 0, &error);
    int64_t count;
    uint64_t sum = 0, all = 0;
    if (!trace)
        die(error.text);
    while ((count = lab_trace_read(trace, some, AT_ONCE, &error)) > 0) {
        for (int64_t i = 0; i < count; i++)
            sum += some[i].address ^ some[i].kind;
        all += (uint64_t)count;
    }
    if (count < 0)
        die(error.text);
    lab_trace_close(trace);
    if (all != references || sum == 1)
        die("references are missing");
    return now() - begin;
}

static double best_read(const char *path, const char *format, uint64_t references)
{
    double best = 1e9;
    for (unsigned i = 0; i < ROUNDS; i++) {
        const double seconds = read_trace(path, format, references);
        best = seconds < best ? seconds : best;
    }
    return best;
}

static uint8_t *load(const char *path, size_t *length)
{
    FILE *stream = fopen(path, "rb");
    if (!stream || fseek(stream, 0, SEEK_END))
        die("cannot read the trace");
    *length = (size_t)ftell(stream);
    rewind(stream);
    uint8_t *bytes = malloc(*length + 1);
    if (!bytes || fread(bytes, 1, *length, stream) != *length)
        die("cannot read the trace");
    fclose(stream);
    return bytes;
}

static double best_memchr(const uint8_t *bytes, size_t length, uint64_t lines)
{
    double best = 1e9;
    for (unsigned i = 0; i < ROUNDS; i++) {
        const double begin = now();
        uint64_t found = 0;
        for (const uint8_t *at = bytes, *stop = bytes + length; at < stop; found++)
            at = (const uint8_t *)memchr(at, '\n', (size_t)(stop - at)) + 1;
        const double seconds = now() - begin;
        best = seconds < best ? seconds : best;
        if (found != lines)
            die("lines are missing");
    }
    return best;
}

/* What one writes first; of lackey's lines. */
static double textbook(const char *path, uint64_t lines)
{
    char *line = NULL, kind;
    size_t room = 0;
    uint64_t found = 0, address, size, sum = 0;
    FILE *stream = fopen(path, "rb");
    const double begin = now();
    while (getline(&line, &room, stream) > 0)
        if (sscanf(line, " %c %" SCNx64 ",%" SCNu64, &kind, &address, &size) == 3) {
            found++;
            sum += address;
        }
    const double seconds = now() - begin;
    fclose(stream);
    free(line);
    if (found != lines || sum == 1)
        die("lines are missing");
    return seconds;
}

int main(int argc, char **argv)
{
    static const char *const formats[] = {"lackey", "din", "addr64", "nestor"};
    const uint64_t references = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    struct hv_error error;
    char *folder = hv_temporary_directory(&error), *path = folder ? hv_text("%s/trace", folder) : NULL;
    if (!path)
        die("cannot make a temporary file");
    printf("%" PRIu64 " references, best of %d; memchr: from line to line over the same bytes in memory\n\n",
           references, ROUNDS);
    printf("| format | bytes | million references a second | GB/s | of memchr's speed |\n|---|---|---|---|---|\n");
    for (unsigned i = 0; i < sizeof formats / sizeof *formats; i++) {
        size_t length;
        write_trace(path, formats[i], references);
        uint8_t *bytes = load(path, &length);
        const double seconds = best_read(path, formats[i], references);
        printf("| %s | %zu | %.1f | %.2f |", formats[i], length, (double)references / seconds / 1e6,
               (double)length / seconds / 1e9);
        if (i < 2) {
            const double yardstick = best_memchr(bytes, length, references);
            printf(" %.2f (memchr: %.1f million lines a second) |\n", yardstick / seconds,
                   (double)references / yardstick / 1e6);
        } else {
            printf(" |\n");
        }
        if (i == 0) {
            const double naive = textbook(path, references);
            printf("| lackey, getline and sscanf | %zu | %.1f | %.2f | |\n", length, (double)references / naive / 1e6,
                   (double)length / naive / 1e9);
        }
        free(bytes);
    }
    hv_directory_remove(folder);
    free(path);
    free(folder);
    return 0;
}
