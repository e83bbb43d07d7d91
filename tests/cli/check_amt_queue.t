#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 120
# check_amt_queue: depth, age, budget, breakers, requests at a CA, and devices that
# nobody ever queued; from the inventory alone, which it only reads.
. tests/cli/lib.sh
. tests/cli/plugin.sh
. tests/cli/queue.sh
check=$B/checks/check_amt_queue
export MP_CONFIG_FILE=/dev/null
now=$(date +%s)

look() { # NAME [OPTION...]
	run "$check" -f "$tmp/$1.conf" "${@:2}"
}

make_queue q 0
look q
says AMT_QUEUE 0 '0 jobs; 60 of 60 starts left this hour' 'an empty queue is fine'
like "$out" '\| jobs=0;;;0 running=0;;;0 failed=0;;;0 ready=0;;;0 wait=0s;86400;259200 budget_left=60;;;0 done_24h=0;;;0 lost_24h=0;;;0 breakers=0;;;0 pending=0;;;0 pending_age=0s;86400;259200 never_queued=0;;;0 hand_overs=0;;;0 time=' \
    'with its perfdata'

# Jobs, and how long they wait.
make_queue jobs 5
sql jobs "UPDATE job SET not_before = $now - 7200, created_at = $now - 7200;
	UPDATE job SET state = 1, started_at = $now WHERE id = 1;
	UPDATE job SET state = 2, not_before = $now + 3600 WHERE id = 2;
	INSERT INTO job_attempt (job_id, number, ca, started_at) VALUES (1, 1, 'corp', $now - 5), (2, 1, 'corp', $now - 5000)"
look jobs
says AMT_QUEUE 0 '5 jobs, 1 running, 1 failed, 3 wait for up to 2 h; 59 of 60 starts left this hour' \
    'depth, the oldest, and what is left of the budget'
look jobs -w 1h
says AMT_QUEUE 1 '5 jobs' 'longer than -w: WARNING'
look jobs -w 1m -c 1h
says AMT_QUEUE 2 '5 jobs' 'longer than -c: CRITICAL'
look jobs -vv
like "$out" '^job 1: pc01: renew_amt_tls, running, since ' '-vv lists jobs'
clean "$out" 'long lines are clean'
sql jobs "UPDATE job SET not_before = $now - 86500"
look jobs
says AMT_QUEUE 1 'wait for up to 1 d' 'a day is too long'
sql jobs "UPDATE job SET not_before = $now + 30 * 86400 WHERE state <> 1"
look jobs
says AMT_QUEUE 0 '5 jobs, 1 running, 1 failed, the next in (29|30) d' 'when the next one comes'

# Lost, stopped, broken.
sql jobs "UPDATE job SET state = 5, ended_at = $now - 60 WHERE id = 3; UPDATE job SET state = 4, ended_at = $now - 60 WHERE id = 4"
look jobs
says AMT_QUEUE 1 '2 refused or given up since yesterday' 'lost jobs: WARNING'
sql jobs "UPDATE job SET text = 'CA alone: it |cannot' WHERE id = 4"
look jobs -vv
like "$out" '^job 4: pc04: renew_amt_tls, refused at 20.*: CA alone: it .x7ccannot$' '-vv lists them, with the reason'
clean "$out" 'in clean words'
sql jobs "UPDATE job SET ended_at = $now - 90000 WHERE state > 2"
look jobs
says AMT_QUEUE 0 '3 jobs' 'for a day'
touch "$tmp/stop"
look jobs
says AMT_QUEUE 1 'the stop file is there' 'the stop file: WARNING'
rm "$tmp/stop"
sql jobs "INSERT INTO breaker VALUES ('renew_amt_tls', 'corp', 'certificate authority refused', 3, $now, 0, $now + 3600, 0, 'CA corp: |expired')"
look jobs
says AMT_QUEUE 2 'breaker open: renew_amt_tls \(corp\)' 'an open breaker: CRITICAL'
look jobs -vv
like "$out" '^breaker open: renew_amt_tls corp: certificate authority refused, 0 probes failed, next at 20' 'and what opened it'
clean "$out" 'texts of a CA are clean'
sql jobs 'DELETE FROM breaker'

# A request that waits at a CA.
sql jobs "INSERT INTO cert_request (device_uuid, remedy, ca, csr_sha256, spki_sha256, created_at, is_pending)
	VALUES ('55e3ae13-bfd2-61bb-17a0-000000000001', 'renew_amt_tls', 'corp (certsrv)', zeroblob(32), zeroblob(32), $now - 100000, 1)"
look jobs
says AMT_QUEUE 1 '1 pending at the CA for up to 1 d' 'pending at the CA: WARNING by age'
look jobs -c 1d
says AMT_QUEUE 2 'pending' 'and CRITICAL'

# Devices that are due, and nobody asked.
"$mkinv" "$tmp/dead.db" fill 40 1 "$now"
printf '[defaults]\ninventory = %s\n' "$tmp/dead.db" >"$tmp/dead.conf"
sql dead "UPDATE slot SET role = 1; UPDATE standing SET is_unknown = 0;
	DELETE FROM device WHERE id NOT IN (SELECT id FROM device ORDER BY id LIMIT 3);
	UPDATE standing SET due_at = $now - 200000, warning_at = $now - 200000, critical_at = $now + 900000, ends_at = $now + 2000000;
	UPDATE slot SET due_at = $now - 200000, warning_at = $now - 200000, critical_at = $now + 900000, not_after = $now + 2000000"
look dead
says AMT_QUEUE 1 '3 due for up to 2 d though no job was ever queued: pc000001\.corp\.example; run evaluate_amt_fleet' \
    'a dead event handler is seen'
look dead -w 3d
says AMT_QUEUE 0 '0 jobs' 'not before they wait long enough'
look dead -c 2d
says AMT_QUEUE 2 '3 due' 'long enough is CRITICAL'
look dead -c 2d -vv
like "$out" '^never queued: pc000002\.corp\.example, due for 2 d$' '-vv names them'
like "$out" ' never_queued=3;;;0 ' 'counted'
run "$B/remediate/evaluate_amt_fleet" -f "$tmp/dead.conf"
look dead
like "$out" ' never_queued=0;;;0 ' 'an evaluation makes up for it'
sql dead "UPDATE job SET state = 3, ended_at = $now"
look dead
says AMT_QUEUE 0 '0 jobs' 'a job that is done is a job'

# It only looks, and says when it cannot.
before=$(sha256sum <"$tmp/dead.db")
look dead
is "$(sha256sum <"$tmp/dead.db")" "$before" 'the inventory is only read'
run "$check" --inventory "$tmp/none.db"
says AMT_QUEUE 3 'none\.db' 'no inventory: UNKNOWN'
run "$check" -w 5d -c 1d
is "$status" 3 'WARNING beyond CRITICAL is refused'
run "$check" -w 20
is "$status" 3 'and a number without a unit'
done_testing
