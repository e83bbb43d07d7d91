#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
# With Nagios Core and the files we ship: a certificate comes due and another expires,
# check_amt_tls says so, the states become hard, the event handler queues, the worker
# renews and reprovisions, and the next checks are fine.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/core.sh
. tests/cli/shipped.sh
. tests/cli/e2e.sh
has_nagios || skip_all "nagios4-core is not installed"

make_site "$tmp/site"
{
	nagios_site
	nagios_device $due 'use amt-device'
	nagios_device $expired 'use amt-device'
} >"$site/site.cfg"
nagios_config "$site"
run_nagios "$site"
ok $? "Nagios runs with the files of nagios/" || sed 's/^/# /' "$tmp/nagios.log"

# shellcheck disable=SC2317 # called by wait_for
is_checked() { # HOST: with OK
	awk -v host="$1" -F= '
	/^servicestatus/ { on = 1; checked = 0 }
	on && $1 == "\thost_name" { name = $2 }
	on && $1 == "\thas_been_checked" { checked = $2 }
	on && $1 == "\tcurrent_state" { state = $2 }
	on && /^\t}/ { on = 0; if (name == host && checked == 1 && state == 0) found = 1 }
	END { exit !found }' "$site/status.dat"
}
# shellcheck disable=SC2317
is_alerted() { # HOST STATE;TYPE;ATTEMPT: it is in the log of Nagios
	grep -q "SERVICE ALERT: $1;amt-tls;$2;" "$site/nagios.log"
}

# check_until HOST STATE;TYPE;ATTEMPT: a check now; that is what becomes of it.
check_until() {
	nagios_command "$site" "SCHEDULE_FORCED_SVC_CHECK;$1;amt-tls;$(date +%s)"
	wait_for 60 is_alerted "$1" "$2"
	ok $? "$1 is $2"
}

for device in $due $expired; do
	wait_for 60 is_checked "$device"
	ok $? "$device is fine"
done
is "$(jobs)" "" "nothing is queued"
time_passes

for state in 'WARNING;SOFT;1' 'WARNING;SOFT;2' 'WARNING;HARD;3'; do
	check_until $due "$state"
done
wait_for 60 is_told $due ' HARD 3: queued: '
ok $? "the hard state is queued"
like "$(told $due)" "^$due amt-tls WARNING SOFT 1: not queued: state type SOFT: " \
    "and the soft ones were not"
is "$(jobs)" "$due|renew_amt_tls|due|queued" "by what the check had read"
for state in 'CRITICAL;SOFT;1' 'CRITICAL;SOFT;2' 'CRITICAL;HARD;3'; do
	check_until $expired "$state"
done
wait_for 60 is_told $expired ' HARD 3: queued: reprovision_amt_tls, expired, '
ok $? "and queued"

# What Nagios tells only in its status file.
nagios_command "$site" "ACKNOWLEDGE_SVC_PROBLEM;$expired;amt-tls;2;0;0;me;at it"
# shellcheck disable=SC2317
is_acknowledged() { grep -q '^.problem_has_been_acknowledged=1$' "$site/status.dat"; }
wait_for 60 is_acknowledged
ok $? "a person is at it"
of_site "$site/bin/amt_event_handler" -f "$site/amtcert.conf" --hostname $expired \
    --service amt-tls --state CRITICAL --state-type HARD --attempt 3 --host-downtime 0 \
    --service-downtime 0 --in-window 1 --status-file "$site/status.dat"
like "$err" 'not queued: acknowledged 1: a person is at it' "and the handler finds that"

worked
is "$(jobs)" "$due|renew_amt_tls|due|done
$expired|reprovision_amt_tls|expired|done" "what was queued is done"
for device in $due $expired; do
	serves "$device"
	ok $? "$device serves a new certificate"
	check_until "$device" 'OK;HARD;3'
	wait_for 60 is_told "$device" ' OK HARD 3: '
	like "$(told "$device")" ' OK HARD 3: not queued: state OK: ' "and that calls for nothing"
done

# 300 days later again, in downtime.
now=$(date +%s)
nagios_command "$site" "SCHEDULE_SVC_DOWNTIME;$due;amt-tls;$((now - 60));$((now + 3600));1;0;3600;me;at it"
# shellcheck disable=SC2317 # called by wait_for
is_in_downtime() { grep -q '^.scheduled_downtime_depth=1$' "$site/status.dat"; }
wait_for 60 is_in_downtime
time_passes
: >"$site/nagios.log"
for state in 'WARNING;SOFT;1' 'WARNING;SOFT;2' 'WARNING;HARD;3'; do
	check_until $due "$state"
done
wait_for 60 is_told $due ' HARD 3: not queued: service downtime 1: '
ok $? "in downtime it is not queued" || comment "$(told $due)"
is "$(jobs | wc -l)" 2 "nothing was queued by that"

stop "$nagios_pid"
stop_sim devices "$sim_pid"
done_testing
