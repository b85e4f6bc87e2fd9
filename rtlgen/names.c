/* rtlgen_names: the names of values, with the signals' paths. */
#include "rtlgen/design.h"

enum { PATH = 256, MAX_NAMES = 512 };

struct walk {
    void (*see)(void *context, const struct rtlgen_names *names);
    void *context;
    struct rtlgen_name rows[MAX_NAMES];
};

/* Characters up to the last "_" that all names have in common. */
static size_t common_prefix(const struct rtlgen_name *rows, size_t count)
{
    size_t prefix = 0;
    for (size_t i = 0; count > 1 && rows[0].name[i]; i++) {
        for (size_t j = 1; j < count; j++)
            if (rows[j].name[i] != rows[0].name[i])
                return prefix;
        prefix = rows[0].name[i] == '_' ? i + 1 : prefix;
    }
    return prefix;
}

static void see_signal(struct walk *walk, module *m, size_t index, const char *path)
{
    const hdl_values_info info = hdl_values(m, index);
    char text[PATH];
    snprintf(text, sizeof text, "%s%s", path, info.name);
    const struct rtlgen_names names = {text, info.width, walk->rows, info.count < MAX_NAMES ? info.count : MAX_NAMES};
    for (size_t i = 0; i < names.count; i++) {
        const hdl_value row = hdl_values_row(m, index, i);
        walk->rows[i] = (struct rtlgen_name){row.name, row.value};
    }
    const size_t prefix = common_prefix(walk->rows, names.count);
    for (size_t i = 0; i < names.count; i++)
        walk->rows[i].name += prefix;
    walk->see(walk->context, &names);
}

static void walk_module(struct walk *walk, module *m, const char *path)
{
    for (size_t i = 0; i < hdl_values_count(m); i++)
        see_signal(walk, m, i, path);
    for (size_t i = 0; i < hdl_instance_count(m); i++) {
        const hdl_instance_info info = hdl_instance(m, i);
        char text[PATH];
        snprintf(text, sizeof text, "%s%s.", path, info.name);
        walk_module(walk, info.sub, text);
    }
}

int rtlgen_names(const struct hv_config *config, const struct rtlgen_options *options,
                 void (*see)(void *context, const struct rtlgen_names *names), void *context, struct hv_error *error)
{
    design *d = rtlgen_design(config, options, error);
    if (!d)
        return -1;
    struct walk walk = {.see = see, .context = context};
    walk_module(&walk, hdl_module(d, hdl_module_count(d) - 1), "");
    design_free(d);
    return 0;
}
