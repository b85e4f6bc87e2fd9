/* The loop over instructions, four times (docs/spec.md, 2): its body is loop.h, its words are here. What it does not
 * do itself is in access.c and execute.c. */
#include "model/windows.h"

/* ---- arithmetic that C leaves undefined ---- */

static inline uint32_t shift_right_arithmetic(uint32_t value, uint32_t amount)
{
    uint32_t sign = value >> 31 ? ~(UINT32_MAX >> amount) : 0;
    return value >> amount | sign;
}

static inline uint32_t multiply_high_signed(uint32_t a, uint32_t b)
{
    return (uint32_t)((uint64_t)((int64_t)(int32_t)a * (int32_t)b) >> 32);
}

static inline uint32_t multiply_high_mixed(uint32_t a, uint32_t b)
{
    return (uint32_t)((uint64_t)((int64_t)(int32_t)a * (int64_t)b) >> 32);
}

static inline uint32_t divide_signed(uint32_t a, uint32_t b)
{
    if (b == 0 || b == UINT32_MAX)
        return b ? 0 - a : UINT32_MAX;
    return (uint32_t)((int32_t)a / (int32_t)b);
}

static inline uint32_t remainder_signed(uint32_t a, uint32_t b)
{
    if (b == 0 || b == UINT32_MAX)
        return b ? 0 : a;
    return (uint32_t)((int32_t)a % (int32_t)b);
}

static bool is_taken(unsigned op, uint32_t a, uint32_t b)
{
    switch (op) {
    case OP_BEQ:
        return a == b;
    case OP_BNE:
        return a != b;
    case OP_BLT:
        return (int32_t)a < (int32_t)b;
    case OP_BGE:
        return (int32_t)a >= (int32_t)b;
    case OP_BLTU:
        return a < b;
    default:
        return a >= b;
    }
}

/* ---- where instructions are done ---- */

#ifdef __cppcheck__ /* it does not know addresses of labels */
#define ENTRY(index, label)
#else
#define ENTRY(index, label) [index] = &&at_##label,
#endif
#define PLACE(name)           ENTRY(OP_##name, name)
#define PLACES_AS_PLAIN(name) PLACE(name) ENTRY(RS1_LAST + OP_##name, name) ENTRY(RS2_LAST + OP_##name, name)
#define PLACES_I(name)        PLACE(name) ENTRY(RS1_LAST + OP_##name, name##_1)
#define PLACES_R(name)        PLACE(name) ENTRY(RS1_LAST + OP_##name, name##_1) ENTRY(RS2_LAST + OP_##name, name##_2)
#define PLACES_SH(name)       PLACES_I(name)
#define PLACES_S(name)        PLACES_R(name)
#define PLACES_B(name)        PLACES_R(name)
#define PLACES_U(name)        PLACE(name)
#define PLACES_J(name)        PLACE(name)
#define PLACES_CSR(name)      PLACE(name)
#define PLACES_CSRI(name)     PLACE(name)
#define PLACES_A(name)        PLACE(name)
#define PLACES_AL(name)       PLACE(name)
#define PLACES_V(name)        PLACE(name)
#define PLACES_V1(name)       PLACE(name)
#define PLACES_N(name)        PLACE(name)

/* An instruction that reads rs1 as `a`, and rs2 as `b`, in all its forms. */
#define FORM(label, a_is, b_is, ...)                                                                                   \
    label : {                                                                                                          \
        const uint32_t a = a_is, b = b_is;                                                                             \
        (void)b;                                                                                                       \
        __VA_ARGS__                                                                                                    \
    }
