# SPDX-License-Identifier: BSD-2-Clause
# The whole build graph.  `make help` lists the targets and the variables.

VERSION := 0.1.0

PREFIX     ?= /usr/local
LIBEXECDIR ?= /usr/lib/nagios/plugins
SBINDIR    ?= $(PREFIX)/sbin
MANDIR     ?= $(PREFIX)/share/man
MIBDIR     ?= $(PREFIX)/share/snmp/mibs
DATADIR    ?= $(PREFIX)/share/amtcert
UNITDIR    ?= $(PREFIX)/lib/systemd/system
DESTDIR    ?=
INSTALL    ?= install
AR         ?= ar

CFLAGS     ?= $(if $(SANITIZE),-g1,-g)
SANITIZE   ?=
WERROR     ?=
COV        ?=
FUZZ_RUNS  ?= 20000
FUZZ_SEED  ?= 1

# Where AMT-CERT-MIB is attached: in the Net-SNMP playpen until the project has an
# enterprise number of its own.
OID_ROOT   ?= 1.3.6.1.4.1.8072.9999.9999.16993

comma := ,
empty :=
space := $(empty) $(empty)

# One build folder per variant, so that their objects never mix.
# `make check` uses two sanitized ones; that of clang carries the fuzzers too.
SAN      := address,undefined,float-cast-overflow
SAN_FUZZ := fuzzer-no-link,$(SAN)
SAN_NAME := $(patsubst $(SAN_FUZZ),fuzz,$(patsubst $(SAN),san,$(SANITIZE)))
B ?= build/$(subst $(space),-,$(strip $(notdir $(firstword $(CC))) \
	$(subst $(comma),+,$(SAN_NAME)) $(if $(COV),cov) $(if $(WERROR),werror)))

B_GCC_SAN := build/gcc-san
B_FUZZ    := build/clang-fuzz

#
# What there is.  Every folder may be empty while the tree grows.
#
LIB_SRC    := $(sort $(wildcard lib/*/*.c))
CHECK_SRC  := $(sort $(wildcard checks/*.c))
CHECK_MAIN := $(sort $(shell grep -lsw '^main' $(CHECK_SRC) /dev/null))
REMEDY_SRC := $(sort $(wildcard remediate/*.c))
REMEDY_MAIN := $(sort $(shell grep -lsw '^main' $(REMEDY_SRC) /dev/null))
AGENT_MAIN := $(wildcard snmp/amtcert_agent.c)
AGENT_SRC  := $(filter-out $(AGENT_MAIN),$(sort $(wildcard snmp/*.c)))
SIM_SRC    := $(sort $(wildcard tests/sim/*.c))
UNIT_SRC   := $(sort $(wildcard tests/unit/test_*.c))
UNIT_HELP  := $(filter-out $(UNIT_SRC),$(sort $(wildcard tests/unit/*.c)))
FUZZ_SRC   := $(sort $(wildcard tests/fuzz/fuzz_*.c))
TOOL_SRC   := $(sort $(wildcard tests/tools/*.c))
HEADERS    := $(sort $(wildcard lib/*/*.h snmp/*.h tests/*/*.h))
MANUALS    := $(sort $(wildcard checks/*.8 remediate/*.8 snmp/*.8 lib/*/*.5))
ALL_SRC    := $(LIB_SRC) $(CHECK_SRC) $(REMEDY_SRC) $(AGENT_SRC) $(AGENT_MAIN) \
	$(SIM_SRC) $(UNIT_SRC) \
	$(UNIT_HELP) $(FUZZ_SRC) $(TOOL_SRC)

