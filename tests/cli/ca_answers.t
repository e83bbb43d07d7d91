#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls and a CA that answers what it should not: nothing is bound, the device is
# as before, and the text says which rule failed.
# timeout: 300
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

make_lab p384
"$simca" -m ca -o "$tmp/evil.pem" --key-out "$tmp/evil.key" -s 'Lab CA' --key-type p384
"$simca" -m ca -o "$tmp/brief.pem" --key-out "$tmp/brief.key" -s 'Brief CA' \
    --key-type p384 --not-after +200d --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key"
chmod 600 "$tmp"/*.key

# The helper of backend exec: $tmp/answer says what it answers.
cat >"$tmp/helper" <<-END
	#!/bin/bash
	tmp=$tmp simca=$simca
	sign() { # NAME-OF-CA OPTION...
		printf '%s\n' "\$CERTMONGER_CSR" | openssl req -outform DER -out "\$tmp/csr.der" &&
			"\$simca" -m sign -o "\$tmp/issued.pem" --request "\$tmp/csr.der" \\
			    --ca "\$tmp/\$1.pem" --ca-key "\$tmp/\$1.key" "\${@:2}" &&
			cat "\$tmp/issued.pem"
	}
	[ "\$CERTMONGER_OPERATION" = SUBMIT ] || exit 6
	. "\$tmp/answer"
END
chmod 700 "$tmp/helper"
ca_lines="command = $tmp/helper
trust-anchor = $tmp/ca.pem
timeout = 3s"
# A window of 42 days, however short a certificate lives.
device_lines="trust-anchor = $tmp/ca.pem
policy = configmgr"
mkinv=$B/tests/tools/mkinv
start_device pc1 14
sed -i 's/^backend = .*/backend = exec/' "$tmp/pc1.conf"
pid=$sim_pid
before=$(settings "$(ask pc1 'state pc1')")

# is_as_before WHAT: settings, store and bindings, byte by byte.
is_as_before() {
	[ "$(settings "$(ask pc1 'state pc1')")" = "$before" ]
	ok $? "$1: the device is as before, byte for byte"
	is "$("$mkinv" "$tmp/pc1.db" query 'SELECT count(*) FROM run WHERE closed_at IS NULL')" 0 \
	    "$1: no run is left open"
}

# answers WHAT ERE: what becomes of the certificate that standard input issues.
answers() {
	cat >"$tmp/answer"
	forget pc1
	AMTCERT_RESULT_FD=7 renew pc1 --apply 7>"$tmp/class"
	is "$status" 1 "$1: exit 1"
	is "$(cat "$tmp/class")" 'certificate authority refused' "$1: what opens a breaker"
	like "$err" "^renew_amt_tls: failed, the device is as it was: .*$2.*; undone: the device is as it was\$" \
	    "$1: says which rule failed"
	unlike "$(deeds pc1)" 'AddCertificate|CredentialContext|CommitChanges' "$1: nothing is stored or bound"
	is_as_before "$1"
}

# again: the time has come to ask the CA again.
again() {
	"$mkinv" "$tmp/pc1.db" sql 'UPDATE cert_request SET next_poll_at = 0'
	renew pc1 --apply
}

# waits WHAT ERE: no certificate for the request came: the key pair waits for another
# answer, and that is all there is.
waits() {
	local state
	cat >"$tmp/answer"
	forget pc1
	renew pc1 --apply
	is "$status" 2 "$1: exit 2, the next run goes on"
	like "$err" "CA local \(exec\): .*$2.*, asked again from " "$1: says what was wrong"
	is "$(deeds pc1)" 'AMT_PublicKeyManagementService GenerateKeyPair' "$1: nothing is stored or bound"
	state=$(settings "$(ask pc1 'state pc1')")
	[ "${state%,\"keys\":*}" = "${before%,\"keys\":*}" ]
	ok $? "$1: settings, certificates and what is served are as before"
}

# shellcheck disable=SC2016 # for the helper
{
	answers 'for another name' 'C5 names: ' <<<'sign ca --san pc2.example'
	answers 'expired already' '(C3 new|C9 time): ' <<<'sign ca --san pc1.example \
		--not-before -9d --not-after -1d'
	answers 'shorter than the window' 'C9 time: .*due' <<<'sign ca --san pc1.example --not-after +40d'
	answers 'longer than its issuer' 'C17 issuer.s end: outlives its issuer, which ends on ' <<<'sign brief \
		--san pc1.example --not-after +300d && cat "$tmp/brief.pem"'
	answers 'of an unknown chain' 'C12 path: ' <<<'sign evil --san pc1.example'

	waits 'nobody who answers' 'timed out|time' <<<'exec sleep 600'
	echo 'sign ca --san pc2.example' >"$tmp/answer"
	again
	is_as_before 'nobody who answers: then badly'
	waits '10 MB' 'wrote more than [0-9]+ bytes' <<<'head -c 10485760 /dev/zero | tr "\0" A'
	again
	is_as_before '10 MB, again and again'
	waits 'nothing' 'answer is not usable: ' <<<'exit 0'
	again
	is_as_before 'nothing, again and again'
	waits 'for another key' 'no certificate has the key of the request' <<<'"$simca" -m cert \
		-o "$tmp/issued.pem" --key-out "$tmp/issued.key" --ca "$tmp/ca.pem" \
		--ca-key "$tmp/ca.key" -s pc1.example --san pc1.example && cat "$tmp/issued.pem"'
}

# The same CA, when it answers well, for the key that waits.
echo 'sign ca --san pc1.example --not-after +365d' >"$tmp/answer"
again
is "$status" 0 'a good answer renews it'
verifies "$tls"
ok $? 'and what is served verifies'
state=$(ask pc1 'state pc1')
is "$(certificates "$state" | wc -l) $(keys "$state" | wc -l)" '3 2' 'with nothing left over of those before'
stop_sim pc1 "$pid"
done_testing
