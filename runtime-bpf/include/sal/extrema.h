/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * extrema.h - smallest and largest of signed 64-bit numbers in words that begin as zero.
 *
 * Purpose  min() and max() in accumulators, which are all zero for a new key.
 * Bound    exact over the whole range. Whether there was any value the tuple count (or a count of
 *          present values) tells; the word alone cannot.
 * Cost     11 instructions, no jump; sal_max_track and sal_min_track 4, with a jump that predicts
 *          where one word sees many values: of n in random order about ln n are new extremes.
 * Memory   one word each.
 * Merge    sal_extreme_merge: the unsigned maximum of the words, for min as for max.
 * Source   order-preserving maps: flipping the sign bit makes signed order unsigned, the
 *          complement turns it round, so 0 is below everything in both.
 */
#ifndef SAL_EXTREMA_H
#define SAL_EXTREMA_H

#include "mask.h"
#include "types.h"

SAL_INLINE __u64 sal_extreme_merge(__u64 a, __u64 b)
{
	return sal_select(sal_ltu(a, b), b, a);
}

SAL_INLINE __u64 sal_max_word(__s64 value)
{
	return (__u64)value ^ 1ULL << 63;
}

SAL_INLINE __s64 sal_max_value(__u64 word)
{
	return (__s64)(word ^ 1ULL << 63);
}

SAL_INLINE __u64 sal_min_word(__s64 value)
{
	return ~sal_max_word(value);
}

SAL_INLINE __s64 sal_min_value(__u64 word)
{
	return sal_max_value(~word);
}

SAL_INLINE void sal_max_update(__u64 *word, __s64 value)
{
	*word = sal_extreme_merge(*word, sal_max_word(value));
}

SAL_INLINE void sal_min_update(__u64 *word, __s64 value)
{
	*word = sal_extreme_merge(*word, sal_min_word(value));
}

/* The same with a jump; in a table, where every new key has new extremes, masks are better. */
SAL_INLINE void sal_max_track(__u64 *word, __s64 value)
{
	__u64 most = sal_max_word(value);

	if (SAL_UNLIKELY(most > *word))
		*word = most;
}

SAL_INLINE void sal_min_track(__u64 *word, __s64 value)
{
	__u64 least = sal_min_word(value);

	if (SAL_UNLIKELY(least > *word))
		*word = least;
}

/* As sal_max_update for tuples where `present` (a mask) is 0: the word stays. */
SAL_INLINE void sal_max_update_if(__u64 *word, __s64 value, __u64 present)
{
	*word = sal_extreme_merge(*word, sal_max_word(value) & present);
}

SAL_INLINE void sal_min_update_if(__u64 *word, __s64 value, __u64 present)
{
	*word = sal_extreme_merge(*word, sal_min_word(value) & present);
}

#endif
