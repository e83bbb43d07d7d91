/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/listing/format_html.c: whatever an inventory holds, the page is the same but for
 * its data, and nothing in these ends their element.
 */
#include <stdlib.h>

#include <libxml/HTMLparser.h>
#include <openssl/evp.h>

#include "base/buf.h"
#include "base/codec.h"
#include "json_read.h"
#include "made_listing.h"
#include "read_back.h"
#include "stock.h"
#include "torture.h"
#include "unit.h"

#define T0	  MADE_NOW
#define DATA	  "<script type=\"application/json\" id=\"data\">"
#define CLOSE	  "</script>"
#define DATA_ROWS "\"rows\":["

enum {
	ROUNDS = 10,
	DEVICES_MAX = 40,
	NAMES_MAX_BYTES = 64 * 1024,
	DIGEST_BYTES = 32,
};

/* A page in its three parts. */
struct page {
	char *before;
	char *data;
	char *after;
};

static struct page
write_page(struct db *db, const struct listing_order *order,
    const struct folder *folder)
{
	struct page page = { .before =
				 made_listing_text(db, order, LISTING_HTML, folder) };
	char *at = strstr(page.before, DATA), *end;

	assert_non_null(at);
	*at = '\0';
	page.data = at + strlen(DATA);
	end = strstr(page.data, CLOSE);
	assert_non_null(end);
	*end = '\0';
	page.after = end + strlen(CLOSE);
	return page;
}

/* Arrays of rows of a JSON text. */
static int64_t
count_rows(const char *json)
{
	const char *p = strstr(json, DATA_ROWS);
	int64_t n = 0;
	bool is_text = false;

	assert_non_null(p);
	for (p += strlen(DATA_ROWS); *p != '\0'; p++) {
		if (*p == '\\')
			p++;
		else if (*p == '"')
			is_text = !is_text;
		else if (*p == '[' && !is_text)
			n++;
	}
	return n;
}

static void
nothing_but_the_data_differs(void **state)
{
	struct listing_order order = { .now = T0 };
	struct db db = stock_open(*state);
	struct page empty = write_page(&db, &order, *state);
	struct err err = { 0 };

	assert_true(json_is_valid(empty.data));
	stock_exec(&db, "PRAGMA synchronous = OFF");
	for (int round = 0; round < ROUNDS; round++) {
		int64_t n = (int64_t)any(DEVICES_MAX);
		struct page page;

		stock_exec(&db, "BEGIN; DELETE FROM device; DELETE FROM cert");
		for (int64_t id = 1; id <= n; id++)
			made_listing_hostile(&db, id);
		stock_exec(&db, "COMMIT");
		if (round == ROUNDS / 2)
			assert_rc(what_if_take(&order.what_if, "policy=scs", &err),
			    RC_OK, &err);
		page = write_page(&db, &order, *state);
		assert_string_equal(page.before, empty.before);
		assert_string_equal(page.after, empty.after);
		assert_true(json_is_valid(page.data));
		assert_null(strpbrk(page.data, "<>&"));
		for (const char *p = page.data; *p != '\0'; p++)
			assert_in_range(*p, ' ', '~');
		assert_int_equal(count_rows(page.data), n);
		free(page.before);
	}
	free(empty.before);
	db_close(&db);
}

static void
add_names(struct buf *out, const xmlNode *node)
{
	for (; node != NULL; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		assert_int_equal(buf_addf(out, "%s(", (const char *)node->name), RC_OK);
		add_names(out, node->children);
		assert_int_equal(buf_add_char(out, ')'), RC_OK);
	}
}

/* The elements of a page, as another parser sees them. */
static void
read_elements(struct db *db, const struct listing_order *order,
    const struct folder *folder, struct buf *out)
{
	char *text = made_listing_text(db, order, LISTING_HTML, folder);
	htmlDocPtr doc = htmlReadMemory(text, (int)strlen(text), NULL, "utf-8",
	    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
		HTML_PARSE_NONET);

	assert_non_null(doc);
	add_names(out, xmlDocGetRootElement(doc));
	xmlFreeDoc(doc);
	free(text);
}

