#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_tls and a CA that answers what it should not: nothing is bound, the device is
# as before, and the text says which rule failed.  First a CA that nobody knows: its
# trial finds it out, and the device is not written to.  Then one that is known to be
# good and goes bad for the device itself: what was written is undone in the same run.
# timeout: 300
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

make_lab p384
"$simca" -m ca -o "$tmp/evil.pem" --key-out "$tmp/evil.key" -s 'Lab CA' --key-type p384
"$simca" -m ca -o "$tmp/brief.pem" --key-out "$tmp/brief.key" -s 'Brief CA' \
    --key-type p384 --not-after +200d --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key"
chmod 600 "$tmp"/*.key

# The helper of backend exec: $tmp/answer says what it answers, but for the first times
# that $tmp/good has a line for.
cat >"$tmp/helper" <<-END
	#!/bin/bash
	tmp=$tmp simca=$simca
	own='--san pc1.example --san pc1-p384.example'
	sign() { # NAME-OF-CA OPTION...
		printf '%s\n' "\$CERTMONGER_CSR" | openssl req -outform DER -out "\$tmp/csr.der" &&
			"\$simca" -m sign -o "\$tmp/issued.pem" --request "\$tmp/csr.der" \\
			    --ca "\$tmp/\$1.pem" --ca-key "\$tmp/\$1.key" --digest sha384 "\${@:2}" &&
			cat "\$tmp/issued.pem"
	}
	[ "\$CERTMONGER_OPERATION" = SUBMIT ] || exit 6
	echo >>"\$tmp/asked"
	if [ -s "\$tmp/good" ]; then
		sed -i 1d "\$tmp/good"
		sign ca \$own --not-after +365d
		exit
	fi
	. "\$tmp/answer"
END
chmod 700 "$tmp/helper"
ca_lines="command = $tmp/helper
trust-anchor = $tmp/ca.pem
timeout = 3s"
trial_line=
# A window of 42 days, however short a certificate lives.
device_lines="trust-anchor = $tmp/ca.pem
policy = configmgr"
mkinv=$B/tests/tools/mkinv
# EC keys: RSA ones take longer to make than all the rest.
start_device pc1 22
sed -i 's/^backend = .*/backend = exec/' "$tmp/pc1.conf"
pid=$sim_pid
state=$(ask pc1 'state pc1')
before=$(settings "$state")
wanted="$(($(certificates "$state" | wc -l) + 1)) $(($(keys "$state" | wc -l) + 1))"

query() {
	"$mkinv" "$tmp/pc1.db" query "$1"
}
# standing: what the CA is known for, by whom, and how many trials there were.
standing() {
	query "SELECT (SELECT standing || ' ' || is_trial FROM ca_record ORDER BY id DESC LIMIT 1),
	    (SELECT count(*) FROM ca_record WHERE is_trial)"
}
# try HOW-OFTEN-GOOD OPTION...: the remedy, with an empty log of what is asked.
try() {
	yes '' | head -n "$1" >"$tmp/good"
	: >"$tmp/asked"
	forget pc1
	AMTCERT_RESULT_FD=7 renew pc1 --apply "${@:2}" 7>"$tmp/class"
}
# is_as_before WHAT: settings, store and bindings, byte by byte; no run is open.
is_as_before() {
	[ "$(settings "$(ask pc1 'state pc1')")" = "$before" ]
	ok $? "$1: the device is as before, byte for byte"
	is "$(query 'SELECT count(*) FROM run WHERE closed_at IS NULL')" 0 "$1: no run is left open"
}

