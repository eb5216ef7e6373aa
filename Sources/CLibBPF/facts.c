/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "CLibBPF.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/if.h>

/* ethtool -------------------------------------------------------------------------------------- */

static int ask_driver(int channel, const char *name, void *command)
{
	struct ifreq request = {0};

	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	request.ifr_data = command;
	return ioctl(channel, SIOCETHTOOL, &request) < 0 ? -errno : 0;
}

static uint32_t feature_count(int channel, const char *name)
{
	/* The count follows the struct, whose last member is an array without a length. */
	_Alignas(struct ethtool_sset_info) unsigned char room[sizeof(struct ethtool_sset_info) + 4];
	struct ethtool_sset_info *set = (struct ethtool_sset_info *)room;

	memset(room, 0, sizeof(room));
	set->cmd = ETHTOOL_GSSET_INFO;
	set->sset_mask = 1ull << ETH_SS_FEATURES;
	if (ask_driver(channel, name, set) != 0 || !set->sset_mask)
		return 0;
	return set->data[0] < 4096 ? set->data[0] : 0;
}

static enum salbpf_offload offload_of(const struct ethtool_get_features_block *block, uint32_t bit)
{
	if (!(block->active & bit))
		return SALBPF_OFFLOAD_OFF;
	return block->available & bit & ~block->never_changed ? SALBPF_OFFLOAD_ON
	                                                      : SALBPF_OFFLOAD_ON_FIXED;
}

static void read_offloads(int channel, const char *name, struct salbpf_interface_facts *out)
{
	uint32_t count = feature_count(channel, name), blocks = (count + 31) / 32, i;
	struct ethtool_gfeatures *values =
		calloc(1, sizeof(*values) + blocks * sizeof(values->features[0]));
	struct ethtool_gstrings *names =
		calloc(1, sizeof(*names) + (size_t)count * ETH_GSTRING_LEN);
	enum salbpf_offload value;
	const char *feature;

	if (values && names && count) {
		values->cmd = ETHTOOL_GFEATURES;
		values->size = blocks;
		names->cmd = ETHTOOL_GSTRINGS;
		names->string_set = ETH_SS_FEATURES;
		names->len = count;
		if (ask_driver(channel, name, values) != 0 || ask_driver(channel, name, names) != 0)
			count = 0;
	}
	for (i = 0; values && names && i < count; i++) {
		feature = (const char *)names->data + (size_t)i * ETH_GSTRING_LEN;
		value = offload_of(&values->features[i / 32], 1u << i % 32);
		/* The kernel's names, net/ethtool/common.c. */
		if (!strncmp(feature, "rx-lro", ETH_GSTRING_LEN))
			out->lro = value;
		else if (!strncmp(feature, "rx-gro-hw", ETH_GSTRING_LEN))
			out->gro_hw = value;
		else if (!strncmp(feature, "rx-vlan-hw-parse", ETH_GSTRING_LEN))
			out->rx_vlan = value;
	}
	free(values);
	free(names);
}

int salbpf_interface_facts(const char *name, struct salbpf_interface_facts *out)
{
	struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
	struct ifreq request = {0};
	int channel = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), result = 0;

	memset(out, 0, sizeof(*out));
	if (channel < 0)
		return -errno;
	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	if (ioctl(channel, SIOCGIFFLAGS, &request) < 0) {
		result = -errno;
	} else {
		out->flags = (uint16_t)request.ifr_flags;
		if (ask_driver(channel, name, &driver) == 0)
			memcpy(out->driver, driver.driver, sizeof(driver.driver));
		if (ask_driver(channel, name, &channels) == 0)
			out->rx_queues = channels.rx_count + channels.combined_count;
		read_offloads(channel, name, out);
	}
	close(channel);
	return result;
}

/* what the driver declares --------------------------------------------------------------------- */

struct request {
	struct nlmsghdr header;
	struct genlmsghdr family;
	struct nlattr attribute;
	union {
		char name[8];
		uint32_t number;
	} value;
};

