/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one judgement of a certificate that a CA returned, before any device sees
 * it: a table of rules, each with a name, one message, and FAIL or WARN.
 */
#ifndef AMTCERT_CA_ACCEPT_H
#define AMTCERT_CA_ACCEPT_H

#include "base/buf.h"
#include "ca/ca.h"
#include "x509/revocation.h"

struct accept_input {
	const struct cert *leaf;
	struct cert *const *chain;
	size_t n_chain;
	const uint8_t *csr;
	size_t csr_len;
	const struct csr_profile *profile;
	const struct anchors *anchors;
	const struct cert *old;	     /* NULL: none was served */
	const char *issuer_key;	     /* key identifier of the only issuer, hexadecimal;
				 * NULL: any under the anchors */
	const char *template_oid;    /* that the CA issues by; NULL or "": not known */
	int64_t template_major;	     /* of it, with template_oid */
	int64_t template_validity_s; /* lifetime that it wants; 0: not known */
	const struct revocation_lists *lists; /* NULL: none is configured */
	int64_t version_major;		      /* firmware generation; 0 unknown */
	int64_t now;
	int64_t device_now;	/* the device's clock */
	int64_t window_s;	/* renewal window of a certificate with this lifetime:
			     * one that is due at once is refused */
	int64_t lifetime_s;	/* wanted; 0: any */
	int64_t max_lifetime_s; /* of the policy; 0: any */
};

/*
 * Run every rule. RC_OK when none failed; RC_CA with the first rule that failed
 * and its text, "rule: text". Each warning, and each further failure, is
 * appended to warnings (may be NULL) as one line "rule: text\n". Texts quote
 * hostile names made printable.
 * RC_NOMEM and RC_INTERNAL when it could not be judged: as good as refused.
 */
enum rc accept_judge(const struct accept_input *input, struct buf *warnings,
    struct err *err);

#endif
