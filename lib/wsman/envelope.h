/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The envelope around every message: request header out, reply header and
 * fault in.  DSP0226 5 and 14; SOAP 1.2 part 1 section 5.4; WS-Addressing 2004/08.
 */
#ifndef AMTCERT_WSMAN_ENVELOPE_H
#define AMTCERT_WSMAN_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"
#include "wsman/epr.h"
#include "wsman/xml.h"

enum {
	ENVELOPE_MAX_BYTES = 64 * 1024, /* a request of ours; a CSR is 1 KiB */
	ENVELOPE_ID_SIZE = 64,
	ENVELOPE_TIMEOUT_S = 60, /* firmware raises anything below 30 */
	FAULT_WORD_SIZE = 64,
	FAULT_TEXT_SIZE = 200,
};

/* What stands in the header of a request. Lent. */
struct envelope {
	const char *action;
	const char *resource_uri;
	const char *message_id;
	const struct selector *selectors;
	size_t n_selectors;
};

/*
 * Write everything up to and with the opening of the body. Prefixes in force
 * there: s (soap), a (addressing), w (wsman), n (enumeration). Errors stick.
 */
enum rc envelope_open(struct buf *out, const struct envelope *envelope);
enum rc envelope_close(struct buf *out);

/* A SOAP fault. Texts are the device's own bytes, cut: not yet printable. */
struct fault {
	int http_status;	       /* set by the transport; 0 unknown */
	char code[FAULT_WORD_SIZE];    /* "Sender", "Receiver" */
	char subcode[FAULT_WORD_SIZE]; /* "DestinationUnreachable"; "" if none */
	char text[FAULT_TEXT_SIZE];
	char detail[FAULT_TEXT_SIZE];
	bool has_status;
	int status; /* n of "AMT-STATUS n" in the detail */
};

/* A reply that was read. Zeroed is empty; clear with reply_clear. */
struct reply {
	struct xml *xml;
	const struct xml_node *body; /* first element in Body; NULL when empty */
};

/*
 * Read a reply to the request message_id. RC_FAULT when it is a fault:
 * *ret_fault then tells which and err its code, text and detail. RC_FORMAT when
 * it is no SOAP 1.2 envelope, has no body, answers another request or says not
 * which; errors of xml_read(). message_id NULL stands for Identify, whose reply
 * has no addressing (DSP0226 11). ret_fault is untouched unless RC_FAULT.
 */
enum rc reply_parse(const char *bytes, size_t len, const char *message_id,
    struct reply *ret_reply, struct fault *ret_fault, struct err *err);
void reply_clear(struct reply *reply);

#endif
