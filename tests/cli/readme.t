#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 180
# The demo says what it should, and README.md shows what it says: the lines of its
# console block stand in the demo's output, in that order. Dates, numbers of seconds
# and days, fingerprints and durations differ by the day and are not compared.
. tests/cli/lib.sh

normal() {
	sed -E 's/sha256:[0-9a-f]{64}/sha256:X/g; s/[0-9]{4}-[0-9]{2}-[0-9]{2}/DATE/g
		s/-?[0-9.]+s;/Ns;/g; s/=-?[0-9]+s/=Ns/g; s/;[0-9]{8,}/;N/g; s/[0-9]+ (d|s)\b/N \1/g'
}

run bash tests/demo.sh
is "$status" 0 "the demo ends well" || printf '%s\n' "$out" | grep -B 3 '^!!' | sed 's/^/# /'
printf '%s\n' "$out" | normal >"$tmp/demo"
# shellcheck disable=SC2016 # the marks of a code block
sed -n '/^```console$/,/^```$/p' README.md | grep -v '^```' | grep . | normal >"$tmp/readme"
lines=$(wc -l <"$tmp/readme")
[ "$lines" -gt 15 ]
ok $? "README.md shows a part of it ($lines lines)"
missing=$(awk 'FNR == NR { wanted[++n] = $0; next }
	at < n && $0 == wanted[at + 1] { at++ }
	END { if (at < n) print wanted[at + 1] }' "$tmp/readme" "$tmp/demo")
is "$missing" '' "and every line of it is what the programs print"

# Programs that README.md names are there, and those that are there are named.
for source in checks/check_*.c remediate/*_amt_*.c; do
	program=$(basename "$source" .c)
	grep -q "\`$program\`" README.md
	ok $? "README.md names $program"
done
done_testing
