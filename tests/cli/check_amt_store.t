#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# check_amt_store against the simulator: what is bound decides, one login is made,
# and nobody who is not the device is told the password.
# timeout: 300
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/plugin.sh

lab=$tmp/lab
tests/sim/mklab.sh "$simca" "$lab" || exit 1
check=$B/checks/check_amt_store
(umask 077 && echo "$sim_password" >"$tmp/secret" && echo guess >"$tmp/wrong")

make() { # NAME OPTION...
	"$simca" -m cert -o "$lab/$1.pem" --key-out "$lab/$1.key" --ca "$lab/ca.pem" \
	    --ca-key "$lab/ca.key" "${@:2}" || exit 1
}
device() { # NAME KEY=VALUE...
	printf '%s\n' "[device $1]" "${@:2}" >>"$lab/lab.conf"
}
make pc01 -s pc01.example --san pc01.example --not-before -1561h --not-after +7199h
device pc01 certificate=pc01.pem key=pc01.key user=monitor
# The same name again, older, and what is left of it.
make old-good -s good.lab.example --san good.lab.example --not-before -400d --not-after -35d
device superseded certificate=good.pem key=good.key orphan-certificate=old-good.pem
device unbound certificate=old-good.pem key=old-good.key orphan-certificate=good.pem
make ended -s ended.lab.example --san ended.lab.example --eku clientAuth --not-before -365d \
    --not-after -5d
device wired-ended certificate=good.pem key=good.key wired-certificate=ended.pem \
    wired-key=ended.key wired-root=ca.pem
device cira certificate=good.pem key=good.key mps=mps.example mps-certificate=wired.pem \
    mps-key=wired.key
device wifi certificate=good.pem key=good.key wifi=office wifi-certificate=wired.pem \
    wifi-key=wired.key
"$simca" -m cert -o "$lab/clone.pem" --key-out "$lab/clone.key" --ca "$lab/other.pem" \
    --ca-key "$lab/other.key" -s expired.lab.example --san expired.lab.example \
    --not-before -375d --not-after -10d || exit 1
device clone certificate=clone.pem key=clone.key
"$simca" -m cert -o "$lab/clone-self.pem" --key-out "$lab/clone-self.key" \
    -s expired.lab.example --san expired.lab.example || exit 1
device clone-self certificate=clone-self.pem key=clone-self.key
make clone-name -s other.lab.example --san other.lab.example --not-before -375d --not-after -10d
device clone-name certificate=clone-name.pem key=clone-name.key
# Bound before an upgrade of the firmware.
device upgraded profile=14 version=22.0.0.1000 certificate=good.pem key=good.key
chmod 600 "$lab/console.key"
start_sim sim --device "$lab/lab.conf" || exit 1

# look DEVICE NAME [OPTION...]: NAME is what its certificate bears.
look() {
	local line
	line=$(grep "^ready $1 " "$tmp/sim.log")
	read -r _ _ addr port plain_port <<<"$line"
	run "$check" -H "$2" -I "$addr" -p "$port" --trust-anchor "$lab/ca.pem" \
	    --secret-file "$tmp/secret" "${@:3}"
}
# finds DEVICE STATUS TEXT "sentence" [OPTION...]: of devices named like their lab.
finds() {
	look "$1" "$1.lab.example" "${@:5}"
	says AMT_STORE "$2" "$3" "$4"
}
# finds_good: of devices that serve the certificate of the device good.
finds_good() {
	look "$1" good.lab.example "${@:5}"
	says AMT_STORE "$2" "$3" "$4"
}
counter() { # DEVICE NAME
	json "$(ask sim "state $1")" "$2"
}

#
# What is bound decides
#
finds good 0 'TLS: valid, 299 d left' "a good one is OK"
like "$out" '\| left=25[0-9]+s;3628800:;1209600:;;31536000 due=[0-9]+s skew=-?[0-9]s;-10:10;-604800:604800 time=0\.' \
    "and has its perfdata"
finds due 1 'TLS: renewal overdue 12 d, 29 d left .*; run renew_amt_tls' "one overdue is WARNING"
finds expired 2 'TLS: expired 10 d ago' "an expired device is read, and CRITICAL"
like "$out" 'left=-86[0-9]+s;' "and stays negative in the graph"
finds_good superseded 0 'TLS: valid, .*; 1 superseded certificate' \
    "an older one of the same name is a note"
