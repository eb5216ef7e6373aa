/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* check_sketches.h - the sketches against exact models: frequent items, windows, sets, norms. */
#include <math.h>

#include "check.h"
#include "sal/bfq.h"
#include "sal/bloom.h"
#include "sal/countsketch.h"
#include "sal/eh.h"
#include "sal/flowset.h"
#include "sal/hllimage.h"
#include "sal/kmedians.h"
#include "sal/mfu.h"
#include "sal/minhash.h"
#include "sal/sample.h"
#include "sal/spacesaving.h"

SAL_EH(eh, 9);
SAL_EH_CODE(eh, 9);
SAL_EH(eh_small, 3);
SAL_EH_CODE(eh_small, 3);
SAL_MFU(mfu, 2, 3);
SAL_MFU_CODE(mfu, 2, 3);
SAL_SPACESAVING(saving, 1, 3);
SAL_SPACESAVING_CODE(saving, 1, 3);
SAL_RESERVOIR(reservoir, 1, 4);
SAL_RESERVOIR_CODE(reservoir, 1, 4);
SAL_FLOWSET(flowset, 2, 10);
SAL_FLOWSET_CODE(flowset, 2, 10);

/* Geometric: small numbers are frequent. */
static __u64 skewed(void)
{
	return (__u64)__builtin_ctzll(random_word() | 1ULL << 40) * 8 + (random_word() & 7);
}

/* Values of a stream by its kind: constant, ramp, bursts, powers of two in turn, noise, zeros. */
static __u64 stream_value(int kind, __u64 i)
{
	switch (kind) {
	case 0:
		return 1;
	case 1:
		return i;
	case 2:
		return i % 500 < 3 ? 100000 : 1;
	case 3:
		return 1ULL << i % 30;
	case 4:
		return random_word() >> 32;
	default:
		return i % 2 ? 0 : 1000 - i % 1000;
	}
}

static void test_eh(void)
{
	enum { N = 6000, WINDOW = 1000, K = 20 };
	static __u64 value[N];
	static struct eh histogram;
	static struct eh_small small;
	struct sal_eh_answer answer;
	int kind;

	for (kind = 0; kind < 6; kind++) {
		__u64 sum = 0, i;

		memset(&histogram, 0, sizeof(histogram));
		memset(&small, 0, sizeof(small));
		for (i = 0; i < N; i++) {
			__u64 count = i + 1 < WINDOW ? i + 1 : WINDOW;
			double middle;

			value[i] = stream_value(kind, i);
			sum += value[i] - (i >= WINDOW ? value[i - WINDOW] : 0);
			eh_add(&histogram, K, i + 1, value[i]);
			eh_read(&histogram, i < WINDOW ? 0 : i + 1 - WINDOW, &answer);
			CHECK(answer.count_lo <= count && count <= answer.count_hi);
			CHECK(answer.sum_lo <= sum && sum <= answer.sum_hi);
			middle = ((double)answer.sum_lo + (double)answer.sum_hi) / 2;
			CHECK(fabs(middle - (double)sum) * K <= (double)sum);
			middle = ((double)answer.count_lo + (double)answer.count_hi) / 2;
			CHECK(fabs(middle - (double)count) * K <= (double)count);
			eh_small_add(&small, K, i + 1, value[i]);
			eh_small_read(&small, i < WINDOW ? 0 : i + 1 - WINDOW, &answer);
			CHECK(answer.count_lo <= count && count <= answer.count_hi);
			CHECK(answer.sum_lo <= sum && sum <= answer.sum_hi);
		}
		CHECK(histogram.forced == 0 && small.forced > 0);
	}
}

static void test_frequent(void)
{
	enum { KEYS = 400, N = 100000 };
	static __u64 truth[KEYS], got[KEYS];
	static struct mfu mfu;
	static struct saving saving;
	__u64 handed = 0, i, w, out[3];
	__u32 s;

	memset(truth, 0, sizeof(truth));
	memset(got, 0, sizeof(got));
	memset(&mfu, 0, sizeof(mfu));
	memset(&saving, 0, sizeof(saving));
	for (i = 0; i < N; i++) {
		__u64 number = skewed() % KEYS, key[2] = {number, ~number};
		__u64 weight = 1 + (random_word() & 3);

		truth[number] += weight;
		if (mfu_add(&mfu, sal_hash2(seed, key[0], key[1]), key, weight, out)) {
			CHECK(out[1] == ~out[0] && out[0] < KEYS);
			got[out[0]] += out[2];
			handed += out[2];
		}
		saving_add(&saving, sal_hash1(seed, number), &number, weight);
	}
	CHECK(handed < N); /* of 2.5 N: the frequent ones stay */
	for (s = 0; s < 8; s++) {
		__u64 total = 0;

		for (w = 0; w < 4; w++)
			if (mfu.set[s].weight[w])
				got[mfu.set[s].key[w][0]] += mfu.set[s].weight[w];
		for (w = 0; w < 8; w++) {
			__u64 key = saving.set[s].key[w][0], count = saving.set[s].count[w];

			total += count;
			if (!count)
				continue;
			CHECK(count >= truth[key]);
			CHECK(count - saving.set[s].error[w] <= truth[key]);
			CHECK(saving.set[s].error[w] * 8 <= saving.set[s].total);
		}
		CHECK(total == saving.set[s].total);
	}
	CHECK(!memcmp(truth, got, sizeof(truth)));
}

