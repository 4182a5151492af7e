# SPDX-License-Identifier: BSD-2-Clause
#
# The rooms, the module and the command. A new source or header gets a line in
# the list of its room (tests/lint/lists finds one that was forgotten).

KL_BASE = \
	src/base/auto.h \
	src/base/bytes.c \
	src/base/bytes.h \
	src/base/conf.c \
	src/base/conf.h \
	src/base/conf_int.h \
	src/base/conf_keys.c \
	src/base/handles.c \
	src/base/handles.h \
	src/base/lock.c \
	src/base/lock.h \
	src/base/log.c \
	src/base/log.h \
	src/base/mem.c \
	src/base/mem.h \
	src/base/process.c \
	src/base/process.h \
	src/base/rv.c \
	src/base/rv.h \
	src/base/secret.c \
	src/base/secret.h \
	src/base/utc.c \
	src/base/utc.h

KL_CRYPTO = \
	src/crypto/aead.c \
	src/crypto/cbcmac.c \
	src/crypto/chacha.c \
	src/crypto/cipher.c \
	src/crypto/cipher_int.h \
	src/crypto/curve.c \
	src/crypto/der.c \
	src/crypto/der.h \
	src/crypto/derive.c \
	src/crypto/derive_dh.c \
	src/crypto/digest.c \
	src/crypto/ecdsa.c \
	src/crypto/eddsa.c \
	src/crypto/edwards.c \
	src/crypto/edwards.h \
	src/crypto/edwards_sig.c \
	src/crypto/eng.h \
	src/crypto/eng_int.h \
	src/crypto/engine.c \
	src/crypto/ffc_int.h \
	src/crypto/gcm_iv.c \
	src/crypto/hotp.c \
	src/crypto/hybrid.c \
	src/crypto/kem.c \
	src/crypto/ivs.c \
	src/crypto/kdf.c \
	src/crypto/kdf_int.h \
	src/crypto/kdf_plain.c \
	src/crypto/key.c \
	src/crypto/key_curve.c \
	src/crypto/key_ffc.c \
	src/crypto/key_int.h \
	src/crypto/key_pqc.c \
	src/crypto/key_rsa.c \
	src/crypto/keygen.c \
	src/crypto/keygen_ffc.c \
	src/crypto/keywrap.c \
	src/crypto/mac.c \
	src/crypto/op.c \
	src/crypto/par.c \
	src/crypto/pkcs8.c \
	src/crypto/pkcs8_ffc.c \
	src/crypto/point.c \
	src/crypto/pqsign.c \
	src/crypto/prim.c \
	src/crypto/prim.h \
	src/crypto/rsa.c \
	src/crypto/sign.c \
	src/crypto/sign_int.h \
	src/crypto/tls_mac.c \
	src/crypto/unit.c

KL_SEAL = \
	src/seal/audit.c \
	src/seal/counter.c \
	src/seal/keyring.c \
	src/seal/object.c \
	src/seal/pin.c \
	src/seal/seal.h \
	src/seal/seal_int.h \
	src/seal/set.c

KL_STORE = \
	src/store/check.c \
	src/store/create.c \
	src/store/env.c \
	src/store/find.c \
	src/store/gen.c \
	src/store/migrate.c \
	src/store/object.c \
	src/store/record.c \
	src/store/schema.c \
	src/store/sqlite.c \
	src/store/sqlite_int.h \
	src/store/stmt.c \
	src/store/store.c \
	src/store/store.h \
	src/store/store_int.h \
	src/store/vfs.c

KL_MECH = \
	src/mech/allow.c \
	src/mech/mech.h \
	src/mech/mech_int.h \
	src/mech/params.c \
	src/mech/params_aead.c \
	src/mech/params_otp.c \
	src/mech/params_ffc.c \
	src/mech/params_kdf.c \
	src/mech/params_pqc.c \
	src/mech/params_tls.c \
	src/mech/table.c \
	src/mech/table_aes.c \
	src/mech/table_chacha.c \
	src/mech/table_cipher.c \
	src/mech/table_ec.c \
	src/mech/table_ffc.c \
	src/mech/table_hash.c \
	src/mech/table_kdf.c \
	src/mech/table_int.h \
	src/mech/table_otp.c \
	src/mech/table_pqc.c \
	src/mech/table_rsa.c \
	src/mech/table_tls.c

KL_OBJECT = \
	src/object/attr.c \
	src/object/attrck.c \
	src/object/builtin.c \
	src/object/commit.c \
	src/object/draft.c \
	src/object/find.c \
	src/object/get.c \
	src/object/material.c \
	src/object/object.c \
	src/object/object.h \
	src/object/object_int.h \
	src/object/otp.c \
	src/object/persist.c \
	src/object/policy.c \
	src/object/policy_change.c \
	src/object/policy_int.h \
	src/object/profile.c \
	src/object/schema.c \
	src/object/set.c \
	src/object/space.c \
	src/object/space_int.h \
	src/object/template.c \
	src/object/use.c \
	src/object/verify.c \
	src/object/wrap.c

