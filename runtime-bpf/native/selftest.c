/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * selftest: every primitive against a plain model, natively; meant for ASan and UBSan.
 * Run by scripts/test-c. The seed is argument 1; a failure names line and seed.
 */
#include "check.h"
#include "check_frames.h"
#include "check_numbers.h"
#include "check_payload.h"
#include "check_sketches.h"
#include "check_stats.h"
#include "check_windows.h"
#include "sal/firstseen.h"
#include "sal/program.h"
#include "sal/set.h"
#include "sal/table.h"

SAL_TABLE(wide, 3, 2, 2);
SAL_TABLE_PACKED(packed, 1, 3, 2, 40);
SAL_FIRSTSEEN(seen, 2, 2);

struct sal_half {
	struct sal_outcomes outcomes;
	struct wide wide;
	struct packed packed;
	struct seen seen;
};

SAL_PROGRAM_MAPS
SAL_TABLE_CODE(wide, 3, 2, 2, 0);
SAL_TABLE_PACKED_CODE(packed, 1, 3, 2, 40, 1);
SAL_FIRSTSEEN_CODE(seen, 2, 2);
SAL_SET(set, 2, 6);

enum { KEYS = 40 };

struct truth {
	__u64 count[KEYS], sum[KEYS], lost;
};

/* Key number to words, with the all-zero key among them. */
static void wide_key(__u32 i, __u64 *key)
{
	key[0] = i / 4 % 3;
	key[1] = i % 4;
	key[2] = i / 12;
}

static __u32 wide_number(const __u64 *key)
{
	return (__u32)(key[0] * 4 + key[1] + key[2] * 12);
}

static void take_partial(struct truth *got, const __u64 *record, __u32 words)
{
	__u32 k = words == 5 ? 3 : 1;
	__u32 number = words == 5 ? wide_number(record) : (__u32)record[0];

	CHECK(number < KEYS);
	got->count[number] += record[k];
	got->sum[number] += record[k + 1];
	if (words == 4)
		CHECK(record[3] == 2 * record[2]);
}

static void take_ring(struct truth *wide, struct truth *packed)
{
	const struct sal_batch *batch;
	__u32 size, i;

	while ((batch = sal_native_take(&size))) {
		__u32 words = batch->stream == 0 ? 5 : 4;

		CHECK(batch->count == SAL_BATCH_RECORDS && batch->cpu == 1 && batch->epoch == 1);
		CHECK(size == sizeof(*batch) + batch->count * words * 8);
		for (i = 0; i < batch->count; i++)
			take_partial(batch->stream == 0 ? wide : packed,
				(const __u64 *)(batch + 1) + i * words, words);
	}
}

static void take_half(const struct sal_half *half, struct truth *wide, struct truth *packed)
{
	__u32 i, way;

	wide->lost += half->wide.staging.lost_tuples;
	packed->lost += half->packed.staging.lost_tuples;
	for (i = 0; i < half->wide.staging.batch.count; i++)
		take_partial(wide, half->wide.record[i], 5);
	for (i = 0; i < half->packed.staging.batch.count; i++)
		take_partial(packed, half->packed.record[i], 4);
	for (i = 0; i < 4; i++) {
		for (way = 0; way < SAL_TABLE_WAYS; way++) {
			__u64 record[5];

			memcpy(record, half->wide.set[i].key[way], 24);
			memcpy(record + 3, half->wide.set[i].acc[way], 16);
			if (record[3])
				take_partial(wide, record, 5);
			record[0] = half->packed.set[i].key[way][0] & ((1ULL << 40) - 1);
			record[1] = half->packed.set[i].key[way][0] >> 40;
			memcpy(record + 2, half->packed.set[i].acc[way], 16);
			if (record[1])
				take_partial(packed, record, 4);
		}
	}
}

static __u64 total(const struct truth *t)
{
	__u64 sum = t->lost;
	int i;

	for (i = 0; i < KEYS; i++)
		sum += t->count[i];
	return sum;
}

/* Wide and packed tables of four sets, with a ring that is or is not drained. */
static void test_tables(int drain, __u32 tuples)
{
	static struct truth want_wide, want_packed, wide, packed;
	struct sal_turn turn;
	struct sal_half *half;
	__u32 i;

	memset(&want_wide, 0, sizeof(wide));
	memset(&want_packed, 0, sizeof(wide));
	memset(&wide, 0, sizeof(wide));
	memset(&packed, 0, sizeof(wide));
	CHECK(!sal_native_open(2, 1 << 13));
	sal_native_control()->word = sal_control_word(5, 1);
	sal_native.cpu = 2;
	CHECK(!sal_half_of(&turn) && sal_no_half == 1);
	sal_no_half = 0;
	sal_native.cpu = 1;
	half = sal_half_of(&turn);
	CHECK(half == sal_native_half(3) && turn.index == 3 && turn.tick == 5);
	for (i = 0; i < tuples; i++) {
		__u32 number = (__u32)(random_word() % KEYS) * (random_word() & 1);
		__u64 key[3], *acc, bytes = random_word() & 0xffff;

		wide_key(number, key);
		acc = SAL_TABLE_UPSERT(wide, &half->wide, sal_hash(seed, key, 3), key, turn.index);
		acc[0] += bytes;
		want_wide.count[number]++;
		want_wide.sum[number] += bytes;
		key[0] = number;
		acc = SAL_TABLE_UPSERT(
			packed, &half->packed, sal_hash1(seed, key[0]), key, turn.index);
		acc[0] += bytes;
		acc[1] += 2 * bytes;
		want_packed.count[number]++;
		want_packed.sum[number] += bytes;
		if (drain)
			take_ring(&wide, &packed);
	}
	take_ring(&wide, &packed);
	take_half(half, &wide, &packed);
	CHECK(total(&wide) == tuples && total(&packed) == tuples);
	if (drain) {
		CHECK(!memcmp(&wide, &want_wide, sizeof(wide)));
		CHECK(!memcmp(&packed, &want_packed, sizeof(packed)));
	} else {
		CHECK(wide.lost && half->wide.staging.lost_records);
	}
}

