/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts made by hand around certificates made by OpenSSL.
 */
#include "made_device.h"

#include <stdio.h>
#include <stdlib.h>

#include "inventory/snapshot.h"
#include "unit.h"

enum {
	CAS = 4,
	N_PATH = 2,
	KEPT_MAX = 4096,
};

static const char *
ca_name(int ca)
{
	static const char *const names[CAS] = { "Lab CA", "Other CA", "Third CA",
		"MeshCentral Root" };

	assert_in_range(ca, 0, CAS - 1);
	return names[ca];
}

/* Made once per program. */
static X509 *
ca_x509(int ca)
{
	static X509 *made[CAS];
	struct make_cert spec = { .cn = ca_name(ca),
		.is_ca = true,
		.not_after = MAKE_NB + 3650 * MAKE_DAY,
		.key_number = 900 + ca };

	if (made[ca] == NULL)
		made[ca] = make_x509(&spec);
	return made[ca];
}

static struct cert *
ca_cert(int ca)
{
	struct cert *cert = NULL;
	struct err err = { 0 };

	assert_rc(cert_from_x509(ca_x509(ca), &cert, &err), RC_OK, &err);
	return cert;
}

/* A signature is never the same twice: the same certificate is made once. */
struct kept {
	char cn[64];
	int64_t serial;
	int64_t not_before;
	int64_t not_after;
	int ca;
	int key_number;
	struct cert *cert;
};

static struct cert *
find_kept(const struct kept *wanted, struct kept **ret_free)
{
	static struct kept list[KEPT_MAX];
	size_t i = 0;

	for (; i < KEPT_MAX && list[i].cert != NULL; i++)
		if (strcmp(list[i].cn, wanted->cn) == 0 &&
		    list[i].serial == wanted->serial &&
		    list[i].not_before == wanted->not_before &&
		    list[i].not_after == wanted->not_after &&
		    list[i].ca == wanted->ca &&
		    list[i].key_number == wanted->key_number)
			return list[i].cert;
	assert_true(i < KEPT_MAX);
	*ret_free = &list[i];
	return NULL;
}

static struct cert *
leaf_cert(const struct made_device *device, const char *cn, int64_t serial)
{
	struct kept wanted = { .serial = serial != 0 ? serial : 1,
		.not_before = device->not_before != 0 ? device->not_before : MAKE_NB,
		.not_after = device->not_after != 0 ? device->not_after
						    : MAKE_NB + 365 * MAKE_DAY,
		.ca = device->ca,
		.key_number = device->key_number };
	struct make_cert spec = { .cn = cn,
		.san = "DNS:pc1.example",
		.serial = wanted.serial,
		.not_before = wanted.not_before,
		.not_after = wanted.not_after,
		.key_number = wanted.key_number,
		.issuer = ca_x509(device->ca),
		.issuer_key_number = 900 + device->ca };
	struct kept *place = NULL;
	struct cert *cert, *copy = NULL;
	struct err err = { 0 };

	(void)snprintf(wanted.cn, sizeof(wanted.cn), "%s", cn);
	cert = find_kept(&wanted, &place);
	if (cert == NULL) {
		wanted.cert = make_facts(&spec);
		*place = wanted;
		cert = wanted.cert;
	}
	assert_rc(cert_dup(cert, &copy, &err), RC_OK, &err);
	return copy;
}

static const char *
or_else(const char *text, const char *other)
{
	return text != NULL ? text : other;
}

