/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast is the inventory?  Writes surveys of devices with certificates of their
 * own through the same calls as a scan, reads them, and prints what each took.
 * usage: putinv FILE DEVICES [full|many|look]
 * full: every commit waits for the disk, as the journal's do.  many: a commit per
 * 64 devices.  look: reads only.
 * The file must not be there, unless to look.  Output: "NAME CALLS MICROSECONDS OF-THEM-CPU"
 * per line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/num.h"
#include "inventory/fleet.h"
#include "inventory/snapshot.h"

enum {
	DEVICES_MAX = 1000000,
	DAY_S = 86400,
	N_PATH = 2,
	PER_COMMIT = 64,
};

#define NOW INT64_C(1776000000)

/* What all certificates of the run share. */
struct lab {
	struct db db;
	EVP_PKEY *key;
	X509 *ca;
	struct cert *ca_cert;
	struct policy policy;
	int64_t n_devices;
	int64_t n_per_commit;
	uint8_t **ders; /* of the leaves */
	size_t *lens;
};

/* Passed on the clock of the wall, and of this process. */
struct spent {
	int64_t wall_us;
	int64_t cpu_us;
};

static int64_t
clock_us(clockid_t clock)
{
	struct timespec now = { 0 };

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
begin(struct spent *spent)
{
	spent->wall_us -= clock_us(CLOCK_MONOTONIC);
	spent->cpu_us -= clock_us(CLOCK_PROCESS_CPUTIME_ID);
}

static void
end(struct spent *spent)
{
	spent->wall_us += clock_us(CLOCK_MONOTONIC);
	spent->cpu_us += clock_us(CLOCK_PROCESS_CPUTIME_ID);
}

static void
tell(const char *name, int64_t n, const struct spent *spent)
{
	(void)printf("%s %lld %lld %lld\n", name, (long long)n,
	    (long long)spent->wall_us, (long long)spent->cpu_us);
}

static int64_t
not_after_of(int64_t i)
{
	return NOW + (i * 7919 % 400 - 20) * DAY_S;
}

static bool
add_cn(X509_NAME *name, const char *cn)
{
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		   (const unsigned char *)cn, -1, -1, 0) == 1;
}

static X509 *
make_x509(const struct lab *lab, const char *cn, const char *issuer, int64_t serial,
    int64_t not_after)
{
	X509 *x = X509_new();

	if (x == NULL || X509_set_version(x, X509_VERSION_3) != 1 ||
	    ASN1_INTEGER_set_int64(X509_get_serialNumber(x), serial) != 1 ||
	    !add_cn(X509_get_subject_name(x), cn) ||
	    !add_cn(X509_get_issuer_name(x), issuer) ||
	    ASN1_TIME_set(X509_getm_notBefore(x), NOW - 400 * (int64_t)DAY_S) == NULL ||
	    ASN1_TIME_set(X509_getm_notAfter(x), not_after) == NULL ||
	    X509_set_pubkey(x, lab->key) != 1 ||
	    X509_sign(x, lab->key, EVP_sha256()) == 0) {
		X509_free(x);
		return NULL;
	}
	return x;
}

static enum rc
make_leaf(struct lab *lab, int64_t i, struct err *err)
{
	unsigned char *der = NULL;
	char cn[64];
	X509 *x;
	int len;

	(void)snprintf(cn, sizeof(cn), "pc%06lld.corp.example", (long long)i);
	x = make_x509(lab, cn, "Corp Issuing CA", i + 100, not_after_of(i));
	len = x != NULL ? i2d_X509(x, &der) : -1;
	X509_free(x);
	if (len < 0)
		return err_set(err, RC_NOMEM, "cannot make a certificate");
	lab->ders[i] = der;
	lab->lens[i] = (size_t)len;
	return RC_OK;
}

static enum rc
make_lab(struct lab *lab, struct err *err)
{
	enum rc r = RC_OK;

	policy_init(&lab->policy);
	lab->key = EVP_EC_gen("P-256");
	if (lab->key != NULL)
		lab->ca = make_x509(lab, "Corp Issuing CA", "Corp Issuing CA", 1,
		    NOW + 3650 * (int64_t)DAY_S);
	lab->ders = calloc((size_t)lab->n_devices, sizeof(*lab->ders));
	lab->lens = calloc((size_t)lab->n_devices, sizeof(*lab->lens));
	if (lab->ca == NULL || lab->ders == NULL || lab->lens == NULL)
		return err_set(err, RC_NOMEM, "cannot set up");
	r = cert_from_x509(lab->ca, &lab->ca_cert, err);
	for (int64_t i = 0; r == RC_OK && i < lab->n_devices; i++)
		r = make_leaf(lab, i, err);
	return r;
}

