/* SPDX-License-Identifier: Apache-2.0 */
#include "salc_stable.h"

#include <math.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

/* Sums and products are rounded one by one, or levels would differ in the last bit. */
#pragma STDC FP_CONTRACT OFF

/* From a word of draws to the next, and to its bits: SplitMix64 (Steele, Lea, Flood 2014). */
#define STEP 0x9e3779b97f4a7c15ULL
#define FIRST_FACTOR 0xbf58476d1ce4e5b9ULL
#define SECOND_FACTOR 0x94d049bb133111ebULL

static uint64_t mix(uint64_t state)
{
	uint64_t bits = (state ^ state >> 30) * FIRST_FACTOR;

	bits = (bits ^ bits >> 27) * SECOND_FACTOR;
	return bits ^ bits >> 31;
}

double salc_stable_angular(double u)
{
	double w = M_PI * (u - 0.5), rest = M_PI / 2 - w;

	return tan(w) * rest + log(cos(w) / rest);
}

/* Where a(u) bends, the place within the step is by the state. */
__attribute__((noinline)) static double bend(
	const struct salc_stable *tables, uint32_t step, uint64_t state)
{
	uint64_t within = mix(mix(state)) >> 32;

	if (step > 0)
		return tables
		        ->fine[(step << SALC_STABLE_FINE) + (within >> (32 - SALC_STABLE_FINE))];
	return round(65536 * salc_stable_angular(((double)within + 0.5) / 4294967296.0 /
						 (double)(1 << SALC_STABLE_FIRST)));
}

/* R by 32 bits of which the state was mixed. */
static inline double draw(const struct salc_stable *tables, uint32_t bits, uint64_t state)
{
	uint32_t step = bits & ((1 << SALC_STABLE_FIRST) - 1);
	uint32_t other = bits >> SALC_STABLE_FIRST & ((1 << SALC_STABLE_SECOND) - 1);

	if (__builtin_expect(step < SALC_STABLE_BENT, 0))
		return bend(tables, step, state) + tables->second[other];
	return tables->first[step] + tables->second[other];
}

/* The n-th draw of an item, n from 0 on: two a word, the second by the other half. */
static double draw_at(const struct salc_stable *tables, uint64_t hash, uint64_t n)
{
	uint64_t state = hash + (n / 2 + 1) * STEP, bits = mix(state);

	return n & 1 ? draw(tables, (uint32_t)(bits >> 32), ~state)
	             : draw(tables, (uint32_t)bits, state);
}

static void add_plain(const struct salc_stable *tables, double count, uint64_t hash, double *sums,
	uint64_t from, uint64_t n)
{
	uint64_t state = hash + from / 2 * STEP, i;

	for (i = from; i + 1 < n; i += 2) {
		uint64_t bits = mix(state += STEP);

		sums[i] += count * draw(tables, (uint32_t)bits, state);
		sums[i + 1] += count * draw(tables, (uint32_t)(bits >> 32), ~state);
	}
	if (i < n)
		sums[i] += count * draw_at(tables, hash, i);
}

#ifdef __x86_64__
#define WITH_AVX512 __attribute__((target("avx512f,avx512dq")))

WITH_AVX512 static inline __m512i mix_eight(__m512i state)
{
	__m512i bits = _mm512_xor_si512(state, _mm512_srli_epi64(state, 30));

	bits = _mm512_mullo_epi64(bits, _mm512_set1_epi64((long long)FIRST_FACTOR));
	bits = _mm512_xor_si512(bits, _mm512_srli_epi64(bits, 27));
	bits = _mm512_mullo_epi64(bits, _mm512_set1_epi64((long long)SECOND_FACTOR));
	return _mm512_xor_si512(bits, _mm512_srli_epi64(bits, 31));
}

/* Adds eight draws; those of a mask are drawn again, one by one. */
WITH_AVX512 static inline void add_eight(const struct salc_stable *tables, double count,
	__m256i drawn, uint32_t bent, uint64_t hash, double *sums, uint64_t first)
{
	__m512d values = _mm512_cvtepi32_pd(drawn);

	if (__builtin_expect(bent != 0, 0)) {
		double own[8];

		_mm512_storeu_pd(own, values);
		for (; bent; bent &= bent - 1) {
			uint32_t place = (uint32_t)__builtin_ctz(bent);

			own[place] = draw_at(tables, hash, first + place);
		}
		values = _mm512_loadu_pd(own);
	}
	values = _mm512_mul_pd(_mm512_set1_pd(count), values);
	_mm512_storeu_pd(sums + first, _mm512_add_pd(_mm512_loadu_pd(sums + first), values));
}

/* Sixteen draws a round, out of eight words; how many were added. */
WITH_AVX512 static uint64_t add_avx512(
	const struct salc_stable *tables, double count, uint64_t hash, double *sums, uint64_t n)
{
	const __m512i one = _mm512_set_epi64(8, 7, 6, 5, 4, 3, 2, 1);
	__m512i state = _mm512_add_epi64(_mm512_set1_epi64((long long)hash),
		_mm512_mullo_epi64(one, _mm512_set1_epi64((long long)STEP)));
	uint64_t i;

	for (i = 0; i + 16 <= n; i += 16) {
		__m512i bits = mix_eight(state);
		__m512i step =
			_mm512_and_si512(bits, _mm512_set1_epi32((1 << SALC_STABLE_FIRST) - 1));
		__m512i other = _mm512_and_si512(_mm512_srli_epi32(bits, SALC_STABLE_FIRST),
			_mm512_set1_epi32((1 << SALC_STABLE_SECOND) - 1));
		uint32_t bent = _mm512_cmplt_epu32_mask(step, _mm512_set1_epi32(SALC_STABLE_BENT));
		__m512i drawn = _mm512_add_epi32(_mm512_i32gather_epi32(step, tables->first, 4),
			_mm512_i32gather_epi32(other, tables->second, 4));

		add_eight(tables, count, _mm512_castsi512_si256(drawn), bent & 0xff, hash, sums, i);
		add_eight(tables, count, _mm512_extracti64x4_epi64(drawn, 1), bent >> 8, hash, sums,
			i + 8);
		state = _mm512_add_epi64(state, _mm512_set1_epi64((long long)(8 * STEP)));
	}
	return i;
}
#endif

enum salc_stable_level salc_stable_level(void)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
		return SALC_STABLE_AVX512;
#endif
	return SALC_STABLE_PLAIN;
}

void salc_stable_add(enum salc_stable_level level, const struct salc_stable *tables, double count,
	uint64_t hash, double *sums, uint64_t n)
{
	uint64_t from = 0;

#ifdef __x86_64__
	if (level == SALC_STABLE_AVX512)
		from = add_avx512(tables, count, hash, sums, n);
#endif
	add_plain(tables, count, hash, sums, from, n);
}
