/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults on purpose: rules that match the n-th request of a kind and say what
 * shall go wrong with it.
 */
#ifndef AMTSIM_INJECT_H
#define AMTSIM_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"

/* What goes wrong. The words are those of the rule text. */
#define INJECT_MAP(X)                                           \
	X(INJECT_NONE, "none", false)                           \
	X(INJECT_CUT_BEFORE_READ, "cut-before-read", false)     \
	X(INJECT_CUT_BEFORE_ANSWER, "cut-before-answer", false) \
	X(INJECT_CUT_IN_ANSWER, "cut-in-answer", false)         \
	X(INJECT_CUT_AFTER_ANSWER, "cut-after-answer", false)   \
	X(INJECT_STATUS, "status", true)                        \
	X(INJECT_AMT_STATUS, "amt-status", true)                \
	X(INJECT_RETURN_VALUE, "return-value", true)            \
	X(INJECT_GARBAGE, "garbage", false)                     \
	X(INJECT_NOT_HTTP, "not-http", false)                   \
	X(INJECT_DTD, "dtd", false)                             \
	X(INJECT_HUGE, "huge", false)                           \
	X(INJECT_SLOW, "slow", true)                            \
	X(INJECT_HANG, "hang", false)                           \
	X(INJECT_FREEZE, "freeze", false)                       \
	X(INJECT_WRONG_RELATES_TO, "wrong-relates-to", false)   \
	X(INJECT_STALE, "stale", false)                         \
	X(INJECT_REBOOT_KEEP, "reboot-keep", false)             \
	X(INJECT_REBOOT_DROP, "reboot-drop", false)             \
	X(INJECT_REBOOT_APPLY, "reboot-apply", false)           \
	X(INJECT_POWER_LOSS_KEEP, "power-loss-keep", false)     \
	X(INJECT_POWER_LOSS_DROP, "power-loss-drop", false)     \
	X(INJECT_POWER_LOSS_APPLY, "power-loss-apply", false)   \
	X(INJECT_DEAD_BEFORE, "dead-before", false)

enum inject_action {
#define INJECT_ENUM(name, word, has_value) name,
	INJECT_MAP(INJECT_ENUM)
#undef INJECT_ENUM
};

enum {
	INJECT_WORD_SIZE = 64,
	INJECT_RULES_MAX = 64,
};

struct inject_rule {
	char op[INJECT_WORD_SIZE];     /* Get, Invoke, ..., any, http */
	char class[INJECT_WORD_SIZE];  /* "*": any */
	char method[INJECT_WORD_SIZE]; /* "*": any */
	int64_t at;		       /* the n-th match */
	bool onwards;		       /* and every later one */
	enum inject_action action;
	int64_t value;
	int64_t seen; /* matches so far */
	int64_t done; /* times it acted */
};

/* What a request is, for matching. method is NULL when there is none. */
struct inject_request {
	const char *op;
	const char *class;
	const char *method;
};

struct device;

/*
 * Add "OP[:CLASS[:METHOD]]:N:ACTION[=VALUE]"; N may end in "+". RC_USAGE.
 */
enum rc inject_add(struct device *dev, const char *text, struct err *err);

/* Drop all rules. */
void inject_clear(struct device *dev);

/* Count the request against every rule; the first that acts, or INJECT_NONE. */
enum inject_action inject_match(struct device *dev,
    const struct inject_request *request, int64_t *ret_value);

/* The word of an action. */
const char *inject_word(enum inject_action action);

/* Append the rules as a JSON array. */
void inject_dump(const struct device *dev, struct buf *out);

#endif
