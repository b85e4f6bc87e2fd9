/* The bytes of GDB's remote protocol: frames, checksums, escapes, numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "gdb/packet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum gdb_received receive(struct gdb_input *input, const void *bytes, size_t length)
{
    const uint8_t *byte = bytes;
    enum gdb_received last = GDB_NOTHING;
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(last, GDB_NOTHING); /* nothing is complete before the last byte */
        last = gdb_receive(input, byte[i]);
    }
    return last;
}

static enum gdb_received receive_text(struct gdb_input *input, const char *text)
{
    return receive(input, text, strlen(text));
}

static void a_packet_is_received(void **state)
{
    struct gdb_input input = {0};
    (void)state;
    assert_int_equal(receive_text(&input, "$m80000000,4#55"), GDB_PACKET);
    assert_string_equal(input.data, "m80000000,4");
    assert_int_equal(input.length, 11);
    assert_int_equal(receive_text(&input, "$#00"), GDB_PACKET);
    assert_int_equal(input.length, 0);
    assert_int_equal(receive_text(&input, "$OK#9A"), GDB_PACKET); /* digits of either case */
}

static void wrong_checksums_are_told(void **state)
{
    static const char *const bad[] = {"$OK#9b", "$OK#a9", "$OK#9x", "$OK#x9", "$OK#..", "$#01"};
    struct gdb_input input = {0};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(receive_text(&input, bad[i]), GDB_BAD);
    assert_int_equal(receive_text(&input, "$OK#9a"), GDB_PACKET);
}

static void signs_between_packets(void **state)
{
    struct gdb_input input = {0};
    (void)state;
    assert_int_equal(gdb_receive(&input, '+'), GDB_ACK);
    assert_int_equal(gdb_receive(&input, '-'), GDB_NAK);
    assert_int_equal(gdb_receive(&input, 3), GDB_INTERRUPT);
    for (unsigned byte = 0; byte < 256; byte++)
        if (byte != '+' && byte != '-' && byte != 3 && byte != '$')
            assert_int_equal(gdb_receive(&input, (uint8_t)byte), GDB_NOTHING);
    /* inside of a packet they are data */
    assert_int_equal(receive(&input, "$+-\3#5b", 7), GDB_PACKET);
    assert_string_equal(input.data, "+-\3");
}

static void a_frame_that_breaks_off_is_forgotten(void **state)
{
    struct gdb_input input = {0};
    (void)state;
    assert_int_equal(receive_text(&input, "$lost$OK#9a"), GDB_PACKET);
    assert_string_equal(input.data, "OK");
    assert_int_equal(receive_text(&input, "$lost#$OK#9a"), GDB_PACKET);
    assert_int_equal(receive_text(&input, "$lost}$OK#9a"), GDB_PACKET);
    assert_string_equal(input.data, "OK");
}

static size_t framed(char *frame, size_t length)
{
    char *data = malloc(length + 1);
    assert_non_null(data);
    memset(data, 'a', length);
    uint8_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + 'a');
    data[length] = 0;
    const int all = sprintf(frame, "$%s#%02x", data, sum);
    free(data);
    return (size_t)all;
}

static void the_longest_packet_and_one_more(void **state)
{
    struct gdb_input input = {0};
    char frame[GDB_PACKET_BYTES + 1000];
    (void)state;
    assert_int_equal(receive(&input, frame, framed(frame, GDB_PACKET_BYTES)), GDB_PACKET);
    assert_int_equal(input.length, GDB_PACKET_BYTES);
    assert_int_equal(receive(&input, frame, framed(frame, GDB_PACKET_BYTES + 1)), GDB_TOO_LONG);
    const size_t length = framed(frame, GDB_PACKET_BYTES + 900);
    frame[length - 1] = 'x';
    assert_int_equal(receive(&input, frame, length), GDB_BAD);
    assert_int_equal(receive_text(&input, "$OK#9a"), GDB_PACKET);
    assert_string_equal(input.data, "OK");
}

