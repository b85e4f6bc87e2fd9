/* The page: one HTML file with the pictures, their tables, and what was run. */
#include "lab/assets.h"
#include "lab/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct page {
    const struct lab_plots *plots;
    const struct lab_results *results;
    const struct lab_names *names;
    FILE *out;
};

static void element(const struct page *page, const char *tag, const char *text)
{
    fprintf(page->out, "<%s>", tag);
    lab_escape(text, page->out);
    fprintf(page->out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

static void number(const struct page *page, double value)
{
    char text[LAB_NUMBER];
    fprintf(page->out, "<td>%s</td>", isfinite(value) ? lab_number(value, text) : "");
}

/* ---- Plots ---- */

/* Boxes that show and hide lines: the style does it, no script is needed. Many are folded away. */
enum { MANY_LINES = 16 };
static void legend(const struct page *page, const struct lab_plot *plot)
{
    const bool many = plot->count > MANY_LINES;
    if (plot->shape == LAB_HEAT)
        return;
    if (many)
        fprintf(page->out, "<details><summary>%zu lines</summary>", plot->count);
    fputs("<fieldset class=\"legend\"><legend>Lines</legend>", page->out);
    for (size_t i = 0; i < plot->count; i++) {
        fprintf(page->out,
                "<label class=\"c%zu%s\"><input type=\"checkbox\" checked data-series=\"%zu\"><span "
                "class=\"swatch\"></span>",
                i % LAB_COLOURS, plot->series[i].formula || i >= LAB_COLOURS ? " dashes" : "", i);
        lab_escape(plot->series[i].name, page->out);
        fputs("</label>", page->out);
    }
    fputs(many ? "</fieldset></details>\n" : "</fieldset>\n", page->out);
}

static void show_plot(const struct page *page, const struct lab_plot *plot)
{
    fprintf(page->out, "<figure id=\"%s\"><figcaption>", plot->id);
    element(page, "h3", plot->title);
    element(page, "p", plot->about);
    fprintf(page->out, "</figcaption>\n<div class=\"plot\" data-plot=\"%s\">", plot->id);
    lab_plot_svg(plot, false, page->out);
    fputs("</div>\n<p class=\"readout\" aria-live=\"polite\"></p>\n", page->out);
    legend(page, plot);
    fputs("<details><summary>Numbers</summary><div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"",
          page->out);
    lab_escape(plot->title, page->out);
    fputs(", numbers\">\n", page->out);
    lab_plot_table(plot, page->out);
    fputs("</div></details></figure>\n", page->out);
}

static void show_plots(const struct page *page)
{
    const char *group = NULL;
    for (size_t i = 0; i < page->plots->count; i++) {
        const struct lab_plot *plot = &page->plots->list[i];
        if (!group || strcmp(group, plot->group) != 0) {
            fprintf(page->out, "%s<section id=\"part-%s\">", group ? "</div></section>\n" : "", plot->group);
            element(page, "h2", plot->group);
            fputs("<div class=\"plots\">\n", page->out);
            group = plot->group;
        }
        show_plot(page, plot);
    }
    fputs(group ? "</div></section>\n" : "<p>No result has numbers for a plot.</p>\n", page->out);
}

/* ---- Runs ---- */

static const struct column {
    const char *title, *keys;
} columns[] = {
    {"depth", "depth"},
    {"instructions", "instructions"},
    {"references", "references"},
    {"accesses", "associator.accesses"},
    {"lookups", "associator.lookups"},
    {"misses", "associator.misses"},
    {"walk reads", "associator.walk_reads"},
    {"cycles lost", "translation.waits"},
    {"lookups / 1,000", "per_thousand.lookups"},
    {"misses / 1,000", "per_thousand.misses"},
    {"cycles lost / 1,000", "per_thousand.cycles_lost"},
    {"seconds", "seconds"},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void show_table(const struct page *page)
{
    fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"All runs\"><table><caption>Counts of each "
          "run</caption>\n"
          "<thead><tr><th scope=\"col\">program</th><th scope=\"col\">configuration</th>",
          page->out);
    for (size_t i = 0; i < COLUMNS; i++)
        element(page, "th scope=\"col\"", columns[i].title);
    fputs("</tr></thead>\n<tbody>\n", page->out);
    for (size_t i = 0; i < page->results->count; i++) {
        const json_t *result = page->results->list[i].object;
        const struct lab_name *name = &page->names->list[i];
        const char *config = lab_result_text(result, "config.name");
        fprintf(page->out, "<tr><th scope=\"row\"><a href=\"#run-%zu\">", i + 1);
        lab_escape(name->program, page->out);
        fputs("</a></th>", page->out);
        element(page, "td class=\"text\"", *name->config ? name->config : config ? config : "");
        for (size_t j = 0; j < COLUMNS; j++)
            number(page, lab_result_number(result, columns[j].keys, NAN));
        fputs("</tr>\n", page->out);
    }
    fputs("</tbody></table></div>\n", page->out);
}

/* Rows of one table, each an object with the same keys: where the misses come from. */
static void show_rows(const struct page *page, const char *what, const json_t *list, const char *name_key)
{
    static const char *const keys[] = {"accesses",    "lookups", "misses", "walk_reads",
                                       "cycles_lost", "count",   "entries"};
    if (json_array_size(list) == 0)
        return;
    fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"", page->out);
    lab_escape(what, page->out);
    fputs("\"><table>", page->out);
    element(page, "caption", what);
    fputs("<thead><tr><th scope=\"col\"></th>", page->out);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_object_get(json_array_get(list, 0), keys[i]))
            element(page, "th scope=\"col\"", keys[i]);
    fputs("</tr></thead>\n<tbody>\n", page->out);
    for (size_t row = 0; row < json_array_size(list); row++) {
        const json_t *object = json_array_get(list, row);
        char text[LAB_NUMBER];
        const char *name = name_key ? lab_result_text(object, name_key) : NULL;
        fputs("<tr>", page->out);
        element(page, "th scope=\"row\"", name ? name : lab_number((double)row, text));
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (json_object_get(json_array_get(list, 0), keys[i]))
                number(page, lab_result_number(object, keys[i], NAN));
        fputs("</tr>\n", page->out);
    }
    fputs("</tbody></table></div>\n", page->out);
}

