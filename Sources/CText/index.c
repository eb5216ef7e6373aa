/* SPDX-License-Identifier: Apache-2.0 */
#include "salc_text.h"
#include "salc_values.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

/* Text is looked at in passes of so many words of 64 octets: 4 KiB. */
enum { WORDS = 64 };

/* A bit for each octet of a pass. */
struct bits {
	uint64_t marks[WORDS]; /* separators and line feeds */
	uint64_t feeds[WORDS];
};

/* What was found so far. */
struct found {
	int32_t *marks;
	uint32_t *ends;
	uint32_t count, lines;
};

/* How a level looks at the first `words` words of a pass, and writes down where its bits are. */
struct steps {
	void (*look)(const uint8_t *at, uint32_t words, uint8_t separator, struct bits *bits);
	void (*note)(const struct bits *bits, uint32_t words, uint64_t offset, struct found *found,
		uint32_t room, uint32_t most);
};

/*
 * Notes the ends of the lines of a word. Mostly there is one or none, and which of the two cannot
 * be foreseen: so one is always written, and counts only if it is one.
 */
INLINE void note_lines(uint64_t marks, uint64_t feeds, struct found *found)
{
	found->ends[found->lines] =
		found->count + (uint32_t)__builtin_popcountll(marks & (feeds ^ (feeds - 1)));
	found->lines += feeds != 0;
	feeds &= feeds - 1;
	while (__builtin_expect(feeds != 0, 0)) {
		found->ends[found->lines++] = found->count + (uint32_t)__builtin_popcountll(
								     marks & (feeds ^ (feeds - 1)));
		feeds &= feeds - 1;
	}
}

/* Writes down the places of the bits of a word, eight at a time, be there as many or not. */
INLINE void note_marks(uint64_t marks, int32_t base, struct found *found)
{
	uint32_t count = (uint32_t)__builtin_popcountll(marks), i, j;
	int32_t *to = found->marks + found->count;

	for (i = 0; i < count; i += 8) {
#pragma GCC unroll 8
		for (j = 0; j < 8; j++) {
			to[i + j] = base + __builtin_ctzll(marks | 1ull << 63);
			marks &= marks - 1;
		}
	}
	found->count += count;
}

INLINE void note_words(const struct bits *bits, uint32_t words, uint64_t offset,
	struct found *found, uint32_t room, uint32_t most)
{
	uint32_t i;

	for (i = 0; i < words && found->lines < most && found->count <= room; i++) {
		note_lines(bits->marks[i], bits->feeds[i], found);
		note_marks(bits->marks[i], (int32_t)(offset + 64 * (uint64_t)i), found);
	}
}

/* MARK: Any processor */

static void look_plain(const uint8_t *at, uint32_t words, uint8_t separator, struct bits *bits)
{
	uint32_t i, j;

	for (i = 0; i < words; i++) {
		uint64_t marks = 0, feeds = 0;

		for (j = 0; j < 4; j++) {
			const uint8_t *octets = at + 64 * (uint64_t)i + 16 * j;

			marks |= (uint64_t)salc_text_equal(octets, separator) << 16 * j;
			feeds |= (uint64_t)salc_text_equal(octets, '\n') << 16 * j;
		}
		marks |= feeds;
		bits->marks[i] = marks;
		bits->feeds[i] = feeds;
	}
}

static void note_plain(const struct bits *bits, uint32_t words, uint64_t offset,
	struct found *found, uint32_t room, uint32_t most)
{
	note_words(bits, words, offset, found, room, most);
}

#ifdef __x86_64__

/* MARK: AVX2 */

#define WITH_AVX2 __attribute__((target("avx2,bmi,popcnt")))

WITH_AVX2 static void look_avx2(
	const uint8_t *at, uint32_t words, uint8_t separator, struct bits *bits)
{
	__m256i separators = _mm256_set1_epi8((char)separator), feeds = _mm256_set1_epi8('\n');
	uint32_t i, j;

	for (i = 0; i < words; i++) {
		bits->marks[i] = bits->feeds[i] = 0;
		for (j = 0; j < 2; j++) {
			const void *half = at + 64 * (uint64_t)i + 32 * j;
			__m256i octets = _mm256_loadu_si256(half);
			__m256i ends = _mm256_cmpeq_epi8(octets, feeds);
			__m256i marks =
				_mm256_or_si256(ends, _mm256_cmpeq_epi8(octets, separators));

			bits->marks[i] |= (uint64_t)(uint32_t)_mm256_movemask_epi8(marks) << 32 * j;
			bits->feeds[i] |= (uint64_t)(uint32_t)_mm256_movemask_epi8(ends) << 32 * j;
		}
	}
}

