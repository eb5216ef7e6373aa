/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* check_numbers.h - masks, sums, extrema, hashes and HyperLogLog against plain arithmetic. */
#include "check.h"
#include "sal/extrema.h"
#include "sal/hll.h"
#include "sal/mask.h"
#include "sal/sumsq.h"

static void test_masks(void)
{
	int i;

	for (i = 0; i < 200000; i++) {
		__u64 a = random_edge(), b = i & 1 ? random_edge() : a + (random_word() & 3) - 1;
		__u64 list[3] = {b, random_edge(), random_edge()};

		CHECK(sal_zero(a) == (a == 0 ? ~0ULL : 0));
		CHECK(sal_nonzero(a) == (a != 0 ? ~0ULL : 0));
		CHECK(sal_eq(a, b) == (a == b ? ~0ULL : 0));
		CHECK(sal_lt(a, b) == ((__s64)a < (__s64)b ? ~0ULL : 0));
		CHECK(sal_le(a, b) == ((__s64)a <= (__s64)b ? ~0ULL : 0));
		CHECK(sal_ltu(a, b) == (a < b ? ~0ULL : 0));
		CHECK(sal_leu(a, b) == (a <= b ? ~0ULL : 0));
		CHECK((__s64)sal_min(a, b) == ((__s64)a < (__s64)b ? (__s64)a : (__s64)b));
		CHECK((__s64)sal_max(a, b) == ((__s64)a > (__s64)b ? (__s64)a : (__s64)b));
		CHECK(sal_in(a, list, 3) ==
			(a == list[0] || a == list[1] || a == list[2] ? ~0ULL : 0));
		CHECK(sal_in_prefix(a >> 32, (b >> 32) & 0xffffff00, 0xffffff00) ==
			(a >> 40 == b >> 40 ? ~0ULL : 0));
		a >>= 1;
		b >>= 1;
		CHECK(sal_eq_small(a, b) == (a == b ? ~0ULL : 0));
		CHECK(sal_lt_small(a, b) == (a < b ? ~0ULL : 0));
		CHECK(sal_le_small(a, b) == (a <= b ? ~0ULL : 0));
		CHECK(sal_min_small(a, b) == (a < b ? a : b));
		CHECK(sal_max_small(a, b) == (a > b ? a : b));
		CHECK(sal_zero_small(a) == (a == 0 ? ~0ULL : 0));
	}
	CHECK(sal_zero_small(1ULL << 63) == 0);
}

static void test_numbers(void)
{
	__u64 sum[2] = {0, 0}, square[2] = {0, 0}, small[2] = {0, 0}, least = 0, most = 0;
	__int128 want_sum = 0;
	unsigned __int128 want_square = 0, want_small = 0;
	__s64 low = 0x7fffffffffffffffLL, high = -low - 1;
	int i;

	for (i = 0; i < 100000; i++) {
		__s64 x = (__s64)random_edge();
		__s64 y = (__s64)(random_edge() >> 32) * (i & 1 ? 1 : -1);
		unsigned __int128 size = x < 0 ? -(__int128)x : x;

		sal_sum128_add(sum, x);
		want_sum += x;
		sal_sumsq_add(square, x);
		want_square += size * size;
		sal_sumsq_add_small(small, y);
		want_small += (unsigned __int128)((__int128)y * y);
		low = x < low ? x : low;
		high = x > high ? x : high;
		sal_min_update(&least, x);
		sal_max_update(&most, x);
		sal_max_update_if(&most, 0x7fffffffffffffffLL, 0);
		CHECK(sal_min_value(least) == low && sal_max_value(most) == high);
		CHECK(sum[0] == (__u64)want_sum && sum[1] == (__u64)(want_sum >> 64));
		CHECK(square[0] == (__u64)want_square && square[1] == (__u64)(want_square >> 64));
		CHECK(small[0] == (__u64)want_small && small[1] == (__u64)(want_small >> 64));
	}
}

static void test_hash(void)
{
	__u64 words[6], bit[64] = {0}, h;
	__u32 buckets[1024] = {0};
	int i, j;

	for (i = 0; i < 20000; i++) {
		__u64 key = random_word();

		for (j = 0; j < 6; j++)
			words[j] = random_edge();
		CHECK(sal_hash(key, words, 1) == sal_hash1(key, words[0]));
		CHECK(sal_hash(key, words, 2) == sal_hash2(key, words[0], words[1]));
		CHECK(sal_hash(key, words, 3) == sal_hash3(key, words[0], words[1], words[2]));
		h = sal_hash(key, words, (__u32)(i % 6 + 1));
		j = i % (i % 6 + 1);
		words[j] ^= 1ULL << (random_word() & 63);
		h ^= sal_hash(key, words, (__u32)(i % 6 + 1));
		CHECK(h != 0);
		for (j = 0; j < 64; j++)
			bit[j] += h >> j & 1;
	}
	for (j = 0; j < 64; j++) /* one flipped bit flips each output bit half the time */
		CHECK(bit[j] > 9500 && bit[j] < 10500);
	for (i = 0; i < 1 << 16; i++) /* neighbouring addresses spread over the sets */
		buckets[sal_hash2(seed, 0x0a000000 + (__u64)(i & 255), (__u64)(i >> 8)) >> 54]++;
	for (i = 0; i < 1024; i++)
		CHECK(buckets[i] > 20 && buckets[i] < 120);
	for (words[1] = 0; words[1] < 2; words[1]++) { /* chosen to collide under one seed */
		memset(buckets, 0, sizeof(buckets));
		for (words[0] = j = 0; j < 1024; words[0]++) {
			if (sal_hash(seed ^ 1, words, 1 + (__u32)words[1]) >> 54)
				continue;
			buckets[sal_hash(seed, words, 1 + (__u32)words[1]) >> 54]++;
			j++;
		}
		for (i = 0; i < 1024; i++)
			CHECK(buckets[i] < 12);
	}
}

static void test_hll(void)
{
	static __u8 a[1 << 16], b[1 << 16], all[1 << 16];
	static const __u32 sizes[] = {1, 10, 100, 1000, 10000, 200000};
	__u32 p, n, i, trial;

	for (p = 4; p <= 16; p += 2) {
		for (n = 0; n < sizeof(sizes) / sizeof(*sizes); n++) {
			double squares = 0, bound = 1.04 / __builtin_sqrt((double)(1U << p)), error;

			for (trial = 0; trial < 8; trial++) {
				__u64 key = random_word();

				memset(a, 0, sizeof(a));
				memset(b, 0, sizeof(b));
				memset(all, 0, sizeof(all));
				for (i = 0; i < sizes[n]; i++) {
					__u64 h = sal_hash1(key, i);

					sal_hll_update(i & 1 ? a : b, p, h);
					sal_hll_update(all, p, h);
				}
				sal_hll_merge(a, b, p);
				CHECK(!memcmp(a, all, 1U << p));
				error = sal_hll_estimate(a, p) / sizes[n] - 1;
				squares += error * error;
			}
			/*
			 * The root mean square of 8 trials exceeds 2.4 sigma once in 10^7; of few
			 * items in many registers two may meet, which is one item less. Errors of
			 * 16 registers have a longer tail.
			 */
			CHECK(squares / 8 < (p == 4 ? 12 : 6) * bound * bound +
						    2.0 / sizes[n] / sizes[n] + 1e-9);
		}
	}
	memset(a, 0, sizeof(a));
	CHECK(sal_hll_estimate(a, 12) == 0);
	for (i = 0; i < 64; i++)
		CHECK(sal_trailing_zeros(1ULL << i | 1ULL << 63) == i);
}
