/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The procedure of an 802.1X renewal: which certificate, for which names, and what
 * people are told.  The network knows a device by the names of its certificate: they
 * are kept, and what cannot be kept is refused.
 */
#include "renew/renew_8021x.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/x509v3.h>

#include "base/clock.h"
#include "base/text.h"
#include "policy/policy.h"
#include "renew/cert_steps.h"
#include "renew/dot1x_steps.h"
#include "renew/enroll.h"
#include "renew/gate.h"
#include "renew/handover.h"
#include "renew/leftover.h"
#include "renew/look.h"
#include "renew/offered.h"
#include "renew/prune.h"
#include "renew/renewal.h"

enum {
	WHERE_MAX_BYTES = 1024
};

static const struct force_word forces[] = {
	{ "not-due", RENEW_8021X_FORCE_NOT_DUE },
	{ "names", RENEW_8021X_FORCE_NAMES },
	{ NULL, 0 },
};

static enum rc
look(struct renewal *rn, struct err *err)
{
	rn->stale |= STALE_DOT1X;
	return look_at_all(rn, err);
}

/* Of a run that was begun its certificate, else the one in use that ends first. */
static const struct facts_cert *
find_client(const struct renewal *rn)
{
	const struct facts_cert *first = NULL;

	if (rn->has_run)
		return renewal_find_old_cert(rn);
	for (size_t i = 0; i < rn->dot1x.n; i++) {
		const struct facts_cert *cert =
		    facts_find_cert(&rn->facts, rn->dot1x.uses[i].client);

		if (cert != NULL &&
		    (first == NULL || cert->cert->not_after < first->cert->not_after))
			first = cert;
	}
	return first;
}

static bool
is_dns_name(const char *name)
{
	return name != NULL && text_is_hostname(name) && strchr(name, ':') == NULL &&
	    name[strspn(name, "0123456789.")] != '\0';
}

/* The names of the certificate that is replaced; its CN is asked for as well. */
static void
take_names(struct renewal *rn)
{
	const struct cert *cert = rn->client;
	size_t n = 0;

	rn->profile = (struct csr_profile){ .common_name = rn->options->target->name,
		.eku = CERT_EKU_CLIENT_AUTH };
	if (is_dns_name(cert->common_name))
		rn->profile.common_name = cert->common_name;
	else if (cert->common_name == NULL && cert->n_san_dns > 0 &&
	    is_dns_name(cert->san_dns[0]))
		rn->profile.common_name = cert->san_dns[0];
	for (size_t i = 0; i < cert->n_san_dns && n < RENEWAL_DNS_NAMES_MAX; i++)
		if (strcasecmp(cert->san_dns[i], rn->profile.common_name) != 0 &&
		    is_dns_name(cert->san_dns[i]))
			rn->dns_names[n++] = cert->san_dns[i];
	rn->profile.dns_names = rn->dns_names;
	rn->profile.n_dns_names = n;
}

static enum rc
fill_profile(struct renewal *rn, struct err *err)
{
	const struct facts_cert *client = find_client(rn);
	enum rc r = RC_OK;

	cert_free(rn->client);
	rn->client = NULL;
	if (client == NULL)
		return RC_OK;
	r = cert_dup(client->cert, &rn->client, err);
	if (r == RC_OK)
		take_names(rn);
	return r;
}

static const struct cert *
due_cert(const struct renewal *rn)
{
	return rn->client;
}

/* Does the extension hold a name of another kind, or one that cannot be read? */
static bool
has_other_names(const struct cert *cert)
{
	X509 *x509 = NULL;
	GENERAL_NAMES *names = NULL;
	bool has_others = cert->n_san_bad > 0;

	if (!cert->has_san || has_others)
		return has_others;
	if (cert_get_x509(cert, &x509, NULL) != RC_OK)
		return true;
	names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
	has_others = names == NULL;
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		if (sk_GENERAL_NAME_value(names, i)->type != GEN_DNS)
			has_others = true;
	GENERAL_NAMES_free(names);
	X509_free(x509);
	return has_others;
}

/* A user principal name, an address: a request of ours bears DNS names only. */
static enum rc
judge_names(const struct renewal *rn, struct err *err)
{
	const struct cert *cert = rn->client;
	bool has_others = has_other_names(cert);
	char subject[FACTS_TEXT_SIZE];

	if ((rn->options->force & RENEW_8021X_FORCE_NAMES) != 0)
		return RC_OK;
	if (!has_others &&
	    (cert->common_name == NULL || is_dns_name(cert->common_name)))
		return RC_OK;
	text_printable_field(subject, sizeof(subject), cert->subject,
	    strlen(cert->subject));
	return err_set(err, RC_STATE,
	    "%s: the network may know it by a name that is no DNS name (%s): enrol from "
	    "a management console (--force names asks for %s)",
	    rn->options->target->name, subject, rn->profile.common_name);
}

/* Without it there is no way back. */
static enum rc
judge_old(const struct renewal *rn, struct err *err)
{
	const struct facts_cert *old = facts_find_cert_by_der(&rn->facts, rn->client);

	if (old != NULL && old->has_key)
		return RC_OK;
	return err_set(err, RC_STATE,
	    "%s: the 802.1X certificate has no key pair in the store, so there would be "
	    "no way back",
	    rn->options->target->name);
}

