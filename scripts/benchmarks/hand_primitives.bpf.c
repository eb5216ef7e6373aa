/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What primitives.bpf.c measures, tuned by hand for this one use: straight C with constants in
 * place of parameters, on state of the same size and the same meaning. Branches or masks, whatever
 * was faster here. No header of runtime-bpf but the hash and the frame of a program.
 */
#include "primitives.h"

#define AND(x, m)                                                                                  \
	({                                                                                         \
		__u64 and_ = (x);                                                                  \
		__asm__ volatile("%0 &= %1" : "+r"(and_) : "i"(m));                                \
		and_;                                                                              \
	})
#define HIDE(x) __asm__("" : "+r"(x))
#define HAND(NAME, ...) PRIMITIVE(hand_##NAME, __VA_ARGS__)

static inline __attribute__((always_inline)) __u64 sign_of(__u64 x)
{
	HIDE(x);
	x = (__u64)((__s64)x >> 63);
	HIDE(x);
	return x;
}

static const __u8 low_bit[64] = {0, 1, 2, 53, 3, 7, 54, 27, 4, 38, 41, 8, 34, 55, 48, 28, 62, 5, 39,
	46, 44, 42, 22, 9, 24, 35, 59, 56, 49, 18, 29, 11, 63, 52, 6, 26, 37, 40, 33, 47, 61, 45,
	43, 21, 23, 58, 17, 10, 51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12};

__u64 word[8], buckets[1 << 10], minima[1 << 8], filter[8 << 11], linear[128];
__s64 rows[5][1 << 11], average;
__u8 registers[1 << 12], queue[1 << 16];

HAND(sum, word[0] += seen.size);

/* word[1] and [2]: 128 bits; the value is never negative here. */
HAND(sum128, __u64 low = word[1] + seen.size; word[2] += low < seen.size; word[1] = low);

HAND(sumsq_small, __u64 square = seen.size * seen.size; __u64 low = word[3] + square;
	word[4] += low < square; word[3] = low);

HAND(extrema, __u64 least = ~seen.size; if (least > word[5]) word[5] = least);

struct {
	__u64 count, sum[2], square[2], least, most;
} moments;

HAND(moments_small, __u64 square = seen.size * seen.size; __u64 low; moments.count++;
	low = moments.sum[0] + seen.size; moments.sum[1] += low < seen.size; moments.sum[0] = low;
	low = moments.square[0] + square; moments.square[1] += low < square;
	moments.square[0] = low; if (~seen.size > moments.least) moments.least = ~seen.size;
	if (seen.size > moments.most) moments.most = seen.size);

/* The highest bit of 11 by halving. */
static inline __attribute__((always_inline)) __u64 top_of_11(__u64 x)
{
	__u64 top = 0, m;

	m = ~sign_of(x - 256) & 8;
	x >>= m;
	top += m;
	m = ~sign_of(x - 16) & 4;
	x >>= m;
	top += m;
	m = ~sign_of(x - 4) & 2;
	x >>= m;
	top += m;
	return top + (x >> 1);
}

HAND(quantile, __u64 top = top_of_11(seen.size & ~31ULL);
	__u64 shift = top - (5 & ~sign_of(top - 1));
	buckets[AND((shift << 5) + (seen.size >> shift), 1023)]++);

HAND(histogram_log2, linear[AND(top_of_11(seen.size) + (seen.size != 0), 127)]++);

HAND(histogram_linear, linear[AND((seen.size >> 4) + 1, 127)]++);

HAND(ewma, __s64 distance = (__s64)(seen.size << 16) - average; average += distance * 6554 >> 16);

HAND(hll, __u64 rest = seen.hash | 1ULL << 52;
	__u8 rank = 1 + low_bit[AND(((rest & (0 - rest)) * 0x022fdd63cc95386dULL) >> 58, 63)];
	__u8 *at = &registers[AND(seen.hash >> 52, 4095)];
	if (SAL_UNLIKELY(*at < rank)) *at = rank);

HAND(
	minhash, __u64 *at = &minima[AND(seen.hash >> 56, 255)]; __u64 new = ~seen.hash << 32;
	__u64 old = *at; if (SAL_LIKELY(old >> 32 == new >> 32 && (__u32)old)) {
		if ((__u32)old != 0xffffffff)
			*at = old + 1;
	} else if (new > old || !(__u32)old) *at = new | 1);

#define ROW(i)                                                                                     \
	({                                                                                         \
		__u64 minus_ = sign_of(seen.hash << (52 - 12 * (i)));                              \
		rows[i][AND(seen.hash >> 12 * (i), 2047)] += (__s64)((1 ^ minus_) - minus_);       \
	})
HAND(countsketch, ROW(0); ROW(1); ROW(2); ROW(3); ROW(4));

#define BIT(i)                                                                                     \
	({                                                                                         \
		__u64 *word_ = &line[AND(seen.hash >> 9 * (i), 7)];                                \
		__u64 bit_ = 1ULL << ((seen.hash >> (9 * (i) + 3)) & 63);                          \
		missing |= ~*word_ & bit_;                                                         \
		*word_ |= bit_;                                                                    \
	})
