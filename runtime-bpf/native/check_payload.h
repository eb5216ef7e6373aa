/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* check_payload.h - what is copied of a payload and found in it, byte by byte, up to every edge. */
#include "check.h"
#include "sal/payload.h"

enum { PAYLOAD_FRAME = 9000, PAYLOAD_GUARD = 64 };

/* What the host may see of a payload: none, or its bytes as far as captured, `most` at most. */
static __u64 payload_seen(__u64 place, __u64 cap, __u64 most)
{
	__u64 at = place >> 32, end = at + (place & 0xffffffff);

	if (place == SAL_PAYLOAD_NONE || at >= cap)
		return 0;
	end = end < cap ? end : cap;
	return end - at < most ? end - at : most;
}

/* A frame of exactly `length` bytes, so that sanitizers see a byte too many; not to be 0. */
static void check_payload_copy(const __u8 *bytes, __u32 length, __u64 place, __u64 cap)
{
	static __u8 room[SAL_PAYLOAD_COPY + PAYLOAD_GUARD];
	__u8 *own = malloc(length);
	struct sal_frame frame = {own, length};
	__u64 wanted = payload_seen(place, cap, SAL_PAYLOAD_COPY), copied, i;

	CHECK(own != 0);
	memcpy(own, bytes, length);
	memset(room, 0xa5, sizeof(room));
	copied = sal_payload_copy(&frame, place, cap, room);
	/* A frame that is shorter than was said has nothing to be copied: never a part. */
	CHECK(copied == ((place >> 32) + wanted <= length ? wanted : 0));
	CHECK(copied == 0 || !memcmp(room, own + (place >> 32), copied));
	for (i = copied; i < sizeof(room); i++)
		CHECK(room[i] == 0xa5);
	free(own);
}

static __u64 payload_place(__u64 at, __u64 size)
{
	return at << 32 | size;
}

static void test_payload_copy(void)
{
	static __u8 bytes[PAYLOAD_FRAME];
	static const __u32 lengths[] = {1, 42, 54, 60, 1286, 1287, 1514, PAYLOAD_FRAME};
	__u32 i, l, n;

	for (i = 0; i < PAYLOAD_FRAME; i++)
		bytes[i] = (__u8)random_word();
	for (l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++) {
		__u64 length = lengths[l], at;

		check_payload_copy(bytes, length, SAL_PAYLOAD_NONE, length);
		for (at = 0; at <= length; at += at < 100 || at + 100 > length ? 1 : 97) {
			__u64 left = length - at;

			/* nothing, a byte, to the end of the frame, and one before and behind it */
			for (n = 0; n < 2; n++)
				check_payload_copy(bytes, length, payload_place(at, n), length);
			for (n = 0; n < 3; n++)
				check_payload_copy(bytes, length,
					payload_place(at, left + n - (left > 0)), length);
			/* one less and one more than there is room for, of a jumbo frame too */
			for (n = SAL_PAYLOAD_COPY - 1; n <= SAL_PAYLOAD_COPY + 1; n++)
				check_payload_copy(bytes, length, payload_place(at, n), length);
			check_payload_copy(bytes, length, payload_place(at, 0xffffffff), length);
			/* captured one byte less; and the host said more than there is */
			check_payload_copy(bytes, length, payload_place(at, left), length - 1);
			check_payload_copy(bytes, length, payload_place(at, left + 1), length + 1);
		}
		check_payload_copy(bytes, length, payload_place(length + 1, 1), length);
		check_payload_copy(bytes, length, payload_place(0x7fffffff, 1), length);
	}
	for (i = 0; i < 20000; i++) {
		__u64 length = 1 + random_word() % PAYLOAD_FRAME,
		      at = random_word() % (length + 20);

		check_payload_copy(bytes, length, payload_place(at, random_word() % PAYLOAD_FRAME),
			length - random_word() % 3);
	}
}

/* A text of two letters, so that it is often nearly there. */
static void test_payload_has(void)
{
	static __u8 bytes[1400], buffer[SAL_PAYLOAD_BUFFER];
	__u32 i, round, size;

	for (round = 0; round < 20000; round++) {
		__u64 length = 1 + random_word() % sizeof(bytes), at = random_word() % length;
		__u64 place = payload_place(at, random_word() % (length + 2)), cap = length;
		__u64 seen = payload_seen(place, cap, SAL_PAYLOAD_LIMIT), wanted = 0, words;
		struct sal_frame frame = {bytes, (__u32)length};
		struct sal_needle needle;
		__u8 text[SAL_NEEDLE_LIMIT] = {0}, mask[SAL_NEEDLE_LIMIT] = {0};

		for (i = 0; i < length; i++)
			bytes[i] = 'a' + (random_word() >> 20) % 2;
		size = 1 + (__u32)random_word() % SAL_NEEDLE_LIMIT;
		words = (size + 7) / 8;
		for (i = 0; i < size; i++) {
			/* what stands at the payload's very end, or anything */
			text[i] = round & 1 && seen >= size ? bytes[at + seen - size + i]
			                                    : 'a' + i % 2;
			mask[i] = 0xff;
		}
		memcpy(needle.word, text, sizeof(text));
		memcpy(needle.mask, mask, sizeof(mask));
		needle.size = size;
		for (i = 0; i + size <= seen; i++)
			wanted |= !memcmp(bytes + at + i, text, size);
		memset(buffer, 'a', sizeof(buffer)); /* what is left of another frame */
		CHECK(sal_payload_has(&frame, place, cap, buffer, &needle, (__u32)words) == wanted);
	}
}
