/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * streams: sliding windows on the streams that SAM, SAL's first engine, was measured with, and on
 * the packets of captures; prints the second table of Docs/Accuracy.md.
 *
 * usage: streams [capture.pcap ...]
 *
 * Windows of the last 10 000 items, as in SAM's examples: sums by eh.h, distinct keys by hll.h in
 * panes of 500 items, frequent keys by basicwindow.h in basic windows of 1 000. Beside the frequent
 * ones stands what SAM's rule finds, which is done here too: exact counts in the active window, and
 * the ten first of each. Exit 1 where an answer is not what the last column promises.
 */
#include <math.h>

#include "check.h"
#include "sal/basicwindow.h"
#include "sal/eh.h"
#include "sal/hll.h"

enum { N = 10000, BASIC = 1000, FIRST = 10, PANE = 500, LEAST = N + 2 * BASIC, MOST = 200000 };
enum { PANES = N / PANE, P = 12, SEEDS = 20, WINDOWS = N / BASIC, K = 20, SLOTS = 1 << 19 };
enum { SAM_BYTES = 16 * (BASIC + FIRST * WINDOWS) };

SAL_EH(eh, 10);
SAL_EH_CODE(eh, 10);
SAL_BASICWINDOW(frequent, 1, 5, 32, WINDOWS);
SAL_BASICWINDOW_CODE(frequent, 1, 5, 32, WINDOWS);

static struct stream {
	const char *name;
	__u64 key[MOST], value[MOST];
	__u32 items, keys;
} stream;

static int bad;
static __u32 first = 10; /* how many frequent keys are asked for */

/* ---- streams ------------------------------------------------------------------------------- */

static void add(__u64 key, __u64 value)
{
	if (stream.items < MOST) {
		stream.key[stream.items] = key;
		stream.value[stream.items++] = value;
	}
}

/* Keys become numbers from 0 on, in the order of their first item. */
static void number_keys(void)
{
	static struct {
		__u64 key;
		__u32 number;
	} slot[SLOTS];
	__u32 i;

	memset(slot, 0, sizeof(slot));
	stream.keys = 0;
	for (i = 0; i < stream.items; i++) {
		__u64 at = sal_mix64(stream.key[i]) % SLOTS;

		while (slot[at].number && slot[at].key != stream.key[i])
			at = (at + 1) % SLOTS;
		if (!slot[at].number) {
			slot[at].key = stream.key[i];
			slot[at].number = ++stream.keys;
		}
		stream.key[i] = slot[at].number - 1;
	}
}

/* 20 000 keys once, then the last of them 1 999 times with 1 and 20 000 times with 1 000. */
static void draw_distinct(void)
{
	__u64 i;

	for (i = 0; i < 20000; i++)
		add(i, i % 50);
	for (i = 0; i < 1999; i++)
		add(19999, 1);
	for (i = 0; i < 20000; i++)
		add(19999, 1000);
}

/* sal.md 5.4: the ramp of the EH levels. */
static void draw_ramp(void)
{
	__u64 i;

	for (i = 1; i <= 60000; i++)
		add(i % 3 ? i % 10 ? 22 : 80 : 443, i);
}

/* sal.md 5.4: Gaussian values of mean 100 and deviation 2; two hosts take half of the traffic. */
static void draw_gaussian(void)
{
	__u64 i, j;

	for (i = 0; i < 100000; i++) {
		double sum = -6;

		for (j = 0; j < 12; j++)
			sum += (double)(random_word() >> 11) * 0x1.0p-53;
		add(random_word() & 1 ? random_word() & 1 : 2 + random_word() % 100000,
			(__u64)(100 + 2 * sum));
	}
}

/* Zipf over 65 536 keys, as scripts/bench has it; lengths of 40, 576 and 1 500 bytes. */
static void draw_zipf(void)
{
	static const __u64 length[4] = {40, 40, 576, 1500};
	static double sum[65536];
	__u64 i;

	for (i = 0; i < 65536; i++)
		sum[i] = (i ? sum[i - 1] : 0) + 1 / (double)(i + 1);
	for (i = 0; i < 100000; i++) {
		double x = (double)(random_word() >> 11) * 0x1.0p-53 * sum[65535];
		__u32 low = 0, high = 65535;

		while (low < high) {
			__u32 middle = (low + high) / 2;

			if (sum[middle] < x)
				low = middle + 1;
			else
				high = middle;
		}
		add(low, length[random_word() & 3]);
	}
}

