/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/place.c: whose word on the place of the inventory counts.
 */
#include "folder.h"
#include "inventory/db.h"
#include "inventory/place.h"
#include "policy/config.h"
#include "unit.h"

static const char file[] = "[defaults]\n"
			   "inventory = /all.db\n"
			   "[device pc01.example]\n"
			   "inventory = /one.db\n";

static void
the_nearest_word_counts(void **state)
{
	const char *path = folder_file(*state, "amtcert.conf");
	struct conf *conf = NULL;
	struct err err = { 0 };

	folder_put(path, file, strlen(file));
	assert_rc(config_read(path, &conf, &err), RC_OK, &err);
	assert_string_equal(place_choose("given.db", conf, "pc01.example"), "given.db");
	assert_string_equal(place_choose(NULL, conf, "pc01.example"), "/one.db");
	assert_string_equal(place_choose(NULL, conf, "pc02.example"), "/all.db");
	assert_string_equal(place_choose(NULL, conf, NULL), "/all.db");
	assert_string_equal(place_choose(NULL, NULL, "pc01.example"), DB_DEFAULT_PATH);
	conf_free(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_nearest_word_counts, folder_setup,
		    folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
