# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used by and set in the scripts that read this
# Real monitoring cores for the tests: Nagios Core and Icinga 2, private to the
# script and on loopback alone. Needs tests/cli/lib.sh.

# as_core COMMAND...: as the user that the packages made, when we are root.
core_user=nagios
core_prefix=()
if [ "$(id -u)" = 0 ] && id "$core_user" >/dev/null 2>&1; then
	core_prefix=(setpriv "--reuid=$core_user" "--regid=$core_user" --init-groups)
fi

# core_owns FOLDER...: the core may write there, and get as far.
core_owns() {
	chmod 755 "$tmp"
	[ ${#core_prefix[@]} = 0 ] || chown -R "$core_user:" "$@"
}

has_nagios() { [ -x /usr/sbin/nagios4 ]; }
has_icinga() { command -v icinga2 >/dev/null; }

# nagios_objects SERVICE < NAMES: a passive service for each name.
nagios_objects() {
	cat <<-END
		define command {
			command_name nothing
			command_line /bin/true
		}
		define timeperiod {
			timeperiod_name always
			alias always
		}
		define contact {
			contact_name nobody
			host_notification_commands nothing
			service_notification_commands nothing
			host_notification_period always
			service_notification_period always
		}
	END
	awk -v service="$1" '{
		printf "define host {\n host_name %s\n address 127.0.0.1\n", $1
		printf " max_check_attempts 1\n active_checks_enabled 0\n"
		printf " check_period always\n contacts nobody\n}\n"
		printf "define service {\n host_name %s\n", $1
		printf " service_description %s\n check_command nothing\n", service
		printf " active_checks_enabled 0\n max_check_attempts 1\n"
		printf " check_period always\n contacts nobody\n}\n"
	}'
}

# start_nagios SERVICE < NAMES: sets nagios (its folder) and nagios_pid. Results go
# to $nagios/spool and $nagios/rw/nagios.cmd, its view is in $nagios/status.dat.
start_nagios() {
	nagios=$tmp/nagios
	mkdir -p "$nagios/rw" "$nagios/spool" "$nagios/tmp" "$nagios/archives"
	nagios_objects "$1" >"$nagios/objects.cfg"
	cat >"$nagios/nagios.cfg" <<-END
		cfg_file=$nagios/objects.cfg
		log_file=$nagios/nagios.log
		object_cache_file=$nagios/objects.cache
		precached_object_file=$nagios/objects.precache
		status_file=$nagios/status.dat
		state_retention_file=$nagios/retention.dat
		lock_file=$nagios/nagios.pid
		temp_file=$nagios/nagios.tmp
		temp_path=$nagios/tmp
		log_archive_path=$nagios/archives
		check_result_path=$nagios/spool
		command_file=$nagios/rw/nagios.cmd
		query_socket=$nagios/rw/nagios.qh
		check_external_commands=1
		check_for_updates=0
		bare_update_check=0
		enable_notifications=0
		enable_flap_detection=0
		event_broker_options=0
		use_syslog=0
		log_passive_checks=0
		interval_length=1
		check_workers=1
		status_update_interval=1
		check_result_reaper_frequency=1
		max_check_result_file_age=3600
	END
	core_owns "$nagios"
	start nagios "${core_prefix[@]}" timeout --foreground -k 5 300 \
	    /usr/sbin/nagios4 "$nagios/nagios.cfg"
	nagios_pid=$started_pid
	wait_for 20 test -p "$nagios/rw/nagios.cmd" && wait_for 20 test -s "$nagios/status.dat"
}

# nagios_services: "name state checked|output" of each service, as the core sees it.
nagios_services() {
	awk -F= '
	/^servicestatus/ { inside = 1; checked = 0 }
	inside && /^\thost_name=/ { name = $2 }
	inside && /^\tcurrent_state=/ { state = $2 }
	inside && /^\thas_been_checked=/ { checked = $2 }
	inside && /^\tplugin_output=/ { output = substr($0, index($0, "=") + 1) }
	inside && /^\tlong_plugin_output=/ { long = substr($0, index($0, "=") + 1) }
	inside && /^\tperformance_data=/ { perf = substr($0, index($0, "=") + 1) }
	inside && /^\t}/ {
		print name " " state " " checked "|" output "|" perf "|" long
		inside = 0
	}' "$nagios/status.dat"
}

