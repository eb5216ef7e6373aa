/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends NetFlow version 5 over loopback UDP: RECORDS records, 30 a datagram, at RATE records a
 * second (0: as fast as it can), from one exporter whose sequence numbers let the receiver count
 * what never came. Addresses and ports spread over 65 536 sources; a flow begins within the second
 * before its datagram. The last datagrams come after a pause, so that every gap is seen.
 *
 *   netflow PORT RECORDS RATE      prints the records sent and the seconds it took
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { RECORDS = 30, HEADER = 24, RECORD = 48, SIZE = HEADER + RECORDS * RECORD, BATCH = 32 };

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8, at[1] = value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16), put16(at + 2, value);
}

static void fill(uint8_t *datagram, uint32_t sequence, uint32_t *random)
{
	struct timespec time;
	const uint32_t uptime = 100000000;

	clock_gettime(CLOCK_REALTIME, &time);
	memset(datagram, 0, SIZE);
	put16(datagram, 5);
	put16(datagram + 2, RECORDS);
	put32(datagram + 4, uptime);
	put32(datagram + 8, time.tv_sec);
	put32(datagram + 12, time.tv_nsec);
	put32(datagram + 16, sequence);
	for (int i = 0; i < RECORDS; i++) {
		uint8_t *record = datagram + HEADER + i * RECORD;

		*random = *random * 1664525 + 1013904223;
		put32(record, 0x0A000000 | *random >> 16);
		put32(record + 4, 0xC0A80000 | (*random >> 8 & 0xFF));
		put32(record + 16, 1 + (*random >> 20 & 15));
		put32(record + 20, 64 + (*random >> 12 & 0xFFF));
		put32(record + 24, uptime - (*random >> 4 & 511));
		put32(record + 28, uptime);
		put16(record + 32, *random >> 8);
		put16(record + 34, 443);
		record[38] = 6;
	}
}

int main(int argc, char **argv)
{
	static uint8_t space[BATCH][SIZE];
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	struct sockaddr_in to = {.sin_family = AF_INET};
	uint32_t sequence = 0, random = 1;
	uint64_t datagrams, sent = 0;
	double rate, start;
	int out;

	if (argc != 4)
		return 2;
	to.sin_port = htons((uint16_t)atoi(argv[1]));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	datagrams = strtoull(argv[2], NULL, 10) / RECORDS;
	rate = atof(argv[3]) / RECORDS;
	out = socket(AF_INET, SOCK_DGRAM, 0);
	if (out < 0 || connect(out, (struct sockaddr *)&to, sizeof(to))) {
		perror("netflow");
		return 1;
	}
	memset(messages, 0, sizeof(messages));
	for (int i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){space[i], SIZE};
		messages[i].msg_hdr.msg_iov = vectors + i;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	start = now();
	while (sent < datagrams) {
		int count = datagrams - sent < BATCH ? (int)(datagrams - sent) : BATCH;

		/* The last ones wait until the receiver has room again. */
		if (count < BATCH || sent + BATCH >= datagrams)
			usleep(500000), count = 1;
		for (int i = 0; i < count; i++, sequence += RECORDS)
			fill(space[i], sequence, &random);
		for (int done = 0; done < count;) {
			int got = sendmmsg(out, messages + done, (unsigned)(count - done), 0);

			if (got > 0)
				done += got;
		}
		sent += (uint64_t)count;
		if (sent + BATCH >= datagrams && sent + 1 < datagrams)
			datagrams = sent + 1;
		while (rate > 0 && (double)sent / rate > now() - start)
			usleep(200);
	}
	printf("%llu %.3f\n", (unsigned long long)sent * RECORDS, now() - start);
	return 0;
}
