/* Lists of values on the command line: 4   1,2,8   0-4   0..4   1,2,4..256   lru,fifo */
#ifndef NESTOR_LIST_H
#define NESTOR_LIST_H

#include "config/config.h"

#include <stddef.h>

/* The most values that a list may have. */
enum { CLI_LIST_MOST = 4096 };

struct cli_list {
    char **items; /* as text */
    size_t count;
};

/* The values of `text`: what is between commas; A-B and A..B with numbers are all numbers from A to B, or, behind a
 * number of 2 or more whose double is A, go on doubling: 4,8..256. -1 with *error filled, which begins with `name`,
 * when an item is empty, a range runs downwards, or there are too many. To be freed with cli_list_free. */
int cli_list_parse(struct cli_list *list, const char *name, const char *text, struct hv_error *error);
void cli_list_free(struct cli_list *list);

#endif
