#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What the binaries prove: no check, nor the scanner, nor the report, nor the event
# handler holds code that writes to a device, a check without login links neither an
# HTTP nor an XML library, and what reads the inventory alone can reach no device.
set -u
cd "$(dirname "$0")/../.." || exit 1
shopt -s nullglob
B=${B:-build/cc}
bad=0
say() {
	echo "$*"
	bad=1
}

checks=()
for source in checks/*.c; do
	grep -q '^main(' "$source" || continue
	program=$B/${source%.c}
	if [ -x "$program" ]; then
		checks+=("$program")
	else
		say "$program: not built"
	fi
done

# They stand among the remedies, but write to no device: what reads, prints or tidies the
# inventory, what a core calls and leaves a job behind, what runs others, what publishes,
# what asks a CA for a host.
lookers=()
for name in scan_amt_fleet report_amt_fleet amt_event_handler work_amt_queue evaluate_amt_fleet \
	verify_amt_journal forget_amt_device publish_amt_crl enroll_amt_host; do
	[ -e "remediate/$name.c" ] || continue
	if [ -x "$B/remediate/$name" ]; then
		lookers+=("$B/remediate/$name")
	else
		say "$B/remediate/$name: not built"
	fi
done

defined() {
	nm --defined-only "$1" | awk '$2 ~ /[TtDdBbRr]/ { print $3 }' | sort -u
}

for writer in lib/amt/change lib/amt/change_dot1x lib/wsman/write; do
	[ -e "$writer.c" ] || continue
	writer=$B/$writer.o
	# Exported names: a static function may share its name with another.
	writes=$(nm --defined-only --extern-only "$writer" | awk 'NF == 3 { print $3 }' | sort -u)
	[ -n "$writes" ] || say "$writer: defines nothing"
	for check in "${checks[@]}" "${lookers[@]}"; do
		found=$(comm -12 <(defined "$check") <(echo "$writes"))
		[ -z "$found" ] || say "$check: can write to a device: ${found//$'\n'/ }"
	done
done

# Of two functions of one name in an archive the linker takes whichever comes first.
twice=$(nm --defined-only --extern-only "$B/libamtcert.a" 2>/dev/null |
    awk 'NF == 3 { print $3 }' | sort | uniq -d)
[ -z "$twice" ] || say "lib/: defined twice: ${twice//$'\n'/ }"

# may_not_need PROGRAM LIBRARY...
may_not_need() {
	local program=$1 library
	shift
	for library; do
		readelf -d "$program" | grep -q "NEEDED.*\[$library" &&
			say "$program: links $library"
	done
}

for check in "${checks[@]}" "${lookers[@]}"; do
	case $check in
	*/check_amt_snmp) may_not_need "$check" libcurl libxml2 libsqlite3 libssl ;;
	*/check_amt_tls) may_not_need "$check" libcurl libxml2 ;;
	*/check_amt_fleet | */check_amt_queue | */report_amt_fleet | */amt_event_handler | \
	    */work_amt_queue | */evaluate_amt_fleet | */verify_amt_journal | */forget_amt_device)
		may_not_need "$check" libcurl libxml2 libssl
		;;
	esac
done

agent=$B/snmp/amtcert_agent
if [ -x "$agent" ]; then
	may_not_need "$agent" libcurl libxml2 libssl libnetsnmpmibs
elif [ -e snmp/amtcert_agent.c ]; then
	say "$agent: not built"
fi
exit $bad
