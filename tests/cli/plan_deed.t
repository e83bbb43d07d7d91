#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every remedy on devices that differ: planning writes nothing, and what --apply writes
# is the plan, request by request, in the log of the simulator.
# timeout: 600
#
# Each device has to do for several remedies and meets all of them, one after the other;
# each begins with another one. A sanitized build takes some of the devices.
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

remedies=(install_amt_root prune_amt_store renew_amt_8021x sync_amt_clock renew_amt_tls
	reprovision_amt_tls)
uuid=55e3ae13-bfd2-61bb-17a0-88aedd7037ea

make_lab p384
late=(--not-before -375d --not-after -10d -s "$name" --san "$name")
make_cert late "${late[@]}"
make_cert late-p384 --key-type p384 --digest sha384 "${late[@]}"
make_cert good --not-before -65d --not-after +300d -s $name --san $name
make_cert net -s net1.example --san net1.example --eku clientAuth --not-before -335d --not-after +30d
make_cert ours --not-before -400d --not-after -35d
make_cert theirs -s their.example
make_cert console --eku clientAuth,2.16.840.1.113741.1.2.1
"$simca" -m ca -o "$tmp/new.pem" --key-out "$tmp/new.key" -s 'New root' --key-type p256
"$simca" -m ca -o "$tmp/sub.pem" --key-out "$tmp/sub.key" -s 'Issuing CA' \
    --key-type p384 --not-before -10d --not-after +2000d --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key"
