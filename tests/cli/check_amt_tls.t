#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# check_amt_tls against the simulator and openssl s_server: each defect has its
# state and one clean line, and no login ever leaves it.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/plugin.sh

lab=$tmp/lab
tests/sim/mklab.sh "$simca" "$lab" || exit 1
check=$B/checks/check_amt_tls

# More devices, wrong in ways that the lab does not need.
more() { # NAME OPTION...: a certificate, and a device that serves it
	local name=$1
	shift
	"$simca" -m cert -o "$lab/$name.pem" --key-out "$lab/$name.key" --ca "$lab/ca.pem" \
	    --ca-key "$lab/ca.key" "$@" || exit 1
	printf '[device %s]\ncertificate = %s.pem\nkey = %s.key\n' "$name" "$name" "$name" \
	    >>"$lab/lab.conf"
}
more pc01 -s pc01.example --san pc01.example --not-before -1561h --not-after +7199h
more floor -s floor.lab.example --san floor.lab.example --not-before -8521h --not-after +239h
more ended -s ended.lab.example --san ended.lab.example --not-before -365d --not-after -1s
more clients -s clients.lab.example --san clients.lab.example --eku clientAuth
more template -s template.lab.example --san template.lab.example \
    --extra "1.3.6.1.4.1.311.21.7=$(printf '300f06072a0304050607080201640201%02x' 0)"
more nameless -s ''
start_sim sim --device "$lab/lab.conf" || exit 1

# address_of DEVICE: sets addr and port.
address_of() {
	local line
	line=$(grep "^ready $1 " "$tmp/sim.log")
	read -r _ _ addr port _ <<<"$line"
}

# look DEVICE [OPTION...]: sets $status, $out and $err.
look() {
	address_of "$1"
	run "$check" -H "$1.lab.example" -I "$addr" -p "$port" --trust-anchor "$lab/ca.pem" \
	    "${@:2}"
}

# finds DEVICE STATUS TEXT "sentence" [OPTION...]
finds() {
	look "$1" "${@:5}"
	says AMT_TLS "$2" "$3" "$4"
}

#
# The defects
#
finds good 0 'valid, 299 d left' "a good certificate is OK"
finds due 1 'renewal overdue 12 d, 29 d left .*; run renew_amt_tls' "one overdue is WARNING"
finds floor 2 'renewal overdue 32 d, 9 d left' "one below the floor is CRITICAL"
finds expired 2 'expired 10 d ago' "one expired is CRITICAL"
like "$out" 'left=-86[0-9]+s;3628800:;1209600:;;31536000' "and stays negative in the graph"
finds ended 2 'expired ' "so is one that ended a moment ago"
finds ended 2 'expired ' "whatever the thresholds" -w '~:' -c '~:'
finds ended 2 'expired ' "and whatever the policy" --policy scs --grace 500d --floor 1/100
finds future 2 'not yet valid, begins in 1 d' "one that begins tomorrow is CRITICAL"
finds wrong-name 2 'wrong name, wrong-name.lab.example is wanted: .*names other.lab.example; valid, 364 d' \
    "another name is CRITICAL, and the dates are told"
finds nameless 2 'certificate names no host' "one without any name is CRITICAL"
finds unknown-ca 2 'does not end at a configured trust anchor: issuer CN=Other CA; valid, 36[45] d' \
    "an unknown anchor is CRITICAL"
finds self-signed 2 'self-signed, not a configured trust anchor' "self-signed is CRITICAL"
finds sha1 2 'weak signature digest, sha1' "SHA-1 is CRITICAL"
finds weak-key 2 'weak key, RSA of 1024 bit' "RSA-1024 is CRITICAL"
finds clients 2 'path is not valid for a TLS server' "a client certificate is CRITICAL"
finds for-ever 0 'no well-defined expiration' "9999-12-31 is OK and noted"
finds no-san 0 'named by common name only' "no subjectAltName is noted"
finds empty-subject 0 'valid, 364 d left' "an empty subject is fine"
finds deep 0 'valid, 364 d left' "an intermediate CA is verified"
like "$out" ' issuer=[0-9]+s;.* anchor=[0-9]+s;' "and has its own pair"
finds p384 0 'valid, 364 d left' "AMT 22 is read"
finds template 1 'template version 100 is below the wanted 101' "an old template is WARNING" \
    --template-major 101
