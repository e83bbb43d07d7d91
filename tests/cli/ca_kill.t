#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Renewals by each kind of CA that are killed at a random moment: no request is lost,
# none ends with two certificates bound, and the pruner leaves a key alone that waits
# for its certificate.  AMTCERT_KILLS renewals of each, one unless set; AMTCERT_KILL_CAS
# names some of them.  One in four of those that can wait for a person does.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh
. tests/cli/ca_device.sh

command -v python3 >/dev/null || skip_all "python3 is not installed"
knows_localhost || skip_all "nobody knows localhost"
n=${AMTCERT_KILLS:-1}
case $B in
*san*) cas=${AMTCERT_KILL_CAS:-held cmp} ;; # a sanitizer has nothing to say of a kill
*) cas=${AMTCERT_KILL_CAS:-local exec est held adcs cmp scep} ;;
esac
seed=${AMTCERT_SEED:-$$}
RANDOM=$seed
echo "# AMTCERT_SEED=$seed"
mkinv=$B/tests/tools/mkinv
helper=$(dpkg -L certmonger 2>/dev/null | grep '/local-submit$')

make_lab rsa:2048 # which SCEP needs
start_ca_service || exit 1
# certmonger's helper issues from a CA of its own, which the operator trusts as well.
cp "$tmp/ca.pem" "$tmp/anchors.pem"
if [ -n "$helper" ]; then
	mkdir "$tmp/monger"
	CERTMONGER_OPERATION=FETCH-ROOTS "$helper" -d "$tmp/monger" | sed 1d >>"$tmp/anchors.pem"
	# Ended while it writes its serial number, as who calls it dies, it has none any
	# more and never issues again.
	printf '%s\n' '#!/bin/sh' 'trap "" TERM' "exec $helper -d $tmp/monger" >"$tmp/patient"
	chmod 755 "$tmp/patient"
fi
device_lines="trust-anchor = $tmp/anchors.pem"
start_device sim 14 || exit 1
printf '%s\n' '[ca exec]' 'backend = exec' "command = $tmp/patient" \
    "trust-anchor = $tmp/anchors.pem" >>"$tmp/sim.conf"
add_ca sim est est '' "secret-file = $lab/secret"
add_ca sim held certsrv /certsrv "secret-file = $lab/secret" 'manual-approval = yes'
add_ca sim adcs adcs /ADPolicyProvider_CEP_UsernamePassword/service.svc/CEP \
    "secret-file = $lab/secret" 'template = AMT TLS server'
sed -i '/^\[ca adcs\]/,$s/^auth = basic/auth = username/' "$tmp/sim.conf"
[[ $cas != *cmp* ]] || serve_ca sim cmp https://localhost:PORT/ 'reference = ref-1' \
    "shared-secret-file = $lab/secret"
[[ $cas != *scep* ]] || serve_ca sim scep http://127.0.0.1:PORT/scep 'plain-allowed = yes' \
    "challenge-file = $lab/secret"
