/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* check_windows.h - what slides and what merges, against exact models of the same window. */
#include "check.h"
#include "sal/basicwindow.h"
#include "sal/minwindow.h"
#include "sal/sample.h"
#include "sal/spacesaving.h"

SAL_MINWINDOW(sliding, 4, 4, 3);
SAL_MINWINDOW_CODE(sliding, 4, 4, 3);
SAL_MINWINDOW(cramped, 2, 1, 1);
SAL_MINWINDOW_CODE(cramped, 2, 1, 1);
SAL_BASICWINDOW(basic, 2, 5, 6, 5);
SAL_BASICWINDOW_CODE(basic, 2, 5, 6, 5);
SAL_SPACESAVING(merging, 2, 1);
SAL_SPACESAVING_CODE(merging, 2, 1);

/* Few keys in bursts, so that items come again both soon and late. */
static __u64 bursty(__u64 i)
{
	__u64 r = random_word();

	return r & 3 ? (i >> 5) % 40 * 8 + (r >> 2 & 7) : r >> 2 & 1023;
}

/* At every item the buckets are those that minhash.h makes of the window, counts up to 3. */
static void test_minwindow(void)
{
	enum { N = 3000, WINDOW = 300 };
	static __u64 key[N];
	static struct sliding window;
	static struct cramped small;
	__u64 got[16], want[16], i, j;

	memset(&window, 0, sizeof(window));
	memset(&small, 0, sizeof(small));
	for (i = 0; i < N; i++) {
		__u64 after = i < WINDOW ? 0 : i + 1 - WINDOW;

		key[i] = bursty(i);
		sliding_add(&window, sal_hash1(seed, key[i]), i + 1, after);
		cramped_add(&small, sal_hash1(seed, key[i]), i + 1, after);
		if (i % 7)
			continue;
		memset(want, 0, sizeof(want));
		for (j = after; j <= i; j++)
			sal_minhash_add(want, 4, sal_hash1(seed, key[j]));
		sliding_read(&window, after, got);
		for (j = 0; j < 16; j++) {
			CHECK(got[j] >> 32 == want[j] >> 32);
			CHECK((__u32)got[j] == ((__u32)want[j] < 3 ? (__u32)want[j] : 3));
		}
		cramped_read(&small, after, got);
		for (j = 0; j < 4; j++)
			CHECK((__u32)got[j] <= 1);
	}
	CHECK(window.forced == 0 && small.forced > 0);
	sliding_read(&window, N, got);
	for (j = 0; j < 16; j++)
		CHECK(got[j] == 0);
}

/* At every turn each key's count is within its bounds, and none outside has more than the rests. */
static void test_basicwindow(void)
{
	enum { N = 12000, BASIC = 200, KEYS = 1024, WINDOWS = 5 };
	static __u64 key[N];
	static __u32 truth[KEYS];
	static struct basic window;
	__u64 i, j, sure = 0;

	memset(&window, 0, sizeof(window));
	memset(truth, 0, sizeof(truth));
	for (i = 0; i < N; i++) {
		__u64 words[2] = {key[i] = i % 3 ? bursty(i) : 1023, 5};

		basic_add(&window, sal_hash2(seed, words[0], words[1]), words, 3);
		truth[key[i]] += 3;
		if (i >= (__u64)BASIC * WINDOWS)
			truth[key[i - (__u64)BASIC * WINDOWS]] -= 3;
		if ((i + 1) % BASIC)
			continue;
		basic_turn(&window);
		for (j = 0; j < KEYS; j++) {
			__u64 asked[2] = {j, 5}, lo, hi;

			basic_count(&window, asked, &lo, &hi);
			CHECK(lo <= truth[j] && truth[j] <= hi);
			sure += lo > basic_rest(&window);
		}
	}
	CHECK(sure > 0);
}

/* Eight sketches of one stream, merged in any nesting, keep their bounds; so does what is added. */
static void test_merging(void)
{
	enum { KEYS = 200, N = 20000, PARTS = 8 };
	static __u64 truth[KEYS];
	static struct merging part[PARTS];
	__u64 *words = (__u64 *)&part[0], total = 0, most = 0, lo, hi, i, j, s, w;

	memset(truth, 0, sizeof(truth));
	memset(part, 0, sizeof(part));
	for (i = 0; i < N + 1000; i++) {
		__u64 number = bursty(i) % KEYS, key[2] = {number, ~number}, weight = i & 3;
		__u64 to = i < N ? random_word() % PARTS : 0;

		if (i == N)
			for (s = 1; s < PARTS; s *= 2)
				for (j = 0; j + s < PARTS; j += 2 * s)
					sal_spacesaving_merge(
						(__u64 *)&part[j], (__u64 *)&part[j + s], 1, 2);
		if (weight)
			merging_add(&part[to], sal_hash2(seed, key[0], key[1]), key, weight);
		truth[number] += weight;
		total += weight;
	}
	CHECK(part[0].set[0].total + part[0].set[1].total == total);
	for (i = 0; i < KEYS; i++) {
		__u64 key[2] = {i, ~i};

		sal_spacesaving_count(words, 1, 2, sal_hash2(seed, i, ~i), key, &lo, &hi);
		CHECK(lo <= truth[i] && truth[i] <= hi);
		most = truth[i] > most ? truth[i] : most;
	}
	for (s = 0; s < 2; s++) {
		__u64 sum = 0;

		for (w = 0; w < 8; w++) {
			CHECK(part[0].set[s].error[w] * 8 <= part[0].set[s].total);
			sum += part[0].set[s].count[w];
		}
		CHECK(sum <= part[0].set[s].total);
		CHECK(sal_spacesaving_absent((__u64 *)&part[0].set[s]) * 8 <= part[0].set[s].total);
	}
	sal_spacesaving_largest(words, 1, 2, &lo, &hi);
	CHECK(lo <= most && most <= hi);
}
