# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by tests/cli/lib.sh
# Inventories for tests of what reads the fleet.  Needs tests/cli/lib.sh.

mkinv=$B/tests/tools/mkinv
fleet_now=$(date +%s)

sql() { # FILE STATEMENTS
	"$mkinv" "$1" sql "$2" || exit 1
}

# make_fleet FILE DEVICES: two certificates each that end in -20 to 380 days; each
# fourth device is of group berlin. The fixed state, as a reading leaves it.
make_fleet() {
	"$mkinv" "$1" fill "$2" 2 "$fleet_now" || exit 1
	sql "$1" "UPDATE standing SET is_unknown = 0, worse_at = min(warning_at, critical_at);
		UPDATE device SET device_group = 'berlin' WHERE id % 4 = 1"
}

# processor_ms COMMAND...: milliseconds of processor time, for wall time is the
# machine's. Its output to $tmp/measured.out.
processor_ms() {
	local TIMEFORMAT='%U %S'
	{ time "$@" >"$tmp/measured.out" 2>&1; } 2>&1 | awk '{ printf "%d\n", ($1 + $2) * 1000 }'
}

# memory_kib COMMAND...: the most it holds; at least what the python that starts it does.
memory_kib() {
	python3 - "$@" <<-'END'
		import resource, subprocess, sys
		subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
		print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
	END
}
