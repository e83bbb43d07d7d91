#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 120
# evaluate_amt_fleet: what is due is queued once, the most urgent first, at the same
# moment in every run; a dry run is the same and changes nothing.
. tests/cli/lib.sh
. tests/cli/fleet_lab.sh
evaluate=$B/remediate/evaluate_amt_fleet

query() { # FILE STATEMENT
	"$mkinv" "$1" query "$2"
}
printf '[defaults]\ninventory = %s\n' "$tmp/fleet.db" >"$tmp/fleet.conf"

# Devices that end in up to 379 days: 42 days before the end they are due.
make_fleet "$tmp/fleet.db" 400
# Those that have ended are for another remedy; and none shall become due, or worse,
# while this runs.
hour="BETWEEN $fleet_now - 60 AND $fleet_now + 3600"
sql "$tmp/fleet.db" "DELETE FROM device WHERE id IN
	(SELECT device_id FROM slot WHERE not_after < $fleet_now + 3600 OR due_at $hour
	OR warning_at $hour OR critical_at $hour);
	UPDATE slot SET role = iif(number = 1, 1, 9);
	UPDATE cert SET template_oid = '1.2.3.4', template_name = 'Amt' WHERE id % 10 = 1"
due=$(query "$tmp/fleet.db" "SELECT count(*) FROM slot WHERE role = 1 AND due_at <= $(date +%s)")
n=$(query "$tmp/fleet.db" "SELECT count(*) FROM device")
[ "$due" -gt 30 ] && [ "$n" -gt 370 ]
ok $? "the lab has $due certificates that are due"

run "$evaluate" -f "$tmp/fleet.conf" --dry-run
is "$status" 0 'a dry run'
dry=$out
like "$out" "^$n devices: $due certificates or settings due, $due would be queued\$" 'counts what is due'
is "$(query "$tmp/fleet.db" 'SELECT count(*) FROM job')" 0 'and changes nothing'
run "$evaluate" -f "$tmp/fleet.conf"
is "$status" 0 'a wet run'
like "$out" "^$n devices: $due certificates or settings due, $due queued\$" 'queues as many'
plain() {
	sed -E 's/, job [0-9]+$//; s/would be queued$/queued/'
}
# What may start at once has the moment of the run in it.
is "$(printf '%s\n' "$out" | plain | sed 's/, not before.*Z//')" \
    "$(printf '%s\n' "$dry" | plain | sed 's/, not before.*Z//')" 'the same in the same order'
ends=$(printf '%s\n' "$out" | sed -nE 's/.*, ends ([-0-9]+), .*/\1/p')
is "$ends" "$(printf '%s\n' "$ends" | sort)" 'the most urgent first'
is "$(query "$tmp/fleet.db" 'SELECT count(*) FROM job')" "$due" 'a job for each'
is "$(query "$tmp/fleet.db" "SELECT DISTINCT actor, ca, state, is_forced FROM job")" \
    'evaluate_amt_fleet|local|0|0' 'asked for by the evaluation, of the CA that is configured'
is "$(query "$tmp/fleet.db" "SELECT count(*) FROM job JOIN device ON device.uuid = job.device_uuid
	JOIN slot ON slot.device_id = device.id AND slot.role = 1
	WHERE job.not_before > max(slot.critical_at, job.created_at)")" 0 'none later than it is critical'
before=$(query "$tmp/fleet.db" "SELECT device_name, not_before FROM job ORDER BY id")
run "$evaluate" -f "$tmp/fleet.conf"
like "$out" "^$n devices: $due certificates or settings due, 0 queued\$" 'a second run queues nothing'
is "$(printf '%s\n' "$out" | grep -c ': queued already, job ')" "$due" 'all are there already'
is "$(query "$tmp/fleet.db" "SELECT device_name, not_before FROM job ORDER BY id")" "$before" \
    'and none has moved'

