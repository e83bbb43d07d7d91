/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists of names and addresses.  RFC 4632 3.1 for ranges.
 */
#include "scan/roster.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/text.h"

enum {
	FIRST_ENTRIES = 64,
	READ_BYTES = 64 * 1024,
	RANGE_BITS_MAX = 20, /* ROSTER_MAX */
	IPV4_BITS = 32,
	IPV6_BITS = 128,
	BYTE_BITS = 8,
	ADDRESS_BYTES_MAX = 16,
	RANGE_TEXT_SIZE = 64
};

void
roster_clear(struct roster *roster)
{
	for (size_t i = 0; i < roster->n; i++) {
		free(roster->entries[i].name);
		free(roster->entries[i].address);
	}
	free(roster->entries);
	memset(roster, 0, sizeof(*roster));
}

static enum rc
make_room(struct roster *roster, struct err *err)
{
	size_t cap = roster->cap == 0 ? FIRST_ENTRIES : roster->cap * 2;
	struct roster_entry *entries;

	if (roster->n == ROSTER_MAX)
		return err_set(err, RC_LIMIT, "devices: more than %d", ROSTER_MAX);
	if (roster->n < roster->cap)
		return RC_OK;
	entries = reallocarray(roster->entries, cap, sizeof(*entries));
	if (entries == NULL)
		return err_set(err, RC_NOMEM, "devices: out of memory");
	roster->entries = entries;
	roster->cap = cap;
	return RC_OK;
}

/* Either may be NULL. */
static enum rc
append(struct roster *roster, const char *name, const char *address, struct err *err)
{
	struct roster_entry entry = { .name = NULL };
	enum rc r = make_room(roster, err);

	if (r != RC_OK)
		return r;
	if (name != NULL)
		entry.name = strdup(name);
	if (address != NULL)
		entry.address = strdup(address);
	if ((name != NULL && entry.name == NULL) ||
	    (address != NULL && entry.address == NULL)) {
		free(entry.name);
		free(entry.address);
		return err_set(err, RC_NOMEM, "devices: out of memory");
	}
	roster->entries[roster->n] = entry;
	roster->n++;
	return RC_OK;
}

enum rc
roster_add(struct roster *roster, const char *name, const char *address,
    struct err *err)
{
	if (!text_is_hostname(name))
		return err_set(err, RC_FORMAT, "%.80s: not a host name", name);
	if (address != NULL && !text_is_hostname(address))
		return err_set(err, RC_FORMAT, "%.80s: not a host name or address",
		    address);
	return append(roster, name, address, err);
}

enum rc
roster_add_configured(struct roster *roster, const struct conf *conf, const char *group,
    struct err *err)
{
	const char *name = NULL;
	enum rc r = RC_OK;

	if (group != NULL && (conf == NULL || !conf_has_section(conf, "group", group)))
		return err_set(err, RC_NOTFOUND,
		    "%.80s: group: the configuration file has none of that name",
		    group);
	if (conf == NULL)
		return RC_OK;
	for (size_t i = 0; r == RC_OK; i++) {
		name = conf_section_name(conf, "device", i);
		if (name == NULL)
			break;
		if (group != NULL) {
			const char *own =
			    conf_find(conf, "device", name, "group", NULL);

			if (own == NULL || strcasecmp(own, group) != 0)
				continue;
		}
		r = roster_add(roster, name, NULL, err);
	}
	return r;
}

/* Without the blanks around it, in place. */
static char *
trim(char *word)
{
	size_t len;

	word += strspn(word, " \t");
	len = strlen(word);
	while (len > 0 && (word[len - 1] == ' ' || word[len - 1] == '\t'))
		len--;
	word[len] = '\0';
	return word;
}

/* One line, in a copy that may be written to. */
static enum rc
add_line(struct roster *roster, char *line, struct err *err)
{
	char *comma = strchr(line, ',');
	char *address = NULL;

	if (comma != NULL) {
		*comma = '\0';
		address = trim(comma + 1);
	}
	line = trim(line);
	if (line[0] == '#' || (line[0] == '\0' && comma == NULL))
		return RC_OK;
	return roster_add(roster, line, address, err);
}

enum rc
roster_add_lines(struct roster *roster, const char *path, const char *text,
    struct err *err)
{
	struct err cause = { 0 };
	size_t number = 0;
	enum rc r = RC_OK;

	while (*text != '\0' && r == RC_OK) {
		size_t len = strcspn(text, "\r\n");
		char *line = strndup(text, len);

		number++;
		if (line == NULL)
			return err_set(err, RC_NOMEM, "devices: out of memory");
		r = add_line(roster, line, &cause);
		free(line);
		text += len;
		if (text[0] == '\r' && text[1] == '\n')
			text++;
		if (*text != '\0')
			text++;
	}
	if (r == RC_OK)
		return RC_OK;
	return err_set(err, r, "%s:%zu: %s", path, number, cause.text);
}

