/* Our own format of traces: what is written is what is read, and no damage goes unseen. */
#include "tests/unit/trace_files.h"

/* References that use every field of it: VMs, maps that change, phi, flags, events, all sizes of numbers. */
static unsigned make_references(struct lab_reference *out)
{
    static const struct lab_reference first[] = {
        {.kind = LAB_FETCH, .address = 0x80000000, .size = 4, .flags = LAB_UNTRANSLATED},
        {.kind = LAB_ENTER, .space = 2, .level = 2},
        {.kind = LAB_FETCH, .address = 0x80000004, .size = 4, .space = 2, .level = 2, .below = 0x80100, .reads = 0x21},
        {.kind = LAB_LOAD, .address = 0xfffffffc, .size = 1, .space = 2, .level = 2, .relocation = 0x80001000},
        {.kind = LAB_STORE,
         .address = 8,
         .size = 4,
         .space = 2,
         .level = 2,
         .flags = LAB_ATOMIC,
         .lacks_top = LAB_RIGHTS,
         .below = UINT32_MAX},
        {.kind = LAB_FLUSH, .space = 1, .level = 1, .flags = LAB_CHILDREN},
        {.kind = LAB_FLUSH, .space = 2, .level = 2},
        {.kind = LAB_FLUSH, .flags = LAB_NOTHING},
        {.kind = LAB_ENTER},
        {.kind = LAB_STORE, .address = UINT64_MAX, .size = 65535},
        {.kind = LAB_STORE, .address = 0},
        {.kind = LAB_LOAD, .address = 1, .flags = LAB_UNTRANSLATED, .size = 4},
    };
    const unsigned count = sizeof first / sizeof *first;
    memcpy(out, first, sizeof first);
    for (unsigned i = 0; i < 40; i++)
        out[count + i] = (struct lab_reference){.kind = LAB_FETCH, .address = 0x80000000 + 4 * i, .size = 4};
    return count + 40;
}

static unsigned write_own(const char *path)
{
    struct lab_reference references[64];
    struct hv_error error;
    const struct lab_trace_facts facts = {
        .program = "a program", .page_bits = 12, .syllable_bits = 4, .depth = 3, .instructions = 0};
    const struct lab_vm vms[] = {{.level = 1, .syllable = {15}}, {.level = 2, .syllable = {15, 1}}};
    const unsigned count = make_references(references);
    FILE *stream = fopen(path, "wb");
    struct lab_writer *writer = lab_writer_open(stream, path, "nestor", &facts, &error);
    assert_non_null(writer);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(lab_writer_vm(writer, &vms[i], &error), 0);
    assert_int_equal(lab_writer_put(writer, references, count, &error), 0);
    assert_int_equal(lab_writer_finish(writer, 12345, &error), 0);
    assert_int_equal(lab_writer_written(writer).kinds[LAB_FLUSH], 3);
    assert_int_equal(lab_writer_written(writer).bytes, ftell(stream));
    lab_writer_free(writer);
    fclose(stream);
    return count;
}

static void own_format_keeps_everything(void **state)
{
    (void)state;
    struct lab_reference references[64];
    struct result result;
    struct hv_error error;
    const unsigned count = write_own(path_of("trace"));
    make_references(references);
    read_file(&result, path_of("trace"), NULL, 0, LAB_TRACE_LEAST);
    assert_string_equal(result.format, "nestor");
    assert_int_equal(result.count, count);
    assert_true(same_references(result.reference, references, count));
    struct lab_trace *trace = lab_trace_open(path_of("trace"), "nestor", 20, &error);
    const struct lab_trace_facts *facts = lab_trace_facts(trace);
    struct lab_reference some[64];
    while (lab_trace_read(trace, some, 64, &error) > 0)
        continue;
    assert_string_equal(facts->program, "a program");
    assert_int_equal(facts->page_bits, 12);
    assert_int_equal(facts->syllable_bits, 4);
    assert_int_equal(facts->depth, 3);
    assert_int_equal(facts->instructions, 12345);
    assert_int_equal(lab_trace_vms(trace), 3);
    assert_string_equal(lab_trace_vm(trace, 0)->vmid, "NULL");
    assert_string_equal(lab_trace_vm(trace, 1)->vmid, "15");
    assert_string_equal(lab_trace_vm(trace, 2)->vmid, "15.1");
    lab_trace_close(trace);
}

