/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of the web services before a Windows CA: SOAP 1.2 with WS-Addressing 1.0,
 * WS-Security's UsernameToken when that is the login, and Microsoft's fault detail
 * (MS-WSTEP 3.1.4.1.2.8).  Knows none of the bodies.
 */
#ifndef AMTCERT_CA_SOAP_H
#define AMTCERT_CA_SOAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"
#include "base/secret.h"
#include "ca/ca.h"
#include "wsman/xml.h"

#define SOAP_NS		"http://www.w3.org/2003/05/soap-envelope"
#define SOAP_ADDRESSING "http://www.w3.org/2005/08/addressing"
#define SOAP_WSSE \
	"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define SOAP_ENROLL "http://schemas.microsoft.com/windows/pki/2009/01/enrollment"

#define SOAP_CONTENT_TYPE "application/soap+xml; charset=utf-8"

enum {
	SOAP_ID_SIZE = 48,
	SOAP_CODE_SIZE = 64,
	SOAP_REQUEST_MAX_BYTES = 128 * 1024,
};

/* "urn:uuid:", fresh and random (RFC 4122 4.4). RC_INTERNAL. */
enum rc soap_make_id(char id[SOAP_ID_SIZE], struct err *err);

/* Lent. */
struct soap_head {
	const char *action;
	const char *id;
	const char *to;	     /* the URL that is posted to */
	const char *logname; /* NULL: no UsernameToken */
	const struct secret *secret;
};

/* Everything before the body, and behind it. It may hold a secret: buf_wipe. Errors
 * stick in out. The prefixes s, a, xsi, wsse and wsu are bound. */
void soap_write_head(struct buf *out, const struct soap_head *head);
void soap_write_end(struct buf *out);

/* A refusal; its words are printable. */
struct soap_fault {
	char subcode[SOAP_CODE_SIZE]; /* local name; "" without one */
	char reason[CA_TEXT_SIZE];
	bool has_error_code;
	uint32_t error_code; /* a HRESULT */
	bool is_invalid_request;
};

/* Clear with soap_answer_clear; nodes are lent from it. */
struct soap_answer {
	struct xml *xml;
	const struct xml_node *body; /* its first element; NULL for a fault */
	struct soap_fault fault;
};

/*
 * Read the answer to the message of that id. RC_FORMAT for what is none, or one to
 * another message; RC_LIMIT, RC_NOMEM.
 */
enum rc soap_read(const char *bytes, size_t len, const struct xml_limits *limits,
    const char *id, struct soap_answer *ret_answer, struct err *err);
void soap_answer_clear(struct soap_answer *answer);

/* Does it say that our login was refused? */
bool soap_is_login_refused(const struct soap_fault *fault);

/* The outcome of a request that was answered so. */
void soap_explain_fault(const struct soap_fault *fault, struct ca_answer *answer);

#endif