static bool
describe_due(struct renewal *rn)
{
	const struct cert *cert = rn->client;
	int64_t now = renewal_now(rn);
	bool is_due = offered_is_due(rn, cert);
	char left[CLOCK_DURATION_SIZE];
	char date[CLOCK_DATE_SIZE];

	(void)snprintf(rn->due, sizeof(rn->due), "802.1X: %s, %s %s (%s)",
	    is_due ? "renewal due" : "not due",
	    clock_format_duration(cert->not_after - now, left),
	    cert->not_after >= now ? "left" : "past its end",
	    clock_format_date(cert->not_after, date));
	return is_due;
}

static enum rc
judge(struct renewal *rn, bool *ret_nothing, struct err *err)
{
	/* Another one, when the run that was taken up is over. */
	enum rc r = fill_profile(rn, err);

	if (r != RC_OK)
		return r;
	if (rn->client == NULL) {
		(void)snprintf(rn->due, sizeof(rn->due),
		    "802.1X uses no client certificate");
		*ret_nothing = true;
		return RC_OK;
	}
	if (!describe_due(rn) &&
	    (rn->options->force & RENEW_8021X_FORCE_NOT_DUE) == 0) {
		*ret_nothing = true;
		return RC_OK;
	}
	r = gate_judge_device(rn, err);
	if (r == RC_OK)
		r = judge_old(rn, err);
	if (r == RC_OK)
		r = judge_names(rn, err);
	return r == RC_OK ? leftover_judge_room(rn, err) : r;
}

static enum rc
judge_resumed(struct renewal *rn, struct err *err)
{
	enum rc r = gate_judge_resumed(rn, err);

	/* There is no such step here. */
	rn->sets_clock = false;
	return r;
}

static void
place(struct renewal *rn)
{
	rn->bound = dot1x_steps_may_have_bound(rn->run.step);
}

/* Did somebody else give the settings another certificate meanwhile? And is what the
 * CA issued then still good? */
static enum rc
settle(struct renewal *rn, struct err *err)
{
	struct err judged = { 0 };
	enum rc r = RC_OK;

	rn->is_foreign = !dot1x_steps_uses_old(rn) && !dot1x_steps_uses_new(rn);
	if (rn->new_cert == NULL || rn->is_undoing || rn->is_foreign)
		return RC_OK;
	/* What was proved has had the one of before revoked: no way back to that. */
	if (dot1x_steps_uses_new(rn)) {
		rn->proved = !dot1x_steps_uses_old(rn) &&
		    dot1x_steps_has_proved(rn->run.step, rn->run.step_done);
		return RC_OK;
	}
	r = enroll_judge_again(rn, &judged);
	return r == RC_CA ? renewal_set_new_cert(rn, NULL, err) : RC_OK;
}

static bool
can_go_back(const struct renewal *rn)
{
	return !rn->bound || renewal_find_old_cert(rn) != NULL;
}

/* "wired, Wi-Fi office" */
static void
list_uses(const struct renewal *rn, const struct facts_cert *cert, struct buf *out)
{
	char name[FACTS_TEXT_SIZE];

	for (size_t i = 0; i < rn->dot1x.n; i++) {
		const struct dot1x_use *use = &rn->dot1x.uses[i];
		const char *profile = dot1x_profile_name(use);

		if (cert == NULL || strcmp(use->client, cert->instance_id) != 0)
			continue;
		text_printable_field(name, sizeof(name), profile, strlen(profile));
		buf_addf(out, "%s%s%s", out->len == 0 ? "" : ", ",
		    use->kind == DOT1X_WIRELESS ? "Wi-Fi " : "wired", name);
	}
}

static void
tell_done(const struct renewal *rn, struct buf *out)
{
	char date[CLOCK_DATE_SIZE];
	char left[CLOCK_DURATION_SIZE];
	struct buf where;

	buf_init(&where, WHERE_MAX_BYTES);
	list_uses(rn, renewal_find_new_cert(rn), &where);
	buf_addf(out, "%s: 802.1X renewed (%s): valid to %s (%s)%s%s\n",
	    rn->options->target->name, buf_str(&where),
	    clock_format_date(rn->new_cert->not_after, date),
	    clock_format_duration(cert_left_s(rn->new_cert, renewal_now(rn)), left),
	    rn->kept[0] == '\0' ? "" : "; ", rn->kept);
	buf_add_str(out,
	    "read back from the firmware; what the network says of it is not seen from "
	    "here\n");
	enroll_tell(rn, out);
	handover_tell(rn, out);
	buf_clear(&where);
}

static void
tell_plan(const struct renewal *rn, struct buf *out)
{
	struct buf where;

	buf_init(&where, WHERE_MAX_BYTES);
	list_uses(rn, renewal_find_old_cert(rn), &where);
	buf_addf(out, "%s: used by %s; for the name %s\n", rn->options->target->name,
	    buf_str(&where), rn->profile.common_name);
	buf_clear(&where);
}

const struct procedure renew_8021x = {
	.program = "renew_amt_8021x",
	.steps = dot1x_steps,
	.steps_back = dot1x_steps_back,
	.forces = forces,
	.needs_ca = true,
	.watches = STALE_DOT1X,
	.meet = look_meet,
	.look = look,
	.due_cert = due_cert,
	.replaces = USAGE_8021X_WIRED | USAGE_8021X_WIRELESS,
	.fill_profile = fill_profile,
	.judge = judge,
	.judge_resumed = judge_resumed,
	.place = place,
	.settle = settle,
	.prepare_step = cert_steps_prepare,
	.can_go_back = can_go_back,
	.finish = prune_explain,
	.tell_done = tell_done,
	.tell_plan = tell_plan,
};
