/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inventory as readers of devices use it: what was read and how it was
 * judged goes in, what is last known comes out.
 *
 * Who is who.  A login shows the UUID of a device, and from then on the device
 * is that UUID, whatever its name and address.  Until then it is the name that
 * the operator gave it.  So the row of a device that is known from handshakes
 * alone becomes the row of the UUID at the first login, and keeps its id; when the
 * UUID has a row already, the row of the name is taken up by it.
 *
 * A name belongs to the device that it led to last.  When it leads to another
 * UUID, that device takes the name and the one before is retired ("replaced"),
 * unless the newcomer was reached under a name of its own within
 * SNAPSHOT_NAME_KEEP_S: then the name is misdirected (a stale DNS entry), which
 * is said and nothing else is written.
 *
 * Every call is one transaction: a reader sees all of a reading or none of it.
 * Inside a transaction of the caller a call is still all or nothing: a scan that puts
 * some dozens of devices into one spares half of the work. What was written survives the end of the process at any moment; with db_relax() a
 * power cut may take the last seconds.
 */
#ifndef AMTCERT_INVENTORY_SNAPSHOT_H
#define AMTCERT_INVENTORY_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/contact.h"
#include "inventory/db.h"
#include "policy/facts.h"
#include "policy/policy.h"
#include "policy/verdict.h"

enum {
	SNAPSHOT_NAME_KEEP_S = 14 * 86400,
};

/*
 * Keep what was read of one device at facts->read_at, and its verdict, made with
 * policy from what facts hold: presented, store or both. What facts do not hold
 * stays as it was read before. Fills facts->history, and adds to the verdict
 * what only the inventory knows (verdict_judge_history). A certificate that was
 * replaced goes to the archive; what changed becomes an event. group may be NULL.
 * RC_LOCKED when others write for DB_BUSY_TIMEOUT_MS; RC_DB; RC_NOMEM. On
 * failure the inventory is as before; the verdict may have grown.
 */
enum rc snapshot_write(struct db *db, struct facts *facts, const char *group,
    const struct policy *policy, struct verdict *verdict, int64_t *ret_device_id,
    struct err *err);

/* Which device was meant. Lent. */
struct snapshot_target {
	const char *name;
	const char *address;
	int64_t port;
	const char *group; /* may be NULL */
};

/*
 * Nothing could be read: count the attempt and keep its error (made printable).
 * A device that the inventory does not know is put there, so that nobody
 * forgets it.
 */
enum rc snapshot_write_failure(struct db *db, const struct snapshot_target *target,
    enum rc failure, const char *text, int64_t now, int64_t *ret_device_id,
    struct err *err);

/* The device that is meant, and nothing said of it: put there when the inventory does
 * not know it. */
enum rc snapshot_mean(struct db *db, const struct snapshot_target *target, int64_t now,
    int64_t *ret_device_id, struct err *err);

/* The device that has this name, or this UUID. RC_NOTFOUND, err as it was. */
enum rc snapshot_find(struct db *db, const char *name, int64_t *ret_device_id,
    struct err *err);
enum rc snapshot_find_uuid(struct db *db, const char *uuid, int64_t *ret_device_id,
    struct err *err);

/* Two halves, read at different times. */
enum snapshot_part {
	SNAPSHOT_PRESENTED, /* what the TLS port showed */
	SNAPSHOT_STORE,	    /* what a login read; with the presented path of the
			     * same reading, or a later one of the same certificate */
};

/*
 * What is last known, as facts that any judge takes: read_at tells its age and is
 * 0 when that part was never read; history is filled. Only the key pairs' DER is
 * not kept. RC_NOTFOUND for an id that is none, err as it was. Clear with
 * facts_clear.
 */
enum rc snapshot_read(struct db *db, int64_t device_id, enum snapshot_part part,
    int64_t now, struct facts *ret_facts, struct err *err);

/*
 * Judge a device again from what is last known, with a policy that may be
 * another, and keep how it stands. For evaluate_amt_fleet: a changed configuration
 * counts from then on, or from the next reading. RC_NOTFOUND as above.
 */
enum rc snapshot_judge(struct db *db, int64_t device_id, const struct policy *policy,
    int64_t now, struct err *err);

#endif
