/* Passes, each a family of candidates; all are repeated until none helps any more. */
#include "fuzz/shrink.h"

#include "fuzz/step.h"
#include "isa/encode.h"
#include "model/machine.h"

#include <stdlib.h>
#include <string.h>

struct shrink {
    struct fuzz_world *world; /* the smallest so far */
    struct fuzz_shrinking *given;
    unsigned store_rounds;
    bool exits_tried;
};

/* Takes the candidate over if it fails; ends it otherwise. */
static bool accept(struct shrink *s, struct fuzz_world *candidate)
{
    if (s->given->attempts == 0) {
        fuzz_world_end(candidate);
        return false;
    }
    s->given->attempts--;
    if (!s->given->fails(s->given->context, candidate)) {
        fuzz_world_end(candidate);
        return false;
    }
    fuzz_world_end(s->world);
    *s->world = *candidate;
    return true;
}

/* ---- What the run is given from outside ---- */

static bool shrink_surroundings(struct shrink *s)
{
    bool better = false;
    struct fuzz_world candidate;
    if (s->world->wait_percent) {
        fuzz_world_copy(&candidate, s->world);
        candidate.wait_percent = 0;
        better |= accept(s, &candidate);
    }
    if (s->world->input_length) {
        fuzz_world_copy(&candidate, s->world);
        candidate.input_length = 0;
        better |= accept(s, &candidate);
    }
    return better;
}

/* ---- VMs ---- */

static bool shrink_vms(struct shrink *s)
{
    bool better = false;
    for (unsigned vm = s->world->vms; vm-- > 1;) {
        struct fuzz_world candidate;
        if (vm >= s->world->vms)
            continue;
        fuzz_world_copy(&candidate, s->world);
        fuzz_world_remove_vm(&candidate, vm);
        better |= accept(s, &candidate);
    }
    return better;
}

/* ---- Words ---- */

/* A position among all words of all VMs. */
static struct fuzz_word *nth(struct fuzz_world *world, size_t n)
{
    for (unsigned vm = 0; vm < world->vms; vm++) {
        if (n < world->vm[vm].count)
            return &world->vm[vm].words[n];
        n -= world->vm[vm].count;
    }
    return NULL;
}

static void remove_words(struct fuzz_world *world, size_t from, size_t count)
{
    for (unsigned vm = 0; vm < world->vms && count; vm++) {
        struct fuzz_vm *v = &world->vm[vm];
        if (from >= v->count) {
            from -= v->count;
            continue;
        }
        const size_t here = count < v->count - from ? count : v->count - from;
        memmove(v->words + from, v->words + from + here, (v->count - from - here) * sizeof *v->words);
        v->count -= here;
        count -= here;
        from = 0;
    }
}

/* Remove runs of words: first long ones, then single ones, from the end. Unless it holds, a word is 0. */
static bool shrink_words(struct shrink *s)
{
    bool better = false;
    size_t length = fuzz_world_words(s->world) / 2;
    for (; length; length /= 2) {
        for (size_t at = fuzz_world_words(s->world); at > 0;) {
            struct fuzz_world candidate;
            const size_t from = at > length ? at - length : 0;
            fuzz_world_copy(&candidate, s->world);
            remove_words(&candidate, from, at - from);
            better |= accept(s, &candidate);
            at = from;
        }
    }
    return better;
}

static bool is_nop(const struct fuzz_word *word)
{
    return word->kind == FUZZ_CODE && word->value == hv_match[HV_INSN_ADDI];
}

/* Instructions that can do nothing instead: their place is kept. Runs first, then single ones. */
static bool shrink_to_nops(struct shrink *s)
{
    bool better = false;
    for (size_t length = 16; length; length /= 4) {
        for (size_t at = fuzz_world_words(s->world); at > 0;) {
            struct fuzz_world candidate;
            const size_t from = at > length ? at - length : 0;
            unsigned changed = 0;
            fuzz_world_copy(&candidate, s->world);
            for (size_t i = from; i < at; i++) {
                struct fuzz_word *word = nth(&candidate, i);
                if (word->kind != FUZZ_CODE || is_nop(word))
                    continue;
                word->value = hv_match[HV_INSN_ADDI];
                changed++;
            }
            at = from;
            if (changed)
                better |= accept(s, &candidate);
            else
                fuzz_world_end(&candidate);
        }
    }
    return better;
}

