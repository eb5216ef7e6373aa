/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * minwindow.h - similarity and rarity over sliding windows: MinHash that forgets what is old.
 *
 * Purpose  similarity and rarity of the last N items or the last T of time, asked at any moment,
 *          where panes of minhash.h would move in steps.
 * Bound    that of minhash.h: what NAME_read gives are the buckets that minhash.h would have made
 *          of the window's items alone, byte for byte, with counts up to TIMES. A bucket keeps the
 *          items that can still become its smallest, on average ln of what falls into it in a
 *          window; one that wants more than 2^DEPTH loses one and counts it in `forced`.
 * Cost     12 instructions for each of the 2^DEPTH places of a bucket, and 3 for each of the TIMES;
 *          one jump, on whether the item is there.
 * Memory   2^LOG2 * 2^DEPTH * 8 * (1 + TIMES) + 8 bytes, all zero when empty. For windows of n
 *          items a bucket 2^DEPTH of 16 is forced once in some ten thousand at n = 300.
 * Merge    read each CPU's at one moment, then sal_minhash_merge: exact.
 * Source   Datar, Muthukrishnan, ESA 2002, sections 3 and 4: the list of dominating minima and, for
 *          alpha-rarity, the last alpha times of each; one permutation as in minhash.h.
 *
 * SAL_MINWINDOW(NAME, LOG2, DEPTH, TIMES) declares struct NAME; SAL_MINWINDOW_CODE(same) defines
 *	void NAME_add(struct NAME *window, __u64 hash, __u64 at, __u64 after)
 *		an item at position or time `at`, not before the last one's; items up to `after`
 *		may be forgotten
 *	void NAME_read(const struct NAME *window, __u64 after, __u64 *buckets)
 *		2^LOG2 buckets of minhash.h of the items later than `after`
 * Positions and times begin at 1. TIMES is 1 for similarity, n + 1 for items that occur n times.
 */
#ifndef SAL_MINWINDOW_H
#define SAL_MINWINDOW_H

#include "mask.h"
#include "minhash.h"
#include "types.h"

/*
 * A list of a bucket: ranks, complemented and one more, so that 0 is a free place, descending; the
 * first is the oldest, and each is younger than those before it.
 */
#define SAL_MINWINDOW(NAME, LOG2, DEPTH, TIMES)                                                    \
	struct NAME##_bucket {                                                                     \
		__u64 rank[1 << (DEPTH)];                                                          \
		__u64 at[1 << (DEPTH)][TIMES]; /* the last times, the latest first */              \
	};                                                                                         \
	struct NAME {                                                                              \
		__u64 forced;                                                                      \
		struct NAME##_bucket bucket[1 << (LOG2)];                                          \
	}

#define SAL_MINWINDOW_CODE(NAME, LOG2, DEPTH, TIMES)                                               \
	/* Makes room in a full list: what is too old goes, else the youngest but the new one. */  \
	SAL_NOINLINE int NAME##_make_room(struct NAME *window, __u64 index, __u64 after)           \
	{                                                                                          \
		struct NAME##_bucket *bucket;                                                      \
		__u64 i, t;                                                                        \
                                                                                                   \
		if (!window)                                                                       \
			return 0;                                                                  \
		bucket = &window->bucket[SAL_BOUND(index, (1 << (LOG2)) - 1)];                     \
		if (bucket->at[0][0] > after) {                                                    \
			window->forced++;                                                          \
			return 0;                                                                  \
		}                                                                                  \
		for (i = 0; i + 1 < 1 << (DEPTH); i++) {                                           \
			bucket->rank[i] = bucket->rank[i + 1];                                     \
			for (t = 0; t < (TIMES); t++)                                              \
				bucket->at[i][t] = bucket->at[i + 1][t];                           \
		}                                                                                  \
		return 0;                                                                          \
	}                                                                                          \
                                                                                                   \
	SAL_INLINE void NAME##_add(struct NAME *window, __u64 hash, __u64 at, __u64 after)         \
	{                                                                                          \
		__u64 index = SAL_BOUND(hash >> (64 - (LOG2)), (1 << (LOG2)) - 1);                 \
		struct NAME##_bucket *bucket = &window->bucket[index];                             \
		__u64 rank = (__u64)(__u32)~hash + 1, place = 0, i, t;                             \
                                                                                                   \
		for (i = 0; i < 1 << (DEPTH); i++)                                                 \
			place -= sal_lt_small(rank, bucket->rank[i]);                              \
		if (SAL_UNLIKELY(place >= 1 << (DEPTH))) {                                         \
			NAME##_make_room(window, index, after);                                    \
			place = (1 << (DEPTH)) - 1;                                                \
		}                                                                                  \
		place = SAL_BOUND(place, (1 << (DEPTH)) - 1);                                      \
		/* its own earlier times stay if it is there already */                            \
		if (bucket->rank[place] == rank) {                                                 \
			for (t = (TIMES)-1; t > 0; t--)                                            \
				bucket->at[place][t] = bucket->at[place][t - 1];                   \
		} else {                                                                           \
			for (t = 1; t < (TIMES); t++)                                              \
				bucket->at[place][t] = 0;                                          \
			bucket->rank[place] = rank;                                                \
		}                                                                                  \
		bucket->at[place][0] = at;                                                         \
		/* whatever is behind it is older and ranks higher: never the smallest again */    \
		for (i = 1; i < 1 << (DEPTH); i++)                                                 \
			bucket->rank[i] *= (i - 1 - place) >> 63;                                  \
	}                                                                                          \
                                                                                                   \
	SAL_NOINLINE void NAME##_read(const struct NAME *window, __u64 after, __u64 *buckets)      \
	{                                                                                          \
		__u32 b, i, t;                                                                     \
                                                                                                   \
		for (b = 0; b < 1 << (LOG2); b++) {                                                \
			const struct NAME##_bucket *bucket = &window->bucket[b];                   \
                                                                                                   \
			buckets[b] = 0;                                                            \
			for (i = 0; i < 1 << (DEPTH) && !buckets[b] && bucket->rank[i]; i++)       \
				for (t = 0; t < (TIMES); t++)                                      \
					if (bucket->at[i][t] > after)                              \
						buckets[b] = (bucket->rank[i] - 1) << 32 |         \
						             ((__u32)buckets[b] + 1);              \
		}                                                                                  \
	}                                                                                          \
	struct NAME /* the macro's user writes the semicolon */

#endif
