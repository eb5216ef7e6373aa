/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * payload.h - what TCP or UDP carries: its place, its length, its first bytes, and a search there.
 *
 * Purpose  tcp.len, payload.len and payload CONTAINS; messages that the host reads records from.
 * Bound    the search sees the first SAL_PAYLOAD_LIMIT bytes of the payload, as far as they were
 *          captured, and needles of 1 to SAL_NEEDLE_LIMIT bytes.
 * Cost     place and length 15 instructions; the search a helper call and four instructions a byte.
 * Memory   a buffer of SAL_PAYLOAD_BUFFER bytes.
 * Merge    none.
 * Source   RFC 791, 8200, 9293, 768.
 *
 * A payload ends where the IP packet's own length says, or with the frame if it says 0. There is
 * none without TCP or UDP, behind a TCP data offset below five words, and where the header alone
 * is longer than the packet. A place is `first byte << 32 | length`; SAL_PAYLOAD_NONE for none.
 */
#ifndef SAL_PAYLOAD_H
#define SAL_PAYLOAD_H

#include "fast.h"
#include "parse.h"

#define SAL_PAYLOAD_NONE (~0ULL)

enum {
	SAL_PAYLOAD_LIMIT = 512,
	SAL_NEEDLE_LIMIT = 32,
	SAL_PAYLOAD_BUFFER = SAL_PAYLOAD_LIMIT + SAL_NEEDLE_LIMIT,
	SAL_PAYLOAD_COPY = 1232,
};

/*
 * The place of the payload of any frame. `udp` 0 is for tcp.len: it leaves out UDP, and fragments,
 * whose segment is longer than the packet.
 */
SAL_INLINE __u64 sal_payload(SAL_FRAME *frame, const struct sal_layers *l, __u32 udp)
{
	__u32 at;
	__u8 words;

	if (sal_has(l, SAL_LAYER_TCP)) {
		at = sal_offset(l, SAL_LAYER_TCP);
		if (sal_read(frame, l, at + 12, &words, 1) || words < 0x50 || (!udp && l->fragment))
			return SAL_PAYLOAD_NONE;
		at += (__u32)words >> 4 << 2;
	} else if (udp && sal_has(l, SAL_LAYER_UDP)) {
		at = sal_offset(l, SAL_LAYER_UDP) + 8;
	} else {
		return SAL_PAYLOAD_NONE;
	}
	return at > l->end ? SAL_PAYLOAD_NONE : (__u64)at << 32 | (l->end - at);
}

/*
 * The same on the fast path, behind sal_fast_transport. `header` is the IP header's length, `total`
 * the packet's by its own word, 0 if it says nothing, and `cap` the frame's.
 */
SAL_INLINE __u64 sal_fast_payload(
	const struct sal_fast *f, __u64 header, __u64 total, __u64 cap, __u64 udp)
{
	__u64 is_tcp = sal_fast_tcp(f), is_udp = sal_fast_udp(f) & udp;
	__u64 words = (__u64)f->ip[header + 12] >> 4 << 2;
	__u64 skip = (words & is_tcp) | (8 & is_udp);
	__u64 start = 14 + (f->tagged & 4);
	__u64 at = start + header + skip;
	__u64 end = start + total;
	__u64 open = sal_zero_small(total);

	end = (end & ~open) | (cap & open);
	return (at << 32 | ((end - at) & 0xffffffff)) | ~(is_tcp | is_udp) |
	       (sal_lt_small(words, 20) & is_tcp) | sal_lt_small(end, at);
}

/* Total length of an IPv6 packet: 40 more than its word, 0 where that is 0. */
SAL_INLINE __u64 sal_fast_total6(const struct sal_fast *f)
{
	__u64 length = sal_get16(f->ip + 4);

	return length + (40 & ~sal_zero_small(length));
}

/* Length of the payload at `place`, all ones for none. */
SAL_INLINE __u64 sal_payload_length(__u64 place)
{
	return (place & 0xffffffff) | sal_sign(place);
}

/*
 * Copies the first SAL_PAYLOAD_COPY bytes of the payload at `place` of a frame with `cap` captured
 * bytes to `bytes`, which has room for them. Returns how many were there to be copied.
 */
