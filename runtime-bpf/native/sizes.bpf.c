/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Every statistic at the smallest and at the largest size that its header allows or that has a use:
 * scripts/test-c loads all of these programs, which is all that they are for.
 */
#include "sal/basicwindow.h"
#include "sal/bfq.h"
#include "sal/bloom.h"
#include "sal/countsketch.h"
#include "sal/eh.h"
#include "sal/ewma.h"
#include "sal/firstseen.h"
#include "sal/flowset.h"
#include "sal/hash.h"
#include "sal/histogram.h"
#include "sal/hll.h"
#include "sal/kmedians.h"
#include "sal/mfu.h"
#include "sal/minhash.h"
#include "sal/minwindow.h"
#include "sal/program.h"
#include "sal/quantile.h"
#include "sal/sample.h"
#include "sal/sort.h"
#include "sal/spacesaving.h"

/* A program: `hash` and `number` differ from packet to packet, `key` has six words. */
#define AT_SIZE(NAME, ...)                                                                         \
	SEC("xdp") int NAME(struct xdp_md *frame)                                                  \
	{                                                                                          \
		const __u8 *at = SAL_DATA(frame);                                                  \
		__u64 number = ++packets, hash, key[6];                                            \
                                                                                                   \
		if (at + 48 > SAL_DATA_END(frame))                                                 \
			return XDP_ABORTED;                                                        \
		key[0] = SAL_GET(__u64, at);                                                       \
		key[1] = key[0] ^ number;                                                          \
		key[2] = key[3] = key[4] = key[5] = SAL_GET(__u64, at + 40);                       \
		hash = sal_hash(1, key, 6);                                                        \
		__VA_ARGS__;                                                                       \
		SAL_KEEP(hash + number);                                                           \
		return XDP_PASS;                                                                   \
	}                                                                                          \
	struct xdp_md /* the macro's user writes the semicolon */

__u64 packets, sink, filter[8 << 20], words[1 << 16], sorted[256], pairs[64][2];
__s64 rows[SAL_COUNTSKETCH_ROWS << 11];
__u8 registers[1 << 20];

SAL_EH(eh_small, 2);
SAL_EH_CODE(eh_small, 2);
SAL_EH(eh_large, 11);
SAL_EH_CODE(eh_large, 11);
struct eh_small eh_s;
struct eh_large eh_l;
AT_SIZE(eh_least, eh_small_add(&eh_s, 2, number, hash >> 40));
AT_SIZE(eh_most, eh_large_add(&eh_l, 200, number, hash >> 40));

SAL_MFU(mfu_small, 1, 1);
SAL_MFU_CODE(mfu_small, 1, 1);
SAL_MFU(mfu_large, 6, 16);
SAL_MFU_CODE(mfu_large, 6, 16);
struct mfu_small mfu_s;
struct mfu_large mfu_l;
AT_SIZE(mfu_least, __u64 out[2]; sink += (__u64)mfu_small_add(&mfu_s, hash, key, 1, out));
AT_SIZE(mfu_most, __u64 out[7]; sink += (__u64)mfu_large_add(&mfu_l, hash, key, 1, out));

SAL_SPACESAVING(saving_small, 1, 1);
SAL_SPACESAVING_CODE(saving_small, 1, 1);
SAL_SPACESAVING(saving_large, 6, 14);
SAL_SPACESAVING_CODE(saving_large, 6, 14);
struct saving_small saving_s;
struct saving_large saving_l;
AT_SIZE(spacesaving_least, saving_small_add(&saving_s, hash, key, 1));
AT_SIZE(spacesaving_most, saving_large_add(&saving_l, hash, key, 1));

SAL_RESERVOIR(reservoir_small, 1, 1);
SAL_RESERVOIR_CODE(reservoir_small, 1, 1);
SAL_RESERVOIR(reservoir_large, 6, 10);
SAL_RESERVOIR_CODE(reservoir_large, 6, 10);
struct reservoir_small reservoir_s;
struct reservoir_large reservoir_l;
AT_SIZE(reservoir_least, reservoir_small_take(&reservoir_s, hash, key));
AT_SIZE(reservoir_most, reservoir_large_take(&reservoir_l, hash, key));

SAL_FLOWSET(flowset_small, 1, 2);
SAL_FLOWSET_CODE(flowset_small, 1, 2);
SAL_FLOWSET(flowset_large, 6, 16);
SAL_FLOWSET_CODE(flowset_large, 6, 16);
struct flowset_small flowset_s;
struct flowset_large flowset_l;
AT_SIZE(flowset_least, flowset_small_add(&flowset_s, hash, key));
AT_SIZE(flowset_most, flowset_large_add(&flowset_l, hash, key));

