# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used by and set in the scripts that read this
# The files of nagios/ as a site would use them: copied, with the least that a site
# adds. Needs tests/cli/lib.sh and tests/cli/core.sh.

# ship FOLDER: programs and files to where a core's user can read them.
ship() {
	mkdir -p "$1/bin"
	find "$B/checks" "$B/remediate" -maxdepth 1 -type f -perm -100 -exec cp {} "$1/bin" \;
	cp -R nagios "$1/nagios"
	mkdir "$1/nagios/snmp"
	cp snmp/nms/nagios/services.* "$1/nagios/snmp"
	chmod -R go+rX "$1/bin" "$1/nagios"
}

# define TYPE "KEY VALUE"...: an object of Nagios.
define() {
	printf 'define %s {\n' "$1"
	shift
	printf '\t%s\n' "$@"
	printf '}\n'
}

# nagios_site: what a site has anyway, and an agent for the file of snmp/nms.
nagios_site() {
	define timeperiod 'timeperiod_name 24x7' 'alias always' 'sunday 00:00-24:00' \
	    'monday 00:00-24:00' 'tuesday 00:00-24:00' 'wednesday 00:00-24:00' \
	    'thursday 00:00-24:00' 'friday 00:00-24:00' 'saturday 00:00-24:00'
	define command 'command_name nothing' 'command_line /bin/true'
	define contact 'contact_name nobody' 'host_notification_commands nothing' \
	    'service_notification_commands nothing' 'host_notification_period 24x7' \
	    'service_notification_period 24x7'
	define hostgroup 'hostgroup_name amtcert-agents'
}

# nagios_device NAME TEMPLATE...
nagios_device() {
	local name=$1
	shift
	define host "host_name $name" 'address 127.0.0.1' 'contacts nobody' "$@"
}

