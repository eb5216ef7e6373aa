/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * sort.h - a bounded sort: 2^LOG2 words, or pairs of words, in place, without a jump on data.
 *
 * Purpose  medians and rankings of small arrays inside a program; BPF has no sort.
 * Bound    exact; not stable. Unused places hold ~0, which sorts last.
 * Cost     LOG2 = 3 19 exchanges, 4 60, 5 191, 6 543; an exchange is 10 instructions, of pairs 14.
 * Memory   none beside the array.
 * Merge    none.
 * Source   odd-even merge sort: Batcher, AFIPS 1968; as in Knuth, The Art of Computer Programming,
 *          volume 3, section 5.2.2, algorithm M; of 8 and of 16 the networks of section 5.3.4.
 */
#ifndef SAL_SORT_H
#define SAL_SORT_H

#include "mask.h"
#include "types.h"

/* The fewest exchanges that are known for 8 and for 16 (Knuth; the latter is Green's). */
static const __u8 sal_sort_8[19][2] __attribute__((unused)) = {{0, 2}, {1, 3}, {4, 6}, {5, 7},
	{0, 4}, {1, 5}, {2, 6}, {3, 7}, {0, 1}, {2, 3}, {4, 5}, {6, 7}, {2, 4}, {3, 5}, {1, 4},
	{3, 6}, {1, 2}, {3, 4}, {5, 6}};
static const __u8 sal_sort_16[60][2] __attribute__((unused)) = {{0, 1}, {2, 3}, {4, 5}, {6, 7},
	{8, 9}, {10, 11}, {12, 13}, {14, 15}, {0, 2}, {4, 6}, {8, 10}, {12, 14}, {1, 3}, {5, 7},
	{9, 11}, {13, 15}, {0, 4}, {8, 12}, {1, 5}, {9, 13}, {2, 6}, {10, 14}, {3, 7}, {11, 15},
	{0, 8}, {1, 9}, {2, 10}, {3, 11}, {4, 12}, {5, 13}, {6, 14}, {7, 15}, {5, 10}, {6, 9},
	{3, 12}, {13, 14}, {4, 8}, {7, 11}, {1, 2}, {1, 4}, {7, 13}, {2, 8}, {11, 14}, {2, 4},
	{5, 6}, {9, 10}, {11, 13}, {3, 8}, {7, 12}, {6, 8}, {10, 12}, {3, 5}, {7, 9}, {3, 4},
	{5, 6}, {7, 8}, {9, 10}, {11, 12}, {6, 7}, {8, 9}};

#ifdef __clang__
#define SAL_SORT_UNROLL _Pragma("clang loop unroll(full)")
#else
#define SAL_SORT_UNROLL
#endif

/*
 * The network: of 8 and 16 straight, every place a constant; else as loops over constants, at i and
 * j = i + d of every round the caller's exchange. The bounds are constants, so that the verifier
 * follows it.
 */
#define SAL_SORT_NETWORK(LOG2, EXCHANGE)                                                           \
	do {                                                                                       \
		__u32 p_, q_, r_, d_, i_;                                                          \
                                                                                                   \
		if ((LOG2) == 3) {                                                                 \
			SAL_SORT_UNROLL for (i_ = 0; i_ < 19; i_++)                                \
				EXCHANGE(sal_sort_8[i_][0], sal_sort_8[i_][1]);                    \
			break;                                                                     \
		}                                                                                  \
		if ((LOG2) == 4) {                                                                 \
			SAL_SORT_UNROLL for (i_ = 0; i_ < 60; i_++)                                \
				EXCHANGE(sal_sort_16[i_][0], sal_sort_16[i_][1]);                  \
			break;                                                                     \
		}                                                                                  \
		for (p_ = 1 << (LOG2) >> 1; p_ > 0; p_ >>= 1) {                                    \
			r_ = 0;                                                                    \
			d_ = p_;                                                                   \
			for (q_ = 1 << (LOG2) >> 1; q_ >= p_; q_ >>= 1) {                          \
				for (i_ = 0; i_ < (1 << (LOG2)) - d_; i_++)                        \
					if ((i_ & p_) == r_)                                       \
						EXCHANGE(SAL_BOUND(i_, (1 << (LOG2)) - 1),         \
							SAL_BOUND(i_ + d_, (1 << (LOG2)) - 1));    \
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
		__u64 x_ = (i), y_ = (j);                                                          \
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
		__u64 x_ = (i), y_ = (j);                                                          \
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
