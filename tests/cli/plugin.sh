# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by run of tests/cli/lib.sh
# What every check must keep: one line of the right form, help and usage, examples
# that work.  Needs tests/cli/lib.sh.

# is_clean TEXT: every line free of control characters and markup, one "|" at most
# and that in the first line, one word of a state, at most 4096 bytes.
is_clean() {
	local words
	[ "${#1}" -lt 4096 ] || return 1
	words=$(grep -oE '\b(OK|WARNING|CRITICAL|UNKNOWN)\b' <<<"$1" | wc -l)
	[ "$words" = 1 ] || return 1
	! LC_ALL=C grep -qP '[\x00-\x1f\x7f<>&"`$]' <<<"$1" || return 1
	printf '%s' "$1" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1 || return 1
	[ "$(tr -cd '|' <<<"$1" | wc -c)" -le 1 ] || return 1
	! sed 1d <<<"$1" | grep -q '|'
}

# clean TEXT "sentence"
clean() {
	is_clean "$1"
	ok $? "$2" || printf '%s\n' "$1" | sed 's/^/# /'
}

# says SERVICE STATUS ERE "sentence": the last run printed one clean line with the
# word of its exit status and a text that matches, and nothing on standard error.
says() {
	local word=(OK WARNING CRITICAL UNKNOWN) why=
	[ "$status" = "$2" ] || why="exit status $status, not $2"
	[ "$(printf '%s\n' "$out" | wc -l)" = 1 ] || why="not one line"
	[[ $out == "$1 ${word[$2]} - "* ]] || why="begins otherwise"
	printf '%s\n' "$out" | grep -Eq -- "^$1 ${word[$2]} - .*$3" || why="text is another"
	is_clean "$out" || why="not clean"
	[ -z "$err" ] || why="standard error is not empty: $err"
	[ -z "$why" ]
	ok $? "$4" && return 0
	printf '%s\n' "$why" "$out" "$3" | sed 's/^/# /'
}

# forms_of PROGRAM SERVICE: help, version and refusals as the guidelines say.
forms_of() {
	local name
	name=$(basename "$1")
	run "$1" -V
	is "$status" 3 "-V exits 3"
	like "$out" "^$name v[0-9.]+ \\(amtcert [0-9.]+\\)\$" "and names name and version"
	is "$(wc -l <<<"$out")" 1 "in one line"
	run "$1" --help
	is "$status" 3 "--help exits 3"
	like "$out" "^usage: $name " "and holds the usage"
	is "$(awk 'length > 80' <<<"$out")" "" "in 80 columns"
	for word in --nonsense '-?' stray; do
		run "$1" "$word"
		is "$status" 3 "$word exits 3"
		[[ $out == "$2 UNKNOWN - $word: "* ]]
		ok $? "and is named"
		is "$(awk 'length > 80' <<<"$out")" "" "in 80 columns"
		[ "$(wc -l <<<"$out")" -le 23 ]
		ok $? "and 23 lines"
		is "$err" "" "nothing is on standard error"
	done
}

# usage_of PROGRAM SERVICE: the same of a check of one device.
usage_of() {
	forms_of "$@"
	run "$1"
	is "$status" 3 "no option at all exits 3"
	like "$out" "^$2 UNKNOWN - --hostname: " "and says what is missing"
}

# examples_of PROGRAM PAGE: commands of --help and of the manual page, one a line.
examples_of() {
	{
		"$1" --help | sed -n '/^Examples:$/,$s/^  //p'
		awk '/^\.Sh/ { in_examples = $2 == "EXAMPLES" }
		    /^\.Bd/ { in_block = in_examples; next }
		    /^\.Ed/ { in_block = 0 }
		    in_block' "$2" | sed 's/\\e$/\\/'
	} | sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}'
}

# examples_work PROGRAM PAGE SERVICE ADDRESS PORT ANCHOR SECRET [OPTION...]: each
# example runs against that device, a good one; files and the address in the text
# are replaced.
examples_work() {
	local program=$1 page=$2 service=$3 address=$4 port=$5 anchor=$6 secret=$7
	local line words n=0
	shift 7
	while read -r line; do
		n=$((n + 1))
		line=${line//\/etc\/amtcert\/ca.pem/$anchor}
		line=${line//\/etc\/amtcert\/secret/$secret}
		line=${line//192.0.2.7/$address}
		read -ra words <<<"$line"
		is "${words[0]}" "$(basename "$program")" "example $n is of this program"
		run "$program" -I "$address" -p "$port" "$@" "${words[@]:1}"
		is "$status" 0 "$line" || printf '%s\n' "$out" "$err" | sed 's/^/# /'
		like "$(sed 1q <<<"$out")" "^$service OK - pc01\\.example: " "which is fine"
	done < <(examples_of "$program" "$page")
	[ "$n" -gt 3 ]
	ok $? "$n examples were run"
}
