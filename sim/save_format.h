/* The form of a save, for those who write and read it: docs/formats.md. */
#ifndef HV_SAVE_FORMAT_H
#define HV_SAVE_FORMAT_H

#define SAVE_MAGIC "\x8dNstSav\n"

enum {
    SAVE_MAGIC_BYTES = sizeof SAVE_MAGIC - 1,
    SAVE_VERSION = 1,
    SAVE_MAX_CONFIG = 1 << 16, /* bytes of the configuration's text, and of the program's name */
    SAVE_MAX_NAME = 4096,
    SAVE_ELEMENT_NAME = 16
};

/* Behind the magic, 4 bytes each. */
enum {
    SAVE_HEAD_VERSION,
    SAVE_HEAD_CONFIG,      /* bytes of the configuration's text */
    SAVE_HEAD_CONFIG_NAME, /* of its name */
    SAVE_HEAD_NAME,        /* of the program's name */
    SAVE_HEAD_INPUT,       /* of what the UART is yet to receive */
    SAVE_HEAD_ELEMENTS,
    SAVE_HEAD
};

/* In the place of a page's number: there are no more. */
#define SAVE_END UINT32_MAX

#endif
