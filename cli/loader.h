/* The host's end of a board's serial line: requests to the loader on it (software/loader/protocol.h). */
#ifndef NESTOR_LOADER_H
#define NESTOR_LOADER_H

#include "config/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loader {
    const char *port; /* as given, for messages */
    int file;
    double wait; /* seconds that an answer may take beyond the time of its bytes */
    double byte; /* seconds of a byte on the line */
    uint8_t sequence;
    unsigned repeated; /* requests so far that had to be sent again */
};

/* What the loader says of its machine. */
struct loader_info {
    uint32_t version, ram_base, free_end, ram_end; /* names; from free_end on is the loader's own part */
    uint64_t clocks;                               /* from the last start to the end of what was started */
};

/* Open the port, 8N1 at `baud`, raw. Returns 0, or -1 with *error filled. */
int loader_open(struct loader *loader, const char *port, unsigned baud, double wait, struct hv_error *error);
void loader_close(struct loader *loader);

/* Requests; each is repeated when the answer does not come or is damaged, up to LOADER_TRIES times. They return 0, or
 * -1 with *error filled. */
enum { LOADER_TRIES = 12 };
int loader_ask(struct loader *loader, struct loader_info *info, struct hv_error *error);
int loader_clear(struct loader *loader, uint32_t address, uint32_t length, struct hv_error *error);
int loader_write(struct loader *loader, uint32_t address, const uint8_t *bytes, size_t length, struct hv_error *error);
int loader_start(struct loader *loader, uint32_t address, struct hv_error *error);

/* The next byte from the board, waiting up to `seconds`: -1 when none has come, -2 when the port is gone. */
int loader_byte(struct loader *loader, double seconds);

#endif