/* Destinations and lengths of the IPv4 packets of a classic Ethernet capture, little-endian. */
static void draw_capture(const char *path)
{
	static __u8 frame[1 << 18];
	__u32 head[6];
	FILE *file = fopen(path, "rb");

	if (!file || fread(head, 24, 1, file) != 1 ||
		(head[0] != 0xa1b2c3d4 && head[0] != 0xa1b23c4d) || head[5] != 1) {
		if (file)
			fclose(file);
		return;
	}
	while (fread(head, 16, 1, file) == 1 && head[2] <= sizeof(frame) &&
		fread(frame, 1, head[2], file) == head[2]) {
		__u32 address;

		if (head[2] < 34 || frame[12] != 8 || frame[13] != 0)
			continue;
		memcpy(&address, frame + 30, 4);
		add(address, head[3]);
	}
	fclose(file);
}

/* ---- windows ------------------------------------------------------------------------------- */

static void row(const char *what, const char *size, const char *found, const char *sam, int good)
{
	printf("| %s | %s | %s | %s | %s |\n", stream.name, what, size, found, sam);
	if (!good) {
		fprintf(stderr, "streams: %s of %s: %s\n", what, stream.name, found);
		bad = 1;
	}
}

static void sums(void)
{
	static struct eh histogram;
	struct sal_eh_answer answer;
	double worst = 0, truth = 0;
	char found[100];
	__u32 i;

	memset(&histogram, 0, sizeof(histogram));
	for (i = 0; i < stream.items; i++) {
		double middle;

		eh_add(&histogram, K, i + 1, stream.value[i]);
		truth += (double)stream.value[i];
		if (i >= N)
			truth -= (double)stream.value[i - N];
		eh_read(&histogram, i < N ? 0 : i + 1 - N, &answer);
		middle = ((double)answer.sum_lo + (double)answer.sum_hi) / 2;
		if (truth > 0 && fabs(middle - truth) / truth > worst)
			worst = fabs(middle - truth) / truth;
	}
	snprintf(found, sizeof(found), "worst error %.2f %%, at most %.0f %%", worst * 100,
		100.0 / K);
	row("sum, eh", "K = 20", found, "worst error 45 %", worst <= 1.0 / K && !histogram.forced);
}

/* The distinct keys of the last N items, exactly. */
static __u32 distinct_keys(__u32 end)
{
	static __u32 last[MOST];
	static __u32 round;
	__u32 i, n = 0;

	for (round++, i = end < N ? 0 : end - N; i < end; i++) {
		n += last[stream.key[i]] != round;
		last[stream.key[i]] = round;
	}
	return n;
}

static void distinct(void)
{
	static __u8 pane[PANES][1 << P], window[1 << P];
	double squares = 0, worst = 0;
	__u64 from = sal_mix64(stream.items);
	__u32 i, j, n = 0;
	char found[100];

	for (seed = from; seed != from + SEEDS; seed++) {
		memset(pane, 0, sizeof(pane));
		for (i = 0; i < stream.items; i++) {
			__u8 *registers = pane[i / PANE % PANES];
			double truth, error;

			if (i % PANE == 0)
				memset(registers, 0, 1 << P);
			sal_hll_update(registers, P, sal_hash1(seed, stream.key[i]));
			if ((i + 1) % PANE || i + 1 < N)
				continue;
			memset(window, 0, sizeof(window));
			for (j = 0; j < PANES; j++)
				sal_hll_merge(window, pane[j], P);
			truth = distinct_keys(i + 1);
			error = fabs(sal_hll_estimate(window, P) - truth) / truth;
			squares += error * error;
			worst = error > worst ? error : worst;
			n++;
		}
	}
	squares = sqrt(squares / n);
	snprintf(found, sizeof(found), "error %.2f %% (r.m.s. of %d seeds), worst %.1f %%",
		squares * 100, SEEDS, worst * 100);
	row("distinct, hll", "p = 12", found, "-42 %", squares <= 0.02 && worst <= 5 * 1.04 / 64);
}