/* Sends one attribute and finds another in the answer; its length, or -errno. */
static int ask_family(int channel, uint16_t family, uint8_t command, uint16_t attribute,
	const void *value, uint16_t length, uint16_t wanted, void *out, size_t room)
{
	struct request request = {
		.header = {.nlmsg_len = NLMSG_ALIGN(offsetof(struct request, value) + length),
			.nlmsg_type = family,
			.nlmsg_flags = NLM_F_REQUEST},
		.family = {.cmd = command, .version = 1},
		.attribute = {.nla_len = NLA_HDRLEN + length, .nla_type = attribute},
	};
	_Alignas(struct nlmsghdr) char answer[8192];
	const struct nlmsghdr *message = (const struct nlmsghdr *)answer;
	const struct nlattr *found;
	ssize_t received;
	size_t at, end;

	memcpy(&request.value, value, length);
	if (send(channel, &request, request.header.nlmsg_len, 0) < 0)
		return -errno;
	received = recv(channel, answer, sizeof(answer), 0);
	if (received < 0)
		return -errno;
	if (!NLMSG_OK(message, (uint32_t)received))
		return -EPROTO;
	if (message->nlmsg_type == NLMSG_ERROR)
		return ((const struct nlmsgerr *)NLMSG_DATA(message))->error;
	end = message->nlmsg_len;
	for (at = NLMSG_LENGTH(GENL_HDRLEN); at + sizeof(*found) <= end;
		at += NLA_ALIGN(found->nla_len)) {
		found = (const struct nlattr *)(answer + at);
		if (found->nla_len < NLA_HDRLEN || at + found->nla_len > end)
			return -EPROTO;
		if ((found->nla_type & NLA_TYPE_MASK) != wanted)
			continue;
		length = found->nla_len - NLA_HDRLEN;
		memcpy(out, answer + at + NLA_HDRLEN, length < room ? length : room);
		return length;
	}
	return -ENODATA;
}

int salbpf_xdp_features(int ifindex, uint64_t *features)
{
	/* uapi/linux/netdev.h, which the headers of older systems do not have. */
	enum { COMMAND_DEVICE_GET = 1, DEVICE_INDEX = 1, DEVICE_XDP_FEATURES = 3 };
	struct timeval patience = {.tv_sec = 1};
	int channel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC), result;
	uint32_t index = (uint32_t)ifindex;
	uint16_t family = 0;

	if (channel < 0)
		return -errno;
	setsockopt(channel, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	*features = 0;
	result = ask_family(channel, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME,
		"netdev", sizeof("netdev"), CTRL_ATTR_FAMILY_ID, &family, sizeof(family));
	if (result >= 0)
		result = ask_family(channel, family, COMMAND_DEVICE_GET, DEVICE_INDEX, &index,
			sizeof(index), DEVICE_XDP_FEATURES, features, sizeof(*features));
	close(channel);
	return result < 0 ? result : 0;
}

/* a link, tried -------------------------------------------------------------------------------- */

struct attempt {
	enum salbpf_link_step step;
	int error;
};

/* In a child that was forked from a process with threads: system calls only. */
static void attempt_link(int program, int other, struct attempt *attempt)
{
	union bpf_attr create, update;
	long link;

	attempt->step = SALBPF_LINK_NAMESPACE;
	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
		attempt->error = errno;
		return;
	}
	attempt->step = SALBPF_LINK_CREATE;
	memset(&create, 0, sizeof(create));
	create.link_create.prog_fd = program;
	create.link_create.target_ifindex = 1; /* the loopback device */
	create.link_create.attach_type = BPF_XDP;
	create.link_create.flags = XDP_FLAGS_SKB_MODE;
	link = syscall(SYS_bpf, BPF_LINK_CREATE, &create, sizeof(create));
	if (link < 0) {
		attempt->error = errno;
		return;
	}
	attempt->step = SALBPF_LINK_UPDATE;
	memset(&update, 0, sizeof(update));
	update.link_update.link_fd = (uint32_t)link;
	update.link_update.new_prog_fd = other;
	if (syscall(SYS_bpf, BPF_LINK_UPDATE, &update, sizeof(update)) < 0)
		attempt->error = errno;
}

int salbpf_try_link(int program, int other, enum salbpf_link_step *step)
{
	struct attempt *attempt = mmap(
		NULL, sizeof(*attempt), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0, error;
	pid_t child;

	*step = SALBPF_LINK_NAMESPACE;
	if (attempt == MAP_FAILED)
		return errno;
	child = fork();
	if (child == 0) {
		attempt_link(program, other, attempt);
		_exit(0);
	}
	error = child < 0 ? errno : 0;
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!error) {
		error = status ? ECHILD : attempt->error;
		*step = attempt->step;
	}
	munmap(attempt, sizeof(*attempt));
	return error;
}

bool salbpf_clock_is_synchronized(void)
{
	struct timex state = {0};

	return adjtimex(&state) != TIME_ERROR;
}
