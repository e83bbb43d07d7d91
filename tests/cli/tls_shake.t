#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lib/tls: what is read from firmware of every kind, by one handshake without
# log-in, and what is said of peers that are none.
. tests/cli/lib.sh
. tests/sim/client.sh

shake=$B/tests/tools/shake
tests/sim/mklab.sh "$simca" "$tmp/lab" >"$tmp/mklab.log" 2>&1 || {
	sed 's/^/# /' "$tmp/mklab.log"
	exit 1
}
start_sim lab --device "$tmp/lab/lab.conf" || exit 1
lab_pid=$sim_pid

at() { # DEVICE: sets host, tls, plain
	read -r _ _ host tls plain < <(ask lab list | grep "^ready $1 ")
}
# shakes DEVICE OPTION...: run shake against it.
shakes() {
	at "$1"
	shift
	run "$shake" "$@" "$host" "$tls"
}
says() { # KEY: its first value in the output
	printf '%s\n' "$out" | sed -n "s/^$1 //p" | sed 1q
}

# DEVICE | protocol cipher secure-renegotiation asked-client-cert complete certificates
while IFS='|' read -r name wanted; do
	shakes "$name"
	is "$status $(says protocol) $(says cipher) $(says secure-renegotiation) $(says \
	    asked-client-cert) $(says complete) $(says certificates)" "0 $wanted" \
	    "$name is read"
done <<'EOF'
good|TLSv1.2 AES128-GCM-SHA256 yes no yes 1
expired|TLSv1.2 AES128-GCM-SHA256 yes no yes 1
weak-key|TLSv1.2 AES128-GCM-SHA256 yes no yes 1
sha1|TLSv1.2 AES128-GCM-SHA256 yes no yes 1
deep|TLSv1.2 AES128-GCM-SHA256 yes no yes 2
p384|TLSv1.3 TLS_AES_256_GCM_SHA384 yes no yes 1
no-rfc5746|TLSv1.2 AES128-GCM-SHA256 no no yes 1
rsa-only|TLSv1.2 AES128-GCM-SHA256 yes no yes 1
old|TLSv1.1 AES128-SHA yes no yes 1
slow|TLSv1.2 AES128-GCM-SHA256 yes no yes 1
mutual|TLSv1.2 AES128-GCM-SHA256 yes yes no 1
EOF
shakes good
is "$(says fingerprint)" "$(fingerprint "$tmp/lab/good.pem")" "the certificate is the one served"

stop_sim lab "$lab_pid"
done_testing
