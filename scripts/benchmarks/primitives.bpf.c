/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * One program a primitive of runtime-bpf, each on the same key and value: a mix of the packet's
 * source and ports (sal_hash1 of 64 bits) and the IP length, read at fixed places. `base` reads and
 * hashes only; what a primitive costs is its program less `base`. Without the parser, the contract
 * of layout.h and any ring: what is handed out is counted.
 */
#include "primitives.h"

#include "sal/basicwindow.h"
#include "sal/bfq.h"
#include "sal/bloom.h"
#include "sal/countsketch.h"
#include "sal/eh.h"
#include "sal/entropy.h"
#include "sal/ewma.h"
#include "sal/extrema.h"
#include "sal/firstseen.h"
#include "sal/flowset.h"
#include "sal/histogram.h"
#include "sal/hll.h"
#include "sal/kmedians.h"
#include "sal/mfu.h"
#include "sal/minhash.h"
#include "sal/minwindow.h"
#include "sal/moments.h"
#include "sal/quantile.h"
#include "sal/sample.h"
#include "sal/set.h"
#include "sal/sort.h"
#include "sal/spacesaving.h"
#include "sal/table.h"

SAL_EH(eh, 9);
SAL_EH_CODE(eh, 9);
SAL_MFU(mfu, 1, 12);
SAL_MFU_CODE(mfu, 1, 12);
SAL_SPACESAVING(saving, 1, 11);
SAL_SPACESAVING_CODE(saving, 1, 11);
SAL_RESERVOIR(reservoir, 1, 8);
SAL_RESERVOIR_CODE(reservoir, 1, 8);
SAL_FLOWSET(flowset, 1, 16);
SAL_FLOWSET_CODE(flowset, 1, 16);
SAL_FIRSTSEEN(firstseen, 1, 14);
SAL_FIRSTSEEN_CODE(firstseen, 1, 14);
SAL_MINWINDOW(minwindow, 8, 4, 2);
SAL_MINWINDOW_CODE(minwindow, 8, 4, 2);
SAL_BASICWINDOW(basicwindow, 1, 5, 32, 10);
SAL_BASICWINDOW_CODE(basicwindow, 1, 5, 32, 10);

SAL_TABLE(keyed, 1, 2, 14);
#ifdef __bpf__
struct { /* of batches, which are taken out before they are full */
	int (*type)[27];
	int (*max_entries)[1 << 12];
} sal_ring SEC(".maps");
#endif
SAL_TABLE_CODE(keyed, 1, 2, 14, 0);
SAL_SET(members, 1, 12);

__u64 word[9], buckets[1 << 10], minima[1 << 8], filter[8 << 11], linear[128];
__s64 rows[SAL_COUNTSKETCH_ROWS << 11], average;
__u8 registers[1 << 12], queue[1 << 16];
__u64 counts[1 << 16];
struct sal_moments moments;
struct sal_rate rate;
struct eh recent;
struct mfu talkers;
struct saving frequent;
struct reservoir drawn;
struct flowset flows;
struct firstseen news;
struct minwindow latest;
struct basicwindow trend;
struct keyed sums;

PRIMITIVE(base, );
PRIMITIVE(sum, word[0] += seen.size);
PRIMITIVE(sum128, sal_sum128_add(word + 1, (__s64)seen.size));
PRIMITIVE(sumsq_small, sal_sumsq_add_small(word + 3, (__s64)seen.size));
PRIMITIVE(extrema, sal_min_track(&word[5], (__s64)seen.size));
PRIMITIVE(extrema_masked, sal_min_update(&word[8], (__s64)seen.size));
PRIMITIVE(moments_any, sal_moments_add(&moments, (__s64)seen.size));
PRIMITIVE(moments_small, sal_moments_add_small(&moments, (__s64)seen.size));
PRIMITIVE(quantile, sal_quantile_add(buckets, 5, 16, 9, seen.size));
PRIMITIVE(histogram_log2, linear[SAL_BOUND(sal_histogram_log2(seen.size), 127)]++);
PRIMITIVE(histogram_linear,
	linear[SAL_BOUND(sal_histogram_linear((__s64)seen.size, 0, 16, 96), 127)]++);
PRIMITIVE(entropy, word[6] += sal_entropy_step(counts[SAL_BOUND(seen.hash, 0xffff)]++));
PRIMITIVE(ewma_any, average = sal_ewma(average, (__s64)seen.size, 6554));
PRIMITIVE(ewma_small, average = sal_ewma_small(average, (__s64)seen.size, 6554));
PRIMITIVE(rate_decayed, sal_rate_add(&rate, seen.number * 20000, 1000000000));
PRIMITIVE(hll, sal_hll_update(registers, 12, seen.hash));
PRIMITIVE(minhash, sal_minhash_add(minima, 8, seen.hash));
PRIMITIVE(countsketch, sal_countsketch_add(rows, 11, seen.hash, 1));
PRIMITIVE(bloom, sink += (__u64)sal_bloom_is_new(filter, 11, seen.hash));
PRIMITIVE(bloom_shared, if (sal_bloom_is_new_shared(filter, 11, seen.hash)) sink++);
PRIMITIVE(bfq,
	sink += (__u64)sal_bfq_is_new(queue, 16, seen.hash, sal_bfq_stamp(seen.number >> 16), 4));
PRIMITIVE(first_seen, sink += (__u64)firstseen_is_new(&news, seen.hash, &seen.key));
PRIMITIVE(most_used, __u64 out[2]; sink += (__u64)mfu_add(&talkers, seen.hash, &seen.key, 1, out));
PRIMITIVE(spacesaving, saving_add(&frequent, seen.hash, &seen.key, 1));
PRIMITIVE(exponential, eh_add(&recent, 10, seen.number, seen.size));
PRIMITIVE(sampled, sink += sal_sampled(seen.hash, 1 << 28));
PRIMITIVE(reservoir_256, reservoir_take(&drawn, sal_mix64(seen.hash + seen.number), &seen.key));
PRIMITIVE(flow_set, flowset_add(&flows, seen.hash, &seen.key));
PRIMITIVE(kmedians_cell, word[7] += sal_kmedians_cell(seen.size & 255, seen.size, 4));
PRIMITIVE(min_window, minwindow_add(&latest, seen.hash, seen.number, seen.number - 10000));
PRIMITIVE(basic_window, basicwindow_add(&trend, seen.hash, &seen.key, 1);
	  if (seen.number % 1000 == 0) basicwindow_turn(&trend));
PRIMITIVE(sort_16, FILL(); sal_sort(unsorted, 4));
PRIMITIVE(table, *SAL_TABLE_UPSERT(keyed, &sums, seen.hash, &seen.key, 0) += seen.size;
	  sink += sums.staging.batch.count; sums.staging.batch.count = 0);
PRIMITIVE(set, ENTER(members);
	  sink += 1 & sal_set_member(members, 12, 1, seen.hash, &seen.key, seen.number));

char primitives_license[] SEC("license") = "GPL";
