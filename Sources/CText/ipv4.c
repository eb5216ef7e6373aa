/* SPDX-License-Identifier: Apache-2.0 */
#include "salc_text.h"
#include "salc_values.h"

#ifdef __x86_64__
#include <immintrin.h>

/*
 * How the digits of an address whose points stand in certain places go into four groups of four
 * octets, to the right in each; 0x80 is none. `places` has a bit for each point and for the end.
 */
struct pattern {
	uint8_t octets[16];
	uint32_t places;
};

/* By a hash of `places`, without collision for the 81 ways to make an address. */
static struct pattern patterns[256];

static inline uint32_t hash(uint32_t places)
{
	return (places * 6639 >> 13) & 0xFF;
}

__attribute__((constructor)) static void make_patterns(void)
{
	uint32_t way, part, i;

	for (way = 0; way < 81; way++) {
		uint32_t rest = way, at = 0, places = 0;
		struct pattern *pattern;
		uint8_t octets[16];

		for (part = 0; part < 4; part++, rest /= 3) {
			uint32_t digits = rest % 3 + 1;

			for (i = 0; i < 4; i++)
				octets[4 * part + i] =
					i < 4 - digits ? 0x80 : (uint8_t)(at + i - (4 - digits));
			at += digits;
			places |= 1u << at++;
		}
		pattern = &patterns[hash(places)];
		__builtin_memcpy(pattern->octets, octets, 16);
		pattern->places = places;
	}
}

__attribute__((target("avx2"))) static uint32_t find_avx2(
	const struct salc_fields *fields, uint64_t *values, uint8_t *families)
{
	const __m128i zero = _mm_set1_epi8('0'), point = _mm_set1_epi8('.');
	/* 100, 10 and 1 behind an octet that is none. */
	const __m128i hundreds = _mm_set1_epi32(0x010A6400), ones = _mm_set1_epi16(1);
	const __m128i last =
		_mm_set_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 4, 8, 12);
	uint32_t i, unusual = 0;

	for (i = 0; i < fields->count; i++) {
		const void *at = fields->base + fields->starts[i];
		uint32_t count = (uint32_t)fields->counts[i], end = 1u << (count & 31);
		__m128i text = _mm_loadu_si128(at), digits, numbers, wrong;
		uint32_t points = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(text, point));
		uint32_t places = (points & (end - 1)) | end, isWrong;
		const struct pattern *pattern = &patterns[hash(places)];

		digits = _mm_shuffle_epi8(
			_mm_sub_epi8(text, zero), _mm_loadu_si128((const void *)pattern->octets));
		numbers = _mm_madd_epi16(_mm_maddubs_epi16(digits, hundreds), ones);
		/* An octet above 9 gets its high bit, as does a number above 255. */
		wrong = _mm_or_si128(_mm_adds_epu8(digits, _mm_set1_epi8(0x76)),
			_mm_cmpgt_epi32(numbers, _mm_set1_epi32(255)));
		isWrong = (uint32_t)_mm_movemask_epi8(wrong) | (pattern->places ^ places) |
		          (count > 15);
		values[i] = (uint32_t)_mm_cvtsi128_si32(_mm_shuffle_epi8(numbers, last));
		families[i] = isWrong == 0 ? 4 : 0;
		unusual += isWrong != 0;
	}
	return unusual;
}

#endif

uint32_t salc_text_ipv4s(enum salc_text_level level, const struct salc_fields *fields,
	uint64_t *values, uint8_t *families)
{
	uint32_t i, unusual = 0;

#ifdef __x86_64__
	if (level >= SALC_TEXT_AVX2)
		return find_avx2(fields, values, families);
#endif
	for (i = 0; i < fields->count; i++) {
		int isAddress = salc_text_ipv4(
			fields->base + fields->starts[i], (uint32_t)fields->counts[i], &values[i]);

		families[i] = isAddress ? 4 : 0;
		unusual += !isAddress;
	}
	return unusual;
}
