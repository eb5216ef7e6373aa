/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* laws_answers.h - the rows of laws.h whose answers merge and not their bytes, or nothing. */
#ifndef SAL_LAWS_ANSWERS_H
#define SAL_LAWS_ANSWERS_H

#include "laws.h"
#include "sal/ewma.h"
#include "sal/hllimage.h"
#include "sal/set.h"
#include "sal/sort.h"
#include "tables.h"

/* Those of a macro, of sizes that Swift has too. */
#include "../examples/CStatistics/include/CStatistics.h"

/* ---- what merges by its answers -------------------------------------------------------------- */

static void reservoir_add(void *state, const struct item *item)
{
	__u64 tuple[2] = {item->at, item->key};

	reservoir_take(state, item->rank, tuple);
}

static void reservoir_join(void *into, const void *from)
{
	reservoir_merge(into, from);
}

static void reservoir_read(const void *state, struct answers *answers)
{
	const struct reservoir *sample = state;
	__u32 i, j;

	for (i = 0; i < 32; i++) {
		__u32 place = 0;

		for (j = 0; j < 32; j++)
			place += sample->rank[j] > sample->rank[i];
		if (sample->rank[i])
			answers->middle[place] = (double)sample->tuple[i][0];
	}
	answers->middle[32] = (double)sample->seen;
}

static void spacesaving_add(void *state, const struct item *item)
{
	saving_add(state, item->hash, &item->key, item->value & 7);
}

static void spacesaving_merge(void *into, const void *from)
{
	sal_spacesaving_merge(into, from, 2, 1);
}

static void range(struct answers *answers, __u32 i, __u64 lo, __u64 hi)
{
	answers->middle[i] = ((double)lo + (double)hi) / 2;
	answers->bound[i] = (double)(hi - lo) / 2;
}

static void spacesaving_read(const void *state, struct answers *answers)
{
	__u64 key, lo, hi;

	for (key = 0; key < KEYS; key++) {
		sal_spacesaving_count(state, 2, 1, sal_hash1(seed, key), &key, &lo, &hi);
		range(answers, (__u32)key, lo, hi);
	}
	sal_spacesaving_largest(state, 2, 1, &lo, &hi);
	range(answers, KEYS, lo, hi);
}

TABLE_KEPT(wide, SAL_WIDE, 64, 1, 3, KEYS);
TABLE_KEPT(packed, SAL_PACKED, 40, 0, 3, KEYS);

static void wide_add(void *state, const struct item *item)
{
	wide_put(state, item->hash, item->key, item->value);
}

static void packed_add(void *state, const struct item *item)
{
	packed_put(state, item->hash, item->key, item->value);
}

static void wide_merge(void *into, const void *from)
{
	wide_join(into, from);
}

static void packed_merge(void *into, const void *from)
{
	packed_join(into, from);
}

static void sums_read(__u64 (*sums)[2], struct answers *answers)
{
	__u32 i;

	for (i = 0; i < KEYS; i++) {
		answers->middle[i] = (double)sums[i][0];
		answers->middle[KEYS + i] = (double)sums[i][1];
	}
}

static void wide_read(const void *state, struct answers *answers)
{
	__u64 sums[KEYS][2] = {{0, 0}};

	wide_rows(state, sums);
	sums_read(sums, answers);
}

static void packed_read(const void *state, struct answers *answers)
{
	__u64 sums[KEYS][2] = {{0, 0}};

	packed_rows(state, sums);
	sums_read(sums, answers);
}

struct firstseen_state {
	struct firstseen table;
	__u64 shipped[KEYS]; /* what the ring would carry: no part of the table */
};

static void first_add(void *state, const struct item *item)
{
	struct firstseen_state *seen = state;

	seen->shipped[item->key] |= (__u64)firstseen_is_new(&seen->table, item->hash, &item->key);
}

static void first_merge(void *into, const void *from)
{
	struct firstseen_state *seen = into;
	const struct firstseen_state *other = from;
	__u32 i;

	for (i = 0; i < KEYS; i++)
		seen->shipped[i] |= other->shipped[i];
}

static void first_read(const void *state, struct answers *answers)
{
	const struct firstseen_state *seen = state;
	__u32 i;

	for (i = 0; i < KEYS; i++)
		answers->middle[i] = (double)seen->shipped[i];
}

/* A member from the tuple's number on, for WINDOW of them; two spans hold for the latest ones. */
static void set_add(void *state, const struct item *item)
{
	CHECK(!sal_set_insert(
		state, 10, 1, item->hash, &item->key, item->at, item->at + WINDOW, item->at));
}

static void set_read(const void *state, struct answers *answers)
{
	__u64 key;

	for (key = 0; key < KEYS; key++)
		answers->middle[key] = (double)(1 & sal_set_member(state, 10, 1,
							    sal_hash1(seed, key), &key, ITEMS));
}

