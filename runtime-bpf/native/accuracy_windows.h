/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* accuracy_windows.h - trials of what slides, merges, subtracts, samples or is exact. */
#ifndef SAL_ACCURACY_WINDOWS_H
#define SAL_ACCURACY_WINDOWS_H

#include "accuracy_streams.h"
#include "sal/basicwindow.h"
#include "sal/bfq.h"
#include "sal/bloom.h"
#include "sal/countsketch.h"
#include "sal/ewma.h"
#include "sal/extrema.h"
#include "sal/histogram.h"
#include "sal/kmedians.h"
#include "sal/minwindow.h"
#include "sal/sample.h"
#include "sal/sort.h"
#include "sal/spacesaving.h"

SAL_SPACESAVING(part, 1, 5);
SAL_SPACESAVING_CODE(part, 1, 5);
SAL_RESERVOIR(drawn, 1, 8);
SAL_RESERVOIR_CODE(drawn, 1, 8);
SAL_MINWINDOW(last, 10, 4, 2);
SAL_MINWINDOW_CODE(last, 10, 4, 2);
SAL_BASICWINDOW(trend, 1, 4, 32, 8);
SAL_BASICWINDOW_CODE(trend, 1, 4, 32, 8);

static double exact(void)
{
	__u64 extreme[2] = {0, 0}, buckets[65], want[65], words[256], i;

	memset(buckets, 0, sizeof(buckets));
	memset(want, 0, sizeof(want));
	for (i = 0; i < ITEMS; i++) {
		__u64 value = stream.value[i];

		sal_min_update(&extreme[0], (__s64)value);
		sal_max_update(&extreme[1], (__s64)value);
		buckets[sal_histogram_log2(value)]++;
		want[value ? 64 - __builtin_clzll(value) : 0]++;
	}
	for (i = 0; i < 256; i++)
		words[i] = stream.value[i * (ITEMS / 256)];
	sal_sort(words, 8);
	for (i = 1; i < 256; i++)
		if (words[i - 1] > words[i])
			return 2;
	return memcmp(buckets, want, sizeof(want)) ||
	                       sal_min_value(extreme[0]) != (__s64)stream.sorted[0] ||
	                       sal_max_value(extreme[1]) != (__s64)stream.sorted[ITEMS - 1]
	               ? 2
	               : 0;
}

/* One stream through eight sketches, merged in pairs of pairs. */
static void merge_parts(struct part *parts)
{
	__u64 i, step;

	memset(parts, 0, 8 * sizeof(*parts));
	for (i = 0; i < ITEMS; i++)
		part_add(&parts[random_word() & 7], hash_of(stream.key[i]), &stream.key[i], 1);
	for (step = 1; step < 8; step *= 2)
		for (i = 0; i < 8; i += 2 * step)
			sal_spacesaving_merge((__u64 *)&parts[i], (__u64 *)&parts[i + step], 5, 1);
}

static double merged(void)
{
	static struct part parts[8];
	double worst = 0;
	__u64 key, lo, hi;

	merge_parts(parts);
	for (key = 0; key < KEYS; key++) {
		__u64 hash = hash_of(key);
		const struct part_set *set = &parts[0].set[SAL_TABLE_SET(hash, 5)];

		sal_spacesaving_count((__u64 *)parts, 5, 1, hash, &key, &lo, &hi);
		if (lo > stream.count[key] || stream.count[key] > hi)
			return 2;
		worst = worse(
			worst, share((double)(hi - stream.count[key]), (double)set->total / 8));
	}
	return worst;
}

static double largest(void)
{
	static struct part parts[8];
	__u64 key, truth = 0, lo, hi;

	merge_parts(parts);
	for (key = 0; key < KEYS; key++)
		truth = stream.count[key] > truth ? stream.count[key] : truth;
	sal_spacesaving_largest((__u64 *)parts, 5, 1, &lo, &hi);
	return lo > truth || truth > hi ? 2 : 0;
}

/* The L2 norm of what the stream's halves differ by. */
static double change(void)
{
	static __s64 rows[2][SAL_COUNTSKETCH_ROWS << 10];
	static __s64 truth[KEYS];
	double f2 = 0;
	__u64 i;

	memset(rows, 0, sizeof(rows));
	memset(truth, 0, sizeof(truth));
	for (i = 0; i < ITEMS; i++) {
		int half = i >= ITEMS / 2;

		sal_countsketch_add(rows[half], 10, hash_of(stream.key[i]), 1);
		truth[stream.key[i]] += half ? 1 : -1;
	}
	sal_countsketch_subtract(rows[1], rows[0], 10);
	for (i = 0; i < KEYS; i++)
		f2 += (double)truth[i] * (double)truth[i];
	return share(sal_countsketch_f2(rows[1], 10) - f2, 2 * sqrt(2.0 / 1024) * f2);
}

