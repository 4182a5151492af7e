# SPDX-License-Identifier: BSD-2-Clause
#
# Tests. To add one:
#
#  - a unit test of src/ROOM/FILE.c is tests/ROOM/test_FILE.c, a cmocka
#    program of one file. Add its name without .c to KL_TESTS; it is compiled
#    with the flags of the tree and linked with all rooms, cmocka and -ldl, and
#    may include "kit/..." and "ROOM/...". Nothing else is needed; a program that
#    only loads the module takes nothing of the rooms.
#  - a script goes to KL_SCRIPT: executable, with a first line that names its
#    interpreter.
#
# All of them run under tests/kit/tap, which says what may be printed, how a
# skip gives its reason, and which environment they get. Besides that they see
#	KLUIS_MODULE	the built module
#	KLUIS_CLI	the built command
#	KLUIS_SRCDIR	the source tree (read-only under "make distcheck")
#	KLUIS_BUILDDIR	the build tree
#	KLUIS_PRELOAD	with --enable-sanitizers: what a program that is not
#			instrumented needs as LD_PRELOAD before it loads the
#			module; else empty
# Data that tests read lies below tests/ and is found through KLUIS_SRCDIR.

KL_TESTS = \
	tests/api/test_async \
	tests/api/test_call \
	tests/api/test_digest \
	tests/api/test_dual \
	tests/api/test_encrypt \
	tests/api/test_general \
	tests/api/test_interfaces \
	tests/api/test_keys \
	tests/api/test_message_encrypt \
	tests/api/test_message_sign \
	tests/api/test_object \
	tests/api/test_points \
	tests/api/test_session \
	tests/api/test_sign \
	tests/api/test_slot_token \
	tests/base/test_bytes \
	tests/base/test_conf \
	tests/base/test_conf_keys \
	tests/base/test_handles \
	tests/base/test_lock \
	tests/base/test_log \
	tests/base/test_mem \
	tests/base/test_process \
	tests/base/test_rv \
	tests/base/test_secret \
	tests/base/test_utc \
	tests/cli/test_json \
	tests/cli/test_names \
	tests/cli/test_options \
	tests/cli/test_pin \
	tests/cli/test_text \
	tests/crypto/test_aead \
	tests/crypto/test_cbcmac \
	tests/crypto/test_chacha \
	tests/crypto/test_cipher \
	tests/crypto/test_ciphers \
	tests/crypto/test_curve \
	tests/crypto/test_der \
	tests/crypto/test_derive \
	tests/crypto/test_derive_dh \
	tests/crypto/test_digest \
	tests/crypto/test_ecdsa \
	tests/crypto/test_eddsa \
	tests/crypto/test_edwards \
	tests/crypto/test_edwards_sig \
	tests/crypto/test_engine \
	tests/crypto/test_fault_pair \
	tests/crypto/test_fault_sym \
	tests/crypto/test_gcm_iv \
	tests/crypto/test_hotp \
	tests/crypto/test_hybrid \
	tests/crypto/test_kem \
	tests/crypto/test_ivs \
	tests/crypto/test_key \
	tests/crypto/test_key_curve \
	tests/crypto/test_key_ffc \
	tests/crypto/test_key_pqc \
	tests/crypto/test_key_rsa \
	tests/crypto/test_keygen \
	tests/crypto/test_keygen_ffc \
	tests/crypto/test_keywrap \
	tests/crypto/test_mac \
	tests/crypto/test_op \
	tests/crypto/test_par \
	tests/crypto/test_pkcs8 \
	tests/crypto/test_pkcs8_ffc \
	tests/crypto/test_point \
	tests/crypto/test_pqsign \
	tests/crypto/test_prim \
	tests/crypto/test_rsa \
	tests/crypto/test_sign \
	tests/crypto/test_unit \
	tests/crypto/test_vectors \
	tests/crypto/test_vectors_sym \
	tests/fixtures/test_v1 \
	tests/golden/test_offer \
	tests/mech/test_allow \
	tests/mech/test_params \
	tests/mech/test_params_aead \
	tests/mech/test_params_otp \
	tests/mech/test_params_ffc \
	tests/mech/test_params_kdf \
	tests/mech/test_params_pqc \
	tests/mech/test_params_tls \
	tests/mech/test_table \
	tests/object/test_attr \
	tests/object/test_attrck \
	tests/object/test_builtin \
	tests/object/test_commit \
	tests/object/test_draft \
	tests/object/test_find \
	tests/object/test_get \
	tests/object/test_material \
	tests/object/test_object \
	tests/object/test_otp \
	tests/object/test_persist \
	tests/object/test_policy \
	tests/object/test_policy_change \
	tests/object/test_profile \
	tests/object/test_schema \
	tests/object/test_set \
	tests/object/test_space \
	tests/object/test_template \
	tests/object/test_use \
	tests/object/test_verify \
	tests/object/test_wrap \
	tests/seal/test_audit \
	tests/seal/test_counter \
	tests/seal/test_keyring \
	tests/seal/test_object \
	tests/seal/test_pin \
	tests/seal/test_set \
	tests/session/test_hybrid_wrap \
	tests/session/test_library \
	tests/session/test_login \
	tests/session/test_objects \
	tests/session/test_op \
	tests/session/test_op_crypt \
	tests/session/test_op_dual \
	tests/session/test_op_kem \
	tests/session/test_derive_protocol \
	tests/session/test_op_derive \
	tests/session/test_op_keys \
	tests/session/test_op_message_crypt \
	tests/session/test_op_message_sign \
	tests/session/test_op_state \
	tests/session/test_op_otp \
	tests/session/test_op_wrap \
	tests/session/test_op_wrap_auth \
	tests/session/test_out \
	tests/session/test_session \
	tests/session/test_slot \
	tests/session/test_table \
	tests/session/test_token \
	tests/session/test_token_info \
	tests/session/test_wrap_policy \
	tests/store/test_check \
	tests/store/test_create \
	tests/store/test_env \
	tests/store/test_fault \
	tests/store/test_find \
	tests/store/test_gen \
	tests/store/test_migrate \
	tests/store/test_object \
	tests/store/test_record \
	tests/store/test_schema \
	tests/store/test_sqlite \
	tests/store/test_stmt \
	tests/store/test_store \
	tests/store/test_vfs