/* ---- Code moves together ---- */

static struct fuzz_word *code_at(struct fuzz_world *world, unsigned vm, uint32_t name)
{
    struct fuzz_word *word = fuzz_world_find(world, vm, name);
    return word && word->kind == FUZZ_CODE ? word : NULL;
}

/* Close the gap of an instruction: what follows without a gap moves up; jumps over the gap become shorter. */
static void close_gap(struct fuzz_world *world, unsigned vm, uint32_t gap)
{
    struct fuzz_word *from, *to = code_at(world, vm, gap);
    uint32_t at = gap;
    while ((from = code_at(world, vm, at + 4)) != NULL) {
        to->value = from->value;
        to->note = from->note;
        to = from;
        at += 4;
    }
    struct fuzz_vm *v = &world->vm[vm];
    const size_t index = (size_t)(to - v->words);
    memmove(to, to + 1, (v->count - index - 1) * sizeof *to);
    v->count--;
}

static bool is_branch_or_jump(uint32_t insn, int32_t *offset)
{
    if ((insn & 0x7f) == 0x63) {
        *offset = (int32_t)((hv_bits(insn, 31, 31) ? 0xfffff000 : 0) | hv_bits(insn, 7, 7) << 11 |
                            hv_bits(insn, 30, 25) << 5 | hv_bits(insn, 11, 8) << 1);
        return true;
    }
    *offset = (int32_t)((hv_bits(insn, 31, 31) ? 0xfff00000 : 0) | hv_bits(insn, 19, 12) << 12 |
                        hv_bits(insn, 20, 20) << 11 | hv_bits(insn, 30, 21) << 1);
    return (insn & 0x7f) == 0x6f;
}

static uint32_t with_offset(uint32_t insn, int32_t offset)
{
    if ((insn & 0x7f) == 0x63)
        return (insn & 0x01fff07f) | (hv_encode_b(HV_INSN_BEQ, 0, 0, offset) & ~(uint32_t)0x7f);
    return hv_encode_j(hv_bits(insn, 11, 7), offset);
}

/* Jumps and branches of the VM that cross the gap lead to the same instruction after it is closed. */
static void mend_jumps(struct fuzz_world *world, unsigned vm, uint32_t gap)
{
    for (size_t i = 0; i < world->vm[vm].count; i++) {
        struct fuzz_word *word = &world->vm[vm].words[i];
        int32_t offset;
        if (word->kind != FUZZ_CODE || !is_branch_or_jump(word->value, &offset))
            continue;
        const uint32_t to = word->name + (uint32_t)offset;
        const bool from_behind = word->name > gap && word->name - gap < HV_PAGE_BYTES;
        const bool to_behind = to > gap && to - gap < HV_PAGE_BYTES;
        if (from_behind != to_behind)
            word->value = with_offset(word->value, offset + (to_behind ? -4 : 4));
    }
}

static bool shrink_gaps(struct shrink *s)
{
    enum { SLACK = 16 };
    bool better = false;
    for (unsigned vm = 0; vm < s->world->vms; vm++) {
        for (size_t i = s->world->vm[vm].count; i-- > 0;) {
            if (i >= s->world->vm[vm].count || !is_nop(&s->world->vm[vm].words[i]))
                continue;
            for (unsigned mended = 0; mended < 2; mended++) {
                struct fuzz_world candidate;
                fuzz_world_copy(&candidate, s->world);
                const uint32_t gap = candidate.vm[vm].words[i].name;
                if (!mended)
                    mend_jumps(&candidate, vm, gap);
                close_gap(&candidate, vm, gap);
                candidate.limit += SLACK; /* what came after may be a longer way */
                if (accept(s, &candidate)) {
                    better = true;
                    break;
                }
            }
        }
    }
    return better;
}

