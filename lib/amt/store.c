/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates and keys by enumeration.  Intel AMT SDK class reference; the
 * spelling TrustedRootCertficate is the firmware's (observed, AMT 12 to 16).
 */
#include "amt/store.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "amt/class.h"
#include "base/num.h"
#include "base/text.h"
#include "wsman/value.h"
#include "wsman/wsman.h"
#include "x509/csr.h"

enum {
	KEY_MAX_BYTES = 4096 /* uint8[1210], with room to spare */
};

int64_t
store_parse_handle(const char *instance_id)
{
	static const char mark[] = "Handle: ";
	const char *at = strstr(instance_id, mark);
	int64_t handle = -1;

	if (at == NULL ||
	    num_parse(at + sizeof(mark) - 1, 0, INT32_MAX, &handle, NULL) != RC_OK)
		return -1;
	return handle;
}

static enum rc
take_instance_id(const struct xml_node *item, char instance_id[FACTS_INSTANCE_SIZE],
    struct err *err)
{
	enum rc r =
	    value_exact(item, "InstanceID", instance_id, FACTS_INSTANCE_SIZE, err);

	if (r == RC_NOTFOUND)
		return err_set(err, RC_FORMAT, "%s: no InstanceID", xml_name(item));
	return r;
}

/* One bad entry must not hide the others: note it and go on. */
static enum rc
skip(struct facts *facts, const char *instance_id, const struct err *cause, enum rc r,
    struct err *err)
{
	struct err whole = { 0 };

	if (r == RC_NOMEM)
		return err_set(err, r, "%s", cause->text);
	(void)err_set(&whole, r, "%s: %s", instance_id,
	    cause->text[0] == '\0' ? rc_text(r) : cause->text);
	if (facts->n_unreadable == 0)
		text_printable_field(facts->unreadable, sizeof(facts->unreadable),
		    whole.text, strlen(whole.text));
	facts->n_unreadable++;
	return RC_OK;
}

static enum rc
take_flag(const struct xml_node *item, const char *name, bool *ret_value,
    struct err *err)
{
	enum rc r = value_bool(item, name, ret_value, err);

	return r == RC_NOTFOUND ? RC_OK : r;
}

/* The certificate behind an entry: base64 of DER. */
static enum rc
read_certificate(const struct xml_node *item, struct cert **ret_cert, struct err *err)
{
	uint8_t *der = NULL;
	size_t len = 0;
	enum rc r =
	    value_bytes(item, "X509Certificate", CERT_DER_MAX_BYTES, &der, &len, err);

	if (r == RC_NOTFOUND)
		return err_set(err, RC_FORMAT, "no X509Certificate");
	if (r == RC_OK)
		r = cert_parse(der, len, ret_cert, err);
	free(der);
	return r;
}

static enum rc
take_certificate(void *ctx, const struct xml_node *item, struct err *err)
{
	struct facts *facts = ctx;
	struct facts_cert entry = { 0 };
	struct facts_cert *slot = NULL;
	struct err cause = { 0 };
	enum rc r = RC_OK;

	if (!xml_is(item, CLASS_CERTIFICATE, call_class_name(CLASS_CERTIFICATE)))
		return RC_OK;
	r = take_instance_id(item, entry.instance_id, err);
	if (r == RC_OK)
		r = take_flag(item, "TrustedRootCertficate", &entry.is_trusted_root,
		    err);
	if (r == RC_OK)
		r = take_flag(item, "ReadOnlyCertificate", &entry.is_read_only, err);
	if (r != RC_OK)
		return r;
	r = read_certificate(item, &entry.cert, &cause);
	if (r != RC_OK)
		return skip(facts, entry.instance_id, &cause, r, err);
	entry.handle = store_parse_handle(entry.instance_id);
	r = facts_add_cert(facts, &slot, err);
	if (r == RC_OK)
		*slot = entry;
	else
		cert_free(entry.cert);
	return r;
}

/* The public key behind an entry: PKCS#1 from older firmware, else SPKI. */
static enum rc
read_key(const struct xml_node *item, struct facts_key *key, struct err *err)
{
	uint8_t *der = NULL;
	size_t len = 0;
	enum rc r = value_bytes(item, "DERKey", KEY_MAX_BYTES, &der, &len, err);

	if (r == RC_NOTFOUND)
		return err_set(err, RC_FORMAT, "no DERKey");
	if (r == RC_OK)
		r = csr_key_to_spki(der, len, &key->spki, &key->spki_len, &key->kind,
		    &key->bits, err);
	free(der);
	return r;
}

