/*
 * A fixed-point Fourier transform: 512 points, radix 2, in place, twiddle
 * factors with 30 fractional bits. A sample takes 32 bytes, so that the
 * butterflies of the last stages go to two pages each.
 *
 * Check: the spectrum of two tones and an impulse is known without a
 * transform; and for noise, some points are compared with the sum that defines
 * them. A native build also compares the twiddle factors with libm.
 */

#include "program.h"

#ifdef HOST
#include <math.h>
#endif

enum { LOG_N = 9, N = 1 << LOG_N, TOLERANCE = 64 };

struct sample {
    int32_t re, im;
    int32_t unused[6];
};

static PAGE_ALIGNED NOINIT struct sample samples[N], noise[N];

static int32_t cosine[N]; /* of 2 pi i / N, 2^30 for 1 */

static const int32_t ONE = 1 << 30;

/* Product of a number and a fraction with 30 bits, rounded. */
static int32_t times(int32_t x, int32_t fraction)
{
    return (int32_t)(((int64_t)x * fraction + (1 << 29)) >> 30);
}

static int32_t cos_of(int i)
{
    return cosine[i & (N - 1)];
}

static int32_t sin_of(int i)
{
    return cosine[(i - N / 4) & (N - 1)];
}

/* A quarter by rotation, step by step; the rest by symmetry. */
static void make_cosine(void)
{
    const int32_t step_cos = 1073660973, step_sin = 13176464; /* of 2 pi / 512 */
    int32_t c = ONE, s = 0;

    for (int i = 0; i < N / 4; i++) {
        cosine[i] = c;
        cosine[N / 2 - i] = -c;
        cosine[N / 2 + i] = -c;
        if (i)
            cosine[N - i] = c;

        int32_t next = times(c, step_cos) - times(s, step_sin);

        s = times(s, step_cos) + times(c, step_sin);
        c = next;
    }
    cosine[N / 4] = cosine[3 * N / 4] = 0;
}

static void reverse_bits(struct sample *x)
{
    for (int i = 0, j = 0; i < N; i++) {
        if (i < j) {
            int32_t re = x[i].re, im = x[i].im;

            x[i].re = x[j].re;
            x[i].im = x[j].im;
            x[j].re = re;
            x[j].im = im;
        }
        int bit = N / 2; /* j + 1, counted from the other end */

        for (; j & bit; bit >>= 1)
            j ^= bit;
        j |= bit;
    }
}

/* X[k] = sum of x[n] exp(-2 pi i k n / N). Without scaling: samples stay below
   2^20, and so results below 2^30. */
static void transform(struct sample *x)
{
    reverse_bits(x);
    for (int half = 1; half < N; half *= 2)
        for (int k = 0; k < half; k++) {
            int32_t c = cos_of(k * (N / 2 / half)), s = -sin_of(k * (N / 2 / half));

            for (int i = k; i < N; i += 2 * half) {
                struct sample *a = &x[i], *b = &x[i + half];
                int32_t re = times(b->re, c) - times(b->im, s);
                int32_t im = times(b->re, s) + times(b->im, c);

                b->re = a->re - re;
                b->im = a->im - im;
                a->re += re;
                a->im += im;
            }
        }
}

static bool near(int32_t a, int32_t b)
{
    int32_t difference = a - b;

    return difference <= TOLERANCE && difference >= -TOLERANCE;
}

enum { TONE_1 = 37, HEIGHT_1 = 12000, TONE_2 = 200, HEIGHT_2 = 7000, PULSE_AT = 5, PULSE = 30000 };

static void write_tones(void)
{
    for (int n = 0; n < N; n++) {
        samples[n].re =
            times(HEIGHT_1, cos_of(TONE_1 * n)) + times(HEIGHT_2, sin_of(TONE_2 * n)) + (n == PULSE_AT ? PULSE : 0);
        samples[n].im = 0;
    }
}

static void check_tones(void)
{
    for (int k = 0; k < N; k++) {
        int32_t re = times(PULSE, cos_of(k * PULSE_AT)), im = -times(PULSE, sin_of(k * PULSE_AT));

        if (k == TONE_1 || k == N - TONE_1)
            re += HEIGHT_1 * (N / 2);
        if (k == TONE_2)
            im -= HEIGHT_2 * (N / 2);
        if (k == N - TONE_2)
            im += HEIGHT_2 * (N / 2);
        check(near(samples[k].re, re) && near(samples[k].im, im), 1, "spectrum of the tones");
    }
}

static void write_noise(void)
{
    uint32_t random = 512;

    for (int n = 0; n < N; n++) {
        samples[n].re = noise[n].re = (int32_t)(random_next(&random) >> 16) - 32768;
        samples[n].im = noise[n].im = (int32_t)(random_next(&random) >> 16) - 32768;
    }
}

static void check_noise(int k)
{
    int64_t re = 0, im = 0;

    for (int n = 0; n < N; n++) {
        int64_t c = cos_of(k * n), s = -sin_of(k * n);

        re += noise[n].re * c - noise[n].im * s;
        im += noise[n].re * s + noise[n].im * c;
    }
    check(near(samples[k].re, (int32_t)(re >> 30)) && near(samples[k].im, (int32_t)(im >> 30)), 2,
          "spectrum of the noise");
}

int main(void)
{
    make_cosine();
#ifdef HOST
    for (int i = 0; i < N; i++)
        check(fabs(cosine[i] - 0x1p30 * cos(2 * acos(-1) * i / N)) < 128, 3, "cosine");
#endif

    write_tones();
    roi_begin();
    transform(samples);
    roi_end();
    check_tones();

    write_noise();
    transform(samples);
    for (int k = 1; k < N; k += 257)
        check_noise(k);
    return 0;
}
