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

# settle FILE: half a day on, so that no state changes while a test runs.
settle() {
	sql "$1" 'UPDATE standing SET due_at = due_at + 43200, warning_at = warning_at + 43200,
		critical_at = critical_at + 43200, worse_at = worse_at + 43200, ends_at = ends_at + 43200;
		UPDATE cert SET not_before = not_before + 43200, not_after = not_after + 43200;
		UPDATE slot SET not_before = not_before + 43200, not_after = not_after + 43200,
		due_at = due_at + 43200, warning_at = warning_at + 43200, critical_at = critical_at + 43200'
}

# today COMMAND...: again if midnight came between.
today() {
	local day=
	until [ "$day" = "$(date +%F)" ]; do
		day=$(date +%F)
		"$@"
	done
}

# spoil FILE: text that was made to break out of a document.
spoil() {
	local bad text values=""
	bad=('<script>broken = 1</script>' '</script><!--' '<img src=x onerror=broken=1>' '=1+1' '+1' '-1' '@SUM(A1)'
	    $'\t=1' $'\r=1' ' =1' '"' '",=1' 'a,b' $'\nx' $'# EOF\n' "\\" "\\n" '" 1' $'\e[31m' $'\xe2\x80\xaegpj'
	    $'\xef\xbc\x9d1' '{}' "\${broken = 1}" '%s%n' $'\xff\xfeA\xc0\x80' '')
	for text in "${bad[@]}"; do
		values+=",(CAST(x'$(printf %s "$text" | od -An -v -tx1 | tr -d ' \n')' AS TEXT))"
	done
	sql "$1" "CREATE TEMP TABLE bad (i INTEGER PRIMARY KEY, t TEXT NOT NULL);
		INSERT INTO bad (t) VALUES ${values#,};
		UPDATE device SET name = (SELECT t FROM bad WHERE i = 1 + device.id % 26),
			device_group = (SELECT t FROM bad WHERE i = 1 + device.id % 23);
		UPDATE standing SET error = (SELECT t FROM bad WHERE i = 1 + device_id % 22);
		UPDATE cert SET issuer = (SELECT t FROM bad WHERE i = 1 + cert.id % 26)"
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
