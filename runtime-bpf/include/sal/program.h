/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * program.h - what an emitted program stands on: helpers, maps, control word, staging.
 *
 * Purpose  the few kernel interfaces used, declared here (they are stable ABI), so that compiling
 *          a query needs clang and these headers only; or, with -DSAL_NATIVE, their emulation.
 * Bound    a batch of SAL_BATCH_RECORDS records; a full ring loses the newest record, counted.
 * Cost     control 1 cycle, half 3 cycles, append 3 to 8 cycles of which the ring's share is 1/32.
 * Memory   2 x CPUs x sizeof(struct sal_half), set by the loader; the ring.
 * Merge    see layout.h.
 * Source   Linux include/uapi/linux/bpf.h: helpers 1, 8, 130, 188, 189 (all in 6.1).
 *
 * A program is: this header, the tables, `struct sal_half`, SAL_PROGRAM_MAPS, the functions.
 */
#ifndef SAL_PROGRAM_H
#define SAL_PROGRAM_H

#include "frame.h"
#include "layout.h"
#include "types.h"

#if defined(__bpf__)

struct xdp_md {
	__u32 data;
	__u32 data_end;
	__u32 data_meta;
	__u32 ingress_ifindex;
	__u32 rx_queue_index;
	__u32 egress_ifindex;
};

enum { XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT };

#define SEC(name) __attribute__((section(name), used))

static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static __u32 (*const bpf_get_smp_processor_id)(void) = (void *)8;
static long (*const bpf_ringbuf_output)(
	void *ring, void *data, __u64 size, __u64 flags) = (void *)130;
static long (*const bpf_loop)(__u32 rounds, void *body, void *context, __u64 flags) = (void *)181;
static __u64 (*const bpf_xdp_get_buff_len)(struct xdp_md *frame) = (void *)188;
static long (*const bpf_xdp_load_bytes)(
	struct xdp_md *frame, __u32 at, void *to, __u32 size) = (void *)189;

/* Map types 2 ARRAY, 27 RINGBUF; flag 1 << 10 MMAPABLE. The loader sets max_entries. */
#define SAL_PROGRAM_MAPS                                                                           \
	struct {                                                                                   \
		int (*type)[2];                                                                    \
		int (*max_entries)[2];                                                             \
		int (*map_flags)[1 << 10];                                                         \
		__u32 *key;                                                                        \
		struct sal_half *value;                                                            \
	} sal_state SEC(".maps");                                                                  \
	struct {                                                                                   \
		int (*type)[27];                                                                   \
		int (*max_entries)[1 << 22];                                                       \
	} sal_ring SEC(".maps");                                                                   \
	struct sal_control sal_control;                                                            \
	__u64 sal_no_half;                                                                         \
	const volatile __u64 sal_seed = 0;                                                         \
	const volatile __u64 sal_frags = 0;                                                        \
	char sal_license[] SEC("license") = "GPL";                                                 \
	SAL_PROGRAM_FUNCTIONS

#define SAL_DATA(frame) ((const __u8 *)(long)(frame)->data)
#define SAL_DATA_END(frame) ((const __u8 *)(long)(frame)->data_end)

#elif defined(SAL_NATIVE)
#include "sal_native.h"
#endif

#if defined(__bpf__) || defined(SAL_NATIVE)

/* Which half a packet works in; the control word is read here, once. */
struct sal_turn {
	__u64 tick;
	__u64 index; /* cpu * 2 + epoch */
};

/*
 * sal_half_of: this CPU's half of the epoch, or 0 if the host made the map for fewer CPUs; such
 * packets are counted in sal_no_half.
 * sal_send: passes a full staging area to the ring; 0 if it is in the ring.
 */
#define SAL_PROGRAM_FUNCTIONS                                                                      \
	SAL_INLINE struct sal_half *sal_half_of(struct sal_turn *turn)                             \
	{                                                                                          \
		__u64 word = *(volatile __u64 *)&sal_control.word;                                 \
		__u32 index = bpf_get_smp_processor_id() * 2 + ((__u32)word & 1);                  \
		struct sal_half *half;                                                             \
                                                                                                   \
		turn->tick = word >> 1;                                                            \
		turn->index = index;                                                               \
		half = bpf_map_lookup_elem(&sal_state, &index);                                    \
		if (SAL_UNLIKELY(!half))                                                           \
			__atomic_fetch_add(&sal_no_half, 1, __ATOMIC_RELAXED);                     \
		return half;                                                                       \
	}

/* Two u32 read at once, the first in the low half. */
typedef __u64 __attribute__((may_alias)) sal_pair;

