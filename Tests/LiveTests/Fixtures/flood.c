/*
 * flood.c - as many frames a second as a veth pair takes, and how many they were.
 *
 * Usage    flood INTERFACE OBJECT COUNT
 * Output   the number of frames made; those that the pair did not take are in its drop counters
 * How      BPF_PROG_TEST_RUN with BPF_F_TEST_XDP_LIVE_FRAMES: pages of a pool go straight into the
 *          peer's receive ring, several times faster than a packet socket. The peer must run a
 *          native XDP program, or it takes none.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_BYTES = 60, FRAMES_A_CALL = 1 << 16, BATCH = 64 };

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

int main(int argc, char **argv)
{
	unsigned char frame[FRAME_BYTES];
	struct xdp_md context = {.data_end = FRAME_BYTES};
	struct bpf_object *object;
	unsigned long long rest;
	int program;

	if (argc != 4) {
		fprintf(stderr, "usage: flood INTERFACE OBJECT COUNT\n");
		return 2;
	}
	context.ingress_ifindex = if_nametoindex(argv[1]);
	rest = strtoull(argv[3], NULL, 10);
	object = bpf_object__open_file(argv[2], NULL);
	if (!object || bpf_object__load(object))
		return fail(argv[2]);
	program = bpf_program__fd(bpf_object__find_program_by_name(object, "flood"));
	build(frame);
	while (rest) {
		unsigned count = rest < FRAMES_A_CALL ? (unsigned)rest : FRAMES_A_CALL;
		LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame,
			.data_size_in = sizeof(frame), .ctx_in = &context,
			.ctx_size_in = sizeof(context), .repeat = (int)count,
			.flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

		if (bpf_prog_test_run_opts(program, &options))
			return fail("live frames");
		rest -= count;
	}
	printf("%s\n", argv[3]);
	return 0;
}
