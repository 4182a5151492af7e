/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a Wycheproof file, or one of NIST's ACVP server, and hands each vector
 * to the function for its schema; ACVP's have "algorithm/mode" for that.
 */
#include "vec.h"

#include <stdlib.h>
#include <string.h>

const char *vec_algorithm;

static const struct {
	const char *schema;
	vec_run run;
} schemas[] = {
	{ "aead_test_schema", vec_aead },
	{ "ind_cpa_test_schema", vec_cbc },
	{ "mac_test_schema", vec_mac },
	{ "mac_with_iv_test_schema", vec_mac },
	{ "keywrap_test_schema", vec_keywrap },
	{ "ecdsa_p1363_verify_schema", vec_ecdsa },
	{ "ecdsa_verify_schema", vec_ecdsa },
	{ "dsa_p1363_verify_schema", vec_dsa },
	{ "dsa_verify_schema", vec_dsa },
	{ "eddsa_verify_schema", vec_eddsa },
	{ "rsassa_pkcs1_verify_schema", vec_rsa_verify },
	{ "rsassa_pss_verify_schema", vec_rsa_verify },
	{ "rsassa_pkcs1_generate_schema", vec_rsa_sign },
	{ "rsaes_oaep_decrypt_schema", vec_rsa_decrypt },
	{ "rsaes_pkcs1_decrypt_schema", vec_rsa_decrypt },
	{ "ecdh_ecpoint_test_schema", vec_ecdh },
	{ "ecdh_test_schema", vec_ecdh },
	{ "xdh_comp_schema", vec_ecdh },
	{ "mldsa_sign_", vec_mldsa_sign },
	{ "mldsa_verify_schema", vec_mldsa_verify },
	{ "mlkem_keygen_seed_test_schema", vec_mlkem_keygen },
	{ "mlkem_test_schema", vec_mlkem_decaps },
	{ "mlkem_semi_expanded_decaps_test_schema", vec_mlkem_decaps },
	{ "mlkem_encaps_test_schema", vec_mlkem_encaps },
	{ "ML-KEM/encapDecap", vec_acvp_kem },
	{ "ML-DSA/keyGen", vec_acvp_keygen },
	{ "SLH-DSA/keyGen", vec_acvp_keygen },
};

static const struct vec_hash hashes[] = {
	{ "SHA-1", "SHA1", CKM_SHA_1, CKM_SHA_1_HMAC, CKM_SHA1_RSA_PKCS,
	    CKM_SHA1_RSA_PKCS_PSS, CKM_ECDSA_SHA1, CKM_DSA_SHA1 },
	{ "SHA-224", "SHA2-224", CKM_SHA224, CKM_SHA224_HMAC,
	    CKM_SHA224_RSA_PKCS, CKM_SHA224_RSA_PKCS_PSS, CKM_ECDSA_SHA224, CKM_DSA_SHA224 },
	{ "SHA-256", "SHA2-256", CKM_SHA256, CKM_SHA256_HMAC,
	    CKM_SHA256_RSA_PKCS, CKM_SHA256_RSA_PKCS_PSS, CKM_ECDSA_SHA256, CKM_DSA_SHA256 },
	{ "SHA-384", "SHA2-384", CKM_SHA384, CKM_SHA384_HMAC,
	    CKM_SHA384_RSA_PKCS, CKM_SHA384_RSA_PKCS_PSS, CKM_ECDSA_SHA384, CKM_DSA_SHA384 },
	{ "SHA-512", "SHA2-512", CKM_SHA512, CKM_SHA512_HMAC,
	    CKM_SHA512_RSA_PKCS, CKM_SHA512_RSA_PKCS_PSS, CKM_ECDSA_SHA512, CKM_DSA_SHA512 },
	{ "SHA3-224", "SHA3-224", CKM_SHA3_224, CKM_SHA3_224_HMAC,
	    CKM_SHA3_224_RSA_PKCS, CKM_SHA3_224_RSA_PKCS_PSS,
	    CKM_ECDSA_SHA3_224, CKM_DSA_SHA3_224 },
	{ "SHA3-256", "SHA3-256", CKM_SHA3_256, CKM_SHA3_256_HMAC,
	    CKM_SHA3_256_RSA_PKCS, CKM_SHA3_256_RSA_PKCS_PSS,
	    CKM_ECDSA_SHA3_256, CKM_DSA_SHA3_256 },
	{ "SHA3-384", "SHA3-384", CKM_SHA3_384, CKM_SHA3_384_HMAC,
	    CKM_SHA3_384_RSA_PKCS, CKM_SHA3_384_RSA_PKCS_PSS,
	    CKM_ECDSA_SHA3_384, CKM_DSA_SHA3_384 },
	{ "SHA3-512", "SHA3-512", CKM_SHA3_512, CKM_SHA3_512_HMAC,
	    CKM_SHA3_512_RSA_PKCS, CKM_SHA3_512_RSA_PKCS_PSS,
	    CKM_ECDSA_SHA3_512, CKM_DSA_SHA3_512 },
	{ "SHA-512/224", "SHA2-512/224", CKM_SHA512_224, CKM_SHA512_224_HMAC, 0,
	    0, 0, 0 },
	{ "SHA-512/256", "SHA2-512/256", CKM_SHA512_256, CKM_SHA512_256_HMAC, 0,
	    0, 0, 0 },
};

