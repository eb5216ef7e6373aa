/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * hash.h - the one keyed hash: 1 to 6 words of 64 bits to 64 bits, the same bits everywhere.
 *
 * Purpose  set index, sketch rows, fingerprints and register ranks are all slices of one hash.
 * Bound    one word: a bijection for every seed, so no two keys collide. More words: NH, whose
 *          keys collide with probability <= 2^-32 over the seed, however they were chosen, when
 *          they differ in one word; its word keys are multiples of the one seed, so for keys that
 *          differ in several words that is an estimate. No key set collides under all seeds.
 * Cost     one word 11 cycles latency (two multiplies), each further word one multiply in
 *          parallel with the others.
 * Memory   none; the seed is a register.
 * Merge    equal seeds only.
 * Source   NH: Black, Halevi, Krawczyk, Krovetz, Rogaway, "UMAC", CRYPTO 1999, section 4;
 *          finaliser: Appleby, MurmurHash3 fmix64.
 */
#ifndef SAL_HASH_H
#define SAL_HASH_H

#include "types.h"

/* Full avalanche, bijective. */
SAL_INLINE __u64 sal_mix64(__u64 x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	x ^= x >> 33;
	return x;
}

/* One NH term: (low half + low key) * (high half + high key), halves modulo 2^32. */
SAL_INLINE __u64 sal_nh(__u64 word, __u64 key)
{
	__u32 low = (__u32)word + (__u32)key;
	__u32 high = (__u32)(word >> 32) + (__u32)(key >> 32);

	return (__u64)low * high;
}

/* Odd multipliers that spread the seed over the words (binary digits of pi, made odd). */
#define SAL_HASH_KEY0 0x243f6a8885a308d3ULL
#define SAL_HASH_KEY1 0x13198a2e03707345ULL
#define SAL_HASH_KEY2 0xa4093822299f31d1ULL
#define SAL_HASH_KEY3 0x082efa98ec4e6c89ULL
#define SAL_HASH_KEY4 0x452821e638d01377ULL
#define SAL_HASH_KEY5 0xbe5466cf34e90c6dULL

SAL_INLINE __u64 sal_hash1(__u64 seed, __u64 a)
{
	return sal_mix64(a ^ seed);
}

SAL_INLINE __u64 sal_hash2(__u64 seed, __u64 a, __u64 b)
{
	return sal_mix64(
		(sal_nh(a, seed * SAL_HASH_KEY0) + sal_nh(b, seed * SAL_HASH_KEY1)) ^ seed);
}

SAL_INLINE __u64 sal_hash3(__u64 seed, __u64 a, __u64 b, __u64 c)
{
	return sal_mix64((sal_nh(a, seed * SAL_HASH_KEY0) + sal_nh(b, seed * SAL_HASH_KEY1) +
				 sal_nh(c, seed * SAL_HASH_KEY2)) ^
			 seed);
}

SAL_INLINE __u64 sal_hash4(__u64 seed, __u64 a, __u64 b, __u64 c, __u64 d)
{
	return sal_mix64(
		(sal_nh(a, seed * SAL_HASH_KEY0) + sal_nh(b, seed * SAL_HASH_KEY1) +
			sal_nh(c, seed * SAL_HASH_KEY2) + sal_nh(d, seed * SAL_HASH_KEY3)) ^
		seed);
}

SAL_INLINE __u64 sal_hash5(__u64 seed, __u64 a, __u64 b, __u64 c, __u64 d, __u64 e)
{
	return sal_mix64((sal_nh(a, seed * SAL_HASH_KEY0) + sal_nh(b, seed * SAL_HASH_KEY1) +
				 sal_nh(c, seed * SAL_HASH_KEY2) + sal_nh(d, seed * SAL_HASH_KEY3) +
				 sal_nh(e, seed * SAL_HASH_KEY4)) ^
			 seed);
}

SAL_INLINE __u64 sal_hash6(__u64 seed, __u64 a, __u64 b, __u64 c, __u64 d, __u64 e, __u64 f)
{
	return sal_mix64(
		(sal_nh(a, seed * SAL_HASH_KEY0) + sal_nh(b, seed * SAL_HASH_KEY1) +
			sal_nh(c, seed * SAL_HASH_KEY2) + sal_nh(d, seed * SAL_HASH_KEY3) +
			sal_nh(e, seed * SAL_HASH_KEY4) + sal_nh(f, seed * SAL_HASH_KEY5)) ^
		seed);
}

/* The hash of `count` words (1 to 6): sal_hash1 to sal_hash6 by number. */
SAL_INLINE __u64 sal_hash(__u64 seed, const __u64 *words, __u32 count)
{
	switch (count) {
	case 1:
		return sal_hash1(seed, words[0]);
	case 2:
		return sal_hash2(seed, words[0], words[1]);
	case 3:
		return sal_hash3(seed, words[0], words[1], words[2]);
	case 4:
		return sal_hash4(seed, words[0], words[1], words[2], words[3]);
	case 5:
		return sal_hash5(seed, words[0], words[1], words[2], words[3], words[4]);
	default:
		return sal_hash6(seed, words[0], words[1], words[2], words[3], words[4], words[5]);
	}
}

#endif
