/* Writing a report, for nestor report and for nestor sweep. */
#ifndef NESTOR_CLI_REPORT_H
#define NESTOR_CLI_REPORT_H

#include "lab/result.h"

/* The page and the directory of pictures, each if not NULL; `command` is what the page says that it was made by,
 * `plain` leaves Vega-Lite out. Returns 0, or -1 with *error filled. */
int cli_report_write(const struct lab_results *results, const char *command, bool plain, const char *page,
                     const char *pictures, struct hv_error *error);

#endif
