#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs tests/bench/*.sh, each of which prints lines "bench NAME METRIC VALUE".
# Figures are instruction counts and ratios against a named peer of the same run,
# so that they mean the same on a busy machine.  ONLY=PATTERN takes what matches.
# usage: B=build/cc tests/bench.sh
set -u
cd "$(dirname "$0")/.." || exit 1
failed=0
ran=0
for script in tests/bench/*.sh; do
	[[ -z ${ONLY-} || $script == *$ONLY* ]] || continue
	[ "$(basename "$script")" != lib.sh ] || continue
	ran=$((ran + 1))
	timeout -k 5 "$(sed -n '1,10s/^# timeout: \([0-9]*\)$/\1/p' "$script" | grep . || echo 300)" \
	    bash "$script" || {
		echo "tests/bench.sh: $script failed" >&2
		failed=1
	}
done
[ "$ran" -gt 0 ] && exit "$failed"
echo "tests/bench.sh: nothing ran" >&2
exit 1
