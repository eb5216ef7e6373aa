/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "CLibBPF.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/capability.h>

/*
 * Capabilities belong to threads, and the kernel has no call for all of them: each thread is sent a
 * signal whose handler drops its own, as libpsx does. `answers` counts the threads that have,
 * `failure` keeps the first errno.
 */
static uint64_t kept;
static int answers;
static int failure;

static int drop_own(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}, {0}};
	int number, i;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return errno;
	/* Needs CAP_SETPCAP, so it comes first; who lacks that has nothing to lose there. */
	for (number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++)
		if (!(kept >> number & 1))
			prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capget, &header, data) != 0)
		return errno;
	for (i = 0; i < 2; i++) {
		data[i].permitted &= (uint32_t)(kept >> 32 * i);
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data) != 0 ? errno : 0;
}

static void answer(int signal)
{
	int saved = errno, error = drop_own(), none = 0;

	(void)signal;
	if (error)
		__atomic_compare_exchange_n(
			&failure, &none, error, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	__atomic_fetch_add(&answers, 1, __ATOMIC_RELEASE);
	errno = saved;
}

/* Asks every other thread; returns how many were reached, or -errno. */
static int ask_others(int signal)
{
	DIR *tasks = opendir("/proc/self/task");
	pid_t own = (pid_t)syscall(SYS_gettid);
	struct dirent *entry;
	int asked = 0;

	if (!tasks)
		return -errno;
	while ((entry = readdir(tasks))) {
		pid_t thread = atoi(entry->d_name);

		/* A thread that has just ended has nothing left to drop. */
		if (thread > 0 && thread != own &&
			syscall(SYS_tgkill, getpid(), thread, signal) == 0)
			asked++;
	}
	closedir(tasks);
	return asked;
}

int salbpf_drop_capabilities(uint64_t keep, bool in_all_threads)
{
	struct sigaction action = {.sa_handler = answer, .sa_flags = SA_RESTART}, before;
	const struct timespec pause = {.tv_nsec = 1000000};
	int signal = SIGRTMAX - 1, asked, rounds;

	kept = keep;
	failure = 0;
	answers = 0;
	/* First this thread: those that it makes from now on have no more than it. */
	failure = drop_own();
	if (!in_all_threads)
		return failure;
	sigfillset(&action.sa_mask);
	if (sigaction(signal, &action, &before) != 0)
		return errno;
	asked = ask_others(signal);
	for (rounds = 0; asked > 0 && rounds < 2000; rounds++) {
		if (__atomic_load_n(&answers, __ATOMIC_ACQUIRE) >= asked)
			break;
		nanosleep(&pause, NULL);
	}
	if (asked < 0)
		return -asked;
	if (__atomic_load_n(&answers, __ATOMIC_ACQUIRE) < asked)
		return ETIMEDOUT; /* the handler stays: the signal would end the process */
	sigaction(signal, &before, NULL);
	return failure;
}