static double filter_shared(void)
{
	static __u64 lines[8 << 6];
	double missed, error, n = (double)stream.distinct;
	__u64 i, found = 0;

	memset(lines, 0, sizeof(lines));
	for (i = 0; i < ITEMS; i++)
		found += (__u64)sal_bloom_is_new_shared(lines, 6, hash_of(stream.key[i]));
	missed = n - (double)found;
	error = sal_bloom_error(lines, 6, 1);
	return missed < 0 ? 2 : share(missed, n * error + 3 * sqrt(n * error) + 1);
}

/*
 * Sub-windows of 1 024 items; a key is new if none of the last four had it. The filter is asked for
 * its error at each sub-window's begin and end, of which the larger holds for its keys.
 */
static double queue(void)
{
	static __u8 cells[1 << 14];
	static __u64 used[KEYS];
	double news = 0, missed = 0, expected = 0, before = 0;
	__u64 i;

	memset(cells, 0, sizeof(cells));
	memset(used, 0, sizeof(used));
	for (i = 0; i < ITEMS; i++) {
		__u64 now = 4 + (i >> 10), key = stream.key[i];
		__u8 stamp = sal_bfq_stamp(now);
		int is_new;

		if (i % 1024 == 0)
			before = sal_bfq_error(cells, 14, stamp, 4);
		is_new = sal_bfq_is_new(cells, 14, hash_of(key), stamp, 4);
		if (is_new && used[key] + 4 > now)
			return 2;
		news += used[key] + 4 <= now;
		missed += used[key] + 4 <= now && !is_new;
		used[key] = now;
		if (i % 1024 == 1023) {
			expected += news * worse(before, sal_bfq_error(cells, 14, stamp, 4));
			news = 0;
		}
	}
	return share(missed, expected + 3 * sqrt(expected) + 1);
}

/* Items at random gaps; asked from a weight of 100 on. */
static double rate(void)
{
	struct sal_rate rate = {0, 1};
	double weight = 0, worst = 0;
	__u64 i, now = 1, half_life = 1 << 30;

	for (i = 0; i < ITEMS; i++) {
		__u64 gap = random_word() % (2 * 8 * half_life / ITEMS);

		now += gap;
		weight = weight * exp2(-(double)gap / (double)half_life) + 1;
		sal_rate_add(&rate, now, half_life);
		if (weight >= 100)
			worst = worse(
				worst, share((double)rate.weight / 65536 / weight - 1, 0.001));
	}
	return worst;
}

static double sampled(void)
{
	double n = (double)stream.distinct, taken = 0;
	__u64 key;

	for (key = 0; key < KEYS; key++)
		if (stream.count[key])
			taken += (double)(1 & sal_sampled(hash_of(key), 1U << 30));
	return share(taken - n / 4, 3 * sqrt(n * 3 / 16) + 1);
}

/* How many of the sample come from the stream's second half. */
static double reservoir(void)
{
	static struct drawn sample;
	double late = 0;
	__u64 i;

	memset(&sample, 0, sizeof(sample));
	for (i = 0; i < ITEMS; i++)
		drawn_take(&sample, random_word(), &i);
	for (i = 0; i < 256; i++)
		late += sample.tuple[i][0] >= ITEMS / 2;
	return share(late - 128, 3 * 8);
}

/* The best cost of three medians in one dimension, by trying all pairs of borders. */
static double best_medians(const __u64 *sorted, int n)
{
	static double sum[65], cost[65][65];
	double best = __builtin_inf();
	int i, j;

	for (i = 0; i < n; i++)
		sum[i + 1] = sum[i] + (double)sorted[i];
	for (i = 0; i <= n; i++)
		for (j = i; j <= n; j++) {
			int m = (i + j) / 2;

			cost[i][j] = j == i ? 0
			                    : (double)sorted[m] * (m - i) - (sum[m] - sum[i]) +
			                              (sum[j] - sum[m]) -
			                              (double)sorted[m] * (j - m);
		}
	for (i = 0; i <= n; i++)
		for (j = i; j <= n; j++)
			best = fmin(best, cost[0][i] + cost[i][j] + cost[j][n]);
	return best;
}

