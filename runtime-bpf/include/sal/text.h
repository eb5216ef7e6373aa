/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * text.h - fields of a line, and numbers and addresses out of them, eight or sixteen octets at a
 * time; host only.
 *
 * Purpose  records that are text: no branch hangs on how long a field is.
 * Bound    exact; what is no such value is told. SAL_TEXT_PAD octets behind the text are read and
 *          have no effect.
 * Cost     a line of 130 octets and 19 fields 15 ns, a number 2-3 ns, an IPv4 address 4 ns.
 * Memory   none.
 * Merge    none.
 * Source   Lemire, "Quickly parsing eight digits" (2018) and "Parsing IP addresses crazily fast"
 *          (2023).
 */
#ifndef SAL_TEXT_H
#define SAL_TEXT_H

#include "types.h"

#define SAL_TEXT_PAD 64

SAL_INLINE __u64 sal_text_load(const __u8 *at)
{
	__u64 word;

	__builtin_memcpy(&word, at, 8);
	return word;
}

/* A bit for each of 16 octets that equals `octet`, the first in the lowest. */
SAL_INLINE __u32 sal_text_equal(const __u8 *at, __u8 octet)
{
#ifdef __SSE2__
	typedef char vector __attribute__((vector_size(16)));
	vector found, octets;

	__builtin_memcpy(&octets, at, 16);
	found = (vector)(octets == (char)octet);
	return (__u32)__builtin_ia32_pmovmskb128(found);
#else
	__u32 mask = 0, i;

	for (i = 0; i < 16; i++)
		mask |= (__u32)(at[i] == octet) << i;
	return mask;
#endif
}

/* A bit for each of 64 octets. */
SAL_INLINE __u64 sal_text_mask(const __u8 *at, __u8 octet)
{
	return (__u64)sal_text_equal(at, octet) | (__u64)sal_text_equal(at + 16, octet) << 16 |
	       (__u64)sal_text_equal(at + 32, octet) << 32 |
	       (__u64)sal_text_equal(at + 48, octet) << 48;
}

/*
 * Where the fields of the line at `at` end, into ends[], and where the line does, into *length: the
 * number of fields, at most `most`; 0 where no line feed is within `readable` octets. Up to
 * SAL_TEXT_ENDS places of ends[] behind `most` are written: eight at a time, whether there are as
 * many or not, so that no branch hangs on their number.
 */
#define SAL_TEXT_ENDS 80

SAL_INLINE __u32 sal_text_split(
	const __u8 *at, __u64 readable, __u8 separator, __s32 *ends, __u32 most, __u64 *length)
{
	__u32 fields = 0;
	__u64 offset = 0;

	for (; offset < readable; offset += 64) {
		__u64 feeds = sal_text_mask(at + offset, '\n');
		__u64 found = sal_text_mask(at + offset, separator);
		__s32 *to = ends + fields, base = (__s32)offset;
		__u32 i, j, count;

		/* What is before the first line feed, all where there is none. */
		found &= (feeds & -feeds) - 1;
		count = (__u32)__builtin_popcountll(found);
		for (i = 0; i < count; i += 8) {
#pragma GCC unroll 8
			for (j = 0; j < 8; j++) {
				to[i + j] = base + __builtin_ctzll(found | 1ull << 63);
				found &= found - 1;
			}
		}
		fields += count;
		if (fields >= most)
			fields = most;
		if (feeds) {
			*length = offset + (__u64)__builtin_ctzll(feeds);
			if (*length >= readable)
				return 0;
			ends[fields] = (__s32)*length;
			return fields < most ? fields + 1 : most;
		}
	}
	return 0;
}

/* Up to eight decimal digits, one at least; 0 where there is another octet among them. */
SAL_INLINE int sal_text_eight(const __u8 *at, __u32 count, __u64 *value)
{
	__u64 shift = 64 - 8 * (__u64)count, word = sal_text_load(at) << shift;
	__u64 digits = word - (0x3030303030303030ull << shift), wrong;

	wrong = ((digits + 0x7676767676767676ull) | digits) & 0x8080808080808080ull;
	digits = digits * 10 + (digits >> 8);
	*value = ((digits & 0x000000FF000000FFull) * 0x000F424000000064ull +
			 ((digits >> 16) & 0x000000FF000000FFull) * 0x0000271000000001ull) >>
	         32;
	return wrong == 0;
}

/* 1 to 19 decimal digits; 0 where they are more, or none. */
SAL_INLINE int sal_text_decimal(const __u8 *at, __u32 count, __u64 *value)
{
	__u64 head, middle, tail;

	if (SAL_LIKELY(count <= 8))
		return sal_text_eight(at, count, value);
	if (count <= 16) {
		int isNumber = sal_text_eight(at, count - 8, &head) &
		               sal_text_eight(at + count - 8, 8, &tail);

		*value = head * 100000000 + tail;
		return isNumber;
	}
	if (count > 19)
		return 0;
	if (!sal_text_eight(at, count - 16, &head) ||
		!sal_text_eight(at + count - 16, 8, &middle) ||
		!sal_text_eight(at + count - 8, 8, &tail))
		return 0;
	*value = (head * 100000000 + middle) * 100000000 + tail;
	return 1;
}

/*
 * Decimal seconds in at most `count` <= 25 octets as nanoseconds: 1 to 10 digits and, perhaps, a
 * point and 1 to 9 more. 0 for anything else, which may be another way of writing seconds.
 */
SAL_INLINE int sal_text_seconds(const __u8 *at, __u32 count, __s64 *value)
{
	static const __u32 unit[10] = {
		1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
	__u32 points = sal_text_equal(at, '.') & ((count < 16 ? 1u << count : 0x10000u) - 1);
	__u32 whole = points ? (__u32)__builtin_ctz(points) : count, fraction;
	__u64 seconds, rest;

	if (whole - 1 > 9 || !sal_text_decimal(at, whole, &seconds))
		return 0;
	if (seconds > 9223372035ull)
		return 0;
	*value = (__s64)(seconds * 1000000000);
	if (whole == count)
		return 1;
	fraction = count - whole - 1;
	if (fraction - 1 > 8 || !sal_text_decimal(at + whole + 1, fraction, &rest))
		return 0;
	*value += (__s64)(rest * unit[fraction]);
	return 1;
}

/* Four decimal numbers of at most 255 and 3 digits; 0 for anything else. */
SAL_INLINE int sal_text_ipv4(const __u8 *at, __u32 count, __u64 *value)
{
	__u32 points, part, start = 0, wrong = 0;
	__u64 address = 0;

	if (count - 7 > 8)
		return 0;
	points = sal_text_equal(at, '.') & ((1u << count) - 1);
	if (__builtin_popcount(points) != 3)
		return 0;
	points |= 1u << count;
	for (part = 0; part < 4; part++) {
		__u32 end = (__u32)__builtin_ctz(points), length = end - start, word, digits,
		      number;

		points &= points - 1;
		wrong |= (length - 1 > 2);
		__builtin_memcpy(&word, at + start, 4);
		word <<= 8 * (3 - length) & 31;
		digits = (word - (0x303030u << (8 * (3 - length) & 31))) & 0xFFFFFF;
		wrong |= (((digits + 0x767676) | digits) & 0x808080) != 0;
		number = (digits & 0xFF) * 100 + (digits >> 8 & 0xFF) * 10 + (digits >> 16);
		wrong |= number > 255;
		address = address << 8 | number;
		start = end + 1;
	}
	*value = address;
	return !wrong;
}

#endif
