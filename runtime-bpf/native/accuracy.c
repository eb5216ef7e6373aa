/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * accuracy: how often each primitive's answer is inside its declared bound, over seeded trials on
 * streams of several kinds, and the worst answer seen; prints the table of Docs/Accuracy.md.
 *
 * usage: accuracy [trials] [first seed]
 *
 * A trial draws a hash seed and a stream of ITEMS keys with values of one kind, and compares with
 * the exact answer. Errors are given as shares of the bound. Exit 1 if a share inside is below the
 * declared confidence by more than five standard errors of the trials.
 */
#include <math.h>

#include "accuracy_streams.h"
#include "accuracy_windows.h"
#include "sal/bfq.h"
#include "sal/bloom.h"
#include "sal/countsketch.h"
#include "sal/eh.h"
#include "sal/entropy.h"
#include "sal/ewma.h"
#include "sal/flowset.h"
#include "sal/hll.h"
#include "sal/mfu.h"
#include "sal/minhash.h"
#include "sal/moments.h"
#include "sal/quantile.h"
#include "sal/spacesaving.h"

SAL_EH(eh, 10);
SAL_EH_CODE(eh, 10);
SAL_MFU(mfu, 1, 6);
SAL_MFU_CODE(mfu, 1, 6);
SAL_SPACESAVING(saving, 1, 5);
SAL_SPACESAVING_CODE(saving, 1, 5);
SAL_FLOWSET(flowset, 1, 13);
SAL_FLOWSET_CODE(flowset, 1, 13);

/* ---- primitives: each gives its error as a share of its bound ------------------------------ */

/* The mean and the variance, in doubles around the first value as the truth. */
static double moments(void)
{
	struct sal_moments m = {0};
	long double sum = 0, square = 0, shift = (long double)stream.value[0], mean, variance;
	__u64 i;

	for (i = 0; i < ITEMS; i++) {
		long double x = (long double)stream.value[i] - shift;

		sal_moments_add(&m, (__s64)stream.value[i]);
		sum += x;
		square += x * x;
	}
	mean = shift + sum / ITEMS;
	variance = (square - sum * sum / ITEMS) / ITEMS;
	return worse(share(sal_moments_mean(&m) - (double)mean, 1e-12 * (double)mean),
		share(sal_moments_variance(&m) - (double)variance, 1e-12 * (double)variance));
}

static double quantiles(void)
{
	static __u64 buckets[1 << 10];
	double worst = 0, q;
	__u64 i;

	memset(buckets, 0, sizeof(buckets));
	for (i = 0; i < ITEMS; i++)
		sal_quantile_add(buckets, 5, 32, 10, stream.value[i]);
	for (q = 0; q <= 1; q += 1.0 / 64) {
		double truth = (double)stream.sorted[(__u64)(q * (ITEMS - 1))];
		__u32 b = sal_quantile_find(buckets, SAL_QUANTILE_BUCKETS(5, 32), q);
		double middle =
			((double)sal_quantile_least(b, 5) + (double)sal_quantile_most(b, 5)) / 2;

		worst = worse(worst, share(middle - truth, truth / 64));
	}
	return worst;
}

static double distinct(void)
{
	static __u8 registers[1 << 12];
	__u64 i;

	memset(registers, 0, sizeof(registers));
	for (i = 0; i < ITEMS; i++)
		sal_hll_update(registers, 12, hash_of(stream.key[i]));
	return share(sal_hll_estimate(registers, 12) - (double)stream.distinct,
		2 * 1.04 / 64 * (double)stream.distinct + .5);
}

static double l2(void)
{
	static __s64 rows[SAL_COUNTSKETCH_ROWS << 10];
	double truth = 0;
	__u64 i;

	memset(rows, 0, sizeof(rows));
	for (i = 0; i < ITEMS; i++)
		sal_countsketch_add(rows, 10, hash_of(stream.key[i]), 1);
	for (i = 0; i < KEYS; i++)
		truth += (double)stream.count[i] * (double)stream.count[i];
	return share(sal_countsketch_f2(rows, 10) - truth, 2 * sqrt(2.0 / 1024) * truth);
}

