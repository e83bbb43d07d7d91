/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is to blame for a result, and the state that follows.  No default in the
 * switch: the compiler names a result that was forgotten.
 */
#include "plugin/rc_state.h"

enum blame {
	BLAME_NOBODY,
	BLAME_US,	   /* we could not look */
	BLAME_UNREACHABLE, /* no reading at all: off, asleep, out of the network */
	BLAME_TIMEOUT,
	BLAME_DEVICE, /* it answered, and not as it should */
};

static enum blame
blame_for(enum rc rc)
{
	switch (rc) {
	case RC_OK:
		return BLAME_NOBODY;
	case RC_NOMEM:
	case RC_USAGE:
	case RC_CONFIG:
	case RC_SYSTEM:
	case RC_STATE:
	case RC_DB:
	case RC_LOCKED:
	case RC_INTERNAL:
		return BLAME_US;
	case RC_RESOLVE:
	case RC_CONNECT:
	case RC_TLS:
	case RC_LOST:
		return BLAME_UNREACHABLE;
	case RC_TIMEOUT:
		return BLAME_TIMEOUT;
	case RC_FORMAT:
	case RC_LIMIT:
	case RC_NOTFOUND:
	case RC_UNTRUSTED:
	case RC_AUTH:
	case RC_HTTP:
	case RC_FAULT:
	case RC_PT_STATUS:
	case RC_CA:
		return BLAME_DEVICE;
	}
	return BLAME_US;
}

enum state
rc_state(enum rc rc, const struct rc_choice *choice)
{
	enum state unreachable =
	    choice->has_unreachable ? choice->unreachable : STATE_CRITICAL;

	switch (blame_for(rc)) {
	case BLAME_NOBODY:
		return STATE_OK;
	case BLAME_US:
		return STATE_UNKNOWN;
	case BLAME_UNREACHABLE:
		return unreachable;
	case BLAME_TIMEOUT:
		return choice->has_timeout ? choice->timeout : unreachable;
	case BLAME_DEVICE:
		return STATE_CRITICAL;
	}
	return STATE_UNKNOWN;
}
