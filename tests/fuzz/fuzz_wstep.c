/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever an enrolment service answers: it is refused with words, or is a fault with
 * an outcome, or is pending with a number, or holds bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ca/https.h"
#include "ca/soap.h"
#include "ca/wstep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_fault(const struct soap_fault *fault)
{
	struct ca_answer answer = { .outcome = CA_ISSUED };

	soap_explain_fault(fault, &answer);
	if (answer.outcome == CA_ISSUED || answer.outcome == CA_PENDING ||
	    answer.text[0] == '\0')
		abort();
	for (const char *p = answer.text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ')
			abort();
	ca_answer_clear(&answer);
}

static void
check_answer(const struct wstep_answer *answer)
{
	if (strlen(answer->request_id) >= WSTEP_ID_SIZE ||
	    strlen(answer->uri) >= WSTEP_URI_SIZE)
		abort();
	if (strpbrk(answer->request_id, "\n\r\t") != NULL)
		abort();
	if (answer->is_pending && answer->request_id[0] == '\0')
		abort();
	if (!answer->is_pending && answer->leaf == NULL && answer->bag == NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct xml_limits limits = { HTTPS_ANSWER_MAX_BYTES, 4096 };
	struct soap_answer answer = { .xml = NULL };
	struct wstep_answer wstep = { .is_pending = false };
	struct err err = { 0 };
	enum rc r =
	    soap_read((const char *)data, size, &limits, "urn:uuid:1", &answer, &err);

	if (r == RC_OK && answer.body == NULL)
		check_fault(&answer.fault);
	if (r == RC_OK && answer.body != NULL) {
		r = wstep_read(answer.body, &wstep, &err);
		if (r == RC_OK)
			check_answer(&wstep);
	}
	if (r != RC_OK && err.text[0] == '\0')
		abort();
	wstep_answer_clear(&wstep);
	soap_answer_clear(&answer);
	return 0;
}
