/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reference: libcrypto beside the module. Public keys are rebuilt as
 * SubjectPublicKeyInfo by a small DER writer from the attributes that the
 * standard defines, so that a wrong CKA_PUBLIC_KEY_INFO cannot hide.
 */
#include "kit_ref.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

struct der {
	CK_BYTE v[2048];
	size_t n;
};

static void
der_bytes(struct der *d, const void *p, size_t n)
{
	REQUIRE(d->n + n <= sizeof(d->v), "the suite's DER buffer is full");
	memcpy(d->v + d->n, p, n);
	d->n += n;
}

static void
der_head(struct der *d, CK_BYTE tag, size_t n)
{
	CK_BYTE head[4] = { tag, (CK_BYTE)n };
	size_t len = 2;

	if (n >= 256) {
		head[1] = 0x82;
		head[2] = (CK_BYTE)(n >> 8);
		head[3] = (CK_BYTE)n;
		len = 4;
	} else if (n >= 128) {
		head[1] = 0x81;
		head[2] = (CK_BYTE)n;
		len = 3;
	}
	der_bytes(d, head, len);
}

static void
der_wrap(struct der *out, CK_BYTE tag, const struct der *in)
{
	der_head(out, tag, in->n);
	der_bytes(out, in->v, in->n);
}

static void
der_unsigned(struct der *out, const CK_BYTE *v, size_t n)
{
	while (n > 1 && v[0] == 0) {
		v++;
		n--;
	}
	der_head(out, 0x02, n + (v[0] >= 0x80));
	if (v[0] >= 0x80)
		der_bytes(out, "", 1);
	der_bytes(out, v, n);
}

static EVP_PKEY *
spki_key(const struct der *algorithm, const struct der *key)
{
	struct der bits = { .n = 0 }, body = { .n = 0 }, all = { .n = 0 };
	const unsigned char *p = all.v;
	EVP_PKEY *out;

	der_bytes(&bits, "", 1);
	der_bytes(&bits, key->v, key->n);
	der_wrap(&body, 0x30, algorithm);
	der_wrap(&body, 0x03, &bits);
	der_wrap(&all, 0x30, &body);
	out = d2i_PUBKEY(NULL, &p, (long)all.n);
	REQUIRE(out != NULL, "libcrypto does not take the public key");
	return out;
}

