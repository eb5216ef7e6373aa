/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * count.bpf.c - packets and bytes by IPv4 source, by hand, under the contract of sal/layout.h:
 * one direct-mapped table a half that stores the key and evicts its partial into ring batches.
 */
#include "sal/layout.h"

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define SLOTS 16

struct entry {
	__u32 key;
	__u32 used;
	__u64 packets;
	__u64 bytes;
};

struct sal_half {
	struct sal_outcomes outcomes;
	struct sal_staging staging;
	struct entry staged[SAL_BATCH_RECORDS];
	struct entry table[SLOTS];
	__u32 odd; /* so that the size is no multiple of eight before padding */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct sal_half);
} sal_state SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 24);
} sal_ring SEC(".maps");

struct sal_control sal_control;
__u64 shortest; /* a threshold of the query: shorter packets are not counted by source */
__u64 seen_seed;
__u64 no_half; /* packets of a CPU that the state has no half for */
const volatile __u64 sal_seed;

/* Makes room in the staging area; 0 if neither it nor the ring has any. */
static __attribute__((noinline)) int make_room(struct sal_half *half)
{
	if (half->staging.batch.count < SAL_BATCH_RECORDS)
		return 1;
	if (bpf_ringbuf_output(&sal_ring, &half->staging.batch,
		    sizeof(struct sal_batch) + sizeof(half->staged), BPF_RB_NO_WAKEUP))
		return 0;
	half->staging.batch.count = 0;
	return 1;
}

static __attribute__((always_inline)) void evict(
	struct sal_half *half, struct entry *entry, __u32 cpu, __u32 epoch)
{
	__u64 at;

	if (!make_room(half)) {
		half->staging.lost_records++;
		half->staging.lost_tuples += entry->packets;
		return;
	}
	at = half->staging.batch.count;
	half->staging.batch.stream = 7;
	half->staging.batch.cpu = cpu;
	half->staging.batch.epoch = epoch;
	half->staging.batch.count = at + 1;
	half->staged[SAL_BOUND(at, SAL_BATCH_RECORDS - 1)] = *entry;
}

SEC("xdp") int salc_main(struct xdp_md *ctx)
{
	__u64 word = *(volatile __u64 *)&sal_control.word;
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 cpu = bpf_get_smp_processor_id(), epoch = sal_word_epoch(word);
	__u32 index = cpu * 2 + epoch, key;
	__u64 captured = sal_control.cap_len, length = sal_control.wire_len;
	struct sal_half *half = bpf_map_lookup_elem(&sal_state, &index);
	struct entry *entry;

	if (!half) {
		no_half++;
		return XDP_PASS;
	}
	seen_seed = sal_seed;
	half->outcomes.packets++;
	if (!captured)
		captured = bpf_xdp_get_buff_len(ctx);
	if (!length)
		length = bpf_xdp_get_buff_len(ctx);
	if (captured < 34 || data + 34 > end) {
		half->outcomes.truncated++;
		return XDP_PASS;
	}
	half->outcomes.ok++;
	if (data[12] != 0x08 || data[13] != 0 || length < shortest)
		return XDP_PASS;
	key = SAL_BE32(*(__u32 *)(data + 26));
	entry = &half->table[SAL_BOUND((__u64)key, SLOTS - 1)];
	if (entry->used && entry->key != key) {
		evict(half, entry, cpu, epoch);
		entry->packets = entry->bytes = 0;
	}
	entry->key = key;
	entry->used = 1;
	entry->packets++;
	entry->bytes += length;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
