/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The listening sockets of a device, which open and close with its settings.
 */
#ifndef AMTSIM_LISTEN_H
#define AMTSIM_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "loop.h"

enum listen_kind {
	LISTEN_TLS,
	LISTEN_PLAIN,
	LISTEN_REDIRECTION, /* serial and disk over TLS */
	LISTEN_KINDS
};

struct device;

struct listener {
	struct loop_fd fd;
	struct device *dev;
	enum listen_kind kind;
	uint16_t port; /* 0 before listen_prepare chose one */
	bool chosen;   /* by us: the socket stays bound while it is closed */
	bool open;
};

/* Choose a free port when the device file says 0. RC_SYSTEM. */
enum rc listen_prepare(struct device *dev, struct err *err);

/* Open and close so that exactly the wanted ones, by kind, accept. RC_SYSTEM. */
enum rc listen_set(struct device *dev, const bool wanted[LISTEN_KINDS],
    struct err *err);

/* Close for good. */
void listen_close(struct device *dev);

#endif
