/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * count() and sum(frame.len) by ip.src, per window: the model of an emitted program.
 *
 *	P = PacketStream("eth0");
 *	K = STREAM P BY ip.src;
 *	Packets = FOREACH K GENERATE count() WINDOW 1s;
 *	Bytes = FOREACH K GENERATE sum(frame.len) WINDOW 1s;
 */
#include "sal/fast.h"
#include "sal/hash.h"
#include "sal/parse.h"
#include "sal/program.h"
#include "sal/table.h"

SAL_TABLE_PACKED(by_src, 1, 2, 13, 32); /* ip.src; count, bytes */

struct sal_half {
	struct sal_outcomes outcomes;
	struct by_src by_src;
};

SAL_PROGRAM_MAPS
SAL_TABLE_PACKED_CODE(by_src, 1, 2, 13, 32, 0);

/* What the program needs of a packet, read by the general parser. */
struct tuple {
	__u64 src;
	__u64 has_src;
};

SAL_NOINLINE void read_general(
	struct xdp_md *frame, __u64 cap_flags, struct sal_outcomes *outcomes, struct tuple *tuple)
{
	struct sal_layers layers;
	__u32 src = 0;

	sal_parse_general(frame, (__u32)cap_flags, (__u32)(cap_flags >> 32), &layers);
	sal_end_general(outcomes, layers.outcome);
	tuple->has_src = sal_field32(frame, &layers, SAL_LAYER_IPV4, 12, &src);
	tuple->src = src;
}

SEC("xdp") int salc_main(struct xdp_md *frame)
{
	const __u8 *data = SAL_DATA(frame), *end = SAL_DATA_END(frame);
	struct sal_length length = SAL_LENGTH(frame, data, end);
	struct sal_turn turn;
	struct sal_half *half = sal_half_of(&turn);
	struct sal_fast fast;
	__u64 src, *acc;

	if (!half)
		return XDP_PASS;
	half->outcomes.packets++;
	if (SAL_LIKELY(
		    !length.cut && sal_fast_open(&fast, data, end) && sal_fast_ipv4(&fast, end))) {
		half->outcomes.ok++;
		src = sal_get32(fast.ip + 12);
	} else {
		struct tuple tuple;

		read_general(
			frame, length.cap | (__u64)length.flags << 32, &half->outcomes, &tuple);
		if (!tuple.has_src)
			return XDP_PASS;
		src = tuple.src;
	}
	acc = SAL_TABLE_UPSERT(by_src, &half->by_src, sal_hash1(sal_seed, src), &src, turn.index);
	acc[0] += length.wire;
	return XDP_PASS;
}
