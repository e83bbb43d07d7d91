/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulator as a whole: its devices, its loop, its log and its supply of
 * key pairs.
 */
#ifndef AMTSIM_SIM_H
#define AMTSIM_SIM_H

#include <stddef.h>
#include <stdint.h>

#include "keypool.h"
#include "loop.h"
#include "reqlog.h"

struct device;
struct control;
struct fleet;

struct sim {
	struct loop *loop;
	struct device **devices;
	size_t devices_n;
	size_t devices_max;
	struct keypool keypool;
	struct fleet *fleet; /* what its devices share; NULL: none */
	struct reqlog log;
	struct control *control;
};

#endif
