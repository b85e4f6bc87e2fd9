/*
 * hdl: hardware construction in C.
 *
 * A design owns modules; a module is a netlist of typed nodes, built by calling
 * the short verbs below. The library knows the width of every signal, checks what
 * was built, removes what is not needed, and prints plain Verilog-2005.
 *
 *     design *d = design_new();
 *     module *m = module_new(d, "updown");
 *     sig up    = input(m, "up", 1);
 *     sig count = reg(m, "count", 8, 0);
 *     when (up)
 *         set(count, add(count, lit(8, 1)));
 *     otherwise
 *         set(count, sub(count, lit(8, 1)));
 *     output(m, "value", count);
 *     if (hdl_check(d) != 0)
 *         hdl_print_messages(d, stderr);
 *     else
 *         hdl_print(d, stdout, "made by ...");
 *     design_free(d);
 *
 * Conventions
 *
 * - The module under construction is the local variable `m` (a parameter of a helper
 *   function, say). Literals, the block macros, properties and fmt() use it silently.
 * - Every verb is a macro that adds __FILE__ and __LINE__ of its caller, so that an
 *   error names the line of the generator that built the faulty thing.
 * - Nothing here stops the program. A mistake is recorded in the design, a result of
 *   a plausible width is returned, and hdl_check() gives the count and the texts.
 * - Strings (names, comments) are copied; a temporary buffer or fmt() will do.
 * - Widths are in bits, 1..HDL_MAX_WIDTH. Bit 0 is the least significant.
 * - Clock and reset are not written down: a module that holds state, or an instance
 *   with state, gets the inputs `clk` (rising edge) and, if anything is reset, `rst`
 *   (synchronous, active high); instances are wired to them.
 * - A `sig` is a small value. The zero value (sig){0} stands for "no signal"
 *   (is_none()); using it in an expression is an error that is reported.
 *
 * The user's view of set(): all statements that set one signal are read in the order
 * of the C program; a later one overrides an earlier one where its conditions hold,
 * as in a Verilog procedural block. Reading a signal always gives its final value
 * (wire) or its present value (register), wherever it is read.
 */
#ifndef HDL_H
#define HDL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define HDL_MAX_WIDTH 16384u

typedef struct design design;
typedef struct module module;
typedef struct instance instance;

/* A signal: a node of a module's netlist. */
typedef struct sig {
    module *m;
    uint32_t id;
} sig;

/* A memory of a module. */
typedef struct memory {
    module *m;
    uint32_t id;
} memory;

/* Where in the generator something was built. */
typedef struct hdl_loc {
    const char *file;
    int line;
} hdl_loc;

/* A value and its name, an identifier: a row of the list for name_values(). */
typedef struct hdl_value {
    const char *name; /* NULL: the end of the list */
    uint64_t value;
} hdl_value;

/* A block that `when` and its relatives have opened; only the macros use it. */
typedef struct hdl_block {
    module *m;
    uint32_t depth;
    bool open;
} hdl_block;

#define HDL_HERE         ((hdl_loc){__FILE__, __LINE__})
#define HDL_END          ((sig){NULL, UINT32_MAX}) /* closes a list of signals */
#define HDL_LIST(...)    ((const sig[]){__VA_ARGS__, HDL_END})
#define HDL_PASTE_(a, b) a##b
#define HDL_PASTE(a, b)  HDL_PASTE_(a, b)

/* ------------------------------------------------------------------------------ */
/* Designs and modules                                                              */
/* ------------------------------------------------------------------------------ */

/* A design without modules; NULL only if memory is exhausted. */
design *design_new(void);

/* Frees the design and everything built in it. Every sig, module and name dies. */
void design_free(design *d);

/* module *module_new(design *d, const char *name): a module without ports. A module that
 * no other one instantiates is a top: all its ports are kept. */
#define module_new(d, name) hdl_module_new(HDL_HERE, d, name)

/* module *module_extern(design *d, const char *name): a module that exists elsewhere (a
 * vendor's primitive). Declare its ports with input() and output_wire(); it is never
 * printed, gets no automatic clk and rst, and its instances are always kept. */
#define module_extern(d, name) hdl_module_extern(HDL_HERE, d, name)

/* The module of that name, or NULL: to build a shared submodule once. */
module *module_find(const design *d, const char *name);

const char *module_name(const module *m);
unsigned width_of(sig s); /* 0 for (sig){0} */
static inline bool is_none(sig s)
{
    return s.m == NULL;
}

/* const char *fmt(const char *format, ...): printf into a string that lives as long as
 * the design; for numbered names: reg(m, fmt("way%u_tag", i), 20, 0). */
