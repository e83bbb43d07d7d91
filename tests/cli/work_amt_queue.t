#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
# work_amt_queue: each job once, at the pace that is configured, whatever becomes of
# the worker.  The remedies are scripts; tests/cli/queue_device.t runs real ones.
. tests/cli/lib.sh
. tests/cli/queue.sh
make_remedy

# Nothing to do, and nothing to do it with.
make_queue empty 0
run "$worker" -f "$tmp/empty.conf"
is "$status" 0 'an empty queue is no failure'
is "$err" 'work_amt_queue: 0 started, 0 of them failed' 'and is told'
run "$worker" --inventory="$tmp/nowhere/x.db"
is "$status" 2 'an inventory that cannot be made'
run "$worker" --jobs=0
is "$status" 3 'no jobs at a time: usage'
like "$err" '^work_amt_queue: --jobs: ' 'names the option'
run "$worker" --help
is "$status" 3 'help'

# What becomes of each end.
make_queue ends 5 'jobs = 1'
# shellcheck disable=SC2016 # for the script that the remedy is
echo 'echo "renew_amt_tls: failed, the device is as it was: it is off" >&2; printf "cannot connect" >&"$AMTCERT_RESULT_FD"; exit 1' >"$tmp/do/pc02"
echo 'echo "nothing was done" >&2; exit 3' >"$tmp/do/pc03"
# shellcheck disable=SC2016
echo 'kill -KILL $$' >"$tmp/do/pc04"
sql ends "UPDATE job SET remedy = 'reboot' WHERE device_name = 'pc05'"
run env SECRET=hunter2 NAGIOS_ADMINEMAIL=x HOME=/nonexistent "$worker" -f "$tmp/ends.conf"
is "$status" 1 'some failed: 1'
is "$(states ends)" 'pc01 done 1
pc02 failed 1
pc03 refused 1
pc04 failed 1
pc05 refused 1' 'each ends as its remedy says'
like "$err" '^work_amt_queue: job 1: pc01: renew_amt_tls: done, attempt 1, [0-9]+ s: renew_amt_tls: done$' \
    'one line per job: done'
like "$err" '^work_amt_queue: job 2: pc02: renew_amt_tls: failed, attempt 1, [0-9]+ s, again at 20.*Z: renew_amt_tls: failed, the device is as it was: it is off$' \
    'one line per job: failed, and when again'
is "$(printf '%s\n' "$err" | grep -c '^work_amt_queue: job ')" 5 'and no more'
like "$err" ': reboot: refused.*no remedy of that name' 'a remedy that is none is refused'
is "$(query ends "SELECT '-' || class FROM job_attempt ORDER BY job_id")" '-
-cannot connect
-exit status 3
-signal 9
-not run' 'each failure has its class'
is "$(cat "$tmp/calls/pc01.1")" "$tmp/bin/renew_amt_tls
--apply
--hostname=pc01
--inventory=$tmp/ends.db
--actor=nagios
--config=$tmp/ends.conf" 'what a remedy is called with'
is "$(sed -E 's/^(PATH|TMPDIR)=.*/\1/; /^(PWD|SHLVL|_)=/d' "$tmp/calls/pc01.1.env" | grep -v '^TMPDIR$' | sort)" \
    'AMTCERT_RESULT_FD=4
HOME=/nonexistent
LC_ALL=C
PATH' 'and with which environment: nothing but where things are'
run "$worker" -f "$tmp/ends.conf"
is "$err" 'work_amt_queue: 0 started, 0 of them failed' 'what failed waits for its time'

# Two workers, forty jobs.
forget_calls
make_queue two 40 'budget = 1000' 'ca-budget = 1000' 'jobs = 4'
start one "$worker" -f "$tmp/two.conf"
one=$started_pid
start other "$worker" -f "$tmp/two.conf"
wait "$one" "$started_pid"
is "$(calls)" '40 40' 'two workers on one queue: no job twice, none left out'
is "$(states two | grep -c ' done 1$')" 40 'and all are done'

# The most urgent first, as many as the budget allows.
forget_calls
make_queue budget 9 'budget = 5' 'jobs = 1'
run "$worker" -f "$tmp/budget.conf"
is "$(states budget | grep -c ' done ')" 5 'no more than the budget'
is "$(states budget | sed -n '5p;6p')" 'pc05 done 1
pc06 queued 0' 'the most urgent first'
run "$worker" -f "$tmp/budget.conf"
is "$(calls)" '5 5' 'nor by a second run in the same hour'

# The stop file: the job that runs is the last.
forget_calls
make_queue stop 4 'jobs = 1'
echo ": >$tmp/stop" >"$tmp/do/pc02"
run "$worker" -f "$tmp/stop.conf"
is "$(states stop)" 'pc01 done 1
pc02 done 1
pc03 queued 0
pc04 queued 0' 'the stop file is honoured within one job'
like "$err" 'the stop file is there' 'and told'
rm "$tmp/stop"
run "$worker" -f "$tmp/stop.conf"
is "$(states stop | grep -c ' done ')" 4 'without it the rest is done'

