/* One configuration of the machine, shared by model and generator.
 *
 * Read from an INI file (or a preset's name), checked against docs/spec.md, 3, printed
 * back in canonical form. The canonical text names the configuration: its hash is
 * stamped into generated Verilog and into every result.
 */
#ifndef HV_CONFIG_H
#define HV_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The choices in keys.def: a row for each value, with its word. */
// clang-format off
#define ISAS(ROW) ROW(HV_ISA_RV32IM, "rv32im") ROW(HV_ISA_RV32IMA, "rv32ima")
#define PRIVILEGES(ROW) ROW(HV_PRIVILEGE_MU, "mu") ROW(HV_PRIVILEGE_MSU, "msu")
#define PHIS(ROW) ROW(HV_PHI_IDENTITY, "identity") ROW(HV_PHI_RB, "rb") ROW(HV_PHI_SV32, "sv32")
#define MULTIPLIERS(ROW) ROW(HV_MULTIPLIER_SEQUENTIAL, "sequential") ROW(HV_MULTIPLIER_FAST, "fast") ROW(HV_MULTIPLIER_SERIAL, "serial")
#define PREDICTIONS(ROW) ROW(HV_PREDICTION_NONE, "none") ROW(HV_PREDICTION_STATIC, "static")
#define TIMEBASES(ROW) ROW(HV_TIMEBASE_COMMIT, "commit") ROW(HV_TIMEBASE_CLOCK, "clock")
#define F_TYPES(ROW) ROW(HV_F_TYPE_I, "I") ROW(HV_F_TYPE_II, "II")
#define REPLACEMENTS(ROW) ROW(HV_REPLACEMENT_LRU, "lru") ROW(HV_REPLACEMENT_PLRU, "plru") ROW(HV_REPLACEMENT_FIFO, "fifo") ROW(HV_REPLACEMENT_RANDOM, "random")
#define TAG_KEYS(ROW) ROW(HV_KEY_NONE, "none") ROW(HV_KEY_LEVEL, "level") ROW(HV_KEY_VMID, "vmid")
#define SPLITS(ROW) ROW(HV_UNIFIED, "unified") ROW(HV_SPLIT, "split")
#define CHOICE_VALUE(value, word) value,
#define CHOICE_WORD(value, word) word,
#define CHOICE_ONE(value, word) + 1
enum hv_isa { ISAS(CHOICE_VALUE) };
enum hv_privilege { PRIVILEGES(CHOICE_VALUE) };
enum hv_phi { PHIS(CHOICE_VALUE) };
enum hv_multiplier { MULTIPLIERS(CHOICE_VALUE) };
enum hv_prediction { PREDICTIONS(CHOICE_VALUE) };
enum hv_timebase { TIMEBASES(CHOICE_VALUE) };
enum hv_f_type { F_TYPES(CHOICE_VALUE) };
enum hv_replacement { REPLACEMENTS(CHOICE_VALUE) };
enum hv_key { TAG_KEYS(CHOICE_VALUE) };
enum hv_split { SPLITS(CHOICE_VALUE) };
enum { HV_MULTIPLIERS = 0 MULTIPLIERS(CHOICE_ONE), HV_REPLACEMENTS = 0 REPLACEMENTS(CHOICE_ONE), HV_KEYS = 0 TAG_KEYS(CHOICE_ONE) };
#define CHOICES_ISA {ISAS(CHOICE_WORD)}
#define CHOICES_PRIVILEGE {PRIVILEGES(CHOICE_WORD)}
#define CHOICES_PHI {PHIS(CHOICE_WORD)}
#define CHOICES_MULTIPLIER {MULTIPLIERS(CHOICE_WORD)}
#define CHOICES_PREDICTION {PREDICTIONS(CHOICE_WORD)}
#define CHOICES_TIMEBASE {TIMEBASES(CHOICE_WORD)}
#define CHOICES_F_TYPE {F_TYPES(CHOICE_WORD)}
#define CHOICES_REPLACEMENT {REPLACEMENTS(CHOICE_WORD)}
#define CHOICES_KEY {TAG_KEYS(CHOICE_WORD)}
#define CHOICES_SPLIT {SPLITS(CHOICE_WORD)}

/* Flags: bit i is word i. */
enum hv_f_maps { HV_F_RB = 1, HV_F_LINEAR = 2 };
#define CHOICES_F_MAPS {"rb", "linear"}
// clang-format on

/* A device window of the user's, section [device.NAME] (docs/spec.md, 10.13): its name is a small letter, then small
 * letters, digits and _, and none of a device that every machine has. */