mkdir -p "$tmp/cmp" "$tmp/scep"

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
# in_store: the certificates and keys of the device.
in_store() {
	echo "$(certificates "$1" | grep -c .) certificates, $(keys "$1" | grep -c .) keys"
}
# killed CA: the remedy, at some moment of the $span milliseconds that it takes, one in
# four from its start, else from the first entry of its journal. Of those that it
# survives, the next span is shorter, so that most are killed in the midst.
killed() {
	local pid ms=$((RANDOM * span / 32768)) from=$((RANDOM % 4))
	"$remedy" -f "$tmp/sim.conf" -H $name -t 60 --ca "$1" --force not-due --apply \
	    >"$tmp/killed.log" 2>&1 </dev/null &
	pid=$!
	while [ "$n" = 1 ] || [ $from != 0 ]; do
		[ "$(count run 'closed_at IS NULL')" = 0 ] || break
		kill -0 $pid 2>/dev/null || break
		sleep 0.01
	done
	sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
	kill -KILL "$pid" 2>/dev/null
	{ wait "$pid"; } 2>/dev/null
	span=$((span * ($? == 137 ? 103 : 90) / 100 + 1))
}
# finish CA WANTED: run after run until the renewal is through. Nobody waits: not for
# the time to ask again, and not a minute for whoever was killed while it showed a login
# for the first time.
finish() {
	local try
	for try in 1 2 3 4 5 6 7 8; do
		[ "$(state)" != "$2" ] || return 0
		"$mkinv" "$tmp/sim.db" sql 'UPDATE cert_request SET next_poll_at = 0;
		    UPDATE ca_login SET tried_at = 0 WHERE ok_at = 0'
		[ "$try" = 1 ] || approve
		renew sim --ca "$1" --force not-due --apply
		prune
	done
	[ "$(state)" = "$2" ]
}
# Whether requests wait for a person, and that the person has come.
hold() { # CA
	rm -f "$lab/manager" "$tmp/scep/manager"
	case $1 in
	est | cmp) echo 'pending 1' ;;
	*) echo pending ;;
	esac | tee "$lab/mode" "$tmp/cmp/mode" >"$tmp/scep/mode"
}
let_through() {
	echo ok | tee "$lab/mode" "$tmp/cmp/mode" >"$tmp/scep/mode"
}
approve() {
	echo approve | tee "$lab/manager" >"$tmp/scep/manager"
}

"$mkinv" "$tmp/sim.db" query 'SELECT 1' >/dev/null
total=0
stored=
for ca in $cas; do
	if [ "$ca" = exec ] && [ -z "$helper" ]; then
		skip "$ca: killed renewals" 'certmonger is not installed'
		continue
	fi
	bad=0 open=0 waited=0 span=400
	for ((i = 0; i < n; i++)); do
		total=$((total + 1))
		let_through
		if [ "$ca" = held ] || [ $((RANDOM % 4)) = 0 ]; then
			hold "$ca"
		fi
		killed "$ca"
		midst=$(query "SELECT count(*), (SELECT count(*) FROM cert_request
		    WHERE closed_at IS NULL) FROM run WHERE closed_at IS NULL")
		[ "${midst%|*}" = 0 ] || open=$((open + 1))
		if [ "${midst#*|}" != 0 ]; then
			waited=$((waited + 1))
			before=$(keys "$(ask sim 'state pc1')")
			prune
			[ "$(keys "$(ask sim 'state pc1')")" = "$before" ] || {
				echo "# $ca $i: a key was pruned while a request waited"
				bad=$((bad + 1))
			}
		fi
		finish "$ca" "$total|$total|0|0" || {
			echo "# $ca $i: $(state), wanted $total|$total|0|0: $err"
			query 'SELECT remedy, run.id, outcome, step, reason, archived_at FROM run
			    LEFT JOIN archive ON run.id = run_id ORDER BY run.id DESC LIMIT 16' | sed 's/^/# /'
			bad=$((bad + 1))
			break
		}
		after=$(ask sim 'state pc1')
		[ "$(query "SELECT lower(hex(next_fingerprint)) FROM archive JOIN run
		    ON run.id = run_id WHERE run.remedy = 'renew_amt_tls'
		    ORDER BY archive.id DESC LIMIT 1")" = "$(json "$after" served)" ] || {
			echo "# $ca $i: another certificate is served than the last one"
			bad=$((bad + 1))
		}
		# The first pair is not ours and stays, the last is in use.
		stored=${stored:-$(in_store "$after")}
		[ "$(in_store "$after")" = "$stored" ] || {
			echo "# $ca $i: left in the store: $(in_store "$after"), and not $stored"
			bad=$((bad + 1))
		}
	done
	is "$bad" 0 "$ca: $n renewals killed at random, $open of them in the midst, $waited with an open request: one certificate each"
done
is "$(json "$(ask sim 'state pc1')" failures)" 0 'no login failed'
stop_sim sim "$sim_pid"
done_testing
