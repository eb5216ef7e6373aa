/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * laws: what holds for every statistic of runtime-bpf, whatever the seed; prints the table of
 * Docs/Laws.md.
 *
 *   laws [seeds]       checks and prints the table
 *   laws digest SEED   prints a digest of each state and its answers, which Swift has to match
 *
 * Merging: the empty state changes nothing, order and grouping do not matter. Splitting: 1, 2 and 8
 * CPUs and 1, 2 and 8 panes give what the whole gives: the same bytes, or answers that differ by
 * at most what both declare they may be wrong by. Memory: a state is as large as its header says,
 * and nothing beside it is written.
 */
#include "laws.h"
#include "laws_answers.h"

static const struct law laws[] = {
	{"moments", "", BYTES, 56, sizeof(struct sal_moments), moments_add, 0, moments_merge,
		moments_read, 0, ""},
	{"sumsq", "", BYTES, 32, 4 * 8, sumsq_add, 0, sumsq_merge, 0, 0, ""},
	{"extrema", "", BYTES, 16, 2 * 8, extrema_add, 0, extrema_merge, 0, 0, ""},
	{"quantile", "M = 5, 16 bits", BYTES, 8 * QUANTILES, 8 * QUANTILES, quantile_add, 0,
		quantile_merge, quantile_read, 0, ""},
	{"histogram", "64 and 65 buckets", BYTES, 8 * (LINEAR + 65), 8 * (LINEAR + 65),
		histogram_add, 0, histogram_merge, 0, 0, ""},
	{"entropy", "256 keys", BYTES, 8 * KEYS + 8, 8 * KEYS + 8, entropy_add, 0, entropy_merge,
		entropy_read, 0, ""},
	{"hll", "p = 10", BYTES, 1 << 10, 1 << 10, hll_add, 0, hll_merge, hll_read, 0, ""},
	{"bloom, own", "2^4 lines", BYTES, 64 << 4, 64 << 4, bloom_add, 0, bloom_merge, bloom_read,
		0, "laws of the filter; a key that is new on several CPUs was counted by each"},
	{"bloom, shared", "2^4 lines", BYTES, 64 << 4, 64 << 4, bloom_shared_add, 0, bloom_merge, 0,
		0, ""},
	{"bfq", "2^10 cells", BYTES, 1 << 10, 1 << 10, bfq_add, 0, bfq_merge, bfq_read, 0,
		"laws of the filter, as for bloom"},
	{"minhash", "2^6", BYTES, 8 << 6, 8 << 6, minhash_add, 0, minhash_merge, 0, 0, ""},
	{"countsketch", "2^6", BYTES, 40 << 6, 40 << 6, countsketch_add, 0, countsketch_merge,
		countsketch_read, 0, ""},
	{"sample, by hash", "a quarter", BYTES, 8, 8, sampled_add, 0, sampled_merge, 0, 0, ""},
	{"kmedians, cells", "M = 4", BYTES, 8 * CELLS, 8 * CELLS, kmedians_add, 0, kmedians_merge,
		0, 0, "laws of the coreset; centres are chosen when it is whole"},
	{"sample, reservoir", "32 of 2 words", MERGED, 32 * 8 * (1 + 2) + 16,
		sizeof(struct reservoir), reservoir_add, 0, reservoir_join, reservoir_read, 0, ""},
	{"spacesaving", "32 keys", MERGED, 4 * (64 * (1 + 2) + 64), sizeof(struct saving),
		spacesaving_add, 0, spacesaving_merge, spacesaving_read, 0, ""},
	{"table, wide", "32 rows", MERGED, (64 * (1 + 1) << 3) + 256 * 3 + 64 + 16 * KEYS,
		sizeof(struct wide_kept), wide_add, 0, wide_merge, wide_read, 0,
		"laws of rows and evicted partials together"},
	{"table, packed", "32 rows", MERGED, (64 << 3) + 256 * 3 + 64 + 16 * KEYS,
		sizeof(struct packed_kept), packed_add, 0, packed_merge, packed_read, 0,
		"laws of rows and evicted partials together"},
	{"firstseen", "32 keys", MERGED, (32 << 3) + 64 + 8 * KEYS, sizeof(struct firstseen_state),
		first_add, 0, first_merge, first_read, 0,
		"laws of what was shipped; the tables forget"},
	{"set", "2^10 slots", ANSWERED, (8 * (1 + 4)) << 10, (8 * (1 + 4)) << 10, set_add, 0, 0,
		set_read, set_join,
		"merging states: it has one writer; a key is a member of one of two sets or not"},
	{"mfu", "32 keys", ANSWERED, 8 * 32 * (1 + 2) + 8 * KEYS, sizeof(struct mfu_state),
		most_used_add, 0, 0, most_used_read, 0,
		"merging states: which keys stay hangs on the order; with what was handed out, "
		"counts add"},
	{"eh", "K = 20", ANSWERED, (32 << 8) + 16, sizeof(struct eh), exponential_add, 0, 0,
		exponential_read, 0,
		"merging states: buckets interleave in time; answers add, and so do their bounds"},
	{"rate", "", ANSWERED, 16, sizeof(struct sal_rate), rate_add, 0, 0, rate_read, 0,
		"merging states: each decays from a time of its own; rates at one time add"},
	{"flowset", "2^10 cells", ANSWERED, (8 * (1 + 4) + 8) << 10, sizeof(struct flowset),
		flow_add, 0, 0, flow_read, 0,
		"merging states: filters and cells of one flow would count twice; decoded flows "
		"add"},
	{"minwindow", "2^6, 16 deep, twice", ANSWERED, 64 * 16 * 8 * (1 + 2) + 8,
		sizeof(struct minwindow), window_add, 0, 0, window_read, window_join,
		"merging states: lists interleave in time; what is read merges as minhash"},
	{"basicwindow", "top 8 of 32, 5 windows", ANSWERED,
		(5 * 8 * (4 + 8 * (1 + 2)) + 8 + 63) / 64 * 64 + 4 * (64 * (1 + 2) + 64),
		sizeof(struct basicwindow), basic_add, basic_turn, 0, basic_read, 0,
		"merging states: a list is of one CPU; answers of CPUs that turn together add"},
	{"ewma", "", NEVER, 16, 2 * 8, average_add, 0, 0, 0, 0,
		"merging and splitting: the order of tuples is the meaning"},
	{"hllimage", "p = 10", NEVER, 40 + (1 << 10), SAL_HLLIMAGE_BYTES(10), image_add, 0, 0, 0, 0,
		"merging and splitting: an image of hll's registers, which its readers merge"},
	{"sort", "16 words", NEVER, 16 * 8, 16 * 8, sort_add, 0, 0, 0, 0,
		"merging and splitting: it keeps nothing"},
};
enum { LAWS = sizeof(laws) / sizeof(laws[0]), PARTS = 8, GUARD = 64 };

