/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * frame.h - how bytes of a frame are read: by helper in BPF, from a bounded run of bytes elsewhere.
 *
 * Purpose  the parser is one source; it reads through SAL_LOAD(frame, at, to, size), 0 on success.
 * Bound    nothing beyond the frame is ever read.
 * Cost     BPF: one helper call, 7 cycles; it also reads frames of several buffers.
 * Memory   none.
 * Merge    none.
 * Source   bpf_xdp_load_bytes (Linux 5.18).
 */
#ifndef SAL_FRAME_H
#define SAL_FRAME_H

#include "types.h"

#ifdef __bpf__
#define SAL_FRAME struct xdp_md
#define SAL_LOAD(frame, at, to, size) bpf_xdp_load_bytes(frame, at, to, size)
#else
struct sal_frame {
	const __u8 *bytes;
	__u32 length;
};

#define SAL_FRAME const struct sal_frame
#define SAL_LOAD(frame, at, to, size) sal_frame_load(frame, at, to, size)

SAL_INLINE int sal_frame_load(const struct sal_frame *frame, __u32 at, void *to, __u32 size)
{
	if (SAL_UNLIKELY((__u64)at + size > frame->length))
		return -1;
	__builtin_memcpy(to, frame->bytes + at, size);
	return 0;
}
#endif

/* ICMP types (bits) of messages that have an identifier and a sequence number: 0, 8, 13 to 18. */
#define SAL_ICMP_QUERIES 0x7e101U

#endif
