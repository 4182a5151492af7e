/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which mechanisms are on offer: the table, narrowed by the configuration
 * (legacy, policy, smallest RSA modulus) and by what the libcrypto in use
 * can do, asked once per row and only when somebody wants to know, so that
 * C_Initialize fetches nothing.
 *
 * Invariants:
 * 1. `rows` is ascending by type and never changes after mechs_new.
 * 2. known[i] is UNKNOWN until the engine was asked about rows[i]; two threads
 *    may ask at once and store the same answer.
 * 3. index holds positions in rows + 1, 0 = empty; a type's is found from
 *    place(type) on, before the next empty one.
 */
#include "mech/mech_int.h"

#include <stdatomic.h>
#include <stdlib.h>

#define PLACES 2048u	/* of the index; at most half of them are taken */

#define MESSAGES \
	(CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT | CKF_MESSAGE_SIGN | \
	    CKF_MESSAGE_VERIFY)
#define FFC_MIN 1024u	/* bits of a prime, whatever the configuration says */

enum known { UNKNOWN, OFFERED, LACKING };

struct mechs {
	struct eng *eng;
	struct mech_row *rows;
	_Atomic unsigned char *known;
	size_t n;
	uint16_t index[PLACES];
};

static bool
row_allowed(const struct mech_row *row, const struct conf *conf)
{
	return (row->traits & MECH_LEGACY) == 0 || conf->legacy;
}

/* A row as this configuration offers it. */
static struct mech_row
row_configured(const struct mech_row *row, const struct conf *conf)
{
	struct mech_row r = *row;

	if (r.nkeys == 1 && r.keys[0] == CKK_RSA)
		r.min = conf->rsa_min;
	if (r.nkeys == 1 && (r.keys[0] == CKK_DSA || r.keys[0] == CKK_DH ||
	    r.keys[0] == CKK_X9_42_DH))
		r.min = conf->rsa_min < FFC_MIN ? FFC_MIN : conf->rsa_min;
	if ((r.traits & MECH_SHA1) != 0 && conf->policy == CONF_POLICY_STRICT)
		r.flags &= ~(CK_FLAGS)(CKF_SIGN | CKF_MESSAGE_SIGN);
	if ((r.flags & MESSAGES) != 0 && (r.traits & MECH_SINGLE) == 0)
		r.flags |= CKF_MULTI_MESSAGE;
	return r;
}

static size_t
place(CK_MECHANISM_TYPE type)
{
	return (type ^ type >> 7) % PLACES;
}

static void
index_rows(struct mechs *m)
{
	for (size_t i = 0; i < m->n; i++) {
		size_t at = place(m->rows[i].type);

		while (m->index[at] != 0)
			at = (at + 1) % PLACES;
		m->index[at] = (uint16_t)(i + 1);
	}
}

static int
row_order(const void *a, const void *b)
{
	const struct mech_row *x = a, *y = b;

	return (x->type > y->type) - (x->type < y->type);
}

CK_RV
mechs_new(struct eng *e, const struct conf *conf, struct mechs **out)
{
	const struct mech_row *row;
	struct mechs *m = calloc(1, sizeof(*m));
	size_t total = 0;

	if (m == NULL)
		return CKR_HOST_MEMORY;
	while (mech_row_at(total) != NULL)
		total++;
	KL_ASSERT(total <= PLACES / 2);
	m->eng = e;
	m->rows = calloc(total, sizeof(*m->rows));
	m->known = calloc(total, sizeof(*m->known));
	if (m->rows == NULL || m->known == NULL) {
		mechs_free(m);
		return CKR_HOST_MEMORY;
	}
	for (size_t i = 0; (row = mech_row_at(i)) != NULL; i++)
		if (row_allowed(row, conf))
			m->rows[m->n++] = row_configured(row, conf);
	qsort(m->rows, m->n, sizeof(*m->rows), row_order);
	index_rows(m);
	*out = m;
	return CKR_OK;
}

void
mechs_free(struct mechs *m)
{
	if (m == NULL)
		return;
	free(m->rows);
	free((void *)m->known);
	free(m);
}

static bool
row_offered(struct mechs *m, size_t i)
{
	enum known k = (enum known)atomic_load_explicit(&m->known[i],
	    memory_order_relaxed);

	if (k == UNKNOWN) {
		k = eng_can(m->eng, &m->rows[i].alg) ? OFFERED : LACKING;
		atomic_store_explicit(&m->known[i], (unsigned char)k,
		    memory_order_relaxed);
	}
	return k == OFFERED;
}

const struct mech_row *
mech_find(struct mechs *m, CK_MECHANISM_TYPE type)
{
	for (size_t at = place(type); m->index[at] != 0;
	     at = (at + 1) % PLACES) {
		size_t i = m->index[at] - 1u;

		if (m->rows[i].type == type)
			return row_offered(m, i) ? &m->rows[i] : NULL;
	}
	return NULL;
}

const struct mech_row *
mech_at(struct mechs *m, size_t i)
{
	for (size_t k = 0; k < m->n; k++)
		if (row_offered(m, k) && i-- == 0)
			return &m->rows[k];
	return NULL;
}

void
mech_info(const struct mech_row *row, CK_MECHANISM_INFO *out)
{
	out->ulMinKeySize = row->min;
	out->ulMaxKeySize = row->max;
	out->flags = row->flags;
}

