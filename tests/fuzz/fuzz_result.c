/* The reader of the laboratory's results, and the report: whatever is taken for a result can be sorted, plotted and
 * written. */
#include "lab/report.h"
#include "tests/fuzz/target.h"

#include <string.h>

static void check_place(double place)
{
    CHECK(place > -1e-6 && place < 1 + 1e-6);
}

static void check_plot(const struct lab_plot *plot)
{
    struct lab_range x, y;
    if (plot->shape == LAB_HEAT)
        return;
    lab_ranges(plot, &x, &y);
    CHECK(x.ticks >= 2 && x.ticks <= LAB_TICKS && y.ticks >= 2 && y.ticks <= LAB_TICKS);
    for (size_t i = 0; i < plot->count; i++)
        for (size_t j = 0; j < plot->series[i].count; j++)
            if (lab_point_shown(plot, &plot->series[i].points[j])) {
                check_place(lab_place(&x, plot->x.scale, plot->series[i].points[j].x));
                check_place(lab_place(&y, plot->y.scale, plot->series[i].points[j].y));
            }
}

static void check_report(struct lab_results *results)
{
    struct lab_names names;
    struct lab_plots plots = {0};
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length), *nowhere = fopen("/dev/null", "w");
    lab_results_sort(results);
    CHECK(out && nowhere && lab_names_make(&names, results) == 0);
    lab_report_plots(&plots, results, &names);
    CHECK(!plots.failed);
    for (size_t i = 0; i < plots.count; i++)
        check_plot(&plots.list[i]);
    lab_report_page(&plots, results, &names, "nestor report", "", out);
    for (size_t i = 0; i < plots.count; i++)
        lab_plot_svg(&plots.list[i], true, out);
    lab_results_csv(results, nowhere);
    fclose(nowhere);
    CHECK(fclose(out) == 0);
    CHECK(strstr(text, "</html>") && !strstr(text, "<hostile")); /* no name has become an element */
    free(text);
    lab_plots_free(&plots);
    lab_names_free(&names);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct hv_error error = {""};
    struct lab_results results = {0};
    FILE *stream = fopen(target_file(bytes, size), "rb");
    CHECK(stream);
    if (lab_results_read(&results, stream, "input", &error))
        check_message(error.text);
    fclose(stream);
    check_report(&results);
    lab_results_free(&results);
    return 0;
}
