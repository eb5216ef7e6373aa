/*
 * What the host benchmark needs beside salc: a capture, and a stop watch that also reads memory.
 *
 *   host generate FILE PACKETS   a pcap of short frames at 10 Gbit/s line rate
 *   host time COMMAND...         runs it; prints its seconds of processor time, those that passed,
 *                                and its peak memory in KiB
 *
 * The capture: Ethernet, IPv4, UDP in 60 octets (64 on the wire with the check sum), 65 536 flows
 * by Zipf's law with exponent 1, flow i from a source address of its own, in an order that no
 * branch predictor learns; nanosecond pcap, a frame each 67.2 ns from a full second on.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FLOWS 65536
#define FRAME 60
#define RECORD (16 + FRAME)
#define START 1767225600 /* 2026-01-01 00:00:00 UTC */

/* SplitMix64: Steele, Lea, Flood, OOPSLA 2014. */
static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

/* The cumulative distribution of Zipf's law, scaled to 2^32. */
static void zipf(uint32_t *cumulative)
{
	double total = 0, sum = 0;
	int rank;

	for (rank = 1; rank <= FLOWS; rank++)
		total += 1.0 / rank;
	for (rank = 1; rank <= FLOWS; rank++) {
		sum += 1.0 / rank;
		cumulative[rank - 1] = (uint32_t)(sum / total * 4294967295.0);
	}
}

static uint32_t draw(const uint32_t *cumulative, uint64_t *state)
{
	uint32_t wanted = (uint32_t)(next(state) >> 32);
	uint32_t low = 0, high = FLOWS - 1;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (cumulative[middle] < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void frame(uint8_t *record, uint32_t flow, uint64_t number)
{
	static const uint8_t header[FRAME] = {
		2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0,    /* Ethernet */
		0x45, 0, 0, 46, 0, 0, 0x40, 0, 64, 17, 0, 0, /* IPv4, UDP, 46 octets */
		10, 0, 0, 0, 192, 168, 0, 1,                 /* from, to */
		0, 0, 0xC3, 0x50, 0, 26, 0, 0,               /* UDP to 50000 */
	};
	/* An odd multiplier permutes the low 16 bits: hot flows are not neighbours. */
	uint32_t scattered = (flow * 40503u) & 0xFFFF;
	uint64_t tenths = number * 672;
	uint32_t words[4] = {
		START + (uint32_t)(tenths / 10000000000u),
		(uint32_t)(tenths % 10000000000u / 10),
		FRAME,
		FRAME,
	};

	memcpy(record, words, sizeof(words));
	record += sizeof(words);
	memcpy(record, header, FRAME);
	record[27] = (uint8_t)(scattered >> 12);
	record[28] = (uint8_t)(scattered >> 4);
	record[29] = (uint8_t)(scattered << 4 | 1);
	record[34] = (uint8_t)(0x80 | flow >> 8);
	record[35] = (uint8_t)flow;
}

static int generate(const char *path, uint64_t packets)
{
	static const uint32_t head[6] = {0xA1B23C4D, 4 << 16 | 2, 0, 0, 262144, 1};
	static uint32_t cumulative[FLOWS];
	static uint8_t record[RECORD];
	uint64_t state = 1, number;
	FILE *file = fopen(path, "wb");

	if (!file)
		return perror(path), 1;
	zipf(cumulative);
	fwrite(head, sizeof(head), 1, file);
	for (number = 0; number < packets; number++) {
		frame(record, draw(cumulative, &state), number);
		fwrite(record, RECORD, 1, file);
	}
	if (ferror(file) || fclose(file))
		return perror(path), 1;
	return 0;
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static int stopwatch(char **command)
{
	struct timespec from, to;
	struct rusage usage;
	int status;
	pid_t child;

	clock_gettime(CLOCK_MONOTONIC, &from);
	child = vfork();
	if (child == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		return perror("wait4"), 1;
	clock_gettime(CLOCK_MONOTONIC, &to);
	fprintf(stderr, "%.6f %.6f %ld\n", seconds(usage.ru_utime) + seconds(usage.ru_stime),
		(double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
		usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int count, char **words)
{
	if (count == 4 && !strcmp(words[1], "generate"))
		return generate(words[2], strtoull(words[3], NULL, 10));
	if (count >= 3 && !strcmp(words[1], "time"))
		return stopwatch(words + 2);
	fprintf(stderr, "usage: host generate FILE PACKETS | host time COMMAND...\n");
	return 2;
}
