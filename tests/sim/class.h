/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A WS-Man class as a table row: fixed properties, a function for the ones
 * that vary, and what Put, Create, Delete and methods do.
 */
#ifndef AMTSIM_CLASS_H
#define AMTSIM_CLASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inst.h"
#include "soap.h"

struct device;

/* How Put, Create and Delete end. */
struct outcome {
	enum fault fault;
	int64_t amt_status; /* with FAULT_INTERNAL */
};

#define OUTCOME_OK	  ((struct outcome){ FAULT_NONE, -1 })
#define OUTCOME_FAULT(f)  ((struct outcome){ (f), -1 })
#define OUTCOME_STATUS(n) ((struct outcome){ FAULT_INTERNAL, (n) })

/* The instance a request means. */
enum {
	CLASS_ANY = -1 /* no selectors were given */
};

struct class_prop {
	const char *name;
	const char *text;
};

/* A method at work. */
struct class_call {
	struct device *dev;
	const struct class *class;
	size_t index;
	const struct soap_request *request;
	const xmlNode *input;
	struct inst out; /* without ReturnValue */
	enum fault fault;
};

struct class_method {
	const char *name;
	int64_t (*call)(struct class_call *call); /* ReturnValue */
	const char *inputs;    /* names separated by blanks: ?optional &reference */
	const char *reference; /* output that becomes a placeholder on failure */
	bool reads;	       /* changes nothing */
};

struct class
{
	const char *name;
	const char *bases;	     /* separated by blanks; NULL: none */
	bool common;		     /* declares the common namespace */
	bool method_common;	     /* in the answers of its methods, too */
	bool put_is_empty;	     /* PutResponse has an empty body */
	bool keeps;		     /* Put writes props and optional: kept.h */
	const char *const *optional; /* more that can be written; ends with NULL */
	void (*written)(struct device *dev); /* after such a Put */
	const struct class_prop *props;	     /* ends with a NULL name */
	bool (*exists)(const struct device *dev);
	size_t (*count)(const struct device *dev); /* NULL: one instance */
	void (*fill)(struct device *dev, size_t index, struct inst *inst);
	struct outcome (*put)(struct device *dev, int index, const xmlNode *instance);
	struct outcome (*create)(struct device *dev, const xmlNode *instance);
	struct outcome (*delete)(struct device *dev, int index);
	const struct class_method *methods; /* ends with a NULL name */
};

/* By name; NULL when this device does not know it. */
const struct class *class_find(const struct device *dev, const char *name);

/* n-th class an enumeration of class walks through: itself, then what derives
 * from it. NULL past the end. */
const struct class *class_family(const struct device *dev, const struct class *class,
    size_t n);

size_t class_count(const struct device *dev, const struct class *class);

/* The instance with its properties in the firmware's order. */
void class_fill(struct device *dev, const struct class *class, size_t index,
    struct inst *inst);

/* The table in parts; each ends with a NULL name. */
extern const struct class class_identity[];
extern const struct class class_network[];
extern const struct class class_pki[];
extern const struct class class_tls[];
extern const struct class class_8021x[];
extern const struct class class_wifi[];
extern const struct class class_remote[];
extern const struct class class_proxy[];
extern const struct class class_account[];
extern const struct class class_log[];
extern const struct class class_control[];
extern const struct class class_hardware[];
extern const struct class class_static[];

/* Shared by the parts. */

/* Does AMT_RedirectionService listen? */
bool class_is_redirecting(struct device *dev);

/* RequestStateChange: EnabledState becomes what is asked for. */
int64_t class_request_state(struct class_call *call);
#define CLASS_STATE_INPUTS "RequestedState ?TimeoutPeriod"
size_t class_none(const struct device *dev); /* a count of 0 */
size_t class_two(const struct device *dev);  /* a count of 2 */
void class_cert_instance_id(char field[SOAP_VALUE_SIZE], int handle);
void class_key_instance_id(char field[SOAP_VALUE_SIZE], int handle);

/* A property that refers to a certificate. */
void class_cert_epr(struct inst *inst, const char *name, int handle);

/* A reference to a certificate that exists, into *handle. False when it is none;
 * *handle stays when there is no such child. */
bool class_take_cert(const struct device *dev, const xmlNode *parent, const char *name,
    int *handle);

/* "Intel(r) AMT Certificate: Handle: 3" to 3; -1 when it is something else. */
int class_cert_handle(const char *instance_id);
int class_key_handle(const char *instance_id);

#endif
