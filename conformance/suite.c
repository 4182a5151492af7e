/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * suite MODULE [--list] [--only PATTERN] [--json FILE] [--keep]: the black-box
 * cases against any module. Exit status: 0 nothing failed, 1 something failed,
 * 2 wrong use.
 */
#include "driver.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>

static void (*const areas[])(struct kit_list *) = {
	general_cases,
	calls_cases,
	slot_cases,
	token_cases,
	pin_cases,
	session_cases,
	login_cases,
	create_cases,
	keyobj_cases,
	attr_cases,
	change_cases,
	find_cases,
	class_cases,
	opstate_cases,
	oplen_cases,
	dual_cases,
	message_cases,
	aead_cases,
	save_cases,
	opkey_cases,
	otp_cases,
	param_cases,
	keygen_cases,
	cipher_cases,
	wrap_cases,
	derive_cases,
	kem_cases,
	finite_cases,
	hybrid_cases,
	policy_cases,
	attack_cases,
	piece_cases,
	process_cases,
	host_cases,
	thread_cases,
	reuse_cases,
	pqkey_cases,
	pqsign_cases,
	mech_cases,
};

int
main(int argc, char **argv)
{
	struct kit_list l = { NULL, 0, 0 };
	char **rest = calloc((size_t)argc + 1, sizeof(*rest));
	struct options o;

	if (rest == NULL || !driver_options(argc, argv, &o, rest) ||
	    rest[0] != NULL) {
		(void)fputs("usage: suite MODULE [--list] [--only PATTERN] "
			    "[--json FILE] [--keep]\n",
		    stderr);
		return 2;
	}
	for (size_t i = 0; i < KIT_COUNT(areas); i++)
		areas[i](&l);
	return driver_run(&l, &o);
}
