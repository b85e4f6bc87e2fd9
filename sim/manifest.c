/* The file: a line "HASH BYTES NAME" for each file, then "all N HASH" with the hash of the lines before. */
#include "sim/manifest.h"
#include "sim/files.h"

#include <errno.h>
#include <fts.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MANIFEST "manifest"

struct content {
    uint64_t hash, length;
};

static int read_content(const char *path, struct content *content, struct hv_error *error)
{
    size_t length;
    uint8_t *bytes = hv_file_read(path, &length, error);
    if (!bytes)
        return -1;
    *content = (struct content){hv_hash(HV_HASH_BEGIN, bytes, length), length};
    free(bytes);
    return 0;
}

/* ---- Writing ---- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* A line for each file. */
static int list(const char *directory, FILE *out, size_t *count, struct hv_error *error)
{
    char *const roots[] = {(char *)directory, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    if (!tree)
        return hv_fail(error, "%s: cannot open: %s", directory, strerror(errno));
    int result = 0;
    for (FTSENT *entry; result == 0 && (entry = fts_read(tree));) {
        struct content content;
        const char *name = entry->fts_path + strlen(directory) + 1;
        if (entry->fts_info != FTS_F || strcmp(name, MANIFEST) == 0)
            continue;
        result = read_content(entry->fts_path, &content, error);
        if (result == 0)
            fprintf(out, "%016" PRIx64 " %" PRIu64 " %s\n", content.hash, content.length, name);
        ++*count;
    }
    fts_close(tree);
    return result;
}

int hv_manifest_write(const char *directory, struct hv_error *error)
{
    char *text = NULL, *path = hv_text("%s/" MANIFEST, directory);
    size_t length, count = 0;
    FILE *out = open_memstream(&text, &length);
    int result = out && path ? list(directory, out, &count, error) : hv_fail(error, "out of memory");
    if (out && fflush(out) == 0)
        fprintf(out, "all %zu %016" PRIx64 "\n", count, hv_hash(HV_HASH_BEGIN, text, length));
    if (out && fclose(out) != 0 && result == 0)
        result = hv_fail(error, "out of memory");
    if (result == 0)
        result = hv_file_write(path, text, length, error);
    free(text);
    free(path);
    return result;
}

/* ---- Checking ---- */

static int check_line(const char *directory, const char *line, struct hv_error *error)
{
    struct content said, found = {0};
    int name = 0;
    if (sscanf(line, "%16" SCNx64 " %" SCNu64 " %n", &said.hash, &said.length, &name) != 2 || !line[name])
        return hv_fail(error, "%s/" MANIFEST ": found '%s', expected HASH BYTES NAME", directory, line);
    char *path = hv_text("%s/%s", directory, line + name);
    int result = path ? read_content(path, &found, error) : hv_fail(error, "out of memory");
    if (result == 0 && found.length != said.length)
        result = hv_fail(error, "%s: found %" PRIu64 " bytes, expected %" PRIu64, path, found.length, said.length);
    else if (result == 0 && found.hash != said.hash)
        result = hv_fail(error, "%s: found other bytes than were built", path);
    free(path);
    return result;
}

/* The last line is there and says what the lines before it are; they are then ended there. */
static bool is_whole(char *text)
{
    char *last = strstr(text, "all ");
    size_t count, lines = 0;
    uint64_t hash;
    while (last && last > text && last[-1] != '\n')
        last = strstr(last + 1, "all ");
    int end = 0;
    if (!last || sscanf(last, "all %zu %16" SCNx64 "%n", &count, &hash, &end) != 2 || strcmp(last + end, "\n") != 0)
        return false;
    *last = 0;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    return lines == count && hash == hv_hash(HV_HASH_BEGIN, text, (size_t)(last - text));
}

int hv_manifest_check(const char *directory, struct hv_error *error)
{
    size_t length;
    char *path = hv_text("%s/" MANIFEST, directory);
    char *text = path ? (char *)hv_file_read(path, &length, error) : NULL;
    int result = text ? 0 : path ? -1 : hv_fail(error, "out of memory");
    if (result == 0 && !is_whole(text))
        result = hv_fail(error, "%s: found an incomplete list of files", path);
    char *rest = text;
    for (char *line; result == 0 && (line = strsep(&rest, "\n")) && *line;)
        result = check_line(directory, line, error);
    free(text);
    free(path);
    return result;
}
