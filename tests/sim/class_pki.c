/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store as WS-Man classes: certificates, key pairs, the service that adds
 * them, and which key belongs to which certificate.
 * Source: protocol notes 3.1 to 3.3; captures of the same names.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/x509.h>

#include "base/codec.h"
#include "class.h"
#include "device.h"
#include "pki.h"

enum {
	BLOB_MAX_BYTES = 16384
};

#define CERT_CLASS "AMT_PublicKeyCertificate"
#define KEY_CLASS  "AMT_PublicPrivateKeyPair"

/* "C=unknown,O=unknown,CN=MPSRoot-0af1d5": RFC 4514 order, no blanks. */
static void
add_name(struct inst *inst, const char *property, const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;

	if (bio == NULL)
		return;
	/* The NUL makes a string of it. */
	if (X509_NAME_print_ex(bio, name, 0,
		XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0 &&
	    BIO_write(bio, "", 1) == 1 && BIO_get_mem_data(bio, &text) > 0)
		inst_text(inst, property, text);
	BIO_free(bio);
}

static size_t
count_certs(const struct device *dev)
{
	return store_count_certs(&dev->store, false);
}

static void
fill_cert(struct device *dev, size_t index, struct inst *inst)
{
	int handle = store_nth_cert(&dev->store, index);
	const struct store_cert *cert = NULL;
	char id[SOAP_VALUE_SIZE] = "";
	uint8_t *der = NULL;
	int len = 0;

	if (handle == STORE_NONE)
		return;
	cert = &dev->store.certs[handle];
	class_cert_instance_id(id, handle);
	inst_text(inst, "InstanceID", id);
	add_name(inst, "Issuer", X509_get_issuer_name(cert->x509));
	add_name(inst, "Subject", X509_get_subject_name(cert->x509));
	inst_bool(inst, "TrustedRootCertficate", cert->trusted_root);
	if (dev->profile->read_only_known)
		inst_bool(inst, "ReadOnlyCertificate", cert->read_only);
	len = i2d_X509(cert->x509, &der);
	if (len > 0)
		inst_base64(inst, "X509Certificate", der, (size_t)len);
	OPENSSL_free(der);
}

static struct outcome
put_cert(struct device *dev, int index, const xmlNode *instance)
{
	char *text = soap_child_dup(instance, "X509Certificate");
	uint8_t *der = NULL;
	size_t len = 0;
	enum pt_status status = PT_SUCCESS;
	bool good = text != NULL && text[0] != '\0' &&
	    codec_base64_decode(text, strlen(text), BLOB_MAX_BYTES, &der, &len, NULL) ==
		RC_OK;

	free(text);
	if (!good)
		return OUTCOME_FAULT(FAULT_SCHEMA);
	if (index == CLASS_ANY)
		status = PT_INVALID_PARAMETER;
	else
		status = pki_replace_cert(dev,
		    store_nth_cert(&dev->store, (size_t)index), der, len);
	free(der);
	return status == PT_SUCCESS ? OUTCOME_OK : OUTCOME_STATUS(status);
}

static struct outcome
delete_cert(struct device *dev, int index)
{
	enum pt_status status =
	    pki_delete_cert(dev, store_nth_cert(&dev->store, (size_t)index));

	return status == PT_SUCCESS ? OUTCOME_OK : OUTCOME_STATUS(status);
}

static size_t
count_keys(const struct device *dev)
{
	return store_count_keys(&dev->store);
}

/* The public part: SubjectPublicKeyInfo, or PKCS#1 on older firmware. */
static void
add_public_key(const struct device *dev, const EVP_PKEY *key, struct inst *inst)
{
	uint8_t *der = NULL;
	int len = 0;

	if (dev->profile->key_spki || !EVP_PKEY_is_a(key, "RSA"))
		len = i2d_PUBKEY(key, &der);
	else
		len = i2d_PublicKey(key, &der);
	if (len > 0)
		inst_base64(inst, "DERKey", der, (size_t)len);
	OPENSSL_free(der);
}

static void
fill_key(struct device *dev, size_t index, struct inst *inst)
{
	int handle = store_nth_key(&dev->store, index);
	char id[SOAP_VALUE_SIZE] = "";

	if (handle == STORE_NONE)
		return;
	class_key_instance_id(id, handle);
	inst_text(inst, "InstanceID", id);
	add_public_key(dev, dev->store.keys[handle].key, inst);
}

static struct outcome
delete_key(struct device *dev, int index)
{
	enum pt_status status =
	    pki_delete_key(dev, store_nth_key(&dev->store, (size_t)index));

	return status == PT_SUCCESS ? OUTCOME_OK : OUTCOME_STATUS(status);
}

/* A base64 parameter. An empty or broken one violates the schema. */
static bool
blob_of(struct class_call *call, const char *name, uint8_t **ret_bytes, size_t *ret_len)
{
	char *text = soap_child_dup(call->input, name);
	bool good = text != NULL && text[0] != '\0' &&
	    codec_base64_decode(text, strlen(text), BLOB_MAX_BYTES, ret_bytes, ret_len,
		NULL) == RC_OK;

	free(text);
	if (!good)
		call->fault = FAULT_SCHEMA;
	return good;
}

static void
add_cert_reference(struct class_call *call, int handle)
{
	char id[SOAP_VALUE_SIZE] = "";

	class_cert_instance_id(id, handle);
	(void)inst_epr(&call->out, "CreatedCertificate", CERT_CLASS, "InstanceID", id);
}

static int64_t
add_certificate_as(struct class_call *call, bool trusted_root)
{
	uint8_t *der = NULL;
	size_t len = 0;
	int handle = STORE_NONE;
	enum pt_status status = PT_SUCCESS;

	if (!blob_of(call, "CertificateBlob", &der, &len))
		return PT_INVALID_PARAMETER;
	status = pki_add_cert(call->dev, der, len, trusted_root, &handle);
	free(der);
	if (status == PT_SUCCESS)
		add_cert_reference(call, handle);
	return status;
}

static int64_t
add_certificate(struct class_call *call)
{
	return add_certificate_as(call, false);
}

static int64_t
add_trusted_root(struct class_call *call)
{
	return add_certificate_as(call, true);
}

static int64_t
add_key(struct class_call *call)
{
	uint8_t *der = NULL;
	size_t len = 0;
	int handle = STORE_NONE;
	char id[SOAP_VALUE_SIZE] = "";
	enum pt_status status = PT_SUCCESS;

	if (!blob_of(call, "KeyBlob", &der, &len))
		return PT_INVALID_PARAMETER;
	status = pki_add_key(call->dev, der, len, &handle);
	OPENSSL_cleanse(der, len);
	free(der);
	if (status == PT_SUCCESS) {
		/* The captured answer names the certificate class for a key. */
		class_key_instance_id(id, handle);
		(void)inst_epr(&call->out, "CreatedKey", CERT_CLASS, "InstanceID", id);
	}
	return status;
}

/* The time it takes is spent before this is called: serve.c. */
static int64_t
generate_key_pair(struct class_call *call)
{
	int64_t algorithm = 0;
	int64_t length = 0;
	int handle = STORE_NONE;
	char id[SOAP_VALUE_SIZE] = "";
	enum pt_status status = PT_SUCCESS;

	if (!soap_child_int(call->input, "KeyAlgorithm", &algorithm) ||
	    !soap_child_int(call->input, "KeyLength", &length)) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	if (pki_is_making_key(call->dev))
		return PT_OPERATION_IN_PROGRESS;
	status = pki_make_key(call->dev, algorithm, length, &handle);
	if (status == PT_SUCCESS) {
		class_key_instance_id(id, handle);
		(void)inst_epr(&call->out, "KeyPair", KEY_CLASS, "InstanceID", id);
	}
	return status;
}

static int64_t
generate_request(struct class_call *call)
{
	struct soap_epr epr = { 0 };
	int64_t algorithm = 0;
	uint8_t *der = NULL;
	uint8_t *signed_der = NULL;
	size_t len = 0;
	size_t signed_len = 0;
	enum pt_status status = PT_SUCCESS;

	if (!soap_child_epr(call->input, "KeyPair", &epr) ||
	    !soap_child_int(call->input, "SigningAlgorithm", &algorithm)) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	if (!blob_of(call, "NullSignedCertificateRequest", &der, &len))
		return PT_INVALID_PARAMETER;
	status = pki_sign_request(call->dev, class_key_handle(epr.value), algorithm,
	    der, len, &signed_der, &signed_len);
	if (status == PT_SUCCESS)
		inst_base64(&call->out, "SignedCertificateRequest", signed_der,
		    signed_len);
	free(der);
	free(signed_der);
	return status;
}

static bool
has_capabilities(const struct device *dev)
{
	return dev->sw.capabilities;
}

static void
fill_capabilities(struct device *dev, size_t index, struct inst *inst)
{
	(void)index;
	inst_int(inst, "RootCertMaxSize", STORE_CERT_MAX_BYTES);
	inst_int(inst, "RootCertMaxCount", dev->sw.max_roots);
	inst_int(inst, "CommonNameMaxCount", dev->sw.max_trusted_cn);
	inst_int(inst, "CertChainMaxSize", STORE_CERT_MAX_BYTES);
	if (dev->profile->rsa_1024)
		inst_int(inst, "SupportedKeyLengths", 1024);
	inst_int(inst, "SupportedKeyLengths", 2048);
	if (dev->profile->p384)
		inst_int(inst, "SupportedKeyLengths", 384);
}

/* Certificates with a key, n-th of them. */
static int
nth_with_key(const struct device *dev, size_t n)
{
	for (int i = 0; i < STORE_SLOTS; i++)
		if (store_key_of_cert(&dev->store, i) != STORE_NONE && n-- == 0)
			return i;
	return STORE_NONE;
}

/* The association also lists pairs that have nothing to do with certificates. */
static size_t
count_dependencies(const struct device *dev)
{
	size_t n = 0;

	while (nth_with_key(dev, n) != STORE_NONE)
		n++;
	return n + 1;
}

static void
fill_dependency(struct device *dev, size_t index, struct inst *inst)
{
	char cert[SOAP_VALUE_SIZE] = "";
	char key[SOAP_VALUE_SIZE] = "";
	struct epr *epr = NULL;
	int handle = STORE_NONE;

	if (index == 0) {
		(void)inst_epr(inst, "Antecedent", "CIM_Identity", "InstanceID",
		    "Intel(r) AMT:$$OsAdmin");
		epr = inst_epr(inst, "Dependent", "CIM_Role", "CreationClassName",
		    "CIM_Role");
		epr_add(epr, "Name", "Intel(r) AMT:$$OsAdmin");
		return;
	}
	handle = nth_with_key(dev, index - 1);
	class_cert_instance_id(cert, handle);
	class_key_instance_id(key, store_key_of_cert(&dev->store, handle));
	(void)inst_epr(inst, "Antecedent", CERT_CLASS, "InstanceID", cert);
	(void)inst_epr(inst, "Dependent", KEY_CLASS, "InstanceID", key);
}

static const struct class_prop cert_props[] = {
	{ "ElementName", "Intel(r) AMT Certificate" },
	{ NULL, NULL },
};

static const struct class_prop key_props[] = {
	{ "ElementName", "Intel(r) AMT Key" },
	{ NULL, NULL },
};

static const struct class_prop service_props[] = {
	{ "CreationClassName", "AMT_PublicKeyManagementService" },
	{ "ElementName", "Intel(r) AMT Certificate Store Service" },
	{ "EnabledDefault", "5" },
	{ "EnabledState", "5" },
	{ "Name", "Intel(r) AMT Public Key Management Service" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop capabilities_props[] = {
	{ "ElementName", "Intel(r) AMT: Public Key Management Capabilities" },
	{ "InstanceID", "Intel(r) AMT: Public Key Management Capabilities 0" },
	{ NULL, NULL },
};

static const struct class_method service_methods[] = {
	{ "AddCertificate", add_certificate, "CertificateBlob", "CreatedCertificate",
	    false },
	{ "AddTrustedRootCertificate", add_trusted_root, "CertificateBlob",
	    "CreatedCertificate", false },
	{ "AddKey", add_key, "KeyBlob", "CreatedKey", false },
	{ "GenerateKeyPair", generate_key_pair, "KeyAlgorithm KeyLength", "KeyPair",
	    false },
	{ "GeneratePKCS10RequestEx", generate_request,
	    "&KeyPair SigningAlgorithm NullSignedCertificateRequest", NULL, true },
	{ NULL, NULL, NULL, NULL, false },
};

const struct class class_pki[] = {
	{
	    .name = CERT_CLASS,
	    .bases = "CIM_Credential CIM_ManagedElement",
	    .common = true,
	    .props = cert_props,
	    .count = count_certs,
	    .fill = fill_cert,
	    .put = put_cert,
	    .delete = delete_cert,
	},
	{
	    .name = KEY_CLASS,
	    .bases = "CIM_Credential",
	    .common = true,
	    .props = key_props,
	    .count = count_keys,
	    .fill = fill_key,
	    .delete = delete_key,
	},
	{
	    .name = "AMT_PublicKeyManagementService",
	    .bases = "CIM_CredentialManagementService CIM_Service",
	    .common = true,
	    .props = service_props,
	    .methods = service_methods,
	},
	{
	    .name = "AMT_PublicKeyManagementCapabilities",
	    .bases = "CIM_Capabilities",
	    .props = capabilities_props,
	    .exists = has_capabilities,
	    .fill = fill_capabilities,
	},
	{
	    .name = "CIM_ConcreteDependency",
	    .bases = "CIM_Dependency",
	    .count = count_dependencies,
	    .fill = fill_dependency,
	},
	{ .name = NULL },
};
