/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any CA with a program of the operator's: the interface of certmonger's
 * enrolment helpers, so that theirs can be used here and ours there.
 * Source: certmonger, "Helper" interface documentation; seen from its daemon.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/helper.h"
#include "base/num.h"
#include "ca/bag.h"
#include "ca/ca.h"
#include "ca/exec_env.h"
#include "ca/section.h"

enum {
	TIMEOUT_S = 60,
	TIMEOUT_MAX_S = 600,
	TEMPLATES_TEXT_SIZE = 256,
};

struct exec {
	struct section_trust trust;
	struct helper_command command;
	struct exec_names names;
	int64_t timeout_s;
};

static void
exec_close(void *state)
{
	struct exec *exec = state;

	if (exec == NULL)
		return;
	section_trust_clear(&exec->trust);
	helper_command_clear(&exec->command);
	free(exec);
}

static enum rc
read_command(const struct section *section, struct exec *exec, struct err *err)
{
	const char *text = NULL;
	struct err why = { 0 };
	enum rc r;

	r = section_require(section, "command", &text, err);
	if (r != RC_OK)
		return r;
	r = helper_command_parse(text, &exec->command, &why);
	if (r == RC_OK)
		r = helper_check(exec->command.argv[0], &why);
	return r == RC_OK ? r : section_refuse(section, "command", why.text, err);
}

static enum rc
exec_open(const struct conf *conf, const char *name, void **ret_state, struct err *err)
{
	const struct section section = { conf, name };
	struct exec *exec = calloc(1, sizeof(*exec));
	enum rc r;

	if (exec == NULL)
		return err_set(err, RC_NOMEM, "out of memory");
	exec->timeout_s = TIMEOUT_S;
	exec->names = (struct exec_names){ .nickname = name,
		.profile = section_text(&section, "profile", NULL),
		.issuer = section_text(&section, "issuer", NULL) };
	r = read_command(&section, exec, err);
	if (r == RC_OK)
		r = section_duration(&section, "timeout", TIMEOUT_MAX_S, false,
		    &exec->timeout_s, err);
	if (r == RC_OK)
		r = section_trust_read(&section, &exec->trust, err);
	if (r != RC_OK) {
		exec_close(exec);
		return r;
	}
	*ret_state = exec;
	return RC_OK;
}

static const struct anchors *
exec_anchors(const void *state)
{
	const struct exec *exec = state;

	return exec->trust.anchors;
}

static struct cert *const *
exec_chain(const void *state, size_t *ret_n)
{
	const struct exec *exec = state;

	*ret_n = exec->trust.n_chain;
	return exec->trust.chain;
}

static enum rc
run(const struct exec *exec, const char *operation, const struct ca_request *request,
    struct helper_result *result, struct err *err)
{
	struct exec_env env = { 0 };
	int64_t deadline_ms = clock_monotonic_ms() + exec->timeout_s * 1000;
	enum rc r = exec_env_fill(&env, operation, &exec->names, request, err);

	if (request->deadline_ms < deadline_ms)
		deadline_ms = request->deadline_ms;
	if (r == RC_OK)
		r = helper_run(exec->command.argv, env.list, NULL, 0, deadline_ms,
		    result, err);
	exec_env_clear(&env);
	return r;
}

/* The first line of what it wrote; of what it complained when that is empty. */
static const char *
words(const struct helper_result *result, int *ret_len)
{
	const struct buf *from = result->out.len > 0 ? &result->out : &result->err;
	size_t len = strcspn(buf_str(from), "\n");

	*ret_len = len < CA_TEXT_SIZE ? (int)len : CA_TEXT_SIZE;
	return len == 0 ? "no reason was given" : buf_str(from);
}

static void
say(struct ca_answer *answer, enum ca_outcome outcome, const char *what,
    const struct helper_result *result)
{
	int len = 0;
	const char *text = words(result, &len);

	ca_answer_set(answer, outcome, "%s%.*s", what, len > 0 ? len : CA_TEXT_SIZE,
	    text);
}

static enum rc
take_certificate(const struct exec *exec, const struct ca_request *request,
    const struct helper_result *result, struct ca_answer *answer, struct err *err)
{
	struct bag bag = { 0 };
	struct err why = { 0 };
	enum rc r;

	r = bag_add_any(&bag, buf_str(&result->out), result->out.len, &why);
	r = bag_answer_read(&bag, r, &why, request, answer, err);
	for (size_t i = 0; i < exec->trust.n_chain && r == RC_OK; i++)
		if (answer->outcome == CA_ISSUED && answer->n_chain < CA_CHAIN_MAX)
			r = ca_answer_add_chain(answer, exec->trust.chain[i], err);
	bag_clear(&bag);
	return r;
}