nagios_has() { # COUNT SINCE: that many services have a result of SINCE (epoch) or later
	[ "$(awk -F= -v since="$2" '$1 == "\tlast_check" && $2 >= since' \
	    "$nagios/status.dat" | wc -l)" = "$1" ]
}

# start_icinga SERVICE < NAMES: sets icinga (its folder), icinga_port, icinga_pid; the
# API user is scan with the password in $tmp/icinga.secret, the CA in $icinga/ca.crt.
start_icinga() {
	local certs
	icinga=$tmp/icinga
	icinga_port=$(free_port)
	certs=$icinga/data/certs
	mkdir -p "$certs" "$icinga/log" "$icinga/cache" "$icinga/spool" "$icinga/run" \
	    "$icinga/zones.d"
	"$B/tests/tools/simca" -m ca -o "$certs/ca.crt" --key-out "$icinga/ca.key" \
	    -s 'Core CA' --key-type p256 --not-after +100d
	"$B/tests/tools/simca" -m cert -o "$certs/core.crt" --key-out "$certs/core.key" \
	    --ca "$certs/ca.crt" --ca-key "$icinga/ca.key" -s core --san core --san localhost \
	    --key-type p256 --not-after +100d
	cp "$certs/ca.crt" "$icinga/ca.crt"
	(umask 077 && echo an-api-pass-phrase >"$tmp/icinga.secret")
	{
		cat <<-END
			const NodeName = "core"
			const ZoneName = NodeName
			include <itl>
			object Endpoint NodeName { }
			object Zone ZoneName { endpoints = [ NodeName ] }
			object CheckerComponent "checker" { }
			object ApiListener "api" {
			  bind_host = "127.0.0.1"
			  bind_port = $icinga_port
			}
			object ApiUser "scan" {
			  password = "an-api-pass-phrase"
			  permissions = [ "*" ]
			}
			template Service "fed" {
			  check_command = "passive"
			  enable_active_checks = false
			  check_interval = 1d
			  max_check_attempts = 1
			}
		END
		awk -v service="$1" '{
			printf "object Host \"%s\" { check_command = \"passive\"\n", $1
			printf " enable_active_checks = false }\n"
			printf "object Service \"%s\" { host_name = \"%s\"\n", service, $1
			printf " import \"fed\" }\n"
		}'
	} >"$icinga/icinga2.conf"
	core_owns "$icinga"
	start icinga "${core_prefix[@]}" timeout --foreground -k 5 300 \
	    icinga2 daemon -c "$icinga/icinga2.conf" "-DDataDir=$icinga/data" \
	    "-DLogDir=$icinga/log" "-DCacheDir=$icinga/cache" "-DSpoolDir=$icinga/spool" \
	    "-DInitRunDir=$icinga/run" "-DConfigDir=$icinga" "-DZonesDir=$icinga/zones.d"
	icinga_pid=$started_pid
	wait_for 60 icinga_get status
}

icinga_get() { # PATH
	curl -sf --max-time 60 --cacert "$icinga/ca.crt" \
	    --resolve "core:$icinga_port:127.0.0.1" -u scan:an-api-pass-phrase \
	    -H 'Accept: application/json' "https://core:$icinga_port/v1/$1"
}

# icinga_services: all services as one JSON object a line.
icinga_services() {
	icinga_get 'objects/services?attrs=state&attrs=host_name&attrs=last_check_result' |
	    sed 's/{"attrs":{/\n&/g' | grep '^{"attrs"'
}