#define fmt(...) hdl_fmt(m, __VA_ARGS__)

/* ------------------------------------------------------------------------------ */
/* Ports, wires, registers                                                          */
/* ------------------------------------------------------------------------------ */

/* sig input(m, name, width). An input of an instantiated module that nothing uses is left
 * out of the port list and of its instances. */
#define input(m, name, width) hdl_input(m, HDL_HERE, name, (unsigned)(width))

/* sig inout_port(m, name, width): an inout of the top, which nothing but instances of extern modules, pads, may be
 * given. */
#define inout_port(m, name, width) hdl_inout_port(m, HDL_HERE, name, (unsigned)(width))

/* sig output(m, name, s): output port with the value s. If s is a wire or register of the
 * same name, it becomes the port itself (`output reg [7:0] count`). Returns the port's
 * signal, which may be read. */
#define output(m, name, s) hdl_output(m, HDL_HERE, name, s)

/* sig output_wire(m, name, width): output port that is given its value by set(). */
#define output_wire(m, name, width) hdl_output_wire(m, HDL_HERE, name, (unsigned)(width))

/* sig wire(m, name, width): wire that is given its value by set(), later or under when. */
#define wire(m, name, width) hdl_wire(m, HDL_HERE, name, (unsigned)(width))

/* sig name(m, name, expr): gives an expression a name; prints as `wire [..] name = expr;`.
 * Returns the named signal; use it, not the expression. */
#define name(m, text, expr) hdl_name(m, HDL_HERE, text, expr)

/* sig reg(m, name, width, reset): register with the reset value `reset` (must fit, like a
 * literal). It holds its value unless set. */
#define reg(m, name, width, reset) hdl_reg(m, HDL_HERE, name, (unsigned)(width), HDL_RESET, (uint64_t)(reset))

/* sig reg_noreset(m, name, width): register that the reset leaves alone. */
#define reg_noreset(m, name, width) hdl_reg(m, HDL_HERE, name, (unsigned)(width), HDL_NO_RESET, 0)

/* sig reg_init(m, name, width, value): register without reset but with an initial value at
 * power-up (FPGA bit stream, Verilog `initial`): for reset generators of boards, and for
 * formal ("is there a past?"). */
#define reg_init(m, name, width, value) hdl_reg(m, HDL_HERE, name, (unsigned)(width), HDL_INITIAL, (uint64_t)(value))

/* set(s, value): register: its value after the next clock edge; wire, output_wire: its
 * value. Widths must be equal. Under when/switch_on it applies only there; a wire needs
 * a default before (or an otherwise), else it would be a latch: error. A set that hides an
 * earlier one completely is an error (doubly driven). */
#define set(s, value) hdl_set(HDL_HERE, s, value)

/* set_bits(s, hi, lo, value): the same for the bits hi..lo of s. */
#define set_bits(s, hi, lo, value) hdl_set_bits(HDL_HERE, s, (unsigned)(hi), (unsigned)(lo), value)

/* set_bit_at(s, index, value): the same for the one bit that the signal `index` chooses;
 * index is clog2(width of s) wide, value 1. A wire needs a default before it. */
#define set_bit_at(s, index, value) hdl_set_bit_at(HDL_HERE, s, index, value)

/* describe(s, text): what a port or register is for, in a line: printed behind its
 * declaration and returned by the queries. Returns s. */
#define describe(s, text) hdl_describe(HDL_HERE, s, text)

/* port_group(s, rank, title): a port stands in the module's head among those of its group, under the title; groups come
 * in the order of their ranks (1 and above; all ports of a rank have one title), behind the ports that have none. Ports
 * of a group stay in the order in which they were made. Returns s. */
#define port_group(s, rank, title) hdl_port_group(HDL_HERE, s, rank, title)

/* name_values(s, list): names for values of a port, register or wire, from a list that ends with {0}:
 * literals that are set to it, chosen for it, compared with it, or cases of it print as
 * localparams of that name. Signals of a module may have the same list, or names in common
 * if value and width agree. Returns s. Width <= 64. */
#define name_values(s, list) hdl_name_values(HDL_HERE, s, list)

/* keep(s): the named signal stays though nothing uses it (probes of a simulator). Returns s. */
#define keep(s) hdl_keep(HDL_HERE, s)

/* sig reset_signal(m): the module's `rst`, to be read (bit 1 wide). */
#define reset_signal(m) hdl_reset_signal(m, HDL_HERE)

/* clock_port(m, name), reset_port(m, name): another name for the automatic ports of this
 * module (a board's `clk_25mhz`). */
