/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judgement: facts + policy + now to findings.  Pure functions; the table of
 * reasons is the only place that knows how bad a cause is and what cures it.
 */
#ifndef AMTCERT_POLICY_VERDICT_H
#define AMTCERT_POLICY_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/facts.h"
#include "policy/maker.h"
#include "policy/policy.h"
#include "policy/state.h"
#include "policy/watch.h"

/*
 * name, state, word (JSON, stable), remedy, sentence.
 * REMEDY_... : see policy/remedy.h. A reason whose state depends on a
 * threshold has the worst it can reach here.
 */
#define REASON_MAP(X)                                                                  \
	X(REASON_VALID, STATE_OK, "valid", REMEDY_NONE, "valid")                       \
	X(REASON_IN_GRACE, STATE_OK, "in_grace", REMEDY_RENEW_TLS,                     \
	    "renewal due, in grace")                                                   \
	X(REASON_DUE, STATE_WARNING, "due", REMEDY_RENEW_TLS, "renewal due")           \
	X(REASON_FLOOR, STATE_CRITICAL, "floor", REMEDY_RENEW_TLS, "renewal overdue")  \
	X(REASON_THRESHOLD_WARNING, STATE_WARNING, "threshold_warning",                \
	    REMEDY_RENEW_TLS, "time left beyond the warning threshold")                \
	X(REASON_THRESHOLD_CRITICAL, STATE_CRITICAL, "threshold_critical",             \
	    REMEDY_RENEW_TLS, "time left beyond the critical threshold")               \
	X(REASON_EXPIRED, STATE_CRITICAL, "expired", REMEDY_REPROVISION_TLS,           \
	    "expired")                                                                 \
	X(REASON_KEY_ONLY, STATE_CRITICAL, "key_only", REMEDY_REPROVISION_TLS,         \
	    "reachable by digest only, known by its key")                              \
	X(REASON_NOT_YET_VALID, STATE_CRITICAL, "not_yet_valid", REMEDY_RENEW_TLS,     \
	    "not yet valid")                                                           \
	X(REASON_PERIOD_REVERSED, STATE_CRITICAL, "period_reversed", REMEDY_RENEW_TLS, \
	    "notAfter lies before notBefore")                                          \
	X(REASON_WRONG_NAME, STATE_CRITICAL, "wrong_name", REMEDY_RENEW_TLS,           \
	    "certificate does not name this device")                                   \
	X(REASON_NO_NAME, STATE_CRITICAL, "no_name", REMEDY_RENEW_TLS,                 \
	    "certificate names no host")                                               \
	X(REASON_CN_ONLY, STATE_OK, "cn_only", REMEDY_RENEW_TLS,                       \
	    "named by common name only, no subjectAltName")                            \
	X(REASON_UNKNOWN_ANCHOR, STATE_CRITICAL, "unknown_anchor", REMEDY_PERSON,      \
	    "path does not end at a configured trust anchor")                          \
	X(REASON_SELF_SIGNED, STATE_CRITICAL, "self_signed", REMEDY_PERSON,            \
	    "self-signed, not a configured trust anchor")                              \
	X(REASON_BAD_SIGNATURE, STATE_CRITICAL, "bad_signature", REMEDY_PERSON,        \
	    "a signature in the path does not verify")                                 \
	X(REASON_BAD_PATH, STATE_CRITICAL, "bad_path", REMEDY_PERSON,                  \
	    "path is not valid for a TLS server")                                      \
	X(REASON_NO_ANCHOR, STATE_UNKNOWN, "no_anchor", REMEDY_PERSON,                 \
	    "no trust anchor and no pin configured")                                   \
	X(REASON_PIN_MISMATCH, STATE_CRITICAL, "pin_mismatch", REMEDY_PERSON,          \
	    "key differs from the pinned one")                                         \
	X(REASON_WEAK_KEY, STATE_CRITICAL, "weak_key", REMEDY_RENEW_TLS, "weak key")   \
	X(REASON_WEAK_DIGEST, STATE_CRITICAL, "weak_digest", REMEDY_RENEW_TLS,         \
	    "weak signature digest")                                                   \
	X(REASON_TEMPLATE_OLD, STATE_WARNING, "template_old", REMEDY_RENEW_TLS,        \
	    "template major version below the wanted one")                             \
	X(REASON_NO_TEMPLATE, STATE_CRITICAL, "no_template", REMEDY_PERSON,            \
	    "no template version, though one is wanted")                               \
	X(REASON_TEMPLATE_SUPERSEDED, STATE_WARNING, "template_superseded",            \
	    REMEDY_RENEW_TLS, "another template takes the place of this one")          \
	X(REASON_TEMPLATE_OUTDATED, STATE_WARNING, "template_outdated", REMEDY_PERSON, \
	    "another template takes the place of the configured one")                  \
	X(REASON_TEMPLATE_LAGGING, STATE_WARNING, "template_lagging", REMEDY_PERSON,   \
	    "issued by a template version that was not wanted any more")               \
	X(REASON_TEMPLATE_NEWER, STATE_UNKNOWN, "template_newer", REMEDY_PERSON,       \
	    "template major version above the one the CA says")                        \
	X(REASON_TEMPLATE_GONE, STATE_WARNING, "template_gone", REMEDY_PERSON,         \
	    "template is no longer offered")                                           \
	X(REASON_TEMPLATE_UNVERSIONED, STATE_OK, "template_unversioned", REMEDY_NONE,  \
	    "version 1 template, has no version")                                      \
	X(REASON_OFFERS_STALE, STATE_WARNING, "offers_stale", REMEDY_PERSON,           \
	    "what the CA offers was read too long ago")                                \
	X(REASON_LIFETIME_LONG, STATE_WARNING, "lifetime_long", REMEDY_PERSON,         \
	    "lifetime above the allowed one")                                          \
	X(REASON_MAKER, STATE_OK, "maker", REMEDY_NONE,                                \
	    "made by somebody who does not renew it")                                  \
	X(REASON_NO_END, STATE_OK, "no_end", REMEDY_NONE,                              \
	    "no well-defined expiration (9999-12-31)")                                 \
	X(REASON_TLS_OFF, STATE_CRITICAL, "tls_off", REMEDY_REPROVISION_TLS,           \
	    "TLS is off")                                                              \
	X(REASON_NO_CONTEXT, STATE_CRITICAL, "no_context", REMEDY_REPROVISION_TLS,     \
	    "no certificate is bound to TLS")                                          \
	X(REASON_CONTEXT_DANGLING, STATE_CRITICAL, "context_dangling",                 \
	    REMEDY_REPROVISION_TLS, "bound certificate is not in the store")           \
	X(REASON_NOT_SERVED, STATE_CRITICAL, "not_served", REMEDY_RENEW_TLS,           \
	    "served certificate is not the bound one")                                 \
	X(REASON_NO_KEY, STATE_CRITICAL, "no_key", REMEDY_RENEW_TLS,                   \
	    "bound certificate has no key pair in the store")                          \
	X(REASON_KEY_OUTDATED, STATE_WARNING, "key_outdated", REMEDY_RENEW_TLS,        \
	    "key that this firmware would not take any more")                          \
	X(REASON_ORPHAN_CERT, STATE_OK, "orphan_cert", REMEDY_PRUNE_STORE,             \
	    "certificate that nothing uses")                                           \
	X(REASON_ORPHAN_KEY, STATE_OK, "orphan_key", REMEDY_PRUNE_STORE,               \
	    "key pair without certificate")                                            \
	X(REASON_SUPERSEDED, STATE_OK, "superseded", REMEDY_PRUNE_STORE,               \
	    "superseded certificate")                                                  \
	X(REASON_STORE_FULL, STATE_WARNING, "store_full", REMEDY_PRUNE_STORE,          \
	    "no free place for a renewal")                                             \
	X(REASON_STORE_CROWDED, STATE_WARNING, "store_crowded", REMEDY_PERSON,         \
	    "no free place for a renewal, and nothing that is not used")               \
	X(REASON_CLOCK_OFF, STATE_CRITICAL, "clock_off", REMEDY_SYNC_CLOCK,            \
	    "device clock is off")                                                     \
	X(REASON_UNPROVISIONED, STATE_CRITICAL, "unprovisioned", REMEDY_PERSON,        \
	    "device is not provisioned")                                               \
	X(REASON_WANTS_CLIENT_CERT, STATE_OK, "wants_client_cert", REMEDY_NONE,        \
	    "device demands a client certificate")                                     \
	X(REASON_EXTRA_PRESENTED, STATE_OK, "extra_presented", REMEDY_NONE,            \
	    "presented certificate that the path does not need")                       \
	X(REASON_UNREADABLE, STATE_OK, "unreadable", REMEDY_NONE,                      \
	    "entry of the store that cannot be read")                                  \
	X(REASON_LAST_KNOWN, STATE_OK, "last_known", REMEDY_NONE,                      \
	    "as last read, not as it is now")                                          \
	X(REASON_STALE, STATE_WARNING, "stale", REMEDY_PERSON,                         \
	    "not read for longer than allowed")                                        \
	X(REASON_NEVER_READ, STATE_UNKNOWN, "never_read", REMEDY_PERSON, "never read") \
	X(REASON_WILL_MISS, STATE_WARNING, "will_miss", REMEDY_PERSON,                 \
	    "likely to miss its renewal window")                                       \
	X(REASON_REALM_CHANGED, STATE_WARNING, "realm_changed", REMEDY_PERSON,         \
	    "realm changed: the device was unprovisioned or replaced")                 \
	X(REASON_REPLACED, STATE_WARNING, "replaced", REMEDY_PERSON,                   \
	    "another device answers to this name")                                     \
	X(REASON_MISDIRECTED, STATE_WARNING, "misdirected", REMEDY_PERSON,             \
	    "the name leads to a device of another name")                              \
	X(REASON_ADDRESS_REUSED, STATE_OK, "address_reused", REMEDY_NONE,              \
	    "address that another device had")                                         \
	X(REASON_SECOND_MANAGER, STATE_WARNING, "second_manager", REMEDY_PERSON,       \
	    "our certificate was replaced by another manager")                         \
	X(REASON_MANAGERS_FIGHT, STATE_CRITICAL, "managers_fight", REMEDY_PERSON,      \
	    "two managers replace each other's certificates")                          \
	X(REASON_ISSUER_CHANGED, STATE_OK, "issuer_changed", REMEDY_NONE,              \
	    "issuer of the certificate changed")                                       \
	X(REASON_CLOCK_RIGHT, STATE_OK, "clock_right", REMEDY_NONE,                    \
	    "device clock is right")                                                   \
	X(REASON_CLOCK_UNKNOWN, STATE_UNKNOWN, "clock_unknown", REMEDY_PERSON,         \
	    "device does not tell its time")                                           \
	X(REASON_NO_8021X, STATE_OK, "no_8021x", REMEDY_NONE,                          \
	    "no certificate is used for 802.1X")                                       \
	X(REASON_NO_ROOT, STATE_OK, "no_root", REMEDY_NONE,                            \
	    "no trust anchor in the firmware")                                         \
	X(REASON_ROOT_MISSING, STATE_CRITICAL, "root_missing", REMEDY_INSTALL_ROOT,    \
	    "wanted trust anchor is not in the firmware")                              \
	X(REASON_NOT_A_CA, STATE_CRITICAL, "not_a_ca", REMEDY_PERSON,                  \
	    "not the certificate of a CA")                                             \
	X(REASON_CRL_VALID, STATE_OK, "crl_valid", REMEDY_NONE,                        \
	    "revocation list is current")                                              \
	X(REASON_CRL_ENDS, STATE_WARNING, "crl_ends", REMEDY_PERSON,                   \
	    "revocation list is about to end")                                         \
	X(REASON_CRL_ENDED, STATE_CRITICAL, "crl_ended", REMEDY_PERSON,                \
	    "revocation list has ended")                                               \
	X(REASON_SETUP_PURPOSE, STATE_CRITICAL, "setup_purpose", REMEDY_PERSON,        \
	    "firmware does not take it for remote configuration")                      \
	X(REASON_SETUP_KEY, STATE_CRITICAL, "setup_key", REMEDY_PERSON,                \
	    "its private key is not in the file")                                      \
	X(REASON_SETUP_PATH, STATE_WARNING, "setup_path", REMEDY_PERSON,               \
	    "the file does not hold its path to the root")                             \
	X(REASON_SETUP_OUTLOOK, STATE_OK, "setup_outlook", REMEDY_NONE,                \
	    "newer firmware or public CAs will not take it")                           \
	X(REASON_CA_READY, STATE_OK, "ca_ready", REMEDY_NONE, "the CA can renew")      \
	X(REASON_CA_STAND_ALONE, STATE_CRITICAL, "ca_stand_alone", REMEDY_PERSON,      \
	    "stand-alone CA: no template, cannot re-enrol")                            \
	X(REASON_CA_UNREACHABLE, STATE_CRITICAL, "ca_unreachable", REMEDY_PERSON,      \
	    "the CA cannot be reached")                                                \
	X(REASON_CA_NOT_PERMITTED, STATE_CRITICAL, "ca_not_permitted", REMEDY_PERSON,  \
	    "the CA does not permit it")                                               \
	X(REASON_CA_NO_TEMPLATE, STATE_CRITICAL, "ca_no_template", REMEDY_PERSON,      \
	    "the template is not published")                                           \
	X(REASON_CA_CONFIG, STATE_CRITICAL, "ca_config", REMEDY_PERSON,                \
	    "the CA, or what we know of it, is not set up for this")                   \
	X(REASON_CA_BAD_ANSWER, STATE_CRITICAL, "ca_bad_answer", REMEDY_PERSON,        \
	    "the CA gives no answer of use")                                           \
	X(REASON_CA_APPROVAL, STATE_OK, "ca_approval", REMEDY_NONE,                    \
	    "a person must approve each request")                                      \
	X(REASON_CA_OFFERS, STATE_OK, "ca_offers", REMEDY_NONE,                        \
	    "what its policy service offers")                                          \
	X(REASON_CA_ENDS, STATE_CRITICAL, "ca_ends", REMEDY_PERSON,                    \
	    "the CA is about to end")                                                  \
	X(REASON_CA_SHORTENS, STATE_OK, "ca_shortens", REMEDY_NONE,                    \
	    "what the CA issues is cut to its own end")                                \
	X(REASON_CA_PENDING, STATE_CRITICAL, "ca_pending", REMEDY_PERSON,              \
	    "a request waits at the CA")                                               \
	X(REASON_KEY_CHANGED, STATE_OK, "key_changed", REMEDY_NONE,                    \
	    "another key than the one last seen, not by a renewal of ours")            \
	X(REASON_NO_INVENTORY, STATE_OK, "no_inventory", REMEDY_PERSON,                \
	    "the inventory could not be used")

