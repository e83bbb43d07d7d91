/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Source: DSP0136 (ASF 2.0) 3.2.4.2 and 3.2.4.3, presence ping and pong; the bits
 * that Intel defines as consoles read them.
 */
#include "rmcp.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device.h"
#include "sim.h"

enum {
	PING_BYTES = 12,
	PONG_BYTES = 28,
	DATAGRAM_MAX = 512,
	TYPE_PING = 0x80,
	TYPE_PONG = 0x40,
	AT_TYPE = 8,
	AT_TAG = 9,
	AT_PORT = 16,
	AT_VERSION = 18,
	AT_STATE = 19,
	BOTH_PORTS = 0x04,
	VERSION_MAX = 15, /* newer firmware does not fit, and says nothing */
};

static const unsigned char ping[PING_BYTES] = { 0x06, 0x00, 0xff, 0x06, 0x00, 0x00,
	0x11, 0xbe, TYPE_PING };
/* Enterprise 343 is Intel; entities: IPMI no, ASF 1.0; interactions: security. */
static const unsigned char pong[PONG_BYTES] = { 0x06, 0x00, 0xff, 0x06, 0x00, 0x00,
	0x11, 0xbe, TYPE_PONG, 0x00, 0x00, 0x10, 0x00, 0x00, 0x01, 0x57, 0x00, 0x00,
	0x00, 0x00, 0x01, 0x20 };

static bool
is_ping(const unsigned char *bytes, ssize_t len)
{
	/* Sequence number and tag are the sender's. */
	return len >= PING_BYTES && memcmp(bytes, ping, 2) == 0 &&
	    memcmp(bytes + 3, ping + 3, AT_TYPE - 2) == 0;
}

/* "14.1.67.2046" in a nibble each: 0xe1. */
static unsigned char
version_byte(const struct device *dev)
{
	int64_t parts[2] = { 0 };
	const char *p = dev->version;

	for (size_t i = 0; i < 2; i++) {
		for (; *p >= '0' && *p <= '9' && parts[i] <= VERSION_MAX; p++)
			parts[i] = parts[i] * 10 + (*p - '0');
		if (*p == '.')
			p++;
	}
	if (parts[0] > VERSION_MAX || parts[1] > VERSION_MAX)
		return 0;
	return (unsigned char)(parts[0] << 4 | parts[1]);
}

static void
write_pong(const struct device *dev, unsigned char tag, unsigned char out[PONG_BYTES])
{
	const struct listener *tls = &dev->listeners[LISTEN_TLS];
	const struct listener *plain = &dev->listeners[LISTEN_PLAIN];
	uint16_t port = tls->open ? tls->port : plain->port;

	memcpy(out, pong, PONG_BYTES);
	out[AT_TAG] = tag;
	out[AT_PORT] = (unsigned char)(port >> 8);
	out[AT_PORT + 1] = (unsigned char)(port & 0xff);
	out[AT_VERSION] = version_byte(dev);
	out[AT_STATE] = dev->provisioned ? 2 : 0;
	if (tls->open && plain->open)
		out[AT_STATE] |= BOTH_PORTS;
}

static void
on_datagram(void *ctx, uint32_t events)
{
	struct device *dev = ctx;
	unsigned char bytes[DATAGRAM_MAX];
	unsigned char out[PONG_BYTES];
	struct sockaddr_in peer = { 0 };
	socklen_t len = sizeof(peer);
	ssize_t n = recvfrom(dev->rmcp.fd, bytes, sizeof(bytes), 0,
	    (struct sockaddr *)&peer, &len);

	(void)events;
	if (!is_ping(bytes, n) || dev->sw.hang)
		return;
	write_pong(dev, bytes[AT_TAG], out);
	(void)sendto(dev->rmcp.fd, out, sizeof(out), 0, (struct sockaddr *)&peer, len);
}

static void
stop(struct device *dev)
{
	if (dev->rmcp.fd < 0)
		return;
	loop_watch(dev->sim->loop, &dev->rmcp, 0);
	close(dev->rmcp.fd);
	dev->rmcp.fd = -1;
}

enum rc
rmcp_set(struct device *dev, bool on, struct err *err)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr = dev->address };

	if (!on || dev->sw.rmcp_port <= 0) {
		stop(dev);
		return RC_OK;
	}
	if (dev->rmcp.fd >= 0)
		return RC_OK;
	sa.sin_port = htons((uint16_t)dev->sw.rmcp_port);
	dev->rmcp.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (dev->rmcp.fd < 0)
		return err_system(err, "device %s: socket", dev->name);
	if (bind(dev->rmcp.fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0) {
		(void)err_system(err, "device %s: bind UDP port %lld", dev->name,
		    (long long)dev->sw.rmcp_port);
		stop(dev);
		return RC_SYSTEM;
	}
	dev->rmcp.fn = on_datagram;
	dev->rmcp.ctx = dev;
	loop_watch(dev->sim->loop, &dev->rmcp, EPOLLIN);
	return RC_OK;
}
