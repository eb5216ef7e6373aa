/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * kmedians.h - k medians of a window: a coreset of grid cells in the data path, centres on the
 * host.
 *
 * Purpose  kmedians(k, x, y, ...): typical kinds of flows or packets, and how many of each.
 * Bound    data path: a value is within 2^-(M + 1) of its cell's middle, relative (quantile.h), so
 *          the cost of any centres is known to that share of each value. Host: single-swap local
 *          search on the weighted cells costs at most 5 times the best centres among the cells, (1
 *          + 1/100) for stopping early. Sums of absolute differences (L1) are the distance.
 * Cost     data path 40 instructions a dimension beside the keyed table; host O(k n) a swap tried.
 * Memory   the table's; on the host 8 * dimensions + 8 bytes a cell.
 * Merge    weights of equal cells add: exact.
 * Source   grid coresets: Har-Peled, Mazumdar, STOC 2004; local search: Arya et al., SIAM J.
 *          Computing 33 (2004), theorem 4.3; the start: k-medians++, Arthur, Vassilvitskii, SODA
 *          2007.
 */
#ifndef SAL_KMEDIANS_H
#define SAL_KMEDIANS_H

#include "quantile.h"
#include "types.h"

/* Adds a dimension to the number of a cell: 12 bits each, five dimensions at most; m <= 5. */
SAL_INLINE __u64 sal_kmedians_cell(__u64 cell, __u64 value, __u32 m)
{
	return cell << 12 | sal_quantile_bucket(value, m);
}

#ifndef __bpf__
/* The middle of a cell in dimension i of n. */
SAL_INLINE double sal_kmedians_middle(__u64 cell, __u32 i, __u32 n, __u32 m)
{
	__u32 bucket = (__u32)(cell >> (12 * (n - 1 - i))) & 0xfff;

	return ((double)sal_quantile_least(bucket, m) + (double)sal_quantile_most(bucket, m)) / 2;
}

SAL_INLINE double sal_kmedians_distance(const double *a, const double *b, __u32 dimensions)
{
	double sum = 0;
	__u32 i;

	for (i = 0; i < dimensions; i++)
		sum += a[i] < b[i] ? b[i] - a[i] : a[i] - b[i];
	return sum;
}

/* Distance of every point to the nearest centre, with centre `without` replaced by `instead`. */
SAL_INLINE double sal_kmedians_cost(const double *points, const double *weights, __u32 n,
	__u32 dimensions, const __u32 *centres, __u32 k, __u32 without, __u32 instead)
{
	double cost = 0;
	__u32 i, c;

	for (i = 0; i < n; i++) {
		double best = __builtin_inf();

		for (c = 0; c < k; c++) {
			__u32 at = c == without ? instead : centres[c];
			double d = sal_kmedians_distance(
				points + i * dimensions, points + at * dimensions, dimensions);

			best = d < best ? d : best;
		}
		cost += best * weights[i];
	}
	return cost;
}

/*
 * Chooses min(k, n) of n weighted points as centres, written as indices; returns their cost. Points
 * are n * dimensions numbers. The same points in the same order give the same centres.
 */
SAL_INLINE double sal_kmedians(const double *points, const double *weights, __u32 n,
	__u32 dimensions, __u32 k, __u32 *centres)
{
	double cost, better;
	__u32 c, i, best, have;

	if (n == 0 || k == 0)
		return 0;
	k = k < n ? k : n;
	centres[0] = 0;
	for (have = 1; have < k; have++) { /* greedily the point whose choice helps most */
		double least = __builtin_inf();

		best = 0;
		for (i = 0; i < n; i++) {
			cost = sal_kmedians_cost(
				points, weights, n, dimensions, centres, have + 1, have, i);
			if (cost < least) {
				least = cost;
				best = i;
			}
		}
		centres[have] = best;
	}
	cost = sal_kmedians_cost(points, weights, n, dimensions, centres, k, k, 0);
	for (;;) {
		__u32 swap = k;

		better = cost * (1 - 0.01 / k);
		best = 0;
		for (c = 0; c < k; c++) {
			for (i = 0; i < n; i++) {
				double with = sal_kmedians_cost(
					points, weights, n, dimensions, centres, k, c, i);

				if (with < better) {
					better = with;
					swap = c;
					best = i;
				}
			}
		}
		if (swap == k)
			return cost;
		centres[swap] = best;
		cost = better;
	}
}
#endif

#endif
