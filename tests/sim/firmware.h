/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of the firmware: what may be added, bound, committed, deleted, and
 * what a restart does.  Numbers returned are PT_STATUS values.
 */
#ifndef AMTSIM_FIRMWARE_H
#define AMTSIM_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "device.h"
#include "pki.h"

/* What becomes of settings that were not committed when the power goes. */
enum restart_mode {
	RESTART_DROP,  /* lost */
	RESTART_KEEP,  /* still pending */
	RESTART_APPLY, /* in effect */
};

/* After the device file was read: own certificate, first commit, listening. */
enum rc firmware_start(struct device *dev, struct err *err);

/* Serve what the committed context names, from the next connection on. */
void firmware_serve(struct device *dev);

/* What that port presents: lent until the next firmware_serve. */
const struct served *firmware_served(const struct device *dev, enum listen_kind kind);

/* Open and close ports as the settings want it now. RC_SYSTEM. */
enum rc firmware_listen(struct device *dev, struct err *err);

/* May TLS serve this certificate? */
enum pt_status firmware_check_bind(const struct device *dev, int cert_handle);

/* Delete of the TLS context: pending, but done at once where TLS is off. */
void firmware_delete_context(struct device *dev);

/* CommitChanges; what follows on the network is firmware_after_commit. */
enum pt_status firmware_commit(struct device *dev);
void firmware_after_commit(struct device *dev);

/* Count a flash write; false when there are too many. */
bool firmware_write_flash(struct device *dev);

/* Off and on again, restart_ms later. */
void firmware_restart(struct device *dev, enum restart_mode mode);

/* Unprovision: certificates, keys, contexts and realm go; ports close. */
void firmware_unprovision(struct device *dev);
void firmware_after_unprovision(struct device *dev);

#endif