static struct item items[ITEMS];
static int is_exact[LAWS]; /* whether no answer seen had a bound */

static void draw(__u64 new_seed)
{
	__u64 i;

	seed = state = new_seed;
	for (i = 0; i < ITEMS; i++) {
		__u64 r = random_word();
		__u64 skew = sal_trailing_zeros(r | 1ULL << 15);

		items[i].key = skew << 4 | (r >> 20 & 15);
		items[i].value = r >> 48;
		items[i].hash = sal_hash1(seed, items[i].key);
		items[i].rank = random_word();
		items[i].at = i + 1;
	}
}

/* ---- states with a guard on both sides ----------------------------------------------------- */

static void *make(const struct law *law)
{
	__u8 *memory = aligned_alloc(64, (GUARD + law->bytes + GUARD + 63) / 64 * 64);

	CHECK(memory != 0);
	memset(memory, 0xa5, GUARD + law->bytes + GUARD);
	memset(memory + GUARD, 0, law->bytes);
	return memory + GUARD;
}

static void end(const struct law *law, void *made)
{
	__u8 *memory = (__u8 *)made - GUARD;
	__u64 i;

	for (i = 0; i < GUARD; i++)
		CHECK(memory[i] == 0xa5 && memory[GUARD + law->bytes + i] == 0xa5);
	free(memory);
}

static void *copy(const struct law *law, const void *from)
{
	void *made = make(law);

	memcpy(made, from, law->bytes);
	return made;
}

/* How parts are drawn: each item's CPU at random, or runs of items. */
static void fill(const struct law *law, void **part, __u32 n, int runs)
{
	__u32 i, p = 0;

	for (i = 0; i < n; i++)
		part[i] = make(law);
	for (i = 0; i < ITEMS; i++) {
		if (runs)
			p += p + 1 < n && random_word() % ITEMS < n;
		else
			p = (__u32)(random_word() % n);
		law->add(part[p], &items[i]);
		if (law->turn && items[i].at % TURN == 0)
			for (__u32 all = 0; all < n; all++)
				law->turn(part[all]);
	}
}

static void read_answers(const struct law *law, const void *from, struct answers *answers)
{
	memset(answers, 0, sizeof(*answers));
	if (law->read)
		law->read(from, answers);
}

/* Whether answers differ by no more than both may be wrong by; 1e-9 for the order of doubles. */
static int agree(const struct answers *a, const struct answers *b)
{
	int i;

	for (i = 0; i < ANSWERS; i++) {
		double distance = a->middle[i] - b->middle[i];

		if (distance < 0)
			distance = -distance;
		if (distance >
			a->bound[i] + b->bound[i] + 1e-9 * (a->middle[i] > 0 ? a->middle[i] : 0))
			return 0;
	}
	return 1;
}

static int same(const struct law *law, const void *a, const void *b)
{
	static struct answers of_a, of_b;

	if (law->merging == BYTES)
		return !memcmp(a, b, law->bytes);
	read_answers(law, a, &of_a);
	read_answers(law, b, &of_b);
	return agree(&of_a, &of_b);
}

/* ---- the laws ------------------------------------------------------------------------------ */

