/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an element's text to a typed value.  XML Schema part 2: 3.2.2 boolean,
 * 3.3.13 integer, 3.2.16 base64Binary.
 */
#include "wsman/value.h"

#include <string.h>

#include "base/codec.h"
#include "base/num.h"

enum {
	NUMBER_SIZE = 32
};

const struct xml_node *
value_find(const struct xml_node *instance, const char *name)
{
	const struct xml_node *value =
	    instance == NULL ? NULL : xml_find(instance, xml_ns(instance), name);

	return value == NULL || xml_is_nil(value) ? NULL : value;
}

const struct xml_node *
value_next(const struct xml_node *value)
{
	const char *ns = xml_ns(value);
	const char *name = xml_name(value);
	const struct xml_node *next = xml_next(value);

	while (next != NULL && !xml_is(next, ns, name))
		next = xml_next(next);
	return next;
}

/* The text of a property, lent; RC_NOTFOUND when there is none. */
static enum rc
find_text(const struct xml_node *instance, const char *name, const char **ret_text,
    size_t *ret_len, struct err *err)
{
	const struct xml_node *value = value_find(instance, name);
	const char *text = NULL;

	if (value == NULL)
		return RC_NOTFOUND;
	text = xml_text(value, ret_len);
	if (text == NULL)
		return err_set(err, RC_FORMAT, "%s: %s: it holds elements, not a value",
		    xml_name(instance), name);
	*ret_text = text;
	return RC_OK;
}

enum rc
value_text(const struct xml_node *instance, const char *name, char *field, size_t size,
    struct err *err)
{
	const char *text = NULL;
	size_t len = 0;
	enum rc r = find_text(instance, name, &text, &len, err);

	if (r != RC_OK)
		return r;
	if (len >= size)
		len = size - 1;
	memcpy(field, text, len);
	field[len] = '\0';
	return RC_OK;
}

enum rc
value_exact(const struct xml_node *instance, const char *name, char *field, size_t size,
    struct err *err)
{
	const char *text = NULL;
	size_t len = 0;
	enum rc r = find_text(instance, name, &text, &len, err);

	if (r != RC_OK)
		return r;
	if (len >= size)
		return err_set(err, RC_LIMIT, "%s: %s: %zu bytes, at most %zu are kept",
		    xml_name(instance), name, len, size - 1);
	memcpy(field, text, len);
	field[len] = '\0';
	return RC_OK;
}

enum rc
value_int(const struct xml_node *instance, const char *name, int64_t min, int64_t max,
    int64_t *ret_value, struct err *err)
{
	char text[NUMBER_SIZE];
	struct err cause = { 0 };
	enum rc r = value_exact(instance, name, text, sizeof(text), err);

	if (r != RC_OK)
		return r;
	r = num_parse(text, min, max, ret_value, &cause);
	if (r != RC_OK)
		return err_set(err, r, "%s: %s: %s", xml_name(instance), name,
		    cause.text);
	return RC_OK;
}

enum rc
value_bool(const struct xml_node *instance, const char *name, bool *ret_value,
    struct err *err)
{
	const struct xml_node *value = value_find(instance, name);

	if (value == NULL)
		return RC_NOTFOUND;
	if (xml_text_is(value, "true") || xml_text_is(value, "1")) {
		*ret_value = true;
		return RC_OK;
	}
	if (xml_text_is(value, "false") || xml_text_is(value, "0")) {
		*ret_value = false;
		return RC_OK;
	}
	return err_set(err, RC_FORMAT, "%s: %s: XML Schema part 2, 3.2.2: no boolean",
	    xml_name(instance), name);
}

enum rc
value_bytes(const struct xml_node *instance, const char *name, size_t max_bytes,
    uint8_t **ret_bytes, size_t *ret_len, struct err *err)
{
	const char *text = NULL;
	size_t len = 0;
	struct err cause = { 0 };
	enum rc r = find_text(instance, name, &text, &len, err);

	if (r != RC_OK)
		return r;
	r = codec_base64_decode(text, len, max_bytes, ret_bytes, ret_len, &cause);
	if (r != RC_OK)
		return err_set(err, r, "%s: %s: %s", xml_name(instance), name,
		    cause.text);
	return RC_OK;
}
