/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text from tokens, made safe for a terminal, and hexadecimal.  Labels are
 * bytes that somebody else chose: what is no printable UTF-8 (control
 * characters, marks that turn the direction of writing, broken sequences) is
 * written as \xNN, a backslash as \\.
 */
#ifndef KLUIS_CLI_TEXT_H
#define KLUIS_CLI_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/bytes.h"

/* Room for the safe form of one character: four bytes as \xNN, and a NUL. */
#define TEXT_CHAR 17

/* Takes the first character of the non-empty *in away and writes its safe form
 * as a string. */
void text_char(struct bytes *in, char out[TEXT_CHAR]);
/* Writes b in its safe form. */
void text_put(FILE *f, struct bytes b);

/* A quoted, safe form for messages and tables; what is too long for it ends
 * in "...". */
#define TEXT_QUOTED 160
struct text_quoted {
	char s[TEXT_QUOTED];
};
/* Fills in *q and returns its string. */
const char *text_quote(struct text_quoted *q, struct bytes b);

/* Whether b is well-formed UTF-8 (any characters). */
bool text_is_utf8(struct bytes b);
/* The bytes of a blank-padded field without the blanks at its end. */
struct bytes text_unpad(const unsigned char *field, size_t size);

/* Appends the bytes that a string of hex digits stands for (colons between
 * bytes are fine); false when it is none, or empty. */
bool text_unhex(const char *hex, struct buf *out);
/* Writes b as lower-case hex digits. */
void text_put_hex(FILE *f, struct bytes b);
/* Reads a decimal number without sign up to max; false when it is none. */
bool text_number(const char *s, unsigned long max, unsigned long *out);

#endif
