/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * selftest: every primitive against a plain model, natively; meant for ASan and UBSan.
 * Run by scripts/test-c. The seed is argument 1; a failure names line and seed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sal/extrema.h"
#include "sal/fast.h"
#include "sal/firstseen.h"
#include "sal/hash.h"
#include "sal/hll.h"
#include "sal/mask.h"
#include "sal/parse.h"
#include "sal/set.h"
#include "sal/sumsq.h"
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

static __u64 seed, state;

#define CHECK(x)                                                                                   \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			fprintf(stderr, "%s:%d: %s fails, seed %llu\n", __FILE__, __LINE__, #x,    \
				seed);                                                             \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static __u64 random_word(void)
{
	state += 0x9e3779b97f4a7c15ULL;
	return sal_mix64(state);
}

/* Often near the ends of the range and powers of two. */
static __u64 random_edge(void)
{
	__u64 r = random_word();

	switch (r & 7) {
	case 0:
		return (1ULL << (r >> 8 & 63)) + (r >> 16 & 3) - 1;
	case 1:
		return 0 - (r >> 8 & 3);
	case 2:
		return (1ULL << 63) + (r >> 8 & 3) - 1;
	case 3:
		return r >> 8 & 3;
	case 4:
		return r >> 32;
	default:
		return random_word();
	}
}

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
			/* the root mean square of 8 trials exceeds 2 sigma once in 10^5 */
			CHECK(squares / 8 < 4 * bound * bound + 1e-9);
		}
	}
	memset(a, 0, sizeof(a));
	CHECK(sal_hll_estimate(a, 12) == 0);
	for (i = 0; i < 64; i++)
		CHECK(sal_trailing_zeros(1ULL << i | 1ULL << 63) == i);
}

/* ---- tables ------------------------------------------------------------------------------ */

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
		for (i = 0; i < 64 && !sal_set_insert(set, 6, 2, 0, key, tick, tick + 9, tick); i++)
			key[0]++;
		CHECK(i >= 4 && i <= 8); /* one bucket twice, or two */
		CHECK(sal_set_count(set, 6, 2, tick) >= i);
		CHECK(sal_set_count(set, 6, 2, tick + 1000) == 0);
	}
}

/* ---- frames ------------------------------------------------------------------------------ */

static void put(__u8 *frame, __u32 *at, unsigned value, int size)
{
	while (size--)
		frame[(*at)++] = (__u8)(value >> 8 * size);
}

/* A frame that is ordinary or not quite, of at least 160 bytes; its length. */
static __u32 make_frame(__u8 *frame)
{
	static const __u16 types[] = {0x0800, 0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x1234, 60};
	static const __u16 tags[] = {0x8100, 0x8100, 0x88a8, 0x9100};
	static const __u8 kinds[] = {6, 6, 17, 17, 1, 58, 0, 43, 44, 51, 60, 59, 4};
	__u64 r = random_word();
	__u32 at = 12, i, tagged = r & 3 ? 0 : (r >> 2) % 6;
	__u16 type = types[r >> 5 & 7];

	for (i = 0; i < 400; i++)
		frame[i] = (__u8)(random_word() >> 24);
	for (i = 0; i < tagged; i++) {
		put(frame, &at, tags[random_word() & 3], 2);
		at += 2;
	}
	put(frame, &at, type, 2);
	if (type == 0x0800) {
		frame[at] = r >> 8 & 15 ? 0x45 : (__u8)(r >> 16);
		frame[at + 2] = r >> 12 & 7 ? 1 : 0;
		if (!(r >> 12 & 15))
			frame[at + 3] = 0;
		frame[at + 6] = r >> 16 & 7 ? 0x40 : (__u8)(r >> 24);
		frame[at + 7] = r >> 20 & 7 ? 0 : (__u8)(r >> 32);
		frame[at + 9] = kinds[(r >> 40) % 13];
		at += 20;
	} else if (type == 0x86dd) {
		frame[at] = r >> 8 & 15 ? 0x60 : (__u8)(r >> 16);
		frame[at + 4] = r >> 12 & 7 ? 0 : 1;
		frame[at + 6] = kinds[(r >> 40) % 13];
		for (i = at + 40; i < 300; i += 8) { /* short extension headers, if any */
			frame[i] = kinds[random_word() % 13];
			frame[i + 1] = 0;
			frame[i + 2] = 0;
			frame[i + 3] = (__u8)(random_word() & 1);
		}
		at += 40;
	} else if (type == 0x0806) {
		i = at;
		put(frame, &i, 0x00010800, 4);
		put(frame, &i, 0x0604, 2);
	}
	if (r >> 60 == 0) {
		frame[at] = 0;
		frame[at + 1] = 53;
	}
	return r >> 50 & 7 ? 160 + (__u32)(random_word() % 200) : (__u32)(random_word() % 160);
}