const char *
mech_name(CK_MECHANISM_TYPE type)
{
	const struct mech_row *row;

	for (size_t i = 0; (row = mech_row_at(i)) != NULL; i++)
		if (row->type == type)
			return row->name;
	return "CKM_?";
}

CK_RV
mech_message(const struct mech_row *row, const void *p, CK_ULONG n,
    struct mech_message *out)
{
	struct mech_message msg = { .tag = NULL };
	CK_RV rv;

	if (p == NULL || row->message == NULL)
		return CKR_MECHANISM_PARAM_INVALID;
	if ((rv = row->message(p, n, &msg)) != CKR_OK)
		return rv;
	*out = msg;
	return CKR_OK;
}

/* The parameter of an init that says nothing for the single message: none, or
 * such as those have (3.2 section 6.13 shows both). */
static CK_RV
init_message(const struct mech_row *row, const CK_MECHANISM *m)
{
	struct mech_message none;

	return m->ulParameterLen == 0 ? CKR_OK :
	    mech_message(row, m->pParameter, m->ulParameterLen, &none);
}

CK_RV
mech_parse_wrap(struct mechs *m, const CK_MECHANISM *mechanism,
    CK_FLAGS purpose, struct bytes aad, struct mech_call *out)
{
	const struct mech_row *row = mech_find(m, mechanism->mechanism);
	struct mech_message msg;
	CK_RV rv;

	if (row == NULL || (row->flags & purpose) == 0 || row->message == NULL)
		return CKR_MECHANISM_INVALID;
	if ((rv = mech_message(row, mechanism->pParameter,
	    mechanism->ulParameterLen, &msg)) != CKR_OK)
		return rv;
	if (msg.tag == NULL)
		return CKR_MECHANISM_PARAM_INVALID;
	*out = (struct mech_call){ .row = row, .iv = msg.iv, .tag = msg.tag,
		.par = { .iv = { msg.iv.p, msg.iv.n }, .aad = aad,
		    .tag_len = msg.tag_len, .apart = true } };
	if (purpose == CKF_UNWRAP)
		out->par.tag = bytes_of(msg.tag, msg.tag_len);
	return CKR_OK;
}

/* Parses into *call, whose `derive` is set. */
static CK_RV
parse_into(struct mechs *m, const CK_MECHANISM *mechanism, CK_FLAGS purpose,
    struct mech_call *call)
{
	CK_MECHANISM_TYPE type = mechanism->mechanism;

	/* GnuTLS 3.7 generates Edwards keys under the signature's number. */
	if (purpose == CKF_GENERATE_KEY_PAIR && type == CKM_EDDSA)
		type = CKM_EC_EDWARDS_KEY_PAIR_GEN;
	call->row = mech_find(m, type);
	if (call->row == NULL || (call->row->flags & purpose) == 0)
		return CKR_MECHANISM_INVALID;
	if (mechanism->pParameter == NULL && mechanism->ulParameterLen != 0)
		return CKR_MECHANISM_PARAM_INVALID;
	if (call->row->message != NULL && (purpose & MESSAGES) != 0)
		return init_message(call->row, mechanism);
	return call->row->params(call->row, mechanism, purpose, call);
}

CK_RV
mech_parse(struct mechs *m, const CK_MECHANISM *mechanism, CK_FLAGS purpose,
    struct mech_call *out)
{
	struct mech_call call = { 0 };
	CK_RV rv = parse_into(m, mechanism, purpose, &call);

	if (rv == CKR_OK)
		*out = call;
	return rv;
}

CK_RV
mech_parse_derive(struct mechs *m, const CK_MECHANISM *mechanism,
    CK_FLAGS purpose, struct mech_derive *out)
{
	*out = (struct mech_derive){
		.call.derive = out, .call.par.kdf = &out->kdf,
		.base_type = CK_UNAVAILABLE_INFORMATION,
		.key_type = CK_UNAVAILABLE_INFORMATION,
	};
	return parse_into(m, mechanism, purpose, &out->call);
}

bool
mech_takes(const struct mech_row *row, CK_KEY_TYPE type)
{
	if ((row->traits & MECH_ANY_KEY) != 0)
		return true;
	for (unsigned i = 0; i < row->nkeys; i++)
		if (row->keys[i] == type)
			return true;
	return false;
}

/* Whether the row's sizes are counted in bytes (see table.c). */
static bool
row_in_bytes(const struct mech_row *row)
{
	CK_KEY_TYPE key = row->keys[0];

	if ((row->traits & MECH_BITS) != 0)
		return false;
	if ((row->traits & MECH_BYTES) != 0)
		return true;
	switch (row->alg.fam) {
	case ENG_F_HMAC:
	case ENG_F_CMAC:
	case ENG_F_GMAC:
	case ENG_F_CBCMAC:
	case ENG_F_XCBC:
	case ENG_F_BLAKE2:
	case ENG_F_UNIT:
	case ENG_F_CIPHER:
	case ENG_F_AEAD:
	case ENG_F_KEYWRAP:
	case ENG_F_ENCRYPT_DATA:
		return true;
	case ENG_F_KEYGEN:
		if (row->alg.mode == NULL)
			return key != CKK_GENERIC_SECRET;
		break;
	default:
		break;
	}
	return key == CKK_ML_KEM || key == CKK_ML_DSA || key == CKK_SLH_DSA;
}

bool
mech_size_ok(const struct mech_row *row, size_t key_bits)
{
	size_t size = row_in_bytes(row) ? key_bits / 8 : key_bits;

	return row->max == 0 || (size >= row->min && size <= row->max);
}