/* Code that goes on after a hole of words that were removed comes up to where the hole begins. */
static bool shrink_holes(struct shrink *s)
{
    enum { LONGEST = 64 };
    bool better = false;
    for (unsigned vm = 0; vm < s->world->vms; vm++) {
        for (size_t i = 0; i < s->world->vm[vm].count; i++) {
            const uint32_t end = s->world->vm[vm].words[i].name + 4;
            uint32_t next = end;
            if (s->world->vm[vm].words[i].kind != FUZZ_CODE || code_at(s->world, vm, end))
                continue;
            while (next - end < 4 * LONGEST && !fuzz_world_find(s->world, vm, next))
                next += 4;
            if (!code_at(s->world, vm, next))
                continue;
            struct fuzz_world candidate;
            fuzz_world_copy(&candidate, s->world);
            for (uint32_t name = end; name < next; name += 4)
                fuzz_world_put(&candidate, vm, name, hv_match[HV_INSN_ADDI], FUZZ_CODE, NULL);
            for (uint32_t name = next - 4; name + 4 > end; name -= 4) {
                mend_jumps(&candidate, vm, name);
                close_gap(&candidate, vm, name);
            }
            better |= accept(s, &candidate);
        }
    }
    return better;
}

/* ---- Loops ---- */

/* The loop from `to` up to the jump at `from` becomes a line: its first `count` instructions are done after the others,
 * which may be nops, and the jump is one. */
static void unroll(struct fuzz_world *world, unsigned vm, uint32_t to, uint32_t from, uint32_t count, bool nops)
{
    uint32_t code[HV_PAGE_BYTES / 4];
    const uint32_t length = (from - to) / 4;
    for (uint32_t i = 0; i < length; i++)
        code[i] = code_at(world, vm, to + 4 * i)->value;
    for (uint32_t i = 0; i < length; i++) {
        const uint32_t at = (i + count) % length;
        code_at(world, vm, to + 4 * i)->value = nops && at >= count ? hv_match[HV_INSN_ADDI] : code[at];
    }
    code_at(world, vm, from)->value = hv_match[HV_INSN_ADDI];
}

/* The length of the loop that the jump or branch `word` ends; 0 if there is none. */
static uint32_t loop_length(struct fuzz_world *world, unsigned vm, const struct fuzz_word *word)
{
    int32_t offset;
    if (word->kind != FUZZ_CODE || !is_branch_or_jump(word->value, &offset) || offset >= 0 ||
        -offset >= HV_PAGE_BYTES || offset % 4)
        return 0;
    for (int32_t at = offset; at < 0; at += 4)
        if (!code_at(world, vm, word->name + (uint32_t)at))
            return 0;
    return (uint32_t)-offset / 4;
}

/* The same, but the first `count` instructions are done before the others too; false if there is no room for them. */
static bool unroll_longer(struct fuzz_world *world, unsigned vm, uint32_t to, uint32_t from, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (fuzz_world_find(world, vm, from + 4 * i))
            return false;
    for (uint32_t i = 0; i < count; i++)
        fuzz_world_put(world, vm, from + 4 * i, code_at(world, vm, to + 4 * i)->value, FUZZ_CODE, NULL);
    return true;
}

/* A loop of which only a part is needed twice. */
static bool shrink_loops(struct shrink *s)
{
    bool better = false;
    for (unsigned vm = 0; vm < s->world->vms; vm++) {
        for (size_t i = 0; i < s->world->vm[vm].count; i++) {
            const struct fuzz_word *word = &s->world->vm[vm].words[i];
            const uint32_t from = word->name, length = loop_length(s->world, vm, word);
            bool done = false;
            for (uint32_t n = 2; n < 2 * length && !done; n++) {
                struct fuzz_world candidate;
                fuzz_world_copy(&candidate, s->world);
                unroll(&candidate, vm, from - 4 * length, from, n / 2, n % 2);
                done = accept(s, &candidate);
            }
            for (uint32_t n = 1; n < length && !done; n++) {
                struct fuzz_world candidate;
                fuzz_world_copy(&candidate, s->world);
                if (unroll_longer(&candidate, vm, from - 4 * length, from, n))
                    done = accept(s, &candidate);
                else
                    fuzz_world_end(&candidate);
            }
            better |= done;
        }
    }
    return better;
}

