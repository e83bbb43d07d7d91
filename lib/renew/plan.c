/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of steps and writes, and how it is printed.
 */
#include "renew/plan.h"

#include <string.h>

#include "base/text.h"

static struct plan_line *
add_line(struct plan *plan)
{
	struct plan_line *line = NULL;

	if (plan->n == PLAN_LINES_MAX) {
		plan->rc = RC_LIMIT;
		return NULL;
	}
	line = &plan->lines[plan->n++];
	memset(line, 0, sizeof(*line));
	return line;
}

void
plan_add_step(struct plan *plan, const char *name, const char *text)
{
	struct plan_line *line = add_line(plan);

	if (line == NULL)
		return;
	line->step = name;
	line->text = text;
}

void
plan_add_write(struct plan *plan, const char *class_name, const char *method,
    const char *selector)
{
	struct plan_line *line = add_line(plan);

	if (line == NULL)
		return;
	line->class_name = class_name;
	line->method = method;
	if (selector != NULL)
		text_printable_field(line->selector, sizeof(line->selector), selector,
		    strlen(selector));
}

size_t
plan_count_writes(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++)
		n += plan->lines[i].class_name != NULL;
	return n;
}

enum rc
plan_format(const struct plan *plan, struct buf *out)
{
	size_t number = 0;

	if (plan->rc != RC_OK)
		return plan->rc;
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_line *line = &plan->lines[i];

		if (line->class_name == NULL)
			buf_addf(out, "%3zu  %-19s %s\n", ++number, line->step,
			    line->text);
		else
			buf_addf(out, "       write %s %s%s%s\n", line->class_name,
			    line->method, line->selector[0] == '\0' ? "" : " ",
			    line->selector);
	}
	return out->rc;
}
