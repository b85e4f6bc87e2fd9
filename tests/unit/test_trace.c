/* The readers of traces: what each format gives, what guesses it, and what a damaged file is answered. */
#include "tests/unit/trace_files.h"

static void assert_reference(const struct result *result, unsigned i, enum lab_kind kind, uint64_t address,
                             unsigned size)
{
    const struct lab_reference expected = {.kind = (uint8_t)kind, .address = address, .size = (uint16_t)size};
    assert_true(i < result->count);
    assert_true(same_reference(&result->reference[i], &expected));
}

/* ---- lackey ---- */

static const char lackey[] = "==77== Lackey, an example Valgrind tool\n"
                             "==77== \n"
                             "\n"
                             "I  04016e8d,3\n"
                             " L 1ffeff7e0,8\n"
                             " S 1FFEFF7d8,16\n"
                             "--77-- a remark\n"
                             " M 1,1\n"
                             "I  ffffffffffffffff,65535\n"
                             "==77== Exit code: 0\n";

static void lackey_gives_its_accesses(void **state)
{
    (void)state;
    struct result result;
    read_text(&result, lackey, NULL);
    assert_string_equal(result.format, "lackey");
    assert_int_equal(result.count, 6);
    assert_reference(&result, 0, LAB_FETCH, 0x04016e8d, 3);
    assert_reference(&result, 1, LAB_LOAD, 0x1ffeff7e0, 8);
    assert_reference(&result, 2, LAB_STORE, 0x1ffeff7d8, 16);
    assert_reference(&result, 3, LAB_LOAD, 1, 1);
    assert_reference(&result, 4, LAB_STORE, 1, 1);
    assert_reference(&result, 5, LAB_FETCH, UINT64_MAX, 65535);
}

static void lackey_tells_the_bad_line(void **state)
{
    (void)state;
    static const char *const bad[] = {" X 10,4\n",
                                      "I 10,4\n",
                                      " L ,4\n",
                                      " L 10 4\n",
                                      " L 10,\n",
                                      " L 10,65536\n",
                                      " L 10,4 \n",
                                      " L 10,x\n",
                                      "L 10,4\n",
                                      "  L 10,4\n",
                                      " L 1g,4\n",
                                      "hello, world\n",
                                      " L 10,4\r4\n",
                                      "I  10;4\n",
                                      " L 0x10,4\n",
                                      " L  10,4\n",
                                      "I  12345678901234567,4\n",
                                      " S @,4\n",
                                      " S G,4\n",
                                      " S `,4\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[256];
        struct result result;
        snprintf(text, sizeof text, "==1==\nI  400,4\n%sI  404,4\n", bad[i]);
        read_text(&result, text, "lackey");
        assert_error(&result, "line 3: found '");
    }
}

/* ---- din ---- */

static void din_gives_its_accesses(void **state)
{
    (void)state;
    struct result result;
    read_text(&result, "2 400d7d4\n0 0x1ffeff7e0 8\n1 ABCDEF 10\n  0\t10 \r\n", NULL);
    assert_string_equal(result.format, "din");
    assert_int_equal(result.count, 4);
    assert_reference(&result, 0, LAB_FETCH, 0x400d7d4, 0);
    assert_reference(&result, 1, LAB_LOAD, 0x1ffeff7e0, 8);
    assert_reference(&result, 2, LAB_STORE, 0xabcdef, 16);
    assert_reference(&result, 3, LAB_LOAD, 0x10, 0);
}

static void din_tells_the_bad_line(void **state)
{
    (void)state;
    static const char *const bad[] = {"3 10\n",
                                      "\n",
                                      "0\n",
                                      "0 \n",
                                      "0 10x\n",
                                      "0 10 8 8\n",
                                      "00 10\n",
                                      "0 10 10000\n",
                                      "-1 10\n",
                                      "0 0x\n",
                                      "0 x10\n",
                                      "r 10\n",
                                      "0 12345678901234567\n",
                                      "0 10,4\n",
                                      "0 10\r 4\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[256];
        struct result result;
        snprintf(text, sizeof text, "2 400\n%s2 404\n", bad[i]);
        read_text(&result, text, "din");
        assert_error(&result, "line 2: found '");
    }
}