enum remedy {
	REMEDY_NONE,
	REMEDY_RENEW_TLS,
	REMEDY_REPROVISION_TLS,
	REMEDY_RENEW_8021X,
	REMEDY_PRUNE_STORE,
	REMEDY_INSTALL_ROOT,
	REMEDY_SYNC_CLOCK,
	REMEDY_PERSON,
};

enum reason {
#define REASON_ENUM(name, state, word, remedy, sentence) name,
	REASON_MAP(REASON_ENUM)
#undef REASON_ENUM
};

const char *reason_word(enum reason reason);
const char *reason_sentence(enum reason reason);

/* The reason that has this word; REASON_VALID when none has. */
enum reason reason_find(const char *word);

enum {
	VERDICT_FINDINGS_MAX = 4096,
	FINDING_TEXT_SIZE = 384,
	FINDING_SLOT_SIZE = 32
};

/* One line of the judgement. */
struct finding {
	enum reason reason;
	enum state state;
	enum remedy remedy;
	/* "leaf", "issuer", "issuer_2", "anchor"; "tls", "8021x_wired", "handle_3";
	 * "" for the device as a whole */
	char slot[FINDING_SLOT_SIZE];
	/* One printable line, free of the four words of states; names the certificate
	 * unless it is the leaf. */
	char text[FINDING_TEXT_SIZE];
	bool has_left;	/* false: not about one certificate, or a note */
	int64_t left_s; /* of the certificate meant */
	int64_t not_after;
};

