#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# report_amt_fleet over 100,000 devices with two certificates each, and its page of
# 10,000 devices in Chromium: processor time of the program, milliseconds in the browser.
. tests/bench/lib.sh
. tests/cli/fleet_lab.sh

report=$B/remediate/report_amt_fleet
make_fleet "$tmp/fleet.db" 100000
for format in html csv json openmetrics; do
	bench report "${format}_cpu_ms_100000" \
	    "$(processor_ms "$report" -f /dev/null --inventory "$tmp/fleet.db" "--$format" -o "$tmp/$format")"
	bench report "${format}_kib_100000" "$(($(stat -c %s "$tmp/$format") / 1024))"
done
need "$(tail -n 1 "$tmp/openmetrics")" '^# EOF$'
bench report html_memory_kib_100000 \
    "$(memory_kib "$report" -f /dev/null --inventory "$tmp/fleet.db" --html)"

if ! command -v chromedriver >/dev/null || ! command -v chromium >/dev/null; then
	echo "# chromium is missing: the page is not measured"
	exit 0
fi
make_fleet "$tmp/page.db" 10000
run "$report" -f /dev/null --inventory "$tmp/page.db" --html -o "$tmp/page.html"
need "$status" '^0$'
mkdir "$tmp/browser"
run python3 tests/tools/page_probe.py "$tmp/browser" time "$tmp/page.html"
need "$out" '^load [0-9]+$'
while read -r what ms; do
	bench report "page_${what}_ms_10000" "$ms"
done <<<"$out"
