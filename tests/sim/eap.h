/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an 802.1X profile says besides its certificates: the method and the
 * names.  Wired and Wi-Fi profiles have the same.
 * Source: protocol notes 3.11; captures AMT_8021XProfile, CIM_IEEE8021xSettings.
 */
#ifndef AMTSIM_EAP_H
#define AMTSIM_EAP_H

#include <stdbool.h>
#include <stdint.h>

#include <libxml/tree.h>

struct inst;

enum eap_name {
	EAP_USERNAME,
	EAP_DOMAIN,
	EAP_ROAMING_IDENTITY,
	EAP_SERVER_NAME,
	EAP_SERVER_NAME_COMPARISON,
	EAP_NAMES
};

/* Zeroed is EAP-TLS without names. */
struct eap {
	int64_t protocol;	/* AuthenticationProtocol; 0: EAP-TLS */
	char *names[EAP_NAMES]; /* NULL: none */
};

/*
 * Take what an instance holds. Names that are not sent stay, or are gone when the
 * instance is whole. Passwords are let pass: they can be written and never read.
 */
void eap_take(struct eap *eap, const xmlNode *instance, bool whole);

void eap_fill(const struct eap *eap, struct inst *inst);

/* to must be empty or filled; from stays. */
void eap_copy(struct eap *to, const struct eap *from);

void eap_clear(struct eap *eap);

#endif
