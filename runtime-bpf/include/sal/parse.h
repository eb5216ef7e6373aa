/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * parse.h - the general layer parser: which headers a frame has, and where each begins.
 *
 * Purpose  one source for the slow path in BPF, the native program and the decoder in Swift.
 * Bound    at most SAL_VLAN_DEPTH tags and SAL_EXTENSION_LIMIT IPv6 extension headers.
 * Cost     native: under 5 ns on ordinary frames; BPF: one helper call (7 cycles) a load, so it
 *          belongs in a noinline function behind the fast path of fast.h.
 * Memory   struct sal_layers, 56 bytes.
 * Merge    none.
 * Source   RFC 791, 8200, 9293, 768, 792, 4443, 826, 1035, IEEE 802.1Q; choices as Wireshark's.
 *
 * What is decided here:
 * - A layer is present iff its fixed header lies within the captured bytes (tcp 20, udp 8, icmp
 *   and icmpv6 4 (type, code, checksum), dns 12, arp 8) and its checks hold: IPv4 version 4 and
 *   header length >= 20, IPv6 version 6, ARP for Ethernet and IPv4 (others have no `arp`). TCP's
 *   data offset is not checked. A field is present iff its layer is and its bytes were captured.
 * - An extension header is present iff its first 4 bytes were captured, AH 12, ESP 8; of several of
 *   one kind the first. `extensions` counts those walked behind an IPv6 header.
 * - icmp_query: ICMP messages with identifier and sequence number (echo, timestamp, information
 *   and address mask, requests and replies); icmpv6_echo: echo requests and replies. 8 bytes.
 * - The IP header is the outermost one behind VLAN tags (0x8100, 0x88a8, 0x9100); tunnels are not
 *   entered. Two tags are exposed, two more skipped; behind a fifth nothing is read (limited).
 *   A tag's layer begins at its TCI.
 * - IPv6 hop-by-hop, routing, destination, fragment and AH headers are walked, AH behind IPv4
 *   too. `protocol` is what follows them; where the walk fails it is the header it failed at.
 * - A first fragment has its transport layer (Wireshark shows it with the last, reassembled);
 *   later fragments have none, and their `protocol` is the fragment's.
 * - dns: UDP port 53, either side, at the payload; TCP port 53 behind the two-byte length, in
 *   every segment whose payload could hold it. The payload ends where the IP length says, so
 *   Ethernet padding is no message; IP length 0 (offload, jumbogram) means the frame's end.
 * - The first thing that stops the walk is its outcome. Outcomes speak of link, network and
 *   transport headers; a packet without room for a DNS header has ended well without one.
 */
#ifndef SAL_PARSE_H
#define SAL_PARSE_H

#include "frame.h"
#include "layout.h"
#include "types.h"
#if defined(__bpf__) || defined(SAL_NATIVE)
#include "program.h"
#endif

/* The order is that of `Layer` in Sources/DataModel/PacketField.swift. */
enum sal_layer {
	SAL_LAYER_ETH,
	SAL_LAYER_VLAN,
	SAL_LAYER_VLAN2,
	SAL_LAYER_ARP,
	SAL_LAYER_IPV4,
	SAL_LAYER_IPV6,
	SAL_LAYER_TCP,
	SAL_LAYER_UDP,
	SAL_LAYER_ICMP,
	SAL_LAYER_ICMPV6,
	SAL_LAYER_DNS,
	SAL_LAYER_HOPOPTS,
	SAL_LAYER_ROUTING,
	SAL_LAYER_FRAGHDR,
	SAL_LAYER_DSTOPTS,
	SAL_LAYER_AH,
	SAL_LAYER_ESP,
	SAL_LAYER_ICMP_QUERY,
	SAL_LAYER_ICMPV6_ECHO,
	SAL_LAYER_COUNT
};

enum {
	SAL_VLAN_DEPTH = 4,
	SAL_EXTENSION_LIMIT = 8,
	SAL_PROTOCOL_NONE = 0xffff, /* no IP header */
};

enum sal_fragment { SAL_FRAGMENT_NONE, SAL_FRAGMENT_FIRST, SAL_FRAGMENT_LATER };

/* The order is that of the counters in struct sal_outcomes, from `ok`. */
enum sal_outcome { SAL_OK, SAL_TRUNCATED, SAL_MALFORMED, SAL_LIMITED };

