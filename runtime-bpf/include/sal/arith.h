/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * arith.h - the arithmetic of SAL expressions that BPF (-mcpu=v3) has no instruction for.
 *
 * Purpose  signed division and remainder, search in long constant lists.
 * Bound    every operand; a division by zero gives 0, and the caller masks it as missing.
 * Cost     divide 12 and remainder 14 instructions, search 9 a halving.
 * Memory   none.
 * Merge    none.
 * Source   Warren, Hacker's Delight, 2nd edition, section 9-1.
 */
#ifndef SAL_ARITH_H
#define SAL_ARITH_H

#include "log2.h"
#include "mask.h"
#include "types.h"

/* |x| for a sign mask of x; right for -2^63 too, read as unsigned. */
SAL_INLINE __u64 sal_size(__u64 x, __u64 sign)
{
	return (x ^ sign) - sign;
}

/* a / b, truncated toward zero; 0 for b = 0. */
SAL_INLINE __u64 sal_divide(__u64 a, __u64 b)
{
	__u64 sign_a = sal_sign(a), sign_b = sal_sign(b), none = sal_zero(b);
	__u64 size = sal_size(a, sign_a) / (sal_size(b, sign_b) | (none & 1));

	return sal_size(size, sign_a ^ sign_b) & ~none;
}

/* a - a / b * b, with the sign of a; 0 for b = 0. */
SAL_INLINE __u64 sal_remainder(__u64 a, __u64 b)
{
	__u64 sign_a = sal_sign(a), sign_b = sal_sign(b), none = sal_zero(b);
	__u64 size = sal_size(a, sign_a) % (sal_size(b, sign_b) | (none & 1));

	return sal_size(size, sign_a) & ~none;
}

/*
 * Whether x is one of `count` signed numbers, ascending; `count` is a constant power of two (pad
 * with the last) of at most 2^20.
 */
SAL_INLINE __u64 sal_in_sorted(__u64 x, const __u64 *list, __u32 count)
{
	__u64 at = 0;
	__u32 half;

	/* at: the last place whose number is not above x, or 0; never above count - 1 */
#ifdef __clang__
#pragma clang loop unroll(full)
#endif
	for (half = count >> 1; half; half >>= 1)
		at += half & sal_le(list[SAL_BOUND(at + half, count - 1)], x);
	return sal_eq(list[SAL_BOUND(at, count - 1)], x);
}

/*
 * The name of a value's bucket for keyed tables, a value itself: the end nearer to zero. Below zero
 * the sign comes back. m is a constant from 0 to 16. 26 instructions, no jump.
 */
SAL_INLINE __u64 sal_round_log(__u64 value, __u32 m)
{
	__u64 sign = 0 - (value >> 63), size = (value ^ sign) - sign;
	__u32 top = sal_log2_floor(size >> m << m); /* 0, or at least m */
	__u32 shift = top - (m & (__u32)sal_nonzero(top));

	return ((size >> shift << shift) ^ sign) - sign;
}

/* The lower end of a value's step, for a constant width > 0; at least INT64_MIN. */
SAL_INLINE __u64 sal_round_step(__u64 value, __u64 width)
{
	__u64 sign = 0 - (value >> 63);
	/* below zero ~x = -x - 1, whose rest counts from the step's upper end */
	__u64 rest = (value ^ sign) % width;
	__u64 down = sal_select(sign, width - 1 - rest, rest), lower = value - down;

	return sal_select(sign & ~(0 - (lower >> 63)), 1ULL << 63, lower);
}

#endif