# A CA that fails for three.
forget_calls
make_queue breaker 8 'jobs = 1'
for device in pc01 pc02 pc03 pc04; do
	# shellcheck disable=SC2016
	echo 'printf "certificate authority refused" >&"$AMTCERT_RESULT_FD"; exit 1' >"$tmp/do/$device"
done
run "$worker" -f "$tmp/breaker.conf"
is "$(calls)" '3 3' 'three that fail alike stop the rest'
is "$(printf '%s\n' "$err" | grep -c 'the breaker has opened')" 1 'which is told once'
run "$worker" -f "$tmp/breaker.conf"
is "$(calls)" '3 3' 'and stays so'
sql breaker "UPDATE breaker SET probe_at = 0"
run "$worker" -f "$tmp/breaker.conf"
is "$(calls)" '4 4' 'until it is time for one probe'
sql breaker "UPDATE breaker SET probe_at = 0"
run "$worker" -f "$tmp/breaker.conf"
is "$(calls)" '8 8' 'one that succeeds lets all others go'
like "$err" 'the breaker has shut' 'which is told, too'

# hold DEVICE: its remedy waits until $tmp/go is there.
hold() {
	echo "until [ -e $tmp/go ]; do sleep 0.05; done" >"$tmp/do/$1"
	rm -f "$tmp/go"
}
# shellcheck disable=SC2317 # called by wait_for
ended() { # NAME STATES
	[ "$(states "$1")" = "$2" ]
}

# A worker that is killed leaves its job alive.
forget_calls
make_queue kill 1
hold pc01
start killed "$worker" -f "$tmp/kill.conf"
wait_for 30 test -s "$tmp/calls/pc01.pid"
kill -KILL "$started_pid"
wait "$started_pid" 2>/dev/null
read -r remedy runner <"$tmp/calls/pc01.pid"
run "$worker" -f "$tmp/kill.conf"
is "$err" 'work_amt_queue: 0 started, 0 of them failed' 'the next worker sees that somebody is at it'
touch "$tmp/go"
wait_for 30 ended kill 'pc01 done 1'
ok $? 'and the job ends by itself'
is "$(calls)" '1 1' 'once'
wait_for 30 is_gone "$runner"
is "$(find "$tmp/kill.db.lock" -type f | wc -l)" 0 'without a lock file left'

# All of it is killed: worker, what watches the remedy, and the remedy.
forget_calls
make_queue dead 1
hold pc01
start killed "$worker" -f "$tmp/dead.conf"
wait_for 30 test -s "$tmp/calls/pc01.pid"
read -r remedy runner <"$tmp/calls/pc01.pid"
kill -KILL "$started_pid" "$runner"
wait "$started_pid" 2>/dev/null
wait_for 30 is_gone "$runner"
run "$worker" -f "$tmp/dead.conf"
is "$(calls)" '1 1' 'a remedy that outlives who watched it keeps its job'
kill -KILL "$remedy"
wait_for 30 is_gone "$remedy"
touch "$tmp/go"
# What the remedy had started, and would end with it, holds its lock a moment longer.
# shellcheck disable=SC2317 # called by wait_for
takes_up() {
	run "$worker" -f "$tmp/dead.conf"
	[[ $err != *': 0 started'* ]]
}
wait_for 30 takes_up
is "$(states dead)" 'pc01 done 2' 'when all are gone, the job is taken up'
like "$err" 'whoever was at work on it is gone: failed' 'and that is told'

# SIGTERM: no more jobs, and the one that runs goes on.
forget_calls
make_queue term 2 'jobs = 1'
hold pc01
start told "$worker" -f "$tmp/term.conf"
wait_for 30 test -s "$tmp/calls/pc01.pid"
kill -TERM "$started_pid"
wait "$started_pid"
is "$?" 0 'a worker that is told to stop ends well'
like "$(cat "$tmp/told.log")" '1 started, 0 of them failed, 1 go on by themselves' 'says what it leaves'
touch "$tmp/go"
wait_for 30 ended term 'pc01 done 1
pc02 queued 0'
ok $? 'which comes to its end'

# SIGTERM for what watches: the remedy is told, and the job waits for the next worker.
forget_calls
make_queue watch 1
echo "trap 'echo \"renew_amt_tls: stopped by a signal\"; exit 2' TERM; until false; do sleep 0.05; done" >"$tmp/do/pc01"
start watch "$worker" -f "$tmp/watch.conf"
wait_for 30 test -s "$tmp/calls/pc01.pid"
read -r remedy runner <"$tmp/calls/pc01.pid"
kill -TERM "$started_pid" "$runner"
wait "$started_pid"
wait_for 30 ended watch 'pc01 queued 1'
ok $? 'a remedy that is told to stop is queued again'
forget_calls
run "$worker" -f "$tmp/watch.conf"
is "$(states watch)" 'pc01 done 2' 'and goes on with the next worker'

# A service sees what is queued while it waits.
forget_calls
make_queue service 1
start service "$worker" -f "$tmp/service.conf" --service
wait_for 30 ended service 'pc01 done 1'
sql service "UPDATE job SET state = 0, n_attempts = 0; DELETE FROM job_attempt"
wait_for 30 ended service 'pc01 done 1'
ok $? 'a service takes what comes'
kill -TERM "$started_pid"
wait "$started_pid"
is "$?" 0 'and ends when it is told'
done_testing