/* Whatever is sent is received as it was. */
static void frames_are_received(void **state)
{
    struct gdb_input input = {0};
    char data[GDB_PACKET_BYTES], frame[GDB_FRAME_BYTES];
    (void)state;
    for (size_t length = 0; length <= GDB_PACKET_BYTES; length += length < 300 ? 1 : 1265) {
        for (size_t i = 0; i < length; i++)
            data[i] = (char)(i * 7 + length);
        const size_t all = gdb_frame(data, length, frame);
        assert_true(all <= GDB_FRAME_BYTES);
        assert_int_equal(receive(&input, frame, all), GDB_PACKET);
        assert_int_equal(input.length, length);
        assert_memory_equal(input.data, data, length);
    }
    memset(data, '#', sizeof data);
    assert_int_equal(gdb_frame(data, sizeof data, frame), GDB_FRAME_BYTES);
    assert_int_equal(gdb_frame("}*", 2, frame), 8);
    assert_memory_equal(frame, "$}]}\n#61", 8);
}

static void texts_are_put_together(void **state)
{
    struct gdb_text text = {0};
    (void)state;
    gdb_print(&text, "T%02x", 5);
    gdb_put_hex(&text, "\0\xff\x1a", 3);
    assert_string_equal(text.data, "T0500ff1a");
    assert_int_equal(text.length, 9);
    for (unsigned i = 0; i < GDB_PACKET_BYTES; i++)
        gdb_put(&text, "b", 1);
    assert_true(text.full);
    assert_int_equal(text.length, GDB_PACKET_BYTES);
    assert_int_equal(text.data[GDB_PACKET_BYTES], 0);
    gdb_print(&text, "%s", text.data); /* longer than there is room */
    assert_int_equal(text.length, GDB_PACKET_BYTES);
}

static struct gdb_scan scan_of(const char *text)
{
    return (struct gdb_scan){text, text + strlen(text)};
}

static void data_are_read(void **state)
{
    struct gdb_scan scan = scan_of("m1f,ffffffffffffffff:0aBcx");
    uint64_t number = 9;
    uint8_t bytes[3] = {1, 1, 1};
    (void)state;
    assert_false(gdb_scan_text(&scan, "M"));
    assert_true(gdb_scan_text(&scan, "m"));
    assert_false(gdb_scan_number(&scan, 0x1e, &number));
    assert_int_equal(number, 9);
    assert_true(gdb_scan_number(&scan, 0x1f, &number));
    assert_int_equal(number, 0x1f);
    assert_false(gdb_scan_number(&scan, UINT64_MAX, &number));
    assert_true(gdb_scan_text(&scan, ","));
    assert_true(gdb_scan_number(&scan, UINT64_MAX, &number));
    assert_true(number == UINT64_MAX);
    assert_true(gdb_scan_text(&scan, ":"));
    assert_false(gdb_scan_hex(&scan, bytes, 3));
    assert_int_equal(bytes[0], 1);
    assert_true(gdb_scan_hex(&scan, bytes, 2));
    assert_int_equal(bytes[0] << 8 | bytes[1], 0x0abc);
    assert_false(gdb_scan_end(&scan) || gdb_scan_text(&scan, "xx") || gdb_scan_hex(&scan, bytes, 1));
    assert_true(gdb_scan_text(&scan, "x") && gdb_scan_end(&scan));
    assert_false(gdb_scan_number(&scan, UINT64_MAX, &number));
    scan = scan_of("10000000000000000");
    assert_false(gdb_scan_number(&scan, UINT64_MAX, &number)); /* 17 digits */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_is_received),
        cmocka_unit_test(wrong_checksums_are_told),
        cmocka_unit_test(signs_between_packets),
        cmocka_unit_test(a_frame_that_breaks_off_is_forgotten),
        cmocka_unit_test(the_longest_packet_and_one_more),
        cmocka_unit_test(frames_are_received),
        cmocka_unit_test(texts_are_put_together),
        cmocka_unit_test(data_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
