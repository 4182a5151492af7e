/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Secrets and vaults: limits, misuse, forks, then what they hold and that
 * neither rest in clear nor after their end anything can be found in memory.
 */
#include "base/secret.h"

#include "base/log.h"
#include "kit/kit.h"

/* A value with all bits turned; the tests' memory never holds it in clear
 * unless they put it there. */
static const uint8_t turned[32] = { 0x3b, 0xd1, 0x86, 0x4f, 0xe9, 0x70, 0x15,
	0xaa, 0xc7, 0x52, 0x0d, 0x98, 0x63, 0xfe, 0x24, 0xb1, 0x5c, 0xe6, 0x39,
	0x87, 0xd0, 0x1b, 0x74, 0xaf, 0x42, 0xcd, 0x96, 0x08, 0xf3, 0x6d, 0xb8,
	0x21 };

static bool
in_memory(void)
{
	return kit_memory_holds(turned, sizeof(turned));
}

/* Whether p[0..n) is the value. */
static bool
is_value(const uint8_t *p, size_t n)
{
	return n == sizeof(turned) && kit_holds(p, n, turned, n);
}

static struct secret *
value_secret(void)
{
	struct secret *s;
	uint8_t *p;

	assert_int_equal(secret_new(sizeof(turned), &s), CKR_OK);
	p = secret_data(s);
	for (size_t i = 0; i < sizeof(turned); i++)
		p[i] = kit_turn(&turned[i]);
	return s;
}

static struct vault *
value_vault(void)
{
	struct secret *s = value_secret();
	struct vault *v = NULL;

	assert_int_equal(vault_new(secret_view(s), &v), CKR_OK);
	secret_free(s);
	return v;
}

static void
test_too_long(void **state)
{
	static const uint8_t byte = 0;
	struct secret *s = NULL;

	(void)state;
	assert_int_equal(secret_new(BUF_MAX + 1, &s), CKR_HOST_MEMORY);
	assert_int_equal(secret_new(SIZE_MAX, &s), CKR_HOST_MEMORY);
	assert_int_equal(secret_copy(bytes_of(&byte, SIZE_MAX), &s),
	    CKR_HOST_MEMORY);
	assert_null(s);
}

static void
test_null(void **state)
{
	struct secret *s = NULL;
	struct vault *v = NULL;

	(void)state;
	assert_null(secret_data(NULL));
	assert_int_equal(secret_len(NULL), 0);
	assert_int_equal(secret_view(NULL).n, 0);
	secret_free(NULL);
	secret_freep(&s);
	vault_free(NULL);
	vault_freep(&v);
	secret_wipe(NULL, 0);
}

/* Treats memory that is no secret as one: stops debug builds, and gives
 * nothing in others. */
static bool
misuse(void *arg)
{
	static uint64_t other[8] = { 1, 2, 3, 4 };
	struct secret *s = (struct secret *)(void *)other;

	(void)arg;
	if (log_setup("none") != CKR_OK)
		return false;
	secret_free(s);
	return secret_data(s) == NULL && secret_len(s) == 0 && other[3] == 4;
}

static bool
cut_longer(void *arg)
{
	if (log_setup("none") != CKR_OK)
		return false;
	secret_cut(arg, sizeof(turned) + 1);
	return secret_len(arg) == sizeof(turned);
}

static void
test_misuse(void **state)
{
	struct secret *s = value_secret();

	(void)state;
	assert_int_equal(kit_child(misuse, NULL) != 0, KL_DEBUGGING);
	assert_int_equal(kit_child(cut_longer, s) != 0, KL_DEBUGGING);
	secret_free(s);
}

