#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 180
# The MIB by smilint and Net-SNMP's tools, and the files for managers: each by the
# program that reads it where that is here, else against the MIB.
# shellcheck disable=SC2119,SC2317 # functions with optional arguments, and indirect
. tests/cli/lib.sh
. tests/cli/snmp.sh

# The base modules are in no installed package; they are plain files in this one.
mkdir "$tmp/mibs"
(
	cd "$tmp/mibs" && timeout 60 apt-get download erlang-snmp && dpkg -x ./*.deb x &&
	    cp x/usr/lib/erlang/lib/snmp-*/mibs/*.mib .
) >"$tmp/download.log" 2>&1
cp "$B/snmp/AMT-CERT-MIB.txt" "$tmp/mibs/"
base=/usr/share/snmp/mibs
if [ -e "$tmp/mibs/SNMPv2-SMI.mib" ]; then
	if command -v smilint >/dev/null; then
		for level in 6 9; do
			is "$(SMIPATH=:$tmp/mibs:$base smilint -s -l $level "$tmp/mibs/AMT-CERT-MIB.txt" 2>&1 |
			    grep -F AMT-CERT-MIB)" "" "smilint -l $level has nothing to say"
		done
	else
		skip "smilint" "smitools is not installed"
	fi
	export MIBDIRS=$tmp/mibs:$base
	is "$(snmptranslate -m AMT-CERT-MIB -On AMT-CERT-MIB::amtCertNextNotAfter.0)" \
	    "$ROOT.1.1.17.0" "snmptranslate reads it"
	has_mib=yes
else
	skip "smilint and snmptranslate" "no network: erlang-snmp cannot be downloaded"
	has_mib=
fi

"$mkinv" "$inventory" fill 60 2 "$now"
write_agent_conf 'notify = no
expiry-horizon = 30d'
start_served

if [ -n "$has_mib" ]; then
	out=$(MIBS=+AMT-CERT-MIB snmptable -v 2c -c $community -Ci -CB "127.0.0.1:$snmp_port" \
	    AMT-CERT-MIB::amtCertExpiryTable 2>&1)
	is "$(grep -c 'corp.example' <<<"$out")" \
	    "$(query "SELECT count(*) FROM slot WHERE not_after < $now + 30 * 86400")" \
	    "snmptable shows the expiry table"
	like "$(MIBS=+AMT-CERT-MIB snmpget -v 2c -c $community "127.0.0.1:$snmp_port" \
	    'AMT-CERT-MIB::amtDeviceNameIndex."pc000007.corp.example"' 2>&1)" 'Gauge32: 7$' \
	    "a name leads to its device"
	like "$(MIBS=+AMT-CERT-MIB snmpget -v 2c -c $community "127.0.0.1:$snmp_port" \
	    AMT-CERT-MIB::amtCertRole.7.1 AMT-CERT-MIB::amtDeviceUuid.7 2>&1 | tr '\n' ' ')" \
	    'tlsServer\(2\).*STRING: .*0-0-4000-' "enumerations and UUIDs are shown as they are meant"
else
	skip "snmptable, snmpget with the MIB" "no base modules"
fi

# Every OID in a file is one that the agent has.
# oids_of FILE: below the root, without the index.
oids_of() {
	grep -o "1\.3\.6\.1\.4\.1\.8072\.9999\.9999\.16993\.[0-9.]*[0-9]" "$1" | sort -u
}
for file in snmp/nms/prometheus/snmp.yml snmp/nms/prometheus/snmp-auths.yml \
    snmp/nms/zabbix/amtcert.yaml snmp/nms/librenms/amtcert.yaml; do
	missing=
	while read -r oid; do
		walk ".$oid" | grep -q "^\.$oid" || missing="$missing $oid"
	done < <(oids_of "$file")
	is "$missing" "" "$file: every OID is there"
done

# What each says, by a parser, and held against the MIB.
# in_mib FACTS: those that are not so; see tests/tools/nms_files.py.
in_mib() {
	local kind name value label
	sort -u "$1" | while read -r kind name value label; do
		case $kind in
		name) [ "$(snmptranslate -m AMT-CERT-MIB -On "AMT-CERT-MIB::$name")" = ".$value" ] ;;
		oid) snmptranslate -m AMT-CERT-MIB -OS "$name" | grep -Eq '^AMT-CERT-MIB::amt[A-Za-z]+([.]0)?$' ;;
		state) snmptranslate -m AMT-CERT-MIB -Td "AMT-CERT-MIB::$name" |
		    grep -Eq "[{ ]$label\($value\)" ;;
		esac || echo "$kind $name $value $label"
	done 2>&1
}
# expect_file KIND FILE
expect_file() {
	run python3 tests/tools/nms_files.py "$1" "$2"
	is "$status $err" "0 " "$2: a parser of YAML reads it, and it is whole"
	printf '%s\n' "$out" >"$tmp/facts"
	if [ -n "$has_mib" ]; then
		[ "$(wc -l <"$tmp/facts")" -gt 8 ]
		is "$? $(in_mib "$tmp/facts")" "0 " "$2: all it says of the MIB is so"
	else
		skip "$2 against the MIB" "no base modules"
	fi
}
if python3 -c 'import yaml' 2>/dev/null; then
	expect_file zabbix snmp/nms/zabbix/amtcert.yaml
	expect_file librenms snmp/nms/librenms/amtcert.yaml
	expect_file prometheus snmp/nms/prometheus/snmp.yml
	cp "$tmp/facts" "$tmp/module"
	expect_file prometheus snmp/nms/prometheus/snmp-auths.yml
	run python3 tests/tools/nms_files.py alerts snmp/nms/prometheus/{rules,snmp}.yml
	is "$status $err" "0 " "alerts of Prometheus ask for metrics that are there"
	if [ -n "$has_mib" ] && command -v prometheus-snmp-generator >/dev/null; then
		cp snmp/nms/prometheus/generator.yml "$tmp/"
		(cd "$tmp" && MIBS='' prometheus-snmp-generator generate) >"$tmp/generator.log" 2>&1
		is "$(python3 tests/tools/nms_files.py prometheus "$tmp/snmp.yml")" \
		    "$(cat "$tmp/module")" "the exporter's generator makes the same module of the MIB"
		rm -f "$tmp/snmp.yml"
	else
		skip "the exporter's generator" "it, or the base modules, are not here"
	fi
else
	skip "the files by a parser of YAML" "python3-yaml is not installed"
fi
is "$(sed -n '/^  metrics:/,/^  max_rep/p' snmp/nms/prometheus/snmp.yml | sed '1d;$d' | md5sum)" \
    "$(sed -n '/^    metrics:/,/^    max_rep/p' snmp/nms/prometheus/snmp-auths.yml |
	sed '1d;$d; s/^  //' | md5sum)" "both layouts of the exporter's module have the same metrics"

if command -v prometheus-snmp-exporter >/dev/null; then
	sed "s/CHANGE-THE-AUTHENTICATION-PHRASE/$auth/; s/CHANGE-THE-PRIVACY-PHRASE/$priv/" \
	    snmp/nms/prometheus/snmp.yml >"$tmp/snmp.yml"
	port=$(free_port)
	start exporter prometheus-snmp-exporter --config.file="$tmp/snmp.yml" \
	    --web.listen-address="127.0.0.1:$port"
	scrape() {
		curl -sf -m 10 "http://127.0.0.1:$port/snmp?target=127.0.0.1:$snmp_port&module=amtcert" \
		    >"$tmp/metrics"
	}
	wait_for 15 scrape
	ok $? "snmp_exporter scrapes the agent by SNMPv3"
	is "$(grep -c '^amtCertExpirySecondsLeft{' "$tmp/metrics")" \
	    "$(query "SELECT count(*) FROM slot WHERE not_after < $now + 30 * 86400")" \
	    "a series per certificate that ends soon"
	is "$(sed -n 's/^amtCertDeviceCount //p' "$tmp/metrics") $(
	    sed -n 's/^amtCertCount //p' "$tmp/metrics") $(
	    sed -n 's/^amtCertExpiredCount //p' "$tmp/metrics")" \
	    "$(query "SELECT count(*) FROM device") $(query 'SELECT count(*) FROM slot') $(
	    query "SELECT count(*) FROM slot WHERE not_after < $now")" "counts agree with the inventory"
	like "$(grep '^amtCertExpirySecondsLeft{' "$tmp/metrics" | head -n 1)" \
	    'amtCertExpiryDeviceName="pc[0-9]+.corp.example"' "series bear the name of the device"
	like "$(grep '^amtCertLastScanTime ' "$tmp/metrics")" '^amtCertLastScanTime 1\.7[0-9]*e\+09$' \
	    "dates are seconds since 1970"
else
	skip "snmp_exporter" "prometheus-snmp-exporter is not installed"
fi

if command -v nagios4 >/dev/null; then
	{
		printf 'object_cache_file=%s/cache\nlog_file=%s/nagios.log\n' "$tmp" "$tmp"
		printf 'nagios_user=%s\nnagios_group=%s\n' "$(id -un)" "$(id -gn)"
		printf 'check_result_path=%s\nlock_file=%s/lock\nresource_file=%s/resource.cfg\n' "$tmp" "$tmp" "$tmp"
		printf 'cfg_file=%s/objects.cfg\ncfg_file=%s/snmp/nms/nagios/services.cfg\n' "$tmp" "$PWD"
	} >"$tmp/nagios.cfg"
	# shellcheck disable=SC2016 # macros of Nagios
	echo '$USER1$=/usr/lib/nagios/plugins' >"$tmp/resource.cfg"
	# object TYPE "KEY VALUE"...
	object() {
		echo "define $1 {"
		shift
		printf '\t%s\n' "$@"
		echo '}'
	}
	{
		object command 'command_name none' 'command_line /bin/true'
		object timeperiod 'timeperiod_name 24x7' 'alias always' 'sunday 00:00-24:00'
		object contact 'contact_name c' 'host_notifications_enabled 0' \
		    'service_notifications_enabled 0' 'host_notification_commands none' \
		    'service_notification_commands none' 'host_notification_period 24x7' \
		    'service_notification_period 24x7'
		object host 'host_name h' 'address 127.0.0.1' 'check_command none' \
		    'max_check_attempts 1' 'contacts c' 'hostgroups amtcert-agents'
		object hostgroup 'hostgroup_name amtcert-agents'
	} >"$tmp/objects.cfg"
	nagios4 -v "$tmp/nagios.cfg" >"$tmp/nagios.out" 2>&1
	ok $? "Nagios reads the services" || sed 's/^/# /' "$tmp/nagios.out"
else
	skip "Nagios reads the services" "nagios4-core is not installed"
fi
done_testing
