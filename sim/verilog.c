#include "sim/verilog.h"
#include "sim/files.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Those that the adapters read. */
static const char *const ports[] = {"rvfi_valid",
#define COMMIT_FIELD(name, bits, port, meaning) port,
#include "isa/commit.def"
                                    "rvfi_hv_bus_write", "rvfi_hv_bus_addr",   "rvfi_hv_bus_data",
                                    "rvfi_hv_bus_mask",  "rvfi_hv_step",       "rvfi_hv_step_level",
                                    "rvfi_hv_step_page", "rvfi_hv_step_value", "rvfi_hv_phase"};

static bool in_identifier(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* Is there a net of that name? Behind a dot, it is the core's port. */
static bool has_net(const char *text, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = text; (at = strstr(at, name)); at += length) {
        const char before = at > text ? at[-1] : ' ';
        if (before != '.' && !in_identifier(before) && !in_identifier(at[length]))
            return true;
    }
    return false;
}

static int check_ports(const char *text, const char *path, struct hv_error *error)
{
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
        if (!has_net(text, ports[i]))
            return hv_fail(error,
                           "%s: found no port %s, expected the RVFI ports, which nestor gen --no-rvfi leaves out", path,
                           ports[i]);
    return 0;
}

/* The stamp is the generator's first line (rtlgen/rtlgen.c). */
static int check_stamp(const char *text, const char *path, const struct hv_config *config, struct hv_error *error)
{
    enum { NAME = 1, HASH, PARTS };
    regex_t stamp;
    regmatch_t part[PARTS];
    char hash[17];
    if (regcomp(&stamp, "^// Nestor .*, configuration (.*), hash ([0-9a-f]{16})$", REG_EXTENDED | REG_NEWLINE))
        return hv_fail(error, "out of memory");
    const bool found = regexec(&stamp, text, PARTS, part, 0) == 0;
    regfree(&stamp);
    hv_config_hash(config, hash);
    if (!found || strncmp(text + part[HASH].rm_so, hash, 16) == 0)
        return 0;
    return hv_fail(error, "%s: found configuration %.*s, hash %.16s, expected %s, hash %s", path,
                   (int)(part[NAME].rm_eo - part[NAME].rm_so), text + part[NAME].rm_so, text + part[HASH].rm_so,
                   config->name, hash);
}

int hv_verilog_check(const char *directory, const struct hv_config *config, struct hv_error *error)
{
    size_t length;
    char *path = hv_text("%s/nestor_soc.v", directory), *text = NULL;
    int result = -1;
    if (!path)
        hv_fail(error, "out of memory");
    else if (access(path, F_OK))
        hv_fail(error, "%s: found no such file, expected nestor_soc, which nestor gen --core leaves out", path);
    else
        text = (char *)hv_file_read(path, &length, error);
    if (text && check_ports(text, path, error) == 0)
        result = check_stamp(text, path, config, error);
    free(text);
    free(path);
    return result;
}
