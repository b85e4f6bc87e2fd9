/* nestor run --console: the terminal is the guest's. What is typed comes to the UART as it comes, so it is no part of
 * the program's input that `run` and `cosim` repeat; recorded with the records at which it came, it can be given
 * again (docs/spec.md, 10.9.2). */
#ifndef NESTOR_CONSOLE_H
#define NESTOR_CONSOLE_H

#include "model/machine.h"

#include <argp.h>
#include <stdio.h>
#include <termios.h>

struct cli_console_options {
    bool on;
    const char *record, *replay; /* files, NULL: none */
};

/* Its input is a struct cli_console_options. */
extern const struct argp cli_console_argp;

struct cli_console_event;

struct cli_console {
    bool on, terminal, escape;
    bool eof;   /* nothing more comes */
    bool ended; /* Ctrl-A X */
    struct termios saved;
    FILE *record;
    const char *record_name;
    struct cli_console_event *events; /* to be given again */
    size_t event_count, next_event;
    uint64_t paced; /* mtime - records at the last look: time that was waited for, not worked for */
};

/* Make the terminal raw, open the files; -1 with *error filled. Without --console and --replay-console nothing. */
int cli_console_open(struct cli_console *console, const struct cli_console_options *options, struct hv_machine *machine,
                     struct hv_error *error);
/* Give back the terminal; -1 with *error filled if the record could not be written. */
int cli_console_close(struct cli_console *console, struct hv_error *error);

/* Between two records: give the machine what has been typed, and wait as long as it waits. */
void cli_console_feed(struct cli_console *console, struct hv_machine *machine);
/* Records that may be made before the next look. */
uint64_t cli_console_chunk(const struct cli_console *console, const struct hv_machine *machine);

#endif
