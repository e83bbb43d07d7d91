#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A small simulated fleet on loopback, checked and repaired before your eyes.
# usage: B=build/cc tests/demo.sh
# Ends with 0 when every program said what it should; removes all it made.
set -u
cd "$(dirname "$0")/.." || exit 1
B=$(realpath "${B:-build/cc}")
lab=$(mktemp -d "${TMPDIR:-/tmp}/amtcert-demo.XXXXXX") || exit 1
simulator=
# shellcheck disable=SC2317 # called by the trap
finish() {
	snmp_stop
	[ -z "$simulator" ] || kill "$simulator" 2>/dev/null
	[ -z "$simulator" ] || wait "$simulator" 2>/dev/null
	rm -rf "$lab"
}
trap finish EXIT
trap 'exit 130' INT TERM
PATH=$B/checks:$B/remediate:$B/snmp:$B/tests/sim:$B/tests/tools:$PATH
export LC_ALL=C TZ=UTC
umask 077 # keys are nobody else's
. tests/demo_snmp.sh
cd "$lab" || exit 1

bold='' plain=''
if [ -t 1 ]; then
	bold=$'\e[1m' plain=$'\e[0m'
fi
say() {
	printf '\n%s# %s%s\n' "$bold" "$*" "$plain"
}

wrong=0
# expect STATUS COMMAND...: show it, run it; its exit status is that or the demo fails.
expect() {
	local wanted=$1 status
	shift
	printf '\n$ %s\n' "$*"
	"$@" </dev/null 2>&1
	status=$?
	[ "$status" = "$wanted" ] && return
	printf '!! exit status %s, but %s was expected\n' "$status" "$wanted"
	wrong=$((wrong + 1))
}

# cert DEVICE NAME ISSUER OPTION...: certificate and key of a device, for a host name.
cert() {
	simca -m cert -o "$1.pem" --key-out "$1.key" --ca "$3.pem" --ca-key "$3.key" \
	    -s "$2.demo.example" --san "$2.demo.example" "${@:4}"
}

devices='pc-good pc-due pc-expired pc-moved pc-stranger'
make_fleet() {
	for ca in ca other; do
		simca -m ca -o $ca.pem --key-out $ca.key -s "Demo $ca" --key-type p384 \
		    --not-before -400d --not-after +3650d
	done
	cert pc-good pc-good ca --not-before -65d --not-after +300d
	cert pc-due pc-due ca --not-before -335d --not-after +30d
	cert pc-expired pc-expired ca --not-before -375d --not-after -10d
	cert pc-moved old-name ca --not-before -65d --not-after +300d
	cert pc-stranger pc-stranger other --not-before -65d --not-after +300d
	echo 'P@ssw0rd' >password
	{
		printf '[defaults]\nprofile = 14\ntls-port = 0\nplain-port = 0\n'
		for device in $devices; do
			printf '[device %s]\ncertificate = %s.pem\nkey = %s.key\n' \
			    "$device" "$device" "$device"
			printf 'hostname = %s\ndomain = demo.example\n' "$device"
		done
		printf '[device pc-off]\ncertificate = pc-good.pem\nkey = pc-good.key\ndead = yes\n'
	} >fleet.conf
}

# The configuration that an administrator would write; ports are the simulator's.
configure() {
	{
		printf '[defaults]\ntrust-anchor = %s/ca.pem\n' "$lab"
		printf 'secret-file = %s/password\ninventory = %s/inventory.db\n' "$lab" "$lab"
		printf '[ca local]\nbackend = local\n'
		printf 'cert-file = %s/ca.pem\nkey-file = %s/ca.key\n' "$lab" "$lab"
		awk '$1 == "ready" {
			printf "[device %s.demo.example]\naddress = %s\nport = %s\n", $2, $3, $4
		}' fleet.log
	} >amtcert.conf
	# A device that is switched off: its port was open a moment ago.
	sed -i "/^\[device pc-off/,\$s/^port = 0\$/port = $closed_port/" amtcert.conf
}

start_fleet() {
	: >fleet.log
	amtsim --device fleet.conf --control sim.sock --log requests.log >fleet.log 2>&1 &
	simulator=$!
	for ((i = 0; i < 200; i++)); do
		grep -q '^listening' fleet.log && return
		sleep 0.05
	done
	cat fleet.log
	exit 1
}

