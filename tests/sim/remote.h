/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Remote access (CIRA) of one device: management presence servers and the
 * policies that call them.
 */
#ifndef AMTSIM_REMOTE_H
#define AMTSIM_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

struct device;

/* Source: captured AMT_RemoteAccessCapabilities. */
enum {
	REMOTE_SERVERS = 6,
	REMOTE_PER_POLICY = 2,
	REMOTE_TEXT_SIZE = 128,
};

/* What makes the firmware call; Trigger is the number. */
enum remote_trigger {
	REMOTE_USER,
	REMOTE_ALERT,
	REMOTE_PERIODIC,
	REMOTE_TRIGGERS
};

enum {
	REMOTE_IPV4 = 3,
	REMOTE_FQDN = 201,
};

struct remote_server {
	bool exists;
	char access_info[REMOTE_TEXT_SIZE];
	char common_name[REMOTE_TEXT_SIZE];
	char username[REMOTE_TEXT_SIZE]; /* "": it logs in by certificate */
	int64_t info_format;
	int64_t port;
	int client; /* certificate handle, or STORE_NONE */
};

struct remote_policy {
	bool exists;
	int64_t life_s;
	char extended[REMOTE_TEXT_SIZE]; /* base64, as sent */
	int servers[REMOTE_PER_POLICY];	 /* numbers of servers, or -1 */
};

struct remote {
	struct remote_server servers[REMOTE_SERVERS];
	struct remote_policy policies[REMOTE_TRIGGERS];
};

/* Of a device file: a server by name or address, called periodically. */
void remote_configure(struct device *dev, const char *access_info);

/* The device's, made when it has none. */
struct remote *remote_of(struct device *dev);

/* The lowest free number, or -1. */
int remote_free_server(const struct remote *remote);

/* Forget a server, in the policies too. */
void remote_drop_server(struct remote *remote, int number);

/* Does a server name this certificate? */
bool remote_uses_cert(const struct device *dev, int handle);

#endif
