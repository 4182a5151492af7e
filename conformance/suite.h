/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the driver (driver.c), the reports (kit.c) and the areas: the
 * process protocol and the areas' entry points.
 */
#ifndef CONFORMANCE_SUITE_H
#define CONFORMANCE_SUITE_H

#include "kit.h"

/* The case's process reports here. */
#define KIT_FD           9
#define KIT_EXIT_FAILED  1
#define KIT_EXIT_SKIPPED 77

/* One function per area: adds the area's cases. Order = order of running. */
void general_cases(struct kit_list *l);
void calls_cases(struct kit_list *l);
void slot_cases(struct kit_list *l);
void token_cases(struct kit_list *l);
void pin_cases(struct kit_list *l);
void session_cases(struct kit_list *l);
void login_cases(struct kit_list *l);
void create_cases(struct kit_list *l);
void keyobj_cases(struct kit_list *l);
void attr_cases(struct kit_list *l);
void change_cases(struct kit_list *l);
void find_cases(struct kit_list *l);
void class_cases(struct kit_list *l);
void opstate_cases(struct kit_list *l);
void oplen_cases(struct kit_list *l);
void dual_cases(struct kit_list *l);
void message_cases(struct kit_list *l);
void aead_cases(struct kit_list *l);
void save_cases(struct kit_list *l);
void opkey_cases(struct kit_list *l);
void otp_cases(struct kit_list *l);
void param_cases(struct kit_list *l);
void keygen_cases(struct kit_list *l);
void cipher_cases(struct kit_list *l);
void wrap_cases(struct kit_list *l);
void derive_cases(struct kit_list *l);
void kem_cases(struct kit_list *l);
void finite_cases(struct kit_list *l);
void hybrid_cases(struct kit_list *l);
void policy_cases(struct kit_list *l);
void attack_cases(struct kit_list *l);
void piece_cases(struct kit_list *l);
void process_cases(struct kit_list *l);
void host_cases(struct kit_list *l);
void thread_cases(struct kit_list *l);
void reuse_cases(struct kit_list *l);
void pqkey_cases(struct kit_list *l);
void pqsign_cases(struct kit_list *l);
void mech_cases(struct kit_list *l);

#endif
