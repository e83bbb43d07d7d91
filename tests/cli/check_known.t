#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Checks with an inventory: a device that is off keeps the state of its last
# reading, its age counts, refused logins rest, and an inventory that cannot be used
# stops no check.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/plugin.sh

lab=$tmp/lab
mkinv=$B/tests/tools/mkinv
tests/sim/mklab.sh "$simca" "$lab" >/dev/null || exit 1
start_sim lab --device "$lab/lab.conf" --set slow-ms=0 --set hang=no || exit 1
printf '%s\n' "$sim_password" >"$tmp/secret"
printf 'wrong\n' >"$tmp/wrong"
chmod 600 "$tmp/secret" "$tmp/wrong"
closed=$(free_port)
inv=$tmp/inventory.db

port_of() { # DEVICE
	awk -v device="$1" '$1 == "ready" && $2 == device { print $4 }' "$tmp/lab.log"
}

# look CHECK DEVICE PORT OPTION...: with the inventory.
look() {
	local check=$1 secret=(--secret-file "$tmp/secret")
	[ "$check" != tls ] || secret=()
	run "$B/checks/check_amt_$check" -H "$2.lab.example" -I 127.0.0.1 -p "$3" \
	    --trust-anchor "$lab/ca.pem" "${secret[@]}" --inventory "$inv" "${@:4}"
}
# on, off CHECK DEVICE OPTION...: the device answers, or is out of reach.
on() {
	look "$1" "$2" "$(port_of "$2")" "${@:3}"
}
off() {
	look "$1" "$2" "$closed" "${@:3}"
}

# sql STATEMENT, query STATEMENT: the inventory behind the check's back.
sql() {
	"$mkinv" "$inv" sql "$1" || echo "# sql failed: $1"
}
query() {
	"$mkinv" "$inv" query "$1"
}

# age DAYS: all readings become older by so much, or younger.
age() {
	sql "UPDATE standing SET tls_read_at = tls_read_at - $1 * 86400 WHERE tls_read_at > 0;
	    UPDATE standing SET store_read_at = store_read_at - $1 * 86400 WHERE store_read_at > 0;
	    UPDATE standing SET ok_at = ok_at - $1 * 86400, tried_at = tried_at - $1 * 86400"
}

#
# Not there, or never read
#
on tls good
says AMT_TLS 0 'valid, 299 d left.*; inventory not used: .*inventory\.db: no such file' \
    "an inventory that is not there is told and stops no check"
[ ! -e "$inv" ]
ok $? "and none is made"
run "$B/checks/check_amt_tls" -H good.lab.example -I 127.0.0.1 -p "$(port_of good)" \
    --trust-anchor "$lab/ca.pem" --inventory "$tmp/first.db" --record
says AMT_TLS 0 'valid, 299 d left' "but who records makes it"
[ -s "$tmp/first.db" ]
ok $? "as a scan does"
off tls good
says AMT_TLS 2 'efused; inventory not used' "out of reach without inventory is CRITICAL"
: >"$tmp/void.db"
run "$B/checks/check_amt_tls" -H good.lab.example -I 127.0.0.1 -p "$(port_of good)" \
    --trust-anchor "$lab/ca.pem" --inventory "$tmp/void.db" -v
says AMT_TLS 0 'inventory not used: .*void\.db: an empty file, not an amtcert inventory; remove it' \
    "one that cannot be used is told with -v, and what to do"
sql 'DELETE FROM scan'
off tls good
says AMT_TLS 2 'efused' "and so is a device that was never read"
off tls good --unreachable=ok
says AMT_TLS 0 'efused' "unless --unreachable says otherwise"
on tls good
says AMT_TLS 0 'valid, 299 d left' "a reading"
is "$(query 'SELECT count(*) FROM device')" 0 "is not written"

#
# The last reading
#
on tls good --record
says AMT_TLS 0 'valid, 299 d left .*\| .* age=0s;1814400' "with --record it is"
is "$(query 'SELECT count(*) FROM device')" 1 "and the device is there"
off tls good
says AMT_TLS 0 'valid, 299 d left \(.*\); read [0-9]+ s ago; now: .*efused' \
    "a device that is off keeps its state"
age 3
off tls good
says AMT_TLS 0 'valid, 299 d left \(.*\); read 3 d ago; now: .*efused' "after three days, too"
like "$out" 'age=259[0-9]{3}s;' "and the age is in the graph"
off tls good --unreachable=critical -T critical
says AMT_TLS 0 'read 3 d ago' "--unreachable is for what was never read"
off tls good --max-age 2d
says AMT_TLS 1 'last read 3 d ago, at most 2 d is allowed' "--max-age escalates"
age 27
off tls good --max-age 21d
says AMT_TLS 1 'last read 30 d ago, at most 21 d is allowed; valid, 299 d left' \
    "30 days are too old"
off tls good
says AMT_TLS 1 'last read 30 d ago' "and 21 days are the default"
off tls good --max-age 31d
says AMT_TLS 0 'read 30 d ago' "31 days are enough for it"
on tls good
says AMT_TLS 0 'valid, 299 d left .*age=0s' "a device that is back is OK at once"
unlike "$out" 'ago' "and its reading is new"
off tls good --json
is "$(json "$out" error)" null "JSON of a recalled reading holds no error"
like "$out" '"reason":"stale"' "and the finding"
on tls due --record
says AMT_TLS 1 'renewal overdue' "one that is due"
off tls due
says AMT_TLS 1 'renewal overdue 12 d, 29 d left \(.*\); read .* ago' "is due when off, too"
off tls due --days 60,30
says AMT_TLS 2 'left \(.*\), beyond the critical threshold; read ' "thresholds hold for it"

