/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verdict and facts as JSON.  Times are seconds since 1970, durations are seconds.
 */
#include "plugin/report_json.h"

#include "base/json.h"
#include "policy/remedy.h"

static void
add_finding(struct json *json, const struct finding *finding)
{
	json_begin_object(json, NULL);
	json_string(json, "state", state_text(finding->state));
	json_string(json, "reason", reason_word(finding->reason));
	json_string(json, "slot", finding->slot);
	json_string(json, "remedy", remedy_program(finding->remedy));
	json_string(json, "text", finding->text);
	json_end_object(json);
}

static void
add_range(struct json *json, const char *key, bool has, const struct range *range)
{
	struct buf text;

	buf_init(&text, json->out->max_bytes);
	if (has)
		(void)range_format(&text, range);
	if (text.rc != RC_OK && json->out->rc == RC_OK)
		json->out->rc = text.rc;
	json_string(json, key, has ? buf_str(&text) : NULL);
	buf_clear(&text);
}

static void
add_cert(struct json *json, const struct cert *cert)
{
	json_string(json, "subject", cert->subject);
	json_string(json, "issuer", cert->issuer);
	json_string(json, "serial_number", cert->serial_number);
	json_hex(json, "fingerprint", cert->fingerprint, sizeof(cert->fingerprint));
	json_hex(json, "pin", cert->spki_sha256, sizeof(cert->spki_sha256));
	json_number(json, "not_before", cert->not_before);
	json_number(json, "not_after", cert->not_after);
}

/* One judged certificate and every number behind its state. */
static void
add_judged(struct json *json, const struct judged *judged)
{
	json_begin_object(json, NULL);
	json_string(json, "slot", judged->slot);
	json_string(json, "state", state_text(judged->state));
	add_cert(json, judged->cert);
	if (judged->maker != MAKER_UNASKED) {
		json_string(json, "maker", maker_word(judged->maker));
		json_string(json, "renewed_by", maker_renewal(judged->maker));
	}
	json_number(json, "left_s", judged->left_s);
	json_number(json, "lifetime_s", judged->lifetime_s);
	json_string(json, "policy", policy_rule_text(judged->rule));
	json_number(json, "window_s", judged->window_s);
	json_number(json, "floor_s", judged->floor_s);
	json_number(json, "due_at", judged->due_at);
	json_number(json, "due_left_s", judged->due_left_s);
	add_range(json, "warning", judged->has_warning, &judged->warning);
	add_range(json, "critical", judged->has_critical, &judged->critical);
	json_end_object(json);
}

static void
add_device(struct json *json, const struct facts *facts)
{
	json_begin_object(json, "device");
	json_string(json, "address", facts->address);
	json_number(json, "port", facts->port);
	if (facts->presented.known) {
		json_string(json, "protocol", facts->presented.protocol);
		json_string(json, "cipher", facts->presented.cipher);
	}
	if (facts->has_store) {
		json_string(json, "uuid", facts->uuid);
		json_string(json, "version", facts->version);
		json_string(json, "realm", facts->realm);
	}
	if (facts->clock.known)
		json_number(json, "skew_s", facts->clock.offset_s);
	if (facts->read_at > 0)
		json_number(json, "read_at", facts->read_at);
	json_end_object(json);
}

enum rc
report_json(struct buf *out, const struct output *output, const struct report *report,
    enum rc rc)
{
	const struct verdict *verdict = report->verdict;
	struct json json;

	json_init(&json, out);
	json_begin_object(&json, NULL);
	json_string(&json, "service", output->service);
	json_string(&json, "state", state_text(output->state));
	json_number(&json, "exit_status", (int64_t)output->state);
	json_string(&json, "name", report->name);
	json_string(&json, "text", buf_str(&output->text));
	json_string(&json, "error", rc == RC_OK ? NULL : rc_text(rc));
	json_number(&json, "now", report->now);
	add_device(&json, report->facts);
	json_begin_array(&json, "findings");
	for (size_t i = 0; i < verdict->n_findings; i++)
		add_finding(&json, &verdict->findings[i]);
	json_end_array(&json);
	json_begin_array(&json, "certificates");
	for (size_t i = 0; i < verdict->n_judged; i++)
		add_judged(&json, &verdict->judged[i]);
	json_end_array(&json);
	json_end_object(&json);
	return buf_add_char(out, '\n');
}
