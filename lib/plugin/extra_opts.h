/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --extra-opts=[SECTION][@FILE]: options from an ini file, put in front of those
 * of the command line, which therefore win.  Keeps what others need not see out
 * of ps and of a monitoring system's stored command lines.
 * Source: Monitoring Plugins, "extra-opts".
 */
#ifndef AMTCERT_PLUGIN_EXTRA_OPTS_H
#define AMTCERT_PLUGIN_EXTRA_OPTS_H

#include <stddef.h>

#include "base/rc.h"

enum {
	EXTRA_OPTS_FILE_MAX_BYTES = 1024 * 1024,
	EXTRA_OPTS_MAX = 256, /* options from files in one run */
};

/* Zeroed is empty; clear with extra_opts_clear. */
struct extra_opts {
	char **words; /* made from the files; owned */
	size_t n_words;
	char **argv; /* the expanded list, NULL-terminated; its strings are lent */
	int argc;
};

/*
 * Expand every --extra-opts of argv, which must outlive the result. The section
 * is the program's name unless told; the file is $MP_CONFIG_FILE, else one in the
 * directories of $NAGIOS_CONFIG_PATH, else the first of the usual places that is
 * there; "@-" is standard input. A key of one letter becomes -k, a longer one
 * --key; "key =" is a flag; "#" and ";" begin a comment line. RC_CONFIG names the
 * file: none is there, no such section, an empty one, a line without "="; RC_SYSTEM
 * when it cannot be read, RC_LIMIT.
 */
enum rc extra_opts_expand(struct extra_opts *extra, const char *program, int argc,
    char *const *argv, struct err *err);

void extra_opts_clear(struct extra_opts *extra);

#endif
