/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the answer files of NIST's CAVP (KW, KWP, HMAC, digests of whole bytes,
 * AES in ECB, CBC, OFB, CFB8 and CFB128), "NAME = VALUE" lines with an empty
 * line between vectors, and turns each vector into the object that the
 * functions for Wycheproof's take.
 */
#include "vec.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Files by name: a pattern, what is tested, how. */
struct nist_file {
	const char *pattern, *algorithm;
	vec_run run;
};
#define SHA(x) \
	{ x "ShortMsg.rsp", x, vec_digest }, { x "LongMsg.rsp", x, vec_digest }
#define AES(x)                             \
	{ x "GFSbox*.rsp", x, vec_aes }, { x "KeySbox*.rsp", x, vec_aes },   \
	    { x "VarKey*.rsp", x, vec_aes }, { x "VarTxt*.rsp", x, vec_aes }, \
	    { x "MMT[1-9]*.rsp", x, vec_aes }
static const struct nist_file files[] = {
	{ "KWP_A*", "AES-KWP", vec_keywrap },
	{ "KW_A*", "AES-WRAP", vec_keywrap },
	{ "HMAC*", "", vec_mac },
	SHA("SHA1"), SHA("SHA224"), SHA("SHA256"), SHA("SHA384"),
	SHA("SHA512"), SHA("SHA512_224"), SHA("SHA512_256"), SHA("SHA3_224"),
	SHA("SHA3_256"), SHA("SHA3_384"), SHA("SHA3_512"),
	AES("ECB"), AES("CBC"), AES("OFB"), AES("CFB8"), AES("CFB128"),
};

static const struct nist_file *
file_find(const char *name)
{
	for (size_t i = 0; i < KIT_COUNT(files); i++)
		if (fnmatch(files[i].pattern, name, 0) == 0)
			return &files[i];
	return NULL;
}

bool
vec_nist_knows(const char *name)
{
	return file_find(name) != NULL;
}

struct reader {
	vec_run run;
	struct tally tally;
	json_t *group, *test;
	unsigned int number;
};

static void
put(json_t *o, const char *name, const char *value)
{
	(void)json_object_set_new(o, name, json_string(value));
}

/* A vector is complete: run it. */
static void
flush_test(struct reader *r)
{
	if (json_object_size(r->test) < 3) {
		json_object_clear(r->test);
		return;
	}
	if (json_object_get(r->test, "result") == NULL)
		put(r->test, "result", "valid");
	/* HMAC's files have vectors of no key, which no token takes. */
	if (r->run == vec_digest || vec_bytes(r->test, "key").n != 0)
		vec_count(&r->tally, r->run(r->group, r->test), "vector %u",
		    r->number);
	r->number++;
	json_object_clear(r->test);
}

static void
take_line(struct reader *r, char *line)
{
	static const struct {
		const char *theirs, *ours;
	} names[] = {
		{ "K = ", "key" },
		{ "P = ", "msg" },
		{ "C = ", "ct" },
		{ "Key = ", "key" },
		{ "Msg = ", "msg" },
		{ "Mac = ", "tag" },
		{ "KEY = ", "key" },
		{ "IV = ", "iv" },
		{ "PLAINTEXT = ", "msg" },
		{ "CIPHERTEXT = ", "ct" },
		{ "Len = ", "len" },
		{ "MD = ", "tag" },
	};
	static const struct {
		const char *size, *algorithm;
	} hashes[] = {
		{ "[L=20]", "HMACSHA1" },
		{ "[L=28]", "HMACSHA224" },
		{ "[L=32]", "HMACSHA256" },
		{ "[L=48]", "HMACSHA384" },
		{ "[L=64]", "HMACSHA512" },
	};

	line[strcspn(line, "\r\n")] = '\0';
	for (size_t i = 0; i < KIT_COUNT(hashes); i++)
		if (strcmp(line, hashes[i].size) == 0)
			vec_algorithm = hashes[i].algorithm;
	for (size_t i = 0; i < KIT_COUNT(names); i++)
		if (strncmp(line, names[i].theirs, strlen(names[i].theirs)) ==
		    0)
			put(r->test, names[i].ours,
			    line + strlen(names[i].theirs));
	if (strcmp(line, "FAIL") == 0) {
		put(r->test, "msg", "");
		put(r->test, "result", "invalid");
	}
	if (strncmp(line, "Tlen = ", 7) == 0)
		(void)json_object_set_new(r->group, "tagSize",
		    json_integer(8 * strtol(line + 7, NULL, 10)));
	if (line[0] == '\0')
		flush_test(r);
}

void
vec_nist_file(const void *path)
{
	static char line[VEC_MAX * 3];
	const struct nist_file *file = file_find(strrchr(path, '/') + 1);
	struct reader r = { .group = json_object(), .test = json_object() };
	FILE *f = fopen(path, "r");

	REQUIRE(file != NULL && f != NULL && r.group != NULL && r.test != NULL,
	    "cannot read");
	vec_algorithm = file->algorithm;
	r.run = file->run;
	while (fgets(line, (int)sizeof(line), f) != NULL)
		take_line(&r, line);
	flush_test(&r);
	(void)fclose(f);
	vec_report(&r.tally);
}
