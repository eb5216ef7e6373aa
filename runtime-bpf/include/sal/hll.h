/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * hll.h - HyperLogLog: how many distinct items, in 2^p registers of one byte.
 *
 * Purpose  countdistinct: global ones keep registers in the data path, keyed ones on the host.
 * Bound    standard error 1.04 / sqrt(2^p), 4 <= p <= 16; 1.6 % for p = 12. No bias correction
 *          table: Ertl's estimator is nearly unbiased over the whole range.
 * Cost     update 12 cycles in BPF (one multiply, one table load), the only branch is "larger".
 * Memory   2^p bytes.
 * Merge    larger of each register; the order of arrival and the CPU do not matter.
 * Source   Flajolet et al., AofA 2007; estimator: Ertl, arXiv:1702.01284, algorithm 6. Rank by the
 *          position of the lowest set bit (the hash is symmetric): de Bruijn, as clang 14 cannot
 *          compile __builtin_ctzll for BPF.
 */
#ifndef SAL_HLL_H
#define SAL_HLL_H

#include "types.h"

static const __u8 sal_debruijn[64] __attribute__((unused)) = {0, 1, 2, 53, 3, 7, 54, 27, 4, 38, 41,
	8, 34, 55, 48, 28, 62, 5, 39, 46, 44, 42, 22, 9, 24, 35, 59, 56, 49, 18, 29, 11, 63, 52, 6,
	26, 37, 40, 33, 47, 61, 45, 43, 21, 23, 58, 17, 10, 51, 25, 36, 32, 60, 20, 57, 16, 50, 31,
	19, 15, 30, 14, 13, 12};

/* Zeros below the lowest set bit of x, x != 0. */
SAL_INLINE __u32 sal_trailing_zeros(__u64 x)
{
	return sal_debruijn[SAL_BOUND(((x & (0 - x)) * 0x022fdd63cc95386dULL) >> 58, 63)];
}

/* The hash's top p bits choose the register, the others give the rank 1 to 65 - p. */
SAL_INLINE __u32 sal_hll_index(__u64 hash, __u32 p)
{
	return (__u32)SAL_BOUND(hash >> (64 - p), 0xffff);
}

SAL_INLINE __u32 sal_hll_rank(__u64 hash, __u32 p)
{
	return 1 + sal_trailing_zeros(hash | 1ULL << (64 - p));
}

/* p is a constant in BPF; `registers` has 2^p bytes. */
SAL_INLINE void sal_hll_update(__u8 *registers, __u32 p, __u64 hash)
{
#ifdef __bpf__
	__u8 *r = &registers[SAL_BOUND(hash >> (64 - p), (1 << p) - 1)];
#else
	__u8 *r = &registers[sal_hll_index(hash, p)];
#endif
	__u32 rank = sal_hll_rank(hash, p);

	if (SAL_UNLIKELY(*r < rank))
		*r = (__u8)rank;
}

#ifndef __bpf__
SAL_INLINE void sal_hll_merge(__u8 *into, const __u8 *from, __u32 p)
{
	__u32 i;

	for (i = 0; i < 1U << p; i++)
		into[i] = into[i] < from[i] ? from[i] : into[i];
}

/* Ertl's sigma: registers that are 0. */
SAL_INLINE double sal_hll_sigma(double x)
{
	double y = 1, z = x, before;

	if (x == 1)
		return __builtin_inf();
	do {
		x *= x;
		before = z;
		z += x * y;
		y += y;
	} while (z != before);
	return z;
}

/* Ertl's tau: registers at the largest rank. */
SAL_INLINE double sal_hll_tau(double x)
{
	double y = 1, z, before;

	if (x == 0 || x == 1)
		return 0;
	z = 1 - x;
	do {
		x = __builtin_sqrt(x);
		before = z;
		y *= .5;
		z -= (1 - x) * (1 - x) * y;
	} while (z != before);
	return z / 3;
}

/* The number of distinct items; 0 for empty registers. */
SAL_INLINE double sal_hll_estimate(const __u8 *registers, __u32 p)
{
	__u32 count[66] = {0}, i, top = 64 - p;
	double m = (double)(1U << p), z;

	for (i = 0; i < 1U << p; i++)
		count[registers[i] < 65 ? registers[i] : 65]++;
	z = m * sal_hll_tau(1 - count[top + 1] / m);
	for (i = top; i >= 1; i--)
		z = .5 * (z + count[i]);
	z += m * sal_hll_sigma(count[0] / m);
	return m * m / (2 * 0.69314718055994530942) / z;
}
#endif

#endif
