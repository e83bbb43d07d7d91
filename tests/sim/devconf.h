/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device files: INI sections "[device NAME]" with the keys of one table, and
 * "[defaults]" for all devices of the file.
 */
#ifndef AMTSIM_DEVCONF_H
#define AMTSIM_DEVCONF_H

#include "base/buf.h"
#include "base/rc.h"

struct device;
struct sim;

enum {
	DEVCONF_SETS_MAX = 64
};

/* "KEY=VALUE" texts that win over every file. */
struct devconf_sets {
	const char *texts[DEVCONF_SETS_MAX];
	size_t n;
};

/* Create the devices of a file and add them to sim. RC_CONFIG, RC_SYSTEM. */
enum rc devconf_read(struct sim *sim, const char *path, const struct devconf_sets *sets,
    struct err *err);

/* One device without a file: defaults and the --set texts. */
enum rc devconf_bare(struct sim *sim, const char *name, const struct devconf_sets *sets,
    struct err *err);

/* "KEY=VALUE" on a running device; what needs a start has no effect. */
enum rc devconf_apply(struct device *dev, const char *text, struct err *err);

/* Append every key with its meaning. */
void devconf_help(struct buf *out);

#endif
