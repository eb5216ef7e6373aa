/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers, times and addresses out of the text of a field, eight or sixteen octets at a time: no
 * branch hangs on how long a field is. What is no such value is told. SALC_TEXT_PAD octets behind
 * the text are read and have no effect.
 *
 * Cost    a number 2-3 ns, an IPv4 address 4 ns.
 * Source  Lemire, "Quickly parsing eight digits" (2018) and "Parsing IP addresses crazily fast"
 *         (2023).
 */
#ifndef SALC_VALUES_H
#define SALC_VALUES_H

#include <stdint.h>

#define SALC_TEXT_INLINE static inline __attribute__((always_inline))

SALC_TEXT_INLINE uint64_t salc_text_load(const uint8_t *at)
{
	uint64_t word;

	__builtin_memcpy(&word, at, 8);
	return word;
}

/* A bit for each of 16 octets that equals `octet`, the first in the lowest. */
SALC_TEXT_INLINE uint32_t salc_text_equal(const uint8_t *at, uint8_t octet)
{
#ifdef __SSE2__
	typedef char vector __attribute__((vector_size(16)));
	vector found, octets;

	__builtin_memcpy(&octets, at, 16);
	found = (vector)(octets == (char)octet);
	return (uint32_t)__builtin_ia32_pmovmskb128(found);
#else
	uint32_t mask = 0, i;

	for (i = 0; i < 16; i++)
		mask |= (uint32_t)(at[i] == octet) << i;
	return mask;
#endif
}

/* Eight octets, of which the first `missing` bits are none, as decimal digits; 0 where there is
 * another octet among them. */
SALC_TEXT_INLINE int salc_text_digits(uint64_t word, uint64_t missing, uint64_t *value)
{
	uint64_t digits = word - (0x3030303030303030ull << missing), wrong;

	wrong = ((digits + 0x7676767676767676ull) | digits) & 0x8080808080808080ull;
	digits = digits * 10 + (digits >> 8);
	*value = ((digits & 0x000000FF000000FFull) * 0x000F424000000064ull +
			 ((digits >> 16) & 0x000000FF000000FFull) * 0x0000271000000001ull) >>
	         32;
	return wrong == 0;
}

/* Up to eight decimal digits, one at least; 0 where there is another octet among them. */
SALC_TEXT_INLINE int salc_text_eight(const uint8_t *at, uint32_t count, uint64_t *value)
{
	uint64_t shift = 64 - 8 * (uint64_t)count;

	return salc_text_digits(salc_text_load(at) << shift, shift, value);
}

/* Decimal digits, one at least; 0 where they are more than 19. */
SALC_TEXT_INLINE int salc_text_decimal(const uint8_t *at, uint32_t count, uint64_t *value)
{
	uint64_t head, middle, tail;

	if (__builtin_expect(count <= 8, 1))
		return salc_text_eight(at, count, value);
	if (count <= 16) {
		int isNumber = salc_text_eight(at, count - 8, &head) &
		               salc_text_eight(at + count - 8, 8, &tail);

		*value = head * 100000000 + tail;
		return isNumber;
	}
	if (count > 19)
		return 0;
	if (!salc_text_eight(at, count - 16, &head) ||
		!salc_text_eight(at + count - 16, 8, &middle) ||
		!salc_text_eight(at + count - 8, 8, &tail))
		return 0;
	*value = (head * 100000000 + middle) * 100000000 + tail;
	return 1;
}

/*
 * Seconds since 1970 with 10 digits, a point and 1 to 6 more, as nanoseconds: 16 digits of
 * microseconds, where 0 stands for those that are not there. 0 for anything else.
 */
SALC_TEXT_INLINE int salc_text_micros(const uint8_t *at, uint32_t count, int64_t *value)
{
	uint64_t head, tail, decimals, zeros = 0x3030303030303030ull, micros;
	uint64_t last = (uint64_t)9223372035 * 1000000 + 999999;

	if (at[10] != '.' || count - 12 > 5)
		return 0;
	/* The digits of octets 8 and 9, and those behind the point. */
	decimals = (salc_text_load(at + 11) ^ zeros) & ((1ull << 8 * (count - 11)) - 1);
	tail = ((salc_text_load(at + 8) ^ zeros) & 0xFFFF) | decimals << 16;
	tail ^= zeros;
	if (!(salc_text_eight(at, 8, &head) & salc_text_digits(tail, 0, &tail)))
		return 0;
	micros = head * 100000000 + tail;
	*value = (int64_t)(micros * 1000);
	return micros <= last;
}

/*
 * Decimal seconds in at most `count` <= 25 octets as nanoseconds: 1 to 10 digits and, perhaps, a
 * point and 1 to 9 more. 0 for anything else, which may be another way of writing seconds.
 */
SALC_TEXT_INLINE int salc_text_seconds(const uint8_t *at, uint32_t count, int64_t *value)
{
	static const uint32_t unit[10] = {
		1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
	uint32_t points, whole, fraction;
	uint64_t seconds, rest;

	if (salc_text_micros(at, count, value))
		return 1;
	points = salc_text_equal(at, '.') & ((count < 16 ? 1u << count : 0x10000u) - 1);
	whole = points ? (uint32_t)__builtin_ctz(points) : count;
	if (whole - 1 > 9 || !salc_text_decimal(at, whole, &seconds))
		return 0;
	if (seconds > 9223372035ull)
		return 0;
	*value = (int64_t)(seconds * 1000000000);
	if (whole == count)
		return 1;
	fraction = count - whole - 1;
	if (fraction - 1 > 8 || !salc_text_decimal(at + whole + 1, fraction, &rest))
		return 0;
	*value += (int64_t)(rest * unit[fraction]);
	return 1;
}

/* Four decimal numbers of at most 255 and 3 digits; 0 for anything else. */
SALC_TEXT_INLINE int salc_text_ipv4(const uint8_t *at, uint32_t count, uint64_t *value)
{
	uint32_t points, part, start = 0, wrong = 0;
	uint64_t address = 0;

	if (count - 7 > 8)
		return 0;
	points = (salc_text_equal(at, '.') & ((1u << count) - 1)) | 1u << count;
	for (part = 0; part < 4; part++) {
		/* Where points are missing the length is none of the three. */
		uint32_t end = (uint32_t)__builtin_ctz(points | 1u << 31), length = end - start;
		uint32_t shift = 8 * (3 - length) & 31, word, digits, number;

		points &= points - 1;
		wrong |= (length - 1 > 2);
		__builtin_memcpy(&word, at + start, 4);
		digits = ((word << shift) - (0x303030u << shift)) & 0xFFFFFF;
		wrong |= (((digits + 0x767676) | digits) & 0x808080) != 0;
		number = (digits & 0xFF) * 100 + (digits >> 8 & 0xFF) * 10 + (digits >> 16);
		wrong |= number > 255;
		address = address << 8 | number;
		start = end + 1;
	}
	*value = address;
	return !(wrong | points);
}

#endif
