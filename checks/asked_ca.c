/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options, one probe of the CA, one look into the inventory.  What the answer means
 * is judged elsewhere (policy/authority.h).
 */
#include "asked_ca.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "inventory/offer_row.h"
#include "inventory/place.h"
#include "policy/feed.h"

#define YEARS_MAX_S INT64_C(3155760000) /* 100 years */

#define PUBLISHER "publish_amt_crl"

/* RFC 2606: nobody has this name. */
#define NOBODY "probe.amtcert.invalid"

/* In the order of the rows. */
enum own {
	OWN_CA,
	OWN_HOSTNAME,
	OWN_INVENTORY,
	OWN_RECORD,
	OWN_PENDING_WARNING,
	OWN_PENDING_CRITICAL,
	OWN_N
};

/* clang-format off */
const struct opt asked_ca_options[OWN_N + 1] = {
	[OWN_CA] = { "ca", 0, "NAME",
	    "Ask the CA of section [ca NAME] whether it can renew." },
	[OWN_HOSTNAME] = { "hostname", 'H', "NAME",
	    "Device that a certificate would be for, where the CA looks at names." },
	[OWN_INVENTORY] = { "inventory", 0, "FILE",
	    "Inventory that knows what waits at the CA, " DB_DEFAULT_PATH " unless set." },
	[OWN_RECORD] = { "record", 0, NULL,
	    "Keep what the CA offers in the inventory, for checks and remedies of devices." },
	[OWN_PENDING_WARNING] = { "pending-warning", 0, "DURATION",
	    "Warning when a request waits at the CA longer, 1d unless set." },
	[OWN_PENDING_CRITICAL] = { "pending-critical", 0, "DURATION",
	    "Critical when a request waits at the CA longer, 3d unless set." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

void
asked_ca_init(struct asked_ca *asked)
{
	*asked = (struct asked_ca){ .host = NOBODY,
		.service = { .pending_warning_s = AUTHORITY_PENDING_WARNING_S,
		    .pending_critical_s = AUTHORITY_PENDING_CRITICAL_S } };
}

void
asked_ca_clear(struct asked_ca *asked)
{
	offers_clear(&asked->offers);
	offers_clear(&asked->kept);
	ca_close(asked->ca);
	memset(asked, 0, sizeof(*asked));
}

static enum rc
take_value(void *ctx, int row, const char *value, struct err *err)
{
	struct asked_ca *asked = ctx;

	switch ((enum own)row) {
	case OWN_CA:
		asked->name = value;
		return RC_OK;
	case OWN_HOSTNAME:
		asked->host = value;
		return RC_OK;
	case OWN_INVENTORY:
		asked->inventory_file = value;
		return RC_OK;
	case OWN_RECORD:
		asked->record = true;
		return RC_OK;
	case OWN_PENDING_WARNING:
		return num_parse_duration(value, YEARS_MAX_S,
		    &asked->service.pending_warning_s, err);
	case OWN_PENDING_CRITICAL:
		return num_parse_duration(value, YEARS_MAX_S,
		    &asked->service.pending_critical_s, err);
	case OWN_N:
		break;
	}
	return err_set(err, RC_INTERNAL, "option: not in the table");
}

enum rc
asked_ca_take(struct asked_ca *asked, const struct opt *opt, const char *value,
    struct err *err)
{
	return opt_take_row(asked_ca_options, opt, value, take_value, asked, err);
}

static enum authority_answer
answer_of(const struct ca_facts *facts)
{
	switch (facts->outcome) {
	case CA_ISSUED:
		return AUTHORITY_READY;
	case CA_UNSUPPORTED:
		return strcmp(facts->kind, "stand-alone") == 0 ? AUTHORITY_STAND_ALONE
							       : AUTHORITY_NOT_SET_UP;
	case CA_RETRY:
		return AUTHORITY_UNREACHABLE;
	case CA_AUTH:
		return AUTHORITY_NOT_PERMITTED;
	case CA_CONFIG:
		return facts->lacks_template ? AUTHORITY_NO_TEMPLATE
					     : AUTHORITY_NOT_SET_UP;
	case CA_REJECTED:
		return AUTHORITY_NOT_SET_UP;
	case CA_PENDING:
	case CA_BADANSWER:
		break;
	}
	return AUTHORITY_SENSELESS;
}

static enum rc
probe(struct asked_ca *asked, const struct plugin *plugin, struct err *err)
{
	const struct ca_request request = { .profile = { .common_name = asked->host,
						.eku = CERT_EKU_SERVER_AUTH },
		.digest = "sha256",
		.now = plugin->now,
		.not_before_max = plugin->now,
		.deadline_ms = plugin->command.deadline_ms,
		.only_look = true };
	struct authority_service *service = &asked->service;
	const struct ca_facts *facts = &asked->facts;
	enum rc r = ca_probe(asked->ca, &request, &asked->facts, err);

	if (r != RC_OK)
		return r;
	service->name = ca_name(asked->ca);
	service->answer = answer_of(facts);
	service->unreachable = rc_state(RC_CONNECT, &plugin->choice);
	service->kind = facts->kind;
	service->text = facts->text;
	service->template_name = facts->template_name;
	service->needs_approval = facts->needs_approval;
	service->not_after = facts->not_after;
	service->lifetime_s = facts->lifetime_s;
	service->list_from = facts->list.this_update;
	service->list_to = facts->list.next_update;
	service->publisher = facts->publishes ? PUBLISHER : NULL;
	service->chain = ca_chain(asked->ca, &service->n_chain);
	return RC_OK;
}

static void
set_trouble(struct asked_ca *asked, const char *what, enum rc r,
    const struct err *cause)
{
	const char *why = cause->text[0] != '\0' ? cause->text : rc_text(r);
	char whole[2 * ASKED_CA_TEXT_SIZE];

	(void)snprintf(whole, sizeof(whole), "%s: %.*s", what, ASKED_CA_TEXT_SIZE, why);
	text_line_field(asked->trouble, sizeof(asked->trouble), whole, strlen(whole));
}

/* As a scan makes the file, so does who is told to record. */
static void
record(struct asked_ca *asked, const char *path)
{
	struct db db = { 0 };
	struct err cause = { 0 };
	enum rc r = db_open(path, &db, &cause);

	if (r == RC_OK)
		r = offer_write(&db, &asked->offers, &cause);
	db_close(&db);
	if (r != RC_OK)
		set_trouble(asked, "not recorded", r, &cause);
}

static enum rc
read_kept(struct asked_ca *asked, struct db *db, struct err *err)
{
	enum rc r = offer_read(db, asked->name, &asked->kept, err);

	if (r == RC_OK)
		asked->service.kept = &asked->kept;
	return r == RC_NOTFOUND ? RC_OK : r;
}

/* What cannot be read there is no fault of the CA. */
static void
look_up(struct asked_ca *asked, const struct conf *conf)
{
	const char *path = place_choose(asked->inventory_file, conf, NULL);
	struct authority_service *service = &asked->service;
	struct db db = { 0 };
	struct err cause = { 0 };
	enum rc r = RC_OK;

	if (asked->record && service->offers != NULL)
		record(asked, path);
	else if (asked->record)
		set_trouble(asked, "not recorded", RC_NOTFOUND,
		    &(struct err){ .text = "the CA said nothing of templates" });
	r = db_open_read_only(path, &db, &cause);
	if (r == RC_OK)
		r = cert_request_read_age(&db, service->name, &asked->pending, &cause);
	if (r == RC_OK)
		r = read_kept(asked, &db, &cause);
	db_close(&db);
	if (r != RC_OK && (r != RC_NOTFOUND || asked->inventory_file != NULL) &&
	    asked->trouble[0] == '\0')
		set_trouble(asked, "inventory not used", r, &cause);
	service->n_pending = asked->pending.n;
	service->pending_since = asked->pending.oldest_at;
	service->pending_text = asked->pending.oldest_text;
}

/* RC_OK for a CA that offers nothing. */
static enum rc
take_offers(struct asked_ca *asked, const struct conf *conf, int64_t now,
    struct err *err)
{
	struct feed feed;
	enum rc r = feed_choose(conf, NULL, &feed, err);

	if (r != RC_OK)
		return r;
	asked->service.offers_max_age_s = feed.max_age_s;
	r = ca_offers(asked->ca, now, &asked->offers, err);
	if (r == RC_OK)
		asked->service.offers = &asked->offers;
	return r == RC_NOTFOUND ? RC_OK : r;
}

enum rc
asked_ca_ask(struct asked_ca *asked, const struct conf *conf,
    const struct plugin *plugin, const struct authority_service **ret_service,
    struct err *err)
{
	const struct authority_service *service = &asked->service;
	struct err cause = { 0 };
	enum rc r;

	if (asked->record && asked->name == NULL)
		return err_set(err, RC_USAGE, "--record: needs --ca");
	if (service->pending_warning_s > service->pending_critical_s)
		return err_set(err, RC_USAGE,
		    "--pending-warning: longer than --pending-critical");
	if (asked->name == NULL) {
		*ret_service = NULL;
		return RC_OK;
	}
	r = ca_open(conf, asked->name, &asked->ca, &cause);
	/* Whatever is wrong with what is configured, it says nothing of the CA. */
	if (r != RC_OK)
		return err_set(err, r == RC_NOMEM ? r : RC_CONFIG, "%s", cause.text);
	r = ca_keep_logins(asked->ca, place_choose(asked->inventory_file, conf, NULL),
	    false, err);
	if (r == RC_OK)
		r = probe(asked, plugin, err);
	if (r == RC_OK)
		r = take_offers(asked, conf, plugin->now, err);
	if (r != RC_OK)
		return r;
	look_up(asked, conf);
	*ret_service = service;
	return RC_OK;
}

enum rc
asked_ca_tell(const struct asked_ca *asked, struct verdict *verdict, struct err *err)
{
	if (asked->trouble[0] == '\0')
		return RC_OK;
	return verdict_note(verdict, REASON_NO_INVENTORY, asked->trouble, err);
}
