/* The picture: bars of the real machine's RAM, a lane for each VM, and below them the VMs as boxes in boxes. */
#include "view/svg.h"
#include "view/tree_bars.h"
#include "view/tree_facts.h"
#include "view/tree_print.h"

#include <stdlib.h>
#include <string.h>

static const double WIDTH = 760, MARGIN = 16, PAD = 12, INDENT = 14, HEAD = 26, LINE = 18, LABEL = 68, GAP = 8;

/* One pass that draws, or only measures. */
struct page {
    const struct view_tree *tree;
    struct view_svg *svg; /* NULL: measure */
};

/* ---- Facts ---- */

/* How much of `text` goes into a line of so many characters: up to a space if it does not all fit. */
static size_t line_end(const char *text, size_t room)
{
    size_t characters = 0, space = 0, i = 0;
    for (; text[i]; i++) {
        if (((unsigned char)text[i] & 0xc0) == 0x80)
            continue;
        if (text[i] == ' ')
            space = i;
        if (characters++ == room)
            return space ? space : i;
    }
    return i;
}

/* Lines below each other, the label before the first. Returns where they end. */
static double draw_fact(const struct page *page, const struct view_fact *fact, double x, double y, double width)
{
    const size_t room = (size_t)((width - LABEL) / VIEW_SVG_CHAR);
    const char *rest = fact->value;
    if (page->svg)
        view_svg_text(page->svg, x, y + 13, "k", fact->label);
    do {
        char line[VIEW_FACT_LENGTH];
        const size_t length = line_end(rest, room);
        memcpy(line, rest, length);
        line[length] = 0;
        if (page->svg)
            view_svg_text(page->svg, x + LABEL, y + 13, fact->alarm ? "v a" : "v", line);
        rest += length + strspn(rest + length, " ");
        y += LINE;
    } while (*rest);
    return y;
}

/* ---- Boxes ---- */

static unsigned next_after(const struct view_tree *tree, unsigned index)
{
    unsigned i = index + 1;
    while (i < tree->count && tree->vms[i].level > tree->vms[index].level)
        i++;
    return i;
}

static const char *level_class(unsigned level)
{
    static const char *const classes[] = {"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"};
    return classes[level < sizeof classes / sizeof *classes ? level : 0];
}

static void draw_head(const struct page *page, const struct view_vm *vm, double x, double y, double width)
{
    char name[VIEW_NAME_SIZE], text[VIEW_NAME_SIZE + 32];
    view_vm_name(page->tree, vm, name);
    snprintf(text, sizeof text, vm->level ? "VM %s" : "Real machine, VMID %s", name);
    view_svg_text(page->svg, x, y + 18, vm->probe == HV_PROBE_DONE ? "h" : "h a", text);
    snprintf(text, sizeof text, "level %u", vm->level);
    view_svg_text(page->svg, x + width - (vm->runs ? 58 : 0), y + 18, "s end", text);
    if (vm->runs) {
        view_svg_rect(page->svg, x + width - 48, y + 5, 48, 18, 9, "r", NULL);
        view_svg_text(page->svg, x + width - 24, y + 18, "h on mid", "runs");
    }
}

/* The box of VM `index` with those inside it. Returns where it ends. */
static double draw_box(const struct page *page, unsigned index, double x, double y, double width)
{
    const struct view_tree *tree = page->tree;
    const struct view_vm *vm = &tree->vms[index];
    struct view_fact facts[VIEW_MAX_FACTS];
    const unsigned count = view_facts(tree, vm, facts);
    double at = y + HEAD;
    if (page->svg)
        draw_head(page, vm, x + PAD, y, width - 2 * PAD);
    for (unsigned i = 0; i < count; i++)
        at = draw_fact(page, &facts[i], x + PAD, at, width - 2 * PAD);
    for (unsigned i = index + 1, end = next_after(tree, index); i < end; i = next_after(tree, i))
        at = draw_box(page, i, x + INDENT, at + GAP, width - INDENT - GAP);
    return at + GAP;
}

/* The frame of a box must be below what is in it, so it is drawn first, with the height that a pass without drawing
 * gives. */
static void draw_frames(const struct page *page, unsigned index, double x, double y, double width)
{
    const struct view_tree *tree = page->tree;
    const struct view_vm *vm = &tree->vms[index];
    const struct page measure = {tree, NULL};
    const double height = draw_box(&measure, index, x, y, width) - y;
    struct view_fact facts[VIEW_MAX_FACTS];
    const unsigned count = view_facts(tree, vm, facts);
    double at = y + HEAD;
    view_svg_rect(page->svg, x, y, width, height, 6, "b", NULL);
    view_svg_rect(page->svg, x, y + 4, 4, height - 8, 2, level_class(vm->level), NULL);
    if (vm->in_vmid || vm->probe != HV_PROBE_DONE)
        view_svg_rect(page->svg, x, y, width, height, 6, vm->runs ? "x" : vm->in_vmid ? "c" : "e", NULL);
    for (unsigned i = 0; i < count; i++)
        at = draw_fact(&measure, &facts[i], x + PAD, at, width - 2 * PAD);
    for (unsigned i = index + 1, end = next_after(tree, index); i < end; i = next_after(tree, i)) {
        draw_frames(page, i, x + INDENT, at + GAP, width - INDENT - GAP);
        at = draw_box(&measure, i, x + INDENT, at + GAP, width - INDENT - GAP);
    }
}

/* ---- The bars ---- */

enum { MAX_LANES = 48 };
static const double LANE = 16, LANE_GAP = 5, LANE_LABEL = 60, AXIS = 22;

