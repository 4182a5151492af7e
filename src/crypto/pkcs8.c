/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys as DER: SubjectPublicKeyInfo (RFC 5280), PrivateKeyInfo (RFC 5208 and
 * 5958, 3.2 section 6.7), and finding the former in a certificate.
 *
 * Built and read here instead of through libcrypto's encoders, which cost
 * milliseconds and take more forms than the standard allows (explicit curves,
 * keys with limits, several layers).  What is read goes through
 * eng_key_import, so it is checked like any other import.
 *
 * Invariant: DER with private numbers is only ever in a struct buf or struct
 * secret; both are wiped.
 *
 * No state; any thread.
 */
#include "crypto/ffc_int.h"

#include <string.h>

#include "base/log.h"
#include "crypto/der.h"

/* rsaEncryption, id-ecPublicKey: whole elements */
static const uint8_t oid_rsa[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
	0x0d, 0x01, 0x01, 0x01 };
static const uint8_t oid_ec[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
	0x02, 0x01 };
#define OID_RSA bytes_of(oid_rsa, sizeof(oid_rsa))
#define OID_EC  bytes_of(oid_ec, sizeof(oid_ec))

/* --------------------------------------------------------------- writing */

/* Appends the AlgorithmIdentifier of a key. */
static CK_RV
put_algorithm(struct eng *e, const struct eng_key *k, struct buf *out)
{
	KL_AUTO(buf_done) struct buf inner = { .p = NULL };

	if (ffc_type_name(k->type) != NULL)
		return ffc_put_algorithm(e, k, out);
	if (k->type == ENG_RSA) {
		buf_put(&inner, OID_RSA);
		der_put(&inner, DER_NULL, BYTES_NONE);
	} else if (key_is_pqc(k->type)) {
		buf_put(&inner, k->pqc->oid);
	} else {
		if (k->type == ENG_EC)
			buf_put(&inner, OID_EC);
		buf_put(&inner, k->curve->oid);
	}
	der_put_buf(out, DER_SEQUENCE, &inner);
	return buf_rv(out);
}

/* RFC 8017 RSAPublicKey. */
static CK_RV
put_public_rsa(struct eng *e, const struct eng_key *k, struct buf *out)
{
	KL_AUTO(buf_done) struct buf inner = { .p = NULL };
	KL_AUTO(secret_freep) struct secret *n = NULL;
	KL_AUTO(secret_freep) struct secret *exp = NULL;
	CK_RV rv;

	if ((rv = eng_key_part(e, k, PART_N, &n)) != CKR_OK ||
	    (rv = eng_key_part(e, k, PART_E, &exp)) != CKR_OK)
		return rv;
	der_put_uint(&inner, secret_view(n));
	der_put_uint(&inner, secret_view(exp));
	der_put_buf(out, DER_SEQUENCE, &inner);
	return CKR_OK;
}

/* Appends what the BIT STRING of a public key holds. */
static CK_RV
put_public(struct eng *e, const struct eng_key *k, struct buf *out)
{
	KL_AUTO(secret_freep) struct secret *point = NULL;
	CK_RV rv;

	if (k->type == ENG_RSA)
		return put_public_rsa(e, k, out);
	if (ffc_type_name(k->type) != NULL)
		return ffc_put_number(e, k, PART_PUB, out);
	if ((rv = eng_key_part(e, k, key_is_pqc(k->type) ? PART_PUB :
	    PART_POINT, &point)) != CKR_OK)
		return rv;
	buf_put(out, secret_view(point));
	return CKR_OK;
}

CK_RV
eng_key_spki(struct eng *e, const struct eng_key *k, struct buf *out)
{
	KL_AUTO(buf_done) struct buf inner = { .p = NULL };
	KL_AUTO(buf_done) struct buf public = { .p = NULL };
	CK_RV rv;

	if (k->type == ENG_SECRET)
		return CKR_KEY_TYPE_INCONSISTENT;
	if ((rv = put_algorithm(e, k, &inner)) != CKR_OK ||
	    (rv = put_public(e, k, &public)) != CKR_OK)
		return rv;
	der_put_bits(&inner, DER_BIT_STRING, buf_view(&public));
	if ((rv = buf_rv(&public)) != CKR_OK)
		return rv;
	der_put_buf(out, DER_SEQUENCE, &inner);
	return buf_rv(out);
}

