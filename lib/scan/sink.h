/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every way to a monitoring core has in common.  Private to this room; others
 * see scan/passive.h.
 */
#ifndef AMTCERT_SCAN_SINK_H
#define AMTCERT_SCAN_SINK_H

#include "base/buf.h"
#include "scan/fetch.h"
#include "scan/passive.h"

/* Zeroed but for ops by its opener. */
struct sink {
	const struct sink_ops *ops;
	int64_t n_told;	  /* results that the core took, as far as its way says so */
	int64_t n_untold; /* that it did not take */
	struct err err;	  /* why the first of them was not */
};

/* Each counts a result at once or later, after flush at the latest when none waits. */
struct sink_ops {
	/* Take one; everything is lent. */
	void (*put)(struct sink *sink, const struct passive_result *result);
	/* Send on what has been held back to make a batch. */
	void (*flush)(struct sink *sink);
	/* Results that are on their way without being held back. NULL: none ever. */
	size_t (*n_waiting)(const struct sink *sink);
	/* Count what waits as untold: the time is up. NULL: nothing waits. */
	void (*give_up)(struct sink *sink);
	void (*free)(struct sink *sink);
};

/* A folder that Nagios reads results from (check_result_path). RC_SYSTEM. */
enum rc sink_open_spool(const char *folder, struct sink **ret_sink, struct err *err);

/* Nagios' command file (command_file), a FIFO; also of Icinga's
 * ExternalCommandListener. RC_SYSTEM, RC_CONNECT when nobody reads it. */
enum rc sink_open_command(const char *path, struct sink **ret_sink, struct err *err);

/* The API of Icinga 2. RC_CONFIG, RC_NOMEM, errors of secret_read_file(). */
enum rc sink_open_icinga(struct loop *loop, const struct passive_settings *settings,
    struct sink **ret_sink, struct err *err);

/* Results were not taken. */
void sink_count_untold(struct sink *sink, int64_t n, enum rc rc, const char *why);

/* Append text as Nagios wants it in one line: line feeds become \n. Its last one is
 * left out. */
enum rc sink_add_escaped(struct buf *out, const char *text);

#endif