/* Room for the longest name of a VM that has a lane. */
static double label_width(const struct view_tree *tree)
{
    double width = LANE_LABEL;
    for (unsigned i = 0; i < tree->count; i++) {
        char name[VIEW_NAME_SIZE];
        view_vm_name(tree, &tree->vms[i], name);
        const double wanted = (double)view_svg_characters(name) * VIEW_SVG_CHAR + 14;
        if (tree->vms[i].probe == HV_PROBE_DONE && wanted > width)
            width = wanted;
    }
    return width;
}

static void draw_cells(const struct page *page, const struct view_bars *bars, unsigned lane, double x, double y)
{
    const struct view_lane *row = &bars->lanes[lane];
    const struct view_vm *vm = &page->tree->vms[row->vm];
    for (unsigned i = 0, end; i < bars->cells; i = end) {
        end = i + 1;
        while (end < bars->cells && row->cell[end] == row->cell[i])
            end++;
        char classes[16], tip[VIEW_FACT_LENGTH];
        snprintf(classes, sizeof classes, "%s%s", level_class(vm->level), row->cell[i] == VIEW_CELL_OWN ? "" : " pale");
        snprintf(tip, sizeof tip, "real 0x%08x to 0x%08x", (unsigned)(bars->page[i] * HV_PAGE_BYTES),
                 (unsigned)(bars->page[end] * HV_PAGE_BYTES - 1));
        if (row->cell[i] != VIEW_CELL_NONE)
            view_svg_rect(page->svg, x + bars->x[i], y, bars->x[end] - bars->x[i], LANE, 0, classes, tip);
    }
    if (vm->in_vmid)
        view_svg_rect(page->svg, x - 1, y - 1, bars->x[bars->cells] + 2, LANE + 2, 2, vm->runs ? "x" : "c", NULL);
}

static void draw_axis(const struct page *page, const struct view_bars *bars, double x, double y, double height)
{
    double next = 0;
    char text[16];
    for (unsigned i = 0; i < bars->cells; i++) {
        if (bars->x[i] < next)
            continue;
        snprintf(text, sizeof text, "%08x", (unsigned)(bars->page[i] * HV_PAGE_BYTES));
        view_svg_text(page->svg, x + bars->x[i], y + height + 14, "s", text);
        view_svg_line(page->svg, x + bars->x[i], y, x + bars->x[i], y + height + 4, "l");
        next = bars->x[i] + 9.5 * VIEW_SVG_SMALL_CHAR;
    }
}

static double draw_bars(const struct page *page, const struct view_bars *bars, double y)
{
    const double x = MARGIN + label_width(page->tree);
    const unsigned lanes = bars->count < MAX_LANES ? bars->count : MAX_LANES;
    view_svg_text(page->svg, MARGIN, y + 14, "h", "Pages of real RAM, by who reaches them");
    view_svg_text(page->svg, MARGIN, y + 31, "s",
                  bars->equal ? "pale: handed on to a VM inside; framed: in the VMID register"
                              : "pale: handed on to a VM inside; framed: in the VMID register; widths not to scale");
    y += 42;
    draw_axis(page, bars, x, y - 4, lanes * (LANE + LANE_GAP));
    for (unsigned i = 0; i < lanes; i++) {
        const struct view_vm *vm = &page->tree->vms[bars->lanes[i].vm];
        char name[VIEW_NAME_SIZE];
        view_vm_name(page->tree, vm, name);
        view_svg_text(page->svg, x - 10, y + 12, vm->runs ? "v end" : "k end", name);
        draw_cells(page, bars, i, x, y);
        y += LANE + LANE_GAP;
    }
    y += AXIS;
    if (lanes < bars->count) {
        view_svg_text(page->svg, MARGIN, y + 8, "s", "There are more VMs; their lanes are left out.");
        y += LINE;
    }
    return y;
}

/* ---- All ---- */

static double draw_text_line(const struct page *page, const char *classes, const char *text, double y)
{
    const size_t room = (size_t)((WIDTH - 2 * MARGIN) / VIEW_SVG_CHAR);
    while (*text) {
        char line[VIEW_FACT_LENGTH];
        const size_t length = line_end(text, room);
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        view_svg_text(page->svg, MARGIN, y + 14, classes, line);
        text += length + strspn(text + length, " ");
        y += LINE;
    }
    return y;
}

/* A file's name, which may hold any bytes, as text. */
static void plain_text(const char *what, char text[VIEW_FACT_LENGTH])
{
    size_t n = 0;
    for (; n < VIEW_FACT_LENGTH - 1 && what[n]; n++)
        text[n] = (unsigned char)what[n] < 0x7f ? what[n] : '?';
    text[n] = 0;
}

bool view_tree_svg(const struct view_tree *tree, const char *what, FILE *out)
{
    struct view_svg svg;
    struct view_bars bars;
    const struct page page = {tree, &svg};
    char title[VIEW_FACT_LENGTH], line[VIEW_FACT_LENGTH];
    if (!view_bars_make(&bars, tree, WIDTH - 2 * MARGIN - label_width(tree)))
        return false;
    if (!view_svg_begin(&svg)) {
        view_bars_free(&bars);
        return false;
    }
    plain_text(what, title);
    double y = MARGIN;
    view_svg_text(&svg, MARGIN, y + 14, "t", title);
    view_tree_title(tree, line);
    y = draw_text_line(&page, "k", line, y + 24);
    view_tree_note(tree, line);
    y = draw_text_line(&page, "v a", line, y) + GAP;
    y = draw_bars(&page, &bars, y);
    draw_frames(&page, 0, MARGIN, y, WIDTH - 2 * MARGIN);
    y = draw_box(&page, 0, MARGIN, y, WIDTH - 2 * MARGIN) + MARGIN;
    view_bars_free(&bars);
    return view_svg_end(&svg, WIDTH, y, title, out);
}
