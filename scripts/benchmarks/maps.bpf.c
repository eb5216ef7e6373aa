/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * One of the three queries with BPF hash maps for its state and all else as in hand_*: the same
 * parser, outcomes and epochs, a map an epoch, so that windows are exact; what finds no room in a
 * map is counted. Compiled once for each contestant:
 *
 *	-DQUERY=COUNT|FLOWS|PAIRS -DKIND=PERCPU_HASH|HASH
 *
 * Without them, count by source in a per-CPU hash map.
 */
#include "sal/fast.h"
#include "sal/parse.h"
#include "sal/program.h"

#define COUNT 0
#define FLOWS 1
#define PAIRS 2

#define HASH 1
#define PERCPU_HASH 5

#ifndef QUERY
#define QUERY COUNT
#define KIND PERCPU_HASH
#endif

#define NOEXIST 1
#define ENTRIES 262144

static long (*const bpf_map_update_elem)(
	void *map, const void *key, const void *value, __u64 flags) = (void *)2;

#if QUERY == FLOWS
struct key {
	__u64 addresses;
	__u64 rest; /* source port << 24 | destination port << 8 | protocol */
};
#elif QUERY == PAIRS
struct key {
	__u64 addresses;
};
#else
struct key {
	__u32 source;
};
#endif

struct value {
	__u64 packets, bytes;
};

#define MAP(NAME)                                                                                  \
	struct {                                                                                   \
		int (*type)[KIND];                                                                 \
		int (*max_entries)[ENTRIES];                                                       \
		struct key *key;                                                                   \
		struct value *value;                                                               \
	} NAME SEC(".maps")

MAP(even);
MAP(odd);

struct sal_half {
	struct sal_outcomes outcomes;
	__u64 unkeyed, lost;
};

SAL_PROGRAM_MAPS

/* The key of a frame; 0 if it has none. */
SAL_NOINLINE int read_general(
	struct xdp_md *frame, __u64 cap_flags, struct sal_outcomes *outcomes, struct key *key)
{
	struct sal_layers layers;
#if QUERY == FLOWS
	__u32 ports = 0;
#endif

	sal_parse_general(frame, (__u32)cap_flags, (__u32)(cap_flags >> 32), &layers);
	sal_end_general(outcomes, layers.outcome);
#if QUERY == COUNT
	key->source = 0;
	return sal_field32(frame, &layers, SAL_LAYER_IPV4, 12, &key->source) != 0;
#else
	key->addresses = 0;
	if (!sal_field64(frame, &layers, SAL_LAYER_IPV4, 12, &key->addresses))
		return 0;
#if QUERY == FLOWS
	if (!sal_field32(frame, &layers, SAL_LAYER_TCP, 0, &ports) &&
		!sal_field32(frame, &layers, SAL_LAYER_UDP, 0, &ports))
		return 0;
	key->rest = (__u64)ports << 8 | (layers.protocol & 0xff);
#endif
	return 1;
#endif
}

/* The same where the fast path opened the frame. */
SAL_INLINE int read_fast(const struct sal_fast *fast, struct key *key)
{
#if QUERY == COUNT
	key->source = sal_get32(fast->ip + 12);
#else
	key->addresses = sal_get64(fast->ip + 12);
#endif
#if QUERY == FLOWS
	key->rest = (__u64)sal_get32(fast->ip + 20) << 8 | fast->protocol;
	return (sal_fast_tcp(fast) | sal_fast_udp(fast)) != 0;
#endif
	return 1;
}

/* Adds a packet to its key's value, or remembers a pair and ships a new one; 0 without room. */
SAL_INLINE int add(void *map, const struct key *key, __u64 length)
{
	struct value first = {1, length}, *value = bpf_map_lookup_elem(map, key);

#if QUERY == PAIRS
	if (value)
		return 1;
	return !bpf_map_update_elem(map, key, &first, NOEXIST) &&
	       !bpf_ringbuf_output(&sal_ring, (void *)key, sizeof(*key), 0);
#else
	if (!value) {
		if (!bpf_map_update_elem(map, key, &first, NOEXIST))
			return 1;
		value = bpf_map_lookup_elem(map, key); /* another CPU was first, or no room */
		if (!value)
			return 0;
	}
#if KIND == HASH
	__atomic_fetch_add(&value->packets, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&value->bytes, length, __ATOMIC_RELAXED);
#else
	value->packets++;
	value->bytes += length;
#endif
	return 1;
#endif
}

SEC("xdp") int salc_main(struct xdp_md *frame)
{
	const __u8 *data = SAL_DATA(frame), *end = SAL_DATA_END(frame);
	struct sal_length length = SAL_LENGTH(frame, data, end);
	struct sal_turn turn;
	struct sal_half *half = sal_half_of(&turn);
	struct sal_fast fast;
	struct key key;
	int has, room;

	if (!half)
		return XDP_PASS;
	half->outcomes.packets++;
	if (SAL_LIKELY(!length.cut && sal_fast_open(&fast, data, end) &&
		       sal_fast_ipv4(&fast, end) &&
		       (QUERY != FLOWS || sal_fast_transport(&fast)))) {
		half->outcomes.ok++;
		has = read_fast(&fast, &key);
	} else {
		has = read_general(
			frame, length.cap | (__u64)length.flags << 32, &half->outcomes, &key);
	}
	if (SAL_UNLIKELY(!has)) {
		half->unkeyed++;
		return XDP_PASS;
	}
	if (turn.index & 1) {
		room = add(&odd, &key, length.wire);
		__asm__ volatile(""); /* keeps the two calls of each helper apart: one map each */
	} else {
		room = add(&even, &key, length.wire);
	}
	if (SAL_UNLIKELY(!room))
		half->lost++;
	return XDP_PASS;
}
