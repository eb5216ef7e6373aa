/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* talkers.h - what talkers.bpf.c writes and talkers.c reads. */
#ifndef TALKERS_H
#define TALKERS_H

#include "sal/mfu.h"
#include "sal/types.h"

enum {
	SIZES_M = 5,     /* quantiles within 2^-6 = 1.57 % */
	SIZES_BITS = 17, /* of lengths below 2^17 */
	SIZES_LOG2 = 9,  /* SAL_QUANTILE_BUCKETS(5, 17) = 416 counters, in 2^9 */
	SOURCES_P = 12,  /* distinct sources with a standard error of 1.6 % */
};

SAL_MFU(heavy, 1, 6); /* 4 * 2^6 sources stay; the others are handed out */

/* What one CPU has seen. */
struct talkers {
	__u64 packets; /* IPv4, the rest is in `others` */
	__u64 others;
	__u64 lost; /* packets whose partial found the ring full */
	__u64 sizes[1 << SIZES_LOG2];
	__u8 sources[1 << SOURCES_P];
	struct heavy heavy;
};

/* A source that was pushed out, and the packets counted for it since it came in. */
struct handed_out {
	__u64 source;
	__u64 packets;
};

#endif
