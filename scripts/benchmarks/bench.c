/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * bench: cycles a packet of XDP programs over an empty program, all contestants in one run.
 *
 * Every program runs behind feed.bpf.c over the same 2^n distinct headers (Zipf over the flows),
 * in turns; reported are, over the empty program, median, 10 % quantile and least of the cycles (on
 * a shared machine the low ones tell more), the quantile in nanoseconds at the highest clock rate
 * seen, and medians of instructions and branch misses, from the thread's hardware counters. Where
 * the machine has none (most virtual machines), cycles are CPU time by the highest clock rate that
 * a chain of multiplications showed, and those columns are 0.
 *
 * Where the kernel happens to place a table's pages moves one program by a third and more, for as
 * long as it is loaded. So every object is loaded several times, and the rounds take turns.
 *
 * usage: bench [-n log2 packets] [-f flows] [-z exponent] [-6 percent] [-r rounds]
 *              [-k log2 packets a run] [-c cpu] [-l loads] [-p texts] [-C] feed.o object...
 * An object with the map sal_state is set up for the machine's CPUs and its ring is drained
 * between runs; its outcome counters are checked against the packets sent.
 */
#define _GNU_SOURCE
#include <linux/if_link.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cycles.h"
#include "field.h"

/* ---- measuring -------------------------------------------------------------------------- */

struct rig {
	int feed, programs, counters;
	__u32 *feed_state; /* position, slot, mask */
	__u8 *input;
	__u32 packets;
};

static struct sample run(struct rig *rig, const char *name, struct load *l, __u32 repeat)
{
	__u32 zero = 0;
	double seconds;
	struct {
		unsigned long long count, value[3];
	} read_out = {0};

	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = rig->input,
		.data_size_in = (SLOTS + 1) * SLOT, .repeat = (int)(repeat / 2));
	if (bpf_map_update_elem(rig->programs, &zero, &l->fd, 0))
		fail("prog array");
	rig->feed_state[1] = 0;
	if (bpf_prog_test_run_opts(rig->feed, &options)) /* unmeasured: fills the caches */
		fail("test_run");
	options.repeat = (int)repeat;
	options.data_size_out = 0;
	rig->feed_state[1] = 0;
	measure_rate();
	ioctl(rig->counters, PERF_EVENT_IOC_RESET, PERF_IOC_FLAG_GROUP);
	ioctl(rig->counters, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP);
	seconds = cpu_seconds();
	if (bpf_prog_test_run_opts(rig->feed, &options))
		fail("test_run");
	seconds = cpu_seconds() - seconds;
	ioctl(rig->counters, PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
	if (options.retval == 0) {
		fprintf(stderr, "bench: %s: aborted\n", name);
		exit(1);
	}
	if (rig->counters < 0)
		read_out.value[0] = (unsigned long long)(seconds * 1e9);
	else if (read(rig->counters, &read_out, sizeof(read_out)) < 0)
		fail("counters");
	l->sent += repeat + repeat / 2;
	if (l->ring)
		ring_buffer__consume(l->ring);
	return (struct sample){(double)read_out.value[0] / repeat,
		(double)read_out.value[1] / repeat, (double)read_out.value[2] / repeat};
}

/*
 * On a shared machine a neighbour's burst slows everything by half for a while, and not every
 * program alike. So the empty program runs before and after; where it took a quarter longer than
 * ever before, the run does not count and is repeated, at most TRIES times.
 */
enum { TRIES = 12, PROBE = 1 << 15 };

static unsigned long long disturbed;

static int is_calm(struct rig *rig)
{
	static double least;
	double cycles = run(rig, field->name, field->load, PROBE).cycles;

	if (!least || cycles < least)
		least = cycles;
	return cycles < least * 5 / 4;
}

static struct sample run_calm(struct rig *rig, const char *name, struct load *l, __u32 repeat)
{
	struct sample sample;
	int tries, calm;

