/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output of a plugin read back in the grammars of Nagios and Icinga, as written
 * here and nowhere else; and text as bad as it gets to try it with.
 */
#ifndef AMTCERT_TESTS_READ_BACK_H
#define AMTCERT_TESTS_READ_BACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/state.h"

enum {
	READ_BACK_PAIRS_MAX = 64,
	READ_BACK_ROOM = 8192, /* twice what an output may have */
};

struct pair {
	char label[32];
	char fields[5][64]; /* value, warning, critical, min, max */
};

struct parsed {
	struct pair pairs[READ_BACK_PAIRS_MAX];
	size_t n_pairs;
	size_t n_lines;
};

/*
 * The test fails with the whole output in its message unless that keeps every
 * promise: size, one status line with the state's word, no control characters and no
 * markup, one block of perfdata at its end.
 */
void read_back(const char *service, const char *text, size_t len, enum state state,
    struct parsed *parsed);

/* Other text that what follows is about. */
void read_back_see(const char *text);

/* What does not hold of the text that was read last fails the test. */
void read_back_hold(bool holds, const char *what);
#define require(condition) read_back_hold(condition, #condition)

/* The whole number of a pair of that label, its unit left out; it must be there. */
int64_t read_back_number(const struct parsed *parsed, const char *label);

bool read_back_is_range(const char *text);
bool read_back_is_utf8(const char *text);
size_t read_back_count_states(const char *text);

/* A number below that, of a sequence that is the same in every run. */
uint64_t any(uint64_t below);

/* A string of the caller's, of max bytes at most: markup, perfdata, control
 * characters, words of states, broken UTF-8. */
char *hostile(size_t max);

#endif
