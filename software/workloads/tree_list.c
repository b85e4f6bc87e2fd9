/*
 * A binary search tree and a linked list over the same nodes, which lie all
 * over a pool of 20 pages: every step follows a pointer to another page.
 *
 * Nodes are inserted into the tree and half of them deleted; the list of the
 * others is sorted by merging. Both must then name the same nodes in the same
 * order, and these must be the ones that arithmetic says.
 */

#include "program.h"

enum { NODES = 640, POOL_NODES = 640 };

struct node {
    struct node *left, *right, *next;
    uint32_t key;
#ifdef HOST
    uint32_t unused[25];
#else
    uint32_t unused[28];
#endif
};

_Static_assert(sizeof(struct node) == 128, "32 nodes on a page");

static PAGE_ALIGNED NOINIT struct node pool[POOL_NODES];

/* 231 is prime to 640, so this goes through the whole pool without taking two
   neighbours from one page. */
static struct node *node_number(int i)
{
    return &pool[i * 231 % POOL_NODES];
}

/* A permutation of 0..639 with no visible order: 351 is prime to 640, and the
   exclusive-or stays inside blocks of 128. */
static uint32_t key_number(int i)
{
    uint32_t key = (uint32_t)i * 351u % NODES;

    return key ^ ((key >> 7) * 73u & 127u);
}

static void tree_insert(struct node **root, struct node *node)
{
    struct node **link = root;

    while (*link)
        link = node->key < (*link)->key ? &(*link)->left : &(*link)->right;
    node->left = node->right = NULL;
    *link = node;
}

static void tree_delete(struct node **root, uint32_t key)
{
    struct node **link = root;

    while (*link && (*link)->key != key)
        link = key < (*link)->key ? &(*link)->left : &(*link)->right;

    struct node *node = *link;

    if (!node)
        return;
    if (!node->left || !node->right) {
        *link = node->left ? node->left : node->right;
        return;
    }

    /* The next larger node, which has no left child, takes the place. */
    struct node **heir_link = &node->right;

    while ((*heir_link)->left)
        heir_link = &(*heir_link)->left;

    struct node *heir = *heir_link;

    *heir_link = heir->right;
    heir->left = node->left;
    heir->right = node->right;
    *link = heir;
}

static bool tree_has(const struct node *tree, uint32_t key)
{
    while (tree && tree->key != key)
        tree = key < tree->key ? tree->left : tree->right;
    return tree != NULL;
}

static struct node *merge(struct node *a, struct node *b)
{
    struct node *first = NULL;
    struct node **end = &first;

    while (a && b) {
        struct node **smaller = b->key < a->key ? &b : &a;

        *end = *smaller;
        end = &(*end)->next;
        *smaller = (*smaller)->next;
    }
    *end = a ? a : b;
    return first;
}

/* Bottom-up: run[i] is empty or a sorted list of 2^i nodes. */
static struct node *list_sort(struct node *list)
{
    struct node *run[16] = {0};
    struct node *sorted = NULL;

    while (list) {
        struct node *node = list;
        int i = 0;

        list = list->next;
        node->next = NULL;
        for (; run[i]; i++) {
            node = merge(run[i], node);
            run[i] = NULL;
        }
        run[i] = node;
    }
    for (int i = 0; i < 16; i++)
        sorted = merge(run[i], sorted);
    return sorted;
}

/* In order, without a stack: as in Morris' traversal, the right link of a
   node's predecessor leads back to it while its left subtree is visited. */
static void compare_in_order(struct node *tree, struct node *list)
{
    uint32_t visited = 0;

    while (tree) {
        struct node *before = tree->left;

        if (before) {
            while (before->right && before->right != tree)
                before = before->right;
            if (!before->right) {
                before->right = tree;
                tree = tree->left;
                continue;
            }
            before->right = NULL;
        }
        check(tree == list, 1, "tree and list agree");
        check(tree->key == 2 * visited + 1, 2, "the odd keys, in order");
        visited++;
        list = list->next;
        tree = tree->right;
    }
    check(list == NULL, 3, "the list ends with the tree");
    check(visited == NODES / 2, 4, "number of nodes");
}

int main(void)
{
    struct node *tree = NULL, *list = NULL;

    roi_begin();
    for (int i = 0; i < NODES; i++) {
        struct node *node = node_number(i);

        node->key = key_number(i);
        tree_insert(&tree, node);
    }
    for (uint32_t key = 0; key < NODES; key += 2)
        tree_delete(&tree, key);
    for (uint32_t key = 0; key < NODES; key++)
        check(tree_has(tree, key) == (key % 2 == 1), 5, "the tree has the odd keys only");

    for (int i = 0; i < NODES; i++) {
        struct node *node = node_number(i);

        if (node->key % 2 == 1) {
            node->next = list;
            list = node;
        }
    }
    list = list_sort(list);
    roi_end();

    compare_in_order(tree, list);
    return 0;
}
