#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Everything has its other half: reasons a remedy, remedies a program, programs a
# manual page, options a place in it.
set -u
cd "$(dirname "$0")/../.." || exit 1
shopt -s nullglob
bad=0
say() {
	echo "$*"
	bad=1
}

is_program() {
	[ -e "$1" ] && grep -q '^main(' "$1"
}

# One row per reason, each with a remedy that exists.
reasons=$(grep -oE 'X\(REASON_[A-Z0-9_]+' lib/policy/verdict.h | cut -c 3-)
[ -n "$reasons" ] || say "lib/policy/verdict.h: no reasons found"
rows=$(tr -d '\\\n\t' <lib/policy/verdict.h | grep -oE 'X\(REASON_[A-Z0-9_]+, *STATE_[A-Z]+, *"[a-z0-9_]+", *REMEDY_[A-Z0-9_]+, *"')
for reason in $reasons; do
	remedy=$(grep -F "X($reason," <<<"$rows" | grep -oE 'REMEDY_[A-Z0-9_]+')
	if [ -z "$remedy" ]; then
		say "$reason: has no remedy in lib/policy/verdict.h"
	elif [ -e lib/policy/remedy.c ] && ! grep -qw "$remedy" lib/policy/remedy.[ch]; then
		say "$reason: its remedy $remedy is not in lib/policy/remedy.c"
	fi
done

# Programs that remedy.c names are there, but for those of which it says that they
# do not ship: { "name", false, ... } must then be true.
if [ -e lib/policy/remedy.c ]; then
	absent=$(tr -d '\n\t' <lib/policy/remedy.c | grep -oE '"[a-z0-9]+_amt_[a-z0-9_]+", *false' |
	    cut -d '"' -f 2)
	for name in $(grep -oE '"[a-z0-9]+_amt_[a-z0-9_]+"' lib/policy/remedy.c | tr -d '"' | sort -u); do
		if grep -qxF "$name" <<<"$absent"; then
			is_program "remediate/$name.c" &&
				say "lib/policy/remedy.c: says that $name does not ship, but it is in remediate/"
		else
			is_program "remediate/$name.c" ||
				say "lib/policy/remedy.c: names $name, which is not in remediate/"
		fi
	done
fi

# Programs and manual pages.
for source in checks/*.c remediate/*.c snmp/*.c; do
	is_program "$source" || continue
	page=${source%.c}.8
	if [ ! -e "$page" ]; then
		say "$source: has no manual page $page"
		continue
	fi
	for section in 'NAME' 'SYNOPSIS' 'DESCRIPTION' 'EXIT STATUS' 'EXAMPLES'; do
		grep -qE "^\.Sh \"?$section\"?\$" "$page" || say "$page: no section $section"
	done
	program=${B:-build/cc}/${source%.c}
	[ -x "$program" ] || continue
	options=$("$program" --help 2>&1 | grep -oE '^ *(-.,? )?--[a-z0-9-]+' |
	    grep -oE -- '--[a-z0-9-]+' | sort -u)
	for option in $options; do
		grep -qE -- "Fl (-|\\\\-)${option#--}( |\$)" "$page" ||
			say "$page: does not document $option"
	done
	while read -r option; do
		grep -qxF -- "-$option" <<<"$options" ||
			say "$page: documents -$option, which $program does not take"
	done < <(grep -oE 'Fl -[a-z0-9-]+' "$page" | cut -c 4- | sort -u)
done
for page in checks/*.8 remediate/*.8 snmp/*.8; do
	is_program "${page%.8}.c" || say "$page: has no program"
done

# Every key of the configuration file has its place in its page; those of the agent
# stand in the page of that program.
page=lib/policy/amtcert.conf.5
keys_of() { # FILE ERE: the words in quotes of the definitions that match
	awk -v start="$2" '$0 ~ start { on = 1 } on { print } on && /[;]|[^\\]$/ && !/[,{=]$/ { on = 0 }' \
	    "$1" | grep -oE '"[a-z][a-z0-9-]+"' | tr -d '"'
}
if [ -e lib/policy/config.c ]; then
	keys=$(
		keys_of lib/policy/config.c '^#define (COMMON|GROUP|DEVICE)_KEYS'
		keys_of lib/policy/config.c '^static const char [*]const queue_keys'
		for source in lib/ca/*.[ch]; do
			keys_of "$source" \
			    '^(#define HTTPS_KEYS|static const char [*]const [a-z]+_keys\[\])'
		done
	)
	[ -n "$keys" ] || say "lib/policy/config.c: no keys of the configuration file found"
	while read -r key; do
		grep -qE "^\.It Cm $key( |\$)" "$page" || say "$page: does not document $key"
	done < <(sort -u <<<"$keys")
fi
exit $bad
