/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * makecontext(3) and swapcontext(3) on stacks of mmap(2) with a guard page.
 * AddressSanitizer is told of every switch (sanitizer/common_interface_defs.h);
 * without that it takes a foreign stack for an overflow.
 */
#include "base/fiber.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define FIBER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBER_ASAN 1
#endif
#endif

#ifdef FIBER_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

enum {
	PAGES_MAX = FIBER_STACK_BYTES / 4096, /* no page is smaller */
	HALF_BITS = 32
};

struct fiber {
	char *map; /* guard page, then the stack */
	size_t map_bytes;
	char *stack;
	ucontext_t own;
	ucontext_t owner;
	fiber_body body; /* NULL: idle */
	void *ctx;
#ifdef FIBER_ASAN
	void *own_fake;
	void *owner_fake;
	const void *owner_stack;
	size_t owner_bytes;
#endif
};

static size_t
page_bytes(void)
{
	long size = sysconf(_SC_PAGESIZE);

	return size > 0 ? (size_t)size : 4096;
}

/* Before the switch into the fiber, and after the one back. */
static void
leave_owner(struct fiber *fiber)
{
#ifdef FIBER_ASAN
	__sanitizer_start_switch_fiber(&fiber->owner_fake, fiber->stack,
	    FIBER_STACK_BYTES);
#else
	(void)fiber;
#endif
}

static void
enter_owner(struct fiber *fiber)
{
#ifdef FIBER_ASAN
	__sanitizer_finish_switch_fiber(fiber->owner_fake, NULL, NULL);
#else
	(void)fiber;
#endif
}

/* The same seen from the fiber; one that ends gives up its fake stack. */
static void
leave_fiber(struct fiber *fiber, bool is_ending)
{
#ifdef FIBER_ASAN
	__sanitizer_start_switch_fiber(is_ending ? NULL : &fiber->own_fake,
	    fiber->owner_stack, fiber->owner_bytes);
#else
	(void)fiber;
	(void)is_ending;
#endif
}

static void
enter_fiber(struct fiber *fiber, bool is_first)
{
#ifdef FIBER_ASAN
	__sanitizer_finish_switch_fiber(is_first ? NULL : fiber->own_fake,
	    &fiber->owner_stack, &fiber->owner_bytes);
#else
	(void)fiber;
	(void)is_first;
#endif
}

/* makecontext() hands on ints, so the pointer comes in two halves. */
static void
run(unsigned int high, unsigned int low)
{
	uintptr_t number = ((uintptr_t)high << HALF_BITS) | (uintptr_t)low;
	struct fiber *fiber =
	    (struct fiber *)number; /* NOLINT(performance-no-int-to-ptr) */

	enter_fiber(fiber, true);
	fiber->body(fiber->ctx);
	fiber->body = NULL;
	leave_fiber(fiber, true);
}

enum rc
fiber_new(struct fiber **ret_fiber, struct err *err)
{
	size_t guard = page_bytes();
	struct fiber *fiber = calloc(1, sizeof(*fiber));

	if (fiber == NULL)
		return err_set(err, RC_NOMEM, "fiber: out of memory");
	fiber->map_bytes = FIBER_STACK_BYTES + guard;
	fiber->map = mmap(NULL, fiber->map_bytes, PROT_NONE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (fiber->map == MAP_FAILED) {
		free(fiber);
		return err_set(err, RC_NOMEM, "fiber: no address space for a stack");
	}
	fiber->stack = fiber->map + guard;
	if (mprotect(fiber->stack, FIBER_STACK_BYTES, PROT_READ | PROT_WRITE) != 0) {
		fiber_free(fiber);
		return err_set(err, RC_NOMEM,
		    "fiber: no stack (sysctl vm.max_map_count?)");
	}
	*ret_fiber = fiber;
	return RC_OK;
}

void
fiber_start(struct fiber *fiber, fiber_body body, void *ctx)
{
	uintptr_t number = (uintptr_t)fiber;

	(void)getcontext(&fiber->own);
	fiber->own.uc_stack.ss_sp = fiber->stack;
	fiber->own.uc_stack.ss_size = FIBER_STACK_BYTES;
	fiber->own.uc_link = &fiber->owner;
	fiber->body = body;
	fiber->ctx = ctx;
	makecontext(&fiber->own, (void (*)(void))run, 2,
	    (unsigned int)(number >> HALF_BITS), (unsigned int)(number & UINT32_MAX));
}

void
fiber_resume(struct fiber *fiber)
{
	leave_owner(fiber);
	(void)swapcontext(&fiber->owner, &fiber->own);
	enter_owner(fiber);
}

void
fiber_pause(struct fiber *fiber)
{
	leave_fiber(fiber, false);
	(void)swapcontext(&fiber->own, &fiber->owner);
	enter_fiber(fiber, false);
}

bool
fiber_is_idle(const struct fiber *fiber)
{
	return fiber->body == NULL;
}

size_t
fiber_stack_used(const struct fiber *fiber)
{
	unsigned char is_there[PAGES_MAX];
	size_t page = page_bytes(), n = 0;

	if (mincore(fiber->stack, FIBER_STACK_BYTES, is_there) != 0)
		return 0;
	for (size_t i = 0; i < FIBER_STACK_BYTES / page; i++)
		n += is_there[i] & 1;
	return n * page;
}

void
fiber_free(struct fiber *fiber)
{
	if (fiber == NULL)
		return;
	(void)munmap(fiber->map, fiber->map_bytes);
	free(fiber);
}
