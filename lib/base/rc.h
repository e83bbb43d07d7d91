/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one result enum of the library, and the error object that travels with
 * it.  The first error wins: it is the cause, what follows is only its wake.
 */
#ifndef AMTCERT_BASE_RC_H
#define AMTCERT_BASE_RC_H

#include <stdarg.h>

/* What can happen, and its words.  plugin/output.c maps each to a state. */
#define RC_MAP(X)                                      \
	X(RC_OK, "success")                            \
	X(RC_NOMEM, "out of memory")                   \
	X(RC_USAGE, "wrong usage")                     \
	X(RC_CONFIG, "configuration is wrong")         \
	X(RC_SYSTEM, "system call failed")             \
	X(RC_FORMAT, "not well formed")                \
	X(RC_LIMIT, "larger than allowed")             \
	X(RC_NOTFOUND, "not found")                    \
	X(RC_RESOLVE, "name cannot be resolved")       \
	X(RC_CONNECT, "cannot connect")                \
	X(RC_TIMEOUT, "no answer in time")             \
	X(RC_TLS, "TLS handshake failed")              \
	X(RC_UNTRUSTED, "device is not authenticated") \
	X(RC_AUTH, "login refused")                    \
	X(RC_LOST, "answer lost, outcome unknown")     \
	X(RC_HTTP, "unexpected HTTP answer")           \
	X(RC_FAULT, "device answered with a fault")    \
	X(RC_PT_STATUS, "device refused the call")     \
	X(RC_STATE, "not in the state this needs")     \
	X(RC_CA, "certificate authority refused")      \
	X(RC_DB, "database failed")                    \
	X(RC_LOCKED, "held by another process")        \
	X(RC_INTERNAL, "internal error")

enum rc {
#define RC_ENUM(name, text) name,
	RC_MAP(RC_ENUM)
#undef RC_ENUM
};

enum {
	ERR_TEXT_SIZE = 640
};

/* Starts zeroed: struct err err = { 0 }. */
struct err {
	enum rc rc;
	char text[ERR_TEXT_SIZE]; /* "object: rule: what", UTF-8, printable */
};

/* The words of rc; never NULL. */
const char *rc_text(enum rc rc);

/*
 * Record rc and a message of the form "object: rule: what" and return rc.
 * Keeps the error that is already there.  Long messages are cut; bytes that
 * are not printable are escaped, so text may quote hostile input.  err may be
 * NULL.
 */
enum rc err_set(struct err *err, enum rc rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* err_set() for RC_SYSTEM with ": <strerror(errno)>" appended. */
enum rc err_system(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A static analyser does not see that both return what they are given. */
#ifdef __clang_analyzer__
#define err_set(err, rc, ...) ((void)(err_set)((err), (rc), __VA_ARGS__), (rc))
#define err_system(err, ...)  ((void)(err_system)((err), __VA_ARGS__), RC_SYSTEM)
#endif

/* Put "object: " in front of the recorded message; keeps the cause. */
void err_prefix(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Forget the recorded error, so that err can be used again. */
void err_clear(struct err *err);

#endif