SAL_INLINE __u64 sal_payload_copy(SAL_FRAME *frame, __u64 place, __u64 cap, __u8 *bytes)
{
	__u64 at = place >> 32, size = place & 0xffffffff;

	if ((__s64)place < 0 || at >= cap)
		return 0;
	if (size > cap - at)
		size = cap - at;
	if (size > SAL_PAYLOAD_COPY)
		size = SAL_PAYLOAD_COPY;
	size = SAL_BOUND(size, 2047);
	if (size < 1 || size > SAL_PAYLOAD_COPY || SAL_LOAD(frame, (__u32)at, bytes, (__u32)size))
		return 0;
	return size;
}

/* What is searched for: words as a load gives them, and masks of the bytes that count. */
struct sal_needle {
	__u64 word[SAL_NEEDLE_LIMIT / 8];
	__u64 mask[SAL_NEEDLE_LIMIT / 8];
	__u64 size;
};

/* Whether the needle, of `words` words, is at `at`. */
SAL_INLINE int sal_needle_at(const struct sal_needle *needle, __u32 words, const __u8 *at)
{
	__u64 other = 0;
	__u32 i;

	if ((SAL_GET(__u64, at) ^ needle->word[0]) & needle->mask[0])
		return 0;
	for (i = 1; i < words; i++)
		other |= (SAL_GET(__u64, at + 8 * i) ^ needle->word[i]) & needle->mask[i];
	return !other;
}

#if defined(__bpf__) && defined(SAL_UNTRUSTED)
struct sal_search {
	const struct sal_needle *needle;
	const __u8 *buffer;
	__u64 found;
};

/* Looks at one place; nothing is to be added for a needle of fewer words, whose masks are 0. */
SAL_NOINLINE long sal_search_step(__u64 place, struct sal_search *search)
{
	place = SAL_BOUND(place, SAL_PAYLOAD_LIMIT - 1);
	search->found = sal_needle_at(search->needle, SAL_NEEDLE_LIMIT / 8, search->buffer + place);
	return search->found;
}

/*
 * As below, for a verifier that also follows what a CPU might do on its way past a jump: it would
 * count a loop beyond its end, for ever. The kernel's own loop (Linux 5.17) is followed once.
 */
SAL_INLINE __u64 sal_needle_in(
	const struct sal_needle *needle, __u32 words, const __u8 *buffer, __u64 last)
{
	struct sal_search search = {needle, buffer, 0};

	bpf_loop((__u32)last + 1, sal_search_step, &search, 0);
	return search.found;
}
#else
/* 1 if the needle begins at one of the places 0 to `last` of the buffer, else 0. */
SAL_INLINE __u64 sal_needle_in(
	const struct sal_needle *needle, __u32 words, const __u8 *buffer, __u64 last)
{
	__u64 i;

#ifdef __bpf__
#pragma clang loop unroll(disable)
#endif
	for (i = 0; i < SAL_PAYLOAD_LIMIT; i++) {
		if (i > last)
			break;
		if (sal_needle_at(needle, words, buffer + i))
			return 1;
	}
	return 0;
}
#endif

/*
 * 1 if the needle, of `words` words, is in the payload at `place` of a frame with `cap` captured
 * bytes, else 0. `buffer` has SAL_PAYLOAD_BUFFER bytes.
 */
SAL_INLINE __u64 sal_payload_has(SAL_FRAME *frame, __u64 place, __u64 cap, __u8 *buffer,
	const struct sal_needle *needle, __u32 words)
{
	__u64 at = place >> 32, size = place & 0xffffffff, last;

	if ((__s64)place < 0 || at >= cap)
		return 0;
	if (size > cap - at)
		size = cap - at;
	if (size > SAL_PAYLOAD_LIMIT)
		size = SAL_PAYLOAD_LIMIT;
	if (size < needle->size)
		return 0;
	last = size - needle->size;
	size = SAL_BOUND(size, 1023);
	if (size < 1 || size > SAL_PAYLOAD_LIMIT || SAL_LOAD(frame, (__u32)at, buffer, (__u32)size))
		return 0;
	return sal_needle_in(needle, words, buffer, last);
}

#endif
