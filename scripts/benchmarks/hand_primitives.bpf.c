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

__u64 word[9], buckets[1 << 10], minima[1 << 8], filter[8 << 11], linear[128];
__s64 rows[5][1 << 11], average;
__u8 registers[1 << 12], queue[1 << 16];

HAND(sum, word[0] += seen.size);

/* word[1] and [2]: 128 bits; the value is never negative here. */
HAND(sum128, __u64 low = word[1] + seen.size; word[2] += low < seen.size; word[1] = low);

HAND(sumsq_small, __u64 square = seen.size * seen.size; __u64 low = word[3] + square;
	word[4] += low < square; word[3] = low);

HAND(extrema, __u64 least = ~(seen.size ^ 1ULL << 63); if (least > word[5]) word[5] = least);

HAND(extrema_masked, __u64 least = ~(seen.size ^ 1ULL << 63); __u64 old = word[8];
	word[8] ^= (old ^ least) & sign_of((~old & least) | (~(old ^ least) & (old - least))));

struct {
	__u64 count, sum[2], square[2], least, most;
} moments;

HAND(moments_small, __u64 square = seen.size * seen.size; __u64 low; moments.count++;
	low = moments.sum[0] + seen.size; moments.sum[1] += low < seen.size; moments.sum[0] = low;
	low = moments.square[0] + square; moments.square[1] += low < square;
	moments.square[0] = low; if (~seen.size > moments.least) moments.least = ~seen.size;
	if (seen.size > moments.most) moments.most = seen.size);