static EVP_PKEY *
rsa_key(CK_OBJECT_HANDLE h)
{
	static const CK_BYTE oid[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
		0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
	struct der algorithm = { .n = 0 }, numbers = { .n = 0 },
		   key = { .n = 0 };
	CK_BYTE n[1100], e[64];
	long nlen = attr_read(h, CKA_MODULUS, n, sizeof(n)),
	     elen = attr_read(h, CKA_PUBLIC_EXPONENT, e, sizeof(e));

	REQUIRE(nlen > 0 && elen > 0, "modulus and exponent are not readable");
	der_bytes(&algorithm, oid, sizeof(oid));
	der_unsigned(&numbers, n, (size_t)nlen);
	der_unsigned(&numbers, e, (size_t)elen);
	der_wrap(&key, 0x30, &numbers);
	return spki_key(&algorithm, &key);
}

static void
der_attr(struct der *out, CK_OBJECT_HANDLE h, CK_ATTRIBUTE_TYPE type)
{
	CK_BYTE v[1100];
	long n = attr_read(h, type, v, sizeof(v));

	REQUIRE(n > 0, "attribute 0x%lx is not readable", type);
	der_unsigned(out, v, (size_t)n);
}

/* DSA and Diffie-Hellman, by RFC 3279. */
static EVP_PKEY *
ffc_key(CK_OBJECT_HANDLE h, CK_KEY_TYPE type)
{
	static const CK_BYTE dsa[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x38,
		0x04, 0x01 };
	static const CK_BYTE dh[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
		0x0d, 0x01, 0x03, 0x01 };
	static const CK_BYTE x942[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce,
		0x3e, 0x02, 0x01 };
	struct der algorithm = { .n = 0 }, numbers = { .n = 0 },
		   key = { .n = 0 };

	if (type == CKK_DSA)
		der_bytes(&algorithm, dsa, sizeof(dsa));
	else if (type == CKK_DH)
		der_bytes(&algorithm, dh, sizeof(dh));
	else
		der_bytes(&algorithm, x942, sizeof(x942));
	der_attr(&numbers, h, CKA_PRIME);
	if (type == CKK_DSA)
		der_attr(&numbers, h, CKA_SUBPRIME);
	der_attr(&numbers, h, CKA_BASE);
	if (type == CKK_X9_42_DH)
		der_attr(&numbers, h, CKA_SUBPRIME);
	der_wrap(&algorithm, 0x30, &numbers);
	der_attr(&key, h, CKA_VALUE);
	return spki_key(&algorithm, &key);
}

static const struct curve *
curve_of(CK_OBJECT_HANDLE h)
{
	CK_BYTE params[200];
	long n = attr_read(h, CKA_EC_PARAMS, params, sizeof(params));
	const struct curve *c =
	    n > 0 ? curve_by_params(params, (size_t)n) : NULL;

	REQUIRE(c != NULL,
	    "CKA_EC_PARAMS (%ld bytes) names no curve the suite knows", n);
	return c;
}

size_t
ref_point(CK_OBJECT_HANDLE h, const struct curve *c, CK_BYTE *out, size_t room)
{
	size_t want = c->type == CKK_EC ? 2 * c->field + 1 : c->field;
	CK_BYTE v[300];
	long n = attr_read(h, CKA_EC_POINT, v, sizeof(v));

	REQUIRE(
	    n > 0, "CKA_EC_POINT: %s", kit_rv_name(attr_rv(h, CKA_EC_POINT)));
	REQUIRE(want <= room, "the suite's buffer is short");
	if ((size_t)n == want + 2 && v[0] == 0x04 && v[1] == want)
		memcpy(out, v + 2, want);
	else if ((size_t)n == want + 3 && v[0] == 0x04 && v[1] == 0x81 &&
	    v[2] == want)
		memcpy(out, v + 3, want);
	else if ((size_t)n == want && c->type != CKK_EC)
		memcpy(out, v, want);
	else
		REQUIRE(false,
		    "CKA_EC_POINT: %ld bytes, no OCTET STRING of %zu", n, want);
	return want;
}

EVP_PKEY *
ref_public(CK_OBJECT_HANDLE h)
{
	static const CK_BYTE ec[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
		0x02, 0x01 };
	struct der algorithm = { .n = 0 }, key = { .n = 0 };
	CK_KEY_TYPE type = attr_u(h, CKA_KEY_TYPE);
	const struct curve *c;
	CK_BYTE point[200];

	if (type == CKK_RSA)
		return rsa_key(h);
	if (type == CKK_DSA || type == CKK_DH || type == CKK_X9_42_DH)
		return ffc_key(h, type);
	c = curve_of(h);
	if (c->type == CKK_EC)
		der_bytes(&algorithm, ec, sizeof(ec));
	der_bytes(&algorithm, c->oid, c->oidlen);
	der_bytes(&key, point, ref_point(h, c, point, sizeof(point)));
	return spki_key(&algorithm, &key);
}

size_t
ref_spki(EVP_PKEY *key, CK_BYTE *out, size_t room)
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);

	REQUIRE(n > 0 && (size_t)n <= room, "libcrypto: SubjectPublicKeyInfo");
	memcpy(out, der, (size_t)n);
	OPENSSL_free(der);
	return (size_t)n;
}

EVP_PKEY *
ref_generate(const struct curve *c, CK_BYTE *raw, size_t *rawlen)
{
	EVP_PKEY *key = c->type == CKK_EC ?
	    EVP_PKEY_Q_keygen(NULL, NULL, "EC", c->name) :
	    EVP_PKEY_Q_keygen(NULL, NULL, c->name);

	REQUIRE(key != NULL &&
		EVP_PKEY_get_octet_string_param(
		    key, OSSL_PKEY_PARAM_PUB_KEY, raw, *rawlen, rawlen) == 1,
	    "libcrypto: a pair on %s", c->name);
	return key;
}

