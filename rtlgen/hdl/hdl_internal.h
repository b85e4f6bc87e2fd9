/*
 * The netlist behind hdl.h, and the passes over it.
 *
 *     build     design.c signal.c expression.c block.c memory.c instance.c note.c
 *               make a module: nodes, symbols, statements, items
 *     check     check.c (drivers), loop.c (combinational loops)
 *     lower     lower.c; copy.c, fold.c, constant.c make a simplified copy of every module,
 *               fact.c finds what is constant, live.c marks what is needed
 *     plan      plan.c; group.c and filter.c decide what is printed where, root.c and name.c
 *               under which name
 *     print     print_expression.c, print_statement.c, print_module.c, print.c
 *
 * The copy that lower.c makes is a `module` too, so that the same functions serve both. It
 * lives in the work arena of the design and dies when the design is changed or freed.
 */
#ifndef HDL_INTERNAL_H
#define HDL_INTERNAL_H

#include "hdl.h"

#include <stdarg.h>

#define NONE UINT32_MAX /* no node, no symbol, ... */

/* ---- memory.  Out of memory ends the program: a generator cannot go on. ---- */

typedef struct arena {
    struct arena_chunk *head;
} arena;

void *arena_alloc(arena *a, size_t bytes); /* zeroed */
void *arena_grow(arena *a, const void *old, size_t old_bytes, size_t new_bytes);
char *arena_copy(arena *a, const char *text);
char *arena_format(arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vformat(arena *a, const char *format, va_list args);
void arena_free(arena *a);

/* Appends to an array that has a count and a capacity. */
#define APPEND(a, array, count, capacity, ...)                                                                         \
    do {                                                                                                               \
        if ((count) == (capacity)) {                                                                                   \
            (capacity) = (capacity) ? 2 * (capacity) : 8;                                                              \
            (array) = arena_grow(a, array, (count) * sizeof *(array), (capacity) * sizeof *(array));                   \
        }                                                                                                              \
        (array)[(count)++] = (__VA_ARGS__);                                                                            \
    } while (0)

/* A list of numbers of nodes, symbols, ... */
typedef struct ids {
    uint32_t *at;
    uint32_t n, capacity;
} ids;
void push(arena *a, ids *list, uint32_t id);

/* Text that grows; lives in an arena. */
typedef struct text {
    arena *mem;
    char *at;
    size_t n, capacity;
} text;
void put(text *t, const char *s);
void putn(text *t, const char *s, size_t n);
void putf(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Names that are taken, with the place that took them. */
typedef struct names {
    struct name_entry *slots;
    uint32_t n, capacity;
} names;
names names_copy(arena *a, const names *t);
const hdl_loc *names_find(const names *t, const char *name);
void names_add(arena *a, names *t, const char *name, hdl_loc at);
void names_remove(names *t, const char *name);

bool is_verilog_keyword(const char *name);

/* ---- the netlist ---- */

typedef struct node {
    hdl_op op;
    uint32_t width;
    uint32_t n_args;
    uint32_t aux; /* signals: symbol; HDL_BITS: lowest bit; HDL_MEM_READ: memory */
    union {
        const uint32_t *args;
        const uint64_t *words; /* HDL_CONST, least significant first, unused bits 0 */
    };
    hdl_loc at;
} node;

static inline bool is_signal(hdl_op op)
{
    return op >= HDL_INPUT && op <= HDL_INST_OUT;
}

/* How far a thing is needed. */
typedef enum { DEAD, FORMAL, LIVE } liveness;

/* A value with a name: a localparam, where it is used. */
typedef struct value_name {
    const char *name;
    uint64_t value;
    uint32_t width;
} value_name;

/* A named signal. */
typedef struct symbol {
    const char *name;  /* NULL: HDL_INST_OUT before it is lowered */
    const char *text;  /* describe() or NULL */
    const char *group; /* port_group() or NULL: its title */
    uint32_t rank;     /* of that group */
    hdl_loc at;
    hdl_op kind; /* HDL_INPUT .. HDL_INST_OUT, HDL_MEM_SYNC */
    uint32_t node;
    uint32_t width;
    bool is_port;
    bool is_output;
    bool is_inout; /* an input for all but its port's keyword */
    bool keep;
    hdl_reset_kind reset_kind;
    uint64_t reset;
    ids values;          /* name_values(): names of the module's table */
    uint32_t owner;      /* HDL_INST_OUT: instance; HDL_MEM_SYNC: memory */
    uint32_t port;       /* HDL_INST_OUT: number of the port of the submodule */
    uint32_t section;    /* in which it was declared */
    const char *comment; /* where its declaration is printed; found by group.c */
    liveness live;
} symbol;

typedef struct statement statement;
typedef struct branch branch;

typedef struct block {
    statement *first, *last;
} block;

struct branch {
    hdl_loc at;
    uint32_t condition; /* of an IF; NONE: otherwise */
    uint64_t *values;   /* of a SWITCH; none: default */
    uint32_t n_values;
    block body;
    branch *next;
};

typedef enum { SET, IF, SWITCH } statement_kind;

struct statement {
    statement_kind kind;
    hdl_loc at;
    const char *comment;
    statement *next;
    uint32_t target, value, hi, lo, index; /* SET: symbol, node, bits; index: node or NONE */
    uint32_t subject;                      /* SWITCH: node */
    uint32_t position;                     /* of an outermost one: its item; found by group.c */
    branch *first, *last;                  /* IF, SWITCH */
};

typedef struct frame {
    hdl_loc at;
    block *body;      /* statements go here; NULL directly in a switch_on */
    statement *owner; /* IF or SWITCH that this frame is a branch of, or the SWITCH itself */
    const char *comment;
} frame;

typedef enum { NO_CONTENTS, ZEROS, CONTENTS_FILE, WORDS } contents_kind;

typedef struct storage {
    const char *name;
    hdl_loc at;
    uint32_t width;
    uint64_t depth;
    mem_kind kind;
    const char *attribute;
    contents_kind contents;
    const char *file; /* as printed */
    const uint64_t *words;
    size_t n_words;
    bool is_written;
    bool is_read;
    hdl_loc write_at;
    uint32_t enable, address, data, mask; /* the write port */
    ids sync_reads;                       /* symbols */
    bool reads_zero;                      /* found by lower.c: it is never written */
    liveness live;
} storage;

typedef struct parameter {
    const char *name, *value; /* the value as printed */
    const char *text;         /* of a module's */
} parameter;

struct instance {
    module *m;
    uint32_t index;
    module *sub;
    const char *name;
    hdl_loc at;
    uint32_t *ports; /* per port of sub: input: node, output: symbol; NONE */
    uint32_t n_ports;
    parameter *parameters;
    uint32_t n_parameters, parameter_capacity;
    const char *comment; /* found by group.c */
    liveness live;
};

typedef struct property {
    hdl_property_kind kind;
    hdl_loc at;
    const char *label;
    uint32_t condition; /* node or NONE */
    uint32_t value;
} property;

/* What a module is made of, in the order of construction: the order of the output. */
typedef enum {
    ITEM_SYMBOL,
    ITEM_MEMORY,
    ITEM_MEMORY_PORT, /* the last of them is where the ports are printed */
    ITEM_INSTANCE,
    ITEM_INSTANCE_PORT,
    ITEM_STATEMENT,
    ITEM_PROPERTY,
    ITEM_COMMENT,
    ITEM_SECTION
} item_kind;

typedef struct item {
    item_kind kind;
    uint32_t index;
    uint32_t section;
    statement *statement;
    const char *text;
} item;

enum { CLOCK_SYMBOL = 0, RESET_SYMBOL = 1 }; /* the first two symbols, and ports, of a module */

struct module {
    design *d;
    arena *mem;
    const char *name;
    const char *text;
    hdl_loc at;
    bool is_extern;
    bool formal_reset;
    names names;
    node *nodes;
    uint32_t n_nodes, node_capacity;
    symbol *symbols;
    uint32_t n_symbols, symbol_capacity;
    parameter *parameters;
    uint32_t n_parameters, parameter_capacity;
    value_name *value_names;
    uint32_t n_value_names, value_name_capacity;
    ids ports;             /* symbols */
    uint32_t clock, reset; /* nodes: what clocks and resets this module's registers */
    storage *memories;
    uint32_t n_memories, memory_capacity;
    instance **instances;
    uint32_t n_instances, instance_capacity;
    property *properties;
    uint32_t n_properties, property_capacity;
    item *items;
    uint32_t n_items, item_capacity;
    uint32_t section; /* item of the present section, or NONE */
    block body;
    frame *frames;
    uint32_t n_frames, frame_capacity;
    /* of the passes */
    uint32_t number; /* in the design */
    bool is_instantiated;
    bool is_printed;        /* its text was made, which took names */
    bool is_reached;        /* from a top, through instances that are left */
    uint8_t visit;          /* by the check: 1 while its instances are visited, 2 after */
    bool is_stale;          /* there are new facts since it was lowered */
    bool is_spliced;        /* a constant condition was removed from its statements */
    uint64_t *inputs_of;    /* per output port: bit set of ports it depends on */
    const uint64_t **facts; /* per symbol: its constant value or NULL */
    uint32_t *map;          /* node here -> node of `lowered` */
    uint8_t *node_live;     /* per node of a lowered module: its liveness */
    module *lowered;
};

typedef struct message {
    hdl_loc at;
    const char *text;
} message;

struct design {
    arena mem;  /* what the user built */
    arena work; /* what the last check and lowering made of it */
    module **modules;
    uint32_t n_modules, module_capacity;
    message *messages;
    uint32_t n_messages, message_capacity;
    uint32_t n_build_messages; /* the others come from the last hdl_check() */
    uint64_t changes, checked_at, lowered_at;
    bool in_pass;   /* check, lowering or printing is under way */
    module **order; /* all modules, submodules first */
};

/* ---- design.c ---- */

void hdl_error(module *m, hdl_loc at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void design_error(design *d, hdl_loc at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void changed(design *d);
module *new_module(design *d, arena *mem, const char *name, hdl_loc at);
const char *take_name(module *m, hdl_loc at, const char *name);
const char *free_name(module *m, const char *wanted); /* as it is, or with a suffix */
uint32_t add_node(module *m, node n);
uint32_t add_symbol(module *m, symbol s, bool is_item); /* makes its node too */
void add_item(module *m, item i);
uint32_t add_words(module *m, hdl_loc at, uint32_t width, const uint64_t *words);
uint32_t add_constant(module *m, hdl_loc at, uint32_t width, uint64_t value);

/* ---- signal.c: arguments of the verbs ---- */

/* True if s is a signal of m; else reports it. `verb` and `role` are for the message. */
bool is_usable(module *m, hdl_loc at, sig s, const char *verb);
/* ... and has this width. */
bool has_width(module *m, hdl_loc at, sig s, unsigned width, const char *verb);
const char *describe_sig(sig s);                        /* "`count`" or "an expression (file:line)" */
sig placeholder(module *m, hdl_loc at, unsigned width); /* what a failed verb returns */
symbol *symbol_of(sig s);                               /* NULL: an expression */
uint32_t check_width(module *m, hdl_loc at, const char *name, unsigned width);

/* ---- instance.c ---- */

const char *wire_prefix(const instance *i); /* for the names of its wires: alu of u_alu */
bool has_parameter(const module *m, const char *name);
const char *quoted(arena *a, const char *s); /* as a string of Verilog */

/* ---- block.c ---- */

uint32_t path_condition(module *m, hdl_loc at); /* of the open blocks; NONE: always */
bool is_in_block(const module *m);

/* ---- constant.c: arithmetic on constants of any width ---- */

static inline size_t words_of(uint32_t width)
{
    return (width + 63u) / 64u;
}
bool constant_is_zero(const uint64_t *a, uint32_t width);
bool constant_is_ones(const uint64_t *a, uint32_t width);
bool constant_equal(const uint64_t *a, const uint64_t *b, uint32_t width);
bool constant_bit(const uint64_t *a, uint32_t i);
uint64_t constant_low(const uint64_t *a, uint32_t width); /* saturated to 64 bits */
/* The value of an operation whose arguments are constants. */
const uint64_t *constant_fold(module *m, const node *n);

/* ---- loop.c ---- */

/* Per symbol, the symbols its value depends on within the same cycle. */
typedef struct graph {
    ids *edges; /* per symbol */
    uint32_t n;
} graph;
graph combinational_graph(const module *m, arena *a);
void check_loops(module *m); /* fills inputs_of; submodules must be done */

/* ---- check.c ---- */

/* A list of statements. */
typedef struct statements {
    statement **at;
    uint32_t n, capacity;
} statements;
/* Per symbol, the outermost statements that set it, in order. */
statements *find_drivers(const module *m, arena *a);
bool sets_any(const statement *s, const bool *wanted); /* wanted: per symbol */

/* ---- lower.c, copy.c, fact.c, fold.c, live.c ---- */

bool lower(design *d); /* checks first; false: errors */
void lower_module(module *from);
/* Both add to the facts of modules and say whether there are new ones. */
bool learn_facts(design *d);
bool learn_inputs(design *d, bool only_live);
uint32_t fold(module *m, node n); /* adds n, or something simpler of the same value */
uint32_t fold_not(module *m, uint32_t a);
uint32_t fold_and(module *m, uint32_t a, uint32_t b);
void mark_live(design *d);

/* ---- group.c, name.c: what is printed, in which order, under which names ---- */

typedef enum {
    PRINT_SECTION,
    PRINT_COMMENT,
    PRINT_DECLARATION, /* of a register */
    PRINT_VALUE,       /* wire x = ...; of a named expression, or of one that got a name */
    PRINT_ASSIGN,      /* assign of one set: of a whole wire or of a part of it */
    PRINT_WIRES,       /* always @* */
    PRINT_REGISTERS,   /* always @(posedge clk) */
    PRINT_MEMORY,
    PRINT_MEMORY_PORTS,
    PRINT_INSTANCE,
    PRINT_PROPERTY
} part_kind;

typedef struct part {
    part_kind kind;
    liveness live;
    uint32_t index;   /* symbol, memory, instance, property; NONE: a value without a symbol */
    uint32_t node;    /* PRINT_VALUE: the value */
    const char *text; /* of a section or comment */
    ids members;      /* PRINT_WIRES, PRINT_REGISTERS: symbols */
    block body;       /* ... and their statements; PRINT_ASSIGN: the one set */
    bool has_reset;
    uint32_t section, last_section; /* while groups are formed */
    uint32_t position;
} part;

typedef struct parts {
    part *at;
    uint32_t n, capacity;
} parts;

typedef struct plan {
    module *m;
    parts parts;
    const char **names; /* per node: the name that was made for it, or NULL */
    uint32_t *alias;    /* per node: the symbol of the named expression that it is, or NONE */
    uint64_t **used;    /* per node of a signal or with a name: the bits that are read */
    uint32_t n_nodes;   /* length of these arrays */
    /* while printing: */
    bool *is_declared;    /* per symbol */
    bool *is_variable;    /* per symbol: `reg`, set in an always block */
    bool *is_value_shown; /* per value name: it was printed */
} plan;

/* An expression that a part prints. `target` is the symbol it is set to or NONE; pieces of it that
 * need a name are called after `name`, or it alone exactly so (is_exact). */
typedef struct root {
    uint32_t node;
    uint32_t target;
    const char *name;
    bool is_exact;
    bool is_whole;      /* the whole right-hand side of an assign: may be a case or a memory read */
    bool is_definition; /* the value that the part gives a name to */
    bool is_sliced;     /* part-selects are taken of it: must have a name */
    bool is_index;      /* stands in brackets */
} root;
typedef void root_visitor(void *context, const root *r);
void each_root(const module *m, const part *x, root_visitor *f, void *context);

/* Is r the place that gives its expression a name, rather than one that prints the name? */
bool is_defined_by(const plan *p, const root *r);

plan make_plan(module *m);
parts make_parts(module *m);
void name_expressions(plan *p);
/* Removes sets that later ones hide: there are such when a condition turned out to be constant. */
void remove_hidden(module *m);
block filter_statements(module *m, statement *const *list, uint32_t n, const bool *wanted);
bool is_total_switch(const module *m, const statement *s); /* every value has its branch */
static inline bool is_leaf(const node *n)
{
    return n->op <= HDL_INST_OUT || n->op == HDL_MEM_SYNC;
}
/* Is the node printed as a name? */
static inline bool is_named(const plan *p, uint32_t id)
{
    return p->names[id] != NULL || p->alias[id] != NONE;
}

/* ---- print_*.c ---- */

/* The expression as text on one line, in which \v marks where the line is best broken. `target`: the
 * symbol it is assigned to, or NONE. is_root: it is a whole right-hand side. */
const char *expression_text(plan *p, uint32_t node, uint32_t target, bool is_root);
/* The same for the value that a part gives a name to. */
const char *definition_text(plan *p, uint32_t node, uint32_t target);
/* Bits of an expression that is a name or a constant. */
const char *slice_text(plan *p, uint32_t node, uint32_t hi, uint32_t lo);
const char *constant_text(arena *a, const uint64_t *words, uint32_t width);
const char *value_text(plan *p, uint32_t subject, uint64_t value); /* of a case */
const char *range_text(arena *a, uint32_t width);                  /* "[7:0] " or "" */

enum { LINE_WIDTH = 100, INDENT = 4 };
void print_line(text *out, unsigned indent, const char *line); /* wrapped if need be */
void print_comment(text *out, unsigned indent, const char *comment);
/* A line with the text of describe() (NULL: none) behind it if there is room, else above it. */
void print_described(text *out, const char *line, const char *about);
void print_statements(plan *p, text *out, unsigned indent, const block *b, const char *assign);
bool is_single_set(const block *b);
void print_case(plan *p, text *out, unsigned indent, const char *name, uint32_t target, uint32_t pick);
/* Declares what a part mentions and nobody has declared yet: Verilog wants that before its use. */
void print_declarations(plan *p, text *out, const part *x);
void print_part(plan *p, text *out, const part *x);
ids port_order(const module *m); /* numbers of its ports, in the order in which they are printed */
void print_module(text *out, module *m);

#endif
