#include "view/svg.h"

#include <stdlib.h>

/* Colours by class: w ground, b box, l line, t title, h heading, v value, k label, s small, a alarm, c and x what the
 * VMID register names, and the levels' n0 to n8. Mid-tones, which are seen on both grounds, for what is filled. */
static const char style[] =
    "text{font-family:ui-monospace,\"DejaVu Sans Mono\",Menlo,Consolas,monospace;font-size:12.5px;white-space:pre}\n"
    ".t,.h{font-family:system-ui,\"DejaVu Sans\",sans-serif;font-weight:600}\n"
    ".t{font-size:16px}.h{font-size:14px}.s{font-size:10.5px}\n"
    ".w{fill:#ffffff}.b{fill:#f6f8fa;stroke:#afb8c1}.l{stroke:#afb8c1;fill:none}\n"
    ".t,.h,.v{fill:#1f2328}.k,.s{fill:#59636e}.a{fill:#b3261e}.on{fill:#ffffff}\n"
    ".c{fill:none;stroke:#0969da;stroke-width:1.2}.x{fill:none;stroke:#0969da;stroke-width:3}.r{fill:#0969da}.e{stroke:"
    "#b3261e;stroke-width:1.5;fill:none}\n"
    ".n0{fill:#6b7280}.n1{fill:#3b6fd4}.n2{fill:#0e8fa8}.n3{fill:#2f9e44}.n4{fill:#b98a00}.n5{fill:#d9682b}"
    ".n6{fill:#d0435b}.n7{fill:#b44ac0}.n8{fill:#7a5bd6}\n"
    ".pale{opacity:.28}.end{text-anchor:end}.mid{text-anchor:middle}\n"
    "@media (prefers-color-scheme:dark){\n"
    ".w{fill:#0d1117}.b{fill:#161b22;stroke:#484f58}.l{stroke:#484f58}\n"
    ".t,.h,.v{fill:#e6edf3}.k,.s{fill:#9198a1}.a{fill:#ff8a80}.e{stroke:#ff8a80}.c,.x{stroke:#4493f8}.r{fill:#1f6feb}\n"
    "}\n";

bool view_svg_begin(struct view_svg *svg)
{
    *svg = (struct view_svg){0};
    svg->body = open_memstream(&svg->text, &svg->length);
    return svg->body != NULL;
}

static void write_escaped(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        default:
            fputc((unsigned char)*text < ' ' ? '?' : *text, out);
        }
}

bool view_svg_end(struct view_svg *svg, double width, double height, const char *title, FILE *out)
{
    const bool whole = !ferror(svg->body);
    if (fclose(svg->body) != 0 || !whole) {
        free(svg->text);
        return false;
    }
    fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" width=\"%g\" role=\"img\">\n<title>",
            width, height, width);
    write_escaped(out, title);
    fprintf(out, "</title>\n<style>\n%s</style>\n<rect class=\"w\" width=\"%g\" height=\"%g\"/>\n", style, width,
            height);
    fwrite(svg->text, 1, svg->length, out);
    fputs("</svg>\n", out);
    free(svg->text);
    return true;
}

void view_svg_text(struct view_svg *svg, double x, double y, const char *classes, const char *text)
{
    fprintf(svg->body, "<text class=\"%s\" x=\"%g\" y=\"%g\">", classes, x, y);
    write_escaped(svg->body, text);
    fputs("</text>\n", svg->body);
}

void view_svg_rect(struct view_svg *svg, double x, double y, double width, double height, double radius,
                   const char *classes, const char *tip)
{
    fprintf(svg->body, "<rect class=\"%s\" x=\"%.5g\" y=\"%.5g\" width=\"%.5g\" height=\"%.5g\"", classes, x, y, width,
            height);
    if (radius > 0)
        fprintf(svg->body, " rx=\"%g\"", radius);
    if (!tip) {
        fputs("/>\n", svg->body);
        return;
    }
    fputs("><title>", svg->body);
    write_escaped(svg->body, tip);
    fputs("</title></rect>\n", svg->body);
}

void view_svg_line(struct view_svg *svg, double x1, double y1, double x2, double y2, const char *classes)
{
    fprintf(svg->body, "<path class=\"%s\" d=\"M%.5g %.5gL%.5g %.5g\"/>\n", classes, x1, y1, x2, y2);
}

size_t view_svg_characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}