# Groups and templates.
sql "$tmp/fleet.db" 'DELETE FROM job'
run "$evaluate" -f "$tmp/fleet.conf" --dry-run --group=berlin
like "$out" "^$(query "$tmp/fleet.db" "SELECT count(*) FROM device WHERE device_group = 'berlin'") devices: " 'one group only'
run "$evaluate" -f "$tmp/fleet.conf" --reenroll --template=Amt
holders=$(query "$tmp/fleet.db" "SELECT count(*) FROM slot JOIN cert ON cert.id = cert_id
	WHERE role = 1 AND template_name = 'Amt'")
like "$out" "^$n devices: $holders certificates or settings due, $holders queued\$" \
    "all $holders holders of a template are enrolled again"
like "$out" ': renew_amt_tls: reenroll, ends ' 'due or not'
is "$(query "$tmp/fleet.db" "SELECT count(*) FROM job WHERE is_forced = 1 AND reason <> 'reenroll'")" 0 \
    'forced are those that are not due'
is "$(query "$tmp/fleet.db" "SELECT count(*) FROM job WHERE not_before > created_at + 86400")" 0 \
    'spread over the day that is configured'
[ "$(query "$tmp/fleet.db" "SELECT count(DISTINCT not_before / 3600) FROM job")" -gt 5 ]
ok $? 'and not all at once'
run "$evaluate" -f "$tmp/fleet.conf" --dry-run --reenroll --template=1.2.3.4
like "$out" " $holders certificates" 'a template by its OID'

# What a person decides about holds up no renewal that is due, and none that is asked for.
sql "$tmp/fleet.db" "DELETE FROM job;
	UPDATE slot SET fixed_state = iif(device_id % 2, 1, 3),
	fixed_reason = iif(device_id % 2, 'template_gone', 'template_newer')"
run "$evaluate" -f "$tmp/fleet.conf" --dry-run
like "$out" "^$n devices: $due certificates or settings due" 'a finding for a person holds up nothing'
run "$evaluate" -f "$tmp/fleet.conf" --dry-run --reenroll --template=Amt
like "$out" " $holders certificates" 'nor the holders of a template'

# A run that was cut goes on before any other remedy has its turn: with the certificate
# that it replaces, and where nothing else calls for it.
sql "$tmp/fleet.db" "DELETE FROM job; INSERT INTO run (device_uuid, remedy, serial_number,
	started_at, old_fingerprint) SELECT uuid, 'reprovision_amt_tls', serial_number, 1, zeroblob(32)
	FROM device JOIN slot ON slot.device_id = device.id JOIN cert ON cert.id = cert_id
	WHERE role = 1 AND due_at <= $fleet_now ORDER BY device.id LIMIT 1;
	INSERT INTO run (device_uuid, remedy, serial_number, started_at, old_fingerprint)
	SELECT uuid, 'renew_amt_8021x', '0c', 1, zeroblob(32) FROM device
	WHERE uuid NOT IN (SELECT device_uuid FROM run) ORDER BY id LIMIT 1"
run "$evaluate" -f "$tmp/fleet.conf"
like "$out" ": $((due + 1)) certificates or settings due, $((due + 1)) queued\$" 'a run that was cut is one more'
is "$(query "$tmp/fleet.db" "SELECT job.remedy, reason FROM job JOIN run USING (device_uuid, serial_number)
	WHERE job.remedy = run.remedy AND state = 0 ORDER BY 1")" 'renew_amt_8021x|unfinished
reprovision_amt_tls|due' 'it goes on, and nothing else is asked for with its certificate'
run "$evaluate" -f "$tmp/fleet.conf"
like "$out" ' 0 queued$' 'once'
sql "$tmp/fleet.db" 'DELETE FROM job; DELETE FROM run'

# What cannot be.
run "$evaluate" --inventory="$tmp/none.db"
is "$status" 1 'no inventory'
[ ! -e "$tmp/none.db" ]
ok $? 'none is made'
run "$evaluate" -f "$tmp/fleet.conf" --group=berln
is "$status" 1 'a group without a device: failed, for nothing is done for anybody'
like "$err" 'there is no device in the inventory of group berln' 'and says so'
run "$evaluate" --group=
is "$status" 3 'an empty group: usage'
run "$evaluate" -V
is "$status" 3 'version'
done_testing