static void show_ports(const struct page *page, const json_t *result)
{
    static const char *const ports[] = {"fetch", "data"};
    const json_t *by_port = lab_result_value(result, "associator.by_port");
    json_t *list = json_array();
    for (size_t i = 0; i < 2 && by_port; i++) {
        json_t *row = json_copy(json_object_get(by_port, ports[i]));
        if (row && json_object_set_new(row, "port", json_string(ports[i])) == 0)
            json_array_append(list, row);
        json_decref(row);
    }
    show_rows(page, "by port", list, "port");
    json_decref(list);
}

static void show_config(const struct page *page, const json_t *config)
{
    const char *key;
    json_t *value;
    if (!config)
        return;
    fputs("<dl>", page->out);
    json_object_foreach((json_t *)(uintptr_t)config, key, value)
    {
        char *text = json_is_string(value) ? strdup(json_string_value(value))
                                           : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        fputs("<div>", page->out);
        element(page, "dt", key);
        element(page, "dd", text ? text : "");
        fputs("</div>", page->out);
        free(text);
    }
    fputs("</dl>\n", page->out);
}

/* The run's command, which is what makes its numbers again. */
static void show_run(const struct page *page, size_t i)
{
    const json_t *result = page->results->list[i].object;
    const struct lab_name *name = &page->names->list[i];
    const double depth = lab_result_number(result, "depth", NAN);
    fprintf(page->out, "<details class=\"run\" id=\"run-%zu\"><summary>", i + 1);
    lab_escape(name->program, page->out);
    if (isfinite(depth))
        fprintf(page->out, ", depth %.0f", depth);
    if (*name->config)
        fputs(", ", page->out);
    lab_escape(name->config, page->out);
    fputs("</summary>\n<pre tabindex=\"0\"><code>", page->out);
    lab_escape(lab_result_text(result, "command"), page->out);
    fputs("</code></pre>\n<p>", page->out);
    lab_escape(lab_result_text(result, "version"), page->out);
    fputs("; from ", page->out);
    lab_escape(page->results->list[i].file, page->out);
    fprintf(page->out, ", line %zu</p>\n", page->results->list[i].line);
    show_config(page, lab_result_value(result, "config"));
    show_ports(page, result);
    show_rows(page, "by level", lab_result_value(result, "associator.by_level"), NULL);
    show_rows(page, "by virtual machine", lab_result_value(result, "by_vm"), "vmid");
    show_rows(page, "flushes by cause", lab_result_value(result, "by_flush"), "cause");
    fputs("</details>\n", page->out);
}

/* ---- The page ---- */

static void show_head(const struct page *page, const char *command)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          /* Whatever is in the results: nothing is asked of a network. */
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
          "script-src "
          "'unsafe-inline'; img-src data: blob:\">\n"
          "<link rel=\"icon\" href=\"data:,\">\n<title>",
          page->out);
    fputs("Associator report</title>\n<style>\n", page->out);
    fputs(lab_plot_css, page->out);
    fputs(lab_report_css, page->out);
    for (size_t i = 0, most = 0; i < page->plots->count; i++)
        for (; most < page->plots->list[i].count; most++)
            fprintf(page->out, "figure:has([data-series=\"%zu\"]:not(:checked)) .s%zu{display:none}\n", most, most);
    fputs("</style>\n</head>\n<body>\n<header><h1>Associator report</h1>\n", page->out);
    fprintf(page->out, "<p>%zu %s. Made by</p>\n<pre tabindex=\"0\"><code>", page->results->count,
            page->results->count == 1 ? "run" : "runs");
    lab_escape(command, page->out);
    fputs("</code></pre></header>\n<main>\n", page->out);
}

void lab_report_page(const struct lab_plots *plots, const struct lab_results *results, const struct lab_names *names,
                     const char *command, const char *vega, FILE *out)
{
    const struct page page = {plots, results, names, out};
    show_head(&page, command);
    show_plots(&page);
    fputs("<section id=\"part-Runs\"><h2>Runs</h2>\n", out);
    show_table(&page);
    for (size_t i = 0; i < results->count; i++)
        show_run(&page, i);
    fputs("</section>\n</main>\n<script type=\"application/json\" id=\"plots\">", out);
    lab_plots_json(plots, out);
    fputs("</script>\n<script>\n", out);
    if (*vega) {
        fputs(vega, out);
        fputs("</script>\n<script>\n", out);
    }
    fputs(lab_report_js, out);
    fputs("</script>\n</body>\n</html>\n", out);
}
