/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine: settings, providers, what is fetched and remembered, randomness,
 * several threads, and libcrypto's end.
 */
#include "crypto/eng_int.h"

#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include "crypto/eng_kit.h"

/* Engines are never freed; those of these tests are reachable from here. */
static struct eng *engines[16];
static size_t n_engines;

static struct eng *
engine(const char *providers, const char *properties)
{
	struct eng **e = &engines[n_engines++];

	assert_true(n_engines <= KL_COUNT(engines));
	assert_int_equal(eng_new(providers, properties, 2048, e), CKR_OK);
	return *e;
}

/* Runs check in a child process; it must answer true. */
static void
in_child(bool (*check)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(check() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* -------------------------------------------------------------- settings */

static void
test_same(void **state)
{
	struct eng *plain = engine(NULL, NULL);
	struct eng *full = engine("default,base", "provider=default");

	(void)state;
	assert_true(eng_same(plain, NULL, NULL, 2048));
	assert_true(eng_same(plain, "default", NULL, 2048));
	assert_false(eng_same(plain, NULL, "fips=yes", 2048));
	assert_false(eng_same(plain, NULL, NULL, 1024));
	assert_false(eng_same(plain, "base", NULL, 2048));
	assert_true(eng_same(full, "default,base", "provider=default", 2048));
	assert_false(eng_same(full, NULL, "provider=default", 2048));
	assert_false(eng_same(full, "default,base", NULL, 2048));
	assert_int_equal(eng_rsa_min(plain), 2048);
	assert_null(eng_props(plain));
	assert_string_equal(eng_props(full), "provider=default");
}

static void
test_library(void **state)
{
	(void)state;
	assert_int_equal(strncmp(eng_library(), "OpenSSL ", 8), 0);
}

/* ----------------------------------------------------------- algorithms */

static void
test_fetch(void **state)
{
	struct eng *e = engine(NULL, NULL);

	(void)state;
	assert_ptr_equal(eng_ctx(e), eng_ctx(e));
	assert_non_null(eng_md(e, "SHA2-256"));
	assert_ptr_equal(eng_md(e, "SHA2-256"), eng_md(e, "SHA2-256"));
	assert_ptr_not_equal(eng_md(e, "SHA2-256"), eng_md(e, "SHA1"));
	assert_non_null(eng_cipher(e, "AES-256-GCM"));
	assert_ptr_equal(eng_cipher(e, "AES-256-GCM"),
	    eng_cipher(e, "AES-256-GCM"));
	assert_non_null(eng_mac(e, "HMAC"));
	assert_ptr_equal(eng_mac(e, "HMAC"), eng_mac(e, "HMAC"));
	assert_non_null(eng_kdf(e, "HKDF"));
	assert_ptr_equal(eng_kdf(e, "HKDF"), eng_kdf(e, "HKDF"));
	assert_true(eng_has_keymgmt(e, "RSA"));
	assert_true(eng_has_keymgmt(e, "ED25519"));
}

static void
test_lacking(void **state)
{
	struct eng *e = engine(NULL, NULL);

	(void)state;
	ERR_clear_error();
	for (int i = 0; i < 2; i++) {
		assert_null(eng_md(e, "SHA2-257"));
		assert_null(eng_cipher(e, "AES-257-GCM"));
		assert_null(eng_mac(e, "SHA2-256")); /* of another kind */
		assert_null(eng_kdf(e, "SHA2-257"));
		assert_false(eng_has_keymgmt(e, "RSB"));
	}
	assert_int_equal(ERR_peek_error(), 0);
	assert_non_null(eng_md(e, "SHA2-256"));
}

static void
test_providers(void **state)
{
	(void)state;
	assert_non_null(eng_md(engine("default", NULL), "SHA2-256"));
	assert_non_null(eng_md(engine(" base, default ,", NULL), "SHA2-256"));
	assert_null(eng_md(engine("base", NULL), "SHA2-256"));
	assert_null(eng_md(engine("null", NULL), "SHA2-256"));
}

static void
test_properties(void **state)
{
	(void)state;
	assert_non_null(eng_md(engine(NULL, "provider=default"), "SHA2-256"));
	assert_null(eng_md(engine(NULL, "provider=other"), "SHA2-256"));
}

/* A provider that does not load: every use says so, the queue stays. */
static void
test_no_provider(void **state)
{
	struct eng *e = engine("default,no-such-provider", NULL);
	uint8_t out[16];

	(void)state;
	ERR_clear_error();
	for (int i = 0; i < 2; i++) {
		assert_null(eng_ctx(e));
		assert_null(eng_md(e, "SHA2-256"));
		assert_int_equal(eng_random(e, out, sizeof(out)),
		    CKR_GENERAL_ERROR);
		assert_int_equal(eng_seed(e, BYTES_STR("seed")),
		    CKR_GENERAL_ERROR);
	}
	assert_int_equal(ERR_peek_error(), 0);
}

/* What the application does to its default context does not reach us. */
static bool
works_apart(void)
{
	struct eng *e;
	uint8_t out[16];

	return EVP_set_default_properties(NULL, "provider=nobody") == 1 &&
	    EVP_MD_fetch(NULL, "SHA2-256", NULL) == NULL &&
	    eng_new(NULL, NULL, 2048, &e) == CKR_OK &&
	    eng_md(e, "SHA2-256") != NULL &&
	    eng_random(e, out, sizeof(out)) == CKR_OK;
}

static void
test_apart(void **state)
{
	(void)state;
	in_child(works_apart);
}

/* ------------------------------------------------------------ randomness */

static void
test_random(void **state)
{
	struct eng *e = kit_eng();
	static uint8_t big[200000];
	uint8_t a[32];
	uint8_t b[32];
	size_t count[256] = { 0 };

	(void)state;
	assert_int_equal(eng_random(e, NULL, 0), CKR_OK);
	assert_int_equal(eng_random(e, a, sizeof(a)), CKR_OK);
	assert_int_equal(eng_random(e, b, sizeof(b)), CKR_OK);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_int_equal(eng_random(e, big, sizeof(big)), CKR_OK);
	for (size_t i = 0; i < sizeof(big); i++)
		count[big[i]]++;
	/* 781 expected, 28 standard deviation: 12 of them either way */
	for (size_t i = 0; i < KL_COUNT(count); i++)
		assert_in_range(count[i], 445, 1117);
}

static void
test_seed(void **state)
{
	static uint8_t seed[5000];
	struct eng *e = kit_eng();
	uint8_t out[32];

	(void)state;
	assert_int_equal(eng_seed(e, BYTES_NONE), CKR_OK);
	for (size_t n = 1; n <= sizeof(seed); n += 833)
		assert_int_equal(eng_seed(e, bytes_of(seed, n)), CKR_OK);
	assert_int_equal(eng_random(e, out, sizeof(out)), CKR_OK);
}

/* A child draws other bytes than its parent does. */
static void
test_random_fork(void **state)
{
	struct eng *e = kit_eng();
	uint8_t ours[32];
	uint8_t theirs[32];
	int fds[2];
	pid_t pid;

	(void)state;
	assert_int_equal(eng_random(e, ours, sizeof(ours)), CKR_OK);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (eng_random(e, theirs, sizeof(theirs)) != CKR_OK)
			_exit(1);
		_exit(write(fds[1], theirs, sizeof(theirs)) == 32 ? 0 : 1);
	}
	assert_int_equal(read(fds[0], theirs, sizeof(theirs)), 32);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(eng_random(e, ours, sizeof(ours)), CKR_OK);
	assert_memory_not_equal(ours, theirs, sizeof(ours));
	close(fds[0]);
	close(fds[1]);
}

/* --------------------------------------------------------------- threads */

#define THREADS 8

/* Fetches everything at the same moment as the others do. */
static void *
use(void *arg)
{
	struct eng *e = arg;
	uint8_t out[32];
	uintptr_t sum = 0;

	for (int i = 0; i < 200; i++) {
		sum = (uintptr_t)eng_md(e, "SHA2-256") ^
		    (uintptr_t)eng_cipher(e, "AES-128-GCM") ^
		    (uintptr_t)eng_mac(e, "HMAC") ^
		    (uintptr_t)eng_kdf(e, "HKDF") ^
		    (uintptr_t)eng_md(e, "SHA2-512");
		if (eng_md(e, "NONE") != NULL ||
		    eng_random(e, out, sizeof(out)) != CKR_OK ||
		    eng_seed(e, bytes_of(out, 8)) != CKR_OK)
			return NULL;
	}
	return (void *)sum;
}

static void
test_threads(void **state)
{
	struct eng *e = engine(NULL, NULL);
	pthread_t threads[THREADS];
	void *got[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, use, e), 0);
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &got[i]), 0);
		assert_non_null(got[i]);
		assert_ptr_equal(got[i], got[0]);
	}
}

