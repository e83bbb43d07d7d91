/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CA was asked for a device and how far it got, in the inventory
 * database: a request that a person has to approve outlives many processes, and
 * the key pair that waits for it looks like an orphan in the device.
 */
#ifndef AMTCERT_INVENTORY_CERT_REQUEST_H
#define AMTCERT_INVENTORY_CERT_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "inventory/db.h"

enum {
	CERT_REQUEST_DIGEST_BYTES = 32,
	CERT_REQUEST_NAME_SIZE = 128,
	CERT_REQUEST_TEXT_SIZE = 512,
	CERT_REQUEST_ID_SIZE = 64,
	CERT_REQUEST_COOKIE_MAX_BYTES = 64 * 1024,
};

/* One row. cookie is owned; clear with cert_request_clear. */
struct cert_request {
	int64_t id;
	char device_uuid[37];		 /* lower case */
	char remedy[32];		 /* "renew_amt_tls" */
	char ca[CERT_REQUEST_NAME_SIZE]; /* "corp (est)" */
	uint8_t csr_sha256[CERT_REQUEST_DIGEST_BYTES];
	uint8_t spki_sha256[CERT_REQUEST_DIGEST_BYTES];
	int64_t created_at;
	int64_t attempts; /* submissions and polls that were begun */
	int64_t bad_answers;
	bool is_pending; /* the CA said that it has it; cookie may be asked after */
	int64_t next_poll_at;
	uint8_t *cookie;
	size_t cookie_len;
	char text[CERT_REQUEST_TEXT_SIZE];	  /* the CA's last words */
	char ca_request_id[CERT_REQUEST_ID_SIZE]; /* what the CA calls it; "" unknown */
};

void cert_request_clear(struct cert_request *request);

/*
 * The open request of a device for a remedy; RC_NOTFOUND, with err left as it
 * was. What *ret_request held is not freed. Clear with cert_request_clear.
 */
enum rc cert_request_find(struct db *db, const char *device_uuid, const char *remedy,
    struct cert_request *ret_request, struct err *err);

/*
 * Note that this is about to be asked; fills id and created_at. Durable when it
 * returns. RC_STATE when the remedy has an open request for the device.
 */
enum rc cert_request_begin(struct db *db, struct cert_request *request, int64_t now,
    struct err *err);

/* Store attempts, is_pending, next_poll_at, cookie, text and ca_request_id. RC_STATE when the
 * row is closed. */
enum rc cert_request_update(struct db *db, const struct cert_request *request,
    struct err *err);

/* Close it: "issued", "rejected" or "abandoned". RC_STATE as above. */
enum rc cert_request_close(struct db *db, const struct cert_request *request,
    const char *outcome, int64_t now, struct err *err);

/*
 * Is a certificate awaited for this key pair of the device? Then it must not be
 * deleted, though it has no certificate. except_remedy leaves out the requests
 * of one remedy, for its own use; NULL asks for all.
 */
enum rc cert_request_awaits_key(struct db *db, const char *device_uuid,
    const uint8_t spki_sha256[CERT_REQUEST_DIGEST_BYTES], const char *except_remedy,
    bool *ret_awaits, struct err *err);

/* What checks report: how many requests wait at a CA, and since when. */
struct cert_request_age {
	int64_t n;
	int64_t oldest_at; /* created_at of the oldest; 0 when n is 0 */
	char oldest_device_uuid[37];
	char oldest_text[CERT_REQUEST_TEXT_SIZE];
};

/* ca as in struct cert_request; NULL asks for all. */
enum rc cert_request_read_age(struct db *db, const char *ca,
    struct cert_request_age *ret_age, struct err *err);

#endif
