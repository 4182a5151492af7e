/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Three key pairs made for this suite: the numbers of an RSA-2048 key (modulus,
 * exponents, primes, CRT), of a P-256 key (private value, uncompressed point)
 * and of a DSA key (prime, subprime, base, public and private value), in
 * hexadecimal.
 */
#ifndef CONFORMANCE_KIT_FIXED_H
#define CONFORMANCE_KIT_FIXED_H

extern const char fixed_rsa_n[], fixed_rsa_e[], fixed_rsa_d[], fixed_rsa_p[],
    fixed_rsa_q[];
extern const char fixed_rsa_dp[], fixed_rsa_dq[], fixed_rsa_qi[];
extern const char fixed_dsa_p[], fixed_dsa_q[], fixed_dsa_g[], fixed_dsa_y[],
    fixed_dsa_x[];
extern const char fixed_ec_d[], fixed_ec_q[];
/* Self-signed by the P-256 key: subject CN=test, serial number 1. */
extern const char fixed_certificate[];

#endif
