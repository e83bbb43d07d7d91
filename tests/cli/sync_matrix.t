#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# sync_amt_clock: killed, cut off or refused at every request that it sends.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/remedy_faults.sh

make_lab p256
remedy=$B/remediate/sync_amt_clock
remedy_args=()
device_sets=("certificate=$tmp/pc1.pem" "key=$tmp/pc1.key" "root=$tmp/ca.pem" clock-offset=-172800)
tls=1
configure matrix 14

judge() { # NAME
	local state off
	state=$(ask "$1" 'state pc1')
	off=$(($(json "$state" clock) - $(date +%s)))
	[ "${off#-}" -le 2 ] || echo "the clock is off by $off s;"
	[ "$(settings "$state")" = "$(settings "$before")" ] || echo 'something else is changed;'
	[[ $state == *'"failures":0,'* ]] || echo 'a login failed;'
	journal_is_closed "$1"
}

run_matrix 13 1 'a clock that is set'
done_testing