/* The eight numbers of a private RSA key, owned. */
struct rsa_parts {
	struct secret *held[PART_QINV + 1];
	struct eng_parts parts;
};

static void
rsa_parts_done(struct rsa_parts *p)
{
	for (size_t i = 0; i < KL_COUNT(p->held); i++)
		secret_free(p->held[i]);
}

/*
 * RFC 8017 RSAPrivateKey: version 0 and all eight numbers.  They are checked
 * because libcrypto, short of memory, may mistake one prime for the other, and
 * a wrapped key must not turn out to be none when it is needed.
 */
static CK_RV
put_private_rsa(struct eng *e, const struct eng_key *k, struct buf *out)
{
	KL_AUTO(rsa_parts_done) struct rsa_parts p = { .held = { NULL } };
	KL_AUTO(buf_done) struct buf inner = { .p = NULL };
	CK_RV rv;

	der_put_uint(&inner, BYTES_NONE);
	for (int i = 0; i <= (int)PART_QINV; i++) {
		rv = eng_key_part(e, k, (enum eng_part)i, &p.held[i]);
		if (rv == CKR_ATTRIBUTE_TYPE_INVALID)
			return log_rv(CKR_KEY_NOT_WRAPPABLE,
			    "pkcs8: an RSA key without its primes");
		if (rv != CKR_OK)
			return rv;
		p.parts.part[i] = secret_view(p.held[i]);
		der_put_uint(&inner, p.parts.part[i]);
	}
	if ((rv = key_check_rsa(e, &p.parts)) != CKR_OK)
		return log_rv(rv == CKR_HOST_MEMORY ? rv : CKR_DEVICE_ERROR,
		    "pkcs8: libcrypto gave numbers that do not fit");
	der_put_buf(out, DER_SEQUENCE, &inner);
	return CKR_OK;
}

/* SEC 1 ECPrivateKey, without parameters, with the point (3.2 section 6.7). */
static CK_RV
put_private_ec(struct eng *e, const struct eng_key *k, struct buf *out)
{
	KL_AUTO(buf_done) struct buf inner = { .p = NULL };
	KL_AUTO(buf_done) struct buf bits = { .p = NULL };
	KL_AUTO(secret_freep) struct secret *scalar = NULL;
	KL_AUTO(secret_freep) struct secret *point = NULL;
	static const uint8_t one = 1;
	CK_RV rv;

	if ((rv = eng_key_part(e, k, PART_PRIV, &scalar)) != CKR_OK ||
	    (rv = eng_key_part(e, k, PART_POINT, &point)) != CKR_OK)
		return rv;
	der_put_uint(&inner, bytes_of(&one, 1));
	der_put(&inner, DER_OCTET_STRING, secret_view(scalar));
	der_put_bits(&bits, DER_BIT_STRING, secret_view(point));
	der_put_buf(&inner, DER_EXPLICIT(1), &bits);
	der_put_buf(out, DER_SEQUENCE, &inner);
	return CKR_OK;
}

/* RFC 8410 CurvePrivateKey. */
static CK_RV
put_private_rfc(struct eng *e, const struct eng_key *k, struct buf *out)
{
	KL_AUTO(secret_freep) struct secret *s = NULL;
	CK_RV rv;

	if ((rv = eng_key_part(e, k, PART_PRIV, &s)) == CKR_OK)
		der_put(out, DER_OCTET_STRING, secret_view(s));
	return rv;
}

/*
 * RFC 9881 ML-DSA-PrivateKey, RFC 9935 ML-KEM-PrivateKey: seed and expanded
 * key, or what there is.  RFC 9909: an SLH-DSA key stands there as it is.
 */