/* The numbers behind one judged certificate, for perfdata and --explain. */
struct judged {
	char slot[FINDING_SLOT_SIZE];
	const struct cert *cert; /* lent from the facts, as watch from the policy */
	unsigned int usage;
	enum maker maker;	/* MAKER_UNASKED of a CA */
	enum policy_rule rule;	/* that gave the window: a CA's may be another */
	int64_t renew_before_s; /* R, as applied */
	struct watch watch;	/* who says so, and what else of the template */
	int64_t left_s;
	int64_t lifetime_s;
	int64_t window_s;
	int64_t floor_s;
	int64_t due_at;
	int64_t due_left_s; /* due_at - now; negative: overdue */
	enum state state;
	struct range warning; /* as applied, in seconds left; where the due rule
			       * decides, START: is its last second */
	struct range critical;
	bool has_warning;
	bool has_critical;
};

/* Zeroed is empty; clear with verdict_clear. */
struct verdict {
	enum state state; /* worst of the findings; says nothing without any */
	struct finding *findings;
	size_t n_findings;
	struct judged *judged;
	size_t n_judged;
	size_t deciding;     /* index of the finding that set the state */
	size_t first_to_end; /* index into judged: the earliest end */
};

/*
 * Judge what the TLS port presented: pin, path and anchor, name, and of every
 * element of the path dates, key and digest. The path is the verified one, or,
 * when there is none, what the names of issuers lead to among the presented.
 * A CA is judged by autoenroll where the policy is fraction: a third of twenty
 * years is no renewal window. Adds nothing unless facts.presented.known.
 */
