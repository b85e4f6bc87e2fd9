#include "tests/fuzz/target.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const char *target_file(const uint8_t *bytes, size_t size)
{
    static int file = -1;
    static char path[64];
    if (file >= 0)
        close(file);
    file = memfd_create("input", MFD_CLOEXEC);
    CHECK(file >= 0);
    for (size_t done = 0; done < size;) {
        ssize_t written = write(file, bytes + done, size - done);
        CHECK(written > 0);
        done += (size_t)written;
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    return path;
}

void check_message(const char *text)
{
    CHECK(*text && !strchr(text, '\n'));
}
