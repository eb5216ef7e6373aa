/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Who talks, how many there are, and how large packets are: three primitives in a program written
 * by hand, with nothing but libbpf's headers beside them. talkers.c loads it and reads it out.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "sal/fast.h"
#include "sal/hash.h"
#include "sal/hll.h"
#include "sal/quantile.h"
#include "talkers.h"

SAL_MFU_CODE(heavy, 1, 6);

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct talkers);
} state SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} ring SEC(".maps");

/* Another one each run, so that nobody can choose keys that collide. */
const volatile __u64 seed SEC(".rodata.seed") = 0;

SEC("xdp") int talkers(struct xdp_md *frame)
{
	const __u8 *data = (const __u8 *)(long)frame->data;
	const __u8 *end = (const __u8 *)(long)frame->data_end;
	struct handed_out out;
	struct sal_fast fast;
	struct talkers *mine;
	__u64 source, hash;
	__u32 zero = 0;

	mine = bpf_map_lookup_elem(&state, &zero);
	if (!mine)
		return XDP_PASS;
	if (!sal_fast_open(&fast, data, end) || !sal_fast_ipv4(&fast, end)) {
		mine->others++;
		return XDP_PASS;
	}
	mine->packets++;
	source = sal_get32(fast.ip + 12);
	hash = sal_hash1(seed, source); /* one hash for all that ask about the source */
	sal_quantile_add(mine->sizes, SIZES_M, SIZES_BITS, SIZES_LOG2, end - data);
	sal_hll_update(mine->sources, SOURCES_P, hash);
	if (heavy_add(&mine->heavy, hash, &source, 1, (__u64 *)&out) &&
		bpf_ringbuf_output(&ring, &out, sizeof(out), 0))
		mine->lost += out.packets;
	return XDP_PASS;
}

char talkers_license[] SEC("license") = "GPL";
