# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # used by and set in the scripts that read this
# A lab CA with a service in front of it, for the tests of CA backends.
# Needs tests/cli/lib.sh.

lab=$tmp/lab
name=pc1.example.test
host=localhost
ec=(-newkey ec -pkeyopt ec_paramgen_curve:P-384)
rsa=(-newkey rsa:2048)

# make_csr NAME KEY-OPTION...: $lab/NAME.csr and its key.
make_csr() {
	openssl req -new "${@:2}" -nodes -keyout "$lab/$1.key" -out "$lab/$1.csr" \
	    -config /dev/null -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \
	    -addext extendedKeyUsage=serverAuth 2>/dev/null
}

# make_ca NAME SUBJECT ISSUER [DAYS]: with an issuer "", a root.
make_ca() {
	local by=(-x509) days=${4:-900}
	if [ -n "$3" ]; then
		by=(-x509 -CA "$lab/$3.pem" -CAkey "$lab/$3.key")
	fi
	openssl req "${by[@]}" "${ec[@]}" -nodes -keyout "$lab/$1.key" -out "$lab/$1.pem" \
	    -config /dev/null -subj "/CN=$2" -sha384 -days "$days" \
	    -addext basicConstraints=critical,CA:TRUE \
	    -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
}

# make_end NAME SUBJECT ISSUER EKU SAN: an end entity; $lab/NAME.pem has its chain
# and key.
make_end() {
	openssl req -x509 -CA "$lab/$3.pem" -CAkey "$lab/$3.key" "${ec[@]}" -nodes \
	    -keyout "$lab/$1.key" -out "$lab/$1.crt" -config /dev/null -subj "/CN=$2" \
	    -sha384 -days 90 -addext basicConstraints=critical,CA:FALSE \
	    -addext "extendedKeyUsage=$4" -addext "subjectAltName=$5" 2>/dev/null
	(
		umask 077
		cat "$lab/$1.crt" "$lab/$3.pem" "$lab/$1.key" >"$lab/$1.pem"
	)
}

make_lab() {
	mkdir -p "$lab"
	make_ca root 'Lab Root' ''
	make_ca ca 'Lab Issuing CA' root
	make_end tls localhost ca serverAuth DNS:localhost
	make_csr rsa "${rsa[@]}"
	make_csr ec "${ec[@]}"
	(
		umask 077
		echo s3cret-w0rd >"$lab/secret"
		echo wrong-w0rd >"$lab/wrong"
	)
}

# start_service [PROGRAM]: the service; its port in $port, and in $plain_port that
# without TLS, if it has one.
# shellcheck disable=SC2120 # most name none
start_service() {
	start service python3 -B "tests/tools/${1:-caserver.py}" "$lab"
	wait_for_line "$tmp/service.log" '^listening' || {
		sed 's/^/# /' "$tmp/service.log"
		return 1
	}
	read -r _ port _ plain_port <"$tmp/service.log"
}

# mode WHAT: what the service does from now on.
mode() {
	printf '%s' "$1" >"$lab/mode"
}

# section NAME LINE...: one more [ca NAME] in $tmp/amtcert.conf.
section() {
	printf '[ca %s]\n' "$1"
	printf '%s\n' "${@:2}" ''
} >>"$tmp/amtcert.conf"

# askca ARGUMENT...: as run, with the lab's configuration.
askca() {
	run "$B/tests/tools/askca" --config "$tmp/amtcert.conf" --name "$name" "$@"
}

# expect SECTION MODE OUTCOME ERE: what comes of a submission in that mode.
expect() {
	mode "$2"
	askca --ca "$1" --csr "$lab/ec.csr" "${@:5}"
	like "$out" "^outcome: $3\$" "$1, $2: $3"
	like "$out" "$4" "$1, $2: and says so" || sed 's/^/# /' "$tmp/.err"
}

# n_requests: how many the service has seen.
n_requests() {
	if [ -e "$lab/requests.log" ]; then
		wc -l <"$lab/requests.log"
	else
		echo 0
	fi
}
