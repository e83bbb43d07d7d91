/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify_amt_journal: is the journal of the remedies as they wrote it?  It only looks,
 * and at no device.
 */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/codec.h"
#include "inventory/archive_list.h"
#include "inventory/chain.h"
#include "inventory/place.h"
#include "plugin/command.h"
#include "policy/config.h"

#define PROGRAM	      "verify_amt_journal"
#define DIGEST_PREFIX "sha256:"

enum {
	TIMEOUT_S = 300,
	OUT_MAX_BYTES = 64 * 1024 * 1024,
	EXIT_WHOLE = 0,
	EXIT_FAILED = 1,
	EXIT_BROKEN = 2,
};

enum own {
	OWN_KNOWN,
	OWN_PEM,
	OWN_INVENTORY,
	OWN_N
};

/* clang-format off */
static const struct opt own_options[OWN_N + 1] = {
	[OWN_KNOWN] = { "known", 0, "sha256:HEX",
	    "A digest that was printed before: the chain must have come through it." },
	[OWN_PEM] = { "pem", 0, NULL,
	    "Print the certificates that were replaced, as PEM, with who did it and why." },
	[OWN_INVENTORY] = { "inventory", 0, "FILE",
	    "Database that holds the journal, " DB_DEFAULT_PATH " unless set." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

static const struct opt *const options[] = { own_options, command_options, NULL };

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "Follows the chain of digests over the journal of all remedies and the archive\n"
	    "of replaced certificates: whoever changed, removed or inserted a row broke it.\n"
	    "Asks no device.\n"
	    "\n"
	    "Exit status: 0 whole; 1 the journal cannot be read; 2 broken; 3 usage or\n"
	    "configuration.\n",
	.examples = "  " PROGRAM "\n"
		    "  " PROGRAM " --pem\n",
	.timeout_s = TIMEOUT_S,
	.options = options,
};

struct run {
	struct command command;
	const char *inventory_file;
	bool has_known;
	uint8_t known[CHAIN_DIGEST_BYTES];
	bool wants_pem;
};

static enum rc
take_known(struct run *run, const char *value, struct err *err)
{
	if (strncmp(value, DIGEST_PREFIX, sizeof(DIGEST_PREFIX) - 1) != 0)
		return err_set(err, RC_USAGE,
		    "--known: %.80s: not sha256: and 64 hex digits", value);
	if (codec_hex_decode(value + sizeof(DIGEST_PREFIX) - 1, run->known,
		sizeof(run->known), NULL) != RC_OK)
		return err_set(err, RC_USAGE, "--known: %.80s: not 64 hex digits",
		    value);
	run->has_known = true;
	return RC_OK;
}

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct run *run = ctx;

	switch (opt_row(own_options, opt)) {
	case OWN_KNOWN:
		return take_known(run, value, err);
	case OWN_PEM:
		run->wants_pem = true;
		return RC_OK;
	case OWN_INVENTORY:
		run->inventory_file = value;
		return RC_OK;
	default:
		return RC_NOTFOUND;
	}
}

static void
tell(const struct chain_state *state, const char *what, struct buf *out)
{
	buf_addf(out,
	    "journal: %s: %lld entries (%lld steps, %lld runs, %lld certificates); ",
	    what, (long long)state->n_entries, (long long)state->n_of[CHAIN_STEP],
	    (long long)state->n_of[CHAIN_RUN], (long long)state->n_of[CHAIN_ARCHIVE]);
	buf_add_str(out, "newest " DIGEST_PREFIX);
	(void)codec_hex_encode(out, state->digest, sizeof(state->digest));
	buf_add_str(out, "\n");
}

static enum rc
verify(const struct run *run, struct db *db, int *ret_status, struct buf *out,
    struct err *err)
{
	struct chain_state state = { 0 };
	bool is_known = true;
	enum rc r = chain_verify(db, &state, err);

	if (r == RC_OK && run->has_known)
		r = chain_find(db, run->known, &is_known, err);
	if (r != RC_OK)
		return r;
	*ret_status = state.is_whole && is_known ? EXIT_WHOLE : EXIT_BROKEN;
	tell(&state, *ret_status == EXIT_WHOLE ? "whole" : "broken", out);
	if (!state.is_whole)
		buf_addf(out, "journal: %s\n", state.text);
	if (!is_known)
		buf_add_str(out,
		    "journal: the chain has not come through the known digest: its end "
		    "was cut off, or it is another journal\n");
	return RC_OK;
}

static enum rc
look(const struct run *run, int *ret_status, struct buf *out, struct err *err)
{
	struct conf *conf = NULL;
	struct db db = { 0 };
	enum rc r = config_read(run->command.config_file, &conf, err);

	if (r != RC_OK)
		return r;
	r = db_open_read_only(place_choose(run->inventory_file, conf, NULL), &db, err);
	if (r == RC_OK)
		r = db_begin_read(&db, err);
	if (r == RC_OK)
		r = verify(run, &db, ret_status, out, err);
	if (r == RC_OK && run->wants_pem)
		r = archive_list_pem(&db, out, err);
	db_close(&db);
	conf_free(conf);
	return r;
}

int
main(int argc, char **argv)
{
	struct run run = { 0 };
	struct err err = { 0 };
	int status = EXIT_FAILED;
	struct buf out;
	enum rc r;

	buf_init(&out, OUT_MAX_BYTES);
	r = command_start(&run.command, &info, take, &run, argc, argv, &err);
	if (r == RC_OK)
		r = look(&run, &status, &out, &err);
	if (r == RC_OK)
		r = command_write(STDOUT_FILENO, buf_str(&out), out.len, &err);
	if (r != RC_OK)
		status = command_fail(&run.command, r, &err, EXIT_FAILED);
	buf_clear(&out);
	command_clear(&run.command);
	return status;
}
