/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ECDH on P-256 with a token key, and session key pairs; the same with EVP.
 *
 * C_DeriveKey gets the peer's point as bytes, so the bare side of "ecdh-p256"
 * starts from the same bytes. Decoding checks that the point is on the curve,
 * which is all that a curve of cofactor 1 needs; the check of the order that
 * EVP_PKEY_derive_set_peer() adds costs as much as the agreement itself.
 * Two more rows, without limits, show where that stands: "-checked" with the
 * second check, "-ready-peer" with a peer that was set once for all, which no
 * module can have.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define POINT_LEN	65
#define SECRET_LEN	32

/* op->variant: what the bare side does with the peer's point. */
enum { PEER_DECODED, PEER_CHECKED, PEER_READY };

struct agree {
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	EVP_PKEY *pkey;			/* belongs to the bench */
	EVP_PKEY *peer;
	EVP_PKEY_CTX *pctx;
	CK_BYTE point[POINT_LEN];	/* the peer's */
	CK_BYTE secret[SECRET_LEN];
};

static CK_BBOOL yes = CK_TRUE;
static CK_BBOOL no = CK_FALSE;

/* The state, with a peer that both sides agree with. */
static struct agree *
agree_new(struct side *side)
{
	struct agree *a = calloc(1, sizeof(*a));
	unsigned char *point = NULL;

	side->state = a;
	if (a == NULL) {
		(void)op_fail_bare(side, "calloc");
		return NULL;
	}
	a->peer = EVP_PKEY_Q_keygen(side->b->lib, NULL, "EC", "P-256");
	if (a->peer == NULL || EVP_PKEY_get1_encoded_public_key(
			a->peer, &point) != POINT_LEN) {
		OPENSSL_free(point);
		(void)op_fail_bare(side, "EC key of the peer");
		return NULL;
	}
	memcpy(a->point, point, POINT_LEN);
	OPENSSL_free(point);
	return a;
}

static void
agree_close(struct side *side)
{
	struct agree *a = side->state;

	if (a == NULL)
		return;
	if (a->session != 0)
		(void)side->b->p11->C_CloseSession(a->session);
	EVP_PKEY_CTX_free(a->pctx);
	EVP_PKEY_free(a->peer);
	free(a);
	side->state = NULL;
}

static bool
agree_module_open(struct side *side)
{
	struct agree *a = agree_new(side);

	if (a == NULL || !op_session(side, &a->session))
		return false;
	return side->op->key == KEY_NONE ||
		key_module(side->b, side->op->key, &a->key, side->why);
}

static bool
ecdh_module_run(struct side *side, unsigned long n)
{
	CK_FUNCTION_LIST *p11 = side->b->p11;
	struct agree *a = side->state;
	CK_ECDH1_DERIVE_PARAMS params = {
		.kdf = CKD_NULL, .pPublicData = a->point,
		.ulPublicDataLen = POINT_LEN,
	};
	CK_MECHANISM mech = { CKM_ECDH1_DERIVE, &params, sizeof(params) };
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_GENERIC_SECRET;
	CK_ULONG len = SECRET_LEN;
	CK_ATTRIBUTE attr[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_TOKEN, &no, sizeof(no) },
		{ CKA_SENSITIVE, &no, sizeof(no) },
		{ CKA_EXTRACTABLE, &yes, sizeof(yes) },
		{ CKA_VALUE_LEN, &len, sizeof(len) },
	};
	CK_RV rv;

	while (n-- > 0) {
		CK_OBJECT_HANDLE made;

		rv = p11->C_DeriveKey(a->session, &mech, a->key, attr,
				      sizeof(attr) / sizeof(attr[0]), &made);
		if (rv != CKR_OK)
			return op_fail(side, "C_DeriveKey", rv);
		if ((rv = p11->C_DestroyObject(a->session, made)) != CKR_OK)
			return op_fail(side, "C_DestroyObject", rv);
	}
	return true;
}

static bool
ecdh_bare_open(struct side *side)
{
	struct agree *a = agree_new(side);

	if (a == NULL ||
	    !key_bare(side->b, side->op->key, &a->pkey, side->why))
		return false;
	a->pctx = EVP_PKEY_CTX_new_from_pkey(side->b->lib, a->pkey, NULL);
	if (a->pctx == NULL || EVP_PKEY_derive_init(a->pctx) != 1 ||
	    EVP_PKEY_derive_set_peer(a->pctx, a->peer) != 1)
		return op_fail_bare(side, "EVP_PKEY_derive_set_peer");
	return true;
}

