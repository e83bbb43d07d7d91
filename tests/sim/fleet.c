/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kinds of a fleet as a table: dates, name, behaviour.  The windows are
 * those of a one-year certificate renewed 42 days before its end.
 */
#include "fleet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "device.h"
#include "firmware.h"
#include "mem.h"
#include "pkcs.h"
#include "sim.h"

#define FLEET_DOMAIN "fleet.example"

enum {
	COUNT_MAX = 60000,
	WEIGHT_MAX = 1000,
	SLOW_MS = 3000,
	NAME_SIZE = 64,
};

struct fleet_kind {
	const char *name;
	int64_t begins_d; /* days from now */
	int64_t ends_d;
	bool wrong_name;
	bool self_signed;
	bool dead;
	bool hang;
	bool slow;
};

static const struct fleet_kind kinds[] = {
	{ .name = "valid", .begins_d = -65, .ends_d = 300 },
	{ .name = "due", .begins_d = -340, .ends_d = 25 },
	{ .name = "expired", .begins_d = -375, .ends_d = -10 },
	{ .name = "future", .begins_d = 5, .ends_d = 370 },
	{ .name = "wrong-name", .begins_d = -65, .ends_d = 300, .wrong_name = true },
	{ .name = "self-signed", .begins_d = -65, .ends_d = 300, .self_signed = true },
	{ .name = "dead", .begins_d = -65, .ends_d = 300, .dead = true },
	{ .name = "hang", .begins_d = -65, .ends_d = 300, .hang = true },
	{ .name = "slow", .begins_d = -65, .ends_d = 300, .slow = true },
};

enum {
	KINDS = sizeof(kinds) / sizeof(kinds[0])
};

/* What all devices of a fleet share. */
struct fleet {
	int64_t count;
	int64_t made_s;
	uint32_t base; /* host order */
	int64_t weights[KINDS];
	enum key_kind key_kind;
	X509 *ca;
	EVP_PKEY *ca_key;
};

static enum rc
parse_share(char *text, struct fleet *fleet, struct err *err)
{
	char *colon = strchr(text, ':');
	int64_t weight = 1;

	if (colon != NULL) {
		*colon = '\0';
		if (num_parse(colon + 1, 0, WEIGHT_MAX, &weight, err) != RC_OK)
			return RC_USAGE;
	}
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(kinds[i].name, text) != 0)
			continue;
		fleet->weights[i] = weight;
		return RC_OK;
	}
	return err_set(err, RC_USAGE, "--mix: no such kind: %s", text);
}

static enum rc
parse_mix(const char *text, struct fleet *fleet, struct err *err)
{
	char *copy = mem_dup(text);
	char *rest = copy;
	int64_t total = 0;
	enum rc r = RC_OK;

	while (rest != NULL && r == RC_OK)
		r = parse_share(strsep(&rest, ","), fleet, err);
	free(copy);
	for (size_t i = 0; i < KINDS; i++)
		total += fleet->weights[i];
	if (r == RC_OK && total == 0)
		r = err_set(err, RC_USAGE, "--mix: all weights are 0");
	return r;
}

static enum rc
read_ca(const struct fleet_plan *plan, struct fleet *fleet, struct err *err)
{
	FILE *file = NULL;

	if (plan->ca == NULL || plan->ca_key == NULL)
		return err_set(err, RC_USAGE, "--count needs --ca and --ca-key");
	file = fopen(plan->ca, "re");
	if (file == NULL)
		return err_system(err, "%s", plan->ca);
	fleet->ca = PEM_read_X509(file, NULL, NULL, NULL);
	(void)fclose(file);
	file = fopen(plan->ca_key, "re");
	if (file == NULL)
		return err_system(err, "%s", plan->ca_key);
	fleet->ca_key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	(void)fclose(file);
	if (fleet->ca == NULL || fleet->ca_key == NULL)
		return err_set(err, RC_FORMAT, "%s: no certificate and key", plan->ca);
	return RC_OK;
}

static enum rc
parse_plan(const struct fleet_plan *plan, struct fleet *fleet, struct err *err)
{
	struct in_addr address = { 0 };
	const char *base =
	    plan->base_address == NULL ? "127.1.0.0" : plan->base_address;
	enum rc r = num_parse(plan->count, 1, COUNT_MAX, &fleet->count, err);

	if (r != RC_OK)
		return RC_USAGE;
	if (inet_pton(AF_INET, base, &address) != 1)
		return err_set(err, RC_USAGE, "--base-address %s: no address", base);
	fleet->base = ntohl(address.s_addr);
	if ((fleet->base >> 24) != 127 ||
	    ((fleet->base + (uint32_t)fleet->count) >> 24) != 127)
		return err_set(err, RC_USAGE, "--base-address %s: not loopback", base);
	fleet->key_kind = KEY_RSA_2048;
	if (plan->key != NULL && strcmp(plan->key, "p256") == 0)
		fleet->key_kind = KEY_P256;
	else if (plan->key != NULL && strcmp(plan->key, "rsa") != 0)
		return err_set(err, RC_USAGE, "--fleet-key %s: rsa or p256", plan->key);
	r = parse_mix(plan->mix == NULL ? "valid" : plan->mix, fleet, err);
	return r == RC_OK ? read_ca(plan, fleet, err) : r;
}

