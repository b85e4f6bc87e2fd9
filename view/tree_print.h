/* The tree of VMs for readers: text, JSON (docs/formats.md) and a picture (SVG). */
#ifndef VIEW_TREE_PRINT_H
#define VIEW_TREE_PRINT_H

#include "view/tree.h"

#include <stdio.h>

/* `what` names the program. Errors of writing are for the caller to look for in `out`. False when memory runs out. */
bool view_tree_text(const struct view_tree *tree, const char *what, FILE *out);
bool view_tree_json(const struct view_tree *tree, const char *what, FILE *out);
bool view_tree_svg(const struct view_tree *tree, const char *what, FILE *out);

#endif
