# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2154 # set in the scripts that are read before
# A simulated device and a CA service in front of the CA that issued its certificate,
# for the tests of renewals by a CA backend.  Needs tests/cli/lib.sh,
# tests/sim/client.sh and tests/cli/renew.sh, and python3.

lab=$tmp/lab

# start_ca_service: what make_lab made is behind it; its port in $service. The login is
# LAB\svc with the password in $lab/secret.
start_ca_service() {
	mkdir -p "$lab"
	cp "$tmp/ca.pem" "$lab/root.pem"
	cp "$tmp/ca.pem" "$tmp/ca.key" "$lab"
	"$simca" -m cert -o "$lab/tls.crt" --key-out "$lab/tls.key" --ca "$tmp/ca.pem" \
	    --ca-key "$tmp/ca.key" -s localhost --san localhost || return 1
	(umask 077 && cat "$lab/tls.crt" "$lab/tls.key" >"$lab/tls.pem")
	(umask 077 && echo s3cret-w0rd >"$lab/secret" && echo wrong-w0rd >"$lab/wrong")
	echo 'basic LAB\svc s3cret-w0rd' >"$lab/login"
	printf ok >"$lab/mode"
	start service python3 -B tests/tools/caserver.py "$lab"
	wait_for 60 grep -q '^listening' "$tmp/service.log" || {
		sed 's/^/# /' "$tmp/service.log"
		return 1
	}
	service=$(sed -n 's/^listening //p' "$tmp/service.log")
}

# add_ca SIM NAME BACKEND PATH LINE...: one more [ca NAME] in $tmp/SIM.conf, without
# trial enrolments as in tests/cli/renew.sh.
add_ca() {
	printf '%s\n' "[ca $2]" "backend = $3" "url = https://localhost:$service$4" "${trial_line-trial = no}" \
	    "trust-anchor = $tmp/ca.pem" 'auth = basic' 'logname = LAB\svc' "${@:5}"
} >>"$tmp/$1.conf"

# serve_ca SIM cmp|scep URL LINE...: a server of its own with the same CA, which needs an
# RSA key for SCEP; its folder is $tmp/cmp or $tmp/scep, PORT in the URL its port.
serve_ca() {
	mkdir "$tmp/$2"
	cp "$lab"/{ca.pem,ca.key,root.pem,tls.pem,secret,mode} "$tmp/$2"
	cp "$lab/secret" "$tmp/$2/challenge"
	start "$2" python3 -B "tests/tools/$2server.py" "$tmp/$2"
	wait_for 60 grep -q '^listening' "$tmp/$2.log" || {
		sed 's/^/# /' "$tmp/$2.log"
		exit 1
	}
	local at
	read -r _ at _ <"$tmp/$2.log"
	printf '%s\n' "[ca $2]" "backend = $2" "url = ${3/PORT/$at}" \
	    "trust-anchor = $tmp/ca.pem" "${trial_line-trial = no}" "${@:4}" >>"$tmp/$1.conf"
}

# asked ERE: how many requests to the service match.
asked() {
	if [ -e "$lab/requests.log" ]; then
		grep -Ec -- "$1" "$lab/requests.log"
	else
		echo 0
	fi
}