/* The fast path of the program says the same as the general parser, where it says anything. */
static void check_fast(const __u8 *frame, __u32 cap, const struct sal_layers *l)
{
	struct sal_fast f;
	int four, six, transport;

	if (!sal_fast_open(&f, frame, frame + cap))
		return;
	four = sal_fast_ipv4(&f, frame + cap);
	six = !four && sal_fast_ipv6(&f, frame + cap);
	if (!four && !six)
		return;
	transport = six || sal_fast_transport(&f);
	CHECK(l->outcome == SAL_OK || (four && !transport && f.protocol == 51));
	CHECK(sal_has(l, SAL_LAYER_IPV4) == four && sal_has(l, SAL_LAYER_IPV6) == six);
	CHECK(sal_offset(l, four ? SAL_LAYER_IPV4 : SAL_LAYER_IPV6) == f.ip - frame);
	CHECK(sal_has(l, SAL_LAYER_VLAN) == (int)(f.tagged & 1) && !sal_has(l, SAL_LAYER_VLAN2));
	if (!transport)
		return;
	CHECK(f.protocol == l->protocol);
	CHECK(sal_has(l, SAL_LAYER_TCP) == (int)(sal_fast_tcp(&f) & 1));
	CHECK(sal_has(l, SAL_LAYER_UDP) == (int)(sal_fast_udp(&f) & 1));
	CHECK(sal_has(l, SAL_LAYER_ICMP) == (four && (sal_fast_icmp(&f) & 1)));
	CHECK(sal_has(l, SAL_LAYER_ICMPV6) == (six && (sal_fast_icmpv6(&f) & 1)));
	if (sal_has(l, SAL_LAYER_DNS))
		CHECK(sal_fast_port(&f, f.ip + (four ? 20 : 40), 53));
}

static void test_parser(void)
{
	__u8 bytes[400];
	int i, ordinary = 0;

	for (i = 0; i < 300000; i++) {
		__u32 cap = make_frame(bytes);
		__u8 *frame =
			malloc(cap + !cap); /* its exact size, so that ASan sees a byte more */
		struct sal_frame whole = {frame, cap};
		struct sal_layers quick, general;

		memcpy(frame, bytes, cap);
		sal_parse(frame, cap, 0, &quick);
		sal_parse_general(&whole, cap, 0, &general);
		CHECK(!memcmp(&quick, &general, sizeof(quick)));
		ordinary += sal_parse_ordinary(frame, cap, &quick);
		check_fast(frame, cap, &general);
		if (cap > 14) { /* the loader's bound and the captured length may differ */
			sal_parse_general(&whole, cap - 14, SAL_FLAG_NO_LINK, &general);
			CHECK(!sal_has(&general, SAL_LAYER_ETH));
			sal_parse_general(&whole, cap + 20, 0, &quick);
		}
		free(frame);
	}
	CHECK(ordinary > 30000);
}

/* What the head of parse.h promises, frame by frame. */
static struct sal_layers parse(const __u8 *frame, __u32 cap)
{
	struct sal_layers l;

	sal_parse(frame, cap, 0, &l);
	return l;
}

