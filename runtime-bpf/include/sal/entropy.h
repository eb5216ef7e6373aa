/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * entropy.h - Shannon entropy of a stream's keys, in bits.
 *
 * Purpose  entropy(x): from the exact counts of keys on the host; or running, in fixed point, where
 *          a keyed table in the data path tells a key's count before and after a tuple.
 * Bound    sal_entropy: exact counts, rounded. Running: a key's steps add up to
 *          c log2 c within c 2^-13, so the entropy is within 2^-13 bit of that of the same counts.
 * Cost     running 60 instructions, no jump.
 * Memory   one word beside the counts.
 * Merge    counts of equal keys add first; the running sum does not merge, the counts do.
 * Source   H = log2 n - sum(c log2 c) / n; Shannon 1948, in the form of Lall et al., SIGMETRICS
 *          2006.
 */
#ifndef SAL_ENTROPY_H
#define SAL_ENTROPY_H

#include "log2.h"
#include "types.h"

/* (c + 1) log2(c + 1) - c log2 c, times 2^16: what the tuple after the c-th of its key adds. */
SAL_INLINE __u64 sal_entropy_step(__u64 count)
{
	return (count + 1) * sal_log2_fixed(count + 1) - count * sal_log2_fixed(count);
}

#ifndef __bpf__
/* The entropy of n tuples whose steps add up to `steps`; 0 of nothing. */
SAL_INLINE double sal_entropy_running(__u64 steps, __u64 n)
{
	return n ? __builtin_log2((double)n) - (double)steps / 65536 / (double)n : 0;
}

/* The entropy of `keys` counts. */
SAL_INLINE double sal_entropy(const __u64 *counts, __u64 keys)
{
	double sum = 0, n = 0;
	__u64 i;

	for (i = 0; i < keys; i++) {
		double c = (double)counts[i];

		n += c;
		if (c > 1)
			sum += c * __builtin_log2(c);
	}
	return n > 0 ? __builtin_log2(n) - sum / n : 0;
}

/* The same where items[i] keys have the count counts[i]: a logarithm for each count. */
SAL_INLINE double sal_entropy_grouped(const __u64 *counts, const __u64 *items, __u64 groups)
{
	double sum = 0, n = 0;
	__u64 i;

	for (i = 0; i < groups; i++) {
		double c = (double)counts[i], tuples = c * (double)items[i];

		n += tuples;
		if (c > 1)
			sum += tuples * __builtin_log2(c);
	}
	return n > 0 ? __builtin_log2(n) - sum / n : 0;
}
#endif

#endif
