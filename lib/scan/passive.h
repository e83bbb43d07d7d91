/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Results for a monitoring core, in bulk: what the active check would have printed,
 * for the service of the device's host.
 */
#ifndef AMTCERT_SCAN_PASSIVE_H
#define AMTCERT_SCAN_PASSIVE_H

#include "policy/state.h"
#include "scan/loop.h"

enum {
	PASSIVE_SINKS_MAX = 4,
	PASSIVE_WAITING_MAX = 512, /* above it the scan waits */
	PASSIVE_NAME_MAX_BYTES = 255,
};

/* What the core calls the host of a device. */
enum passive_host {
	PASSIVE_HOST_NAME,   /* the device's name */
	PASSIVE_HOST_SHORT,  /* up to its first dot */
	PASSIVE_HOST_ADDRESS /* where it was reached */
};

/* Where to; everything is lent. */
struct passive_settings {
	const char *spool; /* NULL: not that way */
	const char *command;
	const char *icinga_url; /* "https://monitor.example:5665" */
	const char *icinga_user;
	const char *icinga_secret_file;
	const char *icinga_ca;
	enum passive_host host;
	const char *service; /* description of the service */
};

struct passive_result {
	const char *host;
	const char *service;
	enum state state;
	const char *text; /* as a plugin prints it */
	int64_t at;	  /* seconds since 1970 */
};

struct passive;

/* "nagios-spool=DIR", "nagios-command=FIFO", "icinga2=URL". RC_USAGE. */
enum rc passive_take(struct passive_settings *settings, const char *value,
    struct err *err);

/* "name", "short", "address". RC_USAGE. */
enum rc passive_take_host(struct passive_settings *settings, const char *value,
    struct err *err);

/* Is everything there that goes together? RC_USAGE. */
enum rc passive_check(const struct passive_settings *settings, struct err *err);

/* Open what the settings name, if anything. Errors of sink_open_...(). Caller
 * frees. */
enum rc passive_new(struct loop *loop, const struct passive_settings *settings,
    struct passive **ret_passive, struct err *err);
void passive_free(struct passive *passive);

/* A result of the device. */
void passive_put(struct passive *passive, const char *name, const char *address,
    enum state state, const char *text, int64_t at);

/* Do not hold results back any longer. */
void passive_flush(struct passive *passive);

/* Results on their way. */
size_t passive_n_waiting(const struct passive *passive);

/* What is still on its way is not taken. */
void passive_give_up(struct passive *passive);

/* Counts, and why the first result was not taken: *ret_why is lent. */
void passive_count(const struct passive *passive, int64_t *ret_n_told,
    int64_t *ret_n_untold, const struct err **ret_why);

#endif
