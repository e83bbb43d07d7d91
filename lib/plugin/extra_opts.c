/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options from ini files of the Monitoring Plugins.  Such a file is shared with
 * plugins of others: only the section that is asked for has to make sense.
 */
#include "plugin/extra_opts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

#define OPTION "--extra-opts"
#define BLANKS " \t\r\f\v"

enum {
	NAME_MAX_BYTES = 256,
	READ_BYTES = 4096
};

/* In this order, behind the directories of $NAGIOS_CONFIG_PATH. */
static const char *const usual_files[] = {
	"/usr/local/etc/monitoring-plugins/monitoring-plugins.ini",
	"/usr/local/etc/monitoring-plugins.ini",
	"/etc/monitoring-plugins/monitoring-plugins.ini",
	"/etc/monitoring-plugins.ini",
	"/etc/nagios/plugins.ini",
	"/usr/local/nagios/etc/plugins.ini",
	"/usr/local/etc/nagios/plugins.ini",
	"/etc/opt/nagios/plugins.ini",
	"/etc/nagios-plugins.ini",
	"/usr/local/etc/nagios-plugins.ini",
	"/etc/opt/nagios-plugins.ini",
};

static const char *const usual_names[] = { "monitoring-plugins.ini", "plugins.ini",
	"nagios-plugins.ini" };

/* What is looked for, and where the words go. */
struct search {
	struct extra_opts *extra;
	char file[PATH_MAX]; /* "-": standard input */
	char section[NAME_MAX_BYTES];
	size_t n_found; /* options in the section */
	bool is_in;	/* reading inside the section */
	bool has_section;
	struct err *err;
};

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* len bytes of text and "/name" behind them, if there is one; false: too long. */
static bool
put(char *field, size_t size, const char *text, size_t len, const char *name)
{
	size_t name_len = name != NULL ? strlen(name) : 0;
	size_t slash = name != NULL ? 1 : 0;

	if (len >= size || name_len + slash >= size - len)
		return false;
	memcpy(field, text, len);
	if (name != NULL) {
		field[len] = '/';
		memcpy(field + len + 1, name, name_len);
	}
	field[len + slash + name_len] = '\0';
	return true;
}

/* Is one of the usual names in this directory of a colon separated list? */
static bool
find_in_directory(char file[PATH_MAX], const char *directory, size_t len)
{
	for (size_t i = 0; i < sizeof(usual_names) / sizeof(usual_names[0]); i++)
		if (len > 0 && put(file, PATH_MAX, directory, len, usual_names[i]) &&
		    is_there(file))
			return true;
	return false;
}

static bool
find_in_directories(char file[PATH_MAX], const char *list)
{
	size_t len;

	for (; *list != '\0'; list += len + (list[len] == ':')) {
		len = strcspn(list, ":");
		if (find_in_directory(file, list, len))
			return true;
	}
	return false;
}

static enum rc
find_default(struct search *search)
{
	const char *named = secure_getenv("MP_CONFIG_FILE");
	const char *list = secure_getenv("NAGIOS_CONFIG_PATH");
	const char *usual = NULL;

	if (named != NULL && named[0] != '\0') {
		if (!put(search->file, sizeof(search->file), named, strlen(named),
			NULL))
			return err_set(search->err, RC_LIMIT,
			    "MP_CONFIG_FILE: longer than a path may be");
		return RC_OK;
	}
	if (list != NULL && find_in_directories(search->file, list))
		return RC_OK;
	for (size_t i = 0; i < sizeof(usual_files) / sizeof(usual_files[0]); i++) {
		usual = usual_files[i];
		if (is_there(usual) &&
		    put(search->file, sizeof(search->file), usual, strlen(usual), NULL))
			return RC_OK;
	}
	return err_set(search->err, RC_CONFIG,
	    OPTION ": none of the usual files is there, such as %s: name one with "
		   "@FILE",
	    usual_files[0]);
}

