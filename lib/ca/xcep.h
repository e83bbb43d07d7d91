/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy service of a Windows CA (CEP): which templates an account may use, what
 * they want, and which CAs offer them.  Source: MS-XCEP 3.1.4.1.3.
 */
#ifndef AMTCERT_CA_XCEP_H
#define AMTCERT_CA_XCEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"
#include "wsman/xml.h"

#define XCEP_NS	    "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy"
#define XCEP_ACTION XCEP_NS "/IPolicy/GetPolicies"

enum {
	XCEP_ANSWER_MAX_BYTES = 16 * 1024 * 1024,
	XCEP_ELEMENTS_MAX = 300000,
	XCEP_POLICIES_MAX = 4096,
	XCEP_CAS_MAX = 64,
	XCEP_URIS_MAX = 16,   /* of one CA */
	XCEP_OFFERS_MAX = 64, /* CAs of one template */
	XCEP_NAME_SIZE = 80,
	XCEP_OID_SIZE = 128,
	XCEP_URI_SIZE = 1024,
};

/* subjectNameFlags, enrollmentFlags, generalFlags, privateKeyFlags: MS-CRTD 2.26 to
 * 2.28, 2.4 */
enum {
	XCEP_SUBJECT_SUPPLIED = 0x1,
	XCEP_ENROL_PENDS = 0x2,
	XCEP_GENERAL_CA = 0x80,
	XCEP_KEY_ARCHIVED = 0x1,
};

/* clientAuthentication of a URI */
enum xcep_auth {
	XCEP_AUTH_NEGOTIATE = 2,
	XCEP_AUTH_USERNAME = 4,
	XCEP_AUTH_CERTIFICATE = 8,
};

/* One template. Texts are as they came, numbers 0 where nothing is said. */
struct xcep_policy {
	char name[XCEP_NAME_SIZE];	   /* commonName: its short name */
	char display_name[XCEP_NAME_SIZE]; /* of its OID */
	char oid[XCEP_OID_SIZE];
	int64_t schema; /* 1: a template without OID and version in certificates */
	int64_t validity_s;
	int64_t renewal_s; /* R, counted back from the end */
	int64_t major;
	int64_t minor;
	bool may_enrol;
	int64_t key_bits;		   /* smallest */
	char key_algorithm[XCEP_OID_SIZE]; /* OID; "" for the provider's */
	uint32_t subject_flags;
	uint32_t enrolment_flags;
	uint32_t general_flags;
	uint32_t key_flags;
	bool needs_signatures;	      /* by a registration authority, on a CMC */
	bool has_purposes;	      /* extKeyUsage is given */
	unsigned int purposes;	      /* CERT_EKU_...: those of them we know */
	int64_t cas[XCEP_OFFERS_MAX]; /* references of the CAs that offer it */
	size_t n_cas;
	char (*superseded)[XCEP_NAME_SIZE]; /* commonNames of those it replaces */
	size_t n_superseded;
};

struct xcep_uri {
	char uri[XCEP_URI_SIZE];
	int64_t auth; /* enum xcep_auth, or another number */
	int64_t priority;
	bool is_renewal_only;
};

struct xcep_ca {
	int64_t reference;
	bool may_enrol;
	uint8_t *cert; /* DER, or NULL */
	size_t cert_len;
	struct xcep_uri uris[XCEP_URIS_MAX];
	size_t n_uris;
};

/* Clear with xcep_clear. */
struct xcep {
	struct xcep_policy *policies;
	size_t n_policies;
	struct xcep_ca *cas;
	size_t n_cas;
};

/* Append the body that asks for everything. without_versions: for servers that know
 * no clientVersion (Windows Server 2008 R2). Errors stick in out. */
void xcep_write_query(struct buf *out, bool without_versions);

/*
 * Read GetPoliciesResponse. Nothing offered is no error: n_policies is 0. RC_FORMAT
 * with the rule that is broken, RC_LIMIT, RC_NOMEM.
 */
enum rc xcep_read(const struct xml_node *body, struct xcep *ret_xcep, struct err *err);
void xcep_clear(struct xcep *xcep);

/*
 * The template called so: by commonName in any case, else by OID, else by a display
 * name that only one has. NULL: none. Lent.
 */
const struct xcep_policy *xcep_find(const struct xcep *xcep, const char *name);

/* The CA of a reference; NULL. Lent. */
const struct xcep_ca *xcep_find_ca(const struct xcep *xcep, int64_t reference);

#endif