LIB        := $(B)/libamtcert.a
CHECKS     := $(CHECK_MAIN:%.c=$(B)/%)
REMEDIES   := $(REMEDY_MAIN:%.c=$(B)/%)
CHECK_OBJ  := $(patsubst %.c,$(B)/%.o,$(filter-out $(CHECK_MAIN),$(CHECK_SRC)))
REMEDY_OBJ := $(patsubst %.c,$(B)/%.o,$(filter-out $(REMEDY_MAIN),$(REMEDY_SRC)))
AGENT      := $(AGENT_MAIN:%.c=$(B)/%)
AGENT_LIB  := $(B)/snmp/libamtagent.a
MIB        := $(B)/snmp/AMT-CERT-MIB.txt
# For other programs: snmpd, managers, monitoring cores.
NMS_FILES  := $(sort $(filter-out %.service,$(wildcard snmp/nms/*.* snmp/nms/*/*.*)))
NAGIOS_FILES := $(sort $(wildcard nagios/*.* nagios/*/*.* nagios/*/*/*.*))
EXAMPLES   := $(NMS_FILES) $(NAGIOS_FILES)
SERVICES   := $(wildcard snmp/nms/*.service) $(sort $(wildcard remediate/systemd/*.*))
SIM        := $(if $(SIM_SRC),$(B)/tests/sim/amtsim)
UNITS      := $(UNIT_SRC:%.c=$(B)/%)
UNIT_OBJ   := $(UNIT_HELP:%.c=$(B)/%.o)
FUZZERS    := $(FUZZ_SRC:%.c=$(B)/%)
TOOLS      := $(TOOL_SRC:%.c=$(B)/%)

#
# Flags.  The compiler and pkg-config are asked once, and only by a recipe that
# needs the answer: on a fresh system `make deps` has to run first.
#
once = $(eval $(1) := $(2))$($(1))

CC_KIND  = $(call once,CC_KIND,$(if $(findstring clang,$(shell $(CC) --version 2>&1)),clang,gcc))
CC_ARCH  = $(call once,CC_ARCH,$(firstword $(subst -, ,$(shell $(CC) -dumpmachine))))

PACKAGES := libssl libcrypto libcurl libxml-2.0 sqlite3
pkg = $(or $(shell pkg-config $(1) && echo ' '),$(error pkg-config $(1) failed: run `make deps`))

PKG_CFLAGS    = $(call once,PKG_CFLAGS,$(patsubst -I%,-isystem %,$(call pkg,--cflags $(PACKAGES))))
PKG_LIBS      = $(call once,PKG_LIBS,$(call pkg,--libs $(PACKAGES)))
# A TLS server without RFC 5746 is something OpenSSL cannot be.
SIM_LIBS      = $(call once,SIM_LIBS,$(call pkg,--libs gnutls))
# What the agent needs and nothing more: it must not be able to reach a device.
AGENT_LIBS    = -lnetsnmpagent -lnetsnmp -lpthread $(call once,AGENT_PKG_LIBS,$(call pkg,--libs libcrypto sqlite3))
CMOCKA_LIBS   = $(call once,CMOCKA_LIBS,$(call pkg,--libs cmocka))

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow \
	-Wconversion -Wsign-conversion -Wfloat-conversion -Wcast-qual -Wcast-align \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wdeclaration-after-statement -Wpointer-arith -Wwrite-strings -Wundef -Wvla \
	-Wformat=2 -Wnull-dereference -Wimplicit-fallthrough
WARNINGS_gcc := -Wlogical-op -Wduplicated-cond -Wjump-misses-init \
	-Wformat-truncation=2 -Wformat-overflow=2

HARDEN := -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
	-fstack-clash-protection
HARDEN_x86_64 := -fcf-protection
HARDEN_LINK := -Wl,-z,relro,-z,now,-z,noexecstack

# Fortify hides what a sanitizer would report, and needs an optimizer.  The warnings are
# those of the variant without one: asked twice, they take a quarter of the time.
OPT_FLAGS = $(if $(COV),-O0 --coverage,$(if $(SANITIZE),\
	-O1 -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer,\
	$(HARDEN) $(HARDEN_$(CC_ARCH))))

CPPFLAGS_ALL = -std=c11 -D_GNU_SOURCE -DAMTCERT_VERSION='"$(VERSION)"' -Ilib \
	$(PKG_CFLAGS) $(CPPFLAGS)
CFLAGS_ALL = $(OPT_FLAGS) -fPIE $(if $(SANITIZE),,$(WARNINGS) $(WARNINGS_$(CC_KIND))) \
	$(if $(WERROR),-Werror) $(CFLAGS)
LDFLAGS_ALL = -pie $(HARDEN_LINK) -Wl,--as-needed \
	$(if $(COV),--coverage) $(if $(SANITIZE),-fsanitize=$(SANITIZE) $(FAST_LINK)) $(LDFLAGS)

# Three hundred test programs carry a sanitizer: by the linker that needs a tenth of
# the time, where it is. What is installed is linked by the compiler's own.
FAST_LINK := $(if $(shell command -v mold 2>/dev/null),-fuse-ld=mold)

# Unit programs see every allocation of the code under test (tests/unit/torture.h),
# and may stop its clock (tests/unit/still_clock.h).
WRAPPED := malloc calloc realloc reallocarray strdup strndup clock_monotonic_ms
WRAP_FLAGS = $(if $(UNIT_HELP),$(WRAPPED:%=-Wl,--wrap=%))

# Sub-makes of a bare `make check` use all processors.
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))
SUBMAKE = $(MAKE) --no-print-directory $(JOBS)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all sim tests objects check check-run unit cli fuzz lint lint-run tidy format cov bench \
	bench-run valgrind demo demo-run deps install uninstall clean help FORCE

all: $(LIB) $(CHECKS) $(REMEDIES) $(AGENT) $(MIB)
sim: $(SIM)
tests: all $(SIM) $(UNITS) $(TOOLS)
objects: $(ALL_SRC:%.c=$(B)/%.o)

#
# Compile and link.  V=1 shows the commands.
#
say = $(if $(V),,@printf '  %-5s %s\n' '$(1)' '$(2)';)

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

# The page of report_amt_fleet as lists of C strings, a line each; its scripts are one,
# in this order.
PAGE    := lib/listing/page
PAGE_JS := $(patsubst %,$(PAGE)/%.js,base forecast view head chart timeline days devices start)
as_strings = @mkdir -p $(@D); printf '  %-5s %s\n' INC '$@'; \
	sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n",/' $^ >$@

$(B)/$(PAGE)/page.js.inc: $(PAGE_JS)
	$(as_strings)
$(B)/$(PAGE)/page.%.inc: $(PAGE)/page.%
	$(as_strings)
$(B)/lib/listing/format_html.o: $(patsubst %,$(B)/$(PAGE)/page.%.inc,html css js)
$(B)/lib/listing/format_html.%: private CPPFLAGS_ALL += -I$(B)/lib

# Rewritten only when its text changes: what depends on it is then made anew.
keep = @mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$(1))' >$@.new; \
	cmp -s $@.new $@ || cp $@.new $@; rm -f $@.new

$(B)/flags: FORCE
	$(call keep,$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL))

$(B)/sources: FORCE
	$(call keep,$(LIB_SRC) $(SIM_SRC) $(UNIT_HELP) $(CHECK_SRC) $(REMEDY_SRC) $(AGENT_SRC))

$(B)/oid_root: FORCE
	$(call keep,$(OID_ROOT))

$(LIB): $(LIB_SRC:%.c=$(B)/%.o) $(B)/sources
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $(filter %.o,$^)

# The agent is a room of its own; its tests are tests/unit/test_snmp_*.c.
$(B)/snmp/% $(B)/tests/unit/test_snmp_%: CPPFLAGS_ALL += -I.
OID_DEFINE = -DAMTCERT_OID_ROOT=$(subst .,$(comma),$(OID_ROOT))
$(B)/snmp/settings.%: CPPFLAGS_ALL += $(OID_DEFINE)
$(B)/snmp/settings.o: $(B)/oid_root

$(AGENT_LIB): $(AGENT_SRC:%.c=$(B)/%.o) $(B)/sources
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $(filter %.o,$^)

$(AGENT): $(B)/%: $(B)/%.o $(AGENT_LIB) $(LIB)
	$(call say,LD,$@)$(CC) $(LDFLAGS_ALL) -o $@ $< $(AGENT_LIB) $(LIB) $(AGENT_LIBS)

# The lines of the MIB that depend on the root; as they stand for the playpen.
PLAYPEN    := 1.3.6.1.4.1.8072.9999.9999
MIB_ROOT    = s/netSnmpPlaypen FROM NET-SNMP-MIB; /enterprises FROM SNMPv2-SMI; /; \
	s/{ netSnmpPlaypen 16993 }/{ enterprises $(subst ., ,$(OID_ROOT:1.3.6.1.4.1.%=%)) }/

$(MIB): snmp/AMT-CERT-MIB.txt $(B)/oid_root
	@mkdir -p $(@D)
	$(call say,MIB,$@)sed '/-- root$$/{$(if $(filter $(PLAYPEN).16993,$(OID_ROOT)),,$(MIB_ROOT))}' $< >$@

# A source without main() serves the programs of its folder that call it: an
# archive, so that a check without login does not link what one with login needs.
CHECK_LIB  := $(if $(CHECK_OBJ),$(B)/checks/checks.a)
REMEDY_LIB := $(if $(REMEDY_OBJ),$(B)/remediate/remediate.a)
$(CHECK_LIB): $(CHECK_OBJ) $(B)/sources
$(REMEDY_LIB): $(REMEDY_OBJ) $(B)/sources
$(CHECK_LIB) $(REMEDY_LIB):
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $(filter %.o,$^)

$(CHECKS): $(CHECK_LIB)
$(REMEDIES): $(REMEDY_LIB)
$(B)/checks/check_amt_snmp $(B)/tests/tools/snmpwalker: MORE_LIBS = -lnetsnmp
$(CHECKS) $(REMEDIES) $(TOOLS): $(B)/%: $(B)/%.o $(LIB)
	$(call say,LD,$@)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) \
	    $(filter-out $(LIB),$(filter %.a,$^)) $(LIB) $(PKG_LIBS) $(MORE_LIBS)

$(B)/tests/sim/amtsim: $(SIM_SRC:%.c=$(B)/%.o) $(LIB) $(B)/sources
	$(call say,LD,$@)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(LIB) $(PKG_LIBS) $(SIM_LIBS)

$(filter $(B)/tests/unit/test_snmp_%,$(UNITS)): $(AGENT_LIB)
$(B)/tests/unit/test_snmp_agentx_answer $(B)/tests/unit/test_snmp_view_memo: MORE_LIBS = $(AGENT_LIBS)
$(UNITS): $(B)/%: $(B)/%.o $(UNIT_OBJ) $(LIB)
	$(call say,LD,$@)$(CC) $(LDFLAGS_ALL) $(WRAP_FLAGS) -o $@ $< $(UNIT_OBJ) \
	    $(filter $(AGENT_LIB),$^) $(LIB) $(CMOCKA_LIBS) $(PKG_LIBS) $(MORE_LIBS)

$(FUZZERS): $(B)/%: $(B)/%.o $(LIB)
	$(call say,LD,$@)$(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $(filter %.o,$^) \
	    $(LIB) $(PKG_LIBS) $(MORE_LIBS)

# The simulator is fuzzed as a whole, without its network.
$(B)/tests/fuzz/fuzz_sim: $(filter-out %/amtsim.o,$(SIM_SRC:%.c=$(B)/%.o))
$(B)/tests/fuzz/fuzz_sim: MORE_LIBS = $(SIM_LIBS)

-include $(ALL_SRC:%.c=$(B)/%.d)

#
# Dependencies.  The list of packages is in tests/deps.sh and nowhere else.
#
deps:
	@tests/deps.sh all

#
# Tests.  tests/run.sh runs programs, adds up and prints the last line.
#
# ONLY=name picks some of them.
export ONLY
RUN = FUZZ_RUNS=$(FUZZ_RUNS) FUZZ_SEED=$(FUZZ_SEED) tests/run.sh

check:
	@$(if $(NODEPS),,tests/deps.sh test)
	@+$(SUBMAKE) check-run

ifneq ($(SANITIZE)$(COV),)
check-run: tests
	@$(RUN) lint:$(B) unit:$(B) cli:$(B)
else
check-run: tests
	@+$(SUBMAKE) CC=gcc SANITIZE=$(SAN) B=$(B_GCC_SAN) tests
	@+$(SUBMAKE) CC=clang SANITIZE=$(SAN_FUZZ) B=$(B_FUZZ) tests fuzzers
	@$(RUN) lint:$(B) unit:$(B) unit:$(B_GCC_SAN) unit:$(B_FUZZ) \
	    fuzz:$(B_FUZZ) cli:$(B) cli:$(B_GCC_SAN)
endif

unit: $(UNITS) $(SIM) $(TOOLS)
	@$(RUN) unit:$(B)

cli: all $(SIM) $(TOOLS)
	@$(RUN) cli:$(B)

.PHONY: fuzzers
fuzzers: $(FUZZERS)

fuzz:
	@+$(SUBMAKE) CC=clang SANITIZE=$(SAN_FUZZ) B=$(B_FUZZ) fuzzers
	@$(RUN) fuzz:$(B_FUZZ)

# Definite leaks: SQLite's blocks begin before what points to them, so that all it holds
# in a process that ends in the middle of a write looks possibly lost.
valgrind: tests
	@RUN_UNDER='valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite' \
	    $(RUN) unit:$(B)

cov:
	@+$(SUBMAKE) COV=1 check-run
	gcovr -r . --object-directory build/$(notdir $(firstword $(CC)))-cov --exclude tests/

bench demo:
	@$(if $(NODEPS),,tests/deps.sh $(if $(filter bench,$@),test,demo))
	@+$(SUBMAKE) $@-run

bench-run: all $(SIM) $(TOOLS)
	@B=$(B) tests/bench.sh

demo-run: all $(SIM) $(TOOLS)
	@B=$(B) tests/demo.sh

#
# Style
#
C_FILES := $(ALL_SRC) $(HEADERS)
SCRIPTS := $(sort $(wildcard .ci/run tests/*.sh tests/*/*.sh tests/*/*.t))
TIDY    := $(ALL_SRC:%.c=$(B)/%.tidy)

# System headers are not ours; declarations stand at the top of their block on
# purpose; it cannot read a macro whose argument is a macro, and takes the members
# of the simulator's "struct class" for variables (-Wshadow does not).
CPPCHECK_OFF := --suppress=missingIncludeSystem --suppress=variableScope \
	--suppress=unknownMacro '--suppress=shadowVariable:tests/sim/*'

format:
	clang-format -i $(C_FILES)

# Compiled by both compilers without a warning, then read by everything that reads C.
lint:
	@$(if $(NODEPS),,tests/deps.sh lint)
	@+$(SUBMAKE) lint-run

# A folder of pages, in which those they refer to are found; of other packages' pages
# only the names.
FOREIGN_MANUALS := man8/snmpd.8 man5/snmpd.conf.5
name_manual = printf '.Dd January 1, 2026\n.Dt X %s\n.Os\n.Sh NAME\n.Nm %s\n.Nd x\n' \
	$(subst .,,$(suffix $(1))) $(notdir $(basename $(1))) >$(2)/$(1) &&
lint_manuals = rm -rf $(1) && mkdir -p $(1)/man5 $(1)/man8 && \
	cp $(filter %.5,$(MANUALS)) $(1)/man5 && cp $(filter %.8,$(MANUALS)) $(1)/man8 && \
	$(foreach page,$(FOREIGN_MANUALS),$(call name_manual,$(page),$(1))) \
	PATH=$$PATH:/usr/sbin makewhatis $(CURDIR)/$(1) && \
	MANPATH=$(CURDIR)/$(1) mandoc -T lint -W style $(MANUALS)

lint-run: all
	@clang-format --dry-run -Werror $(C_FILES)
	@+$(SUBMAKE) CC=gcc WERROR=1 B=build/gcc-werror objects
	@+$(SUBMAKE) -k CC=clang WERROR=1 B=build/clang-werror objects tidy
	@mkdir -p build/cppcheck
	@cppcheck --std=c11 --language=c --enable=warning,style,performance,portability \
	    --inline-suppr $(CPPCHECK_OFF) --error-exitcode=1 --quiet \
	    --cppcheck-build-dir=build/cppcheck -j $(shell nproc) -D_GNU_SOURCE $(OID_DEFINE) -Ilib -I. \
	    $(wildcard lib checks remediate snmp tests)
	@shellcheck -x $(SCRIPTS)
	@$(if $(MANUALS),$(call lint_manuals,build/man))
	@$(RUN) lint:$(B)

tidy: $(TIDY)

# The object is there for its list of headers.
$(B)/%.tidy: %.c $(B)/%.o $(wildcard .clang-tidy tests/.clang-tidy tests/*/.clang-tidy)
	$(call say,TIDY,$<)clang-tidy --quiet $< -- $(CPPFLAGS_ALL) >$@.log 2>&1 || \
	    { grep -A3 'error:' $@.log; echo "all of it: $@.log"; exit 1; }
	@touch $@

