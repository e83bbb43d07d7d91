/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One TCP connection, plain or TLS: bytes in until a request is whole, bytes
 * out until an answer is gone.
 */
#ifndef AMTSIM_CONN_H
#define AMTSIM_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "listen.h"
#include "loop.h"

struct device;
struct exchange;
struct tls;

/* How a connection goes on when its output is gone. */
enum conn_end {
	CONN_STAY,
	CONN_CLOSE, /* in order: the peer reads everything first */
	CONN_CUT    /* at once, no close_notify */
};

struct conn {
	struct loop_fd fd;
	struct loop_timer timer; /* idle, or draining */
	struct device *dev;
	struct conn *next;
	struct conn *prev;
	struct tls *tls; /* NULL: plain */
	enum listen_kind kind;
	bool shaken; /* the handshake is done */
	bool waits;  /* for another exchange of the device */
	bool draining;
	bool continued; /* this request was told to go on with its body */
	bool gone;	/* to be freed at the end of this round */
	bool endless;
	enum conn_end end;
	struct buf in;
	struct buf out;
	size_t out_done;
	struct exchange *exchange; /* answer not written yet */
};

/* Take over an accepted socket. */
void conn_open(struct device *dev, int fd, enum listen_kind kind);

/* The answer is in conn->out; send it and go on as told. */
void conn_answered(struct conn *conn, enum conn_end end);

/* Close without a word. */
void conn_cut(struct conn *conn);

/* Every connection of the device: those with an answer to send keep until it
 * is gone. */
void conn_close_all(struct device *dev);

/* Let connections that waited for the device go on. */
void conn_wake(struct device *dev);

#endif