# nagios_config FOLDER: nagios.cfg there, for ship FOLDER and objects in site.cfg.
nagios_config() {
	mkdir -p "$1/rw" "$1/spool" "$1/tmp" "$1/archives"
	sed "s|/usr/local/sbin|$1/bin|; s|/etc/amtcert/|$1/|; s|=syslog\$|=$1/events.log|" \
	    "$1/nagios/resource.cfg.example" >"$1/resource.cfg"
	# shellcheck disable=SC2016 # a macro of Nagios
	echo "\$USER1\$=$1/bin" >>"$1/resource.cfg"
	{
		printf 'cfg_file=%s\n' "$1/site.cfg" "$1"/nagios/*.cfg "$1"/nagios/snmp/*.cfg
		cat <<-END
			resource_file=$1/resource.cfg
			log_file=$1/nagios.log
			object_cache_file=$1/objects.cache
			precached_object_file=$1/objects.precache
			status_file=$1/status.dat
			state_retention_file=$1/retention.dat
			lock_file=$1/nagios.pid
			temp_file=$1/nagios.tmp
			temp_path=$1/tmp
			log_archive_path=$1/archives
			check_result_path=$1/spool
			command_file=$1/rw/nagios.cmd
			query_socket=$1/rw/nagios.qh
			check_external_commands=1
			check_for_updates=0
			bare_update_check=0
			enable_notifications=0
			event_broker_options=0
			use_syslog=0
			log_service_retries=1
			interval_length=1
			check_workers=2
			status_update_interval=1
			check_result_reaper_frequency=1
			service_inter_check_delay_method=n
			illegal_macro_output_chars=\`~\$&|'"<>
		END
	} >"$1/nagios.cfg"
}

# run_nagios FOLDER: of nagios_config, which core_owns; sets nagios_pid.
run_nagios() {
	: >"$1/nagios.log"
	core_owns "$1"
	start nagios "${core_prefix[@]}" timeout --foreground -k 5 300 /usr/sbin/nagios4 \
	    "$1/nagios.cfg"
	nagios_pid=$started_pid
	wait_for 60 test -p "$1/rw/nagios.cmd" && wait_for 60 test -s "$1/status.dat"
}

# nagios_command FOLDER COMMAND
nagios_command() {
	# shellcheck disable=SC2016 # for the shell that is started
	timeout 10 bash -c 'printf "[%s] %s\n" "$(date +%s)" "$2" >"$1/rw/nagios.cmd"' - "$@"
}

# icinga_config FOLDER NODE ZONE: the beginning of an icinga2.conf for ship FOLDER, on
# standard output; and its folders.
icinga_config() {
	mkdir -p "$1"/data/certs "$1"/log "$1"/cache "$1"/spool "$1"/run "$1"/zones.d
	cat <<-END
		const NodeName = "$2"
		const ZoneName = "$3"
		const PluginDir = "$1/bin"
		const AmtcertSbinDir = "$1/bin"
		include <itl>
	END
}

# icinga_paths FOLDER: into $icinga_paths.
icinga_paths() {
	icinga_paths=("-DDataDir=$1/data" "-DLogDir=$1/log" "-DCacheDir=$1/cache"
		"-DSpoolDir=$1/spool" "-DInitRunDir=$1/run" "-DConfigDir=$1"
		"-DZonesDir=$1/zones.d")
}

# icinga_api_conf PORT [LINE...]: listener and a user for the tests, on standard output.
icinga_api_conf() {
	cat <<-END
		object CheckerComponent "checker" { }
		object ApiListener "api" {
		  bind_host = "127.0.0.1"
		  bind_port = $1
		  ${2-}
		}
		object ApiUser "test" {
		  password = "an-api-pass-phrase"
		  permissions = [ "*" ]
		}
	END
}

# icinga_cert FOLDER NODE: by a CA of the test's own.
icinga_cert() {
	local certs=$1/data/certs
	[ -e "$tmp/core-ca.pem" ] || "$B/tests/tools/simca" -m ca -o "$tmp/core-ca.pem" \
	    --key-out "$tmp/core-ca.key" -s 'Core CA' --key-type p256 --not-after +100d
	cp "$tmp/core-ca.pem" "$certs/ca.crt"
	"$B/tests/tools/simca" -m cert -o "$certs/$2.crt" --key-out "$certs/$2.key" \
	    --ca "$tmp/core-ca.pem" --ca-key "$tmp/core-ca.key" -s "$2" --san "$2" \
	    --eku serverAuth,clientAuth --key-type p256 --not-after +100d
}

# run_icinga NAME FOLDER: sets icinga_pid; its log is $tmp/NAME.log.
run_icinga() {
	icinga_paths "$2"
	core_owns "$2"
	start "$1" "${core_prefix[@]}" timeout --foreground -k 5 300 icinga2 daemon \
	    -c "$2/icinga2.conf" "${icinga_paths[@]}"
	icinga_pid=$started_pid
}

# icinga_call NODE PORT PATH [CURL-OPTION...]: of its API, to standard output.
icinga_call() {
	curl -sfg --max-time 30 --cacert "$tmp/core-ca.pem" --resolve "$1:$2:127.0.0.1" \
	    -u test:an-api-pass-phrase -H 'Accept: application/json' "${@:4}" \
	    "https://$1:$2/v1/$3"
}

# icinga_service NODE PORT HOST: of its amt-tls "STATE TYPE LAST-CHECK", numbers.
icinga_service() {
	icinga_call "$1" "$2" \
	    "objects/services/$3!amt-tls?attrs=state&attrs=state_type&attrs=last_check" |
	    sed -nE 's/.*"last_check":(-?[0-9.]+),"state":([0-9])[.0]*,"state_type":([0-9]).*/\2 \3 \1/p'
}

# shellcheck disable=SC2317 # called by wait_for
icinga_has_checked() { # NODE PORT HOST LAST-CHECK
	local now
	now=$(icinga_service "$1" "$2" "$3")
	[ -n "$now" ] && [ "${now##* }" != "$4" ]
}

# icinga_check NODE PORT HOST: a check now, awaited; "STATE TYPE" in $service_is. It is
# forced on the node that runs it, which is $checker ("NODE PORT") where it is another.
# A node that is about to reload may forget what it is asked.
checker=
icinga_check() {
	local before n node port
	read -r node port <<<"${checker:-$1 $2}"
	before=$(icinga_service "$1" "$2" "$3")
	for ((n = 0; n < 12; n++)); do
		icinga_call "$node" "$port" "actions/reschedule-check?service=$3!amt-tls&force=true" \
		    -X POST >/dev/null
		! wait_for 5 icinga_has_checked "$1" "$2" "$3" "${before##* }" || break
	done
	service_is=$(icinga_service "$1" "$2" "$3")
	service_is=${service_is% *}
}

# icinga_until NODE PORT HOST STATE: checks until that is its hard state.
icinga_until() {
	local n states=(OK WARNING CRITICAL UNKNOWN) types=(SOFT HARD)
	for ((n = 0; n < 8; n++)); do
		icinga_check "$1" "$2" "$3"
		service_is="${states[${service_is% *}]} ${types[${service_is#* }]}"
		[ "$service_is" != "$4 HARD" ] || break
	done
	is "$service_is" "$4 HARD" "$3 is $4"
}
