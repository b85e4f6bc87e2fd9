/*
 * A hash table with open addressing and linear probing, over 16 pages.
 *
 * Deletion moves later entries back, so that no tombstones are needed. Every
 * access goes to a page that the hash picks.
 *
 * Check: keys come from a bijection of 0..n-1, so for each it is known without
 * a second table whether it must be there and with which value; the number of
 * entries and the sum of the values follow by arithmetic.
 */

#include "program.h"

enum { SLOTS = 4096, KEYS = 2600 };

struct slot {
    uint32_t key; /* 0: the slot is free */
    uint32_t value;
    uint32_t unused[2];
};

static PAGE_ALIGNED NOINIT struct slot slots[SLOTS];

/* Multiplication by an odd number is a bijection modulo 2^32; the result is
   0 for 0 only. */
static uint32_t key_of(uint32_t i)
{
    return (i + 1) * 0x2545F491u;
}

static uint32_t home_of(uint32_t key)
{
    key ^= key >> 15;
    key *= 0x85EBCA6Bu;
    return (key ^ key >> 13) % SLOTS;
}

/* The slot of the key, or the free one where it would go. */
static struct slot *find(uint32_t key)
{
    uint32_t i = home_of(key);

    while (slots[i].key != 0 && slots[i].key != key)
        i = (i + 1) % SLOTS;
    return &slots[i];
}

static void insert(uint32_t key, uint32_t value)
{
    struct slot *slot = find(key);

    slot->key = key;
    slot->value = value;
}

static void delete (uint32_t key)
{
    uint32_t hole = (uint32_t)(find(key) - slots);

    if (slots[hole].key == 0)
        return;
    for (uint32_t i = (hole + 1) % SLOTS; slots[i].key != 0; i = (i + 1) % SLOTS) {
        /* An entry may fill the hole unless its home lies behind the hole. */
        uint32_t from_home = (i - home_of(slots[i].key)) % SLOTS;
        uint32_t from_hole = (i - hole) % SLOTS;

        if (from_home >= from_hole) {
            slots[hole] = slots[i];
            hole = i;
        }
    }
    slots[hole].key = 0;
}

int main(void)
{
    uint32_t entries = 0, sum = 0, expected = 0;

    for (int i = 0; i < SLOTS; i++)
        slots[i].key = 0;

    roi_begin();
    for (uint32_t i = 0; i < KEYS; i++)
        insert(key_of(i), i);
    for (uint32_t i = 0; i < KEYS; i += 3)
        delete (key_of(i));
    for (uint32_t i = 1; i < KEYS; i += 6)
        insert(key_of(i), 2 * i);
    roi_end();

    for (uint32_t i = 0; i < KEYS; i++) {
        const struct slot *slot = find(key_of(i));

        if (i % 3 == 0) {
            check(slot->key == 0, 1, "a deleted key is gone");
        } else {
            uint32_t value = i % 6 == 1 ? 2 * i : i;

            check(slot->key == key_of(i), 2, "a key is there");
            check(slot->value == value, 3, "and has its value");
            expected += value;
        }
    }
    check(find(key_of(KEYS))->key == 0, 4, "a key never inserted is not there");

    for (int i = 0; i < SLOTS; i++)
        if (slots[i].key != 0) {
            entries++;
            sum += slots[i].value;
        }
    check(entries == KEYS - (KEYS + 2) / 3, 5, "number of entries");
    check(sum == expected, 6, "sum of the values");
    return 0;
}