size_t
ref_derive(EVP_PKEY *mine, EVP_PKEY *theirs, CK_BYTE *out, size_t room)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(mine, NULL);

	REQUIRE(ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
		EVP_PKEY_derive_set_peer(ctx, theirs) == 1 &&
		EVP_PKEY_derive(ctx, out, &room) == 1,
	    "libcrypto: shared secret");
	EVP_PKEY_CTX_free(ctx);
	return room;
}

size_t
ref_digest(const char *md, const CK_BYTE *in, size_t len, CK_BYTE *out)
{
	EVP_MD *fetched = EVP_MD_fetch(NULL, md, NULL);
	unsigned int n = 0;

	REQUIRE(
	    fetched != NULL && EVP_Digest(in, len, out, &n, fetched, NULL) == 1,
	    "libcrypto: %s", md);
	EVP_MD_free(fetched);
	return n;
}

size_t
ref_mac(const struct subject *sj, const CK_BYTE *in, size_t len, CK_BYTE *out)
{
	bool cmac = sj->row->kind == K_CMAC || sj->row->kind == K_CMAC_GENERAL;
	bool gmac = sj->row->kind == K_GMAC, poly = sj->row->kind == K_POLY;
	bool general = sj->row->kind == K_CMAC_GENERAL ||
	    sj->row->kind == K_HMAC_GENERAL;
	const char *name = cmac ? "CMAC" :
	    gmac                ? "GMAC" :
	    poly                ? "POLY1305" :
				  "HMAC";
	const char *cbc = sj->row->cipher == NULL ?
	    "AES-128-CBC" :
	    kit_text("%s-CBC", sj->row->cipher);
	const char *sub = cmac ? cbc :
	    gmac               ? "AES-128-GCM" :
	    poly               ? NULL :
				 sj->row->md;
	CK_BYTE key[64], iv[12];
	OSSL_PARAM params[2] = { OSSL_PARAM_END, OSSL_PARAM_END };
	size_t n = 0;

	if (sj->row->kind >= K_CBCMAC && sj->row->kind <= K_BLAKE2_GENERAL)
		return ref_block_mac(sj, in, len, out);
	key_bytes(key, sizeof(key));
	memcpy(iv, sj->iv, sizeof(iv));
	if (gmac)
		params[0] = OSSL_PARAM_construct_octet_string(
		    OSSL_MAC_PARAM_IV, iv, sizeof(iv));
	REQUIRE(EVP_Q_mac(NULL, name, NULL, sub, params, key,
		    sj->row->keylen != 0 ? sj->row->keylen :
			cmac || gmac     ? 16 :
			poly             ? 32 :
					   64,
		    in, len, out, 64,
		    &n) != NULL,
	    "libcrypto: %s", sj->row->name);
	return general ? sj->p.len : n;
}

static EVP_CIPHER *
cipher_of(const struct subject *sj)
{
	char name[40];

	if (sj->row->key == CKK_CHACHA20)
		return EVP_CIPHER_fetch(NULL, sj->row->md, NULL);
	(void)snprintf(name, sizeof(name), "%s-%s",
	    sj->row->cipher != NULL ? sj->row->cipher : "AES-128",
	    sj->row->md);
	if (sj->row->kind == K_KW || sj->row->kind == K_KWP)
		return EVP_CIPHER_fetch(NULL,
		    sj->row->kind == K_KW ? "AES-128-WRAP" : "AES-128-WRAP-PAD",
		    NULL);
	return EVP_CIPHER_fetch(NULL, name, NULL);
}

