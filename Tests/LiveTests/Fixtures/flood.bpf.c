/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * flood.bpf.c - gives every frame of a live-frames test run (Linux 5.18) another source address
 * and sends it out of the interface that it pretends to have come in by.
 *
 * The addresses are 10.0.0.0 + n, n going round 0 … mask; a prime stride lets neighbours in time
 * fall into different sets of a table. `made` counts; one CPU runs this, so it needs no atomics.
 */
struct xdp_md {
	unsigned int data;
	unsigned int data_end;
};

enum { XDP_ABORTED = 0, XDP_TX = 3, SOURCE_ADDRESS = 14 + 12, STRIDE = 40503 };

#define SEC(name) __attribute__((section(name), used))

unsigned long long made;
const volatile unsigned int mask = 0xffff;

SEC("xdp") int flood(struct xdp_md *frame)
{
	unsigned char *data = (unsigned char *)(long)frame->data;
	unsigned char *end = (unsigned char *)(long)frame->data_end;
	unsigned int source;

	if (data + 60 > end)
		return XDP_ABORTED;
	source = (unsigned int)(made++ * STRIDE) & mask;
	data[SOURCE_ADDRESS] = 10;
	data[SOURCE_ADDRESS + 1] = source >> 16;
	data[SOURCE_ADDRESS + 2] = source >> 8;
	data[SOURCE_ADDRESS + 3] = source;
	return XDP_TX;
}

char flood_license[] SEC("license") = "GPL";
