/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CMP server says of a request: PKIStatusInfo of RFC 4210 5.2.3, what each
 * of its bits means for us, and a reader for error messages that nobody vouches
 * for.  Knows no transaction.
 */
#ifndef AMTCERT_CA_CMP_STATUS_H
#define AMTCERT_CA_CMP_STATUS_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "ca/ca.h"

enum {
	CMP_WORDS_SIZE = 256,
	CMP_FAIL_BITS = 27, /* of PKIFailureInfo */
};

enum cmp_pki_status {
	CMP_STATUS_ABSENT = -1, /* it did not say */
	CMP_ACCEPTED,
	CMP_GRANTED_WITH_MODS,
	CMP_REJECTION,
	CMP_WAITING,
	CMP_REVOCATION_WARNING,
	CMP_REVOCATION_NOTIFICATION,
	CMP_KEY_UPDATE_WARNING,
};

struct cmp_status {
	int64_t status;		    /* enum cmp_pki_status, or what else it sent */
	uint32_t fail_bits;	    /* of PKIFailureInfo: 1 << 0 is badAlg */
	char words[CMP_WORDS_SIZE]; /* of the server, one printable line; or "" */
};

/* Of several bits the one that calls for the most care. CA_BADANSWER for a status
 * that there is not. */
enum ca_outcome cmp_status_outcome(const struct cmp_status *status);

/* "rejection: badPOP (the CA could not verify the request): words"; cut at size. */
void cmp_status_describe(const struct cmp_status *status, char *field, size_t size);

/*
 * PKIStatusInfo of a PKIMessage whose body is an error, whoever sent it: nothing of
 * its protection is looked at. RC_NOTFOUND for another body, RC_FORMAT.
 */
enum rc cmp_status_read_error(const uint8_t *message, size_t len,
    struct cmp_status *ret_status, struct err *err);

#endif