/* Key, nonce, lengths and additional data as the subject's parameter says. */
static int
aead_start(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *cipher,
    const struct subject *sj, const CK_BYTE *key, size_t len)
{
	bool ccm = sj->row->kind == K_CCM, poly = sj->row->key == CKK_CHACHA20;
	const CK_BYTE *iv = ccm ? sj->p.ccm.pNonce :
	    poly                ? sj->p.chacha_poly.pNonce :
				  sj->p.gcm.pIv;
	const CK_BYTE *aad = ccm ? sj->p.ccm.pAAD :
	    poly                 ? sj->p.chacha_poly.pAAD :
				   sj->p.gcm.pAAD;
	CK_ULONG ivlen = ccm ? sj->p.ccm.ulNonceLen :
	    poly             ? sj->p.chacha_poly.ulNonceLen / 8 :
			       sj->p.gcm.ulIvLen;
	CK_ULONG aadlen = ccm ? sj->p.ccm.ulAADLen :
	    poly              ? sj->p.chacha_poly.ulAADLen :
				sj->p.gcm.ulAADLen;
	int n;

	if (EVP_EncryptInit_ex(ctx, cipher, NULL, NULL, NULL) != 1 ||
	    EVP_CIPHER_CTX_ctrl(
		ctx, EVP_CTRL_AEAD_SET_IVLEN, (int)ivlen, NULL) != 1)
		return 0;
	if (ccm &&
	    EVP_CIPHER_CTX_ctrl(
		ctx, EVP_CTRL_AEAD_SET_TAG, (int)sj->p.ccm.ulMACLen, NULL) != 1)
		return 0;
	if (EVP_EncryptInit_ex(ctx, NULL, NULL, key, iv) != 1 ||
	    (ccm && EVP_EncryptUpdate(ctx, NULL, &n, NULL, (int)len) != 1))
		return 0;
	return aadlen == 0 ||
	    EVP_EncryptUpdate(ctx, NULL, &n, aad, (int)aadlen) == 1;
}

bool
ref_start(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *cipher, const CK_BYTE *key,
    size_t keylen, const CK_BYTE *iv)
{
	return EVP_EncryptInit_ex(ctx, cipher, NULL, NULL, NULL) == 1 &&
	    (keylen == 0 ||
		EVP_CIPHER_CTX_set_key_length(ctx, (int)keylen) == 1) &&
	    EVP_EncryptInit_ex(ctx, NULL, NULL, key, iv) == 1;
}

size_t
ref_cipher(
    const struct subject *sj, const CK_BYTE *in, size_t len, CK_BYTE *out)
{
	bool poly = sj->row->kind == K_CHACHA_POLY;
	bool aead = sj->row->kind == K_GCM || sj->row->kind == K_CCM || poly;
	bool wrap = sj->row->kind == K_KW || sj->row->kind == K_KWP;
	size_t tag = !aead         ? 0 :
	    sj->row->kind == K_CCM ? sj->p.ccm.ulMACLen :
	    poly                   ? 16 :
				     sj->p.gcm.ulTagBits / 8;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	EVP_CIPHER *cipher = cipher_of(sj);
	CK_BYTE key[64], words[16];
	const CK_BYTE *iv = wrap ? NULL : sj->iv;
	int n = 0, more = 0, ok;

	REQUIRE(ctx != NULL && cipher != NULL, "libcrypto: %s", sj->row->name);
	key_bytes(key, sizeof(key));
	if (sj->row->kind == K_CHACHA) {
		memcpy(words, sj->p.chacha.pBlockCounter, 4);
		memcpy(words + 4, sj->p.chacha.pNonce, 12);
		iv = words;
	}
	ok = aead ? aead_start(ctx, cipher, sj, key, len) :
		    ref_start(ctx, cipher, key, sj->row->keylen, iv);
	if (ok && sj->row->kind != K_CBC_PAD && sj->row->kind != K_KWP)
		ok = EVP_CIPHER_CTX_set_padding(ctx, 0);
	ok = ok && EVP_EncryptUpdate(ctx, out, &n, in, (int)len) &&
	    EVP_EncryptFinal_ex(ctx, out + n, &more);
	n += more;
	if (ok && aead)
		ok = EVP_CIPHER_CTX_ctrl(
		    ctx, EVP_CTRL_AEAD_GET_TAG, (int)tag, out + n);
	REQUIRE(ok, "libcrypto: %s", sj->row->name);
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	return (size_t)n + tag;
}

/* r and s side by side become the DER form. */
static size_t
ecdsa_der(const CK_BYTE *sig, size_t n, CK_BYTE *out)
{
	struct der body = { .n = 0 }, all = { .n = 0 };

	der_unsigned(&body, sig, n / 2);
	der_unsigned(&body, sig + n / 2, n / 2);
	der_wrap(&all, 0x30, &body);
	memcpy(out, all.v, all.n);
	return all.n;
}