HAND(bloom, __u64 *line = &filter[AND(seen.hash >> 53, 2047) * 8]; __u64 missing = 0; BIT(0);
	BIT(1); BIT(2); BIT(3); sink += missing != 0);

#define CELL(i)                                                                                    \
	({                                                                                         \
		__u8 *cell_ = &queue[AND(seen.hash >> 21 * (i), 0xffff)];                          \
		__u64 age_ = now - *cell_;                                                         \
		age_ += 255 & sign_of(age_);                                                       \
		new |= (age_ >= 4) | !*cell_;                                                      \
		*cell_ = (__u8)now;                                                                \
	})
HAND(bfq, __u64 now = (seen.number >> 16) % 255 + 1; __u64 new = 0; CELL(0); CELL(1); CELL(2);
	sink += new);

__u64 first[1 << 14][4] SAL_LINE, zero_seen;

HAND(
	first_seen, __u64 *way = first[AND(seen.hash >> 32, (1 << 14) - 1)]; __u64 key = seen.key;
	if (SAL_UNLIKELY(!key)) {
		sink += !zero_seen;
		zero_seen = 1;
	} else if (SAL_UNLIKELY(way[0] != key & way[1] != key & way[2] != key & way[3] != key)) {
		way[3] = way[2];
		way[2] = way[1];
		way[1] = way[0];
		way[0] = key;
		sink++;
	});

struct {
	__u64 key[4], weight[4], against[4];
} used[1 << 12] SAL_LINE;

HAND(
	most_used, __typeof__(&used[0]) set = &used[AND(seen.hash >> 32, 4095)]; __u64 w = 0;
	__u64 hit = 0; for (int i = 0; i < 4; i++) hit |=
		       (0 - (__u64)((set->key[i] == seen.key) & (set->weight[i] != 0))) & (4 | i);
	if (SAL_LIKELY(hit)) set->weight[AND(hit, 3)]++; else {
		for (int i = 1; i < 4; i++)
			if (set->weight[i] < set->weight[AND(w, 3)])
				w = i;
		w = AND(w, 3);
		if (set->weight[w] && ++set->against[w] <= set->weight[w])
			sink++;
		else {
			sink += set->weight[w] != 0;
			set->key[w] = seen.key;
			set->weight[w] = 1;
			set->against[w] = 0;
		}
	});

struct {
	__u64 total, unused[7], count[8], error[8], key[8];
} saved[1 << 11] SAL_LINE;

HAND(
	spacesaving, __typeof__(&saved[0]) set = &saved[AND(seen.hash >> 32, 2047)]; __u64 w = 0;
	__u64 hit = 0; set->total++;
	for (int i = 0; i < 8; i++) hit |=
	(0 - (__u64)((set->key[i] == seen.key) & (set->count[i] != 0))) & (8 | i);
	if (SAL_LIKELY(hit)) set->count[AND(hit, 7)]++; else {
		for (int i = 1; i < 8; i++)
			if (set->count[i] < set->count[AND(w, 7)])
				w = i;
		w = AND(w, 7);
		set->key[w] = seen.key;
		set->error[w] = set->count[w]++;
	});

struct {
	__u64 seen, weakest, rank[256], tuple[256];
} drawn;

HAND(
	reservoir_256, __u64 rank = ~sal_mix64(seen.hash + seen.number);
	__u64 at = AND(drawn.weakest, 255); drawn.seen++; if (SAL_UNLIKELY(rank > drawn.rank[at])) {
		__u64 least = ~0ULL;
		drawn.rank[at] = rank;
		drawn.tuple[at] = seen.key;
		for (__u64 i = 0; i < 256; i++)
			if (drawn.rank[i] < least) {
				least = drawn.rank[i];
				at = i;
			}
		drawn.weakest = at;
	});

struct flow_cell {
	__u64 flows, packets, check, weight, key;
} cells[1 << 16];
__u64 flow_filter[1 << 16];

#define FLOW_CELL(at)                                                                              \
	({                                                                                         \
		struct flow_cell *cell_ = &cells[AND(at, 0xffff)];                                 \
		cell_->flows += new & 1;                                                           \
		cell_->packets++;                                                                  \
		cell_->check ^= seen.hash & new;                                                   \
		cell_->weight += seen.hash;                                                        \
		cell_->key ^= seen.key & new;                                                      \
	})
HAND(flow_set, __u64 other = sal_mix64(seen.hash);
	__u64 *at = &flow_filter[AND(other >> 32, 0xffff)];
	__u64 bits = 1ULL << (other & 63) | 1ULL << (other >> 6 & 63) | 1ULL << (other >> 12 & 63) |
                     1ULL << (other >> 18 & 63);
	__u64 new = 0 - (__u64)((*at & bits) != bits); *at |= bits; FLOW_CELL(seen.hash & 0x7fff);
	FLOW_CELL(0x8000 + (seen.hash >> 20 & 0x3fff));
	FLOW_CELL(0xc000 + (seen.hash >> 40 & 0x3fff)));

char hand_license[] SEC("license") = "GPL";