/* The highest bit, by halving the 16 bits that lengths have; of more by a jump. */
static inline __attribute__((always_inline)) __u64 top_of(__u64 x)
{
	__u64 top = 0, m;

	if (SAL_UNLIKELY(x >> 16)) {
		top = x >> 32 ? 32 : 0;
		x >>= top;
		m = x >> 16 ? 16 : 0;
		x >>= m;
		top += m;
	}
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

HAND(quantile, __u64 size = seen.size; if (SAL_UNLIKELY(size >> 16)) size = 65535;
	__u64 top = top_of(size & ~31ULL); __u64 shift = top - (5 & ~sign_of(top - 1));
	buckets[AND((shift << 5) + (size >> shift), 1023)]++);

HAND(histogram_log2, linear[AND(top_of(seen.size) + (seen.size != 0), 127)]++);

/* 0 and 97 are for what is below and above. */
HAND(histogram_linear, __u64 at = (seen.size >> 4) + 1; if (SAL_UNLIKELY(at > 97)) at = 97;
	if (SAL_UNLIKELY((__s64)seen.size < 0)) at = 0; linear[AND(at, 127)]++);

HAND(ewma_any, __s64 distance = (__s64)(seen.size << 16) - average;
	average += (distance >> 16) * 6554 + ((__s64)(distance & 0xffff) * 6554 >> 16));

HAND(ewma_small, __s64 distance = (__s64)(seen.size << 16) - average;
	average += distance * 6554 >> 16);

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

struct frequent {
	__u64 total, unused[7], count[8], error[8], key[8];
};

/* Counts a key in its set, where it takes the place of the least if it is new. */
#define COUNT_IN(set)                                                                              \
	do {                                                                                       \
		__u64 w = 0, hit = 0;                                                              \
		(set)->total++;                                                                    \
		for (int i = 0; i < 8; i++)                                                        \
			hit |= (0 - (__u64)(((set)->key[i] == seen.key) &                          \
					    ((set)->count[i] != 0))) &                             \
			       (8 | i);                                                            \
		if (SAL_LIKELY(hit)) {                                                             \
			(set)->count[AND(hit, 7)]++;                                               \
		} else {                                                                           \
			for (int i = 1; i < 8; i++)                                                \
				if ((set)->count[i] < (set)->count[AND(w, 7)])                     \
					w = i;                                                     \
			w = AND(w, 7);                                                             \
			(set)->key[w] = seen.key;                                                  \
			(set)->error[w] = (set)->count[w]++;                                       \
		}                                                                                  \
	} while (0)

struct frequent saved[1 << 11] SAL_LINE;

HAND(spacesaving, struct frequent *set = &saved[AND(seen.hash >> 32, 2047)]; COUNT_IN(set));

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

/* Any word: the square of its size by halves. */
HAND(moments_any, __s64 x = (__s64)seen.size; HIDE(x); __u64 sign = (__u64)(x >> 63);
	__u64 size = ((__u64)x ^ sign) - sign; __u64 a = (__u32)size; __u64 b = size >> 32;
	__u64 low = a * a; __u64 middle = a * b; __u64 high = b * b + (middle >> 31); __u64 sum;
	middle <<= 33; sum = low + middle; high += sum < low; moments.count++;
	low = moments.sum[0] + (__u64)x; moments.sum[1] += sign + (low < (__u64)x);
	moments.sum[0] = low; low = moments.square[0] + sum;
	moments.square[1] += high + (low < sum); moments.square[0] = low;
	size = (__u64)x ^ 1ULL << 63;
	if (SAL_UNLIKELY(~size > moments.least)) moments.least = ~size;
	if (SAL_UNLIKELY(size > moments.most)) moments.most = size);

/* log2 * 2^16 by the highest bit and a table of 64 intervals. */
__u64 counts[1 << 16];
static const __u8 high_bit[64] = {0, 47, 1, 56, 48, 27, 2, 60, 57, 49, 41, 37, 28, 16, 3, 61, 54,
	58, 35, 52, 50, 42, 21, 44, 38, 32, 29, 23, 17, 11, 4, 62, 46, 55, 26, 59, 40, 36, 15, 53,
	34, 51, 20, 43, 31, 22, 10, 45, 25, 39, 14, 33, 19, 30, 9, 24, 13, 18, 8, 12, 7, 6, 5, 63};
static const __u32 log_table[65] = {0, 1466, 2909, 4331, 5732, 7112, 8473, 9814, 11136, 12440,
	13727, 14996, 16248, 17484, 18704, 19909, 21098, 22272, 23433, 24579, 25711, 26830, 27936,
	29029, 30109, 31178, 32234, 33279, 34312, 35334, 36346, 37346, 38336, 39316, 40286, 41246,
	42196, 43137, 44068, 44990, 45904, 46809, 47705, 48593, 49472, 50344, 51207, 52063, 52911,
	53751, 54584, 55410, 56229, 57040, 57845, 58643, 59434, 60219, 60997, 61769, 62534, 63294,
	64047, 64794, 65536};
static inline __attribute__((always_inline)) __u64 log_of(__u64 x)
{
	__u64 fill = x, whole, rest, at, low;

	fill |= fill >> 1;
	fill |= fill >> 2;
	fill |= fill >> 4;
	fill |= fill >> 8;
	fill |= fill >> 16;
	fill |= fill >> 32;
	whole = high_bit[AND((fill * 0x03f79d71b4cb0a89ULL) >> 58, 63)];
	rest = x << (63 - whole) << 1;
	at = AND(rest >> 58, 63);
	low = log_table[at];
	return (whole << 16) + low + ((log_table[at + 1] - low) * (rest << 6 >> 48) >> 16);
}
HAND(entropy, __u64 *count = &counts[AND(seen.hash, 0xffff)]; __u64 c = (*count)++;
	word[6] += (c + 1) * log_of(c + 1) - c * log_of(c));

static const __u64 sixteenths[17] = {4294967296, 4112874773, 3938502376, 3771522796, 3611622603,
	3458501653, 3311872529, 3171459999, 3037000500, 2908241642, 2784941738, 2666869345,
	2553802834, 2445529972, 2341847524, 2242560872, 2147483648};
struct {
	__u64 weight, at;
} rate;
static inline __attribute__((always_inline)) __u64 part_of(__u64 weight, __u64 part)
{
	return (weight >> 32) * part + ((__u64)(__u32)weight * part >> 32);
}
/* Half-life 1 s, a step 15 258 ns. */
HAND(rate_decayed, __u64 now = seen.number * 20000; if (SAL_UNLIKELY(now < rate.at)) now = rate.at;
	__u64 steps = (now - rate.at) / 15258; __u64 y = (steps & 4095) * 45426;
	__u64 weight = rate.weight; rate.at += steps * 15258;
	if (SAL_UNLIKELY(steps >> 22)) weight = 0;
	weight = part_of(weight, sixteenths[AND(steps >> 12, 15)]);
	weight = part_of(weight, (1ULL << 32) - y + (y * y >> 33)) >> AND(steps >> 16, 63);
	rate.weight = weight + (1 << 16));

HAND(bloom_shared, __u64 *at = &filter[AND(seen.hash >> 50, 16383)];
	__u64 bits = 1ULL << (seen.hash & 63) | 1ULL << (seen.hash >> 6 & 63) |
                     1ULL << (seen.hash >> 12 & 63) | 1ULL << (seen.hash >> 18 & 63);
	if (SAL_UNLIKELY((*at & bits) != bits)) sink +=
	(__sync_fetch_and_or(at, bits) & bits) != bits);

struct run {
	__u64 oldest, newest, count, sum;
};
struct {
	__u64 head, used, forced;
	struct run run[1 << 9];
} recent;
/* Joins neighbours from the newest on, K = 10: heads of runs move up within the ring. */
static __attribute__((noinline)) int join_runs(void)
{
	volatile __u64 *used = &recent.used;
	__u64 count = 0, sum = 0, i;

	*used = 0;
	for (i = 1; i < 1 << 9; i++) {
		struct run *a = &recent.run[AND(recent.head + *used, 511)];
		const struct run *b = &recent.run[AND(recent.head + i, 511)];

		if ((a->count + b->count) * 10 <= 2 * count && (a->sum + b->sum) * 10 <= 2 * sum) {
			a->oldest = b->oldest;
			a->count += b->count;
			a->sum += b->sum;
			continue;
		}
		count += a->count;
		sum += a->sum;
		*used += 1;
		recent.run[AND(recent.head + *used, 511)] = *b;
	}
	*used += 1;
	return 0;
}
HAND(exponential, if (SAL_UNLIKELY(recent.used >= 1 << 9)) join_runs();
	recent.head = (recent.head - 1) & 511; recent.used++;
	struct run *new = &recent.run[AND(recent.head, 511)];
	new->oldest = new->newest = seen.number; new->count = 1; new->sum = seen.size);

HAND(sampled, sink += sign_of((seen.hash >> 32) - (1 << 28)));

HAND(kmedians_cell, __u64 top = top_of(seen.size & ~15ULL);
	__u64 shift = top - (4 & ~sign_of(top - 1));
	word[7] += (seen.size & 255) << 12 | ((shift << 4) + (seen.size >> shift)));

struct {
	__u64 rank[16], at[16][2];
} lists[1 << 8];
__u64 no_room;
HAND(
	min_window, __typeof__(&lists[0]) list = &lists[AND(seen.hash >> 56, 255)];
	__u64 rank = (__u64)(__u32)~seen.hash + 1; __u64 place = 0; int i;
	for (i = 0; i < 16; i++) place -= sign_of(rank - list->rank[i]);
	if (SAL_UNLIKELY(place > 15)) {
		if (list->at[0][0] > seen.number - 10000)
			no_room++;
		else
			for (i = 0; i < 15; i++) {
				list->rank[i] = list->rank[i + 1];
				list->at[i][0] = list->at[i + 1][0];
				list->at[i][1] = list->at[i + 1][1];
			}
		place = 15;
	} place = AND(place, 15);
	if (list->rank[place] == rank) list->at[place][1] = list->at[place][0]; else {
		list->at[place][1] = 0;
		list->rank[place] = rank;
	} list->at[place][0] = seen.number;
	for (i = 1; i < 16; i++) list->rank[i] *= ((__u64)i - 1 - place) >> 63);

struct {
	__u64 next;
	struct {
		__u64 used, rest, count[33], error[33], key[33];
	} list[10];
	struct frequent set[32];
} trend SAL_LINE;

/* The 32 largest of 256 counters below 2^10 into the oldest list. */
static __attribute__((noinline)) int turn(void)
{
	__u64 threshold = 0, above, next = AND(trend.next, 15), i, pass;
	volatile __u64 *used;
	int bit;

	if (next >= 10)
		next = 0;
	used = &trend.list[next].used;
	trend.next = next + 1;
	for (bit = 9; bit >= 0; bit--) {
		above = 0;
		for (i = 0; i < 256; i++)
			above -= ~sign_of(
				trend.set[i >> 3].count[i & 7] - (threshold | 1ULL << bit));
		threshold |= (32 - above) >> 63 << bit;
	}
	*used = 0;
	trend.list[next].rest = threshold;
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < 256; i++) {
			struct frequent *set = &trend.set[i >> 3];
			__u64 count = set->count[i & 7], place = *used;

			if (place > 32)
				return 0;
			trend.list[next].count[place] = count;
			trend.list[next].error[place] = set->error[i & 7];
			trend.list[next].key[place] = set->key[i & 7];
			above = sign_of(threshold - count);
			if (pass)
				above = ~above & ~sign_of(count - threshold) & sign_of(0 - count);
			*used = place + (above >> 63 & (place - 32) >> 63);
		}
	for (i = 0; i < 32; i++) {
		trend.set[i].total = 0;
		for (pass = 0; pass < 8; pass++)
			trend.set[i].count[pass] = trend.set[i].error[pass] = 0;
	}
	return 0;
}
HAND(basic_window, struct frequent *set = &trend.set[AND(seen.hash >> 59, 31)]; COUNT_IN(set);
	if (seen.number % 1000 == 0) turn());

