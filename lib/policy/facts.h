/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that a verdict needs to know of one device, as plain data: the pivot of
 * the house.  Left of it everything talks to a device and can fail; right of
 * it everything is a pure function of this struct, a policy and now.
 */
#ifndef AMTCERT_POLICY_FACTS_H
#define AMTCERT_POLICY_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "x509/cert.h"
#include "x509/name.h"
#include "x509/path.h"

enum {
	FACTS_CERTS_MAX = 256, /* per device; a store holds some twenty */
	FACTS_KEYS_MAX = 256,
	FACTS_TEXT_SIZE = 256, /* identity strings, cut and printable */
	FACTS_INSTANCE_SIZE = 128,
	FACTS_TRUSTED_CN_MAX = 16,
	FACTS_CONTACTS_MIN = 5,	   /* fewer tell nothing about the next one */
	FACTS_SWAPS_S = 7 * 86400, /* a tug-of-war shows within a week */
	FACTS_NEWS_S = 7 * 86400,  /* a change is told for as long */
};

/* What a certificate in the store is used for. Bits: one may serve several. */
enum usage {
	USAGE_NONE = 0,
	USAGE_TLS = 1 << 0,
	USAGE_8021X_WIRED = 1 << 1,
	USAGE_8021X_WIRELESS = 1 << 2,
	USAGE_CIRA = 1 << 3,
	USAGE_8021X_WIRED_ROOT = 1 << 4, /* server root named by a context */
	USAGE_8021X_WIRELESS_ROOT = 1 << 5,
	USAGE_OTHER = 1 << 6, /* a context of a kind that we do not know */
};

/* One AMT_PublicKeyCertificate. */
struct facts_cert {
	struct cert *cert;
	char instance_id[FACTS_INSTANCE_SIZE]; /* as the device spells it */
	int64_t handle; /* N of "Handle: N"; -1 when it has none */
	bool is_trusted_root;
	bool is_read_only; /* made by the firmware */
	unsigned int usage;
	bool has_key; /* its key pair is in the store */
	bool is_ours; /* a remedy of ours made it; of the inventory */
};

/* One AMT_PublicPrivateKeyPair. */
struct facts_key {
	char instance_id[FACTS_INSTANCE_SIZE];
	int64_t handle;
	uint8_t *spki;
	size_t spki_len;
	uint8_t spki_sha256[CERT_FINGERPRINT_BYTES];
	enum cert_key_kind kind;
	int bits;
	bool has_cert; /* some certificate in the store is for it */
};

/* One AMT_TLSSettingData. */
struct facts_tls {
	bool known;
	bool is_enabled;
	bool is_mutual;
	bool accepts_non_secure;
	bool has_non_secure_supported; /* the property exists (16.1 and later) */
	bool is_non_secure_supported;
	char trusted_cn[FACTS_TRUSTED_CN_MAX][FACTS_TEXT_SIZE];
	size_t n_trusted_cn;
};

/* What the TLS port presented. */
struct facts_presented {
	bool known;
	struct cert **certs; /* leaf first */
	size_t n_certs;
	char protocol[32];
	char cipher[64];
	bool secure_renegotiation;
	bool is_ours;		/* the leaf, as of a certificate in the store */
	bool wants_client_cert; /* shown, then closed on us for lack of one */
	struct path path;	/* to the operator's anchors */
	enum name_match name_match;
	bool has_pin; /* the operator gave a pin */
	bool pin_matches;
	/* The key that the device is known by, to the operator or else to the
	 * inventory. Of what is shown now: a reading does not remember it. */
	bool has_known_key;
	bool is_known_key;
	int64_t elapsed_ms;
};

/* The device's clock against ours. */
struct facts_clock {
	bool known;
	int64_t offset_s;      /* device minus host; positive is ahead */
	int64_t uncertainty_s; /* half the round trip, rounded up, plus 1 s */
	bool has_date;	       /* the HTTP Date header was there */
	int64_t date_offset_s;
};

enum control_mode {
	CONTROL_NONE,
	CONTROL_CLIENT,
	CONTROL_ADMIN,
	CONTROL_UNKNOWN
};

/* AMT_PublicKeyManagementCapabilities; 0 when the device does not say. */
struct facts_limits {
	int64_t root_max_bytes;
	int64_t root_max_count;
	int64_t common_name_max_bytes;
	int64_t common_name_max_count;
	int64_t chain_max_bytes;
	int64_t key_bits[8];
	size_t n_key_bits;
};

/*
 * What only the inventory can know: when the device was read, how often it is
 * seen, and what changed between readings. 0 for a moment that never was.
 */