enum rc verdict_judge_presented(const struct facts *facts, const struct policy *policy,
    int64_t now, struct verdict *verdict, struct err *err);

/*
 * Judge the store: every bound certificate by its usage, TLS settings and
 * context, clock; superseded, orphaned and unreadable entries as notes. The name
 * is judged when nothing was presented. Adds nothing unless facts.has_store.
 */
enum rc verdict_judge_store(const struct facts *facts, const struct policy *policy,
    int64_t now, struct verdict *verdict, struct err *err);

/* The same of 802.1X alone, wired and wireless: its client certificates, and the
 * roots that its contexts name. */
enum rc verdict_judge_8021x(const struct facts *facts, const struct policy *policy,
    int64_t now, struct verdict *verdict, struct err *err);

/*
 * Judge the trust anchors in the store, by the rules for a CA; and are those
 * there that the operator wants (lent; compared byte for byte)? A device that
 * demands client certificates and trusts nobody is a finding, too.
 */
enum rc verdict_judge_roots(const struct facts *facts, const struct policy *policy,
    struct cert *const *wanted, size_t n_wanted, int64_t now, struct verdict *verdict,
    struct err *err);

/* Judge facts.clock alone: how far off, or that it is not known. */
enum rc verdict_judge_clock(const struct facts *facts, const struct policy *policy,
    int64_t now, struct verdict *verdict, struct err *err);

/*
 * Judge what the inventory knows (facts.history): the age of the facts against
 * max_age_s, contacts against the renewal window of the TLS certificate, which
 * must be judged before, and what changed. Adds nothing unless it is known.
 */
enum rc verdict_judge_history(const struct facts *facts, const struct policy *policy,
    int64_t now, struct verdict *verdict, struct err *err);

/* Add what a program could not use or keep beside the device: a note, with that text,
 * a message of ours, as one line. */
enum rc verdict_note(struct verdict *verdict, enum reason reason, const char *text,
    struct err *err);

/*
 * All add to the verdict, whose cert pointers are lent from the facts. The worst
 * finding wins, among equals the one whose certificate ends first, then the one
 * that came first; a note never wins over a certificate that is valid. RC_NOMEM,
 * RC_LIMIT; the verdict may then hold a part and is cleared as usual.
 */

void verdict_clear(struct verdict *verdict);

#endif
