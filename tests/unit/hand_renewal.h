/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A renewal in the middle of its run, put together by hand: what its files judge
 * without a device.
 */
#ifndef AMTCERT_TESTS_HAND_RENEWAL_H
#define AMTCERT_TESTS_HAND_RENEWAL_H

#include "make_cert.h"
#include "renew/renewal.h"

#define HAND_NAME "pc1.example"
#define HAND_UUID "55e3ae13-bfd2-61bb-17a0-88aedd7037ea"

/* Its parts, and the options it was started with: for a test to change. */
struct hand_renewal {
	struct target target;
	struct policy policy;
	struct procedure_options options;
	struct renewal renewal;
};

/* One at that time, to be applied, on a provisioned AMT 14 with an empty store. */
struct hand_renewal *hand_renewal_new(int64_t now);

/* It is that time now; a run's time goes on by itself from there. */
void hand_set_time(struct hand_renewal *hand, int64_t now);
void hand_renewal_free(struct hand_renewal *hand);

/* Put a certificate into the store, "Cert HANDLE", or the key pair of make_key(),
 * "Key HANDLE". Returns its index. facts_match_keys() is the caller's. */
size_t hand_add_cert(struct renewal *rn, const struct make_cert *spec, int64_t handle);
size_t hand_add_copy(struct renewal *rn, const struct cert *cert, int64_t handle);
size_t hand_add_key(struct renewal *rn, const char *kind, int number, int64_t handle);

/* The certificate of the store at that index is served, and bound. */
void hand_serve(struct renewal *rn, size_t i);

/* The store holds an old pair (0) and a new one (1): a certificate each for
 * HAND_NAME, both ours; the run knows them, the new one is served, bound and
 * proved. */
void hand_finish(struct renewal *rn);

#endif