#
# The end comes while it is off
#
"$simca" -m cert -o "$lab/soon.pem" --key-out "$lab/soon.key" --ca "$lab/ca.pem" \
    --ca-key "$lab/ca.key" -s soon.lab.example --san soon.lab.example --not-before -365d \
    --not-after +5s || exit 1
printf '[device soon]\ncertificate = soon.pem\nkey = soon.key\n' >"$lab/soon.conf"
(sed '/^\[device/,$d' "$lab/lab.conf" && cat "$lab/soon.conf") >"$lab/one.conf"
start_sim soon --device "$lab/one.conf" || exit 1
run "$B/checks/check_amt_tls" -H soon.lab.example -I 127.0.0.1 -p "$tls" \
    --trust-anchor "$lab/ca.pem" --inventory "$inv" --record --days 0,0
stop_sim soon "$sim_pid"
ended_at=$(date -d "$(openssl x509 -in "$lab/soon.pem" -noout -enddate | cut -d= -f2)" +%s)
# shellcheck disable=SC2317 # called by wait_for
has_ended() {
	[ "$(date +%s)" -gt "$ended_at" ]
}
wait_for 20 has_ended
off tls soon --days 0,0
says AMT_TLS 2 'expired [0-9]+ s ago \(.*\); read [0-9]+ s ago' \
    "a certificate that ends while the device is off is CRITICAL"

#
# The store
#
on store good --record
says AMT_STORE 0 'valid, 299 d left' "a store is read and recorded"
age 3
off store good
says AMT_STORE 0 'valid, 299 d left \(.*\); read 3 d ago; now: .*connect: Connection refused' "and recalled"
off roots good
says AMT_ROOTS 0 'read 3 d ago' "by check_amt_roots"
off 8021x good
says AMT_8021X 0 'read 3 d ago' "by check_amt_8021x"
off clock good
says AMT_CLOCK 2 'connect: Connection refused' "but a clock is nothing to recall"
off store due
says AMT_STORE 2 'connect: Connection refused' "a store that was never read is CRITICAL"
sql 'DELETE FROM login'

#
# Refused logins
#
ask lab 'zero *' >/dev/null
failures() { # DEVICE
	json "$(ask lab "state $1")" failures
}
look clock due "$closed" --secret-file "$tmp/wrong"
for check in store clock 8021x roots store clock; do
	on "$check" due --secret-file "$tmp/wrong"
	is "$status" 2 "check_amt_$check: a wrong password is CRITICAL"
	like "$out" 'login refused' "and is told"
done
like "$out" 'login refused [0-9]+ s ago; this password is not tried again before 20' \
    "and since when"
like "$out" 'renewal overdue' "and what the device shows"
is "$(failures due)" 1 "six checks try it once"
rounds=20 # more are tests/cli/login_ledger.t's
for ((i = 0; i < rounds; i++)); do
	"$B/checks/check_amt_clock" -H due.lab.example -I 127.0.0.1 -p "$(port_of due)" \
	    --trust-anchor "$lab/ca.pem" --secret-file "$tmp/wrong" --inventory "$inv" \
	    >/dev/null
	[ $? = 2 ] || echo "# round $i: not refused"
done
is "$(failures due)" 1 "$rounds rounds try it once"
on clock due
says AMT_CLOCK 0 'device clock is right' "another password is another matter"
on clock due --secret-file "$tmp/wrong"
is "$(failures due)" 1 "and the wrong one still rests"
sql 'UPDATE login SET refused_at = refused_at - 3600, tried_at = tried_at - 3600
    WHERE refused_at > 0'
on clock due --secret-file "$tmp/wrong"
is "$(failures due)" 2 "for an hour"
on clock due --secret-file "$tmp/wrong"
is "$(failures due)" 2 "and then again"

# At the same time: one tries, the others learn from it.
sql 'DELETE FROM login'
ask lab 'zero *' >/dev/null
pids=()
for check in store clock 8021x roots; do
	start "at-once-$check" "$B/checks/check_amt_$check" -H due.lab.example -I 127.0.0.1 \
	    -p "$(port_of due)" --trust-anchor "$lab/ca.pem" --secret-file "$tmp/wrong" \
	    --inventory "$inv" -t 60
	pids+=("$started_pid")
done
for pid in "${pids[@]}"; do
	wait "$pid"
	is "$?" 2 "one of four at the same time is told of the refusal"
done
is "$(failures due)" 1 "and four at the same time try it once"

# Who may only read the inventory asks it all the same.
sql 'PRAGMA wal_checkpoint(TRUNCATE)'
if [ "$(id -u)" != 0 ]; then
	chmod 400 "$inv"
	on clock due --secret-file "$tmp/wrong"
	is "$(failures due)" 1 "a ledger that is read-only is asked, too"
	chmod 600 "$inv"
else
	skip "a ledger that is read-only is asked, too" "root writes where it likes"
fi

stop_sim lab "$sim_pid"
done_testing
