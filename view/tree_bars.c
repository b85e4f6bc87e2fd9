#include "view/tree_bars.h"
#include "view/tree_facts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More borders than can be told apart: cells are columns of equal widths then. */
enum { MAX_BORDERS = 160, COLUMNS = 300 };

static int compare_pages(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* Add a border if it is new; false if there are too many. */
static bool add_border(struct view_bars *bars, uint32_t page)
{
    for (unsigned i = 0; i < bars->cells; i++)
        if (bars->page[i] == page)
            return true;
    if (bars->cells == MAX_BORDERS)
        return false;
    bars->page[bars->cells++] = page;
    return true;
}

/* The borders of all runs, in order. */
static bool find_borders(struct view_bars *bars, const struct view_tree *tree)
{
    struct view_run part;
    for (unsigned v = 0; v < tree->count; v++)
        for (size_t i = 0; i < tree->vms[v].reach_count; i++)
            if (view_run_in_ram(&tree->config, &tree->vms[v].reach[i], &part) &&
                (!add_border(bars, part.real) || !add_border(bars, part.real + part.pages)))
                return false;
    qsort(bars->page, bars->cells, sizeof *bars->page, compare_pages);
    bars->cells--; /* the last one is the end */
    return true;
}

static void make_columns(struct view_bars *bars, const struct hv_config *config)
{
    const uint32_t pages = config->ram_bytes / HV_PAGE_BYTES;
    bars->equal = true;
    bars->cells = pages < COLUMNS ? pages : COLUMNS;
    for (unsigned i = 0; i <= bars->cells; i++)
        bars->page[i] = config->ram_base / HV_PAGE_BYTES + (uint32_t)((uint64_t)pages * i / bars->cells);
}

/* Small cells are widened: by the logarithm of their pages. */
static void place(struct view_bars *bars, double width)
{
    double sum = 0;
    for (unsigned i = 0; i <= bars->cells; i++) {
        const uint32_t pages = i < bars->cells ? bars->page[i + 1] - bars->page[i] : 0;
        bars->x[i] = sum;
        sum += bars->equal ? pages : log2(1.0 + pages);
    }
    for (unsigned i = 0; i <= bars->cells; i++)
        bars->x[i] *= width / sum;
}

static void mark(const struct view_bars *bars, const struct view_tree *tree, const struct view_vm *vm, uint8_t *cell,
                 enum view_cell as)
{
    struct view_run part;
    for (size_t i = 0; i < vm->reach_count; i++) {
        if (!view_run_in_ram(&tree->config, &vm->reach[i], &part))
            continue;
        for (unsigned c = 0; c < bars->cells && bars->page[c] < part.real + part.pages; c++)
            if (bars->page[c + 1] > part.real && (as == VIEW_CELL_OWN || cell[c] != VIEW_CELL_NONE))
                cell[c] = (uint8_t)as;
    }
}

static bool make_lanes(struct view_bars *bars, const struct view_tree *tree)
{
    bars->lanes = calloc(tree->count, sizeof *bars->lanes);
    for (unsigned v = 0; bars->lanes && v < tree->count; v++) {
        struct view_lane *lane = &bars->lanes[bars->count];
        if (tree->vms[v].probe != HV_PROBE_DONE)
            continue;
        lane->vm = v;
        lane->cell = calloc(bars->cells, 1);
        if (!lane->cell)
            return false;
        bars->count++;
        mark(bars, tree, &tree->vms[v], lane->cell, VIEW_CELL_OWN);
        for (unsigned child = v + 1; child < tree->count && tree->vms[child].level > tree->vms[v].level; child++)
            if (tree->vms[child].parent == v)
                mark(bars, tree, &tree->vms[child], lane->cell, VIEW_CELL_HANDED);
    }
    return bars->lanes != NULL;
}

bool view_bars_make(struct view_bars *bars, const struct view_tree *tree, double width)
{
    *bars =
        (struct view_bars){.page = calloc(COLUMNS + 1, sizeof *bars->page), .x = calloc(COLUMNS + 1, sizeof *bars->x)};
    if (bars->page && bars->x) {
        if (!find_borders(bars, tree))
            make_columns(bars, &tree->config);
        place(bars, width);
        if (make_lanes(bars, tree))
            return true;
    }
    view_bars_free(bars);
    return false;
}

void view_bars_free(struct view_bars *bars)
{
    for (unsigned i = 0; i < bars->count; i++)
        free(bars->lanes[i].cell);
    free(bars->lanes);
    free(bars->page);
    free(bars->x);
    *bars = (struct view_bars){0};
}
