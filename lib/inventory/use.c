/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From facts to uses: what the port presents first, then every certificate of
 * the store by the purposes that contexts give it.
 */
#include "inventory/use.h"

#include <stdlib.h>
#include <string.h>

enum {
	FIRST_ROOM = 8
};

/* What is built from and into. */
struct builder {
	const struct facts *facts;
	const struct verdict *verdict;
	const struct policy *policy;
	int64_t now;
	struct uses uses;
	struct err *err;
};

void
uses_clear(struct uses *uses)
{
	free(uses->list);
	memset(uses, 0, sizeof(*uses));
}

void
uses_drop(struct uses *uses, enum role role)
{
	size_t n = 0;

	for (size_t i = 0; i < uses->n; i++)
		if (uses->list[i].role != role)
			uses->list[n++] = uses->list[i];
	uses->n = n;
}

static bool
is_same(const struct cert *a, const struct cert *b)
{
	return memcmp(a->fingerprint, b->fingerprint, CERT_FINGERPRINT_BYTES) == 0;
}

/* A certificate is judged once per place it was seen in: the worst counts. */
static struct aging
age(const struct builder *b, const struct cert *cert)
{
	struct aging aging, one;

	aging_init(&aging);
	for (size_t i = 0; i < b->verdict->n_judged; i++) {
		if (!is_same(b->verdict->judged[i].cert, cert))
			continue;
		aging_of_judged(b->verdict, &b->verdict->judged[i], b->policy, b->now,
		    &one);
		aging_fold(&aging, &one);
	}
	return aging;
}

static enum rc
add(struct builder *b, enum role role, const struct cert *cert, unsigned int sources,
    const char *instance_id)
{
	size_t n = b->uses.n;
	struct use *list;

	if (n >= USE_LIMIT)
		return err_set(b->err, RC_LIMIT,
		    "%s: more than %d uses of certificates", b->facts->name, USE_LIMIT);
	if (n == 0 || (n >= FIRST_ROOM && (n & (n - 1)) == 0)) {
		list = reallocarray(b->uses.list, n == 0 ? FIRST_ROOM : 2 * n,
		    sizeof(*list));
		if (list == NULL)
			return err_set(b->err, RC_NOMEM, "inventory: out of memory");
		b->uses.list = list;
	}
	b->uses.list[n] = (struct use){ .role = role,
		.cert = cert,
		.sources = sources,
		.instance_id = instance_id,
		.aging = age(b, cert) };
	b->uses.n++;
	return RC_OK;
}

static bool
is_there(const struct builder *b, const struct cert *cert)
{
	for (size_t i = 0; i < b->uses.n; i++)
		if (is_same(b->uses.list[i].cert, cert))
			return true;
	return false;
}

static enum rc
add_presented(struct builder *b)
{
	const struct facts_presented *presented = &b->facts->presented;
	const struct path *path = &presented->path;
	enum rc r;

	if (!presented->known || presented->n_certs == 0)
		return RC_OK;
	r = add(b, ROLE_TLS, presented->certs[0], USE_PRESENTED, "");
	for (size_t i = 1; r == RC_OK && i < path->n_elements; i++)
		r = add(b, i + 1 == path->n_elements ? ROLE_ANCHOR : ROLE_PATH,
		    path->elements[i], USE_PRESENTED, "");
	for (size_t i = 1; r == RC_OK && i < presented->n_certs; i++)
		if (!is_there(b, presented->certs[i]))
			r = add(b, ROLE_PATH, presented->certs[i], USE_PRESENTED, "");
	return r;
}

/* The one that is bound to TLS: usually what is served, and then one use. */
static enum rc
add_bound_tls(struct builder *b, const struct facts_cert *bound)
{
	struct use *served =
	    b->uses.n > 0 && b->uses.list[0].role == ROLE_TLS ? &b->uses.list[0] : NULL;

	if (served == NULL)
		return add(b, ROLE_TLS, bound->cert, USE_STORE, bound->instance_id);
	if (!is_same(served->cert, bound->cert))
		return add(b, ROLE_TLS_BOUND, bound->cert, USE_STORE,
		    bound->instance_id);
	served->sources |= USE_STORE;
	served->instance_id = bound->instance_id;
	return RC_OK;
}

static enum rc
add_stored(struct builder *b, const struct facts_cert *cert)
{
	enum rc r = RC_OK;

	if ((cert->usage & USAGE_TLS) != 0)
		r = add_bound_tls(b, cert);
	for (size_t i = 0; r == RC_OK && i < role_n_infos; i++)
		if (role_infos[i].role != ROLE_TLS &&
		    (cert->usage & role_infos[i].usage) != 0)
			r = add(b, role_infos[i].role, cert->cert, USE_STORE,
			    cert->instance_id);
	if (r == RC_OK && cert->is_trusted_root)
		r = add(b, ROLE_ROOT, cert->cert, USE_STORE, cert->instance_id);
	else if (r == RC_OK && cert->usage == USAGE_NONE)
		r = add(b, ROLE_UNBOUND, cert->cert, USE_STORE, cert->instance_id);
	return r;
}

enum rc
uses_build(const struct facts *facts, const struct verdict *verdict,
    const struct policy *policy, int64_t now, struct uses *ret_uses, struct err *err)
{
	struct builder b = { facts, verdict, policy, now, { NULL, 0 }, err };
	enum rc r;

	r = add_presented(&b);
	for (size_t i = 0; r == RC_OK && facts->has_store && i < facts->n_certs; i++)
		r = add_stored(&b, &facts->certs[i]);
	if (r != RC_OK) {
		uses_clear(&b.uses);
		return r;
	}
	*ret_uses = b.uses;
	return RC_OK;
}
