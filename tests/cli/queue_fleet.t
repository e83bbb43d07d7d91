#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
# A fleet that is due at once: evaluated, renewed under a budget, none broken and
# nothing left over.  QUEUE_FLEET=1000 tests/cli/queue_fleet.t has a thousand devices
# (some minutes); the hours of a budget are counted in tests/unit/test_job_run.c.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/scan_fleet.sh

n=${QUEUE_FLEET:-12}
mkinv=$B/tests/tools/mkinv
query() { # STATEMENT
	"$mkinv" "$tmp/inventory.db" query "$1"
}
# totals: certificates and key pairs in all stores.
totals() {
	ask fleet state >"$tmp/state"
	echo "$(grep -oE '"handle":[0-9]+,"sha256":"[0-9a-f]{64}","subject"' "$tmp/state" | wc -l)" \
	    "$(grep -oE '"handle":[0-9]+,"sha256":"[0-9a-f]{64}","type"' "$tmp/state" | wc -l)"
}
configure() { # BUDGET
	cat <<-END
		[defaults]
		trust-anchor = $tmp/ca.pem
		secret-file = $tmp/secret
		inventory = $tmp/inventory.db
		[queue]
		budget = $1
		ca-budget = $1
		jobs = 4
		program-dir = $B/remediate
		stop-file = $tmp/stop
		[ca local]
		backend = local
		cert-file = $tmp/ca.pem
		key-file = $tmp/ca.key
		END
	awk -F , '{ print "[device " $1 "]\naddress = " $2 }' "$tmp/list"
}

"$simca" -m keys -o "$tmp/pool.pem" --count 8
start_fleet "$n" due:100 --key-pool "$tmp/pool.pem"
ok $? "$n devices, all due"
chmod 600 "$tmp/ca.key"
configure $((n / 2)) >"$tmp/half.conf"
configure $((n * 2)) >"$tmp/whole.conf"
run_scanner -f "$tmp/whole.conf" --list "$tmp/list" --tls
before=$(totals)
run "$B/remediate/evaluate_amt_fleet" -f "$tmp/half.conf"
like "$out" "^$n devices: $n certificates or settings due, $n queued\$" 'all are queued'
# Spread over a day; this day is over.
"$mkinv" "$tmp/inventory.db" sql 'UPDATE job SET not_before = created_at'

run "$B/remediate/work_amt_queue" -f "$tmp/half.conf"
is "$status" 0 'the worker ends well' || printf '%s\n' "$err" | sed 's/^/# /'
is "$(query 'SELECT count(*) FROM job WHERE state = 3')" $((n / 2)) 'half of them within the budget of an hour'
is "$(query "SELECT count(*) FROM job a JOIN job b ON a.state = 3 AND b.state <> 3
	WHERE b.ends_at < a.ends_at")" 0 'the most urgent first'
run "$B/remediate/work_amt_queue" -f "$tmp/half.conf"
is "$(query 'SELECT count(*) FROM job_attempt')" $((n / 2)) 'and none more in the same hour'

start first "$B/remediate/work_amt_queue" -f "$tmp/whole.conf"
first=$started_pid
start second "$B/remediate/work_amt_queue" -f "$tmp/whole.conf"
wait "$first" "$started_pid"
is "$(query 'SELECT state, n_attempts, count(*) FROM job GROUP BY state, n_attempts')" "3|1|$n" \
    'all are renewed in the end, at one attempt each'
is "$(query 'SELECT is_trial, standing, count(*) FROM ca_record GROUP BY is_trial, standing')" '1|1|1' \
    'after one trial of the CA'
read -r certs keys <<<"$before"
is "$(totals)" "$((certs + n)) $((keys + n))" 'one certificate and one key pair more in each, no orphan'
run_scanner -f "$tmp/whole.conf" --list "$tmp/list" --tls -v
is "$(printf '%s\n' "$out" "$err" | grep -cE 'AMT_TLS OK - |due-[0-9]+\.fleet\.example: valid')" "$n" \
    'none is broken: the next scan finds each valid'
run "$B/remediate/evaluate_amt_fleet" -f "$tmp/whole.conf"
like "$out" "^$n devices: 0 certificates or settings due, 0 queued\$" 'and nothing is due any more'
run "$B/checks/check_amt_queue" -f "$tmp/whole.conf"
is "$status" 0 'the queue is healthy'
stop_sim fleet "$sim_pid"
done_testing
