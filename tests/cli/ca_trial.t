#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Trial enrolments: a CA that issues expired certificates costs no device a write, and
# opens its breaker; a run that is killed in its trial leaves nothing behind; and a CA
# that nobody knows is tried once.
# timeout: 300
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

mkinv=$B/tests/tools/mkinv
n=5
make_lab p384
# EC keys: RSA ones take longer to make than all the rest.
printf '[defaults]\ntls-port = 0\nplain-port = 0\n' >"$tmp/lab.conf"
for ((i = 1; i <= n; i++)); do
	make_cert "pc$i" --key-type p384 --digest sha384 --not-before -335d --not-after +30d
	printf '%s\n' "[device pc$i]" profile=22 "uuid=55e3ae13-bfd2-61bb-17a0-00000000000$i" \
	    "certificate=$tmp/pc$i.pem" "key=$tmp/pc$i.key" "root=$tmp/ca.pem" >>"$tmp/lab.conf"
done
chmod 600 "$tmp"/*.key

# The helper of backend exec does what $tmp/answer says.
cat >"$tmp/helper" <<-END
	#!/bin/bash
	[ "\$CERTMONGER_OPERATION" = SUBMIT ] || exit 6
	echo "\$CERTMONGER_REQ_SUBJECT" >>$tmp/asked
	sign() { # OPTION...
		printf '%s\n' "\$CERTMONGER_CSR" | openssl req -outform DER -out $tmp/csr.der &&
			$simca -m sign -o $tmp/issued.pem --request $tmp/csr.der --ca $tmp/ca.pem \\
			    --ca-key $tmp/ca.key --digest sha384 --san "\${CERTMONGER_REQ_SUBJECT#CN=}" "\$@" &&
			cat $tmp/issued.pem
	}
	. $tmp/answer
END
chmod 700 "$tmp/helper"

start_sim all --key-pool "$tmp/pool.pem" --device "$tmp/lab.conf" || exit 1
cat >"$tmp/all.conf" <<-END
	[defaults]
	trust-anchor = $tmp/ca.pem
	secret-file = $tmp/password
	inventory = $tmp/all.db
	[queue]
	program-dir = $B/remediate
	stop-file = $tmp/stop
	jobs = 1
	[ca local]
	backend = exec
	command = $tmp/helper
	trust-anchor = $tmp/ca.pem
END
while read -r word device _ tls plain; do
	[ "$word" = ready ] || continue
	printf '[device %s.example]\naddress = 127.0.0.1\nport = %s\n' "$device" "$tls"
done <"$tmp/all.log" >>"$tmp/all.conf"
sql() {
	"$mkinv" "$tmp/all.db" sql "$1"
}
query() {
	"$mkinv" "$tmp/all.db" query "$1"
}
work() {
	sql 'UPDATE job SET not_before = 0; UPDATE breaker SET probe_at = 0'
	run "$B/remediate/work_amt_queue" -f "$tmp/all.conf"
}
asked() {
	wc -l <"$tmp/asked"
}

for ((i = 1; i <= n; i++)); do
	"$B/checks/check_amt_tls" -f "$tmp/all.conf" -H "pc$i.example" --record >"$tmp/check.log"
done
run "$B/remediate/evaluate_amt_fleet" -f "$tmp/all.conf"
like "$out" "$n queued" "$n devices are due" || sed 's/^/# /' "$tmp/check.log"
forget all
: >"$tmp/asked"
echo 'sign --not-before -9d --not-after -1d' >"$tmp/answer"

run "$remedy" -f "$tmp/all.conf" -H pc1.example
like "$out" '^ +1  trial +ask the CA ' 'a plan begins with the trial'
is "$(asked)$(deeds all)" 0 'planning asks nobody'

# A CA that issues what has expired: idea 16.
work
is "$(query 'SELECT count(*) FROM job_attempt')" 3 'three fail'
is "$(printf '%s\n' "$err" | grep -c 'the breaker has opened')" 1 'the breaker opens, which is told once'
work
is "$(query 'SELECT count(*) FROM job_attempt')" 4 'then one is started as a probe'
unlike "$err" 'the breaker has opened' 'and nothing told again'
is "$(query 'SELECT n_probes, probe_at - ended_at >= 7000 FROM breaker, (SELECT max(ended_at) AS ended_at
	FROM job_attempt)')" '1|1' 'the next after a longer pause'
is "$(asked)" 4 'each asked for a trial, and that was all'
is "$(deeds all)" '' 'no device was written to'
is "$(query 'SELECT count(*) FROM run') $(query 'SELECT count(*) FROM cert_request')" '0 0' \
    'no run was begun, no request is waited for'
is "$(query "SELECT count(*), count(DISTINCT serial_number), min(text LIKE '%trial for CA local (exec), key discarded: certificate ' || serial_number || ' of CN=Lab CA') FROM ca_record")" \
    '4|4|1' 'each certificate is on record'
run "$B/checks/check_amt_queue" -f "$tmp/all.conf" -vv
is "$status" 2 'check_amt_queue: CRITICAL'
like "$out" '^breaker open: renew_amt_tls .*C(3 new|9 time): .*trial for CA local' 'and says why'

# Well again: one trial for all of them.
echo 'sign --not-after +365d' >"$tmp/answer"
: >"$tmp/asked"
work
like "$err" 'the breaker has shut' 'a CA that is well again shuts it'
is "$(query 'SELECT state, count(*) FROM job GROUP BY state')" "3|$n" 'and all are renewed'
is "$(asked)" $((n + 1)) 'at one trial for all'

# Killed in the trial.
sql 'DELETE FROM ca_record'
kills=0
forget all
# shellcheck disable=SC2016 # for the helper
for answer in 'kill -KILL $PPID' 'sign --not-after +365d | head -c 100; kill -KILL $PPID' \
    'sign --not-after +365d; kill -KILL $PPID; sleep 0.1'; do
	echo "$answer" >"$tmp/answer"
	kills=$((kills + 1))
	run "$remedy" -f "$tmp/all.conf" -H pc1.example --force not-due --apply
	is "$status $(query 'SELECT count(*) FROM ca_record WHERE is_trial')" "137 $kills" "killed at moment $kills of a trial"
	is "$(deeds all)$(query 'SELECT count(*) FROM run WHERE closed_at IS NULL')$(query 'SELECT count(*)
	    FROM cert_request WHERE closed_at IS NULL')" 00 'nothing written, nothing open'
done
echo 'sign --not-after +365d' >"$tmp/answer"
: >"$tmp/asked"
run "$remedy" -f "$tmp/all.conf" -H pc1.example --force not-due --apply
is "$status $(asked)" '0 2' 'the next run makes its trial, and renews'
stop_sim all "$sim_pid"
done_testing
