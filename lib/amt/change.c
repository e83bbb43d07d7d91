/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every call that writes to a device.  Intel AMT SDK, "Certificate Management";
 * message shapes observed on AMT 12 to 16.
 */
#include "amt/change.h"

#include <string.h>

#include "amt/change_call.h"
#include "amt/class.h"
#include "amt/pt_status.h"
#include "base/codec.h"
#include "wsman/ns.h"
#include "wsman/value.h"
#include "wsman/write.h"

enum {
	BLOB_TEXT_MAX_BYTES = 16 * 1024, /* base64 of a blob that is sent */
	CSR_MAX_BYTES = 8192,
	NUMBER_MAX_BYTES = 32,
};

/* The InstanceID that an output refers to. The firmware has done what was asked;
 * when it cannot be told where, only a look at the store can: RC_LOST. */
static enum rc
read_reference(const struct reply *reply, const char *name,
    char ret_instance_id[FACTS_INSTANCE_SIZE], struct err *err)
{
	struct epr *epr = NULL;
	struct err cause = { 0 };
	const char *id = NULL;
	enum rc r = epr_parse(value_find(reply->body, name), &epr, &cause);

	if (r != RC_OK)
		return err_set(err, RC_LOST, "%s: %s: %s", xml_name(reply->body), name,
		    cause.text);
	/* The class named there is not to be trusted: AddKey refers to its key as a
	 * certificate (observed). */
	id = epr_selector(epr, "InstanceID");
	if (id == NULL || id[0] == '\0' || strlen(id) >= FACTS_INSTANCE_SIZE)
		r = err_set(err, RC_LOST, "%s: %s: no InstanceID that can be used",
		    xml_name(reply->body), name);
	else
		memcpy(ret_instance_id, id, strlen(id) + 1);
	epr_free(epr);
	return r;
}

enum rc
change_generate_key_pair(struct device *device, enum cert_key_kind kind, int bits,
    char ret_instance_id[FACTS_INSTANCE_SIZE], int *ret_status, struct err *err)
{
	static const char method[] = "GenerateKeyPair";
	const bool is_rsa = kind == CERT_KEY_RSA && bits == 2048;
	const bool is_ec = kind == CERT_KEY_EC && bits == 384;
	const struct property arguments[] = {
		{ .name = "KeyAlgorithm", .text = is_rsa ? "0" : "1" },
		{ .name = "KeyLength", .text = is_rsa ? "2048" : "384" },
	};
	struct reply reply = { 0 };
	enum rc r = RC_OK;

	*ret_status = 0;
	if (!is_rsa && !is_ec)
		return err_set(err, RC_USAGE, "%s: only RSA 2048 and P-384 are made",
		    method);
	r = change_invoke(device, CLASS_KEY_MANAGEMENT, method, arguments, 2, &reply,
	    ret_status, err);
	if (r == RC_OK)
		r = read_reference(&reply, "KeyPair", ret_instance_id, err);
	reply_clear(&reply);
	return r;
}

enum rc
change_sign_csr(struct device *device, const char *key_instance_id, const char *digest,
    const uint8_t *csr_der, size_t csr_len, uint8_t **ret_der, size_t *ret_len,
    int *ret_status, struct err *err)
{
	static const char method[] = "GeneratePKCS10RequestEx";
	struct instance key;
	struct property arguments[] = {
		{ .name = "KeyPair", .epr = &key.epr },
		{ .name = "SigningAlgorithm",
		    .text = strcmp(digest, "sha384") == 0 ? "2" : "1" },
		{ .name = "NullSignedCertificateRequest" },
	};
	struct reply reply = { 0 };
	struct buf text;
	enum rc r = RC_OK;

	*ret_status = 0;
	if (strcmp(digest, "sha256") != 0 && strcmp(digest, "sha384") != 0)
		return err_set(err, RC_USAGE, "%s: digest %s", method, digest);
	change_name_instance(&key, CLASS_KEY_PAIR, "InstanceID", key_instance_id);
	buf_init(&text, BLOB_TEXT_MAX_BYTES);
	r = codec_base64_encode(&text, csr_der, csr_len);
	if (r != RC_OK) {
		r = err_set(err, r, "%s: request of %zu bytes", method, csr_len);
		goto out;
	}
	arguments[2].text = buf_str(&text);
	r = change_invoke(device, CLASS_KEY_MANAGEMENT, method, arguments, 3, &reply,
	    ret_status, err);
	if (r != RC_OK)
		goto out;
	r = value_bytes(reply.body, "SignedCertificateRequest", CSR_MAX_BYTES, ret_der,
	    ret_len, err);
	if (r == RC_NOTFOUND)
		r = err_set(err, RC_FORMAT, "%s: no SignedCertificateRequest", method);
out:
	reply_clear(&reply);
	buf_clear(&text);
	return r;
}

