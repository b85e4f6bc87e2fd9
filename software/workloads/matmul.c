/*
 * Product of integer matrices, modulo 2^32.
 *
 * A row takes 1 KiB, most of it unused, so that a column of B runs over seven
 * pages and the three matrices lie on 21.
 *
 * Check: Freivalds' test, A(Bx) = Cx for random vectors x, which never forms
 * the product; and the digest of C, which a native build has confirmed.
 */

#include "program.h"

enum { N = 28, STRIDE = 256, TESTS = 3 };

static PAGE_ALIGNED NOINIT uint32_t a[N][STRIDE], b[N][STRIDE], c[N][STRIDE];

static void fill(uint32_t m[][STRIDE], uint32_t *random)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            m[i][j] = random_next(random);
}

static void multiply(void)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            uint32_t sum = 0;

            for (int k = 0; k < N; k++)
                sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
}

static void apply(uint32_t y[N], uint32_t m[][STRIDE], const uint32_t x[N])
{
    for (int i = 0; i < N; i++) {
        y[i] = 0;
        for (int j = 0; j < N; j++)
            y[i] += m[i][j] * x[j];
    }
}

int main(void)
{
    uint32_t random = 28, sum = 0;

    fill(a, &random);
    fill(b, &random);

    roi_begin();
    multiply();
    roi_end();

    for (int t = 0; t < TESTS; t++) {
        uint32_t x[N], bx[N], abx[N], cx[N];

        for (int i = 0; i < N; i++)
            x[i] = random_next(&random);
        apply(bx, b, x);
        apply(abx, a, bx);
        apply(cx, c, x);
        for (int i = 0; i < N; i++)
            check(abx[i] == cx[i], 1 + t, "A(Bx) = Cx");
    }

    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            sum = digest(sum, c[i][j]);
    check_equal(sum, 0x12425085u, 10, "digest of the product");
    return 0;
}
