#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A stand-alone CA, which cannot re-enrol: refused before the device is touched, with
# the ways out; and where a person accepted what that means, a request that is held for
# days, its age a state, and one renewal when it is approved.
# timeout: 300
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/ca_device.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
knows_localhost || skip_all "nobody knows localhost"
mkinv=$B/tests/tools/mkinv
worker=$B/remediate/work_amt_queue
check_ca=$B/checks/check_amt_ca
handler=$B/remediate/amt_event_handler
trial_line= # a CA at which each request waits is not tried
make_lab p384
start_ca_service || exit 1
start_device sim 14 || exit 1
sed -i "s,^\[device .*,&\nca = patient," "$tmp/sim.conf"
add_ca sim alone certsrv /certsrv "secret-file = $lab/secret"
add_ca sim patient certsrv /certsrv "secret-file = $lab/secret" 'manual-approval = yes'
printf '[queue]\nprogram-dir = %s\n' "$B/remediate" >>"$tmp/sim.conf"

#
# Idea 3: said before the first write.
#
for how in '' --apply; do
	# shellcheck disable=SC2086 # none or one
	renew sim --ca alone $how
	is "$status" 4 "a stand-alone CA${how:+, $how}: a status of its own"
	like "$err" '^renew_amt_tls: the CA cannot renew, the device is as it was: CA alone \(certsrv\): stand-alone CA: no template, cannot re-enrol: .* Use an enterprise CA .*or accept that: manual-approval = yes' \
	    'the line says so, and what to do'
done
is "$(deeds sim)" '' 'nothing was written to the device'
is "$(asked POST)" 0 'and nothing asked of the CA'

# A worker does not come back to what a person has to decide.
sed "s,^ca = patient,ca = alone,; s,$tmp/sim.db,$tmp/alone.db," "$tmp/sim.conf" >"$tmp/alone.conf"
run "$B/checks/check_amt_tls" -f "$tmp/alone.conf" -H $name --record
run "$B/remediate/evaluate_amt_fleet" -f "$tmp/alone.conf"
run "$worker" -f "$tmp/alone.conf"
is "$("$mkinv" "$tmp/alone.db" query 'SELECT state, exit_status FROM job')" '4|4' \
    'a job that the CA cannot do is refused'
run "$B/checks/check_amt_queue" -f "$tmp/alone.conf" -vv
is "$status" 1 'check_amt_queue: WARNING'
like "$out" '^job 1: .*, refused at 20.*: .*CA alone \(certsrv\): stand-alone CA: ' 'with the reason'
is "$(deeds sim)$(asked POST)" 0 'and still nothing was written or asked'

#
# Idea 17: held for three days, while the age is a state.
#
sql() {
	"$mkinv" "$tmp/sim.db" sql "$1"
}
query() {
	"$mkinv" "$tmp/sim.db" query "$1"
}
# a_day_later: everything that waits has waited a day and a second longer.
a_day_later() {
	sql 'UPDATE cert_request SET created_at = created_at - 86401, next_poll_at = 0;
	    UPDATE job SET not_before = 0, created_at = created_at - 86401;
	    UPDATE job_attempt SET started_at = started_at - 86401;
	    UPDATE breaker SET probe_at = 0'
}
work() {
	run "$worker" -f "$tmp/sim.conf"
}
ages() { # STATUS "sentence"
	run "$check_ca" -f "$tmp/sim.conf" --ca patient -v
	is "$status" "$1" "check_amt_ca: $2"
	like "$out" 'pending at CA patient \(certsrv\) since 20' 'since when it is pending'
	run "$B/checks/check_amt_queue" -f "$tmp/sim.conf" -w 10d -c 20d
	like "$out" '1 pending at the CA for up to' 'and check_amt_queue knows'
}
run "$B/checks/check_amt_tls" -f "$tmp/sim.conf" -H $name --record
is "$status" 1 'the certificate is due'
run "$handler" -f "$tmp/sim.conf" --hostname "$name" --service amt-tls --state WARNING \
    --state-type HARD --attempt 3 --host-downtime 0 --service-downtime 0 --flapping 0 \
    --acknowledged 0 --in-window 1
like "$err" ': queued' 'an event queues a renewal'
work
is "$(asked 'POST .*certfnsh')" 1 'the worker hands the request in'
ages 0 'on the first day OK'
deeds sim >"$tmp/deeds"
for day in 1 2 3; do
	a_day_later
	work
	ages $((day < 3 ? 1 : 2)) "after $day d"
done
is "$(asked 'POST .*certfnsh')" 1 'in all that time it is handed in once'
is "$(deeds sim)" "$(cat "$tmp/deeds")" 'and nothing is written to the device'
run "$B/remediate/prune_amt_store" -f "$tmp/sim.conf" -H $name --apply
is "$(keys "$(ask sim 'state pc1')" | grep -c .)" 2 'nor is its key pruned'
echo approve >"$lab/manager"
a_day_later
work
is "$(query 'SELECT state FROM job')" 3 'approved: the next run completes'
is "$(asked 'POST .*certfnsh')" 1 'without a second request'
verifies "$tls"
ok $? 'the device serves it'
is "$(query 'SELECT outcome FROM cert_request')" issued 'the request is closed'
run "$check_ca" -f "$tmp/sim.conf" --ca patient -v
is "$status" 0 'check_amt_ca: OK'
unlike "$out" 'pending at CA' 'nothing is pending'
stop_sim sim "$sim_pid"
done_testing
