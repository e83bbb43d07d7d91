/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the document: a reference is refused, or what was read can be written
 * and read again with the same class and number of selectors.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wsman/epr.h"
#include "wsman/ns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_again(const struct epr *epr)
{
	static const char start[] =
	    "<r xmlns:a='" NS_ADDRESSING "' xmlns:w='" NS_WSMAN "'>";
	struct buf out;
	struct xml *xml = NULL;
	struct epr *again = NULL;

	buf_init(&out, XML_BYTES_MAX);
	(void)buf_add_str(&out, start);
	(void)epr_write(&out, epr);
	(void)buf_add_str(&out, "</r>");
	if (out.rc == RC_OK) {
		if (xml_read(buf_str(&out), out.len, &xml, NULL) != RC_OK ||
		    epr_parse(xml_root(xml), &again, NULL) != RC_OK ||
		    strcmp(again->resource_uri, epr->resource_uri) != 0 ||
		    again->n_selectors != epr->n_selectors)
			abort();
	}
	epr_free(again);
	xml_free(xml);
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xml *xml = NULL;
	struct epr *epr = NULL;
	struct err err = { 0 };

	if (xml_read((const char *)data, size, &xml, &err) != RC_OK)
		return 0;
	if (epr_parse(xml_root(xml), &epr, &err) == RC_OK)
		write_again(epr);
	else if (epr != NULL)
		abort();
	epr_free(epr);
	xml_free(xml);
	return 0;
}