/* The peer for the coming agreement. */
static bool
ecdh_bare_peer(struct side *side)
{
	struct agree *a = side->state;
	int check = side->op->variant == PEER_CHECKED;

	return EVP_PKEY_set1_encoded_public_key(a->peer, a->point,
						POINT_LEN) == 1 &&
		EVP_PKEY_derive_init(a->pctx) == 1 &&
		EVP_PKEY_derive_set_peer_ex(a->pctx, a->peer, check) == 1;
}

static bool
ecdh_bare_run(struct side *side, unsigned long n)
{
	struct agree *a = side->state;
	bool ready = side->op->variant == PEER_READY;

	while (n-- > 0) {
		size_t len = sizeof(a->secret);

		if (!ready && !ecdh_bare_peer(side))
			return op_fail_bare(side, "peer of the agreement");
		if (EVP_PKEY_derive(a->pctx, a->secret, &len) != 1)
			return op_fail_bare(side, "EVP_PKEY_derive");
	}
	return true;
}

static bool
keygen_module_run(struct side *side, unsigned long n)
{
	CK_FUNCTION_LIST *p11 = side->b->p11;
	CK_MECHANISM mech = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	CK_BYTE params[sizeof(key_p256_params)];
	CK_ATTRIBUTE public[] = {
		{ CKA_TOKEN, &no, sizeof(no) },
		{ CKA_EC_PARAMS, params, sizeof(params) },
		{ CKA_VERIFY, &yes, sizeof(yes) },
	};
	CK_ATTRIBUTE private[] = {
		{ CKA_TOKEN, &no, sizeof(no) },
		{ CKA_SIGN, &yes, sizeof(yes) },
	};
	struct agree *a = side->state;
	CK_RV rv;

	memcpy(params, key_p256_params, sizeof(params));
	while (n-- > 0) {
		CK_OBJECT_HANDLE made[2];

		rv = p11->C_GenerateKeyPair(a->session, &mech, public, 3,
					    private, 2, &made[0], &made[1]);
		if (rv != CKR_OK)
			return op_fail(side, "C_GenerateKeyPair", rv);
		rv = p11->C_DestroyObject(a->session, made[0]);
		if (rv == CKR_OK)
			rv = p11->C_DestroyObject(a->session, made[1]);
		if (rv != CKR_OK)
			return op_fail(side, "C_DestroyObject", rv);
	}
	return true;
}

static bool
keygen_bare_open(struct side *side)
{
	struct agree *a = agree_new(side);

	if (a == NULL)
		return false;
	a->pctx = EVP_PKEY_CTX_new_from_pkey(side->b->lib, a->peer, NULL);
	if (a->pctx == NULL || EVP_PKEY_keygen_init(a->pctx) != 1)
		return op_fail_bare(side, "EVP_PKEY_keygen_init");
	return true;
}

static bool
keygen_bare_run(struct side *side, unsigned long n)
{
	struct agree *a = side->state;

	while (n-- > 0) {
		EVP_PKEY *made = NULL;

		if (EVP_PKEY_generate(a->pctx, &made) != 1)
			return op_fail_bare(side, "EVP_PKEY_generate");
		EVP_PKEY_free(made);
	}
	return true;
}

static const struct op_side ecdh_module = {
	agree_module_open, ecdh_module_run, agree_close,
};
static const struct op_side ecdh_bare = {
	ecdh_bare_open, ecdh_bare_run, agree_close,
};
static const struct op_side keygen_module = {
	agree_module_open, keygen_module_run, agree_close,
};
static const struct op_side keygen_bare = {
	keygen_bare_open, keygen_bare_run, agree_close,
};

const struct op op_agree[] = {
	{ .name = "ecdh-p256", .mech = CKM_ECDH1_DERIVE, .key = KEY_ECDH,
	  .traced = true, .module = &ecdh_module, .bare = &ecdh_bare },
	{ .name = "ecdh-p256-checked", .mech = CKM_ECDH1_DERIVE,
	  .key = KEY_ECDH, .variant = PEER_CHECKED, .module = &ecdh_module,
	  .bare = &ecdh_bare },
	{ .name = "ecdh-p256-ready-peer", .mech = CKM_ECDH1_DERIVE,
	  .key = KEY_ECDH, .variant = PEER_READY, .module = &ecdh_module,
	  .bare = &ecdh_bare },
	{ .name = "ec-p256-keygen", .mech = CKM_EC_KEY_PAIR_GEN,
	  .key = KEY_NONE, .module = &keygen_module, .bare = &keygen_bare },
};
const size_t op_agree_len = sizeof(op_agree) / sizeof(op_agree[0]);
