/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys of a device file whose value is a PEM file, one function each.
 */
#ifndef AMTSIM_DEVFILES_H
#define AMTSIM_DEVFILES_H

#include <stdio.h>

#include "base/rc.h"

struct device;

/* A handler's view of its key. */
struct devitem {
	struct device *dev;
	const char *value;
	const char *folder;
	struct err *err;
};

/* Open item->value for reading, relative to its folder; NULL and an error. */
FILE *devfiles_open(const struct devitem *item);

/* RC_SYSTEM when it cannot be read, RC_FORMAT when it holds nothing of that
 * kind, RC_CONFIG when another key is needed first. */
enum rc devfiles_key(const struct devitem *item);
enum rc devfiles_tls(const struct devitem *item);
enum rc devfiles_chain(const struct devitem *item);
enum rc devfiles_root(const struct devitem *item);
enum rc devfiles_read_only(const struct devitem *item);
enum rc devfiles_wired(const struct devitem *item);
enum rc devfiles_wired_root(const struct devitem *item);
enum rc devfiles_wifi_name(const struct devitem *item);
enum rc devfiles_wifi(const struct devitem *item);
enum rc devfiles_wifi_root(const struct devitem *item);
enum rc devfiles_mps_name(const struct devitem *item);
enum rc devfiles_mps(const struct devitem *item);

#endif
