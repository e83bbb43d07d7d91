/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fleets: many devices that differ only in name, address, and what is wrong
 * with them.
 */
#ifndef AMTSIM_FLEET_H
#define AMTSIM_FLEET_H

#include "base/rc.h"
#include "devconf.h"

struct device;
struct fleet;
struct fleet_kind;
struct sim;

/* Texts of the command line; NULL takes the default. */
struct fleet_plan {
	const char *count;
	const char *base_address;
	const char *mix;
	const char *ca;
	const char *ca_key;
	const char *key; /* "rsa" or "p256" */
};

/*
 * Add the devices: "KIND-00001" at the address after base_address and so on,
 * kinds in turn by weight. All have the key pair of the process; certificates
 * are signed by the CA, names are NAME.fleet.example. RC_USAGE, RC_SYSTEM.
 */
enum rc fleet_make(struct sim *sim, const struct fleet_plan *plan,
    const struct devconf_sets *sets, struct err *err);

/* Give a device of a fleet its certificate, if it has none yet: ten thousand
 * signatures would keep the start waiting. Others stay as they are. */
void fleet_complete(struct device *dev);

/* NULL is fine. */
void fleet_free(struct fleet *fleet);

#endif
