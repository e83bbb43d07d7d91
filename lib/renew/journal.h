/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was done to a device, on disk before it is sent: one run per device and
 * due certificate, one row per step.  A run that was killed is found again and
 * continued or undone.  Lives in the inventory database.
 */
#ifndef AMTCERT_RENEW_JOURNAL_H
#define AMTCERT_RENEW_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "inventory/db.h"
#include "policy/facts.h"

enum {
	JOURNAL_WORD_SIZE = 32,
	JOURNAL_MEMO_SIZE = 128,
};

/* A run as it stands. Blobs are owned; clear with journal_run_clear. */
struct journal_run {
	int64_t id;
	char device_uuid[37];				   /* lower case */
	char remedy[JOURNAL_WORD_SIZE];			   /* "renew_amt_tls" */
	char serial_number[CERT_SERIAL_MAX_BYTES * 2 + 1]; /* of the due one */
	int64_t started_at;
	bool open;		      /* neither done nor undone */
	char step[JOURNAL_WORD_SIZE]; /* the last step begun; "" before the first */
	bool step_done;

	uint8_t old_fingerprint[CERT_FINGERPRINT_BYTES];
	char old_cert_instance_id[FACTS_INSTANCE_SIZE];
	char old_key_instance_id[FACTS_INSTANCE_SIZE];
	char new_cert_instance_id[FACTS_INSTANCE_SIZE];
	char new_key_instance_id[FACTS_INSTANCE_SIZE];
	uint8_t *keys_before; /* SPKI SHA-256s in the store before, 32 bytes each */
	size_t keys_before_len;
	uint8_t *new_spki; /* SubjectPublicKeyInfo of the new pair */
	size_t new_spki_len;
	uint8_t *csr; /* as sent, null-signed */
	size_t csr_len;
	uint8_t *signed_csr;
	size_t signed_csr_len;
	uint8_t *new_cert; /* DER */
	size_t new_cert_len;
	uint8_t *added; /* SHA-256s of issuers that this run stored, 32 bytes each */
	size_t added_len;
	/* Words by which a remedy remembers what it cannot read from the device
	 * any more: what is to be done, how a setting was. */
	char memo[JOURNAL_MEMO_SIZE];
};

/* Free the blobs; the struct is zeroed. */
void journal_run_clear(struct journal_run *run);

/*
 * Take the device for this process: one remedy at a time per device UUID, two
 * devices never in each other's way. RC_LOCKED names the holder; RC_FORMAT for
 * a UUID that is none. Held until journal_unlock or the end of the process,
 * SIGKILL included; a child must not inherit it (the descriptor closes on
 * exec). The lock is a file in the folder "DATABASE.lock".
 */
struct journal_lock;
enum rc journal_lock(const struct db *db, const char *device_uuid,
    struct journal_lock **ret_lock, struct err *err);
void journal_unlock(struct journal_lock *lock);

/* The same for a CA, by its name as people read it, while a trial asks it. RC_LOCKED
 * when another process does. */
enum rc journal_lock_ca(const struct db *db, const char *ca,
    struct journal_lock **ret_lock, struct err *err);

/*
 * The open run of a device; RC_NOTFOUND, with err left as it was. What
 * *ret_run held is not freed. Clear with journal_run_clear.
 */
enum rc journal_find_open(struct db *db, const char *device_uuid,
    struct journal_run *ret_run, struct err *err);

/* The newest run of a device that gave it a TLS certificate and ended as "done";
 * otherwise as above. */
enum rc journal_find_last_tls(struct db *db, const char *device_uuid,
    struct journal_run *ret_run, struct err *err);

/* The newest run, of whatever device, that made this key pair and is open or ended
 * as "done"; otherwise as above. */
enum rc journal_find_by_new_key(struct db *db,
    const uint8_t spki_sha256[CERT_FINGERPRINT_BYTES], struct journal_run *ret_run,
    struct err *err);

/*
 * Begin a run; fills id and started_at, sets open. Durable when it returns.
 * RC_STATE when the device has an open run.
 */
enum rc journal_begin(struct db *db, struct journal_run *run, int64_t now,
    struct err *err);

/*
 * Record that a step is about to be sent, with everything run holds. Durable
 * when it returns. The same step may begin again. RC_STATE when the run is not
 * open.
 */
enum rc journal_step_begin(struct db *db, struct journal_run *run, const char *step,
    int64_t now, struct err *err);

/* Record its end and what run has learnt; on its own, or inside the caller's
 * transaction, as journal_close(). RC_STATE as above. */
enum rc journal_step_end(struct db *db, struct journal_run *run, int64_t now,
    struct err *err);

/*
 * Close a run: "done", "undone" or "refused", with a text that is made
 * printable (NULL for none), and everything run holds. RC_STATE as above.
 */
enum rc journal_close(struct db *db, struct journal_run *run, const char *outcome,
    const char *text, int64_t now, struct err *err);

/* Did we ever install this certificate or make this key pair? Only what is
 * in here may be deleted. */
enum rc journal_is_ours(struct db *db, const char *device_uuid,
    const uint8_t spki_sha256[CERT_FINGERPRINT_BYTES], bool *ret_ours, struct err *err);

/* Did a run that is open or done store this certificate, an issuer or a root, beside
 * what it made? By its fingerprint. */
enum rc journal_was_added(struct db *db, const char *device_uuid,
    const uint8_t fingerprint[CERT_FINGERPRINT_BYTES], bool *ret_was, struct err *err);

/* What the archive keeps beside a certificate. Lent; NULL where not known. */
struct journal_note {
	const char *reason;	   /* "replaced"; never NULL */
	const char *actor;	   /* who asked for the run; NULL: its remedy */
	const char *ca;		   /* that the run asked */
	const char *ca_request_id; /* what it calls the request; "": not known */
};

/* Keep a replaced certificate; once per run, however often it is called. */
enum rc journal_archive(struct db *db, const struct journal_run *run,
    const struct cert *cert, const struct journal_note *note, int64_t now,
    struct err *err);

#endif