static void set_join(double *into, const double *from)
{
	__u32 i;

	for (i = 0; i < KEYS; i++)
		into[i] = into[i] > from[i] ? into[i] : from[i];
}

struct mfu_state {
	struct mfu map;
	__u64 handed[KEYS]; /* what the ring would carry: no part of the map */
};

static void most_used_add(void *state, const struct item *item)
{
	struct mfu_state *used = state;
	__u64 out[2];

	if (mfu_add(&used->map, item->hash, &item->key, 1, out))
		used->handed[out[0]] += out[1];
}

static void most_used_read(const void *state, struct answers *answers)
{
	const struct mfu_state *used = state;
	__u32 i, w;

	for (i = 0; i < KEYS; i++)
		answers->middle[i] = (double)used->handed[i];
	for (i = 0; i < 8; i++)
		for (w = 0; w < 4; w++)
			answers->middle[used->map.set[i].key[w][0]] +=
				(double)used->map.set[i].weight[w];
}

static void exponential_add(void *state, const struct item *item)
{
	eh_add(state, 20, item->at, item->value);
}

static void exponential_read(const void *state, struct answers *answers)
{
	struct sal_eh_answer answer;

	eh_read(state, ITEMS - WINDOW, &answer);
	range(answers, 0, answer.count_lo, answer.count_hi);
	range(answers, 1, answer.sum_lo, answer.sum_hi);
}

enum { HALF_LIFE = 1 << 30, GAP = 1 << 18 };

static void rate_add(void *state, const struct item *item)
{
	sal_rate_add(state, item->at * GAP, HALF_LIFE);
}

/* Within 0.1 % of the decayed count, and of its last half tuple. */
static void rate_read(const void *state, struct answers *answers)
{
	answers->middle[0] = sal_rate_read(state, (__u64)ITEMS * GAP, HALF_LIFE);
	answers->bound[0] = answers->middle[0] * 0.001 + 0.5;
}

static void flow_add(void *state, const struct item *item)
{
	flowset_add(state, item->hash, &item->key);
}

static void flow_found(void *context, const __u64 *key, __u64 packets)
{
	((struct answers *)context)->middle[key[0]] = (double)packets;
}

static void flow_read(const void *state, struct answers *answers)
{
	static struct flowset copy;

	memcpy(&copy, state, sizeof(copy));
	CHECK(sal_flowset_decode((__u64 *)copy.cell, 10, 1, seed, flow_found, answers).stuck == 0);
}

static void window_add(void *state, const struct item *item)
{
	minwindow_add(state, item->hash, item->at, item->at < WINDOW ? 0 : item->at - WINDOW);
}

/* Ranks and, up to 2, counts of the buckets: all that similarity and the rarity of one need. */
static void window_read(const void *state, struct answers *answers)
{
	__u64 buckets[64];
	__u32 i;

	minwindow_read(state, ITEMS - WINDOW, buckets);
	for (i = 0; i < 64; i++)
		answers->middle[i] = (double)((buckets[i] >> 32 << 2) | (buckets[i] & 3));
}

static void window_join(double *into, const double *from)
{
	__u32 i;

	for (i = 0; i < 64; i++) {
		__u64 a = (__u64)into[i], b = (__u64)from[i], both = (a & 3) + (b & 3);

		if (b >> 2 == a >> 2 && (a & b) != 0)
			into[i] = (double)((a & ~3ULL) | (both < 2 ? both : 2));
		else
			into[i] = (double)(a > b ? a : b);
	}
}

static void basic_add(void *state, const struct item *item)
{
	basicwindow_add(state, item->hash, &item->key, 1);
}

static void basic_turn(void *state)
{
	basicwindow_turn(state);
}

static void basic_read(const void *state, struct answers *answers)
{
	__u64 key, lo, hi;

	for (key = 0; key < KEYS; key++) {
		basicwindow_count(state, &key, &lo, &hi);
		range(answers, (__u32)key, lo, hi);
	}
}

/* ---- what does not merge --------------------------------------------------------------------- */

static void average_add(void *state, const struct item *item)
{
	__s64 *words = state;

	words[0] = words[1]++ ? sal_ewma(words[0], (__s64)item->value, 6554)
	                      : (__s64)(item->value << 16);
}

static void image_add(void *state, const struct item *item)
{
	static __u8 registers[1 << 10];

	if (item->at == 1)
		memset(registers, 0, sizeof(registers));
	sal_hll_update(registers, 10, item->hash);
	if (item->at == ITEMS)
		sal_hllimage(state, registers, 10);
}

static void sort_add(void *state, const struct item *item)
{
	__u64 *last = state;

	last[item->at & 15] = item->value;
	sal_sort(last, 4);
}

#endif
