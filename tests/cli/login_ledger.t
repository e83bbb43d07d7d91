#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# One ledger of refused logins for checks, the scan and remedies: a wrong password is
# shown to a device once an hour, however many ask, and a changed one once more.
# timeout: 300
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

# Rounds of a check within the hour. 1000 take a minute; over days, with a clock of its
# own, they are in tests/unit/test_login.c.
rounds=${AMTCERT_LOGIN_ROUNDS:-50}
mkinv=$B/tests/tools/mkinv

make_lab p384
start_device sim 14
pid=$sim_pid
(umask 077 && echo guess >"$tmp/wrong" && echo "$sim_password" >"$tmp/right")
cp -p "$tmp/wrong" "$tmp/password" # which is what the configuration names

failures() {
	json "$(ask sim 'state pc1')" failures
}
# an_hour_later: what the ledger holds is older by that.
an_hour_later() {
	"$mkinv" "$tmp/sim.db" sql 'UPDATE login SET refused_at = refused_at - 3600,
	    tried_at = tried_at - 3600 WHERE refused_at > 0'
}
check() { # NAME OPTION...
	run "$B/checks/check_amt_$1" -f "$tmp/sim.conf" -H $name "${@:2}"
}

#
# A plan, which writes nothing to the device, is one attempt, too.
#
"$mkinv" "$tmp/sim.db" query 'SELECT 1' >/dev/null # a plan makes no inventory
renew sim
is "$status" 1 'a plan with a wrong password: exit 1'
like "$err" 'wrong user or password' 'it says why'
is "$(failures)" 1 'the device has seen it once'
for how in '' --apply; do
	# shellcheck disable=SC2086 # none or one
	renew sim $how
	is "$status" 1 "again${how:+ with }$how: exit 1"
	like "$err" "login refused [0-9]+ s ago; this password is not tried again before 20" \
	    'the ledger says why, and until when'
done
is "$(failures)" 1 'and the device has not seen it again'
is "$(deeds sim)" '' 'nothing was written'

#
# The others ask the same ledger.
#
check store
is "$status" 2 'check_amt_store: CRITICAL'
like "$out" 'login refused .* ago; this password is not tried again before' 'in the same words'
run "$B/remediate/scan_amt_fleet" -f "$tmp/sim.conf" --store -v
like "$out" 'login refused .* ago; this password is not tried again before' \
    'and so does scan_amt_fleet'
# A stranger is shown no password, and nobody has to wait for what was not done.
echo 'stranger.example,127.0.0.1' >"$tmp/list"
for n in 1 2 3; do
	run "$B/remediate/scan_amt_fleet" -f "$tmp/sim.conf" --store --list "$tmp/list" \
	    -p "$tls" --trust-anchor "$tmp/ca.pem"
	like "$out" '^not read: 1 device is not authenticated$' "a stranger, met for the $n. time"
done
run "$B/checks/check_amt_store" -f "$tmp/sim.conf" -H stranger.example -I 127.0.0.1 -p "$tls" \
    --trust-anchor "$tmp/ca.pem"
like "$out" "the certificate names $name" 'and a check meets it at once'
run "$B/remediate/sync_amt_clock" -f "$tmp/sim.conf" -H $name --apply
like "$err" 'login refused .* ago; this password is not tried again before' \
    'and so does sync_amt_clock'
is "$(failures)" 1 'still once'

n=0
for ((i = 0; i < rounds; i++)); do
	check store
	[ "$status" = 2 ] && n=$((n + 1))
done
is "$n" "$rounds" "$rounds rounds of check_amt_store are CRITICAL"
is "$(failures)" 1 'and show the password not once'
an_hour_later
for ((i = 0; i < 9; i++)); do
	check store
done
is "$(failures)" 2 'an hour later it is shown once more'
for ((i = 0; i < 9; i++)); do
	an_hour_later
	check store
done
[ "$(failures)" -lt 7 ]
ok $? "$(failures) times in ten hours, for each refusal doubles the time"

#
# Another secret is another matter, once.
#
echo 'guess again' >"$tmp/password"
check store
before=$(failures)
check store
renew sim --apply
is "$(failures)" "$before" 'a changed secret is shown once'
cp -p "$tmp/right" "$tmp/password"
check store
is "$status" 1 'the right one is taken at once'
renew sim --apply
is "$status" 0 'and renews the device'
check store
is "$status" 0 'which is OK at the very next check'
like "$out" '1 superseded certificate' 'the one before is a note'
check tls
is "$status" 0 'and without a login'
stop_sim sim "$pid"
done_testing
