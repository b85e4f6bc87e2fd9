/* What `monitor` shows of the machine: the levels, their maps, the way of a name, the tree of virtual machines. */
#include "gdb/session_internal.h"

#include "view/access.h"
#include "view/names.h"
#include "view/tree.h"
#include "view/tree_facts.h"
#include "view/tree_print.h"

#include <inttypes.h>
#include <string.h>

enum { MAX_REACH = 16 }; /* pieces of real memory that are shown of a window */

/* ---- Levels ---- */

void gdb_show_place(const struct gdb_session *s, unsigned level, FILE *out)
{
    uint32_t pc = 0, real;
    unsigned mode;
    char place[VIEW_PLACE_SIZE] = "";
    hv_machine_level_pc(s->machine, level, &pc, &mode);
    if (level < hv_machine_level(s->machine))
        pc -= 4; /* LVMID has stored where it will go on */
    if (hv_machine_locate(s->machine, level, true, pc, HV_ACCESS_FETCH, &real))
        view_places_text(s->places, real, place);
    fprintf(out, " pc %08" PRIx32 "%s%s", pc, *place ? " " : "", place);
}

void gdb_show_vmid(struct gdb_session *s, struct gdb_line *line, FILE *out)
{
    const struct hv_config *config = hv_machine_config(s->machine);
    const unsigned running = hv_machine_level(s->machine);
    const uint64_t vmid = hv_machine_vmid(s->machine);
    char text[VIEW_VMID_SIZE];
    (void)line;
    fprintf(out, "VMID %s runs, level %u of %u, after %" PRIu64 " records\n", view_vmid(config, vmid, running, text),
            running, config->depth, hv_machine_counters(s->machine)->commits);
    for (unsigned level = running + 1; level-- > 0;) {
        uint32_t pc;
        unsigned mode;
        hv_machine_level_pc(s->machine, level, &pc, &mode);
        fprintf(out, "  thread %u: level %u, VMID %s, %s,", level + 1, level, view_vmid(config, vmid, level, text),
                view_mode(mode));
        gdb_show_place(s, level, out);
        fputs(level < running ? ", in LVMID\n" : "\n", out);
    }
}

/* ---- Maps ---- */

static void print_window(const struct hv_map *map, const char *label, FILE *out)
{
    char size[24];
    fprintf(out, "    %-7s %s", label, view_form_name(map->form));
    if (map->form != HV_FORM_NONE) {
        view_size_text(map->bound, size);
        fprintf(out, ": %08" PRIx32 " + %s, ", map->first << HV_PAGE_BITS, size);
    }
    if (map->form == HV_FORM_RB)
        fprintf(out, "to %08" PRIx32, map->base << HV_PAGE_BITS);
    if (map->form == HV_FORM_LINEAR)
        fprintf(out, "by the table at real %08" PRIx32 ", grain %" PRIu32, map->table, map->grain);
    fputc('\n', out);
}

/* Pages in a row that go to real pages in a row, with the same rights. */
struct reach {
    uint32_t page, real, pages;
    unsigned rights; /* bit HV_ACCESS_... each */
};

static void print_reach(const struct reach *reach, FILE *out)
{
    char size[24];
    view_size_text(reach->pages, size);
    fprintf(out, "    reaches %08" PRIx32 " + %s: real %08" PRIx32 " %c%c%c\n", reach->page << HV_PAGE_BITS, size,
            reach->real << HV_PAGE_BITS, reach->rights >> HV_ACCESS_LOAD & 1 ? 'r' : '-',
            reach->rights >> HV_ACCESS_STORE & 1 ? 'w' : '-', reach->rights >> HV_ACCESS_FETCH & 1 ? 'x' : '-');
}

/* Take a page to those before it; print those if it does not belong to them. Returns how many were printed. */
static unsigned add_page(struct reach *reach, const struct reach *page, bool show, FILE *out)
{
    if (reach->pages && page->rights == reach->rights && page->page == reach->page + reach->pages &&
        page->real == reach->real + reach->pages) {
        reach->pages++;
        return 0;
    }
    const bool there = reach->pages && reach->rights;
    if (there && show)
        print_reach(reach, out);
    *reach = *page;
    return there;
}