#define FORMS_1(insn, ...)                                                                                             \
    FORM(at_##insn, x[ip->rs1], 0, __VA_ARGS__)                                                                        \
    FORM(at_##insn##_1, last, 0, __VA_ARGS__)
#define FORMS_2(insn, ...)                                                                                             \
    FORM(at_##insn, x[ip->rs1], x[ip->rs2], __VA_ARGS__)                                                               \
    FORM(at_##insn##_1, last, x[ip->rs2], __VA_ARGS__)                                                                 \
    FORM(at_##insn##_2, x[ip->rs1], last, __VA_ARGS__)

#define DISPATCH(places) goto *places[ip->op]

#define NEXT                                                                                                           \
    do {                                                                                                               \
        ip++;                                                                                                          \
        if (COUNTING && (uintptr_t)ip == end)                                                                          \
            goto out;                                                                                                  \
        DISPATCH(straight);                                                                                            \
    } while (0)

/* To another word of this page, `distance` bytes from this one. */
#define JUMP_BY(distance)                                                                                              \
    do {                                                                                                               \
        const intptr_t by = (int32_t)(distance) * (intptr_t)(sizeof *ip / 4);                                          \
        ip = (struct decoded *)((uint8_t *)ip + by);                                                                   \
        end += (uintptr_t)by - sizeof *ip;                                                                             \
        if (end - (uintptr_t)ip <= (COUNTING ? 0 : PAGE_WORDS * sizeof *ip))                                           \
            goto out;                                                                                                  \
        DISPATCH(jumped);                                                                                              \
    } while (0)

/* ---- what instructions do ---- */

#define RD         x[ip->rd]
#define IMM        ip->imm
#define OFFSET     ((uint32_t)(ip - code) * 4)
#define PC         (name + OFFSET)
#define RAM_OFFSET (m->fetch.real + OFFSET - m->ram_base)
#define LEFT       ((end - (uintptr_t)ip) / sizeof *ip)

/* The machine as it is before this instruction. */
#define SAVE()                                                                                                         \
    do {                                                                                                               \
        const uint64_t left = LEFT;                                                                                    \
        m->live[CTX_PC] = PC;                                                                                          \
        m->insn = hvm_ram_word(m, RAM_OFFSET);                                                                         \
        hvm_account(m, counted - left, data);                                                                          \
        counted = left;                                                                                                \
        data = 0;                                                                                                      \
    } while (0)

#define WRITE_AND_NEXT(value)                                                                                          \
    {                                                                                                                  \
        RD = last = (value);                                                                                           \
        NEXT;                                                                                                          \
    }
#define VALUE(insn, value)   at_##insn : WRITE_AND_NEXT(value)
#define VALUE_1(insn, value) FORMS_1(insn, WRITE_AND_NEXT(value))
#define VALUE_2(insn, value) FORMS_2(insn, WRITE_AND_NEXT(value))

#define BRANCH(insn, condition)                                                                                        \
    FORMS_2(insn, {                                                                                                    \
        if (condition)                                                                                                 \
            JUMP_BY(IMM);                                                                                              \
        NEXT;                                                                                                          \
    })

/* `address` of a load or store, and where in RAM it is, if it is aligned and the window used last has it, or else
 * another one. */
#define FIND_WINDOW(insn, kind, bytes)                                                                                 \
    const uint32_t address = a + IMM;                                                                                  \
    uint32_t at = address - m->data.name, ram;                                                                         \
    if (__builtin_expect(!(address & ((bytes)-1)) && at < m->data.kind, 1)) {                                          \
        ram = m->data.offset + at;                                                                                     \
    } else {                                                                                                           \
        const struct page_window *const page = hvm_page_window(m, address);                                            \
        at = address - page->data.name;                                                                                \
        if (!NESTED || (address & ((bytes)-1)) || at >= page->data.kind ||                                             \
            !hvm_use_page(m, PORT_DATA, &page->page, page->used))                                                      \
            goto slow_##insn;                                                                                          \
        ram = page->data.offset + at;                                                                                  \
        m->data = page->data;                                                                                          \
    }

/* What is done outside the windows is the same for all forms of an instruction: it has its operands from x[] again, and
 * the compiler is not to know that, since what it kept of them in registers would be missed where windows serve. */
#define ADDRESS    (x[ip->rs1] + IMM)
#define READ_AGAIN __asm__ volatile("" ::: "memory")

/* Now a window has it: the instruction begins again. */
#define TURNED(kind, bytes) (NESTED && !(ADDRESS & ((bytes)-1)) && hvm_look_up_data(m, &hvm_##kind, ADDRESS))

#define LOAD(insn, bytes, from_ram, extended)                                                                          \
    FORMS_1(insn, {                                                                                                    \
        FIND_WINDOW(insn, load, bytes)                                                                                 \
        const uint32_t value = from_ram;                                                                               \
        data++;                                                                                                        \
        if (TRACING)                                                                                                   \
            hvm_trace_read(m, address, m->ram_base + ram, bytes, value);                                               \
        WRITE_AND_NEXT(extended)                                                                                       \
    })                                                                                                                 \
    slow_##insn:                                                                                                       \
    {                                                                                                                  \
        uint32_t value;                                                                                                \
        READ_AGAIN;                                                                                                    \
        if (TURNED(load, bytes))                                                                                       \
            goto at_##insn;                                                                                            \
        SAVE();                                                                                                        \
        if (!hvm_load_slow(m, ADDRESS, bytes, &value))                                                                 \
            return;                                                                                                    \
        if (m->line_changed) {                                                                                         \
            m->line_changed = false;                                                                                   \
            RD = extended;                                                                                             \
            goto leave;                                                                                                \
        }                                                                                                              \
        WRITE_AND_NEXT(extended)                                                                                       \
    }

#define STORE(insn, bytes, to_ram)                                                                                     \
    FORMS_2(insn, {                                                                                                    \
        FIND_WINDOW(insn, store, bytes)                                                                                \
        to_ram(m, ram, b);                                                                                             \
        data++;                                                                                                        \
        if (TRACING)                                                                                                   \
            hvm_trace_write(m, address, m->ram_base + ram, bytes, b);                                                  \
        NEXT;                                                                                                          \
    })                                                                                                                 \
    slow_##insn:                                                                                                       \
    {                                                                                                                  \
        READ_AGAIN;                                                                                                    \
        if (TURNED(store, bytes))                                                                                      \
            goto at_##insn;                                                                                            \
        SAVE();                                                                                                        \
        const enum stored stored = hvm_store_slow(m, ADDRESS, bytes, x[ip->rs2]);                                      \
        if (stored == STORED_NOT)                                                                                      \
            return;                                                                                                    \
        if (stored == STORED_DEVICE)                                                                                   \
            goto leave;                                                                                                \
        NEXT;                                                                                                          \
    }

/* ---- the loops ---- */

static void execute_short(struct hv_machine *m, uint64_t budget);

#define EXECUTE  static void execute_short
#define COUNTING 1
#define TRACING  0
#define NESTED   (m->level != 0)
#include "model/loop.h"
#undef EXECUTE
#undef COUNTING
#undef NESTED

#define EXECUTE  static void execute_at_0
#define COUNTING 0
#define NESTED   0
#include "model/loop.h"
#undef EXECUTE
#undef NESTED

#define EXECUTE static void execute_nested
#define NESTED  1
#include "model/loop.h"
#undef EXECUTE
#undef COUNTING
#undef TRACING
#undef NESTED

#define EXECUTE  void hvm_execute_traced
#define COUNTING 1
#define TRACING  1
#define NESTED   (m->level != 0)
#include "model/loop.h"
#undef EXECUTE
#undef COUNTING
#undef TRACING
#undef NESTED

/* What `end` can hold, whatever an instruction adds to it. */
#define LONGEST (UINT64_C(1) << 48)

void hvm_execute_fast(struct hv_machine *m, uint64_t budget)
{
    budget = budget < LONGEST ? budget : LONGEST;
    if (budget <= PAGE_WORDS)
        execute_short(m, budget);
    else if (m->level)
        execute_nested(m, budget);
    else
        execute_at_0(m, budget);
}
