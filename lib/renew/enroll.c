/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PKCS#10 with the firmware's key, and the CA behind ca/ca.h.  Nothing that a
 * CA returned goes further than this file unless ca/accept.h took it.
 */
#include "renew/enroll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "amt/change.h"
#include "base/clock.h"
#include "base/text.h"
#include "ca/accept.h"
#include "renew/look.h"
#include "renew/offered.h"
#include "renew/pending.h"
#include "renew/resume.h"
#include "renew/trial.h"
#include "x509/csr.h"
#include "x509/name.h"

enum {
	WARNINGS_MAX_BYTES = 4096,
	WAY_BACK_MS = 20000, /* of a run that a CA has kept waiting */
	WAY_BACK_SHARE = 3,  /* of the time that is left, at most a third */
};

static bool
is_address(const char *name)
{
	return strchr(name, ':') != NULL || name[strspn(name, "0123456789.")] == '\0';
}

enum rc
enroll_fill_profile(struct renewal *rn, struct err *err)
{
	const char *name = rn->options->target->name;
	const struct facts_presented *presented = &rn->facts.presented;
	size_t n = 0;
	enum rc r = RC_OK;

	if (is_address(name))
		return err_set(err, RC_STATE,
		    "%s: a certificate is issued for a DNS name: give it with "
		    "--hostname, and the address with --address",
		    name);
	rn->profile =
	    (struct csr_profile){ .common_name = name, .eku = CERT_EKU_SERVER_AUTH };
	if (rn->served == NULL || presented->path.ignoring_time != PATH_OK)
		return RC_OK;
	cert_free(rn->names_from);
	rn->names_from = NULL;
	r = cert_dup(rn->served, &rn->names_from, err);
	for (size_t i = 0; r == RC_OK && i < rn->names_from->n_san_dns; i++) {
		const char *other = rn->names_from->san_dns[i];

		if (n == RENEWAL_DNS_NAMES_MAX || strcasecmp(other, name) == 0 ||
		    !text_is_hostname(other) || is_address(other))
			continue;
		rn->dns_names[n++] = other;
	}
	rn->profile.dns_names = rn->dns_names;
	rn->profile.n_dns_names = n;
	return r;
}

/* What the new certificate takes the place of; NULL: nothing. */
static const struct cert *
due_cert(const struct renewal *rn)
{
	const struct procedure *procedure = rn->procedure;

	return procedure->due_cert == NULL ? NULL : procedure->due_cert(rn);
}

/* A CA that hangs may not take the time to leave the device as it was. */
static int64_t
deadline_ms(const struct renewal *rn)
{
	int64_t back_ms = renewal_left_ms(rn) / WAY_BACK_SHARE;

	if (!rn->wrote)
		return rn->options->deadline_ms;
	if (back_ms > WAY_BACK_MS)
		back_ms = WAY_BACK_MS;
	return rn->options->deadline_ms - back_ms;
}

void
enroll_fill_request(const struct renewal *rn, const uint8_t *csr, size_t csr_len,
    struct ca_request *ret_request)
{
	int64_t now = renewal_now(rn);
	int64_t theirs = renewal_device_now(rn);

	*ret_request = (struct ca_request){ .profile = rn->profile,
		.csr = csr,
		.csr_len = csr_len,
		.key_kind = rn->generation->key_kind,
		.key_bits = rn->generation->key_bits,
		.digest = rn->generation->digest,
		.current = due_cert(rn),
		.not_before_max = theirs < now ? theirs : now,
		.now = now,
		.deadline_ms = deadline_ms(rn) };
}

static void
fill_request(const struct renewal *rn, struct ca_request *request)
{
	enroll_fill_request(rn, rn->run.signed_csr, rn->run.signed_csr_len, request);
}

static void
forget_issuers(struct renewal *rn)
{
	for (size_t i = 0; i < rn->n_issuers; i++)
		cert_free(rn->issuers[i]);
	rn->n_issuers = 0;
}