	for (tries = 0; tries < TRIES; tries++) {
		calm = is_calm(rig);
		sample = run(rig, name, l, repeat);
		if (is_calm(rig) && calm)
			break;
		disturbed++;
	}
	return sample;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The p-quantile over the rounds of one value. */
static double quantile(const struct contestant *c, int rounds, size_t member, double p)
{
	double values[ROUNDS];
	int i;

	for (i = 0; i < rounds; i++)
		values[i] = *(const double *)((const char *)&c->round[i] + member);
	qsort(values, (size_t)rounds, sizeof(*values), compare);
	return values[(int)(p * (rounds - 1) + .5)];
}

/* The same over the empty program's; of the empty program itself, the value. */
static double net(const struct contestant *c, int rounds, size_t member, double p)
{
	double value = quantile(c, rounds, member, p);

	return c == field ? value : value - quantile(field, rounds, member, p);
}

/* Nanoseconds to cycles, once the best clock rate is known. */
static void scale_times(int rounds)
{
	int i, round;

	for (i = 0; i < entered; i++)
		for (round = 0; round < rounds; round++)
			field[i].round[round].cycles *= best_rate * 1e-9;
}

static void report(const struct contestant *c, const struct options *o)
{
	double cycles = net(c, o->rounds, offsetof(struct sample, cycles), .5);
	double low = net(c, o->rounds, offsetof(struct sample, cycles), .1);
	double least = net(c, o->rounds, offsetof(struct sample, cycles), 0);
	double ins = net(c, o->rounds, offsetof(struct sample, instructions), .5);
	double miss = net(c, o->rounds, offsetof(struct sample, misses), .5);
	unsigned long long sent = 0, packets = 0, ends = 0, records = 0;
	const struct load *l;
	size_t i;

	for (l = c->load; l < c->load + c->loads; l++) {
		records += l->records;
		if (l->halves)
			sent += l->sent;
		for (i = 0; l->halves && i < l->half_count; i++) {
			const struct sal_outcomes *half =
				(const void *)((const char *)l->halves + i * l->half_size);

			packets += half->packets;
			ends += half->ok + half->truncated + half->malformed + half->limited;
		}
	}

	printf(o->csv ? "%s,%.2f,%.2f,%.2f,%.1f,%.3f,%u,%u,%u,%llu,%.2f"
		      : "%-28s %7.1f %7.1f %7.1f %7.1f %7.3f %6u %6u %7u %9llu %6.1f",
		c->name, cycles, low, least, ins, miss, c->xlated, c->jited, c->verified, records,
		low / best_rate * 1e9);
	if (packets != sent || ends != packets)
		printf("  WRONG: sent %llu, packets %llu, ends %llu", sent, packets, ends);
	printf("\n");
}

/*
 * A test run of many packets registers its program with the XDP dispatcher and takes it out again,
 * each time waiting for every CPU (synchronize_rcu: some 30 ms, far longer than the run); not where
 * the program is attached anyway. So it is, to the loopback of a namespace that ends with us.
 */
static void keep_registered(int feed)
{
	enum { LOOPBACK = 1 };

	if (unshare(CLONE_NEWNET) || bpf_xdp_attach(LOOPBACK, feed, XDP_FLAGS_SKB_MODE, NULL))
		fprintf(stderr, "bench: runs are slow to start: %s\n", strerror(errno));
}

static void set_up(struct rig *rig, const char *path, const struct options *o)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_map *map;
	__u8 *trace;
	int distinct;

