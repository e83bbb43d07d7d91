/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The enrolment service of a Windows CA (CES): a request and what became of it, as
 * bodies of SOAP messages.  Source: MS-WSTEP 3.1.4.1; WS-Trust 1.3.
 */
#ifndef AMTCERT_CA_WSTEP_H
#define AMTCERT_CA_WSTEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"
#include "ca/ca.h"
#include "wsman/xml.h"

#define WSTEP_ACTION \
	"http://schemas.microsoft.com/windows/pki/2009/01/enrollment/RST/wstep"

enum {
	WSTEP_ID_SIZE = 136, /* RequestID: whatever text of up to 128 characters */
	WSTEP_URI_SIZE = 1024,
};

/* Append the body that hands in a PKCS#10, or asks what became of one. Errors stick
 * in out. */
void wstep_write_issue(struct buf *out, const uint8_t *csr, size_t len);
void wstep_write_query(struct buf *out, const char *request_id);

/* Clear with wstep_answer_clear. */
struct wstep_answer {
	bool is_pending;
	char request_id[WSTEP_ID_SIZE]; /* as it came; "" without one */
	char uri[WSTEP_URI_SIZE];	/* CA_PENDING: where to ask; "" when not told */
	uint8_t *leaf;			/* DER; NULL when only the bag has it */
	size_t leaf_len;
	uint8_t *bag; /* PKCS#7 in DER, or NULL */
	size_t bag_len;
};

/*
 * What the body of an answer says. Decided by structure, never by its words, which
 * are in the language of the CA. RC_FORMAT with the rule that is broken, RC_LIMIT,
 * RC_NOMEM.
 */
enum rc wstep_read(const struct xml_node *body, struct wstep_answer *ret_answer,
    struct err *err);
void wstep_answer_clear(struct wstep_answer *answer);

#endif
