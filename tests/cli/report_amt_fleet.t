#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 180
# shellcheck disable=SC2317 # functions are called by today
# report_amt_fleet: formats that others can read and that tell the same, what is in a
# forecast, and what becomes of a document that cannot be written.
. tests/cli/lib.sh
. tests/cli/plugin.sh
. tests/cli/fleet_lab.sh

report=$B/remediate/report_amt_fleet
export MP_CONFIG_FILE=/dev/null
: >"$tmp/empty.conf"

look() { # INVENTORY [OPTION...]
	run "$report" -f "$tmp/empty.conf" --inventory "$tmp/$1.db" "${@:2}"
}

# fails STATUS ERE "sentence": the last run printed nothing but a message that matches.
fails() {
	is "$status" "$1" "$3"
	like "$err" "^report_amt_fleet: .*$2" "and says why"
	is "$out" '' "and prints nothing else"
}

make_fleet "$tmp/400.db" 400
settle "$tmp/400.db"

#
# The table
#
overdue() { # LEFT: days before its end on which a certificate would be due
	"$mkinv" "$tmp/400.db" query "SELECT count(*) FROM slot
		WHERE not_after - $1 * 86400 < CAST(strftime('%s', 'now', 'start of day') AS INTEGER)"
}
tables() {
	look 400
	table=$out
	stored=$(overdue 42)
	look 400 --forecast --what-if renew-before=30d
	sooner=$(overdue 30)
}
today tables
is "$status" 0 "a fleet is printed"
is "$err" '' "and nothing beside it"
like "$table" '^STATE +NAME +GROUP +ENDS +DUE +READ +WHY$' "with a head"
like "$(sed -n 2p <<<"$table")" '^CRITICAL  pc000400\.corp\.example .* expired 19 d ago$' "the most urgent first"
is "$(grep -cE '^(OK|WARNING|CRITICAL|UNKNOWN) ' <<<"$table")" 400 "a line for each device"
like "$table" '^400 devices at 20.*Z: 34 critical, 28 warning, 0 unknown, 338 ok$' "and a summary"
like "$table" "^renewals, as configured: $stored overdue, .*, 0 later; most on " "with an outlook"
[ "$stored" -gt "$sooner" ]
ok $? "$stored are overdue with 42 days, $sooner with 30"
like "$out" "^renewals, as configured: $stored overdue, " "a forecast is printed"
like "$out" "^renewals, renew-before=30d: $sooner overdue, " "a what-if is beside it"
like "$out" "^renewals, CN=Corp Issuing CA 1,O=Corp,C=DE: $stored overdue, " "and the issuers"
is "$(grep -cE '^20[0-9-]{8} +[0-9]+ #*$' <<<"$out")" 116 "with a bar for each week of both"
unlike "$out" '^(OK|CRITICAL) ' "in place of the devices"
look 400 --group=berlin
like "$out" '^100 devices at ' "a group is printed by itself"

#
# Formats, as others read them
#
# Debian's Python has Debian's modules, whatever else is in PATH.
python=/usr/bin/python3
[ -x "$python" ] || python=python3

documents() { # INVENTORY [OPTION...]
	mkdir -p "$tmp/$1"
	look "$1" --csv -o "$tmp/$1/csv" "${@:2}"
	said=$status$out$err
	look "$1" --json -o "$tmp/$1/json" "${@:2}"
	said+=$status$out$err
	look "$1" --csv --forecast -o "$tmp/$1/days" "${@:2}"
	said+=$status$out$err
	look "$1" --openmetrics --per-device -o "$tmp/$1/openmetrics" "${@:2}"
	said+=$status$out$err
}
agree() { # INVENTORY [OPTION...]
	today documents "$@"
	is "$said" 0000 "documents of $1 are written, and nothing else"
	agreed=$("$python" tests/tools/report_agree.py "$tmp/$1" 2>&1)
}
agree 400 --what-if policy=fraction --what-if lifetime=180d
like "$agreed" '^agree 400 800 [0-9]+$' "CSV and JSON of a fleet tell the same, and every sum closes"
openmetrics() {
	if grep -q '^no parser' <<<"$agreed"; then
		skip "$1" "python3-prometheus-client is missing"
	else
		like "$agreed" '^openmetrics [0-9]+$' "$1"
	fi
}
openmetrics "OpenMetrics are read by Prometheus' own parser, and tell the same"

"$mkinv" "$tmp/bad.db" fill 60 2 "$fleet_now" || exit 1
settle "$tmp/bad.db"
spoil "$tmp/bad.db"
agree bad
like "$agreed" '^agree 60 120 ' "hostile text stays in its cell and its string"
openmetrics "and in its label"
look bad
is "$(grep -cE '^(OK|WARNING|CRITICAL|UNKNOWN) ' <<<"$out")" 60 "and in its line"

