/* SPDX-License-Identifier: Apache-2.0 */
/* What Swift's view of glibc leaves out: recvmmsg, which is a GNU extension. */
#ifndef SALC_SOCKETS_H
#define SALC_SOCKETS_H

#include <stdint.h>
#include <sys/socket.h>

enum { SALC_DATAGRAMS_MAX = 64 };

/*
 * Takes up to `count` datagrams that wait at the socket, without waiting for any: datagram i at
 * space + i * stride, its length, and who sent it. How many they were, or -errno.
 */
int salc_receive(int descriptor, uint8_t *space, uint32_t stride, uint32_t count, uint32_t *lengths,
	struct sockaddr_storage *senders);

#endif