/* One that the device should present beside its own; a root it need not. */
static enum rc
keep_issuer(struct renewal *rn, const struct cert *cert, struct err *err)
{
	enum rc r = RC_OK;

	if (cert->is_self_issued || rn->n_issuers == CA_CHAIN_MAX)
		return RC_OK;
	r = cert_dup(cert, &rn->issuers[rn->n_issuers], err);
	if (r == RC_OK)
		rn->n_issuers++;
	return r;
}

/* What the CA knows of its path already, so that the plan can name it. */
static enum rc
expect_issuers(struct renewal *rn, struct err *err)
{
	size_t n = 0;
	struct cert *const *chain = ca_chain(rn->ca, &n);
	enum rc r = RC_OK;

	forget_issuers(rn);
	for (size_t i = 0; r == RC_OK && i < n; i++)
		r = keep_issuer(rn, chain[i], err);
	return r;
}

static bool
is_overheard(const struct renewal *rn)
{
	return rn->options->target->plain && !rn->over_tls;
}

enum rc
enroll_preflight(struct renewal *rn, struct err *err)
{
	struct ca_request request;
	int64_t lifetime_s = 0;
	enum rc r = RC_OK;

	r = pending_take_up(rn, err);
	if (r != RC_OK)
		return r;
	/* A CA that has the request is asked after it, not whether it would. */
	if (pending_is_at_ca(rn))
		return expect_issuers(rn, err);
	ca_prepare(rn->ca, &rn->profile);
	if (rn->profile.challenge != NULL && is_overheard(rn))
		return err_set(err, RC_STATE,
		    "CA %s: a request for it bears a secret, and --plain would send it "
		    "over the network in the clear",
		    ca_name(rn->ca));
	fill_request(rn, &request);
	r = ca_preflight(rn->ca, &request, &rn->ca_facts, err);
	if (r == RC_OK || r == RC_CA) {
		enum rc kept = offered_learn(rn, err);

		r = r == RC_OK ? kept : r;
	}
	/* One that is out of reach may well be able to. */
	rn->ca_cannot = r == RC_CA && rn->ca_facts.outcome != CA_RETRY;
	if (r != RC_OK)
		return r;
	lifetime_s = rn->ca_facts.lifetime_s;
	rn->ca_cannot = lifetime_s > 0 &&
	    policy_is_due(rn->options->policy, request.now, request.now + lifetime_s,
		request.now);
	if (rn->ca_cannot)
		return err_set(err, RC_CA,
		    "CA %s: what it issues (%lld days) would be due at once by policy %s",
		    ca_name(rn->ca), (long long)(lifetime_s / CLOCK_DAY_S),
		    policy_rule_text(rn->options->policy->rule));
	return expect_issuers(rn, err);
}

enum rc
enroll_sign(struct renewal *rn, struct err *err)
{
	const struct facts_key *key = renewal_find_new_key(rn);
	struct journal_run *run = &rn->run;
	const char *digest = rn->generation->digest;
	uint8_t *csr = NULL;
	uint8_t *signed_csr = NULL;
	size_t csr_len = 0;
	size_t signed_len = 0;
	enum rc r = RC_OK;

	if (key == NULL)
		return err_set(err, RC_LOST, "the new key pair is not in the store");
	ca_prepare(rn->ca, &rn->profile);
	r = csr_build(&rn->profile, run->new_spki, run->new_spki_len, digest, &csr,
	    &csr_len, err);
	if (r == RC_OK)
		r = look_connect(rn, err);
	if (r == RC_OK)
		r = change_sign_csr(rn->device, key->instance_id, digest, csr, csr_len,
		    &signed_csr, &signed_len, &rn->status, err);
	if (r == RC_OK)
		r = csr_verify_signed(signed_csr, signed_len, csr, csr_len,
		    run->new_spki, run->new_spki_len, err);
	if (r == RC_OK)
		r = renewal_keep_bytes(&run->csr, &run->csr_len, csr, csr_len, err);
	if (r == RC_OK)
		r = renewal_keep_bytes(&run->signed_csr, &run->signed_csr_len,
		    signed_csr, signed_len, err);
	if (r == RC_OK)
		rn->has_request = true;
	free(csr);
	free(signed_csr);
	return r;
}

