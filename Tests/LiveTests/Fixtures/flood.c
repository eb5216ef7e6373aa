/*
 * flood.c - as many frames a second as a veth pair takes, and how many they were.
 *
 * Usage    flood INTERFACE OBJECT COUNT [MASK [seconds]]
 *          sources are 10.0.0.0 + (n & MASK), 0xffff unless given. With `seconds`, COUNT frames in
 *          each second of the wall clock until SIGTERM: bursts at its second to fifth eighth,
 *          so that a busy machine has time for the turn before them and for them
 * Output   the number of frames made; those that the pair did not take are in its drop counters.
 *          Below it the seconds whose frames took so long that they may belong to the next one
 * How      BPF_PROG_TEST_RUN with BPF_F_TEST_XDP_LIVE_FRAMES: pages of a pool go straight into the
 *          peer's receive ring, several times faster than a packet socket. The peer must run a
 *          native XDP program, or it takes none.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FRAME_BYTES = 60, FRAMES_A_CALL = 1 << 18, BATCH = 64, PARTS = 4, LATES_MAX = 1024 };

#define MILLISECOND 1000000L

static time_t late[LATES_MAX];
static int lates;

/* The signal is held back, so that it ends no call halfway. */
static int is_ended(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && sigismember(&pending, SIGTERM);
}

/* UDP to 10.99.0.2 port 9; the source address is the program's. */
static void build(unsigned char *frame)
{
	static const unsigned char head[] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0,
		46, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 0, 10, 99, 0, 2, 4, 0, 0, 9, 0, 26};

	memset(frame, 0, FRAME_BYTES);
	memcpy(frame, head, sizeof(head));
}

static int fail(const char *what)
{
	perror(what);
	return 1;
}

/* Loads the program with its mask; returns its descriptor. */
static int load(const char *path, unsigned mask)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_map *constants;

	if (!object)
		return -1;
	constants = bpf_object__find_map_by_name(object, ".rodata");
	if (!constants || bpf_map__set_initial_value(constants, &mask, sizeof(mask)) ||
		bpf_object__load(object))
		return -1;
	return bpf_program__fd(bpf_object__find_program_by_name(object, "flood"));
}

/* Makes so many frames, or as many as there were when the end was asked for. */
static long long send_frames(int program, struct xdp_md *context, unsigned long long wanted)
{
	unsigned char frame[FRAME_BYTES];
	unsigned long long rest = wanted;

	build(frame);
	while (rest && (wanted <= FRAMES_A_CALL || !is_ended())) {
		/* A call makes a pool of pages, which takes 20 ms: few and large ones. */
		unsigned count = rest < FRAMES_A_CALL ? (unsigned)rest : FRAMES_A_CALL;
		LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame,
			.data_size_in = sizeof(frame), .ctx_in = context,
			.ctx_size_in = sizeof(*context), .repeat = (int)count,
			.flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

		if (bpf_prog_test_run_opts(program, &options))
			return -1;
		rest -= count;
	}
	return (long long)(wanted - rest);
}

/* One second's frames in shares; the end is asked for between seconds. */
static long long send_second(
	int program, struct xdp_md *context, unsigned long long count, time_t second)
{
	long long made = 0, sent;
	int part;

	for (part = 0; part < PARTS; part++) {
		struct timespec start = {second, (part + 2) * 125 * MILLISECOND};

		clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &start, NULL);
		sent = send_frames(program, context, count / PARTS);
		if (sent < 0)
			return -1;
		made += sent;
	}
	return made;
}

/* The same frames in each second until the end is asked for; notes the seconds that were late. */
static long long send_bursts(int program, struct xdp_md *context, unsigned long long count)
{
	long long made = 0, sent;
	struct timespec now;
	time_t second;

	clock_gettime(CLOCK_REALTIME, &now);
	for (second = now.tv_sec + 1; !is_ended(); second++) {
		sent = send_second(program, context, count, second);
		if (sent < 0)
			return -1;
		made += sent;
		clock_gettime(CLOCK_REALTIME, &now);
		if ((now.tv_sec != second || now.tv_nsec > 980 * MILLISECOND) && lates < LATES_MAX)
			late[lates++] = second;
	}
	return made;
}

int main(int argc, char **argv)
{
	struct xdp_md context = {.data_end = FRAME_BYTES};
	unsigned long long count;
	long long made;
	sigset_t term;
	int program, n;

	if (argc < 4 || argc > 6) {
		fprintf(stderr, "usage: flood INTERFACE OBJECT COUNT [MASK [seconds]]\n");
		return 2;
	}
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	context.ingress_ifindex = if_nametoindex(argv[1]);
	count = strtoull(argv[3], NULL, 10);
	program = load(argv[2], argc > 4 ? (unsigned)strtoul(argv[4], NULL, 0) : 0xffff);
	if (program < 0)
		return fail(argv[2]);
	made = argc > 5 ? send_bursts(program, &context, count)
	                : send_frames(program, &context, count);
	if (made < 0)
		return fail("live frames");
	printf("%lld\n", made);
	for (n = 0; n < lates; n++)
		printf("%lld\n", (long long)late[n]);
	return 0;
}