/* Exit 1: all of it is the cookie. Exit 5: behind a first line with seconds. */
static enum rc
take_cookie(const struct helper_result *result, struct ca_answer *answer,
    struct err *err)
{
	const char *cookie = buf_str(&result->out);
	size_t len = result->out.len;
	int64_t after_s = 0;
	char line[32] = "";

	if (memchr(cookie, '\0', len) != NULL) {
		ca_answer_set(answer, CA_BADANSWER,
		    "pending, with a NUL in its cookie");
		return RC_OK;
	}
	if (result->status == 5) {
		size_t first = strcspn(cookie, "\n");

		if (first < sizeof(line))
			memcpy(line, cookie, first);
		if (num_parse(line, 0, INT64_MAX, &after_s, NULL) != RC_OK) {
			ca_answer_set(answer, CA_BADANSWER,
			    "pending, without a number of seconds");
			return RC_OK;
		}
		if (cookie[first] == '\n')
			first++;
		cookie += first;
		len -= first;
		if (after_s > CA_POLL_MAX_S)
			after_s = CA_POLL_MAX_S;
		if (after_s < CA_POLL_MIN_S)
			after_s = CA_POLL_MIN_S;
	}
	return ca_answer_pend(answer, cookie, len, after_s, err);
}

/* What an exit status means, but for those with more than words to it. */
static const struct {
	int status;
	enum ca_outcome outcome;
	const char *what;
} meanings[] = {
	{ 2, CA_REJECTED, "" },
	{ 3, CA_RETRY, "the CA cannot be reached: " },
	{ 4, CA_CONFIG, "the helper lacks configuration: " },
	{ 6, CA_UNSUPPORTED, "the helper does not know this operation: " },
	{ 16, CA_CONFIG, "the helper is for SCEP and wants SCEP data: " },
	{ 17, CA_CONFIG, "the CA wants another key pair than the firmware makes: " },
};

/* The outcome of a run that gave no certificate and no cookie. */
static void
explain(const struct helper_result *result, struct ca_answer *answer)
{
	if (result->timed_out) {
		ca_answer_set(answer, CA_RETRY, "the helper did not end in time");
		return;
	}
	if (result->too_much) {
		ca_answer_set(answer, CA_BADANSWER,
		    "the helper wrote more than %d bytes", HELPER_OUT_MAX_BYTES);
		return;
	}
	if (result->signal != 0) {
		ca_answer_set(answer, CA_BADANSWER, "the helper was ended by signal %d",
		    result->signal);
		return;
	}
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].status != result->status)
			continue;
		say(answer, meanings[i].outcome, meanings[i].what, result);
		return;
	}
	say(answer, CA_BADANSWER,
	    "the helper ended with a status that means nothing: ", result);
}

static bool
is_regular(const struct helper_result *result)
{
	return !result->timed_out && !result->too_much && result->signal == 0;
}

static enum rc
ask(struct exec *exec, const char *operation, const struct ca_request *request,
    struct ca_answer *ret_answer, struct err *err)
{
	struct helper_result result = { 0 };
	struct err why = { 0 };
	enum rc r = run(exec, operation, request, &result, &why);

	if (r == RC_NOMEM) {
		(void)err_set(err, r, "%s", why.text);
	} else if (r != RC_OK) {
		ca_answer_set(ret_answer, CA_CONFIG, "%s", why.text);
		r = RC_OK;
	} else if (is_regular(&result) && result.status == 0) {
		r = take_certificate(exec, request, &result, ret_answer, err);
	} else if (is_regular(&result) && (result.status == 1 || result.status == 5)) {
		r = take_cookie(&result, ret_answer, err);
	} else {
		explain(&result, ret_answer);
	}
	helper_result_clear(&result);
	return r;
}

static enum rc
exec_submit(void *state, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	enum rc r = ask(state, "SUBMIT", request, ret_answer, err);

	if (r == RC_OK && ret_answer->outcome == CA_UNSUPPORTED)
		ca_answer_set(ret_answer, CA_CONFIG,
		    "the helper does not take requests (SUBMIT)");
	return r;
}

