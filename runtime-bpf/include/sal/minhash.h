/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * minhash.h - similarity of two streams and rarity of one: one-permutation MinHash with counts.
 *
 * Purpose  similarity(a, b), the Jaccard coefficient |A and B| / |A or B| of the items of two
 *          streams; rarity(x, n), the share of distinct items that occur exactly n times.
 * Bound    k = 2^LOG2 buckets, of which u are filled: standard error sqrt(x (1 - x) / u) of a true
 *          share x. Two items of one bucket with equal 32 bits of rank are taken for one.
 * Cost     one word; the branches (new smallest, equal, larger) are soon predictable.
 * Memory   8 * 2^LOG2 bytes, all zero when empty: rank (complemented) above a count of 32 bits.
 * Merge    sal_minhash_merge: the smaller rank stays, of equal ones the counts add. Exact,
 *          associative, commutative; so panes make a sliding window (Datar, Muthukrishnan 2002).
 * Source   Datar, Muthukrishnan, ESA 2002; one permutation: Li, Owen, Zhang, NIPS 2012.
 */
#ifndef SAL_MINHASH_H
#define SAL_MINHASH_H

#include "types.h"

/* Takes an item by its hash; log2 is a constant from 1 to 16. */
SAL_INLINE void sal_minhash_add(__u64 *buckets, __u32 log2, __u64 hash)
{
	__u64 *bucket = &buckets[SAL_BOUND(hash >> (64 - log2), (1 << log2) - 1)];
	__u64 new = ~hash << 32, old = *bucket;

	if (SAL_LIKELY((old ^ new) >> 32 == 0 && (__u32)old)) {
		*bucket = old + ((__u32)old != 0xffffffff);
	} else if (new > old || !(__u32)old) {
		*bucket = new | 1;
	}
}

#ifndef __bpf__
SAL_INLINE void sal_minhash_merge(__u64 *into, const __u64 *from, __u32 log2)
{
	__u32 i;

	for (i = 0; i < 1U << log2; i++) {
		__u64 a = into[i], b = from[i], sum = (a & 0xffffffff) + (b & 0xffffffff);

		if (!(__u32)b)
			continue;
		if ((__u32)a && a >> 32 == b >> 32)
			into[i] = a >> 32 << 32 | (sum < 0xffffffff ? sum : 0xffffffff);
		else if (!(__u32)a || b > a)
			into[i] = b;
	}
}

/* Buckets filled in either; those of them whose smallest item is the same. */
SAL_INLINE void sal_minhash_compare(
	const __u64 *a, const __u64 *b, __u32 log2, __u32 *filled, __u32 *equal)
{
	__u32 i;

	*filled = *equal = 0;
	for (i = 0; i < 1U << log2; i++) {
		__u32 in_a = (__u32)a[i] != 0, in_b = (__u32)b[i] != 0;

		*filled += in_a | in_b;
		*equal += in_a & in_b & (a[i] >> 32 == b[i] >> 32);
	}
}

/* Buckets filled; those of them whose smallest item occurred exactly `times`. */
SAL_INLINE void sal_minhash_rare(
	const __u64 *buckets, __u32 log2, __u32 times, __u32 *filled, __u32 *rare)
{
	__u32 i;

	*filled = *rare = 0;
	for (i = 0; i < 1U << log2; i++) {
		*filled += (__u32)buckets[i] != 0;
		*rare += (__u32)buckets[i] == times && times != 0;
	}
}
#endif

#endif
