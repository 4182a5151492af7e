/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the answer files of NIST's CAVP (KW, KWP and HMAC), "NAME = VALUE"
 * lines with an empty line between vectors, and turns each vector into the
 * object that the functions for Wycheproof's take.
 */
#include "vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *prefix, *algorithm;
	vec_run run;
} files[] = {
	{ "KWP_A", "AES-KWP", vec_keywrap },
	{ "KW_A", "AES-WRAP", vec_keywrap },
	{ "HMAC", "", vec_mac },
};

bool
vec_nist_knows(const char *name)
{
	for (size_t i = 0; i < KIT_COUNT(files); i++)
		if (strncmp(name, files[i].prefix, strlen(files[i].prefix)) ==
		    0)
			return true;
	return false;
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
	struct vbytes key;

	if (json_object_size(r->test) < 3) {
		json_object_clear(r->test);
		return;
	}
	if (json_object_get(r->test, "result") == NULL)
		put(r->test, "result", "valid");
	key = vec_bytes(r->test, "key");
	if (key.n != 0)
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
	const char *name = strrchr(path, '/') + 1;
	struct reader r = { .group = json_object(), .test = json_object() };
	FILE *f = fopen(path, "r");

	REQUIRE(f != NULL && r.group != NULL && r.test != NULL, "cannot read");
	for (size_t i = KIT_COUNT(files); i-- > 0;)
		if (strncmp(name, files[i].prefix, strlen(files[i].prefix)) ==
		    0) {
			vec_algorithm = files[i].algorithm;
			r.run = files[i].run;
		}
	while (fgets(line, (int)sizeof(line), f) != NULL)
		take_line(&r, line);
	flush_test(&r);
	(void)fclose(f);
	vec_report(&r.tally);
}
