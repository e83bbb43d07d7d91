#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 400
# check_amt_fleet: states of a fleet from the inventory alone, at a size that matters,
# and what it says of inventories that are none.
. tests/cli/lib.sh
. tests/cli/plugin.sh
. tests/cli/fleet_lab.sh

check=$B/checks/check_amt_fleet
export MP_CONFIG_FILE=/dev/null
: >"$tmp/empty.conf"

look() { # INVENTORY [OPTION...]
	run "$check" -f "$tmp/empty.conf" --inventory "$tmp/$1.db" "${@:2}"
}

make_fleet "$tmp/400.db" 400
look 400
says AMT_FLEET 2 '62 of 400 devices need attention: 34 critical, 28 warning \(20 expired\); worst: pc000400\.corp\.example expired 19 d ago, .* and 59 more; run evaluate_amt_fleet; last scan [0-9]+ (s|min) ago' \
    "a fleet is counted, and its worst devices are named"
like "$out" '\| total=400;;;0 ok=338;;;0 warning=28;;;0 critical=34;;0;0 unknown=0;;;0 not_ok=62;0;;0 due=62;;;0 expired=20;;;0 will_miss=0;;;0 never_read=0;;;0 oldest=[0-9]+s next_end=[0-9]+s age=[0-9]+s;172800 time=0\.' \
    "with its perfdata"
look 400 -c 34
says AMT_FLEET 1 '62 of 400' "as many as allowed are critical: WARNING"
look 400 -c 33
says AMT_FLEET 2 '62 of 400' "one more: CRITICAL"
look 400 -c 10% -w 15.5%
says AMT_FLEET 0 '62 of 400' "a share of the fleet may be late"
look 400 -c 10% -w 15.4%
says AMT_FLEET 1 '62 of 400' "and not more of it"
look 400 --perf-thresholds=plain -c 10%
like "$out" ' critical=34;;40;0 ' "thresholds are in devices"
look 400 --group=berlin
says AMT_FLEET 2 '[0-9]+ of 100 devices need' "a group is counted by itself"
look 400 --group=nobody
says AMT_FLEET 3 'no device in the inventory of group nobody' "nobody is no group"
look 400 --worst=0
unlike "$out" 'worst' "no names where none are wanted"
look 400 --worst=100
[ "$(grep -oE 'pc[0-9]+\.corp' <<<"$out" | wc -l)" -gt 8 ]
ok $? "as many names as fit"
clean "$out" "and the line stays a line"
like "$out" ' and [0-9]+ more; run evaluate_amt_fleet; last scan' "the rest is a number"
look 400 -vvv --explain
clean "$out" "long lines are clean"
like "$out" '^devices that are critical: 34, range 0: alerts$' "--explain shows what alerts"
like "$out" '^critical pc000237\.corp\.example: expired 16 d ago; group berlin$' "-vv lists devices"
like "$out" '^the worst 40 of 62 devices:$' "and says how many there are"

# Another moment, another state: dates age by themselves.
sql "$tmp/400.db" 'UPDATE standing SET warning_at = warning_at + 40 * 86400, critical_at = critical_at + 40 * 86400,
	due_at = due_at + 40 * 86400, ends_at = ends_at + 40 * 86400, worse_at = worse_at + 40 * 86400'
look 400
says AMT_FLEET 1 'need attention: [0-9]+ warning' "none is critical: WARNING"
sql "$tmp/400.db" 'UPDATE standing SET warning_at = 9223372036854775807, critical_at = 9223372036854775807,
	worse_at = 9223372036854775807'
look 400
says AMT_FLEET 0 'all 400 devices are fine; the next end is in 20 d' "all are fine: OK"
sql "$tmp/400.db" "UPDATE scan SET finished_at = $fleet_now - 3 * 86400"
look 400
says AMT_FLEET 1 'all 400 .*; last scan 3 d ago, longer than allowed: run scan_amt_fleet' "an old scan is a WARNING"
look 400 --max-age=4d
says AMT_FLEET 0 'all 400 ' "or allowed"
sql "$tmp/400.db" 'UPDATE standing SET is_unknown = 1, ok_at = 0 WHERE device_id <= 3;
	UPDATE standing SET miss_at = 0, worse_at = 0, n_contacts = 9, gap_p95_s = 50 * 86400
	WHERE device_id = 4'
look 400 --max-age=0s
says AMT_FLEET 1 '4 of 400 devices need attention: 1 warning, 3 unknown \(1 likely to miss their renewal window, 3 never read\); worst: pc000004\.corp\.example likely to miss its renewal window, last read' \
    "devices never read, and those that will miss their window, need attention"

#
# No inventory, or none of ours
#
look absent
says AMT_FLEET 3 'absent\.db: no such file: run scan_amt_fleet' "no inventory is UNKNOWN"
[ ! -e "$tmp/absent.db" ]
ok $? "and is not made"
head -c 4096 /dev/urandom >"$tmp/noise.db"
cp "$tmp/noise.db" "$tmp/before"
look noise
says AMT_FLEET 3 'noise\.db' "what is no inventory is UNKNOWN"
cmp -s "$tmp/noise.db" "$tmp/before"
ok $? "and stays as it was"
sql "$tmp/none.db" 'SELECT 1'
look none
says AMT_FLEET 3 'there is no device in the inventory' "an empty one is UNKNOWN"
printf '[defaults]\ninventory = %s\n' "$tmp/none.db" >"$tmp/amtcert.conf"
run "$check" -f "$tmp/amtcert.conf"
says AMT_FLEET 3 'there is no device' "the file says where the inventory is"

#
# The command line
#
forms_of "$check" AMT_FLEET
for words in '-w x' '-c 5%%' '--max-age 5' '--worst 101' '--group=' '--inventory='; do
	read -ra list <<<"$words"
	run "$check" "${list[@]}"
	is "$status" 3 "$words is refused"
	like "$out" '^AMT_FLEET UNKNOWN - --[a-z-]+: ' "and named"
done
n=0
while read -r line; do
	read -ra words <<<"$line"
	run "$check" -f "$tmp/empty.conf" --inventory "$tmp/400.db" "${words[@]:1}"
	like "$out" '^AMT_FLEET [A-Z]+ - [0-9]+ of [0-9]+ devices' "example: $line"
	n=$((n + 1))
done < <(examples_of "$check" checks/check_amt_fleet.8)
[ "$n" -gt 5 ]
ok $? "$n examples were run"

#
# A large fleet. How long it takes is in tests/bench/fleet.sh: not a matter for a test.
#
make_fleet "$tmp/large.db" 100000
look large
like "$out" '^AMT_FLEET CRITICAL - 15500 of 100000 devices' "a fleet of 100,000 is counted"
if nm "$check" | grep -q __asan_init; then
	skip "in at most 32 MiB" "a sanitizer has memory of its own"
else
	memory=$(memory_kib "$check" -f "$tmp/empty.conf" --inventory "$tmp/large.db")
	[ "$memory" -le 32768 ]
	ok $? "in at most 32 MiB ($memory KiB)"
fi
done_testing
