/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a session with Web Enrolment pages holds.  Private to certsrv.c and
 * certsrv_probe.c; others see ca/ca.h.
 */
#ifndef AMTCERT_CA_CERTSRV_SESSION_H
#define AMTCERT_CA_CERTSRV_SESSION_H

#include "base/buf.h"
#include "ca/ca.h"
#include "ca/https.h"
#include "ca/section.h"

struct certsrv {
	struct section_trust trust;
	struct https *https;
	const char *template_name; /* NULL: a stand-alone CA is meant */
	bool may_wait; /* a person approves every request, and that is known */
	int64_t poll_s;
};

/* GET of one page, or POST of a form; the answer is lent until the next. Errors of
 * https_exchange(). */
enum rc certsrv_call(struct certsrv *certsrv, const char *page, const struct buf *form,
    int64_t deadline_ms, struct https_answer *answer, struct err *err);

/* probe of struct ca_ops. */
enum rc certsrv_probe(void *state, const struct ca_request *request,
    struct ca_facts *facts, struct err *err);

#endif
