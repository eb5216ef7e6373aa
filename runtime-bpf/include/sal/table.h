/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * table.h - keyed accumulators: a 4-way set-associative table that stores its keys.
 *
 * Purpose  the state of every keyed feature: K words of key, A words of accumulator of which the
 *          first is the tuple count (a way with count 0 is free). Keys never merge: a full set
 *          evicts the way with the smallest count to the staging area, and the host completes it.
 * Bound    4 * 2^LOG2 keys; each set holds any 4. Table plus evicted partials is exact: a count
 *          about to overflow evicts its way.
 * Cost     hit: 15 cycles; one unpredictable branch (hit or miss), no other.
 * Memory   wide: 2^LOG2 * roundup(32 * (K + A), 64) bytes; packed: 2^LOG2 * roundup(32 * (K + A -
 *          1), 32), and 256 * (K + A) + 64 of staging.
 * Merge    rows of equal key: each accumulator by its operator (counts and sums add).
 * Source   way index by masks as in the XDP baseline (p02_own_4way_bl); counted eviction as in
 *          NetFlow caches and Sonata's registers, completed on the host.
 *
 * Two forms. Wide: SAL_TABLE(NAME, K, A, LOG2). Packed: SAL_TABLE_PACKED(NAME, K, A, LOG2, BITS)
 * where the last key word needs at most BITS <= 44 bits and carries the count above them; a third
 * less memory, so a set of one 32-bit key, count and one sum is one cache line. Records are the
 * same for both. All offsets in struct NAME:
 *	0                       struct sal_staging
 *	32                      record[32][K + A]: key words, then accumulators
 *	256 * (K + A) + 64      set[2^LOG2]
 * a set being   wide:   key[4][K], acc[4][A], padded to a multiple of 64
 *               packed: key[4][K], acc[4][A - 1], padded to a multiple of 32; the count of way w is
 *                       key[w][K - 1] >> BITS
 *
 * SAL_TABLE_CODE or SAL_TABLE_PACKED_CODE(..., STREAM), behind SAL_PROGRAM_MAPS, defines
 * NAME_upsert. Per tuple:
 *	__u64 *acc = SAL_TABLE_UPSERT(NAME, &half->NAME, hash, key, turn.index);
 *	acc[0] += bytes; ...
 * has counted the tuple and gives the accumulators behind the count, all zero for a new key.
 */
#ifndef SAL_TABLE_H
#define SAL_TABLE_H

#include "layout.h"
#include "mask.h"
#include "types.h"

#define SAL_TABLE_WAYS 4

#define SAL_TABLE(NAME, K, A, LOG2)                                                                \
	struct NAME##_set {                                                                        \
		__u64 key[SAL_TABLE_WAYS][K];                                                      \
		__u64 acc[SAL_TABLE_WAYS][A];                                                      \
	} SAL_LINE;                                                                                \
	SAL_TABLE_BODY(NAME, K, A, LOG2)

#define SAL_TABLE_PACKED(NAME, K, A, LOG2, BITS)                                                   \
	struct NAME##_set {                                                                        \
		__u64 key[SAL_TABLE_WAYS][K];                                                      \
		__u64 acc[SAL_TABLE_WAYS][(A)-1];                                                  \
	} __attribute__((aligned(32)));                                                            \
	SAL_TABLE_BODY(NAME, K, A, LOG2)

#define SAL_TABLE_BODY(NAME, K, A, LOG2)                                                           \
	struct NAME {                                                                              \
		struct sal_staging staging;                                                        \
		__u64 record[SAL_BATCH_RECORDS][(K) + (A)];                                        \
		struct NAME##_set set[1 << (LOG2)] SAL_LINE;                                       \
	} SAL_LINE

/* The set of a hash: its top bits, which the finaliser mixes best. */
#define SAL_TABLE_SET(hash, LOG2) SAL_BOUND((hash) >> (64 - (LOG2)), (1 << (LOG2)) - 1)

