/* Which VM reaches which page of the real machine's RAM, as bars: RAM in cells, within which nothing changes. */
#ifndef VIEW_TREE_BARS_H
#define VIEW_TREE_BARS_H

#include "view/tree.h"

enum view_cell { VIEW_CELL_NONE, VIEW_CELL_OWN, VIEW_CELL_HANDED }; /* not, itself alone, and a VM inside it too */

struct view_lane {
    unsigned vm; /* index */
    uint8_t *cell;
};

struct view_bars {
    unsigned cells;
    uint32_t *page;          /* cells + 1: first page of each, and RAM's end */
    double *x;               /* cells + 1: where each begins, from 0 to the width */
    bool equal;              /* widths are to scale: there are too many borders to widen what is small */
    struct view_lane *lanes; /* of the VMs that there are, in the tree's order */
    unsigned count;
};

/* False when memory runs out, with nothing to free. */
bool view_bars_make(struct view_bars *bars, const struct view_tree *tree, double width);
void view_bars_free(struct view_bars *bars);

#endif
