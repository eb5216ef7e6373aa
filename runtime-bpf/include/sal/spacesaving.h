/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * spacesaving.h - frequent items: SpaceSaving in sets of eight counters.
 *
 * Purpose  topk and frequent items where nothing may be handed out: bounded memory, no ring; the
 *          norm Linf.
 * Bound    for every key: count - error <= truth <= count, and error <= W / 8 for the weight W of
 *          its set, whose keys a seeded hash chose. A key that is absent had at most its set's
 *          smallest count. Guaranteed frequent is what count - error says.
 * Cost     one set of four or five cache lines; a branch hit or miss.
 * Memory   2^LOG2 * (64 * (K + 2) + 64) bytes.
 * Merge    sal_spacesaving_merge on the host: counts and errors add, an absent key counting as its
 *          set's smallest; then the eight largest stay. The bound holds as before, W being the
 *          weight of both; commutative, and associative within twice the bound.
 * Source   Metwally, Agrawal, El Abbadi, ICDT 2005; merge: Agarwal et al., PODS 2012, section 2.
 *
 * SAL_SPACESAVING(NAME, K, LOG2) declares struct NAME; SAL_SPACESAVING_CODE(NAME, K, LOG2) defines
 *	void NAME_add(struct NAME *sketch, __u64 hash, const __u64 *key, __u64 weight)
 * A free counter has count 0. What reads a sketch on the host takes it as words, with LOG2 and K.
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

/*
 * A key may match a free counter too, whose count and error are 0: the one it had before counts
 * were cleared, or all that were never used, if it is all zero. These fill in order, and of several
 * matches the masks yield the last, so such a key lives in the last.
 */
