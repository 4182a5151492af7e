# SPDX-License-Identifier: BSD-2-Clause
#
# Black-box tests: one program that knows include/pkcs11.h and takes any
# module's path. "make check" runs it against the built kluis; against another
# module:	conformance/run /usr/lib/softhsm/libsofthsm2.so

KL_CONFORMANCE = \
	conformance/attacks.c \
	conformance/attrs.c \
	conformance/calls.c \
	conformance/calls.h \
	conformance/changes.c \
	conformance/creates.c \
	conformance/derives.c \
	conformance/driver.c \
	conformance/driver.h \
	conformance/finds.c \
	conformance/general.c \
	conformance/keygens.c \
	conformance/keyobjs.c \
	conformance/kit.c \
	conformance/kit.h \
	conformance/kit_fixed.c \
	conformance/kit_fixed.h \
	conformance/kit_keys.c \
	conformance/kit_module.c \
	conformance/kit_names.c \
	conformance/kit_ref.c \
	conformance/kit_ref.h \
	conformance/kit_tmpl.c \
	conformance/logins.c \
	conformance/mechs.c \
	conformance/mechs.h \
	conformance/opkeys.c \
	conformance/oplens.c \
	conformance/ops.c \
	conformance/ops.h \
	conformance/opstates.c \
	conformance/params.c \
	conformance/pins.c \
	conformance/policies.c \
	conformance/procs.c \
	conformance/sessions.c \
	conformance/slots.c \
	conformance/suite.c \
	conformance/suite.h \
	conformance/threads.c \
	conformance/tokens.c \
	conformance/truth.c \
	conformance/vec.h \
	conformance/vec_asym.c \
	conformance/vec_json.c \
	conformance/vec_nist.c \
	conformance/vec_rfc8032.c \
	conformance/vec_sym.c \
	conformance/vectors.c \
	conformance/wraps.c

check_PROGRAMS += conformance/suite
conformance_suite_SOURCES = $(KL_CONFORMANCE)
conformance_suite_CPPFLAGS = $(KL_CPPFLAGS) -I$(top_srcdir)/include
conformance_suite_LDADD = $(CRYPTO_LIBS) -ldl -lpthread

TESTS += conformance/run
