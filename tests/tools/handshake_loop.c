/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The peer of a scan in benchmarks: what it costs to shake hands with many devices
 * at the very least.  One after the other: connect, handshake with OpenSSL's own
 * path and name check, close; blocking, one shared context, nothing kept.  Reads
 * "name,address" lines, as scan_amt_fleet --list does, and prints
 * "handshakes N verified M cpu_us U", of itself by getrusage(2).
 *
 * usage: handshake_loop CA-FILE PORT < LIST
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/num.h"

enum {
	LINE_SIZE = 512,
	WAIT_S = 20,
	US_PER_S = 1000000
};

struct result {
	long n_shaken;
	long n_verified;
};

static int
connect_to(const char *address, unsigned short port)
{
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(port) };
	const struct timeval wait = { .tv_sec = WAIT_S };
	int fd;

	if (inet_pton(AF_INET, address, &peer.sin_addr) != 1)
		return -1;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) != 0 ||
	    connect(fd, (const struct sockaddr *)&peer, sizeof(peer)) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static void
shake(SSL_CTX *ctx, char *name, int fd, struct result *result)
{
	SSL *ssl = SSL_new(ctx);

	if (ssl == NULL)
		return;
	if (SSL_set_fd(ssl, fd) == 1 && SSL_set1_host(ssl, name) == 1 &&
	    SSL_set_tlsext_host_name(ssl, name) == 1 && SSL_connect(ssl) == 1) {
		result->n_shaken++;
		if (SSL_get_verify_result(ssl) == X509_V_OK)
			result->n_verified++;
		(void)SSL_shutdown(ssl);
	}
	SSL_free(ssl);
}

/* Look, and do not end the handshake: expired certificates are part of a fleet. */
static int
go_on(int is_ok, X509_STORE_CTX *store)
{
	(void)is_ok;
	(void)store;
	return 1;
}

static SSL_CTX *
make_ctx(const char *ca_file)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx == NULL)
		return NULL;
	if (SSL_CTX_load_verify_locations(ctx, ca_file, NULL) != 1) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, go_on);
	SSL_CTX_set_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	return ctx;
}

static long long
cpu_us(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return 0;
	return (long long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * US_PER_S +
	    usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

int
main(int argc, char **argv)
{
	struct result result = { 0, 0 };
	char line[LINE_SIZE];
	int64_t port = 0;
	SSL_CTX *ctx;

	if (argc != 3 || num_parse(argv[2], 1, UINT16_MAX, &port, NULL) != RC_OK) {
		(void)fprintf(stderr, "usage: handshake_loop CA-FILE PORT < LIST\n");
		return 3;
	}
	ctx = make_ctx(argv[1]);
	if (ctx == NULL) {
		(void)fprintf(stderr, "%s: no certificates\n", argv[1]);
		return 2;
	}
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *comma = strchr(line, ',');
		int fd;

		line[strcspn(line, "\n")] = '\0';
		if (comma == NULL)
			continue;
		*comma = '\0';
		fd = connect_to(comma + 1, (unsigned short)port);
		if (fd < 0)
			continue;
		shake(ctx, line, fd, &result);
		(void)close(fd);
	}
	SSL_CTX_free(ctx);
	(void)printf("handshakes %ld verified %ld cpu_us %lld\n", result.n_shaken,
	    result.n_verified, cpu_us());
	return 0;
}
