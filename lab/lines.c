#include "lab/lines.h"

#if LAB_HAS_WIDE
const struct lab_hex_tables lab_hex_tables = {
    .upper = {[3] = 1, [4] = 2, [6] = 2},
    .lower = {1, 3, 3, 3, 3, 3, 3, 1, 1, 1},
    .more = {[4] = 9, [6] = 9},
    .half = {15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15},
    .pair = {16, 1, 16, 1, 16, 1, 16, 1, 16, 1, 16, 1, 16, 1, 16, 1},
};
#endif
