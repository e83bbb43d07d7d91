#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Renewals by each kind of CA that are killed at a random moment: no request is lost,
# none ends with two certificates bound, and the pruner leaves a key alone that waits
# for its certificate.  AMTCERT_KILLS renewals of each, one unless set; AMTCERT_KILL_CAS
# names some of them.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/ca_device.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
knows_localhost || skip_all "nobody knows localhost"
n=${AMTCERT_KILLS:-1}
cas=${AMTCERT_KILL_CAS:-local exec est held}
seed=${AMTCERT_SEED:-$$}
RANDOM=$seed
echo "# AMTCERT_SEED=$seed"
mkinv=$B/tests/tools/mkinv
helper=$(dpkg -L certmonger 2>/dev/null | grep '/local-submit$')

make_lab p384
start_ca_service || exit 1
# certmonger's helper issues from a CA of its own, which the operator trusts as well.
cp "$tmp/ca.pem" "$tmp/anchors.pem"
if [ -n "$helper" ]; then
	mkdir "$tmp/monger"
	CERTMONGER_OPERATION=FETCH-ROOTS "$helper" -d "$tmp/monger" | sed 1d >>"$tmp/anchors.pem"
fi
device_lines="trust-anchor = $tmp/anchors.pem"
start_device sim 14 || exit 1
printf '%s\n' '[ca exec]' 'backend = exec' "command = $helper -d $tmp/monger" \
    "trust-anchor = $tmp/anchors.pem" >>"$tmp/sim.conf"
add_ca sim est est '' "secret-file = $lab/secret"
add_ca sim held certsrv /certsrv "secret-file = $lab/secret" 'manual-approval = yes'

query() {
	"$mkinv" "$tmp/sim.db" query "$1"
}
count() { # TABLE CONDITION
	query "SELECT count(*) FROM $1 WHERE $2"
}
# state: certificates replaced, requests answered with one, runs and requests open.
state() {
	query "SELECT (SELECT count(*) FROM archive JOIN run ON run.id = run_id
	    WHERE run.remedy = 'renew_amt_tls'),
	    (SELECT count(*) FROM cert_request WHERE outcome = 'issued'),
	    (SELECT count(*) FROM run WHERE closed_at IS NULL AND remedy = 'renew_amt_tls'),
	    (SELECT count(*) FROM cert_request WHERE closed_at IS NULL)"
}
prune() {
	"$B/remediate/prune_amt_store" -f "$tmp/sim.conf" -H $name --apply >"$tmp/prune.log" 2>&1
}
# killed CA: the remedy, for at most a second and a half.
killed() {
	"$remedy" -f "$tmp/sim.conf" -H $name -t 60 --ca "$1" --force not-due --apply \
	    >"$tmp/killed.log" 2>&1 </dev/null &
	local pid=$!
	sleep "$(printf '%d.%03d' $((RANDOM % 3 / 2)) $((RANDOM % 1000)))"
	kill -KILL "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}
# finish CA WANTED: run after run until the renewal is through.
finish() {
	local try
	for try in 1 2 3 4 5 6 7 8; do
		[ "$(state)" != "$2" ] || return 0
		"$mkinv" "$tmp/sim.db" sql 'UPDATE cert_request SET next_poll_at = 0'
		[ "$try" = 1 ] || echo approve >"$lab/manager"
		renew sim --ca "$1" --force not-due --apply
		prune
	done
	[ "$(state)" = "$2" ]
}

"$mkinv" "$tmp/sim.db" query 'SELECT 1' >/dev/null
total=0
for ca in $cas; do
	if [ "$ca" = exec ] && [ -z "$helper" ]; then
		skip "$ca: killed renewals" 'certmonger is not installed'
		continue
	fi
	bad=0 open=0
	for ((i = 0; i < n; i++)); do
		total=$((total + 1))
		rm -f "$lab/manager"
		killed "$ca"
		[ "$(count run 'closed_at IS NULL')" = 0 ] || open=$((open + 1))
		waiting=$(query "SELECT hex(spki_sha256) FROM cert_request WHERE closed_at IS NULL")
		before=$(keys "$(ask sim 'state pc1')" | grep -c .)
		prune
		after=$(keys "$(ask sim 'state pc1')" | grep -c .)
		[ -z "$waiting" ] || [ "$after" = "$before" ] || {
			echo "# $ca $i: a key was pruned while a request waited"
			bad=$((bad + 1))
		}
		finish "$ca" "$total|$total|0|0" || {
			echo "# $ca $i: $(state), wanted $total|$total|0|0: $err"
			query 'SELECT remedy, run.id, outcome, step, reason, archived_at FROM run
			    LEFT JOIN archive ON run.id = run_id ORDER BY run.id DESC LIMIT 16' | sed 's/^/# /'
			bad=$((bad + 1))
			break
		}
		[ "$(query "SELECT lower(hex(next_fingerprint)) FROM archive JOIN run
		    ON run.id = run_id WHERE run.remedy = 'renew_amt_tls'
		    ORDER BY archive.id DESC LIMIT 1")" = "$(json "$(ask sim 'state pc1')" served)" ] || {
			echo "# $ca $i: another certificate is served than the last one"
			bad=$((bad + 1))
		}
	done
	is "$bad" 0 "$ca: $n renewals killed at random, $open of them in the midst: one certificate each"
done
is "$(json "$(ask sim 'state pc1')" failures)" 0 'no login failed'
stop_sim sim "$sim_pid"
done_testing
