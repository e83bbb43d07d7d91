/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints what a TLS peer presents: the eyes of tests/cli/tls_*.t on lib/tls.
 * usage: shake [-4|-6] [-c CERT -k KEY] [-t MILLISECONDS] ADDRESS PORT
 */
#include <getopt.h>
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
	if (!good || argc - optind != 2 ||
	    num_parse(argv[optind + 1], 1, PORT_MAX, &port, NULL) != RC_OK)
		return false;
	endpoint->address = argv[optind];
	endpoint->port = (uint16_t)port;
	return true;
}

int
main(int argc, char **argv)
{
	struct tls_endpoint endpoint = { .family = TLS_FAMILY_ANY };
	struct presented presented = { 0 };
	int64_t timeout_ms = DEADLINE_MS;
	struct err err = { 0 };
	enum rc r;

	if (!read_arguments(argc, argv, &endpoint, &timeout_ms)) {
		(void)fprintf(stderr,
		    "usage: shake [-4|-6] [-c CERT -k KEY] [-t MS] ADDRESS PORT\n");
		return EXIT_WRONG_USAGE;
	}
	r = tls_start(&err);
	if (r == RC_OK)
		r = tls_handshake(&endpoint, clock_monotonic_ms() + timeout_ms,
		    &presented, &err);
	if (r != RC_OK) {
		printf("%s\n%s\n", rc_text(r), err.text);
		return 1;
	}
	print_presented(&presented);
	presented_clear(&presented);
	return 0;
}
