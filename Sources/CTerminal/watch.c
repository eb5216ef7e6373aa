/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "salc_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* Where the watcher finds what it kept; nothing else is open there. */
enum { INPUT = 0, OUTPUT = 1, PARENT = 2, FIRST_CLOSED = 3, SPARE = 16 };

/* A terminal that takes nothing for so long is left alone. */
enum { PATIENCE_MS = 200 };

/*
 * The process is a copy of one with privileges, threads and an attached program; a descriptor of
 * that program kept here would keep it attached. After fork only calls that are safe in a signal
 * handler are made.
 */
static int shed(int parent, int input, int output)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};
	sigset_t all;
	int number;

	/* Not in the job's group: neither its signals nor `kill -9 %1` are meant for this one. */
	setpgid(0, 0);
	for (number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	/* A process in the background may write and set all the same, where it ignores this. */
	signal(SIGTTOU, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	parent = fcntl(parent, F_DUPFD, SPARE);
	input = fcntl(input, F_DUPFD, SPARE);
	output = fcntl(output, F_DUPFD, SPARE);
	if (dup2(input, INPUT) < 0 || dup2(output, OUTPUT) < 0 || dup2(parent, PARENT) < 0 ||
		syscall(SYS_close_range, FIRST_CLOSED, ~0U, 0) || chdir("/") ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_capset, &head, none))
		return 0;
	prctl(PR_SET_NAME, "salc-terminal");
	return 1;
}

static void put(const char *text, size_t length)
{
	struct pollfd terminal = {.fd = OUTPUT, .events = POLLOUT};

	if (length && poll(&terminal, 1, PATIENCE_MS) == 1 && write(OUTPUT, text, length) < 0)
		return; /* the terminal is gone as well */
}

/*
 * Gives the settings back, unless somebody else does. The kernel closes a process's files before it
 * tells the parent of its end, so this one is mostly the first. Where it is not, a shell with job
 * control has taken the terminal for its own group, and sets it as its line editor wants it.
 */
static void settle(const struct termios *before, pid_t group)
{
	struct termios left;
	pid_t holder = tcgetpgrp(INPUT);

	if ((holder < 0 || holder == group) && !tcgetattr(INPUT, &left) && !(left.c_lflag & ICANON))
		tcsetattr(INPUT, TCSANOW, before);
}

static void watch(const struct termios *before, pid_t group)
{
	char text[64], block[256];
	size_t length = 0, last = 0;
	ssize_t count;

	for (;;) {
		count = read(PARENT, block, sizeof(block));
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			break;
		for (ssize_t i = 0; i < count; i++) {
			if (!block[i]) {
				last = length;
				length = 0;
			} else if (length < sizeof(text)) {
				text[length++] = block[i];
			}
		}
	}
	put(text, last);
	settle(before, group);
}

int salc_watch_terminal(int input, int output)
{
	struct termios before;
	pid_t group = getpgrp(), child;
	int ends[2];

	if (tcgetattr(input, &before) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -1;
	child = fork();
	if (child == 0) {
		/* Another's child at once, so that this process need not wait for it. */
		child = fork();
		if (child == 0 && shed(ends[0], input, output))
			watch(&before, group);
		_exit(child < 0);
	}
	close(ends[0]);
	if (child > 0) {
		int status = 1;

		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		if (!status)
			return ends[1];
	}
	close(ends[1]);
	return -1;
}
