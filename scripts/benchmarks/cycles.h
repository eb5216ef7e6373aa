/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * cycles.h: the thread's hardware counters; where the machine has none, its CPU time and the clock
 * rate.
 */
#ifndef CYCLES_H
#define CYCLES_H

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int counter(unsigned long long config, int group)
{
	struct perf_event_attr a = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(a),
		.config = config,
		.exclude_user = 1,
		.disabled = group < 0,
		.read_format = PERF_FORMAT_GROUP,
	};

	return (int)syscall(SYS_perf_event_open, &a, 0, -1, group, 0);
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double best_rate; /* cycles a second */

/* A multiplication has a latency of 3 cycles on every x86 since 2008. */
static void measure_rate(void)
{
	unsigned long long x = 3;
	double start = cpu_seconds(), rate;
	int i;

	for (i = 0; i < 100000; i++) {
		x *= x;
		__asm__ volatile("" : "+r"(x));
	}
	rate = 3 * 100000 / (cpu_seconds() - start);
	if (rate > best_rate)
		best_rate = rate;
}

#endif
