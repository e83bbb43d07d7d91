#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The files of nagios/: the real cores take them without a warning, there is a command
# and a service for every check, and no option that its program does not have.
. tests/cli/lib.sh
. tests/cli/core.sh
. tests/cli/shipped.sh

checks=$(grep -ls '^main(' checks/*.c | sed 's|checks/check_||; s|\.c$||')

# options_of PROGRAM: "-X" and "--long" of its help, a line each.
options_of() {
	"$1" --help | sed -nE 's/^  (-., )?(--[a-z0-9-]+).*/\1\2/p' | sed 's/, /\n/'
}
for program in "$B"/checks/check_amt_* "$B"/remediate/*amt_*; do
	[ ! -f "$program" ] || [ ! -x "$program" ] ||
		options_of "$program" >"$tmp/$(basename "$program").options"
done

comment() { printf '%s\n' "$1" | sed 's/^/# /'; }

# has_option PROGRAM OPTION
has_option() {
	grep -qxF -- "$2" "$tmp/$1.options"
}

folder=$tmp/site
mkdir "$folder"
ship "$folder"

#
# Nagios and Naemon
#
cfg=(nagios/*.cfg snmp/nms/nagios/services.cfg)
for check in $checks; do
	grep -q "^[[:space:]]command_line[[:space:]]*\$USER1\$/check_$check " "${cfg[@]}"
	ok $? "Nagios: a command for check_$check"
	grep -Eq "^[[:space:]]check_command[[:space:]]*check_$check(!|\$)" "${cfg[@]}"
	ok $? "Nagios: a service for check_$check"
done
wrong=
while read -r program option; do
	has_option "$program" "${option%%=*}" || wrong="$wrong $program:$option"
done < <(sed -nE 's/^\s*command_line\s*\S*\/([a-z0-9_]+) (.*)/\1 \2/p' "${cfg[@]}" |
    awk '{ for (i = 2; i <= NF; i++) if ($i ~ /^-/) print $1, $i }')
is "$wrong" "" "Nagios: no option that a program does not have"
if has_nagios; then
	{
		nagios_site
		nagios_device pc1.example 'use amt-device'
		nagios_device pc2.example 'use amt-device-login'
		nagios_device inventory.example 'check_command nothing' 'max_check_attempts 1' \
		    'check_period 24x7' 'hostgroups amt-inventories,amtcert-agents'
	} >"$folder/site.cfg"
	nagios_config "$folder"
	core_owns "$folder"
	run "${core_prefix[@]}" /usr/sbin/nagios4 -v "$folder/nagios.cfg"
	is "$status" 0 "Nagios takes the files" || comment "$out"
	is "$(grep '^Total' <<<"$out" | tr -s '\n ' ' ')" 'Total Warnings: 0 Total Errors: 0 ' \
	    "and warns of nothing" || comment "$(grep Warning <<<"$out")"
	# Of one device that one, of the other all, and those of the inventory and agent.
	of_group() { grep -c "^[[:space:]]hostgroup_name[[:space:]]*$1\$" nagios/services.cfg; }
	like "$out" "^\s*Checked $((2 * $(of_group amt-devices) + $(of_group amt-devices-login) +
	    $(of_group amt-inventories) + 1)) services\.$" "each host has its services"
else
	skip "Nagios takes the files" "nagios4-core is not installed"
fi

#
# Icinga 2
#
has_icinga || {
	skip "Icinga takes the files" "icinga2-bin is not installed"
	done_testing
}

# validate FOLDER: does Icinga take it? Its log in $out.
validate() {
	icinga_paths "$1"
	core_owns "$1"
	run "${core_prefix[@]}" icinga2 daemon -C -c "$1/icinga2.conf" "${icinga_paths[@]}"
	[ "$status" = 0 ] && ! grep -Eq ' (warning|critical)/' <<<"$out"
}

# objects TYPE: of the folder that was validated last.
objects() {
	icinga2 object list --type "$1" "${icinga_paths[@]}" | sed 's/\x1b\[[0-9;]*m//g'
}

{
	icinga_config "$folder" core core
	cat <<-END
		object Endpoint NodeName { }
		object Zone ZoneName { endpoints = [ NodeName ] }
		include "$folder/nagios/icinga2/*.conf"
		include "$folder/nagios/snmp/*.conf"
		include "$folder/nagios/icinga2/zones/site-a.conf"
		object Host "agent" {
		  check_command = "dummy"
		  vars.amtcert_agent = true
		}
	END
} >"$folder/icinga2.conf"
validate "$folder"
ok $? "Icinga takes the files and warns of nothing" || comment "$out"
objects CheckCommand >"$tmp/commands"
objects Service >"$tmp/services"

is "$(grep -c 'event_command = "amt_event_handler"' "$tmp/services")" 3 \
    "tls, store and 802.1X of a device have the event command"

# arguments_of COMMAND: "PROGRAM OPTION" a line.
arguments_of() {
	awk -v command="$1" '
	/^Object/ { on = $0 ~ "^Object .(check_)?" command ". " }
	!on { next }
	/^  \* / { in_arguments = /^  \* arguments$/ }
	/^  \* command = / { n = split($0, part, /["\/]/); program = part[n - 1] }
	in_arguments && /^    \* -/ { option[++m] = $2 }
	END { for (i = 1; i <= m; i++) print program, option[i] }' "$tmp/commands"
}

# What an administrator types, not a core.
by_hand='-h --help -V --version --json --secret-fd'
for check in $checks; do
	arguments_of "amt_${check#amt_}" >"$tmp/arguments"
	[ -s "$tmp/arguments" ]
	ok $? "Icinga: a command for check_$check"
	grep -Eq "check_command = \"(check_)?$check\"" "$tmp/services"
	ok $? "Icinga: a service for check_$check"
	wrong=
	while read -r program option; do
		[ "$program" = "check_$check" ] && has_option "$program" "$option" ||
			wrong="$wrong $option"
	done <"$tmp/arguments"
	is "$wrong" "" "and it has every option that is named"
	[ "$check" != amt_snmp ] || continue # a selection
	wrong=
	while read -r option; do
		grep -qF -- " $option " <<<" $by_hand " ||
			grep -q -- " $option\$" "$tmp/arguments" || wrong="$wrong $option"
	done < <(grep -- '^--' "$tmp/check_$check.options")
	is "$wrong" "" "every option can be given"
done

# An event handler is told everything by a core, but for what only Nagios needs.
sed 's/^Object/\n&/' <(objects EventCommand) >"$tmp/commands"
arguments_of amt_event_handler | cut -d ' ' -f 2 >"$tmp/arguments"
is "$(sort "$tmp/arguments" | tr '\n' ' ')" "$(grep -- '^--' "$tmp/amt_event_handler.options" |
    grep -vxE -- '--(help|version|verbose|timeout|extra-opts|status-file|output)' | sort |
    tr '\n' ' ')" "Icinga tells the event handler all it takes"
is "$(grep -o -- '--[a-z-]*=' <(grep '/amt_event_handler' nagios/commands.cfg) | sort | tr '\n' ' ')" \
    "$(grep -vxE -- '--(config|flapping|acknowledged|uuid|remedy|inventory)' "$tmp/arguments" |
	sed '1i--status-file' | sed 's/$/=/' | sort | tr '\n' ' ')" "so does Nagios"

#
# Master and satellite
#
for node in master satellite; do
	mkdir -p "$tmp/$node"
	ship "$tmp/$node"
	cp "nagios/icinga2/zones/$node.conf" "$tmp/$node/zones.conf"
done
{
	icinga_config "$tmp/master" master.example master
	echo 'include "zones.conf"'
} >"$tmp/master/icinga2.conf"
{
	icinga_config "$tmp/satellite" satellite-a.example site-a
	echo 'include "zones.conf"'
} >"$tmp/satellite/icinga2.conf"
mkdir "$tmp/master/zones.d/site-a" "$tmp/master/zones.d/global-templates"
cp nagios/icinga2/*.conf "$tmp/master/zones.d/global-templates"
cp nagios/icinga2/zones/site-a.conf "$tmp/master/zones.d/site-a/hosts.conf"
validate "$tmp/satellite"
ok $? "a satellite takes its zones" || comment "$out"
validate "$tmp/master"
ok $? "a master takes its zones, the commands and a site" || comment "$out"
unlike "$(objects Service)" 'event_command = "[a-z]' "the master leaves events to the satellite"
is "$(objects Service | grep -c '^  \* zone = "site-a"')" \
    "$(objects Service | grep -c '^Object')" "all services of the site are the satellite's"
done_testing