/* Green's network of 60 exchanges, the fewest that are known (Knuth, vol. 3, 5.3.4). */
static const __u8 green[60][2] = {{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}, {10, 11}, {12, 13},
	{14, 15}, {0, 2}, {4, 6}, {8, 10}, {12, 14}, {1, 3}, {5, 7}, {9, 11}, {13, 15}, {0, 4},
	{8, 12}, {1, 5}, {9, 13}, {2, 6}, {10, 14}, {3, 7}, {11, 15}, {0, 8}, {1, 9}, {2, 10},
	{3, 11}, {4, 12}, {5, 13}, {6, 14}, {7, 15}, {5, 10}, {6, 9}, {3, 12}, {13, 14}, {4, 8},
	{7, 11}, {1, 2}, {1, 4}, {7, 13}, {2, 8}, {11, 14}, {2, 4}, {5, 6}, {9, 10}, {11, 13},
	{3, 8}, {7, 12}, {6, 8}, {10, 12}, {3, 5}, {7, 9}, {3, 4}, {5, 6}, {7, 8}, {9, 10},
	{11, 12}, {6, 7}, {8, 9}};
HAND(
	sort_16, FILL(); _Pragma("clang loop unroll(full)") for (int i = 0; i < 60; i++) {
		__u64 a = unsorted[green[i][0]];
		__u64 b = unsorted[green[i][1]];
		__u64 swap = sign_of((~b & a) | (~(a ^ b) & (b - a))) & (a ^ b);
		unsorted[green[i][0]] = a ^ swap;
		unsorted[green[i][1]] = b ^ swap;
	});

