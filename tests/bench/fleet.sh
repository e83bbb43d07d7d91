#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# check_amt_fleet over 100,000 devices against a bare query with SQLite's library that
# reads as many rows and counts them: instructions of the whole process.
. tests/bench/lib.sh
. tests/cli/fleet_lab.sh

make_fleet "$tmp/fleet.db" 100000
instructions "$B/checks/check_amt_fleet" -f /dev/null --inventory "$tmp/fleet.db"
need "$out" '^AMT_FLEET CRITICAL - 15500 of 100000 devices'
ours=$instructions
instructions "$mkinv" "$tmp/fleet.db" query \
    'SELECT sum(critical_at <= 1), sum(worse_at <= 1), sum(ok_at > 0) FROM standing'
need "$out" '^0[|]0[|]100000$'
bench check_amt_fleet instructions_100000 "$ours"
bench check_amt_fleet instructions_vs_one_scan "$(ratio "$ours" "$instructions")"
bench check_amt_fleet cpu_ms_100000 \
    "$(processor_ms "$B/checks/check_amt_fleet" -f /dev/null --inventory "$tmp/fleet.db")"
bench check_amt_fleet cpu_ms_100000_group \
    "$(processor_ms "$B/checks/check_amt_fleet" -f /dev/null --inventory "$tmp/fleet.db" --group berlin)"
sql "$tmp/fleet.db" 'UPDATE standing SET critical_at = 1, worse_at = 1'
bench check_amt_fleet cpu_ms_100000_all_bad \
    "$(processor_ms "$B/checks/check_amt_fleet" -f /dev/null --inventory "$tmp/fleet.db")"
bench check_amt_fleet memory_kib_100000 \
    "$(memory_kib "$B/checks/check_amt_fleet" -f /dev/null --inventory "$tmp/fleet.db")"
