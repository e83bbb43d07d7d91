/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PEM files of the operator, read whole and bounded before OpenSSL sees them.
 * Follows RFC 7468 5.
 */
#include "x509/pem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/buf.h"
#include "x509/cert.h"

/* Instead of OpenSSL's question on the terminal: a certificate has none. */
static int
no_passphrase(char *passphrase, int size, int is_writing, void *ctx)
{
	(void)passphrase;
	(void)size;
	(void)is_writing;
	(void)ctx;
	return -1;
}

enum rc
pem_read_bytes(const char *path, struct buf *bytes, struct err *err)
{
	char chunk[4096];
	enum rc r = RC_OK;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_system(err, "%s", path);
	do {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			r = buf_add(bytes, chunk, (size_t)n);
	} while (r == RC_OK && (n > 0 || (n < 0 && errno == EINTR)));
	if (n < 0)
		r = err_system(err, "%s", path);
	else if (r == RC_LIMIT)
		r = err_set(err, r, "%s: more than %zu bytes", path, bytes->max_bytes);
	else if (r != RC_OK)
		r = err_set(err, r, "%s: out of memory", path);
	(void)close(fd);
	return r;
}

bool
pem_is_at_end(void)
{
	unsigned long e = ERR_peek_last_error();

	return ERR_GET_LIB(e) == ERR_LIB_PEM &&
	    ERR_GET_REASON(e) == PEM_R_NO_START_LINE;
}

static enum rc
parse(const char *path, BIO *bio, STACK_OF(X509) *list, struct err *err)
{
	X509 *x509;

	for (;;) {
		x509 = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
		if (x509 == NULL)
			break;
		if (sk_X509_push(list, x509) <= 0) {
			X509_free(x509);
			return err_set(err, RC_NOMEM, "%s: out of memory", path);
		}
	}
	if (!pem_is_at_end())
		return err_set(err, RC_FORMAT,
		    "%s: RFC 7468 5: certificate %d cannot be read", path,
		    sk_X509_num(list) + 1);
	if (sk_X509_num(list) == 0)
		return err_set(err, RC_FORMAT, "%s: RFC 7468 5: holds no certificate",
		    path);
	return RC_OK;
}

enum rc
pem_read_file(const char *path, STACK_OF(X509) **ret_list, struct err *err)
{
	STACK_OF(X509) *list = sk_X509_new_null();
	BIO *bio = NULL;
	struct buf bytes;
	enum rc r;

	buf_init(&bytes, PEM_FILE_MAX_BYTES);
	(void)ERR_set_mark();
	r = pem_read_bytes(path, &bytes, err);
	if (r != RC_OK)
		goto out;
	bio = BIO_new_mem_buf(buf_str(&bytes), (int)bytes.len);
	if (bio == NULL || list == NULL) {
		r = err_set(err, RC_NOMEM, "%s: out of memory", path);
		goto out;
	}
	r = parse(path, bio, list, err);
	if (r != RC_OK)
		goto out;
	*ret_list = list;
	list = NULL;
out:
	(void)ERR_pop_to_mark();
	sk_X509_pop_free(list, X509_free);
	BIO_free(bio);
	buf_clear(&bytes);
	return r;
}

enum rc
cert_read_pem_file(const char *path, struct cert ***ret_certs, size_t *ret_n,
    struct err *err)
{
	STACK_OF(X509) *list = NULL;
	struct cert **certs = NULL;
	size_t n = 0, total = 0;
	enum rc r;

	r = pem_read_file(path, &list, err);
	if (r != RC_OK)
		return r;
	total = (size_t)sk_X509_num(list);
	certs = calloc(total, sizeof(struct cert *));
	if (certs == NULL)
		r = err_set(err, RC_NOMEM, "%s: out of memory", path);
	while (r == RC_OK && n < total) {
		r = cert_from_x509(sk_X509_value(list, (int)n), &certs[n], err);
		if (r == RC_OK)
			n++;
	}
	sk_X509_pop_free(list, X509_free);
	if (r != RC_OK) {
		err_prefix(err, "%s: certificate %zu", path, n + 1);
		cert_free_list(certs, n);
		return r;
	}
	*ret_certs = certs;
	*ret_n = n;
	return RC_OK;
}