struct sal_layers {
	__u32 present;  /* bit i: layer i */
	__u32 cap_len;  /* captured bytes of the (normalised) frame */
	__u32 end;      /* first byte behind the IP packet by its own length; cap_len if unknown */
	__u16 protocol; /* transport protocol number, or SAL_PROTOCOL_NONE */
	__u8 fragment;  /* enum sal_fragment */
	__u8 outcome;   /* enum sal_outcome */
	__u16 offset[SAL_LAYER_COUNT]; /* first byte; 0 where the layer is not present */
	__u16 extensions;              /* IPv6 extension headers walked */
};

/* Words that an emitted program keeps for it in its half; the emitter knows the number. */
enum { SAL_LAYERS_WORDS = 16 };
_Static_assert(sizeof(struct sal_layers) <= SAL_LAYERS_WORDS * 8, "the layers have their room");

SAL_INLINE int sal_has(const struct sal_layers *layers, __u32 layer)
{
	return layers->present >> layer & 1;
}

SAL_INLINE __u32 sal_offset(const struct sal_layers *layers, __u32 layer)
{
	return layers->offset[layer];
}

/* Whether `size` bytes at `at` behind the first byte of `layer` are there. */
SAL_INLINE int sal_reaches(const struct sal_layers *layers, __u32 layer, __u32 at, __u32 size)
{
	return sal_has(layers, layer) && layers->offset[layer] + at + size <= layers->cap_len;
}

SAL_INLINE void sal_mark(struct sal_layers *l, __u32 layer, __u32 at)
{
	l->present |= 1U << layer;
	l->offset[layer] = (__u16)at;
	SAL_APART(layer);
}

SAL_INLINE int sal_is_tag(__u16 type)
{
	return type == SAL_BE16(0x8100) || type == SAL_BE16(0x88a8) || type == SAL_BE16(0x9100);
}

SAL_INLINE int sal_read(
	SAL_FRAME *frame, const struct sal_layers *l, __u32 at, void *to, __u32 size)
{
	return at + size > l->cap_len || SAL_LOAD(frame, at, to, size);
}

SAL_INLINE __u8 sal_parse_arp(SAL_FRAME *frame, struct sal_layers *l, __u32 at)
{
	__u16 head[4];

	if (sal_read(frame, l, at, head, 8))
		return SAL_TRUNCATED;
	if (head[0] == SAL_BE16(1) && head[1] == SAL_BE16(0x0800) && head[2] == SAL_BE16(0x0604))
		sal_mark(l, SAL_LAYER_ARP, at);
	return SAL_OK;
}

/* The fixed DNS header at `at`, if IP packet and capture reach that far. */
SAL_INLINE __u8 sal_parse_dns(struct sal_layers *l, __u32 at)
{
	if (at + 12 <= l->end && at + 12 <= l->cap_len)
		sal_mark(l, SAL_LAYER_DNS, at);
	return SAL_OK;
}

SAL_INLINE __u8 sal_parse_tcp(SAL_FRAME *frame, struct sal_layers *l, __u32 at)
{
	__u16 ports[2], offset;
	__u32 size;

	if (at + 20 > l->cap_len || sal_read(frame, l, at, ports, 4) ||
		sal_read(frame, l, at + 12, &offset, 2))
		return SAL_TRUNCATED;
	sal_mark(l, SAL_LAYER_TCP, at);
	if (ports[0] != SAL_BE16(53) && ports[1] != SAL_BE16(53))
		return SAL_OK;
	size = SAL_BE16(offset) >> 12 << 2;
	if (size < 20)
		return SAL_OK;
	return sal_parse_dns(l, at + size + 2);
}

SAL_INLINE __u8 sal_parse_udp(SAL_FRAME *frame, struct sal_layers *l, __u32 at)
{
	__u16 ports[2];

	if (at + 8 > l->cap_len || sal_read(frame, l, at, ports, 4))
		return SAL_TRUNCATED;
	sal_mark(l, SAL_LAYER_UDP, at);
	if (ports[0] != SAL_BE16(53) && ports[1] != SAL_BE16(53))
		return SAL_OK;
	return sal_parse_dns(l, at + 8);
}

SAL_INLINE __u8 sal_parse_icmp(SAL_FRAME *frame, struct sal_layers *l, __u32 at)
{
	__u8 type;

	if (at + 4 > l->cap_len || sal_read(frame, l, at, &type, 1))
		return SAL_TRUNCATED;
	sal_mark(l, SAL_LAYER_ICMP, at);
	if (type < 32 && (SAL_ICMP_QUERIES >> type & 1) && at + 8 <= l->cap_len)
		sal_mark(l, SAL_LAYER_ICMP_QUERY, at);
	return SAL_OK;
}