static void check_merging(const struct law *law)
{
	void *part[3], *a, *b, *empty = make(law);
	int i;

	fill(law, part, 3, 0);
	a = copy(law, part[0]);
	law->merge(a, empty);
	CHECK(same(law, a, part[0]));
	b = copy(law, empty);
	law->merge(b, part[0]);
	CHECK(same(law, b, part[0])); /* identity */
	law->merge(a, part[1]);
	end(law, b);
	b = copy(law, part[1]);
	law->merge(b, part[0]);
	CHECK(same(law, a, b)); /* commutative */
	law->merge(a, part[2]);
	end(law, b);
	b = copy(law, part[1]);
	law->merge(b, part[2]);
	law->merge(part[0], b);
	CHECK(same(law, a, part[0])); /* associative: (0 + 1) + 2 and 0 + (1 + 2) */
	for (i = 0; i < 3; i++)
		end(law, part[i]);
	end(law, a);
	end(law, b);
	end(law, empty);
}

static void add_answers(const struct law *law, struct answers *into, const struct answers *from)
{
	int i;

	if (law->join) {
		law->join(into->middle, from->middle);
		return;
	}
	for (i = 0; i < ANSWERS; i++) {
		into->middle[i] += from->middle[i];
		into->bound[i] += from->bound[i];
	}
}

static void check_split(const struct law *law, const void *whole, __u32 n, int runs)
{
	static struct answers all, sum, one;
	void *part[PARTS];
	__u32 i;

	fill(law, part, n, runs);
	if (law->merging == ANSWERED) {
		read_answers(law, whole, &all);
		read_answers(law, part[0], &sum);
		for (i = 1; i < n; i++) {
			read_answers(law, part[i], &one);
			add_answers(law, &sum, &one);
		}
		CHECK(agree(&all, &sum));
	} else {
		for (i = 1; i < n; i++)
			law->merge(part[0], part[i]);
		CHECK(same(law, part[0], whole));
	}
	for (i = 0; i < n; i++)
		end(law, part[i]);
}

static void check(const struct law *law)
{
	static const __u32 parts[] = {1, 2, PARTS};
	static struct answers answers;
	void *whole[1];
	int i;

	CHECK(law->bytes <= law->declared);
	fill(law, whole, 1, 0);
	read_answers(law, whole[0], &answers);
	for (i = 0, is_exact[law - laws] = 1; i < ANSWERS; i++)
		is_exact[law - laws] &= answers.bound[i] == 0;
	if (law->merge)
		check_merging(law);
	for (i = 0; i < 3 && law->merging != NEVER; i++) {
		check_split(law, whole[0], parts[i], 0);
		check_split(law, whole[0], parts[i], 1);
	}
	end(law, whole[0]);
}

static void print(const struct law *law)
{
	static const char *const merges[] = {
		"bit for bit", "within twice the bound", "", "has no meaning"};
	static const char *const splits[] = {"bit for bit", "within twice the bound",
		"answers, within twice the bound", "has no meaning"};
	const char *merge = merges[law->merging], *split = splits[law->merging];

	if (law->merging == MERGED && is_exact[law - laws])
		merge = split = "answers, exactly";
	if (law->merging == ANSWERED && is_exact[law - laws])
		split = "answers, exactly";
	printf("| %s | %s | %llu | %llu | %s | %s | %s |\n", law->header, law->size, law->bytes,
		law->declared, *merge ? merge : "has no meaning", split, law->note);
}

static __u64 fnv(__u64 digest, const void *bytes, __u64 n)
{
	const __u8 *byte = bytes;

	while (n-- > 0)
		digest = (digest ^ *byte++) * 0x100000001b3ULL;
	return digest;
}

static void digest(const struct law *law)
{
	static struct answers answers;
	void *whole[1];
	__u64 value;

	fill(law, whole, 1, 0);
	read_answers(law, whole[0], &answers);
	value = fnv(fnv(0xcbf29ce484222325ULL, whole[0], law->bytes), answers.middle,
		sizeof(answers.middle));
	printf("%s|%016llx\n", law->header, value);
	end(law, whole[0]);
}

int main(int count, char **arguments)
{
	int asked = count > 2 && !strcmp(arguments[1], "digest");
	__u64 seeds = count > 1 && !asked ? strtoull(arguments[1], 0, 0) : 10, i, s;

	for (s = 1; s <= (asked ? 1 : seeds); s++)
		for (i = 0; i < LAWS; i++) {
			draw(asked ? strtoull(arguments[2], 0, 0) : s);
			if (asked)
				digest(&laws[i]);
			else
				check(&laws[i]);
		}
	if (asked)
		return 0;
	printf("| Primitive | Size | State, B | Declared, B | Merge: identity, commutative, "
	       "associative | 1, 2, 8 CPUs and panes = whole | What has no meaning, and why |\n"
	       "|---|---|---|---|---|---|---|\n");
	for (i = 0; i < LAWS; i++)
		print(&laws[i]);
	return 0;
}
