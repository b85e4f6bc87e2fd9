/* Files: all modules in one, or one each. */
#include "hdl_internal.h"

#include <string.h>

static void put_header(text *out, const char *header)
{
    if (header == NULL)
        return;
    print_comment(out, 0, header);
    put(out, "\n");
}

/* The text of a file with the printed modules among `from`. In a file of all modules lint must not
 * want that the file is called like its module. */
static const char *file_text(design *d, module *const *from, uint32_t n, const char *header, bool is_whole)
{
    text out = {.mem = &d->work};
    uint32_t count = 0;

    put_header(&out, header);
    put(&out, "`default_nettype none\n");
    if (is_whole)
        put(&out, "/* verilator lint_off DECLFILENAME */\n");
    for (uint32_t i = 0; i < n; i++) {
        if (!from[i]->lowered->is_reached)
            continue;
        put(&out, "\n");
        print_module(&out, from[i]->lowered);
        from[i]->lowered->is_printed = true;
        count++;
    }
    put(&out, "\n`default_nettype wire\n");
    return count > 0 || is_whole ? out.at : NULL;
}

/* Printing takes names in the lowered copies, so that a second print of a module needs new copies. */
static bool lower_afresh(design *d, module *const *from, uint32_t n)
{
    if (!lower(d))
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (from[i]->lowered->is_printed)
            d->lowered_at = 0;
    return lower(d);
}

static const char *make_text(design *d, module *const *from, uint32_t n, const char *header, bool is_whole)
{
    if (!lower_afresh(d, from, n))
        return NULL;
    d->in_pass = true;
    const char *result = file_text(d, from, n, header, is_whole);
    d->in_pass = false;
    return result;
}

static bool write_all(FILE *out, const char *content)
{
    size_t n = strlen(content);
    return fwrite(content, 1, n, out) == n && fflush(out) == 0;
}

bool hdl_print(design *d, FILE *out, const char *header)
{
    if (hdl_check(d) != 0)
        return false;
    const char *content = make_text(d, d->order, d->n_modules, header, true);
    return content != NULL && write_all(out, content);
}

bool hdl_print_module(module *m, FILE *out, const char *header)
{
    const char *content = make_text(m->d, &m, 1, header, false);
    return content != NULL && write_all(out, content);
}

static bool write_file(design *d, const char *directory, const module *m, const char *content)
{
    const char *path = arena_format(&d->work, "%s/%s.v", directory, m->name);
    FILE *out = fopen(path, "w");
    bool ok = out != NULL && write_all(out, content);

    if (out != NULL && fclose(out) != 0)
        ok = false;
    return ok;
}

bool hdl_print_files(design *d, const char *directory, const char *header)
{
    if (!lower(d))
        return false;
    for (uint32_t i = 0; i < d->n_modules; i++) {
        module *m = d->order[i];
        if (!m->lowered->is_reached)
            continue;
        const char *content = make_text(d, &m, 1, header, false);
        if (content == NULL || !write_file(d, directory, m, content))
            return false;
    }
    return true;
}
