/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lists inside struct facts and what can be said from them alone: which key
 * belongs to which certificate, and what nothing refers to.
 */
#include "policy/facts.h"

#include <stdlib.h>
#include <string.h>

enum {
	FIRST_ROOM = 8
};

void
facts_clear(struct facts *facts)
{
	cert_free_list(facts->presented.certs, facts->presented.n_certs);
	path_clear(&facts->presented.path);
	for (size_t i = 0; i < facts->n_certs; i++)
		cert_free(facts->certs[i].cert);
	free(facts->certs);
	for (size_t i = 0; i < facts->n_keys; i++)
		free(facts->keys[i].spki);
	free(facts->keys);
	memset(facts, 0, sizeof(*facts));
}

/* Is the list full at n? Its room doubles from FIRST_ROOM, so n tells. */
static bool
is_full(size_t n)
{
	return n == 0 || (n >= FIRST_ROOM && (n & (n - 1)) == 0);
}

static size_t
next_room(size_t n)
{
	return n == 0 ? FIRST_ROOM : 2 * n;
}

enum rc
facts_add_cert(struct facts *facts, struct facts_cert **ret, struct err *err)
{
	size_t n = facts->n_certs;
	struct facts_cert *certs;

	if (n >= FACTS_CERTS_MAX)
		return err_set(err, RC_LIMIT, "store: more than %d certificates",
		    FACTS_CERTS_MAX);
	if (is_full(n)) {
		certs = reallocarray(facts->certs, next_room(n), sizeof(*certs));
		if (certs == NULL)
			return err_set(err, RC_NOMEM, "store: out of memory");
		facts->certs = certs;
	}
	memset(&facts->certs[n], 0, sizeof(facts->certs[n]));
	facts->n_certs++;
	*ret = &facts->certs[n];
	return RC_OK;
}

enum rc
facts_add_key(struct facts *facts, struct facts_key **ret, struct err *err)
{
	size_t n = facts->n_keys;
	struct facts_key *keys;

	if (n >= FACTS_KEYS_MAX)
		return err_set(err, RC_LIMIT, "store: more than %d key pairs",
		    FACTS_KEYS_MAX);
	if (is_full(n)) {
		keys = reallocarray(facts->keys, next_room(n), sizeof(*keys));
		if (keys == NULL)
			return err_set(err, RC_NOMEM, "store: out of memory");
		facts->keys = keys;
	}
	memset(&facts->keys[n], 0, sizeof(facts->keys[n]));
	facts->n_keys++;
	*ret = &facts->keys[n];
	return RC_OK;
}

const struct facts_cert *
facts_find_cert(const struct facts *facts, const char *instance_id)
{
	for (size_t i = 0; i < facts->n_certs; i++)
		if (strcmp(facts->certs[i].instance_id, instance_id) == 0)
			return &facts->certs[i];
	return NULL;
}

const struct facts_cert *
facts_find_cert_by_der(const struct facts *facts, const struct cert *cert)
{
	for (size_t i = 0; i < facts->n_certs; i++)
		if (cert_equals(facts->certs[i].cert, cert))
			return &facts->certs[i];
	return NULL;
}

static bool
is_key_of(const struct facts_key *key, const struct cert *cert)
{
	return memcmp(key->spki_sha256, cert->spki_sha256, CERT_FINGERPRINT_BYTES) == 0;
}

const struct facts_key *
facts_find_key_of(const struct facts *facts, const struct cert *cert)
{
	for (size_t i = 0; i < facts->n_keys; i++)
		if (is_key_of(&facts->keys[i], cert))
			return &facts->keys[i];
	return NULL;
}

void
facts_match_keys(struct facts *facts)
{
	for (size_t k = 0; k < facts->n_keys; k++)
		facts->keys[k].has_cert = false;
	for (size_t c = 0; c < facts->n_certs; c++) {
		facts->certs[c].has_key = false;
		for (size_t k = 0; k < facts->n_keys; k++) {
			if (!is_key_of(&facts->keys[k], facts->certs[c].cert))
				continue;
			facts->certs[c].has_key = true;
			facts->keys[k].has_cert = true;
		}
	}
}

bool
facts_is_orphan(const struct facts_cert *cert)
{
	return cert->usage == USAGE_NONE && !cert->is_trusted_root &&
	    !cert->is_read_only && (cert->has_key || !cert->cert->is_ca);
}

static const struct {
	unsigned int bit;
	const char *text;
	const char *label;
} usages[] = {
	{ USAGE_TLS, "TLS", "tls" },
	{ USAGE_8021X_WIRED, "802.1X wired", "8021x_wired" },
	{ USAGE_8021X_WIRELESS, "802.1X wireless", "8021x_wireless" },
	{ USAGE_CIRA, "CIRA", "cira" },
	{ USAGE_8021X_WIRED_ROOT, "802.1X wired root", "8021x_wired_root" },
	{ USAGE_8021X_WIRELESS_ROOT, "802.1X wireless root", "8021x_wireless_root" },
	{ USAGE_OTHER, "other", "other" },
};

const char *
usage_text(unsigned int usage)
{
	for (size_t i = 0; i < sizeof(usages) / sizeof(usages[0]); i++)
		if ((usage & usages[i].bit) != 0)
			return usages[i].text;
	return "";
}

const char *
usage_label(unsigned int usage)
{
	for (size_t i = 0; i < sizeof(usages) / sizeof(usages[0]); i++)
		if ((usage & usages[i].bit) != 0)
			return usages[i].label;
	return "";
}