static CK_RV
put_private_pqc(struct eng *e, const struct eng_key *k, struct buf *out)
{
	KL_AUTO(buf_done) struct buf both = { .p = NULL };
	KL_AUTO(secret_freep) struct secret *seed = NULL;
	KL_AUTO(secret_freep) struct secret *priv = NULL;
	CK_RV rv;

	if ((rv = eng_key_part(e, k, PART_PRIV, &priv)) != CKR_OK)
		return rv;
	if (k->pqc->seed == 0) {
		buf_put(out, secret_view(priv));
		return CKR_OK;
	}
	rv = eng_key_part(e, k, PART_SEED, &seed);
	if (rv == CKR_ATTRIBUTE_TYPE_INVALID) {
		der_put(out, DER_OCTET_STRING, secret_view(priv));
		return CKR_OK;
	}
	if (rv != CKR_OK)
		return rv;
	der_put(&both, DER_OCTET_STRING, secret_view(seed));
	der_put(&both, DER_OCTET_STRING, secret_view(priv));
	der_put_buf(out, DER_SEQUENCE, &both);
	return CKR_OK;
}

CK_RV
eng_key_pkcs8(struct eng *e, const struct eng_key *k, struct secret **out)
{
	ENG_MARK;
	KL_AUTO(buf_done) struct buf private = { .p = NULL };
	KL_AUTO(buf_done) struct buf inner = { .p = NULL };
	KL_AUTO(buf_done) struct buf whole = { .p = NULL };
	CK_RV rv;

	if (k->type == ENG_SECRET || !k->private)
		return CKR_KEY_NOT_WRAPPABLE;
	rv = k->type == ENG_RSA ? put_private_rsa(e, k, &private) :
	    k->type == ENG_EC ? put_private_ec(e, k, &private) :
	    key_is_pqc(k->type) ? put_private_pqc(e, k, &private) :
	    ffc_type_name(k->type) != NULL ?
	    ffc_put_number(e, k, PART_PRIV, &private) :
	    put_private_rfc(e, k, &private);
	if (rv != CKR_OK)
		return rv;
	der_put_uint(&inner, BYTES_NONE); /* version 0 */
	if ((rv = put_algorithm(e, k, &inner)) != CKR_OK)
		return rv;
	der_put_buf(&inner, DER_OCTET_STRING, &private);
	der_put_buf(&whole, DER_SEQUENCE, &inner);
	if ((rv = buf_rv(&whole)) != CKR_OK)
		return rv;
	return secret_copy(buf_view(&whole), out);
}

/* --------------------------------------------------------------- reading */

/* What a PrivateKeyInfo holds; views into it. */
struct private_info {
	enum eng_type type;
	const struct pqc *pqc;	/* of types that have one */
	uint8_t set;		/* its number, which PART_SET views */
	struct eng_parts parts;
};

/* AlgorithmIdentifier: sets the type and the curve or group. */
static CK_RV
read_algorithm(struct reader *r, struct private_info *info)
{
	struct reader alg = der_enter(r, DER_SEQUENCE);
	struct bytes oid = der_read_whole(&alg, DER_OID);
	const struct curve *c;
	const struct pqc *set;

	if (bytes_equal(oid, OID_RSA)) {
		info->type = ENG_RSA;
		/* Some writers leave the NULL out. */
		if (der_next_is(&alg, DER_NULL) &&
		    der_read(&alg, DER_NULL).n != 0)
			return CKR_WRAPPED_KEY_INVALID;
	} else if (bytes_equal(oid, OID_EC)) {
		info->type = ENG_EC;
		if (der_next_is(&alg, DER_SEQUENCE))
			return log_rv(CKR_CURVE_NOT_SUPPORTED,
			    "pkcs8: curve with explicit parameters");
		info->parts.part[PART_CURVE] = der_read_whole(&alg, DER_OID);
	} else if ((c = curve_by_oid(oid)) != NULL && c->type != ENG_EC) {
		info->type = c->type;
		info->parts.part[PART_CURVE] = oid;
	} else if ((set = pqc_by_oid(oid)) != NULL) {
		info->type = set->type;
		info->pqc = set;
		info->set = (uint8_t)set->set;
		info->parts.part[PART_SET] = bytes_of(&info->set, 1);
	} else if (!ffc_read_algorithm(oid, &alg, &info->type,
	    &info->parts)) {
		return log_rv(CKR_WRAPPED_KEY_INVALID,
		    "pkcs8: not an algorithm of ours");
	}
	return read_done(&alg) ? CKR_OK : CKR_WRAPPED_KEY_INVALID;
}

