/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ReturnValue and AMT-STATUS to names and to what a remedy does next: one
 * table.  Source: Intel LMS StatusCodeDefinitions.h.
 */
#ifndef AMTCERT_AMT_PT_STATUS_H
#define AMTCERT_AMT_PT_STATUS_H

enum pt_status {
	PT_STATUS_SUCCESS = 0,
	PT_STATUS_INTERNAL_ERROR = 1,
	PT_STATUS_NOT_READY = 2,
	PT_STATUS_NOT_PERMITTED = 16,
	PT_STATUS_MAX_LIMIT_REACHED = 23,
	PT_STATUS_INVALID_PARAMETER = 36,
	PT_STATUS_FLASH_WRITE_LIMIT_EXCEEDED = 38,
	PT_STATUS_RNG_GENERATION_IN_PROGRESS = 47,
	PT_STATUS_RNG_NOT_READY = 48,
	PT_STATUS_CERTIFICATE_NOT_READY = 49,
	PT_STATUS_DISABLED_BY_POLICY = 1024,
	PT_STATUS_DATA_MISSING = 2057,
	PT_STATUS_DUPLICATE = 2058,
	PT_STATUS_PKI_GENERATING_KEYS = 2061,
	PT_STATUS_INVALID_KEY = 2062,
	PT_STATUS_INVALID_CERT = 2063,
	PT_STATUS_CERT_KEY_NOT_MATCH = 2064,
	PT_STATUS_UNSUPPORTED = 2066,
	PT_STATUS_AUDIT_FAIL = 2075,
	PT_STATUS_USER_CONSENT_REQUIRED = 2081,
	PT_STATUS_OPERATION_IN_PROGRESS = 2082,
};

/* What a change does on that answer. */
enum pt_reaction {
	PT_GO_ON,
	PT_WAIT,     /* busy: look again, then repeat */
	PT_EXISTS,   /* already there: find it and go on */
	PT_FULL,     /* the store is full: stop, list orphans, delete nothing */
	PT_MISSING,  /* something must be set first */
	PT_OPERATOR, /* a person has to decide */
	PT_REFUSED,  /* our request is wrong for this generation: stop */
};

/* "MAX_LIMIT_REACHED"; "status N" is never returned, unknown gives "unknown". */
const char *pt_status_name(int status);

/* The sentence for an operator; never NULL. */
const char *pt_status_text(int status);

enum pt_reaction pt_status_reaction(int status);

#endif
