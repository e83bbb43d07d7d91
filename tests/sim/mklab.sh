#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A lab for tests: a CA, certificates that are good or wrong in one way each,
# and lab.conf with a simulated device for every one of them.
# usage: tests/sim/mklab.sh SIMCA FOLDER
# Then:  amtsim --device FOLDER/lab.conf
set -eu
simca=$(realpath "$1")
mkdir -p "$2"
cd "$2"

ca() { # NAME SUBJECT OPTION...
	local name=$1 subject=$2
	shift 2
	"$simca" -m ca -o "$name.pem" --key-out "$name.key" -s "$subject" --key-type p256 \
	    --not-before -400d --not-after +3650d "$@"
}
cert() { # NAME CA OPTION...
	local name=$1 issuer=$2
	shift 2
	"$simca" -m cert -o "$name.pem" --key-out "$name.key" --ca "$issuer.pem" \
	    --ca-key "$issuer.key" "$@"
}
named() { # NAME CA OPTION...: with the name a device of that name must have
	cert "$1" "$2" -s "$1.lab.example" --san "$1.lab.example" "${@:3}"
}
device() { # NAME KEY=VALUE...
	local name=$1
	shift
	printf '[device %s]\nhostname = %s\ndomain = lab.example\n' "$name" "$name"
	printf '%s\n' "$@"
}

ca ca 'Lab CA'
ca other 'Other CA'
ca sub 'Lab Issuing CA' --ca ca.pem --ca-key ca.key
# An hour less than 300, 30 and 20 days are left: no text depends on the second.
named good ca --not-before -1561h --not-after +7199h
named due ca --not-before -8041h --not-after +719h
named expired ca --not-before -375d --not-after -10d
named future ca --not-before +2d --not-after +367d
cert wrong-name ca -s other.lab.example --san other.lab.example
named unknown-ca other
"$simca" -m cert -o self-signed.pem --key-out self-signed.key -s self-signed.lab.example \
    --san self-signed.lab.example
cert no-san ca -s no-san.lab.example
cert empty-subject ca -s '' --san empty-subject.lab.example
named weak-key ca --key-type rsa:1024
named sha1 ca --digest sha1
named deep sub
named for-ever ca --not-after 9999-12-31T23:59:59Z
named p384 ca --key-type p384 --digest sha384
named orphan ca --not-before -700d --not-after -335d
named wired ca --eku clientAuth --not-after +479h
named console ca --eku clientAuth,2.16.840.1.113741.1.2.1

{
	printf '[defaults]\nprofile = 14\ntls-port = 0\nplain-port = 0\n'
	for name in good due expired future wrong-name unknown-ca self-signed no-san \
	    empty-subject weak-key sha1 for-ever; do
		device "$name" "certificate = $name.pem" "key = $name.key" 'root = ca.pem'
	done
	device deep 'certificate = deep.pem' 'key = deep.key' 'chain = sub.pem'
	device p384 'profile = 22' 'certificate = p384.pem' 'key = p384.key'
	device own 'profile = 16.1'
	device tls-off
	device wrong-clock 'certificate = good.pem' 'key = good.key' 'clock-offset = -28800'
	device dead-battery 'certificate = good.pem' 'key = good.key' 'root = ca.pem' \
	    'mutual = yes' 'clock = 2004-01-01T00:00:00Z' 'accept-non-secure = yes'
	device mutual 'certificate = good.pem' 'key = good.key' 'root = ca.pem' 'mutual = yes'
	device orphans 'certificate = good.pem' 'key = good.key' \
	    'orphan-certificate = orphan.pem' 'orphan-key = orphan.key'
	device full 'certificate = good.pem' 'key = good.key' 'max-certificates = 1' \
	    'max-keys = 1'
	device wired 'certificate = good.pem' 'key = good.key' 'wired-certificate = wired.pem' \
	    'wired-key = wired.key' 'wired-root = ca.pem'
	device no-rfc5746 'certificate = good.pem' 'key = good.key' 'no-rfc5746 = yes'
	device rsa-only 'certificate = good.pem' 'key = good.key' 'rsa-only = yes'
	device old 'profile = 9' 'certificate = good.pem' 'key = good.key' \
	    'accept-non-secure = yes'
	device dead 'certificate = good.pem' 'key = good.key' 'dead = yes'
	device hang 'certificate = good.pem' 'key = good.key' 'hang = yes'
	device slow 'certificate = good.pem' 'key = good.key' 'slow-ms = 3000'
} >lab.conf