static bool
read_private_rsa(struct reader *r, struct private_info *info)
{
	struct reader seq = der_enter(r, DER_SEQUENCE);

	/* Version 1 would have more than two primes. */
	if (der_read_uint(&seq).n != 0)
		return false;
	for (size_t part = PART_N; part <= PART_QINV; part++) {
		struct bytes v = der_read_uint(&seq);

		if (v.n == 0)
			return false;
		info->parts.part[part] = v;
	}
	return read_done(&seq);
}

static bool
read_private_ec(struct reader *r, struct private_info *info)
{
	struct reader seq = der_enter(r, DER_SEQUENCE);
	struct bytes version = der_read_uint(&seq);
	struct reader tagged;
	struct bytes oid;

	if (version.n != 1 || version.p[0] != 1)
		return false;
	info->parts.part[PART_PRIV] = der_read(&seq, DER_OCTET_STRING);
	if (der_next_is(&seq, DER_EXPLICIT(0))) {
		tagged = der_enter(&seq, DER_EXPLICIT(0));
		oid = der_read_whole(&tagged, DER_OID);
		if (!read_done(&tagged) ||
		    !bytes_equal(oid, info->parts.part[PART_CURVE]))
			return false;
	}
	if (der_next_is(&seq, DER_EXPLICIT(1))) {
		tagged = der_enter(&seq, DER_EXPLICIT(1));
		info->parts.part[PART_POINT] = der_read_bits(&tagged);
		if (!read_done(&tagged))
			return false;
	}
	return read_done(&seq);
}

/* The three forms of an ML-KEM or ML-DSA key, or an SLH-DSA key as it is. */
static bool
read_private_pqc(struct reader *r, struct private_info *info)
{
	struct reader both;

	if (info->pqc->seed == 0) {
		info->parts.part[PART_PRIV] = read_bytes(r, r->left.n);
		return true;
	}
	if (der_next_is(r, DER_CONTEXT(0))) {
		info->parts.part[PART_SEED] = der_read(r, DER_CONTEXT(0));
		return true;
	}
	if (der_next_is(r, DER_OCTET_STRING)) {
		info->parts.part[PART_PRIV] = der_read(r, DER_OCTET_STRING);
		return true;
	}
	both = der_enter(r, DER_SEQUENCE);
	info->parts.part[PART_SEED] = der_read(&both, DER_OCTET_STRING);
	info->parts.part[PART_PRIV] = der_read(&both, DER_OCTET_STRING);
	return read_done(&both) && info->parts.part[PART_SEED].n > 0 &&
	    info->parts.part[PART_PRIV].n > 0;
}

/* The OCTET STRING privateKey. */
static bool
read_private(struct reader *r, struct private_info *info)
{
	struct reader key = der_enter(r, DER_OCTET_STRING);
	bool ok = true;

	if (info->type == ENG_RSA)
		ok = read_private_rsa(&key, info);
	else if (info->type == ENG_EC)
		ok = read_private_ec(&key, info);
	else if (info->pqc != NULL)
		ok = read_private_pqc(&key, info);
	else if (ffc_type_name(info->type) != NULL)
		info->parts.part[PART_PRIV] = der_read_uint(&key);
	else
		info->parts.part[PART_PRIV] = der_read(&key, DER_OCTET_STRING);
	return ok && read_done(&key);
}