KL_SESSION = \
	src/session/library.c \
	src/session/login.c \
	src/session/objects.c \
	src/session/op.c \
	src/session/op.h \
	src/session/op_crypt.c \
	src/session/op_dual.c \
	src/session/op_int.h \
	src/session/op_kem.c \
	src/session/op_derive.c \
	src/session/op_keys.c \
	src/session/op_message.c \
	src/session/op_message_crypt.c \
	src/session/op_message_sign.c \
	src/session/op_state.c \
	src/session/op_otp.c \
	src/session/op_wrap.c \
	src/session/out.c \
	src/session/out.h \
	src/session/session.c \
	src/session/session.h \
	src/session/session_int.h \
	src/session/slot.c \
	src/session/table.c \
	src/session/token.c \
	src/session/token_info.c

KL_API = \
	src/api/async.c \
	src/api/call.c \
	src/api/call.h \
	src/api/digest.c \
	src/api/dual.c \
	src/api/encrypt.c \
	src/api/functions.def \
	src/api/general.c \
	src/api/interfaces.c \
	src/api/keys.c \
	src/api/message_encrypt.c \
	src/api/message_sign.c \
	src/api/object.c \
	src/api/session.c \
	src/api/sign.c \
	src/api/slot_token.c

KL_CLI = \
	src/cli/attrs.c \
	src/cli/cli.h \
	src/cli/cmd_check.c \
	src/cli/cmd_delete.c \
	src/cli/cmd_init.c \
	src/cli/cmd_list.c \
	src/cli/cmd_show.c \
	src/cli/cmd_version.c \
	src/cli/json.c \
	src/cli/json.h \
	src/cli/message.c \
	src/cli/names.c \
	src/cli/objects.c \
	src/cli/objects.h \
	src/cli/options.c \
	src/cli/pin.c \
	src/cli/pin.h \
	src/cli/terminal.c \
	src/cli/text.c \
	src/cli/text.h \
	src/cli/tokens.c \
	src/cli/tokens.h

# --- all rooms but the command, for the module, the command and the tests ---

noinst_LTLIBRARIES += libkluis.la
noinst_HEADERS += include/pkcs11.h include/kluis.h
libkluis_la_SOURCES = $(KL_BASE) $(KL_CRYPTO) $(KL_SEAL) $(KL_STORE) \
	$(KL_MECH) $(KL_OBJECT) $(KL_SESSION) $(KL_API)

KL_LIBS = $(SQLITE_LIBS) $(CRYPTO_LIBS) -lpthread

# --- the module ---
#
# nodelete: a host may dlclose while a thread or an exit handler is still in
# here. Bsymbolic, exclude-libs and the version script keep our SQLite ours;
# exclude-libs names its archive only, because ALL would take libkluis too.

pkcs11mod_LTLIBRARIES = kluis-pkcs11.la
kluis_pkcs11_la_SOURCES =
kluis_pkcs11_la_LIBADD = libkluis.la $(SQLITE_MODULE_LIBS) $(CRYPTO_LIBS) -lpthread
kluis_pkcs11_la_DEPENDENCIES = libkluis.la src/kluis.map
kluis_pkcs11_la_LDFLAGS = $(AM_LDFLAGS) $(KL_MODULE_LDFLAGS) \
	-module -avoid-version -shared \
	-Wl,-z,nodelete -Wl,-Bsymbolic -Wl,--exclude-libs,libsqlite3.a \
	-Wl,--version-script=$(top_srcdir)/src/kluis.map

# Programs load the .so; libtool's own description of it helps nobody, but
# without it libtool does not know what to uninstall.
install-data-hook:
	rm -f $(DESTDIR)$(pkcs11moddir)/kluis-pkcs11.la
uninstall-hook:
	rm -f $(DESTDIR)$(pkcs11moddir)/kluis-pkcs11.so

# --- the command; its parts are a library, so that tests can have them ---

noinst_LTLIBRARIES += libkluis-cli.la
libkluis_cli_la_SOURCES = $(KL_CLI)

bin_PROGRAMS += kluis
kluis_SOURCES = src/cli/main.c
kluis_LDADD = libkluis-cli.la libkluis.la $(JANSSON_LIBS) $(KL_LIBS)

dist_man_MANS += src/cli/kluis.1

# --- what p11-kit and pkg-config read ---

pkcs11conf_DATA = kluis.module
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = kluis.pc

kluis.module: src/kluis.module.in Makefile
	$(AM_V_GEN)$(KL_SUBST) $(top_srcdir)/src/kluis.module.in >$@
kluis.pc: src/kluis.pc.in Makefile
	$(AM_V_GEN)$(KL_SUBST) $(top_srcdir)/src/kluis.pc.in >$@

CLEANFILES += kluis.module kluis.pc
