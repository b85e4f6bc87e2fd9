#include "gdb/packet.h"

#include <stdio.h>
#include <string.h>

static int digit(int c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* ---- Receiving ---- */

static void begin(struct gdb_input *input)
{
    input->place = GDB_DATA;
    input->sum = 0;
    input->length = 0;
    input->too_long = false;
}

static enum gdb_received outside(uint8_t byte)
{
    return byte == 3 ? GDB_INTERRUPT : byte == '+' ? GDB_ACK : byte == '-' ? GDB_NAK : GDB_NOTHING;
}

static void keep(struct gdb_input *input, uint8_t byte)
{
    if (input->length == GDB_PACKET_BYTES)
        input->too_long = true;
    else
        input->data[input->length++] = (char)byte;
}

static void data_byte(struct gdb_input *input, uint8_t byte)
{
    if (byte == '#') {
        input->place = GDB_SUM_HIGH;
        return;
    }
    input->sum = (uint8_t)(input->sum + byte);
    if (input->place == GDB_ESCAPED)
        keep(input, byte ^ 0x20);
    else if (byte != '}')
        keep(input, byte);
    input->place = input->place == GDB_DATA && byte == '}' ? GDB_ESCAPED : GDB_DATA;
}

static enum gdb_received end(struct gdb_input *input, uint8_t byte)
{
    const int low = digit(byte);
    input->place = GDB_OUTSIDE;
    if (input->high < 0 || low < 0 || (input->high << 4 | low) != input->sum)
        return GDB_BAD;
    input->data[input->length] = 0;
    return input->too_long ? GDB_TOO_LONG : GDB_PACKET;
}

enum gdb_received gdb_receive(struct gdb_input *input, uint8_t byte)
{
    if (byte == '$') {
        begin(input);
        return GDB_NOTHING;
    }
    switch (input->place) {
    case GDB_OUTSIDE:
        return outside(byte);
    case GDB_SUM_HIGH:
        input->high = digit(byte);
        input->place = GDB_SUM_LOW;
        return GDB_NOTHING;
    case GDB_SUM_LOW:
        return end(input, byte);
    default:
        data_byte(input, byte);
        return GDB_NOTHING;
    }
}

/* ---- Sending ---- */

void gdb_put(struct gdb_text *text, const void *bytes, size_t length)
{
    const size_t room = GDB_PACKET_BYTES - text->length;
    if (length > room) {
        text->full = true;
        length = room;
    }
    if (length)
        memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = 0;
}

void gdb_print(struct gdb_text *text, const char *format, ...)
{
    char line[GDB_PACKET_BYTES + 2];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length > 0)
        gdb_put(text, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
}

void gdb_put_hex(struct gdb_text *text, const void *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *byte = bytes;
    for (size_t i = 0; i < length; i++)
        gdb_put(text, (char[]){digits[byte[i] >> 4], digits[byte[i] & 15]}, 2);
}

size_t gdb_frame(const void *data, size_t length, char frame[GDB_FRAME_BYTES])
{
    const uint8_t *byte = data;
    size_t used = 0;
    uint8_t sum = 0;
    char digits[3];
    frame[used++] = '$';
    for (size_t i = 0; i < length; i++) {
        const bool escaped = byte[i] == '$' || byte[i] == '#' || byte[i] == '}' || byte[i] == '*';
        if (escaped) {
            frame[used++] = '}';
            sum = (uint8_t)(sum + '}');
        }
        const uint8_t sent = escaped ? byte[i] ^ 0x20 : byte[i];
        frame[used++] = (char)sent;
        sum = (uint8_t)(sum + sent);
    }
    snprintf(digits, sizeof digits, "%02x", sum);
    frame[used++] = '#';
    frame[used++] = digits[0];
    frame[used++] = digits[1];
    return used;
}

/* ---- Reading data ---- */

bool gdb_scan_end(const struct gdb_scan *scan)
{
    return scan->at == scan->end;
}

bool gdb_scan_text(struct gdb_scan *scan, const char *text)
{
    const size_t length = strlen(text);
    if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, text, length) != 0)
        return false;
    scan->at += length;
    return true;
}

bool gdb_scan_number(struct gdb_scan *scan, uint64_t max, uint64_t *value)
{
    const char *at = scan->at;
    uint64_t number = 0;
    for (; at < scan->end && digit((unsigned char)*at) >= 0; at++) {
        if (at - scan->at == 16)
            return false;
        number = number << 4 | (unsigned)digit((unsigned char)*at);
    }
    if (at == scan->at || number > max)
        return false;
    scan->at = at;
    *value = number;
    return true;
}

bool gdb_scan_hex(struct gdb_scan *scan, void *bytes, size_t length)
{
    uint8_t *byte = bytes;
    if ((size_t)(scan->end - scan->at) / 2 < length)
        return false;
    for (size_t i = 0; i < 2 * length; i++)
        if (digit((unsigned char)scan->at[i]) < 0)
            return false;
    for (size_t i = 0; i < length; i++, scan->at += 2)
        byte[i] = (uint8_t)(digit((unsigned char)scan->at[0]) << 4 | digit((unsigned char)scan->at[1]));
    return true;
}