static void test_minhash(void)
{
	static __u64 a[2][1 << 10], b[1 << 10], c[1 << 10];
	__u32 filled, equal, i, j;

	memset(a, 0, sizeof(a));
	memset(b, 0, sizeof(b));
	for (i = 0; i < 60000; i++) { /* items 0..39999 and 20000..59999: J = 1/3 */
		__u64 hash = sal_hash1(seed, i);

		for (j = 0; i < 40000 && j < 1 + i % 4; j++) /* 1 to 4 times each */
			sal_minhash_add(a[random_word() & 1], 10, hash);
		if (i >= 20000)
			sal_minhash_add(b, 10, hash);
	}
	memcpy(c, a[0], sizeof(c));
	sal_minhash_merge(c, a[1], 10);
	sal_minhash_merge(a[1], a[0], 10);
	CHECK(!memcmp(c, a[1], sizeof(c)));
	sal_minhash_compare(c, b, 10, &filled, &equal);
	CHECK(filled == 1024);
	CHECK(fabs(equal / 1024.0 - 1 / 3.0) < 5 * sqrt(2 / 9.0 / 1024));
	for (i = 1; i <= 4; i++) {
		sal_minhash_rare(c, 10, i, &filled, &equal);
		CHECK(fabs(equal / 1024.0 - .25) < 5 * sqrt(3 / 16.0 / 1024));
	}
	memset(b, 0, sizeof(b));
	sal_minhash_compare(b, b, 10, &filled, &equal);
	CHECK(filled == 0 && equal == 0);
}

static void test_countsketch(void)
{
	static __s64 whole[5 << 10], part[2][5 << 10];
	static __u64 truth[4000];
	double f2 = 0, l2;
	__u32 i;

	memset(whole, 0, sizeof(whole));
	memset(part, 0, sizeof(part));
	memset(truth, 0, sizeof(truth));
	for (i = 0; i < 100000; i++) {
		__u64 key = skewed() * 10 + (random_word() % 10), weight = random_word() & 15;
		__u64 hash = sal_hash1(seed, key);

		truth[key % 4000] += weight;
		sal_countsketch_add(whole, 10, hash, weight);
		sal_countsketch_add(part[random_word() & 1], 10, hash, weight);
	}
	sal_countsketch_merge(part[0], part[1], 10);
	CHECK(!memcmp(part[0], whole, sizeof(whole)));
	for (i = 0; i < 4000; i++)
		f2 += (double)truth[i] * (double)truth[i];
	l2 = sqrt(f2);
	CHECK(fabs(sal_countsketch_f2(whole, 10) / f2 - 1) < 5 * sqrt(2.0 / 1024));
	for (i = 0; i < 100; i++)
		CHECK(fabs(sal_countsketch_count(whole, 10, sal_hash1(seed, i)) -
			      (double)truth[i]) < 5 * l2 / 32);
	sal_countsketch_subtract(whole, part[0], 10);
	CHECK(sal_countsketch_f2(whole, 10) == 0);
}

static void test_filters(void)
{
	enum { LOG2 = 8, KEYS = 40 << LOG2 };
	static __u64 own[8 << LOG2], shared[8 << LOG2];
	static __u8 queue[1 << 16];
	double error, missed[3] = {0};
	__u32 i;
	__u64 n;

	memset(own, 0, sizeof(own));
	memset(shared, 0, sizeof(shared));
	memset(queue, 0, sizeof(queue));
	for (i = 0; i < KEYS; i++) {
		__u64 hash = sal_hash1(seed, i);

		missed[0] += !sal_bloom_is_new(own, LOG2, hash);
		missed[1] += !sal_bloom_is_new_shared(shared, LOG2, hash);
		CHECK(!sal_bloom_is_new(own, LOG2, hash));
		CHECK(!sal_bloom_is_new_shared(shared, LOG2, hash));
	}
	error = sal_bloom_error(own, LOG2, 0);
	CHECK(error < 0.012 && missed[0] <= KEYS * error);
	error = sal_bloom_error(shared, LOG2, 1);
	CHECK(error < 0.03 && missed[1] <= KEYS * error);
	/* 600 sub-windows of 1000 keys, w = 4: key n returns after 2 sub-windows, or after 6 */
	for (n = 0; n < 600; n++) {
		__u8 now = sal_bfq_stamp(n);

		for (i = 0; i < 500; i++) {
			int old = sal_bfq_is_new(queue, 16, sal_hash2(seed, i, n % 2), now, 4);
			int rare =
				sal_bfq_is_new(queue, 16, sal_hash2(seed, i + 1000, n % 6), now, 4);

			CHECK(!old || n < 2);
			missed[2] += !rare;
		}
		if (n % 200 == 199)
			sal_bfq_sweep(queue, 16, now, 4);
	}
	CHECK(missed[2] <= 2 * 600 * 500 * sal_bfq_error(queue, 16, sal_bfq_stamp(599), 4) + 50);
}