static enum rc
exec_poll(void *state, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	return ask(state, "POLL", request, ret_answer, err);
}

/* Is it one of the lines? *ret_first gets some of them, for a message. */
static bool
has_line(const char *lines, const char *wanted, char *first, size_t size)
{
	size_t wanted_len = strlen(wanted);
	size_t at = 0;

	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");

		if (len == wanted_len && memcmp(lines, wanted, len) == 0)
			return true;
		if (len > 0 && at + len + 2 < size) {
			int n = snprintf(first + at, size - at, "%s%.*s",
			    at > 0 ? " " : "", (int)len, lines);

			at += n > 0 ? (size_t)n : 0;
		}
		lines += len;
		lines += strspn(lines, "\n");
	}
	return false;
}

static enum rc
probe_templates(const struct exec *exec, const struct ca_request *request,
    struct ca_facts *facts, struct err *err)
{
	char offered[TEMPLATES_TEXT_SIZE] = "";
	struct helper_result result = { 0 };
	enum rc r;

	if (exec->names.profile == NULL)
		return RC_OK;
	(void)snprintf(facts->template_name, sizeof(facts->template_name), "%s",
	    exec->names.profile);
	r = run(exec, "GET-SUPPORTED-TEMPLATES", request, &result, err);
	/* Most helpers do not know this operation. */
	if (r == RC_OK && is_regular(&result) && result.status == 0 &&
	    !has_line(buf_str(&result.out), exec->names.profile, offered,
		sizeof(offered))) {
		facts->lacks_template = true;
		ca_facts_set(facts, CA_CONFIG,
		    "profile %s is not offered: publish it at the CA; offered are: %s",
		    exec->names.profile, offered);
	}
	helper_result_clear(&result);
	return r;
}

/* What it reports as roots is not trusted, but tells when the CA ends. */
static enum rc
probe_roots(const struct exec *exec, const struct ca_request *request,
    struct ca_facts *facts, struct err *err)
{
	struct helper_result result = { 0 };
	struct bag bag = { 0 };
	enum rc r = run(exec, "FETCH-ROOTS", request, &result, err);

	if (r == RC_OK && is_regular(&result) && result.status == 0 &&
	    bag_add_pem(&bag, buf_str(&result.out), result.out.len, NULL) == RC_OK)
		bag_note_facts(&bag, exec->trust.anchors, request, facts);
	bag_clear(&bag);
	helper_result_clear(&result);
	return r;
}

static enum rc
probe_identity(const struct exec *exec, const struct ca_request *request,
    struct ca_facts *facts, struct err *err)
{
	struct helper_result result = { 0 };
	struct ca_answer answer = { 0 };
	enum rc r = run(exec, "IDENTIFY", request, &result, err);

	if (r == RC_OK &&
	    !(is_regular(&result) && (result.status == 0 || result.status == 6))) {
		explain(&result, &answer);
		ca_facts_set(facts,
		    answer.outcome == CA_REJECTED ? CA_CONFIG : answer.outcome, "%s",
		    answer.text);
	}
	ca_answer_clear(&answer);
	helper_result_clear(&result);
	return r;
}

static enum rc
exec_probe(void *state, const struct ca_request *request, struct ca_facts *facts,
    struct err *err)
{
	const struct exec *exec = state;
	struct err why = { 0 };
	enum rc r;

	(void)snprintf(facts->kind, sizeof(facts->kind), "external program");
	facts->outcome = CA_ISSUED;
	r = probe_identity(exec, request, facts, &why);
	if (r == RC_OK && facts->outcome == CA_ISSUED)
		r = probe_templates(exec, request, facts, &why);
	if (r == RC_OK && facts->outcome == CA_ISSUED)
		r = probe_roots(exec, request, facts, &why);
	if (r == RC_NOMEM)
		return err_set(err, r, "%s", why.text);
	if (r != RC_OK)
		ca_facts_set(facts, CA_CONFIG, "%s", why.text);
	return RC_OK;
}

static const char *const exec_keys[] = {
	"command",
	"profile",
	"issuer",
	"timeout",
	"trust-anchor",
	"chain-file",
	NULL,
};

const struct ca_ops ca_exec_ops = {
	.name = "exec",
	.keys = exec_keys,
	.open = exec_open,
	.close = exec_close,
	.anchors = exec_anchors,
	.chain = exec_chain,
	.probe = exec_probe,
	.submit = exec_submit,
	.poll = exec_poll,
};