static void
a_parser_finds_our_elements_and_no_others(void **state)
{
	struct listing_order order = { .now = T0 };
	struct db db = stock_open(*state);
	struct buf empty, full;

	buf_init(&empty, NAMES_MAX_BYTES);
	buf_init(&full, NAMES_MAX_BYTES);
	read_elements(&db, &order, *state, &empty);
	assert_has(buf_str(&empty),
	    "html(head(meta()meta()meta()meta()meta()title()style())");
	assert_has(buf_str(&empty), "script()script())");
	stock_exec(&db, "PRAGMA synchronous = OFF; BEGIN");
	for (int64_t id = 1; id <= DEVICES_MAX; id++)
		made_listing_hostile(&db, id);
	stock_exec(&db, "COMMIT");
	read_elements(&db, &order, *state, &full);
	assert_string_equal(buf_str(&full), buf_str(&empty));
	buf_clear(&empty);
	buf_clear(&full);
	db_close(&db);
}

/* The policy of the page names the digest of what is between two marks. */
static void
assert_allowed(const char *page, const char *open, const char *close)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	const char *text = strstr(page, open), *end;
	struct buf source;

	assert_non_null(text);
	text += strlen(open);
	end = strstr(text, close);
	assert_non_null(end);
	assert_int_equal(EVP_Digest(text, (size_t)(end - text), digest, NULL,
			     EVP_sha256(), NULL),
	    1);
	buf_init(&source, 100);
	assert_int_equal(buf_add_str(&source, "-src 'sha256-"), RC_OK);
	assert_int_equal(codec_base64_encode(&source, digest, DIGEST_BYTES), RC_OK);
	assert_has(page, buf_str(&source));
	buf_clear(&source);
}

static void
its_own_policy_allows_nothing_else(void **state)
{
	static const char *const outside[] = { "http:", "https:", "src=", "href=",
		"url(", "@import", "javascript:", "onclick", "innerHTML", "eval(" };
	struct listing_order order = { .now = T0 };
	struct db db = stock_open(*state);
	char *page = made_listing_text(&db, &order, LISTING_HTML, *state);

	assert_has(page,
	    "content=\"default-src 'none'; base-uri 'none'; form-action 'none';");
	assert_allowed(page, "<style>", "</style>");
	assert_allowed(page, "<script>", "</script>");
	for (size_t i = 0; i < UNIT_COUNT(outside); i++) {
		const char *found = strstr(page, outside[i]);

		/* The name space of SVG is one, and is not loaded. */
		if (found != NULL &&
		    strncmp(found, "http://www.w3.org/2000/svg", 26) == 0)
			found = strstr(found + 26, outside[i]);
		if (found != NULL)
			fail_msg("%s: %.80s", outside[i], found);
	}
	free(page);
	db_close(&db);
}

static enum rc
write_once(void *ctx)
{
	struct listing_order order = { .now = T0 };
	struct err err = { 0 };

	return made_listing_write(ctx, &order, LISTING_HTML, "/dev/null", &err);
}

static void
memory_may_run_out(void **state)
{
	struct db db = stock_open(*state);
	struct made_leaf leaf = { .device = 1,
		.issuer = "CN=CA 1",
		.not_before = T0 - 100 * MADE_DAY,
		.not_after = T0 + 100 * MADE_DAY };

	made_listing_device(&db, 1, "pc1", "berlin");
	made_listing_leaf(&db, &leaf);
	(void)torture(write_once, &db);
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(nothing_but_the_data_differs),
		STOCK_TEST(a_parser_finds_our_elements_and_no_others),
		STOCK_TEST(its_own_policy_allows_nothing_else),
		STOCK_TEST(memory_may_run_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
