# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts that read this use the variables
# Helpers for tests/cli/*.t: a temporary folder, processes that are stopped by
# their id, and assertions that print TAP.  Use: . tests/cli/lib.sh

set -u
export LC_ALL=C TZ=UTC
B=$(realpath "${B:-build/cc}")
tmp=$(mktemp -d "${TMPDIR:-/tmp}/amtcert-t.XXXXXX") || exit 1
test_n=0
test_failed=0
test_finished=
started=()

# shellcheck disable=SC2317 # called by the trap
cleanup() {
	local pid
	for pid in "${started[@]}"; do
		kill "$pid" 2>/dev/null
	done
	for pid in "${started[@]}"; do
		wait "$pid" 2>/dev/null
	done
	rm -rf "$tmp"
	[ -n "$test_finished" ] || echo "# the script ended before done_testing"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# ok STATUS "sentence": passed when STATUS is 0.
ok() {
	test_n=$((test_n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $test_n - $2"
		return 0
	fi
	echo "not ok $test_n - $2"
	test_failed=$((test_failed + 1))
	return 1
}

# is GOT WANTED "sentence"
is() {
	[ "$1" = "$2" ]
	ok $? "$3" && return 0
	printf '%s\n' "$1" | sed 's/^/#    got: /'
	printf '%s\n' "$2" | sed 's/^/# wanted: /'
	return 1
}

# like GOT ERE "sentence": some line of GOT matches.
like() {
	printf '%s\n' "$1" | grep -Eq -- "$2"
	ok $? "$3" && return 0
	printf '%s\n' "$1" | sed 's/^/#   got: /'
	printf '%s\n' "$2" | sed 's/^/# match: /'
	return 1
}

# unlike GOT ERE "sentence": no line of GOT matches.
unlike() {
	! printf '%s\n' "$1" | grep -Eq -- "$2"
	ok $? "$3" && return 0
	printf '%s\n' "$1" | grep -En -- "$2" | sed 's/^/#     got: /'
	return 1
}

# skip "sentence" "reason"
skip() {
	test_n=$((test_n + 1))
	echo "ok $test_n - $1 # SKIP $2"
}

# skip_all "reason": the whole script cannot run here.
skip_all() {
	skip "$(basename "$0" .t)" "$1"
	done_testing
}

# done_testing: the plan; always the last line of a script.
done_testing() {
	echo "1..$test_n"
	test_finished=yes
	exit $((test_failed != 0))
}

# run COMMAND...: sets $status, $out (standard output) and $err.
run() {
	"$@" >"$tmp/.out" 2>"$tmp/.err" </dev/null
	status=$?
	out=$(cat "$tmp/.out")
	err=$(cat "$tmp/.err")
}

# start NAME COMMAND...: in the background; output in $tmp/NAME.log, its process
# id in $started_pid.  It is stopped when the script ends.
start() {
	local name=$1
	shift
	: >"$tmp/$name.log" # a sign in it is of this start, not of one before
	"$@" >"$tmp/$name.log" 2>&1 </dev/null &
	started_pid=$!
	started+=("$started_pid")
}

# stop PID: end a process of start() and wait for it.
stop() {
	local pid left=()
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	for pid in "${started[@]}"; do
		[ "$pid" = "$1" ] || left+=("$pid")
	done
	started=("${left[@]}")
}

# wait_for SECONDS COMMAND...: until the command succeeds; 1 when it never does.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# knows_localhost: can the name be looked up? Not in a bare root without /etc/hosts.
knows_localhost() {
	getent hosts localhost >/dev/null
}

# wait_for_line FILE ERE: at most 10 seconds.
wait_for_line() {
	wait_for 10 grep -Eq -- "$2" "$1"
}

# free_port: a TCP port of 127.0.0.1 nobody listens on right now.
free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 12000))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}
