/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which entries of the store may be deleted: what we installed and nothing uses, or
 * what the operator named, by its place and its digest.  One rule each for
 * certificates and key pairs, asked of every entry.
 */
#ifndef AMTCERT_RENEW_CHOICE_H
#define AMTCERT_RENEW_CHOICE_H

#include "renew/renewal.h"

enum {
	CHOICE_NAMES_MAX = 32
};

/* One that the operator named: SHA-256 of a certificate's DER, of a key's
 * SubjectPublicKeyInfo. A handle alone may mean another entry tomorrow. */
struct choice_name {
	int64_t handle;
	uint8_t sha256[CERT_FINGERPRINT_BYTES];
};

/* Nothing named: what is ours and unused. */
struct choice_names {
	struct choice_name certs[CHOICE_NAMES_MAX];
	size_t n_certs;
	struct choice_name keys[CHOICE_NAMES_MAX];
	size_t n_keys;
};

/* "3=sha256:HEX", added to a list of *n. RC_USAGE. */
enum rc choice_add(struct choice_name list[CHOICE_NAMES_MAX], size_t *n,
    const char *text, struct err *err);

/* Is the entry at this index of the facts one to delete? Of what the operator named
 * neither what something uses nor what the firmware made. */
bool choice_is_cert(const struct renewal *rn, const struct choice_names *names,
    size_t i);
bool choice_is_key(const struct renewal *rn, const struct choice_names *names,
    size_t i);

/*
 * May all that was named be deleted? RC_STATE says which not, and why: another entry
 * is in its place, it is in use, the firmware's own, a root while mutual TLS is on, a
 * key whose certificate stays or for which a CA was asked. What is gone is no reason.
 */
enum rc choice_judge(const struct renewal *rn, const struct choice_names *names,
    struct err *err);

/* Why a certificate or key pair stays, for people; it must not be chosen. */
const char *choice_cert_stays(const struct renewal *rn, size_t i);
const char *choice_key_stays(const struct renewal *rn, size_t i);

#endif
