/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * fast.h - the branch-free fast path of parsing: fixed offsets from one checked pointer.
 *
 * Purpose  most frames have at most one 0x8100 tag and IPv4 without options or fragments, or
 *          plain IPv6. For them fields are loads at constant offsets; all others go to the
 *          general parser (parse.h), in a noinline function of the emitted program.
 * Bound    IPv4: 40 bytes from the IP header on captured; IPv6: TCP, UDP or ICMPv6, 60 bytes. Both
 *          agree with sal_parse_general, but there is no dns (a program that reads dns fields
 *          sends port 53 to the general parser, sal_fast_port), and of IPv4 only the network
 *          header is sure: for what is behind it ask sal_fast_transport too.
 * Cost     13 cycles for addresses, ports, flags and length; no mispredicted branch but between
 *          IPv4, IPv6 and the rest.
 * Memory   none: struct sal_fast dissolves into registers.
 * Merge    none.
 * Source   measured forms of the XDP baseline; the bounds check must follow the variable add,
 *          since a packet pointer with a new variable part begins with range 0.
 *
 * Use:
 *	struct sal_fast f;
 *	if (!length.cut && sal_fast_open(&f, data, end)) {
 *		if (sal_fast_ipv4(&f, end) && sal_fast_transport(&f)) {
 *			source = sal_get32(f.ip + 12); port = sal_get16(f.ip + 20); ...
 *		} else if (sal_fast_ipv6(&f, end)) { ... }
 *		else general
 *	} else general
 */
#ifndef SAL_FAST_H
#define SAL_FAST_H

#include "frame.h"
#include "mask.h"
#include "types.h"

struct sal_fast {
	const __u8 *ip; /* first byte of the IP header; the frame's 14 or 18 bytes before it too */
	__u64 tagged;   /* mask: one 0x8100 tag; its TCI is at ip - 4 */
	__u64 protocol; /* transport protocol number */
};

/* Finds the byte behind the link header and at most one tag; 0 if the frame is too short. */
SAL_INLINE int sal_fast_open(struct sal_fast *f, const __u8 *data, const __u8 *end)
{
#ifdef SAL_UNTRUSTED
	/* A variable offset is not allowed: frames with a tag take the general parser. */
	f->tagged = 0;
	f->ip = data + 14;
	return data + 16 <= end;
#else
	__u64 tagged;

	if (data + 16 > end)
		return 0;
	tagged = sal_eq_small(SAL_GET(__u16, data + 12), SAL_BE16(0x8100));
	f->tagged = tagged;
	f->ip = data + SAL_BOUND(tagged, 4) + 14;
	return 1;
#endif
}

/* IPv4 without options; on success 40 bytes from f->ip are readable. */
SAL_INLINE int sal_fast_ipv4(struct sal_fast *f, const __u8 *end)
{
	const __u8 *ip = f->ip;

	if (ip + 40 > end)
		return 0;
	f->protocol = ip[9];
	/* EtherType, version and header length in one load. */
	return (SAL_GET(__u32, ip - 2) & SAL_BE32(0xffffff00)) == SAL_BE32(0x08004500);
}

/* Behind sal_fast_ipv4: no fragment and no AH, so that the transport header is at f->ip + 20. */
SAL_INLINE int sal_fast_transport(const struct sal_fast *f)
{
	return !(SAL_GET(__u16, f->ip + 6) & SAL_BE16(0x3fff)) && f->protocol != 51;
}

/* On success 60 bytes from f->ip are readable, and the transport header is at f->ip + 40. */
SAL_INLINE int sal_fast_ipv6(struct sal_fast *f, const __u8 *end)
{
	const __u8 *ip = f->ip;

	if (ip + 60 > end)
		return 0;
	f->protocol = ip[6];
	if ((SAL_GET(__u32, ip - 2) & SAL_BE32(0xfffff000)) != SAL_BE32(0x86dd6000))
		return 0;
	return f->protocol == 6 || f->protocol == 17 || f->protocol == 58;
}

/* Masks: which transport header stands at ip + 20 (IPv4) or ip + 40 (IPv6). */
SAL_INLINE __u64 sal_fast_tcp(const struct sal_fast *f)
{
	return sal_eq_small(f->protocol, 6);
}

SAL_INLINE __u64 sal_fast_udp(const struct sal_fast *f)
{
	return sal_eq_small(f->protocol, 17);
}

SAL_INLINE __u64 sal_fast_icmp(const struct sal_fast *f)
{
	return sal_eq_small(f->protocol, 1);
}

SAL_INLINE __u64 sal_fast_icmpv6(const struct sal_fast *f)
{
	return sal_eq_small(f->protocol, 58);
}

/* Mask: a query message, with identifier and sequence number; `icmp` is the header. */
SAL_INLINE __u64 sal_fast_icmp_query(const struct sal_fast *f, const __u8 *icmp)
{
	__u64 type = *icmp, bits = SAL_ICMP_QUERIES >> (type & 31) & 1;

	return (0 - bits) & sal_eq_small(type >> 5, 0) & sal_fast_icmp(f);
}

/* Mask: an echo request or reply; `icmp` is the header. */
SAL_INLINE __u64 sal_fast_icmpv6_echo(const struct sal_fast *f, const __u8 *icmp)
{
	return sal_eq_small(*icmp >> 1, 64) & sal_fast_icmpv6(f);
}

SAL_INLINE __u64 sal_fast_esp(const struct sal_fast *f)
{
	return sal_eq_small(f->protocol, 50);
}

/* Mask: TCP or UDP with `port` on either side; `transport` is the header. */
SAL_INLINE __u64 sal_fast_port(const struct sal_fast *f, const __u8 *transport, __u16 port)
{
	__u64 source = sal_get16(transport), dest = sal_get16(transport + 2);

	return (sal_eq_small(source, port) | sal_eq_small(dest, port)) &
	       (sal_fast_tcp(f) | sal_fast_udp(f));
}

#endif
