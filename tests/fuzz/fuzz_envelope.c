/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the bytes: a reply is refused with words, taken apart as a fault, or
 * it answers request 7.
 */
#include <stdint.h>
#include <stdlib.h>

#include "wsman/envelope.h"
#include "wsman/ns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reply reply = { 0 };
	struct fault fault = { 0 };
	struct err err = { 0 };
	enum rc r = reply_parse((const char *)data, size, "7", &reply, &fault, &err);

	if (r == RC_OK && (reply.xml == NULL || xml_is(reply.body, NS_SOAP, "Fault")))
		abort();
	if (r != RC_OK && (reply.xml != NULL || err.text[0] == '\0'))
		abort();
	if (fault.has_status && fault.status < 0)
		abort();
	reply_clear(&reply);
	return 0;
}