/* Kinds in turn: valid:2,due:1 gives valid valid due valid valid due. */
static const struct fleet_kind *
kind_of(const struct fleet *fleet, int64_t n)
{
	int64_t total = 0;
	int64_t place = 0;

	for (size_t i = 0; i < KINDS; i++)
		total += fleet->weights[i];
	place = n % total;
	for (size_t i = 0; i < KINDS; i++) {
		if (place < fleet->weights[i])
			return &kinds[i];
		place -= fleet->weights[i];
	}
	return &kinds[0];
}

/* The certificate of its kind; NULL when OpenSSL fails. */
static X509 *
make_certificate(const struct device *dev, EVP_PKEY *key)
{
	const struct fleet *fleet = dev->sim->fleet;
	const struct fleet_kind *kind = dev->kind;
	char fqdn[NAME_SIZE * 2] = "";
	struct pkcs_names names = {
		.common_name = fqdn,
		.dns_name = fqdn,
		.not_before = fleet->made_s + kind->begins_d * CLOCK_DAY_S,
		.not_after = fleet->made_s + kind->ends_d * CLOCK_DAY_S,
	};
	int n = snprintf(fqdn, sizeof(fqdn), "%s%s.%s", kind->wrong_name ? "not-" : "",
	    dev->name, FLEET_DOMAIN);

	if (n <= 0 || key == NULL)
		return NULL;
	return pkcs_certificate(key, &names, kind->self_signed ? NULL : fleet->ca,
	    fleet->ca_key, dev->profile->p384 ? EVP_sha384() : EVP_sha256());
}

void
fleet_complete(struct device *dev)
{
	EVP_PKEY *key = NULL;
	X509 *x509 = NULL;

	if (dev->kind == NULL)
		return;
	key = keypool_shared(&dev->sim->keypool,
	    dev->profile->p384 ? KEY_P384 : dev->sim->fleet->key_kind);
	x509 = make_certificate(dev, key);
	dev->kind = NULL;
	if (x509 == NULL)
		return; /* it serves nothing */
	dev->pending.context = store_add_cert(&dev->store, x509, false, false);
	dev->committed.context = dev->pending.context;
	(void)store_add_key(&dev->store, key, false);
	X509_free(x509);
	firmware_serve(dev);
}

void
fleet_free(struct fleet *fleet)
{
	if (fleet == NULL)
		return;
	X509_free(fleet->ca);
	EVP_PKEY_free(fleet->ca_key);
	free(fleet);
}

static enum rc
make_one(struct sim *sim, const struct fleet *fleet, int64_t n,
    const struct devconf_sets *sets, struct err *err)
{
	const struct fleet_kind *kind = kind_of(fleet, n);
	struct device *dev = NULL;
	char name[NAME_SIZE] = "";
	enum rc r = RC_OK;

	if (snprintf(name, sizeof(name), "%s-%05lld", kind->name, (long long)n + 1) < 0)
		return err_set(err, RC_INTERNAL, "name");
	r = devconf_bare(sim, name, sets, err);
	if (r != RC_OK)
		return r;
	dev = sim->devices[sim->devices_n - 1];
	dev->address.s_addr = htonl(fleet->base + (uint32_t)n + 1);
	mem_set(&dev->host_name, name);
	mem_set(&dev->domain_name, FLEET_DOMAIN);
	dev->sw.dead = dev->sw.dead || kind->dead;
	dev->sw.hang = dev->sw.hang || kind->hang;
	dev->sw.own_certificate = false;
	if (kind->slow)
		dev->sw.slow_ms = SLOW_MS;
	dev->kind = kind;
	dev->pending.tls[TLS_NETWORK].enabled = true;
	return RC_OK;
}

enum rc
fleet_make(struct sim *sim, const struct fleet_plan *plan,
    const struct devconf_sets *sets, struct err *err)
{
	struct fleet *fleet = mem_new(1, sizeof(*fleet));
	enum rc r = RC_OK;

	sim->fleet = fleet;
	fleet->made_s = clock_now();
	r = parse_plan(plan, fleet, err);
	for (int64_t n = 0; n < fleet->count && r == RC_OK; n++)
		r = make_one(sim, fleet, n, sets, err);
	return r;
}