/* The operator's anchors are those of what the device serves: a network may trust
 * another CA. */
static const struct anchors *
choose_anchors(const struct renewal *rn)
{
	const struct anchors *own = rn->options->target->anchors;
	const struct anchors *of_ca = ca_anchors(rn->ca);

	if (rn->profile.eku == CERT_EKU_CLIENT_AUTH)
		return of_ca != NULL ? of_ca : own;
	return own != NULL ? own : of_ca;
}

/* The verified path names the issuers for certain. */
static enum rc
keep_issuers(struct renewal *rn, const struct cert *leaf, struct cert *const *chain,
    size_t n_chain, struct err *err)
{
	const struct anchors *anchors = choose_anchors(rn);
	struct cert *list[CA_CHAIN_MAX + 1] = { NULL };
	struct path path = { 0 };
	enum rc r = cert_dup(leaf, &list[0], err);

	if (r != RC_OK)
		return r;
	forget_issuers(rn);
	for (size_t i = 0; i < n_chain && i < CA_CHAIN_MAX; i++)
		list[i + 1] = chain[i];
	r = rn->profile.eku == CERT_EKU_CLIENT_AUTH
	    ? path_verify_client(anchors, list, n_chain + 1, renewal_now(rn), 0, &path,
		  err)
	    : path_verify(anchors, list, n_chain + 1, renewal_now(rn), 0, &path, err);
	for (size_t i = 1; r == RC_OK && i < path.n_elements; i++)
		r = keep_issuer(rn, path.elements[i], err);
	path_clear(&path);
	cert_free(list[0]);
	return r;
}

/* One that cannot be read stops no renewal. */
static struct revocation_lists *
read_lists(const struct renewal *rn)
{
	const char *path = ca_revocation_file(rn->ca);
	struct revocation_lists *lists = NULL;
	struct err cause = { 0 };

	if (path != NULL && revocation_lists_read(path, &lists, &cause) != RC_OK)
		renewal_say(rn, "enroll", cause.text);
	return lists;
}

/* With these helpers for its path; request tells the CSR. */
static enum rc
judge(struct renewal *rn, const struct ca_request *request, const struct cert *leaf,
    struct cert *const *chain, size_t n_chain, struct err *err)
{
	const struct policy policy = offered_policy_for(rn, leaf);
	const struct cert *due = due_cert(rn);
	const struct policy before = offered_policy_for(rn, due != NULL ? due : leaf);
	/* One that is replaced for its name, or by force, may well end later. */
	bool may_end_sooner = due == NULL || renewal_serves_new(rn) ||
	    !policy_is_due(&before, due->not_before, due->not_after, renewal_now(rn));
	struct revocation_lists *lists = read_lists(rn);
	const struct accept_input input = { .leaf = leaf,
		.chain = chain,
		.n_chain = n_chain,
		.csr = request->csr,
		.csr_len = request->csr_len,
		.profile = &rn->profile,
		.anchors = choose_anchors(rn),
		.issuer_key = ca_issuer_key(rn->ca),
		.lists = lists,
		.template_oid = rn->ca_facts.template_oid,
		.template_major = rn->ca_facts.template_major,
		.old = may_end_sooner ? NULL : due,
		.version_major = rn->facts.version_major,
		.now = renewal_now(rn),
		.device_now = renewal_device_now(rn),
		.window_s = policy_window_s(&policy, cert_lifetime_s(leaf)),
		.template_validity_s = rn->ca_facts.template_validity_s,
		.max_lifetime_s = policy.max_lifetime_s };
	struct buf warnings;
	enum rc r = RC_OK;

