/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * References in requests: as a parameter, as a property, as a selector.  The
 * address is not used.
 * Source: DSP0226 5.1; protocol notes 2.8 to 2.10.
 */
#include <stdlib.h>
#include <string.h>

#include "soap.h"

static const xmlNode *
selector_set(const xmlNode *epr)
{
	const xmlNode *parameters = soap_find(epr, NS_WSA, "ReferenceParameters");

	return soap_find(parameters, NS_WSMAN, "SelectorSet");
}

bool
soap_epr_read(const xmlNode *node, struct soap_epr *ret_epr)
{
	const xmlNode *parameters = soap_find(node, NS_WSA, "ReferenceParameters");
	const xmlNode *selector = soap_find(selector_set(node), NS_WSMAN, "Selector");
	struct soap_epr epr = { .node = node };
	char uri[SOAP_VALUE_SIZE] = "";
	const char *class = NULL;
	bool good = selector != NULL &&
	    soap_text(soap_find(parameters, NS_WSMAN, "ResourceURI"), uri, sizeof(uri));

	if (!good)
		return false;
	class = soap_last_part(uri);
	if (strlen(class) >= SOAP_NAME_SIZE ||
	    !soap_attribute(selector, "Name", epr.selector, sizeof(epr.selector)) ||
	    !soap_text(selector, epr.value, sizeof(epr.value)))
		return false;
	memcpy(epr.class, class, strlen(class) + 1);
	*ret_epr = epr;
	return true;
}

bool
soap_child_epr(const xmlNode *parent, const char *name, struct soap_epr *ret_epr)
{
	const xmlNode *node = soap_child(parent, name, 0);

	return node != NULL && soap_epr_read(node, ret_epr);
}

size_t
soap_epr_selectors(const xmlNode *epr)
{
	const xmlNode *set = selector_set(epr);
	size_t n = 0;

	while (soap_child(set, "Selector", n) != NULL)
		n++;
	return n;
}

bool
soap_epr_selector(const xmlNode *epr, const char *name, char *field, size_t size)
{
	const xmlNode *set = selector_set(epr);

	for (size_t i = 0;; i++) {
		const xmlNode *node = soap_child(set, "Selector", i);
		char key[SOAP_NAME_SIZE] = "";

		if (node == NULL)
			return false;
		if (soap_attribute(node, "Name", key, sizeof(key)) &&
		    strcmp(key, name) == 0)
			return soap_text(node, field, size);
	}
}