enum { HV_DEVICE_NAME = 16, HV_MAX_DEVICES = 8 };
struct hv_device_window {
    char name[HV_DEVICE_NAME];
#define DEVICE_KEY(key, field, min, max, meaning) uint32_t field;
#include "config/keys.def"
};

struct hv_config {
    char name[64]; /* preset name, or the file's base name without .ini; not part of the hash */
#define NUMBER(section, key, field, min, max, default_value, meaning) uint32_t field;
#define CHOICE(section, key, field, choices, default_value, meaning)  uint32_t field;
#define FLAGS(section, key, field, choices, default_value, meaning)   uint32_t field;
#include "config/keys.def"
    uint32_t windows; /* how many of the next there are; by ascending bases */
    struct hv_device_window window[HV_MAX_DEVICES];
};

/* Everything that takes real names beside RAM, in one list: the fixed devices (devices.def), then the windows. */
enum hv_device {
#define FIXED_DEVICE(NAME, name, bytes, alignment) HV_DEVICE_##NAME,
#include "config/devices.def"
    HV_DEVICE_WINDOW, /* the first window; HV_DEVICE_WINDOW + i is window i */
    HV_DEVICE_NONE = HV_DEVICE_WINDOW + HV_MAX_DEVICES
};
enum {
#define FIXED_DEVICE(NAME, name, bytes, alignment) HV_##NAME##_BYTES = (bytes),
#include "config/devices.def"
};
struct hv_device_range {
    const char *name;
    uint32_t base, bytes, alignment; /* bytes; alignment of the base */
};

/* How many there are, at most HV_DEVICE_NONE; where device i of them lies. */
unsigned hv_config_devices(const struct hv_config *config);
struct hv_device_range hv_config_device(const struct hv_config *config, unsigned i);

/* The device that takes a real name; HV_DEVICE_NONE: none, RAM perhaps. */
enum hv_device hv_config_device_at(const struct hv_config *config, uint32_t real);

/* What a configuration is checked for: the model takes larger associators than hardware. */
enum hv_use { HV_FOR_MODEL, HV_FOR_HARDWARE };

/* One message, always a whole line without the newline: file, line, key, what was found,
 * what was expected. */
struct hv_error {
    char text[512];
};

/* The default configuration (keys.def), named "default". */
void hv_config_default(struct hv_config *config);

/* Read `name`: a preset (goldberg, plain, small, default, linux, wide) or, if it contains '/' or '.',
 * an INI file. Unknown sections and keys, values out of range, keys given twice and
 * contradictions are errors. Returns 0, or -1 with *error filled and *config untouched. */
int hv_config_read(struct hv_config *config, const char *name, struct hv_error *error);

/* The same with changes, texts SECTION.KEY=VALUE: as if that line stood in the file in the place of the key's own; of
 * two for one key the last counts. The configuration is then called `name` with a +. Messages call a change --set. */
int hv_config_read_changed(struct hv_config *config, const char *name, const char *const *changes, size_t count,
                           struct hv_error *error);

/* The same from memory: `text` of `length` bytes, `file` for messages. Does not validate. */
int hv_config_parse(struct hv_config *config, const char *text, size_t length, const char *file,
                    struct hv_error *error);

/* Check every combination rule of docs/spec.md, 3. Returns 0, or -1 with *error filled. */
int hv_config_validate(const struct hv_config *config, enum hv_use use, struct hv_error *error);

/* May a device window be called so? */
bool hv_config_device_name(const char *name);

/* Canonical INI text: every key, in the order of keys.def, then a section for each device window. Returns the length
 * without the terminating NUL, like snprintf. */
size_t hv_config_print(const struct hv_config *config, char *buffer, size_t size);

/* The same with each key's meaning and range as a comment. */
size_t hv_config_explain(const struct hv_config *config, char *buffer, size_t size);

/* 64-bit FNV-1a of the canonical text, as 16 hexadecimal digits. */
void hv_config_hash(const struct hv_config *config, char hash[17]);

/* Preset names in order; NULL after the last. */
const char *hv_config_preset(unsigned index);
/* What it is for: the comment in the first line of its file. Returns `purpose`. */
enum { HV_CONFIG_PURPOSE = 160 };
const char *hv_config_preset_purpose(unsigned index, char purpose[HV_CONFIG_PURPOSE]);

/* Associator geometry: sets of one half. 0 when there is no associator. */
static inline uint32_t hv_config_sets(const struct hv_config *config)
{
    return config->assoc_entries / config->assoc_ways;
}

/* Bits of the VMID register; 0 at depth 0. */
static inline uint32_t hv_config_vmid_bits(const struct hv_config *config)
{
    return config->depth * config->syllable_bits;
}

#endif
