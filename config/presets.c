/* The presets, built in from config/presets/ (preset_text.S). */
#include "config/internal.h"

#include <stdio.h>
#include <string.h>

#define PRESETS(X) X(goldberg) X(plain) X(small) X(default) X(linux) X(wide)

#define DECLARE(name) extern const char hv_preset_##name[];
PRESETS(DECLARE)

static const struct {
    const char *name, *text;
} presets[] = {
#define ENTRY(name) {#name, hv_preset_##name},
    PRESETS(ENTRY)};

enum { PRESETS_COUNT = sizeof presets / sizeof presets[0] };

const char *hv_config_preset(unsigned index)
{
    return index < PRESETS_COUNT ? presets[index].name : NULL;
}

const char *hv_config_preset_purpose(unsigned index, char purpose[HV_CONFIG_PURPOSE])
{
    const char *text = presets[index].text + strspn(presets[index].text, "; ");
    snprintf(purpose, HV_CONFIG_PURPOSE, "%.*s", (int)strcspn(text, "\n"), text);
    return purpose;
}

const char *hv_config_preset_text(const char *name)
{
    for (unsigned i = 0; i < PRESETS_COUNT; i++) {
        if (!strcmp(presets[i].name, name))
            return presets[i].text;
    }
    return NULL;
}
