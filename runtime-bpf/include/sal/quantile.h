/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * quantile.h - quantiles with a relative error: counts in logarithmic buckets.
 *
 * Purpose  quantile and median of sizes, times and counters in the data path.
 * Bound    every value lies within 2^-(M + 1) of the middle of its bucket, relative to the value:
 *          M = 3 6.25 %, 4 3.13 %, 5 1.57 %, 6 0.79 %, 7 0.40 %. Values below 2^(M + 1) are exact.
 *          The rank is exact, so the q-quantile has that error for every q.
 * Cost     47 instructions with the increment, no jump.
 * Memory   SAL_QUANTILE_BUCKETS(M, BITS) words for values below 2^BITS, larger ones being counted
 *          in the last: M = 4 and 32 bits 464 words, M = 6 and 16 bits 704.
 * Merge    add the buckets: exact, in any order.
 * Source   log buckets with linear parts: HdrHistogram (Tene 2012); the guarantee as of DDSketch
 *          (Masson, Rim, Lee, VLDB 2019), with base 2 split linearly instead of a logarithm.
 */
#ifndef SAL_QUANTILE_H
#define SAL_QUANTILE_H

#include "log2.h"
#include "mask.h"
#include "types.h"

#define SAL_QUANTILE_BUCKETS(M, BITS) (((BITS) - (M) + 1) << (M))

/* The bucket of a value: 0 up to SAL_QUANTILE_BUCKETS(m, 64) - 1. m is a constant from 1 to 16. */
SAL_INLINE __u32 sal_quantile_bucket(__u64 value, __u32 m)
{
	__u32 shift = sal_log2_floor(value >> m); /* 0 also for values below 2^m */

	return (shift << m) + (__u32)(value >> shift);
}

/* Counts a value; `buckets` has 2^log2 >= SAL_QUANTILE_BUCKETS(m, bits) words, log2 a constant. */
SAL_INLINE void sal_quantile_add(__u64 *buckets, __u32 m, __u32 bits, __u32 log2, __u64 value)
{
	__u64 last = SAL_QUANTILE_BUCKETS(m, bits) - 1;
	__u64 at = sal_min_small(sal_quantile_bucket(value, m), last);

	buckets[SAL_BOUND(at, (1 << log2) - 1)]++;
}

/* The smallest value of a bucket. */
SAL_INLINE __u64 sal_quantile_least(__u32 bucket, __u32 m)
{
	__u32 shift = bucket >> m ? (bucket >> m) - 1 : 0;

	return (__u64)(bucket - (shift << m)) << shift;
}

/* The largest value of a bucket. */
SAL_INLINE __u64 sal_quantile_most(__u32 bucket, __u32 m)
{
	__u32 shift = bucket >> m ? (bucket >> m) - 1 : 0;

	return sal_quantile_least(bucket, m) + ((1ULL << shift) - 1);
}

#ifndef __bpf__
/* Buckets of `count` words add. */
SAL_INLINE void sal_quantile_merge(__u64 *into, const __u64 *from, __u32 count)
{
	__u32 i;

	for (i = 0; i < count; i++)
		into[i] += from[i];
}

/*
 * The bucket that holds the value of rank floor(q * (n - 1)), counted from 0, of n values; `count`
 * if there are none. 0 <= q <= 1.
 */
SAL_INLINE __u32 sal_quantile_find(const __u64 *buckets, __u32 count, double q)
{
	__u64 n = 0, rank, below = 0;
	__u32 i;

	for (i = 0; i < count; i++)
		n += buckets[i];
	if (n == 0)
		return count;
	rank = (__u64)(q * (double)(n - 1));
	for (i = 0; i < count; i++) {
		below += buckets[i];
		if (below > rank)
			return i;
	}
	return count - 1; /* q above 1 */
}
#endif

#endif