	if (!object)
		fail(path);
	rig->packets = 1u << o->log2_packets;
	map = bpf_object__find_map_by_name(object, "trace");
	bpf_map__set_max_entries(map, rig->packets);
	if (bpf_object__load(object))
		fail("feed");
	trace = map_memory(map, (size_t)rig->packets * SLOT);
	distinct = make_trace(trace, o);
	rig->input = malloc((SLOTS + 1) * SLOT);
	memcpy(rig->input, trace, (SLOTS + 1) * SLOT);
	rig->feed = bpf_program__fd(bpf_object__find_program_by_name(object, "feed"));
	rig->programs = bpf_object__find_map_fd_by_name(object, "contestant");
	bpf_object__for_each_map(map, object)
	{
		if (strstr(bpf_map__name(map), ".bss"))
			rig->feed_state = map_memory(map, bpf_map__value_size(map));
	}
	rig->feed_state[2] = rig->packets - 1;
	keep_registered(rig->feed);
	field[0].name = "empty";
	enter(&field[entered++], bpf_object__find_program_by_name(object, "empty"), object);
	rig->counters = counter(PERF_COUNT_HW_CPU_CYCLES, -1);
	if (rig->counters >= 0) {
		counter(PERF_COUNT_HW_INSTRUCTIONS, rig->counters);
		counter(PERF_COUNT_HW_BRANCH_MISSES, rig->counters);
	}
	if (!o->csv)
		printf("# %u packets, %d flows (%d seen), zipf %.2f, %d%% IPv6, %d rounds of "
		       "%d packets, %d loads, cpu %d, %s; over the empty program\n",
			rig->packets, o->flows, distinct, o->zipf, o->six, o->rounds,
			1 << o->log2_run, o->loads, o->cpu,
			rig->counters < 0 ? "cycles from CPU time" : "hardware counters");
}

int main(int count, char **arguments)
{
	struct options o = {18, 65536, 0, 51, 17, 0, 0, 5, 1.0, NULL};
	struct rig rig = {0};
	cpu_set_t cpus;
	int option, i, j, round;

	while ((option = getopt(count, arguments, "n:f:z:6:r:k:c:l:p:C")) != -1) {
		switch (option) {
		case 'n':
			o.log2_packets = atoi(optarg);
			break;
		case 'f':
			o.flows = atoi(optarg);
			break;
		case 'z':
			o.zipf = atof(optarg);
			break;
		case '6':
			o.six = atoi(optarg);
			break;
		case 'r':
			o.rounds = atoi(optarg);
			break;
		case 'k':
			o.log2_run = atoi(optarg);
			break;
		case 'c':
			o.cpu = atoi(optarg);
			break;
		case 'l':
			o.loads = atoi(optarg);
			break;
		case 'p':
			o.only = optarg;
			break;
		case 'C':
			o.csv = 1;
			break;
		default:
			return 2;
		}
	}
	if (count - optind < 2 || o.rounds < 1 || o.rounds > ROUNDS || o.log2_packets < 7 ||
		o.loads < 1 || o.loads > LOADS) {
		fprintf(stderr, "usage: bench [options] feed.o object...\n");
		return 2;
	}
	CPU_ZERO(&cpus);
	CPU_SET(o.cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	libbpf_set_print(quiet);
	set_up(&rig, arguments[optind], &o);
	for (j = 0; j < o.loads; j++) {
		int next = 1;

		for (i = optind + 1; i < count; i++)
			next += open_object(arguments[i], &o, next);
		entered = next;
	}
	for (i = 0; i < entered; i++)
		for (j = 0; j < field[i].loads; j++) /* fills the tables */
			run(&rig, field[i].name, &field[i].load[j], rig.packets);
	for (round = 0; round < o.rounds; round++)
		for (i = 0; i < entered; i++) {
			struct contestant *c = &field[i];

			c->round[round] = run_calm(
				&rig, c->name, &c->load[round % c->loads], 1u << o.log2_run);
		}
	if (rig.counters < 0)
		scale_times(o.rounds);
	printf(o.csv ? "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n"
		     : "%-28s %7s %7s %7s %7s %7s %6s %6s %7s %9s %6s\n",
		"program", "median", "p10", "least", "instr", "misses", "insns", "jited",
		"verified", "records", "ns");
	for (i = 0; i < entered; i++)
		report(&field[i], &o);
	if (!o.csv)
		printf("# %llu disturbed runs were repeated\n", disturbed);
	return 0;
}
