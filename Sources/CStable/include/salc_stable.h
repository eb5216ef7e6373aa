/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Projections of counts on skewed stable random variables, many at once, by the widest
 * instructions that the processor has. Used by Kernels.
 *
 * Source  Clifford and Cosma, "A simple sketching algorithm for entropy estimation over streaming
 *         data", AISTATS 2013; the variables by Chambers, Mallows, Stuck, JASA 71 (1976).
 */
#ifndef SALC_STABLE_H
#define SALC_STABLE_H

#include <stdint.h>

enum {
	/* Bits of a draw that choose a step of `first`, and of `second`. */
	SALC_STABLE_FIRST = 14,
	SALC_STABLE_SECOND = 12,
	/* The first steps, in which a(u) bends, and bits of the finer ones that they have. */
	SALC_STABLE_BENT = 64,
	SALC_STABLE_FINE = 6,
};

/*
 * R = a(u) + ln(-ln v) in units of 2^-16: the first part at the middles of 2^14 steps of u (of the
 * bent ones those of `fine`, 64 each, and in the very first the point itself), the second at those
 * of 2^12 steps of v.
 */
struct salc_stable {
	const int32_t *first;
	const int32_t *fine;
	const int32_t *second;
};

/* Sets of instructions; all give the same bits. */
enum salc_stable_level {
	SALC_STABLE_PLAIN,
	SALC_STABLE_AVX512,
};

/* The highest level of this processor. */
enum salc_stable_level salc_stable_level(void);

/* a(u) for u above 0 and below 1. */
double salc_stable_angular(double u);

/*
 * Adds `count` times the n variables R of an item to n sums.
 *
 * Cost  a projection: 1 ns with AVX-512, 2 ns on any processor.
 */
void salc_stable_add(enum salc_stable_level level, const struct salc_stable *tables, double count,
	uint64_t hash, double *sums, uint64_t n);

#endif
