/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* check_stats.h - the statistics against plain models: moments, quantiles, histograms, sorts. */
#include <math.h>

#include "check.h"
#include "sal/arith.h"
#include "sal/entropy.h"
#include "sal/ewma.h"
#include "sal/histogram.h"
#include "sal/moments.h"
#include "sal/quantile.h"
#include "sal/sort.h"

static int by_size(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return (x > y) - (x < y);
}

static void test_log2(void)
{
	int i;

	CHECK(sal_log2_floor(0) == 0 && sal_log2_fixed(0) == 0 && sal_log2_fixed(1) == 0);
	for (i = 0; i < 100000; i++) {
		__u64 x = random_edge();

		if (!x)
			continue;
		CHECK(sal_log2_floor(x) == 63 - (__u32)__builtin_clzll(x));
		CHECK(fabs((double)sal_log2_fixed(x) / 65536 - log2((double)x)) <= 1.0 / 8192);
	}
}

static void test_moments(void)
{
	struct sal_moments whole = {0}, part[8] = {{0}};
	__s64 sum = 0, squares = 0;
	int i, n = 20000;

	for (i = 0; i < n; i++) { /* 10^9 +- 1: the mean is far beyond sigma */
		__s64 x = 1000000000 + (__s64)(random_word() % 3) - 1;
		sal_moments_add(&whole, x);
		sal_moments_add_small(&part[random_word() & 7], x);
		sum += x - 1000000000;
		squares += (x - 1000000000) * (x - 1000000000);
	}
	for (i = 7; i > 0; i--)
		sal_moments_merge(&part[i - 1], &part[i]);
	CHECK(!memcmp(&part[0], &whole, sizeof(whole)));
	CHECK(fabs(sal_moments_mean(&whole) - 1e9 - (double)sum / n) < 1e-6);
	CHECK(fabs(sal_moments_variance(&whole) - ((double)squares - (double)(sum * sum) / n) / n) <
		1e-12);
	CHECK(sal_min_value(whole.least) == 999999999 && sal_max_value(whole.most) == 1000000001);
	memset(&whole, 0, sizeof(whole));
	CHECK(sal_moments_mean(&whole) == 0 && sal_moments_variance(&whole) == 0);
	for (i = 0; i < 1000; i++)
		sal_moments_add(&whole, -5);
	CHECK(sal_moments_mean(&whole) == -5 && sal_moments_variance(&whole) == 0);
}

static void test_quantiles(void)
{
	enum { N = 4000 };
	static __u64 value[N], whole[1 << 12], part[4][1 << 12];
	__u32 m, i, buckets;

	for (m = 1; m <= 6; m++) {
		memset(whole, 0, sizeof(whole));
		memset(part, 0, sizeof(part));
		buckets = SAL_QUANTILE_BUCKETS(m, 64);
		for (i = 0; i < N; i++) {
			__u32 b;

			value[i] = random_edge() >> (random_word() & 63);
			b = sal_quantile_bucket(value[i], m);
			CHECK(b < buckets);
			CHECK(sal_quantile_least(b, m) <= value[i]);
			CHECK(value[i] <= sal_quantile_most(b, m));
			CHECK((double)(sal_quantile_most(b, m) - sal_quantile_least(b, m)) / 2 <=
				ldexp((double)value[i], -(int)m - 1));
			CHECK(sal_round_log(value[i] >> 1, m) ==
				sal_quantile_least(sal_quantile_bucket(value[i] >> 1, m), m));
			CHECK(sal_round_log(0 - (value[i] >> 1), m) ==
				0 - sal_round_log(value[i] >> 1, m));
			CHECK(sal_round_step(value[i] >> 1, m) == (value[i] >> 1) / m * m);
			sal_quantile_add(whole, m, 64, 12, value[i]);
			sal_quantile_add(part[random_word() & 3], m, 64, 12, value[i]);
		}
		for (i = 1; i < 4; i++)
			sal_quantile_merge(part[0], part[i], 1 << 12);
		CHECK(!memcmp(part[0], whole, sizeof(whole)));
		qsort(value, N, sizeof(value[0]), by_size);
		for (i = 0; i <= 100; i++) {
			__u64 truth = value[(__u64)(i / 100.0 * (N - 1))];
			__u32 b = sal_quantile_find(whole, buckets, i / 100.0);

			CHECK(sal_quantile_least(b, m) <= truth &&
				truth <= sal_quantile_most(b, m));
		}
	}
	memset(whole, 0, sizeof(whole));
	CHECK(sal_quantile_find(whole, 100, .5) == 100);
	sal_quantile_add(whole, 4, 16, 10, ~0ULL);
	CHECK(whole[SAL_QUANTILE_BUCKETS(4, 16) - 1] == 1);
}

