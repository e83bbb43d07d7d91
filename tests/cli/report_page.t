#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 400
# shellcheck disable=SC2317 # functions are called by today
# The page of report_amt_fleet in a real Chromium, from a file and without a network:
# it says what --json says, every control works, it fits a phone and paper, and no
# text of a device becomes a part of it.
. tests/cli/lib.sh
. tests/cli/fleet_lab.sh

for program in chromedriver chromium; do
	command -v "$program" >/dev/null || skip_all "$program is missing"
done
case $(command -v chromium) in
/snap/*) skip_all "a snap does not see the folder of a test" ;;
esac
report=$B/remediate/report_amt_fleet
: >"$tmp/empty.conf"

write() { # INVENTORY FILE OPTION...
	"$report" -f "$tmp/empty.conf" --inventory "$tmp/$1.db" -o "$tmp/$2" "${@:3}" 2>"$tmp/.err" || cat "$tmp/.err"
}

# has NAME VALUE "sentence"
has() {
	is "$(value_of "$1")" "$2" "$3"
}
value_of() { # NAME
	awk -v name="$1" '$1 == name { sub(/^[^ ]+ /, ""); print }' "$tmp/facts"
}

# A fleet with two lifetimes, and one whose text was made to break out.
make_fleet "$tmp/400.db" 400
settle "$tmp/400.db"
sql "$tmp/400.db" "UPDATE cert SET not_before = not_after - 160 * 86400 WHERE id % 3 = 0;
	UPDATE cert SET issuer = 'CN=Other CA' WHERE id % 5 = 0;
	UPDATE slot SET not_before = (SELECT not_before FROM cert WHERE id = cert_id);
	DELETE FROM slot WHERE device_id = 7"
documents() {
	write 400 page.html --html
	write 400 now --json
	write 400 sooner --json --what-if renew-before=30d
	write 400 third --json --what-if policy=fraction --what-if fraction=2/7 --what-if lifetime=180d
	write 400 scs --json --what-if policy=scs
	write 400 configmgr --json --what-if policy=configmgr --what-if lifetime=90d
}
today documents
"$mkinv" "$tmp/bad.db" fill 60 2 "$fleet_now" || exit 1
settle "$tmp/bad.db"
write bad harmless.html --html
spoil "$tmp/bad.db"
write bad hostile.html --html
mkdir "$tmp/browser"
run python3 tests/tools/page_probe.py "$tmp/browser" \
    use "$tmp/page.html" "$tmp/now" "$tmp/sooner" "$tmp/third" "$tmp/scs" "$tmp/configmgr" -- \
    compare "$tmp/harmless.html" "$tmp/hostile.html"
[ "$status" != 77 ] || skip_all "the browser does not start here: $err"
printf '%s\n' "$out" >"$tmp/facts"
is "$status" 0 "a browser opens the pages" || printf '%s\n' "$err" | sed 's/^/# /'

#
# A fleet
#
has requests 0 "the page asks for nothing"
has console 0 "and nothing is wrong with it"
has shown 400 "all devices are in the table"
has devices 400 "as in JSON"
[ "$(value_of rows_in_dom)" -lt 150 ]
ok $? "those out of sight are not drawn"
has tiles "$(value_of counts)" "states are counted as in JSON"
has texts True "and the rows say the same"
has sorted_up True "a column sorts"
has aria_sort ascending "and says so"
has sorted_down True "the other way round, too"
has last_row True "the last row can be scrolled to"
has filtered True "typing filters"
has fragment '#sort=-due&filter=BERLIN&compare=none' "which a link keeps"
has filtered_twice True "a state filters besides"
has by_fragment True "a link leads to what is looked at"
has timeline_due True "every renewal is in the timeline"
has timeline_end True "and every end"
has today 2 "today is marked in both charts"
has bar_filters True "a bar leads to its devices"
has forecasts True "forecasts are those of JSON"
has asked_renew-before=30d True "another number of days gives what the program gives"
has asked_policy=fraction,fraction=2/7,lifetime=180d True "so does another policy with another lifetime"
has asked_policy=scs True "and that of SCS"
has asked_policy=configmgr,lifetime=90d True "and that of ConfigMgr"
has hint True "keys move through the days"
has phone_width 360 "it fits a phone"
has phone_text True "where it is legible"
has phone_head none "and has no columns"
has paper_rows 400 "paper has every row"
has paper_controls True "and no controls"
has paper_frame none "and nothing is cut off"
has cells True "a cell is text"
has quiet True "nothing was wrong meanwhile"
has foreign_script True "a script of others does not run"
has foreign_request refused "and nothing can be fetched"

#
# Text that was made to break out of it
#
has other_elements "$(value_of elements)" "hostile text adds no element"
like "$(cat "$tmp/facts")" '^elements .*body:1,.*html:1,.*script:2,' "of which there are some"
has other_cells True "none in the table either"
has other_quiet True "and none of it runs"
done_testing
