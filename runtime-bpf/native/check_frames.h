/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* check_frames.h - the parser's three ways against each other, and its choices frame by frame. */
#include <time.h>

#include "check.h"
#include "sal/fast.h"
#include "sal/parse.h"

static void put(__u8 *frame, __u32 *at, unsigned value, int size)
{
	while (size--)
		frame[(*at)++] = (__u8)(value >> 8 * size);
}

/* A frame that is ordinary or not quite, of at least 160 bytes; its length. */
static __u32 make_frame(__u8 *frame)
{
	static const __u16 types[] = {0x0800, 0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x1234, 60};
	static const __u16 tags[] = {0x8100, 0x8100, 0x88a8, 0x9100};
	static const __u8 kinds[] = {6, 6, 17, 17, 1, 58, 0, 43, 44, 51, 60, 59, 4};
	__u64 r = random_word();
	__u32 at = 12, i, tagged = r & 3 ? 0 : (r >> 2) % 6;
	__u16 type = types[r >> 5 & 7];

	for (i = 0; i < 400; i++)
		frame[i] = (__u8)(random_word() >> 24);
	for (i = 0; i < tagged; i++) {
		put(frame, &at, tags[random_word() & 3], 2);
		at += 2;
	}
	put(frame, &at, type, 2);
	if (type == 0x0800) {
		frame[at] = r >> 8 & 15 ? 0x45 : (__u8)(r >> 16);
		frame[at + 2] = r >> 12 & 7 ? 1 : 0;
		if (!(r >> 12 & 15))
			frame[at + 3] = 0;
		frame[at + 6] = r >> 16 & 7 ? 0x40 : (__u8)(r >> 24);
		frame[at + 7] = r >> 20 & 7 ? 0 : (__u8)(r >> 32);
		frame[at + 9] = kinds[(r >> 40) % 13];
		at += 20;
	} else if (type == 0x86dd) {
		frame[at] = r >> 8 & 15 ? 0x60 : (__u8)(r >> 16);
		frame[at + 4] = r >> 12 & 7 ? 0 : 1;
		frame[at + 6] = kinds[(r >> 40) % 13];
		for (i = at + 40; i < 300; i += 8) { /* short extension headers, if any */
			frame[i] = kinds[random_word() % 13];
			frame[i + 1] = 0;
			frame[i + 2] = 0;
			frame[i + 3] = (__u8)(random_word() & 1);
		}
		at += 40;
	} else if (type == 0x0806) {
		i = at;
		put(frame, &i, 0x00010800, 4);
		put(frame, &i, 0x0604, 2);
	}
	if (r >> 60 == 0) {
		frame[at] = 0;
		frame[at + 1] = 53;
	}
	return r >> 50 & 7 ? 160 + (__u32)(random_word() % 200) : (__u32)(random_word() % 160);
}

/* The fast path of the program says the same as the general parser, where it says anything. */
static void check_fast(const __u8 *frame, __u32 cap, const struct sal_layers *l)
{
	struct sal_fast f;
	int four, six, transport;

	if (!sal_fast_open(&f, frame, frame + cap))
		return;
	four = sal_fast_ipv4(&f, frame + cap);
	six = !four && sal_fast_ipv6(&f, frame + cap);
	if (!four && !six)
		return;
	transport = six || sal_fast_transport(&f);
	CHECK(l->outcome == SAL_OK || (four && !transport && f.protocol == 51));
	CHECK(sal_has(l, SAL_LAYER_IPV4) == four && sal_has(l, SAL_LAYER_IPV6) == six);
	CHECK(sal_offset(l, four ? SAL_LAYER_IPV4 : SAL_LAYER_IPV6) == f.ip - frame);
	CHECK(sal_has(l, SAL_LAYER_VLAN) == (int)(f.tagged & 1) && !sal_has(l, SAL_LAYER_VLAN2));
	if (!transport)
		return;
	CHECK(f.protocol == l->protocol);
	CHECK(sal_has(l, SAL_LAYER_TCP) == (int)(sal_fast_tcp(&f) & 1));
	CHECK(sal_has(l, SAL_LAYER_UDP) == (int)(sal_fast_udp(&f) & 1));
	CHECK(sal_has(l, SAL_LAYER_ICMP) == (four && (sal_fast_icmp(&f) & 1)));
	CHECK(sal_has(l, SAL_LAYER_ICMPV6) == (six && (sal_fast_icmpv6(&f) & 1)));
	if (sal_has(l, SAL_LAYER_DNS))
		CHECK(sal_fast_port(&f, f.ip + (four ? 20 : 40), 53));
}