#define clock_port(m, text) hdl_clock_port(m, HDL_HERE, text)
#define reset_port(m, text) hdl_reset_port(m, HDL_HERE, text)

/* sig clock_signal(m): the module's `clk`, to be given to an extern module (a PLL). */
#define clock_signal(m) hdl_clock_signal(m, HDL_HERE)

/* local_reset(m, s), local_clock(m, s): registers of m and its instances are reset, or clocked, by
 * the named signal s of m (1 bit) in place of the inputs `rst` and `clk`: for the board that makes
 * its own. Registers made with reg_init and reg_noreset need no reset. */
#define local_reset(m, s) hdl_local_reset(m, HDL_HERE, s)
#define local_clock(m, s) hdl_local_clock(m, HDL_HERE, s)

/* ------------------------------------------------------------------------------ */
/* Structure: conditions                                                            */
/* ------------------------------------------------------------------------------ */

/* Blocks in the shape of the hardware. Conditions are 1 bit wide. The C code of every
 * branch is executed once. Do not leave a block by break, return or goto: reported.
 *
 *     when (a) { ... }
 *     elsewhen (b) { ... }
 *     otherwise { ... }
 *
 *     switch_on (state) {
 *         is (IDLE) { ... }          values are integers that fit the width of state
 *         is (WALK, FILL) { ... }    several at once
 *         is_default { ... }         optional
 *     }
 *
 * elsewhen and otherwise follow their when directly: no set() in between. Nothing but
 * `is` and `is_default` may stand directly in a switch_on. */
#define when(condition)     HDL_BLOCK_(hdl_when(m, HDL_HERE, condition))
#define elsewhen(condition) HDL_BLOCK_(hdl_elsewhen(m, HDL_HERE, condition))
#define otherwise           HDL_BLOCK_(hdl_otherwise(m, HDL_HERE))
#define switch_on(s)        HDL_BLOCK_(hdl_switch_on(m, HDL_HERE, s))
#define is(...)                                                                                                        \
    HDL_BLOCK_(hdl_is(m, HDL_HERE, (const uint64_t[]){__VA_ARGS__},                                                    \
                      sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)))
#define is_default HDL_BLOCK_(hdl_is_default(m, HDL_HERE))

/* A loop of one turn, whose variable has a name of its own in every block. */
#define HDL_BLOCK_(opened)       HDL_LOOP_(HDL_PASTE(hdl_block_, __COUNTER__), opened)
#define HDL_LOOP_(block, opened) for (hdl_block block = opened; block.open; hdl_end(&block))

/* ------------------------------------------------------------------------------ */
/* Expressions                                                                      */
/* ------------------------------------------------------------------------------ */

/* lit(width, value): a literal of the module m, 1..64 bits. The value must fit, as an unsigned
 * number or as a negative one in two's complement: lit(8, -1) is 8'hff. */
#define lit(width, value) hdl_lit(m, HDL_HERE, (unsigned)(width), (uint64_t)(value))
/* zeros(width), ones(width): literals of any width. */
#define zeros(width) hdl_fill(m, HDL_HERE, (unsigned)(width), false)
#define ones(width)  hdl_fill(m, HDL_HERE, (unsigned)(width), true)

/* Bitwise, two or more operands of equal width; the result is as wide. With 1 bit they are the
 * logical operators (and print as && || !). */
#define and_(...) hdl_nary(HDL_HERE, HDL_AND, HDL_LIST(__VA_ARGS__))
#define or_(...)  hdl_nary(HDL_HERE, HDL_OR, HDL_LIST(__VA_ARGS__))
#define xor_(...) hdl_nary(HDL_HERE, HDL_XOR, HDL_LIST(__VA_ARGS__))
#define not_(a)   hdl_unary(HDL_HERE, HDL_NOT, a)

/* Arithmetic modulo 2^width; operands of equal width, the result is as wide. For a carry or a
 * full product, extend the operands first; mul_u and mul_s do (result: sum of the widths). */
#define add(a, b)     hdl_binary(HDL_HERE, HDL_ADD, a, b)
#define sub(a, b)     hdl_binary(HDL_HERE, HDL_SUB, a, b)
#define mul(a, b)     hdl_binary(HDL_HERE, HDL_MUL, a, b)
#define mul_u(a, b)   hdl_mul_full(HDL_HERE, a, b, false)
#define mul_s(a, b)   hdl_mul_full(HDL_HERE, a, b, true)
#define neg(a)        hdl_unary(HDL_HERE, HDL_NEG, a)
#define add_lit(a, n) hdl_add_lit(HDL_HERE, a, (uint64_t)(n)) /* a + n; n may be negative */

