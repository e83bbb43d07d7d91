# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of and for the scripts that read this
# Helpers of tests/bench/*.sh: a lab as the tests have it, and counted instructions.

. tests/cli/lib.sh
. tests/sim/client.sh
test_finished=yes # nothing here is TAP

# instructions COMMAND...: how many the whole process takes, its dynamic linking
# included, to $instructions. Its exit status to $status, output to $out.
instructions() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null \
	    --log-file="$tmp/callgrind.log" "$@" >"$tmp/.out" 2>"$tmp/.err" </dev/null
	status=$?
	out=$(cat "$tmp/.out")
	err=$(cat "$tmp/.err")
	instructions=$(sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$tmp/callgrind.log")
	[ -n "$instructions" ]
}

# ratio A B: A / B with two decimals.
ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

bench() { # NAME METRIC VALUE
	printf 'bench %s %s %s\n' "$1" "$2" "$3"
}

# need TEXT ERE: the measured program did its work; the script ends when not.
need() {
	printf '%s\n' "$1" | grep -Eq -- "$2" && return 0
	printf '%s\n' "$1" | sed 's/^/    got: /' >&2
	echo "wanted: $2" >&2
	exit 1
}
