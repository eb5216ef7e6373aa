/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * flowset.h - an encoded set of flows with their packet counts, which the host decodes whole.
 *
 * Purpose  flowset(...): every flow and its packets in memory that is fixed beforehand, nothing
 *          sent per flow.
 * Bound    decodes whole up to flows = 0.75 * cells (measured with 2^12 cells: 200 of 200 sets at
 *          0.76, 140 at 0.78); beyond that the decoder says how many cells it could not open. A
 *          flow whose filter bits were all set by others is not in the set: its packets stand in
 *          cells without flows, and are counted. Every flow that is given is given with its exact
 *          key and count: each cell carries a check of both.
 * Cost     one word of filter and three cells, of which each is a cache line or so; no jump.
 * Memory   2^LOG2 * (8 * (K + 4) + 8) bytes: cells and one word of filter each.
 * Merge    none: decode every CPU's own, then add by key.
 * Source   FlowRadar (Li, Miao, Kim, Yu, NSDI 2016), section 4; peeling threshold: Goodrich,
 *          Mitzenmacher, Allerton 2011. The two check words are ours.
 *
 * SAL_FLOWSET(NAME, K, LOG2) declares struct NAME; SAL_FLOWSET_CODE(NAME, K, LOG2) defines
 *	void NAME_add(struct NAME *set, __u64 hash, const __u64 *key)
 */
#ifndef SAL_FLOWSET_H
#define SAL_FLOWSET_H

#include "hash.h"
#include "types.h"

#define SAL_FLOWSET(NAME, K, LOG2)                                                                 \
	struct NAME##_cell {                                                                       \
		__u64 flows;                                                                       \
		__u64 packets;                                                                     \
		__u64 check;  /* exclusive or of the flows' hashes */                              \
		__u64 weight; /* sum of the packets' flows' hashes */                              \
		__u64 key[K];                                                                      \
	};                                                                                         \
	struct NAME {                                                                              \
		__u64 filter[1 << (LOG2)];                                                         \
		struct NAME##_cell cell[1 << (LOG2)];                                              \
	}

/*
 * The three cells of a flow: one in each of the first, second and third part of the table, the
 * parts being 1/2, 1/4 and 1/4 of it, so that they are never the same.
 */
SAL_INLINE __u32 sal_flowset_cell(__u64 hash, __u32 i, __u32 log2)
{
	__u32 half = 1U << (log2 - 1), quarter = half >> 1;

	if (i == 0)
		return (__u32)hash & (half - 1);
	return half + (i - 1) * quarter + ((__u32)(hash >> (i * 20)) & (quarter - 1));
}

#define SAL_FLOWSET_CODE(NAME, K, LOG2)                                                            \
	SAL_INLINE void NAME##_add(struct NAME *set, __u64 hash, const __u64 *key)                 \
	{                                                                                          \
		__u64 other = sal_mix64(hash);                                                     \
		__u64 *word = &set->filter[SAL_BOUND(other >> 32, (1 << (LOG2)) - 1)];             \
		__u64 bits = 1ULL << (other & 63) | 1ULL << (other >> 6 & 63) |                    \
		             1ULL << (other >> 12 & 63) | 1ULL << (other >> 18 & 63);              \
		__u64 is_new = (*word & bits) != bits;                                             \
		__u64 mask = 0 - is_new;                                                           \
		__u32 i, j;                                                                        \
                                                                                                   \
		*word |= bits;                                                                     \
		for (i = 0; i < 3; i++) {                                                          \
			struct NAME##_cell *cell = &set->cell[SAL_BOUND(                           \
				sal_flowset_cell(hash, i, LOG2), (1 << (LOG2)) - 1)];              \
                                                                                                   \
			cell->flows += is_new;                                                     \
			cell->packets++;                                                           \
			cell->check ^= hash & mask;                                                \
			cell->weight += hash;                                                      \
			for (j = 0; j < (K); j++)                                                  \
				cell->key[j] ^= key[j] & mask;                                     \
		}                                                                                  \
	}                                                                                          \
	struct NAME /* the macro's user writes the semicolon */

#ifndef __bpf__
/* What decoding could not give. */
struct sal_flowset_result {
	__u64 flows;
	__u64 stuck;  /* cells whose flows could not be told apart */
	__u64 missed; /* packets of flows that the filter missed; about, if cells are stuck */
};

/*
 * Takes the set apart: calls `found` for each flow. `cells` is struct NAME's, k its K, and is used
 * up; `seed` is what the flows were hashed with. A cell opens if it holds one flow whose key hashes
 * to the check and whose packets are all of that flow.
 */

SAL_INLINE struct sal_flowset_result sal_flowset_decode(__u64 *cells, __u32 log2, __u32 k,
	__u64 seed, void (*found)(void *context, const __u64 *key, __u64 packets), void *context)
{
	struct sal_flowset_result result = {0, 0, 0};
	__u64 rest = 0;
	__u32 words = k + 4, i, j, w, opened;

	do {
		opened = 0;
		for (i = 0; i < 1U << log2; i++) {
			__u64 cell[10];

			for (w = 0; w < words; w++)
				cell[w] = cells[i * words + w];
			if (cell[0] != 1 || sal_hash(seed, &cell[4], k) != cell[2] ||
				cell[3] != cell[1] * cell[2])
				continue;
			for (j = 0; j < 3; j++) {
				__u64 *other = &cells[sal_flowset_cell(cell[2], j, log2) * words];

				other[0]--;
				other[1] -= cell[1];
				other[2] ^= cell[2];
				other[3] -= cell[3];
				for (w = 4; w < words; w++)
					other[w] ^= cell[w];
			}
			found(context, &cell[4], cell[1]);
			result.flows++;
			opened++;
		}
	} while (opened);
	for (i = 0; i < 1U << log2; i++) {
		result.stuck += cells[i * words] != 0;
		if (cells[i * words] == 0)
			rest += cells[i * words + 1];
	}
	result.missed = (rest + 2) / 3;
	return result;
}
#endif

#endif
