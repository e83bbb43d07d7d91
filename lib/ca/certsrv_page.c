/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds a few marks in HTML that anybody may have written.  What they look like:
 * the pages of Windows Server as other clients read them; English ones.
 */
#include "ca/certsrv_page.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

enum {
	HEX_DIGITS = 8,
	HEX_BITS = 4,
	HEX_VALUES = 16,
};

/* Behind the first mark, any case; NULL when there is none. */
static const char *
find_behind(const char *html, const char *end, const char *mark)
{
	size_t len = strlen(mark);

	for (; (size_t)(end - html) >= len; html++)
		if (strncasecmp(html, mark, len) == 0)
			return html + len;
	return NULL;
}

/* Digits at p into the field; "" when there are none or too many. */
static void
take_digits(const char *p, const char *end, char field[CERTSRV_ID_SIZE])
{
	size_t n = 0;

	field[0] = '\0';
	if (p == NULL)
		return;
	while (p + n < end && p[n] >= '0' && p[n] <= '9')
		n++;
	if (n == 0 || n >= CERTSRV_ID_SIZE)
		return;
	memcpy(field, p, n);
	field[n] = '\0';
}

static const char *
skip_blanks(const char *p, const char *end)
{
	while (p != NULL && p < end &&
	    (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p;
}

/* What stands at p up to one of the bytes of stop. */
static void
take_words(const char *p, const char *end, const char *stop,
    char field[CERTSRV_WORDS_SIZE])
{
	size_t n = 0;

	field[0] = '\0';
	p = skip_blanks(p, end);
	if (p == NULL)
		return;
	while (p + n < end && strchr(stop, p[n]) == NULL)
		n++;
	text_line_field(field, CERTSRV_WORDS_SIZE, p, n);
}

static bool
take_hex(const char *p, const char *end, uint32_t *value)
{
	uint32_t number = 0;

	if (end - p < HEX_DIGITS)
		return false;
	for (int i = 0; i < HEX_DIGITS; i++) {
		static const char digits[] = "0123456789abcdef0123456789ABCDEF";
		const char *at = p[i] == '\0' ? NULL : strchr(digits, p[i]);

		if (at == NULL)
			return false;
		number = (number << HEX_BITS) | (uint32_t)((at - digits) % HEX_VALUES);
	}
	*value = number;
	return true;
}

/* Error numbers have their highest bit set. */
static uint32_t
find_hresult(const char *html, const char *end)
{
	const char *p = html;
	uint32_t number = 0;

	for (p = find_behind(p, end, "0x"); p != NULL; p = find_behind(p, end, "0x"))
		if (take_hex(p, end, &number) && (number & 0x80000000U) != 0)
			return number;
	return 0;
}

static void
read_message(const char *html, const char *end, struct certsrv_page *page)
{
	const char *p = find_behind(html, end, "disposition message is \"");

	if (p != NULL) {
		take_words(p, end, "\"<", page->message);
		return;
	}
	p = find_behind(html, end, "disposition message:");
	take_words(p, end, "<\r\n", page->message);
}

void
certsrv_page_read(const char *html, size_t len, struct certsrv_page *page)
{
	const char *end = html + len;

	memset(page, 0, sizeof(*page));
	take_digits(find_behind(html, end, "certnew.cer?ReqID="), end, page->issued_id);
	take_digits(skip_blanks(find_behind(html, end, "your request id is"), end), end,
	    page->pending_id);
	take_digits(skip_blanks(find_behind(html, end, "nRenewals="), end), end,
	    page->renewals);
	page->hresult = find_hresult(html, end);
	read_message(html, end, page);
	take_words(find_behind(html, end, "<title>"), end, "<", page->title);
	page->has_request_form = find_behind(html, end, "certfnsh.asp") != NULL;
	page->has_template_list = find_behind(html, end, "lbCertTemplate") != NULL;
}

static bool
is_delimiter(char c)
{
	return strchr(";\"'<> \t\r\n", c) != NULL;
}

bool
certsrv_page_offers(const char *html, size_t len, const char *template_name)
{
	const char *end = html + len;
	size_t name_len = strlen(template_name);
	const char *p = find_behind(html, end, template_name);

	for (; p != NULL; p = find_behind(p, end, template_name)) {
		const char *start = p - name_len;

		if (start > html && is_delimiter(start[-1]) && p < end &&
		    is_delimiter(*p))
			return true;
	}
	return false;
}
