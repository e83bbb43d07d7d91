/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which findings reach the status line, and in which order: what decides, how long
 * there is, what to do, what else there is to know.
 */
#include "plugin/report.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "plugin/explain.h"
#include "policy/remedy.h"

enum {
	WIDTH_MAX = 2 * OUTPUT_LINE_AIM, /* for what is said beside the verdict */
	MS_PER_S = 1000,
	NAME_SIZE = 160,
	HEX_SIZE = 2 * CERT_FINGERPRINT_BYTES + 1,
};

/* Does the finding say how long there is? */
static bool
tells_time(enum reason reason)
{
	switch (reason) {
	case REASON_VALID:
	case REASON_IN_GRACE:
	case REASON_DUE:
	case REASON_FLOOR:
	case REASON_THRESHOLD_WARNING:
	case REASON_THRESHOLD_CRITICAL:
	case REASON_EXPIRED:
	case REASON_NOT_YET_VALID:
	case REASON_PERIOD_REVERSED:
		return true;
	default:
		return false;
	}
}

static const struct finding *
deciding(const struct verdict *verdict)
{
	return &verdict->findings[verdict->deciding];
}

/* The sentence about the certificate that ends first; NULL when there is none. */
static const struct finding *
find_time(const struct verdict *verdict)
{
	const char *slot;

	if (verdict->n_judged == 0)
		return NULL;
	slot = verdict->judged[verdict->first_to_end].slot;
	for (size_t i = 0; i < verdict->n_findings; i++)
		if (tells_time(verdict->findings[i].reason) &&
		    strcmp(verdict->findings[i].slot, slot) == 0)
			return &verdict->findings[i];
	return NULL;
}

/* How old are the facts, when they were not read just now? NULL: they were. */
static const struct finding *
find_age(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->n_findings; i++)
		if (verdict->findings[i].reason == REASON_LAST_KNOWN ||
		    verdict->findings[i].reason == REASON_STALE)
			return &verdict->findings[i];
	return NULL;
}

/* In the status line only a program is named, or that it takes a person. */
static void
add_remedy(struct output *output, const struct finding *finding, int verbosity)
{
	const char *text = remedy_text(finding->remedy);
	size_t len = strlen(text);

	if (finding->remedy == REMEDY_NONE)
		return;
	if (remedy_program(finding->remedy) == NULL && verbosity == 0)
		len = strcspn(text, ":");
	output_add(output, "; %.*s", (int)len, text);
}

/* What is neither told already nor simply valid. */
static bool
is_worth_telling(const struct verdict *verdict, size_t i, const struct finding *time)
{
	const struct finding *finding = &verdict->findings[i];

	return i != verdict->deciding && finding != time &&
	    finding->reason != REASON_VALID && finding != find_age(verdict);
}

/*
 * The other findings, those that are no note first; at verbosity 0 as long as the
 * line stays readable, the rest as a number.
 */
static void
add_others(struct output *output, const struct verdict *verdict,
    const struct finding *time, int verbosity)
{
	size_t n_left_out = 0;

	for (int notes = 0; notes < 2; notes++) {
		for (size_t i = 0; i < verdict->n_findings; i++) {
			const struct finding *finding = &verdict->findings[i];

			if (!is_worth_telling(verdict, i, time) ||
			    (finding->state == STATE_OK) != (notes == 1))
				continue;
			if (verbosity == 0 &&
			    output_width(output) + strlen(finding->text) > WIDTH_MAX)
				n_left_out++;
			else
				output_add(output, "; %s", finding->text);
		}
	}
	if (n_left_out > 0)
		output_add(output, "; %zu more with -v", n_left_out);
}

/* -v: who issued what is presented, and how we came to see it. */
static void
add_facts(struct output *output, const struct facts *facts)
{
	const struct facts_presented *presented = &facts->presented;
	char issuer[NAME_SIZE];

	if (!presented->known || presented->n_certs == 0)
		return;
	text_printable_field(issuer, sizeof(issuer), presented->certs[0]->issuer,
	    strlen(presented->certs[0]->issuer));
	output_add(output, "; serial %s, issuer %s, %s",
	    presented->certs[0]->serial_number, issuer, presented->protocol);
}

/* Not every check is about a device. */
static void
add_name(struct output *output, const struct report *report)
{
	if (report->name != NULL)
		output_add(output, "%s: ", report->name);
}

