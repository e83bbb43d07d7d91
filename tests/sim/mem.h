/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for a test program: an allocation that fails ends it.  Only the
 * simulator may do this; the library reports RC_NOMEM.
 */
#ifndef AMTSIM_MEM_H
#define AMTSIM_MEM_H

#include <stddef.h>
#include <stdint.h>

/* n zeroed objects of size bytes. Never NULL; caller frees. */
void *mem_new(size_t n, size_t size);

/* Grow or shrink an array to n objects; new bytes are not zeroed. Never NULL. */
void *mem_resize(void *old, size_t n, size_t size);

/* Copies. NULL stays NULL. Caller frees. */
char *mem_dup(const char *text);
void *mem_dup_bytes(const void *bytes, size_t len);

/* Replace *field by a copy of text. */
void mem_set(char **field, const char *text);

#endif