/* Comparisons: operands of equal width, result 1 bit; _u unsigned, _s two's complement. */
#define eq(a, b)     hdl_binary(HDL_HERE, HDL_EQ, a, b)
#define ne(a, b)     hdl_binary(HDL_HERE, HDL_NE, a, b)
#define lt_u(a, b)   hdl_binary(HDL_HERE, HDL_LT_U, a, b)
#define lt_s(a, b)   hdl_binary(HDL_HERE, HDL_LT_S, a, b)
#define le_u(a, b)   hdl_binary(HDL_HERE, HDL_LE_U, a, b)
#define le_s(a, b)   hdl_binary(HDL_HERE, HDL_LE_S, a, b)
#define gt_u(a, b)   hdl_binary(HDL_HERE, HDL_GT_U, a, b)
#define gt_s(a, b)   hdl_binary(HDL_HERE, HDL_GT_S, a, b)
#define ge_u(a, b)   hdl_binary(HDL_HERE, HDL_GE_U, a, b)
#define ge_s(a, b)   hdl_binary(HDL_HERE, HDL_GE_S, a, b)
#define eq_lit(a, n) hdl_compare_lit(HDL_HERE, HDL_EQ, a, (uint64_t)(n)) /* width of a */
#define ne_lit(a, n) hdl_compare_lit(HDL_HERE, HDL_NE, a, (uint64_t)(n))
/* match(s, mask, value): (s & mask) == value, for decoders; width of s at most 64. */
#define match(s, mask, value) hdl_match(HDL_HERE, s, (uint64_t)(mask), (uint64_t)(value))

/* Reductions, result 1 bit. is_zero(a): all bits 0; is_nonzero(a) is reduce_or(a). */
#define reduce_or(a)  hdl_unary(HDL_HERE, HDL_REDUCE_OR, a)
#define reduce_and(a) hdl_unary(HDL_HERE, HDL_REDUCE_AND, a)
#define reduce_xor(a) hdl_unary(HDL_HERE, HDL_REDUCE_XOR, a)
#define is_nonzero(a) reduce_or(a)
#define is_zero(a)    hdl_is_zero(HDL_HERE, a)

/* Shifts; the result is as wide as a. By a signal of at most 32 bits (an amount >= width gives
 * 0, or the sign), or _by a C constant. */
#define shl(a, amount) hdl_shift(HDL_HERE, HDL_SHL, a, amount)
#define shr(a, amount) hdl_shift(HDL_HERE, HDL_SHR, a, amount)
#define sra(a, amount) hdl_shift(HDL_HERE, HDL_SRA, a, amount)
#define shl_by(a, n)   hdl_shift_by(HDL_HERE, HDL_SHL, a, (unsigned)(n))
#define shr_by(a, n)   hdl_shift_by(HDL_HERE, HDL_SHR, a, (unsigned)(n))
#define sra_by(a, n)   hdl_shift_by(HDL_HERE, HDL_SRA, a, (unsigned)(n))

/* Parts. bits: hi >= lo, both inside s. cat: the first operand is the most significant. */
#define bits(s, hi, lo)     hdl_bits(HDL_HERE, s, (unsigned)(hi), (unsigned)(lo))
#define bit(s, i)           hdl_bits(HDL_HERE, s, (unsigned)(i), (unsigned)(i))
#define cat(...)            hdl_cat(HDL_HERE, HDL_LIST(__VA_ARGS__))
#define cat_array(array, n) hdl_cat_array(HDL_HERE, array, n) /* array[0] is least significant */
#define repeat(s, n)        hdl_repeat(HDL_HERE, s, (unsigned)(n))
#define zext(s, width)      hdl_extend(HDL_HERE, s, (unsigned)(width), false) /* width >= s's */
#define sext(s, width)      hdl_extend(HDL_HERE, s, (unsigned)(width), true)
/* bit_at(s, index): the bit that a signal chooses; index is clog2(width of s) wide (1 for
 * a width of 1). An index beyond the width (no power of two) gives an undefined value. */
#define bit_at(s, index) hdl_bit_at(HDL_HERE, s, index)
/* word_at(s, index, width): the index-th part of `width` bits; width divides the width of s. */
#define word_at(s, index, width) hdl_word_at(HDL_HERE, s, index, (unsigned)(width))

/* Choices. mux(c, a, b): c ? a : b. pick(index, array, n): array[index], all of one width, 2 <=
 * n <= 2^width of index; an index >= n gives the last one. select_one_hot(conditions, values, n):
 * the OR of the values whose condition (1 bit) is set. first_of(conditions, values, n, fallback):
 * the value of the first condition that is set. */
