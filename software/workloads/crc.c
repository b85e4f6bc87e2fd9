/*
 * CRC-32 (reflected, polynomial 0xEDB88320) of blocks spread over 16 pages.
 *
 * Check: the standard check value of "123456789"; the table-driven CRC against
 * the one that goes bit by bit; and the residue, which every message followed
 * by its own CRC leaves. A native build has confirmed the CRC of the blocks.
 */

#include "program.h"

enum { BLOCKS = 16, BLOCK_BYTES = 256, BLOCK_STRIDE = 4096 };

static PAGE_ALIGNED NOINIT uint8_t blocks[BLOCKS][BLOCK_STRIDE];

static uint32_t table[256];

static uint32_t crc_bit_by_bit(uint32_t crc, const uint8_t *data, size_t n)
{
    while (n--) {
        crc ^= *data++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xEDB88320u & -(crc & 1));
    }
    return crc;
}

static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint8_t byte = (uint8_t)i;

        table[i] = crc_bit_by_bit(0, &byte, 1);
    }
}

static uint32_t crc_by_table(uint32_t crc, const uint8_t *data, size_t n)
{
    while (n--)
        crc = crc >> 8 ^ table[(crc ^ *data++) & 0xFF];
    return crc;
}

/* Passes over the blocks in an order that never stays on a page. */
static uint32_t over_all(uint32_t pass(uint32_t, const uint8_t *, size_t))
{
    uint32_t crc = UINT32_MAX;

    for (int i = 0; i < BLOCKS; i++)
        crc = pass(crc, blocks[i * 5 % BLOCKS], BLOCK_BYTES);
    return ~crc;
}

int main(void)
{
    uint32_t random = 32;

    make_table();
    check(~crc_by_table(UINT32_MAX, (const uint8_t *)"123456789", 9) == 0xCBF43926u, 1, "check value");

    for (int i = 0; i < BLOCKS; i++)
        for (int j = 0; j < BLOCK_BYTES; j++)
            blocks[i][j] = (uint8_t)(random_next(&random) >> 24);

    roi_begin();
    uint32_t fast = over_all(crc_by_table);
    uint32_t slow = over_all(crc_bit_by_bit);
    roi_end();

    check(fast == slow, 2, "table and bits agree");
    check_equal(fast, 0xFB745A73u, 4, "CRC of the blocks");

    uint8_t tail[4] = {(uint8_t)fast, (uint8_t)(fast >> 8), (uint8_t)(fast >> 16), (uint8_t)(fast >> 24)};
    uint32_t whole = crc_by_table(~fast, tail, 4);

    check(whole == 0xDEBB20E3u, 3, "residue");
    return 0;
}
