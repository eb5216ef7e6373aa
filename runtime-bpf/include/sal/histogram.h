/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * histogram.h - counts of values in buckets of equal width, or of powers of two.
 *
 * Purpose  histogram(x, lo, width): linear; histogram(x): log2, as bpftrace's hist().
 * Bound    exact counts; values outside the linear range are counted in its first and last bucket,
 *          which stand for "below" and "above".
 * Cost     linear 7 instructions and one division by a constant, with jumps on values outside of
 *          the range; log2 18, no jump.
 * Memory   8 bytes a bucket: log2 65 of them.
 * Merge    add: exact.
 * Source   bpftrace lhist() and hist().
 */
#ifndef SAL_HISTOGRAM_H
#define SAL_HISTOGRAM_H

#include "log2.h"
#include "mask.h"
#include "types.h"

#define SAL_HISTOGRAM_LOG2_BUCKETS 65

/* Bucket 0 for 0, else 1 + floor(log2 value); 64 at most. */
SAL_INLINE __u32 sal_histogram_log2(__u64 value)
{
	return sal_log2_floor(value) + (1 & (__u32)sal_nonzero(value));
}

/*
 * Bucket 0 below `lo`, `count` + 1 from lo + count * width on, between them 1 + (value - lo) /
 * width. For constants width > 0 and count.
 */
SAL_INLINE __u32 sal_histogram_linear(__s64 value, __s64 lo, __u64 width, __u32 count)
{
	__u64 at = ((__u64)value - (__u64)lo) / width;

	if (SAL_UNLIKELY(value < lo))
		return 0;
	if (SAL_UNLIKELY(at > count))
		at = count;
	return (__u32)at + 1;
}

#endif