#define mux(c, a, b)                              hdl_mux(HDL_HERE, c, a, b)
#define pick(index, array, n)                     hdl_pick(HDL_HERE, index, array, n)
#define select_one_hot(conditions, values, n)     hdl_select_one_hot(HDL_HERE, conditions, values, n)
#define first_of(conditions, values, n, fallback) hdl_first_of(HDL_HERE, conditions, values, n, fallback)

/* Priority and one-hot. lowest_set(s): s with only its lowest 1. one_hot(index, n): n bits with
 * bit `index` set. one_hot_index(s): index of the 1 of a one-hot signal (clog2(width) bits; the
 * OR of the indices if there are several). lowest_index(s): index of the lowest 1; 0 if none. */
#define lowest_set(s)     hdl_lowest_set(HDL_HERE, s)
#define one_hot(index, n) hdl_one_hot(HDL_HERE, index, (unsigned)(n))
#define one_hot_index(s)  hdl_one_hot_index(HDL_HERE, s)
#define lowest_index(s)   hdl_lowest_index(HDL_HERE, s)

/* The number of bits that hold the values 0..n-1; at least 1. */
unsigned clog2(uint64_t n);

/* ------------------------------------------------------------------------------ */
/* Memories                                                                         */
/* ------------------------------------------------------------------------------ */

/* One write port, any number of read ports, one clock; contents are not reset. The address
 * is clog2(depth) wide.
 *
 * MEM_ASYNC: read in the same cycle (distributed RAM).
 * MEM_SYNC: read with the clock edge (block RAM); a read of the word that the same edge writes
 *     gives the OLD data, in simulation and in hardware. On iCE40 and ECP5 that costs a
 *     bypass of registers and LUTs around the block RAM.
 * MEM_SYNC_NO_COLLISION: the same without the bypass: the design promises never to use a
 *     word read while it was being written. Simulation still gives the old data; hardware
 *     may give anything (attribute no_rw_check). */
typedef enum { MEM_ASYNC, MEM_SYNC, MEM_SYNC_NO_COLLISION } mem_kind;

/* memory mem(m, name, width, depth, kind): depth >= 2. */
#define mem(m, name, width, depth, kind) hdl_mem(m, HDL_HERE, name, (unsigned)(width), (uint64_t)(depth), kind)

/* sig mem_read(memory, address): MEM_ASYNC only. Give it a name() for a readable output. */
#define mem_read(memory, address) hdl_mem_read(HDL_HERE, memory, address)

/* sig mem_read_sync(memory, name, address, enable): the two MEM_SYNC kinds. The result is a register
 * `name`: the word at `address` one cycle later, held while enable (1 bit) is 0. */
#define mem_read_sync(memory, text, address, enable) hdl_mem_read_sync(HDL_HERE, memory, text, address, enable)

/* mem_write(memory, enable, address, data): the write port, once per memory. _bytes: mask has
 * width/8 bits, one per byte (the width is then a multiple of 8). Ports of memories stand
 * outside of when: their condition is `enable`. */
#define mem_write(memory, enable, address, data) hdl_mem_write(HDL_HERE, memory, enable, address, data, (sig){0})
#define mem_write_bytes(memory, enable, address, data, mask)                                                           \
    hdl_mem_write(HDL_HERE, memory, enable, address, data, mask)

/* Initial contents: zeros; a $readmemh file, by its name or by the string_parameter() that has it; or words
 * (width <= 64), the rest zero. */
#define mem_clear(memory)                hdl_mem_clear(HDL_HERE, memory)
#define mem_file(memory, file)           hdl_mem_file(HDL_HERE, memory, file)
#define mem_file_parameter(memory, name) hdl_mem_file_parameter(HDL_HERE, memory, name)
#define mem_words(memory, words, n)      hdl_mem_words(HDL_HERE, memory, words, n)
/* A Verilog attribute before the declaration: mem_attribute(ram, "ram_style = \"block\""). */
#define mem_attribute(memory, text) hdl_mem_attribute(HDL_HERE, memory, text)

/* ------------------------------------------------------------------------------ */
/* Instances                                                                        */
/* ------------------------------------------------------------------------------ */

/* instance *inst(m, sub, name): an instance of `sub`, whose ports are already declared. Every
 * input must be connected, outputs need not; clk and rst connect themselves. An instance
 * none of whose outputs is used is removed, unless it holds an extern module or a property. */
