/* GDB's remote serial protocol as bytes: frames with their checksums, escapes, hexadecimal text. It knows no machine
 * and no socket.
 *
 * Source: "Debugging with GDB", appendix E, Overview: a frame is $DATA#CC, CC the sum of DATA's bytes modulo 256; } is
 * before a byte that is sent as itself ^ 0x20; + and - acknowledge; 0x03 outside of a frame is Ctrl-C.
 */
#ifndef GDB_PACKET_H
#define GDB_PACKET_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest data of a packet, both ways; and of its frame, all of it escaped. */
enum { GDB_PACKET_BYTES = 4096, GDB_FRAME_BYTES = 2 * GDB_PACKET_BYTES + 4 };

/* ---- Receiving ---- */

/* What a byte has completed. */
enum gdb_received {
    GDB_NOTHING,
    GDB_PACKET,    /* whole and right: its data without escapes are in `data` */
    GDB_BAD,       /* the checksum is wrong, or is none */
    GDB_TOO_LONG,  /* the checksum is right, and the data are longer than GDB_PACKET_BYTES; they are lost */
    GDB_INTERRUPT, /* Ctrl-C */
    GDB_ACK,
    GDB_NAK
};

struct gdb_input {
    enum { GDB_OUTSIDE, GDB_DATA, GDB_ESCAPED, GDB_SUM_HIGH, GDB_SUM_LOW } place;
    uint8_t sum; /* of the bytes as they came */
    int high;    /* the checksum's first digit; -1: none */
    size_t length;
    bool too_long;
    char data[GDB_PACKET_BYTES + 1]; /* with a 0 behind it */
};

/* All zero before the first byte. Anything may come: a $ begins a new frame wherever it is, and bytes between frames
 * that mean nothing are passed over. */
enum gdb_received gdb_receive(struct gdb_input *input, uint8_t byte);

/* ---- Sending ---- */

/* The data of a packet as they are put together; what goes beyond the room sets `full`, and is left out. */
struct gdb_text {
    size_t length;
    bool full;
    char data[GDB_PACKET_BYTES + 1];
};
void gdb_put(struct gdb_text *text, const void *bytes, size_t length);
__attribute__((format(printf, 2, 3))) void gdb_print(struct gdb_text *text, const char *format, ...);
void gdb_put_hex(struct gdb_text *text, const void *bytes, size_t length); /* two digits each */

/* Put the frame of these data, at most GDB_PACKET_BYTES, into `frame`; returns its length. */
size_t gdb_frame(const void *data, size_t length, char frame[GDB_FRAME_BYTES]);

/* ---- Reading data ---- */

struct gdb_scan {
    const char *at, *end;
};
bool gdb_scan_end(const struct gdb_scan *scan);
/* Is this text next? Then it is passed. */
bool gdb_scan_text(struct gdb_scan *scan, const char *text);
/* A number of 1 to 16 hexadecimal digits, at most `max`. False, with nothing passed, if there is none. */
bool gdb_scan_number(struct gdb_scan *scan, uint64_t max, uint64_t *value);
/* So many bytes of two digits each. False, with nothing passed, if they are not all there. */
bool gdb_scan_hex(struct gdb_scan *scan, void *bytes, size_t length);

#endif
