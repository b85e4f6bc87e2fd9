/* The driver of this example's peripheral, and a program that compares it with software; the same at every depth. */
#include "program.h"

#define CRC32 ((volatile uint32_t *)0x40000000)
enum { DATA = 0, START = 1 };

static uint32_t by_hardware(const uint8_t *bytes, uint32_t length)
{
    CRC32[START] = 0;
    for (uint32_t i = 0; i < length; i++)
        *(volatile uint8_t *)&CRC32[DATA] = bytes[i];
    return CRC32[DATA];
}

static uint32_t by_software(const uint8_t *bytes, uint32_t length)
{
    uint32_t crc = 0xffffffff;
    for (uint32_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

int main(void)
{
    static const char text[] = "123456789";
    const uint8_t *bytes = (const uint8_t *)text;
    check_equal(by_hardware(bytes, 9), 0xcbf43926, 1, "the CRC of nine digits"); /* its known value */
    check_equal(CRC32[START], 9, 2, "the number of bytes");
    for (uint32_t length = 0; length < 9; length++)
        check_equal(by_hardware(bytes, length), by_software(bytes, length), 3, "hardware and software");
    uart_put_string("crc32: pass\n");
    return 0;
}
