/* Inside the generator: the plan of a world, made before any word of it.
 *
 * Pages are counted from ram_base. A monitor has a page for its root, one for code, one for control words (VMTAB,
 * VMCBs, tables, the operands of LVMID) and one for data; a VM without children has code and data. Its last page is the
 * last page of the first VM on the path inside it, so that any level's bound can cut it off: the leaf's probe.
 * A page for an alias is the control page of the monitor below, with the VM's own VMCB.
 */
#ifndef FUZZ_PLAN_H
#define FUZZ_PLAN_H

#include "fuzz/generate.h"
#include "fuzz/random.h"
#include "isa/encode.h"

enum own_page { OWN_ROOT, OWN_RESET, OWN_CODE, OWN_CONTROL, OWN_DATA, OWN_ALIAS, OWN_PAGES };
enum { MAX_CHILDREN = 3, MAX_FIXES = 24, NO_PAGE = 0xffff };

/* Words at the end of a code page, for goals: a VMTAB and an operand. */
enum { CODE_VMTAB = 0xf80, CODE_OPERAND = 0xffc };
/* Operands beside those of the children: one that may name a VMCB in a second way, or nobody; then two of nobody. */
enum { OPERAND_OTHER = 4, OPERANDS_ODD = 3 };
/* Offsets in a control page. */
enum { CONTROL_SYLLABLES = 0x00, CONTROL_ALIAS = 0x1c, CONTROL_VMTAB = 0x40, CONTROL_NEAR = 0x80, CONTROL_FAR = 0x800 };
enum { NEAR_WORDS = 24, FAR_WORDS = 168, VMTAB_WORDS = 16, SYLLABLES = 8 };

/* Registers with a purpose; x1 to x15 are anybody's. */
enum { REG_ADDRESS = 5, REG_VALUE = 6 };
static inline unsigned reg_control(unsigned level) /* address of the monitor's control page */
{
    return 16 + level;
}
static inline unsigned reg_continue(unsigned number) /* 8 before where its handler goes on; of the first monitors */
{
    return 24 + number;
}
static inline bool has_continue(unsigned number)
{
    return number < 8;
}

/* A word of a monitor that decides what a VM of its can do: with `bad` something is missing, or, in a move, elsewhere.
 */
struct fix {
    uint32_t name, good, bad;
    const char *note;
};

struct plan {
    bool monitor, on_path, linear, prelinked, phi, user;
    unsigned slot, syllable, children, child[MAX_CHILDREN];
    unsigned number; /* of a monitor: those of the path first */
    uint32_t page[OWN_PAGES];
    bool wide; /* a leaf whose map is the identity, in frames larger than need be: it sees its monitor's pages too */
    uint32_t grain, entries; /* of the memory map's table */
    uint32_t pages;          /* of RAM */
    uint32_t start;          /* in the parent's RAM */
    uint32_t twin;           /* of a leaf: a second copy of it there, for its map to move to; 0 if it has none */
    uint32_t vmcb, table;    /* at the parent */
    uint32_t io_table;       /* at the parent */
    uint32_t io_first;       /* page number in the window of its I/O map: a device's, often; 0 if it has none */
    uint32_t io_device;      /* the real page of that device */
    uint32_t vmtab;          /* of a monitor: VMTAB, as the root says */
    uint32_t entry;          /* where a VM-fault's handler begins, when ENTRY jumps there */
    struct fix fixes[MAX_FIXES];
    unsigned fix_count;
    uint32_t moves; /* bit i: fixes[i] is a move */
};

struct gen {
    struct fuzz_random random;
    struct fuzz_world *world;
    struct hv_config config;
    const struct fuzz_point *goal;           /* or NULL */
    unsigned path[HV_MAX_DEPTH + 1], length; /* VM at each level of the path, and its last level */
    struct plan plan[FUZZ_MAX_VMS];
    bool nested;   /* monitors beside the path: level 0 shares its time out to them */
    unsigned room; /* for so many VMs beside the path; 0: and the data of a monitor are in its control page */
    /* Code that is being written: */
    unsigned vm;
    unsigned slot;    /* of the child that the monitor started last */
    uint32_t at;      /* resource name of the next word */
    bool has_control; /* its control register is set */
};

