/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * prefetch.h - asks for a cache line before it is needed; host only.
 *
 * Purpose  batched table lookups overlap their cache misses.
 * Bound    any address is allowed, a bad one does nothing.
 * Cost     one instruction.
 * Memory   none.
 * Merge    none.
 * Source   GCC manual, "Other Built-in Functions", __builtin_prefetch.
 */
#ifndef SAL_PREFETCH_H
#define SAL_PREFETCH_H

#include "types.h"

SAL_INLINE void sal_prefetch(const void *address)
{
	__builtin_prefetch(address, 1, 3);
}

#endif
