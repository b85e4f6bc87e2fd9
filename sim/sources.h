/* The adapters' sources, carried inside the program: simulators are compiled at run time. */
#ifndef HV_SOURCES_H
#define HV_SOURCES_H

#include <stddef.h>

struct hv_source {
    const char *name; /* file name */
    const char *text; /* NUL-terminated */
};

/* dut.h and the adapter of each simulator; ended by a NULL name. */
extern const struct hv_source hv_verilator_sources[];
extern const struct hv_source hv_icarus_sources[];
extern const struct hv_source hv_gates_sources[];

#endif
