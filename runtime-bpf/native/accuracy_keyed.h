/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* accuracy_keyed.h - trials of what keeps keys: tables, filters of keys, sets and encoded flows. */
#ifndef SAL_ACCURACY_KEYED_H
#define SAL_ACCURACY_KEYED_H

#include "accuracy_streams.h"
#include "sal/firstseen.h"
#include "sal/flowset.h"
#include "sal/mfu.h"
#include "sal/set.h"
#include "sal/spacesaving.h"
#include "tables.h"

SAL_MFU(mfu, 1, 6);
SAL_MFU_CODE(mfu, 1, 6);
SAL_SPACESAVING(saving, 1, 5);
SAL_SPACESAVING_CODE(saving, 1, 5);
SAL_FLOWSET(flowset, 1, 13);
SAL_FLOWSET_CODE(flowset, 1, 13);
SAL_FLOWSET(overfull, 1, 10);
SAL_FLOWSET_CODE(overfull, 1, 10);
SAL_FIRSTSEEN(recent, 1, 6);
SAL_FIRSTSEEN_CODE(recent, 1, 6);
SAL_TABLE(wide, 1, 2, 6);
SAL_TABLE_CODE(wide, 1, 2, 6, 0);
TABLE_KEPT(wide, SAL_WIDE, 64, 1, 6, KEYS);
SAL_TABLE_PACKED(packed, 1, 2, 6, 44);
SAL_TABLE_PACKED_CODE(packed, 1, 2, 6, 44, 0);
TABLE_KEPT(packed, SAL_PACKED, 44, 0, 6, KEYS);
enum { SET_LOG2 = 10, SET_MEMBERS = 1 << (SET_LOG2 - 2) };
static SAL_SET(members, 1, SET_LOG2);

/*
 * Every key, with a counter or without: lo <= truth <= hi, and hi too large by at most an eighth of
 * its set's weight. A key without a counter has lo = 0, and as hi its set's smallest count.
 */
static double frequent(void)
{
	static struct saving sketch;
	double worst = 0;
	__u64 key, i, lo, hi;

	memset(&sketch, 0, sizeof(sketch));
	for (i = 0; i < ITEMS; i++)
		saving_add(&sketch, hash_of(stream.key[i]), &stream.key[i], 1);
	for (key = 0; key < KEYS; key++) {
		__u64 hash = hash_of(key), truth = stream.count[key];

		sal_spacesaving_count((__u64 *)&sketch, 5, 1, hash, &key, &lo, &hi);
		if (lo > truth || truth > hi)
			return 2;
		worst = worse(worst, share((double)(hi - truth),
					     (double)sketch.set[SAL_TABLE_SET(hash, 5)].total / 8));
	}
	return worst;
}

/* Resident and handed out: exact for every key. */
static double most_used(void)
{
	static struct mfu map;
	static __u64 got[KEYS];
	__u64 i, s, w, out[2];

	memset(&map, 0, sizeof(map));
	memset(got, 0, sizeof(got));
	for (i = 0; i < ITEMS; i++)
		if (mfu_add(&map, hash_of(stream.key[i]), &stream.key[i], 1, out))
			got[out[0]] += out[1];
	for (s = 0; s < 64; s++)
		for (w = 0; w < 4; w++)
			if (map.set[s].weight[w])
				got[map.set[s].key[w][0]] += map.set[s].weight[w];
	return memcmp(got, stream.count, sizeof(got)) ? 2 : 0;
}

/* Rows and evicted partials, of both forms: exact count and sum of every key. */
static double table(void)
{
	static struct wide_kept wide;
	static struct packed_kept packed;
	static __u64 want[KEYS][2], got[2][KEYS][2];
	__u64 i;

	memset(&wide, 0, sizeof(wide));
	memset(&packed, 0, sizeof(packed));
	memset(want, 0, sizeof(want));
	memset(got, 0, sizeof(got));
	for (i = 0; i < ITEMS; i++) {
		__u64 key = stream.key[i], hash = hash_of(key);

		wide_put(&wide, hash, key, stream.value[i]);
		packed_put(&packed, hash, key, stream.value[i]);
		want[key][0]++;
		want[key][1] += stream.value[i];
	}
	wide_rows(&wide, got[0]);
	packed_rows(&packed, got[1]);
	return memcmp(got[0], want, sizeof(want)) || memcmp(got[1], want, sizeof(want)) ? 2 : 0;
}

