#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# check_amt_tls against check_http -S -C of the Monitoring Plugins, which looks at
# the dates of the leaf only: the same server, the same certificate.
. tests/bench/lib.sh

peer=/usr/lib/nagios/plugins/check_http
[ -x "$peer" ] || {
	echo "$peer is not there" >&2
	exit 1
}

# measure LABEL HOST PORT
measure() {
	instructions "$peer" -S -C 30,14 -H "$2" -p "$3" || exit 1
	need "$out" '^(SSL )?OK'
	theirs=$instructions
	instructions "$B/checks/check_amt_tls" -H bench.example -I "$2" -p "$3" \
	    --trust-anchor "$tmp/ca.pem" || exit 1
	need "$out" '^AMT_TLS OK'
	bench check_amt_tls "instructions$1" "$instructions"
	bench check_http "instructions$1" "$theirs"
	bench check_amt_tls "instructions_vs_check_http$1" "$(ratio "$instructions" "$theirs")"
}

make_ca
make_cert bench --not-before -65d --not-after +300d
port=$(free_port)
start server openssl s_server -accept "127.0.0.1:$port" -www -quiet -cert "$tmp/bench.pem" \
    -key "$tmp/bench.key"
wait_for 10 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" || exit 1
measure '' 127.0.0.1 "$port"

start_sim sim --set profile=14 --set tls-port=0 --set plain-port=0 --set hostname=bench \
    --set certificate="$tmp/bench.pem" --set key="$tmp/bench.key" || exit 1
measure _amt14 127.0.0.1 "$tls"
