/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of a remedy on one device: what was asked for, what is known of the
 * device, and where the run stands.  Shared by the files of this room; programs see
 * renew/procedure.h only.  What only some remedies use is zero in the others.
 */
#ifndef AMTCERT_RENEW_RENEWAL_H
#define AMTCERT_RENEW_RENEWAL_H

#include <stdbool.h>
#include <stdint.h>

#include "amt/device.h"
#include "amt/dot1x.h"
#include "ca/ca.h"
#include "inventory/cert_request.h"
#include "inventory/shelf.h"
#include "policy/facts.h"
#include "policy/policy.h"
#include "renew/generation.h"
#include "renew/journal.h"
#include "renew/procedure.h"
#include "renew/step.h"

enum {
	RENEWAL_DNS_NAMES_MAX = 16,
	RENEWAL_REQUEST_MS = 60000, /* one step and the look after it */
	RENEWAL_PROOF_MS = 120000,  /* firmware may restart its network first */
};

/* What of the device has to be read again. */
enum renewal_stale {
	STALE_STORE = 1 << 0,
	STALE_USAGE = 1 << 1, /* which contexts name what */
	STALE_CONTEXT = 1 << 2,
	STALE_SERVED = 1 << 3,
	STALE_TLS = 1 << 4, /* the settings of both interfaces */
	STALE_CLOCK = 1 << 5,
	STALE_DOT1X = 1 << 6, /* which settings of 802.1X use which certificates */
	/* What every remedy watches; the rest as in struct procedure. */
	STALE_ALL = STALE_STORE | STALE_USAGE | STALE_CONTEXT | STALE_SERVED,
};

/* The TLS settings of the network interface as a run found them. */
struct tls_before {
	bool is_known;
	bool is_enabled;
	bool is_mutual;
	bool accepts_non_secure;
};

struct renewal {
	const struct procedure *procedure;	 /* lent */
	const struct procedure_options *options; /* lent */
	int64_t opened_ms;

	/* The device. */
	struct device *device; /* NULL: not connected */
	struct target session; /* shallow copy of the target, for its pin */
	/* A key that a run of ours put in place of the pinned one, as SHA-256 of its
	 * SubjectPublicKeyInfo, and the device that made it. */
	bool has_heir;
	uint8_t heir[CERT_FINGERPRINT_BYTES];
	char heir_uuid[37];
	/* The key that the inventory knows the device by; used without a pin that the
	 * operator gave. */
	bool has_stored_pin;
	uint8_t stored_pin[CERT_FINGERPRINT_BYTES];
	bool met_plain;	    /* nobody who passed was behind the TLS port */
	bool over_tls;	    /* with --plain: the session goes over TLS all the same */
	bool may_log_in;    /* the ledger of logins said so */
	bool refusal_noted; /* there, that this run was refused */
	struct facts facts;
	unsigned int stale;		 /* STALE_... */
	struct cert *served;		 /* what the newest handshake presented */
	char uuid[37];			 /* what the journal calls this device */
	bool ours_cert[FACTS_CERTS_MAX]; /* by index in facts: we installed it */
	bool ours_key[FACTS_KEYS_MAX];
	bool added_cert[FACTS_CERTS_MAX]; /* stored by us, with no key of ours */
	bool awaited_key[FACTS_KEYS_MAX]; /* another remedy waits for its CA */
	bool usage_known;		  /* of every certificate in facts */
	int status;			  /* PT_STATUS of the newest change */

	/* What is asked for. */
	char due[FACTS_TEXT_SIZE]; /* "renewal due, 30 d left" */
	unsigned int needs; /* what a reprovisioning has to do (renew/reprovision.h) */
	struct tls_before before;
	struct cert *anchor; /* that the device lacks; NULL: none */
	struct dot1x dot1x;  /* as last read; of an 802.1X renewal */
	struct cert *client; /* that it replaces; NULL: there is none */
	const struct generation *generation;
	struct cert *names_from; /* what dns_names point into */
	const char *dns_names[RENEWAL_DNS_NAMES_MAX];
	struct csr_profile profile;
	struct ca *ca; /* NULL: the remedy needs none */
	struct ca_facts ca_facts;
	bool ca_cannot;	    /* it said no, or what it issues is of no use */
	bool trial_is_due;  /* it is asked for a certificate of no device first */
	struct feed feed;   /* CAs that say what the policy leaves open */
	struct shelf shelf; /* what they said */
	char warned[FACTS_TEXT_SIZE * 2];   /* of what was issued; lines */
	struct cert *issuers[CA_CHAIN_MAX]; /* that the device should present too */
	size_t n_issuers;
	char trial[2 * FACTS_TEXT_SIZE]; /* what became of it, for people; "" none */

