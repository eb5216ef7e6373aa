/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * sample.h - samples: by hash, the same on every host; and a reservoir of fixed size.
 *
 * Purpose  sample(n): n tuples drawn evenly; sample by hash keeps all tuples of a share of the
 *          keys, the same keys wherever the seed is the same (trajectories).
 * Bound    by hash: each key with probability threshold / 2^32, scale what is counted by its
 *          inverse. Reservoir: the 2^LOG2 tuples of smallest random rank; every set of that size is
 *          equally likely.
 * Cost     by hash 2 instructions; reservoir 4, and 2^LOG2 * 8 for the about n ln(N / n) tuples
 *          that are taken.
 * Memory   reservoir 2^LOG2 * 8 * (1 + W) + 16 bytes, W the words of a tuple.
 * Merge    NAME_merge on the host takes the other's by their ranks: exact, associative,
 *          commutative; of samples by hash the counts add.
 * Source   hash sampling: Duffield, Grossglauser, SIGCOMM 2000; ranks: Vitter's reservoir (1985) in
 *          the mergeable form of bottom-k samples, Cohen, Kaplan, PODC 2007.
 *
 * SAL_RESERVOIR(NAME, W, LOG2) declares struct NAME; SAL_RESERVOIR_CODE(NAME, W, LOG2) defines
 *	void NAME_take(struct NAME *sample, __u64 rank, const __u64 *tuple)
 * with a fresh random rank for every tuple. Ranks are complemented, so that 0 is a free place.
 */
#ifndef SAL_SAMPLE_H
#define SAL_SAMPLE_H

#include "mask.h"
#include "types.h"

/* All ones where the hash is among the lowest threshold / 2^32. */
SAL_INLINE __u64 sal_sampled(__u64 hash, __u32 threshold)
{
	return sal_lt_small(hash >> 32, threshold);
}

#define SAL_RESERVOIR(NAME, W, LOG2)                                                               \
	struct NAME {                                                                              \
		__u64 seen;                                                                        \
		__u64 weakest; /* the place whose rank is to go next */                            \
		__u64 rank[1 << (LOG2)];                                                           \
		__u64 tuple[1 << (LOG2)][W];                                                       \
	}

#define SAL_RESERVOIR_CODE(NAME, W, LOG2)                                                          \
	SAL_INLINE void NAME##_take(struct NAME *sample, __u64 rank, const __u64 *tuple)           \
	{                                                                                          \
		__u64 at = SAL_BOUND(sample->weakest, (1 << (LOG2)) - 1), least = ~0ULL, i, j;     \
                                                                                                   \
		rank = ~rank;                                                                      \
		sample->seen++;                                                                    \
		if (SAL_LIKELY(rank <= sample->rank[at]))                                          \
			return;                                                                    \
		sample->rank[at] = rank;                                                           \
		for (i = 0; i < (W); i++)                                                          \
			sample->tuple[at][i] = tuple[i];                                           \
		for (i = 0, j = 0; i < 1 << (LOG2); i++) {                                         \
			__u64 m = sal_ltu(sample->rank[i], least);                                 \
                                                                                                   \
			least = sal_select(m, sample->rank[i], least);                             \
			j = sal_select(m, i, j);                                                   \
		}                                                                                  \
		sample->weakest = j;                                                               \
	}                                                                                          \
                                                                                                   \
	SAL_NOINLINE int NAME##_merge(struct NAME *into, const struct NAME *from)                  \
	{                                                                                          \
		__u64 i, seen;                                                                     \
                                                                                                   \
		if (!into || !from)                                                                \
			return 0;                                                                  \
		seen = into->seen + from->seen;                                                    \
		for (i = 0; i < 1 << (LOG2); i++)                                                  \
			if (from->rank[i])                                                         \
				NAME##_take(into, ~from->rank[i], from->tuple[i]);                 \
		into->seen = seen;                                                                 \
		return 0;                                                                          \
	}                                                                                          \
	struct NAME /* the macro's user writes the semicolon */

#endif