/* ---- Where a VM begins ---- */

/* Where the jump at `name` of the VM leads; `name` itself if there is none. */
static uint32_t through_jump(struct fuzz_world *world, unsigned vm, uint32_t name)
{
    const struct fuzz_word *word = code_at(world, vm, name);
    int32_t offset;
    return word && (word->value & 0xfff) == 0x6f && is_branch_or_jump(word->value, &offset) ? name + (uint32_t)offset
                                                                                            : name;
}

/* A VM that begins at a jump begins where it leads. */
static bool shrink_jumps(struct shrink *s)
{
    bool better = false;
    for (unsigned vm = 1; vm < s->world->vms; vm++) {
        const unsigned parent = s->world->vm[vm].parent;
        const uint32_t at = s->world->vm[vm].vmcb + HV_VMCB_CTX_PC;
        const struct fuzz_word *pc = fuzz_world_find(s->world, parent, at);
        const uint32_t to = pc ? through_jump(s->world, vm, pc->value) : 0;
        struct fuzz_world candidate;
        if (!pc || to == pc->value)
            continue;
        fuzz_world_copy(&candidate, s->world);
        fuzz_world_find(&candidate, parent, at)->value = to;
        better |= accept(s, &candidate);
    }
    return better;
}

/* A pc, an ENTRY or a reset jump that leads to a later instruction of its VM: what is before it is not needed. */
static bool shrink_starts(struct shrink *s)
{
    bool better = false;
    for (size_t i = 0; i < fuzz_world_words(s->world); i++) {
        const struct fuzz_word *word = nth(s->world, i);
        int32_t offset;
        const bool jump = word->kind == FUZZ_CODE && is_branch_or_jump(word->value, &offset);
        const bool pc = word->kind == FUZZ_DATA && word->note && strcmp(word->note, "pc") == 0;
        for (int32_t step = 128; (jump || pc) && step >= 4; step /= 2) {
            struct fuzz_world candidate;
            fuzz_world_copy(&candidate, s->world);
            struct fuzz_word *changed = nth(&candidate, i);
            if (pc)
                changed->value += (uint32_t)step;
            else if (is_branch_or_jump(changed->value, &offset))
                changed->value = with_offset(changed->value, offset + step);
            better |= accept(s, &candidate);
        }
    }
    return better;
}

/* ---- Levels ---- */

/* A monitor that runs a child by its own LVMID is found suspended instead. */
static bool shrink_links(struct shrink *s)
{
    bool better = false;
    for (unsigned vm = 2; vm < s->world->vms; vm++) {
        const unsigned monitor = s->world->vm[vm].parent;
        const uint32_t next = s->world->vm[monitor].vmcb + HV_VMCB_NEXT_SYLLABLE;
        const struct fuzz_word *word = monitor ? fuzz_world_find(s->world, s->world->vm[monitor].parent, next) : NULL;
        struct fuzz_world candidate;
        if (!monitor || !s->world->vm[monitor].vmcb || (word && word->value))
            continue;
        fuzz_world_copy(&candidate, s->world);
        fuzz_world_put(&candidate, candidate.vm[monitor].parent, next, candidate.vm[vm].syllable, FUZZ_DATA,
                       "NEXT_SYLLABLE");
        better |= accept(s, &candidate);
    }
    return better;
}

static uint32_t word_at(const struct fuzz_world *world, unsigned vm, uint32_t name)
{
    const struct fuzz_word *word = fuzz_world_find(world, vm, name);
    return word ? word->value : 0;
}

