# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used by and set in the scripts that read this
# Queues for tests of the worker and of what looks at it, and remedies that do as
# they are told.  Needs tests/cli/lib.sh.

mkinv=$B/tests/tools/mkinv
worker=$B/remediate/work_amt_queue

sql() { # NAME STATEMENTS
	"$mkinv" "$tmp/$1.db" sql "$2" || exit 1
}
query() { # NAME STATEMENT
	"$mkinv" "$tmp/$1.db" query "$2"
}

# make_queue NAME JOBS [LINE...]: an inventory with that many jobs for pc01, pc02 ...,
# the first the most urgent, and a configuration file with these lines in [queue].
make_queue() {
	local name=$1 n=$2
	shift 2
	sql "$name" "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i)
		INSERT INTO job (device_uuid, device_name, remedy, serial_number, reason,
		actor, ca, is_forced, due_at, ends_at, state, not_before, created_at)
		SELECT printf('55e3ae13-bfd2-61bb-17a0-%012x', n), printf('pc%02d', n),
		'renew_amt_tls', '0a', 'due', 'nagios', 'corp', 0, 0, n, 0, 0, 0
		FROM i LIMIT $n"
	{
		printf '[defaults]\ninventory = %s\n[queue]\n' "$tmp/$name.db"
		printf '%s\n' "stop-file = $tmp/stop" "program-dir = $tmp/bin" "$@"
	} >"$tmp/$name.conf"
}

# states NAME: "DEVICE STATE ATTEMPTS" a line, in the words of the manual.
states() {
	query "$1" "SELECT device_name || ' ' || CASE state WHEN 0 THEN 'queued' WHEN 1
		THEN 'running' WHEN 2 THEN 'failed' WHEN 3 THEN 'done' WHEN 4 THEN 'refused'
		ELSE 'given_up' END || ' ' || n_attempts FROM job ORDER BY id"
}

# A remedy that notes its call in $tmp/calls/DEVICE.N, does what $tmp/do/DEVICE says
# and ends as that does.
make_remedy() {
	mkdir -p "$tmp/bin" "$tmp/do" "$tmp/calls"
	cat >"$tmp/bin/renew_amt_tls" <<-END
		#!/bin/bash
		tmp=$tmp
		for argument; do
			case \$argument in --hostname=*) device=\${argument#*=} ;; esac
		done
		n=1
		until (set -C; printf '%s\n' "\$0" "\$@" >"\$tmp/calls/\$device.\$n") 2>/dev/null; do
			n=\$((n + 1))
		done
		env >"\$tmp/calls/\$device.\$n.env"
		echo "\$\$ \$PPID" >"\$tmp/calls/\$device.pid"
		if [ -e "\$tmp/do/\$device" ]; then . "\$tmp/do/\$device"; fi
		echo 'renew_amt_tls: done'
	END
	chmod 755 "$tmp/bin/renew_amt_tls"
}

# calls: how many, of how many devices.
calls() {
	local all
	all=$(find "$tmp/calls" -name '*.[0-9]' | wc -l)
	echo "$all $(find "$tmp/calls" -name '*.[0-9]' | sed 's/\.[0-9]$//' | sort -u | wc -l)"
}

forget_calls() {
	rm -f "$tmp/calls"/* "$tmp/do"/* "$tmp/stop"
}

# is_gone PID: or is there only because nobody has asked how it ended.
is_gone() {
	[ ! -e "/proc/$1" ] || grep -q '^State:[[:space:]]*[ZX]' "/proc/$1/status" 2>/dev/null
}