static void
present(const struct made_device *device, struct facts *facts)
{
	struct facts_presented *p = &facts->presented;
	struct cert *leaf =
	    leaf_cert(device, or_else(device->name, "pc1.example"), device->serial);
	struct err err = { 0 };

	p->known = true;
	p->certs = calloc(N_PATH, sizeof(struct cert *));
	p->path.elements = calloc(N_PATH, sizeof(struct cert *));
	assert_non_null(p->certs);
	assert_non_null(p->path.elements);
	p->certs[0] = leaf;
	p->certs[1] = ca_cert(device->ca);
	p->n_certs = N_PATH;
	for (size_t i = 0; i < N_PATH; i++)
		assert_rc(cert_dup(p->certs[i], &p->path.elements[i], &err), RC_OK,
		    &err);
	p->path.n_elements = N_PATH;
	p->path.ignoring_time = PATH_OK;
	p->path.at_time =
	    cert_left_s(p->certs[0], facts->read_at) < 0 ? PATH_TIME : PATH_OK;
	p->name_match = NAME_MATCH_SAN;
	p->secure_renegotiation = true;
	(void)snprintf(p->protocol, sizeof(p->protocol), "TLSv1.2");
	(void)snprintf(p->cipher, sizeof(p->cipher), "ECDHE-ECDSA-AES256-GCM-SHA384");
}

static void
unverify(struct facts_presented *p)
{
	path_clear(&p->path);
	p->path.ignoring_time = PATH_UNCHECKED;
	p->path.at_time = PATH_UNCHECKED;
}

static struct facts_cert *
store(struct facts *facts, int64_t handle, struct cert *cert)
{
	struct facts_cert *entry = NULL;
	struct err err = { 0 };

	assert_rc(facts_add_cert(facts, &entry, &err), RC_OK, &err);
	entry->cert = cert;
	entry->handle = handle;
	(void)snprintf(entry->instance_id, sizeof(entry->instance_id),
	    "Intel(r) AMT Certificate: Handle: %lld", (long long)handle);
	return entry;
}

static void
store_key(struct facts *facts, int64_t handle, const struct cert *of)
{
	struct facts_key *key = NULL;
	struct err err = { 0 };

	assert_rc(facts_add_key(facts, &key, &err), RC_OK, &err);
	key->handle = handle;
	key->kind = of->key_kind;
	key->bits = of->key_bits;
	memcpy(key->spki_sha256, of->spki_sha256, sizeof(key->spki_sha256));
	(void)snprintf(key->instance_id, sizeof(key->instance_id),
	    "Intel(r) AMT Key: Handle: %lld", (long long)handle);
}

static void
fill_settings(const struct made_device *device, struct facts *facts)
{
	(void)snprintf(facts->uuid, sizeof(facts->uuid), "%s", device->uuid);
	(void)snprintf(facts->realm, sizeof(facts->realm), "%s",
	    or_else(device->realm, "Digest:A"));
	(void)snprintf(facts->version, sizeof(facts->version), "16.1.25");
	(void)snprintf(facts->host_name, sizeof(facts->host_name), "pc1");
	facts->version_major = 16;
	facts->version_minor = 1;
	facts->control_mode = CONTROL_ADMIN;
	facts->provisioning_state = 2;
	facts->clock = (struct facts_clock){ .known = true,
		.offset_s = device->clock_is_off ? 600 : 2,
		.uncertainty_s = 1 };
	facts->tls_network = (struct facts_tls){ .known = true,
		.is_enabled = true,
		.accepts_non_secure = true,
		.n_trusted_cn = 2 };
	(void)snprintf(facts->tls_network.trusted_cn[0], FACTS_TEXT_SIZE, "a.example");
	(void)snprintf(facts->tls_network.trusted_cn[1], FACTS_TEXT_SIZE, "b.example");
	facts->limits.root_max_count = 4;
}

