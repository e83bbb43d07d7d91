#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Checks with an inventory, and what changes between two readings: realm, device, key,
# issuer, who made the certificate; and contacts too rare for a renewal in time.
# timeout: 300
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/plugin.sh
. tests/cli/renew.sh

mkinv=$B/tests/tools/mkinv
uuid_a=55e3ae13-bfd2-61bb-17a0-88aedd7037ea
uuid_b=66e3ae13-bfd2-61bb-17a0-88aedd7037eb
inv=$tmp/inventory.db
valid='--not-before -65d --not-after +300d'

make_lab p384
"$simca" -m ca -o "$tmp/other.pem" --key-out "$tmp/other.key" -s 'Other CA' --key-type p384 \
    --not-before -400d --not-after +3650d
cat "$tmp/ca.pem" "$tmp/other.pem" >"$tmp/both.pem"
for key in 1 2 3; do # each has a key of its own
	# shellcheck disable=SC2086 # words
	make_cert "ca$key" $valid -s $name --san $name
	# shellcheck disable=SC2086
	"$simca" -m cert -o "$tmp/other$key.pem" --key-out "$tmp/other$key.key" --ca "$tmp/other.pem" \
	    --ca-key "$tmp/other.key" $valid -s $name --san $name
done
chmod 600 "$tmp"/*.key

sql() {
	"$mkinv" "$inv" sql "$1" || echo "# sql failed: $1"
}
spki() { # CERTIFICATE
	openssl x509 -in "$tmp/$1.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
	    sha256sum | cut -c 1-64
}
# ours CERTIFICATE: the journal knows its key as one that a remedy made.
ours() {
	sql "INSERT INTO run (device_uuid, remedy, serial_number, started_at, closed_at,
	    outcome, old_fingerprint, new_spki, new_spki_sha256) VALUES ('$uuid_a',
	    'renew_amt_tls', '01', 1, 2, 'done', randomblob(32), x'00', x'$(spki "$1")')"
}
# serve CERTIFICATE [KEY=VALUE...]: the device serves that now.
served=
n_served=0
serve() {
	local sets=() set cert=$1 sim=sim$((n_served += 1))
	shift
	[ -z "$served" ] || stop_sim "sim$((n_served - 1))" "$served"
	for set in uuid=$uuid_a realm=A "$@"; do
		sets+=(--set "$set")
	done
	start_sim "$sim" --name pc1 --set profile=14 --set tls-port=0 --set plain-port=0 \
	    --set "certificate=$tmp/$cert.pem" --set "key=$tmp/$cert.key" \
	    --set "root=$tmp/ca.pem" "${sets[@]}" || exit 1
	served=$sim_pid
}
# look CHECK [OPTION...]
look() {
	local secret=(--secret-file "$tmp/password")
	[ "$1" != tls ] || secret=()
	run "$B/checks/check_amt_$1" -H $name -I 127.0.0.1 -p "$tls" \
	    --trust-anchor "$tmp/both.pem" "${secret[@]}" --inventory "$inv" "${@:2}"
}
# forget: as if the device had never been read.
forget_device() {
	sql 'DELETE FROM run'
	sql 'DELETE FROM event'
	sql 'DELETE FROM device'
}

#
# Who made it
#
serve ca1
"$mkinv" "$inv" query 'SELECT 1' >/dev/null
look store --record --json
is "$(grep -o '"maker":"[a-z_]*"' <<<"$out" | sort -u)" '"maker":"unknown"' \
    'a certificate of some CA: nobody knows who made it'
ours ca1
look store --json
is "$(grep -o '"maker":"[a-z_]*"' <<<"$out" | sort -u)" '"maker":"ours"' \
    'one that is in the journal is ours'
look tls --json
is "$(grep -o '"maker":"[a-z_]*"' <<<"$out" | sort -u)" '"maker":"ours"' \
    'without a login, too'

#
# Realm and device
#
serve ca1 realm=B
look store
says AMT_STORE 1 'realm changed from .*A to .*B: the device was unprovisioned or replaced' \
    'another realm is WARNING'
look store --record
says AMT_STORE 1 'realm changed' 'and when it is recorded'
look store
says AMT_STORE 1 'realm changed from' 'and after that, for a week'
sql 'UPDATE event SET at = at - 8 * 86400'
look store
says AMT_STORE 0 'valid, ' 'then it is no news'
serve ca1 realm=B uuid=$uuid_b
look store
says AMT_STORE 1 "another device answers to this name, $uuid_a before" 'another UUID is WARNING'

#
# Two managers
#
forget_device
serve ca1
look store --record
ours ca1
serve other1
look tls
says AMT_TLS 1 'another manager replaced our certificate by one of CN=Other CA' \
    "another's certificate in place of ours is WARNING"
look store --record
says AMT_STORE 1 'another manager replaced our certificate by one of CN=Other CA' \
    'in the store, too, and recorded'
look store
says AMT_STORE 1 'another manager replaced our certificate' 'and it stays so'
ours ca2
serve ca2
look store --record
unlike "$out" 'another manager|managers fight' 'ours again: two changes are no fight'
serve other2
look tls
says AMT_TLS 2 'two managers fight: the issuer changed 3 times in a week, now CN=Other CA' \
    'three in a week are CRITICAL, when the third is only seen'
look store --record
says AMT_STORE 2 'two managers fight: the issuer changed 3 times in a week' 'and when it is recorded'
sql 'UPDATE event SET at = at - 8 * 86400'
look store
unlike "$out" 'managers fight' 'a week later nobody fights'

forget_device
serve ca1
look store --record
ours ca1
ours ca3
serve ca3
look store
says AMT_STORE 0 'TLS: valid' 'our own renewal is no news'
ours other3
serve other3
look store
says AMT_STORE 0 'TLS: valid' 'at another CA neither'
look store --record
says AMT_STORE 0 'TLS: valid' 'nor when it is recorded'

#
# Keys
#
forget_device
serve ca1
look tls --record
serve ca2
look tls
says AMT_TLS 0 'its key is another than on 20[0-9-]*, and no renewal of ours made it' \
    'another key of the same issuer is a note'
sql "INSERT INTO pin SELECT id, 'set', x'$(spki ca1)', 1 FROM device"
look tls
says AMT_TLS 2 "key differs from the pinned one, it is now sha256:$(spki ca2)" \
    'a pin that a person set there makes it CRITICAL'
look tls --pin "sha256:$(spki ca2)"
says AMT_TLS 0 'valid, ' 'the pin of the command line wins'
serve ca1
run "$B/checks/check_amt_tls" -H $name -I 127.0.0.1 -p "$tls" --inventory "$inv"
says AMT_TLS 0 'valid, ' 'and takes the place of an anchor'

#
# Too rarely seen
#
# contacts GAP N: the last N contacts, so many days apart, and the one of today.
contacts() {
	sql 'DELETE FROM contact'
	sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2 - 1)
	    INSERT INTO contact SELECT device.id, t.at / 86400, t.at FROM device, (SELECT
	    CAST(strftime('%s', 'now') AS INTEGER) - i * $1 * 86400 AS at FROM n) AS t"
	look tls --record # which adds today, and folds them anew
	look tls
}
forget_device
look tls --record
contacts 7 12
says AMT_TLS 0 'valid, ' 'seen each week: in time for its window of 42 days'
contacts 50 6
says AMT_TLS 1 'likely to miss its renewal window: out of reach for 50 d at a time, the window is 42 d' \
    'seen each 50 days: WARNING'
contacts 50 4
says AMT_TLS 0 'valid, ' 'four contacts tell nothing'
contacts 50 6
look tls --renew-before 60d
says AMT_TLS 0 'valid, ' 'a window of 60 days is enough'

stop_sim "sim$n_served" "$served"
done_testing
