/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CA answers in SCEP: CertRep (RFC 8894 3.3.2), believed only when it is
 * signed by a certificate we trust and belongs to our message.
 */
#ifndef AMTCERT_CA_SCEP_REPLY_H
#define AMTCERT_CA_SCEP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "ca/bag.h"
#include "ca/ca.h"
#include "ca/scep_message.h"

enum scep_status {
	SCEP_SUCCESS = 0,
	SCEP_FAILURE = 2,
	SCEP_PENDING = 3,
};

enum {
	SCEP_NO_FAIL_INFO = -1,
	SCEP_WORDS_SIZE = 256,
};

/* Clear with scep_reply_clear. */
struct scep_reply {
	enum scep_status status;
	int fail_info;		     /* SCEP_FAILURE: 0 to 4, or SCEP_NO_FAIL_INFO */
	char words[SCEP_WORDS_SIZE]; /* failInfoText, printable; "" none */
	struct bag bag;		     /* SCEP_SUCCESS: what was issued, not judged */
};

void scep_reply_clear(struct scep_reply *reply);

/*
 * Read and verify one CertRep: one signer, of exchange->signers, by SHA-2; its
 * messageType, transactionID and recipientNonce; and of a success the envelope, which
 * is for exchange->key.  With allow_weak SHA-1, and an envelope of single DES, pass:
 * that is all some servers can, and what they hide is a certificate.  Never MD5.
 * RC_FORMAT names the rule that is broken, RC_LIMIT past the limits of ca/bag.h,
 * RC_NOMEM. Leaves OpenSSL's error queue empty.
 */
enum rc scep_reply_read(const uint8_t *der, size_t len,
    const struct scep_exchange *exchange, struct scep_reply *ret_reply,
    struct err *err);

/*
 * What a failure means, in *answer. A CA that refused at once did not like the
 * challenge or the request; one that was polled had taken both, and somebody said no.
 */
void scep_reply_explain(const struct scep_reply *reply, bool is_poll,
    struct ca_answer *answer);

#endif
