/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints what a TLS peer presents: the eyes of tests/cli/tls_*.t on lib/tls.
 * usage: shake [-4|-6] [-c CERT -k KEY] [-t MILLISECONDS] ADDRESS... PORT
 * Several addresses, which must be literals, are those of one host.
 */
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "tls/handshake.h"
#include "tls/start.h"

enum {
	DEADLINE_MS = 10000,
	DEADLINE_MAX_MS = 600000,
	PORT_MAX = 65535,
	EXIT_WRONG_USAGE = 3,
};

static void
print_presented(const struct presented *presented)
{
	printf("protocol %s\n", presented->protocol);
	printf("cipher %s\n", presented->cipher);
	printf("secure-renegotiation %s\n",
	    presented->secure_renegotiation ? "yes" : "no");
	printf("asked-client-cert %s\n", presented->asked_client_cert ? "yes" : "no");
	printf("complete %s\n", presented->complete ? "yes" : "no");
	printf("certificates %zu\n", presented->n_certs);
	for (size_t i = 0; i < presented->n_certs; i++) {
		printf("subject %s\n", presented->certs[i]->subject);
		printf("fingerprint ");
		for (size_t j = 0; j < CERT_FINGERPRINT_BYTES; j++)
			printf("%02x",
			    (unsigned int)presented->certs[i]->fingerprint[j]);
		printf("\nbytes %zu\n", presented->certs[i]->der_len);
	}
}

/* What the command line asks for; false when it is wrong. */
static bool
read_arguments(int argc, char **argv, struct tls_endpoint *endpoint,
    int64_t *ret_timeout_ms)
{
	int64_t port = 0;
	bool good = true;

	for (int c = getopt(argc, argv, "46c:k:t:"); c != -1 && good;
	     c = getopt(argc, argv, "46c:k:t:")) {
		if (c == '4')
			endpoint->family = TLS_FAMILY_IPV4;
		else if (c == '6')
			endpoint->family = TLS_FAMILY_IPV6;
		else if (c == 'c')
			endpoint->client_cert_file = optarg;
		else if (c == 'k')
			endpoint->client_key_file = optarg;
		else
			good = c == 't' &&
			    num_parse(optarg, 0, DEADLINE_MAX_MS, ret_timeout_ms,
				NULL) == RC_OK;
	}
	if (!good || argc - optind < 2 ||
	    num_parse(argv[argc - 1], 1, PORT_MAX, &port, NULL) != RC_OK)
		return false;
	endpoint->address = argv[optind];
	endpoint->port = (uint16_t)port;
	return true;
}

static enum rc
wait_for(void *ctx, int fd, enum shake_want want, int64_t until_ms, struct err *err)
{
	struct pollfd pollfd = { .fd = fd,
		.events = want == SHAKE_WANT_READ ? POLLIN : POLLOUT };
	int64_t left_ms = until_ms - clock_monotonic_ms();

	(void)ctx;
	(void)err;
	(void)poll(&pollfd, 1, left_ms > 0 ? (int)left_ms : 0);
	return RC_OK;
}

/* A host with several addresses. */
static enum rc
shake_one_of(char *const *hosts, int n, const struct tls_endpoint *endpoint,
    int64_t deadline_ms, struct presented *presented, struct err *err)
{
	static const struct tls_waiter waiter = { .wait = wait_for };
	struct addresses addresses = { .n = 0 }, one;
	struct shaker *shaker = NULL;
	enum rc r;

	r = shaker_new(endpoint->client_cert_file, endpoint->client_key_file, &shaker,
	    err);
	for (int i = 0; r == RC_OK && i < n && i < ADDRESS_MAX; i++) {
		r = address_resolve(hosts[i], endpoint->port, endpoint->family, &one,
		    err);
		addresses.list[addresses.n++] = one.list[0];
	}
	if (r == RC_OK)
		r = tls_handshake_by(&waiter, shaker, "several", &addresses,
		    deadline_ms, presented, err);
	shaker_free(shaker);
	return r;
}

int
main(int argc, char **argv)
{
	struct tls_endpoint endpoint = { .family = TLS_FAMILY_ANY };
	struct presented presented = { 0 };
	int64_t timeout_ms = DEADLINE_MS, deadline_ms;
	struct err err = { 0 };
	enum rc r;

	if (!read_arguments(argc, argv, &endpoint, &timeout_ms)) {
		(void)fprintf(stderr,
		    "usage: shake [-4|-6] [-c CERT -k KEY] [-t MS] ADDRESS... PORT\n");
		return EXIT_WRONG_USAGE;
	}
	deadline_ms = clock_monotonic_ms() + timeout_ms;
	r = tls_start(&err);
	if (r == RC_OK && argc - optind == 2)
		r = tls_handshake(&endpoint, deadline_ms, &presented, &err);
	else if (r == RC_OK)
		r = shake_one_of(argv + optind, argc - optind - 1, &endpoint,
		    deadline_ms, &presented, &err);
	if (r != RC_OK) {
		printf("%s\n%s\n", rc_text(r), err.text);
		return 1;
	}
	print_presented(&presented);
	presented_clear(&presented);
	return 0;
}
