/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The BIO over send(2) and recv(2).  OpenSSL's own uses write(2), which raises
 * SIGPIPE when the peer is gone, and what a program does with that signal is not
 * for a library to change.  BIO_meth_new(3).
 */
#include "tls/wire.h"

#include <errno.h>
#include <sys/socket.h>

static int
wire_write(BIO *bio, const char *bytes, int len)
{
	struct wire *wire = BIO_get_data(bio);
	ssize_t n;

	BIO_clear_retry_flags(bio);
	do
		n = send(wire->fd, bytes, (size_t)len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return (int)n;
	if (errno == EAGAIN) {
		BIO_set_retry_write(bio);
		return -1;
	}
	wire->error = errno;
	wire->is_closed = errno == EPIPE || errno == ECONNRESET;
	return -1;
}

/* Bytes that came; the limit makes an end of a peer without one. */
static int
count(struct wire *wire, ssize_t n)
{
	wire->n_read += (size_t)n;
	wire->is_over_limit = wire->n_read > wire->read_max_bytes;
	return wire->is_over_limit ? -1 : (int)n;
}

static int
wire_read(BIO *bio, char *bytes, int size)
{
	struct wire *wire = BIO_get_data(bio);
	ssize_t n;

	BIO_clear_retry_flags(bio);
	do
		n = recv(wire->fd, bytes, (size_t)size, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return count(wire, n);
	if (n < 0 && errno == EAGAIN) {
		BIO_set_retry_read(bio);
		return -1;
	}
	wire->error = n < 0 ? errno : 0;
	wire->is_closed = n == 0 || errno == ECONNRESET;
	return n == 0 ? 0 : -1;
}

static long
wire_ctrl(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD *
wire_method_new(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "wire");

	if (method == NULL)
		return NULL;
	if (BIO_meth_set_write(method, wire_write) != 1 ||
	    BIO_meth_set_read(method, wire_read) != 1 ||
	    BIO_meth_set_ctrl(method, wire_ctrl) != 1) {
		BIO_meth_free(method);
		return NULL;
	}
	return method;
}

BIO *
wire_bio(const BIO_METHOD *method, struct wire *wire)
{
	BIO *bio = BIO_new(method);

	if (bio == NULL)
		return NULL;
	BIO_set_data(bio, wire);
	BIO_set_init(bio, 1);
	return bio;
}