static enum rc
add_certificate(struct device *device, const char *method, const uint8_t *der,
    size_t len, char ret_instance_id[FACTS_INSTANCE_SIZE], int *ret_status,
    struct err *err)
{
	struct property argument = { .name = "CertificateBlob" };
	struct reply reply = { 0 };
	struct buf text;
	enum rc r = RC_OK;

	*ret_status = 0;
	if (len > CERT_STORE_MAX_BYTES)
		return err_set(err, RC_LIMIT,
		    "%s: a certificate of %zu bytes, the firmware takes %d", method,
		    len, (int)CERT_STORE_MAX_BYTES);
	buf_init(&text, BLOB_TEXT_MAX_BYTES);
	r = codec_base64_encode(&text, der, len);
	if (r != RC_OK) {
		r = err_set(err, r, "%s: %s", method, rc_text(r));
		goto out;
	}
	argument.text = buf_str(&text);
	r = change_invoke(device, CLASS_KEY_MANAGEMENT, method, &argument, 1, &reply,
	    ret_status, err);
	if (r == RC_OK)
		r = read_reference(&reply, "CreatedCertificate", ret_instance_id, err);
out:
	reply_clear(&reply);
	buf_clear(&text);
	return r;
}

enum rc
change_add_certificate(struct device *device, const uint8_t *der, size_t len,
    char ret_instance_id[FACTS_INSTANCE_SIZE], int *ret_status, struct err *err)
{
	return add_certificate(device, "AddCertificate", der, len, ret_instance_id,
	    ret_status, err);
}

enum rc
change_add_trusted_root(struct device *device, const uint8_t *der, size_t len,
    char ret_instance_id[FACTS_INSTANCE_SIZE], int *ret_status, struct err *err)
{
	return add_certificate(device, "AddTrustedRootCertificate", der, len,
	    ret_instance_id, ret_status, err);
}

enum rc
change_bind_tls(struct device *device, bool context_exists,
    const char *cert_instance_id, int *ret_status, struct err *err)
{
	struct wsman *wsman = device_wsman(device);
	struct instance certificate;
	struct instance collection;
	const struct property context[] = {
		{ .name = "ElementInContext", .epr = &certificate.epr },
		{ .name = "ElementProvidingContext", .epr = &collection.epr },
	};
	struct err cause = { 0 };
	enum rc r = RC_FAULT;

	*ret_status = 0;
	change_name_instance(&certificate, CLASS_CERTIFICATE, "InstanceID",
	    cert_instance_id);
	change_name_instance(&collection, CLASS_TLS_COLLECTION, "ElementName",
	    INSTANCE_TLS_COLLECTION);
	if (!context_exists) {
		r = wsman_create(wsman, CLASS_TLS_CONTEXT, context, 2, &cause);
		/* From AMT 16 on there is one for the firmware's own certificate,
		 * and Create would leave that in place. */
		context_exists = r == RC_FAULT &&
		    strcmp(wsman_fault(wsman)->subcode, "AlreadyExists") == 0;
	}
	if (context_exists) {
		err_clear(&cause);
		r = wsman_put(wsman, CLASS_TLS_CONTEXT, NULL, 0, context, 2, &cause);
	}
	return change_take_fault(device, "AMT_TLSCredentialContext", r, &cause,
	    ret_status, err);
}

enum rc
change_unbind_tls(struct device *device, int *ret_status, struct err *err)
{
	struct err cause = { 0 };
	enum rc r =
	    wsman_delete(device_wsman(device), CLASS_TLS_CONTEXT, NULL, 0, &cause);

	*ret_status = 0;
	return change_take_fault(device, "AMT_TLSCredentialContext", r, &cause,
	    ret_status, err);
}