static void
add_status_line(struct output *output, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	const struct finding *time =
	    tells_time(deciding(verdict)->reason) ? NULL : find_time(verdict);
	const struct finding *age = find_age(verdict);

	add_name(output, report);
	output_add(output, "%s", deciding(verdict)->text);
	if (time != NULL)
		output_add(output, "; %s", time->text);
	if (age != NULL && age != deciding(verdict))
		output_add(output, "; %s", age->text);
	add_remedy(output, deciding(verdict), report->verbosity);
	add_others(output, verdict, time, report->verbosity);
	if (report->verbosity > 0)
		add_facts(output, report->facts);
}

static int64_t
ms_of(int64_t s)
{
	int64_t ms;

	if (__builtin_mul_overflow(s, (int64_t)MS_PER_S, &ms))
		return s < 0 ? INT64_MIN : INT64_MAX;
	return ms;
}

static void
add_left(struct output *output, const struct report *report,
    const struct judged *judged, const char *label)
{
	struct perfdata perfdata = { .label = label,
		.value_ms = ms_of(judged->left_s),
		.warning = judged->has_warning ? &judged->warning : NULL,
		.critical = judged->has_critical ? &judged->critical : NULL,
		.has_max = true,
		.max_s = judged->lifetime_s };

	output_perfdata(output, &perfdata, report->thresholds);
}

/* The earliest of all due dates; negative: overdue. */
static void
add_due(struct output *output, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	int64_t due_s = verdict->judged[0].due_left_s;
	struct perfdata perfdata = { .label = "due" };

	for (size_t i = 1; i < verdict->n_judged; i++)
		if (verdict->judged[i].due_left_s < due_s)
			due_s = verdict->judged[i].due_left_s;
	perfdata.value_ms = ms_of(due_s);
	output_perfdata(output, &perfdata, report->thresholds);
}

static struct range
within(int64_t s)
{
	struct range range = { .has_start = true, .has_end = true };

	range.start = range_value(-s);
	range.end = range_value(s);
	return range;
}

static void
add_skew(struct output *output, const struct report *report)
{
	const struct facts_clock *clock = &report->facts->clock;
	struct range warning = within(report->policy->clock_warning_s);
	struct range critical = within(report->policy->clock_critical_s);
	struct perfdata perfdata = { .label = "skew",
		.value_ms = ms_of(clock->offset_s),
		.warning = &warning,
		.critical = &critical };

	if (clock->known)
		output_perfdata(output, &perfdata, report->thresholds);
}

/* Of the facts, where the inventory knows the device: a graph of it shows when a
 * device was off. */
static void
add_age(struct output *output, const struct report *report)
{
	const struct facts *facts = report->facts;
	int64_t most_s = report->policy->max_age_s;
	struct range warning = { .has_start = true, .has_end = true };
	struct perfdata perfdata = { .label = "age",
		.value_ms = ms_of(report->now - facts->read_at),
		.warning = most_s > 0 ? &warning : NULL,
		.has_min = true };

	warning.end = range_value(most_s);
	if (facts->history.known && facts->read_at > 0)
		output_perfdata(output, &perfdata, report->thresholds);
}

/* left is of the certificate that ends first, whichever that is; where there are
 * several, each has a pair of its own besides. */
static void
add_perfdata(struct output *output, const struct report *report)
{
	const struct verdict *verdict = report->verdict;

	if (verdict->n_judged > 0) {
		add_left(output, report, &verdict->judged[verdict->first_to_end],
		    "left");
		add_due(output, report);
	}
	for (size_t i = 0; verdict->n_judged > 1 && i < verdict->n_judged; i++)
		add_left(output, report, &verdict->judged[i], verdict->judged[i].slot);
	add_skew(output, report);
	add_age(output, report);
}

static void
list_findings(struct output *output, const struct report *report)
{
	const struct verdict *verdict = report->verdict;

	for (size_t i = 0; i < verdict->n_findings; i++) {
		const struct finding *finding = &verdict->findings[i];

		output_line(output, "%s%s%s: %s%s%s", state_text(finding->state),
		    finding->slot[0] != '\0' ? " " : "", finding->slot, finding->text,
		    finding->remedy != REMEDY_NONE ? "; " : "",
		    finding->remedy != REMEDY_NONE ? remedy_text(finding->remedy) : "");
	}
}

static void
list_settings(struct output *output, const struct report *report)
{
	const struct policy *policy = report->policy;

	output_line(output,
	    "policy %s, R %lld s, grace %lld s, floor %lld/%lld of the window",
	    policy_rule_text(policy->rule), (long long)policy->renew_before_s,
	    (long long)policy->grace_s, (long long)policy->floor_num,
	    (long long)policy->floor_den);
	output_line(output, "address %s, port %lld", report->facts->address,
	    (long long)report->facts->port);
}

