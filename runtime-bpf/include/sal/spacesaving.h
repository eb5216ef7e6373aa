/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * spacesaving.h - frequent items: SpaceSaving in sets of eight counters.
 *
 * Purpose  topk and frequent items where nothing may be handed out: bounded memory, no ring.
 * Bound    for every key: count - error <= truth <= count, and error <= W / 8 for the weight W of
 *          its set, whose keys a seeded hash chose. A key that is absent had at most its set's
 *          smallest count. Guaranteed frequent is what count - error says.
 * Cost     one set of four or five cache lines; a branch hit or miss.
 * Memory   2^LOG2 * (64 * (K + 2) + 64) bytes.
 * Merge    sal_spacesaving_merge on the host: counts and errors add, an absent key counting as its
 *          set's smallest; then the eight largest stay. Errors add.
 * Source   Metwally, Agrawal, El Abbadi, ICDT 2005; merge: Agarwal et al., PODS 2012, section 2.
 *
 * SAL_SPACESAVING(NAME, K, LOG2) declares struct NAME; SAL_SPACESAVING_CODE(NAME, K, LOG2) defines
 *	void NAME_add(struct NAME *sketch, __u64 hash, const __u64 *key, __u64 weight)
 * A free counter has count 0.
 */
#ifndef SAL_SPACESAVING_H
#define SAL_SPACESAVING_H

#include "mask.h"
#include "table.h"
#include "types.h"

#define SAL_SPACESAVING(NAME, K, LOG2)                                                             \
	struct NAME##_set {                                                                        \
		__u64 total;                                                                       \
		__u64 unused[7];                                                                   \
		__u64 count[8];                                                                    \
		__u64 error[8];                                                                    \
		__u64 key[8][K];                                                                   \
	};                                                                                         \
	struct NAME {                                                                              \
		struct NAME##_set set[1 << (LOG2)];                                                \
	} SAL_LINE

/* The number of the smallest of eight; the first of equal ones. */
SAL_INLINE __u64 sal_least_of_8(const __u64 *x)
{
	__u64 best = 0, least = x[0], i;

#ifdef __clang__
#pragma clang loop unroll(full)
#endif
	for (i = 1; i < 8; i++) {
		__u64 m = sal_ltu(x[i], least);

		best = sal_select(m, i, best);
		least = sal_select(m, x[i], least);
	}
	return best;
}

#define SAL_SPACESAVING_CODE(NAME, K, LOG2)                                                        \
	SAL_INLINE void NAME##_add(                                                                \
		struct NAME *sketch, __u64 hash, const __u64 *key, __u64 weight)                   \
	{                                                                                          \
		struct NAME##_set *set = &sketch->set[SAL_TABLE_SET(hash, LOG2)];                  \
		__u64 hit = 0, w, i;                                                               \
                                                                                                   \
		set->total += weight;                                                              \
		for (i = 0; i < 8; i++)                                                            \
			hit |= (sal_key_equal(set->key[i], key, K, 64) &                           \
				       sal_nonzero(set->count[i])) &                               \
			       (8 | i);                                                            \
		if (SAL_LIKELY(hit)) {                                                             \
			w = SAL_BOUND(hit, 7);                                                     \
			set->count[w] += weight;                                                   \
			return;                                                                    \
		}                                                                                  \
		w = SAL_BOUND(sal_least_of_8(set->count), 7);                                      \
		for (i = 0; i < (K); i++)                                                          \
			set->key[w][i] = key[i];                                                   \
		set->error[w] = set->count[w];                                                     \
		set->count[w] += weight;                                                           \
	}                                                                                          \
	struct NAME /* the macro's user writes the semicolon */

#endif
