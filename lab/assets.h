/* Files that are inside the command (lab/assets.S), each a text with a NUL behind it. */
#ifndef NESTOR_LAB_ASSETS_H
#define NESTOR_LAB_ASSETS_H

extern const char lab_plot_css[];   /* of every picture: classes of lines, marks, cells; light and dark */
extern const char lab_report_css[]; /* of the page */
extern const char lab_report_js[];
extern const char lab_vega_js[]; /* Vega-Lite (tools/vega.sh); "" if it was not there when this was built */

#endif
