/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * layout.h - what the host and the program both see: control word, state halves, batches.
 *
 * Purpose  the memory contract of every emitted program; the host reads and writes it by mmap.
 * Bound    sizes are compile-time constants; one batch holds SAL_BATCH_RECORDS records.
 * Cost     one load of the control word, one array lookup (3 cycles) a packet.
 * Memory   per CPU and epoch one `struct sal_half`, which the emitted program defines; its first
 *          member is `struct sal_outcomes outcomes`.
 * Merge    counters add; tables merge by key; staged records are appended.
 * Source   host turn: write the word, RCU barrier, drain the ring, read the idle half, clear it.
 */
#ifndef SAL_LAYOUT_H
#define SAL_LAYOUT_H

#include "types.h"

/* Names of the maps and variables that the loader looks up. */
#define SAL_STATE_MAP_NAME "sal_state" /* ARRAY | MMAPABLE, index cpu * 2 + epoch */
#define SAL_RING_MAP_NAME "sal_ring"   /* RINGBUF of `struct sal_batch` records */
#define SAL_CONTROL_NAME "sal_control" /* in .bss */
#define SAL_SEED_NAME "sal_seed"       /* u64 in .rodata: the hash seed of the run */
#define SAL_FRAGS_NAME "sal_frags"     /* u64 in .rodata: 1 if loaded as an xdp.frags program */
#define SAL_NO_HALF_NAME "sal_no_half" /* u64 in .bss: packets of a CPU beyond the map */
#define SAL_PROGRAM_NAME "salc_main"   /* the XDP program */

enum {
	SAL_BATCH_RECORDS = 32,

	/*
	 * Control flag: the frame has no link header of its own (raw IP, Linux cooked). The host
	 * put 12 zero bytes and the EtherType in front; fields of eth are missing. Bits 8 to 15
	 * are the bytes that the capture has in their place.
	 */
	SAL_FLAG_NO_LINK = 1,
};

/* Written by the host, read once a packet. All zero is the live state at tick 0, epoch 0. */
struct sal_control {
	__u64 word;     /* tick in nanoseconds since the Unix epoch << 1 | epoch */
	__u64 order;    /* replay: number of the packet in its capture; live: 0 */
	__u32 wire_len; /* replay: bytes on the wire; 0: the frame's own length */
	__u32 cap_len;  /* replay: bytes captured of the frame as given; 0: its own length */
	__u32 flags;    /* SAL_FLAG_*; read only where one of the lengths is not 0 */
	__u32 pad;
};

SAL_INLINE __u64 sal_control_word(__u64 tick_ns, __u32 epoch)
{
	return tick_ns << 1 | (epoch & 1);
}

SAL_INLINE __u64 sal_word_tick(__u64 word)
{
	return word >> 1;
}

SAL_INLINE __u32 sal_word_epoch(__u64 word)
{
	return (__u32)word & 1;
}

/*
 * One counter for each way a packet can end: packets == ok + truncated + malformed + limited.
 * A packet that ends truncated, malformed or limited is still a tuple; fields that could not be
 * read are missing. `slow` counts those of all ends that took the general parser.
 */
struct sal_outcomes {
	__u64 packets;   /* every packet that the program saw */
	__u64 ok;        /* every header that the frame announces was read */
	__u64 truncated; /* a header runs past the captured bytes */
	__u64 malformed; /* a header contradicts itself (version, header length) */
	__u64 limited;   /* more tags or extension headers than the parser follows */
	__u64 slow;
	__u64 reserved[2];
}; /* one cache line; not marked so, because Swift imports no over-aligned struct */

/* Heads every ring record and every staging area; `count` records of the stream follow. */
struct sal_batch {
	__u32 stream; /* index of the stream in the compiled query */
	__u32 count;
	__u32 cpu;
	__u32 epoch;
};

/*
 * Staging of one stream in a half: this, then SAL_BATCH_RECORDS records. The program appends at
 * batch.count and sends head and records with one bpf_ringbuf_output when it needs room; if the
 * ring is full the staged records stay and the newest is dropped into the loss counters. After
 * the barrier the host takes batch.count records from here and writes batch.count = 0.
 */
struct sal_staging {
	__u64 lost_records; /* records dropped because ring and staging were full */
	__u64 lost_tuples;  /* tuples that those records stood for */
	struct sal_batch batch;
};

#endif
