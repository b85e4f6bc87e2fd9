/* rtlgen_generate: build the design, check it, write its files. */
#include "rtlgen/rtlgen.h"

#include "rtlgen/design.h"
#include "rtlgen/output.h"
#include "rtlgen/scripts.h"
#include "rtlgen/units.h"

static void build(design *d, const struct hv_config *config, const struct rtlgen_options *options)
{
    if (options->core_only)
        nestor_core_module(d, config, !options->no_rvfi, LINE_SOFTWARE | LINE_EXTERNAL);
    else
        nestor_soc_module(d, config, !options->no_rvfi, options->program_hex);
}

/* The comment at the top of a unit's file: what it was made from, so that it can be made again. */
static void stamp(char *text, size_t size, const char *unit, const struct hv_config *config)
{
    char ini[4096], hash[17];
    hv_config_print(config, ini, sizeof ini);
    hv_config_hash(config, hash);
    snprintf(text, size, "Nestor %s, unit %s, configuration %s, hash %s\n\n%s", NESTOR_VERSION, unit, config->name,
             hash, ini);
}

static void write_units(struct output *output, design *d, const struct hv_config *config)
{
    for (size_t i = 0; i < hdl_module_count(d); i++) {
        char header[5120], file[128];
        module *m = hdl_module(d, i);
        snprintf(file, sizeof file, "%s.v", module_name(m));
        stamp(header, sizeof header, module_name(m), config);
        FILE *out = output_file(output, file);
        if (out)
            hdl_print_module(m, out, header); /* what fails here shows when the file is closed */
    }
}

design *rtlgen_design(const struct hv_config *config, const struct rtlgen_options *options, struct hv_error *error)
{
    if (hv_config_validate(config, HV_FOR_HARDWARE, error))
        return NULL;
    design *d = design_new();
    if (!d) {
        snprintf(error->text, sizeof error->text, "%s: out of memory", config->name);
        return NULL;
    }
    build(d, config, options);
    const size_t faults = hdl_check(d);
    if (!faults)
        return d;
    snprintf(error->text, sizeof error->text, "%s: the generator built a faulty design (%zu errors): %s", config->name,
             faults, hdl_message(d, 0));
    design_free(d);
    return NULL;
}

int rtlgen_generate(const struct hv_config *config, const struct rtlgen_options *options, const char *out,
                    struct hv_error *error)
{
    design *d = rtlgen_design(config, options, error);
    if (!d)
        return -1;
    struct output *output = output_open(out, error);
    int result = -1;
    if (output) {
        write_units(output, d, config);
        write_synthesis_scripts(output, d, config, options);
        write_readme(output, d, config, options);
        result = output_commit(output, error);
    }
    design_free(d);
    return result;
}