/* "[SECTION][@FILE]"; NULL and empty parts are the defaults. */
static enum rc
parse_locator(struct search *search, const char *program, const char *locator)
{
	const char *section = program, *file = "";
	size_t len = strlen(program);

	if (locator != NULL && strcspn(locator, "@") > 0) {
		section = locator;
		len = strcspn(locator, "@");
	}
	if (locator != NULL && strchr(locator, '@') != NULL)
		file = strchr(locator, '@') + 1;
	if (!put(search->section, sizeof(search->section), section, len, NULL) ||
	    !put(search->file, sizeof(search->file), file, strlen(file), NULL))
		return err_set(search->err, RC_LIMIT,
		    OPTION ": a section or file name is too long");
	return search->file[0] != '\0' ? RC_OK : find_default(search);
}

/* One word more for the argument list; takes it over. */
static enum rc
add_word(struct search *search, char *word)
{
	struct extra_opts *extra = search->extra;

	if (word == NULL)
		return err_set(search->err, RC_NOMEM, OPTION ": out of memory");
	if (extra->n_words >= EXTRA_OPTS_MAX) {
		free(word);
		return err_set(search->err, RC_LIMIT, "%s: more than %d options",
		    search->file, EXTRA_OPTS_MAX);
	}
	extra->words[extra->n_words++] = word;
	search->n_found++;
	return RC_OK;
}

/* "key", "value" to "--key=value", "-kvalue", or for a flag "--key". */
static enum rc
add_option(struct search *search, const char *key, size_t key_len, const char *value)
{
	struct buf word;
	enum rc r;

	buf_init(&word, EXTRA_OPTS_FILE_MAX_BYTES);
	(void)buf_add_str(&word, key_len == 1 ? "-" : "--");
	(void)buf_add(&word, key, key_len);
	if (key_len > 1 && value[0] != '\0')
		(void)buf_add_char(&word, '=');
	(void)buf_add_str(&word, value);
	r = add_word(search, buf_take(&word));
	buf_clear(&word);
	return r;
}

/* Length without blanks at the end. */
static size_t
trimmed(const char *text, size_t len)
{
	while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
		len--;
	return len;
}

static void
enter_section(struct search *search, const char *name, size_t len)
{
	size_t skip = strspn(name, BLANKS);

	len = strcspn(name, "]") < len ? strcspn(name, "]") : len;
	skip = skip < len ? skip : len;
	len = trimmed(name + skip, len - skip);
	search->is_in = strlen(search->section) == len &&
	    strncmp(search->section, name + skip, len) == 0;
	if (search->is_in)
		search->has_section = true;
}

/* One line, NUL-terminated in place. */
static enum rc
take_line(struct search *search, char *line, size_t number)
{
	char *equals, *value;
	size_t key_len;

	line += strspn(line, BLANKS);
	line[trimmed(line, strlen(line))] = '\0';
	if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
		return RC_OK;
	if (line[0] == '[') {
		enter_section(search, line + 1, strlen(line + 1));
		return RC_OK;
	}
	if (!search->is_in)
		return RC_OK;
	equals = strchr(line, '=');
	key_len = equals != NULL ? trimmed(line, (size_t)(equals - line)) : 0;
	if (key_len == 0)
		return err_set(search->err, RC_CONFIG, "%s:%zu: not name = value",
		    search->file, number);
	value = equals + 1;
	return add_option(search, line, key_len, value + strspn(value, BLANKS));
}

static enum rc
take_text(struct search *search, char *text, size_t len)
{
	enum rc r = RC_OK;

	if (memchr(text, '\0', len) != NULL)
		return err_set(search->err, RC_CONFIG, "%s: holds a NUL", search->file);
	for (size_t number = 1; r == RC_OK && text != NULL; number++) {
		char *next = strchr(text, '\n');

		if (next != NULL)
			*next++ = '\0';
		r = take_line(search, text, number);
		text = next;
	}
	if (r == RC_OK && !search->has_section)
		return err_set(search->err, RC_CONFIG, "%s: no section [%s]",
		    search->file, search->section);
	if (r == RC_OK && search->n_found == 0)
		return err_set(search->err, RC_CONFIG, "%s: section [%s] is empty",
		    search->file, search->section);
	return r;
}