look unbound good.lab.example
says AMT_STORE 2 'TLS: expired 35 d ago' "bound the other way round it is CRITICAL"
finds_good orphans 0 'TLS: valid, .*1 certificate that nothing uses' "an orphan is a note"
finds_good full 0 'TLS: valid' "how many places a store has, nobody tells"
finds_good full 1 'only one free place for another certificate, 1 of 2 taken' \
    "one free place is WARNING where that is known" --store-size 2,9
finds_good full 1 'no free place for another key pair, 1 of 1 taken' "and so is none" --store-size 9,1
finds_good orphans 1 'only one free place for another certificate, .*1 certificate that nothing uses' \
    "what nothing uses is told beside it" --store-size 3,9 -v
finds_good full 0 'TLS: valid' "two are enough" --store-size 3,3
finds_good wired 0 '802.1X wired: valid, 19 d left' "the one that ends first is named"
like "$out" ' tls=[0-9]+s;.* 8021x_wired=1[0-9]+s;' "each has its own pair"
finds_good wired-ended 2 '802.1X wired: expired 5 d ago.*; run renew_amt_8021x' \
    "an expired 802.1X certificate is CRITICAL"
finds_good wifi 0 '802.1X wireless: valid, 19 d left' "Wi-Fi is looked at"
finds_good cira 0 'CIRA: valid, 19 d left' "so is CIRA"
finds_good wired 1 '802.1X wired: 19 d left' "days are thresholds" --days 30,14
finds_good wrong-clock 1 'device clock is [78] h behind' "a wrong clock is WARNING"
like "$out" ' skew=-28(79|80)[0-9]s;' "by how much is in the graph"
finds_good wrong-clock 2 'device clock is [78] h behind' "CRITICAL where that is too much" --clock-critical 1h
finds_good wrong-clock 0 'TLS: valid' "unless that is fine" --clock-warning 9h --clock-critical 10h
finds_good no-rfc5746 0 'TLS: valid' "a device without RFC 5746 is read"
finds_good rsa-only 0 'TLS: valid' "one with RSA key exchange only is read"
finds_good mutual 0 'TLS: valid' "one with mutual TLS is read with a certificate of ours" \
    --client-cert "$lab/console.pem" --client-key "$lab/console.key"
finds_good mutual 2 'handshake failure: it demands a client certificate, and none is given' "and not without"
finds_good old 2 'protocol version: a login below TLS 1.2 takes legacy-tls' \
    "nor one of 2012 unless that is written down"
finds weak-key 2 'RSA' "nobody logs in over a weak key"
finds_good upgraded 1 'TLS uses RSA of 2048 bit: AMT 22 asks for RSA 3072 or P-384' \
    "a key that was bound before an upgrade is WARNING"
finds sha1 2 'sha1' "nor under SHA-1"

#
# One login, and none to a stranger
#
ask sim 'zero *' >/dev/null
finds good 0 'TLS: valid' "counted:"
is "$(counter good failures)" 0 "no failure"
is "$(counter good writes)" 0 "no write"
is "$(counter good connections)" 2 "one connection for the challenge, one for the rest"
is "$(counter good requests)" $(($(counter good with_authorization) + 1)) \
    "one request without Authorization"

look good good.lab.example --secret-file "$tmp/wrong"
says AMT_STORE 2 'login refused .*wrong user or password.*; valid, 299 d left' \
    "a wrong password is told in clear text, and the dates"
is "$(counter good failures)" 1 "it was tried once"
unlike "$out" 'guess' "and is not in the text"

