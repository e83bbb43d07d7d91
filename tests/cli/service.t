#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 60
# The units and the sudo rule that are installed: read by systemd and sudo themselves,
# with the paths of the installation, and the rule is for the worker only.
. tests/cli/lib.sh
PATH=$PATH:/usr/sbin:/sbin
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES

# -o all: what is under test is built, and stays as it was built.
run make -s -o all install B="${B#"$PWD/"}" PREFIX="$tmp/opt" LIBEXECDIR="$tmp/opt/plugins"
is "$status" 0 'an installation of its own' || printf '%s\n' "$err" | sed 's/^/# /'
units=$tmp/opt/lib/systemd/system
rule=$tmp/opt/share/amtcert/sudoers.d/amtcert

is "$(cd "$units" && ls)" 'amtcert_agent.service
evaluate_amt_fleet.service
evaluate_amt_fleet.timer
publish_amt_crl.service
publish_amt_crl.timer
record_amt_policy@.service
record_amt_policy@.timer
work_amt_queue.service' 'units of agent, worker, evaluation, revocation lists and policy'
for row in work_amt_queue evaluate_amt_fleet publish_amt_crl \
    record_amt_policy@:plugins/check_amt_ca; do
	unit=${row%:*} wanted=$tmp/opt/sbin/$row
	[ "$unit" = "$row" ] || wanted=$tmp/opt/${row#*:}
	program=$(sed -nE 's/^ExecStart=([^ ]+).*/\1/p' "$units/$unit.service")
	[ -x "$program" ] && [ "$program" = "$wanted" ]
	ok $? "$unit.service runs the program that was installed"
	grep -qx 'User=amtcert' "$units/$unit.service"
	ok $? "$unit.service does so without the rights of root"
done
if command -v systemd-analyze >/dev/null; then
	for unit in work_amt_queue.service evaluate_amt_fleet.service evaluate_amt_fleet.timer \
	    publish_amt_crl.service publish_amt_crl.timer 'record_amt_policy@.service' \
	    'record_amt_policy@.timer'; do
		# Of other units of this machine it may say what it likes.
		run systemd-analyze verify --man=no "$units/$unit"
		is "$(printf '%s\n' "$err" | grep -F "$units" | grep -F "$unit")" '' \
		    "systemd reads $unit"
	done
else
	skip 'systemd reads the units' 'no systemd-analyze'
fi
if command -v visudo >/dev/null; then
	run visudo -c -f "$rule"
	is "$status" 0 'sudo reads the rule' || printf '%s\n' "$out" "$err" | sed 's/^/# /'
	(umask 077 && sed 's/^nagios /&&/' "$rule" >"$tmp/broken")
	run visudo -c -f "$tmp/broken"
	[ "$status" != 0 ]
	ok $? '(and would say so if it could not)'
else
	skip 'sudo reads the rule' 'no visudo'
fi
is "$(stat -c %a "$rule")" 440 'the rule has the mode that sudo wants'
is "$(grep -v '^#' "$rule" | grep -oE '/[^ ]+( "")?')" "$tmp/opt/sbin/work_amt_queue \"\"" \
    'it names one program, the worker, and allows no argument'
unlike "$(grep -v '^#' "$rule")" '[*?]|ALL *$|\(ALL\)|\(root\)' 'no wildcard, and not as root'
done_testing