static void test_reservoir(void)
{
	static __u32 taken[100];
	struct reservoir sample;
	__u32 round, i;

	memset(taken, 0, sizeof(taken));
	for (round = 0; round < 20000; round++) {
		memset(&sample, 0, sizeof(sample));
		for (i = 0; i < 100; i++) {
			__u64 tuple = i;

			reservoir_take(&sample, random_word(), &tuple);
		}
		CHECK(sample.seen == 100);
		for (i = 0; i < 16; i++)
			taken[sample.tuple[i][0]]++;
	}
	for (i = 0; i < 100; i++) /* 3200 expected, sigma 52 */
		CHECK(taken[i] > 2900 && taken[i] < 3500);
	for (round = 0, i = 0; i < 40000; i++)
		round += 1 & (__u32)sal_sampled(sal_hash1(seed, i), 1U << 30);
	CHECK(round > 9500 && round < 10500);
}

struct decoded {
	__u64 packets[4000];
};

static void take_flow(void *context, const __u64 *key, __u64 packets)
{
	struct decoded *decoded = context;

	CHECK(key[0] < 4000 && key[1] == key[0] * 3 && decoded->packets[key[0]] == 0);
	decoded->packets[key[0]] = packets;
}

static void test_flowset(void)
{
	static struct flowset set;
	static struct decoded truth, got;
	struct sal_flowset_result result;
	__u32 flows, i;

	for (flows = 100; flows <= 3200; flows *= 2) {
		__u64 packets = 0, given = 0;

		memset(&set, 0, sizeof(set));
		memset(&truth, 0, sizeof(truth));
		memset(&got, 0, sizeof(got));
		for (i = 0; i < flows * 5; i++) {
			__u64 number = random_word() % flows, key[2] = {number, number * 3};

			flowset_add(&set, sal_hash2(seed, key[0], key[1]), key);
			truth.packets[number]++;
			packets++;
		}
		result = sal_flowset_decode((__u64 *)set.cell, 10, 2, seed, take_flow, &got);
		for (i = 0; i < 4000; i++) {
			CHECK(!got.packets[i] || got.packets[i] == truth.packets[i]);
			given += got.packets[i];
		}
		if (flows <= 400) {
			CHECK(result.stuck == 0);
			CHECK(given + result.missed == packets);
		}
		CHECK(flows < 2000 || result.stuck > 0);
	}
}

static void test_kmedians(void)
{
	double points[24], weights[12], best, got;
	__u32 centres[3], n = 12, i, j, c, round;

	for (round = 0; round < 20; round++) {
		best = __builtin_inf();
		for (i = 0; i < n; i++) {
			points[2 * i] = (double)(random_word() % 1000);
			points[2 * i + 1] = (double)(random_word() % 1000);
			weights[i] = (double)(1 + random_word() % 9);
		}
		for (i = 0; i < n; i++)
			for (j = i + 1; j < n; j++)
				for (c = j + 1; c < n; c++) {
					__u32 all[3] = {i, j, c};
					double cost = sal_kmedians_cost(
						points, weights, n, 2, all, 3, 3, 0);

					best = cost < best ? cost : best;
				}
		got = sal_kmedians(points, weights, n, 2, 3, centres);
		CHECK(got >= best * (1 - 1e-12) && got <= 5.05 * best);
	}
	CHECK(sal_kmedians(points, weights, 2, 2, 3, centres) == 0);
	for (i = 0; i < 1000; i++) {
		__u64 x = random_word() >> 40, y = random_word() >> 50;
		__u64 cell = sal_kmedians_cell(sal_kmedians_cell(0, x, 4), y, 4);

		CHECK(fabs(sal_kmedians_middle(cell, 0, 2, 4) - (double)x) <= (double)x / 32);
		CHECK(fabs(sal_kmedians_middle(cell, 1, 2, 4) - (double)y) <= (double)y / 32);
	}
}
