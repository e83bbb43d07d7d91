#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lib/tls: what is read from firmware of every kind, by one handshake without
# log-in, and what is said of peers that are none.
. tests/cli/lib.sh
. tests/sim/client.sh

shake=$B/tests/tools/shake
tests/sim/mklab.sh "$simca" "$tmp/lab" >"$tmp/mklab.log" 2>&1 || {
	sed 's/^/# /' "$tmp/mklab.log"
	exit 1
}
start_sim lab --device "$tmp/lab/lab.conf" || exit 1
lab_pid=$sim_pid

at() { # DEVICE: sets host, tls, plain
	read -r _ _ host tls plain < <(ask lab list | grep "^ready $1 ")
}
# shakes DEVICE OPTION...: run shake against it.
shakes() {
	at "$1"
	shift
	run "$shake" "$@" "$host" "$tls"
}
says() { # KEY: its first value in the output
	printf '%s\n' "$out" | sed -n "s/^$1 //p" | sed 1q
}

# DEVICE | protocol cipher secure-renegotiation asked-client-cert complete certificates
while IFS='|' read -r name wanted; do
	shakes "$name"
	is "$status $(says protocol) $(says cipher) $(says secure-renegotiation) $(says \
	    asked-client-cert) $(says complete) $(says certificates)" "0 $wanted" \
	    "$name is read"
done <<'EOF'
good|TLSv1.2 AES128-GCM-SHA256 yes no yes 1
expired|TLSv1.2 AES128-GCM-SHA256 yes no yes 1
weak-key|TLSv1.2 AES128-GCM-SHA256 yes no yes 1
sha1|TLSv1.2 AES128-GCM-SHA256 yes no yes 1
deep|TLSv1.2 AES128-GCM-SHA256 yes no yes 2
p384|TLSv1.3 TLS_AES_256_GCM_SHA384 yes no yes 1
no-rfc5746|TLSv1.2 AES128-GCM-SHA256 no no yes 1
rsa-only|TLSv1.2 AES128-GCM-SHA256 yes no yes 1
old|TLSv1.1 AES128-SHA yes no yes 1
slow|TLSv1.2 AES128-GCM-SHA256 yes no yes 1
mutual|TLSv1.2 AES128-GCM-SHA256 yes yes no 1
EOF
shakes good
is "$(says fingerprint)" "$(fingerprint "$tmp/lab/good.pem")" "the certificate is the one served"