/* What may follow in RFC 5958: attributes, and with version 1 the point. */
static bool
read_rest(struct reader *r, bool v2, struct private_info *info)
{
	struct bytes bits;

	if (der_next_is(r, DER_EXPLICIT(0)))
		(void)der_read(r, DER_EXPLICIT(0)); /* nothing we keep */
	if (v2 && der_next_is(r, DER_CONTEXT(1))) {
		bits = der_read(r, DER_CONTEXT(1));
		if (bits.n < 1 || bits.p[0] != 0)
			return false;
		if (info->type == ENG_ED || info->type == ENG_MONT)
			info->parts.part[PART_POINT] =
			    bytes_of(bits.p + 1, bits.n - 1);
		else if (info->pqc != NULL)
			info->parts.part[PART_PUB] =
			    bytes_of(bits.p + 1, bits.n - 1);
	}
	return read_done(r);
}

/* Reads a PrivateKeyInfo from the front of all. */
static CK_RV
read_info(struct reader *all, struct private_info *info)
{
	struct reader seq = der_enter(all, DER_SEQUENCE);
	struct bytes version = der_read_uint(&seq);
	bool v2 = version.n == 1 && version.p[0] == 1;
	CK_RV rv;

	if (seq.failed || (version.n != 0 && !v2))
		return CKR_WRAPPED_KEY_INVALID;
	if ((rv = read_algorithm(&seq, info)) != CKR_OK)
		return rv;
	if (!read_private(&seq, info) || !read_rest(&seq, v2, info))
		return CKR_WRAPPED_KEY_INVALID;
	return CKR_OK;
}

/* Whether what follows the key may be there. */
static bool
tail_ok(struct bytes tail, bool trailing_zeros)
{
	return tail.n == 0 || (trailing_zeros && bytes_trim(tail).n == 0);
}

CK_RV
eng_key_from_pkcs8(struct eng *e, struct bytes der, bool trailing_zeros,
    struct eng_key **out)
{
	struct private_info info = { .type = ENG_SECRET };
	struct reader all = reader_of(der);
	CK_RV rv;

	rv = read_info(&all, &info);
	if (rv == CKR_OK && !tail_ok(all.left, trailing_zeros))
		rv = CKR_WRAPPED_KEY_INVALID;
	if (rv == CKR_OK)
		rv = eng_key_import(e, info.type, true, &info.parts, out);
	if (rv == CKR_OK || rv == CKR_CURVE_NOT_SUPPORTED ||
	    rv == CKR_PARAMETER_SET_NOT_SUPPORTED ||
	    rv == CKR_HOST_MEMORY || rv == CKR_GENERAL_ERROR)
		return rv;
	return log_rv(CKR_WRAPPED_KEY_INVALID, "pkcs8: no key that is taken");
}

/* ---------------------------------------------------------- certificates */

CK_RV
eng_cert_spki(struct eng *e, struct bytes der, struct buf *out)
{
	struct reader all = reader_of(der);
	struct reader cert = der_enter(&all, DER_SEQUENCE);
	struct reader tbs = der_enter(&cert, DER_SEQUENCE);
	struct bytes spki;

	(void)e; /* no algorithm is needed */
	/* RFC 5280 section 4.1: [0] version, serial, signature, issuer,
	 * validity, subject, subjectPublicKeyInfo, ... */
	if (der_next_is(&tbs, DER_EXPLICIT(0)))
		(void)der_read(&tbs, DER_EXPLICIT(0));
	(void)der_read(&tbs, DER_INTEGER);
	for (int i = 0; i < 4; i++)
		(void)der_read(&tbs, DER_SEQUENCE);
	spki = der_read_whole(&tbs, DER_SEQUENCE);
	(void)der_read(&cert, DER_SEQUENCE);
	(void)der_read(&cert, DER_BIT_STRING);
	if (tbs.failed || !read_done(&cert) || all.failed)
		return log_rv(CKR_ATTRIBUTE_VALUE_INVALID,
		    "cert: not an X.509 certificate");
	buf_put(out, spki);
	return buf_rv(out);
}
