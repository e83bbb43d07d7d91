/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots and a ring between two threads, all of C11's atomics; two eventfds to wake
 * each other.
 */
#include "snmp/mailbox.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void
ring(int fd)
{
	static const uint64_t one = 1;
	int saved = errno;

	/* Full means that it rings already. */
	if (write(fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
		errno = saved;
}

static void
silence(int fd)
{
	uint64_t rung;

	/* One reading takes all there is (eventfd(2)). */
	if (read(fd, &rung, sizeof(rung)) != (ssize_t)sizeof(rung))
		return;
}

enum rc
mailbox_init(struct mailbox *mailbox, struct err *err)
{
	mailbox->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (mailbox->wake_fd < 0)
		return err_system(err, "eventfd");
	mailbox->return_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (mailbox->return_fd < 0) {
		(void)close(mailbox->wake_fd);
		return err_system(err, "eventfd");
	}
	atomic_init(&mailbox->fresh, NULL);
	atomic_init(&mailbox->used, NULL);
	atomic_init(&mailbox->totals, NULL);
	atomic_init(&mailbox->inventory_state, INVENTORY_UNAVAILABLE);
	atomic_init(&mailbox->n_suppressed, 0);
	atomic_init(&mailbox->is_connected, false);
	atomic_init(&mailbox->is_stopping, false);
	atomic_init(&mailbox->put, 0);
	atomic_init(&mailbox->send, 0);
	mailbox->done = 0;
	return RC_OK;
}

void
mailbox_free_used(struct mailbox *mailbox)
{
	struct mirror *mirror = atomic_exchange(&mailbox->used, NULL);

	while (mirror != NULL) {
		struct mirror *next = mirror->next;

		mirror_free(mirror);
		mirror = next;
	}
}

void
mailbox_clear(struct mailbox *mailbox)
{
	mailbox_free_used(mailbox);
	mirror_free(atomic_exchange(&mailbox->fresh, NULL));
	free(atomic_exchange(&mailbox->totals, NULL));
	(void)close(mailbox->wake_fd);
	(void)close(mailbox->return_fd);
}

void
mailbox_publish(struct mailbox *mailbox, struct mirror *mirror)
{
	/* Counts of the mirror before would be put over those of this one. */
	free(atomic_exchange(&mailbox->totals, NULL));
	mirror_free(atomic_exchange(&mailbox->fresh, mirror));
	ring(mailbox->wake_fd);
}

enum rc
mailbox_publish_totals(struct mailbox *mailbox, const struct totals *totals,
    struct err *err)
{
	struct totals *copy = malloc(sizeof(*copy));

	if (copy == NULL)
		return err_set(err, RC_NOMEM, "counts: out of memory");
	*copy = *totals;
	free(atomic_exchange(&mailbox->totals, copy));
	ring(mailbox->wake_fd);
	return RC_OK;
}

size_t
mailbox_room(const struct mailbox *mailbox)
{
	return MAILBOX_NOTICES - (atomic_load(&mailbox->put) - mailbox->done);
}

void
mailbox_put(struct mailbox *mailbox, const struct notice *notice)
{
	size_t put = atomic_load(&mailbox->put);
	struct mail_slot *slot = &mailbox->slots[put % MAILBOX_NOTICES];

	slot->notice = *notice;
	atomic_store(&slot->fate, MAIL_WAITING);
	atomic_store(&mailbox->put, put + 1);
	ring(mailbox->wake_fd);
}

bool
mailbox_next_fate(struct mailbox *mailbox, enum mail_fate *ret_fate)
{
	enum mail_fate fate;

	if (mailbox->done == atomic_load(&mailbox->put))
		return false;
	fate = atomic_load(&mailbox->slots[mailbox->done % MAILBOX_NOTICES].fate);
	if (fate == MAIL_WAITING)
		return false;
	mailbox->done++;
	*ret_fate = fate;
	return true;
}

void
mailbox_wait(struct mailbox *mailbox, int64_t ms)
{
	struct pollfd fd = { .fd = mailbox->return_fd, .events = POLLIN };

	if (poll(&fd, 1, (int)ms) > 0)
		silence(mailbox->return_fd);
}

struct mirror *
mailbox_take(struct mailbox *mailbox)
{
	return atomic_exchange(&mailbox->fresh, NULL);
}

void
mailbox_give_back(struct mailbox *mailbox, struct mirror *mirror)
{
	bool given = false;

	mirror->next = atomic_load(&mailbox->used);
	while (!given)
		given =
		    atomic_compare_exchange_weak(&mailbox->used, &mirror->next, mirror);
	ring(mailbox->return_fd);
}

bool
mailbox_take_totals(struct mailbox *mailbox, struct totals *ret_totals)
{
	struct totals *totals = atomic_exchange(&mailbox->totals, NULL);

	if (totals == NULL)
		return false;
	*ret_totals = *totals;
	free(totals);
	return true;
}

const struct notice *
mailbox_peek(struct mailbox *mailbox)
{
	size_t send = atomic_load(&mailbox->send);

	if (send == atomic_load(&mailbox->put))
		return NULL;
	return &mailbox->slots[send % MAILBOX_NOTICES].notice;
}

void
mailbox_tell_fate(struct mailbox *mailbox, enum mail_fate fate)
{
	size_t send = atomic_load(&mailbox->send);

	atomic_store(&mailbox->slots[send % MAILBOX_NOTICES].fate, fate);
	atomic_store(&mailbox->send, send + 1);
	ring(mailbox->return_fd);
}

void
mailbox_drain_wake(struct mailbox *mailbox)
{
	silence(mailbox->wake_fd);
}

void
mailbox_wake_snmp(int wake_fd)
{
	ring(wake_fd);
}

void
mailbox_stop(struct mailbox *mailbox)
{
	atomic_store(&mailbox->is_stopping, true);
	ring(mailbox->return_fd);
}
