#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 120
# forget_amt_device: a PC that was scrapped weighs on the fleet until it is forgotten;
# what is in the middle of something is not.
. tests/cli/lib.sh
. tests/cli/plugin.sh
. tests/cli/fleet_lab.sh

forget=$B/remediate/forget_amt_device
db=$tmp/fleet.db
export MP_CONFIG_FILE=/dev/null
: >"$tmp/empty.conf"

forgets() { # OPTION...
	run "$forget" -f "$tmp/empty.conf" --inventory "$db" "$@"
}
look() {
	run "$B/checks/check_amt_fleet" -f "$tmp/empty.conf" --inventory "$db"
}
query() { # STATEMENT
	"$mkinv" "$db" query "$1"
}
uuid() { # NUMBER
	printf '00000000-0000-4000-8000-%012x' "$1"
}
dump() {
	sqlite3 "$db" .dump
}

# Five devices that are fine; the second was last read forty days ago.
make_fleet "$db" 5
sql "$db" "UPDATE standing SET due_at = $fleet_now + 8640000, warning_at = due_at, critical_at = $fleet_now + 9640000,
		ends_at = $fleet_now + 9640000, worse_at = $fleet_now + 1728000, valid_from = 0;
	UPDATE standing SET warning_at = $fleet_now + 8640000;
	UPDATE standing SET ok_at = $fleet_now - 40 * 86400, worse_at = $fleet_now - 19 * 86400 WHERE device_id = 2;
	UPDATE slot SET due_at = $fleet_now + 8640000, warning_at = due_at, critical_at = $fleet_now + 9640000,
		not_after = $fleet_now + 9640000;
	UPDATE slot SET due_at = $fleet_now - 86400 WHERE device_id = 2 AND number = 1;
	INSERT INTO job (device_uuid, device_name, remedy, serial_number, reason, actor, ca, is_forced, due_at,
		ends_at, state, not_before, created_at) VALUES
		('$(uuid 2)', 'pc000002.corp.example', 'renew_amt_tls', '01', 'due', 'test', 'local', 0, 0, 0, 2, 0, 0),
		('$(uuid 3)', 'pc000003.corp.example', 'renew_amt_tls', '02', 'due', 'test', 'local', 0, 0, 0, 1, 0, 0);
	INSERT INTO run (device_uuid, remedy, serial_number, started_at, old_fingerprint)
		VALUES ('$(uuid 4)', 'renew_amt_8021x', '03', 1, zeroblob(32))"
look
says AMT_FLEET 1 '1 of 5 devices need attention: 1 warning.*pc000002\.corp\.example' 'a PC that was scrapped weighs on the fleet'
evaluate() {
	run "$B/remediate/evaluate_amt_fleet" -f "$tmp/empty.conf" --inventory "$db" --dry-run
}
evaluate
like "$out" '^pc000002\.corp\.example: renew_amt_tls: .*: would be queued$' 'and has a remedy queued'
dump >"$tmp/before"

forgets -H pc000002.corp.example
is "$status $err" '0 ' 'a plan'
is "$out" "pc000002.corp.example: UUID $(uuid 2), last read $(date -d "@$((fleet_now - 40 * 86400))" +%F), certificates in use: 2, jobs that wait: 1
1 device to forget; nothing is changed without --apply" 'says what would go'
# refused NAME ERE "sentence": with or without --apply, and the good one along with it.
refused() {
	forgets -H pc000002.corp.example -H "$1"
	is "$status $out" '1 ' "$3"
	like "$err" "^forget_amt_device: $2" 'and says why'
	forgets --apply -H pc000002.corp.example -H "$1"
	is "$status $out" '1 ' 'as is the deed'
}
refused pc9.example 'pc9\.example: no device of the inventory has this name or UUID$' 'an unknown device is refused'
refused "$(uuid 3)" "$(uuid 3): job 2 runs at this moment: wait" 'and one with a job that runs'
refused pc000004.corp.example 'pc000004\.corp\.example: a run of renew_amt_8021x is open .*: run renew_amt_8021x --apply' \
    'and one where a remedy is not finished'
dump | diff "$tmp/before" - >"$tmp/diff"
is "$(cat "$tmp/diff")" '' 'and nothing was changed'

forgets --apply -H pc000002.corp.example --hostname="$(uuid 5)" -H "$(uuid 2)" --actor Ann
is "$status $err" '0 ' 'two are forgotten'
is "$(grep -c ', jobs withdrawn: [01]$' <<<"$out") $(tail -n 1 <<<"$out")" '2 2 devices forgotten' 'and it says so, once for each'
look
says AMT_FLEET 0 'all 3 devices are fine' 'the fleet is OK'
is "$(query 'SELECT group_concat(id) FROM (SELECT id FROM device ORDER BY id)')" 1,3,4 'the others are there'
is "$(query 'SELECT count(*) FROM slot') $(query 'SELECT count(*) FROM cert')" '6 6' 'with their certificates, and no others'
is "$(query 'SELECT state, text FROM job WHERE id = 1')" \
    '3|withdrawn: Ann had this device forgotten, it is gone for good' 'its job is closed, with who and why'
is "$(query 'SELECT group_concat(state) FROM (SELECT state FROM job ORDER BY id)')" 3,1 'and no other'
is "$(query 'SELECT count(*) FROM run')" 1 'the journal is as it was'
is "$(query "SELECT device_id, old_text, new_text FROM event WHERE kind = 'forgotten' ORDER BY id LIMIT 1")" \
    "2|$(uuid 2)|pc000002.corp.example, by Ann" 'an event tells of it'
evaluate
is "$status" 0 'the others are evaluated'
unlike "$out" 'pc000002' 'and no remedy would be queued for it'
sql "$db" "INSERT INTO device (name, device_group, address, port, first_seen, named_at)
	VALUES ('new.example', '', '', 0, 0, 0)"
is "$(query 'SELECT max(id) FROM device')" 6 'and its number is given to nobody else'
forgets -H pc000002.corp.example
is "$status" 1 'it cannot be forgotten twice'

#
# Usage
#
forgets --apply
is "$status" 3 'no device is a usage error'
like "$err" '^forget_amt_device: --hostname: which device' 'and says so'
forgets -H ''
is "$status" 3 'as is an empty name'
many=()
for i in $(seq 101); do many+=(-H "pc$i"); done
forgets "${many[@]}"
is "$status" 3 'and more than a hundred'
like "$err" 'more than 100 devices at once' 'which it says'
printf '[defaults]\ninventory = %s\n[device other.example]\ninventory = %s\n' "$db" "$tmp/other.db" >"$tmp/two.conf"
run "$forget" -f "$tmp/two.conf" -H pc000001.corp.example -H other.example
is "$status" 3 'and devices of two inventories'
like "$err" 'other\.example: is in another inventory' 'which it says, too'
run "$forget" -f "$tmp/empty.conf" --inventory "$tmp/none.db" -H pc1 --apply
is "$status" 1 'no inventory'
[ ! -e "$tmp/none.db" ]
ok $? 'and none is made'
run "$forget" --help
is "$status" 3 'help'
done_testing
