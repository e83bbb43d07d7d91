#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# renew_amt_8021x: plan, deed and read-back, wired and Wi-Fi; gates; and the way back.
# timeout: 600
. tests/cli/lib.sh
. tests/sim/client.sh
. tests/cli/renew.sh

make_lab p384
remedy=$B/remediate/renew_amt_8021x
make_cert net -s net1.example --san net1.example --eku clientAuth --not-before -335d --not-after +30d
make_cert fresh -s net1.example --san net1.example --eku clientAuth --not-before -65d --not-after +300d
make_cert upn -s 'user@corp' --eku clientAuth --not-before -335d --not-after +30d
openssl req -new -x509 -key "$tmp/net.key" -subj /CN=net1.example -days 30 -out "$tmp/both.pem" \
    -addext subjectAltName=DNS:net1.example,IP:192.0.2.1 2>"$tmp/req.err"
cp "$tmp/net.key" "$tmp/both.key"
"$simca" -m ca -o "$tmp/net-ca.pem" --key-out "$tmp/net-ca.key" -s 'Network CA' --key-type p384 \
    --not-after +3650d
chmod 600 "$tmp"/*.key
ca_lines="cert-file = $tmp/net-ca.pem
key-file = $tmp/net-ca.key"

# start_net NAME PROFILE KEY=VALUE...: a device whose network is about to end.
wired=("wired-certificate=$tmp/net.pem" "wired-key=$tmp/net.key" "wired-root=$tmp/net-ca.pem")
wifi=(wifi=office "wifi-certificate=$tmp/net.pem" "wifi-key=$tmp/net.key" "wifi-root=$tmp/net-ca.pem")

# network NAME OPTION...: the remedy for the device of that simulator.
network() {
	local sim=$1
	shift
	run "$remedy" -f "$tmp/$sim.conf" -H $name -t 60 "$@"
}

# client_of STATE wired|wifi, root_of ...: the handle that is bound.
client_of() {
	printf '%s\n' "$1" | grep -oE "\"$2\":\[?\{[^}]*" | grep -oE '"client":-?[0-9]+' | cut -d : -f 2
}
root_of() {
	printf '%s\n' "$1" | grep -oE "\"$2\":\[?\{[^}]*" | grep -oE '"root":-?[0-9]+' | cut -d : -f 2
}

uses() { # STATE: what is bound to which settings, roots too
	printf '%s\n' "$1" | sed -E 's/.*("wired":\{[^}]*\},"wifi":\[[^]]*\]).*/\1/'
}

for kind in wired wifi old; do
	case $kind in
	wired)
		set -- 16.1 "${wired[@]}"
		bind='IPS_IEEE8021xSettings SetCertificates'
		;;
	wifi)
		set -- 14 "${wifi[@]}"
		bind='AMT_WiFiPortConfigurationService UpdateWiFiSettings'
		;;
	old)
		set -- 11.8 ips-8021x=no "${wired[@]}"
		bind='AMT_8021XProfile Put'
		;;
	esac
	bound=${kind/old/wired}
	start_device $kind "$@"
	pid=$sim_pid
	names='<r:Domain>CORP</r:Domain><r:RoamingIdentity>any@corp.example</r:RoamingIdentity><r:ServerCertificateName>radius.example</r:ServerCertificateName><r:ServerCertificateNameComparison>1</r:ServerCertificateNameComparison><r:Username>host/net1</r:Username>'
	[ $kind != old ] || call Put AMT_8021XProfile "" \
	    "<r:AMT_8021XProfile xmlns:r=\"$(uri AMT_8021XProfile)\"><r:Enabled>true</r:Enabled>$names</r:AMT_8021XProfile>"
	issuer=local
	if [ $kind = wifi ]; then # the network has a CA of its own
		issuer=net
		sed -i 's,^\[ca local\],[ca net],; s,^\[defaults\],&\n8021x-ca = net,' "$tmp/$kind.conf"
	fi
	run "$B/checks/check_amt_8021x" -f "$tmp/$kind.conf" -H $name
	is "$status" 1 "$kind: the check says that it is due"
	like "$out" 'run renew_amt_8021x' "$kind: and names the remedy"
	# What it records is all that a reading is, and what an event is judged by.
	run "$B/checks/check_amt_8021x" -f "$tmp/$kind.conf" -H $name --record
	is "$status $(sqlite3 "$tmp/$kind.db" 'SELECT version <> "" AND clock_offset_s IS NOT NULL
	    AND tls_network <> "" AND n_certs > 2 FROM reading')" '1 1' "$kind: it can be recorded, whole"
	run "$B/remediate/amt_event_handler" -f "$tmp/$kind.conf" -H $name --service amt-8021x \
	    --state WARNING --state-type HARD --attempt 3 --host-downtime 0 --service-downtime 0 \
	    --flapping 0 --acknowledged 0 --in-window 1 --remedy renew_amt_8021x
	like "$err" 'queued: renew_amt_8021x, due, job 1$' "$kind: an event queues the remedy"
	is "$(sqlite3 "$tmp/$kind.db" 'SELECT ca FROM job')" $issuer "$kind: which is going to ask the CA of the network"
	forget $kind
	before=$(ask $kind 'state pc1')
	network $kind
	is "$status" 0 "$kind: a plan is no failure"
	like "$out" "used by (wired|Wi-Fi office); for the name net1.example" "$kind: says by what it is used"
	plan=$(planned)
	is "$plan" "AMT_PublicKeyManagementService GenerateKeyPair
