/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * feed: gives the program under test another header each time.
 *
 * BPF_PROG_TEST_RUN with `repeat` shows one frame again and again, so that every branch predicts
 * and every line is in L1. This program runs in its place: it moves the frame's head by one slot
 * of 64 bytes, writes the next record of `trace` one slot further on (so that the program never
 * reads bytes that are still in the store buffer) and tail-calls the program under test.
 */
#include "sal/program.h"

#define SLOTS 40

static long (*const bpf_tail_call)(void *ctx, void *map, __u32 index) = (void *)12;
static long (*const bpf_xdp_adjust_head)(struct xdp_md *ctx, int delta) = (void *)44;

struct record {
	__u64 word[8];
};

struct {
	int (*type)[2];
	int (*max_entries)[1 << 18];
	int (*map_flags)[1 << 10];
	__u32 *key;
	struct record *value;
} trace SEC(".maps");

struct {
	int (*type)[3]; /* PROG_ARRAY */
	int (*max_entries)[1];
	__u32 *key;
	__u32 *value;
} contestant SEC(".maps");

/* Written by the host before each run; one CPU at a time runs this. */
struct feed_state {
	__u32 position;
	__u32 slot;
	__u32 mask;
	__u32 pad;
} feed_state;

SEC("xdp") int feed(struct xdp_md *ctx)
{
	__u32 slot = feed_state.slot + 1, i = ++feed_state.position & feed_state.mask;
	struct record *record;
	__u64 *to, *end;

	if (slot >= SLOTS) {
		slot = 0;
		if (bpf_xdp_adjust_head(ctx, -(SLOTS - 1) * 64))
			return XDP_ABORTED;
	} else if (bpf_xdp_adjust_head(ctx, 64)) {
		return XDP_ABORTED;
	}
	feed_state.slot = slot;
	to = (__u64 *)(long)ctx->data;
	end = (__u64 *)(long)ctx->data_end;
	if (to + 16 > end)
		return XDP_ABORTED;
	record = bpf_map_lookup_elem(&trace, &i);
	if (!record)
		return XDP_ABORTED;
	if (slot == 0) { /* nothing was written ahead; 1 of 40 */
#pragma clang loop unroll(full)
		for (int k = 0; k < 8; k++)
			to[k] = record->word[k];
	}
#pragma clang loop unroll(full)
	for (int k = 0; k < 8; k++)
		to[8 + k] = record->word[k];
	bpf_tail_call(ctx, &contestant, 0);
	return XDP_ABORTED;
}

SEC("xdp") int empty(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char feed_license[] SEC("license") = "GPL";