#
# Installation
#
install: all
	$(INSTALL) -d $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(SBINDIR) \
	    $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man8
	$(if $(CHECKS),$(INSTALL) -m 755 $(CHECKS) $(DESTDIR)$(LIBEXECDIR))
	$(if $(REMEDIES),$(INSTALL) -m 755 $(REMEDIES) $(DESTDIR)$(SBINDIR))
	$(INSTALL) -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(DATADIR)/sudoers.d
	$(if $(AGENT),$(INSTALL) -d $(DESTDIR)$(MIBDIR))
	$(if $(AGENT),$(INSTALL) -m 755 $(AGENT) $(DESTDIR)$(SBINDIR))
	$(if $(AGENT),$(INSTALL) -m 644 $(MIB) $(DESTDIR)$(MIBDIR))
	$(INSTALL) -d $(addprefix $(DESTDIR)$(DATADIR)/,$(sort $(dir $(EXAMPLES))))
	$(foreach file,$(EXAMPLES),$(INSTALL) -m 644 $(file) $(DESTDIR)$(DATADIR)/$(file) && ):
	$(foreach unit,$(SERVICES),sed -e 's|/usr/local/sbin|$(SBINDIR)|' \
	    -e 's|/usr/lib/nagios/plugins|$(LIBEXECDIR)|' $(unit) \
	    >$(DESTDIR)$(UNITDIR)/$(notdir $(unit)) && \
	    chmod 644 $(DESTDIR)$(UNITDIR)/$(notdir $(unit)) && ):
	rm -f $(DESTDIR)$(DATADIR)/sudoers.d/amtcert
	sed 's|/usr/local/sbin|$(SBINDIR)|' remediate/sudo/amtcert \
	    >$(DESTDIR)$(DATADIR)/sudoers.d/amtcert && \
	    chmod 440 $(DESTDIR)$(DATADIR)/sudoers.d/amtcert
	$(INSTALL) -m 644 $(filter %.5,$(MANUALS)) $(DESTDIR)$(MANDIR)/man5
	$(INSTALL) -m 644 $(filter %.8,$(MANUALS)) $(DESTDIR)$(MANDIR)/man8