static void
clear_lab(struct lab *lab)
{
	for (int64_t i = 0; lab->ders != NULL && i < lab->n_devices; i++)
		OPENSSL_free(lab->ders[i]);
	free(lab->ders);
	free(lab->lens);
	cert_free(lab->ca_cert);
	X509_free(lab->ca);
	EVP_PKEY_free(lab->key);
	db_close(&lab->db);
}

static enum rc
fill_presented(struct lab *lab, int64_t i, struct facts_presented *p, struct err *err)
{
	enum rc r;

	p->known = true;
	p->certs = calloc(N_PATH, sizeof(struct cert *));
	p->path.elements = calloc(N_PATH, sizeof(struct cert *));
	if (p->certs == NULL || p->path.elements == NULL)
		return err_set(err, RC_NOMEM, "out of memory");
	p->path.ignoring_time = PATH_OK;
	p->path.at_time = PATH_OK;
	p->name_match = NAME_MATCH_SAN;
	r = cert_parse(lab->ders[i], lab->lens[i], &p->certs[p->n_certs], err);
	p->n_certs += r == RC_OK;
	if (r == RC_OK)
		r = cert_dup(lab->ca_cert, &p->certs[p->n_certs], err);
	p->n_certs += r == RC_OK;
	for (size_t n = 0; r == RC_OK && n < N_PATH; n++) {
		r = cert_dup(p->certs[n], &p->path.elements[n], err);
		p->path.n_elements += r == RC_OK;
	}
	return r;
}

static enum rc
fill_store(struct lab *lab, int64_t i, struct facts *facts, struct err *err)
{
	struct facts_cert *entry = NULL;
	struct facts_key *key = NULL;
	enum rc r;

	facts->has_store = true;
	facts->has_tls_context = true;
	facts->control_mode = CONTROL_ADMIN;
	facts->provisioning_state = 2;
	(void)snprintf(facts->uuid, sizeof(facts->uuid),
	    "00000000-0000-4000-8000-%012u", (unsigned int)i);
	(void)snprintf(facts->realm, sizeof(facts->realm), "Digest:%032llX",
	    (long long)i);
	(void)snprintf(facts->tls_context_cert, sizeof(facts->tls_context_cert),
	    "Intel(r) AMT Certificate: Handle: 0");
	r = facts_add_cert(facts, &entry, err);
	if (r == RC_OK)
		r = cert_dup(facts->presented.certs[0], &entry->cert, err);
	if (r == RC_OK) {
		entry->usage = USAGE_TLS;
		memcpy(entry->instance_id, facts->tls_context_cert,
		    sizeof(entry->instance_id));
		r = facts_add_key(facts, &key, err);
	}
	if (r == RC_OK) {
		memcpy(key->spki_sha256, entry->cert->spki_sha256,
		    sizeof(key->spki_sha256));
		r = facts_add_cert(facts, &entry, err);
	}
	if (r == RC_OK) {
		entry->is_trusted_root = true;
		r = cert_dup(lab->ca_cert, &entry->cert, err);
	}
	facts_match_keys(facts);
	return r;
}

/* One survey, written; only the write is timed. */
static enum rc
put(struct lab *lab, int64_t i, int64_t now, bool has_store, struct spent *spent,
    struct err *err)
{
	struct facts facts = { .port = 16993, .read_at = now };
	struct verdict verdict = { 0 };
	int64_t id = 0;
	enum rc r;

	(void)snprintf(facts.name, sizeof(facts.name), "pc%06lld.corp.example",
	    (long long)i);
	(void)snprintf(facts.address, sizeof(facts.address), "%s", facts.name);
	r = fill_presented(lab, i, &facts.presented, err);
	if (r == RC_OK && has_store)
		r = fill_store(lab, i, &facts, err);
	if (r == RC_OK)
		r = verdict_judge_presented(&facts, &lab->policy, now, &verdict, err);
	if (r == RC_OK)
		r = verdict_judge_store(&facts, &lab->policy, now, &verdict, err);
	begin(spent);
	if (r == RC_OK)
		r = snapshot_write(&lab->db, &facts, NULL, &lab->policy, &verdict, &id,
		    err);
	end(spent);
	verdict_clear(&verdict);
	facts_clear(&facts);
	return r;
}

