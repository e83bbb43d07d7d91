/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is the same for all devices of a scan, and what of it makes a target of one
 * of them.  Files that many devices name (trust anchors, client certificates) are
 * read once.
 */
#ifndef AMTCERT_SCAN_SETUP_H
#define AMTCERT_SCAN_SETUP_H

#include "amt/target.h"
#include "inventory/shelf.h"
#include "policy/setting.h"
#include "scan/roster.h"
#include "tls/shake.h"

enum {
	SETUP_OPTIONS_MAX = 32
};

enum scan_depth {
	SCAN_TLS,  /* one handshake, no login */
	SCAN_STORE /* a login, and all that it may read */
};

/* Options of a target from the command line, for every device. Values are lent. */
struct setup_options {
	const struct opt *opt[SETUP_OPTIONS_MAX];
	const char *value[SETUP_OPTIONS_MAX];
	size_t n;
};

/* Files already read; zeroed is empty, clear with setup_files_clear. */
struct setup_file;
struct setup_files {
	struct setup_file *first;
};

/* Lent for the life of a scan, files too. */
struct scan_setup {
	enum scan_depth depth;
	const struct conf *conf; /* NULL: no configuration file */
	struct setup_options options;
	struct settings settings; /* of the policy */
	struct setup_files *files;
	struct shelf *shelf; /* what CAs offer, as the inventory knows it */
	size_t n_in_flight;
	int64_t timeout_ms;  /* of a device */
	int64_t spread_ms;   /* over which starts are spread; 0: none */
	int64_t deadline_ms; /* of the whole scan, of clock_monotonic_ms() */
	int64_t now;	     /* seconds since 1970 ... */
	int64_t now_ms;	     /* ... at this clock_monotonic_ms() */
};

/* Keep an option of target_options or target_login_options for later. A value that
 * no target takes is refused at once: RC_USAGE, RC_NOMEM; RC_NOTFOUND, with err as it
 * was, when it is of neither table. */
enum rc setup_take(struct setup_options *options, const struct opt *opt,
    const char *value, struct err *err);

/*
 * The target of a device: target_init, the options, the file, and its trust
 * anchors, which stay in files. address NULL: what the file says. Errors of
 * target_complete() and anchors_read_file(). On success clear with
 * setup_target_clear.
 */
enum rc setup_target(const struct scan_setup *setup, const char *name,
    const char *address, struct target *target, struct err *err);
void setup_target_clear(struct target *target);

/* What handshakes with this target's client certificate share; lent by files.
 * Errors of shaker_new(). */
enum rc setup_shaker(const struct scan_setup *setup, const struct target *target,
    struct shaker **ret_shaker, struct err *err);

void setup_files_clear(struct setup_files *files);

/* Seconds since 1970 at a clock_monotonic_ms(). */
int64_t setup_time(const struct scan_setup *setup, int64_t at_ms);

#endif
