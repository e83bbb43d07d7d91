#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
# With Icinga 2 as a master and a satellite, and the zones and files we ship: the
# satellite gets all of it from the master; checks, event commands, inventory and worker
# are its own. The master shows the results and does nothing itself.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/core.sh
. tests/cli/shipped.sh
. tests/cli/e2e.sh
has_icinga || skip_all "icinga2-bin is not installed"

master=$tmp/master
make_site "$tmp/satellite"
mkdir "$master"
port=$(free_port)
checker="satellite-a.example $(free_port)"
# Only an address on loopback is not as it is shipped.
zones() { # NODE
	sed "s|host = \"master.example\"|host = \"127.0.0.1\"|; s|\"5665\"|\"$port\"|" \
	    "nagios/icinga2/zones/$1.conf"
}
{
	icinga_config "$master" master.example master
	icinga_api_conf "$port"
	echo 'include "zones.conf"'
} >"$master/icinga2.conf"
zones master >"$master/zones.conf"
icinga_cert "$master" master.example
mkdir "$master/zones.d/global-templates" "$master/zones.d/site-a"
cp nagios/icinga2/*.conf "$master/zones.d/global-templates"
cat >"$master/zones.d/site-a/hosts.conf" <<-END
	template Host "site" {
	  check_command = "dummy"
	  address = "127.0.0.1"
	  vars.amt = true
	  vars.amt_config = "$site/amtcert.conf"
	  vars.amt_event_log = "$site/events.log"
	}
	object Host "$due" { import "site" }
	object Host "$expired" { import "site" }
END
{
	icinga_config "$site" satellite-a.example site-a
	icinga_api_conf "${checker##* }" 'accept_config = true, accept_commands = true'
	echo 'include "zones.conf"'
} >"$site/icinga2.conf"
zones satellite >"$site/zones.conf"
icinga_cert "$site" satellite-a.example

run_icinga master "$master"
master_pid=$icinga_pid
wait_for 60 icinga_call master.example "$port" status
ok $? "the master runs with the files of nagios/icinga2" || sed 's/^/# /' "$tmp/master.log"
# shellcheck disable=SC2317 # called by wait_for
is_connected() {
	icinga_call master.example "$port" \
	    'objects/endpoints/satellite-a.example?attrs=connected' | grep -q '"connected":true'
}
# shellcheck disable=SC2317
has_config() { [ -e "$site/data/api/zones/site-a/_etc/hosts.conf" ]; }
run_icinga satellite "$site"
# shellcheck disable=SC2317
has_services() {
	# shellcheck disable=SC2086 # two words
	[ -n "$(icinga_service $checker $expired)" ]
}
wait_for 60 is_connected && wait_for 60 has_config && wait_for 60 has_services
ok $? "the satellite has its configuration from it" || sed 's/^/# /' "$tmp/satellite.log"

start worker "${core_prefix[@]}" timeout --foreground -k 5 300 \
    "$site/bin/work_amt_queue" -f "$site/amtcert.conf" --service
worker_pid=$started_pid

for device in $due $expired; do
	icinga_until master.example "$port" "$device" OK
done
is "$(jobs)" "" "nothing is queued"
time_passes

icinga_until master.example "$port" $due WARNING
wait_for 60 is_told $due ' HARD [0-9]+: queued: '
ok $? "the hard state is queued on the satellite"
icinga_until master.example "$port" $expired CRITICAL
wait_for 60 is_told $expired ' HARD [0-9]+: queued: '
ok $? "and that of the expired one"
# shellcheck disable=SC2317 # called by wait_for
is_done() { [ "$(jobs | grep "^$1")" = "$1|$2|done" ]; }
wait_for 120 is_done $due 'renew_amt_tls|due' &&
	wait_for 120 is_done $expired 'reprovision_amt_tls|expired'
ok $? "its worker repairs both" || comment "$(jobs)" "$(cat "$tmp/worker.log")"
for device in $due $expired; do
	serves "$device"
	ok $? "$device serves a new certificate"
	icinga_until master.example "$port" "$device" OK
	is "$(told "$device" | grep -c ': queued: ')" 1 "the master runs no event command"
done
like "$(icinga_call master.example "$port" "objects/services/$due!amt-tls?attrs=last_check_result")" \
    '"check_source":"satellite-a.example"' "the master has its results from the satellite"

stop "$worker_pid"
stop "$icinga_pid"
stop "$master_pid"
stop_sim devices "$sim_pid"
done_testing
