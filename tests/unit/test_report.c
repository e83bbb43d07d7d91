/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/plugin/report.c: what of a verdict reaches the status line, and in which
 * order.
 */
#include <stdio.h>
#include <stdlib.h>

#include "hand_cert.h"
#include "plugin/report.h"
#include "torture.h"
#include "unit.h"

#define DAY HAND_DAY
#define NOW (HAND_NB + 10 * DAY)

struct lab {
	struct hand_cert leaf, root;
	struct cert *presented[1];
	struct cert *elements[2];
	struct facts_cert stored[3];
	struct hand_cert in_store[3];
	struct facts facts;
	struct policy policy;
	struct verdict verdict;
	struct report report;
	struct output output;
	struct buf out;
};

static void
set_up(struct lab *lab)
{
	struct facts_presented *presented = &lab->facts.presented;

	memset(lab, 0, sizeof(*lab));
	hand_cert_init(&lab->leaf, 1, "CN=pc1.example", "CN=Root");
	hand_cert_init(&lab->root, 2, "CN=Root", "CN=Root");
	lab->root.cert.not_after = HAND_NB + 3650 * DAY;
	lab->presented[0] = &lab->leaf.cert;
	lab->elements[0] = &lab->leaf.cert;
	lab->elements[1] = &lab->root.cert;
	presented->known = true;
	presented->certs = lab->presented;
	presented->n_certs = 1;
	presented->name_match = NAME_MATCH_SAN;
	presented->path.elements = lab->elements;
	presented->path.n_elements = 2;
	presented->path.ignoring_time = PATH_OK;
	presented->path.at_time = PATH_OK;
	(void)snprintf(presented->protocol, sizeof(presented->protocol), "TLSv1.2");
	(void)snprintf(lab->facts.address, sizeof(lab->facts.address), "192.0.2.1");
	lab->facts.port = 16993;
	policy_init(&lab->policy);
	lab->report.name = "pc1.example";
	lab->report.facts = &lab->facts;
	lab->report.verdict = &lab->verdict;
	lab->report.policy = &lab->policy;
	lab->report.now = NOW;
	buf_init(&lab->out, OUTPUT_MAX_BYTES);
}

static void
tear_down(struct lab *lab)
{
	verdict_clear(&lab->verdict);
	buf_clear(&lab->out);
}

/* What is printed of both halves of the facts. */
static const char *
report(struct lab *lab)
{
	const struct report *r = &lab->report;

	verdict_clear(&lab->verdict);
	assert_int_equal(verdict_judge_presented(r->facts, r->policy, r->now,
			     &lab->verdict, NULL),
	    RC_OK);
	assert_int_equal(verdict_judge_store(r->facts, r->policy, r->now, &lab->verdict,
			     NULL),
	    RC_OK);
	output_init(&lab->output, "AMT_TLS");
	report_verdict(&lab->output, r);
	buf_reset(&lab->out);
	assert_int_equal(output_format(&lab->output, &lab->out), RC_OK);
	output_clear(&lab->output);
	return buf_str(&lab->out);
}

/* The text of the first line, perfdata left out. */
static void
assert_text(struct lab *lab, const char *wanted)
{
	const char *line = report(lab);
	size_t len = strcspn(line, "|");
	char text[OUTPUT_MAX_BYTES];

	assert_true(len > 1 && len < sizeof(text));
	memcpy(text, line, len - 1);
	text[len - 1] = '\0';
	assert_string_equal(text, wanted);
}

static void
a_good_one_says_how_long(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	assert_string_equal(report(&lab),
	    "AMT_TLS OK - pc1.example: valid, 355 d left (2027-01-01) | "
	    "left=30672000s;3628800:;1209600:;;31536000 due=27043200s "
	    "leaf=30672000s;3628800:;1209600:;;31536000 "
	    "anchor=314496000s;3628800:;1209600:;;315360000\n");
	lab.report.thresholds = PERF_PLAIN;
	assert_has(report(&lab), "| left=30672000s;3628800;1209600;;31536000 due=");
	tear_down(&lab);
}

static void
an_overdue_one_names_its_remedy(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.report.now = HAND_NB + 333 * DAY;
	assert_text(&lab,
	    "AMT_TLS WARNING - pc1.example: renewal overdue 10 d, 32 d left "
	    "(2027-01-01); run renew_amt_tls");
	tear_down(&lab);
}

static void
left_stays_negative_after_the_end(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.report.now = HAND_NB + 370 * DAY;
	assert_text(&lab,
	    "AMT_TLS CRITICAL - pc1.example: expired 5 d ago (2027-01-01); run "
	    "reprovision_amt_tls");
	assert_has(report(&lab),
	    "| left=-432000s;3628800:;1209600:;;31536000 due=-4060800s ");
	tear_down(&lab);
}

static void
how_long_is_told_whatever_decides(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.presented.path.ignoring_time = PATH_UNCHECKED;
	lab.facts.presented.path.n_elements = 0;
	assert_text(&lab,
	    "AMT_TLS UNKNOWN - pc1.example: no trust anchor and no pin configured; "
	    "valid, 355 d left (2027-01-01); a person decides");
	assert_has(report(&lab),
	    "| left=30672000s;3628800:;1209600:;;31536000 due=27043200s\n");
	tear_down(&lab);
}