stranger() { # DEVICE TEXT "sentence"
	ask sim "zero $1" >/dev/null
	look "$1" expired.lab.example
	says AMT_STORE 2 "$2" "$3: not authenticated"
	is "$(counter "$1" with_authorization)" 0 "$3: no Authorization header"
}
stranger clone 'path' "the expired certificate from another CA"
stranger clone-self 'path' "the name, self-signed"
stranger clone-name 'name' "another name"
pin() { # NAME: sha256:HEX of its key
	echo "sha256:$(openssl x509 -in "$lab/$1.pem" -noout -pubkey |
	    openssl pkey -pubin -outform DER | sha256sum | cut -c 1-64)"
}
ask sim 'zero *' >/dev/null
look clone expired.lab.example --pin "$(pin expired)"
says AMT_STORE 2 'pin' "another key than the pinned one: not authenticated"
is "$(counter clone with_authorization)" 0 "and no Authorization header"
run "$check" -H expired.lab.example -I "$addr" -p "$port" --secret-file "$tmp/secret"
says AMT_STORE 3 'neither a trust anchor nor a pin' "without anchor and pin there is no login"
is "$(counter clone connections)" 1 "and no connection"
look self-signed self-signed.lab.example --pin "$(pin self-signed)"
says AMT_STORE 0 'TLS: valid' "a pin authenticates"

#
# Nothing to read
#
run "$check" -H good.lab.example -I 127.0.0.1 -p "$(free_port)" --pin "$(pin good)" \
    --secret-file "$tmp/secret"
says AMT_STORE 2 '127\.0\.0\.1:[0-9]+: connect: Connection refused' "nobody there is CRITICAL"
run "$check" -H good.lab.example -I 127.0.0.1 -p "$(free_port)" --pin "$(pin good)" \
    --secret-file "$tmp/secret" --unreachable=ok
says AMT_STORE 0 '127\.0\.0\.1' "unless the operator knows it is off"
finds_good hang 2 'time' "a device that says nothing is CRITICAL" -t 1
finds_good slow 1 'time' "a slow one is what --timeout-result says" -t 1 -T warning
like "$out" '\| .*time=1\.[0-9]{3}s;;;0;1$' "and ends in time"

#
# Options and files
#
usage_of "$check" AMT_STORE
line=$(grep '^ready good ' "$tmp/sim.log")
read -r _ _ addr port _ <<<"$line"
run "$check" -H good.lab.example -I "$addr" -p "$port" --pin "$(pin good)"
says AMT_STORE 3 'no password: give --secret-file' "no password is our own fault"
chmod 644 "$tmp/wrong"
look good good.lab.example --secret-file "$tmp/wrong"
says AMT_STORE 3 'use chmod 600' "so is one that all can read"
run "$check" -H good.lab.example -I "$addr" -p "$port" --pin "$(pin good)" --secret-fd 5 5<"$tmp/secret"
says AMT_STORE 0 'TLS: valid' "a descriptor holds it as well"
look good good.lab.example --plain
is "$status" 3 "--plain needs the device's own section"
like "$out" 'plain-allowed' "and says so"
{
	echo '[defaults]'
	echo "trust-anchor = $lab/ca.pem"
	echo "secret-file = $tmp/secret"
	echo '[device old.lab.example]'
	echo 'plain-allowed = yes'
	echo '[device pc01.example]'
	echo 'logname = monitor'
} >"$tmp/amtcert.conf"
line=$(grep '^ready old ' "$tmp/sim.log")
read -r _ _ addr _ plain_port <<<"$line"
run "$check" -H old.lab.example -I "$addr" -p "$plain_port" --plain -f "$tmp/amtcert.conf"
is "$status" 2 "an old device is read without TLS where the operator wrote it down"
like "$out" 'TLS: wrong name|wrong name' "and its certificate is judged"
look due due.lab.example -vv
like "$out" '^warning tls: TLS: renewal overdue' "-vv lists the findings"
look due due.lab.example --explain
like "$out" '^tls: CN=due.lab.example$' "--explain names each certificate"
is "$(grep -c '|' <<<"$out")" 1 "one line has perfdata"

#
# What the examples promise
#
line=$(grep '^ready pc01 ' "$tmp/sim.log")
read -r _ _ addr port _ <<<"$line"
examples_work "$check" checks/check_amt_store.8 AMT_STORE "$addr" "$port" "$lab/ca.pem" \
    "$tmp/secret" -f "$tmp/amtcert.conf"
is "$(counter pc01 failures)" 0 "no example was refused"
unlike "$(cat "$tmp/sim.req")" 'write=yes' "nothing was written to any device"
stop_sim sim "$sim_pid"
done_testing