/* A packed count that reaches the end of its range leaves as a partial. */
static void test_saturation(void)
{
	static struct truth wide, packed;
	__u64 key = 7, *acc;
	struct sal_turn turn;
	struct sal_half *half;
	__u32 i;

	memset(&packed, 0, sizeof(packed));
	CHECK(!sal_native_open(2, 1 << 13));
	sal_native_control()->word = 1;
	sal_native.cpu = 1;
	half = sal_half_of(&turn);
	for (i = 0; i < (1U << 23) + 1000; i++) {
		acc = SAL_TABLE_UPSERT(packed, &half->packed, 0, &key, turn.index);
		acc[0]++;
		acc[1] += 2;
	}
	CHECK(half->packed.staging.batch.count == 1);
	take_half(half, &wide, &packed);
	CHECK(packed.count[7] == (1U << 23) + 1000 && packed.sum[7] == packed.count[7]);
}

static void test_firstseen(void)
{
	struct seen *table = aligned_alloc(64, sizeof(*table));
	__u8 known[64] = {0};
	int i, news = 0;

	memset(table, 0, sizeof(*table));
	for (i = 0; i < 2000; i++) {
		__u32 number = (__u32)(random_word() & 63);
		__u64 key[2] = {number & 7, number >> 3};
		int new = seen_is_new(table, sal_hash2(seed, key[0], key[1]), key);

		CHECK(new || known[number]);
		CHECK(!new || number || !known[0]); /* the zero key is never forgotten */
		known[number] = 1;
		news += new;
		CHECK(!seen_is_new(table, sal_hash2(seed, key[0], key[1]), key));
	}
	CHECK(news >= 60);
	free(table);
}

static void test_sets(void)
{
	struct {
		__u64 from[8], until[8];
		__u32 spans;
	} model[24] = {{{0}, {0}, 0}};
	__u64 tick = 10;
	__u32 step, i, j;

	memset(set, 0, sizeof(set));
	for (step = 0; step < 3000; step++, tick += 5) {
		i = (__u32)(random_word() % 24);
		{
			__u64 key[2] = {i & 3, i >> 2}, from = tick + 3;
			__u64 until = from + 1 + (random_word() & 31);
			int failed = sal_set_insert(
				set, 6, 2, sal_hash(seed, key, 2), key, from, until, tick);

			if (!failed) {
				j = model[i].spans++ & 7;
				model[i].from[j] = from;
				model[i].until[j] = until;
			}
		}
		for (i = 0; i < 24; i++) {
			__u64 key[2] = {i & 3, i >> 2}, want = 0;

			for (j = 0; j < 8; j++)
				want |= model[i].from[j] <= tick + 5 &&
				        tick + 5 < model[i].until[j];
			CHECK(sal_set_member(set, 6, 2, sal_hash(seed, key, 2), key, tick + 5) ==
				(want ? ~0ULL : 0));
		}
	}
	{
		__u64 key[2] = {99, 99};

		CHECK(!sal_set_member(set, 6, 2, sal_hash(seed, key, 2), key, tick));
		memset(set, 0, sizeof(set));
		for (i = 0; i < 64 && !sal_set_insert(set, 6, 2, 0, key, tick, tick + 9, tick); i++)
			key[0]++;
		CHECK(i >= 4 && i <= 8); /* one bucket twice, or two */
		CHECK(sal_set_count(set, 6, 2, tick) >= i);
		CHECK(sal_set_count(set, 6, 2, tick + 1000) == 0);
	}
}

int salc_main(struct xdp_md *frame)
{
	(void)frame;
	return XDP_PASS;
}

int main(int count, char **arguments)
{
	seed = count > 1 ? strtoull(arguments[1], 0, 0) : 1;
	state = seed;
	test_masks();
	test_numbers();
	test_hash();
	test_hll();
	test_tables(1, 20000);
	test_tables(0, 200000);
	test_saturation();
	test_firstseen();
	test_sets();
	test_log2();
	test_moments();
	test_quantiles();
	test_histograms();
	test_sorts();
	test_entropy();
	test_ewma();
	test_eh();
	test_frequent();
	test_minhash();
	test_countsketch();
	test_filters();
	test_reservoir();
	test_flowset();
	test_kmedians();
	test_minwindow();
	test_basicwindow();
	test_merging();
	test_parser();
	test_choices();
	test_payload_copy();
	test_payload_has();
	time_parser();
	sal_native_close();
	printf("selftest: all right, seed %llu\n", seed);
	return 0;
}
