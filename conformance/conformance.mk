# SPDX-License-Identifier: BSD-2-Clause
#
# Black-box tests: programs that know include/pkcs11.h and take any module's
# path. "make check" runs them against the built kluis; against another module:
#	conformance/run /usr/lib/softhsm/libsofthsm2.so
#	conformance/run-vectors /usr/lib/softhsm/libsofthsm2.so

# what both are written with
KL_CONFORMANCE_KIT = \
	conformance/driver.c \
	conformance/driver.h \
	conformance/kit.c \
	conformance/kit.h \
	conformance/kit_fixed.c \
	conformance/kit_fixed.h \
	conformance/kit_keys.c \
	conformance/kit_module.c \
	conformance/kit_names.c \
	conformance/kit_profile.c \
	conformance/kit_ref.c \
	conformance/kit_ref.h \
	conformance/kit_ref_pq.c \
	conformance/kit_ref_sym.c \
	conformance/kit_tmpl.c \
	conformance/mechs.c \
	conformance/mechs.h \
	conformance/mechs_sym.c \
	conformance/ops.c \
	conformance/ops.h

KL_CONFORMANCE_SUITE = \
	conformance/aeads.c \
	conformance/attacks.c \
	conformance/attrs.c \
	conformance/calls.c \
	conformance/calls.h \
	conformance/changes.c \
	conformance/ciphers.c \
	conformance/classes.c \
	conformance/creates.c \
	conformance/derives.c \
	conformance/duals.c \
	conformance/finite.c \
	conformance/finds.c \
	conformance/general.c \
	conformance/hosts.c \
	conformance/hybrids.c \
	conformance/kems.c \
	conformance/keygens.c \
	conformance/keyobjs.c \
	conformance/logins.c \
	conformance/messages.c \
	conformance/opkeys.c \
	conformance/oplens.c \
	conformance/opstates.c \
	conformance/otps.c \
	conformance/params.c \
	conformance/pieces.c \
	conformance/pins.c \
	conformance/policies.c \
	conformance/pqkeys.c \
	conformance/pqsigns.c \
	conformance/procs.c \
	conformance/reuse.c \
	conformance/saves.c \
	conformance/sessions.c \
	conformance/slots.c \
	conformance/suite.c \
	conformance/suite.h \
	conformance/threads.c \
	conformance/tokens.c \
	conformance/truth.c \
	conformance/wraps.c

KL_CONFORMANCE_PROFILES = \
	conformance/prof.h \
	conformance/prof_calls.c \
	conformance/prof_names.c \
	conformance/prof_xml.c \
	conformance/profiles.c

KL_CONFORMANCE_VECTORS = \
	conformance/vec.h \
	conformance/vec_asym.c \
	conformance/vec_json.c \
	conformance/vec_kat.c \
	conformance/vec_nist.c \
	conformance/vec_pqc.c \
	conformance/vec_rfc8032.c \
	conformance/vec_sym.c \
	conformance/vectors.c

KL_BLACKBOX_CPPFLAGS = $(KL_CPPFLAGS) -I$(top_srcdir)/include
KL_BLACKBOX_LIBS = conformance/libblackbox.la $(JANSSON_LIBS) $(CRYPTO_LIBS) \
	-ldl -lpthread

check_LTLIBRARIES += conformance/libblackbox.la
conformance_libblackbox_la_SOURCES = $(KL_CONFORMANCE_KIT)
conformance_libblackbox_la_CPPFLAGS = $(KL_BLACKBOX_CPPFLAGS)

check_PROGRAMS += conformance/suite conformance/vectors
conformance_suite_SOURCES = $(KL_CONFORMANCE_SUITE)
conformance_suite_CPPFLAGS = $(KL_BLACKBOX_CPPFLAGS)
conformance_suite_LDADD = $(KL_BLACKBOX_LIBS)
conformance_vectors_SOURCES = $(KL_CONFORMANCE_VECTORS)
conformance_vectors_CPPFLAGS = $(KL_BLACKBOX_CPPFLAGS)
conformance_vectors_LDADD = $(KL_BLACKBOX_LIBS)

if HAVE_EXPAT
check_PROGRAMS += conformance/profiles
conformance_profiles_SOURCES = $(KL_CONFORMANCE_PROFILES)
conformance_profiles_CPPFLAGS = $(KL_BLACKBOX_CPPFLAGS)
conformance_profiles_CFLAGS = $(AM_CFLAGS) $(EXPAT_CFLAGS)
conformance_profiles_LDADD = $(KL_BLACKBOX_LIBS) $(EXPAT_LIBS)
endif

TESTS += conformance/run conformance/run-legacy conformance/run-profiles conformance/run-vectors