static void test_parser(void)
{
	__u8 bytes[400];
	int i, ordinary = 0;

	for (i = 0; i < 300000; i++) {
		__u32 cap = make_frame(bytes);
		__u8 *frame =
			malloc(cap + !cap); /* its exact size, so that ASan sees a byte more */
		struct sal_frame whole = {frame, cap};
		struct sal_layers quick, general;

		memcpy(frame, bytes, cap);
		sal_parse(frame, cap, 0, &quick);
		sal_parse_general(&whole, cap, 0, &general);
		CHECK(!memcmp(&quick, &general, sizeof(quick)));
		ordinary += sal_parse_ordinary(frame, cap, &quick);
		check_fast(frame, cap, &general);
		if (cap > 14) { /* the loader's bound and the captured length may differ */
			sal_parse_general(&whole, cap - 14, SAL_FLAG_NO_LINK, &general);
			CHECK(!sal_has(&general, SAL_LAYER_ETH));
			sal_parse_general(&whole, cap + 20, 0, &quick);
		}
		free(frame);
	}
	CHECK(ordinary > 30000);
}

/* What the head of parse.h promises, frame by frame. */
static struct sal_layers parse(const __u8 *frame, __u32 cap)
{
	struct sal_layers l;

	sal_parse(frame, cap, 0, &l);
	return l;
}

static void test_choices(void)
{
	__u8 f[128] = {0};
	struct sal_layers l;
	__u32 at = 12, i;

	for (i = 0; i < 5; i++) { /* four tags are passed, a fifth is not */
		put(f, &at, 0x8100, 2);
		at += 2;
		if (i == 3) {
			__u32 end = at;

			put(f, &end, 0x0800, 2);
			f[end] = 0x45;
			f[end + 9] = 17;
			l = parse(f, 128);
			CHECK(sal_has(&l, SAL_LAYER_UDP) && sal_offset(&l, SAL_LAYER_VLAN2) == 18);
		}
	}
	l = parse(f, 128);
	CHECK(l.outcome == SAL_LIMITED && !sal_has(&l, SAL_LAYER_IPV4));

	memset(f, 0, sizeof(f));
	at = 12;
	put(f, &at, 0x0800, 2);
	f[14] = 0x45;
	f[17] = 28; /* UDP without payload to port 53, padded to 60 bytes: no DNS */
	f[23] = 17;
	f[37] = 53;
	l = parse(f, 60);
	CHECK(sal_has(&l, SAL_LAYER_UDP) && !sal_has(&l, SAL_LAYER_DNS) && l.end == 42);
	f[17] = 40;
	l = parse(f, 60);
	CHECK(sal_has(&l, SAL_LAYER_DNS) && sal_offset(&l, SAL_LAYER_DNS) == 42);
	l = parse(f, 53);
	CHECK(!sal_has(&l, SAL_LAYER_DNS) && l.outcome == SAL_OK);
	l = parse(f, 41);
	CHECK(!sal_has(&l, SAL_LAYER_UDP) && l.outcome == SAL_TRUNCATED);
	f[20] = 0x20; /* first fragment: transport; later: none, but the protocol */
	l = parse(f, 60);
	CHECK(sal_has(&l, SAL_LAYER_UDP) && l.fragment == SAL_FRAGMENT_FIRST);
	f[21] = 1;
	l = parse(f, 60);
	CHECK(!sal_has(&l, SAL_LAYER_UDP) && l.protocol == 17 && l.outcome == SAL_OK);
	f[14] = 0x44;
	l = parse(f, 60);
	CHECK(!sal_has(&l, SAL_LAYER_IPV4) && l.outcome == SAL_MALFORMED);
	CHECK(l.protocol == SAL_PROTOCOL_NONE && sal_has(&l, SAL_LAYER_ETH));
	l = parse(f, 13);
	CHECK(l.present == 0 && l.outcome == SAL_TRUNCATED);
}

/* Nanoseconds a frame for the native parser on ordinary frames; printed, not judged. */
static void time_parser(void)
{
	static __u8 frames[1024][64];
	struct timespec start, stop;
	unsigned long long sum = 0;
	int i, round;

	memset(frames, 0, sizeof(frames));
	for (i = 0; i < 1024; i++) {
		__u32 at = 12;

		if (random_word() % 10 == 0) {
			put(frames[i], &at, 0x8100, 2);
			at += 2;
		}
		put(frames[i], &at, 0x0800, 2);
		frames[i][at] = 0x45;
		frames[i][at + 2] = 1;
		frames[i][at + 9] = random_word() % 5 ? 6 : 17;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (round = 0; round < 4000; round++) {
		for (i = 0; i < 1024; i++) {
			struct sal_layers l;

			sal_parse(frames[(i * 7 + round) & 1023], 64, 0, &l);
			sum += l.present + l.offset[SAL_LAYER_TCP];
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &stop);
	printf("parse: %.2f ns a frame (%llu)\n",
		((double)(stop.tv_sec - start.tv_sec) * 1e9 +
			(double)(stop.tv_nsec - start.tv_nsec)) /
			(4000. * 1024),
		sum % 10);
}