KL_SCRIPT = \
	tests/bench/smoke \
	tests/cli/test_kluis \
	tests/clients/engine \
	tests/clients/gnutls \
	tests/clients/java \
	tests/clients/nss \
	tests/clients/openssh \
	tests/clients/p11-kit \
	tests/clients/pkcs11-tool \
	tests/clients/postquantum \
	tests/clients/provider \
	tests/clients/pykcs11 \
	tests/conformance/test_profiles \
	tests/conformance/test_run \
	tests/fixtures/test_read \
	tests/include/test_alone \
	tests/include/test_header_nss \
	tests/include/test_header_p11kit \
	tests/include/test_tables \
	tests/lint/banned \
	tests/lint/driver \
	tests/lint/globals \
	tests/lint/headers \
	tests/lint/lists \
	tests/lint/manual \
	tests/lint/rooms \
	tests/lint/sizes \
	tests/lint/spdx \
	tests/lint/symbols \
	tests/lint/twins \
	tests/tamper/tamper

# --- how they are built ---

if HAVE_CMOCKA
check_PROGRAMS += $(KL_TESTS)
TESTS += $(KL_TESTS)
else
check-local:
	@echo "unit tests need cmocka: install libcmocka-dev, configure again"
	@exit 1
endif
TESTS += $(KL_SCRIPT)

AM_CPPFLAGS += -I$(top_srcdir)/tests
LDADD = libkluis-cli.la libkluis.la $(CMOCKA_LIBS) $(JANSSON_LIBS) $(KL_LIBS)

# --- what test_read runs: makes a token by store and seal alone ---

check_PROGRAMS += tests/fixtures/make_v1
tests_fixtures_make_v1_LDADD = libkluis.la $(KL_LIBS)

# --- programs that know the module by its file alone ---