make_fleet
start_fleet
closed_port=1
configure
say 'Six simulated devices with AMT 14 on this machine, one file of settings for them.'
sed 's/^/    /' fleet.log

say 'Will the certificate that each serves stay valid? One handshake each, no login.'
expect 0 check_amt_tls -f amtcert.conf -H pc-good.demo.example
expect 1 check_amt_tls -f amtcert.conf -H pc-due.demo.example
expect 2 check_amt_tls -f amtcert.conf -H pc-expired.demo.example
expect 2 check_amt_tls -f amtcert.conf -H pc-moved.demo.example
expect 2 check_amt_tls -f amtcert.conf -H pc-stranger.demo.example
expect 2 check_amt_tls -f amtcert.conf -H pc-off.demo.example

say 'Whom to trust is not known: the dates are told, but nothing is called good.'
grep -v trust-anchor amtcert.conf >no-anchor.conf
expect 3 check_amt_tls -f no-anchor.conf -H pc-good.demo.example

say 'What does the device hold? One login, read only.'
expect 1 check_amt_store -f amtcert.conf -H pc-due.demo.example

say 'All of them into the inventory, for those who watch the fleet as one.'
expect 0 scan_amt_fleet -f amtcert.conf --tls
expect 2 check_amt_fleet -f amtcert.conf

say 'The same for SNMP managers: a real snmpd, and amtcert_agent behind it.'
snmp_start || { cat snmpd.log agent.log; exit 1; }
expect 2 check_amt_snmp -H 127.0.0.1 -p "$snmp_port" --community-file community
say 'Its table of expiries, soonest end first: device, seconds left, state.'
for column in 4 3 2; do
	expect 0 snmpbulkwalk -v 2c -c demo -Oqn "127.0.0.1:$snmp_port" "$expiry.$column"
done

say 'The remedy that the check named. Without --apply it only says what it would do.'
expect 0 renew_amt_tls -f amtcert.conf -H pc-due.demo.example

say 'Expired: no console takes it any more. Who is it? The path tells, time ignored; or its key.'
expect 0 reprovision_amt_tls -f amtcert.conf -H pc-expired.demo.example

# event DEVICE STATE TYPE ATTEMPT: what a core tells its event handler of a check.
event() {
	expect 0 amt_event_handler -f amtcert.conf -H "$1" --service amt-tls --state "$2" \
	    --state-type "$3" --attempt "$4" --host-downtime 0 --service-downtime 0 \
	    --flapping 0 --acknowledged 0 --in-window 1
}
say 'Nagios or Icinga calls the event handler at each change of state; a hard one is queued.'
event pc-due.demo.example WARNING SOFT 1
event pc-due.demo.example WARNING HARD 3
event pc-expired.demo.example CRITICAL HARD 3

say 'The worker does both: key and request made in the firmware, proved by a fresh handshake.'
expect 0 work_amt_queue -f amtcert.conf --jobs=1

say 'And now?'
expect 0 check_amt_tls -f amtcert.conf -H pc-due.demo.example
expect 0 check_amt_tls -f amtcert.conf -H pc-expired.demo.example
expect 0 check_amt_store -f amtcert.conf -H pc-due.demo.example
expect 0 renew_amt_tls -f amtcert.conf -H pc-due.demo.example --apply

say 'The renewal as a notification (amtCertRenewed), received by snmptrapd:'
expect 0 scan_amt_fleet -f amtcert.conf --tls
until_true 15 snmp_notified 3 pc-due.demo.example || wrong=$((wrong + 1))
grep -a "$root\.0\.3[^0-9]" traps | tr '\t' '\n' | sed 's/^/    /'

say 'What was written to the first, by its own log:'
sed -nE '/device=pc-due .* write=yes /{
	s/.*op=Invoke class=([^ ]+) method=([^ ]+) .*/    \1 \2/
	s/.*op=([^ ]+) class=([^ ]+) .*/    \2 \1/
	p
}' requests.log

if [ "$wrong" = 0 ]; then
	say 'Every program said what it should.'
	exit 0
fi
say "$wrong programs did not say what they should."
exit 1