#define SAL_SPACESAVING_CODE(NAME, K, LOG2)                                                        \
	SAL_INLINE void NAME##_add(                                                                \
		struct NAME *sketch, __u64 hash, const __u64 *key, __u64 weight)                   \
	{                                                                                          \
		struct NAME##_set *set = &sketch->set[SAL_TABLE_SET(hash, LOG2)];                  \
		__u64 missed = ~0ULL, w, i;                                                        \
                                                                                                   \
		set->total += weight;                                                              \
		for (i = 0; i < 8; i++)                                                            \
			missed &= sal_nonzero(sal_key_difference(set->key[i], key, K, 64)) |       \
			          ~(8 | i);                                                        \
		if (SAL_LIKELY(~missed)) {                                                         \
			w = SAL_BOUND(~missed, 7);                                                 \
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

#ifndef __bpf__
/* Words of a set of struct NAME: total and padding, counts, errors, keys. */
enum { SAL_SPACESAVING_COUNT = 8, SAL_SPACESAVING_ERROR = 16, SAL_SPACESAVING_KEY = 24 };

SAL_INLINE __u32 sal_spacesaving_set_words(__u32 k)
{
	return SAL_SPACESAVING_KEY + 8 * k;
}

/* The counter of a key in a set, 8 where it has none. */
SAL_INLINE __u32 sal_spacesaving_find(const __u64 *set, const __u64 *key, __u32 k)
{
	__u32 w, i;

	for (w = 0; w < 8; w++) {
		__u64 other = set[SAL_SPACESAVING_COUNT + w] == 0;

		for (i = 0; i < k; i++)
			other |= set[SAL_SPACESAVING_KEY + w * k + i] ^ key[i];
		if (!other)
			break;
	}
	return w;
}

/* The smallest count of a set, 0 while a counter is free: the most that an absent key can have. */
SAL_INLINE __u64 sal_spacesaving_absent(const __u64 *set)
{
	return set[SAL_SPACESAVING_COUNT + sal_least_of_8(&set[SAL_SPACESAVING_COUNT])];
}

/*
 * Merges a set. Less its set's smallest a count is one of Misra and Gries, whose sum loses eight
 * times what its ninth largest counter has; so counts of the merged set sum to W at most again,
 * its smallest is W / 8 at most, and no key that goes had more.
 */
SAL_INLINE void sal_spacesaving_merge_set(__u64 *into, const __u64 *from, __u32 k)
{
	__u64 count[16], error[16], least[2];
	const __u64 *key[16], *sets[2];
	__u64 kept[SAL_SPACESAVING_KEY + 8 * 6];
	__u32 n = 0, s, w, i, j;

	sets[0] = into;
	sets[1] = from;
	least[0] = sal_spacesaving_absent(into);
	least[1] = sal_spacesaving_absent(from);
	for (s = 0; s < 2; s++)
		for (w = 0; w < 8; w++) {
			const __u64 *set = sets[s], *other = sets[1 - s];
			const __u64 *mine = &set[SAL_SPACESAVING_KEY + w * k];
			__u32 there = sal_spacesaving_find(other, mine, k);

			if (!set[SAL_SPACESAVING_COUNT + w] || (s && there < 8))
				continue;
			key[n] = mine;
			count[n] =
				set[SAL_SPACESAVING_COUNT + w] +
				(there < 8 ? other[SAL_SPACESAVING_COUNT + there] : least[1 - s]);
			error[n] =
				set[SAL_SPACESAVING_ERROR + w] +
				(there < 8 ? other[SAL_SPACESAVING_ERROR + there] : least[1 - s]);
			n++;
		}
	__builtin_memset(kept, 0, sizeof(kept));
	kept[0] = into[0] + from[0];
	for (w = 0; w < 8 && w < n; w++) {
		__u32 best = w;

		for (j = w + 1; j < n; j++)
			if (count[j] > count[best])
				best = j;
		kept[SAL_SPACESAVING_COUNT + w] = count[best];
		kept[SAL_SPACESAVING_ERROR + w] = error[best];
		for (i = 0; i < k; i++)
			kept[SAL_SPACESAVING_KEY + w * k + i] = key[best][i];
		count[best] = count[w];
		error[best] = error[w];
		key[best] = key[w];
	}
	for (i = 0; i < sal_spacesaving_set_words(k); i++)
		into[i] = kept[i];
}

/* Merges a sketch of the same seed, 2^log2 and k, at most 6 words. */
SAL_INLINE void sal_spacesaving_merge(__u64 *into, const __u64 *from, __u32 log2, __u32 k)
{
	__u32 words = sal_spacesaving_set_words(k), i;

	for (i = 0; i < 1U << log2; i++)
		sal_spacesaving_merge_set(into + i * words, from + i * words, k);
}

/* What a key's count is at least and at most, whether it has a counter or not. */
SAL_INLINE void sal_spacesaving_count(const __u64 *sketch, __u32 log2, __u32 k, __u64 hash,
	const __u64 *key, __u64 *lo, __u64 *hi)
{
	const __u64 *set = sketch + SAL_TABLE_SET(hash, log2) * sal_spacesaving_set_words(k);
	__u32 w = sal_spacesaving_find(set, key, k);

	*hi = w < 8 ? set[SAL_SPACESAVING_COUNT + w] : sal_spacesaving_absent(set);
	*lo = w < 8 ? *hi - set[SAL_SPACESAVING_ERROR + w] : 0;
}

/* What the largest count of any key is at least and at most: the norm Linf of the counts. */
SAL_INLINE void sal_spacesaving_largest(
	const __u64 *sketch, __u32 log2, __u32 k, __u64 *lo, __u64 *hi)
{
	__u32 words = sal_spacesaving_set_words(k), i, w;

	*lo = *hi = 0;
	for (i = 0; i < 1U << log2; i++)
		for (w = 0; w < 8; w++) {
			__u64 count = sketch[i * words + SAL_SPACESAVING_COUNT + w];
			__u64 sure = count - sketch[i * words + SAL_SPACESAVING_ERROR + w];

			*hi = count > *hi ? count : *hi;
			*lo = sure > *lo ? sure : *lo;
		}
}
#endif

#endif
