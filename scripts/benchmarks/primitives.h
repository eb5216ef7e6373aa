/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What the programs of primitives.bpf.c and of hand_primitives.bpf.c share: the same key and value
 * from every packet, and the frame of a program.
 */
#include "sal/hash.h"
#include "sal/program.h"

/* What is behind a packet: its flow's key, the hash of it, its length, and its number. */
struct seen {
	__u64 key;
	__u64 hash;
	__u64 size;
	__u64 number;
};

__u64 seed = 0x9e3779b97f4a7c15ULL, packets, sink;

/* Source address and ports of an untagged or tagged IPv4 header: 64 bits that tell flows apart. */
SAL_INLINE int look(struct xdp_md *frame, struct seen *seen)
{
	const __u8 *ip = SAL_DATA(frame) + 14, *end = SAL_DATA_END(frame);

	if (ip + 40 > end)
		return 0;
	seen->key = SAL_GET(__u64, ip + 12) ^ (__u64)SAL_GET(__u32, ip + 20) << 32;
	seen->hash = sal_hash1(seed, seen->key);
	seen->size = sal_get16(ip + 2) & 2047;
	SAL_OPAQUE(seen->size); /* a compiler is not to know that it is small */
	seen->number = ++packets;
	return 1;
}

/* Sixteen words in an order that is another for each packet. */
#define FILL()                                                                                     \
	do {                                                                                       \
		for (int i = 0; i < 16; i++)                                                       \
			unsorted[i] = seen.hash * (2 * (__u64)i + 1);                              \
	} while (0)
__u64 unsorted[16];

/* Every sixteenth packet's key becomes a member for good, in any slot of its first bucket. */
#define ENTER(set)                                                                                 \
	do {                                                                                       \
		__u64 *bucket_ = &set[SAL_BOUND(seen.hash >> 32, (1 << 10) - 1) * 20];             \
		__u64 slot_ = SAL_BOUND(seen.hash >> 20, 3);                                       \
                                                                                                   \
		if (SAL_UNLIKELY((seen.number & 15) == 0)) {                                       \
			bucket_[slot_] = seen.key;                                                 \
			bucket_[5 + 4 * slot_] = 1ULL << 60;                                       \
		}                                                                                  \
	} while (0)

#define PRIMITIVE(NAME, ...)                                                                       \
	SEC("xdp") int NAME(struct xdp_md *frame)                                                  \
	{                                                                                          \
		struct seen seen;                                                                  \
                                                                                                   \
		if (!look(frame, &seen))                                                           \
			return XDP_ABORTED;                                                        \
		__VA_ARGS__;                                                                       \
		SAL_KEEP(seen.hash + seen.size);                                                   \
		return XDP_PASS;                                                                   \
	}                                                                                          \
	struct seen /* the macro's user writes the semicolon */