static enum rc
read_all(struct search *search, int fd, struct buf *text)
{
	char chunk[READ_BYTES];
	ssize_t n;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_system(search->err, "%s: read", search->file);
		if (n == 0)
			return RC_OK;
		if (buf_add(text, chunk, (size_t)n) != RC_OK)
			return err_set(search->err, text->rc, "%s: %s", search->file,
			    rc_text(text->rc));
	}
}

static enum rc
read_file(struct search *search)
{
	bool is_stdin = strcmp(search->file, "-") == 0;
	struct buf text;
	enum rc r;
	int fd = STDIN_FILENO;

	if (!is_stdin) {
		fd = open(search->file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			return err_system(search->err, "%s: open", search->file);
	}
	buf_init(&text, EXTRA_OPTS_FILE_MAX_BYTES);
	r = read_all(search, fd, &text);
	if (r == RC_OK && text.len > 0)
		r = take_text(search, text.data, text.len);
	else if (r == RC_OK)
		r = err_set(search->err, RC_CONFIG, "%s: empty", search->file);
	buf_clear(&text);
	if (!is_stdin)
		(void)close(fd);
	return r;
}

/* Is it the option, and is its value in the same word (*ret_locator) or maybe in
 * the next (NULL)? */
static bool
is_extra(const char *word, const char **ret_locator)
{
	size_t len = sizeof(OPTION) - 1;

	*ret_locator = NULL;
	if (strncmp(word, OPTION, len) != 0 || (word[len] != '\0' && word[len] != '='))
		return false;
	if (word[len] == '=')
		*ret_locator = word + len + 1;
	return true;
}

static enum rc
expand_one(struct extra_opts *extra, const char *program, const char *locator,
    struct err *err)
{
	struct search search = { .extra = extra, .err = err };
	enum rc r;

	if (extra->words == NULL)
		extra->words = calloc(EXTRA_OPTS_MAX, sizeof(char *));
	if (extra->words == NULL)
		return err_set(err, RC_NOMEM, OPTION ": out of memory");
	r = parse_locator(&search, program, locator);
	return r == RC_OK ? read_file(&search) : r;
}

/* Program, words of files, what is left of the command line. */
static enum rc
join(struct extra_opts *extra, char *const *rest, size_t n_rest, struct err *err)
{
	size_t n = 0;

	extra->argv = calloc(n_rest + extra->n_words + 1, sizeof(char *));
	if (extra->argv == NULL)
		return err_set(err, RC_NOMEM, OPTION ": out of memory");
	if (n_rest > 0)
		extra->argv[n++] = rest[0];
	for (size_t i = 0; i < extra->n_words; i++)
		extra->argv[n++] = extra->words[i];
	for (size_t i = 1; i < n_rest; i++)
		extra->argv[n++] = rest[i];
	extra->argc = (int)n;
	return RC_OK;
}

enum rc
extra_opts_expand(struct extra_opts *extra, const char *program, int argc,
    char *const *argv, struct err *err)
{
	char **rest = calloc((size_t)argc + 1, sizeof(char *));
	bool is_over = false; /* past "--" */
	const char *locator;
	size_t n_rest = 0;
	enum rc r = RC_OK;

	if (rest == NULL)
		return err_set(err, RC_NOMEM, OPTION ": out of memory");
	for (int i = 0; r == RC_OK && i < argc; i++) {
		is_over = is_over || strcmp(argv[i], "--") == 0;
		if (i == 0 || is_over || !is_extra(argv[i], &locator)) {
			rest[n_rest++] = argv[i];
			continue;
		}
		if (locator == NULL && i + 1 < argc && argv[i + 1][0] != '-')
			locator = argv[++i];
		r = expand_one(extra, program, locator, err);
	}
	if (r == RC_OK)
		r = join(extra, rest, n_rest, err);
	free(rest);
	return r;
}

void
extra_opts_clear(struct extra_opts *extra)
{
	for (size_t i = 0; i < extra->n_words; i++)
		free(extra->words[i]);
	free(extra->words);
	free(extra->argv);
	memset(extra, 0, sizeof(*extra));
}