	/* The run. */
	struct db db;
	struct journal_lock *lock;
	struct journal_run run;
	struct cert_request request; /* of run.signed_csr at the CA; id 0: none */
	struct cert *new_cert;	     /* run.new_cert, parsed */
	bool has_db;
	bool has_run;	  /* run is in the journal and open */
	bool is_resumed;  /* by an earlier process */
	bool is_undoing;  /* the way back */
	bool is_foreign;  /* somebody else's certificate is served */
	bool has_request; /* run.signed_csr is valid for run.new_spki */
	bool wrote;	  /* something that changes the device was sent */
	bool bound;	  /* the new certificate was bound, by any process */
	bool committed;	  /* since the new one was bound */
	bool committed_back;
	bool awaits_commit; /* what is served may change at any moment */
	bool proved;
	bool sets_clock;    /* the device's clock is set before anything else */
	bool clock_was_set; /* by this process */
	/* Of a reprovisioning: mutual TLS was switched off, the plain port was
	 * closed, and that was proved as well. */
	bool lowered;
	bool closing;
	bool closed;
	bool proved_closed;
	int n_commits_lost; /* CommitChanges that were sent and not answered */
	int n_prune_errors;
	char refusal[FACTS_TEXT_SIZE]; /* of the firmware to delete; "" none */
	bool stays_open; /* the next run goes on: not our failure, not final */
	char kept[FACTS_TEXT_SIZE]; /* what was left in place, and why */
};

/* Our time: now of the options and what has passed since. */
int64_t renewal_now(const struct renewal *rn);

/* The device's time by its clock as last read; ours when it is not known, or is going
 * to be set by ours first. */
int64_t renewal_device_now(const struct renewal *rn);

/* Milliseconds left of the run; negative when it is over. */
int64_t renewal_left_ms(const struct renewal *rn);

/* The store's entry of the certificate or key that this run makes or replaces;
 * NULL when it is not in the store. Compared by bytes, never by handle. */
const struct facts_cert *renewal_find_new_cert(const struct renewal *rn);
const struct facts_cert *renewal_find_old_cert(const struct renewal *rn);
const struct facts_key *renewal_find_new_key(const struct renewal *rn);

/* Is the served certificate the new, the old one? */
bool renewal_serves_new(const struct renewal *rn);
bool renewal_serves_old(const struct renewal *rn);

/* Copy bytes into an owned field of the run, replacing what was there. */
enum rc renewal_keep_bytes(uint8_t **field, size_t *field_len, const uint8_t *bytes,
    size_t len, struct err *err);

/* Lists of SHA-256s, as the run has some: is one of them this, add it, take it out. */
bool renewal_is_listed(const uint8_t *list, size_t len,
    const uint8_t sha256[CERT_FINGERPRINT_BYTES]);
enum rc renewal_list(uint8_t **list, size_t *len,
    const uint8_t sha256[CERT_FINGERPRINT_BYTES], struct err *err);
void renewal_unlist(uint8_t *list, size_t *len,
    const uint8_t sha256[CERT_FINGERPRINT_BYTES]);

/* Take the new certificate, or forget it (cert NULL). Takes cert on success. */
enum rc renewal_set_new_cert(struct renewal *rn, struct cert *cert, struct err *err);

/* Forget request and certificate: they are for a key that is gone. */
void renewal_forget_request(struct renewal *rn);

/* Forget a run that was ended, as if none had been taken up. */
void renewal_forget_run(struct renewal *rn);

/* SHA-256 of run.new_spki. false when there is none. */
bool renewal_new_spki_sha256(const struct renewal *rn,
    uint8_t sha256[CERT_FINGERPRINT_BYTES]);

void renewal_say(const struct renewal *rn, const char *step, const char *text);

void renewal_clear(struct renewal *rn);

#endif