AMT_PublicKeyManagementService AddCertificate
$bind" "$kind: three writes are planned"
	is "$(deeds $kind)" '' "$kind: and none done"
	network $kind --apply --actor 'job 5'
	is "$status $err" '0 ' "$kind: renewed, without a word on standard error"
	like "$out" "^pc1.example: 802.1X renewed \((wired|Wi-Fi office)\): valid to 20[0-9-]+ \(36[45] d\)" "$kind: says so"
	like "$out" 'what the network says of it is not seen from here' "$kind: and what it does not know"
	is "$(deeds $kind)" "$plan" "$kind: the deed is the plan"
	after=$(ask $kind 'state pc1')
	handle=$(client_of "$after" "$bound")
	[ "$handle" != "$(client_of "$before" "$bound")" ]
	ok $? "$kind: another certificate is bound"
	is "$(root_of "$after" "$bound")" "$(root_of "$before" "$bound")" "$kind: with the root from before"
	if [ $kind = old ]; then
		call Get AMT_8021XProfile
		is "$(printf '%s\n' "$reply" | grep -oE '<g:[A-Za-z]+>[^<]*' | grep -cF -f <(printf '%s' "${names//r:/g:}" | grep -oE '<g:[A-Za-z]+>[^<]*'))" 5 \
		    "$kind: and the names that the network knows"
	fi
	is "$(json "$after" served)" "$(json "$before" served)" "$kind: TLS serves what it served"
	is "$(certificates "$after" | grep -v "^$handle ")" "$(certificates "$before")" "$kind: one more in the store, none gone"
	call Get AMT_PublicKeyCertificate "$(selector InstanceID "Intel(r) AMT Certificate: Handle: $handle")"
	value X509Certificate | base64 -d | openssl x509 -inform DER -noout -subject -ext extendedKeyUsage,subjectAltName >"$tmp/new.txt"
	like "$(cat "$tmp/new.txt")" 'CN ?= ?net1.example' "$kind: the network knows it by its name"
	like "$(cat "$tmp/new.txt")" 'Client Authentication' "$kind: as a client"
	unlike "$(cat "$tmp/new.txt")" 'Server' "$kind: and nothing else"
	is "$(sqlite3 "$tmp/$kind.db" 'SELECT reason, actor FROM archive')" 'replaced|job 5' "$kind: the old one is archived"
	network $kind --apply
	is "$status" 0 "$kind: once more is nothing to do"
	like "$out" 'nothing to do: 802.1X: not due, 36[45] d left' "$kind: and says so"
	if [ $kind != wired ]; then
		stop_sim $kind "$pid"
		continue
	fi
	forget $kind
	network $kind --apply --force not-due
	is "$status" 0 "$kind: renewed by force"
	is "$(deeds $kind | grep -c Delete)" 2 "$kind: our pair before it is deleted"
	is "$(certificates "$(ask $kind 'state pc1')" | wc -l)" "$(certificates "$after" | wc -l)" "$kind: nothing piles up"
	stop_sim $kind "$pid"
done

#
# Gates.
#
assert_refused() { # NAME WHAT ERE
	is "$status" 1 "$2: exit 1"
	like "$err" "$3" "$2: says why"
	is "$(deeds "$1")" '' "$2: nothing was written"
}
start_device names 14 "wired-certificate=$tmp/upn.pem" "wired-key=$tmp/upn.key"
pid=$sim_pid
network names --apply --force not-due
assert_refused names 'a user name' 'a name that is no DNS name \(CN=user@corp\).*--force names asks for pc1.example'
stop_sim names "$pid"
start_device names 14 "wired-certificate=$tmp/both.pem" "wired-key=$tmp/both.key"
pid=$sim_pid
network names --apply --force not-due
assert_refused names 'an address beside the name' 'a name that is no DNS name \(CN=net1.example\)'
(umask 077 && echo 'Wr0ng!pass' >"$tmp/wrong")
network names --apply --secret-file "$tmp/wrong"
assert_refused names 'wrong password' 'login refused'
is "$(json "$(ask names 'state pc1')" failures)" 1 'wrong password: one attempt'
stop_sim names "$pid"
start_device none 14
pid=$sim_pid
network none --apply
is "$status" 0 'no 802.1X: nothing to do is no failure'
like "$out" 'nothing to do: 802.1X uses no client certificate' 'no 802.1X: says so'
stop_sim none "$pid"

#
# All the way back, and what is of others stays.
#
start_device back 14 "${wired[@]}" wifi=office "wifi-certificate=$tmp/fresh.pem" "wifi-key=$tmp/fresh.key"
pid=$sim_pid
before=$(ask back 'state pc1')
for value in 16 2063 2075; do
	ask back 'fault pc1 none' >"$tmp/.ask"
	ask back "fault pc1 Invoke:*:SetCertificates:*:return-value=$value" >"$tmp/.ask"
	network back --apply
	is "$status" 1 "SetCertificates refused with $value: exit 1"
	like "$err" "\($value\).*; undone: the device is as it was" "SetCertificates refused with $value: says why"
done
ask back 'fault pc1 none' >"$tmp/.ask"
ask back 'fault pc1 Invoke:*:AddCertificate:*:return-value=2063' >"$tmp/.ask"
network back --apply
is "$status" 1 'AddCertificate refused: exit 1'
is "$(settings "$(ask back 'state pc1')") $(uses "$(ask back 'state pc1')")" "$(settings "$before") $(uses "$before")" \
    'refused: settings and store are as before'
ask back 'fault pc1 none' >"$tmp/.ask"
network back --apply
is "$status" 0 'refused: then it is renewed'
after=$(ask back 'state pc1')
is "$(client_of "$after" wifi)" "$(client_of "$before" wifi)" 'the Wi-Fi profile with another certificate keeps it'
is "$("$B/tests/tools/mkinv" "$tmp/back.db" query 'SELECT count(*) FROM run WHERE closed_at IS NULL')" 0 \
    'refused: no run is left open'

stop_sim back "$pid"

#
# Cut after the proof: the CA has revoked the certificate of before by then, so that no
# later trouble leads back to it.
#
start_device past 14 "${wired[@]}"
pid=$sim_pid
network past --apply
before=$(ask past 'state pc1')
ask past 'fault pc1 Delete:AMT_PublicKeyCertificate:*:cut-before-read' >"$tmp/.ask"
network past --apply --force not-due
is "$status" 2 'cut after the proof: failed after a change'
ask past 'fault pc1 none' >"$tmp/.ask"
ask past 'fault pc1 Get:AMT_8021XProfile:*:2+:garbage' >"$tmp/.ask"
used=$(client_of "$(ask past 'state pc1')" wired)
network past --apply
is "$status $err" '0 ' 'cut after the proof: the next run ends it'
after=$(ask past 'state pc1')
is "$(client_of "$after" wired)" "$used" 'cut after the proof: what was proved is used'
is "$(certificates "$after" | wc -l) $(keys "$after" | wc -l)" \
    "$(certificates "$before" | wc -l) $(keys "$before" | wc -l)" 'cut after the proof: with nothing left over'
stop_sim past "$pid"

done_testing