#define inst(m, sub, name)  hdl_inst(m, HDL_HERE, sub, name)
#define port_in(i, name, s) hdl_port_in(HDL_HERE, i, name, s)
#define port_out(i, name)   hdl_port_out(HDL_HERE, i, name) /* sig */

/* inst_reset(i, s): reset this instance with s (1 bit) in place of the module's own reset. */
#define inst_reset(i, s) hdl_inst_reset(HDL_HERE, i, s)
/* string_parameter(m, name, value, text): a Verilog parameter of m that is a string: `value`, unless an instance or
 * a tool's option gives another; text as for describe(). */
#define string_parameter(m, name, value, text) hdl_string_parameter(m, HDL_HERE, name, value, text)
/* inst_parameter(i, name, text): Verilog parameter of an extern module, or one that string_parameter() made, text as
 * printed. */
#define inst_parameter(i, name, text) hdl_inst_parameter(HDL_HERE, i, name, text)

bool has_port(const module *sub, const char *port);

/* ------------------------------------------------------------------------------ */
/* Text in the output                                                               */
/* ------------------------------------------------------------------------------ */

/* comment(m, text): comment before what is built next; printed only if that is. Lines
 * are split at \n. section(m, title): title over what follows; registers declared in one
 * section share an always block. module_comment(m, text): what the module is for,
 * printed above `module`. */
#define comment(m, text)  hdl_comment(m, HDL_HERE, text)
#define section(m, title) hdl_section(m, HDL_HERE, title)
void module_comment(module *m, const char *text);

/* ------------------------------------------------------------------------------ */
/* Properties                                                                       */
/* ------------------------------------------------------------------------------ */

/* prove(s, label), assume(s, label), cover(s, label): s (1 bit) always holds / is taken to hold /
 * can be reached, at every clock edge where the enclosing conditions hold and outside of
 * reset. label is an identifier. Printed under `ifdef FORMAL, with whatever only they need. */
#define prove(s, label)  hdl_property(m, HDL_HERE, HDL_PROVE, s, label)
#define assume(s, label) hdl_property(m, HDL_HERE, HDL_ASSUME, s, label)
#define cover(s, label)  hdl_property(m, HDL_HERE, HDL_COVER, s, label)
/* formal_reset(m): the formal build starts with one cycle of reset. */
#define formal_reset(m) hdl_formal_reset(m, HDL_HERE)

/* ------------------------------------------------------------------------------ */
/* Check, print, ask, mutate                                                        */
/* ------------------------------------------------------------------------------ */

/* Checks the whole design; returns the number of errors, those of construction included.
 * Messages have the form "file:line: module: text", in a deterministic order. */
size_t hdl_check(design *d);
size_t hdl_message_count(const design *d);
const char *hdl_message(const design *d, size_t i);
void hdl_print_messages(const design *d, FILE *out);

/* Print the design, submodules first: in one file, one module, or as directory/<module>.v.
 * `header` is the text of the comment at the top of each file (NULL: none). They check first
 * and print nothing and return false if there are errors; false also if writing fails (errno). */
bool hdl_print(design *d, FILE *out, const char *header);
bool hdl_print_module(module *m, FILE *out, const char *header);
bool hdl_print_files(design *d, const char *directory, const char *header);

/* What is left after dead hardware is removed, for the documents. The design must check
 * without errors; otherwise the counts are 0. Indices run from 0 to count - 1; texts live
 * until the design is changed or freed. */
typedef struct {
    const char *name;
    const char *text; /* from describe(), or "" */
    unsigned width;
    bool is_output;
} hdl_port_info;
typedef struct {
    const char *name;
    const char *text;
    unsigned width;
    bool has_reset;
    uint64_t reset;
} hdl_register_info;
typedef struct {
    const char *name;
    unsigned width;
    uint64_t depth;
    mem_kind kind;
} hdl_memory_info;
typedef struct {
    const char *name;
    unsigned width;
    size_t count; /* of values with a name */
} hdl_values_info;
typedef struct {
    const char *name;
    module *sub;
} hdl_instance_info;

size_t hdl_module_count(design *d); /* modules that are printed, submodules first */
module *hdl_module(design *d, size_t i);
const char *module_text(const module *m); /* from module_comment(), or "" */
size_t hdl_port_count(module *m);
hdl_port_info hdl_port(module *m, size_t i);
size_t hdl_register_count(module *m);
hdl_register_info hdl_register(module *m, size_t i);
size_t hdl_memory_count(module *m);
hdl_memory_info hdl_memory(module *m, size_t i);
size_t hdl_values_count(module *m); /* signals with name_values() */
hdl_values_info hdl_values(module *m, size_t i);
hdl_value hdl_values_row(module *m, size_t i, size_t row);
size_t hdl_instance_count(module *m);
hdl_instance_info hdl_instance(module *m, size_t i);
/* What is joined in a module: an output port of an instance, or an input port of the module itself (`from` NULL), of
 * whose values an input port of an instance, or an output port of the module itself (`to` NULL), is made without a
 * register in between; what only registers and set() wires of the module pass on is left out. Each pair of ports once,
 * in the order of construction. */
