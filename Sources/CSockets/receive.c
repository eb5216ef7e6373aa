/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "salc_sockets.h"

#include <errno.h>
#include <string.h>

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
