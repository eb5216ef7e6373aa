/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * countsketch.h - Count-Sketch: the L2 norm of a vector of counts, and any key's share of it.
 *
 * Purpose  norm(x, 2) and change detection: the vector has one coordinate a key. L0 is hll.h, L1 a
 *          sum, Linf the first of a ranking.
 * Bound    5 rows of w = 2^LOG2 counters: a row's sum of squares is within sqrt(2 / w) of L2
 *          squared (standard error), and the answer is the rows' median; a key's count has standard
 *          error L2 / sqrt(w) a row, median again.
 * Cost     five counters, their indices and signs being slices of one hash; no jump.
 * Memory   40 * 2^LOG2 bytes; LOG2 <= 11, for 5 * (11 + 1) bits of hash.
 * Merge    add; and subtract: the sketch of the difference of two windows, whose L2 says how much
 *          changed and whose keys' counts say what.
 * Source   Charikar, Chen, Farach-Colton, ICALP 2002; F2: Alon, Matias, Szegedy, STOC 1996, in the
 *          form of Thorup, Zhang, SODA 2004.
 */
#ifndef SAL_COUNTSKETCH_H
#define SAL_COUNTSKETCH_H

#include "mask.h"
#include "types.h"

#define SAL_COUNTSKETCH_ROWS 5U

/* The counter of a row, counted over all rows. */
SAL_INLINE __u32 sal_countsketch_index(__u64 hash, __u32 row, __u32 log2)
{
	return (row << log2) + ((__u32)(hash >> row * 12) & ((1U << log2) - 1));
}

/* All ones where a row takes the key's weight away. */
SAL_INLINE __u64 sal_countsketch_sign(__u64 hash, __u32 row)
{
	return sal_sign(hash << (63 - 11 - row * 12));
}

/* Adds a weight; `rows` has 5 * 2^log2 words, log2 is a constant from 4 to 11. */
SAL_INLINE void sal_countsketch_add(__s64 *rows, __u32 log2, __u64 hash, __u64 weight)
{
	__u32 row;

#ifdef __clang__
#pragma clang loop unroll(full)
#endif
	for (row = 0; row < SAL_COUNTSKETCH_ROWS; row++) {
		__u64 sign = sal_countsketch_sign(hash, row);
		__u64 at = SAL_BOUND(hash >> row * 12, (1 << log2) - 1);

		rows[(row << log2) + at] += (__s64)((weight ^ sign) - sign);
	}
}

#ifndef __bpf__
SAL_INLINE void sal_countsketch_merge(__s64 *into, const __s64 *from, __u32 log2)
{
	__u32 i;

	for (i = 0; i < SAL_COUNTSKETCH_ROWS << log2; i++)
		into[i] = (__s64)((__u64)into[i] + (__u64)from[i]);
}

/* into - from: what changed. */
SAL_INLINE void sal_countsketch_subtract(__s64 *into, const __s64 *from, __u32 log2)
{
	__u32 i;

	for (i = 0; i < SAL_COUNTSKETCH_ROWS << log2; i++)
		into[i] = (__s64)((__u64)into[i] - (__u64)from[i]);
}

SAL_INLINE double sal_median_of_5(double *x)
{
	int i, j;

	for (i = 1; i < 5; i++)
		for (j = i; j > 0 && x[j] < x[j - 1]; j--) {
			double other = x[j];

			x[j] = x[j - 1];
			x[j - 1] = other;
		}
	return x[2];
}

/* The square of the L2 norm. */
SAL_INLINE double sal_countsketch_f2(const __s64 *rows, __u32 log2)
{
	double sum[SAL_COUNTSKETCH_ROWS];
	__u32 row, i;

	for (row = 0; row < SAL_COUNTSKETCH_ROWS; row++) {
		sum[row] = 0;
		for (i = 0; i < 1U << log2; i++) {
			double c = (double)rows[(row << log2) + i];

			sum[row] += c * c;
		}
	}
	return sal_median_of_5(sum);
}

/* The count of one key. */
SAL_INLINE double sal_countsketch_count(const __s64 *rows, __u32 log2, __u64 hash)
{
	double count[SAL_COUNTSKETCH_ROWS];
	__u32 row;

	for (row = 0; row < SAL_COUNTSKETCH_ROWS; row++) {
		double c = (double)rows[sal_countsketch_index(hash, row, log2)];

		count[row] = sal_countsketch_sign(hash, row) ? -c : c;
	}
	return sal_median_of_5(count);
}
#endif

#endif