chmod 600 "$tmp"/*.key
# The first for what firmware has of its own, then the other three again and again: no
# device gets one twice.
{
	cat "$tmp/pool.pem"
	for ((i = 0; i < 20; i++)); do
		sed '1,/^-*END/d' "$tmp/pool.pem"
	done
} >"$tmp/pools.pem"

# The journal knows the orphan of these devices as ours.
spki=$(openssl x509 -in "$tmp/ours.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
    sha256sum | cut -c 1-64)
"$B/tests/tools/mkinv" "$tmp/before.db" sql "INSERT INTO run (device_uuid, remedy,
    serial_number, started_at, closed_at, outcome, old_fingerprint, new_spki, new_spki_sha256)
    VALUES ('$uuid', 'renew_amt_tls', '01', 1, 2, 'done', randomblob(32), x'00', x'$spki')"

variants=()
# variant NAME PROFILE CERTIFICATE KEY=VALUE...: another device; "-" has no certificate.
variant() {
	local keys=("$@")
	variants+=("$1")
	{
		printf '[device %s]\nprofile = %s\nuuid = %s\n' "$1" "$2" "$uuid"
		[ "$3" = - ] || printf 'certificate = %s\nkey = %s\n' "$tmp/$3.pem" "$tmp/$3.key"
		printf '%s\n' "${keys[@]:3}"
	} >>"$tmp/lab.conf"
}
root=root=$tmp/ca.pem
behind=clock-offset=-180000
orphan="orphan-certificate=$tmp/ours.pem
orphan-key=$tmp/ours.key"
wired="wired-certificate=$tmp/net.pem
wired-key=$tmp/net.key"
wifi="wifi=office
wifi-certificate=$tmp/net.pem
wifi-key=$tmp/net.key"
printf '[defaults]\ntls-port = 0\nplain-port = 0\n' >"$tmp/lab.conf"

variant due-9 9 pc1 "$root" "$behind" "$orphan"
variant due-11.8 11.8 pc1 "$root" "$orphan" "$wired" ips-8021x=no
variant due-14 14 pc1 "$root" "$behind" "$orphan" "$wired"
variant due-16.0 16.0 pc1 "$root" "$orphan" "$wifi"
variant due-16.1 16.1 pc1 "$root" "$behind" "$orphan" "$wired" "$wifi"
variant due-19 19 pc1 "$root" "$behind" "$wifi"
variant due-22 22 pc1-p384 "$root" "$behind" "$orphan"
variant expired-14 14 late "$root" "$orphan" "$wired"
variant expired-22 22 late-p384 "$root" "$behind" "$orphan"
variant reset 14 late "$root" clock=2004-01-01T00:00:00Z
variant off-9 9 - tls=no "$behind"
variant off-16.0 16.0 - tls=no "$orphan"
variant off-good 14 good tls=no "$root" "$behind"
variant off-late 11.8 late tls=no "$root" "$wired"
variant off-mutual 14 - tls=no mutual=yes
variant mutual 14 pc1 "$root" mutual=yes "$orphan"
variant reset-mutual 14 pc1 "$root" mutual=yes "$behind" "$orphan"
variant both 16.1 late "$root" tls=yes accept-non-secure=yes "$orphan"
variant full 14 pc1 "$root" "$orphan" max-certificates=4 max-keys=2
variant issuer 19 pc1 "$root" "$orphan"
n_variants=${#variants[@]}

# configure_variant NAME: for the ports that it has.
configure_variant() {
	local ports=${port[$1]} anchors="cert-file = $tmp/ca.pem
key-file = $tmp/ca.key" lines='' trial=''
	[ "$1" != issuer ] || anchors="cert-file = $tmp/sub.pem
key-file = $tmp/sub.key
chain-file = $tmp/ca.pem"
	[[ $1 != off-* ]] || lines+="plain-allowed = yes
plain-port = ${ports#* }
"
	[[ $1 != *-9 ]] || lines+=$'legacy-tls = yes\n'
	# To make an RSA key takes a while: a few of them show what a trial does to a plan.
	[[ $1 = *-22 || $1 = due-14 ]] || trial='trial = no'
	[[ $1 != *mutual ]] || lines+="client-cert = $tmp/console.pem
client-key = $tmp/console.key"
	cat >"$tmp/$1.conf" <<-EOF
		[defaults]
		secret-file = $tmp/password
		inventory = $tmp/$1.db
		[device $name]
		address = 127.0.0.1
		port = ${ports% *}
		trust-anchor = $tmp/ca.pem
		$lines
		[ca local]
		backend = local
		$trial
		$anchors
	EOF
	cp "$tmp/before.db" "$tmp/$1.db"
}

# read_deeds NAME: into $deeds the writes since the last time, as a plan has them.
read_deeds() {
	local line pattern=' op=([^ ]+) class=([^ ]+) method=([^ ]+) instance=("[^"]*"|[^ ]+) '
	deeds=
	while read -r line <&5; do
		[[ $line == *" device=$1 "*' write=yes '* ]] || continue
		[[ $line =~ $pattern ]]
		set -- "$1" "${BASH_REMATCH[@]:1}"
		[ "$4" != - ] || set -- "$1" "$2" "$3" "$2" "$5"
		line="$3 $4 ${5//\"/}"
		deeds+=${line% -}$'\n'
	done
}

# read_plan: into $plan the writes that $said has.
read_plan() {
	local line
	plan=
	while read -r line; do
		[[ $line != 'write '* ]] || plan+=${line#write }$'\n'
	done <<<"$said"
}

declare -A wrote
# meets DEVICE REMEDY: plan, apply, compare.
meets() {
	local options=(-f "$tmp/$1.conf" -H "$name" -t 60) plan deeds said planned status what=$1:\ $2
	[ "$2" != install_amt_root ] || options+=(--root "$tmp/new.pem")
	[[ $1:$2 != off-*:reprovision_amt_tls ]] || options+=(--plain)
	said=$("$B/remediate/$2" "${options[@]}" 2>&1)
	planned=$?
	read_plan
	read_deeds "$1"
	is "$deeds" '' "$what: planning writes nothing"
	said=$("$B/remediate/$2" "${options[@]}" --apply 2>&1)
	status=$?
	read_deeds "$1"
	[ "$status $deeds" = "$planned $plan" ]
	ok $? "$what: the deed is the plan" || printf '%s\n' "exit $planned, then $status" \
	    "planned: $plan" "done: $deeds" "$said" | sed 's/^/# /'
	[ -z "$deeds" ] || wrote[$2]=$((${wrote[$2]-0} + 1))
}

start_sim all --key-pool "$tmp/pools.pem" --device "$tmp/lab.conf" || exit 1
declare -A port
while read -r word device _ tls plain; do
	[ "$word" = ready ] || continue
	[ "$tls" != 0 ] || tls=$(json "$(ask all "state $device")" tls_port)
	port[$device]="$tls $plain"
done <"$tmp/all.log"
exec 5<"$tmp/all.req"

step=1
! grep -q fsanitize "$B/flags" || step=7
for ((i = 0; i < n_variants; i += step)); do
	device=${variants[i]}
	configure_variant "$device"
	for ((k = 0; k < ${#remedies[@]}; k++)); do
		meets "$device" "${remedies[(i + k) % ${#remedies[@]}]}"
	done
done

for device in due-14 due-22 expired-22; do
	[ ! -e "$tmp/$device.db" ] || is "$("$B/tests/tools/mkinv" "$tmp/$device.db" query \
	    'SELECT is_trial, standing, count(*) FROM ca_record GROUP BY is_trial, standing')" '1|1|1' \
	    "$device: one trial, and nothing of it in the device"
done
[ "$n_variants" -ge 20 ]
ok $? "$n_variants devices"
for remedy in "${remedies[@]}"; do
	echo "# $remedy wrote to ${wrote[$remedy]-0} of $n_variants devices"
	[ "${wrote[$remedy]-0}" -ge $((step == 1 ? 5 : 1)) ]
	ok $? "$remedy had something to do"
done
stop_sim all "$sim_pid"
done_testing
