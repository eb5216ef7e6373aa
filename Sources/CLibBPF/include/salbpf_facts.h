/* SPDX-License-Identifier: Apache-2.0 */
/*
 * salbpf_facts.h - what an interface and its driver say about themselves, and a link that is tried
 * where nobody is disturbed. Reads only; asks for no privilege.
 */
#ifndef SALBPF_FACTS_H
#define SALBPF_FACTS_H

#include <stdbool.h>
#include <stdint.h>

/* A feature of a network device, ethtool(8) -k. */
enum salbpf_offload {
	SALBPF_OFFLOAD_UNKNOWN,
	SALBPF_OFFLOAD_OFF,
	SALBPF_OFFLOAD_ON,
	SALBPF_OFFLOAD_ON_FIXED, /* and cannot be changed */
};

struct salbpf_interface_facts {
	char driver[33];    /* empty: none, as of the loopback device */
	uint32_t flags;     /* IFF_*, netdevice(7) */
	uint32_t rx_queues; /* 0: the driver does not say */
	enum salbpf_offload lro, gro_hw, rx_vlan;
};

/* Of an interface of the calling thread's network namespace; 0 or -errno. */
int salbpf_interface_facts(const char *name, struct salbpf_interface_facts *out);

/*
 * NETDEV_XDP_ACT_* of uapi/linux/netdev.h, which the driver declares (Linux 6.3), by the generic
 * netlink family "netdev"; 0, -ENOENT where the kernel has no such family, or -errno.
 */
int salbpf_xdp_features(int ifindex, uint64_t *features);
enum {
	SALBPF_XDP_BASIC = 1,     /* native XDP */
	SALBPF_XDP_RX_FRAGS = 32, /* of frames in several buffers */
};

/*
 * Attaches `program` to the loopback device of a new network namespace by a link, and puts `other`
 * in its place; the namespace goes with the child process that does it. 0 or the errno of `step`.
 */
enum salbpf_link_step {
	SALBPF_LINK_NAMESPACE,
	SALBPF_LINK_CREATE,
	SALBPF_LINK_UPDATE,
};
int salbpf_try_link(int program, int other, enum salbpf_link_step *step);

/* Whether something keeps the wall clock in step with others, adjtimex(2). */
bool salbpf_clock_is_synchronized(void);

#endif