look template -v
like "$out" 'made by a Windows enterprise CA, renewed by whoever asked for it' "and its maker is told"
finds template 0 'valid, ' "the wanted one is OK" --template-major 100
finds good 1 'no template version, 101 is wanted: a stand-alone CA issued it' \
    "one without a template is WARNING where a version is wanted" --template-major 101
finds good 0 'valid, 299 d' "unless that is fine" --template-major 101 --no-template ok
finds good 2 'no template version' "or worse" --template-major 101 --no-template critical
finds good 1 'issued for 365 d, at most 90 d' "too long a lifetime is WARNING" --max-lifetime 90d

# finds_good DEVICE "sentence": served is the certificate of the device good.
finds_good() {
	address_of "$1"
	run "$check" -H good.lab.example -I "$addr" -p "$port" --trust-anchor "$lab/ca.pem" -v
	says AMT_TLS 0 "$2" "$3"
}
finds_good no-rfc5746 'valid, ' "a server without RFC 5746 is read"
finds_good rsa-only 'valid, ' "one with RSA key exchange only is read"
finds_good old 'valid, .*TLSv1(\.1)?,? ' "one of 2012 is read"
finds_good mutual 'valid, .*demands a client certificate' "one with mutual TLS is read"

#
# Whom to trust
#
address_of good
run "$check" -H good.lab.example -I "$addr" -p "$port"
says AMT_TLS 3 'no trust anchor and no pin configured; valid, 299 d left' \
    "without anchor and pin it is UNKNOWN, and the dates are told"
address_of expired
run "$check" -H expired.lab.example -I "$addr" -p "$port"
says AMT_TLS 2 'expired 10 d ago' "an expired one is CRITICAL even so"
pin=$(openssl x509 -in "$lab/self-signed.pem" -noout -pubkey |
    openssl pkey -pubin -outform DER | sha256sum | cut -c 1-64)
address_of self-signed
run "$check" -H self-signed.lab.example -I "$addr" -p "$port" --pin "sha256:$pin"
says AMT_TLS 0 'valid, 36[45] d left.*made by an unknown program, self-signed, renewed by nobody' \
    "a pin takes the place of the anchor"
run "$check" -H self-signed.lab.example -I "$addr" -p "$port" --pin "sha256:$pin" --json
like "$out" '"maker":"self_signed","renewed_by":"nobody"' "and programs are told who made it, too"
address_of good
run "$check" -H good.lab.example -I "$addr" -p "$port" --pin "sha256:$pin"
says AMT_TLS 2 'key differs from the pinned one, it is now sha256:[0-9a-f]{64}' \
    "another key is CRITICAL"
finds good 3 'gone.pem' "an anchor that is not there is our own fault" --trust-anchor "$tmp/gone.pem"
echo 'no certificate' >"$tmp/bad.pem"
finds good 3 'bad.pem' "and so is one that is none" --trust-anchor "$tmp/bad.pem"

#
# Nothing to read
#
closed=$(free_port)
nobody() { # STATUS "sentence" [OPTION...]
	run "$check" -H good.lab.example -I 127.0.0.1 -p "$closed" --trust-anchor "$lab/ca.pem" \
	    "${@:3}"
	says AMT_TLS "$1" "127\.0\.0\.1.*efused" "$2"
}
nobody 2 "nobody there is CRITICAL"
nobody 0 "unless the operator knows it is off" --unreachable=ok
nobody 1 "as a number, too" --unreachable=1
nobody 2 "a time-out is another matter" -T ok
finds hang 2 'no answer in time' "a device that says nothing is CRITICAL" -t 1
like "$out" '\| time=1\.[0-9]{3}s;;;0;1$' "after the time it was given"
finds hang 1 'no answer in time' "or what --timeout-result says" -t 1 -T warning --unreachable ok
finds hang 0 'no answer in time' "or else what --unreachable says" -t 1 --unreachable ok

address_of hang
start stopped "$check" -H hang.lab.example -I "$addr" -p "$port" --pin "sha256:$pin" -t 60
# shellcheck disable=SC2317 # called by wait_for
read_by() { # PID PORT: is it connected?
	grep -qi ":$(printf '%04X' "$2") 01 " "/proc/$1/net/tcp"
}
wait_for 10 read_by "$started_pid" "$port" || echo "# never connected"
kill -TERM "$started_pid"
wait "$started_pid"
is "$?" 2 "SIGTERM ends it with the state of a time-out"
is "$(cat "$tmp/stopped.log")" \
    "AMT_TLS CRITICAL - hang.lab.example: stopped before there was a result" "and with a line"

