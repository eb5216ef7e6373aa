/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * mfu.h - a bounded map that keeps the most frequently used keys and hands the rest out.
 *
 * Purpose  top-k and skewed keyed state: heavy keys stay, light ones pass through as partials, so
 *          that resident plus handed-out weights are exact for every key.
 * Bound    4 * 2^LOG2 keys. A key is pushed out only after votes against its set's weakest way
 *          have outweighed it: a key of more than a fifth of its set's weight since it came in is
 *          never the weakest way that loses. Nothing merges, nothing is lost.
 * Cost     one set of two or three cache lines; a branch hit or miss.
 * Memory   2^LOG2 * 32 * (K + 2) bytes.
 * Merge    rows of equal key add, resident or handed out.
 * Source   majority vote: Boyer, Moore 1981; with eviction of exact partials: ElasticSketch (Yang
 *          et al., SIGCOMM 2018), section 3.1, here over four ways.
 *
 * SAL_MFU(NAME, K, LOG2) declares struct NAME; SAL_MFU_CODE(NAME, K, LOG2) defines
 *	int NAME_add(struct NAME *map, __u64 hash, const __u64 *key, __u64 weight, __u64 *out)
 * which returns 0, or 1 where out[0..K-1] and out[K] are a key and the weight handed out.
 * A free way has weight 0; weights are not 0.
 */
#ifndef SAL_MFU_H
#define SAL_MFU_H

#include "mask.h"
#include "table.h"
#include "types.h"

#define SAL_MFU(NAME, K, LOG2)                                                                     \
	struct NAME##_set {                                                                        \
		__u64 key[4][K];                                                                   \
		__u64 weight[4];                                                                   \
		__u64 against[4]; /* votes of other keys since the way was taken or last used */   \
	};                                                                                         \
	struct NAME {                                                                              \
		struct NAME##_set set[1 << (LOG2)];                                                \
	} SAL_LINE

/* The number of the smallest of four; the first of equal ones. */
SAL_INLINE __u64 sal_least_of_4(const __u64 *x)
{
	__u64 m1 = sal_ltu(x[1], x[0]), a = sal_select(m1, x[1], x[0]);
	__u64 m3 = sal_ltu(x[3], x[2]), b = sal_select(m3, x[3], x[2]);

	return sal_select(sal_ltu(b, a), 2 | (1 & m3), 1 & m1);
}

#define SAL_MFU_CODE(NAME, K, LOG2)                                                                \
	SAL_INLINE int NAME##_add(                                                                 \
		struct NAME *map, __u64 hash, const __u64 *key, __u64 weight, __u64 *out)          \
	{                                                                                          \
		struct NAME##_set *set = &map->set[SAL_TABLE_SET(hash, LOG2)];                     \
		__u64 w, i;                                                                        \
		__u64 hit = 0;                                                                     \
                                                                                                   \
		for (i = 0; i < 4; i++)                                                            \
			hit |= (sal_key_equal(set->key[i], key, K, 64) &                           \
				       sal_nonzero(set->weight[i])) &                              \
			       (4 | i);                                                            \
		if (SAL_LIKELY(hit)) {                                                             \
			w = SAL_BOUND(hit, 3);                                                     \
			set->weight[w] += weight;                                                  \
			return 0;                                                                  \
		}                                                                                  \
		w = SAL_BOUND(sal_least_of_4(set->weight), 3);                                     \
		if (set->weight[w]) {                                                              \
			set->against[w] += weight;                                                 \
			if (set->against[w] <= set->weight[w]) {                                   \
				for (i = 0; i < (K); i++)                                          \
					out[i] = key[i];                                           \
				out[K] = weight;                                                   \
				return 1;                                                          \
			}                                                                          \
		}                                                                                  \
		hit = set->weight[w];                                                              \
		for (i = 0; i < (K); i++) {                                                        \
			out[i] = set->key[w][i];                                                   \
			set->key[w][i] = key[i];                                                   \
		}                                                                                  \
		out[K] = hit;                                                                      \
		set->weight[w] = weight;                                                           \
		set->against[w] = 0;                                                               \
		return hit != 0;                                                                   \
	}                                                                                          \
	struct NAME /* the macro's user writes the semicolon */

#endif