static inline struct fuzz_random *gen_random(struct gen *g)
{
    return &g->random;
}
static inline bool chance(struct gen *g, uint32_t percent)
{
    return fuzz_chance(&g->random, percent);
}
static inline uint32_t below(struct gen *g, uint32_t end)
{
    return fuzz_below(&g->random, end);
}
static inline uint32_t page_name(const struct gen *g, uint32_t page)
{
    return g->config.ram_base + page * HV_PAGE_BYTES;
}
static inline uint32_t own_name(const struct gen *g, unsigned vm, enum own_page page)
{
    return page_name(g, g->plan[vm].page[page]);
}

/* A 32-bit word that is often near to something that means something. */
uint32_t gen_odd_word(struct gen *g);
/* A page of one of the device windows, in so many cases of a hundred; 0 in the others, and without windows. */
uint32_t gen_window_page(struct gen *g, unsigned percent);

/* Decide who there is and where everything lies; false if it does not fit the RAM with this length of the path and
 * g->room. */
bool plan_tree(struct gen *g, unsigned length);
/* Roots, VMTABs, VMCBs, tables. */
void plan_words(struct gen *g);
/* What is missing, for the VMs' programs to run into. */
void plan_defects(struct gen *g);
/* Has the monitor a page for data alone? */
static inline bool has_data(const struct gen *g, unsigned vm)
{
    return g->plan[vm].page[OWN_DATA] != g->plan[vm].page[OWN_CONTROL];
}
/* Does it see its own VMCB? */
static inline bool has_alias(const struct gen *g, unsigned vm)
{
    return g->plan[vm].page[OWN_ALIAS] != NO_PAGE;
}
/* A word of VM `monitor` that is bad from the start, and that it may mend. */
void gen_fix(struct gen *g, unsigned monitor, struct fix fix);
/* Maps that monitors change from one frame to another; what they move to is put there. */
void plan_moves(struct gen *g);
void plan_twins(struct gen *g);
/* Take page `page` of the path's VM of level `of` away in the map of level `at`, 1 <= at <= of; cut: by its bound. */
void gen_take_page(struct gen *g, unsigned of, uint32_t page, unsigned at, bool cut, unsigned cause, unsigned access);

/* ---- The goal ---- */

static inline bool aims_at(const struct gen *g, enum fuzz_table table)
{
    return g->goal && g->goal->table == table;
}
/* Length of the path that it needs. */
unsigned goal_length(struct gen *g);
/* The form that it needs of the path's VM at this level; FUZZ_FORM_NONE: any. */
enum fuzz_form goal_form(const struct gen *g, unsigned level);
/* Must this level of the path execute its LVMID, and not be found suspended? */
bool goal_starts(const struct gen *g, unsigned level);
/* Must the monitor's VMTAB be in its code page, and have it a page for data, with the table of its child in it? */
bool goal_vmtab_in_code(const struct gen *g, unsigned level);
bool goal_table_in_data(const struct gen *g, unsigned level);
/* Put wrong what makes it. */
void goal_defect(struct gen *g);
/* What a VM does first. */
void goal_actions(struct gen *g);
/* What a monitor does when a child of its has come back. */
void goal_resumed(struct gen *g);
/* Every VM's program. */
void plan_programs(struct gen *g);

/* One random thing that the VM under construction does. */
void gen_random_action(struct gen *g);
/* Touch a resource page of the VM, by its number: access HV_ACCESS_... */
void gen_touch(struct gen *g, uint32_t page, unsigned access);
/* Its data page is read, written and read again, with another in between, whatever becomes of its rights and frame
 * meanwhile. */
void gen_revisit(struct gen *g);
/* Touch its last page. */
void gen_probe(struct gen *g, unsigned access);

/* Writing code. */
bool gen_room(const struct gen *g, unsigned words);
void gen_code(struct gen *g, uint32_t word);
void gen_constant(struct gen *g, unsigned rd, uint32_t value);
void gen_store(struct gen *g, uint32_t name, uint32_t value);
/* Level 0: mtimecmp, and whether its interrupt gets through. */
void gen_timer(struct gen *g, bool on);
/* The process name that the VM under construction has for a resource name of its own. */
uint32_t gen_process_name(const struct gen *g, uint32_t name);

#endif
