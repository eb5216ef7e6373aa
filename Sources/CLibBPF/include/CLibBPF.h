/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CLibBPF.h - libbpf as one C module, for BPFRuntime alone, and the few things Swift cannot say:
 * a va_list callback, ordered accesses to shared memory, and non-exported system calls.
 */
#ifndef CLIBBPF_H
#define CLIBBPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>

#include "salbpf_facts.h"

/*
 * libbpf's messages. Its printer is one for the process and has no context pointer; it is installed
 * once and each thread keeps the text of its own calls, since libbpf prints on the calling thread.
 */
void salbpf_log_clear(void);
const char *salbpf_log_text(void);

/*
 * "EBUSY" and "Device or resource busy", or "libbpf" and a text for libbpf's own numbers; never
 * NULL, safe in any thread, the text valid until the thread's next call.
 */
const char *salbpf_errno_name(int error);
const char *salbpf_errno_text(int error);

/* Effective capabilities of the calling thread as a bit set; 0 or a positive errno. */
int salbpf_capabilities(uint64_t *effective);

/*
 * Takes all capabilities but those of `keep` from the calling thread or from every thread, also
 * from what a child could get (ambient, inheritable and, where allowed, bounding set), and forbids
 * to gain privileges by exec (PR_SET_NO_NEW_PRIVS). 0 or a positive errno; ETIMEDOUT if a thread
 * did not answer. Not for two threads at once.
 */
int salbpf_drop_capabilities(uint64_t keep, bool in_all_threads);

/* Moves the calling thread to the CPUs of `mask` (bit set of `words` words); 0 or an errno. */
int salbpf_set_affinity(const uint64_t *mask, size_t words);
int salbpf_get_affinity(uint64_t *mask, size_t words);

/* A pipe whose ends are closed by exec; 0 or an errno. */
int salbpf_pipe(int ends[2]);

/*
 * Starts arguments[0], a path, in `directory`, with /dev/null as input and `output` as standard
 * output and error: no other descriptor, no blocked signal, a process group of its own, no ambient
 * capability, and no environment but `environment`. 0 or an errno.
 */
int salbpf_spawn(char *const arguments[], char *const environment[], const char *directory,
	int output, pid_t *child);

/*
 * Holds back the signals by which a user ends a program (INT, TERM, HUP, QUIT) from the calling
 * thread, so that it can clean up first; `before` is what salbpf_release_signals puts back.
 */
struct salbpf_signals {
	uint64_t words[16];
};
void salbpf_hold_signals(struct salbpf_signals *before);
void salbpf_release_signals(const struct salbpf_signals *before);
/* Whether one of them waits. */
int salbpf_signal_waits(void);

struct salbpf_link_counters {
	uint64_t rx_packets, tx_packets;
	uint64_t rx_bytes, tx_bytes;
	uint64_t rx_dropped, tx_dropped;
	uint64_t rx_errors, tx_errors;
	uint64_t rx_missed;
};

/*
 * A route socket of the calling thread's network namespace, and the 64-bit counters of a link by it
 * (RTM_GETLINK, IFLA_STATS64). The first gives a descriptor or -errno, the second 0 or -errno.
 */
/* The largest frame payload of an interface in bytes, or -errno (netdevice(7), SIOCGIFMTU). */
int salbpf_mtu(const char *name);

int salbpf_route_socket(void);
int salbpf_link_counters(int route, int ifindex, struct salbpf_link_counters *out);

/* Runs `body(argument)` on a new thread that has entered the network namespace; 0 or -errno. */
int salbpf_in_namespace(const char *path, void (*body)(void *), void *argument);

static inline uint64_t salbpf_load64(const void *p)
{
	return __atomic_load_n((const uint64_t *)p, __ATOMIC_ACQUIRE);
}

static inline uint32_t salbpf_load32(const void *p)
{
	return __atomic_load_n((const uint32_t *)p, __ATOMIC_ACQUIRE);
}

static inline void salbpf_store64(void *p, uint64_t value)
{
	__atomic_store_n((uint64_t *)p, value, __ATOMIC_RELEASE);
}

static inline void salbpf_store32(void *p, uint32_t value)
{
	__atomic_store_n((uint32_t *)p, value, __ATOMIC_RELEASE);
}

#endif
