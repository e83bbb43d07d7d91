/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who made a certificate, and who will renew it: usually nobody.  By what the
 * makers of certificates for AMT write into them; a label for people, which
 * nothing is trusted for.
 * Source: MeshCentral 1.1.55, rps 2.40, rpc-go 3.0, MS-WCCE 2.2.2.7.7, and
 * on-die chains as captured in rpc-go 1068 and 1095.
 */
#ifndef AMTCERT_POLICY_MAKER_H
#define AMTCERT_POLICY_MAKER_H

#include <stdbool.h>

#include "x509/cert.h"

/* name, word (JSON, stable), is it a note, made by, renewed by */
#define MAKER_MAP(X)                                                                  \
	X(MAKER_UNASKED, "", false, "", "")                                           \
	X(MAKER_OURS, "ours", false, "a remedy of ours", "our remedies")              \
	X(MAKER_ON_DIE, "on_die", true, "Intel's on-die CA", "nobody")                \
	X(MAKER_FIRMWARE, "firmware", true, "the firmware itself", "nobody")          \
	X(MAKER_MESHCENTRAL, "meshcentral", true, "MeshCentral", "nobody")            \
	X(MAKER_DMT, "dmt", true, "the Device Management Toolkit", "nobody")          \
	X(MAKER_ADCS, "adcs", true, "a Windows enterprise CA",                        \
	    "whoever asked for it, Windows enrols no firmware")                       \
	X(MAKER_LOCAL_CA, "local_ca", false, "a local CA of amtcert", "our remedies") \
	X(MAKER_SELF_SIGNED, "self_signed", true, "an unknown program, self-signed",  \
	    "nobody")                                                                 \
	X(MAKER_UNKNOWN, "unknown", false, "an unknown program", "nobody known")

enum maker {
#define MAKER_ENUM(name, word, is_note, by, renewal) name,
	MAKER_MAP(MAKER_ENUM)
#undef MAKER_ENUM
};

/*
 * Of an end entity's certificate. is_ours: the journal knows its key;
 * is_firmware: the store calls it read-only. Never MAKER_UNASKED.
 */
enum maker maker_find(const struct cert *cert, bool is_ours, bool is_firmware);

const char *maker_word(enum maker maker);
const char *maker_by(enum maker maker);
const char *maker_renewal(enum maker maker);

/* Does an operator have to know without asking? */
bool maker_is_note(enum maker maker);

#endif
