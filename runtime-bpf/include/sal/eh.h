/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * eh.h - exponential histogram: count and sum over the last N items, or the last T of time.
 *
 * Purpose  sliding windows in bounded memory: the newest items stand alone, older ones in buckets
 *          that may be as heavy as what is newer allows.
 * Bound    of count and of sum: |estimate - truth| <= truth / K, and lo <= truth <= hi always. Two
 *          neighbours merge only if K / 2 of their count, and of their sum, does not exceed those
 *          of all newer items; the one bucket that the window's edge cuts is counted half. A
 *          histogram of too few buckets for that merges its oldest two anyhow and counts it in
 *          `forced`; lo and hi stay true.
 * Cost     an item 6 instructions; every 2^(LOG2 - 1) items or so a pass over 2^LOG2 buckets.
 * Memory   32 * 2^LOG2 + 16 bytes. N items want about K * ln(2 N / K) + K buckets if they are
 *          equal, twice that if not.
 * Merge    none that keeps the bound (errors add): per CPU, the answers add.
 * Source   Datar, Gionis, Indyk, Motwani, SIAM J. Computing 31 (2002), sections 3 and 4: their
 *          invariant 1, kept by comparing sums instead of by powers of two, so that values of
 *          every size are buckets at once.
 *
 * SAL_EH(NAME, LOG2) declares struct NAME, of LOG2 <= 11 where a verifier is to follow the pass;
 * SAL_EH_CODE(NAME, LOG2) defines
 *	void NAME_add(struct NAME *eh, __u64 k, __u64 at, __u64 value)
 *		an item at position or time `at`, not before the last one's
 *	void NAME_read(const struct NAME *eh, __u64 after, struct sal_eh_answer *answer)
 *		items later than `after`
 */
#ifndef SAL_EH_H
#define SAL_EH_H

#include "mask.h"
#include "types.h"

struct sal_eh_bucket {
	__u64 oldest;
	__u64 newest;
	__u64 count;
	__u64 sum;
};

/* Items after the edge: at least, at most. The estimate is the middle. */
struct sal_eh_answer {
	__u64 count_lo;
	__u64 count_hi;
	__u64 sum_lo;
	__u64 sum_hi;
};

/* Bucket i from the newest stands at [(head + i) mod 2^LOG2]. */
#define SAL_EH(NAME, LOG2)                                                                         \
	struct NAME {                                                                              \
		__u32 head;                                                                        \
		__u32 used;                                                                        \
		__u64 forced;                                                                      \
		struct sal_eh_bucket bucket[1 << (LOG2)];                                          \
	}

SAL_INLINE void sal_eh_join(struct sal_eh_bucket *into, const struct sal_eh_bucket *older)
{
	into->oldest = older->oldest;
	into->count += older->count;
	into->sum += older->sum;
}

/* Whether a bucket of both would be light enough beside what is newer; no overflow below 2^56. */
SAL_INLINE int sal_eh_may_join(const struct sal_eh_bucket *a, const struct sal_eh_bucket *b,
	__u64 count, __u64 sum, __u64 k)
{
	return (a->count + b->count) * k <= 2 * count && (a->sum + b->sum) * k <= 2 * sum;
}

#define SAL_EH_AT(eh, i, LOG2) ((eh)->bucket[SAL_BOUND((eh)->head + (i), (1 << (LOG2)) - 1)])

/*
 * The place to write to is kept in `used`, in memory: a number that the verifier does not know, so
 * that both branches of a round end in one state and 2^LOG2 rounds are checked in 2^LOG2 steps.
 */
#define SAL_EH_CODE(NAME, LOG2)                                                                    \
	SAL_NOINLINE int NAME##_compact(struct NAME *eh, __u64 k)                                  \
	{                                                                                          \
		volatile __u32 *used = &eh->used;                                                  \
		__u64 count = 0, sum = 0;                                                          \
		__u32 i;                                                                           \
                                                                                                   \
		if (!eh)                                                                           \
			return 0;                                                                  \
		*used = 0;                                                                         \
		for (i = 1; i < 1 << (LOG2); i++) {                                                \
			struct sal_eh_bucket *a = &SAL_EH_AT(eh, *used, LOG2);                     \
			struct sal_eh_bucket *b = &SAL_EH_AT(eh, i, LOG2);                         \
                                                                                                   \
			if (sal_eh_may_join(a, b, count, sum, k)) {                                \
				sal_eh_join(a, b);                                                 \
			} else {                                                                   \
				count += a->count;                                                 \
				sum += a->sum;                                                     \
				++*used;                                                           \
				SAL_EH_AT(eh, *used, LOG2) = *b;                                   \
			}                                                                          \
		}                                                                                  \
		if (*used == (1 << (LOG2)) - 1) {                                                  \
			sal_eh_join(&SAL_EH_AT(eh, *used - 1, LOG2), &SAL_EH_AT(eh, *used, LOG2)); \
			eh->forced++;                                                              \
			--*used;                                                                   \
		}                                                                                  \
		++*used;                                                                           \
		return 0;                                                                          \
	}                                                                                          \
                                                                                                   \
	SAL_INLINE void NAME##_add(struct NAME *eh, __u64 k, __u64 at, __u64 value)                \
	{                                                                                          \
		struct sal_eh_bucket *new;                                                         \
                                                                                                   \
		if (SAL_UNLIKELY(eh->used >= 1 << (LOG2)))                                         \
			NAME##_compact(eh, k);                                                     \
		eh->head = (eh->head - 1) & ((1 << (LOG2)) - 1);                                   \
		eh->used++;                                                                        \
		new = &SAL_EH_AT(eh, 0, LOG2);                                                     \
		new->oldest = new->newest = at;                                                    \
		new->count = 1;                                                                    \
		new->sum = value;                                                                  \
	}                                                                                          \
                                                                                                   \
	SAL_NOINLINE void NAME##_read(                                                             \
		const struct NAME *eh, __u64 after, struct sal_eh_answer *answer)                  \
	{                                                                                          \
		__u32 i;                                                                           \
                                                                                                   \
		*answer = (struct sal_eh_answer){0, 0, 0, 0};                                      \
		for (i = 0; i < 1 << (LOG2) && i < eh->used; i++) {                                \
			const struct sal_eh_bucket *b = &SAL_EH_AT(eh, i, LOG2);                   \
                                                                                                   \
			if (b->newest <= after)                                                    \
				break;                                                             \
			answer->count_hi += b->count;                                              \
			answer->sum_hi += b->sum;                                                  \
			if (b->oldest > after) {                                                   \
				answer->count_lo += b->count;                                      \
				answer->sum_lo += b->sum;                                          \
			} else {                                                                   \
				answer->count_lo++; /* its newest item, of unknown value */        \
			}                                                                          \
		}                                                                                  \
	}                                                                                          \
	struct NAME /* the macro's user writes the semicolon */

#endif