const struct vec_hash *
vec_hash(const char *name)
{
	for (size_t i = 0; i < KIT_COUNT(hashes); i++)
		if (strcmp(hashes[i].name, name) == 0)
			return &hashes[i];
	return NULL;
}

struct vbytes
vec_hex(const char *hex)
{
	struct vbytes b = { malloc(strlen(hex) / 2 + 1), 0 };

	REQUIRE(b.v != NULL, "memory");
	b.n = hex_bytes(hex, b.v, strlen(hex) / 2 + 1);
	return b;
}

const char *
vec_text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

struct vbytes
vec_bytes(const json_t *o, const char *name)
{
	return vec_hex(vec_text(o, name));
}

size_t
vec_number(const json_t *o, const char *name)
{
	return (size_t)json_integer_value(json_object_get(o, name));
}

enum outcome
vec_judge(const json_t *test, bool done)
{
	const char *result = vec_text(test, "result");

	if (strcmp(result, "acceptable") == 0)
		return V_PASSED;
	return done == (strcmp(result, "valid") == 0) ? V_PASSED : V_WRONG;
}

bool
vec_offered(CK_MECHANISM_TYPE m, CK_FLAGS flags)
{
	CK_MECHANISM_INFO info;

	return m != 0 && kit_has_mech(m, &info) &&
	    (info.flags & flags) == flags;
}

/* Whatever the vector made, the next one starts in a fresh session. */
static void
next_session(void)
{
	CK_SESSION_HANDLE old = kit.s;

	kit.s = kit_session(CKF_RW_SESSION);
	NEED(kit.f->C_CloseSession(old));
}

void
vec_json_file(const void *path)
{
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	const char *schema;
	struct tally tally = { { 0 } };
	vec_run run = NULL;
	size_t g, i;
	json_t *group, *test;

	REQUIRE(root != NULL, "not a JSON file");
	/* ACVP may put its version before it, in an array. */
	if (json_is_array(root))
		root = json_array_get(root, json_array_size(root) - 1);
	vec_algorithm = vec_text(root, "algorithm");
	schema = json_object_get(root, "schema") != NULL ?
	    vec_text(root, "schema") :
	    kit_text("%s/%s", vec_algorithm, vec_text(root, "mode"));
	for (size_t k = 0; k < KIT_COUNT(schemas); k++)
		if (strncmp(schema, schemas[k].schema,
			strlen(schemas[k].schema)) == 0)
			run = schemas[k].run;
	if (run == NULL)
		kit_skip("the schema \"%s\" is not known", schema);
	json_array_foreach(json_object_get(root, "testGroups"), g, group)
	    json_array_foreach(json_object_get(group, "tests"), i, test)
	{
		vec_count(&tally, run(group, test), "vector %zu (%s): %s",
		    vec_number(test, "tcId"), vec_text(test, "result"),
		    vec_text(test, "comment"));
		next_session();
	}
	vec_report(&tally);
}