struct {
	__u64 key[4], count[4], bytes[4];
} rows_of[1 << 14] SAL_LINE;
HAND(
	table, __typeof__(&rows_of[0]) set = &rows_of[AND(seen.hash >> 50, 16383)]; __u64 w = 0;
	__u64 hit = 0; for (int i = 0; i < 4; i++) hit |=
		       (0 - (__u64)((set->key[i] == seen.key) & (set->count[i] != 0))) & (4 | i);
	if (SAL_LIKELY(hit)) w = AND(hit, 3); else {
		for (int i = 1; i < 4; i++)
			if (set->count[i] < set->count[AND(w, 3)])
				w = i;
		w = AND(w, 3);
		sink += set->count[w] != 0;
		set->key[w] = seen.key;
		set->count[w] = set->bytes[w] = 0;
	} set->count[w]++;
	set->bytes[w] += seen.size);

__u64 members[20 << 10] SAL_LINE;
#define BUCKET(at)                                                                                 \
	({                                                                                         \
		const __u64 *bucket_ = &members[AND(at, 1023) * 20];                               \
		for (int i = 0; i < 4; i++)                                                        \
			if (SAL_UNLIKELY(bucket_[i] == seen.key)) {                                \
				const __u64 *span_ = bucket_ + 4 + 4 * i;                          \
				found |= (span_[0] <= seen.number & seen.number < span_[1]) |      \
				         (span_[2] <= seen.number & seen.number < span_[3]);       \
			}                                                                          \
	})
HAND(set, ENTER(members); __u64 found = 0; BUCKET(seen.hash >> 32); BUCKET(seen.hash);
	sink += found);

char hand_license[] SEC("license") = "GPL";
