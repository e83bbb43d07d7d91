/* SPDX-License-Identifier: BSD-2-Clause */
/* Names go in and come out as they are: a network compares them byte for byte. */
#include "eap.h"

#include "inst.h"
#include "mem.h"
#include "soap.h"

static const char *const properties[EAP_NAMES] = { "Username", "Domain",
	"RoamingIdentity", "ServerCertificateName", "ServerCertificateNameComparison" };

void
eap_take(struct eap *eap, const xmlNode *instance, bool whole)
{
	for (int i = 0; i < EAP_NAMES; i++) {
		char text[SOAP_VALUE_SIZE] = "";

		if (soap_child_text(instance, properties[i], text, sizeof(text)))
			mem_set(&eap->names[i], text);
		else if (whole)
			mem_set(&eap->names[i], NULL);
	}
	(void)soap_child_int(instance, "AuthenticationProtocol", &eap->protocol);
}

void
eap_fill(const struct eap *eap, struct inst *inst)
{
	inst_int(inst, "AuthenticationProtocol", eap->protocol);
	for (int i = 0; i < EAP_NAMES; i++)
		if (eap->names[i] != NULL)
			inst_text(inst, properties[i], eap->names[i]);
}

void
eap_copy(struct eap *to, const struct eap *from)
{
	to->protocol = from->protocol;
	for (int i = 0; i < EAP_NAMES; i++)
		mem_set(&to->names[i], from->names[i]);
}

void
eap_clear(struct eap *eap)
{
	for (int i = 0; i < EAP_NAMES; i++)
		mem_set(&eap->names[i], NULL);
}