# answers WHAT ASKED ERE: the CA answers as standard input says, and is asked so often.
trials=0
answers() {
	cat >"$tmp/answer"
	trials=$((trials + 1))
	try 0
	is "$status" 1 "unknown, $1: exit 1"
	is "$(cat "$tmp/class")" 'certificate authority refused' "unknown, $1: what opens a breaker"
	like "$err" "^renew_amt_tls: failed, the device is as it was: CA local \(exec\): .*$3.*; trial for CA local \(exec\), key discarded" \
	    "unknown, $1: says which rule failed"
	is "$(deeds pc1)" '' "unknown, $1: not one write to the device"
	is "$(wc -l <"$tmp/asked")" "$2" "unknown, $1: asked $2 times"
	is_as_before "unknown, $1"
	is "$(standing)" "2 1|$trials" "unknown, $1: on record as refused, by a trial"

	trials=$((trials + 1))
	try 1
	is "$status" 1 "gone bad, $1: exit 1"
	like "$err" "CA local \(exec\): .*$3" "gone bad, $1: says which rule failed"
	unlike "$(deeds pc1)" 'AddCertificate|CredentialContext|CommitChanges' "gone bad, $1: nothing is stored or bound"
	is "$(wc -l <"$tmp/asked")" $(($2 + 1)) "gone bad, $1: after one good answer asked $2 times"
	is "$(standing)" "2 0|$trials" "gone bad, $1: on record as refused, without a trial"
	is_as_before "gone bad, $1"
}

# shellcheck disable=SC2016 # for the helper
{
	answers 'for another name' 1 'C5 names: ' <<<'sign ca --san pc2.example'
	answers 'expired already' 1 '(C3 new|C9 time): ' <<<'sign ca $own \
		--not-before -9d --not-after -1d'
	answers 'shorter than the window' 1 'C9 time: .*due' <<<'sign ca $own --not-after +40d'
	answers 'longer than its issuer' 1 'C17 issuer.s end: outlives its issuer, which ends on ' <<<'sign brief \
		$own --not-after +300d && cat "$tmp/brief.pem"'
	answers 'of an unknown chain' 1 'C12 path: ' <<<'sign evil $own'
	answers '10 MB' 2 'wrote more than [0-9]+ bytes' <<<'head -c 10485760 /dev/zero | tr "\0" A'
	answers 'nothing' 2 'answer is not usable: ' <<<'exit 0'
	answers 'for another key' 2 'no certificate has the key of the request' <<<'"$simca" -m cert \
		-o "$tmp/issued.pem" --key-out "$tmp/issued.key" --ca "$tmp/ca.pem" \
		--ca-key "$tmp/ca.key" -s pc1.example $own --key-type p384 && cat "$tmp/issued.pem"'
	answers 'hangs' 1 'timed out|time' <<<'exec sleep 600'
}

# It may have all the time that the run can spare, but not that of the way back.
sed -i 's/^timeout = 3s/timeout = 600s/' "$tmp/pc1.conf"
trials=$((trials + 1))
try 1 -t 18
is "$status" 1 'hangs until the run is nearly over: exit 1'
like "$err" 'time.*undone: the device is as it was' 'and says so'
is "$(deeds pc1 | head -n 1)" 'AMT_PublicKeyManagementService GenerateKeyPair' 'after a key pair was made'
is_as_before 'hangs until the run is nearly over'

# The same CA, when it answers well.
try 2
is "$status" 0 'a good answer renews it'
like "$out" '^pc1\.example: trial for CA local \(exec\), key discarded: certificate [0-9a-f]+ of .*Lab CA' \
    'and what was issued for the trial is told'
is "$(wc -l <"$tmp/asked")" 2 'asked for a trial and for the device'
is "$(standing)" "1 1|$((trials + 1))" 'on record as good'
verifies "$tls"
ok $? 'what is served verifies'
state=$(ask pc1 'state pc1')
is "$(certificates "$state" | wc -l) $(keys "$state" | wc -l)" "$wanted" 'with nothing left over of those before'
serial=$(query 'SELECT serial_number FROM ca_record ORDER BY id DESC LIMIT 1')
is "$(query "SELECT text LIKE '%certificate $serial of %Lab CA', device_uuid <> '' FROM ca_record
    ORDER BY id DESC LIMIT 1")" '1|1' 'the record names its certificate'
served=$(openssl s_client -connect "127.0.0.1:$tls" </dev/null 2>/dev/null | openssl x509 -noout -serial)
[ "${served#serial=}" != "${serial^^}" ]
ok $? 'which is not the one of the device'
renew pc1 --force not-due
unlike "$out" ' trial ' 'the plan has no trial any more'
# shellcheck disable=SC2016 # for the helper
echo 'sign ca $own --not-after +366d' >"$tmp/answer"
: >"$tmp/asked"
renew pc1 --force not-due --apply
is "$status $(wc -l <"$tmp/asked")" '0 1' 'a CA on record as good is asked once'
stop_sim pc1 "$pid"
done_testing