/* ---- raw ---- */

static const uint8_t raw[16] = {0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0};

static void raw_numbers_are_little_endian(void **state)
{
    (void)state;
    struct result result;
    read_bytes(&result, raw, sizeof raw, "addr32");
    assert_int_equal(result.count, 4);
    assert_reference(&result, 0, LAB_LOAD, 0x12345678, 0);
    assert_reference(&result, 1, LAB_LOAD, 0, 0);
    assert_reference(&result, 2, LAB_LOAD, 0xffffffff, 0);
    assert_reference(&result, 3, LAB_LOAD, 0x000fffff, 0);
    read_bytes(&result, raw, sizeof raw, "addr64");
    assert_int_equal(result.count, 2);
    assert_reference(&result, 0, LAB_LOAD, 0x12345678, 0);
    assert_reference(&result, 1, LAB_LOAD, 0x000fffffffffffff, 0);
    read_bytes(&result, raw, sizeof raw, "page32");
    assert_int_equal(result.count, 4);
    assert_reference(&result, 2, LAB_LOAD, UINT64_C(0xffffffff000), 0);
    read_bytes(&result, raw, sizeof raw, "page64");
    assert_int_equal(result.count, 2);
    assert_reference(&result, 1, LAB_LOAD, 0xfffffffffffff000, 0);
}

static void pages_have_the_size_given(void **state)
{
    (void)state;
    struct result result;
    read_bytes(&result, raw, sizeof raw, "page64");
    read_file(&result, path_of("trace"), "page64", 4, LAB_TRACE_LEAST);
    assert_reference(&result, 0, LAB_LOAD, 0x123456780, 0);
    read_file(&result, path_of("trace"), "page64", 13, LAB_TRACE_LEAST);
    assert_error(&result, "record 2: found ff ff ff ff ff ff 0f 00, expected a page number");
}

static void raw_numbers_cut_short(void **state)
{
    (void)state;
    struct result result;
    read_bytes(&result, raw, 15, "addr64");
    assert_error(&result, "record 2: found the end of the file behind 7 bytes of it, expected a whole record");
    read_bytes(&result, raw, 9, "page32");
    assert_error(&result, "record 3: found the end of the file behind 1 bytes of it");
}

/* ---- ChampSim ---- */

static void champsim_gives_fetches_loads_and_stores(void **state)
{
    (void)state;
    uint8_t bytes[128] = {0};
    bytes[1] = 0x10;  /* ip 0x1000 */
    bytes[17] = 0x20; /* store 0x2000 */
    bytes[33] = 0x30; /* loads 0x3000, 0x400000 */
    bytes[58] = 0x40;
    bytes[64] = 4; /* ip 4, a branch */
    bytes[72] = bytes[73] = 1;
    struct result result;
    read_bytes(&result, bytes, sizeof bytes, "champsim");
    assert_int_equal(result.count, 5);
    assert_reference(&result, 0, LAB_FETCH, 0x1000, 0);
    assert_reference(&result, 1, LAB_LOAD, 0x3000, 0);
    assert_reference(&result, 2, LAB_LOAD, 0x400000, 0);
    assert_reference(&result, 3, LAB_STORE, 0x2000, 0);
    assert_reference(&result, 4, LAB_FETCH, 4, 0);
    for (unsigned i = 72; i <= 73; i++) {
        bytes[i] = 2;
        read_bytes(&result, bytes, sizeof bytes, "champsim");
        assert_error(&result, "record 2: found 04 00 00 00 00 00 00 00 ");
        bytes[i] = 1;
    }
    read_bytes(&result, bytes, 127, "champsim");
    assert_error(&result, "record 2: found the end of the file behind 63 bytes of it");
}

/* ---- guessing, and files that cannot be read ---- */

