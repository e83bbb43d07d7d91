#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls for AMT 22, and a CA whose template is for RSA of 2048 bit: refused before
# anything is written, and before the CA has a request.
# timeout: 120
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/ca_lab.sh

# shellcheck disable=SC2119 # that of ca_lab.sh
make_lab
make_end pc1 "$name" ca serverAuth "DNS:$name"
chmod 600 "$lab"/*.key
start_service || exit 1
start_sim pc1 --name pc1 --set profile=22 --set tls-port=0 --set plain-port=0 \
    --set "certificate=$lab/pc1.crt" --set "key=$lab/pc1.key" --set "chain=$lab/ca.pem" \
    --set "root=$lab/root.pem" || exit 1
(umask 077 && echo "$sim_password" >"$tmp/password")
cat >"$tmp/amtcert.conf" <<-EOF
	[defaults]
	secret-file = $tmp/password
	inventory = $tmp/inventory.db
	trust-anchor = $lab/root.pem
	[device $name]
	address = 127.0.0.1
	port = $tls
	[ca local]
	backend = est
	url = https://localhost:$port
	trust-anchor = $lab/root.pem
EOF
renew_it() {
	run "$remedy" -f "$tmp/amtcert.conf" -H "$name" -t 60 --force not-due --apply
}

# SEQUENCE { SEQUENCE { rsaEncryption, SET { INTEGER 2048 } } }
echo MBMwEQYJKoZIhvcNAQEBMQQCAggA >"$lab/csrattrs"
renew_it
is "$status" 4 'a template for RSA of 2048 bit: refused'
like "$err" 'the CA cannot renew, the device is as it was: CA local.*wants RSA keys of 2048 bits .*this firmware makes EC keys of 384' \
    'which says what the CA wants, and what firmware makes'
is "$(deeds pc1)" '' 'nothing was written'
is "$(grep -c simpleenroll "$lab/requests.log")" 0 'and the CA has no request'
rm "$lab/csrattrs"
renew_it
is "$status" 0 'without that wish it is renewed' || printf '%s\n' "$err" | sed 's/^/# /'
is "$(grep -c simpleenroll "$lab/requests.log")" 2 'by one request, after a trial with such a key'
like "$(deeds pc1)" 'GenerateKeyPair' 'for a new key pair'
unlike "$(ask pc1 'state pc1')" '"type":"RSA"' 'which is none of RSA'
stop_sim pc1 "$sim_pid"
done_testing
