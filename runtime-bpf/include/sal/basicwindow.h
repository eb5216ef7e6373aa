/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * basicwindow.h - frequent items of a sliding window: Golab's basic windows, a top list of each.
 *
 * Purpose  topk(x, N, b, k): the last N items in N / b basic windows of b items, or of a time. The
 *          active one is counted (spacesaving.h), of each that ended the TOP largest are kept.
 * Bound    for every key: lo <= truth <= hi over the windows that ended. A window adds count -
 *          error and count of a key that it lists, and of any other 0 and `rest`, the largest count
 *          that its list has no place for. No key outside of all lists has more than the sum of the
 *          rests: one whose lo is above that sum is among the most frequent for sure.
 * Cost     an item that of spacesaving.h; every b items a turn of 40 passes over 8 * 2^LOG2
 *          counters, 6 instructions each.
 * Memory   8 * WINDOWS * (4 + TOP * (K + 2)) + 8 bytes, rounded up to 64, and spacesaving.h's.
 * Merge    the answers of CPUs that turn together add: lo and hi of a key, and the rests.
 * Source   Golab, DeHaan, Demaine, Lopez-Ortiz, Munro, IMC 2003, algorithm FREQUENT; their
 *          threshold delta is the sum of the rests.
 *
 * SAL_BASICWINDOW(NAME, K, LOG2, TOP, WINDOWS) declares struct NAME, of keys of K words, 2^LOG2
 * sets of eight counters and WINDOWS <= 256 lists of TOP <= 256; LOG2 <= 6 where a verifier is to
 * follow the turn. SAL_BASICWINDOW_CODE(same) defines
 *	void NAME_add(struct NAME *window, __u64 hash, const __u64 *key, __u64 weight)
 *	int NAME_turn(struct NAME *window)	ends the active window; the oldest is forgotten
 *	__u64 NAME_rest(const struct NAME *window)
 *	void NAME_count(const struct NAME *window, const __u64 *key, __u64 *lo, __u64 *hi)
 */
#ifndef SAL_BASICWINDOW_H
#define SAL_BASICWINDOW_H

#include "mask.h"
#include "spacesaving.h"
#include "types.h"

/* Counts of one basic window are below 2^40; where they are not, the bounds are true but wide. */
#define SAL_BASICWINDOW_BITS 40

#define SAL_BASICWINDOW(NAME, K, LOG2, TOP, WINDOWS)                                               \
	SAL_SPACESAVING(NAME##_active, K, LOG2);                                                   \
	struct NAME##_list {                                                                       \
		__u64 used; /* places; in memory, so that the verifier forgets it */               \
		__u64 rest;                                                                        \
		__u64 count[(TOP) + 1];                                                            \
		__u64 error[(TOP) + 1];                                                            \
		__u64 key[TOP][K];                                                                 \
	};                                                                                         \
	struct NAME {                                                                              \
		__u64 next; /* the list of the next turn, or WINDOWS for the first */              \
		struct NAME##_list list[WINDOWS];                                                  \
		struct NAME##_active active;                                                       \
	} SAL_LINE

/*
 * NAME_threshold: the largest t that more than TOP active counters reach, 0 if none, bit by bit.
 * NAME_collect: lists the counters above `least`, or those that equal it, by number, as long as
 * there is room; each is written to the next place, which only those keep that are to stay. No
 * jump, and no mask AND a constant, behind which a verifier goes on twice: one path to follow.
 * NAME_turn: takes the largest counters into the oldest list by number, then what they hold.
 */
