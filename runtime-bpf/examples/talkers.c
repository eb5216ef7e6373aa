/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * talkers: loads talkers.bpf.o and prints what it counted.
 *
 * usage: talkers OBJECT test                 frames of its own, and the exact answers beside
 *        talkers OBJECT INTERFACE [SECONDS]  what arrives there, for 10 seconds or until ^C
 *
 * Exit status: 0; 1 where a bound does not hold or packets were lost in a test; 2 usage or errors.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <math.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "sal/hll.h"
#include "sal/quantile.h"
#include "talkers.h"

/* Packets by source: partials as they come, made one row a source by `settle`. */
struct rows {
	struct handed_out *row;
	size_t count, room;
};

static void fail(const char *what)
{
	fprintf(stderr, "talkers: %s: %s\n", what, strerror(errno));
	if (errno == EPERM)
		fprintf(stderr, "talkers: run it as root, or with CAP_BPF and CAP_NET_ADMIN\n");
	exit(2);
}

static int by_source(const void *a, const void *b)
{
	const struct handed_out *x = a, *y = b;

	return (x->source > y->source) - (x->source < y->source);
}

static int by_packets(const void *a, const void *b)
{
	const struct handed_out *x = a, *y = b;

	return (x->packets < y->packets) - (x->packets > y->packets);
}

static void settle(struct rows *rows)
{
	size_t i, kept = 0;

	qsort(rows->row, rows->count, sizeof(*rows->row), by_source);
	for (i = 0; i < rows->count; i++) {
		if (kept && rows->row[kept - 1].source == rows->row[i].source)
			rows->row[kept - 1].packets += rows->row[i].packets;
		else
			rows->row[kept++] = rows->row[i];
	}
	rows->count = kept;
}

static void append(struct rows *rows, __u64 source, __u64 packets)
{
	if (rows->count == rows->room) {
		settle(rows);
		if (rows->count * 2 >= rows->room) {
			rows->room = rows->room ? 2 * rows->room : 4096;
			rows->row = realloc(rows->row, rows->room * sizeof(*rows->row));
			if (!rows->row)
				fail("memory");
		}
	}
	rows->row[rows->count++] = (struct handed_out){source, packets};
}

static int take(void *context, void *data, size_t size)
{
	const struct handed_out *out = data;

	(void)size;
	append(context, out->source, out->packets);
	return 0;
}

/* ---- the program ------------------------------------------------------------------------ */

struct loaded {
	struct bpf_object *object;
	struct ring_buffer *ring;
	struct rows rows;
	int program, state;
};

static void load(struct loaded *l, const char *path)
{
	struct bpf_map *map;
	__u64 seed;

	l->object = bpf_object__open_file(path, NULL);
	if (!l->object)
		fail(path);
	bpf_object__for_each_map(map, l->object)
	{
		if (!strstr(bpf_map__name(map), ".rodata.seed"))
			continue;
		if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed) ||
			bpf_map__set_initial_value(map, &seed, sizeof(seed)))
			fail("seed");
	}
	if (bpf_object__load(l->object))
		fail("load");
	l->program = bpf_program__fd(bpf_object__find_program_by_name(l->object, "talkers"));
	l->state = bpf_object__find_map_fd_by_name(l->object, "state");
	l->ring = ring_buffer__new(
		bpf_object__find_map_fd_by_name(l->object, "ring"), take, &l->rows, NULL);
	if (l->program < 0 || l->state < 0 || !l->ring)
		fail("object");
}

/* The CPUs' states as one, each by its own merge rule; sources that stayed join those handed out.
 */
static struct talkers *read_out(struct loaded *l)
{
	int cpus = libbpf_num_possible_cpus(), cpu, set, way;
	struct talkers *all = calloc((size_t)cpus + 1, sizeof(*all));
	__u32 zero = 0;

	ring_buffer__consume(l->ring);
	if (!all || bpf_map_lookup_elem(l->state, &zero, all + 1))
		fail("state");
	for (cpu = 1; cpu <= cpus; cpu++) {
		all->packets += all[cpu].packets;
		all->others += all[cpu].others;
		all->lost += all[cpu].lost;
		sal_quantile_merge(all->sizes, all[cpu].sizes, 1 << SIZES_LOG2);
		sal_hll_merge(all->sources, all[cpu].sources, SOURCES_P);
		for (set = 0; set < 1 << 6; set++)
			for (way = 0; way < 4; way++)
				if (all[cpu].heavy.set[set].weight[way])
					append(&l->rows, all[cpu].heavy.set[set].key[way][0],
						all[cpu].heavy.set[set].weight[way]);
	}
	settle(&l->rows);
	return all;
}

