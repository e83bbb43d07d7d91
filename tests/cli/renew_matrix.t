#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls: killed, cut off or refused at every request that it sends.
# timeout: 900
#
# A renewal that has everything to do is counted first. Then a new simulator meets a new
# run for every request of it, log-ins and readings too, and for every fault that
# tests/cli/renew_faults.sh names. Whatever happens, this run renews, or the next.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/renew_faults.sh

take_every 1
code_step=6
prepare_faults

# one_case NAME N FAULT: sets $result to "1" or "2", the run that renewed, or to what
# is wrong.
one_case() {
	local runs=1 log=/dev/null
	if [ "$3" = kill ]; then
		[ -p "$tmp/$1.req" ] || mkfifo "$tmp/$1.req"
		exec 3<>"$tmp/$1.req"
		log=$tmp/$1.req
	fi
	boot "$1" "$log" "http:$2:${action[$3]}"
	if [ "$3" = kill ]; then
		kill_there "$1"
		runs=2
	elif ! attempt "$1"; then
		runs=2
	fi
	result=
	# An answer that is lost is looked for, not asked for again.
	[ "$runs $3" != '2 unanswered' ] || result='it took a second run; '
	if [ $runs = 2 ]; then
		verifies_now || result+='in between what is served does not verify; '
		attempt "$1" || result+="the second run: $(head -n 1 "$tmp/$1.out"); "
	fi
	[[ $(<"$tmp/$1.out") == "$name: renewed: "* ]] ||
		result+="not renewed: $(head -n 1 "$tmp/$1.out"); "
	result+=$(judge "$1")
	kill "$boot_pid"
	wait "$boot_pid" || result+='the simulator did not end well; '
	exec 3<&-
	rm -rf "$tmp/$1.db"*
	result=${result:-$runs}
}

#
# What a renewal sends.
#
boot count "$tmp/requests"
remember_before count
attempt count
is "$?" 0 'a renewal with everything to do'
is "$(judge count)" '' 'leaves all as it should be'
kill "$boot_pid"
wait "$boot_pid"
n_requests=$(wc -l <"$tmp/requests")
is "$(grep -c ' write=yes ' "$tmp/requests")" 7 'it writes seven times'

every_fault 1 "$n_requests"
run_cases
print_matrix 1 "$n_requests"
done_testing
