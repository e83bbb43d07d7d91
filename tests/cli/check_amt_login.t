#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# check_amt_clock, check_amt_8021x, check_amt_roots: what they say of devices that
# are good or wrong in one way, and that each logs in once.
. tests/cli/lib.sh
. tests/sim/client.sh

bash tests/sim/mklab.sh "$simca" "$tmp/lab" >/dev/null || exit 1
start_sim lab --device "$tmp/lab/lab.conf" --set slow-ms=0 --set hang=no || exit 1
printf '%s\n' "$sim_password" >"$tmp/secret"
chmod 600 "$tmp/secret"

# look CHECK DEVICE OPTION...; some devices of the lab share the certificate of good
look() {
	local check=$1 device=$2 name=$2 port
	case $device in wrong-clock | wired) name=good ;; esac
	shift 2
	port=$(awk -v device="$device" '$1 == "ready" && $2 == device { print $4 }' "$tmp/lab.log")
	ask lab "zero $device" >/dev/null
	run "$B/checks/$check" -H "$name.lab.example" -I 127.0.0.1 -p "$port" \
	    --trust-anchor "$tmp/lab/ca.pem" --secret-file "$tmp/secret" "$@"
}

# says STATUS ERE "sentence"
says() {
	is "$status" "$1" "$3"
	like "$out" "$2" "$3, and says so"
	is "$err" '' "$3, and nothing on standard error"
}

look check_amt_clock good
says 0 '^AMT_CLOCK OK - good\.lab\.example: device clock is right within 10 s \| skew=-?[01]' \
    "a right clock"
is "$(json "$(ask lab 'state good')" failures)" 0 "a clock is read without a refused login"
look check_amt_clock wrong-clock
says 1 '^AMT_CLOCK WARNING - .*device clock is (8|7) h behind; .*skew=-2(88|87)[0-9][0-9]' \
    "local time taken for UTC"
look check_amt_clock wrong-clock --clock-warning=1m --clock-critical=1h
says 2 '^AMT_CLOCK CRITICAL' "thresholds of its own"
ask lab 'fault good Invoke:AMT_TimeSynchronizationService:*:1:return-value=1' >/dev/null
look check_amt_clock good
says 3 '^AMT_CLOCK UNKNOWN - .*does not tell its time' "a device that does not tell"

look check_amt_8021x good
says 0 '^AMT_8021X OK - .*no certificate is used for 802\.1X' "a device without 802.1X"
look check_amt_8021x wired
says 0 '^AMT_8021X OK - .*802\.1X wired: valid' "a wired certificate outside its window"
look check_amt_8021x wired --policy=scs
says 1 '^AMT_8021X WARNING - .*802\.1X wired: .*left \(20[0-9-]*\)' "a wired certificate that is due"
look check_amt_8021x wired --days=10,5
says 0 '^AMT_8021X OK' "thresholds in days"

look check_amt_roots good
says 0 '^AMT_ROOTS OK - .*root CN=Lab CA: valid' "a root that lasts"
look check_amt_roots good --expect-root "$tmp/lab/ca.pem"
says 0 '^AMT_ROOTS OK' "a wanted root that is there"
look check_amt_roots good --expect-root "$tmp/lab/other.pem"
says 2 '^AMT_ROOTS CRITICAL - .*trust anchor CN=Other CA is not in the firmware' \
    "a wanted root that is not there"
look check_amt_roots good --expect-root "$tmp/none.pem"
says 3 '^AMT_ROOTS UNKNOWN - .*--expect-root: .*none\.pem' "a file that is not there"
look check_amt_roots due
says 0 '^AMT_ROOTS OK' "the device's own certificate does not count"

for check in clock 8021x roots; do
	printf 'wrong\n' >"$tmp/secret"
	look "check_amt_$check" good
	is "$status" 2 "check_amt_$check: a wrong password is critical"
	like "$out" 'login refused' "check_amt_$check: and is told as such"
	is "$(json "$(ask lab 'state good')" failures)" 1 \
	    "check_amt_$check: and is tried once"
	printf '%s\n' "$sim_password" >"$tmp/secret"
	run "$B/checks/check_amt_$check" --help
	is "$status" 3 "check_amt_$check: help leaves with 3"
done
stop_sim lab "$sim_pid"
done_testing
