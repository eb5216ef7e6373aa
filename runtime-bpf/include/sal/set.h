/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * set.h - membership in a set that the host keeps: `x IN Stream [WITHIN d]` in the data path.
 *
 * Purpose  semi-joins: the host enters the keys of a closed window with the ticks from and until
 *          which they hold, the program asks at the tuple's tick; the answer is the same whenever
 *          the host wrote it, as long as it wrote before `from`.
 * Bound    2^LOG2 slots in buckets of 4; a key is in one of two buckets, so 8 keys are compared,
 *          always. An insert fails when both are full: with at most 2^LOG2 / 4 keys alive that is
 *          a rare event (two choices), which the host reports.
 * Cost     20 cycles for one word (two lines of keys, one of spans if found), no branch but
 *          found or not.
 * Memory   2^LOG2 * 8 * (K + 4) bytes in .bss.
 * Merge    none; the host writes, one writer.
 * Source   two choices: Azar, Broder, Karlin, Upfal, STOC 1994.
 *
 * A bucket is 4 * (K + 4) words: key[4][K], then for each slot from0, until0, from1, until1.
 * A member at tick t: from <= t < until in either span (ticks below 2^63). Two spans, so that the
 * next one can be written while the present one holds. A slot whose spans have ended is free. The
 * same functions serve the program, the native program and the host's engine.
 */
#ifndef SAL_SET_H
#define SAL_SET_H

#include "mask.h"
#include "types.h"

enum { SAL_SET_WAYS = 4, SAL_SET_SPAN = 4 };

/* Declares the set, a global in .bss. */
#define SAL_SET(NAME, K, LOG2) __u64 NAME[(1 << (LOG2)) * ((K) + SAL_SET_SPAN)] SAL_LINE

/* Word index of one of the key's two buckets (choice 0 or 1). */
SAL_INLINE __u64 sal_set_bucket(__u64 hash, __u32 choice, __u32 log2, __u32 k)
{
	__u64 slice = choice ? hash : hash >> 32;

#ifdef __bpf__
	slice = SAL_BOUND(slice, (1 << (log2 - 2)) - 1);
#else
	slice &= (1ULL << (log2 - 2)) - 1;
#endif
	return slice * SAL_SET_WAYS * (k + SAL_SET_SPAN);
}

/* All ones iff one of the slot's spans holds at some time of [since, tick]; ticks < 2^62. */
SAL_INLINE __u64 sal_set_holds(const __u64 *span, __u64 since, __u64 tick)
{
	return (sal_le_small(span[0], tick) & sal_lt_small(since, span[1])) |
	       (sal_le_small(span[2], tick) & sal_lt_small(since, span[3]));
}

/*
 * All ones iff the key was a member within the last `within` nanoseconds before `tick`, or is at
 * `tick`. log2, k: constants in BPF.
 */
SAL_INLINE __u64 sal_set_member_within(const __u64 *set, __u32 log2, __u32 k, __u64 hash,
	const __u64 *key, __u64 tick, __u64 within)
{
	__u64 since = tick - within, member = 0, bits = 0;
	__u32 choice, way, i;

	since &= ~sal_sign(since); /* before the epoch: a free slot's spans, all 0, never hold */
	for (i = 0; i < k; i++)
		bits |= key[i];

#ifdef __clang__
#pragma clang loop unroll(full)
#endif
	for (choice = 0; choice < 2; choice++) {
		const __u64 *bucket = set + sal_set_bucket(hash, choice, log2, k);
		const __u64 *spans = bucket + SAL_SET_WAYS * k;
		__u64 same[SAL_SET_WAYS], any = 0, at;

#ifdef __clang__
#pragma clang loop unroll(full)
#endif
		for (way = 0; way < SAL_SET_WAYS; way++) {
			__u64 x = 0;

			for (i = 0; i < k; i++)
				x |= bucket[way * k + i] ^ key[i];
			same[way] = (x - 1) & ~x; /* its sign: whether x is 0 */
			any |= same[way];
		}
		if (SAL_LIKELY((__s64)any >= 0))
			continue;
		/*
		 * A bucket never holds a key twice; but a key that is all zero matches slots that
		 * were never used too, whose spans are 0.
		 */
		if (SAL_UNLIKELY(!bits))
#ifdef __clang__
#pragma clang loop unroll(full)
#endif
			for (way = 0; way < SAL_SET_WAYS; way++) {
				const __u64 *span = spans + way * SAL_SET_SPAN;

				same[way] &= sal_nonzero(span[1] | span[3]);
			}
		at = (1 & sal_sign(same[1])) | (2 & sal_sign(same[2])) | (3 & sal_sign(same[3]));
		SAL_FORGET_BOUND(at, bucket[0], SAL_SET_WAYS - 1);
		at = SAL_BOUND(at, SAL_SET_WAYS - 1);
		member |= sal_set_holds(spans + at * SAL_SET_SPAN, since, tick);
	}
	return member;
}

