#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# amtsim: a fleet in one process, each device on an address of its own.
# timeout: 240
. tests/cli/lib.sh
. tests/sim/client.sh

make_ca
base=127.$((100 + RANDOM % 100)).$((RANDOM % 200)).0
start_sim fleet --count 1000 --base-address "$base" --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key" \
    --mix valid:5,due:1,expired:1,future:1,wrong-name:1,self-signed:1,dead:1,hang:1,slow:1 || exit 1

is "$(grep -c '^ready ' "$tmp/fleet.log")" 1000 "every device is announced"
is "$(grep '^ready ' "$tmp/fleet.log" | awk '{print $3}' | sort -u | wc -l)" 1000 "on its own address"

at() { # KIND: the first device of that kind
	read -r _ name host tls plain < <(grep -E "^ready $1-" "$tmp/fleet.log")
}
leaf() { openssl s_client -connect "$host:16993" </dev/null 2>/dev/null; }
verdict() { # of the handshake, name included
	openssl s_client -connect "$host:$tls" -CAfile "$tmp/ca.pem" -verify_return_error \
	    -verify_hostname "$name.fleet.example" </dev/null 2>&1 |
	    grep -oE 'Verify return code: [0-9]+|verify error:num=[0-9]+' | sed '1!d; s/.*[ =]//'
}

for row in 'valid 0' 'due 0' 'expired 10' 'future 9' 'wrong-name 62' 'self-signed 18'; do
	at "${row% *}"
	is "$(verdict)" "${row#* }" "${row% *}: verifies with result ${row#* }"
done
at due
left_s=$(($(date -d "$(leaf | openssl x509 -noout -enddate | sed 's/.*=//')" +%s) - $(date +%s)))
[ "$left_s" -gt $((24 * 86400)) ] && [ "$left_s" -le $((25 * 86400)) ]
ok $? "due: 25 days left"
at valid
call Get AMT_GeneralSettings
is "$(value HostName).$(value DomainName)" "$name.fleet.example" "a device knows its name"
first=$(value DigestRealm)
read -r _ name host tls plain < <(grep -E "^ready valid-" "$tmp/fleet.log" | tail -n 1)
call Get AMT_GeneralSettings
[ "$(value DigestRealm)" != "$first" ]
ok $? "and has a realm of its own"
at dead
is "$tls" 0 "dead: nothing listens"
curl -sk --max-time 3 "https://$host:16993/" >/dev/null
is "$?" 7 "a connect is refused"
at hang
curl -sk --max-time 1 "https://$host:$tls/" >/dev/null
is "$?" 28 "hang: accepts and says nothing"
at slow
envelope Get AMT_GeneralSettings | post --max-time 1 -o /dev/null
is "$?" 28 "slow: not within a second"

# Many at once.
# shellcheck disable=SC2016 # the inner shell expands it
grep -E '^ready (valid|due)-' "$tmp/fleet.log" | awk '{print $3}' |
    xargs -P 8 -n 40 sh -c 'for a; do curl -sk -o /dev/null -w "%{http_code}\n" "https://$a:16993/"; done' x \
    >"$tmp/codes"
is "$(sort "$tmp/codes" | uniq -c | tr -s ' ')" " $(grep -cE '^ready (valid|due)-' "$tmp/fleet.log") 303" \
    "eight clients at once are all served"
is "$(ask fleet state | wc -l)" 1000 "the state of all, one line each"
stop_sim fleet "$sim_pid"

# Certificates are made when they are asked for, and are the same ever after.
start_sim many --count 3000 --base-address "$base" --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key" \
    --fleet-key p256 --set profile=14 --set accept-non-secure=yes || exit 1
read -r _ name host tls plain < <(grep '^ready ' "$tmp/many.log" | tail -n 1)
is "$name $tls $plain" 'valid-03000 16993 16992' "three thousand devices, both ports"
out=$(openssl s_client -connect "$host:$tls" -CAfile "$tmp/ca.pem" -verify_return_error \
    -verify_hostname "$name.fleet.example" </dev/null 2>&1)
like "$out" 'Verify return code: 0' "the last one has its certificate"
like "$out" 'ECDHE-ECDSA' "and a P-256 key, if told"
first=$(served)
is "$(served)" "$first" "which it keeps"
is "$(json "$(ask many "state $name")" served)" "$first" "as its state says"
read -r _ name host tls plain < <(grep '^ready ' "$tmp/many.log" | sed 1q)
via=plain enumerate AMT_PublicKeyCertificate
like "$items" 'CN=valid-00001.fleet.example' "the store has one before TLS was ever asked"
stop_sim many "$sim_pid"

run "$amtsim" --count 5 --fleet-key dsa --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key"
is "$status" 3 "another kind of key is refused"
run "$amtsim" --count 5
is "$status" 3 "a fleet needs a CA"
run "$amtsim" --count 5 --base-address 10.0.0.0 --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key"
is "$status" 3 "and loopback addresses"
run "$amtsim" --set address=192.0.2.1
is "$status" 1 "so does one device"
run "$amtsim" --set no-such-key=1
like "$err" 'no such key' "an unknown key is named"
run "$amtsim" --device "$tmp/missing.conf"
like "$err" 'missing.conf' "a missing file too"

# The lab: one device for each thing that can be wrong.
tests/sim/mklab.sh "$simca" "$tmp/lab" >/dev/null
ok $? "the lab is made"
start_sim lab --device "$tmp/lab/lab.conf" || exit 1
is "$(grep -c '^ready ' "$tmp/lab.log")" "$(grep -c '^\[device ' "$tmp/lab/lab.conf")" "and all of it serves"
kept=$tmp
in_lab() { # DEVICE: the verdict of its handshake
	local line
	line=$(grep -E "^ready $1 " "$kept/lab.log")
	read -r _ name host tls plain <<<"$line"
	openssl s_client -connect "$host:$tls" -CAfile "$kept/lab/ca.pem" -verify_return_error \
	    -verify_hostname "$1.lab.example" -cipher 'ALL:@SECLEVEL=0' </dev/null 2>&1 |
	    grep -oE 'Verify return code: [0-9]+|verify error:num=[0-9]+' | sed '1!d; s/.*[ =]//'
}
for row in 'good 0' 'due 0' 'expired 10' 'future 9' 'wrong-name 62' 'unknown-ca 20' \
    'self-signed 18' 'empty-subject 0' 'weak-key 0' 'sha1 0' 'deep 0' 'for-ever 0' 'p384 0'; do
	is "$(in_lab "${row% *}")" "${row#* }" "lab, ${row% *}: ${row#* }"
done
stop_sim lab "$sim_pid"
done_testing
