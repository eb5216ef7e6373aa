/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "CLibBPF.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>

/* libbpf's log, one a thread ------------------------------------------------------------------- */

/* Verifier logs have a buffer of their own, so libbpf's remarks are short. */
static __thread char log_text[8192];
static __thread size_t log_length;

static int keep_message(enum libbpf_print_level level, const char *format, va_list arguments)
{
	size_t room = sizeof(log_text) - log_length;
	int length;

	if (level == LIBBPF_DEBUG || room <= 1)
		return 0;
	length = vsnprintf(log_text + log_length, room, format, arguments);
	if (length > 0)
		log_length += (size_t)length < room ? (size_t)length : room - 1;
	return length;
}

static void install_printer(void)
{
	libbpf_set_print(keep_message);
}

void salbpf_log_clear(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install_printer);
	log_length = 0;
	log_text[0] = '\0';
}

const char *salbpf_log_text(void)
{
	return log_text;
}

/* errno ---------------------------------------------------------------------------------------- */

const char *salbpf_errno_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : error >= __LIBBPF_ERRNO__START ? "libbpf" : "unknown";
}

const char *salbpf_errno_text(int error)
{
	static __thread char text[128];
	const char *description = strerrordesc_np(error);

	if (description)
		return description;
	libbpf_strerror(error, text, sizeof(text));
	return text;
}

/* threads and privileges ----------------------------------------------------------------------- */

int salbpf_capabilities(uint64_t *effective)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}, {0}};

	if (syscall(SYS_capget, &header, data) != 0)
		return errno;
	*effective = (uint64_t)data[1].effective << 32 | data[0].effective;
	return 0;
}

int salbpf_set_affinity(const uint64_t *mask, size_t words)
{
	return syscall(SYS_sched_setaffinity, 0, words * sizeof(*mask), mask) < 0 ? errno : 0;
}

int salbpf_get_affinity(uint64_t *mask, size_t words)
{
	memset(mask, 0, words * sizeof(*mask));
	return syscall(SYS_sched_getaffinity, 0, words * sizeof(*mask), mask) < 0 ? errno : 0;
}

struct visit {
	int descriptor;
	void (*body)(void *);
	void *argument;
	int result;
};

static void *enter_and_run(void *argument)
{
	struct visit *visit = argument;

	if (setns(visit->descriptor, CLONE_NEWNET) != 0)
		visit->result = -errno;
	else
		visit->body(visit->argument);
	return NULL;
}

int salbpf_in_namespace(const char *path, void (*body)(void *), void *argument)
{
	struct visit visit = {.body = body, .argument = argument};
	pthread_t thread;
	int error;

	visit.descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (visit.descriptor < 0)
		return -errno;
	error = pthread_create(&thread, NULL, enter_and_run, &visit);
	if (!error)
		pthread_join(thread, NULL);
	close(visit.descriptor);
	return error ? -error : visit.result;
}

/* child processes ------------------------------------------------------------------------------ */

int salbpf_pipe(int ends[2])
{
	return pipe2(ends, O_CLOEXEC) < 0 ? errno : 0;
}

_Static_assert(sizeof(sigset_t) <= sizeof(struct salbpf_signals), "a signal set has its room");

static void ending_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGQUIT);
}

void salbpf_hold_signals(struct salbpf_signals *before)
{
	sigset_t set, old;

	ending_signals(&set);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	memcpy(before, &old, sizeof(old));
}

void salbpf_release_signals(const struct salbpf_signals *before)
{
	sigset_t old;

	memcpy(&old, before, sizeof(old));
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

int salbpf_signal_waits(void)
{
	sigset_t set;

	return sigpending(&set) == 0 &&
	       (sigismember(&set, SIGINT) || sigismember(&set, SIGTERM) ||
		       sigismember(&set, SIGHUP) || sigismember(&set, SIGQUIT));
}

int salbpf_spawn(char *const arguments[], char *const environment[], const char *directory,
	int output, pid_t *child)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, output, 1);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, output, 2);
	if (!error)
		error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	if (!error)
		error = posix_spawn_file_actions_addchdir_np(&actions, directory);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	/* What is ambient would pass to the child; the thread itself loses nothing by it. */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (!error)
		error = posix_spawn(
			child, arguments[0], &actions, &attributes, arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* link counters -------------------------------------------------------------------------------- */

int salbpf_route_socket(void)
{
	struct timeval patience = {.tv_sec = 1};
	int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (descriptor < 0)
		return -errno;
	setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return descriptor;
}

static void copy_counters(const struct rtattr *attribute, struct salbpf_link_counters *out)
{
	struct rtnl_link_stats64 stats = {0};
	size_t length = RTA_PAYLOAD(attribute);

	/* An older kernel sends fewer counters; the attribute is only 4-byte aligned. */
	memcpy(&stats, RTA_DATA(attribute), length < sizeof(stats) ? length : sizeof(stats));
	out->rx_packets = stats.rx_packets;
	out->tx_packets = stats.tx_packets;
	out->rx_bytes = stats.rx_bytes;
	out->tx_bytes = stats.tx_bytes;
	out->rx_dropped = stats.rx_dropped;
	out->tx_dropped = stats.tx_dropped;
	out->rx_errors = stats.rx_errors;
	out->tx_errors = stats.tx_errors;
	out->rx_missed = stats.rx_missed_errors;
}

static int read_answer(const struct nlmsghdr *message, struct salbpf_link_counters *out)
{
	const struct nlmsgerr *refusal;
	struct rtattr *attribute;
	int left;

	if (message->nlmsg_type == NLMSG_ERROR) {
		refusal = NLMSG_DATA(message);
		return refusal->error ? refusal->error : -EPROTO;
	}
	if (message->nlmsg_type != RTM_NEWLINK)
		return -EPROTO;
	attribute = IFLA_RTA(NLMSG_DATA(message));
	left = (int)IFLA_PAYLOAD(message);
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == IFLA_STATS64) {
			copy_counters(attribute, out);
			return 0;
		}
	}
	return -ENODATA;
}

int salbpf_link_counters(int route, int ifindex, struct salbpf_link_counters *out)
{
	static uint32_t sequence;
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request = {
		.header =
			{
				.nlmsg_len = sizeof(request),
				.nlmsg_type = RTM_GETLINK,
				.nlmsg_flags = NLM_F_REQUEST,
				.nlmsg_seq = __atomic_add_fetch(&sequence, 1, __ATOMIC_RELAXED),
			},
		.link = {.ifi_family = AF_UNSPEC, .ifi_index = ifindex},
	};
	_Alignas(struct nlmsghdr) char answer[16384];
	const struct nlmsghdr *message = (const struct nlmsghdr *)answer;
	ssize_t length;

	if (send(route, &request, sizeof(request), 0) < 0)
		return -errno;
	do { /* an answer that came too late for an earlier call is passed over */
		length = recv(route, answer, sizeof(answer), 0);
		if (length < 0 && errno != EINTR)
			return -errno;
		if (length >= 0 && !NLMSG_OK(message, (uint32_t)length))
			return -EPROTO;
	} while (length < 0 || message->nlmsg_seq != request.header.nlmsg_seq);
	return read_answer(message, out);
}

int salbpf_mtu(const char *name)
{
	struct ifreq request = {0};
	int channel = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result;

	if (channel < 0)
		return -errno;
	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	result = ioctl(channel, SIOCGIFMTU, &request) < 0 ? -errno : request.ifr_mtu;
	close(channel);
	return result;
}