#
# No inventory, or none of ours
#
look absent --json
fails 1 'absent\.db' "no inventory is a failure"
[ ! -e "$tmp/absent.db" ]
ok $? "and is not made"
head -c 4096 /dev/urandom >"$tmp/noise.db"
cp "$tmp/noise.db" "$tmp/before"
look noise --json
fails 1 'noise\.db' "so is what is none"
cmp -s "$tmp/noise.db" "$tmp/before"
ok $? "and stays as it was"
cp "$tmp/400.db" "$tmp/newer.db"
sql "$tmp/newer.db" 'PRAGMA user_version = 9999'
look newer
fails 1 'newer\.db: .*newer' "so is one of a newer version"
look 400 --group=nobody
fails 1 'no device in the inventory of group nobody' "nobody is no group"
sql "$tmp/none.db" 'SELECT 1'
agree none
like "$agreed" '^agree 0 0 0$' "an empty inventory gives empty documents"
look none --html
like "$out" '"devices":0,.*"rows":\[\]\}</script>$' "and an empty page"
printf '[defaults]\ninventory = %s\n' "$tmp/none.db" >"$tmp/amtcert.conf"
run "$report" -f "$tmp/amtcert.conf"
like "$out" '^0 devices at ' "the file says where the inventory is"

#
# Where it goes
#
run bash -c '"$@" >/dev/full' - "$report" -f "$tmp/empty.conf" --inventory "$tmp/400.db"
fails 1 'standard output: .*No space left on device' "a full disk is a failure"
run bash -c '"$@" >&-' - "$report" -f "$tmp/empty.conf" --inventory "$tmp/400.db"
fails 1 'standard output: ' "so is an output that is closed"
run bash -c '"$@" | true; exit "${PIPESTATUS[0]}"' - "$report" -f "$tmp/empty.conf" --inventory "$tmp/400.db" --json
fails 1 'standard output: .*Broken pipe' "and one that nobody reads"
mkdir "$tmp/web"
echo before >"$tmp/web/page"
run bash -c 'ulimit -f 64; "$@"' - "$report" -f "$tmp/empty.conf" --inventory "$tmp/400.db" --json -o "$tmp/web/page"
fails 1 'web/page: .*File too large' "a file that cannot be finished is a failure"
is "$(cat "$tmp/web/page") $(find "$tmp/web" -type f | wc -l)" 'before 1' "the old one stays, and nothing of the new one"
look 400 --json -o "$tmp/web/page"
is "$status$out$err" 0 "a whole one takes its place"
is "$(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["devices"]))' "$tmp/web/page")" 400 "whole"
is "$(find "$tmp/web" -type f | wc -l)" 1 "and nothing is beside it"
look 400 -o "$tmp/nowhere/page"
fails 1 'nowhere/page: cannot create' "a folder that is not there is a failure"
mkfifo "$tmp/web/fifo"
look 400 -o "$tmp/web/fifo"
is "$status" 3 "a FIFO is refused"
like "$err" 'web/fifo: not a regular file' "and named"
[ -p "$tmp/web/fifo" ]
ok $? "and is still one"

#
# The command line
#
run "$report" -V
is "$status" 3 "-V exits 3"
like "$out" '^report_amt_fleet v[0-9.]+ \(amtcert [0-9.]+\)$' "and names name and version"
run "$report" --help
is "$status" 3 "--help exits 3"
is "$(awk 'length > 80' <<<"$out")" '' "in 80 columns"
for words in '--csv --json' '--per-device' '--forecast --openmetrics' '--forecast --html' '--what-if grace=3d' '--what-if x' \
    '--what-if policy=x' '--what-if renew-before=30' '--group=' '--output=' '--nonsense' 'stray'; do
	read -ra list <<<"$words"
	look 400 "${list[@]}"
	is "$status" 3 "$words is refused"
	like "$err" '^report_amt_fleet: ' "with a reason"
	is "$out" '' "and prints nothing"
done
n=0
while read -r line; do
	line=${line//\/var\/lib\/prometheus\/node-exporter/$tmp/web}
	line=${line//\/var\/www\/html/$tmp/web}
	line=${line// berlin.csv/ $tmp/web/berlin.csv}
	read -ra words <<<"$line"
	look 400 "${words[@]:1}"
	is "$status$err" 0 "example: $line"
	n=$((n + 1))
done < <(examples_of "$report" remediate/report_amt_fleet.8)
[ "$n" -gt 9 ]
ok $? "$n examples were run"
is "$(tail -n 1 "$tmp/web/amt.prom")" '# EOF' "which end with their files written"
done_testing