static void
format_hex(char field[HEX_SIZE], const uint8_t bytes[CERT_FINGERPRINT_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < CERT_FINGERPRINT_BYTES; i++) {
		field[2 * i] = digits[bytes[i] >> 4];
		field[2 * i + 1] = digits[bytes[i] & 0xf];
	}
	field[HEX_SIZE - 1] = '\0';
}

static void
describe_cert(struct output *output, size_t i, const struct cert *cert)
{
	static const char *const kinds[] = { [CERT_KEY_OTHER] = "other",
		[CERT_KEY_RSA] = "RSA",
		[CERT_KEY_EC] = "EC" };
	char subject[NAME_SIZE], issuer[NAME_SIZE], pin[HEX_SIZE];
	char begin[CLOCK_TIME_SIZE], end[CLOCK_TIME_SIZE];

	text_printable_field(subject, sizeof(subject), cert->subject,
	    strlen(cert->subject));
	text_printable_field(issuer, sizeof(issuer), cert->issuer,
	    strlen(cert->issuer));
	format_hex(pin, cert->spki_sha256);
	output_line(output, "presented %zu: %s, issuer %s, serial %s", i, subject,
	    issuer, cert->serial_number);
	output_line(output, "  %s to %s, key %s %d bit, signed with %s",
	    clock_format_time(cert->not_before, begin),
	    clock_format_time(cert->not_after, end), kinds[cert->key_kind],
	    cert->key_bits, cert->signature_digest);
	output_line(output, "  pin sha256:%s", pin);
}

/* -vvv */
static void
diagnose(struct output *output, const struct report *report)
{
	const struct facts *facts = report->facts;
	const struct facts_presented *presented = &facts->presented;

	if (presented->known) {
		output_line(output, "handshake %s, %s, RFC 5746 %s, %lld ms",
		    presented->protocol, presented->cipher,
		    presented->secure_renegotiation ? "yes" : "no",
		    (long long)presented->elapsed_ms);
		for (size_t i = 0; i < presented->n_certs; i++)
			describe_cert(output, i, presented->certs[i]);
	}
	if (facts->has_store)
		output_line(output,
		    "device %s, AMT %s, realm %s, %zu certificates, %zu key pairs",
		    facts->uuid, facts->version, facts->realm, facts->n_certs,
		    facts->n_keys);
}

void
report_verdict(struct output *output, const struct report *report)
{
	const struct verdict *verdict = report->verdict;

	if (verdict->n_findings == 0) { /* nothing was judged: never OK */
		output->state = STATE_UNKNOWN;
		add_name(output, report);
		output_add(output, "nothing to judge was read");
		return;
	}
	output->state = verdict->state;
	add_status_line(output, report);
	add_perfdata(output, report);
	if (report->verbosity > 1 || report->explain)
		list_findings(output, report);
	if (report->verbosity > 1)
		list_settings(output, report);
	for (size_t i = 0; report->explain && i < verdict->n_judged; i++)
		explain_judged(output, &verdict->judged[i], report->policy,
		    report->now);
	if (report->verbosity > 2)
		diagnose(output, report);
}

void
report_rest(struct output *output, const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	const struct finding *time =
	    verdict->n_findings > 0 ? find_time(verdict) : NULL;

	if (time != NULL) {
		output->state = state_worse(output->state, verdict->state);
		output_add(output, "; %s", time->text);
		add_perfdata(output, report);
	}
	for (size_t i = 0; i < verdict->n_findings; i++)
		if (verdict->findings[i].reason == REASON_NO_INVENTORY)
			output_add(output, "; %s", verdict->findings[i].text);
}

static bool
begins_with_name(const char *message, const char *name)
{
	size_t len = strlen(name);

	return strncmp(message, name, len) == 0 && message[len] == ':';
}

void
report_result(struct output *output, const struct report *report, enum rc r,
    const struct err *err, const struct rc_choice *choice)
{
	const char *message = err->text[0] != '\0' ? err->text : rc_text(r);

	if (r == RC_OK) {
		report_verdict(output, report);
		return;
	}
	output->state = rc_state(r, choice);
	if (report->name != NULL && !begins_with_name(message, report->name))
		output_add(output, "%s: ", report->name);
	output_add_message(output, message);
	report_rest(output, report);
}

void
report_time(struct output *output, int64_t elapsed_ms, int64_t timeout_s,
    enum perf_thresholds thresholds)
{
	const struct perfdata time = { .label = "time",
		.value_ms = elapsed_ms,
		.has_min = true,
		.has_max = true,
		.max_s = timeout_s };

	output_perfdata(output, &time, thresholds);
}
