/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the fields of lines end, and addresses out of them: for many lines at once, by the widest
 * instructions that the processor has. Used by Capture.
 *
 * Source  Langdale and Lemire, "Parsing gigabytes of JSON per second", VLDB Journal 28 (2019): an
 *         index of structural characters first, then everything else without looking for them.
 *         Lemire, "Parsing IP addresses crazily fast" (2023), after Muła.
 */
#ifndef SALC_TEXT_H
#define SALC_TEXT_H

#include <stdint.h>

/* Octets behind the text that may be read; they have no effect. */
#define SALC_TEXT_PAD 64
/* Places that may be written behind those that count. */
#define SALC_TEXT_ROOM 64

/* Sets of instructions, each of which needs more of the processor; all find the same. */
enum salc_text_level {
	SALC_TEXT_PLAIN,
	SALC_TEXT_AVX2,
	SALC_TEXT_AVX512,
};

/* The highest level of this processor. */
enum salc_text_level salc_text_level(void);

/*
 * The separators and line feeds among at[0 .. readable): their places into marks[], ascending, at
 * most `room` of them; and into ends[], of each of the first lines, `most` at most, the number of
 * marks up to and with its line feed. Returns the number of lines: of those that end within
 * `readable`, and the marks of which have room.
 *
 * Needs  readable below 2^31; SALC_TEXT_ROOM places more in marks[] and ends[].
 * Cost   a line of 130 octets and 19 fields: 8 ns with AVX-512, 22 ns with AVX2.
 */
uint32_t salc_text_index(enum salc_text_level level, const uint8_t *at, uint64_t readable,
	uint8_t separator, int32_t *marks, uint32_t room, uint32_t *ends, uint32_t most);

/* Where the fields of a column are: octets from `base`, without blanks around them. */
struct salc_fields {
	const uint8_t *base;
	const int32_t *starts, *counts;
	uint32_t count;
};

/*
 * The fields that are four decimal numbers of at most 255 and 3 digits, as IPv4 addresses in
 * values[] with 4 in families[]; of each other field there is 0, and anything in values[]. Returns
 * how many others there are.
 *
 * Cost   4 ns an address with AVX2, 13 ns without.
 */
uint32_t salc_text_ipv4s(enum salc_text_level level, const struct salc_fields *fields,
	uint64_t *values, uint8_t *families);

#endif
