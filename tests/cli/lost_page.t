#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A page of an enumeration that the device sent and nobody got: whoever asks for it
# again gets the next one. Whichever is lost, a check sees all that is there, or says
# that it could not.
# timeout: 240
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

make_lab p256
make_cert net -s net1.example --san net1.example --eku clientAuth --not-before -335d --not-after +732h
chmod 600 "$tmp"/net.key
start_device sim 14 wifi=office "wifi-certificate=$tmp/net.pem" "wifi-key=$tmp/net.key" || exit 1

# look CHECK: sets $seen, the state and its text without what is measured.
look() {
	run "$B/checks/$1" -f "$tmp/sim.conf" -H $name -t 30
	seen="$status ${out%%|*}"
}

for check in check_amt_8021x check_amt_store; do
	: >"$tmp/sim.req"
	look $check
	whole=$seen
	like "$whole" '^1 .*(30|29) d' "$check sees the certificate"
	mapfile -t pulls < <(sed -n 's/.* op=Pull class=\([^ ]*\) .*/\1/p' "$tmp/sim.req" |
	    awk '{ print $1 " " ++n[$1] }')
	[ "${#pulls[@]}" -gt 5 ]
	ok $? "in ${#pulls[@]} pages"
	for pull in "${pulls[@]}"; do
		read -r class number <<<"$pull"
		ask sim 'fault pc1 none' >/dev/null
		ask sim "fault pc1 Pull:$class:*:$number:cut-before-answer" >/dev/null
		look $check
		[ "$seen" = "$whole" ] || [[ $seen == *" $class: Pull: "* ]]
		ok $? "page $number of $class is lost: ${seen:0:60}"
	done
	ask sim 'fault pc1 none' >/dev/null
done
look check_amt_8021x
like "$seen" '^1 .*(30|29) d' 'and then all is seen again'
stop_sim sim "$sim_pid"
done_testing