#
# How it is told
#
look due -v
is "$(wc -l <<<"$out")" 1 "-v is one line"
like "$out" 'serial [0-9a-f]+, issuer CN=Lab CA, TLSv1' "with more facts"
look due -vv
like "$out" '^warning leaf: renewal overdue' "-vv lists the findings"
like "$out" '^ok anchor: ' "those that are fine, too"
look due -vvv
like "$out" '^  pin sha256:[0-9a-f]{64}$' "-vvv shows the pin"
look due --explain
like "$out" '^  window W = min\(R, L/5\) = 3628800 s \(42 d\)$' "--explain has the sums"
like "$out" '^  so: warning$' "and what follows"
is "$(grep -c '|' <<<"$out")" 1 "on every level one line has perfdata"
look due --json
is "$status $(wc -l <<<"$out")" "1 1" "--json is one line, with the same exit status"
like "$out" '^\{"service":"AMT_TLS","state":"WARNING",.*"reason":"due",.*\}$' "that a program can read"
look due --perf-thresholds=plain
like "$out" 'left=25[0-9]+s;3628800;1209600;;31536000 ' "plain thresholds are numbers"
finds due 1 '29 d left .*, beyond the warning threshold' "days are thresholds" --days=30,14
finds due 0 'valid, 29 d left' "which take the place of the policy" --days=20,10
finds due 2 'beyond the critical threshold' "a share of the lifetime is one, too" -w 20%: -c 10%:
address_of good
"$check" -H good.lab.example -I "$addr" -p "$port" --trust-anchor "$lab/ca.pem" >&- 2>"$tmp/full"
is "$?" 3 "nobody to tell: 3"
"$check" -H good.lab.example -I "$addr" -p "$port" --trust-anchor "$lab/ca.pem" >/dev/full 2>"$tmp/full"
is "$?" 3 "a full disk: 3"
like "$(cat "$tmp/full")" 'No space left' "and why, on standard error"

#
# Options and files
#
usage_of "$check" AMT_TLS
look good -w 30
is "$status" 3 "a bare number as threshold is refused"
like "${out//$'\n'/ }" ' 30: a bare number alerts above it: for less than that left, write 30:' "with a hint"
look good -w 10d: -c 20d:
is "$status" 3 "a warning that could never be seen is refused"
{
	echo '[defaults]'
	echo "trust-anchor = $lab/ca.pem"
	echo '[group lab]'
	echo 'days = 40,1'
	echo '[device due.lab.example]'
	address_of due
	echo "address = $addr"
	echo "port = $port"
	echo 'group = lab'
} >"$tmp/amtcert.conf"
run "$check" -H due.lab.example -f "$tmp/amtcert.conf"
says AMT_TLS 1 '29 d left .*, beyond the warning' "the file says where it is and what holds there"
run "$check" -H due.lab.example -f "$tmp/amtcert.conf" --days=10,1
says AMT_TLS 0 'valid, 29 d left' "the command line wins"
echo 'colour = red' >>"$tmp/amtcert.conf"
run "$check" -H due.lab.example -f "$tmp/amtcert.conf"
says AMT_TLS 3 'amtcert\.conf:9: .*colour' "an unknown key is named with its line"
{
	echo '[check_amt_tls]'
	echo 'hostname = due.lab.example'
	echo "trust-anchor = $lab/ca.pem"
	echo "address = $addr"
	echo "port = $port"
	echo 'days = 40,1'
	echo 'explain ='
} >"$tmp/plugins.ini"
run "$check" --extra-opts="@$tmp/plugins.ini"
is "$status" 1 "options come from an ini file"
like "$out" '^  so: warning$' "flags, too"
MP_CONFIG_FILE=$tmp/plugins.ini run "$check" --extra-opts --days=10,1
is "$status" 0 "options of the command line win"
run "$check" --extra-opts="other@$tmp/plugins.ini"
says AMT_TLS 3 'no section \[other\]' "a section that is not there is an error"

