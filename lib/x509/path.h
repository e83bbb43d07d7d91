/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certification path from a presented leaf to one of the operator's trust
 * anchors, verified by OpenSSL with the time left to the policy (RFC 5280 6).
 */
#ifndef AMTCERT_X509_PATH_H
#define AMTCERT_X509_PATH_H

#include "x509/cert.h"

enum {
	PATH_MAX_ELEMENTS = 16
};

/* Trust anchors read from the operator's PEM files; opaque, immutable. */
struct anchors;

/* Certificates of a PEM file; each is a trust anchor, intermediates included
 * (partial chain). RC_SYSTEM, RC_FORMAT. Caller frees with anchors_free. */
enum rc anchors_read_file(const char *path, struct anchors **ret_anchors,
    struct err *err);
enum rc anchors_from_certs(struct cert *const *certs, size_t n,
    struct anchors **ret_anchors, struct err *err);
void anchors_free(struct anchors *anchors);

/* Copies of all of them, in no order; none for NULL. RC_FORMAT, RC_NOMEM. Caller frees
 * with cert_free_list. */
enum rc anchors_to_certs(const struct anchors *anchors, struct cert ***ret_certs,
    size_t *ret_n, struct err *err);

enum path_state {
	PATH_UNCHECKED, /* no anchor is configured */
	PATH_OK,
	PATH_UNKNOWN_ISSUER, /* ends before any of our anchors */
	PATH_SELF_SIGNED,    /* the leaf is its own issuer and no anchor */
	PATH_BAD_SIGNATURE,
	PATH_TIME,    /* only the time is wrong (at_time only) */
	PATH_PURPOSE, /* not for its purpose, or CA rules broken */
	PATH_WEAK,    /* key or digest below security level 1 */
	PATH_OTHER,
};

struct path {
	enum path_state ignoring_time; /* never PATH_TIME */
	enum path_state at_time;       /* at the time given */
	char text[128];		       /* OpenSSL's words for what is wrong */
	struct cert **elements;	       /* leaf first, anchor last; empty if none */
	size_t n_elements;
};

/*
 * Verify chain[0] for purpose TLS server over chain[1..] to anchors, with time
 * ignored and at now; a second pass over the signatures is made only when an
 * element of the first path is not valid at now, notAfter itself counting as
 * valid. Weak algorithms are reported by the facts of each element, so level 0
 * is used for building and PATH_WEAK is left to callers that ask for it with
 * min_level > 0. anchors may be NULL, or n 0: PATH_UNCHECKED. A failed
 * verification is a result, not an error: RC_NOMEM and RC_FORMAT only. Leaves
 * OpenSSL's error queue as it was. Clear with path_clear.
 */
enum rc path_verify(const struct anchors *anchors, struct cert *const *chain, size_t n,
    int64_t now, int min_level, struct path *ret_path, struct err *err);

/* The same for purpose TLS client, as 802.1X has it. */
enum rc path_verify_client(const struct anchors *anchors, struct cert *const *chain,
    size_t n, int64_t now, int min_level, struct path *ret_path, struct err *err);
void path_clear(struct path *path);

const char *path_state_text(enum path_state state);

#endif