static void
fill_store(const struct made_device *device, struct facts *facts)
{
	int64_t handle = device->first_handle != 0 ? device->first_handle : 1;
	int64_t bound =
	    device->bound_serial != 0 ? device->bound_serial : device->serial;
	struct facts_cert *entry;

	fill_settings(device, facts);
	entry = store(facts, handle++,
	    leaf_cert(device, or_else(device->name, "pc1.example"), bound));
	entry->usage = USAGE_TLS;
	(void)snprintf(facts->tls_context_cert, sizeof(facts->tls_context_cert), "%s",
	    entry->instance_id);
	facts->has_tls_context = true;
	store_key(facts, 0, entry->cert);
	entry = store(facts, handle++, ca_cert(device->ca));
	entry->is_trusted_root = true;
	for (int i = 0; i < device->n_wireless; i++) {
		char cn[32];

		(void)snprintf(cn, sizeof(cn), "wifi %d", i);
		entry = store(facts, handle++, leaf_cert(device, cn, device->serial));
		entry->usage = USAGE_8021X_WIRELESS;
	}
	if (device->has_orphan)
		(void)store(facts, handle++, leaf_cert(device, "orphan", 99));
	facts_match_keys(facts);
	facts->has_store = true;
}

void
made_device_read(const struct made_device *device, struct facts *ret_facts)
{
	struct facts facts = { .port = device->port != 0 ? device->port : 16993,
		.read_at =
		    device->read_at != 0 ? device->read_at : MAKE_NB + 100 * MAKE_DAY };

	(void)snprintf(facts.name, sizeof(facts.name), "%s",
	    or_else(device->name, "pc1.example"));
	(void)snprintf(facts.address, sizeof(facts.address), "%s",
	    or_else(device->address, "192.0.2.1"));
	if (!device->no_presented)
		present(device, &facts);
	if (device->no_anchor)
		unverify(&facts.presented);
	if (device->uuid != NULL)
		fill_store(device, &facts);
	*ret_facts = facts;
}

void
made_device_judge(const struct facts *facts, const struct policy *policy,
    struct verdict *ret_verdict)
{
	struct verdict verdict = { 0 };
	struct err err = { 0 };

	assert_rc(verdict_judge_presented(facts, policy, facts->read_at, &verdict,
		      &err),
	    RC_OK, &err);
	assert_rc(verdict_judge_store(facts, policy, facts->read_at, &verdict, &err),
	    RC_OK, &err);
	*ret_verdict = verdict;
}

static int64_t
put(struct db *db, const struct made_device *device, enum reason reason,
    char text[FINDING_TEXT_SIZE])
{
	struct verdict verdict = { 0 };
	struct facts facts = { 0 };
	struct policy policy;
	struct err err = { 0 };
	int64_t id = 0;

	policy_init(&policy);
	made_device_read(device, &facts);
	made_device_judge(&facts, &policy, &verdict);
	assert_rc(snapshot_write(db, &facts, NULL, &policy, &verdict, &id, &err), RC_OK,
	    &err);
	text[0] = '\0';
	for (size_t i = 0; i < verdict.n_findings; i++)
		if (verdict.findings[i].reason == reason)
			memcpy(text, verdict.findings[i].text, FINDING_TEXT_SIZE);
	verdict_clear(&verdict);
	facts_clear(&facts);
	return id;
}

int64_t
made_device_put(struct db *db, const struct made_device *device)
{
	char text[FINDING_TEXT_SIZE];

	return put(db, device, REASON_VALID, text);
}

const char *
made_device_tell(struct db *db, const struct made_device *device, enum reason reason)
{
	static char text[FINDING_TEXT_SIZE];

	(void)put(db, device, reason, text);
	return text;
}

int64_t
made_device_fail(struct db *db, const struct made_device *device, enum rc rc)
{
	const struct snapshot_target target = { .name = or_else(device->name,
						    "pc1.example"),
		.address = or_else(device->address, "192.0.2.1"),
		.port = device->port != 0 ? device->port : 16993 };
	struct err err = { 0 };
	int64_t id = 0;

	assert_rc(snapshot_write_failure(db, &target, rc, "pc1: no answer\n|x",
		      device->read_at != 0 ? device->read_at : MAKE_NB + 100 * MAKE_DAY,
		      &id, &err),
	    RC_OK, &err);
	return id;
}
