/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * tables.h - tables of count and sum by one word of key beside what they evict, as the host adds
 * them up; for the laws and the trials.
 */
#ifndef SAL_TABLES_H
#define SAL_TABLES_H

#include "sal/program.h"
#include "sal/table.h"

/*
 * Behind SAL_TABLE(NAME, 1, 2, LOG2) or its packed form of keys of BITS bits, and their CODE:
 * FORM is SAL_WIDE or SAL_PACKED, COUNTS 1 or 0 the words of count among the accumulators. Defines
 * struct NAME_kept, whose keys are below KEYS, and
 *	NAME_put(kept, hash, key, value)	counts one, and takes what was evicted for it
 *	NAME_rows(kept, sums)			adds count and sum of each key
 *	NAME_join(kept, from)			merges: rows of equal key add
 */
#define TABLE_KEPT(NAME, FORM, BITS, COUNTS, LOG2, KEYS)                                           \
	struct NAME##_kept {                                                                       \
		struct NAME table;                                                                 \
		__u64 evicted[KEYS][2];                                                            \
	};                                                                                         \
	static void NAME##_put(struct NAME##_kept *kept, __u64 hash, __u64 key, __u64 value)       \
	{                                                                                          \
		struct sal_batch *batch = &kept->table.staging.batch;                              \
		const __u64 *partial = kept->table.record[0];                                      \
                                                                                                   \
		*SAL_TABLE_UPSERT(NAME, &kept->table, hash, &key, 0) += value;                     \
		if (batch->count) {                                                                \
			kept->evicted[partial[0]][0] += partial[1];                                \
			kept->evicted[partial[0]][1] += partial[2];                                \
			batch->count = 0;                                                          \
		}                                                                                  \
	}                                                                                          \
	static void NAME##_rows(const struct NAME##_kept *kept, __u64(*sums)[2])                   \
	{                                                                                          \
		__u64 i, way;                                                                      \
                                                                                                   \
		for (i = 0; i < (KEYS); i++) {                                                     \
			sums[i][0] += kept->evicted[i][0];                                         \
			sums[i][1] += kept->evicted[i][1];                                         \
		}                                                                                  \
		for (i = 0; i < 1 << (LOG2); i++)                                                  \
			for (way = 0; way < SAL_TABLE_WAYS; way++) {                               \
				const struct NAME##_set *set = &kept->table.set[i];                \
				__u64 n = FORM##_COUNT(set, way, 1, BITS);                         \
				__u64 key = set->key[way][0] & ~0ULL >> (64 - (BITS));             \
                                                                                                   \
				if (!n)                                                            \
					continue;                                                  \
				sums[key][0] += n;                                                 \
				sums[key][1] += set->acc[way][COUNTS];                             \
			}                                                                          \
	}                                                                                          \
	__attribute__((unused)) static void NAME##_join(                                           \
		struct NAME##_kept *kept, const struct NAME##_kept *from)                          \
	{                                                                                          \
		NAME##_rows(from, kept->evicted);                                                  \
	}                                                                                          \
	struct NAME##_kept /* the macro's user writes the semicolon */

#endif
