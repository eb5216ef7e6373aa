/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * service.h - the service of a packet by its ports: ApplicationProtocol.
 *
 * Purpose  a name that all of data path, host and keys have as a small number, its code.
 * Bound    the names of services.h; a code is the name's place, from 1 on, in their order.
 * Cost     two dependent loads a port, no jump.
 * Memory   18 KB of constants.
 * Merge    none.
 * Source   IANA, Service Name and Transport Protocol Port Number Registry; RFC 6335.
 *
 * Of the two ports the lower one that has a name gives it: a client's port may have one by chance,
 * but clients take high ports.
 */
#ifndef SAL_SERVICE_H
#define SAL_SERVICE_H

#include "fast.h"
#include "parse.h"
#include "services.h"

#define SAL_SERVICE_NONE (~0ULL)

/* The code of a port's service, 0 if it has none; udp is 0 or 1. */
SAL_INLINE __u64 sal_service_code(__u64 udp, __u64 port)
{
	__u64 page = sal_service_pages[SAL_BOUND(udp << 10 | port >> 6, 2047)];

	return sal_service_codes[SAL_BOUND(page << 6 | (port & 63), 8191)];
}

/* The code for a pair of ports, or SAL_SERVICE_NONE. */
SAL_INLINE __u64 sal_service_of(__u64 udp, __u64 source, __u64 dest)
{
	__u64 swap = (source ^ dest) & sal_lt_small(dest, source);
	__u64 low = sal_service_code(udp, source ^ swap);
	__u64 high = sal_service_code(udp, dest ^ swap);
	__u64 code = low | (high & sal_zero_small(low));

	return code | sal_zero_small(code);
}

/* Behind sal_fast_transport; `transport` is the header. */
SAL_INLINE __u64 sal_fast_service(const struct sal_fast *f, const __u8 *transport)
{
	__u64 udp = sal_fast_udp(f);

	return sal_service_of(udp & 1, sal_get16(transport), sal_get16(transport + 2)) |
	       ~(udp | sal_fast_tcp(f));
}

/* Of any frame. */
SAL_INLINE __u64 sal_service(SAL_FRAME *frame, const struct sal_layers *l)
{
	__u32 udp = (__u32)sal_has(l, SAL_LAYER_UDP);
	__u16 source, dest;

	if (!sal_field16(frame, l, SAL_LAYER_TCP + udp, 0, &source) ||
		!sal_field16(frame, l, SAL_LAYER_TCP + udp, 2, &dest))
		return SAL_SERVICE_NONE;
	return sal_service_of(udp, source, dest);
}

#endif