/* ------------------------------------------------------- libcrypto's end */

static void
test_prepare(void **state)
{
	(void)state;
	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 100);
	for (int i = 0; i < 3; i++)
		eng_prepare(NULL);
	assert_false(eng_gone());
	assert_int_equal(ERR_GET_REASON(ERR_get_error()), 100);
	assert_int_equal(ERR_get_error(), 0);
}

/* After OPENSSL_cleanup what we hold can be given back, to no effect. */
static bool
ends_well(void)
{
	static const struct eng_alg hmac = { .fam = ENG_F_HMAC,
		.md = "SHA2-256" };
	struct kit_run r = { .alg = &hmac, .dir = ENG_SIGN,
		.key = kit_key(BYTES_STR("key")) };

	eng_prepare(NULL);
	if (kit_init(&r) != CKR_OK || eng_gone())
		return false;
	OPENSSL_cleanup();
	if (!eng_gone())
		return false;
	eng_op_rest(r.op);
	eng_op_freep(&r.op);
	eng_key_putp(&r.key);
	return eng_gone() && r.op == NULL && r.key == NULL;
}

static void
test_gone(void **state)
{
	(void)state;
	in_child(ends_well);
}

/* Who comes only after the clean-up finds out as well. */
static bool
comes_late(void)
{
	/* there must be something to clean up */
	if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL) != 1)
		return false;
	OPENSSL_cleanup();
	eng_prepare(NULL);
	return eng_gone();
}

static void
test_late(void **state)
{
	(void)state;
	in_child(comes_late);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		/* first, while no handler of ours is registered */
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_library),
		cmocka_unit_test(test_fetch),
		cmocka_unit_test(test_lacking),
		cmocka_unit_test(test_providers),
		cmocka_unit_test(test_properties),
		cmocka_unit_test(test_no_provider),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_seed),
		cmocka_unit_test(test_random_fork),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_prepare),
		cmocka_unit_test(test_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
