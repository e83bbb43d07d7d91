#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 240
# amt_event_handler: what passes its gates is queued, once however many ask, and is
# there when the handler's whole group is killed; everything else has its reason.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

handler=$B/remediate/amt_event_handler

make_lab p256
start_device due 14
conf=$tmp/due.conf
inventory=$tmp/due.db
rows() { sqlite3 "$inventory" "$1"; }

# What a core tells of a device whose certificate is due.
told=(--hostname "$name" --service amt-tls --state WARNING --state-type HARD --attempt 3
	--host-downtime 0 --service-downtime 0 --flapping 0 --acknowledged 0 --in-window 1)

# without OPTION: $rest is $told without it.
without() {
	local i
	rest=()
	for ((i = 0; i < ${#told[@]}; i += 2)); do
		[ "${told[i]}" = "--$1" ] || rest+=("${told[@]:i:2}")
	done
}

# refuses ERE "sentence" OPTION...: exit status 0 and one line with the reason.
refuses() {
	local wanted=$1 sentence=$2
	shift 2
	run "$handler" -f "$conf" "$@"
	[ "$status" = 0 ] && [ -z "$out" ] && [ "$(wc -l <<<"$err")" = 1 ] &&
		grep -Eq -- ": not queued: $wanted" <<<"$err"
	ok $? "$sentence" || printf '%s\n' "$status" "$out" "$err" | sed 's/^/# /'
}

run "$handler" -f "$conf" "${told[@]}"
is "$status" 1 "without an inventory nothing can be queued"
like "$err" 'not queued: failed: .*due.db: no such file' "and the line says so"
[ ! -e "$inventory" ]
ok $? "none is made"
run "$B/checks/check_amt_tls" -f "$conf" -H $name --record
is "$status" 1 "the check finds a certificate that is due"

#
# Gates
#
for option in hostname service state state-type attempt host-downtime service-downtime \
    flapping acknowledged in-window; do
	without $option
	refuses '.*: not told by the core' "no --$option means no" "${rest[@]}"
	refuses '.*: empty' "so does an empty one" "${rest[@]}" "--$option="
	# shellcheck disable=SC2016 # macros of both cores
	for macro in '$SERVICE$' '$service.x$'; do
		refuses '.*: a macro' "and $macro" "${rest[@]}" "--$option" "$macro"
	done
done
while read -r option value why; do
	without "$option"
	refuses ".*$why" "--$option $value" "${rest[@]}" "--$option" "$value"
done <<-END
	state OK nothing that a remedy cures
	state UNKNOWN nothing that a remedy cures
	state-type SOFT not sure yet
	host-downtime 1 the host is in downtime
	service-downtime 2 the service is in downtime
	flapping true flapping
	acknowledged 1 a person is at it
	in-window false outside the time period
END
is "$(rows 'SELECT count(*) FROM job')" 0 "nothing was queued by any of these"

#
# Nagios' status file
#
status_file() { # CREATED ACKNOWLEDGED FLAPPING
	printf 'info {\n\tcreated=%s\n\t}\n\nservicestatus {\n\thost_name=%s\n' "$1" $name
	printf '\tservice_description=amt-tls\n\tproblem_has_been_acknowledged=%s\n' "$2"
	printf '\tis_flapping=%s\n\t}\n\n' "$3"
}
without flapping
told=("${rest[@]}")
without acknowledged
told=("${rest[@]}" --status-file "$tmp/status.dat")
now=$(date +%s)
status_file "$now" 1 0 >"$tmp/status.dat"
refuses 'acknowledged 1: a person' "acknowledged by the status file" "${told[@]}"
status_file "$now" 0 1 >"$tmp/status.dat"
refuses 'flapping 1: the service' "flapping by the status file" "${told[@]}"
status_file $((now - 900)) 0 0 >"$tmp/status.dat"
run "$handler" -f "$conf" "${told[@]}"
is "$status" 1 "an old status file is no answer"
like "$err" 'failed: status file: [0-9]+ s old' "and it is told"
rm "$tmp/status.dat"
run "$handler" -f "$conf" "${told[@]}"
is "$status" 1 "nor is one that is missing"
status_file "$now" 0 0 >"$tmp/status.dat"
is "$(rows 'SELECT count(*) FROM job')" 0 "still nothing was queued"

#
# The queue
#
# Killed with its group the moment it returns, as Icinga does.
# shellcheck disable=SC2016 # for the shell that is started
run setsid --wait bash -c '"$@" 2>"$0"; kill -KILL -$$' "$tmp/killed.log" "$handler" \
    -f "$conf" "${told[@]}"
is "$status" 137 "the group of the handler is killed"
like "$(cat "$tmp/killed.log")" \
    "^$name amt-tls WARNING HARD 3: queued: renew_amt_tls, due, job 1\$" "after it has queued"
is "$(rows 'SELECT count(*), min(remedy), min(reason), min(actor), min(ca), min(state) FROM job')" \
    '1|renew_amt_tls|due|amt_event_handler|local|0' "the job is there, once"
serial=$(openssl x509 -in "$tmp/pc1.pem" -noout -serial | sed 's/.*=//' | tr A-F a-f)
is "$(rows 'SELECT serial_number FROM job')" "$serial" "for the certificate that is due"
is "$(rows 'PRAGMA integrity_check')" ok "the inventory is whole"

rows 'DELETE FROM job'
pids=()
for ((i = 0; i < 50; i++)); do
	"$handler" -f "$conf" "${told[@]}" --log "$tmp/events.log" -t 60 &
	pids+=($!)
done
failed=0
for pid in "${pids[@]}"; do
	wait "$pid" || failed=$((failed + 1))
done
is "$failed" 0 "50 handlers at once end well"
is "$(rows 'SELECT count(*) FROM job')" 1 "and there is one job"
is "$(grep -c ': queued: ' "$tmp/events.log") $(grep -c ': queued already: ' "$tmp/events.log")" \
    '1 49' "one has queued it, the others say so"
is "$(grep -cEv '^2[0-9-]{9}T[0-9:]{8}Z '$name' amt-tls WARNING HARD 3: queued[a-z ]*: renew_amt_tls, due, job [0-9]+$' \
    "$tmp/events.log")" 0 "each in a line of its own"

# Only this remedy, or none.
run "$handler" -f "$conf" "${told[@]}" --remedy renew_amt_tls
like "$err" ': queued already: renew_amt_tls' "a remedy can be asked for by name"
run "$handler" -f "$conf" "${told[@]}" --remedy check_amt_tls
is "$status" 3 "one that is none is wrong usage"
run "$handler" -f "$conf" "${told[@]}" --remedy install_amt_root
is "$status" 3 "so is one that a person has to run"
without hostname
stranger=("${rest[@]}" --flapping 0 --acknowledged 0 --hostname stranger.example)
status_file "$now" 0 0 | sed 's/=pc1.example/=stranger.example/' >"$tmp/stranger.dat"
refuses 'the inventory has no reading of it' "a device that nobody knows has no need" \
    "${stranger[@]}" --status-file "$tmp/stranger.dat"
run "$handler" -f "$conf" "${stranger[@]}" --status-file "$tmp/stranger.dat" \
    --remedy renew_amt_tls
like "$err" ': queued: renew_amt_tls, alert, job' "but what is asked for by name is queued"
run "$handler" -f "$conf" "${told[@]}" --uuid nonsense
like "$err" 'not queued: UUID: not understood' "a UUID that is none means no"
run "$handler" -f "$conf" "${told[@]}" --log relative
is "$status" 3 "a log has an absolute path"
echo '[nonsense]' >"$tmp/wrong.conf"
run "$handler" -f "$tmp/wrong.conf" "${told[@]}" --log "$tmp/line"
is "$status" 3 "a wrong configuration is told"
like "$(cat "$tmp/line")" 'not queued: failed: .*wrong.conf:1: ' "in the log"
run "$handler" -f "$conf" "${told[@]}" --log "$tmp/missing/log"
is "$status" 0 "a log that cannot be written keeps nothing from the queue"
like "$err" 'queued already: .*; log: .*missing' "and is told"

# Another writer does not let go.
exec 7> >(exec sqlite3 "$inventory" >"$tmp/writer.out" 2>&1)
writer=$!
echo 'BEGIN IMMEDIATE; SELECT 1;' >&7
wait_for_line "$tmp/writer.out" 1
run "$handler" -f "$conf" "${told[@]}" -t 1
is "$status" 1 "an inventory that others hold for too long is told"
like "$err" 'not queued: failed: ' "in the line"
exec 7>&-
wait "$writer"

stop_sim due "$sim_pid"
done_testing