typedef struct {
    const char *from, *from_port;
    const char *to, *to_port;
    const char *net; /* its name in the module */
    unsigned width;
} hdl_link;
void hdl_links(module *m, void (*see)(void *context, const hdl_link *link), void *context);
/* Bits of state of a module with everything it instantiates. */
uint64_t hdl_register_bits(module *m);
uint64_t hdl_memory_bits(module *m);

/* Mutation: replaces one operator, constant or condition by another, for measuring the tests.
 * hdl_mutation_count() numbers the places of a checked design; hdl_mutate(d, n) changes the n-th and
 * returns a line that tells what and where (NULL if there is no n-th). A design is mutated
 * once; build it anew for the next. */
size_t hdl_mutation_count(design *d);
const char *hdl_mutate(design *d, size_t n);

/* ------------------------------------------------------------------------------ */
/* The functions under the macros; call the macros                                  */
/* ------------------------------------------------------------------------------ */

typedef enum { HDL_RESET, HDL_NO_RESET, HDL_INITIAL } hdl_reset_kind;
typedef enum { HDL_PROVE, HDL_ASSUME, HDL_COVER } hdl_property_kind;

/* The operations of nodes. The signals come first, then the expressions. */
typedef enum {
    HDL_CONST,
    HDL_INPUT,
    HDL_WIRE,  /* set by statements */
    HDL_NAMED, /* a named expression: args[0] */
    HDL_REG,
    HDL_INST_OUT,
    HDL_MEM_READ, /* args: address */
    HDL_MEM_SYNC, /* args: address, enable */
    HDL_NOT,
    HDL_NEG,
    HDL_REDUCE_OR,
    HDL_REDUCE_AND,
    HDL_REDUCE_XOR,
    HDL_AND,
    HDL_OR,
    HDL_XOR,
    HDL_ADD,
    HDL_SUB,
    HDL_MUL,
    HDL_EQ,
    HDL_NE,
    HDL_LT_U,
    HDL_LE_U,
    HDL_GT_U,
    HDL_GE_U,
    HDL_LT_S,
    HDL_LE_S,
    HDL_GT_S,
    HDL_GE_S,
    HDL_SHL,
    HDL_SHR,
    HDL_SRA,
    HDL_MUX,    /* args: condition, then, else */
    HDL_PICK,   /* args: index, value 0, value 1, ... */
    HDL_CAT,    /* args: most significant first */
    HDL_REPEAT, /* args: s; repeated width / width of s times */
    HDL_BITS,   /* args: s; bits lo + width - 1 .. lo */
    HDL_BIT_AT, /* args: s, index */
    HDL_OP_COUNT
} hdl_op;

