/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* rejected.bpf.c - reads a packet byte without a bounds check; #line says from which query. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 seen;

SEC("xdp") int salc_main(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data;
#line 2 "query.sal"
	seen += data[200];
#line 16 "rejected.bpf.c"
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
