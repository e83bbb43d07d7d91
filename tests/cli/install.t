#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# make install: where things go, that uninstall takes them away, and that the
# variables are respected.
. tests/cli/lib.sh

unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES
root=$tmp/root

# What is there to be installed, by the names of the sources.
wanted() { # FOLDER-OF-CHECKS FOLDER-OF-REMEDIES FOLDER-OF-MANUALS
	local source share=${3%/man}
	for source in snmp/nms/*.* snmp/nms/*/*.* nagios/*.* nagios/*/*.* nagios/*/*/*.* \
	    remediate/systemd/*.*; do
		case $source in
		*.service | *.timer) echo "${2%/sbin}/lib/systemd/system/$(basename "$source")" ;;
		*) echo "$share/amtcert/$source" ;;
		esac
	done
	echo "$share/amtcert/sudoers.d/amtcert"
	echo "$2/amtcert_agent"
	echo "$share/snmp/mibs/AMT-CERT-MIB.txt"
	for source in checks/*.c remediate/*.c; do
		grep -qs '^main(' "$source" || continue
		case $source in
		checks/*) echo "$1/$(basename "$source" .c)" ;;
		*) echo "$2/$(basename "$source" .c)" ;;
		esac
	done
	for source in */*.8 */*/*.5; do
		[ ! -e "$source" ] || echo "$3/man${source##*.}/$(basename "$source")"
	done
}

installed() {
	(cd "$root" && find . -type f | sed 's/^\.//' | sort)
}

# -o all: what is under test is built, and stays as it was built.
make_it() {
	run make -s -o all "$@" B="${B#"$PWD/"}" DESTDIR="$root"
}

make_it install
is "$status" 0 "make install succeeds"
is "$(installed)" \
    "$(wanted /usr/lib/nagios/plugins /usr/local/sbin /usr/local/share/man | sort)" \
    "checks, remedies and manual pages are in their places"
is "$(find "$root" -type f -perm /022)" "" "nothing installed can be changed by others"

make_it uninstall
is "$status" 0 "make uninstall succeeds"
is "$(installed)" "" "and leaves no file behind"

make_it install PREFIX=/opt/amtcert LIBEXECDIR=/opt/amtcert/plugins
is "$(installed)" \
    "$(wanted /opt/amtcert/plugins /opt/amtcert/sbin /opt/amtcert/share/man | sort)" \
    "PREFIX and LIBEXECDIR are respected"
done_testing
