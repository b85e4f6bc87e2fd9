/* Prints what others make from the tables: `isa-print header` the guest header hv.h, `isa-print
 * docs` the tables of docs/spec.md, 11. */
#include "config/config.h"
#include "isa/isa.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What one table gives: rows of name, number and text. */
struct row {
    const char *name;
    uint32_t number;
    const char *text;
};

static const struct row root_words[] = {
#define ROOT_WORD(name, offset, meaning) {#name, offset, meaning},
#include "isa/vmcb.def"
};

struct vmcb_row {
    struct row row;
    const char *writer;
};
static const struct vmcb_row vmcb_words[] = {
#define VMCB_WORD(name, offset, writer, meaning) {{#name, offset, meaning}, #writer},
#include "isa/vmcb.def"
};
static const struct vmcb_row context_words[] = {
#define CONTEXT_WORD(name, offset, condition, meaning) {{#name, offset, meaning}, #condition},
#include "isa/vmcb.def"
};
static const struct row vm_faults[] = {
#define VM_FAULT(name, code, meaning) {#name, code, meaning},
#include "isa/causes.def"
};
static const struct row accesses[] = {
#define ACCESS(name, code, meaning) {#name, code, meaning},
#include "isa/causes.def"
};
static const struct row exceptions[] = {
#define EXCEPTION(name, code, meaning) {#name, code, meaning},
#include "isa/causes.def"
};
static const struct row interrupts[] = {
#define INTERRUPT(name, code, meaning) {#name, code, meaning},
#include "isa/causes.def"
};
static const struct row capabilities[] = {
#define CAPABILITY(name, bit, meaning) {#name, bit, meaning},
#include "isa/causes.def"
};
static const struct row forms[] = {
#define F_FORM(name, code, meaning) {#name, code, meaning},
#include "isa/causes.def"
};
static const struct row pte_bits[] = {
#define PTE_BIT(name, bit, meaning) {#name, bit, meaning},
#include "isa/causes.def"
};
static const struct row hypercalls[] = {
#define HYPERCALL(name, number, argument) {#name, number, argument},
#include "isa/hypercalls.def"
};
static const struct row counters[] = {
#define ASSOCIATOR_COUNTER(name, hpm, meaning) {#name, hpm, meaning},
#include "isa/counters.def"
};