/* The middle of the bucket that holds the q-quantile: within 2^-(SIZES_M + 1) of it. */
static double size_quantile(const struct talkers *all, double q)
{
	__u32 bucket = sal_quantile_find(all->sizes, 1 << SIZES_LOG2, q);

	return ((double)sal_quantile_least(bucket, SIZES_M) +
		       (double)sal_quantile_most(bucket, SIZES_M)) /
	       2;
}

static void print(const struct talkers *all, struct rows *rows)
{
	size_t i;

	printf("packets %llu, not IPv4 %llu, lost to the ranking %llu\n", all->packets, all->others,
		all->lost);
	if (!all->packets)
		return;
	printf("bytes   median %.0f, 90 %% %.0f, 99 %% %.0f (within 1.57 %%)\n",
		size_quantile(all, .5), size_quantile(all, .9), size_quantile(all, .99));
	printf("sources %.0f (standard error 1.6 %%)\n", sal_hll_estimate(all->sources, SOURCES_P));
	qsort(rows->row, rows->count, sizeof(*rows->row), by_packets);
	for (i = 0; i < rows->count && i < 10; i++) {
		struct in_addr address = {htonl((__u32)rows->row[i].source)};

		printf("%-16s%llu\n", inet_ntoa(address), rows->row[i].packets);
	}
}

/* ---- a test on frames of its own --------------------------------------------------------- */

enum { FRAMES = 40000, SOURCES = 3000, LONGEST = 1514 };

static int wrong;

static void expect(const char *what, double got, double truth, double bound)
{
	int ok = fabs(got - truth) <= bound;

	printf("%-12s%10.0f  exact %10.0f  bound %.0f  %s\n", what, got, truth, bound,
		ok ? "ok" : "OUTSIDE");
	wrong += !ok;
}

static void test(struct loaded *l)
{
	static __u64 truth[SOURCES], length_count[LONGEST + 1];
	static __u8 frame[LONGEST];
	struct talkers *all;
	__u64 below = 0, distinct = 0, exact = 0;
	__u32 i, size;

	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .repeat = 1);
	srandom(1);
	memcpy(frame + 12, "\x08\x00\x45", 3);
	for (i = 0; i < FRAMES; i++) {
		double u = (double)random() / RAND_MAX;
		__u32 number = (__u32)(u * u * u * u * (SOURCES - 1));

		size = random() % 2 ? 60 + (__u32)random() % 40 : LONGEST - (__u32)random() % 600;
		memcpy(frame + 26, &(__u32){htonl(0x0a000000 + number)}, 4);
		options.data_size_in = size;
		options.data_size_out = 0; /* which the last run wrote */
		if (bpf_prog_test_run_opts(l->program, &options))
			fail("BPF_PROG_TEST_RUN");
		truth[number]++;
		length_count[size]++;
		ring_buffer__consume(l->ring);
	}
	all = read_out(l);
	for (i = 0; i < l->rows.count; i++)
		exact += truth[l->rows.row[i].source - 0x0a000000] == l->rows.row[i].packets;
	for (i = 0; i < SOURCES; i++)
		distinct += truth[i] != 0;
	for (size = 0; (below += length_count[size]) <= (FRAMES - 1) / 2; size++)
		;
	print(all, &l->rows);
	expect("packets", (double)all->packets, FRAMES, 0);
	expect("median", size_quantile(all, .5), size, size / 64.0);
	expect("sources", sal_hll_estimate(all->sources, SOURCES_P), (double)distinct,
		5 * 1.04 / 64 * (double)distinct);
	expect("exact rows", (double)exact, (double)distinct, 0);
	expect("lost", (double)all->lost, 0, 0);
	free(all);
}

/* ---- an interface ------------------------------------------------------------------------ */

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void watch(struct loaded *l, const char *interface, int seconds)
{
	int index = (int)if_nametoindex(interface);
	time_t end = time(NULL) + seconds;
	struct talkers *all;

	if (!index)
		fail(interface);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	if (bpf_xdp_attach(index, l->program, 1 /* XDP_FLAGS_UPDATE_IF_NOEXIST */, NULL))
		fail("attach");
	while (!stopped && time(NULL) < end)
		ring_buffer__poll(l->ring, 100);
	if (bpf_xdp_detach(index, 0, NULL))
		fail("detach");
	all = read_out(l);
	print(all, &l->rows);
	free(all);
}

int main(int count, char **arguments)
{
	struct loaded l = {0};
	int seconds = count > 3 ? atoi(arguments[3]) : 10;

	if (count < 3 || count > 4 || seconds < 1) {
		fprintf(stderr, "usage: talkers OBJECT test\n"
				"       talkers OBJECT INTERFACE [SECONDS]\n");
		return 2;
	}
	load(&l, arguments[1]);
	if (!strcmp(arguments[2], "test"))
		test(&l);
	else
		watch(&l, arguments[2], seconds);
	ring_buffer__free(l.ring);
	bpf_object__close(l.object);
	free(l.rows.row);
	return wrong ? 1 : 0;
}
