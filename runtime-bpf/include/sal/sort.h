/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * sort.h - a bounded sort: 2^LOG2 words, or pairs of words, in place, without a jump on data.
 *
 * Purpose  medians and rankings of small arrays inside a program; BPF has no sort.
 * Bound    exact; not stable. Unused places hold ~0, which sorts last.
 * Cost     LOG2 = 3 19 exchanges, 4 63, 5 191, 6 543; an exchange is 10 instructions, of pairs 14.
 * Memory   none beside the array.
 * Merge    none.
 * Source   odd-even merge sort: Batcher, AFIPS 1968; as in Knuth, The Art of Computer Programming,
 *          volume 3, section 5.2.2, algorithm M.
 */
#ifndef SAL_SORT_H
#define SAL_SORT_H

#include "mask.h"
#include "types.h"

/*
 * The network as loops over constants; at i and j = i + d of every round the caller's exchange. The
 * bounds are constants, so that the verifier follows it.
 */
#define SAL_SORT_NETWORK(LOG2, EXCHANGE)                                                           \
	do {                                                                                       \
		__u32 p_, q_, r_, d_, i_;                                                          \
                                                                                                   \
		for (p_ = 1 << (LOG2) >> 1; p_ > 0; p_ >>= 1) {                                    \
			r_ = 0;                                                                    \
			d_ = p_;                                                                   \
			for (q_ = 1 << (LOG2) >> 1; q_ >= p_; q_ >>= 1) {                          \
				for (i_ = 0; i_ < (1 << (LOG2)) - d_; i_++)                        \
					if ((i_ & p_) == r_)                                       \
						EXCHANGE(i_, i_ + d_);                             \
				d_ = q_ - p_;                                                      \
				r_ = p_;                                                           \
			}                                                                          \
		}                                                                                  \
	} while (0)

/* Sorts 2^log2 words upwards; log2 is a constant from 1 to 8. */
SAL_INLINE void sal_sort(__u64 *array, __u32 log2)
{
#define SAL_SORT_EXCHANGE_(i, j)                                                                   \
	do {                                                                                       \
		__u64 x_ = SAL_BOUND(i, (1 << log2) - 1), y_ = SAL_BOUND(j, (1 << log2) - 1);      \
		__u64 a_ = array[x_], b_ = array[y_];                                              \
		__u64 m_ = sal_ltu(b_, a_) & (a_ ^ b_);                                            \
                                                                                                   \
		array[x_] = a_ ^ m_;                                                               \
		array[y_] = b_ ^ m_;                                                               \
	} while (0)
	SAL_SORT_NETWORK(log2, SAL_SORT_EXCHANGE_);
#undef SAL_SORT_EXCHANGE_
}

/* Sorts 2^log2 pairs upwards by their first word. */
SAL_INLINE void sal_sort_pairs(__u64 (*array)[2], __u32 log2)
{
#define SAL_SORT_EXCHANGE_(i, j)                                                                   \
	do {                                                                                       \
		__u64 x_ = SAL_BOUND(i, (1 << log2) - 1), y_ = SAL_BOUND(j, (1 << log2) - 1);      \
		__u64 a_ = array[x_][0], b_ = array[y_][0];                                        \
		__u64 less_ = sal_ltu(b_, a_), m_ = less_ & (a_ ^ b_);                             \
		__u64 n_ = less_ & (array[x_][1] ^ array[y_][1]);                                  \
                                                                                                   \
		array[x_][0] = a_ ^ m_;                                                            \
		array[y_][0] = b_ ^ m_;                                                            \
		array[x_][1] ^= n_;                                                                \
		array[y_][1] ^= n_;                                                                \
	} while (0)
	SAL_SORT_NETWORK(log2, SAL_SORT_EXCHANGE_);
#undef SAL_SORT_EXCHANGE_
}

#endif
