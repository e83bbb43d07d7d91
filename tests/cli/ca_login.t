#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# One 401 for a fleet: a login that a CA refused is not shown to it again by the next
# job, whichever program runs it, until the secret changes or a person says so.
# timeout: 300
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/ca_device.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
knows_localhost || skip_all "nobody knows localhost"
# Jobs that ask at once, AMTCERT_CA_JOBS of them; a thousand, over days, are in
# tests/unit/test_ca_login.c.
jobs=${AMTCERT_CA_JOBS:-16}
mkinv=$B/tests/tools/mkinv
make_lab p384
start_ca_service || exit 1
echo AMTTLS >"$lab/templates"
start_device sim 14 || exit 1
add_ca sim corp certsrv /certsrv 'template = AMTTLS' "secret-file = $lab/now"
cp -p "$lab/wrong" "$lab/now"
"$mkinv" "$tmp/sim.db" query 'SELECT 1' >/dev/null # a check makes no inventory

check() {
	run "$B/checks/check_amt_ca" -f "$tmp/sim.conf" --ca corp
}
many() { # in parallel; what they say goes to $tmp/many.N
	local pids=() i
	for ((i = 0; i < jobs; i++)); do
		"$B/checks/check_amt_ca" -f "$tmp/sim.conf" --ca corp -t 60 \
		    >"$tmp/many.$i" 2>&1 </dev/null &
		pids+=("$!")
	done
	wait "${pids[@]}"
}

many
is "$(asked ' 401 ')" 1 "$jobs checks at once show a wrong password once"
is "$(cat "$tmp"/many.* | grep -c 'CRITICAL .*login of LAB.*svc refused')" "$jobs" 'and all say why'
renew sim --ca corp --apply
is "$status" 4 'a remedy: the CA cannot renew'
like "$err" 'the CA cannot renew, the device is as it was: CA corp \(certsrv\): localhost:[0-9]+: login of LAB.*svc refused .* ago; not tried again until the secret changes, or --retry-ca-login' \
    'says why, and what to do'
is "$(deeds sim)" '' 'nothing was written to the device'
is "$(asked .)" 1 'and the CA was not asked again'

# Another secret is another login; what the CA thinks of it is its business.
(umask 077 && echo another-w0rd >"$lab/now")
check
is "$status $(asked ' 401 ')" '2 2' 'a changed password is shown once'
check
is "$(asked .)" 2 'and rests as well'
cp -p "$lab/secret" "$lab/now"
many
is "$(grep -l 'OK .*can renew' "$tmp"/many.* | wc -l)" "$jobs" 'the right one lets all in'
renew sim --ca corp --apply
is "$status" 0 'and renews'
is "$(asked ' 401 ')" 2 'without another refusal'

# Mended at the CA, which nobody here can see.
echo 'basic LAB\svc other-w0rd' >"$lab/login"
check
check
is "$status $(asked ' 401 ')" '2 3' 'what was taken once rests, too, when it is refused'
echo 'basic LAB\svc s3cret-w0rd' >"$lab/login"
check
is "$status $(asked ' 401 ')" '2 3' 'until a person says'
renew sim --ca corp --force not-due --retry-ca-login
is "$status" 0 'that it will be taken: a plan is enough'
check
is "$status" 0 'for all'
is "$(asked ' 401 ')" 3 'three refusals in all, one for each'
for file in sim.db sim.db-wal; do
	[ ! -e "$tmp/$file" ] || cat "$tmp/$file"
done >"$tmp/all"
grep -aqE 's3cret-w0rd|wrong-w0rd|another-w0rd' "$tmp/all"
is $? 1 'no secret is in the inventory'
stop_sim sim "$sim_pid"
done_testing
