/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * moments.h - count, sum, mean, variance, least and largest of signed 64-bit numbers, exactly.
 *
 * Purpose  the whole of a number's moments in one state; sumsq.h and extrema.h are its parts.
 * Bound    n, sum and sum of squares are exact integers (128 bits; see sumsq.h for their range), so
 *          the variance is rounded once, however small it is beside the mean (10^9 +- 1).
 * Cost     50 instructions, 25 where |x| < 2^32 (sal_moments_add_small); jumps on new extremes and
 *          carries (extrema.h, sumsq.h), which predict.
 * Memory   seven words, all zero when empty.
 * Merge    sal_moments_merge: exact, associative, commutative.
 * Source   shifted sums: Chan, Golub, LeVeque, The American Statistician 37 (1983), section 2, with
 *          the whole part of the mean as the shift, in integers.
 */
#ifndef SAL_MOMENTS_H
#define SAL_MOMENTS_H

#include "extrema.h"
#include "sumsq.h"
#include "types.h"

struct sal_moments {
	__u64 count;
	__u64 sum[2];
	__u64 square[2];
	__u64 least; /* words of extrema.h */
	__u64 most;
};

SAL_INLINE void sal_moments_extrema(struct sal_moments *m, __s64 x)
{
	m->count++;
	sal_min_track(&m->least, x);
	sal_max_track(&m->most, x);
}

SAL_INLINE void sal_moments_add(struct sal_moments *m, __s64 x)
{
	sal_moments_extrema(m, x);
	sal_sum128_add(m->sum, x);
	sal_sumsq_add(m->square, x);
}

/* The same for |x| < 2^32. */
SAL_INLINE void sal_moments_add_small(struct sal_moments *m, __s64 x)
{
	sal_moments_extrema(m, x);
	sal_sum128_add(m->sum, x);
	sal_sumsq_add_small(m->square, x);
}

SAL_INLINE void sal_moments_merge(struct sal_moments *into, const struct sal_moments *from)
{
	into->count += from->count;
	sal_sum128_merge(into->sum, from->sum[0], from->sum[1]);
	sal_sum128_merge(into->square, from->square[0], from->square[1]);
	into->least = sal_extreme_merge(into->least, from->least);
	into->most = sal_extreme_merge(into->most, from->most);
}

#ifndef __bpf__
SAL_INLINE __int128 sal_moments_sum(const struct sal_moments *m)
{
	return (__int128)((unsigned __int128)m->sum[1] << 64 | m->sum[0]);
}

/* The mean; 0 of nothing. */
SAL_INLINE double sal_moments_mean(const struct sal_moments *m)
{
	__int128 sum = sal_moments_sum(m), n = m->count;

	return n ? (double)(__s64)(sum / n) + (double)(__s64)(sum % n) / (double)n : 0;
}

/* The population's variance; 0 of nothing. */
SAL_INLINE double sal_moments_variance(const struct sal_moments *m)
{
	__int128 sum = sal_moments_sum(m), n = m->count, c, rest, squares;

	if (!n)
		return 0;
	c = sum / n;
	rest = sum - n * c; /* sum of x - c */
	/* sum of (x - c)^2, modulo 2^128, into which it fits */
	squares = (__int128)(((unsigned __int128)m->square[1] << 64 | m->square[0]) -
			     (unsigned __int128)c * (unsigned __int128)(2 * sum - n * c));
	return (double)(((long double)squares - (long double)rest * rest / n) / n);
}
#endif

#endif