/* Any one key's count, the first of the stream being as good as any. */
static double vector_count(void)
{
	static __s64 rows[SAL_COUNTSKETCH_ROWS << 10];
	double f2 = 0;
	__u64 i, key = stream.key[0];

	memset(rows, 0, sizeof(rows));
	for (i = 0; i < ITEMS; i++)
		sal_countsketch_add(rows, 10, hash_of(stream.key[i]), 1);
	for (i = 0; i < KEYS; i++)
		f2 += (double)stream.count[i] * (double)stream.count[i];
	return share(sal_countsketch_count(rows, 10, hash_of(key)) - (double)stream.count[key],
		2 * sqrt(f2 / 1024));
}

/* Between the stream's halves. */
static double similarity(void)
{
	static __u64 a[1 << 10], b[1 << 10];
	static __u8 in[KEYS];
	double both = 0, either = 0, truth;
	__u32 filled, equal;
	__u64 i;

	memset(a, 0, sizeof(a));
	memset(b, 0, sizeof(b));
	memset(in, 0, sizeof(in));
	for (i = 0; i < ITEMS; i++) {
		sal_minhash_add(i < ITEMS / 2 ? a : b, 10, hash_of(stream.key[i]));
		in[stream.key[i]] |= i < ITEMS / 2 ? 1 : 2;
	}
	for (i = 0; i < KEYS; i++) {
		both += in[i] == 3;
		either += in[i] != 0;
	}
	truth = both / either;
	sal_minhash_compare(a, b, 10, &filled, &equal);
	return share((double)equal / filled - truth,
		2 * sqrt(truth * (1 - truth) / filled) + 0.5 / filled);
}

static double rarity(void)
{
	static __u64 a[1 << 10];
	double once = 0, truth;
	__u32 filled, rare;
	__u64 i;

	memset(a, 0, sizeof(a));
	for (i = 0; i < ITEMS; i++)
		sal_minhash_add(a, 10, hash_of(stream.key[i]));
	for (i = 0; i < KEYS; i++)
		once += stream.count[i] == 1;
	truth = once / (double)stream.distinct;
	sal_minhash_rare(a, 10, 1, &filled, &rare);
	return share((double)rare / filled - truth,
		2 * sqrt(truth * (1 - truth) / filled) + 0.5 / filled);
}

