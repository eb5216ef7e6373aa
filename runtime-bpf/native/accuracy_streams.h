/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* accuracy_streams.h - the streams that the trials of accuracy.c draw, and their exact counts. */
#ifndef SAL_ACCURACY_STREAMS_H
#define SAL_ACCURACY_STREAMS_H

#include <math.h>

#include "check.h"

enum { ITEMS = 8192, KEYS = 4096 };

static const char *const kind_names[] = {
	"Zipf 0.8", "Zipf 1.2", "Zipf 1.6", "uniform", "constant", "two-point", "adversarial"};
enum { KINDS = 7 };

static struct stream {
	__u64 key[ITEMS];   /* below KEYS */
	__u64 value[ITEMS]; /* below 2^32 */
	__u64 count[KEYS];
	__u64 sorted[ITEMS]; /* the values */
	__u64 distinct;
} stream;

static double cumulative[3][KEYS];

static double unit(void)
{
	return (double)(random_word() >> 11) * 0x1.0p-53;
}

static __u64 zipf(int which)
{
	double x = unit() * cumulative[which][KEYS - 1];
	int low = 0, high = KEYS - 1;

	while (low < high) {
		int middle = (low + high) / 2;

		if (cumulative[which][middle] < x)
			low = middle + 1;
		else
			high = middle;
	}
	return (__u64)low;
}

static int by_size(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return (x > y) - (x < y);
}

/*
 * Adversarial, without knowledge of the seed: a flood of single keys in order, then the frequent
 * ones in runs, each new one late; and values that double up to 2^31 in turn.
 */
static void draw(int kind)
{
	__u64 i;

	memset(stream.count, 0, sizeof(stream.count));
	stream.distinct = 0;
	for (i = 0; i < ITEMS; i++) {
		__u64 key, value = random_word() >> 32 >> random_word() % 24;

		switch (kind) {
		case 0:
		case 1:
		case 2:
			key = zipf(kind);
			value = 40 + key * 7;
			break;
		case 3:
			key = random_word() % KEYS;
			break;
		case 4:
			key = 7;
			value = 1500;
			break;
		case 5:
			key = random_word() & 1 ? 1 : 2;
			value = key == 1 ? 40 : 1500;
			break;
		default:
			key = i < KEYS / 2 ? i : KEYS / 2 + (i >> 8);
			value = 1ULL << i % 32;
		}
		stream.key[i] = key;
		stream.value[i] = stream.sorted[i] = value;
		stream.distinct += stream.count[key]++ == 0;
	}
	qsort(stream.sorted, ITEMS, sizeof(stream.sorted[0]), by_size);
}

static __u64 hash_of(__u64 key)
{
	return sal_hash1(seed, key);
}

static double share(double error, double bound)
{
	return error == 0 ? 0 : fabs(error) / bound;
}

static double worse(double a, double b)
{
	return a > b ? a : b;
}

/* A share of filled buckets against the true one: two standard errors, and half a bucket. */
static double of_buckets(__u32 counted, __u32 filled, double truth)
{
	return share((double)counted / filled - truth,
		2 * sqrt(truth * (1 - truth) / filled) + 0.5 / filled);
}

#endif
