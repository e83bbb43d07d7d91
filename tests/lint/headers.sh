#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Each header compiles alone; each source includes its own header first; each
# file says its licence.
set -u
cd "$(dirname "$0")/../.." || exit 1
shopt -s nullglob
bad=0
say() {
	echo "$*"
	bad=1
}

read -ra flags < <(pkg-config --cflags libssl libcurl libxml-2.0 sqlite3)
for header in lib/*/*.h snmp/*.h tests/*/*.h; do
	"${CC:-cc}" -std=c11 -D_GNU_SOURCE -Ilib -I. "${flags[@]}" -Wall -Wextra -Werror \
	    -fsyntax-only -x c "$header" || say "$header: does not compile alone"
done

# Net-SNMP's headers have to come before all others.
for source in lib/*/*.c snmp/*.c; do
	header=${source#lib/}
	header=${header%.c}.h
	[ -e "lib/$header" ] || [ -e "$header" ] || continue
	first=$(sed -n 's/^#include //p' "$source" | grep -v '^<net-snmp/' | sed 1q)
	[ "$first" = "\"$header\"" ] || say "$source: includes $first first, not its header"
done

mark='SPDX-License-Identifier: BSD-2-Clause'
for file in lib/*/*.[ch] checks/*.[ch] remediate/*.[ch] snmp/*.[ch] tests/*/*.[ch]; do
	[ "$(sed 1q "$file")" = "/* $mark */" ] || say "$file: first line is not /* $mark */"
done
for file in Makefile .ci/run .clang-format .clang-tidy tests/*.sh tests/*/*.sh \
    tests/*/*.t lib/*/*/*.js lib/*/*/*.css checks/*.8 remediate/*.8 snmp/*.8 snmp/*.txt; do
	[ -e "$file" ] || continue
	sed 2q "$file" | grep -qF "$mark" || say "$file: no $mark in the first two lines"
done
exit $bad