/* The file's bytes; `packed`: as they are, else out of the zstd stream. */
static uint8_t *own_bytes(bool packed, size_t *length)
{
    struct hv_error error;
    char command[1200];
    write_own(path_of("trace"));
    snprintf(command, sizeof command, "cd '%s' && zstd -qdc <trace >plain && mv plain trace", directory);
    if (!packed)
        assert_int_equal(system(command), 0);
    uint8_t *bytes = hv_file_read(path_of("trace"), length, &error);
    assert_non_null(bytes);
    return bytes;
}

static void own_format_cut_anywhere(void **state)
{
    (void)state;
    for (unsigned packed = 0; packed < 2; packed++) {
        size_t length;
        uint8_t *bytes = own_bytes(packed, &length);
        struct result result;
        for (size_t cut = 0; cut < length; cut++) {
            read_bytes(&result, bytes, cut, NULL);
            if (result.count != -1)
                fail_msg("%zu of %zu bytes are %" PRId64 " references", cut, length, result.count);
        }
        read_bytes(&result, bytes, length, NULL);
        assert_true(result.count > 0);
        bytes[length] = 0; /* a byte too many */
        read_bytes(&result, bytes, length + 1, NULL);
        assert_int_equal(result.count, -1);
        free(bytes);
    }
}

/* Packed, any damage is noticed, or the trace is what it was; not packed, it is answered. */
static void own_format_damaged_anywhere(void **state)
{
    (void)state;
    struct lab_reference references[64];
    const unsigned count = make_references(references);
    for (unsigned packed = 0; packed < 2; packed++) {
        size_t length;
        uint8_t *bytes = own_bytes(packed, &length);
        struct result result;
        for (size_t i = 0; i < length; i++)
            for (unsigned bit = 0; bit < 8; bit++) {
                bytes[i] ^= (uint8_t)(1 << bit);
                read_bytes(&result, bytes, length, NULL);
                if (packed && result.count != -1) {
                    assert_int_equal(result.count, count);
                    assert_true(same_references(result.reference, references, count));
                }
                bytes[i] ^= (uint8_t)(1 << bit);
            }
        free(bytes);
    }
}

static void own_format_of_another_version(void **state)
{
    (void)state;
    size_t length;
    uint8_t *bytes = own_bytes(false, &length);
    struct result result;
    bytes[8] = 2;
    read_bytes(&result, bytes, length, NULL);
    assert_error(&result, "header: found version 2, expected 1 to 1");
    free(bytes);
}

/* What a writer refuses. */
static void references_that_cannot_be_written(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        struct lab_reference reference;
        const char *error;
    } bad[] = {
        {"addr32",
         {.kind = LAB_LOAD, .address = UINT64_C(0x100000000)},
         "x: reference 1: found address 0x100000000, expected one of 32 bits"},
        {"page32",
         {.kind = LAB_LOAD, .address = UINT64_C(0x100000000000)},
         "x: reference 1: found address 0x100000000000, expected one whose page number has 32 bits"},
        {"nestor",
         {.kind = LAB_LOAD, .space = 1},
         "x: reference 1: found address 0x0, expected one of the VM that runs: a LAB_ENTER before it"},
    };
    const struct lab_trace_facts facts = {.program = "", .page_bits = 12};
    FILE *stream = tmpfile();
    struct hv_error error;
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct lab_writer *writer = lab_writer_open(stream, "x", bad[i].format, &facts, &error);
        assert_int_equal(lab_writer_put(writer, &bad[i].reference, 1, &error), -1);
        assert_string_equal(error.text, bad[i].error);
        lab_writer_free(writer);
    }
    assert_null(lab_writer_open(stream, "x", "champsim", &facts, &error));
    assert_non_null(strstr(error.text, "--to: found 'champsim', which is read only"));
    fclose(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_format_keeps_everything),       cmocka_unit_test(own_format_cut_anywhere),
        cmocka_unit_test(own_format_damaged_anywhere),       cmocka_unit_test(own_format_of_another_version),
        cmocka_unit_test(references_that_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