static void
test_equal(void **state)
{
	(void)state;
	assert_false(secret_equal(BYTES_STR("a"), BYTES_STR("b")));
	assert_false(secret_equal(BYTES_STR("a"), BYTES_STR("aa")));
	assert_false(secret_equal(BYTES_NONE, BYTES_STR("a")));
	assert_false(secret_equal(BYTES_STR("xa"), BYTES_STR("ya")));
	assert_false(secret_equal(BYTES_STR("ax"), BYTES_STR("ay")));
	assert_true(secret_equal(BYTES_NONE, BYTES_STR("")));
	assert_true(secret_equal(BYTES_STR("a\0b"), BYTES_STR("a\0b")));
}

/* Any single flipped bit is seen. */
static void
test_equal_each_bit(void **state)
{
	uint8_t other[sizeof(turned)];

	(void)state;
	for (size_t i = 0; i < 8 * sizeof(other); i++) {
		memcpy(other, turned, sizeof(other));
		other[i / 8] = (uint8_t)(other[i / 8] ^ 1 << i % 8);
		assert_false(secret_equal(bytes_of(other, sizeof(other)),
		    bytes_of(turned, sizeof(turned))));
	}
}

static void
test_empty(void **state)
{
	struct secret *s = NULL;

	(void)state;
	assert_int_equal(secret_copy(BYTES_NONE, &s), CKR_OK);
	assert_int_equal(secret_len(s), 0);
	assert_non_null(secret_data(s));
	secret_cut(s, 0);
	secret_freep(&s);
	assert_null(s);
}

static void
test_content(void **state)
{
	struct secret *s = NULL;

	(void)state;
	assert_int_equal(secret_new(100, &s), CKR_OK);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(secret_data(s)[i], 0);
	secret_freep(&s);
	assert_int_equal(secret_copy(BYTES_STR("copy"), &s), CKR_OK);
	assert_true(bytes_equal(secret_view(s), BYTES_STR("copy")));
	assert_ptr_equal(secret_data(s), secret_view(s).p);
	secret_freep(&s);
}

static void
test_cut(void **state)
{
	struct secret *s = NULL;

	(void)state;
	assert_int_equal(secret_copy(BYTES_STR("0123456789"), &s), CKR_OK);
	secret_cut(s, 4);
	assert_true(bytes_equal(secret_view(s), BYTES_STR("0123")));
	for (size_t i = 4; i < 10; i++)
		assert_int_equal(secret_data(s)[i], 0);
	secret_freep(&s);
}

static void
test_free_wipes(void **state)
{
	struct secret *s = value_secret();

	(void)state;
	assert_true(in_memory());
	secret_free(s);
	assert_false(in_memory());
}

static void __attribute__((noinline))
fill_array(bool *out_seen)
{
	WIPE_AUTO(key, sizeof(turned));

	for (size_t i = 0; i < sizeof(turned); i++)
		key[i] = kit_turn(&turned[i]);
	*out_seen = in_memory();
}

static void
test_array_wiped(void **state)
{
	bool seen = false;

	(void)state;
	fill_array(&seen);
	assert_true(seen);
	assert_false(in_memory());
}

static bool
too_long_vault(void *arg)
{
	uint8_t value[VAULT_MAX + 1] = { 0 };
	struct vault *v = NULL;

	(void)arg;
	if (log_setup("none") != CKR_OK)
		return false;
	return vault_new(bytes_of(value, sizeof(value)), &v) ==
	    CKR_GENERAL_ERROR && v == NULL;
}

static void
test_vault_too_long(void **state)
{
	(void)state;
	assert_int_equal(kit_child(too_long_vault, NULL) != 0, KL_DEBUGGING);
}

static void
test_vault_wrong_length(void **state)
{
	struct vault *v = value_vault();
	uint8_t out[64] = { 0 };

	(void)state;
	assert_int_equal(vault_get(v, out, sizeof(turned) - 1),
	    CKR_GENERAL_ERROR);
	assert_int_equal(vault_get(v, out, sizeof(turned) + 1),
	    CKR_GENERAL_ERROR);
	assert_int_equal(vault_get(v, out, 0), CKR_GENERAL_ERROR);
	for (size_t i = 0; i < sizeof(out); i++)
		assert_int_equal(out[i], 0);
	vault_free(v);
}

