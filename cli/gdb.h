/* run --gdb: one debugger at a socket of the loopback address. */
#ifndef NESTOR_CLI_GDB_H
#define NESTOR_CLI_GDB_H

#include "cli/cli.h"
#include "gdb/session.h"

struct cli_gdb_options {
    bool on;
    uint16_t port; /* 0: any */
    bool has_level;
    unsigned level; /* that is debugged first; else the program's */
};

/* Parser of --gdb and --gdb-level, to be a child of the subcommand's; its input is a struct cli_gdb_options. */
extern const struct argp cli_gdb_argp;

/* What is debugged. `host.run` and `host.record` may refuse to go on by HV_STOP_LIMIT; then `over` says so. */
struct cli_gdb {
    struct hv_machine *machine;
    const struct view_places *places;
    struct gdb_host host; /* but for `send`; its context is `over`'s too */
    bool (*over)(void *context);
};

/* Run the machine to the first instruction at `level`, say where a debugger can connect, wait for one, and serve it.
 * *end tells how it ended: GDB_OPEN when Ctrl-C or the limit came before there was one. Returns 0, or -1 with *error
 * filled. */
int cli_gdb_serve(const struct cli_gdb_options *options, unsigned level, const struct cli_gdb *gdb, enum gdb_end *end,
                  struct hv_error *error);

#endif
