/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mechanism table: its order, that rows are complete, and the dump in
 * tests/golden/mechanisms.txt, so that a change of policy is a line in a diff.
 * KLUIS_GOLDEN_WRITE=1 writes the dump anew.
 */
#include "mech/mech_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	CK_FLAGS flag;
	const char *name;
} flag_names[] = {
	{ CKF_ENCRYPT, "encrypt" }, { CKF_DECRYPT, "decrypt" },
	{ CKF_DIGEST, "digest" }, { CKF_SIGN, "sign" },
	{ CKF_VERIFY, "verify" }, { CKF_SIGN_RECOVER, "sign-recover" },
	{ CKF_VERIFY_RECOVER, "verify-recover" },
	{ CKF_MESSAGE_ENCRYPT, "message-encrypt" },
	{ CKF_MESSAGE_DECRYPT, "message-decrypt" },
	{ CKF_MESSAGE_SIGN, "message-sign" },
	{ CKF_MESSAGE_VERIFY, "message-verify" },
	{ CKF_MULTI_MESSAGE, "multi-message" }, { CKF_GENERATE, "generate" },
	{ CKF_GENERATE_KEY_PAIR, "pair" }, { CKF_WRAP, "wrap" },
	{ CKF_UNWRAP, "unwrap" }, { CKF_DERIVE, "derive" },
	{ CKF_ENCAPSULATE, "encapsulate" },
	{ CKF_DECAPSULATE, "decapsulate" },
	{ CKF_EC_F_P, "fp" }, { CKF_EC_OID, "oid" },
	{ CKF_EC_CURVENAME, "curvename" }, { CKF_EC_UNCOMPRESS, "uncompress" },
	{ CKF_EC_COMPRESS, "compress" },
};

static void
dump_row(FILE *f, const struct mech_row *r)
{
	fprintf(f, "%08lx %s %lu..%lu", r->type, r->name, r->min, r->max);
	for (size_t i = 0; i < KL_COUNT(flag_names); i++)
		if ((r->flags & flag_names[i].flag) != 0)
			fprintf(f, " %s", flag_names[i].name);
	fprintf(f, " keys");
	for (unsigned i = 0; i < r->nkeys; i++)
		fprintf(f, " %02lx", r->keys[i]);
	fprintf(f, " traits %02x\n", r->traits);
}

#define ROWS_MAX 1000

/* Every row, ascending by type; returns how many. */
static size_t
sorted(const struct mech_row **t)
{
	const struct mech_row *row;
	size_t n = 0, at;

	for (; (row = mech_row_at(n)) != NULL; n++) {
		assert_true(n < ROWS_MAX);
		for (at = n; at > 0 && t[at - 1]->type > row->type; at--)
			t[at] = t[at - 1];
		t[at] = row;
	}
	return n;
}

static char *
dump_table(void)
{
	const struct mech_row *t[ROWS_MAX];
	size_t n = sorted(t), len;
	char *text = NULL;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	for (size_t i = 0; i < n; i++)
		dump_row(f, t[i]);
	assert_int_equal(fclose(f), 0);
	return text;
}

static char *
golden_path(void)
{
	const char *src = getenv("KLUIS_SRCDIR");
	char *path;

	assert_true(asprintf(&path, "%s/tests/golden/mechanisms.txt",
	    src != NULL ? src : ".") > 0);
	return path;
}

static void
test_golden(void **state)
{
	char *path = golden_path(), *text = dump_table(), *want;
	size_t n = strlen(text);
	FILE *f;

	(void)state;
	if (getenv("KLUIS_GOLDEN_WRITE") != NULL) {
		assert_non_null(f = fopen(path, "w"));
		assert_int_equal(fwrite(text, 1, n, f), n);
		assert_int_equal(fclose(f), 0);
	}
	assert_non_null(f = fopen(path, "r"));
	assert_non_null(want = calloc(1, n + 2));
	assert_int_equal(fread(want, 1, n + 1, f), n);
	fclose(f);
	assert_string_equal(text, want);
	free(want);
	free(text);
	free(path);
}

/* No mechanism has two rows. */
static void
test_once(void **state)
{
	const struct mech_row *t[ROWS_MAX];
	size_t n = sorted(t);

	(void)state;
	assert_true(n > 80);
	for (size_t i = 1; i < n; i++)
		assert_true(t[i - 1]->type < t[i]->type);
}

static void
test_rows_complete(void **state)
{
	const struct mech_row *t;

	(void)state;
	for (size_t i = 0; (t = mech_row_at(i)) != NULL; i++) {
		assert_non_null(t->params);
		assert_true(t->flags != 0);
		assert_true(t->min <= t->max);
		assert_int_not_equal(t->alg.fam, ENG_F_NONE);
		assert_int_equal(t->nkeys == 0,
		    (t->flags == CKF_DIGEST ||
		    (t->traits & MECH_ANY_KEY) != 0));
		assert_memory_equal(t->name, "CKM_", 4);
	}
}

/* Without integrity: exactly those that design section 9 rule 4 is about. */
static void
test_weak_wraps(void **state)
{
	static const CK_MECHANISM_TYPE weak[] = { CKM_RSA_PKCS, CKM_RSA_X_509,
		CKM_AES_ECB, CKM_AES_CBC, CKM_AES_CBC_PAD, CKM_AES_CTR,
		CKM_CHACHA20,
		CKM_DES_ECB, CKM_DES_CBC, CKM_DES_CBC_PAD,
		CKM_DES3_ECB, CKM_DES3_CBC, CKM_DES3_CBC_PAD,
		CKM_AES_CTS, CKM_AES_XTS, CKM_AES_OFB, CKM_AES_CFB1, CKM_AES_CFB8, CKM_AES_CFB128,
		CKM_ARIA_ECB, CKM_ARIA_CBC, CKM_ARIA_CBC_PAD,
		CKM_CAMELLIA_ECB, CKM_CAMELLIA_CBC, CKM_CAMELLIA_CBC_PAD,
		CKM_CAMELLIA_CTR, CKM_SEED_ECB, CKM_SEED_CBC, CKM_SEED_CBC_PAD,
		CKM_BLOWFISH_CBC, CKM_BLOWFISH_CBC_PAD, CKM_CAST128_ECB,
		CKM_CAST128_CBC, CKM_CAST128_CBC_PAD, CKM_IDEA_ECB,
		CKM_IDEA_CBC, CKM_IDEA_CBC_PAD };
	const struct mech_row *t;
	size_t found = 0;

	(void)state;
	for (size_t i = 0; (t = mech_row_at(i)) != NULL; i++)
		for (size_t k = 0; k < KL_COUNT(weak); k++)
			if (t->type == weak[k]) {
				assert_true(t->traits & MECH_WEAK_WRAP);
				found++;
			}
	assert_int_equal(found, KL_COUNT(weak));
	for (size_t i = 0; (t = mech_row_at(i)) != NULL; i++)
		if ((t->traits & MECH_WEAK_WRAP) != 0)
			found--;
	assert_int_equal(found, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_rows_complete),
		cmocka_unit_test(test_weak_wraps),
		cmocka_unit_test(test_golden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
