/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * hllimage.h - HyperLogLog registers as an Apache DataSketches HLL_8 image.
 *
 * Purpose  export: Spark, Druid and Flink read and merge what a window counted.
 * Bound    that of the registers (hll.h). The image is marked "out of order", so readers estimate
 *          from registers. Sketches merge with those of equal hash and seed, that is with ours.
 * Cost     2^p steps.
 * Memory   40 + 2^p bytes.
 * Merge    the readers' own.
 * Source   Apache DataSketches, HllUtil and PreambleUtil (8-byte preamble, serial version 1,
 *          family 7), "HLL_8 mode".
 */
#ifndef SAL_HLLIMAGE_H
#define SAL_HLLIMAGE_H

#include "types.h"

#ifndef __bpf__
#define SAL_HLLIMAGE_BYTES(p) (40 + (1U << (p)))

/* Writes SAL_HLLIMAGE_BYTES(p) bytes, 4 <= p <= 16, on little-endian machines. */
SAL_INLINE void sal_hllimage(__u8 *image, const __u8 *registers, __u32 p)
{
	double low = 0, high = 0; /* sums of 2^-rank, of ranks below 32 and from 32 on */
	__u32 zero = 0, none = 0, i;

	for (i = 0; i < 1U << p; i++) {
		double part = 1.0 / (double)(1ULL << (registers[i] & 63));

		zero += registers[i] == 0;
		if (registers[i] < 32)
			low += part;
		else
			high += part;
	}
	image[0] = 10; /* words of the preamble, of 4 bytes */
	image[1] = 1;  /* serial version */
	image[2] = 7;  /* family */
	image[3] = (__u8)p;
	image[4] = 0;                              /* no auxiliary table */
	image[5] = 16 | (zero == 1U << p ? 4 : 0); /* out of order; empty */
	image[6] = 0;                              /* smallest rank */
	image[7] = 2 | 2 << 2;                     /* mode HLL, HLL_8 */
	__builtin_memset(image + 8, 0, 8);         /* the running estimate, unused out of order */
	__builtin_memcpy(image + 16, &low, 8);
	__builtin_memcpy(image + 24, &high, 8);
	__builtin_memcpy(image + 32, &zero, 4);
	__builtin_memcpy(image + 36, &none, 4);
	__builtin_memcpy(image + 40, registers, 1UL << p);
}
#endif

#endif
