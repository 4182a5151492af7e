# SPDX-License-Identifier: BSD-2-Clause
#
# Black-box tests: programs that include include/pkcs11.h only and take any
# module's path.