static void what_cannot_be_guessed(void **state)
{
    (void)state;
    struct result result;
    read_bytes(&result, raw, sizeof raw, NULL);
    assert_error(&result, "found a format that its content does not tell, expected text of din");
    read_text(&result, "hello\n", NULL);
    assert_error(&result, "found a format that its content does not tell");
    read_text(&result, "", NULL);
    assert_error(&result, "found an empty file");
    read_text(&result, "", "xyz");
    assert_string_equal(result.error.text, "--format: found 'xyz', expected a format of traces (see --help)");
    read_file(&result, "/nowhere/at/all", NULL, 0, LAB_TRACE_LEAST);
    assert_string_equal(result.error.text, "/nowhere/at/all: cannot open: No such file or directory");
    read_file(&result, directory, NULL, 0, LAB_TRACE_LEAST);
    assert_int_equal(result.count, -1);
    assert_non_null(strstr(result.error.text, ": Is a directory"));
}

static void an_empty_trace_of_a_known_format(void **state)
{
    (void)state;
    struct result result;
    read_text(&result, "", "addr32");
    assert_int_equal(result.count, -1);
    assert_non_null(strstr(result.error.text, ": found no reference, expected one at least"));
    read_text(&result, "==1== nothing\n", NULL);
    assert_string_equal(result.format, "lackey");
    assert_int_equal(result.count, -1);
    assert_non_null(strstr(result.error.text, ": found no reference, expected one at least"));
}

/* ---- compression ---- */

/* Compressed by the programs that others use. */
static void compressed_traces_are_read_as_they_come(void **state)
{
    (void)state;
    static const char *const programs[] = {"gzip", "xz", "zstd -q", "bzip2"};
    for (unsigned i = 0; i < 4; i++) {
        struct result result;
        struct hv_error error;
        char command[1200];
        read_text(&result, lackey, NULL);
        snprintf(command, sizeof command, "cd '%s' && %s -c <trace >packed && mv packed trace", directory, programs[i]);
        assert_int_equal(system(command), 0);
        read_file(&result, path_of("trace"), NULL, 0, LAB_TRACE_LEAST);
        assert_int_equal(result.count, 6);
        assert_reference(&result, 1, LAB_LOAD, 0x1ffeff7e0, 8);
        /* Cut anywhere, it is not a shorter trace. */
        size_t length;
        uint8_t *bytes = hv_file_read(path_of("trace"), &length, &error);
        assert_non_null(bytes);
        for (size_t cut = 1; cut < length; cut++) {
            read_bytes(&result, bytes, cut, "lackey");
            if (result.count != -1)
                fail_msg("%s: %zu of %zu bytes are %" PRId64 " references", programs[i], cut, length, result.count);
        }
        free(bytes);
    }
}

/* ---- cut and damaged text ---- */

static void text_cut_inside_a_line(void **state)
{
    (void)state;
    struct result result;
    const size_t first = (size_t)(strstr(lackey, "I  ") - lackey); /* before it there is no reference */
    for (size_t length = 1; length < sizeof lackey - 1; length++) {
        read_bytes(&result, lackey, length, "lackey");
        if (lackey[length - 1] == '\n' && length > first)
            assert_true(result.count > 0);
        else
            assert_int_equal(result.count, -1);
    }
}

/* The same answer with and without wide instructions, errors included. */
static void read_both(const char *text, size_t length, const char *format)
{
    static struct result wide, any;
    read_bytes(&wide, text, length, format);
    narrow = true;
    read_file(&any, path_of("trace"), format, 0, LAB_TRACE_LEAST);
    narrow = false;
    assert_int_equal(wide.count, any.count);
    if (wide.count >= 0)
        assert_true(same_references(wide.reference, any.reference, (size_t)wide.count));
    else
        assert_string_equal(wide.error.text, any.error.text);
}

/* Any byte may be anything: an answer, no crash. */
static void text_damaged_anywhere(void **state)
{
    (void)state;
    static const uint8_t values[] = {0, ' ', '\n', '\r', '0', ',', 'x', 'M', 'G', '@', '`', 'f', 0x10, 0xb0, 0xff};
    static const char *const texts[] = {lackey,
                                        "2 400d7d4\n0 1ffeff7e0 8\n1 ABCDEF 10\n0 5\n1 0x10 0x8\n2 0 \n1\t4\r\n"};
    static const char *const formats[] = {"lackey", "din"};
    for (unsigned f = 0; f < 2; f++)
        for (size_t i = 0; i < strlen(texts[f]); i++)
            for (size_t j = 0; j < sizeof values; j++) {
                char text[sizeof lackey];
                snprintf(text, sizeof text, "%s", texts[f]);
                const size_t length = strlen(text);
                text[i] = (char)values[j];
                read_both(text, length, formats[f]);
            }
}