/* Lengths of the frame: its own, or in a replay what the host wrote. */
struct sal_length {
	__u32 wire;
	__u32 cap;
	__u32 flags;
	__u32 cut; /* fewer bytes were captured than the frame has: for the general parser */
};

/*
 * Live, both lengths of the control word are 0 and its flags are not read. In an xdp.frags program
 * the linear part may be shorter than the frame: the loader then sets sal_frags. It is a constant
 * to the verifier, which removes the call where it is not taken.
 */
#ifdef SAL_UNTRUSTED
#define SAL_OWN_LENGTH(frame, data, end) ((__u32)bpf_xdp_get_buff_len(frame))
#else
#define SAL_OWN_LENGTH(frame, data, end)                                                           \
	(SAL_UNLIKELY(sal_frags) ? (__u32)bpf_xdp_get_buff_len(frame) : (__u32)((end) - (data)))
#endif

#define SAL_LENGTH(frame, data, end)                                                               \
	({                                                                                         \
		__u64 sal_replay_ = *(volatile sal_pair *)&sal_control.wire_len;                   \
		__u32 sal_own_ = SAL_OWN_LENGTH(frame, data, end);                                 \
		struct sal_length sal_len_ = {sal_own_, sal_own_, 0, 0};                           \
		if (SAL_UNLIKELY(sal_replay_)) {                                                   \
			if ((__u32)sal_replay_)                                                    \
				sal_len_.wire = (__u32)sal_replay_;                                \
			if (sal_replay_ >> 32)                                                     \
				sal_len_.cap = (__u32)(sal_replay_ >> 32);                         \
			sal_len_.cut = sal_len_.cap < sal_own_;                                    \
			sal_len_.flags = *(volatile __u32 *)&sal_control.flags;                    \
		}                                                                                  \
		sal_len_;                                                                          \
	})

/* Bytes captured as the capture has them, whose link header may be another than the 14 bytes. */
#define SAL_CAPTURED(length)                                                                       \
	((length).flags ? (length).cap - 14 + ((length).flags >> 8) : (length).cap)

/*
 * Where the tuple stands in the order of arrival: in a replay its number in the capture, live the
 * packets that this CPU has counted in the epoch.
 */
#define SAL_ORDER(packets)                                                                         \
	(*(volatile __u32 *)&sal_control.wire_len ? *(volatile __u64 *)&sal_control.order          \
						  : (packets))

#endif /* a program */

/*
 * SAL_STAGE(area, stream_id, index, tuples): room for one record of `area`, a pointer to a struct
 * whose members are `struct sal_staging staging; __u64 record[SAL_BATCH_RECORDS][words];`.
 * Returns the record's words, or 0 when the record is lost (it stood for `tuples` tuples).
 *
 * In a module there is no ring: who calls takes batch.count records and writes batch.count = 0, as
 * the host does behind the barrier, or further ones count as lost.
 */
#if defined(__bpf__) || defined(SAL_NATIVE)
#define SAL_SHIP(batch, bytes) bpf_ringbuf_output(&sal_ring, batch, bytes, 1 /* NO_WAKEUP */)
#else
#define SAL_SHIP(batch, bytes) (-1L)
#endif

#define SAL_STAGE(area, stream_id, index, tuples)                                                  \
	({                                                                                         \
		__typeof__(area) sal_a_ = (area);                                                  \
		__u64 *sal_room_ = 0;                                                              \
		__u64 sal_n_ = sal_a_->staging.batch.count;                                        \
		if (SAL_UNLIKELY(sal_n_ >= SAL_BATCH_RECORDS)) {                                   \
			sal_a_->staging.batch.stream = (stream_id);                                \
			sal_a_->staging.batch.cpu = (__u32)((index) >> 1);                         \
			sal_a_->staging.batch.epoch = (__u32)(index)&1;                            \
			if (SAL_SHIP(&sal_a_->staging.batch,                                       \
				    sizeof(struct sal_batch) + sizeof(sal_a_->record)) == 0)       \
				sal_n_ = 0;                                                        \
		}                                                                                  \
		if (SAL_LIKELY(sal_n_ < SAL_BATCH_RECORDS)) {                                      \
			sal_a_->staging.batch.count = (__u32)sal_n_ + 1;                           \
			SAL_FORGET(sal_n_, sal_a_->staging.batch.count);                           \
			sal_room_ = sal_a_->record[SAL_BOUND(sal_n_, SAL_BATCH_RECORDS - 1)];      \
		} else {                                                                           \
			sal_a_->staging.lost_records++;                                            \
			sal_a_->staging.lost_tuples += (tuples);                                   \
		}                                                                                  \
		sal_room_;                                                                         \
	})

#endif
