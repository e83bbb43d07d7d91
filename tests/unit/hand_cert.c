/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates written by hand.
 */
#include "hand_cert.h"

#include <stdio.h>
#include <string.h>

void
hand_cert_init(struct hand_cert *hand, uint8_t id, const char *subject,
    const char *issuer)
{
	struct cert *cert = &hand->cert;

	memset(hand, 0, sizeof(*hand));
	hand->id = id;
	(void)snprintf(hand->subject, sizeof(hand->subject), "%s", subject);
	(void)snprintf(hand->issuer, sizeof(hand->issuer), "%s", issuer);
	(void)snprintf(hand->serial_number, sizeof(hand->serial_number), "%02x",
	    (unsigned int)id);
	cert->der = &hand->id;
	cert->der_len = sizeof(hand->id);
	cert->subject = hand->subject;
	cert->issuer = hand->issuer;
	cert->serial_number = hand->serial_number;
	cert->not_before = HAND_NB;
	cert->not_after = HAND_NB + 365 * HAND_DAY;
	cert->key_kind = CERT_KEY_EC;
	cert->key_bits = 384;
	(void)snprintf(cert->signature_digest, sizeof(cert->signature_digest),
	    "sha384");
	cert->signature_bits = 192;
	cert->is_self_issued = strcmp(subject, issuer) == 0;
	memset(cert->spki_sha256, id, sizeof(cert->spki_sha256));
}
