/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inventory is opened for each question: between two of them minutes may pass, and
 * a backend without login asks none.
 */
#include "ca/known_login.h"

#include <time.h>

#include "base/clock.h"
#include "inventory/ca_login.h"

enum {
	TURN_MS = 100, /* between two looks at a login of another program */
	OPEN_TURN_MS = 20,
	NS_PER_MS = 1000000,
	WAIT_MS = 2000, /* for whoever else writes */
};

static struct ca_login
login_of(const struct https *https)
{
	const char *account = https_logname(https);

	return (struct ca_login){ .service = https_host(https),
		.account = account == NULL ? "" : account,
		.secret = https_secret(https) };
}

/* What shows no account locks none. */
static bool
is_of_use(const struct known_login *known, const struct https *https)
{
	return known->file != NULL && https != NULL &&
	    https_auth_of(https) != HTTPS_AUTH_NONE &&
	    https_auth_of(https) != HTTPS_AUTH_CERTIFICATE;
}

static void
pause_ms(int64_t ms)
{
	const struct timespec pause = { .tv_nsec = (long)ms * NS_PER_MS };

	(void)nanosleep(&pause, NULL);
}

/*
 * RC_NOTFOUND, err as it was: there is none. Who may only read is content with that.
 * SQLite does not wait for who is about to remove the log of the file: we do.
 */
static enum rc
open_inventory(const char *file, struct db *db, struct err *err)
{
	int64_t until_ms = clock_monotonic_ms() + WAIT_MS;
	struct err refused = { 0 };
	enum rc r = db_open_existing(file, false, WAIT_MS, db, &refused);

	while (r == RC_LOCKED && clock_monotonic_ms() < until_ms) {
		pause_ms(OPEN_TURN_MS);
		err_clear(&refused);
		r = db_open_existing(file, false, WAIT_MS, db, &refused);
	}
	if (r == RC_OK || r == RC_NOTFOUND)
		return r;
	if (r == RC_LOCKED)
		return err_set(err, r, "%s", refused.text);
	return db_open_existing(file, true, WAIT_MS, db, err);
}

static enum rc
refuse(const struct ca_login *login, const struct ca_login_answer *answer,
    struct err *err)
{
	const char *what =
	    login->secret != NULL ? login->account : "this host's ticket";
	char ago[CLOCK_DURATION_SIZE], until[CLOCK_TIME_SIZE];

	if (answer->standing == CA_LOGIN_TRIED)
		return err_set(err, RC_LOCKED,
		    "%s: another program tries the login of %s right now",
		    login->service, what);
	(void)clock_format_duration(clock_now() - answer->refused_at, ago);
	if (answer->next_at != 0)
		return err_set(err, RC_AUTH,
		    "%s: login of %s refused %s ago; not tried again before %s",
		    login->service, what, ago,
		    clock_format_time(answer->next_at, until));
	return err_set(err, RC_AUTH,
	    "%s: login of %s refused %s ago; not tried again until the secret changes, or "
	    "--retry-ca-login says that it will be taken",
	    login->service, what, ago);
}

static enum rc
ask_once(struct known_login *known, const struct ca_login *login, struct err *err)
{
	struct ca_login_answer answer = { .standing = CA_LOGIN_MAY };
	struct db db = { 0 };
	enum rc r = open_inventory(known->file, &db, err);

	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r == RC_OK)
		r = ca_login_ask(&db, login, clock_now(), &answer, err);
	db_close(&db);
	if (r == RC_OK && answer.standing != CA_LOGIN_MAY)
		return refuse(login, &answer, err);
	known->has_claim = r == RC_OK;
	return r;
}

enum rc
known_login_ask(struct known_login *known, const struct https *https,
    int64_t deadline_ms, struct err *err)
{
	struct ca_login login;
	struct err cause = { 0 };
	enum rc r;

	if (!is_of_use(known, https) || known->has_claim)
		return RC_OK;
	login = login_of(https);
	r = ask_once(known, &login, &cause);
	while (r == RC_LOCKED && clock_monotonic_ms() + TURN_MS < deadline_ms) {
		pause_ms(TURN_MS);
		err_clear(&cause);
		r = ask_once(known, &login, &cause);
	}
	return r == RC_OK ? r : err_set(err, r, "%s", cause.text);
}

enum rc
known_login_note(struct known_login *known, const struct https *https, bool is_proof,
    struct err *err)
{
	enum https_login seen = HTTPS_LOGIN_NOT_SHOWN;
	struct ca_login login;
	struct db db = { 0 };
	enum rc r;

	if (is_of_use(known, https))
		seen = https_login_of(https);
	if (seen == known->noted || seen == HTTPS_LOGIN_NOT_SHOWN ||
	    (seen == HTTPS_LOGIN_TAKEN && !is_proof))
		return RC_OK;
	login = login_of(https);
	r = open_inventory(known->file, &db, err);
	if (r == RC_NOTFOUND || (r == RC_OK && db.read_only)) {
		db_close(&db);
		return RC_OK;
	}
	if (r == RC_OK)
		r = ca_login_note(&db, &login, seen == HTTPS_LOGIN_REFUSED, clock_now(),
		    err);
	db_close(&db);
	if (r == RC_OK)
		known->noted = seen;
	return r;
}

void
known_login_end(struct known_login *known, const struct https *https)
{
	struct ca_login login;
	struct db db = { 0 };

	if (!is_of_use(known, https) || !known->has_claim ||
	    known->noted != HTTPS_LOGIN_NOT_SHOWN)
		return;
	login = login_of(https);
	if (open_inventory(known->file, &db, NULL) == RC_OK && !db.read_only)
		(void)ca_login_withdraw(&db, &login, NULL);
	db_close(&db);
}

enum rc
known_login_forget(const struct known_login *known, const struct https *https,
    struct err *err)
{
	struct db db = { 0 };
	enum rc r;

	if (!is_of_use(known, https))
		return RC_OK;
	r = db_open_existing(known->file, false, WAIT_MS, &db, err);
	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r == RC_OK)
		r = ca_login_forget(&db, https_host(https), err);
	db_close(&db);
	return r;
}
