#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
# With Icinga 2 as one node and the files we ship: a certificate comes due and another
# expires, check_amt_tls says so, the states become hard, the event command queues, the
# worker renews and reprovisions, and the next checks are fine.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/core.sh
. tests/cli/shipped.sh
. tests/cli/e2e.sh
has_icinga || skip_all "icinga2-bin is not installed"

make_site "$tmp/site"
port=$(free_port)
{
	icinga_config "$site" core core
	icinga_api_conf "$port"
	cat <<-END
		object Endpoint NodeName { }
		object Zone ZoneName { endpoints = [ NodeName ] }
		include "$site/nagios/icinga2/*.conf"
		template Host "site" {
		  check_command = "dummy"
		  address = "127.0.0.1"
		  vars.amt = true
		  vars.amt_config = "$site/amtcert.conf"
		  vars.amt_event_log = "$site/events.log"
		}
		object TimePeriod "never" { }
		object Host "$due" { import "site" }
		object Host "$expired" { import "site" }
	END
} >"$site/icinga2.conf"
icinga_cert "$site" core
run_icinga icinga "$site"
wait_for 60 icinga_call core "$port" status
ok $? "Icinga runs with the files of nagios/icinga2" || sed 's/^/# /' "$tmp/icinga.log"

for device in $due $expired; do
	icinga_until core "$port" "$device" OK
done
is "$(jobs)" "" "nothing is queued"
time_passes

icinga_until core "$port" $due WARNING
wait_for 60 is_told $due ' HARD [0-9]+: queued: '
ok $? "the hard state is queued"
like "$(told $due)" "^$due amt-tls WARNING SOFT [0-9]: not queued: state type SOFT: " \
    "and the soft ones were not"
is "$(jobs)" "$due|renew_amt_tls|due|queued" "by what the check had read"
icinga_until core "$port" $expired CRITICAL
wait_for 60 is_told $expired ' HARD [0-9]+: queued: reprovision_amt_tls, expired, '
ok $? "and queued"

worked
is "$(jobs)" "$due|renew_amt_tls|due|done
$expired|reprovision_amt_tls|expired|done" "what was queued is done"
for device in $due $expired; do
	serves "$device"
	ok $? "$device serves a new certificate"
	icinga_until core "$port" "$device" OK
	wait_for 60 is_told "$device" ' OK HARD '
	like "$(told "$device")" ' OK HARD [0-9]+: not queued: state OK: ' \
	    "and that calls for nothing"
done

# 300 days later again, one in downtime, the other outside its time period.
now=$(date +%s)
icinga_call core "$port" actions/schedule-downtime -X POST -d '{ "type": "Service",
    "filter": "host.name == \"'$due'\"", "author": "me", "comment": "at it", "fixed": true,
    "start_time": '$((now - 60))', "end_time": '$((now + 3600))' }' >/dev/null
icinga_call core "$port" "objects/hosts/$expired" -X POST \
    -d '{ "attrs": { "vars.amt_remedy_period": "never" } }' >/dev/null
time_passes
icinga_until core "$port" $due WARNING
wait_for 60 is_told $due ' HARD [0-9]+: not queued: service downtime 1: '
ok $? "in downtime it is not queued" || comment "$(told $due)"
icinga_until core "$port" $expired CRITICAL
wait_for 60 is_told $expired ' HARD [0-9]+: not queued: window false: '
ok $? "nor outside the time period" || comment "$(told $expired)"
is "$(jobs | wc -l)" 2 "nothing was queued by these"

stop "$icinga_pid"
stop_sim devices "$sim_pid"
done_testing
