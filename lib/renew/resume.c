/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal of one run.  Handles are noted for people; what counts are bytes:
 * fingerprints of certificates, SubjectPublicKeyInfo of keys.
 */
#include "renew/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "renew/handover.h"
#include "renew/pending.h"
#include "x509/csr.h"

/* What a taken up run holds, in a form that can be judged. */
static enum rc
take_up(struct renewal *rn, struct err *err)
{
	struct cert *cert = NULL;

	if (strcmp(rn->run.remedy, rn->procedure->program) != 0)
		return err_set(err, RC_STATE,
		    "%s: a run of %s is open for this device: finish it first",
		    rn->options->target->name, rn->run.remedy);
	rn->has_run = true;
	rn->is_resumed = true;
	rn->is_undoing = rn->procedure->steps_back != NULL &&
	    step_row(rn->procedure->steps_back, rn->run.step) >= 0;
	if (rn->procedure->place != NULL)
		rn->procedure->place(rn);
	rn->wrote = rn->run.step[0] != '\0';
	if (rn->run.new_cert_len > 0) {
		enum rc r =
		    cert_parse(rn->run.new_cert, rn->run.new_cert_len, &cert, err);

		if (r != RC_OK)
			return r;
		rn->new_cert = cert;
	}
	resume_judge_request(rn);
	return RC_OK;
}

enum rc
resume_open(struct renewal *rn, struct err *err)
{
	const struct procedure_options *options = rn->options;
	struct err absent = { 0 };
	enum rc r = RC_OK;

	if (options->apply) {
		r = db_open(options->inventory_file, &rn->db, err);
	} else {
		r = db_open_read_only(options->inventory_file, &rn->db, &absent);
		if (r == RC_NOTFOUND)
			return RC_OK;
		if (r != RC_OK)
			(void)err_set(err, r, "%s", absent.text);
	}
	rn->has_db = r == RC_OK;
	return r;
}

enum rc
resume_find_heir(struct renewal *rn, struct err *err)
{
	const struct target *target = rn->options->target;
	const uint8_t *pin = target->has_pin ? target->pin : rn->stored_pin;
	const uint8_t *served = rn->served->spki_sha256;
	struct journal_run run = { 0 };
	enum rc r = RC_OK;

	rn->has_heir = false;
	if (!rn->has_db || (!target->has_pin && !rn->has_stored_pin) ||
	    memcmp(served, pin, CERT_FINGERPRINT_BYTES) == 0)
		return RC_OK;
	r = journal_find_by_new_key(&rn->db, served, &run, err);
	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r == RC_OK &&
	    renewal_is_listed(run.keys_before, run.keys_before_len, pin)) {
		rn->has_heir = true;
		memcpy(rn->heir, served, sizeof(rn->heir));
		memcpy(rn->heir_uuid, run.device_uuid, sizeof(rn->heir_uuid));
	}
	journal_run_clear(&run);
	return r;
}

enum rc
resume_attach(struct renewal *rn, struct err *err)
{
	enum rc r = RC_OK;

	if (!rn->has_db)
		return RC_OK;
	if (rn->options->apply)
		r = journal_lock(&rn->db, rn->uuid, &rn->lock, err);
	if (r != RC_OK)
		return r;
	r = journal_find_open(&rn->db, rn->uuid, &rn->run, err);
	if (r == RC_NOTFOUND)
		return RC_OK;
	return r == RC_OK ? take_up(rn, err) : r;
}

static void
note_due_cert(const struct renewal *rn, const struct cert *due, struct journal_run *run)
{
	const struct facts_cert *old = NULL;
	const struct facts_key *key = NULL;

	if (due == NULL)
		return;
	old = facts_find_cert_by_der(&rn->facts, due);
	key = facts_find_key_of(&rn->facts, due);
	(void)snprintf(run->serial_number, sizeof(run->serial_number), "%s",
	    due->serial_number);
	memcpy(run->old_fingerprint, due->fingerprint, sizeof(run->old_fingerprint));
	if (old != NULL)
		memcpy(run->old_cert_instance_id, old->instance_id,
		    sizeof(run->old_cert_instance_id));
	if (key != NULL)
		memcpy(run->old_key_instance_id, key->instance_id,
		    sizeof(run->old_key_instance_id));
}

enum rc
resume_begin(struct renewal *rn, struct err *err)
{
	struct journal_run run = { 0 };
	enum rc r = RC_OK;

	(void)snprintf(run.device_uuid, sizeof(run.device_uuid), "%s", rn->uuid);
	(void)snprintf(run.remedy, sizeof(run.remedy), "%s", rn->procedure->program);
	if (rn->procedure->due_cert != NULL)
		note_due_cert(rn, rn->procedure->due_cert(rn), &run);
	memcpy(run.memo, rn->run.memo, sizeof(run.memo));
	journal_run_clear(&rn->run);
	rn->run = run;
	if (!rn->options->apply)
		return RC_OK;
	r = journal_begin(&rn->db, &rn->run, renewal_now(rn), err);
	if (r == RC_OK)
		rn->has_run = true;
	return r;
}

static bool
was_there_before(const struct renewal *rn, const struct facts_key *key)
{
	return renewal_is_listed(rn->run.keys_before, rn->run.keys_before_len,
	    key->spki_sha256);
}

/* The one that appeared; NULL when there is none, or more than one. */
static const struct facts_key *
find_new_key(const struct renewal *rn)
{
	const struct facts_key *found = NULL;

	for (size_t i = 0; i < rn->facts.n_keys; i++) {
		const struct facts_key *key = &rn->facts.keys[i];

		if (was_there_before(rn, key))
			continue;
		if (rn->run.new_key_instance_id[0] != '\0') {
			if (strcmp(key->instance_id, rn->run.new_key_instance_id) == 0)
				return key;
			continue;
		}
		if (key->has_cert || rn->ours_key[i])
			continue;
		if (found != NULL)
			return NULL;
		found = key;
	}
	return found;
}