SAL_INLINE __u8 sal_parse_icmpv6(SAL_FRAME *frame, struct sal_layers *l, __u32 at)
{
	__u8 type;

	if (at + 4 > l->cap_len || sal_read(frame, l, at, &type, 1))
		return SAL_TRUNCATED;
	sal_mark(l, SAL_LAYER_ICMPV6, at);
	if (type >> 1 == 64 && at + 8 <= l->cap_len)
		sal_mark(l, SAL_LAYER_ICMPV6_ECHO, at);
	return SAL_OK;
}

SAL_INLINE __u8 sal_parse_transport(SAL_FRAME *frame, struct sal_layers *l, __u32 at)
{
	SAL_FORGET(at, l->cap_len);
	if (l->fragment == SAL_FRAGMENT_LATER)
		return SAL_OK;
	switch (l->protocol) {
	case 6:
		return sal_parse_tcp(frame, l, at);
	case 17:
		return sal_parse_udp(frame, l, at);
	case 1:
		return sal_has(l, SAL_LAYER_IPV4) ? sal_parse_icmp(frame, l, at) : SAL_OK;
	case 58:
		return sal_has(l, SAL_LAYER_IPV6) ? sal_parse_icmpv6(frame, l, at) : SAL_OK;
	case 50:
		if (at + 8 > l->cap_len)
			return SAL_TRUNCATED;
		sal_mark(l, SAL_LAYER_ESP, at);
		return SAL_OK;
	default:
		return SAL_OK;
	}
}

/* The fixed part of an authentication header: all but the check value. */
SAL_INLINE void sal_mark_ah(struct sal_layers *l, __u32 at)
{
	if (!sal_has(l, SAL_LAYER_AH) && at + 12 <= l->cap_len)
		sal_mark(l, SAL_LAYER_AH, at);
}

SAL_INLINE void sal_mark_first(struct sal_layers *l, __u32 layer, __u32 at)
{
	if (!sal_has(l, layer))
		sal_mark(l, layer, at);
}

/* An IPv6 extension header, the first of its kind being shown. Marked apart only for untrusted
 * programs: the verifier gives up on what clang 14 makes of that. */
SAL_INLINE void sal_mark_extension(struct sal_layers *l, __u32 kind, __u32 at)
{
#ifdef SAL_UNTRUSTED
#define SAL_MARK_(LAYER) sal_mark_first(l, LAYER, at)
#else
#define SAL_MARK_(LAYER) layer = (LAYER)
	__u32 layer;
#endif
	l->extensions++;
	if (kind == 0)
		SAL_MARK_(SAL_LAYER_HOPOPTS);
	else if (kind == 43)
		SAL_MARK_(SAL_LAYER_ROUTING);
	else if (kind == 44)
		SAL_MARK_(SAL_LAYER_FRAGHDR);
	else if (kind == 60)
		SAL_MARK_(SAL_LAYER_DSTOPTS);
	else
		return sal_mark_ah(l, at);
#ifndef SAL_UNTRUSTED
	sal_mark_first(l, layer, at);
#endif
}

/* Authentication header (RFC 4302): next header, length in words - 2. */
SAL_INLINE __u8 sal_parse_behind_ipv4(SAL_FRAME *frame, struct sal_layers *l, __u32 at)
{
	__u8 head[2];

	if (l->protocol == 51 && l->fragment != SAL_FRAGMENT_LATER) {
		if (sal_read(frame, l, at, head, 2))
			return SAL_TRUNCATED;
		sal_mark_ah(l, at);
		l->protocol = head[0];
		at += (head[1] + 2U) << 2;
	}
	return sal_parse_transport(frame, l, at);
}

SAL_INLINE __u8 sal_parse_ipv4(SAL_FRAME *frame, struct sal_layers *l, __u32 at)
{
	__u16 head[6]; /* version, length, id, fragment, ttl and protocol, checksum */
	__u32 size, total, fragment;

	if (at + 20 > l->cap_len || sal_read(frame, l, at, head, 12))
		return SAL_TRUNCATED;
	size = SAL_BE16(head[0]) >> 8;
	if (size >> 4 != 4 || (size & 15) < 5)
		return SAL_MALFORMED;
	size = (size & 15) << 2;
	sal_mark(l, SAL_LAYER_IPV4, at);
	total = SAL_BE16(head[1]);
	if (total)
		l->end = at + total;
	l->protocol = SAL_BE16(head[4]) & 0xff;
	fragment = SAL_BE16(head[3]);
	if (fragment & 0x1fff)
		l->fragment = SAL_FRAGMENT_LATER;
	else if (fragment & 0x2000)
		l->fragment = SAL_FRAGMENT_FIRST;
	return sal_parse_behind_ipv4(frame, l, at + size);
}

