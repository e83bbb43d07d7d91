/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules for faults: their text form, and which request meets which rule.
 * What a fault does is in serve.c and conn.c.
 */
#include "inject.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "device.h"
#include "mem.h"

enum {
	FIELDS_MAX = 5
};

static const struct {
	enum inject_action action;
	const char *word;
	bool has_value;
} actions[] = {
#define INJECT_ROW(name, word, has_value) { name, word, has_value },
	INJECT_MAP(INJECT_ROW)
#undef INJECT_ROW
};

/* Operations a rule may name, besides "any" (of WS-Man) and "http" (any). */
static const char *const ops[] = { "Get", "Put", "Create", "Delete", "Enumerate",
	"Pull", "Release", "Invoke", "Identify", "any", "http", NULL };

const char *
inject_word(enum inject_action action)
{
	return actions[action].word;
}

static enum rc
parse_action(const char *text, struct inject_rule *rule, struct err *err)
{
	const char *value = strchr(text, '=');
	size_t len = value == NULL ? strlen(text) : (size_t)(value - text);
	int64_t number = 0;

	for (size_t i = 1; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strlen(actions[i].word) != len ||
		    strncmp(actions[i].word, text, len) != 0)
			continue;
		if (actions[i].has_value != (value != NULL))
			return err_set(err, RC_USAGE, "fault: %s %s", actions[i].word,
			    value == NULL ? "needs =VALUE" : "takes no value");
		if (value != NULL &&
		    num_parse(value + 1, 0, 3600000, &number, err) != RC_OK)
			return RC_USAGE;
		rule->action = actions[i].action;
		rule->value = number;
		return RC_OK;
	}
	return err_set(err, RC_USAGE, "fault: no such action: %s", text);
}

static enum rc
parse_count(char *text, struct inject_rule *rule, struct err *err)
{
	size_t len = strlen(text);

	if (strcmp(text, "*") == 0)
		memcpy(text, "1", 2);
	else if (len > 1 && text[len - 1] == '+')
		text[len - 1] = '\0';
	else
		return num_parse(text, 1, 1000000000, &rule->at, err);
	rule->onwards = true;
	return num_parse(text, 1, 1000000000, &rule->at, err);
}

static enum rc
parse_word(const char *text, char field[INJECT_WORD_SIZE], struct err *err)
{
	size_t len = strlen(text);

	if (len >= INJECT_WORD_SIZE)
		return err_set(err, RC_USAGE, "fault: word too long: %s", text);
	memcpy(field, text, len + 1);
	return RC_OK;
}

static enum rc
check_op(const char *op, struct err *err)
{
	for (size_t i = 0; ops[i] != NULL; i++)
		if (strcmp(ops[i], op) == 0)
			return RC_OK;
	return err_set(err, RC_USAGE, "fault: no such operation: %s", op);
}

static size_t
split(char *text, char *fields[FIELDS_MAX])
{
	size_t n = 0;
	char *rest = text;

	while (rest != NULL && n < FIELDS_MAX)
		fields[n++] = strsep(&rest, ":");
	return rest == NULL ? n : 0;
}

static enum rc
parse_rule(char *text, struct inject_rule *rule, struct err *err)
{
	char *fields[FIELDS_MAX] = { NULL };
	size_t n = split(text, fields);
	enum rc r = RC_OK;

	if (n < 3)
		return err_set(err, RC_USAGE,
		    "fault: want OP[:CLASS[:METHOD]]:N:ACTION[=VALUE]");
	r = parse_word(fields[0], rule->op, err);
	if (r == RC_OK)
		r = check_op(rule->op, err);
	if (r == RC_OK)
		r = parse_word(n > 3 ? fields[1] : "*", rule->class, err);
	if (r == RC_OK)
		r = parse_word(n > 4 ? fields[2] : "*", rule->method, err);
	if (r == RC_OK)
		r = parse_count(fields[n - 2], rule, err);
	if (r == RC_OK)
		r = parse_action(fields[n - 1], rule, err);
	return r;
}

enum rc
inject_add(struct device *dev, const char *text, struct err *err)
{
	struct inject_rule rule = { 0 };
	char *copy = NULL;
	enum rc r = RC_OK;

	if (dev->rules_n == INJECT_RULES_MAX)
		return err_set(err, RC_USAGE, "fault: more than %d rules",
		    INJECT_RULES_MAX);
	copy = mem_dup(text);
	r = parse_rule(copy, &rule, err);
	free(copy);
	if (r != RC_OK)
		return RC_USAGE;
	dev->rules = mem_resize(dev->rules, dev->rules_n + 1, sizeof(rule));
	dev->rules[dev->rules_n++] = rule;
	return RC_OK;
}

void
inject_clear(struct device *dev)
{
	free(dev->rules);
	dev->rules = NULL;
	dev->rules_n = 0;
}

static bool
word_matches(const char *wanted, const char *word)
{
	if (strcmp(wanted, "*") == 0)
		return true;
	return word != NULL && strcmp(wanted, word) == 0;
}

static bool
op_matches(const char *wanted, const char *op)
{
	if (strcmp(op, "http") == 0)
		return strcmp(wanted, "http") == 0;
	return strcmp(wanted, "any") == 0 || strcmp(wanted, op) == 0;
}

enum inject_action
inject_match(struct device *dev, const struct inject_request *request,
    int64_t *ret_value)
{
	enum inject_action action = INJECT_NONE;

	for (size_t i = 0; i < dev->rules_n; i++) {
		struct inject_rule *rule = &dev->rules[i];

		if (!op_matches(rule->op, request->op) ||
		    !word_matches(rule->class, request->class) ||
		    !word_matches(rule->method, request->method))
			continue;
		rule->seen++;
		if (rule->seen != rule->at && !(rule->onwards && rule->seen > rule->at))
			continue;
		if (action != INJECT_NONE)
			continue;
		rule->done++;
		action = rule->action;
		*ret_value = rule->value;
	}
	return action;
}

void
inject_dump(const struct device *dev, struct buf *out)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < dev->rules_n; i++) {
		const struct inject_rule *rule = &dev->rules[i];

		buf_addf(out,
		    "%s{\"op\":\"%s\",\"class\":\"%s\",\"method\":\"%s\",\"at\":%lld,"
		    "\"action\":\"%s\",\"seen\":%lld,\"done\":%lld}",
		    i == 0 ? "" : ",", rule->op, rule->class, rule->method,
		    (long long)rule->at, inject_word(rule->action),
		    (long long)rule->seen, (long long)rule->done);
	}
	buf_add_char(out, ']');
}