	buf_init(&warnings, WARNINGS_MAX_BYTES);
	rn->warned[0] = '\0';
	r = accept_judge(&input, &warnings, err);
	if (r == RC_OK && warnings.len > 0) {
		buf_truncate(&warnings, warnings.len - 1);
		renewal_say(rn, "enroll", buf_str(&warnings));
		(void)snprintf(rn->warned, sizeof(rn->warned), "%s",
		    buf_str(&warnings));
	}
	buf_clear(&warnings);
	revocation_lists_free(lists);
	return r;
}

enum rc
enroll_judge_answer(struct renewal *rn, const struct ca_request *request,
    const struct ca_answer *answer, struct err *err)
{
	enum rc r = RC_OK;

	if (answer->outcome != CA_ISSUED)
		return err_set(err, RC_CA, "CA %s: %s: %s", ca_name(rn->ca),
		    ca_outcome_text(answer->outcome), answer->text);
	r = judge(rn, request, answer->leaf, answer->chain, answer->n_chain, err);
	if (r != RC_OK)
		err_prefix(err, "CA %s: refused what it issued", ca_name(rn->ca));
	return r;
}

/* What it issued is good, or is not: that is known of the CA from now on. */
static enum rc
take_issued(struct renewal *rn, const struct ca_request *request,
    struct ca_answer *answer, struct err *err)
{
	struct err judged = { 0 };
	enum rc r = enroll_judge_answer(rn, request, answer, &judged);
	enum rc noted = RC_OK;

	if (r == RC_OK || r == RC_CA)
		noted = trial_note_answer(rn, r == RC_OK, judged.text, err);
	if (r != RC_OK)
		return err_set(err, r, "%s", judged.text);
	if (noted != RC_OK)
		return noted;
	r = keep_issuers(rn, answer->leaf, answer->chain, answer->n_chain, err);
	if (r == RC_OK)
		r = renewal_set_new_cert(rn, answer->leaf, err);
	if (r == RC_OK)
		answer->leaf = NULL;
	return r;
}

enum rc
enroll_submit(struct renewal *rn, struct err *err)
{
	struct ca_request request;
	struct ca_answer answer = { 0 };
	enum rc r = RC_OK;

	fill_request(rn, &request);
	r = pending_ask(rn, &request, &answer, err);
	if (r == RC_OK)
		r = answer.outcome == CA_ISSUED
		    ? take_issued(rn, &request, &answer, err)
		    : enroll_judge_answer(rn, &request, &answer, err);
	ca_answer_clear(&answer);
	return r;
}

enum rc
enroll_judge_again(struct renewal *rn, struct err *err)
{
	/* Its helpers are known beforehand, or in the store by now, or come with a
	 * new answer. */
	struct cert *chain[CA_CHAIN_MAX] = { NULL };
	struct ca_request request;
	size_t n = 0;
	struct cert *const *known = ca_chain(rn->ca, &n);
	enum rc r = RC_OK;

	for (size_t i = 0; i < n; i++)
		chain[i] = known[i];
	for (size_t i = 0; i < rn->facts.n_certs && n < CA_CHAIN_MAX; i++)
		if (!rn->facts.certs[i].has_key && rn->facts.certs[i].cert->is_ca)
			chain[n++] = rn->facts.certs[i].cert;
	fill_request(rn, &request);
	r = judge(rn, &request, rn->new_cert, chain, n, err);
	return r == RC_OK ? keep_issuers(rn, rn->new_cert, chain, n, err) : r;
}

void
enroll_tell(const struct renewal *rn, struct buf *out)
{
	size_t len;

	for (const char *line = rn->warned; *line != '\0'; line += len) {
		len = strcspn(line, "\n");
		buf_addf(out, "%s: taken, but %.*s\n", rn->options->target->name,
		    (int)len, line);
		len += line[len] == '\n';
	}
}