static void
others_stand_behind_while_the_line_is_short(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.leaf.cert.key_bits = 192;
	(void)snprintf(lab.leaf.cert.signature_digest,
	    sizeof(lab.leaf.cert.signature_digest), "sha1");
	lab.facts.presented.wants_client_cert = true;
	assert_text(&lab,
	    "AMT_TLS CRITICAL - pc1.example: weak key, EC of 192 bit, at least 256; "
	    "valid, 355 d left (2027-01-01); run renew_amt_tls; weak signature "
	    "digest, sha1; 1 more with -v");
	lab.report.verbosity = 1;
	assert_text(&lab,
	    "AMT_TLS CRITICAL - pc1.example: weak key, EC of 192 bit, at least 256; "
	    "valid, 355 d left (2027-01-01); run renew_amt_tls; weak signature "
	    "digest, sha1; device demands a client certificate; serial 01, issuer "
	    "CN=Root, TLSv1.2");
	tear_down(&lab);
}

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void
more_is_said_by_degrees(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	for (int i = 0; i < 2; i++) {
		lab.report.verbosity = i;
		assert_int_equal(count_lines(report(&lab)), 1);
	}
	lab.report.verbosity = 2;
	assert_int_equal(count_lines(report(&lab)), 5);
	assert_has(report(&lab),
	    "\nok leaf: valid, 355 d left (2027-01-01)\n"
	    "ok anchor: anchor CN=Root: valid, 3640 d left (2035-12-30)\n"
	    "policy autoenroll, R 3628800 s, grace 0 s, floor 1/3 of the window\n"
	    "address 192.0.2.1, port 16993\n");
	lab.report.verbosity = 3;
	assert_has(report(&lab), "\nhandshake TLSv1.2, ");
	assert_has(report(&lab),
	    "\npresented 0: CN=pc1.example, issuer CN=Root, serial 01\n"
	    "  2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z, key EC 384 bit, signed "
	    "with sha384\n"
	    "  pin sha256:0101010101");
	tear_down(&lab);
}

static void
explain_lists_findings_and_sums(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.report.explain = true;
	assert_has(report(&lab), "\nok leaf: valid, 355 d left (2027-01-01)\n");
	assert_has(report(&lab), "\nleaf: CN=pc1.example\n  notBefore NB = ");
	assert_has(report(&lab), "\nanchor: CN=Root\n  notBefore NB = ");
	tear_down(&lab);
}

/* What is bound decides; what nothing uses is a note. */
static void
a_store_names_each_certificate(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	memset(&lab.facts.presented, 0, sizeof(lab.facts.presented));
	for (size_t i = 0; i < 3; i++) {
		hand_cert_init(&lab.in_store[i], (uint8_t)(10 + i), "CN=pc1.example",
		    "CN=Root");
		lab.stored[i].cert = &lab.in_store[i].cert;
		lab.stored[i].handle = (int64_t)i;
		lab.stored[i].has_key = true;
	}
	lab.stored[0].usage = USAGE_TLS;
	lab.stored[1].usage = USAGE_8021X_WIRELESS;
	lab.in_store[1].cert.not_after = HAND_NB + 30 * DAY;
	lab.in_store[2].cert.not_after = HAND_NB + 2 * DAY;
	lab.facts.has_store = true;
	lab.facts.certs = lab.stored;
	lab.facts.n_certs = 3;
	lab.facts.provisioning_state = 2;
	lab.facts.control_mode = CONTROL_ADMIN;
	lab.facts.has_tls_context = true;
	(void)snprintf(lab.stored[0].instance_id, sizeof(lab.stored[0].instance_id),
	    "Handle: 0");
	(void)snprintf(lab.facts.tls_context_cert, sizeof(lab.facts.tls_context_cert),
	    "Handle: 0");
	lab.facts.clock.known = true;
	lab.facts.clock.offset_s = -7;
	assert_text(&lab,
	    "AMT_TLS OK - pc1.example: 802.1X wireless: valid, 20 d left (2026-01-31); "
	    "1 superseded certificate (handle 2)");
	assert_has(report(&lab),
	    "| left=1728000s;518400:;172800:;;2592000 due=1209600s "
	    "tls=30672000s;3628800:;1209600:;;31536000 "
	    "8021x_wireless=1728000s;518400:;172800:;;2592000 "
	    "skew=-7s;-10:10;-604800:604800\n");
	tear_down(&lab);
}

static void
nothing_judged_is_never_ok(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	memset(&lab.facts.presented, 0, sizeof(lab.facts.presented));
	assert_string_equal(report(&lab),
	    "AMT_TLS UNKNOWN - pc1.example: nothing to judge was read\n");
	tear_down(&lab);
}

static enum rc
whole_job(void *ctx)
{
	struct lab *lab = ctx;
	struct output output;
	enum rc r;

	buf_reset(&lab->out);
	output_init(&output, "AMT_TLS");
	report_verdict(&output, &lab->report);
	r = output_format(&output, &lab->out);
	output_clear(&output);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.report.verbosity = 3;
	lab.report.explain = true;
	(void)report(&lab);
	assert_true(torture(whole_job, &lab) > 5);
	tear_down(&lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_one_says_how_long),
		cmocka_unit_test(an_overdue_one_names_its_remedy),
		cmocka_unit_test(left_stays_negative_after_the_end),
		cmocka_unit_test(how_long_is_told_whatever_decides),
		cmocka_unit_test(others_stand_behind_while_the_line_is_short),
		cmocka_unit_test(more_is_said_by_degrees),
		cmocka_unit_test(explain_lists_findings_and_sums),
		cmocka_unit_test(a_store_names_each_certificate),
		cmocka_unit_test(nothing_judged_is_never_ok),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
