/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What C_GetMechanismList and C_GetMechanismInfo say, for each libcrypto of
 * which tests/golden has a dump (offered-3.0.txt, offered-3.5.txt): by default,
 * and what `legacy = yes` adds.  With another libcrypto it is skipped.
 * KLUIS_GOLDEN_WRITE=1 writes the dump of the libcrypto in use anew.
 */
#include "api/api_kit.h"

#include <openssl/crypto.h>

#include "mech/mech.h"

#define ROOM 1024

static const struct {
	CK_FLAGS bit;
	const char *name;
} flags[] = {
	{ CKF_HW, "hw" }, { CKF_MESSAGE_ENCRYPT, "message-encrypt" },
	{ CKF_MESSAGE_DECRYPT, "message-decrypt" },
	{ CKF_MESSAGE_SIGN, "message-sign" },
	{ CKF_MESSAGE_VERIFY, "message-verify" },
	{ CKF_MULTI_MESSAGE, "multi-message" }, { CKF_ENCRYPT, "encrypt" },
	{ CKF_DECRYPT, "decrypt" }, { CKF_DIGEST, "digest" },
	{ CKF_SIGN, "sign" }, { CKF_SIGN_RECOVER, "sign-recover" },
	{ CKF_VERIFY, "verify" }, { CKF_VERIFY_RECOVER, "verify-recover" },
	{ CKF_GENERATE, "generate" }, { CKF_GENERATE_KEY_PAIR, "pair" },
	{ CKF_WRAP, "wrap" }, { CKF_UNWRAP, "unwrap" },
	{ CKF_DERIVE, "derive" }, { CKF_ENCAPSULATE, "encapsulate" },
	{ CKF_DECAPSULATE, "decapsulate" },
};

/* A mechanism's line. */
static char *
line_of(CK_MECHANISM_TYPE type)
{
	CK_MECHANISM_INFO info;
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	OK(C_GetMechanismInfo(0, type, &info));
	fprintf(f, "%08lx %s %lu..%lu", type, mech_name(type),
	    info.ulMinKeySize, info.ulMaxKeySize);
	for (size_t i = 0; i < COUNT(flags); i++)
		if (info.flags & flags[i].bit) {
			fprintf(f, " %s", flags[i].name);
			info.flags &= ~flags[i].bit;
		}
	if (info.flags != 0)
		fprintf(f, " %08lx", info.flags);
	fprintf(f, "\n");
	assert_int_equal(fclose(f), 0);
	return text;
}

/* The lines of one configuration, sorted by number. */
struct offer {
	char *line[ROOM];
	CK_ULONG n;
};

static struct offer
offer_of(const char *conf)
{
	char *folder = kit_store_new(), *path = kit_path(folder, "kluis.conf");
	static CK_MECHANISM_TYPE list[ROOM];
	struct offer o = { .n = ROOM };

	kit_write(path, conf, strlen(conf));
	OK(C_Initialize(NULL));
	OK(C_GetMechanismList(0, list, &o.n));
	for (CK_ULONG i = 0; i < o.n; i++) {
		assert_true(i == 0 || list[i] > list[i - 1]);
		o.line[i] = line_of(list[i]);
	}
	OK(C_Finalize(NULL));
	free(path);
	kit_folder_free(folder);
	return o;
}

static void
offer_free(struct offer *o)
{
	for (CK_ULONG i = 0; i < o->n; i++)
		free(o->line[i]);
}

static bool
has(const struct offer *o, const char *line)
{
	for (CK_ULONG i = 0; i < o->n; i++)
		if (strcmp(o->line[i], line) == 0)
			return true;
	return false;
}

static char *
dump(void)
{
	struct offer plain = offer_of("pin-cost = test\n");
	struct offer legacy = offer_of("pin-cost = test\nlegacy = yes\n");
	CK_ULONG more = 0;
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	fprintf(f, "by default: %lu\n", plain.n);
	for (CK_ULONG i = 0; i < plain.n; i++) {
		fputs(plain.line[i], f);
	}
	for (CK_ULONG i = 0; i < legacy.n; i++)
		more += !has(&plain, legacy.line[i]);
	fprintf(f, "legacy = yes adds or changes: %lu\n", more);
	for (CK_ULONG i = 0; i < legacy.n; i++)
		if (!has(&plain, legacy.line[i]))
			fputs(legacy.line[i], f);
	assert_int_equal(fclose(f), 0);
	offer_free(&plain);
	offer_free(&legacy);
	return text;
}

/* The file of the libcrypto in use. */
static char *
golden_path(void)
{
	const char *top = getenv("KLUIS_SRCDIR");
	unsigned v = OPENSSL_version_major(), w = OPENSSL_version_minor();
	char *path;

	assert_true(asprintf(&path, "%s/tests/golden/offered-%u.%u.txt",
	    top != NULL ? top : ".", v, w) > 0);
	return path;
}

static void
test_golden(void **state)
{
	char *path = golden_path(), *text, *want;
	FILE *f;
	size_t n;

	(void)state;
	if (getenv("KLUIS_GOLDEN_WRITE") == NULL && access(path, R_OK) != 0) {
		printf("SKIP: no dump for %s\n",
		    OpenSSL_version(OPENSSL_VERSION));
		free(path);
		skip();
	}
	text = dump();
	n = strlen(text);
	if (getenv("KLUIS_GOLDEN_WRITE") != NULL)
		kit_write(path, text, n);
	assert_non_null(f = fopen(path, "r"));
	assert_non_null(want = calloc(1, n + 2));
	want[fread(want, 1, n + 1, f)] = '\0';
	fclose(f);
	assert_string_equal(text, want);
	free(want);
	free(text);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
