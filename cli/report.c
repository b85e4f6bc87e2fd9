/* nestor report: plots of results, as a page and as pictures. */
#include "cli/report.h"
#include "cli/cli.h"
#include "cli/sweep.h"
#include "lab/assets.h"
#include "lab/report.h"
#include "sim/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SVG = 256, KEY_PLAIN };

struct report {
    const char *output, *svg; /* the page; the directory of the pictures, or NULL */
    bool plain;
    char **files;
    int count;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct report *report = state->input;
    switch (key) {
    case 'o':
        report->output = text;
        break;
    case KEY_SVG:
        report->svg = text;
        break;
    case KEY_PLAIN:
        report->plain = true;
        break;
    case ARGP_KEY_ARGS:
        report->files = state->argv + state->next;
        report->count = state->argc - state->next;
        break;
    case ARGP_KEY_NO_ARGS:
        argp_failure(state, NESTOR_ERROR, 0, "found no results, expected RESULTS.jsonl... (see --help)");
        break;
    case ARGP_KEY_END:
        if (!report->output && !report->svg)
            argp_failure(state, NESTOR_ERROR, 0,
                         "found neither -o nor --svg, expected -o FILE.html, --svg DIRECTORY or both");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int read_file(struct lab_results *results, const char *name, struct hv_error *error)
{
    const bool standard = strcmp(name, "-") == 0;
    FILE *stream = standard ? stdin : fopen(name, "rb");
    if (!stream)
        return hv_fail(error, "%s: cannot open: %s", name, strerror(errno));
    const size_t before = results->count;
    int status = lab_results_read(results, stream, standard ? "standard input" : name, error);
    if (!standard)
        fclose(stream);
    if (status == 0 && results->torn)
        sweep_warn_torn(standard ? "standard input" : name);
    if (status == 0 && results->count == before)
        status = hv_fail(error, "%s: found no result, expected one JSON object on each line", name);
    return status;
}

static int unite(struct lab_results *results, struct hv_error *error)
{
    size_t doubles;
    struct hv_error warning = {""};
    if (lab_results_unite(results, &doubles, error))
        return -1;
    if (doubles)
        hv_fail(&warning, "found %zu result%s there already; drawn once", doubles,
                doubles > 1 ? "s that are" : " that is");
    cli_warn(&warning);
    return 0;
}

static int write_picture(const struct lab_plot *plot, const char *directory, struct hv_error *error)
{
    struct cli_file file;
    char *path = hv_text("%s/%s.svg", directory, plot->id);
    int status = path ? cli_file_open(&file, path, error) : hv_fail(error, "out of memory");
    if (status == 0) {
        lab_plot_svg(plot, true, file.stream);
        status = cli_file_close(&file, true, error);
    }
    free(path);
    return status;
}

/* Is it a picture that was drawn here? */
static bool is_picture(const char *directory, const char *name)
{
    char *path = hv_text("%s/%s", directory, name), begin[sizeof LAB_PLOT_BEGIN];
    FILE *stream = path ? fopen(path, "rb") : NULL;
    const bool found = stream && fgets(begin, sizeof begin, stream) && strcmp(begin, LAB_PLOT_BEGIN) == 0;
    if (stream)
        fclose(stream);
    free(path);
    return found;
}

static bool is_plot(const struct lab_plots *plots, const char *name)
{
    for (size_t i = 0; i < plots->count; i++) {
        const size_t length = strlen(plots->list[i].id);
        if (strncmp(plots->list[i].id, name, length) == 0 && strcmp(name + length, ".svg") == 0)
            return true;
    }
    return false;
}

/* A warning of pictures of an earlier report, which stay: they may be wanted. */
static int warn_of_others(const struct lab_plots *plots, const char *directory, struct hv_error *error)
{
    size_t count, others = 0, first = 0;
    struct hv_error warning = {""};
    char **names = hv_directory_list(directory, ".svg", &count, error);
    if (!names)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (!is_plot(plots, names[i]) && is_picture(directory, names[i])) {
            first = others++ ? first : i;
        }
    if (others)
        hv_fail(&warning, "%s: found %zu picture%s of another report, %s%s, which stay%s", directory, others,
                others > 1 ? "s" : "", names[first], others > 1 ? " ..." : "", others > 1 ? "" : "s");
    cli_warn(&warning);
    hv_names_free(names, count);
    return 0;
}

static int write_pictures(const struct lab_plots *plots, const char *directory, struct hv_error *error)
{
    int status = hv_directory_make(directory, error);
    for (size_t i = 0; status == 0 && i < plots->count; i++)
        status = write_picture(&plots->list[i], directory, error);
    return status ? status : warn_of_others(plots, directory, error);
}

static int write_page(const struct lab_plots *plots, const struct lab_results *results, const struct lab_names *names,
                      const char *command, bool plain, const char *path, struct hv_error *error)
{
    struct cli_file file;
    if (cli_file_open(&file, path, error))
        return -1;
    lab_report_page(plots, results, names, command, plain ? "" : lab_vega_js, file.stream);
    return cli_file_close(&file, true, error);
}

int cli_report_write(const struct lab_results *results, const char *command, bool plain, const char *page,
                     const char *pictures, struct hv_error *error)
{
    struct lab_names names;
    struct lab_plots plots = {0};
    if (lab_names_make(&names, results))
        return hv_fail(error, "out of memory");
    lab_report_plots(&plots, results, &names);
    int status = plots.failed ? hv_fail(error, "out of memory") : 0;
    if (status == 0 && pictures)
        status = write_pictures(&plots, pictures, error);
    if (status == 0 && page)
        status = write_page(&plots, results, &names, command, plain, page, error);
    lab_plots_free(&plots);
    lab_names_free(&names);
    return status;
}

int nestor_report(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"output", 'o', "FILE.html", 0, "write the page into FILE", 0},
        {"svg", KEY_SVG, "DIRECTORY", 0, "write each plot as a picture into DIRECTORY, which is made if need be", 0},
        {"plain", KEY_PLAIN, NULL, 0, "a small page: the pictures alone, without Vega-Lite", 0},
        {0}};
    static const struct argp argp = {.options = options,
                                     .parser = parse,
                                     .args_doc = "RESULTS.jsonl...",
                                     .doc = "Plots of what nestor measure and nestor sweep have measured, with the "
                                            "numbers below each plot, as one page that needs "
                                            "nothing beside it, and as SVG pictures.\v"
                                            "A file of results has one JSON object on each line (docs/formats.md); - "
                                            "is standard input. Exit status: 0; 125 for "
                                            "errors."};
    struct report report = {0};
    char *command = cli_command_line(argc, argv);
    cli_parse(&argp, argc, argv, &report);
    struct hv_error error;
    struct lab_results results = {0};
    int status = command ? 0 : hv_fail(&error, "out of memory");
    for (int i = 0; status == 0 && i < report.count; i++)
        status = (report.output && cli_file_keep_input(report.files[i], report.output, &error))
                     ? -1
                     : read_file(&results, report.files[i], &error);
    lab_results_sort(&results);
    if (status == 0)
        status = unite(&results, &error);
    if (status == 0)
        status = cli_report_write(&results, command, report.plain, report.output, report.svg, &error);
    lab_results_free(&results);
    free(command);
    return status ? cli_fail(&error) : 0;
}
