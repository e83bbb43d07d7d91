/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Targets by the thousand.  A file that cannot be read is tried for each device
 * that names it: each says so.
 */
#include "scan/setup.h"

#include <stdlib.h>
#include <string.h>

struct setup_file {
	char *path;	/* "" for handshakes without a client certificate */
	char *key_path; /* NULL: trust anchors */
	struct anchors *anchors;
	struct shaker *shaker;
	struct setup_file *next;
};

static void
free_file(struct setup_file *file)
{
	if (file == NULL)
		return;
	free(file->path);
	free(file->key_path);
	anchors_free(file->anchors);
	shaker_free(file->shaker);
	free(file);
}

void
setup_files_clear(struct setup_files *files)
{
	while (files->first != NULL) {
		struct setup_file *file = files->first;

		files->first = file->next;
		free_file(file);
	}
}

static struct setup_file *
find_file(const struct setup_files *files, const char *path, const char *key_path)
{
	struct setup_file *file = files->first;

	while (file != NULL &&
	    (strcmp(file->path, path) != 0 ||
		(file->key_path == NULL) != (key_path == NULL) ||
		(key_path != NULL && strcmp(file->key_path, key_path) != 0)))
		file = file->next;
	return file;
}

static enum rc
new_file(const char *path, const char *key_path, struct setup_file **ret_file,
    struct err *err)
{
	struct setup_file *file = calloc(1, sizeof(*file));

	if (file == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", path);
	file->path = strdup(path);
	if (key_path != NULL)
		file->key_path = strdup(key_path);
	if (file->path == NULL || (key_path != NULL && file->key_path == NULL)) {
		free_file(file);
		return err_set(err, RC_NOMEM, "%s: out of memory", path);
	}
	*ret_file = file;
	return RC_OK;
}

static void
keep_file(struct setup_files *files, struct setup_file *file)
{
	file->next = files->first;
	files->first = file;
}

static enum rc
find_anchors(const struct scan_setup *setup, struct target *target, struct err *err)
{
	struct setup_file *file;
	enum rc r;

	if (target->trust_anchor_file == NULL)
		return RC_OK;
	file = find_file(setup->files, target->trust_anchor_file, NULL);
	if (file == NULL) {
		r = new_file(target->trust_anchor_file, NULL, &file, err);
		if (r == RC_OK)
			r = anchors_read_file(file->path, &file->anchors, err);
		if (r != RC_OK) {
			free_file(file);
			return r;
		}
		keep_file(setup->files, file);
	}
	target->anchors = file->anchors;
	return RC_OK;
}

enum rc
setup_shaker(const struct scan_setup *setup, const struct target *target,
    struct shaker **ret_shaker, struct err *err)
{
	const char *path = target->client_cert_file,
		   *key_path = target->client_key_file;
	struct setup_file *file = NULL;
	enum rc r;

	file = find_file(setup->files, path == NULL ? "" : path,
	    path == NULL ? "" : key_path);
	if (file == NULL) {
		r = new_file(path == NULL ? "" : path, path == NULL ? "" : key_path,
		    &file, err);
		if (r == RC_OK)
			r = shaker_new(path, key_path, &file->shaker, err);
		if (r != RC_OK) {
			free_file(file);
			return r;
		}
		keep_file(setup->files, file);
	}
	*ret_shaker = file->shaker;
	return RC_OK;
}

enum rc
setup_take(struct setup_options *options, const struct opt *opt, const char *value,
    struct err *err)
{
	struct target trial;
	enum rc r;

	target_init(&trial);
	r = target_take_option(&trial, opt, value, err);
	target_clear(&trial);
	if (r != RC_OK)
		return r;
	if (options->n == SETUP_OPTIONS_MAX)
		return err_set(err, RC_USAGE, "--%s: more than %d options of a device",
		    opt->long_name, SETUP_OPTIONS_MAX);
	options->opt[options->n] = opt;
	options->value[options->n] = value;
	options->n++;
	return RC_OK;
}

static enum rc
set_text(char **field, const char *text, struct err *err)
{
	*field = strdup(text);
	return *field != NULL ? RC_OK : err_set(err, RC_NOMEM, "target: out of memory");
}

enum rc
setup_target(const struct scan_setup *setup, const char *name, const char *address,
    struct target *target, struct err *err)
{
	const struct setup_options *options = &setup->options;
	enum rc r;

	target_init(target);
	r = set_text(&target->name, name, err);
	if (r == RC_OK && address != NULL)
		r = set_text(&target->address, address, err);
	for (size_t i = 0; i < options->n && r == RC_OK; i++)
		r = target_take_option(target, options->opt[i], options->value[i], err);
	if (r == RC_OK)
		r = target_complete(target, setup->conf, err);
	if (r == RC_OK)
		r = find_anchors(setup, target, err);
	if (r != RC_OK)
		setup_target_clear(target);
	return r;
}

void
setup_target_clear(struct target *target)
{
	target->anchors = NULL; /* of the files */
	target_clear(target);
}

int64_t
setup_time(const struct scan_setup *setup, int64_t at_ms)
{
	return setup->now + (at_ms - setup->now_ms) / 1000;
}