static enum rc
put_all(struct lab *lab, const char *name, int64_t now, bool has_store, struct err *err)
{
	struct spent spent = { 0 };
	enum rc r = RC_OK;

	for (int64_t i = 0; r == RC_OK && i < lab->n_devices; i++) {
		bool is_last = i + 1 == lab->n_devices;

		if (lab->n_per_commit > 1 && i % lab->n_per_commit == 0)
			r = db_begin(&lab->db, err);
		if (r == RC_OK)
			r = put(lab, i, now, has_store, &spent, err);
		begin(&spent);
		if (r == RC_OK && lab->n_per_commit > 1 &&
		    (is_last || (i + 1) % lab->n_per_commit == 0))
			r = db_commit(&lab->db, err);
		end(&spent);
	}
	if (r == RC_OK)
		tell(name, lab->n_devices, &spent);
	return r;
}

static enum rc
read_all(struct lab *lab, struct err *err)
{
	struct spent spent = { 0 };
	enum rc r = RC_OK;

	begin(&spent);
	for (int64_t id = 1; r == RC_OK && id <= lab->n_devices; id++) {
		struct facts facts = { 0 };

		r = snapshot_read(&lab->db, id, SNAPSHOT_STORE, NOW, &facts, err);
		facts_clear(&facts);
	}
	end(&spent);
	tell("read", lab->n_devices, &spent);
	return r;
}

static enum rc
visit_device(void *ctx, const struct fleet_device *device, struct err *err)
{
	int64_t *n = ctx;

	(void)device;
	(void)err;
	(*n)++;
	return RC_OK;
}

static enum rc
visit_slot(void *ctx, const struct fleet_slot *slot, struct err *err)
{
	int64_t *n = ctx;

	(void)slot;
	(void)err;
	(*n)++;
	return RC_OK;
}

/* As check_amt_fleet asks. */
static enum rc
count(struct lab *lab, struct err *err)
{
	struct fleet_counts counts = { 0 };
	struct spent spent = { 0 };
	int64_t n = 0;
	enum rc r;

	begin(&spent);
	r = fleet_count(&lab->db, NULL, NOW, 0, &counts, err);
	if (r == RC_OK)
		r = fleet_each_device(&lab->db, NULL, FLEET_BY_URGENCY, NOW, 10,
		    visit_device, &n, err);
	end(&spent);
	tell("count", 1, &spent);
	return r;
}

/* As a report or the subagent does. */
static enum rc
walk(struct lab *lab, struct err *err)
{
	struct spent devices = { 0 }, slots = { 0 };
	int64_t n = 0;
	enum rc r;

	begin(&devices);
	r = fleet_each_device(&lab->db, NULL, FLEET_BY_ID, NOW, -1, visit_device, &n,
	    err);
	end(&devices);
	tell("devices", n, &devices);
	n = 0;
	begin(&slots);
	if (r == RC_OK)
		r = fleet_each_slot(&lab->db, 0, visit_slot, &n, err);
	end(&slots);
	tell("slots", n, &slots);
	return r;
}

static enum rc
put_rounds(struct lab *lab, struct err *err)
{
	enum rc r;

	r = make_lab(lab, err);
	if (r == RC_OK)
		r = put_all(lab, "write_new", NOW - DAY_S, true, err);
	if (r == RC_OK)
		r = put_all(lab, "write_tls_next_day", NOW, false, err);
	if (r == RC_OK)
		r = put_all(lab, "write_tls_again", NOW + 60, false, err);
	if (r == RC_OK)
		r = put_all(lab, "write_store_again", NOW + 120, true, err);
	if (r == RC_OK)
		r = read_all(lab, err);
	return r;
}

static enum rc
run(int argc, char **argv, struct lab *lab, struct err *err)
{
	const char *how = argc > 3 ? argv[3] : "";
	enum rc r;

	if (argc < 3)
		return err_set(err, RC_USAGE,
		    "usage: putinv FILE DEVICES [full|many|look]");
	r = num_parse(argv[2], 1, DEVICES_MAX, &lab->n_devices, err);
	if (r == RC_OK)
		r = db_open(argv[1], &lab->db, err);
	if (r == RC_OK && strcmp(how, "full") != 0)
		r = db_relax(&lab->db, err);
	lab->n_per_commit = strcmp(how, "many") == 0 ? PER_COMMIT : 1;
	if (r == RC_OK && strcmp(how, "look") != 0)
		r = put_rounds(lab, err);
	if (r == RC_OK)
		r = count(lab, err);
	if (r == RC_OK)
		r = walk(lab, err);
	return r;
}

int
main(int argc, char **argv)
{
	struct lab lab = { .n_devices = 0 };
	struct err err = { 0 };
	enum rc r;

	r = run(argc, argv, &lab, &err);
	clear_lab(&lab);
	if (r == RC_OK)
		return 0;
	(void)fprintf(stderr, "putinv: %s\n", err.text);
	return 1;
}