module *hdl_module_new(hdl_loc at, design *d, const char *name);
module *hdl_module_extern(hdl_loc at, design *d, const char *name);
const char *hdl_fmt(module *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

sig hdl_input(module *m, hdl_loc at, const char *name, unsigned width);
sig hdl_inout_port(module *m, hdl_loc at, const char *name, unsigned width);
sig hdl_output(module *m, hdl_loc at, const char *name, sig s);
sig hdl_output_wire(module *m, hdl_loc at, const char *name, unsigned width);
sig hdl_wire(module *m, hdl_loc at, const char *name, unsigned width);
sig hdl_name(module *m, hdl_loc at, const char *name, sig expr);
sig hdl_reg(module *m, hdl_loc at, const char *name, unsigned width, hdl_reset_kind kind, uint64_t value);
void hdl_set(hdl_loc at, sig s, sig value);
void hdl_set_bits(hdl_loc at, sig s, unsigned hi, unsigned lo, sig value);
void hdl_set_bit_at(hdl_loc at, sig s, sig index, sig value);
sig hdl_describe(hdl_loc at, sig s, const char *text);
sig hdl_port_group(hdl_loc at, sig s, unsigned rank, const char *title);
sig hdl_name_values(hdl_loc at, sig s, const hdl_value *list);
sig hdl_keep(hdl_loc at, sig s);
sig hdl_reset_signal(module *m, hdl_loc at);
void hdl_clock_port(module *m, hdl_loc at, const char *name);
void hdl_reset_port(module *m, hdl_loc at, const char *name);
sig hdl_clock_signal(module *m, hdl_loc at);
void hdl_local_reset(module *m, hdl_loc at, sig s);
void hdl_local_clock(module *m, hdl_loc at, sig s);

hdl_block hdl_when(module *m, hdl_loc at, sig condition);
hdl_block hdl_elsewhen(module *m, hdl_loc at, sig condition);
hdl_block hdl_otherwise(module *m, hdl_loc at);
hdl_block hdl_switch_on(module *m, hdl_loc at, sig s);
hdl_block hdl_is(module *m, hdl_loc at, const uint64_t *values, size_t n);
hdl_block hdl_is_default(module *m, hdl_loc at);
void hdl_end(hdl_block *block);

sig hdl_lit(module *m, hdl_loc at, unsigned width, uint64_t value);
sig hdl_fill(module *m, hdl_loc at, unsigned width, bool one);
sig hdl_unary(hdl_loc at, hdl_op op, sig a);
sig hdl_binary(hdl_loc at, hdl_op op, sig a, sig b);
sig hdl_nary(hdl_loc at, hdl_op op, const sig *list);
sig hdl_mul_full(hdl_loc at, sig a, sig b, bool is_signed);
sig hdl_add_lit(hdl_loc at, sig a, uint64_t n);
sig hdl_compare_lit(hdl_loc at, hdl_op op, sig a, uint64_t n);
sig hdl_match(hdl_loc at, sig s, uint64_t mask, uint64_t value);
sig hdl_is_zero(hdl_loc at, sig a);
sig hdl_shift(hdl_loc at, hdl_op op, sig a, sig amount);
sig hdl_shift_by(hdl_loc at, hdl_op op, sig a, unsigned n);
sig hdl_bits(hdl_loc at, sig s, unsigned hi, unsigned lo);
sig hdl_cat(hdl_loc at, const sig *list);
sig hdl_cat_array(hdl_loc at, const sig *array, size_t n);
sig hdl_repeat(hdl_loc at, sig s, unsigned n);
sig hdl_extend(hdl_loc at, sig s, unsigned width, bool is_signed);
sig hdl_bit_at(hdl_loc at, sig s, sig index);
sig hdl_word_at(hdl_loc at, sig s, sig index, unsigned width);
sig hdl_mux(hdl_loc at, sig c, sig a, sig b);
sig hdl_pick(hdl_loc at, sig index, const sig *array, size_t n);
sig hdl_select_one_hot(hdl_loc at, const sig *conditions, const sig *values, size_t n);
sig hdl_first_of(hdl_loc at, const sig *conditions, const sig *values, size_t n, sig fallback);
sig hdl_lowest_set(hdl_loc at, sig s);
sig hdl_one_hot(hdl_loc at, sig index, unsigned n);
sig hdl_one_hot_index(hdl_loc at, sig s);
sig hdl_lowest_index(hdl_loc at, sig s);

memory hdl_mem(module *m, hdl_loc at, const char *name, unsigned width, uint64_t depth, mem_kind kind);
sig hdl_mem_read(hdl_loc at, memory mem, sig address);
sig hdl_mem_read_sync(hdl_loc at, memory mem, const char *name, sig address, sig enable);
void hdl_mem_write(hdl_loc at, memory mem, sig enable, sig address, sig data, sig mask);
void hdl_mem_clear(hdl_loc at, memory mem);
void hdl_mem_file(hdl_loc at, memory mem, const char *file);
void hdl_mem_file_parameter(hdl_loc at, memory mem, const char *name);
void hdl_mem_words(hdl_loc at, memory mem, const uint64_t *words, size_t n);
void hdl_mem_attribute(hdl_loc at, memory mem, const char *text);

instance *hdl_inst(module *m, hdl_loc at, module *sub, const char *name);
void hdl_port_in(hdl_loc at, instance *i, const char *name, sig s);
sig hdl_port_out(hdl_loc at, instance *i, const char *name);
void hdl_inst_reset(hdl_loc at, instance *i, sig s);
void hdl_string_parameter(module *m, hdl_loc at, const char *name, const char *value, const char *text);
void hdl_inst_parameter(hdl_loc at, instance *i, const char *name, const char *text);

void hdl_comment(module *m, hdl_loc at, const char *text);
void hdl_section(module *m, hdl_loc at, const char *title);
void hdl_property(module *m, hdl_loc at, hdl_property_kind kind, sig s, const char *label);
void hdl_formal_reset(module *m, hdl_loc at);

#endif