/* 64 of the values through the grid; the centres' cost on the values themselves. */
static double medians(void)
{
	double points[64], weights[64], cost = 0, best, sum = 0;
	__u64 values[64];
	__u32 centres[3], n = 0, i, j;

	for (i = 0; i < 64; i++) {
		values[i] = stream.sorted[i * (ITEMS / 64)];
		sum += (double)values[i];
		points[n] = sal_kmedians_middle(sal_kmedians_cell(0, values[i], 5), 0, 1, 5);
		if (n && points[n] == points[n - 1]) {
			weights[n - 1]++;
		} else {
			weights[n++] = 1;
		}
	}
	best = best_medians(values, 64);
	if (n < 3)
		return 0;
	sal_kmedians(points, weights, n, 1, 3, centres);
	for (i = 0; i < 64; i++) {
		double nearest = __builtin_inf();

		for (j = 0; j < 3; j++)
			nearest = fmin(nearest, fabs((double)values[i] - points[centres[j]]));
		cost += nearest;
	}
	return share(cost, 5 * best + 6 * sum / 64);
}

/* Counts of the last quarter's keys, and those of the quarter before. */
static void windows(__u64 *older, __u64 *newer)
{
	__u64 i;

	memset(older, 0, KEYS * sizeof(*older));
	memset(newer, 0, KEYS * sizeof(*newer));
	for (i = ITEMS / 2; i < ITEMS; i++)
		++*(i < ITEMS * 3 / 4 ? &older[stream.key[i]] : &newer[stream.key[i]]);
}

/* The last quarter of the stream as one window, asked at its end, against the one before it. */
static double window_similarity(void)
{
	static struct last window;
	static __u64 older[KEYS], newer[KEYS], a[1 << 10], b[1 << 10];
	double both = 0, either = 0, truth;
	__u32 filled, equal;
	__u64 i;

	memset(&window, 0, sizeof(window));
	for (i = 0; i < ITEMS; i++) {
		if (i == ITEMS * 3 / 4)
			last_read(&window, ITEMS / 2, a);
		last_add(&window, hash_of(stream.key[i]), i + 1, i < ITEMS / 4 ? 0 : i - ITEMS / 4);
	}
	last_read(&window, ITEMS * 3 / 4, b);
	windows(older, newer);
	for (i = 0; i < KEYS; i++) {
		both += older[i] && newer[i];
		either += older[i] || newer[i];
	}
	truth = both / either;
	sal_minhash_compare(a, b, 10, &filled, &equal);
	return of_buckets(equal, filled, truth);
}

static double window_rarity(void)
{
	static struct last window;
	static __u64 older[KEYS], newer[KEYS], a[1 << 10];
	double once = 0, all = 0, truth;
	__u32 filled, rare;
	__u64 i;

	memset(&window, 0, sizeof(window));
	for (i = 0; i < ITEMS; i++)
		last_add(&window, hash_of(stream.key[i]), i + 1, i < ITEMS / 4 ? 0 : i - ITEMS / 4);
	last_read(&window, ITEMS * 3 / 4, a);
	windows(older, newer);
	for (i = 0; i < KEYS; i++) {
		once += newer[i] == 1;
		all += newer[i] != 0;
	}
	truth = once / all;
	sal_minhash_rare(a, 10, 1, &filled, &rare);
	return of_buckets(rare, filled, truth);
}

static int is_listed(const struct trend *window, __u64 key)
{
	__u64 i, j;

	for (i = 0; i < 8; i++)
		for (j = 0; j < window->list[i].used; j++)
			if (window->list[i].key[j][0] == key)
				return 1;
	return 0;
}

/*
 * Eight basic windows of 512 items: the second half of the stream. Every key's count is within its
 * bounds, and those of keys on no list are 0 and the threshold; the error is the share of it that
 * the most frequent of them has.
 */
static double trend(void)
{
	static struct trend window;
	static __u64 older[KEYS], newer[KEYS];
	__u64 i, lo, hi, truth, threshold;
	double worst = 0;

	memset(&window, 0, sizeof(window));
	for (i = 0; i < ITEMS; i++) {
		trend_add(&window, hash_of(stream.key[i]), &stream.key[i], 1);
		if (i % 512 == 511)
			trend_turn(&window);
	}
	windows(older, newer);
	threshold = trend_rest(&window);
	for (i = 0; i < KEYS; i++) {
		truth = older[i] + newer[i];
		trend_count(&window, &i, &lo, &hi);
		if (lo > truth || truth > hi)
			return 2;
		if (is_listed(&window, i))
			continue;
		if (lo || hi != threshold)
			return 2;
		worst = worse(worst, share((double)truth, (double)threshold));
	}
	return worst;
}

#endif