static bool
set_rsa(EVP_PKEY_CTX *ctx, const struct subject *sj)
{
	const CK_RSA_PKCS_PSS_PARAMS *pss = &sj->p.pss;

	if (sj->row->kind == K_PSS || sj->row->kind == K_PSS_RAW)
		return EVP_PKEY_CTX_set_rsa_padding(
			   ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)pss->sLen) == 1;
	if (sj->row->kind == K_OAEP)
		return EVP_PKEY_CTX_set_rsa_padding(
			   ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_oaep_md_name(ctx, sj->row->md, NULL) ==
		    1 &&
		    EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, sj->row->md, NULL) ==
		    1;
	if (sj->row->kind == K_RSA_X509)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
}

static bool
verify_raw(const struct subject *sj, EVP_PKEY *key, const CK_BYTE *in,
    size_t len, const CK_BYTE *sig, size_t siglen)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	CK_BYTE out[1100];
	size_t n = sizeof(out);
	bool ok;

	REQUIRE(ctx != NULL, "libcrypto");
	if (sj->row->kind == K_RSA_X509) {
		ok = EVP_PKEY_verify_recover_init(ctx) == 1 &&
		    set_rsa(ctx, sj) &&
		    EVP_PKEY_verify_recover(ctx, out, &n, sig, siglen) == 1 &&
		    n == len && memcmp(out, in, n) == 0;
	} else {
		ok = EVP_PKEY_verify_init(ctx) == 1 &&
		    (sj->row->key != CKK_RSA || set_rsa(ctx, sj));
		if (ok && sj->row->kind == K_PSS_RAW)
			ok = EVP_PKEY_CTX_set_signature_md(
				 ctx, EVP_get_digestbyname("SHA256")) == 1;
		ok = ok && EVP_PKEY_verify(ctx, sig, siglen, in, len) == 1;
	}
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

bool
ref_verify(const struct subject *sj, const CK_BYTE *in, size_t len,
    const CK_BYTE *sig, size_t siglen)
{
	const struct ref_pq pq = { sj->back,
		sj->row->md, sj->row->kind == K_PQ_RAW, sj->p.pq.pContext,
		sj->p.pq.ulContextLen };
	EVP_PKEY_CTX *pctx = NULL;
	EVP_MD_CTX *ctx;
	EVP_PKEY *key;
	CK_BYTE der[200];
	bool ok;

	if (sj->row->kind == K_PQ || sj->row->kind == K_PQ_HASH ||
	    sj->row->kind == K_PQ_RAW)
		return ref_verify_pq(&pq, in, len, sig, siglen);
	key = ref_public(sj->back);
	ctx = EVP_MD_CTX_new();

	REQUIRE(ctx != NULL, "libcrypto");
	if (sj->row->key == CKK_EC || sj->row->key == CKK_DSA) {
		siglen = ecdsa_der(sig, siglen, der);
		sig = der;
	}
	if (sj->row->kind == K_PSS || sj->row->kind == K_RSA_SIGN ||
	    sj->row->kind == K_ECDSA || sj->row->kind == K_EDDSA)
		ok = EVP_DigestVerifyInit_ex(
			 ctx, &pctx, sj->row->md, NULL, NULL, key, NULL) == 1 &&
		    (sj->row->key != CKK_RSA || set_rsa(pctx, sj)) &&
		    EVP_DigestVerify(ctx, sig, siglen, in, len) == 1;
	else
		ok = verify_raw(sj, key, in, len, sig, siglen);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok;
}

size_t
ref_rsa_encrypt(const struct subject *sj, const CK_BYTE *in, size_t len,
    CK_BYTE *out, size_t room)
{
	EVP_PKEY *key = ref_public(sj->back);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);

	REQUIRE(ctx != NULL && EVP_PKEY_encrypt_init(ctx) == 1 &&
		set_rsa(ctx, sj) &&
		EVP_PKEY_encrypt(ctx, out, &room, in, len) == 1,
	    "libcrypto: encrypt for %s", sj->row->name);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return room;
}
