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

#include "accuracy_keyed.h"
#include "accuracy_streams.h"
#include "accuracy_windows.h"
#include "sal/bfq.h"
#include "sal/bloom.h"
#include "sal/countsketch.h"
#include "sal/eh.h"
#include "sal/entropy.h"
#include "sal/ewma.h"
#include "sal/hll.h"
#include "sal/minhash.h"
#include "sal/moments.h"
#include "sal/quantile.h"
#include "sal/sumsq.h"

SAL_EH(eh, 10);
SAL_EH_CODE(eh, 10);

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

/* Sums and squares of values of both signs and of all sizes, by the compiler's 128 bits. */
static double sums(void)
{
	__u64 words[4] = {0, 0, 0, 0}, i;
	__int128 sum = 0;
	unsigned __int128 square = 0;

	for (i = 0; i < ITEMS; i++) {
		__s64 x = (__s64)(stream.value[i] << (i & 15)) * (i & 1 ? -1 : 1);

		sal_sum128_add(words, x);
		sal_sumsq_add(words + 2, x);
		sum += x;
		square += (unsigned __int128)((__int128)x * x);
	}
	return words[0] != (__u64)sum || words[1] != (__u64)(sum >> 64) ||
	                       words[2] != (__u64)square || words[3] != (__u64)(square >> 64)
	               ? 2
	               : 0;
}

/* Of quantiles at every 1/64, for M bits behind the leading one. */
static double quantiles(__u32 m)
{
	static __u64 buckets[1 << 12];
	double worst = 0, q;
	__u64 i;

	memset(buckets, 0, sizeof(buckets));
	for (i = 0; i < ITEMS; i++)
		sal_quantile_add(buckets, m, 32, 12, stream.value[i]);
	for (q = 0; q <= 1; q += 1.0 / 64) {
		double truth = (double)stream.sorted[(__u64)(q * (ITEMS - 1))];
		__u32 b = sal_quantile_find(buckets, SAL_QUANTILE_BUCKETS(m, 32), q);
		double middle =
			((double)sal_quantile_least(b, m) + (double)sal_quantile_most(b, m)) / 2;

		worst = worse(worst, share(middle - truth, truth / (double)(2ULL << m)));
	}
	return worst;
}

static double quantiles_4(void)
{
	return quantiles(4);
}

static double quantiles_5(void)
{
	return quantiles(5);
}

static double quantiles_7(void)
{
	return quantiles(7);
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
	return of_buckets(equal, filled, truth);
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
	return of_buckets(rare, filled, truth);
}

/*
 * Of count and of sum after each of 64 edges of the stream, asked at its end. `by_time`: several
 * items at one time, then none for long; else an item at each.
 */
static double exponential(int by_time, int of_sum)
{
	static struct eh histogram;
	static __u64 at[ITEMS + 1], sum[ITEMS + 1];
	double worst = 0;
	__u64 i, j;

	memset(&histogram, 0, sizeof(histogram));
	for (i = 1; i <= ITEMS; i++) {
		__u64 gap = random_word();

		at[i] = at[i - 1] + (by_time ? gap & 7 ? 0 : gap >> 3 & 1023 : 1);
		eh_add(&histogram, 20, at[i], stream.value[i - 1]);
		sum[i] = sum[i - 1] + stream.value[i - 1];
	}
	for (j = 0; j < 64; j++) {
		__u64 after = at[ITEMS * j / 64], first = ITEMS * j / 64;
		struct sal_eh_answer found;
		__u64 truth, lo, hi;

		while (first < ITEMS && at[first + 1] <= after)
			first++;
		eh_read(&histogram, after, &found);
		truth = of_sum ? sum[ITEMS] - sum[first] : ITEMS - first;
		lo = of_sum ? found.sum_lo : found.count_lo;
		hi = of_sum ? found.sum_hi : found.count_hi;
		if (lo > truth || truth > hi || histogram.forced)
			return 2;
		worst = worse(worst,
			share(((double)lo + (double)hi) / 2 - (double)truth, (double)truth / 20));
	}
	return worst;
}

static double window_sum(void)
{
	return exponential(0, 1);
}

static double window_count(void)
{
	return exponential(0, 0);
}

static double time_sum(void)
{
	return exponential(1, 1);
}

static double time_count(void)
{
	return exponential(1, 0);
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

/* Of the counts alone, against long doubles. */
static double entropy_of_counts(void)
{
	long double sum = 0;
	__u64 i;

	for (i = 0; i < KEYS; i++)
		if (stream.count[i])
			sum -= (long double)stream.count[i] / ITEMS *
			       log2l((long double)stream.count[i] / ITEMS);
	return share(sal_entropy(stream.count, KEYS) - (double)sum, 1e-9);
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

static const struct primitive {
	const char *name, *size, *bound;
	double confidence;
	double (*run)(void);
} primitives[] = {
	{"moments", "", "10^-12 of mean and variance", 1, moments},
	{"sumsq", "", "exact", 1, sums},
	{"quantile", "M = 4", "3.13 % of the value, every 1/64", 1, quantiles_4},
	{"quantile", "M = 5", "1.57 % of the value, every 1/64", 1, quantiles_5},
	{"quantile", "M = 7", "0.40 % of the value, every 1/64", 1, quantiles_7},
	{"hll", "p = 12", "2 standard errors, 3.25 %", .95, distinct},
	{"countsketch, L2 squared", "2^10", "2 sigma of one row, 8.8 %", .95, l2},
	{"countsketch, a key", "2^10", "2 L2 / sqrt(w)", .95, vector_count},
	{"minhash, similarity", "2^10", "2 standard errors", .95, similarity},
	{"minhash, rarity", "2^10", "2 standard errors", .95, rarity},
	{"spacesaving", "256 keys", "W / 8 of the set", 1, frequent},
	{"mfu", "256 keys", "exact", 1, most_used},
	{"table", "256 rows, wide and packed", "rows and partials exact", 1, table},
	{"firstseen", "256 keys", "no new key known, the last 4 of a set known", 1, first_seen},
	{"set", "256 members in 1 024 slots", "exact, all enter", .999, membership},
	{"eh, sum", "K = 20, items", "5 %, after any of 64 edges", 1, window_sum},
	{"eh, count", "K = 20, items", "5 %, after any of 64 edges", 1, window_count},
	{"eh, sum", "K = 20, time", "5 %, after any of 64 edges", 1, time_sum},
	{"eh, count", "K = 20, time", "5 %, after any of 64 edges", 1, time_count},
	{"bloom, distinct", "4 KiB", "its own estimate and 3 sigma", .99, filter},
	{"entropy", "", "10^-9 bit", 1, entropy_of_counts},
	{"entropy, running", "", "2^-13 bit", 1, entropy},
	{"ewma", "alpha = 0.1", "2^-16 / alpha", 1, average},
	{"flowset", "2^13 cells", "exact, none stuck", .999, flows},
	{"flowset, overfull", "2^10 cells", "what is given exact, failure told", 1, too_many_flows},
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
	{"basicwindow", "top 32 of 128, 8 windows",
		"lo <= count <= hi; unlisted, at most the threshold", 1, trend},
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