chmod 600 "$tmp"/lab/*.key
console=(-c "$tmp/lab/console.pem" -k "$tmp/lab/console.key")
shakes mutual "${console[@]}"
is "$status $(says asked-client-cert) $(says complete)" "0 yes yes" \
    "a device with mutual TLS accepts a console's certificate"
shakes mutual -c "$tmp/lab/wired.pem" -k "$tmp/lab/wired.key"
is "$status $(says asked-client-cert) $(says complete)" "0 yes no" \
    "and refuses another one, after its own was read"
chmod 640 "$tmp/lab/wired.key"
shakes mutual -c "$tmp/lab/wired.pem" -k "$tmp/lab/wired.key"
like "$out" 'wired.key: secret file: open to group or others' \
    "a key that others can read is not used"

at dead
run "$shake" "$host" "$(free_port)"
is "$status ${out%%$'\n'*}" "1 cannot connect" "a closed port"
like "$out" '^127\.0\.0\.1:[0-9]+: connect: Connection refused$' "says who refused"
shakes hang -t 300
is "$status ${out%%$'\n'*}" "1 no answer in time" "a device that hangs costs the deadline"
like "$out" ': TLS handshake: no answer in time$' "and is not mistaken for one that is off"
stop_sim lab "$lab_pid"

# Peers that are no firmware.
# rude MANNER OPTION...: run shake against one.
rude() {
	rm -f "$tmp/rude.log"
	start rude "$B/tests/tools/rude" "$1"
	wait_for_line "$tmp/rude.log" '^listening' || return 1
	run "$shake" "${@:2}" 127.0.0.1 "$(sed -n 's/^listening //p' "$tmp/rude.log")"
	stop "$started_pid"
}
while IFS='|' read -r manner kind words; do
	rude "$manner" -t 500
	is "$status ${out%%$'\n'*}" "1 $kind" "$manner: $kind"
	like "$out" "^127\.0\.0\.1:[0-9]+: TLS handshake: $words" "$manner: why"
done <<'EOF'
close|TLS handshake failed|the peer closed the connection$
reset|TLS handshake failed|Connection reset by peer$
silent|no answer in time|no answer in time$
garbage|TLS handshake failed|wrong version number$
flood|larger than allowed|more than 524288 bytes$
EOF
before=$EPOCHREALTIME
rude dribble -t 700
after=$EPOCHREALTIME
is "$status ${out%%$'\n'*}" "1 no answer in time" "a byte now and then does not prolong the deadline"
elapsed_ms=$(((${after/./} - ${before/./}) / 1000))
ok $((elapsed_ms < 700 || elapsed_ms > 30000)) "it ends in time: $elapsed_ms ms"

# s_server OPTION...: OpenSSL's server on a free port, in $port and $started_pid.
s_server() {
	rm -f "$tmp/s_server.log"
	start s_server openssl s_server -accept 127.0.0.1:0 -www -naccept 20 "$@"
	wait_for_line "$tmp/s_server.log" '^ACCEPT' || {
		sed 's/^/# /' "$tmp/s_server.log"
		return 1
	}
	port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$tmp/s_server.log")
}
good=(-cert "$tmp/lab/good.pem" -key "$tmp/lab/good.key")

# SERVER OPTIONS | CLIENT OPTIONS | protocol asked-client-cert complete
while IFS='|' read -r server client wanted; do
	read -ra server <<<"$server"
	read -ra client <<<"$client"
	s_server "${good[@]}" "${server[@]}"
	run "$shake" "${client[@]}" 127.0.0.1 "$port"
	is "$status $(says protocol) $(says asked-client-cert) $(says complete)" "0 $wanted" \
	    "s_server ${server[*]##*/}, shake ${client[*]##*/}"
	stop "$started_pid"
done <<EOF
-tls1_3||TLSv1.3 no yes
-tls1_2||TLSv1.2 no yes
-tls1_2 -cipher kRSA||TLSv1.2 no yes
-tls1_2 -cipher DHE||TLSv1.2 no yes
-tls1 -cipher ALL:@SECLEVEL=0||TLSv1 no yes
-tls1_2 -Verify 2 -verify_return_error -CAfile $tmp/lab/ca.pem||TLSv1.2 yes no
-tls1_3 -Verify 2 -verify_return_error -CAfile $tmp/lab/ca.pem||TLSv1.3 yes no
-tls1_3 -Verify 2 -verify_return_error -CAfile $tmp/lab/ca.pem|${console[*]}|TLSv1.3 yes yes
-tls1_3 -Verify 2 -verify_return_error -CAfile $tmp/lab/ca.pem -num_tickets 0|${console[*]}|TLSv1.3 yes yes
-tls1_3 -Verify 2 -verify_return_error -CAfile $tmp/lab/other.pem|${console[*]}|TLSv1.3 yes no
-tls1_3 -verify 2 -CAfile $tmp/lab/ca.pem||TLSv1.3 yes yes
EOF

"$simca" -m cert -o "$tmp/huge.pem" --key-out "$tmp/huge.key" --ca "$tmp/lab/ca.pem" \
    --ca-key "$tmp/lab/ca.key" -s huge.example --san huge.example \
    --extra="1.2.3.4.5=0482f000$(printf '%0122880d' 0)"
s_server -cert "$tmp/huge.pem" -key "$tmp/huge.key"
run "$shake" localhost "$port"
is "$status $(says subject) $(($(says bytes) > 61440))" "0 CN=huge.example 1" \
    "a certificate of 60 KiB, by name"
run "$shake" -6 127.0.0.1 "$port"
is "$out" "name cannot be resolved
127.0.0.1: not an IPv6 address" "-6 refuses an IPv4 address"
stop "$started_pid"

# A host of several addresses, all with the same port.
s_server "${good[@]}"
s_server_pid=$started_pid
run "$shake" 127.0.0.2 127.0.0.1 "$port"
is "$status $(says subject)" "0 CN=good.lab.example" \
    "after an address that refuses comes the next"
run "$shake" 127.0.0.2 127.0.0.3 "$port"
is "$out" "cannot connect
several: 127.0.0.2:$port: connect: Connection refused" "the first that refuses says why"
rm -f "$tmp/rude.log"
start rude "$B/tests/tools/rude" full 127.0.0.2 "$port"
wait_for_line "$tmp/rude.log" '^listening'
run "$shake" -t 500 127.0.0.2 "$port"
if [ "$out" = "no answer in time
127.0.0.2:$port: connect: no answer in time" ]; then
	ok 0 "an address that is silent costs the deadline"
	run "$shake" -t 4000 127.0.0.2 127.0.0.1 "$port"
	is "$status $(says subject)" "0 CN=good.lab.example" \
	    "but with a second one only its share"
else
	skip "silent addresses" "this system accepts connections beyond the backlog"
fi
stop "$started_pid"
rm -f "$tmp/rude.log"
start rude "$B/tests/tools/rude" close 127.0.0.2 "$port"
wait_for_line "$tmp/rude.log" '^listening'
run "$shake" 127.0.0.2 127.0.0.1 "$port"
like "$out" "^several: 127\.0\.0\.2:$port: TLS handshake: the peer closed" \
    "an address that was reached is the last"
stop "$started_pid"
stop "$s_server_pid"

if [ -e /proc/net/if_inet6 ] && grep -q '^0\{31\}1 ' /proc/net/if_inet6; then
	rm -f "$tmp/s_server.log"
	start s_server openssl s_server -6 -accept '[::1]:0' -www "${good[@]}"
	wait_for_line "$tmp/s_server.log" '^ACCEPT'
	port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$tmp/s_server.log")
	run "$shake" ::1 "$port"
	is "$status $(says subject)" "0 CN=good.lab.example" "an IPv6 literal"
	stop "$started_pid"
	run "$shake" ::1 "$port"
	like "$out" '^\[::1\]:[0-9]+: connect: Connection refused$' "and one where nobody listens"
else
	skip "an IPv6 literal" "no IPv6 loopback"
fi
run "$shake" a..b 16993
is "$status ${out%%$'\n'*}" "1 name cannot be resolved" "a name that cannot be"
like "$out" '^a\.\.b: name: ' "is named once"

done_testing
