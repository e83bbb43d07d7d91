/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of old and new digests, as programs like to read them.  Nothing of a key pair
 * but its public half is known here.
 */
#include "renew/handover.h"

#include <string.h>

#include "base/codec.h"
#include "base/json.h"
#include "inventory/outbox.h"
#include "inventory/role.h"
#include "policy/config.h"

enum {
	DIGEST_MAX_BYTES = 80
};

/* One of two certificates; digest NULL: there is none. */
struct side {
	const uint8_t *digest;
	const char *serial_number;
};

static void
add_digest(struct buf *out, const uint8_t digest[CERT_FINGERPRINT_BYTES])
{
	buf_add_str(out, "sha256:");
	(void)codec_hex_encode(out, digest, CERT_FINGERPRINT_BYTES);
}

static struct side
old_side(const struct renewal *rn)
{
	static const uint8_t none[CERT_FINGERPRINT_BYTES];
	const struct journal_run *run = &rn->run;

	if (memcmp(run->old_fingerprint, none, sizeof(none)) == 0)
		return (struct side){ NULL, NULL };
	return (struct side){ run->old_fingerprint, run->serial_number };
}

static struct side
new_side(const struct renewal *rn)
{
	return (struct side){ rn->new_cert->fingerprint, rn->new_cert->serial_number };
}

bool
handover_has_news(const struct renewal *rn)
{
	return rn->new_cert != NULL &&
	    memcmp(rn->new_cert->fingerprint, rn->run.old_fingerprint,
		CERT_FINGERPRINT_BYTES) != 0;
}

static void
add_side(struct json *json, const char *key, struct side side)
{
	struct buf digest;

	if (side.digest == NULL) {
		json_string(json, key, NULL);
		return;
	}
	buf_init(&digest, DIGEST_MAX_BYTES);
	add_digest(&digest, side.digest);
	json_begin_object(json, key);
	json_string(json, "fingerprint", buf_str(&digest));
	json_string(json, "serial_number", side.serial_number);
	json_end_object(json);
	buf_clear(&digest);
}

/* What it is used for, in the words of the inventory. */
static void
add_roles(const struct renewal *rn, struct json *json)
{
	const struct facts_cert *cert = renewal_find_new_cert(rn);
	unsigned int usage = USAGE_TLS;

	if (rn->procedure->replaces != 0)
		usage = cert == NULL ? 0 : cert->usage & rn->procedure->replaces;
	json_begin_array(json, "roles");
	for (size_t i = 0; i < role_n_infos; i++)
		if ((role_infos[i].usage & usage) != 0)
			json_string(json, NULL, role_infos[i].word);
	json_end_array(json);
}

void
handover_format(const struct renewal *rn, bool is_undone, struct buf *out)
{
	struct json json = { 0 };

	json_init(&json, out);
	json_begin_object(&json, NULL);
	json_string(&json, "uuid", rn->uuid);
	json_string(&json, "device", rn->options->target->name);
	add_roles(rn, &json);
	add_side(&json, "old", is_undone ? new_side(rn) : old_side(rn));
	add_side(&json, "new", is_undone ? old_side(rn) : new_side(rn));
	json_number(&json, "at", renewal_now(rn));
	json_string(&json, "program", rn->procedure->program);
	json_string(&json, "reason", is_undone ? "undone" : rn->due);
	json_end_object(&json);
	buf_add_str(out, "\n");
}

static enum rc
keep(struct renewal *rn, bool is_undone, struct err *err)
{
	struct outbox_note note = { .run_id = rn->run.id,
		.is_undone = is_undone,
		.device_uuid = rn->uuid,
		.device_name = rn->options->target->name };
	struct buf line;
	enum rc r;

	buf_init(&line, OUTBOX_LINE_MAX_BYTES);
	handover_format(rn, is_undone, &line);
	note.line = buf_str(&line);
	r = line.rc == RC_OK ? outbox_add(&rn->db, &note, renewal_now(rn), err)
			     : err_set(err, line.rc, "hand-over: its line");
	buf_clear(&line);
	return r;
}

enum rc
handover_note_proof(struct renewal *rn, struct err *err)
{
	const struct procedure_options *options = rn->options;

	if (!rn->proved || !handover_has_news(rn) ||
	    config_find(options->conf, options->target->name, "handover-command")
		    .text == NULL)
		return RC_OK;
	return keep(rn, false, err);
}

enum rc
handover_note_undone(struct renewal *rn, struct err *err)
{
	bool was_told = false;
	enum rc r = RC_OK;

	/* Of somebody else's certificate nothing is known here. */
	if (!handover_has_news(rn) || rn->is_foreign)
		return RC_OK;
	r = outbox_has(&rn->db, rn->run.id, false, &was_told, err);
	return r == RC_OK && was_told ? keep(rn, true, err) : r;
}

void
handover_tell_pin(const struct target *target, const struct cert *cert, struct buf *out)
{
	if (!target->has_pin ||
	    memcmp(target->pin, cert->spki_sha256, sizeof(target->pin)) == 0)
		return;
	buf_add_str(out, "pin ");
	add_digest(out, target->pin);
	buf_add_str(out, " -> ");
	add_digest(out, cert->spki_sha256);
	buf_add_str(out, "\n");
}

void
handover_tell(const struct renewal *rn, struct buf *out)
{
	const struct side old = old_side(rn);

	handover_format(rn, false, out);
	buf_add_str(out, "fingerprint ");
	if (old.digest == NULL)
		buf_add_str(out, "none");
	else
		add_digest(out, old.digest);
	buf_add_str(out, " -> ");
	add_digest(out, rn->new_cert->fingerprint);
	buf_add_str(out, "\n");
	if (rn->procedure->replaces == 0)
		handover_tell_pin(rn->options->target, rn->new_cert, out);
}
