/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One question to the table run.
 */
#include "inventory/ours.h"

enum rc
ours_has_key(struct db *db, const char *uuid,
    const uint8_t spki_sha256[CERT_FINGERPRINT_BYTES], bool *ret_has, struct err *err)
{
	const struct db_value values[] = { db_text(uuid),
		db_blob(spki_sha256, CERT_FINGERPRINT_BYTES) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db,
	    "SELECT 1 FROM run WHERE ?1 IN (device_uuid, '') AND new_spki_sha256 = ?2",
	    values, 2, &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	db_done(stmt);
	if (r == RC_OK)
		*ret_has = is_row;
	return r;
}

enum rc
ours_mark(struct db *db, const char *uuid, struct facts *facts, struct err *err)
{
	const char *whose = facts->uuid[0] != '\0' ? facts->uuid : uuid;
	struct facts_presented *presented = &facts->presented;
	enum rc r = RC_OK;

	if (presented->known && presented->n_certs > 0)
		r = ours_has_key(db, whose, presented->certs[0]->spki_sha256,
		    &presented->is_ours, err);
	for (size_t i = 0; r == RC_OK && i < facts->n_certs; i++)
		if (facts->certs[i].usage != USAGE_NONE)
			r = ours_has_key(db, whose, facts->certs[i].cert->spki_sha256,
			    &facts->certs[i].is_ours, err);
	return r;
}
