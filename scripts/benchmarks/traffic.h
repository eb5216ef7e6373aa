/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * traffic.h - the trace: distinct headers, Zipf over flows, lengths in three modes, a tenth tagged.
 * The distribution is that of the XDP baseline, so that numbers compare.
 */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sal/types.h"

enum { SLOT = 64 };

struct options {
	int log2_packets, flows, six, rounds, log2_run, cpu, csv, loads;
	double zipf;
	const char *only;
};

static void fail(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static unsigned long long random_state = 88172645463325252ULL;

static unsigned long long random_bits(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state * 2685821657736338717ULL;
}

static double random_unit(void)
{
	return (double)(random_bits() >> 11) * 0x1.0p-53;
}

struct flow {
	__u32 source, dest;
	__u16 source_port, dest_port;
	__u8 protocol, tagged, six;
};

static void put16(__u8 *at, unsigned value)
{
	at[0] = (__u8)(value >> 8);
	at[1] = (__u8)value;
}

static void put32(__u8 *at, unsigned value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static void make_flow(struct flow *flow, const struct options *o)
{
	static const __u16 services[8] = {80, 443, 443, 443, 53, 22, 8080, 123};
	unsigned sources = o->flows / 4 + 1, dests = o->flows / 8 + 1;
	double z = random_unit(), p;

	flow->source = 0x0a000000u + (unsigned)(sources * z * z) * 7919u % 0xffffffu;
	z = random_unit();
	flow->dest = 0xc0a80000u + (unsigned)(dests * z * z * z) * 104729u % 0xffffffu;
	flow->source_port = (__u16)(1024 + random_bits() % 60000);
	p = random_unit();
	flow->protocol = p < .8 ? 6 : p < .99 ? 17 : 1;
	flow->dest_port = random_unit() < .8 ? services[random_bits() & 7] : (__u16)random_bits();
	flow->tagged = random_bits() % 10 == 0;
	flow->six = (int)(random_bits() % 100) < o->six;
	if (flow->six && flow->protocol == 1)
		flow->protocol = 58;
}

static unsigned packet_length(void)
{
	double p = random_unit();

	if (p < .45)
		return 40 + (unsigned)(random_bits() % 25);
	if (p < .6)
		return 576;
	return p < .9 ? 1500 : 64 + (unsigned)(random_bits() % 1400);
}

static void make_header(__u8 *p, const struct flow *flow)
{
	unsigned length = packet_length();
	__u8 *ip = p + 14, *transport;

	memset(p, 0, SLOT);
	p[0] = p[6] = 2;
	p[11] = 9;
	if (flow->tagged) {
		put16(p + 12, 0x8100);
		p[15] = 100;
		ip += 4;
	}
	if (flow->six) { /* 64 bytes hold no whole IPv6 TCP header; the frame goes on behind them */
		put16(ip - 2, 0x86dd);
		ip[0] = 0x60;
		put16(ip + 4, length - 40);
		ip[6] = flow->protocol;
		ip[7] = 64;
		put32(ip + 8, 0x20010db8);
		put32(ip + 20, flow->source);
		put32(ip + 24, 0x20010db8);
		put32(ip + 36, flow->dest);
		transport = ip + 40;
	} else {
		put16(ip - 2, 0x0800);
		ip[0] = 0x45;
		put16(ip + 2, length);
		ip[8] = 64;
		ip[9] = flow->protocol;
		put32(ip + 12, flow->source);
		put32(ip + 16, flow->dest);
		transport = ip + 20;
	}
	if (flow->protocol == 6 || flow->protocol == 17) {
		put16(transport, flow->source_port);
		put16(transport + 2, flow->dest_port);
	}
	if (flow->protocol == 6 && !flow->six) {
		transport[12] = 0x50;
		transport[13] = random_unit() < .05 ? 2 : 0x10;
	}
}

static int make_trace(__u8 *trace, const struct options *o)
{
	struct flow *flows = calloc((size_t)o->flows, sizeof(*flows));
	double *cdf = malloc(sizeof(*cdf) * (size_t)o->flows), total = 0;
	char *seen = calloc((size_t)o->flows, 1);
	int i, distinct = 0;

	if (!flows || !cdf || !seen)
		fail("memory");
	for (i = 0; i < o->flows; i++) {
		make_flow(&flows[i], o);
		total += 1.0 / pow(i + 1, o->zipf);
		cdf[i] = total;
	}
	for (i = 0; i < 1 << o->log2_packets; i++) {
		double x = random_unit() * total;
		int low = 0, high = o->flows - 1;

		while (low < high) {
			int middle = (low + high) / 2;

			if (cdf[middle] < x)
				low = middle + 1;
			else
				high = middle;
		}
		distinct += !seen[low];
		seen[low] = 1;
		make_header(trace + (size_t)i * SLOT, &flows[low]);
	}
	free(flows);
	free(cdf);
	free(seen);
	return distinct;
}

#endif