/*
 * Bits in which a stored key differs from `key`: 0 iff they are equal. Of the last word the lower
 * `bits` count. k and bits are constants.
 */
SAL_INLINE __u64 sal_key_difference(const __u64 *stored, const __u64 *key, __u32 k, __u32 bits)
{
	__u64 x = (stored[k - 1] ^ key[k - 1]) << (64 - bits);
	__u32 i;

#ifdef __clang__
#pragma clang loop unroll(full)
#endif
	for (i = 0; i < k - 1; i++)
		x |= stored[i] ^ key[i];
	return x;
}

SAL_INLINE __u64 sal_key_equal(const __u64 *stored, const __u64 *key, __u32 k, __u32 bits)
{
	if (k == 1 && bits < 64)
		return sal_zero_small((stored[0] ^ key[0]) & ((1ULL << (bits & 63)) - 1));
	return sal_zero(sal_key_difference(stored, key, k, bits));
}

/*
 * The way that holds `key`, or any if none does. A key that is all zero matches free ways too;
 * ways fill in order and are never freed singly, and of several matches the masks always yield
 * the last, so such a key lives in the last way.
 */
#define SAL_TABLE_FIND(set, key, K, BITS)                                                          \
	SAL_BOUND((1 & sal_key_equal((set)->key[1], key, K, BITS)) |                               \
			  (2 & sal_key_equal((set)->key[2], key, K, BITS)) |                       \
			  (3 & sal_key_equal((set)->key[3], key, K, BITS)),                        \
		SAL_TABLE_WAYS - 1)

/* What differs between the forms. Packed counts stop at half their range: the sign tells. */
#define SAL_WIDE_COUNT(set, way, K, BITS) ((set)->acc[way][0])
#define SAL_WIDE_SET_COUNT(set, way, K, BITS, n) ((set)->acc[way][0] = (n))
#define SAL_WIDE_ADD(set, way, K, BITS) ((set)->acc[way][0]++)
#define SAL_WIDE_FULL(set, way, K) 0
#define SAL_PACKED_COUNT(set, way, K, BITS) ((set)->key[way][(K)-1] >> (BITS))
#define SAL_PACKED_SET_COUNT(set, way, K, BITS, n)                                                 \
	((set)->key[way][(K)-1] =                                                                  \
			((set)->key[way][(K)-1] & ((1ULL << (BITS)) - 1)) | (__u64)(n) << (BITS))
#define SAL_PACKED_ADD(set, way, K, BITS) ((set)->key[way][(K)-1] += 1ULL << (BITS))
#define SAL_PACKED_FULL(set, way, K) ((set)->key[way][(K)-1] >> 63)

#define SAL_TABLE_CODE(NAME, K, A, LOG2, STREAM)                                                   \
	SAL_TABLE_FUNCTIONS(NAME, K, A, LOG2, 64, STREAM, SAL_WIDE, 1)
#define SAL_TABLE_PACKED_CODE(NAME, K, A, LOG2, BITS, STREAM)                                      \
	SAL_TABLE_FUNCTIONS(NAME, K, A, LOG2, BITS, STREAM, SAL_PACKED, 0)

/* The accumulators behind the count; where there are none, an address that is inside anyway. */
#define SAL_TABLE_ACC(set, way, A, COUNTS) ((A) == 1 ? (set)->key[0] : (set)->acc[way] + (COUNTS))

/* Takes `other` way and its count for the least, if it is less; counts are below 2^63. */
#define SAL_TABLE_LESS(count, other, least, way)                                                   \
	({                                                                                         \
		__u64 sal_count_ = (count), sal_less_ = sal_lt_small(sal_count_, least);           \
		(least) = sal_select(sal_less_, sal_count_, least);                                \
		(way) = sal_select(sal_less_, other, way);                                         \
	})

