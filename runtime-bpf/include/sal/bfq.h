/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * bfq.h - a Bloom filter queue: whether a key occurred in the last W sub-windows.
 *
 * Purpose  behaviour changes: DISTINCT ... SLIDE. A key is an event if it was neither in this
 *          sub-window nor in the W - 1 before.
 * Bound    one-sided: a key said to be new is new; a new one is missed only where all its three
 *          cells were refreshed by others: the cube of the share of live cells (sal_bfq_error).
 * Cost     three cells; no jump but the empty cell's.
 * Memory   2^LOG2 bytes: a cell holds the number, 1 to 255, of the sub-window of its last use.
 * Merge    the younger stamp of each cell.
 * Source   HyperSight (Zhou et al., ICNP 2019), Bloom filter queue; stamps instead of one bit a
 *          sub-window, so that old ones end without being cleared.
 */
#ifndef SAL_BFQ_H
#define SAL_BFQ_H

#include "mask.h"
#include "types.h"

/* The stamp of sub-window number n. */
SAL_INLINE __u8 sal_bfq_stamp(__u64 n)
{
	return (__u8)(n % 255 + 1);
}

/* How many sub-windows ago a stamp was `now`, 0 to 254; 255 for an empty cell. */
SAL_INLINE __u32 sal_bfq_age(__u8 stamp, __u8 now)
{
	__u32 age = (__u32)now - stamp;

	age += 255 & (__u32)sal_sign((__u64)(__s64)(__s32)age);
	return stamp ? age : 255;
}

/* 1 if the key was in none of the last w sub-windows, this one included (w < 255). */
SAL_INLINE int sal_bfq_is_new(__u8 *cells, __u32 log2, __u64 hash, __u8 now, __u32 w)
{
	int is_new = 0;
	__u32 i;

#ifdef __clang__
#pragma clang loop unroll(full)
#endif
	for (i = 0; i < 3; i++) {
		__u8 *cell = &cells[SAL_BOUND(hash >> i * 21, (1 << log2) - 1)];

		is_new |= sal_bfq_age(*cell, now) >= w;
		*cell = now;
	}
	return is_new;
}

#ifndef __bpf__
/* Empties the cells whose stamp would soon come round again: at each turn, or every 200 of them. */
SAL_INLINE void sal_bfq_sweep(__u8 *cells, __u32 log2, __u8 now, __u32 w)
{
	__u32 i;

	for (i = 0; i < 1U << log2; i++)
		if (sal_bfq_age(cells[i], now) >= w)
			cells[i] = 0;
}

SAL_INLINE void sal_bfq_merge(__u8 *into, const __u8 *from, __u32 log2, __u8 now)
{
	__u32 i;

	for (i = 0; i < 1U << log2; i++)
		if (sal_bfq_age(from[i], now) < sal_bfq_age(into[i], now))
			into[i] = from[i];
}

/* The probability that a new key is missed. */
SAL_INLINE double sal_bfq_error(const __u8 *cells, __u32 log2, __u8 now, __u32 w)
{
	double live = 0;
	__u32 i;

	for (i = 0; i < 1U << log2; i++)
		live += sal_bfq_age(cells[i], now) < w;
	live /= 1U << log2;
	return live * live * live;
}
#endif

#endif