/* Resource page `number` of VM `vm` as its parent has it; unchanged if it has no frame. */
static uint32_t parents_page(const struct fuzz_world *world, unsigned vm, uint32_t number)
{
    const uint32_t first = world->config.ram_base / HV_PAGE_BYTES;
    const uint32_t page = number < first ? FUZZ_HOLE : fuzz_world_page(world, vm, number - first, world->vm[vm].parent);
    return page == FUZZ_HOLE ? number : first + page;
}

/* The map at `at` of the parent of VM `vm` was made for its memory: make it one for the parent's. */
static void lift_map(struct fuzz_world *world, unsigned vm, uint32_t at, bool memory)
{
    const unsigned parent = world->vm[vm].parent;
    const uint32_t form = word_at(world, parent, at) & 15, base = word_at(world, parent, at + 8);
    if (form == HV_FORM_RB && memory)
        fuzz_world_put(world, parent, at + 8, parents_page(world, vm, base), FUZZ_DATA, "map: base");
    if (form != HV_FORM_LINEAR)
        return;
    const uint32_t table = parents_page(world, vm, base >> HV_PAGE_BITS) << HV_PAGE_BITS | base % HV_PAGE_BYTES;
    fuzz_world_put(world, parent, at + 8, table, FUZZ_DATA, "map: base");
    for (uint32_t i = 0; i < HV_PAGE_BYTES && base % HV_PAGE_BYTES + i < HV_PAGE_BYTES; i += 4) {
        const struct fuzz_word *entry = fuzz_world_find(world, vm, base + i);
        if (!entry)
            continue;
        const uint32_t value =
            memory ? parents_page(world, vm, entry->value >> 10) << 10 | (entry->value & 0x3ff) : entry->value;
        fuzz_world_put(world, parent, table + i, value, FUZZ_DATA, "table entry");
    }
}

/* VM `vm` goes, and its child takes its place: its VMCB in the parent's memory becomes the child's, with the maps of
 * both composed. Their rights are the child's. */
static void splice(struct fuzz_world *world, unsigned vm, unsigned child)
{
    const unsigned parent = world->vm[vm].parent;
    struct fuzz_vm *c = &world->vm[child];
    const uint32_t to = world->vm[vm].vmcb, from = c->vmcb;
    for (uint32_t offset = 0; offset < HV_VMCB_X0; offset += 4)
        if (fuzz_world_find(world, vm, from + offset) || fuzz_world_find(world, parent, to + offset))
            fuzz_world_put(world, parent, to + offset, word_at(world, vm, from + offset), FUZZ_DATA,
                           offset == HV_VMCB_CTX_PC ? "pc" : "VMCB");
    lift_map(world, vm, to + HV_VMCB_MEM_FORM, true);
    lift_map(world, vm, to + HV_VMCB_IO_FORM, false);
    for (uint32_t page = 0; page < c->pages; page++)
        c->frame[page] = (uint16_t)fuzz_world_page(world, child, page, parent);
    c->parent = parent;
    c->syllable = world->vm[vm].syllable;
    c->vmcb = to;
    for (unsigned i = child; i < world->vms; i++) { /* all that is inside it comes up */
        unsigned at = i;
        while (at > child)
            at = world->vm[at].parent;
        if (at == child)
            world->vm[i].level--;
    }
    fuzz_world_remove_vm(world, vm);
}

static bool shrink_levels(struct shrink *s)
{
    bool better = false;
    for (unsigned child = 2; child < s->world->vms; child++) {
        const unsigned vm = s->world->vm[child].parent;
        struct fuzz_world candidate;
        if (!vm || !s->world->vm[vm].vmcb || !s->world->vm[child].vmcb)
            continue;
        fuzz_world_copy(&candidate, s->world);
        splice(&candidate, vm, child);
        better |= accept(s, &candidate);
    }
    return better;
}

/* ---- Values ---- */