enum rc
resume_claim_key(struct renewal *rn, struct err *err)
{
	const struct facts_key *key = NULL;
	enum rc r = RC_OK;

	if (!rn->has_run || rn->run.keys_before == NULL || rn->run.new_spki_len > 0 ||
	    (rn->stale & STALE_STORE) != 0)
		return RC_OK;
	key = find_new_key(rn);
	if (key == NULL)
		return RC_OK;
	r = renewal_keep_bytes(&rn->run.new_spki, &rn->run.new_spki_len, key->spki,
	    key->spki_len, err);
	if (r != RC_OK)
		return r;
	memcpy(rn->run.new_key_instance_id, key->instance_id,
	    sizeof(rn->run.new_key_instance_id));
	rn->ours_key[key - rn->facts.keys] = true;
	if (!rn->options->apply)
		return RC_OK;
	/* From here on it is ours, whatever happens to this process. */
	return journal_step_begin(&rn->db, &rn->run, rn->run.step, renewal_now(rn),
	    err);
}

enum rc
resume_note_keys(struct renewal *rn, struct err *err)
{
	size_t size = rn->facts.n_keys * CERT_FINGERPRINT_BYTES;
	uint8_t *keys = NULL;

	if (rn->run.keys_before != NULL)
		return RC_OK;
	keys = calloc(rn->facts.n_keys + 1, CERT_FINGERPRINT_BYTES);
	if (keys == NULL)
		return err_set(err, RC_NOMEM, "renewal: out of memory");
	for (size_t i = 0; i < rn->facts.n_keys; i++)
		memcpy(keys + i * CERT_FINGERPRINT_BYTES, rn->facts.keys[i].spki_sha256,
		    CERT_FINGERPRINT_BYTES);
	/* An empty list is told from none by one entry that no key has. */
	rn->run.keys_before = keys;
	rn->run.keys_before_len = size == 0 ? CERT_FINGERPRINT_BYTES : size;
	return RC_OK;
}

/* One that bears the secret of a CA is none for another, and the other way round; a
 * CA that goes by templates takes none without. */
static bool
suits_ca(const struct renewal *rn)
{
	struct csr_profile wanted = { 0 };

	if (rn->ca == NULL)
		return true;
	ca_prepare(rn->ca, &wanted);
	if (wanted.template_name != NULL &&
	    !csr_has_template(rn->run.signed_csr, rn->run.signed_csr_len))
		return false;
	return csr_has_challenge(rn->run.signed_csr, rn->run.signed_csr_len) ==
	    (wanted.challenge != NULL);
}

void
resume_judge_request(struct renewal *rn)
{
	const struct journal_run *run = &rn->run;

	rn->has_request = run->signed_csr_len > 0 && run->csr_len > 0 &&
	    run->new_spki_len > 0 &&
	    csr_verify_signed(run->signed_csr, run->signed_csr_len, run->csr,
		run->csr_len, run->new_spki, run->new_spki_len, NULL) == RC_OK &&
	    suits_ca(rn);
}

enum rc
resume_archive(struct renewal *rn, const struct cert *cert, const char *reason,
    struct err *err)
{
	struct journal_note note = { .reason = reason, .actor = rn->options->actor };
	enum rc r = RC_OK;

	if (rn->ca != NULL && rn->run.new_spki_len > 0) {
		/* Of a run that was taken up it is read once more. */
		r = pending_take_up(rn, err);
		note.ca = ca_name(rn->ca);
		note.ca_request_id = rn->request.ca_request_id;
	}
	if (r == RC_OK)
		r = journal_archive(&rn->db, &rn->run, cert, &note, renewal_now(rn),
		    err);
	return r;
}

enum rc
resume_step_begin(struct renewal *rn, const char *step, struct err *err)
{
	return journal_step_begin(&rn->db, &rn->run, step, renewal_now(rn), err);
}

enum rc
resume_step_end(struct renewal *rn, struct err *err)
{
	bool is_part = false;
	enum rc r = db_enter(&rn->db, &is_part, err);

	if (r != RC_OK)
		return r;
	r = journal_step_end(&rn->db, &rn->run, renewal_now(rn), err);
	if (r == RC_OK)
		r = handover_note_proof(rn, err);
	return db_leave(&rn->db, is_part, r, err);
}

/* With what was told and is true no more. */
static enum rc
close_run(struct renewal *rn, const char *outcome, const char *text, struct err *err)
{
	bool is_part = false;
	enum rc r = db_enter(&rn->db, &is_part, err);

	if (r != RC_OK)
		return r;
	r = journal_close(&rn->db, &rn->run, outcome, text, renewal_now(rn), err);
	if (r == RC_OK && strcmp(outcome, "undone") == 0)
		r = handover_note_undone(rn, err);
	return db_leave(&rn->db, is_part, r, err);
}

enum rc
resume_close(struct renewal *rn, const char *outcome, const char *text, struct err *err)
{
	enum rc r = RC_OK;

	if (!rn->has_run)
		return RC_OK;
	/* First the request: of a run that is done nothing is asked any more. */
	if (rn->ca != NULL)
		r = pending_end(rn, outcome, err);
	if (r == RC_OK)
		r = close_run(rn, outcome, text, err);
	if (r == RC_OK)
		rn->has_run = false;
	return r;
}
