#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The key of the embedded CA is never in the memory of the process that parses what a
# device says, and what that says never in the process that holds the key: looked at
# while the firmware makes a key pair, in the midst of a renewal.
# timeout: 240
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
make_lab p384
start_device sim 14 key-ms=150000 || exit 1
# shellcheck disable=SC2317 # called by wait_for
is_making_key() { ask sim 'state pc1' | grep -q '"making_key":true'; }
find_in() { # PID HEX...
	python3 tests/tools/memfind.py "$@" 2>"$tmp/.memfind"
}
hex() {
	printf '%s' "$1" | od -An -tx1 | tr -d ' \n'
}

key=$(openssl pkey -in "$tmp/ca.key" -noout -text | sed -n '/^priv:/,/^pub:/{//!p;}' | tr -d ' :\n')
like "$key" '^[0-9a-f]{94,98}$' 'the private number of the CA is known to the test'
start renewal "$remedy" -f "$tmp/sim.conf" -H $name -t 170 --apply
remedy_pid=$started_pid
wait_for 60 is_making_key
ok $? 'a renewal waits for the firmware'
signer=$(cat "/proc/$remedy_pid/task/$remedy_pid/children")
signer=${signer// /}
like "$signer" '^[0-9]+$' 'one process holds the key'
file=$(sed -n 2p "$tmp/ca.key" | tr -d '\n' | od -An -tx1 | tr -d ' \n')
found=$(find_in "$remedy_pid" "$key" "$file" "$(hex "$sim_password")")
if [ $? = 2 ]; then
	skip 'the process that met the device has no byte of it' "memory may not be read here"
else
	is "$found" 'absent absent found' \
	    'the process that met the device has neither key nor its file, but the password'
	found=$(find_in "$signer" "$key" "$(hex "$sim_password")")
	if [ $? = 2 ]; then
		skip 'the process that holds the key' 'its memory is closed even to its user'
	else
		is "$found" 'found absent' 'the process that holds the key does not know that'
	fi
fi
kill -KILL "$remedy_pid" # else it would wait for the answer
wait "$remedy_pid" 2>/dev/null
stop_sim sim "$sim_pid"
done_testing
