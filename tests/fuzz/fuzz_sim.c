/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulator must outlive any client: whatever the bytes, a request is no HTTP,
 * is no log-in, or is answered, and the device can be dumped afterwards.  The
 * first byte chooses what is read and the generation of the firmware.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../sim/answer.h"
#include "../sim/devconf.h"
#include "../sim/device.h"
#include "../sim/digest.h"
#include "../sim/dump.h"
#include "../sim/http.h"
#include "../sim/invoke.h"
#include "../sim/loop.h"
#include "../sim/ops.h"
#include "../sim/pkcs.h"
#include "../sim/sim.h"
#include "../sim/soap.h"
#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	READ_HTTP,
	READ_LOGIN,
	READS,
	DUMP_MAX_BYTES = 1024 * 1024,
};

static struct sim sim;
static EVP_PKEY *key;
static X509 *x509;

/* What all runs share. */
static void
prepare(void)
{
	const struct pkcs_names names = { .common_name = "pc", .not_after = 86400 };

	if (x509 != NULL)
		return;
	key = keypool_shared(&sim.keypool, KEY_P384);
	x509 = pkcs_certificate(key, &names, NULL, NULL, EVP_sha384());
	sim.loop = loop_new();
	if (x509 == NULL || sim.loop == NULL)
		abort();
}

/* A device with one bound certificate. A full key store: no key is made. */
static struct device *
make_device(const char *profile)
{
	const struct devconf_sets sets = {
		.texts = { profile, "max-keys=1", "wifi=home", "mps=mps.example" },
		.n = 4,
	};
	struct device *dev = NULL;

	prepare();
	if (devconf_bare(&sim, "device", &sets, NULL) != RC_OK)
		abort();
	dev = sim.devices[--sim.devices_n];
	(void)store_add_key(&dev->store, key, false);
	dev->pending.context = store_add_cert(&dev->store, x509, false, false);
	dev->committed.context = dev->pending.context;
	return dev;
}

static void
read_http(const char *bytes, size_t len)
{
	struct http_request request;
	struct buf copy = { 0 };

	if (http_parse(bytes, len, &request) != HTTP_DONE)
		return;
	if (request.header_bytes + request.wire_bytes > len ||
	    request.body_bytes > request.wire_bytes)
		abort();
	buf_init(&copy, len + 1);
	buf_add(&copy, bytes + request.header_bytes, request.wire_bytes);
	if (copy.len > 0)
		http_join_chunks(copy.data, &request);
	buf_clear(&copy);
}

static void
log_in(struct device *dev, const char *bytes, size_t len)
{
	const struct digest_subject subject = { "POST", "/wsman", "", 0 };
	char *header = strndup(bytes, len);

	if (header == NULL)
		abort();
	if (digest_check(dev, header, &subject) == DIGEST_OK)
		abort(); /* nobody guesses the password */
	free(header);
}

static void
execute(struct device *dev, const char *bytes, size_t len)
{
	struct soap_request request;
	struct reply reply = { .return_value = -1 };
	enum fault fault = FAULT_NONE;

	if (!soap_read(bytes, len, &request, &fault))
		return;
	(void)invoke_is_write(dev, &request);
	if (fault != FAULT_NONE)
		answer_fault(&reply, dev, &request, fault, -1);
	else
		ops_execute(dev, &request, &reply);
	if ((reply.status != 200 && reply.status != 400 && reply.status != 500) ||
	    reply.body.len == 0 || strstr(buf_str(&reply.body), "/>") != NULL)
		abort();
	buf_clear(&reply.body);
	soap_clear(&request);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const profiles[] = { "profile=9", "profile=14",
		"profile=16.1", "profile=22" };
	struct device *dev = NULL;
	struct buf dump = { 0 };
	const char *bytes = (const char *)data + 1;

	if (size < 2)
		return 0;
	if (data[0] % 8 == READ_HTTP) {
		read_http(bytes, size - 1);
		return 0;
	}
	dev = make_device(profiles[data[0] / 8 % 4]);
	if (data[0] % 8 == READ_LOGIN)
		log_in(dev, bytes, size - 1);
	else
		execute(dev, bytes, size - 1);
	buf_init(&dump, DUMP_MAX_BYTES);
	dump_device(dev, &dump);
	buf_clear(&dump);
	device_free(dev);
	return 0;
}