enum rc
change_set_tls(struct device *device, const struct facts_tls *tls, int *ret_status,
    struct err *err)
{
	const struct selector selector = { .name = "InstanceID",
		.text = INSTANCE_TLS_NETWORK };
	struct property list[5 + FACTS_TRUSTED_CN_MAX];
	struct err cause = { 0 };
	size_t n = 0;
	enum rc r = RC_OK;

	list[n++] = (struct property){ .name = "AcceptNonSecureConnections",
		.text = tls->accepts_non_secure ? "true" : "false" };
	list[n++] =
	    (struct property){ .name = "ElementName", .text = INSTANCE_TLS_NETWORK };
	list[n++] = (struct property){ .name = "Enabled",
		.text = tls->is_enabled ? "true" : "false" };
	list[n++] =
	    (struct property){ .name = "InstanceID", .text = INSTANCE_TLS_NETWORK };
	list[n++] = (struct property){ .name = "MutualAuthentication",
		.text = tls->is_mutual ? "true" : "false" };
	for (size_t i = 0; i < tls->n_trusted_cn; i++)
		list[n++] = (struct property){ .name = "TrustedCN",
			.text = tls->trusted_cn[i] };
	*ret_status = 0;
	r = wsman_put(device_wsman(device), CLASS_TLS_SETTINGS, &selector, 1, list, n,
	    &cause);
	return change_take_fault(device, "AMT_TLSSettingData", r, &cause, ret_status,
	    err);
}

static enum rc
add_number(struct property *property, const char *name, int64_t number,
    struct buf *text, struct err *err)
{
	enum rc r = buf_addf(text, "%lld", (long long)number);

	*property = (struct property){ .name = name, .text = buf_str(text) };
	return r == RC_OK ? r : err_set(err, r, "%s: %s", name, rc_text(r));
}

enum rc
change_set_clock(struct device *device, int64_t ta0, int64_t tm1, int64_t tm2,
    int *ret_status, struct err *err)
{
	static const char *const names[] = { "Ta0", "Tm1", "Tm2" };
	const int64_t numbers[] = { ta0, tm1, tm2 };
	struct property arguments[3];
	struct buf texts[3];
	struct reply reply = { 0 };
	enum rc r = RC_OK;

	*ret_status = 0;
	for (size_t i = 0; i < 3; i++)
		buf_init(&texts[i], NUMBER_MAX_BYTES);
	for (size_t i = 0; i < 3 && r == RC_OK; i++)
		r = add_number(&arguments[i], names[i], numbers[i], &texts[i], err);
	if (r == RC_OK)
		r = change_invoke(device, CLASS_TIME, "SetHighAccuracyTimeSynch",
		    arguments, 3, &reply, ret_status, err);
	reply_clear(&reply);
	for (size_t i = 0; i < 3; i++)
		buf_clear(&texts[i]);
	return r;
}

enum rc
change_commit(struct device *device, int *ret_status, struct err *err)
{
	struct reply reply = { 0 };
	enum rc r = change_invoke(device, CLASS_SETUP, "CommitChanges", NULL, 0, &reply,
	    ret_status, err);

	reply_clear(&reply);
	return r;
}

static enum rc
delete_instance(struct device *device, const char *resource_uri,
    const char *instance_id, int *ret_status, struct err *err)
{
	const struct selector selector = { .name = "InstanceID", .text = instance_id };
	struct err cause = { 0 };
	enum rc r =
	    wsman_delete(device_wsman(device), resource_uri, &selector, 1, &cause);

	*ret_status = 0;
	return change_take_fault(device, call_class_name(resource_uri), r, &cause,
	    ret_status, err);
}

enum rc
change_delete_certificate(struct device *device, const char *instance_id,
    int *ret_status, struct err *err)
{
	return delete_instance(device, CLASS_CERTIFICATE, instance_id, ret_status, err);
}

enum rc
change_delete_key_pair(struct device *device, const char *instance_id, int *ret_status,
    struct err *err)
{
	return delete_instance(device, CLASS_KEY_PAIR, instance_id, ret_status, err);
}