uninstall:
	rm -f $(CHECKS:$(B)/checks/%=$(DESTDIR)$(LIBEXECDIR)/%) \
	    $(REMEDIES:$(B)/remediate/%=$(DESTDIR)$(SBINDIR)/%) \
	    $(AGENT:$(B)/snmp/%=$(DESTDIR)$(SBINDIR)/%) \
	    $(DESTDIR)$(MIBDIR)/AMT-CERT-MIB.txt \
	    $(addprefix $(DESTDIR)$(UNITDIR)/,$(notdir $(SERVICES))) \
	    $(DESTDIR)$(DATADIR)/sudoers.d/amtcert \
	    $(addprefix $(DESTDIR)$(DATADIR)/,$(EXAMPLES)) \
	    $(patsubst %,$(DESTDIR)$(MANDIR)/man5/%,$(notdir $(filter %.5,$(MANUALS)))) \
	    $(patsubst %,$(DESTDIR)$(MANDIR)/man8/%,$(notdir $(filter %.8,$(MANUALS))))

clean:
	rm -rf build

help:
	@sed -n 's/^## //p' Makefile

## make             build library, checks and remedies
## make demo        a simulated fleet, checked and repaired before your eyes
## make check       all tests; the last line counts them
## make unit cli fuzz valgrind    one kind of test
## make lint        format, static analysis, layers, manuals
## make cov bench   coverage report; instruction counts
## make install     PREFIX=/usr/local LIBEXECDIR=/usr/lib/nagios/plugins DESTDIR=
## make deps        install missing packages (Debian, Ubuntu)
## make format      apply .clang-format
## make clean       remove build/
##
## Variables: CC CFLAGS LDFLAGS WERROR=1 COV=1 NODEPS=1 V=1 B=folder
##            SANITIZE=address,undefined,float-cast-overflow
##            FUZZ_RUNS=20000 FUZZ_SEED=1 (0: a new one each time)
