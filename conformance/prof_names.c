/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of the test cases of the profiles: the standard's without a prefix.
 */
#include "prof.h"

#include <stdlib.h>
#include <string.h>

#define N(prefix, x)         \
	{                    \
		prefix##x, #x \
	}

struct name {
	CK_ULONG n;
	const char *text;
};

static const struct name attributes[] = {
	N(CKA_, CLASS), N(CKA_, TOKEN), N(CKA_, PRIVATE), N(CKA_, LABEL),
	N(CKA_, VALUE), N(CKA_, ID), N(CKA_, MODIFIABLE), N(CKA_, UNIQUE_ID),
	N(CKA_, PROFILE_ID), N(CKA_, MODULUS), N(CKA_, PUBLIC_EXPONENT),
	N(CKA_, KEY_TYPE), N(CKA_, CERTIFICATE_TYPE), N(CKA_, SUBJECT),
};

static const struct name classes[] = {
	N(CKO_, DATA), N(CKO_, CERTIFICATE), N(CKO_, PUBLIC_KEY),
	N(CKO_, PRIVATE_KEY), N(CKO_, SECRET_KEY), N(CKO_, PROFILE),
};

static const struct name flags[] = {
	N(CKF_, RW_SESSION), N(CKF_, SERIAL_SESSION), N(CKF_, TOKEN_PRESENT),
	N(CKF_, RNG), N(CKF_, LOGIN_REQUIRED), N(CKF_, USER_PIN_INITIALIZED),
	N(CKF_, RESTORE_KEY_NOT_NEEDED), N(CKF_, TOKEN_INITIALIZED),
	N(CKF_, DIGEST), N(CKF_, GENERATE_KEY_PAIR), N(CKF_, ENCRYPT),
	N(CKF_, DECRYPT), N(CKF_, SIGN), N(CKF_, VERIFY), N(CKF_, WRAP),
	N(CKF_, UNWRAP), N(CKF_, GENERATE), N(CKF_, DERIVE),
};

static const struct name mechanisms[] = {
	N(CKM_, SHA512), N(CKM_, SHA256), N(CKM_, RSA_PKCS),
	N(CKM_, RSA_PKCS_KEY_PAIR_GEN), N(CKM_, SHA256_RSA_PKCS),
	N(CKM_, HKDF_DERIVE), N(CKM_, HKDF_DATA),
};

static CK_ULONG
look_up(const struct name *v, size_t n, const char *text, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(v[i].text) == len &&
		    strncmp(v[i].text, text, len) == 0)
			return v[i].n;
	kit_fail(__FILE__, __LINE__, "the runner does not know the name %.*s",
	    (int)len, text);
	kit_end();
}

CK_ATTRIBUTE_TYPE
prof_attribute(const char *name)
{
	return look_up(attributes, KIT_COUNT(attributes), name, strlen(name));
}

CK_MECHANISM_TYPE
prof_mechanism(const char *name)
{
	return look_up(mechanisms, KIT_COUNT(mechanisms), name, strlen(name));
}

CK_FLAGS
prof_flags(const char *text)
{
	CK_FLAGS all = 0;

	if (text[0] >= '0' && text[0] <= '9')
		return strtoul(text, NULL, 0);
	for (;;) {
		size_t n = strcspn(text, "|");

		all |= look_up(flags, KIT_COUNT(flags), text, n);
		if (text[n] == '\0')
			return all;
		text += n + 1;
	}
}

bool
prof_is_rv(CK_RV rv, const char *name)
{
	const char *full = kit_rv_name(rv);

	return strncmp(full, "CKR_", 4) == 0 && strcmp(full + 4, name) == 0;
}

static size_t
ulong_bytes(CK_ULONG u, CK_BYTE *out, size_t room)
{
	REQUIRE(room >= sizeof(u), "no room for a number");
	memcpy(out, &u, sizeof(u));
	return sizeof(u);
}

size_t
prof_attr_bytes(
    CK_ATTRIBUTE_TYPE type, const char *text, CK_BYTE *out, size_t room)
{
	switch (type) {
	case CKA_TOKEN:
	case CKA_PRIVATE:
	case CKA_MODIFIABLE:
		out[0] = strcmp(text, "TRUE") == 0 || strcmp(text, "true") == 0;
		return 1;
	case CKA_CLASS:
		return ulong_bytes(look_up(classes, KIT_COUNT(classes), text,
		    strlen(text)), out, room);
	case CKA_LABEL:
		REQUIRE(strlen(text) <= room, "no room for a label");
		memcpy(out, text, strlen(text));
		return strlen(text);
	default:
		return hex_bytes(text, out, room);
	}
}