/* Lines of every length of address and of size, in windows of many. */
static void text_of_every_shape(void **state)
{
    (void)state;
    static char text[80000];
    for (unsigned f = 0; f < 2; f++) {
        size_t length = 0;
        for (unsigned i = 0; i < 1000; i++) {
            const uint64_t address = UINT64_C(0xfedcba9876543210) >> i % 16 * 4;
            static const unsigned sizes[] = {1, 8, 10, 99, 100, 65535, 4};
            if (f == 0)
                length += (size_t)sprintf(text + length, i % 3 ? " M %" PRIx64 ",%u\n" : "I  %08" PRIx64 ",%u\n",
                                          address, sizes[i % 7]);
            else
                length += (size_t)sprintf(text + length, i % 5 ? "%u %" PRIX64 " %x\n" : "%u %" PRIx64 "\n", i % 3,
                                          address, sizes[i % 7]);
        }
        read_both(text, length, f ? "din" : "lackey");
        struct result result;
        read_bytes(&result, text, length, f ? "din" : "lackey");
        assert_int_equal(result.count, f ? 1000 : 334 + 2 * 666);
    }
}

/* More than the reader has in hand at once, and lines that lie across what it has. */
static void long_traces(void **state)
{
    (void)state;
    enum { LINES = 300000 };
    struct hv_error error;
    const char *path = path_of("trace");
    FILE *stream = fopen(path, "w");
    for (unsigned i = 0; i < LINES; i++)
        fprintf(stream, i % 2 ? " M %x,%u\n" : "I  %08x,%u\n", 7 * i, i % 97);
    fclose(stream);
    for (size_t at_once = LAB_TRACE_LEAST; at_once <= 1000; at_once += 331) {
        struct lab_reference some[1024];
        struct lab_trace *trace = lab_trace_open(path, NULL, 0, &error);
        unsigned line = 0;
        bool stored = true;
        int64_t count;
        while ((count = lab_trace_read(trace, some, at_once, &error)) > 0)
            for (int64_t i = 0; i < count; i++) {
                assert_int_equal(some[i].address, 7 * line);
                assert_int_equal(some[i].size, line % 97);
                stored = line % 2 == 0 || some[i].kind == LAB_STORE;
                line += stored;
            }
        assert_int_equal(count, 0);
        assert_int_equal(line, LINES);
        lab_trace_close(trace);
    }
    /* A line without an end. */
    stream = fopen(path, "w");
    for (unsigned i = 0; i < LINES; i++)
        fprintf(stream, "==1==   ");
    fclose(stream);
    struct result result;
    read_file(&result, path, "lackey", 0, LAB_TRACE_LEAST);
    assert_error(&result, "line 1: found '==1==   ==1==   ==1==   ==1==   ==1==   ...', expected an end of the line");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lackey_gives_its_accesses),
        cmocka_unit_test(lackey_tells_the_bad_line),
        cmocka_unit_test(din_gives_its_accesses),
        cmocka_unit_test(din_tells_the_bad_line),
        cmocka_unit_test(raw_numbers_are_little_endian),
        cmocka_unit_test(pages_have_the_size_given),
        cmocka_unit_test(raw_numbers_cut_short),
        cmocka_unit_test(champsim_gives_fetches_loads_and_stores),
        cmocka_unit_test(what_cannot_be_guessed),
        cmocka_unit_test(an_empty_trace_of_a_known_format),
        cmocka_unit_test(compressed_traces_are_read_as_they_come),
        cmocka_unit_test(text_cut_inside_a_line),
        cmocka_unit_test(text_damaged_anywhere),
        cmocka_unit_test(text_of_every_shape),
        cmocka_unit_test(long_traces),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
