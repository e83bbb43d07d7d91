#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls: killed, cut off or refused at every request of its way back.
# timeout: 900
#
# The firmware refuses the first commit for good, so the run binds the old certificate
# again, commits, proves it and deletes what was new. A fault meets each request of
# that: this run leaves the device as it was, or the next one sees to it; the one after
# renews. Every third case is enough for each time; FAULT_STEP=1 takes them all.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/renew_faults.sh

take_every 3
code_step=6
prepare_faults
more_faults=Invoke:AMT_SetupAndConfigurationService:CommitChanges:1:return-value=2057

# one_case NAME N FAULT: sets $result to "1" when this run undid it all, to "2" when the
# next one had to, or to what is wrong.
one_case() {
	local runs=2 log=/dev/null
	result=
	if [ "$3" = kill ]; then
		[ -p "$tmp/$1.req" ] || mkfifo "$tmp/$1.req"
		exec 3<>"$tmp/$1.req"
		log=$tmp/$1.req
	fi
	boot "$1" "$log" "http:$2:${action[$3]}"
	if [ "$3" = kill ]; then
		kill_there "$1"
	else
		attempt "$1"
		[ $? != 1 ] || runs=1
	fi
	if [ $runs = 1 ]; then
		[[ $(<"$tmp/$1.out") == *'; undone: the device is as it was' ]] ||
			result+="not undone: $(head -n 1 "$tmp/$1.out"); "
		[ "$(settings "$(ask "$1" 'state pc1')")" = "$before" ] ||
			result+='not as it was; '
	fi
	verifies_now || result+='in between what is served does not verify; '
	attempt "$1" || result+="the next run: $(head -n 1 "$tmp/$1.out"); "
	result+=$(judge "$1")
	kill "$boot_pid"
	wait "$boot_pid" || result+='the simulator did not end well; '
	exec 3<&-
	rm -rf "$tmp/$1.db"*
	result=${result:-$runs}
}

boot count "$tmp/requests"
remember_before count
attempt count
is "$?" 1 'a commit that is refused fails the run'
like "$(cat "$tmp/count.out")" 'DATA_MISSING \(2057\).*; undone: the device is as it was$' \
    'which says why, and that it is undone'
is "$(settings "$(ask count 'state pc1')")" "$before" 'the device is as it was'
n_requests=$(wc -l <"$tmp/requests")
attempt count
is "$?" 0 'the next run renews'
is "$(judge count)" '' 'and leaves all as it should be'
kill "$boot_pid"
wait "$boot_pid"
first=$(($(grep -n 'method=CommitChanges' "$tmp/requests" | sed -n '1s/:.*//p') + 1))
is "$(sed -n "$first,${n_requests}p" "$tmp/requests" | grep -c ' write=yes ')" 5 \
    'five writes lead back'

every_fault "$first" "$n_requests"
run_cases
print_matrix "$first" "$n_requests"
done_testing