/* In a child: no value, and nothing of it in memory; freeing is fine. */
static bool
child_get(void *arg)
{
	uint8_t out[sizeof(turned)] = { 0 };
	uint8_t sum = 0;

	if (vault_get(arg, out, sizeof(out)) != CKR_GENERAL_ERROR)
		return false;
	for (size_t i = 0; i < sizeof(out); i++)
		sum |= out[i];
	vault_free(arg);
	return sum == 0;
}

static void
test_vault_in_child(void **state)
{
	struct vault *v = value_vault();
	uint8_t out[sizeof(turned)];

	(void)state;
	assert_int_equal(kit_child(child_get, v), 0);
	assert_int_equal(vault_get(v, out, sizeof(out)), CKR_OK);
	assert_true(is_value(out, sizeof(out)));
	secret_wipe(out, sizeof(out));
	vault_free(v);
}

static void
test_vault_masks(void **state)
{
	struct vault *v = value_vault();
	uint8_t out[sizeof(turned)];

	(void)state;
	assert_false(in_memory());
	assert_int_equal(vault_get(v, out, sizeof(out)), CKR_OK);
	assert_true(in_memory());
	secret_wipe(out, sizeof(out));
	assert_false(in_memory());
	vault_free(v);
	assert_false(in_memory());
}

static void
test_vault_lengths(void **state)
{
	uint8_t value[VAULT_MAX], out[VAULT_MAX];

	(void)state;
	for (size_t n = 0; n <= VAULT_MAX; n += 51) {
		struct vault *v = NULL;

		memset(value, (int)n + 1, sizeof(value));
		memset(out, 0, sizeof(out));
		assert_int_equal(vault_new(bytes_of(value, n), &v), CKR_OK);
		assert_int_equal(vault_get(v, out, n), CKR_OK);
		assert_int_equal(memcmp(out, value, n), 0);
		vault_freep(&v);
		assert_null(v);
	}
}

/*
 * Counts this process's mappings with all of the kernel's flags for "wiped in
 * a fork" and "not dumped" that lie between two guards; -1 when the kernel
 * does not tell.
 */
static int
guarded_pages(void)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	unsigned long from, to, before_end = 0;
	bool guard = false, candidate = false, told = false;
	char line[512], mode[8];
	int n = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3) {
			bool untouchable = strncmp(mode, "---p", 4) == 0;

			n += candidate && untouchable && from == before_end;
			candidate = guard && from == before_end &&
			    strncmp(mode, "r--p", 4) == 0;
			guard = untouchable;
			before_end = to;
		} else if (strncmp(line, "VmFlags:", 8) == 0) {
			told = true;
			candidate &= strstr(line, " wf") != NULL &&
			    strstr(line, " dd") != NULL;
		}
	}
	assert_int_equal(fclose(maps), 0);
	return told ? n : -1;
}

static void
test_vault_pages(void **state)
{
	int before = guarded_pages();
	struct vault *v;

	(void)state;
	if (before < 0) {
		print_message("SKIP: the kernel shows no flags of mappings\n");
		skip();
	}
	v = value_vault();
	assert_int_equal(guarded_pages(), before + 2);
	vault_free(v);
	assert_int_equal(guarded_pages(), before);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_misuse),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_equal_each_bit),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_free_wipes),
		cmocka_unit_test(test_array_wiped),
		cmocka_unit_test(test_vault_too_long),
		cmocka_unit_test(test_vault_wrong_length),
		cmocka_unit_test(test_vault_in_child),
		cmocka_unit_test(test_vault_masks),
		cmocka_unit_test(test_vault_lengths),
		cmocka_unit_test(test_vault_pages),
	};

	return cmocka_run_group_tests_name("base/secret", tests, NULL, NULL);
}
