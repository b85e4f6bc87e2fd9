/* The input of fuzz_machine: a configuration in a few bytes, and pieces of RAM.
 *
 * IMAGE_HEADER bytes choose the configuration, then pieces follow: word offset (2 bytes, little-endian), number of
 * words (1 byte), the words. The RAM between them is zero. Every input is an image; what is cut off is not there.
 */
#ifndef TESTS_FUZZ_IMAGE_H
#define TESTS_FUZZ_IMAGE_H

#include "model/machine.h"

enum { IMAGE_RAM = 0x40000 };
enum image_byte {
    IMAGE_DEPTH, /* bits 2:0 depth, 4:3 replacement, 5 split, 6 isa, 7 phi */
    IMAGE_KEY,   /* bits 1:0 key modulo 3, 3:2 f_maps - 1 modulo 3, 4 timebase, 7:5 prefix entries */
    IMAGE_SETS,  /* bits 1:0 log2 of sets, 3:2 log2 of ways; bit 4: no associator; 7:5 syllable_bits, 0: 4 */
    IMAGE_RUN,   /* length of the pieces in which the fast loop runs, less 1 */
    IMAGE_HEADER
};

/* The configuration of a header: always a valid one. */
struct hv_config image_config(const uint8_t header[IMAGE_HEADER]);

/* Write the pieces behind the header into the RAM of a new machine. */
void image_load(struct hv_machine *machine, const uint8_t *bytes, size_t size);

#endif
