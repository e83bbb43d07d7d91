#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# certmonger as caller of ours: its session daemon gets certificates for a host by
# enroll_amt_host, from a CA that issues at once and from one where a person decides.
# timeout: 240
. tests/cli/lib.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
knows_localhost || skip_all "nobody knows localhost"
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/ca_device.sh
enroll=$B/remediate/enroll_amt_host
host=mon1.example

make_lab p384
start_ca_service || exit 1
cat >"$tmp/amtcert.conf" <<-EOF
	[defaults]
	inventory = $tmp/none.db
	[ca local]
	backend = local
	cert-file = $tmp/ca.pem
	key-file = $tmp/ca.key
EOF
add_ca amtcert held certsrv /certsrv "secret-file = $lab/secret" 'manual-approval = yes' 'poll = 1s'
add_ca amtcert wrong est '' "secret-file = $lab/wrong"

# helper OPERATION CA [VARIABLE=VALUE...]: as certmonger calls it.
helper() {
	run env "CERTMONGER_OPERATION=$1" "${@:3}" "$enroll" -f "$tmp/amtcert.conf" --ca "$2"
}

# What it says without a daemon.
openssl req -new -newkey rsa:2048 -nodes -keyout "$tmp/mon1.key" -out "$tmp/mon1.csr" -config /dev/null \
    -subj "/CN=$host" -addext "subjectAltName=DNS:$host" -addext extendedKeyUsage=serverAuth 2>/dev/null
csr="CERTMONGER_CSR=$(cat "$tmp/mon1.csr")"
run "$enroll" -f "$tmp/amtcert.conf"
is "$status" 4 'without an operation: exit 4'
helper SUBMIT nobody "$csr"
is "$status" 4 'a CA that is not configured: exit 4'
like "$out" 'nobody' 'and it is named where certmonger reads'
helper SUBMIT local CERTMONGER_CSR=garbage
is "$status $out" '2 CERTMONGER_CSR: RFC 7468 7: not one PKCS#10 in PEM' 'no request: rejected'
helper SUBMIT wrong "$csr"
is "$status" 4 'a login that is refused: exit 4'
like "$out" 'HTTP 401' 'and says so'
unlike "$out$err" 'wrong-w0rd' 'but not the password'
helper SUBMIT held "$csr"
is "$status" 5 'a request that a person decides about: exit 5'
cookie=$(sed 1d <<<"$out")
like "$cookie" '^[A-Za-z0-9+/]+=* held \(certsrv\)$' 'with a cookie'
helper POLL local "$csr" "CERTMONGER_CA_COOKIE=$cookie"
is "$status" 4 'which is no use with another CA'
echo deny >"$lab/manager"
helper POLL held "$csr" "CERTMONGER_CA_COOKIE=$cookie"
is "$status" 2 'and tells later that it was denied'
rm "$lab/manager"

if ! command -v getcert >/dev/null || ! command -v dbus-run-session >/dev/null; then
	skip "certmonger's daemon" "certmonger or dbus-daemon is not installed"
	done_testing
fi

# The daemon starts when it is first asked, and ends with its bus.
mkdir "$tmp/home"
cat >"$tmp/session" <<-EOF
	for ca in local held; do
		getcert add-ca -s -c lab-\$ca -e "$enroll -f $tmp/amtcert.conf --ca \$ca"
	done
	ask() {
		getcert request -s -c "lab-\$1" -G "\$2" -g "\$3" -N CN=$host -D $host -U 1.3.6.1.5.5.7.3.1 \\
		    -k "\$HOME/\$1.key" -f "\$HOME/\$1.pem" -F "\$HOME/\$1.roots"
	}
	ask local ec 384
	ask held rsa 2048
	while ! [ -e "$tmp/over" ]; do
		getcert list -s >"$tmp/list.new" && mv "$tmp/list.new" "$tmp/list"
		sleep 0.2
	done
	getcert list-cas -s -v >"$tmp/cas"
EOF
# shellcheck disable=SC2317 # called by wait_for
listed() { # HOW OFTEN ERE
	[ "$(grep -Ec "$2" "$tmp/list")" = "$1" ]
}
start session env HOME="$tmp/home" dbus-run-session -- bash "$tmp/session"
session_pid=$started_pid
wait_for 90 listed 1 'status: MONITORING'
ok $? 'local: certmonger has its certificate' || sed 's/^/# /' "$tmp/list" "$tmp/session.log"
wait_for 60 listed 1 'status: CA_WORKING'
ok $? 'held: certmonger waits' || sed 's/^/# /' "$tmp/list"
echo approve >"$lab/manager"
wait_for 60 listed 2 'status: MONITORING'
ok $? 'held: and has it, once a person has approved' || sed 's/^/# /' "$tmp/list"
: >"$tmp/over"
wait "$session_pid"
is "$?" 0 'the session ends'
like "$(cat "$tmp/cas")" 'self-identifies as: amtcert [0-9.]+, CA held \(certsrv\)' 'certmonger knows whom it asks'
for ca in local held; do
	run openssl verify -CAfile "$tmp/ca.pem" -purpose sslserver -verify_hostname $host "$tmp/home/$ca.pem"
	is "$status" 0 "$ca: another judge takes the certificate" || echo "# $err"
	is "$(openssl x509 -in "$tmp/home/$ca.pem" -noout -pubkey)" \
	    "$(openssl pkey -in "$tmp/home/$ca.key" -pubout)" "$ca: it is for certmonger's key"
	is "$(fingerprint "$tmp/home/$ca.roots")" "$(fingerprint "$tmp/ca.pem")" "$ca: and so are the roots"
done
unlike "$(cat "$tmp/list" "$tmp/session.log" "$lab/requests.log")" 's3cret' 'no secret is told'
done_testing
