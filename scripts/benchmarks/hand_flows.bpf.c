/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Count and bytes by 5-tuple, by hand, under the contract.
 *
 *	K = STREAM P BY ip.src, ip.dst, SourcePort, DestPort, ip.proto;
 *	Packets = FOREACH K GENERATE count() WINDOW 1s;
 *	Bytes = FOREACH K GENERATE sum(frame.len) WINDOW 1s;
 */
#include "sal/fast.h"
#include "sal/hash.h"
#include "sal/parse.h"
#include "sal/table.h"

/* ip.src << 32 | ip.dst; source port << 24 | destination port << 8 | protocol; count, bytes */
SAL_TABLE_PACKED(flows, 2, 2, 13, 40);

struct sal_half {
	struct sal_outcomes outcomes;
	__u64 unkeyed; /* tuples without ports */
	struct flows flows;
};

SAL_PROGRAM_MAPS
SAL_TABLE_PACKED_CODE(flows, 2, 2, 13, 40, 0);

struct tuple {
	__u64 key[2];
	__u64 has;
};

SAL_NOINLINE void read_general(
	struct xdp_md *frame, __u64 cap_flags, struct sal_outcomes *outcomes, struct tuple *tuple)
{
	struct sal_layers layers;
	__u32 ports = 0;
	__u64 addresses = 0;

	sal_parse_general(frame, (__u32)cap_flags, (__u32)(cap_flags >> 32), &layers);
	sal_end_general(outcomes, layers.outcome);
	tuple->has = sal_field64(frame, &layers, SAL_LAYER_IPV4, 12, &addresses) &&
	             (sal_field32(frame, &layers, SAL_LAYER_TCP, 0, &ports) ||
			     sal_field32(frame, &layers, SAL_LAYER_UDP, 0, &ports));
	tuple->key[0] = addresses;
	tuple->key[1] = (__u64)ports << 8 | (layers.protocol & 0xff);
}

SEC("xdp") int salc_main(struct xdp_md *frame)
{
	const __u8 *data = SAL_DATA(frame), *end = SAL_DATA_END(frame);
	struct sal_length length = SAL_LENGTH(frame, data, end);
	struct sal_turn turn;
	struct sal_half *half = sal_half_of(&turn);
	struct sal_fast fast;
	__u64 key[2], has, *acc;

	if (!half)
		return XDP_PASS;
	half->outcomes.packets++;
	if (SAL_LIKELY(!length.cut && sal_fast_open(&fast, data, end) &&
		       sal_fast_ipv4(&fast, end) && sal_fast_transport(&fast))) {
		half->outcomes.ok++;
		has = sal_fast_tcp(&fast) | sal_fast_udp(&fast);
		key[0] = sal_get64(fast.ip + 12);
		key[1] = (__u64)sal_get32(fast.ip + 20) << 8 | fast.protocol;
	} else {
		struct tuple tuple;

		read_general(
			frame, length.cap | (__u64)length.flags << 32, &half->outcomes, &tuple);
		has = tuple.has;
		key[0] = tuple.key[0];
		key[1] = tuple.key[1];
	}
	if (SAL_UNLIKELY(!has)) {
		half->unkeyed++;
		return XDP_PASS;
	}
	acc = SAL_TABLE_UPSERT(
		flows, &half->flows, sal_hash2(sal_seed, key[0], key[1]), key, turn.index);
	acc[0] += length.wire;
	return XDP_PASS;
}
