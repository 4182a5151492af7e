/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ownership by scope, the way the whole tree frees things (style: a local
 * that owns something frees itself; handing out means taking).
 */
#ifndef KLUIS_BASE_AUTO_H
#define KLUIS_BASE_AUTO_H

#include <stddef.h>

/*
 * KL_AUTO(fn): when the variable leaves its scope, fn is called with the
 * variable's address.  fn must accept the address of a NULL pointer.
 */
#define KL_AUTO(fn) __attribute__((cleanup(fn)))

/* KL_MUST_USE: the compiler warns when the result is thrown away. */
#define KL_MUST_USE __attribute__((warn_unused_result))

/* KL_TAKE(p): the value of pointer variable p, which is left NULL. */
#define KL_TAKE(p)                                                             \
	(__extension__({                                                       \
		__typeof__(p) kl_taken_ = (p);                                 \
		(p) = NULL;                                                    \
		kl_taken_;                                                     \
	}))

/*
 * KL_DEBUGGING: 1 in builds made with KL_DEBUG, else 0, so that code can ask
 * with a plain `if` and both halves are always compiled.
 */
#ifdef KL_DEBUG
#define KL_DEBUGGING 1
#else
#define KL_DEBUGGING 0
#endif

/*
 * KL_ASSERT(cond): for our own mistakes only, in functions that return CK_RV.
 * Logs; stops the process when built with KL_DEBUG; otherwise the function
 * answers CKR_GENERAL_ERROR.
 */
#define KL_ASSERT(cond)                                                        \
	do {                                                                   \
		if (!(cond)) {                                                 \
			kl_assert_failed(#cond, __FILE__, __LINE__);           \
			return CKR_GENERAL_ERROR;                              \
		}                                                              \
	} while (0)

/*
 * Reports a broken assertion (expression, file and line as literal strings):
 * one error line in the log; in KL_DEBUG builds the process stops.
 */
void kl_assert_failed(const char *expr, const char *file, int line);

#define KL_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