static void test_choices(void)
{
	__u8 f[128] = {0};
	struct sal_layers l;
	__u32 at = 12, i;

	for (i = 0; i < 5; i++) { /* four tags are passed, a fifth is not */
		put(f, &at, 0x8100, 2);
		at += 2;
		if (i == 3) {
			__u32 end = at;

			put(f, &end, 0x0800, 2);
			f[end] = 0x45;
			f[end + 9] = 17;
			l = parse(f, 128);
			CHECK(sal_has(&l, SAL_LAYER_UDP) && sal_offset(&l, SAL_LAYER_VLAN2) == 18);
		}
	}
	l = parse(f, 128);
	CHECK(l.outcome == SAL_LIMITED && !sal_has(&l, SAL_LAYER_IPV4));

	memset(f, 0, sizeof(f));
	at = 12;
	put(f, &at, 0x0800, 2);
	f[14] = 0x45;
	f[17] = 28; /* UDP without payload to port 53, padded to 60 bytes: no DNS */
	f[23] = 17;
	f[37] = 53;
	l = parse(f, 60);
	CHECK(sal_has(&l, SAL_LAYER_UDP) && !sal_has(&l, SAL_LAYER_DNS) && l.end == 42);
	f[17] = 40;
	l = parse(f, 60);
	CHECK(sal_has(&l, SAL_LAYER_DNS) && sal_offset(&l, SAL_LAYER_DNS) == 42);
	l = parse(f, 53);
	CHECK(!sal_has(&l, SAL_LAYER_DNS) && l.outcome == SAL_OK);
	l = parse(f, 41);
	CHECK(!sal_has(&l, SAL_LAYER_UDP) && l.outcome == SAL_TRUNCATED);
	f[20] = 0x20; /* first fragment: transport; later: none, but the protocol */
	l = parse(f, 60);
	CHECK(sal_has(&l, SAL_LAYER_UDP) && l.fragment == SAL_FRAGMENT_FIRST);
	f[21] = 1;
	l = parse(f, 60);
	CHECK(!sal_has(&l, SAL_LAYER_UDP) && l.protocol == 17 && l.outcome == SAL_OK);
	f[14] = 0x44;
	l = parse(f, 60);
	CHECK(!sal_has(&l, SAL_LAYER_IPV4) && l.outcome == SAL_MALFORMED);
	CHECK(l.protocol == SAL_PROTOCOL_NONE && sal_has(&l, SAL_LAYER_ETH));
	l = parse(f, 13);
	CHECK(l.present == 0 && l.outcome == SAL_TRUNCATED);
}

int salc_main(struct xdp_md *frame)
{
	(void)frame;
	return XDP_PASS;
}

/* Nanoseconds a frame for the native parser on ordinary frames; printed, not judged. */
static void time_parser(void)
{
	static __u8 frames[1024][64];
	struct timespec start, stop;
	unsigned long long sum = 0;
	int i, round;

	memset(frames, 0, sizeof(frames));
	for (i = 0; i < 1024; i++) {
		__u32 at = 12;

		if (random_word() % 10 == 0) {
			put(frames[i], &at, 0x8100, 2);
			at += 2;
		}
		put(frames[i], &at, 0x0800, 2);
		frames[i][at] = 0x45;
		frames[i][at + 2] = 1;
		frames[i][at + 9] = random_word() % 5 ? 6 : 17;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (round = 0; round < 4000; round++) {
		for (i = 0; i < 1024; i++) {
			struct sal_layers l;

			sal_parse(frames[(i * 7 + round) & 1023], 64, 0, &l);
			sum += l.present + l.offset[SAL_LAYER_TCP];
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &stop);
	printf("parse: %.2f ns a frame (%llu)\n",
		((double)(stop.tv_sec - start.tv_sec) * 1e9 +
			(double)(stop.tv_nsec - start.tv_nsec)) /
			(4000. * 1024),
		sum % 10);
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
	test_parser();
	test_choices();
	time_parser();
	sal_native_close();
	printf("selftest: all right, seed %llu\n", seed);
	return 0;
}