SAL_INLINE __u8 sal_parse_ipv6(SAL_FRAME *frame, struct sal_layers *l, __u32 at)
{
	__u16 head[4]; /* version, flow, payload length, next header and hop limit */
	__u32 step;

	if (at + 40 > l->cap_len || sal_read(frame, l, at, head, 8))
		return SAL_TRUNCATED;
	if (SAL_BE16(head[0]) >> 12 != 6)
		return SAL_MALFORMED;
	sal_mark(l, SAL_LAYER_IPV6, at);
	if (head[2])
		l->end = at + 40 + SAL_BE16(head[2]);
	l->protocol = SAL_BE16(head[3]) >> 8;
	at += 40;
	for (step = 0; step <= SAL_EXTENSION_LIMIT; step++) {
		__u32 kind = l->protocol, size;

		SAL_FORGET(at, l->cap_len);
		if (kind != 0 && kind != 43 && kind != 44 && kind != 51 && kind != 60)
			return sal_parse_transport(frame, l, at);
		if (step == SAL_EXTENSION_LIMIT)
			break;
		if (sal_read(frame, l, at, head, 4))
			return SAL_TRUNCATED;
		sal_mark_extension(l, kind, at);
		size = (SAL_BE16(head[0]) & 0xff) + 1;
		size <<= 3;
		if (kind == 44) {
			size = 8;
			if (SAL_BE16(head[1]) & 0xfff8)
				l->fragment = SAL_FRAGMENT_LATER;
			else if (SAL_BE16(head[1]) & 1)
				l->fragment = SAL_FRAGMENT_FIRST;
		} else if (kind == 51) {
			size = ((SAL_BE16(head[0]) & 0xff) + 2) << 2;
		}
		l->protocol = SAL_BE16(head[0]) >> 8;
		if (l->fragment == SAL_FRAGMENT_LATER)
			return SAL_OK;
		at += size;
	}
	return SAL_LIMITED;
}

SAL_INLINE __u8 sal_parse_frame(SAL_FRAME *frame, struct sal_layers *l, __u32 flags)
{
	__u32 at = 14, depth;
	__u16 type, tag[2];

	if (at > l->cap_len || sal_read(frame, l, 12, &type, 2))
		return SAL_TRUNCATED;
	if (!(flags & SAL_FLAG_NO_LINK))
		sal_mark(l, SAL_LAYER_ETH, 0);
	for (depth = 0; depth < SAL_VLAN_DEPTH && sal_is_tag(type); depth++) {
		if (sal_read(frame, l, at, tag, 4))
			return SAL_TRUNCATED;
		if (depth == 0)
			sal_mark(l, SAL_LAYER_VLAN, at);
		else if (depth == 1)
			sal_mark(l, SAL_LAYER_VLAN2, at);
		type = tag[1];
		at += 4;
	}
	switch (SAL_BE16(type)) {
	case 0x0800:
		return sal_parse_ipv4(frame, l, at);
	case 0x86dd:
		return sal_parse_ipv6(frame, l, at);
	case 0x0806:
		return sal_parse_arp(frame, l, at);
	default:
		return sal_is_tag(type) ? SAL_LIMITED : SAL_OK;
	}
}

SAL_INLINE void sal_layers_clear(struct sal_layers *layers, __u32 cap_len)
{
	__builtin_memset(layers, 0, sizeof(*layers));
	layers->cap_len = cap_len;
	layers->end = cap_len;
	layers->protocol = SAL_PROTOCOL_NONE;
}

/* Parses any frame. cap_len: captured bytes; flags: SAL_FLAG_* of the control word. */
SAL_INLINE void sal_parse_general(
	SAL_FRAME *frame, __u32 cap_len, __u32 flags, struct sal_layers *layers)
{
	sal_layers_clear(layers, cap_len);
	layers->outcome = sal_parse_frame(frame, layers, flags);
	SAL_RELOAD();
}

/*
 * A field of a layer, in host order; 0 if it is missing, else 1 and `*to` is set. `at` and the
 * width are the field's place in its header.
 */