#define SAL_BASICWINDOW_CODE(NAME, K, LOG2, TOP, WINDOWS)                                          \
	SAL_SPACESAVING_CODE(NAME##_active, K, LOG2);                                              \
	SAL_INLINE void NAME##_add(                                                                \
		struct NAME *window, __u64 hash, const __u64 *key, __u64 weight)                   \
	{                                                                                          \
		NAME##_active_add(&window->active, hash, key, weight);                             \
	}                                                                                          \
                                                                                                   \
	SAL_INLINE __u64 NAME##_threshold(const struct NAME *window)                               \
	{                                                                                          \
		__u64 t = 0, n;                                                                    \
		__u32 bit, s, w;                                                                   \
                                                                                                   \
		for (bit = 0; bit < SAL_BASICWINDOW_BITS; bit++) {                                 \
			__u32 shift = SAL_BASICWINDOW_BITS - 1 - bit;                              \
			__u64 higher = t | 1ULL << shift;                                          \
                                                                                                   \
			n = 0;                                                                     \
			for (s = 0; s < 1 << (LOG2); s++)                                          \
				for (w = 0; w < 8; w++)                                            \
					n -= sal_le_small(higher, window->active.set[s].count[w]); \
			t += ((TOP)-n) >> 63 << shift;                                             \
		}                                                                                  \
		return t;                                                                          \
	}                                                                                          \
                                                                                                   \
	SAL_INLINE int NAME##_collect(                                                             \
		struct NAME *window, struct NAME##_list *list, __u64 least, __u64 equal)           \
	{                                                                                          \
		volatile __u64 *used = &list->used;                                                \
		__u32 s, w;                                                                        \
                                                                                                   \
		for (s = 0; s < 1 << (LOG2); s++)                                                  \
			for (w = 0; w < 8; w++) {                                                  \
				__u64 count = window->active.set[s].count[w], place = *used;       \
				__u64 same = sal_eq(count, least) & sal_nonzero(count);            \
				__u64 takes = sal_select(equal, same, sal_ltu(least, count));      \
				__u64 room = sal_lt_small(place, TOP);                             \
                                                                                                   \
				if (place > (TOP))                                                 \
					return 0; /* never, which a verifier cannot know */        \
				list->count[place] = count;                                        \
				list->error[place] = s * 8 + w;                                    \
				*used = place + ((takes & room) >> 63);                            \
				list->rest = sal_max_small(list->rest, count & takes & ~room);     \
			}                                                                          \
		return 0;                                                                          \
	}                                                                                          \
                                                                                                   \
	SAL_NOINLINE int NAME##_turn(struct NAME *window)                                          \
	{                                                                                          \
		struct NAME##_list *list;                                                          \
		__u64 next, threshold;                                                             \
		__u32 s, w, j, i;                                                                  \
                                                                                                   \
		if (!window)                                                                       \
			return 0;                                                                  \
		next = SAL_BOUND(window->next, 255);                                               \
		next &= sal_lt_small(next, WINDOWS);                                               \
		if (next >= (WINDOWS))                                                             \
			return 0; /* never: a jump that sets it would make two paths */            \
		list = &window->list[next];                                                        \
		window->next = next + 1;                                                           \
		list->used = 0;                                                                    \
		threshold = NAME##_threshold(window);                                              \
		list->rest = threshold;                                                            \
		NAME##_collect(window, list, threshold, 0);                                        \
		NAME##_collect(window, list, threshold, ~0ULL);                                    \
		for (s = 0; s < 1 << (LOG2); s++) { /* a set all of whose counters are listed */   \
			struct NAME##_active_set *set = &window->active.set[s];                    \
			__u64 least = set->count[0];                                               \
                                                                                                   \
			for (w = 1; w < 8; w++)                                                    \
				least = sal_min_small(least, set->count[w]);                       \
			list->rest = sal_max_small(list->rest, least);                             \
		}                                                                                  \
		for (j = 0; j < (TOP); j++) {                                                      \
			__u64 number = list->error[j];                                             \
			struct NAME##_active_set *set =                                            \
				&window->active.set[SAL_BOUND(number >> 3, (1 << (LOG2)) - 1)];    \
                                                                                                   \
			w = (__u32)SAL_BOUND(number, 7);                                           \
			list->error[j] = set->error[w];                                            \
			for (i = 0; i < (K); i++)                                                  \
				list->key[j][i] = set->key[w][i];                                  \
		}                                                                                  \
		for (s = 0; s < 1 << (LOG2); s++) {                                                \
			window->active.set[s].total = 0;                                           \
			for (w = 0; w < 8; w++) {                                                  \
				window->active.set[s].count[w] = 0;                                \
				window->active.set[s].error[w] = 0;                                \
			}                                                                          \
		}                                                                                  \
		return 0;                                                                          \
	}                                                                                          \
                                                                                                   \
	SAL_NOINLINE __u64 NAME##_rest(const struct NAME *window)                                  \
	{                                                                                          \
		__u64 rest = 0, i;                                                                 \
                                                                                                   \
		for (i = 0; i < (WINDOWS); i++)                                                    \
			rest += window->list[i].rest;                                              \
		return rest;                                                                       \
	}                                                                                          \
                                                                                                   \
	SAL_NOINLINE void NAME##_count(                                                            \
		const struct NAME *window, const __u64 *key, __u64 *lo, __u64 *hi)                 \
	{                                                                                          \
		__u64 i, j;                                                                        \
                                                                                                   \
		*lo = *hi = 0;                                                                     \
		for (i = 0; i < (WINDOWS); i++) {                                                  \
			const struct NAME##_list *list = &window->list[i];                         \
                                                                                                   \
			for (j = 0; j < list->used; j++)                                           \
				if (sal_key_equal(list->key[j], key, K, 64))                       \
					break;                                                     \
			*hi += j < list->used ? list->count[j] : list->rest;                       \
			*lo += j < list->used ? list->count[j] - list->error[j] : 0;               \
		}                                                                                  \
	}                                                                                          \
	struct NAME /* the macro's user writes the semicolon */

#endif