KL_PROCESS = \
	tests/process/deepbind \
	tests/process/exits \
	tests/process/forks \
	tests/process/hosts \
	tests/process/many \
	tests/process/slots \
	tests/process/threads

check_PROGRAMS += $(KL_PROCESS) tests/tamper/look
TESTS += $(KL_PROCESS)
tests_process_deepbind_LDADD = $(CRYPTO_LIBS) -ldl -lpthread
tests_process_exits_LDADD = -ldl -lpthread
tests_process_forks_LDADD = -ldl -lpthread
tests_process_hosts_LDADD = $(CRYPTO_LIBS) -ldl -lpthread
tests_process_hosts_CPPFLAGS = $(AM_CPPFLAGS) \
	-DRECURSE_PROVIDER='"$(abs_builddir)/.libs/recurse_provider.so"'
tests_process_many_LDADD = $(SQLITE_LIBS) -ldl -lpthread
tests_process_slots_LDADD = -ldl -lpthread
tests_process_threads_LDADD = -ldl -lpthread
tests_tamper_look_LDADD = -ldl -lpthread

# what openssl.cnf of tests/process/hosts loads; rpath makes it a shared object
check_LTLIBRARIES += recurse_provider.la
recurse_provider_la_SOURCES = tests/process/recurse_provider.c
recurse_provider_la_LIBADD = -ldl
recurse_provider_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-rpath /nowhere

# --- the bench: "make bench", BENCH_FLAGS="..." for its options ---

KL_BENCH = \
	tests/bench/bench.h \
	tests/bench/group_create.c \
	tests/bench/group_ops.c \
	tests/bench/group_store.c \
	tests/bench/group_trace.c \
	tests/bench/key.c \
	tests/bench/main.c \
	tests/bench/meas.c \
	tests/bench/op.c \
	tests/bench/op_agree.c \
	tests/bench/op_sign.c \
	tests/bench/op_sym.c \
	tests/bench/plan.c \
	tests/bench/proc.c \
	tests/bench/report.c \
	tests/bench/start.c \
	tests/bench/target.c

check_PROGRAMS += tests/bench/bench
tests_bench_bench_SOURCES = $(KL_BENCH)
tests_bench_bench_LDADD = $(CRYPTO_LIBS) -ldl -lpthread -lm

BENCH_FLAGS =

bench: tests/bench/bench$(EXEEXT) kluis-pkcs11.la
	tests/bench/bench$(EXEEXT) $(abs_builddir)/.libs/kluis-pkcs11.so \
		--json bench.json $(BENCH_FLAGS)

CLEANFILES += bench.json
.PHONY: bench

# --- Debian 13, which is no test of "make check": "make trixie" ---

KL_TRIXIE = tests/trixie/run

trixie: all
	KLUIS_MODULE='$(abs_builddir)/.libs/kluis-pkcs11.so' \
		$(top_srcdir)/$(KL_TRIXIE)

.PHONY: trixie

# --- how they are run ---
#
# The leak checker of gcc 12 crashes in processes that loaded a module with
# thread storage unless ASan leaves __tls_get_addr alone.

TEST_EXTENSIONS =
LOG_DRIVER = $(top_srcdir)/tests/kit/tap
AM_TESTS_ENVIRONMENT = \
	KLUIS_MODULE='$(abs_builddir)/.libs/kluis-pkcs11.so'; \
	KLUIS_CLI='$(abs_builddir)/kluis'; \
	KLUIS_SRCDIR='$(abs_srcdir)'; \
	KLUIS_BUILDDIR='$(abs_builddir)'; \
	KLUIS_PRELOAD='$(KL_PRELOAD)'; \
	CC='$(CC)'; NM='$(NM)'; PYTHONDONTWRITEBYTECODE=1; \
	ASAN_OPTIONS=intercept_tls_get_addr=0; \
	UBSAN_OPTIONS=print_stacktrace=1; \
	export ASAN_OPTIONS UBSAN_OPTIONS; \
	export KLUIS_MODULE KLUIS_CLI KLUIS_SRCDIR KLUIS_BUILDDIR; \
	export KLUIS_PRELOAD CC NM PYTHONDONTWRITEBYTECODE;
