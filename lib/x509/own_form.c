/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compared by the order of extensions, which differs between the programs that
 * make certificates.
 */
#include "x509/own_form.h"

#include <openssl/x509v3.h>

/* As ca/issue.c adds them. */
static const struct {
	int nid;
	bool is_critical;
} extensions[] = {
	{ NID_subject_key_identifier, false },
	{ NID_authority_key_identifier, false },
	{ NID_basic_constraints, true },
	{ NID_key_usage, true },
	{ NID_ext_key_usage, false },
	{ NID_subject_alt_name, false },
};

enum {
	EXTENSIONS = sizeof(extensions) / sizeof(extensions[0])
};

static bool
has_extensions(const X509 *x509)
{
	if (X509_get_ext_count(x509) != EXTENSIONS)
		return false;
	for (int i = 0; i < EXTENSIONS; i++) {
		X509_EXTENSION *extension = X509_get_ext(x509, i);

		if (OBJ_obj2nid(X509_EXTENSION_get_object(extension)) !=
			extensions[i].nid ||
		    (X509_EXTENSION_get_critical(extension) != 0) !=
			extensions[i].is_critical)
			return false;
	}
	return true;
}

static bool
has_serial(X509 *x509)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);

	return ASN1_STRING_length(serial) == OWN_FORM_SERIAL_BYTES &&
	    (ASN1_STRING_get0_data(serial)[0] & ~OWN_FORM_SERIAL_MASK) ==
	    OWN_FORM_SERIAL_SET;
}

bool
own_form_has(const struct cert *cert)
{
	X509 *x509 = cert->x509;

	return x509 != NULL && !cert->is_ca && !cert->is_self_issued &&
	    X509_NAME_entry_count(X509_get_subject_name(x509)) == 1 &&
	    cert->common_name != NULL && has_serial(x509) && has_extensions(x509);
}