/* A key that is new is said to be, and one among the last four of its set is known. */
static double first_seen(void)
{
	static struct recent table;
	static __u8 occurred[KEYS];
	static __u64 last[1 << 6][4];
	__u64 i, j;

	memset(&table, 0, sizeof(table));
	memset(occurred, 0, sizeof(occurred));
	memset(last, 0xff, sizeof(last));
	for (i = 0; i < ITEMS; i++) {
		__u64 key = stream.key[i], hash = hash_of(key);
		__u64 *four = last[SAL_TABLE_SET(hash, 6)];
		int is_new = recent_is_new(&table, hash, &key), known = key == 0 && occurred[0];

		for (j = 0; j < 4; j++)
			known |= four[j] == key;
		if (is_new == known || (!is_new && !occurred[key]))
			return 2;
		if (is_new && key) {
			memmove(four + 1, four, 3 * sizeof(*four));
			four[0] = key;
		}
		occurred[key] = 1;
	}
	return 0;
}

/*
 * A quarter of the slots' worth of distinct keys from the stream: all enter, and of all keys those
 * and no other are members, from their beginning up to their end.
 */
static double membership(void)
{
	static __u64 until[KEYS];
	__u64 i, alive = 0, now = 10;

	memset(members, 0, sizeof(members));
	memset(until, 0, sizeof(until));
	for (i = 0; i < ITEMS && alive < SET_MEMBERS; i++) {
		__u64 key = stream.key[i];

		if (until[key])
			continue;
		until[key] = now + 1 + random_word() % 100;
		if (sal_set_insert(members, SET_LOG2, 1, hash_of(key), &key, now, until[key], now))
			return 2;
		alive++;
	}
	for (i = 0; i < KEYS; i++) {
		__u64 at = now - 1 + random_word() % 110, hash = hash_of(i);
		__u64 is = sal_set_member(members, SET_LOG2, 1, hash, &i, at);

		if ((is != 0) != (now <= at && at < until[i]))
			return 2;
	}
	return 0;
}

static int flow_errors;

static void take_flow(void *context, const __u64 *key, __u64 packets)
{
	__u64 *given = context;

	*given += packets;
	flow_errors += key[0] >= KEYS || stream.count[key[0] % KEYS] != packets;
}

/*
 * Decodes a set: all that is given is exact; with the packets that the filter missed it is the
 * whole, unless cells stayed stuck, which is told. How many did, or -1 where something is wrong.
 */
static __s64 decoded(__u64 *cells, __u32 log2)
{
	__u64 given = 0;
	struct sal_flowset_result result;

	flow_errors = 0;
	result = sal_flowset_decode(cells, log2, 1, seed, take_flow, &given);
	if (flow_errors || (!result.stuck && given + result.missed != ITEMS))
		return -1;
	return (__s64)result.stuck;
}

/* 4 096 flows at most in 8 192 cells: all decoded. */
static double flows(void)
{
	static struct flowset set;
	__u64 i;

	memset(&set, 0, sizeof(set));
	for (i = 0; i < ITEMS; i++)
		flowset_add(&set, hash_of(stream.key[i]), &stream.key[i]);
	return decoded((__u64 *)set.cell, 13) ? 2 : 0;
}

/* Up to four times the flows that fit: what cannot be decoded is told. */
static double too_many_flows(void)
{
	static struct overfull set;
	__u64 i;
	__s64 stuck;

	memset(&set, 0, sizeof(set));
	for (i = 0; i < ITEMS; i++)
		overfull_add(&set, hash_of(stream.key[i]), &stream.key[i]);
	stuck = decoded((__u64 *)set.cell, 10);
	return stuck < 0 || (stream.distinct > 1024 && !stuck) ? 2 : 0;
}

#endif
