/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The three queries over BPF hash maps, as tutorials write them: no epochs, no evictions, no
 * outcomes, a plain parser. They answer less than the query asks; named plain_*. The whole query
 * over hash maps is maps.bpf.c.
 */
#include "sal/program.h"

static long (*const bpf_map_update_elem)(
	void *map, const void *key, const void *value, __u64 flags) = (void *)2;

#define HASH 1
#define PERCPU_HASH 5
#define NOEXIST 1
#define ENTRIES 262144

struct value {
	__u64 packets, bytes;
};

struct flow {
	__u32 source, dest;
	__u16 source_port, dest_port;
	__u32 protocol;
};

#define MAP(NAME, KIND, KEY, VALUE)                                                                \
	struct {                                                                                   \
		int (*type)[KIND];                                                                 \
		int (*max_entries)[ENTRIES];                                                       \
		KEY *key;                                                                          \
		VALUE *value;                                                                      \
	} NAME SEC(".maps")

MAP(by_src_percpu, PERCPU_HASH, __u32, struct value);
MAP(by_src_shared, HASH, __u32, struct value);
MAP(flows_percpu, PERCPU_HASH, struct flow, struct value);
MAP(flows_shared, HASH, struct flow, struct value);
MAP(pairs_seen, HASH, __u64, __u64);

struct {
	int (*type)[27];
	int (*max_entries)[1 << 22];
} new_pairs SEC(".maps");

#define BE16(x) ((__u16)__builtin_bswap16(x))

/* The frame's addresses, ports and length; 0 if it is not IPv4. */
static __attribute__((always_inline)) int read_flow(
	struct xdp_md *ctx, struct flow *flow, __u64 *length)
{
	const __u8 *p = SAL_DATA(ctx), *end = SAL_DATA_END(ctx), *ip;
	__u16 type;

	*length = (__u64)(end - p);
	if (p + 14 > end)
		return 0;
	type = *(const __u16 *)(p + 12);
	ip = p + 14;
	if (type == BE16(0x8100)) {
		if (p + 18 > end)
			return 0;
		type = *(const __u16 *)(p + 16);
		ip = p + 18;
	}
	if (type != BE16(0x0800) || ip + 20 > end)
		return 0;
	flow->source = *(const __u32 *)(ip + 12);
	flow->dest = *(const __u32 *)(ip + 16);
	flow->protocol = ip[9];
	flow->source_port = flow->dest_port = 0;
	if (*(const __u16 *)(ip + 6) & BE16(0x1fff))
		return 1;
	if (flow->protocol == 6 || flow->protocol == 17) {
		const __u8 *transport = ip + (ip[0] & 15) * 4;

		if (transport + 4 > end)
			return 1;
		flow->source_port = *(const __u16 *)transport;
		flow->dest_port = *(const __u16 *)(transport + 2);
	}
	return 1;
}

#define COUNT(NAME, MAP_NAME, KEY, ATOMIC)                                                         \
	SEC("xdp") int NAME(struct xdp_md *ctx)                                                    \
	{                                                                                          \
		struct flow flow;                                                                  \
		struct value first, *value;                                                        \
		__u64 length;                                                                      \
                                                                                                   \
		if (!read_flow(ctx, &flow, &length))                                               \
			return XDP_PASS;                                                           \
		value = bpf_map_lookup_elem(&MAP_NAME, &KEY);                                      \
		if (!value) {                                                                      \
			first.packets = 1;                                                         \
			first.bytes = length;                                                      \
			if (!bpf_map_update_elem(&MAP_NAME, &KEY, &first, NOEXIST))                \
				return XDP_PASS;                                                   \
			value = bpf_map_lookup_elem(&MAP_NAME, &KEY);                              \
			if (!value)                                                                \
				return XDP_PASS;                                                   \
		}                                                                                  \
		if (ATOMIC) {                                                                      \
			__atomic_fetch_add(&value->packets, 1, __ATOMIC_RELAXED);                  \
			__atomic_fetch_add(&value->bytes, length, __ATOMIC_RELAXED);               \
		} else {                                                                           \
			value->packets++;                                                          \
			value->bytes += length;                                                    \
		}                                                                                  \
		return XDP_PASS;                                                                   \
	}

COUNT(plain_count_percpu, by_src_percpu, flow.source, 0)
COUNT(plain_count_shared, by_src_shared, flow.source, 1)
COUNT(plain_flows_percpu, flows_percpu, flow, 0)
COUNT(plain_flows_shared, flows_shared, flow, 1)

/* Distinct sources per destination: pairs seen in a hash map, new ones to the ring buffer. */
SEC("xdp") int plain_pairs(struct xdp_md *ctx)
{
	struct flow flow;
	__u64 length, pair, one = 1;

	if (!read_flow(ctx, &flow, &length))
		return XDP_PASS;
	pair = (__u64)flow.dest << 32 | flow.source;
	if (bpf_map_lookup_elem(&pairs_seen, &pair))
		return XDP_PASS;
	if (!bpf_map_update_elem(&pairs_seen, &pair, &one, NOEXIST))
		bpf_ringbuf_output(&new_pairs, &pair, sizeof(pair), 0);
	return XDP_PASS;
}

char plain_license[] SEC("license") = "GPL";
