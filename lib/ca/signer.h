/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process that holds the key of the local CA, and the two messages it
 * speaks.  They are structs of fixed size between two copies of one program: there
 * is nothing to parse, and nothing can be longer than its field.
 */
#ifndef AMTCERT_CA_SIGNER_H
#define AMTCERT_CA_SIGNER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/rc.h"
#include "ca/ca.h"

enum {
	SIGNER_NAME_SIZE = 256,
	SIGNER_NAMES_MAX = 15,
	SIGNER_CSR_MAX_BYTES = 8192,
	SIGNER_CERT_MAX_BYTES = 8192,
	SIGNER_KEY_TEXT_SIZE = 32,
	SIGNER_DIGEST_SIZE = 16,
	SIGNER_START_MS = 10000, /* a pass phrase may be slow on purpose */
};

enum signer_task {
	SIGNER_PROBE, /* without csr */
	SIGNER_LOOK,  /* the same, and no file is written */
	SIGNER_SUBMIT,
	SIGNER_ABANDON, /* revoke what was issued for csr */
	SIGNER_RETIRE,	/* revoke the certificate in csr, which was replaced */
	SIGNER_PUBLISH, /* the list, if it is time; without csr and names */
};

/* What it is to do; zeroed before it is filled, so that no byte is by chance. */
struct signer_request {
	int32_t task; /* enum signer_task */
	int32_t eku;
	int64_t now;
	int64_t not_before_max;
	int64_t lifetime_s; /* 0: what the CA issues for */
	char digest[SIGNER_DIGEST_SIZE];
	char common_name[SIGNER_NAME_SIZE];
	char dns_names[SIGNER_NAMES_MAX][SIGNER_NAME_SIZE];
	uint64_t n_dns_names;
	uint64_t csr_len;
	uint8_t csr[SIGNER_CSR_MAX_BYTES];
};

struct signer_answer {
	int32_t outcome; /* enum ca_outcome; CA_ISSUED also for "ready" */
	char text[CA_TEXT_SIZE];
	char key[SIGNER_KEY_TEXT_SIZE];
	int64_t not_after;
	int64_t lifetime_s;
	struct ca_list list; /* what is published; zeroed without */
	uint64_t cert_len;
	uint8_t cert[SIGNER_CERT_MAX_BYTES];
};

/* What it works with. Lent; the child has its copy. */
struct signer_settings {
	const char *cert_file;
	const char *key_file;
	const char *secret_file; /* NULL: the key is not encrypted */
	const char *issued_file;
	int64_t
	    lifetime_s; /* the longest, and what is issued for unless less is asked */
	int64_t backdate_s;
	const char *crl_file; /* NULL: none is published */
	int64_t crl_lifetime_s;
	const struct anchors *anchors; /* that its own work must verify to */
	struct cert *const *chain;     /* issuer first */
	size_t n_chain;
};

/* A running child. */
struct signer {
	pid_t pid;
	int fd;
};

/*
 * Start it and wait until it says that its key is good. RC_CONFIG with its
 * words, RC_TIMEOUT, RC_SYSTEM. It ends with its parent, whatever ends that.
 */
enum rc signer_start(const struct signer_settings *settings, struct signer *ret_signer,
    struct err *err);

/*
 * One request, one answer. deadline_ms is of clock_monotonic_ms(). RC_TIMEOUT
 * past it, RC_SYSTEM when the child is gone; after either it can only be stopped.
 * Texts in the answer are terminated and cert_len is in range.
 */
enum rc signer_call(struct signer *signer, const struct signer_request *request,
    int64_t deadline_ms, struct signer_answer *ret_answer, struct err *err);

/* End the child and wait for it. Accepts one that was never started (pid 0). */
void signer_stop(struct signer *signer);

/* The child's work, without a child: answer one request. Never fails. */
struct issuer;
void signer_answer_request(const struct signer_settings *settings,
    const struct issuer *issuer, const struct signer_request *request,
    struct signer_answer *answer);

#endif
