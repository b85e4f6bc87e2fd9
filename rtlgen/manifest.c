#define _XOPEN_SOURCE 700

#include "rtlgen/manifest.h"

#include "rtlgen/output.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

uint64_t manifest_hash(const void *bytes, size_t length)
{
    const unsigned char *c = bytes;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ c[i]) * UINT64_C(0x100000001b3);
    return hash;
}

bool manifest_add(struct manifest *manifest, const char *name, uint64_t hash)
{
    struct manifest_file *file = realloc(manifest->file, (manifest->count + 1) * sizeof *file);
    char *copy = strdup(name);
    if (file)
        manifest->file = file;
    if (!file || !copy) {
        free(copy);
        return false;
    }
    file += manifest->count++;
    file->name = copy;
    file->hash = hash;
    return true;
}

const struct manifest_file *manifest_find(const struct manifest *manifest, const char *name)
{
    for (size_t i = 0; i < manifest->count; i++)
        if (strcmp(manifest->file[i].name, name) == 0)
            return &manifest->file[i];
    return NULL;
}

void manifest_free(struct manifest *manifest)
{
    for (size_t i = 0; i < manifest->count; i++)
        free(manifest->file[i].name);
    free(manifest->file);
    *manifest = (struct manifest){0};
}

void manifest_write(const struct manifest *manifest, FILE *out)
{
    fprintf(out, "# What nestor gen has written here, each with the hash of its contents: what it may overwrite or\n"
                 "# remove the next time. A file that is changed by hand is no longer its own.\n");
    for (size_t i = 0; i < manifest->count; i++)
        fprintf(out, "%016" PRIx64 " %s\n", manifest->file[i].hash, manifest->file[i].name);
}

/* ---- The folder as it is ---- */

/* A file's bytes with a NUL behind them, to be freed; NULL: errno says why. */
static char *read_file(const char *path, size_t *length)
{
    struct stat status;
    if (lstat(path, &status))
        return NULL;
    if (!S_ISREG(status.st_mode)) {
        errno = EINVAL; /* a folder, a link: nothing that was generated */
        return NULL;
    }
    FILE *file = fopen(path, "rb");
    char *text = file ? malloc((size_t)status.st_size + 1) : NULL;
    *length = text ? fread(text, 1, (size_t)status.st_size, file) : 0;
    if (text)
        text[*length] = '\0';
    if (file)
        fclose(file);
    return text;
}

static char *read_in(const char *directory, const char *name, size_t *length)
{
    char path[4096];
    const int size = snprintf(path, sizeof path, "%s/%s", directory, name);
    if (size < 0 || (size_t)size >= sizeof path) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    return read_file(path, length);
}

/* The manifest of the folder; empty if there is none. Lines that are none of its own are passed over. */
static bool read_manifest(struct manifest *manifest, const char *directory)
{
    size_t length;
    char *text = read_in(directory, MANIFEST, &length);
    bool good = text || errno == ENOENT;
    for (char *line = text; line && *line && good;) {
        char *end = line + strcspn(line, "\n"), *name;
        char *next = *end ? end + 1 : end;
        *end = '\0';
        const uint64_t hash = strtoull(line, &name, 16);
        if (name == line + 16 && name[0] == ' ' && name[1] && name[1] != '.' && !strchr(name, '/'))
            good = manifest_add(manifest, name + 1, hash);
        line = next;
    }
    free(text);
    return good;
}

/* Is it Verilog with the generator's head, for the unit that its name tells (rtlgen.c)? */
static bool has_own_head(const char *directory, const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t length;
    if (!dot || strcmp(dot, ".v") != 0)
        return false;
    char *text = read_in(directory, name, &length), unit[300];
    snprintf(unit, sizeof unit, ", unit %.*s, ", (int)(dot - name), name);
    bool own = text && strncmp(text, "// Nestor ", strlen("// Nestor ")) == 0;
    if (own) {
        text[strcspn(text, "\n")] = '\0';
        own = strstr(text, unit) != NULL;
    }
    free(text);
    return own;
}

/* ---- What may be done ---- */

enum state { ABSENT, OWN, FOREIGN, NOT_A_FILE };

/* What is there under a name: OWN is what was generated (`before`), or what is to be (`after`), to the last byte. */
static enum state state_of(const char *directory, const char *name, const struct manifest_file *before,
                           const struct manifest_file *after)
{
    size_t length;
    char *text = read_in(directory, name, &length);
    if (!text)
        return errno == ENOENT ? ABSENT : errno == EINVAL ? NOT_A_FILE : FOREIGN;
    const uint64_t hash = manifest_hash(text, length);
    free(text);
    return (before && before->hash == hash) || (after && after->hash == hash) ? OWN : FOREIGN;
}

static int refuse(const char *directory, const char *name, const char *found, const char *expected,
                  struct hv_error *error)
{
    snprintf(error->text, sizeof error->text, "%.180s/%.100s: found %s, expected %s", directory, name, found, expected);
    return -1;
}

static int check_target(const struct manifest_file *file, const struct manifest *before, const char *directory,
                        bool force, struct hv_error *error)
{
    const struct manifest_file *old = manifest_find(before, file->name);
    const enum state state = state_of(directory, file->name, old, file);
    if (state == NOT_A_FILE)
        return refuse(directory, file->name, "a folder, link or device", "a file to write, or none", error);
    if (state != FOREIGN || force)
        return 0;
    return refuse(directory, file->name,
                  old ? "it changed since nestor gen wrote it" : "a file that nestor gen did not write",
                  "it moved away, or --force, which overwrites it", error);
}

/* A file of an earlier generation that this one lacks. */
static int check_stale(const char *name, const struct manifest *before, const char *directory, bool force,
                       struct manifest *stale, struct hv_error *error)
{
    const struct manifest_file *old = manifest_find(before, name);
    const enum state state = state_of(directory, name, old, NULL);
    if (state == ABSENT || state == NOT_A_FILE || manifest_find(stale, name))
        return 0;
    if (state == FOREIGN && !force)
        return refuse(directory, name,
                      old ? "it changed since nestor gen wrote it"
                          : "Verilog of another generation, which " MANIFEST " does not list",
                      "it moved away, or --force, which removes it: this generation has no such unit", error);
    if (!manifest_add(stale, name, 0))
        return refuse(directory, name, "no memory", "some", error);
    return 0;
}

static int find_stale(const struct manifest *fresh, const struct manifest *before, const char *directory, bool force,
                      struct manifest *stale, struct hv_error *error)
{
    int result = 0;
    for (size_t i = 0; i < before->count && result == 0; i++)
        if (!manifest_find(fresh, before->file[i].name))
            result = check_stale(before->file[i].name, before, directory, force, stale, error);
    DIR *folder = opendir(directory);
    for (struct dirent *entry; folder && result == 0 && (entry = readdir(folder));)
        if (!manifest_find(fresh, entry->d_name) && has_own_head(directory, entry->d_name))
            result = check_stale(entry->d_name, before, directory, force, stale, error);
    if (folder)
        closedir(folder);
    return result;
}

int manifest_replace(const struct manifest *fresh, const char *directory, bool force, struct manifest *stale,
                     struct hv_error *error)
{
    struct manifest before = {0};
    int result = read_manifest(&before, directory) ? 0 : refuse(directory, MANIFEST, strerror(errno), "a file", error);
    for (size_t i = 0; i < fresh->count && result == 0; i++)
        result = check_target(&fresh->file[i], &before, directory, force, error);
    if (result == 0)
        result = find_stale(fresh, &before, directory, force, stale, error);
    manifest_free(&before);
    return result;
}
