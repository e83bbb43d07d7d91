#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The packages this tree needs on Debian and Ubuntu, and nothing else knows them.
# usage: tests/deps.sh build|demo|test|lint|all     install what is missing
#        tests/deps.sh --list build|demo|test|lint|all
# Silent, fast and off the network when nothing is missing.
set -eu

build_packages='
	gcc libc6-dev make pkg-config
	libssl-dev libcurl4-openssl-dev libgnutls28-dev libxml2-dev libsqlite3-dev
	libsnmp-dev
	curl openssl
'
demo_packages='
	snmp snmpd snmptrapd
'
test_packages='
	libcmocka-dev clang binutils mold valgrind monitoring-plugins-basic sqlite3
	prometheus-snmp-exporter smitools libbcpkix-java
	certmonger dbus-daemon scep python3 python3-prometheus-client python3-yaml strongswan-pki libstrongswan-standard-plugins
	libstrongswan-extra-plugins
	nagios4-core dma icinga2-bin sudo
	krb5-kdc krb5-admin-server krb5-user apache2-bin libapache2-mod-auth-gssapi
'
# Where it is a package: on Ubuntu it is none, and its test is skipped.
browser_packages='
	chromium chromium-driver fonts-dejavu-core
'
# Bouncy Castle's CMP server: a runtime and a small compiler. That one reads the classes of
# Debian's runtime, perhaps not of newer ones: elsewhere a JDK, which is 72 MB more.
java_packages='
	default-jre-headless libecj-java
'
if ! grep -qsx 'ID=debian' /etc/os-release; then
	browser_packages=
	java_packages=default-jdk-headless
fi
lint_packages='
	clang-format clang-tidy cppcheck shellcheck mandoc gcovr
'

packages() {
	case $1 in
	build) echo "$build_packages" ;;
	demo) echo "$build_packages $demo_packages" ;;
	test) echo "$build_packages $demo_packages $test_packages $java_packages $browser_packages" ;;
	lint) echo "$build_packages $demo_packages $test_packages $lint_packages" ;;
	all) echo "$build_packages $demo_packages $test_packages $java_packages $browser_packages $lint_packages" ;;
	*)
		echo "usage: tests/deps.sh [--list] build|demo|test|lint|all" >&2
		exit 3
		;;
	esac
}

is_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The fuzzer and sanitizer runtimes of clang carry its version in their name.
clang_runtime() {
	if is_installed clang; then
		dpkg-query -W -f='${Depends}' clang
	else
		apt-cache depends clang
	fi 2>/dev/null |
	    sed -n 's/.*clang-\([0-9][0-9]*\).*/libclang-rt-\1-dev/p' | sed 1q
}

missing() {
	for package in $1; do
		is_installed "$package" || printf '%s ' "$package"
	done
	case " $1 " in
	*[[:space:]]clang[[:space:]]*)
		runtime=$(clang_runtime)
		[ -z "$runtime" ] || is_installed "$runtime" || printf '%s ' "$runtime"
		;;
	esac
}

if [ "${1-}" = --list ]; then
	packages "${2-}" | xargs -n1
	exit 0
fi
wanted=$(packages "${1-}")

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "This system has no apt; install what these Debian packages hold, and" >&2
	echo "run make with NODEPS=1:" >&2
	echo "$wanted" | xargs -n8 echo "   " >&2
	exit 1
fi

needed=$(missing "$wanted")
[ -n "$needed" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
	sudo=sudo
	if ! command -v sudo >/dev/null; then
		echo "Missing packages, and neither root nor sudo to install them:" >&2
		echo "    apt-get install $needed" >&2
		exit 1
	fi
fi

echo "installing packages: $needed"
apt() {
	$sudo env DEBIAN_FRONTEND=noninteractive \
	    apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}
apt update
needed=$(missing "$wanted") # the runtime of clang is known by now
log=$(mktemp)
# shellcheck disable=SC2086 # one word per package
apt install -y --no-install-recommends $needed >"$log" 2>&1 || {
	cat "$log" >&2
	rm -f "$log"
	exit 1
}
rm -f "$log"

needed=$(missing "$wanted")
if [ -n "$needed" ]; then
	echo "still missing: $needed" >&2
	exit 1
fi
