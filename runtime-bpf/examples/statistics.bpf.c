/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Every statistic of the suite in one program, on one packet: that each compiles, loads and fits.
 * Nobody wants all of them at once; ../README.md shows a program of three.
 */
#include "sal/basicwindow.h"
#include "sal/bfq.h"
#include "sal/bloom.h"
#include "sal/countsketch.h"
#include "sal/eh.h"
#include "sal/entropy.h"
#include "sal/ewma.h"
#include "sal/fast.h"
#include "sal/flowset.h"
#include "sal/hash.h"
#include "sal/histogram.h"
#include "sal/hll.h"
#include "sal/kmedians.h"
#include "sal/mfu.h"
#include "sal/minhash.h"
#include "sal/minwindow.h"
#include "sal/moments.h"
#include "sal/program.h"
#include "sal/quantile.h"
#include "sal/sample.h"
#include "sal/sort.h"
#include "sal/spacesaving.h"

SAL_EH(recent, 7);
SAL_MFU(heavy, 1, 8);
SAL_SPACESAVING(frequent, 1, 6);
SAL_RESERVOIR(drawn, 1, 4);
SAL_FLOWSET(flows, 2, 10);
SAL_MINWINDOW(recently, 6, 4, 2);
SAL_BASICWINDOW(trend, 1, 4, 10, 8);

struct sal_half {
	struct sal_outcomes outcomes;
	struct sal_moments moments;
	struct recent recent;
	struct heavy heavy;
	struct frequent frequent;
	struct drawn drawn;
	struct flows flows;
	struct recently recently;
	struct trend trend;
	struct sal_rate rate;
	__u64 sizes[1024];
	__u64 linear[128];
	__u64 log2[128];
	__u64 minima[256];
	__s64 vector[SAL_COUNTSKETCH_ROWS << 8];
	__u64 filter[8 << 8];
	__u64 last[16];
	__u64 entropy;
	__s64 average;
	__u64 handed[2];
	__u64 cell;
	__u64 median;
	__u8 registers[1 << 10];
	__u8 queue[1 << 12];
} SAL_LINE;

SAL_PROGRAM_MAPS
SAL_EH_CODE(recent, 7);
SAL_MFU_CODE(heavy, 1, 8);
SAL_SPACESAVING_CODE(frequent, 1, 6);
SAL_RESERVOIR_CODE(drawn, 1, 4);
SAL_FLOWSET_CODE(flows, 2, 10);
SAL_MINWINDOW_CODE(recently, 6, 4, 2);
SAL_BASICWINDOW_CODE(trend, 1, 4, 10, 8);

/* Apart from the others, so that each function's registers suffice. */
SAL_NOINLINE int sketch(struct sal_half *half, __u64 hash, __u64 source, __u64 tick)
{
	__u64 key[2] = {source, 1};

	if (!half)
		return 0;
	if (heavy_add(&half->heavy, hash, &source, 1, half->handed))
		half->outcomes.packets += 0;
	frequent_add(&half->frequent, hash, &source, 1);
	drawn_take(&half->drawn, sal_mix64(hash + tick), &source);
	flows_add(&half->flows, hash, key);
	sal_minhash_add(half->minima, 8, hash);
	sal_countsketch_add(half->vector, 8, hash, 1);
	if (sal_bloom_is_new(half->filter, 8, hash) |
		sal_bloom_is_new_shared(half->filter, 8, hash))
		sal_hll_update(half->registers, 10, hash);
	if (sal_bfq_is_new(half->queue, 12, hash, sal_bfq_stamp(tick >> 30), 4))
		half->entropy += sal_entropy_step(half->moments.count);
	return 0;
}

/* Windows that slide: of the last 1000 packets, and eight basic windows of 256 packets each. */
SAL_NOINLINE int slide(struct sal_half *half, __u64 hash, __u64 source)
{
	__u64 at;

	if (!half)
		return 0;
	at = half->outcomes.packets;
	recently_add(&half->recently, hash, at, at < 1000 ? 0 : at - 1000);
	trend_add(&half->trend, hash, &source, 1);
	if (!(at & 255))
		trend_turn(&half->trend);
	return 0;
}

SAL_NOINLINE int measure(struct sal_half *half, __u64 size, __u64 tick)
{
	if (!half)
		return 0;
	sal_moments_add(&half->moments, (__s64)size);
	recent_add(&half->recent, 20, half->moments.count, size);
	sal_quantile_add(half->sizes, 5, 32, 10, size);
	half->linear[SAL_BOUND(sal_histogram_linear((__s64)size, 60, 16, 96), 127)]++;
	half->log2[SAL_BOUND(sal_histogram_log2(size), 127)]++;
	half->average = sal_ewma(half->average, (__s64)size, 6554);
	sal_rate_add(&half->rate, tick, 1000000000);
	half->cell = sal_kmedians_cell(half->cell, size, 4);
	half->last[SAL_BOUND(half->moments.count, 15)] = size;
	if (!(half->moments.count & 15)) {
		sal_sort(half->last, 4);
		half->median = half->last[8];
	}
	return 0;
}

SEC("xdp") int salc_main(struct xdp_md *frame)
{
	const __u8 *data = SAL_DATA(frame), *end = SAL_DATA_END(frame);
	struct sal_turn turn;
	struct sal_half *half = sal_half_of(&turn);
	struct sal_fast fast;
	__u64 source;

	if (!half)
		return XDP_PASS;
	half->outcomes.packets++;
	if (!sal_fast_open(&fast, data, end) || !sal_fast_ipv4(&fast, end))
		return XDP_PASS;
	source = sal_get32(fast.ip + 12);
	sketch(half, sal_hash1(sal_seed, source), source, turn.tick);
	slide(half, sal_hash1(sal_seed, source), source);
	measure(half, (__u64)(end - data), turn.tick);
	return XDP_PASS;
}
