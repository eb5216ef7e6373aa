/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * laws.h - every statistic of runtime-bpf as a row: its state, how it takes an item, how it merges,
 * what it answers. A new primitive is its line in `laws` and the functions that the line names;
 * what has no meaning for it, the line says.
 */
#ifndef SAL_LAWS_H
#define SAL_LAWS_H

#include "check.h"
#include "sal/bfq.h"
#include "sal/bloom.h"
#include "sal/countsketch.h"
#include "sal/entropy.h"
#include "sal/histogram.h"
#include "sal/hll.h"
#include "sal/kmedians.h"
#include "sal/minhash.h"
#include "sal/moments.h"
#include "sal/quantile.h"
#include "sal/sample.h"

enum { ITEMS = 4096, KEYS = 256, ANSWERS = 1024, TURN = 512, WINDOW = 1024 };

/* The n-th item from 1 on; `last` is the number of the last of all. */
struct item {
	__u64 key;   /* below KEYS, small ones frequent */
	__u64 value; /* below 2^16 */
	__u64 hash;  /* of the key */
	__u64 rank;  /* random */
	__u64 at;
};

/* Answers with what each may be wrong by, either way. */
struct answers {
	double middle[ANSWERS];
	double bound[ANSWERS];
};

/* How states of parts become one: as bytes, as answers of a merged state, or only as answers. */
enum merging { BYTES, MERGED, ANSWERED, NEVER };

struct law {
	const char *header; /* and, behind a comma, which of its forms */
	const char *size;
	enum merging merging;
	__u64 declared, bytes; /* of state: by the header's line on memory, and by sizeof */
	void (*add)(void *state, const struct item *item);
	void (*turn)(void *state); /* every TURN items, on all CPUs */
	void (*merge)(void *into, const void *from);
	void (*read)(const void *state, struct answers *answers);
	/* Joins the answers of states that do not merge; null adds them up. */
	void (*join)(double *into, const double *from);
	const char *note; /* which laws have no meaning for it and why, or of what they speak */
};

static void add_words(__u64 *into, const __u64 *from, __u32 n)
{
	while (n-- > 0)
		into[n] += from[n];
}

/* ---- what merges bit for bit ---------------------------------------------------------------- */

static void moments_add(void *state, const struct item *item)
{
	sal_moments_add_small(state, (__s64)item->value);
}

static void moments_merge(void *into, const void *from)
{
	sal_moments_merge(into, from);
}

static void moments_read(const void *state, struct answers *answers)
{
	answers->middle[0] = sal_moments_mean(state);
	answers->middle[1] = sal_moments_variance(state);
}

static void sumsq_add(void *state, const struct item *item)
{
	__u64 *words = state;

	sal_sum128_add(words, -(__s64)item->value);
	sal_sumsq_add(words + 2, -(__s64)(item->value << 30));
}

static void sumsq_merge(void *into, const void *from)
{
	__u64 *words = into;
	const __u64 *other = from;

	sal_sum128_merge(words, other[0], other[1]);
	sal_sum128_merge(words + 2, other[2], other[3]);
}

static void extrema_add(void *state, const struct item *item)
{
	__u64 *words = state;

	words[0] = sal_extreme_merge(words[0], sal_min_word((__s64)item->value));
	words[1] = sal_extreme_merge(words[1], sal_max_word((__s64)item->value));
}

static void extrema_merge(void *into, const void *from)
{
	__u64 *words = into;
	const __u64 *other = from;

	words[0] = sal_extreme_merge(words[0], other[0]);
	words[1] = sal_extreme_merge(words[1], other[1]);
}

enum { QUANTILES = SAL_QUANTILE_BUCKETS(5, 16) };

static void quantile_add(void *state, const struct item *item)
{
	sal_quantile_add(state, 5, 16, 10, item->value);
}

static void quantile_merge(void *into, const void *from)
{
	sal_quantile_merge(into, from, QUANTILES);
}