#
# What the examples promise
#
address_of pc01
examples_work "$check" checks/check_amt_tls.8 AMT_TLS "$addr" "$port" "$lab/ca.pem" none \
    --trust-anchor "$lab/ca.pem"

#
# Hostile certificates, served by another's TLS
#
# serve NAME OPTION...: openssl s_server with $lab/NAME.pem; sets served_port.
n_served=0
serve() {
	local name=$1 log=served$((n_served += 1))
	shift
	start "$log" openssl s_server -www -accept 127.0.0.1:0 -cert "$lab/$name.pem" \
	    -key "$lab/$name.key" "$@"
	wait_for_line "$tmp/$log.log" '^ACCEPT .*:[0-9]+$' || sed 's/^/# /' "$tmp/$log.log"
	served_port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$tmp/$log.log" | sed 1q)
}
hostile() { # NAME
	run "$check" -H "${host_name:-pc02.example}" -I 127.0.0.1 -p "$served_port" \
	    --trust-anchor "$lab/ca.pem"
}
make() { # NAME OPTION...
	"$simca" -m cert -o "$lab/$1.pem" --key-out "$lab/$1.key" --ca "$lab/ca.pem" \
	    --ca-key "$lab/ca.key" "${@:2}" || exit 1
}

serve pc01
host_name=pc01.example hostile
says AMT_TLS 0 'valid, 299 d left' "openssl s_server is read"
serve pc01 -cipher AES128-SHA@SECLEVEL=0 -tls1_2
host_name=pc01.example hostile
says AMT_TLS 0 'valid, 299 d left' "with RSA key exchange only"
serve pc01 -cipher ALL@SECLEVEL=0 -tls1
host_name=pc01.example hostile
says AMT_TLS 0 'valid, 299 d left' "with TLS 1.0 only"
serve expired
host_name=expired.lab.example hostile
says AMT_TLS 2 'expired 10 d ago' "expired is CRITICAL there, too"
serve weak-key -cipher ALL@SECLEVEL=0
host_name=weak-key.lab.example hostile
says AMT_TLS 2 'weak key, RSA of 1024 bit' "and RSA-1024"
serve sha1 -cipher ALL@SECLEVEL=0
host_name=sha1.lab.example hostile
says AMT_TLS 2 'weak signature digest, sha1' "and SHA-1"
serve pc01 -Verify 1
host_name=pc01.example hostile
says AMT_TLS 0 'valid, 299 d left' "one that insists on a client certificate is read"

big=$(printf '%0122000d' 0)
make big -s pc02.example --san pc02.example --extra "1.2.3.4.5=0482ee38${big:0:121968}"
serve big
hostile
says AMT_TLS 0 'valid, 36[45] d left' "a certificate of 60 KiB is read"
ok "$((($(openssl x509 -in "$lab/big.pem" -outform DER | wc -c) > 60 * 1024) - 1))" "it is that large"

make long -s "$(printf '%065536d' 0 | tr 0 a)"
serve long
hostile
says AMT_TLS 2 'wrong name, pc02.example is wanted: .*names a+\.\.\.' "a CN of 64 kB is cut"

n=0
while IFS= read -r subject; do
	n=$((n + 1))
	make "hostile$n" -s "$(printf '%b' "$subject")"
	serve "hostile$n"
	hostile
	says AMT_TLS 2 'wrong name, pc02.example is wanted' "one clean line for CN=$subject"
	run "$check" -H pc02.example -I 127.0.0.1 -p "$served_port" -vvv --explain \
	    --trust-anchor "$lab/other.pem"
	clean "$out" "and only clean lines when all is told"
done <<'X'
a|b=1;2;3
a\nAMT_TLS OK - fine | left=1s
\033[2J\033[32mOK
"quoted" 'and' `id` $(id) $USER1$
\xe2\x80\xaegnp.exe \xe2\x80\x8b
<script>alert(1)</script>&amp;
OK WARNING CRITICAL UNKNOWN
%s%n%x ;;;;
X

#
# No login, ever
#
state=$(ask sim 'state *')
is "$(grep -o '"with_authorization":[0-9]*' <<<"$state" | sort -u)" '"with_authorization":0' \
    "no Authorization header arrived at any device"
is "$(grep -o '"requests":[0-9]*' <<<"$state" | sort -u)" '"requests":0' "nor any request at all"
stop_sim sim "$sim_pid"
done_testing
