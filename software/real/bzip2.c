/* bzip2: a text is compressed in blocks of 100,000 bytes, expanded again, and compared. */
#include "real.h"

#include <bzlib.h>

enum { TEXT_BYTES = LONG_OR_SHORT(9000, 900) };

/* What the library without stdio calls when it finds itself wrong. */
void bz_internal_error(int code);
void bz_internal_error(int code)
{
    printf("bzip2: internal error %d\n", code);
    exit(2);
}

int main(void)
{
    unsigned packed_length = TEXT_BYTES + TEXT_BYTES / 100 + 600, length = TEXT_BYTES;
    char *text = malloc(TEXT_BYTES), *packed = malloc(packed_length), *unpacked = malloc(TEXT_BYTES);

    expect(text && packed && unpacked, "memory");
    expect(embedded_length() >= TEXT_BYTES, "the text is long enough");
    memcpy(text, embedded, TEXT_BYTES);
    roi_begin();
    expect(BZ2_bzBuffToBuffCompress(packed, &packed_length, text, TEXT_BYTES, 1, 0, 0) == BZ_OK, "compress");
    expect(BZ2_bzBuffToBuffDecompress(unpacked, &length, packed, packed_length, 0, 0) == BZ_OK, "decompress");
    roi_end();
    expect(length == TEXT_BYTES && !memcmp(unpacked, text, TEXT_BYTES), "the round trip");

    printf("bzip2 %s: %d bytes, compressed %u, checksum %08lx\n", BZ2_bzlibVersion(), TEXT_BYTES, packed_length,
           (unsigned long)checksum((unsigned char *)packed, packed_length));
    return 0;
}