WITH_AVX2 static void note_avx2(const struct bits *bits, uint32_t words, uint64_t offset,
	struct found *found, uint32_t room, uint32_t most)
{
	note_words(bits, words, offset, found, room, most);
}

/* MARK: AVX-512 */

#define WITH_AVX512 __attribute__((target("avx512bw,avx512vbmi2,bmi,popcnt")))

WITH_AVX512 static void look_avx512(
	const uint8_t *at, uint32_t words, uint8_t separator, struct bits *bits)
{
	__m512i separators = _mm512_set1_epi8((char)separator), feeds = _mm512_set1_epi8('\n');
	uint32_t i;

	for (i = 0; i < words; i++) {
		__m512i octets = _mm512_loadu_si512(at + 64 * (uint64_t)i);
		uint64_t ends = _mm512_cmpeq_epi8_mask(octets, feeds);

		bits->marks[i] = ends | _mm512_cmpeq_epi8_mask(octets, separators);
		bits->feeds[i] = ends;
	}
}

/* The numbers of the octets that are marks, pushed together, then made 32 bits wide. */
WITH_AVX512 static void note_avx512(const struct bits *bits, uint32_t words, uint64_t offset,
	struct found *found, uint32_t room, uint32_t most)
{
	static const uint8_t numbers[64] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36,
		37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57,
		58, 59, 60, 61, 62, 63};
	__m512i octets = _mm512_loadu_si512(numbers);
	uint32_t i, j;

	for (i = 0; i < words && found->lines < most && found->count <= room; i++) {
		uint64_t marks = bits->marks[i];
		uint32_t count = (uint32_t)__builtin_popcountll(marks);
		__m512i base = _mm512_set1_epi32((int32_t)(offset + 64 * (uint64_t)i));
		__m512i places = _mm512_maskz_compress_epi8(marks, octets);
		int32_t *to = found->marks + found->count;

		note_lines(marks, bits->feeds[i], found);
		_mm512_storeu_si512(
			to, _mm512_add_epi32(
				    base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places))));
		for (j = 16; __builtin_expect(j < count, 0); j += 16) {
			places = _mm512_alignr_epi64(places, places, 2);
			_mm512_storeu_si512(to + j,
				_mm512_add_epi32(base,
					_mm512_cvtepu8_epi32(_mm512_castsi512_si128(places))));
		}
		found->count += count;
	}
}

#endif

/* MARK: Which of them */

static const struct steps steps[] = {
	{look_plain, note_plain},
#ifdef __x86_64__
	{look_avx2, note_avx2},
	{look_avx512, note_avx512},
#endif
};

enum salc_text_level salc_text_level(void)
{
#ifdef __x86_64__
	int has_bits = __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");

	if (has_bits && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2"))
		return SALC_TEXT_AVX512;
	if (has_bits && __builtin_cpu_supports("avx2"))
		return SALC_TEXT_AVX2;
#endif
	return SALC_TEXT_PLAIN;
}

uint32_t salc_text_index(enum salc_text_level level, const uint8_t *at, uint64_t readable,
	uint8_t separator, int32_t *marks, uint32_t room, uint32_t *ends, uint32_t most)
{
	struct found found = {.marks = marks, .ends = ends};
	uint64_t offset = 0;
	struct bits bits;

	while (offset < readable && found.lines < most && found.count <= room) {
		uint64_t left = readable - offset;
		uint32_t words = left < 64 * WORDS ? (uint32_t)((left + 63) / 64) : WORDS;

		steps[level].look(at + offset, words, separator, &bits);
		if (left < 64 * (uint64_t)words) {
			/* What is behind the text does not count. */
			bits.marks[words - 1] &= (1ull << left % 64) - 1;
			bits.feeds[words - 1] &= (1ull << left % 64) - 1;
		}
		steps[level].note(&bits, words, offset, &found, room, most);
		offset += 64 * (uint64_t)words;
	}
	return found.lines < most ? found.lines : most;
}
