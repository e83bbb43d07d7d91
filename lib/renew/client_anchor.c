/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From our client certificate upwards to what the device has to trust.
 * Source: Intel AMT SDK, "Add a Trusted Root Certificate".
 */
#include "renew/client_anchor.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

enum {
	DEPTH_MAX = PATH_MAX_ELEMENTS
};

/* By name and by signature. */
static bool
is_issued_by(const struct cert *cert, const struct cert *issuer)
{
	X509 *below = NULL;
	X509 *above = NULL;
	bool is_issued = cert_get_x509(cert, &below, NULL) == RC_OK &&
	    cert_get_x509(issuer, &above, NULL) == RC_OK &&
	    X509_check_issued(above, below) == X509_V_OK &&
	    X509_verify(below, X509_get0_pubkey(above)) == 1;

	X509_free(below);
	X509_free(above);
	return is_issued;
}

static const struct cert *
find_issuer(const struct cert *cert, struct cert *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_issued_by(cert, list[i]))
			return list[i];
	return NULL;
}

/* The first of the operator's anchors on the way up, else the self-signed end. */
static const struct cert *
climb(struct cert *const *own, size_t n_own, struct cert *const *anchors, size_t n)
{
	const struct cert *at = own[0];

	for (int i = 0; i < DEPTH_MAX; i++) {
		const struct cert *above = find_issuer(at, anchors, n);

		if (above != NULL)
			return above;
		above = find_issuer(at, own + 1, n_own - 1);
		if (above == NULL || above->is_self_issued)
			return above;
		at = above;
	}
	return NULL;
}

enum rc
client_anchor_find(const struct renewal *rn, struct cert **ret_anchor, struct err *err)
{
	const struct target *target = rn->options->target;
	struct cert **own = NULL;
	struct cert **anchors = NULL;
	const struct cert *found = NULL;
	size_t n_own = 0;
	size_t n = 0;
	enum rc r = RC_OK;

	if (target->client_cert_file == NULL)
		return err_set(err, RC_CONFIG,
		    "%s: mutual TLS: give --client-cert and --client-key, by which the "
		    "proof is made and the anchor is found",
		    target->name);
	r = cert_read_pem_file(target->client_cert_file, &own, &n_own, err);
	if (r == RC_OK && target->trust_anchor_file != NULL)
		r = cert_read_pem_file(target->trust_anchor_file, &anchors, &n, err);
	if (r == RC_OK)
		found = climb(own, n_own, anchors, n);
	if (r == RC_OK && found == NULL)
		r = err_set(err, RC_CONFIG,
		    "%s: mutual TLS: %s: its issuer is neither in that file nor a "
		    "trust anchor",
		    target->name, target->client_cert_file);
	if (r == RC_OK)
		r = cert_dup(found, ret_anchor, err);
	cert_free_list(own, n_own);
	cert_free_list(anchors, n);
	return r;
}
