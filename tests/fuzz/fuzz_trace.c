/* The readers of traces: the first byte names the format, or leaves it to be guessed; the others are the file. Whatever
 * is read in order can be written in our own format and is read again as the same. */
#include "lab/writer.h"
#include "tests/fuzz/target.h"
#include "tests/support/reference.h"

#include <stdio.h>
#include <stdlib.h>

enum { AT_ONCE = 64, MOST = 1 << 16 };

struct content {
    struct lab_reference *reference;
    size_t count;
};

/* Read all; false with *error. */
static bool read_all(struct lab_trace *trace, struct content *content, struct hv_error *error)
{
    int64_t count;
    while ((count = lab_trace_read(trace, content->reference + content->count, AT_ONCE, error)) > 0) {
        CHECK(count <= AT_ONCE);
        for (int64_t i = 0; i < count; i++) {
            const struct lab_reference *reference = &content->reference[content->count + (size_t)i];
            CHECK(reference->kind < LAB_KINDS && reference->space < lab_trace_vms(trace));
            CHECK(reference->level == lab_trace_vm(trace, reference->space)->level);
        }
        content->count += (size_t)count;
        if (content->count > MOST - AT_ONCE)
            break;
    }
    return count >= 0;
}

static void write_all(FILE *stream, const struct lab_trace *trace, const struct content *content)
{
    struct hv_error error;
    struct lab_writer *writer = lab_writer_open(stream, "written", "nestor", lab_trace_facts(trace), &error);
    CHECK(writer);
    for (uint32_t i = 1; i < lab_trace_vms(trace); i++)
        CHECK(lab_writer_vm(writer, lab_trace_vm(trace, i), &error) == 0);
    CHECK(lab_writer_put(writer, content->reference, content->count, &error) == 0);
    CHECK(lab_writer_finish(writer, lab_trace_facts(trace)->instructions, &error) == 0);
    lab_writer_free(writer);
}

static void check_again(const struct lab_trace *trace, const struct content *content)
{
    char path[64];
    struct hv_error error;
    struct content again = {.reference = malloc(MOST * sizeof *again.reference)};
    FILE *stream = tmpfile();
    CHECK(stream && again.reference);
    write_all(stream, trace, content);
    rewind(stream);
    snprintf(path, sizeof path, "/dev/fd/%d", fileno(stream));
    struct lab_trace *other = lab_trace_open(path, NULL, 0, &error);
    CHECK(other && read_all(other, &again, &error));
    CHECK(again.count == content->count);
    CHECK(same_references(again.reference, content->reference, again.count));
    CHECK(lab_trace_vms(other) == lab_trace_vms(trace));
    lab_trace_close(other);
    fclose(stream);
    free(again.reference);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct hv_error error = {""};
    unsigned formats = 0;
    if (size == 0)
        return 0;
    while (lab_trace_format(formats))
        formats++;
    const unsigned chosen = bytes[0] % (formats + 1);
    struct content content = {.reference = malloc(MOST * sizeof *content.reference)};
    struct lab_trace *trace = lab_trace_open(target_file(bytes + 1, size - 1), lab_trace_format(chosen), 0, &error);
    CHECK(content.reference);
    if (!trace || !read_all(trace, &content, &error))
        check_message(error.text);
    else if (content.count <= MOST - AT_ONCE)
        check_again(trace, &content);
    lab_trace_close(trace);
    free(content.reference);
    return 0;
}
