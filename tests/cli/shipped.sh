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
	sed "s|^\(\$USER21\$\)=.*|\1=$1/bin|; s|^\(\$USER22\$\)=.*|\1=$1/amtcert.conf|
		s|^\(\$USER23\$\)=.*|\1=$1/events.log|" "$1/nagios/resource.cfg.example" \
	    >"$1/resource.cfg"
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
			interval_length=1
			check_workers=2
			status_update_interval=1
			check_result_reaper_frequency=1
			service_inter_check_delay_method=n
			illegal_macro_output_chars=\`~\$&|'"<>
		END
	} >"$1/nagios.cfg"
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