static enum rc
read_all(int fd, const char *path, struct buf *text, struct err *err)
{
	char bytes[READ_BYTES];
	enum rc r = RC_OK;
	ssize_t n = 1;

	while (n > 0 && r == RC_OK) {
		n = read(fd, bytes, sizeof(bytes));
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			return err_system(err, "%s", path);
		else
			r = buf_add(text, bytes, (size_t)n);
	}
	if (r == RC_OK && strlen(buf_str(text)) != text->len)
		return err_set(err, RC_FORMAT, "%s: a NUL byte", path);
	return r == RC_OK ? RC_OK : err_set(err, r, "%s: %s", path, rc_text(r));
}

enum rc
roster_add_list(struct roster *roster, const char *path, struct err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct buf text;
	enum rc r;

	if (fd < 0)
		return err_system(err, "%s", path);
	buf_init(&text, ROSTER_LIST_MAX_BYTES);
	r = read_all(fd, path, &text, err);
	if (!is_stdin)
		(void)close(fd);
	if (r == RC_OK)
		r = roster_add_lines(roster, path, buf_str(&text), err);
	buf_clear(&text);
	return r;
}

/* Where a range begins and how many bits of it are free. */
struct range {
	int family;
	uint8_t first[ADDRESS_BYTES_MAX];
	size_t bytes;
	int free_bits;
};

static enum rc
parse_range(const char *cidr, struct range *range, struct err *err)
{
	const char *slash = strchr(cidr, '/');
	char text[RANGE_TEXT_SIZE];
	int64_t prefix = 0;
	size_t len = slash == NULL ? 0 : (size_t)(slash - cidr);
	int bits;

	memset(range, 0, sizeof(*range));
	if (slash == NULL || len >= sizeof(text))
		return err_set(err, RC_FORMAT, "%.80s: not an address, / and a length",
		    cidr);
	memcpy(text, cidr, len);
	text[len] = '\0';
	range->family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	bits = range->family == AF_INET ? IPV4_BITS : IPV6_BITS;
	range->bytes = (size_t)bits / BYTE_BITS;
	if (inet_pton(range->family, text, range->first) != 1 ||
	    num_parse(slash + 1, 0, bits, &prefix, NULL) != RC_OK)
		return err_set(err, RC_FORMAT, "%.80s: not an address, / and a length",
		    cidr);
	range->free_bits = bits - (int)prefix;
	if (range->free_bits > RANGE_BITS_MAX)
		return err_set(err, RC_LIMIT, "%.80s: more than %d addresses", cidr,
		    ROSTER_MAX);
	return RC_OK;
}

/* first with the free bits set to number. */
static void
nth_address(const struct range *range, uint32_t number, uint8_t address[])
{
	uint32_t mask = (UINT32_C(1) << range->free_bits) - 1;

	memcpy(address, range->first, range->bytes);
	for (size_t i = 0; i < sizeof(mask); i++) {
		size_t at = range->bytes - 1 - i;

		address[at] &= (uint8_t)~mask;
		address[at] |= (uint8_t)(number & mask);
		mask >>= BYTE_BITS;
		number >>= BYTE_BITS;
	}
}

enum rc
roster_add_range(struct roster *roster, const char *cidr, struct err *err)
{
	uint8_t address[ADDRESS_BYTES_MAX];
	char text[INET6_ADDRSTRLEN];
	struct range range;
	uint32_t first = 0, end;
	enum rc r = parse_range(cidr, &range, err);

	if (r != RC_OK)
		return r;
	end = UINT32_C(1) << range.free_bits;
	if (range.family == AF_INET && range.free_bits > 1) {
		first++;
		end--;
	}
	for (uint32_t i = first; i < end && r == RC_OK; i++) {
		nth_address(&range, i, address);
		if (inet_ntop(range.family, address, text, sizeof(text)) == NULL)
			return err_system(err, "%.80s", cidr);
		r = append(roster, NULL, text, err);
	}
	return r;
}

const char *
roster_label(const struct roster_entry *entry)
{
	return entry->name != NULL ? entry->name : entry->address;
}

/* By label; what has an address of its own first. */
static int
compare(const void *a, const void *b)
{
	const struct roster_entry *one = a, *other = b;
	int order = strcasecmp(roster_label(one), roster_label(other));

	if (order != 0)
		return order;
	return (one->address == NULL) - (other->address == NULL);
}

void
roster_settle(struct roster *roster)
{
	size_t kept = 0;

	if (roster->n == 0)
		return;
	qsort(roster->entries, roster->n, sizeof(struct roster_entry), compare);
	for (size_t i = 0; i < roster->n; i++) {
		struct roster_entry *entry = &roster->entries[i];

		if (kept > 0 &&
		    strcasecmp(roster_label(entry),
			roster_label(&roster->entries[kept - 1])) == 0) {
			free(entry->name);
			free(entry->address);
			continue;
		}
		roster->entries[kept] = *entry;
		kept++;
	}
	roster->n = kept;
}

uint64_t
roster_hash(const struct roster_entry *entry)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (const char *at = roster_label(entry); *at != '\0'; at++) {
		hash ^= (uint64_t)(unsigned char)tolower((unsigned char)*at);
		hash *= UINT64_C(1099511628211);
	}
	/* The low bits of FNV are weak in what differs only at the end. */
	return hash ^ (hash >> 29);
}