static enum rc
take_key(void *ctx, const struct xml_node *item, struct err *err)
{
	struct facts *facts = ctx;
	struct facts_key entry = { 0 };
	struct facts_key *slot = NULL;
	struct err cause = { 0 };
	enum rc r = RC_OK;

	if (!xml_is(item, CLASS_KEY_PAIR, call_class_name(CLASS_KEY_PAIR)))
		return RC_OK;
	r = take_instance_id(item, entry.instance_id, err);
	if (r != RC_OK)
		return r;
	r = read_key(item, &entry, &cause);
	if (r != RC_OK)
		return skip(facts, entry.instance_id, &cause, r, err);
	entry.handle = store_parse_handle(entry.instance_id);
	(void)SHA256(entry.spki, entry.spki_len, entry.spki_sha256);
	r = facts_add_key(facts, &slot, err);
	if (r == RC_OK)
		*slot = entry;
	else
		free(entry.spki);
	return r;
}

/* Exchange the store of two facts. */
static void
swap_store(struct facts *a, struct facts *b)
{
	struct facts old = *a;

	a->certs = b->certs;
	a->n_certs = b->n_certs;
	a->keys = b->keys;
	a->n_keys = b->n_keys;
	a->n_unreadable = b->n_unreadable;
	memcpy(a->unreadable, b->unreadable, sizeof(a->unreadable));
	b->certs = old.certs;
	b->n_certs = old.n_certs;
	b->keys = old.keys;
	b->n_keys = old.n_keys;
	b->n_unreadable = old.n_unreadable;
	memcpy(b->unreadable, old.unreadable, sizeof(b->unreadable));
}

enum rc
store_read(struct device *device, struct facts *facts, struct err *err)
{
	struct wsman *wsman = device_wsman(device);
	struct facts *fresh = calloc(1, sizeof(*fresh)); /* too large for a stack */
	enum rc r = RC_OK;

	if (fresh == NULL)
		return err_set(err, RC_NOMEM, "store: out of memory");
	r = wsman_each(wsman, CLASS_CERTIFICATE, take_certificate, fresh, err);
	if (r == RC_OK)
		r = wsman_each(wsman, CLASS_KEY_PAIR, take_key, fresh, err);
	if (r == RC_OK) {
		facts_match_keys(fresh);
		swap_store(facts, fresh);
	}
	facts_clear(fresh);
	free(fresh);
	return r;
}

static enum rc
take_limits(const struct xml_node *instance, struct facts_limits *limits,
    struct err *err)
{
	const struct {
		const char *name;
		int64_t *value;
	} numbers[] = {
		{ "RootCertMaxSize", &limits->root_max_bytes },
		{ "RootCertMaxCount", &limits->root_max_count },
		{ "CommonNameMaxSize", &limits->common_name_max_bytes },
		{ "CommonNameMaxCount", &limits->common_name_max_count },
		{ "CertChainMaxSize", &limits->chain_max_bytes },
	};
	const size_t most = sizeof(limits->key_bits) / sizeof(limits->key_bits[0]);
	const struct xml_node *value = value_find(instance, "SupportedKeyLengths");

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		enum rc r = value_int(instance, numbers[i].name, 0, UINT32_MAX,
		    numbers[i].value, err);
		if (r != RC_OK && r != RC_NOTFOUND)
			return r;
	}
	for (; value != NULL && limits->n_key_bits < most; value = value_next(value)) {
		size_t len = 0;
		const char *text = xml_text(value, &len);
		char digits[16] = "";
		enum rc r = RC_OK;

		if (text != NULL && len < sizeof(digits))
			memcpy(digits, text, len);
		r = num_parse(digits, 0, UINT32_MAX,
		    &limits->key_bits[limits->n_key_bits], err);
		if (r != RC_OK)
			return r;
		limits->n_key_bits++;
	}
	return RC_OK;
}

enum rc
store_read_limits(struct device *device, struct facts_limits *ret_limits,
    struct err *err)
{
	struct facts_limits limits = { 0 };
	struct reply reply = { 0 };
	struct err cause = { 0 };
	enum rc r = wsman_get(device_wsman(device), CLASS_KEY_CAPABILITIES, NULL, 0,
	    &reply, &cause);

	if (r == RC_OK)
		r = take_limits(reply.body, &limits, &cause);
	else if (device_lacks(device, r) || device_refuses(device, r))
		r = RC_OK;
	reply_clear(&reply);
	if (r != RC_OK)
		return err_set(err, r, "%s", cause.text);
	*ret_limits = limits;
	return RC_OK;
}
