/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The error numbers of Microsoft's certificate services, and what each means for a
 * request.  Source: MS-WCCE, MS-ERREF; names as in Samba's error table.
 */
#ifndef AMTCERT_CA_HRESULT_H
#define AMTCERT_CA_HRESULT_H

#include <stdint.h>

#include "ca/ca.h"

struct hresult {
	uint32_t number;
	enum ca_outcome outcome;
	const char *name; /* "CERTSRV_E_TEMPLATE_DENIED" */
	const char *hint; /* what an operator can do; "" when the name says it */
};

/* The row of a number; NULL for one that is not in the table. Static. */
const struct hresult *hresult_find(uint32_t number);

/* Set outcome, patience_s, is_forgotten, and text: number, name and hint, then the
 * words of the CA ("" for none). A number that is not in the table is other. */
void hresult_explain(uint32_t number, const char *words, enum ca_outcome other,
    struct ca_answer *answer);

#endif