/* Makes room in a set, sends what was there to staging, and enters the key with count 1. */
#define SAL_TABLE_FUNCTIONS(NAME, K, A, LOG2, BITS, STREAM, FORM, COUNTS)                          \
	SAL_NOINLINE __u64 *NAME##_insert(                                                         \
		struct NAME *table, __u64 hash, const __u64 *key, __u64 index)                     \
	{                                                                                          \
		struct NAME##_set *set = &table->set[SAL_TABLE_SET(hash, LOG2)];                   \
		__u64 way = SAL_TABLE_FIND(set, key, K, BITS), least, i, *room;                    \
                                                                                                   \
		SAL_FORGET_BOUND(way, set->key[0][0], SAL_TABLE_WAYS - 1);                         \
		least = FORM##_COUNT(set, way, K, BITS);                                           \
		if (sal_key_difference(set->key[way], key, K, BITS)) {                             \
			least = FORM##_COUNT(set, 0, K, BITS);                                     \
			way = 0;                                                                   \
			SAL_TABLE_LESS(FORM##_COUNT(set, 1, K, BITS), 1, least, way);              \
			SAL_TABLE_LESS(FORM##_COUNT(set, 2, K, BITS), 2, least, way);              \
			SAL_TABLE_LESS(FORM##_COUNT(set, 3, K, BITS), 3, least, way);              \
		}                                                                                  \
		SAL_FORGET(way, set->key[0][0]);                                                   \
		way = SAL_BOUND(way, SAL_TABLE_WAYS - 1);                                          \
		if (least) {                                                                       \
			FORM##_SET_COUNT(set, way, K, BITS, 0);                                    \
			room = SAL_STAGE(table, STREAM, index, least);                             \
			if (room) {                                                                \
				for (i = 0; i < (K); i++)                                          \
					room[i] = set->key[way][i];                                \
				room[K] = least;                                                   \
				for (i = 1; i < (A); i++)                                          \
					room[(K) + i] = set->acc[way][i - 1 + (COUNTS)];           \
			}                                                                          \
			for (i = 1; i < (A); i++)                                                  \
				set->acc[way][i - 1 + (COUNTS)] = 0;                               \
		}                                                                                  \
		for (i = 0; i < (K); i++)                                                          \
			set->key[way][i] = key[i];                                                 \
		FORM##_SET_COUNT(set, way, K, BITS, 1);                                            \
		return SAL_TABLE_ACC(set, way, A, COUNTS);                                         \
	}                                                                                          \
	SAL_INLINE __u64 *NAME##_upsert(                                                           \
		struct NAME *table, __u64 hash, const __u64 *key, __u64 index)                     \
	{                                                                                          \
		struct NAME##_set *set = &table->set[SAL_TABLE_SET(hash, LOG2)];                   \
		__u64 way = SAL_TABLE_FIND(set, key, K, BITS);                                     \
                                                                                                   \
		SAL_FORGET_BOUND(way, set->key[0][0], SAL_TABLE_WAYS - 1);                         \
		if (SAL_UNLIKELY(sal_key_difference(set->key[way], key, K, BITS) |                 \
				 FORM##_FULL(set, way, K))) {                                      \
			__u64 copy[K], i, *room;                                                   \
                                                                                                   \
			for (i = 0; i < (K); i++)                                                  \
				copy[i] = key[i];                                                  \
			room = NAME##_insert(table, hash, copy, index);                            \
			SAL_KEEP(room);                                                            \
			return room;                                                               \
		}                                                                                  \
		FORM##_ADD(set, way, K, BITS);                                                     \
		return SAL_TABLE_ACC(set, way, A, COUNTS);                                         \
	}                                                                                          \
	struct NAME /* the macro's user writes the semicolon */

/*
 * Asks for the line of the set of a hash before it is needed. A program with several tables touches
 * all of them first: their misses then overlap, which made three tables a fifth cheaper.
 */
#define SAL_TABLE_TOUCH(table, hash, LOG2) SAL_TOUCH((table)->set[SAL_TABLE_SET(hash, LOG2)].key)

#define SAL_TABLE_UPSERT(NAME, table, hash, key, index) NAME##_upsert(table, hash, key, index)

#endif