/* Every counter: count - error <= truth <= count, and error <= its set's weight / 8. */
static double frequent(void)
{
	static struct saving sketch;
	double worst = 0;
	__u64 i, s, w;

	memset(&sketch, 0, sizeof(sketch));
	for (i = 0; i < ITEMS; i++)
		saving_add(&sketch, hash_of(stream.key[i]), &stream.key[i], 1);
	for (s = 0; s < 32; s++)
		for (w = 0; w < 8; w++) {
			__u64 count = sketch.set[s].count[w], error = sketch.set[s].error[w];
			__u64 truth = stream.count[sketch.set[s].key[w][0] % KEYS];

			if (!count)
				continue;
			if (count < truth || count - error > truth)
				return 2;
			worst = worse(worst,
				share((double)(count - truth), (double)sketch.set[s].total / 8));
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

/* The sum of the last eighth of the stream, asked at its end. */
static double window_sum(void)
{
	static struct eh histogram;
	struct sal_eh_answer answer;
	double truth = 0, middle;
	__u64 i, last = ITEMS / 8;

	memset(&histogram, 0, sizeof(histogram));
	for (i = 0; i < ITEMS; i++) {
		eh_add(&histogram, 20, i + 1, stream.value[i]);
		truth += i >= ITEMS - last ? (double)stream.value[i] : 0;
	}
	eh_read(&histogram, ITEMS - last, &answer);
	if ((double)answer.sum_lo > truth || truth > (double)answer.sum_hi || histogram.forced)
		return 2;
	middle = ((double)answer.sum_lo + (double)answer.sum_hi) / 2;
	return share(middle - truth, truth / 20);
}

/* Distinct keys by a filter: never over, and short by its own estimate and three of its sigmas. */
static double filter(void)
{
	static __u64 lines[8 << 6];
	double missed, error, n = (double)stream.distinct;
	__u64 i, found = 0;

	memset(lines, 0, sizeof(lines));
	for (i = 0; i < ITEMS; i++)
		found += (__u64)sal_bloom_is_new(lines, 6, hash_of(stream.key[i]));
	missed = n - (double)found;
	error = sal_bloom_error(lines, 6, 0);
	return missed < 0 ? 2 : share(missed, n * error + 3 * sqrt(n * error) + 1);
}

static double entropy(void)
{
	static __u64 count[KEYS];
	__u64 steps = 0, i;

	memset(count, 0, sizeof(count));
	for (i = 0; i < ITEMS; i++)
		steps += sal_entropy_step(count[stream.key[i]]++);
	return share(
		sal_entropy_running(steps, ITEMS) - sal_entropy(stream.count, KEYS), 1.0 / 8192);
}

static double average(void)
{
	double exact = (double)stream.value[0];
	__s64 fixed = (__s64)(stream.value[0] << 16);
	__u64 i;

	for (i = 1; i < ITEMS; i++) {
		exact += ((double)stream.value[i] - exact) * (6554 / 65536.0);
		fixed = sal_ewma(fixed, (__s64)stream.value[i], 6554);
	}
	return share((double)fixed / 65536 - exact, 10.0 / 65536 + fabs(exact) * 1e-12);
}

static int flow_errors;

static void take_flow(void *context, const __u64 *key, __u64 packets)
{
	__u64 *given = context;

	*given += packets;
	flow_errors += key[0] >= KEYS || stream.count[key[0] % KEYS] != packets;
}

/* 4 096 flows at most in 8 192 cells: all decoded, exactly, but those that are counted missed. */
static double flows(void)
{
	static struct flowset set;
	struct sal_flowset_result result;
	__u64 i, given = 0;

	memset(&set, 0, sizeof(set));
	for (i = 0; i < ITEMS; i++)
		flowset_add(&set, hash_of(stream.key[i]), &stream.key[i]);
	flow_errors = 0;
	result = sal_flowset_decode((__u64 *)set.cell, 13, 1, seed, take_flow, &given);
	return flow_errors || result.stuck || given + result.missed != ITEMS ? 2 : 0;
}

static const struct primitive {
	const char *name, *size, *bound;
	double confidence;
	double (*run)(void);
} primitives[] = {
	{"moments", "", "10^-12 of mean and variance", 1, moments},
	{"quantile", "M = 5", "1.57 % of the value, every 1/64", 1, quantiles},
	{"hll", "p = 12", "2 standard errors, 3.25 %", .95, distinct},
	{"countsketch, L2 squared", "2^10", "2 sigma of one row, 8.8 %", .95, l2},
	{"countsketch, a key", "2^10", "2 L2 / sqrt(w)", .95, vector_count},
	{"minhash, similarity", "2^10", "2 standard errors", .95, similarity},
	{"minhash, rarity", "2^10", "2 standard errors", .95, rarity},
	{"spacesaving", "256 keys", "W / 8 of the set", 1, frequent},
	{"mfu", "256 keys", "exact", 1, most_used},
	{"eh, sum", "K = 20", "5 %", 1, window_sum},
	{"bloom, distinct", "4 KiB", "its own estimate and 3 sigma", .99, filter},
	{"entropy, running", "", "2^-13 bit", 1, entropy},
	{"ewma", "alpha = 0.1", "2^-16 / alpha", 1, average},
	{"flowset", "2^13 cells", "exact, none stuck", .999, flows},
	{"extrema, histogram, sort", "", "exact", 1, exact},
	{"spacesaving, eight merged", "256 keys", "W / 8 of the set", 1, merged},
	{"spacesaving, largest count", "256 keys", "lo <= Linf <= hi", 1, largest},
	{"countsketch, change", "2^10", "2 sigma of one row, 8.8 %, of L2 squared", .95, change},
	{"bloom, shared", "4 KiB", "its own estimate and 3 sigma", .99, filter_shared},
	{"bfq", "2^14 cells", "its own estimate and 3 sigma", .99, queue},
	{"rate", "half-life of 1/8", "0.1 % of the decayed count", 1, rate},
	{"sample, by hash", "1/4 of the keys", "3 sigma", .99, sampled},
	{"sample, reservoir", "256", "3 sigma of the share of any half", .99, reservoir},
	{"kmedians", "k = 3, M = 5", "5 times the best, 1.57 % of a value", 1, medians},
	{"minwindow, similarity", "2^10, last 1/4", "2 standard errors", .95, window_similarity},
	{"minwindow, rarity", "2^10, last 1/4", "2 standard errors", .95, window_rarity},
	{"basicwindow", "top 32 of 128, 8 windows", "lo <= count <= hi", 1, trend},
};

enum { PRIMITIVES = sizeof(primitives) / sizeof(primitives[0]) };

static struct result {
	double worst;
	int worst_kind, inside[KINDS];
} results[PRIMITIVES];

/* One stream, for every primitive the same, with the same random words behind it. */
static void trial(int kind, __u64 number)
{
	__u64 drawn;
	size_t i;

	seed = state = sal_mix64(number);
	draw(kind);
	drawn = state;
	for (i = 0; i < PRIMITIVES; i++) {
		double error;

		state = drawn;
		error = primitives[i].run();
		results[i].inside[kind] += error <= 1;
		if (error > results[i].worst) {
			results[i].worst = error;
			results[i].worst_kind = kind;
		}
	}
}

/* The row of a primitive after so many trials of each kind; 1 if it missed its bound too often. */
static int report(const struct primitive *p, const struct result *r, int trials)
{
	char inside[64] = "all";
	double all = 0;
	int kind, least = 0;

	for (kind = 0; kind < KINDS; kind++) {
		all += r->inside[kind];
		least = r->inside[kind] < r->inside[least] ? kind : least;
	}
	all /= trials * KINDS;
	if (all < 1)
		snprintf(inside, sizeof(inside), "%.2f %%, %.2f %% (%s)", all * 100,
			100.0 * r->inside[least] / trials, kind_names[least]);
	printf("| %s | %s | %s | %g %% | %s | %.2f (%s) |\n", p->name, p->size, p->bound,
		p->confidence * 100, inside, r->worst,
		r->worst == 0 ? "all" : kind_names[r->worst_kind]);
	return all <
	       p->confidence - 5 * sqrt(p->confidence * (1 - p->confidence) / (trials * KINDS));
}

int main(int count, char **arguments)
{
	int trials = count > 1 ? atoi(arguments[1]) : 1001, bad = 0, kind;
	__u64 first = count > 2 ? strtoull(arguments[2], 0, 0) : 1;
	static const double exponent[3] = {.8, 1.2, 1.6};
	size_t i, j;

	if (trials < KINDS)
		return 2;
	for (i = 0; i < 3; i++)
		for (j = 0; j < KEYS; j++)
			cumulative[i][j] =
				(j ? cumulative[i][j - 1] : 0) + pow((double)j + 1, -exponent[i]);
	printf("| Primitive | Size | Bound | Declared | Inside, least | Worst error / bound |\n"
	       "|---|---|---|---|---|---|\n");
	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < (size_t)trials / KINDS; i++)
			trial(kind, first + i * KINDS + (__u64)kind);
	for (i = 0; i < PRIMITIVES; i++)
		bad += report(&primitives[i], &results[i], trials / KINDS);
	return bad != 0;
}