/* The share of the keys of the largest scores that are among the most frequent, by count. */
static double recall(const double *score, const __u32 *truth)
{
	static __u8 taken[MOST];
	__u32 i, j, hits = 0, last = ~0U, next;

	for (i = 0; i < first; i++) { /* the count of the last of them */
		__u32 same = 0;

		for (next = 0, j = 0; j < stream.keys; j++)
			if (truth[j] < last && truth[j] > next)
				next = truth[j];
		for (j = 0; j < stream.keys; j++)
			same += truth[j] == next;
		last = next;
		i += same - 1;
	}
	memset(taken, 0, sizeof(taken));
	for (i = 0; i < first; i++) {
		__u32 best = MOST;

		for (j = 0; j < stream.keys; j++)
			if (!taken[j] && score[j] > 0 && (best == MOST || score[j] > score[best]))
				best = j;
		if (best == MOST)
			break;
		taken[best] = 1;
		hits += truth[best] >= last && truth[best] > 0;
	}
	return (double)hits / i;
}

/* SAM's: the exact counts of the basic window that ended, of which the ten first are kept. */
static void turn_sam(__u32 (*list)[2], __u32 end)
{
	static __u32 count[MOST];
	__u32 i, j;

	memset(count, 0, sizeof(count));
	for (i = end - BASIC; i < end; i++)
		count[stream.key[i]]++;
	for (i = 0; i < FIRST; i++) {
		__u32 best = 0;

		for (j = 1; j < stream.keys; j++)
			best = count[j] > count[best] ? j : best;
		list[i][0] = best;
		list[i][1] = count[best];
		count[best] = 0;
	}
}

static void frequent(void)
{
	static struct frequent window;
	static __u32 list[WINDOWS][FIRST][2], truth[MOST];
	static double ours[MOST], sams[MOST];
	double our_sum = 0, sam_sum = 0;
	__u32 i, n = 0, w, j, wrong = 0;
	char found[100], sam[100], size[100];

	memset(&window, 0, sizeof(window));
	memset(truth, 0, sizeof(truth));
	seed = 7;
	for (i = 0; i < stream.items; i++) {
		frequent_add(&window, sal_hash1(seed, stream.key[i]), &stream.key[i], 1);
		truth[stream.key[i]]++;
		if (i >= N)
			truth[stream.key[i - N]]--;
		if ((i + 1) % BASIC)
			continue;
		frequent_turn(&window);
		turn_sam(list[i / BASIC % WINDOWS], i + 1);
		if (i + 1 < N || (i + 1) % (4 * BASIC))
			continue;
		memset(sams, 0, sizeof(sams));
		for (w = 0; w < WINDOWS; w++)
			for (j = 0; j < FIRST; j++)
				sams[list[w][j][0]] += list[w][j][1];
		for (j = 0; j < stream.keys; j++) {
			__u64 key = j, lo, hi;

			frequent_count(&window, &key, &lo, &hi);
			wrong += lo > truth[j] || truth[j] > hi;
			ours[j] = ((double)lo + (double)hi) / 2;
		}
		our_sum += recall(ours, truth);
		sam_sum += recall(sams, truth);
		n++;
	}
	snprintf(size, sizeof(size), "%zu B", sizeof(window));
	snprintf(found, sizeof(found), "recall@%u %.3f, every count within its bounds", first,
		our_sum / n);
	snprintf(sam, sizeof(sam), "recall@%u %.3f in %d B", first, sam_sum / n, SAM_BYTES);
	row("frequent, basicwindow", size, found, sam,
		our_sum / n >= 0.99 && !wrong && sizeof(window) <= SAM_BYTES);
}

static void measure(const char *name)
{
	stream.name = name;
	number_keys();
	if (stream.items >= LEAST) {
		sums();
		distinct();
		if (stream.keys > FIRST)
			frequent();
	}
	stream.items = 0;
}

int main(int count, char **arguments)
{
	int i;

	state = 1;
	printf("| Stream | Answer | Size | Found | SAM |\n|---|---|---|---|---|\n");
	draw_distinct();
	measure("20 000 keys once, then one alone");
	draw_ramp();
	measure("1, 2, 3, ...");
	first = 2;
	draw_gaussian();
	measure("Gaussian values, two frequent keys");
	first = 10;
	draw_zipf();
	measure("Zipf, three lengths");
	for (i = 1; i < count; i++)
		draw_capture(arguments[i]);
	measure("packets of captures");
	return bad;
}
