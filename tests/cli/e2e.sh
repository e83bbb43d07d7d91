# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used by and set in the scripts that read this
# From a certificate that comes due to one that is renewed, by a real core and the files
# we ship. Needs tests/cli/lib.sh, tests/sim/client.sh, tests/cli/core.sh and
# tests/cli/shipped.sh.

due=pc-due.example
expired=pc-expired.example

# Certificates of a device, today and when it is 300 days later: one key each.
dated() { # NAME
	"$simca" -m cert -o "$tmp/$1-fresh.pem" --key-out "$tmp/$1.key" --ca "$tmp/ca.pem" \
	    --ca-key "$tmp/ca.key" -s "$1" --san "$1" --not-before -65d --not-after +300d
	"$simca" -m cert -o "$tmp/$1-late.pem" --key "$tmp/$1.key" --ca "$tmp/ca.pem" \
	    --ca-key "$tmp/ca.key" -s "$1" --san "$1" "${@:2}"
}

# run_devices AGE: fresh, or late.
run_devices() {
	local name
	{
		printf '[defaults]\nprofile = 14\nplain-port = 0\n'
		for name in "$due" "$expired"; do
			printf '[device %s]\nhostname = %s\ndomain = example\n' \
			    "${name%%.*}" "${name%%.*}"
			printf 'certificate = %s\nkey = %s\nroot = %s\ntls-port = %s\n' \
			    "$tmp/$name-$1.pem" "$tmp/$name.key" "$tmp/ca.pem" \
			    "${port_of[$name]}"
		done
	} >"$tmp/devices.conf"
	start_sim devices --key-pool "$tmp/pool.pem" --device "$tmp/devices.conf"
}

# make_site FOLDER: two simulated devices with good certificates, and on the side of
# the core programs, files of nagios/ and amtcert.conf.
declare -A port_of
make_site() {
	local name
	site=$1
	make_ca
	"$simca" -m keys -o "$tmp/pool.pem" --count 4
	dated "$due" --not-before -335d --not-after +30d
	dated "$expired" --not-before -375d --not-after -10d
	for name in "$due" "$expired"; do
		port_of[$name]=$(free_port)
	done
	run_devices fresh || return 1
	mkdir -p "$site"
	ship "$site"
	cp "$tmp/ca.pem" "$tmp/ca.key" "$site"
	echo "$sim_password" >"$site/password"
	chmod 600 "$site/ca.key" "$site/password"
	{
		printf '[defaults]\ntrust-anchor = %s/ca.pem\n' "$site"
		printf 'secret-file = %s/password\ninventory = %s/inventory.db\n' "$site" "$site"
		printf '[queue]\nprogram-dir = %s/bin\nstop-file = %s/stop\n' "$site" "$site"
		printf '[ca local]\nbackend = local\n'
		printf 'cert-file = %s/ca.pem\nkey-file = %s/ca.key\n' "$site" "$site"
		for name in "$due" "$expired"; do
			printf '[device %s]\naddress = 127.0.0.1\nport = %s\n' "$name" \
			    "${port_of[$name]}"
		done
	} >"$site/amtcert.conf"
}

# time_passes: the same devices 300 days later.
time_passes() {
	stop "$sim_pid"
	run_devices late
}

# of_site COMMAND...: as the user that the core runs as.
of_site() {
	run "${core_prefix[@]}" "$@"
}

# jobs: what is queued or was, a line each.
jobs() {
	sqlite3 "$site/inventory.db" "SELECT device_name, remedy, reason,
	    CASE state WHEN 0 THEN 'queued' WHEN 3 THEN 'done' ELSE state || ': ' || text END
	    FROM job ORDER BY device_name, id"
}

comment() { printf '%s\n' "$@" | sed 's/^/# /'; }

# worked: the worker runs what is queued.
worked() {
	of_site "$site/bin/work_amt_queue" -f "$site/amtcert.conf"
	is "$status" 0 "the worker does what is queued" || comment "$err"
}

# serves HOST: does the device serve another certificate than it did, which is good?
serves() {
	openssl s_client -connect "127.0.0.1:${port_of[$1]}" -CAfile "$tmp/ca.pem" \
	    -verify_return_error -verify_hostname "$1" </dev/null 2>/dev/null |
	    openssl x509 -out "$tmp/served.pem" 2>/dev/null &&
	    ! cmp -s "$tmp/served.pem" "$tmp/$1-late.pem"
}

# told HOST: what the event handler wrote of it, without the time.
told() {
	sed -n "s/^[^ ]*Z \($1 \)/\1/p" "$site/events.log"
}

# is_told HOST ERE: once at least.
is_told() {
	told "$1" | grep -Eq -- "$2"
}