#define SAL_DEFINE_FIELD(bits, convert)                                                            \
	SAL_INLINE int sal_field##bits(SAL_FRAME *frame, const struct sal_layers *l, __u32 layer,  \
		__u32 at, __u##bits *to)                                                           \
	{                                                                                          \
		__u##bits raw;                                                                     \
		if (!sal_reaches(l, layer, at, sizeof(raw)) ||                                     \
			SAL_LOAD(frame, l->offset[layer] + at, &raw, sizeof(raw)))                 \
			return 0;                                                                  \
		*to = convert(raw);                                                                \
		return 1;                                                                          \
	}
#define SAL_SAME(x) (x)
SAL_DEFINE_FIELD(8, SAL_SAME)
SAL_DEFINE_FIELD(16, SAL_BE16)
SAL_DEFINE_FIELD(32, SAL_BE32)
SAL_DEFINE_FIELD(64, SAL_BE64)

/*
 * Counts the end of a packet that took the general parser. No switch: LLVM would join its cases
 * into one store at a computed address, and without CAP_PERFMON the verifier wants an address to
 * have one offset on all paths.
 */
SAL_INLINE void sal_end_general(struct sal_outcomes *outcomes, __u8 outcome)
{
	outcomes->slow++;
	outcomes->ok += outcome == SAL_OK;
	outcomes->truncated += outcome == SAL_TRUNCATED;
	outcomes->malformed += outcome == SAL_MALFORMED;
	outcomes->limited += outcome == SAL_LIMITED;
}

#ifndef __bpf__
/*
 * Frames with at most one 0x8100 tag, IPv4 without options or fragments or IPv6 without extension
 * headers, TCP or UDP not on port 53: the same answer as the general parser, or 0 for others.
 */
SAL_INLINE int sal_parse_ordinary(const __u8 *bytes, __u32 cap_len, struct sal_layers *l)
{
	const __u8 *ip;
	__u32 at, transport, protocol, ports, tagged, udp, four;
	__u16 type;

	if (cap_len < 42) /* link, tag and IPv4 headers can be read without a further look */
		return 0;
	__builtin_memcpy(&type, bytes + 12, 2);
	tagged = type == SAL_BE16(0x8100);
	at = 14 + 4 * tagged;
	ip = bytes + at;
	__builtin_memcpy(&type, ip - 2, 2);
	if (SAL_LIKELY(type == SAL_BE16(0x0800))) {
		__u16 fragment;

		__builtin_memcpy(&fragment, ip + 6, 2);
		if (ip[0] != 0x45 || (fragment & SAL_BE16(0x3fff)))
			return 0;
		__builtin_memcpy(&type, ip + 2, 2);
		four = 1;
		protocol = ip[9];
		transport = at + 20;
		l->end = at + SAL_BE16(type);
	} else if (type == SAL_BE16(0x86dd) && ip[0] >> 4 == 6) {
		__builtin_memcpy(&type, ip + 4, 2);
		four = 0;
		protocol = ip[6];
		transport = at + 40;
		l->end = at + 40 + SAL_BE16(type);
	} else {
		return 0;
	}
	udp = protocol == 17;
	if ((!udp && protocol != 6) || transport + 20 - 12 * udp > cap_len)
		return 0;
	__builtin_memcpy(&ports, bytes + transport, 4);
	if ((__u16)ports == SAL_BE16(53) || ports >> 16 == SAL_BE16(53) || !type)
		return 0;
	__builtin_memset(l->offset, 0, sizeof(l->offset));
	l->present = 1U << SAL_LAYER_ETH | tagged << SAL_LAYER_VLAN |
	             1U << (SAL_LAYER_IPV6 - four) | 1U << (SAL_LAYER_TCP + udp);
	l->cap_len = cap_len;
	l->protocol = (__u16)protocol;
	l->fragment = SAL_FRAGMENT_NONE;
	l->outcome = SAL_OK;
	l->offset[SAL_LAYER_VLAN] = (__u16)(14 * tagged);
	l->offset[SAL_LAYER_IPV6 - four] = (__u16)at;
	l->offset[SAL_LAYER_TCP + udp] = (__u16)transport;
	l->extensions = 0;
	return 1;
}

/* Parses any frame; what Swift and C call. `cap_len` bytes are readable at `bytes`. */
SAL_INLINE void sal_parse(const __u8 *bytes, __u32 cap_len, __u32 flags, struct sal_layers *layers)
{
	struct sal_frame frame = {bytes, cap_len};

	if (SAL_LIKELY(!flags && sal_parse_ordinary(bytes, cap_len, layers)))
		return;
	sal_parse_general(&frame, cap_len, flags, layers);
}
#endif

#endif
