/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * mask.h - predicates as 64-bit masks: all ones for true, 0 for false; no jump.
 *
 * Purpose  BPF has no conditional move: `a < b ? x : y` and `&&` become jumps, 15 cycles each
 *          time the processor guesses wrong. A mask costs two to six instructions, always.
 * Bound    operands are 64-bit words; signed numbers are passed as their two's complement. Each
 *          function states its range; those without a note take every value.
 * Cost     in instructions, in brackets behind each function.
 * Memory   none.
 * Merge    none.
 * Source   Warren, Hacker's Delight, 2nd edition, sections 2-12 and 2-19.
 */
#ifndef SAL_MASK_H
#define SAL_MASK_H

#include "types.h"

/*
 * The sign of x over all bits [1]. Both sides of the shift are hidden: of what comes before it LLVM
 * would make a comparison, and of what comes after it a select.
 */
SAL_INLINE __u64 sal_sign(__u64 x)
{
	__u64 m;

	SAL_OPAQUE(x);
	m = (__u64)((__s64)x >> 63);
	SAL_OPAQUE(m);
	return m;
}

/* x != 0 [3]. */
SAL_INLINE __u64 sal_nonzero(__u64 x)
{
	return sal_sign(x | (0 - x));
}

/* x == 0 [4]. */
SAL_INLINE __u64 sal_zero(__u64 x)
{
	return sal_sign((x - 1) & ~x);
}

/* x == 0, for x <= 2^63 [2]. */
SAL_INLINE __u64 sal_zero_small(__u64 x)
{
	return sal_sign(x - 1);
}

/* a == b [5]. */
SAL_INLINE __u64 sal_eq(__u64 a, __u64 b)
{
	return sal_zero(a ^ b);
}

/* a == b, for a, b < 2^63 [3]. */
SAL_INLINE __u64 sal_eq_small(__u64 a, __u64 b)
{
	return sal_zero_small(a ^ b);
}

/* a < b, signed [6]. */
SAL_INLINE __u64 sal_lt(__u64 a, __u64 b)
{
	__u64 d = a - b;

	return sal_sign(d ^ ((a ^ b) & (d ^ a)));
}

/* a < b, unsigned [6]. */
SAL_INLINE __u64 sal_ltu(__u64 a, __u64 b)
{
	return sal_sign((~a & b) | (~(a ^ b) & (a - b)));
}

/* a < b, signed, for operands whose difference fits 64 bits: both in [0, 2^63), say [2]. */
SAL_INLINE __u64 sal_lt_small(__u64 a, __u64 b)
{
	return sal_sign(a - b);
}

SAL_INLINE __u64 sal_le(__u64 a, __u64 b)
{
	return ~sal_lt(b, a);
}

SAL_INLINE __u64 sal_leu(__u64 a, __u64 b)
{
	return ~sal_ltu(b, a);
}

/* Range as sal_lt_small. */
SAL_INLINE __u64 sal_le_small(__u64 a, __u64 b)
{
	return ~sal_lt_small(b, a);
}

SAL_INLINE __u64 sal_and(__u64 a, __u64 b)
{
	return a & b;
}

SAL_INLINE __u64 sal_or(__u64 a, __u64 b)
{
	return a | b;
}

SAL_INLINE __u64 sal_not(__u64 a)
{
	return ~a;
}

/* m ? a : b, for a mask m [3]. */
SAL_INLINE __u64 sal_select(__u64 m, __u64 a, __u64 b)
{
	return b ^ ((a ^ b) & m);
}

/* The smaller and the larger of two signed numbers [9]. */
SAL_INLINE __u64 sal_min(__u64 a, __u64 b)
{
	return sal_select(sal_lt(a, b), a, b);
}

SAL_INLINE __u64 sal_max(__u64 a, __u64 b)
{
	return sal_select(sal_lt(a, b), b, a);
}

/* The same, range as sal_lt_small [4]. */
SAL_INLINE __u64 sal_min_small(__u64 a, __u64 b)
{
	__u64 d = a - b;

	return b + (d & sal_sign(d));
}

SAL_INLINE __u64 sal_max_small(__u64 a, __u64 b)
{
	__u64 d = a - b;

	return a - (d & sal_sign(d));
}

/* Whether an IPv4 address (host order) lies in net/mask, net already masked [4]. */
SAL_INLINE __u64 sal_in_prefix(__u64 address, __u64 net, __u64 mask)
{
	return sal_zero_small((address & mask) ^ net);
}

/* The same for IPv6, high and low word [9]. */
SAL_INLINE __u64 sal_in_prefix6(
	__u64 high, __u64 low, __u64 net_high, __u64 net_low, __u64 mask_high, __u64 mask_low)
{
	return sal_zero(((high & mask_high) ^ net_high) | ((low & mask_low) ^ net_low));
}

/*
 * Whether x is one of `count` words; `count` is a constant <= 16, so that the loop disappears
 * [6 each]. Longer lists belong in a set (set.h).
 */
SAL_INLINE __u64 sal_in(__u64 x, const __u64 *list, __u32 count)
{
	__u64 found = 0;
	__u32 i;

#ifdef __clang__
#pragma clang loop unroll(full)
#endif
	for (i = 0; i < count; i++)
		found |= sal_eq(x, list[i]);
	return found;
}

#endif
