/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * bloom.h - a Bloom filter of cache lines: whether a key is new, and distinct items of many keys.
 *
 * Purpose  first-seen in a window where stored keys (firstseen.h) would not fit; keyed distinct
 *          counts (superspreaders) as a filter over (key, item) and a counter a key.
 * Bound    one-sided: a key said to be new is new; a new key is taken for known with at most the
 *          share that sal_bloom_error gives, so a distinct count is short by that share at most
 *          (and its standard error), never over.
 * Cost     one cache line, four bits; no jump.
 * Memory   64 * 2^LOG2 bytes; 2^LOG2 * 40 keys for 1 %.
 * Merge    or. Filters of several CPUs each count a pair once: counts over a merged filter must be
 *          made anew; or all CPUs share one filter (sal_bloom_is_new_shared).
 * Source   blocked Bloom filters: Putze, Sanders, Singler, WEA 2007; superspreaders: Venkataraman,
 *          Song, Gibbons, Blum, NDSS 2005.
 */
#ifndef SAL_BLOOM_H
#define SAL_BLOOM_H

#include "types.h"

/* Four bits of the 512 of a line: slices of the hash below those that choose the line. */
#define SAL_BLOOM_BITS 4

/* 1 if the key was not there; it is now. log2 is a constant from 1 to 20. */
SAL_INLINE int sal_bloom_is_new(__u64 *lines, __u32 log2, __u64 hash)
{
	__u64 *line = lines + SAL_BOUND(hash >> (64 - log2), (1 << log2) - 1) * 8;
	__u64 missing = 0;
	__u32 i;

#ifdef __clang__
#pragma clang loop unroll(full)
#endif
	for (i = 0; i < SAL_BLOOM_BITS; i++) {
		__u64 *word = &line[SAL_BOUND(hash >> i * 9, 7)];
		__u64 bit = 1ULL << ((hash >> (i * 9 + 3)) & 63);

		missing |= ~*word & bit;
		*word |= bit;
	}
	return missing != 0;
}

/*
 * The same for a filter that several CPUs share: all four bits stand in one word, so that of CPUs
 * that meet exactly one is told "new". The two forms do not mix in one filter.
 */
SAL_INLINE int sal_bloom_is_new_shared(__u64 *lines, __u32 log2, __u64 hash)
{
	__u64 *word = &lines[SAL_BOUND(hash >> (61 - log2), (1 << (log2 + 3)) - 1)];
	__u64 bits = 1ULL << (hash & 63) | 1ULL << (hash >> 6 & 63) | 1ULL << (hash >> 12 & 63) |
	             1ULL << (hash >> 18 & 63);

	/* Read first: most keys are known, and an atomic costs ten loads. */
	if (SAL_LIKELY((*(volatile __u64 *)word & bits) == bits))
		return 0;
	return (__sync_fetch_and_or(word, bits) & bits) != bits;
}

#ifndef __bpf__
SAL_INLINE void sal_bloom_merge(__u64 *into, const __u64 *from, __u32 log2)
{
	__u32 i;

	for (i = 0; i < 8U << log2; i++)
		into[i] |= from[i];
}

/*
 * The probability that a new key is taken for known, from the bits that are set: the mean of the
 * fourth power of the load, over lines of 8 words or, for a shared filter, over single words.
 */
SAL_INLINE double sal_bloom_error(const __u64 *lines, __u32 log2, int shared)
{
	__u32 words = shared ? 1 : 8, i, j;
	double sum = 0;

	for (i = 0; i < 8U << log2; i += words) {
		double load = 0;

		for (j = 0; j < words; j++)
			load += __builtin_popcountll(lines[i + j]);
		load /= 64 * words;
		sum += load * load * load * load;
	}
	return sum * words / (8U << log2);
}
#endif

#endif
