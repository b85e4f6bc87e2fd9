/*
 * The smallest kernel that does what every kernel does first: it reads in its device tree what machine this is. It is
 * started like Linux (--dtb, --initrd, --append), on Nestor and on QEMU's virt board, from the ELF file or from the
 * flat Image, and tells what it has found. Status 0 says that all of it fits together.
 */

#include "program.h"

enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4, END = 9 };
#define MAGIC 0xd00dfeedu

extern const uint32_t _start[];

/* What the tree says. */
static struct {
    const char *model, *arguments;
    uint32_t memories, memory, memory_bytes, timebase, initrd, initrd_end;
} machine;

static uint32_t big_endian(const void *at)
{
    const uint8_t *bytes = at;

    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The low half of a number in one or two cells: loaders write either; QEMU 7 writes one, QEMU 10 two. */
static uint32_t low_cell(const char *value, uint32_t length)
{
    return length >= 4 ? big_endian(value + length - 4) : 0;
}

static bool equal(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static bool begins(const char *text, const char *with)
{
    while (*with)
        if (*text++ != *with++)
            return false;
    return true;
}

static uint32_t padded_length(const char *text)
{
    uint32_t length = 0;

    while (text[length++])
        continue;
    return (length + 3) & ~3u;
}

/* A property of the node of this name, which lies in the root; the value has `length` bytes. */
static void take(const char *node, const char *name, const char *value, uint32_t length)
{
    if (equal(node, "") && equal(name, "model"))
        machine.model = value;
    if (equal(node, "chosen") && equal(name, "bootargs"))
        machine.arguments = value;
    if (equal(node, "chosen") && equal(name, "linux,initrd-start"))
        machine.initrd = low_cell(value, length);
    if (equal(node, "chosen") && equal(name, "linux,initrd-end"))
        machine.initrd_end = low_cell(value, length);
    if (equal(node, "cpus") && equal(name, "timebase-frequency"))
        machine.timebase = big_endian(value);
    if (begins(node, "memory@") && equal(name, "reg")) { /* one cell each for address and size */
        machine.memories++;
        machine.memory = big_endian(value);
        machine.memory_bytes = big_endian(value + 4);
    }
}

/* The structure block: tokens of four bytes, big-endian, with what belongs to them. */
static void walk(const char *tree)
{
    const char *at = tree + big_endian(tree + 8), *const names = tree + big_endian(tree + 12), *node = "";
    uint32_t depth = 0;

    for (uint32_t token; (token = big_endian(at)) != END;) {
        at += 4;
        if (token == BEGIN_NODE) {
            depth++;
            if (depth <= 2)
                node = at;
            at += padded_length(at);
        } else if (token == END_NODE) {
            depth--;
        } else if (token == PROPERTY) {
            if (depth <= 2)
                take(node, names + big_endian(at + 4), at + 8, big_endian(at));
            at += 8 + ((big_endian(at) + 3) & ~3u);
        } else {
            check(token == NOP, 10, "tokens of the device tree");
        }
    }
}

static void tell(const char *what, uint32_t from, uint32_t bytes)
{
    uart_put_string(what);
    uart_put_hex(from);
    uart_put_string(", bytes ");
    uart_put_hex(bytes);
    uart_put_char('\n');
}

static void tell_text(const char *what, const char *text)
{
    uart_put_string(what);
    uart_put_string(text ? text : "none");
    uart_put_char('\n');
}

static bool in_memory(uint32_t from, uint32_t bytes)
{
    return from - machine.memory < machine.memory_bytes && bytes <= machine.memory_bytes - (from - machine.memory);
}

/* Memory is there up to its end, and is one: its last word is not one of ours. */
static void try_memory(void)
{
    volatile uint32_t *last = (volatile uint32_t *)(machine.memory + machine.memory_bytes) - 1;
    const uint32_t first = _start[0], before = *last;

    *last = ~before;
    check_equal(*last, ~before, 20, "the last word of memory");
    check_equal(_start[0], first, 21, "the first word of memory");
    *last = before;
}

static void tell_initrd(void)
{
    const uint8_t *bytes = (const uint8_t *)machine.initrd;
    const uint32_t length = machine.initrd_end - machine.initrd;
    uint32_t sum = 0;

    check(in_memory(machine.initrd, length), 30, "the initial RAM disk is in memory");
    check(machine.initrd % PAGE_BYTES == 0, 31, "it begins with a page");
    for (uint32_t i = 0; i < length; i++)
        sum = digest(sum, bytes[i]);
    tell("kernel: initial RAM disk, sum ", sum, length);
}

/* Called by head.S, with a0 and a1. */
int kernel(uint32_t hart, const char *tree)
{
    check_equal(hart, 0, 1, "a0, the hart");
    check((uintptr_t)tree % 8 == 0, 2, "the device tree's alignment");
    check_equal(big_endian(tree), MAGIC, 3, "what a1 points to, the device tree");
    check_equal(_start[0] & 0xfff, 0x06f, 4, "the first instruction, a jump");
    check_equal(_start[1], 0, 5, "the word behind it");
    walk(tree);
    tell_text("kernel: model ", machine.model);
    check_equal(machine.memories, 1, 11, "nodes of memory");
    tell("kernel: memory from ", machine.memory, machine.memory_bytes);
    check(in_memory((uintptr_t)tree, big_endian(tree + 4)), 12, "the device tree is in memory");
    try_memory();
    uart_put_string("kernel: timebase ");
    uart_put_decimal(machine.timebase);
    tell_text("\nkernel: arguments ", machine.arguments);
    if (machine.initrd_end)
        tell_initrd();
    return 0;
}
