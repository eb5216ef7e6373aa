/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * ewma.h - exponentially weighted averages and rates in fixed point.
 *
 * Purpose  ewma(x, alpha): avg += alpha * (x - avg), a tuple at a time; rate with a half-life: a
 *          count that halves every so many nanoseconds, read as tuples a second.
 * Bound    ewma: values below 2^40 in size, 16 bits behind the point; each step rounds down by less
 *          than 2^-16, so the average is below the exact one by at most 2^-16 / alpha.
 *          rate: within 0.1 % of the decayed count from a weight of 100 on; time is kept in steps
 *          of half-life / 65536, whose rests are carried on and not lost.
 * Cost     ewma 8 instructions, 5 where |value| < 2^30 (sal_ewma_small), no jump; rate 25, whose
 *          jumps are on clocks that go back and on pauses of 64 half-lives.
 * Memory   ewma one word and "has begun" (the tuple count tells); rate two words.
 * Merge    none: the order of tuples is the meaning. A key whose tuples meet on one CPU may be
 *          folded in the data path; else the host folds. Rates of two CPUs add at equal times.
 * Source   linear-in-state folds: Marple (Narayana et al., SIGCOMM 2017), section 3.1; decaying
 *          counters: Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009.
 */
#ifndef SAL_EWMA_H
#define SAL_EWMA_H

#include "mask.h"
#include "types.h"

/* average and result: value * 2^16; alpha = numerator / 2^16, 0 < numerator <= 2^16. */
SAL_INLINE __s64 sal_ewma(__s64 average, __s64 value, __u32 numerator)
{
	__s64 distance = (__s64)((__u64)value << 16) - average;
	/* distance * numerator / 2^16, by halves: the product may need 73 bits */
	__s64 high = (distance >> 16) * numerator;
	__s64 low = (__s64)(((__u64)distance & 0xffff) * numerator >> 16);

	return average + high + low;
}

/* The same, bit by bit, for |value| < 2^30, where the product fits 64 bits. */
SAL_INLINE __s64 sal_ewma_small(__s64 average, __s64 value, __u32 numerator)
{
	__s64 distance = (__s64)((__u64)value << 16) - average;

	return average + (distance * numerator >> 16);
}

/* 2^(-i / 16) * 2^32. */
static const __u64 sal_half_powers[17] __attribute__((unused)) = {
	4294967296ULL,
	4112874773ULL,
	3938502376ULL,
	3771522796ULL,
	3611622603ULL,
	3458501653ULL,
	3311872529ULL,
	3171459999ULL,
	3037000500ULL,
	2908241642ULL,
	2784941738ULL,
	2666869345ULL,
	2553802834ULL,
	2445529972ULL,
	2341847524ULL,
	2242560872ULL,
	2147483648ULL,
};

struct sal_rate {
	__u64 weight; /* decayed count * 2^16, as of `at` */
	__u64 at;     /* nanoseconds */
};

/* weight * part / 2^32. */
SAL_INLINE __u64 sal_rate_scale(__u64 weight, __u64 part)
{
	return (weight >> 32) * part + ((weight & 0xffffffff) * part >> 32);
}

/*
 * The weight after `steps` of half-life / 65536: whole halves are shifts, sixteenths come from the
 * table, and of the rest y the exponential is 1 - y + y^2 / 2, so that short steps decay truly.
 */
SAL_INLINE __u64 sal_rate_decay(__u64 weight, __u64 steps)
{
	__u64 halves = steps >> 16;
	__u64 y = (steps & 4095) * 45426; /* ln 2 * 2^16 a step */

	if (SAL_UNLIKELY(halves >> 6))
		return 0;
	weight = sal_rate_scale(weight, sal_half_powers[SAL_BOUND(steps >> 12, 15)]);
	weight = sal_rate_scale(weight, (1ULL << 32) - y + (y * y >> 33));
	return weight >> SAL_BOUND(halves, 63);
}

/* Counts one tuple at `now`; half_life is a constant of at least 65536 nanoseconds. */
SAL_INLINE void sal_rate_add(struct sal_rate *rate, __u64 now, __u64 half_life)
{
	__u64 step = half_life / 65536, elapsed = now - rate->at, steps;

	if (SAL_UNLIKELY((__s64)elapsed < 0)) /* another CPU's clock */
		elapsed = 0;
	steps = elapsed / step;
	rate->weight = sal_rate_decay(rate->weight, steps) + (1 << 16);
	rate->at += steps * step;
}

#ifndef __bpf__
/* Tuples a second at `now`: a steady stream of r a second has weight r * half-life / ln 2. */
SAL_INLINE double sal_rate_read(const struct sal_rate *rate, __u64 now, __u64 half_life)
{
	__u64 elapsed = now > rate->at ? now - rate->at : 0;
	double weight = (double)sal_rate_decay(rate->weight, elapsed / (half_life / 65536)) / 65536;

	return weight * 0.69314718055994530942 * 1e9 / (double)half_life;
}
#endif

#endif
