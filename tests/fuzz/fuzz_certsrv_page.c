/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever page a Web Enrolment server shows: numbers are digits, texts are one
 * printable line, and a name is only found whole.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ca/certsrv_page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_digits(const char *field)
{
	if (strlen(field) >= CERTSRV_ID_SIZE ||
	    field[strspn(field, "0123456789")] != '\0')
		abort();
}

static void
check_line(const char *field)
{
	if (strlen(field) >= CERTSRV_WORDS_SIZE)
		abort();
	for (const char *p = field; *p != '\0'; p++)
		if ((unsigned char)*p < ' ')
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *html = malloc(size + 1);
	struct certsrv_page page;

	if (html == NULL)
		abort();
	if (size > 0)
		memcpy(html, data, size);
	html[size] = '\0';
	certsrv_page_read(html, size, &page);
	check_digits(page.issued_id);
	check_digits(page.pending_id);
	check_digits(page.renewals);
	check_line(page.message);
	check_line(page.title);
	if (page.hresult != 0 && (page.hresult & 0x80000000U) == 0)
		abort();
	if (certsrv_page_offers(html, size, "AMTTLS") &&
	    memmem(html, size, "TTLS", 4) == NULL &&
	    memmem(html, size, "ttls", 4) == NULL &&
	    strcasestr(html, "amttls") == NULL && strlen(html) == size)
		abort();
	free(html);
	return 0;
}