/* Data words as 0 are removed by shrink_words; here they lose bits. */
static bool shrink_values(struct shrink *s)
{
    bool better = false;
    for (size_t i = 0; i < fuzz_world_words(s->world); i++) {
        const struct fuzz_word *word = nth(s->world, i);
        const uint32_t value = word->value;
        if (word->kind != FUZZ_DATA || value < 16)
            continue;
        for (unsigned part = 0; part < 2; part++) {
            struct fuzz_world candidate;
            const uint32_t less = part ? value & 0xffff0000 : value & 0x0000ffff;
            if (less == value)
                continue;
            fuzz_world_copy(&candidate, s->world);
            nth(&candidate, i)->value = less;
            if (accept(s, &candidate)) {
                better = true;
                break;
            }
        }
    }
    return better;
}

/* ---- What the program stores is there from the start ---- */

/* False if it is so already. */
static bool put_real(struct fuzz_world *world, uint32_t real, uint32_t value, uint32_t mask)
{
    struct fuzz_word *there = NULL;
    for (unsigned vm = 0; vm < world->vms; vm++) {
        for (size_t i = 0; i < world->vm[vm].count; i++) {
            uint32_t other;
            if (fuzz_world_real(world, vm, world->vm[vm].words[i].name, &other) && other == real)
                there = &world->vm[vm].words[i];
        }
    }
    if ((((there ? there->value : 0) ^ value) & mask) == 0)
        return false;
    if (there)
        there->value = (there->value & ~mask) | (value & mask);
    else
        fuzz_world_put(world, 0, real, value & mask, FUZZ_DATA, NULL);
    return true;
}

/* The code word at a real name, or NULL. */
static struct fuzz_word *code_at_real(struct fuzz_world *world, uint32_t real)
{
    for (unsigned vm = 0; vm < world->vms; vm++) {
        for (size_t i = 0; i < world->vm[vm].count; i++) {
            uint32_t other;
            if (world->vm[vm].words[i].kind == FUZZ_CODE &&
                fuzz_world_real(world, vm, world->vm[vm].words[i].name, &other) && other == real)
                return &world->vm[vm].words[i];
        }
    }
    return NULL;
}

struct store {
    struct hv_bus_write write;
    uint32_t insn_real; /* of the instruction */
};

/* The stores of instructions on the model, at most `capacity`; returns how many. */
static size_t stores_of(const struct fuzz_world *world, struct store *stores, size_t capacity)
{
    struct hv_error error;
    struct hv_machine *machine = fuzz_machine_new(world, &world->config, &error);
    struct fuzz_step step = {.stop = machine ? HV_STOP_NONE : HV_STOP_LIMIT};
    size_t count = 0;
    for (uint64_t i = 0; i < world->limit && step.stop == HV_STOP_NONE && count < capacity; i++) {
        fuzz_step(machine, &step);
        const bool of_program = step.count == 1 && step.commit.event == HV_EVENT_NONE;
        if (of_program && step.writes[0].real - world->config.ram_base < world->config.ram_bytes)
            stores[count++] = (struct store){step.writes[0], (uint32_t)step.commit.fetch_real};
    }
    hv_machine_free(machine);
    return count;
}

/* What a store writes is there before; `removed`: and it does nothing. */
static bool try_store(struct shrink *s, const struct store *store, bool removed)
{
    struct fuzz_world candidate;
    uint32_t mask = 0;
    for (unsigned byte = 0; byte < 4; byte++)
        mask |= store->write.mask >> byte & 1 ? UINT32_C(0xff) << 8 * byte : 0;
    fuzz_world_copy(&candidate, s->world);
    bool changed = put_real(&candidate, store->write.real, store->write.data, mask);
    struct fuzz_word *insn = removed ? code_at_real(&candidate, store->insn_real) : NULL;
    if (removed) {
        changed = insn && !is_nop(insn);
        if (changed)
            insn->value = hv_match[HV_INSN_ADDI];
    }
    if (changed)
        return accept(s, &candidate);
    fuzz_world_end(&candidate);
    return false;
}

static bool shrink_stores(struct shrink *s)
{
    enum { CAPACITY = 64, ROUNDS = 4 };
    struct store stores[CAPACITY];
    bool better = false;
    const bool kept_too = s->store_rounds++ < ROUNDS; /* two stores to one word would take turns for ever */
    const size_t count = stores_of(s->world, stores, CAPACITY);
    for (size_t i = 0; i < count; i++)
        better |= try_store(s, &stores[i], true) || (kept_too && try_store(s, &stores[i], false));
    return better;
}

