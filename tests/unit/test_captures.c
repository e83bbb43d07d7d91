/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every recorded answer of real firmware is read without error.  The recordings
 * are not part of this tree: the folder is named by AMTCERT_CAPTURES, or lies
 * beside the tree; without it the test is skipped, visibly.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit.h"
#include "wsman/envelope.h"
#include "wsman/ns.h"

enum {
	FILES_MIN = 70
};

/* Shapes that no firmware sends: the recordings were edited there. */
static const struct {
	const char *file;
	enum rc rc;
} exceptions[] = {
	/* A request with an answer's body pasted in: it has no RelatesTo. */
	{ "AMT_SetupAndConfigurationService.GetUuid.xml", RC_FORMAT },
	{ "HTTP.400.fault.AlreadyExists.AMT15.http", RC_FAULT },
	{ "HTTP.401.challenge.AMT15.http", RC_FORMAT },
};

static const char *
folder(void)
{
	const char *named = getenv("AMTCERT_CAPTURES");

	return named == NULL ? "../shared/amt/captures" : named;
}

static char *
read_file(const char *name, size_t *ret_len)
{
	enum {
		SIZE = 256 * 1024
	};
	char path[4096];
	FILE *file = NULL;
	char *bytes = calloc(1, SIZE);

	assert_non_null(bytes);
	(void)snprintf(path, sizeof(path), "%s/%s", folder(), name);
	file = fopen(path, "rb");
	assert_non_null(file);
	*ret_len = fread(bytes, 1, SIZE - 1, file);
	assert_int_equal(fclose(file), 0);
	return bytes;
}

/* A whole HTTP message: the head cut off, the chunks joined in place. */
static void
join_chunks(char *bytes, size_t *len)
{
	char *from = strstr(bytes, "\r\n\r\n");
	char *to = bytes;
	bool is_chunked = strstr(bytes, "chunked") != NULL;
	size_t nl = 2;

	if (from == NULL) {
		from = strstr(bytes, "\n\n");
		nl = 1;
	}
	assert_non_null(from);
	from += 2 * nl;
	if (!is_chunked) {
		*len -= (size_t)(from - bytes);
		memmove(bytes, from, *len);
		return;
	}
	for (;;) {
		char *end = NULL;
		size_t n = 0;

		for (end = from; strchr("0123456789ABCDEF", *end) != NULL && *end != 0;
		     end++)
			n = n * 16 +
			    (size_t)(*end <= '9' ? *end - '0' : *end - 'A' + 10);
		if (n == 0)
			break;
		end += nl;
		memmove(to, end, n);
		to += n;
		from = end + n + nl;
	}
	*to = '\0';
	*len = (size_t)(to - bytes);
}

/* The MessageID that the recording answers. */
static void
find_relates_to(const char *bytes, size_t len, char *field, size_t size)
{
	struct xml *xml = NULL;
	struct err err = { 0 };
	size_t id_len = 0;
	const char *id = NULL;

	(void)snprintf(field, size, "7");
	if (xml_read(bytes, len, &xml, &err) != RC_OK)
		return;
	id = xml_text(xml_find(xml_find(xml_root(xml), NS_SOAP, "Header"),
			  NS_ADDRESSING, "RelatesTo"),
	    &id_len);
	if (id != NULL && id_len < size) {
		memcpy(field, id, id_len);
		field[id_len] = '\0';
	}
	xml_free(xml);
}

static void
read_one(const char *name)
{
	size_t len = 0;
	char *bytes = read_file(name, &len);
	char id[ENVELOPE_ID_SIZE];
	struct reply reply = { 0 };
	struct fault fault = { 0 };
	struct err err = { 0 };
	enum rc wanted = RC_OK;
	enum rc r = RC_OK;

	if (strncmp(name, "HTTP.", 5) == 0)
		join_chunks(bytes, &len);
	for (size_t i = 0; i < UNIT_COUNT(exceptions); i++)
		if (strcmp(exceptions[i].file, name) == 0)
			wanted = exceptions[i].rc;
	find_relates_to(bytes, len, id, sizeof(id));
	r = reply_parse(bytes, len, id, &reply, &fault, &err);
	if (r != wanted)
		fail_msg("%s: %s: %s", name, rc_text(r), err.text);
	reply_clear(&reply);
	free(bytes);
}

static void
reads_every_recorded_answer(void **state)
{
	DIR *dir = opendir(folder());
	struct dirent *entry = NULL;
	size_t n = 0;

	(void)state;
	if (dir == NULL) {
		print_message("no recordings in %s: set AMTCERT_CAPTURES\n", folder());
		skip();
	}
	for (entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		const char *dot = strrchr(entry->d_name, '.');

		if (dot == NULL ||
		    (strcmp(dot, ".xml") != 0 && strcmp(dot, ".http") != 0))
			continue;
		read_one(entry->d_name);
		n++;
	}
	(void)closedir(dir);
	assert_true(n >= FILES_MIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_recorded_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
