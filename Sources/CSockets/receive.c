/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "salc_sockets.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

int salc_receive(int descriptor, uint8_t *space, uint32_t stride, uint32_t count, uint32_t *lengths,
	struct sockaddr_storage *senders)
{
	struct mmsghdr messages[SALC_DATAGRAMS_MAX];
	struct iovec vectors[SALC_DATAGRAMS_MAX];
	int got;

	if (count > SALC_DATAGRAMS_MAX)
		count = SALC_DATAGRAMS_MAX;
	memset(messages, 0, sizeof(messages));
	for (uint32_t i = 0; i < count; i++) {
		vectors[i].iov_base = space + (size_t)i * stride;
		vectors[i].iov_len = stride;
		messages[i].msg_hdr.msg_name = senders + i;
		messages[i].msg_hdr.msg_namelen = sizeof(*senders);
		messages[i].msg_hdr.msg_iov = vectors + i;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	got = recvmmsg(descriptor, messages, count, MSG_DONTWAIT, NULL);
	if (got < 0)
		return -errno;
	for (int i = 0; i < got; i++)
		lengths[i] = messages[i].msg_len;
	return got;
}

uint32_t salc_socket_drops(int descriptor)
{
	uint32_t words[SK_MEMINFO_VARS] = {0};
	socklen_t length = sizeof(words);

	/* SO_RXQ_OVFL tells the same number with the next datagram, which may never come. */
	getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, words, &length);
	return words[SK_MEMINFO_DROPS];
}

int salc_event_open(void)
{
	int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	return descriptor < 0 ? -errno : descriptor;
}

void salc_event_raise(int descriptor)
{
	uint64_t one = 1;
	/* It fails only where the event is ready 2^64 - 1 times over. */
	ssize_t written = write(descriptor, &one, sizeof(one));

	(void)written;
}

void salc_event_clear(int descriptor)
{
	uint64_t count;
	/* It fails where the event is not ready, which is what is wanted. */
	ssize_t taken = read(descriptor, &count, sizeof(count));

	(void)taken;
}
