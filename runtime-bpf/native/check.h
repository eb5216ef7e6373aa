/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* check.h - what the parts of the self-test share: the check and its random words. */
#ifndef SAL_CHECK_H
#define SAL_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sal/hash.h"

static __u64 seed, state;

#define CHECK(x)                                                                                   \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			fprintf(stderr, "%s:%d: %s fails, seed %llu\n", __FILE__, __LINE__, #x,    \
				seed);                                                             \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static __u64 random_word(void)
{
	state += 0x9e3779b97f4a7c15ULL;
	return sal_mix64(state);
}

/* Often near the ends of the range and powers of two. */
__attribute__((unused)) static __u64 random_edge(void)
{
	__u64 r = random_word();

	switch (r & 7) {
	case 0:
		return (1ULL << (r >> 8 & 63)) + (r >> 16 & 3) - 1;
	case 1:
		return 0 - (r >> 8 & 3);
	case 2:
		return (1ULL << 63) + (r >> 8 & 3) - 1;
	case 3:
		return r >> 8 & 3;
	case 4:
		return r >> 32;
	default:
		return random_word();
	}
}

#endif
