/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages of Microsoft's Web Enrolment, made for people: what can be told from
 * their links, forms and numbers.  Their words are shown, never decided by.
 */
#ifndef AMTCERT_CA_CERTSRV_PAGE_H
#define AMTCERT_CA_CERTSRV_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CERTSRV_ID_SIZE = 24,
	CERTSRV_WORDS_SIZE = 256,
};

/* What stands in a page; empty where it does not. Texts are printable. */
struct certsrv_page {
	char issued_id[CERTSRV_ID_SIZE];  /* a link to the certificate: digits */
	char pending_id[CERTSRV_ID_SIZE]; /* "Your Request Id is N" */
	uint32_t hresult; /* the last status that is an error; 0: none */
	char message[CERTSRV_WORDS_SIZE]; /* the disposition message */
	char title[CERTSRV_WORDS_SIZE];
	bool has_request_form;	/* takes a PKCS#10 */
	bool has_template_list; /* lets one choose a template: an enterprise CA */
	char renewals[CERTSRV_ID_SIZE]; /* how often the CA was renewed: digits */
};

/* Read a page of len bytes, which a NUL follows. Never fails. */
void certsrv_page_read(const char *html, size_t len, struct certsrv_page *page);

/* Is a template of that name among those that the page lets one choose? */
bool certsrv_page_offers(const char *html, size_t len, const char *template_name);

#endif
