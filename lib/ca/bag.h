/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificates that a CA sent, in whatever wrapping and order: PEM with text
 * around it, DER, or PKCS#7.  Which one answers a request is told by its key.
 */
#ifndef AMTCERT_CA_BAG_H
#define AMTCERT_CA_BAG_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "ca/ca.h"

enum {
	BAG_CERTS_MAX = 16
};

/* Zeroed is empty; clear with bag_clear. No certificate is in it twice. */
struct bag {
	struct cert *certs[BAG_CERTS_MAX];
	size_t n;
};

void bag_clear(struct bag *bag);

/* RC_FORMAT with the rule that is broken, RC_LIMIT past BAG_CERTS_MAX, RC_NOMEM;
 * after an error the bag holds what was read before. */

/* One certificate, which ends where the bytes end. */
enum rc bag_add_der(struct bag *bag, const uint8_t *der, size_t len, struct err *err);

/* The certificates of one SignedData (RFC 5652 5.1), which ends where the bytes
 * end; its signatures are not looked at. At least one. */
enum rc bag_add_pkcs7(struct bag *bag, const uint8_t *der, size_t len, struct err *err);

/* Every CERTIFICATE, PKCS7 and CMS block (RFC 7468), at least one certificate; what
 * stands around them is skipped. */
enum rc bag_add_pem(struct bag *bag, const char *text, size_t len, struct err *err);

/* One of the three, told by its first bytes. */
enum rc bag_add_any(struct bag *bag, const void *bytes, size_t len, struct err *err);

/*
 * CA_ISSUED with the one certificate that has the key of the CSR, the others as
 * its chain; CA_BADANSWER when none has, or several have. RC_NOMEM.
 */
enum rc bag_answer(const struct bag *bag, const uint8_t *csr, size_t csr_len,
    struct ca_answer *answer, struct err *err);

/* As bag_answer after one of the bag_add functions returned r with why: CA_BADANSWER
 * for what could not be read. */
enum rc bag_answer_read(const struct bag *bag, enum rc r, const struct err *why,
    const struct ca_request *request, struct ca_answer *answer, struct err *err);

/*
 * What the CA certificates in the bag say of the CA: facts->not_after is the end
 * of the one that issued the current certificate, else the first end of those
 * that have not ended; a note names one that leads to none of our anchors.
 */
void bag_note_facts(const struct bag *bag, const struct anchors *anchors,
    const struct ca_request *request, struct ca_facts *facts);

#endif
