/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks columns side by side with GETBULK and counts: what the benchmarks of the
 * subagent measure with, as Net-SNMP's own tools walk one column at a time.
 * usage: snmpwalker HOST:PORT COMMUNITY REPETITIONS BASE COLUMN...
 * prints: VARBINDS MICROSECONDS SLOWEST-REQUEST
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "base/num.h"

enum {
	COLUMNS_MAX = 16,
	TIMEOUT_US = 20000000,
	US_PER_S = 1000000,
	NS_PER_US = 1000,
};

struct name {
	oid parts[MAX_OID_LEN];
	size_t n;
};

/* Columns still to be walked: where each is, and where it began. */
struct walk {
	struct name at[COLUMNS_MAX];
	struct name base[COLUMNS_MAX];
	size_t n;
	int64_t varbinds;
	int64_t slowest_us;
};

static int64_t
now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / NS_PER_US;
}

/* Bindings come row by row; a column that leaves its base is over. */
static int
take(struct walk *walk, const netsnmp_pdu *answer)
{
	size_t column = 0;
	int is_over = 0;

	for (const netsnmp_variable_list *vb = answer->variables; vb != NULL;
	     vb = vb->next_variable) {
		struct name *at = &walk->at[column];
		const struct name *base = &walk->base[column];

		if (vb->type == SNMP_ENDOFMIBVIEW || vb->name_length <= base->n ||
		    memcmp(vb->name, base->parts, base->n * sizeof(oid)) != 0) {
			is_over = 1;
		} else {
			memcpy(at->parts, vb->name, vb->name_length * sizeof(oid));
			at->n = vb->name_length;
			walk->varbinds++;
		}
		column = (column + 1) % walk->n;
	}
	return is_over;
}

static int
ask(netsnmp_session *session, struct walk *walk, long repetitions)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GETBULK), *answer = NULL;
	int64_t before = now_us(), took;
	int is_over = -1;

	pdu->non_repeaters = 0;
	pdu->max_repetitions = repetitions;
	for (size_t i = 0; i < walk->n; i++)
		(void)snmp_add_null_var(pdu, walk->at[i].parts, walk->at[i].n);
	if (snmp_synch_response(session, pdu, &answer) == STAT_SUCCESS &&
	    answer->errstat == SNMP_ERR_NOERROR)
		is_over = take(walk, answer);
	if (answer != NULL)
		snmp_free_pdu(answer);
	took = now_us() - before;
	if (took > walk->slowest_us)
		walk->slowest_us = took;
	return is_over;
}

int
main(int argc, char **argv)
{
	static struct walk walk;
	netsnmp_session session, *open;
	int64_t repetitions = 0, column = 0, began;
	int is_over = 0;

	if (argc < 6 || argc - 5 > COLUMNS_MAX ||
	    num_parse(argv[3], 1, 1000, &repetitions, NULL) != RC_OK)
		return 3;
	snmp_disable_log();
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS,
	    1);
	init_snmp("snmpwalker");
	snmp_sess_init(&session);
	session.peername = argv[1];
	session.version = SNMP_VERSION_2c;
	session.community = (u_char *)argv[2];
	session.community_len = strlen(argv[2]);
	session.timeout = TIMEOUT_US;
	session.retries = 0;
	open = snmp_open(&session);
	if (open == NULL)
		return 1;
	for (int i = 5; i < argc; i++) {
		struct name *base = &walk.base[walk.n];

		base->n = MAX_OID_LEN - 1;
		if (read_objid(argv[4], base->parts, &base->n) == 0 ||
		    num_parse(argv[i], 1, UINT32_MAX, &column, NULL) != RC_OK)
			return 3;
		/* A column of another table: 61003 is column 3 of the table after. */
		if (column > 1000) {
			base->parts[base->n - 2] += (oid)(column / 1000);
			column %= 1000;
		}
		base->parts[base->n++] = (oid)column;
		walk.at[walk.n] = *base;
		walk.n++;
	}
	began = now_us();
	while (is_over == 0)
		is_over = ask(open, &walk, (long)repetitions);
	(void)printf("%lld %lld %lld\n", (long long)walk.varbinds,
	    (long long)(now_us() - began), (long long)walk.slowest_us);
	(void)snmp_close(open);
	return is_over < 0;
}
