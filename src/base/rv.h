/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one error numbering of the tree: CK_RV and the CKR codes of the
 * standard (3.2 section 5.1), which every room uses, and their names.
 */
#ifndef KLUIS_BASE_RV_H
#define KLUIS_BASE_RV_H

#include "pkcs11.h"

/*
 * The name of rv as the standard writes it ("CKR_OK"), for logs; unknown
 * values give "CKR_?".  Static storage, never NULL.
 */
const char *rv_name(CK_RV rv);

#endif
