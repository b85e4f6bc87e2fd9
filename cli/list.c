#include "cli/list.h"
#include "sim/files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The text that is parsed, for messages. */
struct parse {
    struct cli_list *list;
    const char *name, *text;
    struct hv_error *error;
};

static int add(const struct parse *parse, char *item)
{
    struct cli_list *list = parse->list;
    if (!item)
        return hv_fail(parse->error, "%s: out of memory", parse->name);
    if (list->count == CLI_LIST_MOST) {
        free(item);
        return hv_fail(parse->error, "%s: found more than %d values in '%.80s', expected at most so many", parse->name,
                       CLI_LIST_MOST, parse->text);
    }
    list->items[list->count++] = item;
    return 0;
}

/* A number at the beginning of `text`; its end, or NULL when there is none. */
static const char *number_at(const char *text, uint64_t *value)
{
    char *end;
    if (*text < '0' || *text > '9')
        return NULL;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return errno ? NULL : end;
}

/* The whole item is A-B or A..B. */
static bool is_range(const char *item, uint64_t *first, uint64_t *last)
{
    const char *at = number_at(item, first);
    if (!at || (*at != '-' && strncmp(at, "..", 2) != 0))
        return false;
    at = number_at(at + (*at == '-' ? 1 : 2), last);
    return at && !*at;
}

/* Is it twice the value before? 1,2..5 alone could mean either, and goes on by one. */
static bool doubles(const struct cli_list *list, uint64_t first)
{
    uint64_t before = 0;
    const char *end = list->count ? number_at(list->items[list->count - 1], &before) : NULL;
    return end && !*end && before > 1 && before <= UINT64_MAX / 2 && first == 2 * before;
}

static int add_range(const struct parse *parse, uint64_t first, uint64_t last)
{
    const bool doubling = doubles(parse->list, first);
    if (last < first)
        return hv_fail(parse->error,
                       "%s: found '%.80s', whose range %" PRIu64 " to %" PRIu64 " runs downwards, expected upwards",
                       parse->name, parse->text, first, last);
    for (uint64_t value = first;; value = doubling ? 2 * value : value + 1) {
        if (add(parse, hv_text("%" PRIu64, value)))
            return -1;
        if (last - value < (doubling ? value : 1))
            return 0;
    }
}

static int add_item(const struct parse *parse, const char *begin, size_t length)
{
    uint64_t first, last;
    if (!length)
        return hv_fail(parse->error, "%s: found '%.80s' with an empty value, expected values with commas between them",
                       parse->name, parse->text);
    char *item = hv_text("%.*s", (int)length, begin);
    if (!item || !is_range(item, &first, &last))
        return add(parse, item);
    free(item);
    return add_range(parse, first, last);
}

int cli_list_parse(struct cli_list *list, const char *name, const char *text, struct hv_error *error)
{
    const struct parse parse = {list, name, text, error};
    *list = (struct cli_list){.items = calloc(CLI_LIST_MOST, sizeof *list->items)};
    int status = list->items ? 0 : hv_fail(error, "%s: out of memory", name);
    for (const char *at = text; status == 0;) {
        const size_t length = strcspn(at, ",");
        status = add_item(&parse, at, length);
        if (!at[length])
            break;
        at += length + 1;
    }
    if (status)
        cli_list_free(list);
    return status;
}

void cli_list_free(struct cli_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct cli_list){0};
}
