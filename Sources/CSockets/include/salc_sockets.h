/* SPDX-License-Identifier: Apache-2.0 */
/* What Swift's view of glibc leaves out: recvmmsg and eventfd, which are Linux's own. */
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

/* Datagrams that ever found no room in the socket's buffer, the counter of SO_RXQ_OVFL. */
uint32_t salc_socket_drops(int descriptor);

/* A descriptor that one thread waits for and another makes ready; -errno where there is none. */
int salc_event_open(void);

/* Makes an event ready. */
void salc_event_raise(int descriptor);

/* Takes back that an event is ready. */
void salc_event_clear(int descriptor);

#endif
