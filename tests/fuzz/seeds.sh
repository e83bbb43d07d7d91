#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Makes the seeds of fuzz_cert, fuzz_csr and fuzz_range anew: small, one per
# feature.  usage: B=build/gcc tests/fuzz/seeds.sh
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build/cc}
corpus=tests/fuzz/corpus
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

simca() {
	"$B/tests/tools/simca" --key-out "$tmp/key" "$@"
}
seed() { # cert NAME SIMCA-OPTION...
	local name=$1
	shift
	simca -o "$tmp/pem" "$@"
	openssl x509 -in "$tmp/pem" -outform DER -out "$corpus/cert/$name"
}

seed ca -m ca -s Root --key-type p256 --not-before 2026-01-01T00:00:00Z --not-after 2036-01-01T00:00:00Z
simca -m ca -o "$tmp/ca.pem" --key-out "$tmp/ca.key" -s Root --key-type p256
leaf=(-m cert --ca "$tmp/ca.pem" --ca-key "$tmp/ca.key" --key-type p256)
seed leaf "${leaf[@]}" -s pc1.example --san pc1.example --san PC1 --san '*.example.net'
seed rsa "${leaf[@]}" -s pc1.example --key-type rsa:1024 --digest sha1
seed cn_only "${leaf[@]}" -s 'a|b'
seed template "${leaf[@]}" -s pc1.example --san pc1.example \
    --extra 1.3.6.1.4.1.311.21.7=3015060d2b060104018237150801020304020165020104
seed template_name "${leaf[@]}" -s pc1.example --san pc1.example \
    --extra 1.3.6.1.4.1.311.20.2=1e0c0041004d00540054004c0053
seed purposes "${leaf[@]}" -s pc1.example --eku serverAuth,clientAuth,2.16.840.1.113741.1.2.3

openssl ecparam -name secp384r1 -genkey -noout -out "$tmp/ec.key"
openssl genrsa -out "$tmp/rsa.key" 1024 2>/dev/null
for kind in ec rsa; do
	openssl req -new -key "$tmp/$kind.key" -subj /CN=pc1.example \
	    -addext subjectAltName=DNS:pc1.example -outform DER -out "$corpus/csr/request_$kind"
	openssl pkey -in "$tmp/$kind.key" -pubout -outform DER -out "$corpus/csr/spki_$kind"
done
openssl rsa -in "$tmp/rsa.key" -RSAPublicKey_out -outform DER -out "$corpus/csr/pkcs1" 2>/dev/null

n=0
for range in 10 10: '~:10' 10:20 @10:20 '~:' '@~:10' 0: 10:10 :10 -1.5:+9.99 30d: 20%: 36h:4w 90m:5400s 30,14; do
	n=$((n + 1))
	printf %s "$range" >"$corpus/range/$n"
done
