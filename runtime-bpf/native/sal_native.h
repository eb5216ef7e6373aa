/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * sal_native.h - the kernel as far as an emitted program sees it: -DSAL_NATIVE.
 *
 * Purpose  the same C runs without a kernel, under sanitizers and in differential tests.
 * Bound    what the real maps do: a ring of a given size that refuses when it is full, halves for
 *          the CPUs that were asked for and none beyond.
 * Source   kernel/bpf/ringbuf.c (a record takes its size + 8, rounded up to 8).
 *
 * Compile the program with -DSAL_NATIVE -I runtime-bpf/include -I runtime-bpf/native, as a shared
 * object or with a test; it then exports the functions declared below. One thread at a time.
 */
#ifndef SAL_NATIVE_H
#define SAL_NATIVE_H

#include <stdlib.h>
#include <string.h>

#include "sal/frame.h"
#include "sal/layout.h"
#include "sal/types.h"

/* A frame is a bounded run of bytes, as for the parser. */
#define xdp_md sal_frame

enum { XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT };

#define SEC(name)
#define SAL_DATA(frame) ((frame)->bytes)
#define SAL_DATA_END(frame) ((frame)->bytes + (frame)->length)

/* Sets up zeroed halves for `cpus` CPUs and an empty ring; 0 on success. */
int sal_native_open(__u32 cpus, __u64 ring_bytes);
void sal_native_close(void);
/* Runs the program on one frame as CPU `cpu`; the XDP verdict. */
int sal_native_run(__u32 cpu, const __u8 *bytes, __u32 length);
/* The half at cpu * 2 + epoch, and its size. */
void *sal_native_half(__u32 index);
__u64 sal_native_half_size(void);
struct sal_control *sal_native_control(void);
void sal_native_set_seed(__u64 seed);
/* The oldest record of the ring and its size, or 0; then removes it. */
const void *sal_native_take(__u32 *size);

struct sal_native_ring {
	__u8 *bytes;
	__u64 capacity, head, tail;
};

static struct {
	__u8 *halves;
	__u64 half_size;
	__u32 cpus, cpu;
	struct sal_native_ring ring;
} sal_native;

__attribute__((unused)) static __u32 bpf_get_smp_processor_id(void)
{
	return sal_native.cpu;
}

__attribute__((unused)) static void *sal_native_lookup(const __u32 *index)
{
	return *index < sal_native.cpus * 2 ? sal_native.halves + *index * sal_native.half_size : 0;
}

#define bpf_xdp_get_buff_len(frame) ((frame)->length)
#define bpf_xdp_load_bytes(frame, at, to, size) sal_frame_load(frame, at, to, size)

/* Never wraps: what was taken is moved out of the way. */
__attribute__((unused)) static long sal_native_output(const void *data, __u64 size)
{
	struct sal_native_ring *ring = &sal_native.ring;
	__u64 room = (size + 8 + 7) & ~7ULL;
	__u32 length = (__u32)size;

	if (ring->tail - ring->head + room > ring->capacity)
		return -11;
	if (ring->tail + room > ring->capacity) {
		memmove(ring->bytes, ring->bytes + ring->head, ring->tail - ring->head);
		ring->tail -= ring->head;
		ring->head = 0;
	}
	memcpy(ring->bytes + ring->tail, &length, sizeof(length));
	memcpy(ring->bytes + ring->tail + 8, data, size);
	ring->tail += room;
	return 0;
}

#define bpf_map_lookup_elem(map, key) sal_native_lookup(key)
#define bpf_ringbuf_output(ring, data, size, flags) sal_native_output(data, size)

#define SAL_PROGRAM_MAPS                                                                           \
	struct sal_control sal_control;                                                            \
	__u64 sal_no_half;                                                                         \
	__u64 sal_seed;                                                                            \
	const volatile __u64 sal_frags = 0;                                                        \
	int salc_main(struct xdp_md *frame);                                                       \
	int sal_native_open(__u32 cpus, __u64 ring_bytes)                                          \
	{                                                                                          \
		sal_native_close();                                                                \
		sal_native.half_size = sizeof(struct sal_half);                                    \
		sal_native.halves =                                                                \
			aligned_alloc(64, (2 * cpus * sizeof(struct sal_half) + 63) & ~63ULL);     \
		sal_native.ring.bytes = malloc(ring_bytes);                                        \
		if (!sal_native.halves || !sal_native.ring.bytes)                                  \
			return -1;                                                                 \
		memset(sal_native.halves, 0, 2 * cpus * sizeof(struct sal_half));                  \
		memset(&sal_control, 0, sizeof(sal_control));                                      \
		sal_native.cpus = cpus;                                                            \
		sal_native.ring.capacity = ring_bytes;                                             \
		return 0;                                                                          \
	}                                                                                          \
	void sal_native_close(void)                                                                \
	{                                                                                          \
		free(sal_native.halves);                                                           \
		free(sal_native.ring.bytes);                                                       \
		memset(&sal_native, 0, sizeof(sal_native));                                        \
	}                                                                                          \
	int sal_native_run(__u32 cpu, const __u8 *bytes, __u32 length)                             \
	{                                                                                          \
		struct xdp_md frame = {bytes, length};                                             \
                                                                                                   \
		sal_native.cpu = cpu;                                                              \
		return salc_main(&frame);                                                          \
	}                                                                                          \
	void *sal_native_half(__u32 index)                                                         \
	{                                                                                          \
		return sal_native_lookup(&index);                                                  \
	}                                                                                          \
	__u64 sal_native_half_size(void)                                                           \
	{                                                                                          \
		return sizeof(struct sal_half);                                                    \
	}                                                                                          \
	struct sal_control *sal_native_control(void)                                               \
	{                                                                                          \
		return &sal_control;                                                               \
	}                                                                                          \
	void sal_native_set_seed(__u64 seed)                                                       \
	{                                                                                          \
		sal_seed = seed;                                                                   \
	}                                                                                          \
	const void *sal_native_take(__u32 *size)                                                   \
	{                                                                                          \
		struct sal_native_ring *ring = &sal_native.ring;                                   \
		const __u8 *record = ring->bytes + ring->head;                                     \
                                                                                                   \
		if (ring->head == ring->tail)                                                      \
			return 0;                                                                  \
		memcpy(size, record, sizeof(*size));                                               \
		ring->head += (*size + 8 + 7) & ~7ULL;                                             \
		return record + 8;                                                                 \
	}                                                                                          \
	SAL_PROGRAM_FUNCTIONS

#endif
