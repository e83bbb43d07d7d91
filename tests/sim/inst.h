/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An instance or a method's output: names with values, written as the firmware
 * writes them.  Source: captures (no self-closed element, no white space).
 */
#ifndef AMTSIM_INST_H
#define AMTSIM_INST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	EPR_SELECTORS_MAX = 4
};

/* A reference. class NULL: the placeholder of a failed method. */
struct epr {
	const char *class;
	size_t n;
	struct {
		const char *name;
		char *value;
	} selectors[EPR_SELECTORS_MAX];
};

enum value_kind {
	VALUE_TEXT,
	VALUE_DATETIME,
	VALUE_EPR
};

struct value {
	const char *name; /* static */
	enum value_kind kind;
	char *text;
	struct epr epr;
	size_t order; /* of insertion: keeps arrays in order when sorted */
};

/* Zeroed is empty. */
struct inst {
	struct value *values;
	size_t n;
	size_t added; /* ever */
};

void inst_text(struct inst *inst, const char *name, const char *text);
void inst_bool(struct inst *inst, const char *name, bool value);
void inst_int(struct inst *inst, const char *name, int64_t value);
void inst_base64(struct inst *inst, const char *name, const void *bytes, size_t len);
void inst_datetime(struct inst *inst, const char *name, int64_t seconds);

/* A reference with one selector; more by epr_add on the returned object, which
 * is valid until the next inst_ call. */
struct epr *inst_epr(struct inst *inst, const char *name, const char *class,
    const char *selector, const char *value);
void epr_add(struct epr *epr, const char *selector, const char *value);

/* The unset reference of a failed method. */
void inst_placeholder(struct inst *inst, const char *name);

/* By name, upper case before lower case. */
void inst_sort(struct inst *inst);

/* The first value with this name, or NULL. */
const struct value *inst_find(const struct inst *inst, const char *name);

/* Drop every value with this name. */
void inst_remove(struct inst *inst, const char *name);

/* Put the texts of from in place of those with the same names. */
void inst_replace(struct inst *inst, const struct inst *from);

void inst_clear(struct inst *inst);

/* Append every value as <P:Name>...</P:Name>; common is the prefix declared
 * for dates. */
void inst_write(const struct inst *inst, struct buf *out, char prefix, char common);

/* Append the content of a reference to this instance of a class: its keys, which
 * are names or, of an association, references. */
void inst_write_reference(const struct inst *inst, const char *class, struct buf *out);

/* Append a reference's content, without an element around it. */
void epr_write(const struct epr *epr, struct buf *out);

/* Free what epr_add made. */
void epr_clear(struct epr *epr);

/* Append text with & < > escaped. */
void inst_escape(struct buf *out, const char *text);

/* The namespace of a class: its resource URI. */
void inst_class_uri(struct buf *out, const char *class);

#endif