/* The compositions of f of `level` and all below, for the pages of a window. */
static void print_compositions(const struct gdb_session *s, unsigned level, const struct hv_map *map, FILE *out)
{
    struct reach reach = {0};
    unsigned printed = 0;
    const uint32_t end = map->first + map->bound; /* at most 2^21 */
    for (uint32_t i = map->first; map->form != HV_FORM_NONE && i < end && i >> 20 == 0; i++) {
        struct reach page = {.page = i, .pages = 1};
        page.rights = hv_machine_compose(s->machine, level, i, &page.real);
        printed += add_page(&reach, &page, printed < MAX_REACH, out);
    }
    printed += add_page(&reach, &(struct reach){0}, printed < MAX_REACH, out);
    if (printed > MAX_REACH)
        fprintf(out, "    and %u more pieces\n", printed - MAX_REACH);
}

void gdb_show_maps(struct gdb_session *s, struct gdb_line *line, FILE *out)
{
    static const char *const labels[] = {"memory", "I/O"};
    const struct hv_config *config = hv_machine_config(s->machine);
    char vmid[VIEW_VMID_SIZE], caps[VIEW_FACT_LENGTH];
    (void)line;
    for (unsigned level = hv_machine_level(s->machine); level > 0; level--) {
        view_caps_text(hv_machine_caps(s->machine, level), caps);
        fprintf(out, "  f%s, of level %u; caps %s\n", view_vmid(config, hv_machine_vmid(s->machine), level, vmid),
                level, caps);
        for (unsigned window = 0; window < 2; window++) {
            struct hv_map map = {0};
            hv_machine_map(s->machine, level, window, &map);
            print_window(&map, labels[window], out);
            print_compositions(s, level, &map, out);
        }
    }
    fputs("  level 0: resource names are real names\n", out);
}

/* ---- The way of a name ---- */

static void print_cached(const struct gdb_session *s, const struct view_access *a, FILE *out)
{
    struct hv_cached entry;
    const bool split = hv_machine_config(s->machine)->assoc_split == HV_SPLIT && a->access != HV_ACCESS_FETCH;
    if (a->entry == VIEW_NOT_CACHED ||
        !hv_machine_cached(s->machine, split ? HV_CACHE_DATA : HV_CACHE_FETCH, a->entry, &entry))
        fputs("    associator: no entry of this page\n", out);
    else
        fprintf(out, "    associator: entry %" PRIu32 " has page %05" PRIx32 " at real page %05" PRIx32 "\n", a->entry,
                entry.page, entry.real);
}

static void print_tables(const struct view_access *a, FILE *out)
{
    for (unsigned i = 0; i < a->way.level && i < a->way.count; i++) {
        if (!a->entries[i].there)
            continue;
        fprintf(out, "    level %u:", a->way.level - i);
        view_entry_print(out, &a->entries[i]);
        fputc('\n', out);
    }
}

void gdb_show_walk(struct gdb_session *s, struct gdb_line *line, FILE *out)
{
    const struct hv_commit nothing = {0};
    const char *address = gdb_next_word(line), *kind = gdb_next_word(line);
    unsigned access = HV_ACCESS_LOAD;
    uint64_t name;
    struct view_access a;
    if (kind && strcmp(kind, "fetch") == 0)
        access = HV_ACCESS_FETCH;
    else if (kind && strcmp(kind, "store") == 0)
        access = HV_ACCESS_STORE;
    else if (kind && strcmp(kind, "load") != 0)
        address = NULL;
    if (!gdb_read_number(address, UINT32_MAX, &name)) {
        fputs("expected walk ADDRESS [fetch|load|store]\n", out);
        return;
    }
    view_access_begin(&a, s->machine, (uint32_t)name, access);
    view_access_print(out, &a, s->machine, &nothing, s->places);
    print_tables(&a, out);
    if (a.way.level && a.way.count)
        print_cached(s, &a, out);
}

void gdb_show_world(struct gdb_session *s, struct gdb_line *line, FILE *out)
{
    struct view_tree tree;
    (void)line;
    if (!view_tree_read(&tree, s->machine)) {
        fputs("out of memory\n", out);
        return;
    }
    view_tree_text(&tree, "the machine", out);
    view_tree_free(&tree);
}
