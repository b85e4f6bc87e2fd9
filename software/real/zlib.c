/* zlib: a text is deflated at the usual level, inflated again, and compared. */
#include "real.h"

#include <zlib.h>

enum { TEXT_BYTES = LONG_OR_SHORT(60000, 6000) };

int main(void)
{
    uLongf packed_length = compressBound(TEXT_BYTES), length = TEXT_BYTES;
    unsigned char *packed = malloc(packed_length), *unpacked = malloc(TEXT_BYTES);

    expect(packed && unpacked, "memory");
    expect(embedded_length() >= TEXT_BYTES, "the text is long enough");
    roi_begin();
    expect(compress2(packed, &packed_length, embedded, TEXT_BYTES, Z_DEFAULT_COMPRESSION) == Z_OK, "compress2");
    expect(uncompress(unpacked, &length, packed, packed_length) == Z_OK, "uncompress");
    roi_end();
    expect(length == TEXT_BYTES && !memcmp(unpacked, embedded, TEXT_BYTES), "the round trip");

    printf("zlib %s: %d bytes, deflated %lu, checksum %08lx, CRC %08lx\n", zlibVersion(), TEXT_BYTES,
           (unsigned long)packed_length, (unsigned long)checksum(packed, packed_length),
           (unsigned long)crc32(crc32(0, Z_NULL, 0), unpacked, TEXT_BYTES));
    return 0;
}