static void test_histograms(void)
{
	int i;

	CHECK(sal_histogram_log2(0) == 0 && sal_histogram_log2(1) == 1);
	CHECK(sal_histogram_log2(~0ULL) == 64);
	for (i = 0; i < 20000; i++) {
		__s64 v = (__s64)(random_word() % 4000) - 2000, lo = -500;
		__u32 b = sal_histogram_linear(v, lo, 7, 100);

		CHECK(b == (v < lo ? 0 : v >= lo + 700 ? 101 : 1 + (__u32)(v - lo) / 7));
	}
}

static void test_sorts(void)
{
	__u64 a[256], b[256], pair[64][2];
	__u32 log2, i, round;

	for (round = 0; round < 100; round++) {
		for (i = 0; i < 256; i++)
			a[i] = b[i] = round & 1 ? random_edge() : random_word() & 7;
		for (i = 0; i < 64; i++) {
			pair[i][0] = a[i];
			pair[i][1] = ~a[i];
		}
		log2 = 1 + round % 8;
		sal_sort(a, log2);
		qsort(b, 1 << log2, sizeof(b[0]), by_size);
		CHECK(!memcmp(a, b, sizeof(a)));
		sal_sort_pairs(pair, 6);
		for (i = 0; i < 64; i++)
			CHECK(pair[i][1] == ~pair[i][0] && (!i || pair[i - 1][0] <= pair[i][0]));
	}
}

static void test_entropy(void)
{
	static const __u64 groups[] = {1, 2, 3, 700}, items[] = {400, 1, 50, 2};
	static __u64 single[453];
	__u64 count[64] = {0}, steps = 0, n = 50000, i, key = 0;
	double exact;

	CHECK(sal_entropy(count, 64) == 0 && sal_entropy_running(0, 0) == 0);
	for (i = 0; i < n; i++) {
		__u64 *c = &count[(random_word() & 63) & random_word()];

		steps += sal_entropy_step(*c);
		++*c;
	}
	exact = sal_entropy(count, 64);
	CHECK(exact > 1 && exact < 6);
	CHECK(fabs(sal_entropy_running(steps, n) - exact) < 1.0 / 8192);
	for (i = 0; i < 64; i++)
		count[i] = 9;
	CHECK(fabs(sal_entropy(count, 64) - 6) < 1e-12);
	CHECK(sal_entropy_grouped(groups, items, 0) == 0);
	for (i = 0; i < 4; i++)
		for (n = 0; n < items[i]; n++)
			single[key++] = groups[i];
	CHECK(fabs(sal_entropy_grouped(groups, items, 4) - sal_entropy(single, 453)) < 1e-12);
}

static void test_ewma(void)
{
	struct sal_rate rate = {0, 1000000000};
	double average = 0, weight = 0;
	__s64 fixed = 0;
	__u64 now = 1000000000, half = 1000000000;
	int i;

	for (i = 0; i < 20000; i++) {
		__s64 x = (__s64)(random_word() >> 30) - (1LL << 33);
		__u64 gap = random_word() % 5000000;

		average = i ? average + (double)(x - average) * (6554 / 65536.0) : (double)x;
		fixed = i ? sal_ewma(fixed, x, 6554) : (__s64)((__u64)x << 16);
		CHECK(fabs((double)fixed / 65536 - average) <=
			10.0 / 65536 + fabs(average) * 1e-12);
		CHECK(sal_ewma_small(fixed >> 4, x >> 4, 6554) ==
			sal_ewma(fixed >> 4, x >> 4, 6554));
		now += gap;
		weight = weight * exp2(-(double)gap / (double)half) + 1;
		sal_rate_add(&rate, now, half);
		CHECK(i < 400 || fabs((double)rate.weight / 65536 / weight - 1) < 0.001);
	}
	/* about 400 a second, from then on nothing */
	CHECK(fabs(sal_rate_read(&rate, now, half) / 400 - 1) < 0.15);
	CHECK(fabs(sal_rate_read(&rate, now + half, half) / sal_rate_read(&rate, now, half) - .5) <
		1e-3);
	CHECK(sal_rate_read(&rate, now + 100 * half, half) == 0);
}
