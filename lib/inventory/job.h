/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Remedies that are to be run, in the inventory database.  A job stands for one
 * certificate of one device that is due: (device, serial number) is asked for by
 * many events and evaluations, and is one job while it is open.  Starting and
 * ending jobs: inventory/job_run.h.
 */
#ifndef AMTCERT_INVENTORY_JOB_H
#define AMTCERT_INVENTORY_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "inventory/db.h"
#include "policy/facts.h"

enum {
	JOB_WORD_SIZE = 32, /* remedy, reason, actor, class */
	JOB_CA_SIZE = 128,
	JOB_TEXT_SIZE = 512,
	JOB_SETTLE_S = 3600, /* readers may not know yet that a job is done */
};

/* Stored. Up to JOB_FAILED a job is open. */
enum job_state {
	JOB_QUEUED = 0,	  /* runs once not_before has come */
	JOB_RUNNING = 1,  /* a worker has it */
	JOB_FAILED = 2,	  /* its last attempt failed; the next is at not_before */
	JOB_DONE = 3,	  /* the remedy did it, or found nothing to do; or it was
			   * withdrawn, and exit_status is -1 */
	JOB_REFUSED = 4,  /* cannot be run as it, or its CA, is configured */
	JOB_GIVEN_UP = 5, /* failed too often */
};

/* One row; texts are printable. */
struct job {
	int64_t id;
	char device_uuid[37]; /* lower case; "" while nobody knows it */
	char device_name[FACTS_TEXT_SIZE];
	char remedy[JOB_WORD_SIZE];			   /* "renew_amt_tls" */
	char serial_number[CERT_SERIAL_MAX_BYTES * 2 + 1]; /* of the one that is due,
							    * lower-case hex; "" when
							    * it is about none */
	char reason[JOB_WORD_SIZE];			   /* "due" */
	char actor[JOB_WORD_SIZE];			   /* who asked first */
	char ca[JOB_CA_SIZE]; /* [ca NAME] it will be asked of; "": not known */
	bool is_forced;	      /* not due by its dates, and yet wanted anew */
	int64_t due_at;
	int64_t ends_at; /* the earlier, the more urgent */
	enum job_state state;
	int64_t n_attempts; /* that were begun */
	int64_t n_failed;   /* in a row */
	int64_t not_before;
	int64_t created_at;
	int64_t started_at; /* of the last attempt; 0: none */
	int64_t ended_at;
	int64_t runner_pid;	  /* of whoever watches the remedy; for people */
	int64_t exit_status;	  /* of the last attempt; -1: none, or no exit */
	char text[JOB_TEXT_SIZE]; /* the last words of the last attempt */
};

/* "queued", "running", "failed", "done", "refused", "given_up". */
const char *job_state_word(enum job_state state);

/* What is asked for. Lent; NULL is "". */
struct job_order {
	const char *device_uuid; /* "": looked up by the name */
	const char *device_name;
	const char *remedy;
	const char *serial_number;
	const char *reason;
	const char *actor;
	const char *ca;
	bool is_forced;
	int64_t due_at;
	int64_t ends_at;
	int64_t not_before;
};

enum job_answer {
	JOB_IS_NEW,
	JOB_IS_OPEN,	/* there already; made more urgent if this one is */
	JOB_IS_SETTLED, /* done within JOB_SETTLE_S: whoever asks has old news */
};

/*
 * Ask for a remedy: one transaction, on disk when it returns. ret_job may be NULL:
 * the job that stands for it now. A job that is open and does not run takes the remedy
 * that was asked for last. RC_FORMAT for a UUID, a serial number or a word that is
 * none, or without a name; RC_LOCKED; RC_DB.
 */
enum rc job_enqueue(struct db *db, const struct job_order *order, int64_t now,
    enum job_answer *ret_answer, struct job *ret_job, struct err *err);

/* RC_NOTFOUND, err as it was. */
enum rc job_find(struct db *db, int64_t id, struct job *ret_job, struct err *err);

/* The open job, or else the newest, of a device known by UUID (or "") and name.
 * RC_NOTFOUND, err as it was. */
enum rc job_find_device(struct db *db, const char *device_uuid, const char *device_name,
    struct job *ret_job, struct err *err);

enum job_choice {
	JOB_CHOICE_OPEN,    /* the most urgent first */
	JOB_CHOICE_RUNNING, /* by id */
	JOB_CHOICE_LOST,    /* refused or given up, the newest first */
};

typedef enum rc (*job_visit)(void *ctx, const struct job *job, struct err *err);

/* What the visit returns other than RC_OK ends the walk and is returned. limit -1: no
 * limit. The visit may not change jobs. */
enum rc job_each(struct db *db, enum job_choice choice, int64_t limit, job_visit visit,
    void *ctx, struct err *err);

#endif