/* ---- Leaving a VM ---- */

/* A VM that is left in some long way, by a timer perhaps, is left by an hv.exit as its first or second instruction. */
static bool shrink_exits(struct shrink *s)
{
    enum { FEW = 12 };
    bool better = false;
    if (s->exits_tried || fuzz_world_instructions(s->world) <= FEW) /* it adds an instruction, which may not help */
        return false;
    s->exits_tried = true;
    for (unsigned vm = 1; vm < s->world->vms; vm++) {
        const unsigned parent = s->world->vm[vm].parent;
        const uint32_t vmcb = s->world->vm[vm].vmcb;
        const struct fuzz_word *pc = fuzz_world_find(s->world, parent, vmcb + HV_VMCB_CTX_PC);
        const uint32_t first = pc ? pc->value : 0;
        for (uint32_t at = first; pc && at <= first + 4; at += 4) {
            struct fuzz_world candidate;
            uint32_t real;
            if (!fuzz_world_real(s->world, vm, at, &real) || word_at(s->world, vm, at) == hv_match[HV_INSN_HV_EXIT])
                break;
            fuzz_world_copy(&candidate, s->world);
            fuzz_world_put(&candidate, vm, at, hv_match[HV_INSN_HV_EXIT], FUZZ_CODE, NULL);
            const uint32_t caps = word_at(&candidate, parent, vmcb + HV_VMCB_CAPS) | HV_CAP_EXIT;
            fuzz_world_put(&candidate, parent, vmcb + HV_VMCB_CAPS, caps, FUZZ_DATA, "CAPS");
            if (accept(s, &candidate)) {
                better = true;
                break;
            }
        }
    }
    return better;
}

/* ---- Two at a time ---- */

/* Instructions in different places that are needed only for each other. */
static bool shrink_pairs(struct shrink *s)
{
    enum { MOST = 40 };
    bool better = false;
    if (fuzz_world_instructions(s->world) > MOST)
        return false;
    for (size_t b = fuzz_world_words(s->world); b-- > 1;) {
        for (size_t a = b; a-- > 0;) {
            for (unsigned lengths = 0; lengths < 4; lengths++) {
                struct fuzz_world candidate;
                unsigned changed = 0;
                fuzz_world_copy(&candidate, s->world);
                for (unsigned i = 0; i < 2; i++) {
                    const size_t first = i ? b : a, length = 1 + (lengths >> i & 1);
                    for (size_t n = first; n < first + length; n++) {
                        struct fuzz_word *word = nth(&candidate, n);
                        if (!word || word->kind != FUZZ_CODE || is_nop(word))
                            break;
                        word->value = hv_match[HV_INSN_ADDI];
                        changed |= 1u << (2 * i + n - first);
                    }
                }
                const bool both = (changed & 3) && (changed >> 2);
                const bool as_asked = (changed & 2) >> 1 == (lengths & 1) && (changed >> 3 & 1) == lengths >> 1;
                if (both && as_asked)
                    better |= accept(s, &candidate);
                else
                    fuzz_world_end(&candidate);
            }
        }
    }
    return better;
}

void fuzz_shrink(struct fuzz_world *world, struct fuzz_shrinking *shrinking)
{
    static bool (*const passes[])(struct shrink *) = {shrink_surroundings, shrink_levels,  shrink_links, shrink_vms,
                                                      shrink_words,        shrink_to_nops, shrink_gaps,  shrink_holes,
                                                      shrink_starts,       shrink_jumps,   shrink_loops};
    struct shrink s = {.world = world, .given = shrinking};
    for (bool better = true; better && shrinking->attempts;) {
        better = false;
        for (size_t i = 0; i < sizeof passes / sizeof *passes; i++)
            better |= passes[i](&s);
        better = better || shrink_stores(&s) || shrink_exits(&s) || shrink_pairs(&s);
    }
    shrink_values(&s);
}
