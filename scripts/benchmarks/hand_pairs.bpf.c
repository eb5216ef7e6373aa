/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Distinct sources per destination, by hand, under the contract: a first-seen table of (dest,
 * source) a half, new pairs to the host in batches, which keeps the sketches.
 *
 *	K = STREAM P BY ip.dst;
 *	Sources = FOREACH K GENERATE countdistinct(ip.src) WINDOW 1s;
 */
#include "sal/fast.h"
#include "sal/firstseen.h"
#include "sal/hash.h"
#include "sal/parse.h"

SAL_FIRSTSEEN(seen, 1, 14); /* ip.dst << 32 | ip.src */

struct pairs {
	struct sal_staging staging;
	__u64 record[SAL_BATCH_RECORDS][1];
};

struct sal_half {
	struct sal_outcomes outcomes;
	struct pairs pairs;
	struct seen seen;
};

SAL_PROGRAM_MAPS
SAL_FIRSTSEEN_CODE(seen, 1, 14);

struct tuple {
	__u64 pair;
	__u64 has;
};

SAL_NOINLINE void read_general(
	struct xdp_md *frame, __u64 cap_flags, struct sal_outcomes *outcomes, struct tuple *tuple)
{
	struct sal_layers layers;
	__u64 pair = 0;

	sal_parse_general(frame, (__u32)cap_flags, (__u32)(cap_flags >> 32), &layers);
	sal_end_general(outcomes, layers.outcome);
	tuple->has = sal_field64(frame, &layers, SAL_LAYER_IPV4, 12, &pair);
	tuple->pair = pair << 32 | pair >> 32;
}

SEC("xdp") int salc_main(struct xdp_md *frame)
{
	const __u8 *data = SAL_DATA(frame), *end = SAL_DATA_END(frame);
	struct sal_length length = SAL_LENGTH(frame, data, end);
	struct sal_turn turn;
	struct sal_half *half = sal_half_of(&turn);
	struct sal_fast fast;
	__u64 pair, *record;

	if (!half)
		return XDP_PASS;
	half->outcomes.packets++;
	if (SAL_LIKELY(
		    !length.cut && sal_fast_open(&fast, data, end) && sal_fast_ipv4(&fast, end))) {
		half->outcomes.ok++;
		pair = (__u64)sal_get32(fast.ip + 16) << 32 | sal_get32(fast.ip + 12);
	} else {
		struct tuple tuple;

		read_general(
			frame, length.cap | (__u64)length.flags << 32, &half->outcomes, &tuple);
		if (!tuple.has)
			return XDP_PASS;
		pair = tuple.pair;
	}
	if (SAL_UNLIKELY(seen_is_new(&half->seen, sal_hash1(sal_seed, pair), &pair))) {
		record = SAL_STAGE(&half->pairs, 0, turn.index, 1);
		if (record)
			record[0] = pair;
	}
	return XDP_PASS;
}