/* All ones iff the key is a member at `tick`. */
SAL_INLINE __u64 sal_set_member(
	const __u64 *set, __u32 log2, __u32 k, __u64 hash, const __u64 *key, __u64 tick)
{
	return sal_set_member_within(set, log2, k, hash, key, tick, 0);
}

#ifndef __bpf__
/* The running program may read while the host writes: whole words, in this order. */
SAL_INLINE void sal_set_store(__u64 *word, __u64 value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* Whether a slot is free at `now`: both spans have ended. */
SAL_INLINE int sal_set_free(const __u64 *span, __u64 now)
{
	return span[1] <= now && span[3] <= now;
}

/* Enters the span into a slot: prolongs one that it touches, else replaces the earlier one. */
SAL_INLINE void sal_set_enter(__u64 *span, __u64 from, __u64 until)
{
	__u32 i;

	for (i = 0; i < SAL_SET_SPAN; i += 2) {
		if (span[i] < span[i + 1] && from <= span[i + 1] && span[i] <= until) {
			if (from < span[i])
				sal_set_store(&span[i], from);
			if (until > span[i + 1])
				sal_set_store(&span[i + 1], until);
			return;
		}
	}
	i = span[1] <= span[3] ? 0 : 2;
	sal_set_store(&span[i + 1], 0);
	sal_set_store(&span[i], from);
	sal_set_store(&span[i + 1], until);
}

/*
 * Makes `key` a member from `from` to `until`. `now`: no program still asks for earlier ticks, so
 * spans that ended by then may be overwritten. 0, or -1 if both buckets are full.
 */
SAL_INLINE int sal_set_insert(__u64 *set, __u32 log2, __u32 k, __u64 hash, const __u64 *key,
	__u64 from, __u64 until, __u64 now)
{
	__u64 *room = 0, *room_spans = 0;
	__u32 choice, way, i, most = 0;

	for (choice = 0; choice < 2; choice++) {
		__u64 *bucket = set + sal_set_bucket(hash, choice, log2, k);
		__u64 *spans = bucket + SAL_SET_WAYS * k;
		__u64 *free_key = 0, *free_spans = 0;
		__u32 free = 0;

		for (way = 0; way < SAL_SET_WAYS; way++) {
			__u64 *span = spans + way * SAL_SET_SPAN, x = 0;

			for (i = 0; i < k; i++)
				x |= bucket[way * k + i] ^ key[i];
			if (!x) { /* also where it has ended: one bucket never has a key twice */
				sal_set_enter(span, from, until);
				return 0;
			}
			if (sal_set_free(span, now)) {
				free++;
				free_key = bucket + way * k;
				free_spans = span;
			}
		}
		if (free > most) { /* the emptier bucket */
			most = free;
			room = free_key;
			room_spans = free_spans;
		}
	}
	if (!room)
		return -1;
	for (i = 0; i < SAL_SET_SPAN; i++)
		sal_set_store(&room_spans[i], 0);
	for (i = 0; i < k; i++)
		sal_set_store(&room[i], key[i]);
	sal_set_enter(room_spans, from, until);
	return 0;
}

/* Members alive at `now`, for reports. */
SAL_INLINE __u32 sal_set_count(const __u64 *set, __u32 log2, __u32 k, __u64 now)
{
	__u32 bucket, way, alive = 0;

	for (bucket = 0; bucket < 1U << (log2 - 2); bucket++) {
		const __u64 *spans =
			set + (__u64)bucket * SAL_SET_WAYS * (k + SAL_SET_SPAN) + SAL_SET_WAYS * k;

		for (way = 0; way < SAL_SET_WAYS; way++)
			alive += !sal_set_free(spans + way * SAL_SET_SPAN, now);
	}
	return alive;
}
#endif

#endif