struct csr_row {
    const char *name;
    uint32_t number;
    const char *condition, *kind;
    uint32_t writable, reset;
    const char *note;
};
static const struct csr_row csrs[] = {
#define CSR(name, number, condition, kind, writable, reset, note)                                                      \
    {#name, number, #condition, #kind, writable, reset, note},
#include "isa/csrs.def"
};

struct csr_range {
    const char *name;
    uint32_t first, last;
    const char *kind;
};
static const struct csr_range csr_ranges[] = {
#define HPM_RANGE(name, first, last, kind) {#name, first, last, #kind},
#include "isa/csrs.def"
};

struct register_row {
    const char *device, *name;
    uint32_t offset;
    unsigned bytes;
    const char *bank;
    uint32_t reset;
    const char *note;
};
static const struct register_row registers[] = {
#define DEVICE_REGISTER(device, name, offset, bytes, bank, reset, note)                                                \
    {#device, #name, offset, bytes, #bank, reset, note},
#include "isa/registers.def"
};

struct instruction_row {
    const char *mnemonic;
    uint32_t mask, match;
    const char *format, *extension;
};
static const struct instruction_row instructions[] = {
#define INSTRUCTION(name, mnemonic, mask, match, format, extension) {mnemonic, mask, match, #format, #extension},
#include "isa/instructions.def"
};

struct commit_row {
    const char *name, *bits, *port, *meaning;
};
static const struct commit_row commit_fields[] = {
#define COMMIT_FIELD(name, bits, port, meaning) {#name, #bits, port, meaning},
#include "isa/commit.def"
};

#define COUNT(table)     (sizeof(table) / sizeof(table)[0])
#define EACH(table, row) (size_t row = 0; row < COUNT(table); row++)

/* --- the guest header -------------------------------------------------------- */

static void define(const char *prefix, const char *name, uint32_t number, const char *text)
{
    char whole[64];
    snprintf(whole, sizeof whole, "HV_%s%s", prefix, name);
    printf("#define %-26s 0x%02x%s%s%s\n", whole, number, *text ? " /* " : "", text, *text ? " */" : "");
}

static void define_rows(const char *title, const char *prefix, const struct row *rows, size_t count)
{
    printf("\n/* %s */\n", title);
    for (size_t i = 0; i < count; i++)
        define(prefix, rows[i].name, rows[i].number, rows[i].text);
}

static void define_bits(const char *title, const char *prefix, const struct row *rows, size_t count)
{
    printf("\n/* %s */\n", title);
    for (size_t i = 0; i < count; i++)
        define(prefix, rows[i].name, UINT32_C(1) << rows[i].number, rows[i].text);
}

static void header_layout(void)
{
    define_rows("The root: byte offsets from HV_ROOT.", "ROOT_", root_words, COUNT(root_words));
    printf("\n/* The VMCB: byte offsets, and its size and alignment. */\n");
    for
        EACH(vmcb_words, i)
    define("VMCB_", vmcb_words[i].row.name, vmcb_words[i].row.number, vmcb_words[i].row.text);
    define("VMCB_", "BYTES", HV_VMCB_BYTES, "");
    define("VMCB_", "RESUME_SKIP", HV_VMCB_RESUME_SKIP, "bit of RESUME: the next LVMID adds 4 to the pc");
    printf("\n/* The processor map in the VMCB. */\n");
    for
        EACH(context_words, i)
    define("VMCB_CTX_", context_words[i].row.name, context_words[i].row.number, "");
    define_bits("CAPS", "CAP_", capabilities, COUNT(capabilities));
    define_rows("The form word of a map: bits 3:0 the form, bits 11:8 the grain.", "FORM_", forms, COUNT(forms));
    define("FORM_", "GRAIN_SHIFT", HV_FORM_GRAIN_SHIFT, "");
    define_bits("Entry of a linear table: bits 31:10 the page.", "PTE_", pte_bits, COUNT(pte_bits));
    define("PTE_", "PPN_SHIFT", 10, "");
}

static void header_causes(void)
{
    define_rows("FAULT_CAUSE: bits 3:0 the cause, 7:4 the access, bit 8 implicit.", "FAULT_", vm_faults,
                COUNT(vm_faults));
    define_rows("The access.", "ACCESS_", accesses, COUNT(accesses));
    define("CAUSE_", "ACCESS_SHIFT", HV_CAUSE_ACCESS_SHIFT, "");
    define("CAUSE_", "IMPLICIT", HV_CAUSE_IMPLICIT, "");
    define_rows("Hypercalls of software/monitor/: hv.exit with the number in a7; what is in a0.", "CALL_", hypercalls,
                COUNT(hypercalls));
    define_rows("mcause of exceptions.", "EXC_", exceptions, COUNT(exceptions));
    define_rows("mcause of interrupts, without bit 31; bits of mip, mie and VIP.", "IRQ_", interrupts,
                COUNT(interrupts));
}

static void header_csrs(void)
{
    printf("\n/* CSR numbers. */\n");
    for
        EACH(csrs, i)
    define("CSR_", csrs[i].name, csrs[i].number, "");
    printf("\n/* The associator's counters, as numbers of mhpmcounter CSRs; the high halves are 0x80 further. */\n");
    for
        EACH(counters, i)
        {
            char name[32];
            size_t length = strlen(counters[i].name);
            for (size_t j = 0; j <= length; j++) {
                char c = counters[i].name[j];
                name[j] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
            }
            define("HPM_", name, 0xb00 + counters[i].number, counters[i].text);
        }
}

/* A name of the tables as a C name: lower case. */
static const char *c_name(const char *name, char text[32])
{
    size_t i = 0;
    for (; i < 31 && name[i]; i++)
        text[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
    text[i] = 0;
    return text;
}

/* The two windows of f: four words of the table each, one member of the structure. */
static const struct {
    const char *prefix, *member;
} windows[] = {{"MEM_", "memory"}, {"IO_", "io"}};

/* The member of struct vmcb that is this word: "memory.form", "vip", "x". */
static const char *vmcb_member(const char *name, char text[64])
{
    char lowered[32];
    for
        EACH(windows, i)
        {
            const size_t length = strlen(windows[i].prefix);
            if (!strncmp(name, windows[i].prefix, length)) {
                snprintf(text, 64, "%s.%s", windows[i].member, c_name(name + length, lowered));
                return text;
            }
        }
    snprintf(text, 64, "%s", strcmp(name, "X0") ? c_name(name, lowered) : "x");
    return text;
}

static void field(const char *declaration, const char *comment)
{
    printf(*comment ? "    %-32s/* %s */\n" : "    %s\n", declaration, comment);
}

/* One member of struct vmcb, at *end; what lies before it is reserved. */
static void vmcb_field(const struct row *row, unsigned *end)
{
    char member[64], declaration[96];
    const char *dot = strchr(vmcb_member(row->name, member), '.');
    unsigned words = 1;
    if (dot && strcmp(dot, ".form") != 0)
        return; /* within the window */
    if (row->number > *end) {
        snprintf(declaration, sizeof declaration, "uint32_t reserved_%x[%u];", *end, (row->number - *end) / 4);
        field(declaration, "");
    }
    if (dot) {
        words = 4;
        snprintf(declaration, sizeof declaration, "struct hv_window %.*s;", (int)(dot - member), member);
    } else if (!strcmp(row->name, "X0") || !strcmp(row->name, "SOFTWARE")) {
        words = 32;
        snprintf(declaration, sizeof declaration, "uint32_t %s[%u];", member, words);
    } else {
        snprintf(declaration, sizeof declaration, "uint32_t %s;", member);
    }
    field(declaration, dot ? "" : row->text);
    *end = row->number + 4 * words;
}

/* All words of a VMCB in the order of their offsets: the processor map is one block of them. */
static void each_vmcb_word(void (*visit)(const struct row *row, const char *prefix, unsigned *end), unsigned *end)
{
    size_t word = 0, context = 0;
    while (word < COUNT(vmcb_words) || context < COUNT(context_words)) {
        const bool of_context =
            word == COUNT(vmcb_words) ||
            (context < COUNT(context_words) && context_words[context].row.number < vmcb_words[word].row.number);
        visit(of_context ? &context_words[context++].row : &vmcb_words[word++].row, of_context ? "CTX_" : "", end);
    }
}

static void visit_field(const struct row *row, const char *prefix, unsigned *end)
{
    (void)prefix;
    vmcb_field(row, end);
}

static void visit_assertion(const struct row *row, const char *prefix, unsigned *end)
{
    (void)end;
    char member[64];
    printf("_Static_assert(offsetof(struct vmcb, %s) == HV_VMCB_%s%s, \"VMCB\");\n", vmcb_member(row->name, member),
           prefix, row->name);
}

static void header_structures(void)
{
    unsigned end = 0;
    char name[32], declaration[64];
    printf("#include <stddef.h>\n"
           "#include <stdint.h>\n"
           "\n"
           "/* The root, at HV_ROOT. */\n"
           "struct hv_root {\n");
    for
        EACH(root_words, i)
        {
            snprintf(declaration, sizeof declaration, "uint32_t %s;", c_name(root_words[i].name, name));
            field(declaration, root_words[i].text);
        }
    printf(
        "};\n\n"
        "/* A window of f. `first` and `bound` count pages; `base` is a page (rb) or the table's address (linear). */\n"
        "struct hv_window {\n"
        "    uint32_t form, first, base, bound;\n"
        "};\n\n"
        "struct vmcb {\n");
    each_vmcb_word(visit_field, &end);
    printf("} __attribute__((aligned(HV_VMCB_BYTES)));\n\n");
    for
        EACH(root_words, i)
    printf("_Static_assert(offsetof(struct hv_root, %s) == HV_ROOT_%s, \"root\");\n", c_name(root_words[i].name, name),
           root_words[i].name);
    each_vmcb_word(visit_assertion, &end);
    printf("_Static_assert(sizeof(struct vmcb) == HV_VMCB_BYTES, \"VMCB\");\n\n");
}

static const char header_c[] =
    "/* lvmid 0(syllable): runs the VM of the syllable at this address. It does not come back: a VM-fault enters at\n"
    " * HV_ROOT + 4 with the VM's general registers, so those of the caller are to be put away before. Mostly that is\n"
    " * assembly's job: vm_run of software/lib/vm.h comes back at the VM-fault. */\n"
    "static inline void hv_lvmid(const uint32_t *syllable)\n"
    "{\n"
    "    __asm__ volatile(\".insn i 0x%x, %u, x0, %%0, 0\" ::\"r\"(syllable) : \"memory\");\n"
    "}\n"
    "\n"
    "/* hv.fence: forget compositions of the child; of all children if it is the constant 0. */\n"
    "static inline __attribute__((always_inline)) void hv_fence(uint32_t child)\n"
    "{\n"
    "    if (__builtin_constant_p(child) && child == 0)\n"
    "        __asm__ volatile(\".insn i 0x%x, %u, x0, x0, 0\" ::: \"memory\");\n"
    "    else\n"
    "        __asm__ volatile(\".insn i 0x%x, %u, x0, %%0, 0\" ::\"r\"(child) : \"memory\");\n"
    "}\n"
    "\n"
    "/* hv.exit: ends this VM's run. The monitor below finds `number` in a7 and `argument` in a0, and answers in a0:\n"
    " * software/monitor/ knows the numbers HV_CALL_*. */\n"
    "static inline __attribute__((always_inline)) uint32_t hv_exit(uint32_t number, uint32_t argument)\n"
    "{\n"
    "    register uint32_t a0 __asm__(\"a0\") = argument;\n"
    "    register uint32_t a7 __asm__(\"a7\") = number;\n"
    "    __asm__ volatile(\".insn i 0x%x, %u, x0, x0, 0\" : \"+r\"(a0) : \"r\"(a7) : \"memory\");\n"
    "    return a0;\n"
    "}\n";

static const char header_assembly[] = "/* lvmid 8(a0), lvmid a0; hv.fence a0, hv.fence (of all children); hv.exit. */\n"
                                      "        .macro  lvmid operand\n"
                                      "        .set    .Lhv_offset, 0\n"
                                      "        .irpc   hv_character, \"\\operand\"\n"
                                      "        .ifc    \"\\hv_character\", \"(\"\n"
                                      "        .set    .Lhv_offset, 1\n"
                                      "        .endif\n"
                                      "        .endr\n"
                                      "        .if     .Lhv_offset\n"
                                      "        .insn   i 0x%x, %u, x0, \\operand\n"
                                      "        .else\n"
                                      "        .insn   i 0x%x, %u, x0, \\operand, 0\n"
                                      "        .endif\n"
                                      "        .endm\n"
                                      "        .macro  hv.fence child=x0\n"
                                      "        .insn   i 0x%x, %u, x0, \\child, 0\n"
                                      "        .endm\n"
                                      "        .macro  hv.exit\n"
                                      "        .insn   i 0x%x, %u, x0, x0, 0\n"
                                      "        .endm\n";

static uint32_t match_of(const char *mnemonic)
{
    for
        EACH(instructions, i)
    if (!strcmp(instructions[i].mnemonic, mnemonic))
        return instructions[i].match;
    return 0;
}

static void header_instructions(void)
{
    uint32_t run = match_of("lvmid"), fence = match_of("hv.fence"), leave = match_of("hv.exit");
    unsigned opcode = run & 127, f_run = run >> 12 & 7, f_fence = fence >> 12 & 7, f_leave = leave >> 12 & 7;

    printf("\n#ifndef __ASSEMBLER__\n");
    header_structures();
    printf(header_c, opcode, f_run, opcode, f_fence, opcode, f_fence, opcode, f_leave);
    printf("#else\n");
    printf(header_assembly, opcode, f_run, opcode, f_run, opcode, f_fence, opcode, f_leave);
    printf("#endif\n");
}

static void print_header(void)
{
    printf("/* The Hardware Virtualizer, for guests in C and assembly. Made from the tables of isa/ by\n"
           " * isa-print; docs/spec.md explains the names. */\n"
           "#ifndef HV_H\n"
           "#define HV_H\n");
    header_layout();
    header_causes();
    header_csrs();
    header_instructions();
    printf("\n#endif\n");
}

/* --- the tables of docs/spec.md ------------------------------------------------ */

static void lower(const char *name)
{
    for (; *name; name++)
        putchar(*name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name);
}

/* Bits 31 to 0, grouped as the R format is. */
static void pattern(uint32_t mask, uint32_t match)
{
    for (unsigned bit = 32; bit-- > 0;) {
        putchar(mask >> bit & 1 ? (match >> bit & 1 ? '1' : '0') : '-');
        if (bit == 25 || bit == 20 || bit == 15 || bit == 12 || bit == 7)
            putchar(' ');
    }
}

static void docs_instructions(void)
{
    printf("\n### 11.1 Instructions\n\n"
           "A word w is the instruction when w & mask = match. Formats: R rd rs1 rs2; I rd rs1 imm; SH rd rs1 shamt;\n"
           "S rs1 rs2 imm; B rs1 rs2 imm; U rd imm; J rd imm; CSR rd rs1 csr; CSRI rd zimm csr; A rd rs1 rs2; AL rd "
           "rs1; V\n"
           "rs1 imm; V1 rs1; N none. `-` is a bit of an operand, or ignored.\n\n"
           "| instruction | extension | format | bits 31 to 0 | mask | match |\n|---|---|---|---|---|---|\n");
    for
        EACH(instructions, i)
        {
            const struct instruction_row *row = &instructions[i];
            printf("| `%s` | %s | %s | `", row->mnemonic, row->extension, row->format);
            pattern(row->mask, row->match);
            printf("` | 0x%08x | 0x%08x |\n", row->mask, row->match);
        }
}

static void docs_csrs(void)
{
    printf("\n### 11.2 CSRs\n\n"
           "Writable: the bits that a write changes (WARL); the others keep their reset value. Kinds: LEVEL, of the "
           "running\n"
           "level, in the processor map; MIP, the lines at level 0, VIP and CAPS.LINE above; MISA, constant but for X; "
           "ZERO, "
           "reads zero\n"
           "and ignores writes; COUNTER, of the machine; UCOUNTER, the user's view of it under mcounteren; HPM, an\n"
           "associator's counter, read by level 0, zero above, writes ignored. PHI_RB: exists only when phi = rb.\n\n"
           "| CSR | number | exists | kind | writable | reset | note |\n|---|---|---|---|---|---|---|\n");
    for
        EACH(csrs, i)
        {
            printf("| `");
            lower(csrs[i].name);
            printf("` | 0x%03x | ", csrs[i].number);
            lower(csrs[i].condition);
            printf(" | %s | 0x%08x | 0x%08x | %s |\n", csrs[i].kind, csrs[i].writable, csrs[i].reset, csrs[i].note);
        }
    for
        EACH(csr_ranges, i)
        {
            printf("| `");
            lower(csr_ranges[i].name);
            printf("` 3 to 31 | 0x%03x-0x%03x | always | %s | 0x00000000 | 0x00000000 | |\n", csr_ranges[i].first,
                   csr_ranges[i].last, csr_ranges[i].kind);
        }
}

static void docs_layout(void)
{
    printf("\n### 11.3 Root, VMCB, processor map\n\n"
           "| root offset | word | meaning |\n|---|---|---|\n");
    for
        EACH(root_words, i)
    printf("| 0x%02x | %s | %s |\n", root_words[i].number, root_words[i].name, root_words[i].text);
    printf("\n| VMCB offset | word | written by | meaning |\n|---|---|---|---|\n");
    for
        EACH(vmcb_words, i)
        {
            printf("| 0x%02x | %s | ", vmcb_words[i].row.number, vmcb_words[i].row.name);
            if (!strcmp(vmcb_words[i].writer, "BOTH"))
                printf("hardware and monitor");
            else
                lower(vmcb_words[i].writer);
            printf(" | %s |\n", vmcb_words[i].row.text);
        }
    printf("\n| VMCB offset | processor map | exists |\n|---|---|---|\n");
    for
        EACH(context_words, i)
        {
            printf("| 0x%02x | %s | ", context_words[i].row.number, context_words[i].row.text);
            lower(context_words[i].writer);
            printf(" |\n");
        }
}

static void docs_rows(const char *title, const char *number, const struct row *rows, size_t count)
{
    printf("\n| %s | name | %s |\n|---|---|---|\n", number, title);
    for (size_t i = 0; i < count; i++)
        printf("| %u | %s | %s |\n", rows[i].number, rows[i].name, rows[i].text);
}

static void docs_causes(void)
{
    printf("\n### 11.4 Causes, capabilities, maps\n");
    docs_rows("VM-fault", "cause, bits 3:0", vm_faults, COUNT(vm_faults));
    docs_rows("access of a VM-fault", "cause, bits 7:4", accesses, COUNT(accesses));
    docs_rows("exception", "mcause", exceptions, COUNT(exceptions));
    docs_rows("interrupt", "mcause, bits 30:0", interrupts, COUNT(interrupts));
    docs_rows("capability", "CAPS bit", capabilities, COUNT(capabilities));
    docs_rows("form of a map", "form, bits 3:0", forms, COUNT(forms));
    docs_rows("entry of a linear table", "bit", pte_bits, COUNT(pte_bits));
}

static void docs_records(void)
{
    printf("\n### 11.5 The associator's counters\n\n| CSR | counter | counts |\n|---|---|---|\n");
    for
        EACH(counters, i)
    printf("| `mhpmcounter%u` | %s | %s |\n", counters[i].number, counters[i].name, counters[i].text);
    printf("\n### 11.6 The commit record\n\n"
           "HV_BITS_VMID is depth x syllable_bits, at least 1.\n\n"
           "| field | bits | port | meaning |\n|---|---|---|---|\n");
    for
        EACH(commit_fields, i)
    printf("| `%s` | %s | `%s` | %s |\n", commit_fields[i].name, commit_fields[i].bits, commit_fields[i].port,
           commit_fields[i].meaning);
}

static void docs_choices(const char *section, const char *key, const char *const *words, size_t count, uint32_t value,
                         bool flags, const char *meaning)
{
    printf("| %s | `%s` | %s", section, key, flags ? "any of " : "");
    for (size_t i = 0; i < count; i++)
        printf("%s%s", i ? ", " : "", words[i]);
    printf(" | ");
    for (size_t i = 0, shown = 0; i < count; i++)
        if (flags ? value >> i & 1 : value == i)
            printf("%s%s", shown++ ? ", " : "", words[i]);
    printf(" | %s |\n", meaning);
}

static void docs_number(const char *section, const char *key, const char *zero, uint32_t min, uint32_t max,
                        uint32_t value, const char *meaning)
{
    printf(max > 0xffffff ? "| %s | `%s` | %s0x%x to 0x%x | 0x%x | %s |\n" : "| %s | `%s` | %s%u to %u | %u | %s |\n",
           section, key, zero, min, max, value, meaning);
}

static void docs_configuration(void)
{
    printf("\n### 11.7 Configuration keys\n\n| section | key | values | default | meaning |\n|---|---|---|---|---|\n");
#define NUMBER(section, key, field, min, max, value, meaning) docs_number(#section, #key, "", min, max, value, meaning);
#define NUMBER_OR_0(section, key, field, min, max, value, meaning)                                                     \
    docs_number(#section, #key, "0 or ", min, max, value, meaning);
#define WORDS(section, key, choices, value, flags, meaning)                                                            \
    do {                                                                                                               \
        static const char *const words[] = CHOICES_##choices;                                                          \
        docs_choices(#section, #key, words, COUNT(words), (uint32_t)(value), flags, meaning);                          \
    } while (0);
#define CHOICE(section, key, field, choices, value, meaning) WORDS(section, key, choices, value, false, meaning)
#define FLAGS(section, key, field, choices, value, meaning)  WORDS(section, key, choices, value, true, meaning)
#define DEVICE_KEY(key, field, min, max, meaning)                                                                      \
    printf("| device.NAME | `" #key "` | 0x%x to 0x%x | | %s |\n", min, max, meaning);
#include "config/keys.def"
}

static void docs_registers(void)
{
    printf("\n### 11.8 Registers of the devices\n\n"
           "Reset: what it reads as after reset, before anything is written and while no byte waits. DLAB: instead of "
           "the\n"
           "register above, while LCR's bit 7 is set.\n\n"
           "| device | register | offset | bytes | while | reset | meaning |\n|---|---|---|---|---|---|---|\n");
    for
        EACH(registers, i)
        {
            const struct register_row *row = &registers[i];
            printf("| %s | %s | 0x%04x | %u | %s | 0x%0*x | %s |\n", row->device, row->name, row->offset, row->bytes,
                   strcmp(row->bank, "ANY") ? row->bank : "", 2 * (int)row->bytes, row->reset, row->note);
        }
}

static void docs_state(void)
{
    static const struct {
        const char *name, *side, *meaning;
    } elements[] = {
#define STATE(name, rows, bits, side, meaning) {#name, #side, meaning},
#include "isa/state.def"
    };
    printf("\n### 11.9 The state between two instructions\n\n"
           "What a save holds beside RAM and what the UART is yet to receive (docs/formats.md), in this order. Of "
           "`model`: "
           "what\n"
           "the model keeps for its user, and no hardware has. What nothing depends on is 0: of levels that are not "
           "appended, of\n"
           "invalid entries, of a reservation or a looped byte that is not there.\n\n"
           "| element | of | values |\n|---|---|---|\n");
    for
        EACH(elements, i)
    printf("| `%s` | %s | %s |\n", elements[i].name, strcmp(elements[i].side, "BOTH") ? "model" : "both",
           elements[i].meaning);
}

static void print_docs(void)
{
    docs_instructions();
    docs_csrs();
    docs_layout();
    docs_causes();
    docs_records();
    docs_configuration();
    docs_registers();
    docs_state();
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "header"))
        print_header();
    else if (argc == 2 && !strcmp(argv[1], "docs"))
        print_docs();
    else {
        fprintf(stderr, "usage: isa-print header|docs\n");
        return 2;
    }
    if (fflush(stdout) || ferror(stdout)) {
        perror("isa-print");
        return 1;
    }
    return 0;
}