static void quantile_read(const void *state, struct answers *answers)
{
	int i;

	for (i = 0; i <= 100; i++)
		answers->middle[i] = sal_quantile_find(state, QUANTILES, i / 100.0);
}

enum { LINEAR = 64 };

static void histogram_add(void *state, const struct item *item)
{
	__u64 *buckets = state;

	buckets[sal_histogram_linear((__s64)item->value, 1000, 500, LINEAR - 2)]++;
	buckets[LINEAR + sal_histogram_log2(item->value)]++;
}

static void histogram_merge(void *into, const void *from)
{
	add_words(into, from, LINEAR + 65);
}

static void entropy_add(void *state, const struct item *item)
{
	__u64 *counts = state;

	counts[KEYS] += sal_entropy_step(counts[item->key]++);
}

static void entropy_merge(void *into, const void *from)
{
	__u64 *counts = into;
	const __u64 *other = from;
	__u64 key, i;

	/* The running sum hangs on the counts alone: so they add, and it is taken up again. */
	for (key = 0; key < KEYS; key++)
		for (i = 0; i < other[key]; i++)
			counts[KEYS] += sal_entropy_step(counts[key]++);
}

static void entropy_read(const void *state, struct answers *answers)
{
	answers->middle[0] = sal_entropy(state, KEYS);
}

static void hll_add(void *state, const struct item *item)
{
	sal_hll_update(state, 10, item->hash);
}

static void hll_merge(void *into, const void *from)
{
	sal_hll_merge(into, from, 10);
}

static void hll_read(const void *state, struct answers *answers)
{
	answers->middle[0] = sal_hll_estimate(state, 10);
}

static void bloom_add(void *state, const struct item *item)
{
	sal_bloom_is_new(state, 4, item->hash);
}

static void bloom_shared_add(void *state, const struct item *item)
{
	sal_bloom_is_new_shared(state, 4, item->hash);
}

static void bloom_merge(void *into, const void *from)
{
	sal_bloom_merge(into, from, 4);
}

static void bloom_read(const void *state, struct answers *answers)
{
	answers->middle[0] = sal_bloom_error(state, 4, 0);
}

enum { LAST_STAMP = ITEMS / TURN + 1 };

static void bfq_add(void *state, const struct item *item)
{
	sal_bfq_is_new(state, 10, item->hash, sal_bfq_stamp(item->at / TURN), 4);
}

static void bfq_merge(void *into, const void *from)
{
	sal_bfq_merge(into, from, 10, sal_bfq_stamp(LAST_STAMP));
}

static void bfq_read(const void *state, struct answers *answers)
{
	answers->middle[0] = sal_bfq_error(state, 10, sal_bfq_stamp(LAST_STAMP), 4);
}

static void minhash_add(void *state, const struct item *item)
{
	sal_minhash_add(state, 6, item->hash);
}

static void minhash_merge(void *into, const void *from)
{
	sal_minhash_merge(into, from, 6);
}

static void countsketch_add(void *state, const struct item *item)
{
	sal_countsketch_add(state, 6, item->hash, item->value);
}

static void countsketch_merge(void *into, const void *from)
{
	sal_countsketch_merge(into, from, 6);
}

static void countsketch_read(const void *state, struct answers *answers)
{
	answers->middle[0] = sal_countsketch_f2(state, 6);
	answers->middle[1] = sal_countsketch_count(state, 6, sal_hash1(seed, 0));
}

static void sampled_add(void *state, const struct item *item)
{
	*(__u64 *)state += 1 & sal_sampled(item->hash, 1U << 30);
}

static void sampled_merge(void *into, const void *from)
{
	add_words(into, from, 1);
}

enum { CELLS = 4096 };

static void kmedians_add(void *state, const struct item *item)
{
	((__u64 *)state)[sal_kmedians_cell(0, item->value, 4) % CELLS]++;
}

static void kmedians_merge(void *into, const void *from)
{
	add_words(into, from, CELLS);
}

#endif