struct facts_history {
	bool known; /* the inventory has the device */
	int64_t first_seen;
	int64_t ok_at;		     /* last contact in which something was read */
	int64_t tried_at;	     /* last attempt, whatever came of it */
	bool has_failed;	     /* the last attempt read nothing */
	char error[FACTS_TEXT_SIZE]; /* why; printable */
	/* Days with a contact that are remembered, and the 95th percentile of the
	 * gaps between them; 0 with fewer than FACTS_CONTACTS_MIN. */
	size_t n_contacts;
	int64_t gap_p95_s;

	int64_t realm_changed_at; /* the newest of each kind of change */
	char realm_before[FACTS_TEXT_SIZE];
	int64_t replaced_at;		/* another device answers to the name */
	char replaced[FACTS_TEXT_SIZE]; /* UUID of the one before */
	int64_t misdirected_at;		/* the name leads to a device of another name */
	char misdirected[FACTS_TEXT_SIZE];
	int64_t address_reused_at;	      /* the address was another device's */
	char address_reused[FACTS_TEXT_SIZE]; /* whose */

	/* Of the TLS certificate: who changed its issuer last, and how often the
	 * issuer changed between us and another within FACTS_SWAPS_S. */
	int64_t issuer_changed_at;
	bool issuer_was_ours; /* the one before was made by a remedy of ours */
	bool issuer_is_ours;
	char issuer_before[FACTS_TEXT_SIZE];
	char issuer_now[FACTS_TEXT_SIZE];
	size_t n_swaps;

	/* Of a reading that is not written: the TLS port shows another key than when
	 * it was seen last, at that moment; no remedy of ours made it. */
	bool has_other_key;
	int64_t key_seen_at;
};

/* Zeroed is "nothing known". Clear with facts_clear. */
struct facts {
	char name[FACTS_TEXT_SIZE]; /* the operator's name for the device */
	char address[FACTS_TEXT_SIZE];
	int64_t port;
	int64_t read_at; /* now at the time of reading */

	struct facts_presented presented;

	bool has_store; /* a login was made and all below was read */
	char uuid[37];	/* "55e3ae13-bfd2-61bb-17a0-88aedd7037ea"; "" unknown */
	char version[FACTS_TEXT_SIZE]; /* "16.1.25" */
	int64_t version_major;	       /* 0 unknown */
	int64_t version_minor;
	enum control_mode control_mode;
	int64_t provisioning_state; /* 0 pre, 1 in, 2 post; -1 unknown */
	char realm[FACTS_TEXT_SIZE];
	char host_name[FACTS_TEXT_SIZE];
	char domain_name[FACTS_TEXT_SIZE];
	struct facts_clock clock;
	struct facts_tls tls_network;
	struct facts_tls tls_local;
	struct facts_limits limits;

	struct facts_cert *certs;
	size_t n_certs;
	struct facts_key *keys;
	size_t n_keys;
	/* Entries of the store that are not in the lists above because they could
	 * not be read, and why the first of them could not; printable. */
	size_t n_unreadable;
	char unreadable[FACTS_TEXT_SIZE];
	bool has_tls_context; /* AMT_TLSCredentialContext exists */
	char tls_context_cert[FACTS_INSTANCE_SIZE]; /* InstanceID it names */

	struct facts_history history;
};

/* Free what facts own; the struct is zeroed. */
void facts_clear(struct facts *facts);

/* Room for one more; RC_LIMIT past FACTS_..._MAX, RC_NOMEM. The new element is
 * zeroed and lent. */
enum rc facts_add_cert(struct facts *facts, struct facts_cert **ret, struct err *err);
enum rc facts_add_key(struct facts *facts, struct facts_key **ret, struct err *err);

/* NULL when there is none. */
const struct facts_cert *facts_find_cert(const struct facts *facts,
    const char *instance_id);
const struct facts_cert *facts_find_cert_by_der(const struct facts *facts,
    const struct cert *cert);
const struct facts_key *facts_find_key_of(const struct facts *facts,
    const struct cert *cert);

/* Set has_key and has_cert by comparing public keys. Call after reading. */
void facts_match_keys(struct facts *facts);

/* A certificate that no usage names, neither a trusted root nor read-only, and no
 * CA's but one whose key is in the store: left behind by a broken run. */
bool facts_is_orphan(const struct facts_cert *cert);

/* "TLS", "802.1X wired", ... of the lowest bit; "" for USAGE_NONE. */
const char *usage_text(unsigned int usage);

/* "tls", "8021x_wired", ...: perfdata label and JSON word of the lowest bit. */
const char *usage_label(unsigned int usage);

#endif
