/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * sumsq.h - exact sums and sums of squares of signed 64-bit numbers in 128 bits.
 *
 * Purpose  sum, ave, var, stddev: n, sum and sum of squares are exact integers, rounded once on
 *          the host. Two words: low, high (two's complement).
 * Bound    a sum of 2^63 numbers cannot overflow; a sum of squares can after 2 numbers of 2^63,
 *          and not before 2^64 numbers below 2^32.
 * Cost     add 8 instructions, square of a number below 2^32 the same, both with a jump to the high
 *          word, which predicts: a sum of packets' numbers goes there once in 2^40 or so (one that
 *          hovers around 0, or squares near 2^64, more often); any square 28, no jump.
 * Memory   two words each.
 * Merge    sal_sum128_merge.
 * Source   carry out of an addition: Warren, Hacker's Delight, 2nd edition, section 2-16.
 */
#ifndef SAL_SUMSQ_H
#define SAL_SUMSQ_H

#include "mask.h"
#include "types.h"

/* sum += high:low. */
SAL_INLINE void sal_sum128_merge(__u64 *sum, __u64 low, __u64 high)
{
	__u64 old = sum[0], new = old + low;
	__u64 carry = (old & low) | ((old | low) & ~new);

	SAL_OPAQUE(carry);
	sum[0] = new;
	sum[1] += high + (carry >> 63);
}

/* sum += x. The high word changes where the sum passes a multiple of 2^64, up or down. */
SAL_INLINE void sal_sum128_add(__u64 *sum, __s64 x)
{
	__u64 sign = (__u64)(x >> 63), old = sum[0], new = old + (__u64)x;

	sum[0] = new;
	if (SAL_UNLIKELY((new ^ sign) < (old ^ sign)))
		sum[1] += sign | 1;
}

/* sum += x * x, for |x| < 2^32. */
SAL_INLINE void sal_sumsq_add_small(__u64 *sum, __s64 x)
{
	__u64 square = (__u64)x * (__u64)x, new = sum[0] + square;

	sum[0] = new;
	SAL_OPAQUE(square); /* else clang knows a carry, which it puts into a register first */
	if (SAL_UNLIKELY(new < square))
		sum[1]++;
}

/* sum += x * x, for every x. */
SAL_INLINE void sal_sumsq_add(__u64 *sum, __s64 x)
{
	__u64 sign = sal_sign((__u64)x), size = ((__u64)x ^ sign) - sign;
	__u64 low = (__u32)size, high = size >> 32;
	__u64 middle = low * high; /* counts twice, at 2^32 */

	sal_sum128_merge(sum, low * low, high * high);
	sal_sum128_merge(sum, middle << 33, middle >> 31);
}

#endif
