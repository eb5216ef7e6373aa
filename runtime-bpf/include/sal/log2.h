/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * log2.h - binary logarithms of integers: the whole part, and 16 bits behind the point.
 *
 * Purpose  log buckets, log2 histograms and entropy need where the highest set bit stands, which
 *          BPF has no instruction for (and clang 14 no expansion).
 * Bound    sal_log2_floor exact. sal_log2_fixed: |error| <= 2^-13.
 * Cost     floor 17 instructions and one load; fixed 12 more and a second load. No jump.
 * Memory   64 bytes and 260 bytes of constants.
 * Merge    none.
 * Source   Warren, Hacker's Delight, 2nd edition, section 5-3; de Bruijn multiplication: Leiserson,
 *          Prokop, Randall 1998. The table of log2(1 + i / 64) is interpolated with its secant;
 *          the largest error of that, 2^-14.5 at i = 0, follows from the second derivative.
 */
#ifndef SAL_LOG2_H
#define SAL_LOG2_H

#include "types.h"

static const __u8 sal_log2_debruijn[64] __attribute__((unused)) = {0, 47, 1, 56, 48, 27, 2, 60, 57,
	49, 41, 37, 28, 16, 3, 61, 54, 58, 35, 52, 50, 42, 21, 44, 38, 32, 29, 23, 17, 11, 4, 62,
	46, 55, 26, 59, 40, 36, 15, 53, 34, 51, 20, 43, 31, 22, 10, 45, 25, 39, 14, 33, 19, 30, 9,
	24, 13, 18, 8, 12, 7, 6, 5, 63};

/* The number of the highest set bit; 0 for x = 0 as for x = 1. */
SAL_INLINE __u32 sal_log2_floor(__u64 x)
{
	x |= x >> 1;
	x |= x >> 2;
	x |= x >> 4;
	x |= x >> 8;
	x |= x >> 16;
	x |= x >> 32;
	return sal_log2_debruijn[SAL_BOUND((x * 0x03f79d71b4cb0a89ULL) >> 58, 63)];
}

/* log2(1 + i / 64) * 2^16, rounded; one entry more for the secant of the last interval. */
static const __u32 sal_log2_table[65] __attribute__((unused)) = {
	0,
	1466,
	2909,
	4331,
	5732,
	7112,
	8473,
	9814,
	11136,
	12440,
	13727,
	14996,
	16248,
	17484,
	18704,
	19909,
	21098,
	22272,
	23433,
	24579,
	25711,
	26830,
	27936,
	29029,
	30109,
	31178,
	32234,
	33279,
	34312,
	35334,
	36346,
	37346,
	38336,
	39316,
	40286,
	41246,
	42196,
	43137,
	44068,
	44990,
	45904,
	46809,
	47705,
	48593,
	49472,
	50344,
	51207,
	52063,
	52911,
	53751,
	54584,
	55410,
	56229,
	57040,
	57845,
	58643,
	59434,
	60219,
	60997,
	61769,
	62534,
	63294,
	64047,
	64794,
	65536,
};

/* log2(x) * 2^16 for x >= 1; 0 for x = 0. */
SAL_INLINE __u64 sal_log2_fixed(__u64 x)
{
	__u32 whole = sal_log2_floor(x);
	__u64 mantissa = (x << (63 - whole)) << 1; /* the bits behind the first, at the top */
	__u64 at = SAL_BOUND(mantissa >> 58, 63);
	__u64 low = sal_log2_table[at], high = sal_log2_table[at + 1];
	__u64 part = mantissa << 6 >> 48;

	return ((__u64)whole << 16) + low + ((high - low) * part >> 16);
}

#endif
