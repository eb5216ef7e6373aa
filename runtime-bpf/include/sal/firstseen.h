/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * firstseen.h - which keys are new in this window: a 4-way table of stored keys.
 *
 * Purpose  DISTINCT and keyed distinct counts: the data path ships each (key, item) once, the host
 *          holds the sketch or the set. The half is cleared at the turn, and with it this.
 * Bound    remembers the last 4 keys of each of 2^LOG2 sets; a key pushed out and seen again is
 *          new again. Duplicates are harmless downstream; no new key is ever taken for an old one.
 * Cost     12 cycles; one unpredictable branch, new or not.
 * Memory   2^LOG2 * 32 * K bytes + 64.
 * Merge    union of what was shipped.
 * Source   BFQ's purpose (HyperSight, 2019) with exact keys; first in, first out within a set.
 *
 * SAL_FIRSTSEEN(NAME, K, LOG2) declares struct NAME:
 *	0	u64, non-zero once the all-zero key was seen (a free way is all zero)
 *	64	way[2^LOG2][4][K]
 * SAL_FIRSTSEEN_CODE(NAME, K, LOG2) defines
 *	int NAME_is_new(struct NAME *table, __u64 hash, const __u64 *key)
 */
#ifndef SAL_FIRSTSEEN_H
#define SAL_FIRSTSEEN_H

#include "mask.h"
#include "table.h"
#include "types.h"

#define SAL_FIRSTSEEN(NAME, K, LOG2)                                                               \
	struct NAME {                                                                              \
		__u64 zero;                                                                        \
		__u64 way[1 << (LOG2)][SAL_TABLE_WAYS][K] SAL_LINE;                                \
	} SAL_LINE

/* Asks for the line of a hash before it is needed, see SAL_TABLE_TOUCH. */
#define SAL_FIRSTSEEN_TOUCH(table, hash, LOG2) SAL_TOUCH((table)->way[SAL_TABLE_SET(hash, LOG2)])

#define SAL_FIRSTSEEN_CODE(NAME, K, LOG2)                                                          \
	SAL_INLINE int NAME##_is_new(struct NAME *table, __u64 hash, const __u64 *key)             \
	{                                                                                          \
		__u64(*way)[K] = table->way[SAL_TABLE_SET(hash, LOG2)];                            \
		__u64 differs = ~0ULL, any = 0, known, i;                                          \
                                                                                                   \
		for (i = 0; i < SAL_TABLE_WAYS; i++)                                               \
			differs &= sal_nonzero(sal_key_difference(way[i], key, K, 64));            \
                                                                                                   \
		for (i = 0; i < (K); i++)                                                          \
			any |= key[i];                                                             \
		if (SAL_UNLIKELY(!any)) {                                                          \
			known = table->zero;                                                       \
			table->zero = 1;                                                           \
			return !known;                                                             \
		}                                                                                  \
		if (SAL_LIKELY(!differs))                                                          \
			return 0;                                                                  \
		for (i = 0; i < (K); i++) {                                                        \
			way[3][i] = way[2][i];                                                     \
			way[2][i] = way[1][i];                                                     \
			way[1][i] = way[0][i];                                                     \
			way[0][i] = key[i];                                                        \
		}                                                                                  \
		return 1;                                                                          \
	}                                                                                          \
	struct NAME /* the macro's user writes the semicolon */

#endif