SAL_FIRSTSEEN(seen_small, 1, 1);
SAL_FIRSTSEEN_CODE(seen_small, 1, 1);
SAL_FIRSTSEEN(seen_large, 6, 16);
SAL_FIRSTSEEN_CODE(seen_large, 6, 16);
struct seen_small seen_s;
struct seen_large seen_l;
AT_SIZE(firstseen_least, sink += (__u64)seen_small_is_new(&seen_s, hash, key));
AT_SIZE(firstseen_most, sink += (__u64)seen_large_is_new(&seen_l, hash, key));

SAL_MINWINDOW(window_small, 1, 1, 1);
SAL_MINWINDOW_CODE(window_small, 1, 1, 1);
SAL_MINWINDOW(window_large, 12, 5, 5);
SAL_MINWINDOW_CODE(window_large, 12, 5, 5);
struct window_small window_s;
struct window_large window_l;
AT_SIZE(minwindow_least, window_small_add(&window_s, hash, number, number - 10));
AT_SIZE(minwindow_most, window_large_add(&window_l, hash, number, number - 100000));

SAL_BASICWINDOW(basic_small, 1, 1, 1, 1);
SAL_BASICWINDOW_CODE(basic_small, 1, 1, 1, 1);
SAL_BASICWINDOW(basic_large, 6, 6, 256, 256);
SAL_BASICWINDOW_CODE(basic_large, 6, 6, 256, 256);
struct basic_small basic_s;
struct basic_large basic_l;
AT_SIZE(basicwindow_least, basic_small_add(&basic_s, hash, key, 1);
	if (!(number & 15)) basic_small_turn(&basic_s));
AT_SIZE(basicwindow_most, basic_large_add(&basic_l, hash, key, 1);
	if (!(number & 1023)) basic_large_turn(&basic_l));

AT_SIZE(hll_least, sal_hll_update(registers, 4, hash));
AT_SIZE(hll_most, sal_hll_update(registers, 16, hash));
AT_SIZE(minhash_least, sal_minhash_add(words, 1, hash));
AT_SIZE(minhash_most, sal_minhash_add(words, 16, hash));
AT_SIZE(countsketch_least, sal_countsketch_add(rows, 4, hash, 1));
AT_SIZE(countsketch_most, sal_countsketch_add(rows, 11, hash, hash >> 32));
AT_SIZE(bloom_least, sink += (__u64)sal_bloom_is_new(filter, 1, hash));
AT_SIZE(bloom_most, sink += (__u64)sal_bloom_is_new(filter, 20, hash));
AT_SIZE(bloom_shared_least, sink += (__u64)sal_bloom_is_new_shared(filter, 1, hash));
AT_SIZE(bloom_shared_most, sink += (__u64)sal_bloom_is_new_shared(filter, 20, hash));
AT_SIZE(bfq_least, sink += (__u64)sal_bfq_is_new(registers, 2, hash, 1 + (number & 127), 1));
AT_SIZE(bfq_most, sink += (__u64)sal_bfq_is_new(registers, 20, hash, 1 + (number & 127), 254));
AT_SIZE(quantile_least, sal_quantile_add(words, 1, 16, 6, hash >> 32));
AT_SIZE(quantile_most, sal_quantile_add(words, 10, 64, 16, hash));
AT_SIZE(histogram_least, words[SAL_BOUND(sal_histogram_linear((__s64)hash, 0, 1, 1), 0xffff)]++);
AT_SIZE(histogram_most,
	words[SAL_BOUND(sal_histogram_linear((__s64)hash, -5, 1000003, 65534), 0xffff)]++);
AT_SIZE(rate_least, sal_rate_add((struct sal_rate *)words, number, 65536));
AT_SIZE(rate_most, sal_rate_add((struct sal_rate *)words, number << 30, 1ULL << 50));
AT_SIZE(kmedians_least, words[0] += sal_kmedians_cell(0, hash, 1));
AT_SIZE(kmedians_most,
	words[0] += sal_kmedians_cell(sal_kmedians_cell(hash & 0xffff, hash, 8), key[0], 8));
AT_SIZE(sort_least, words[number & 1] = hash; sal_sort(words, 1));
AT_SIZE(sort_most, sorted[number & 255] = hash; sal_sort(sorted, 8));
AT_SIZE(sort_pairs_most, pairs[number & 63][0] = hash; sal_sort_pairs(pairs, 6));

char sizes_license[] SEC("license") = "GPL";
