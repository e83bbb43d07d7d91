/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * State only; the WS-Man face is class_remote.c.  Made when first needed, so that
 * a fleet does not carry it.
 */
#include "remote.h"

#include <arpa/inet.h>
#include <string.h>

#include "device.h"
#include "mem.h"

enum {
	MPS_PORT = 4433
};

struct remote *
remote_of(struct device *dev)
{
	struct remote *remote = dev->remote;

	if (remote != NULL)
		return remote;
	remote = mem_new(1, sizeof(*remote));
	for (int i = 0; i < REMOTE_SERVERS; i++)
		remote->servers[i].client = STORE_NONE;
	for (int i = 0; i < REMOTE_TRIGGERS; i++)
		for (int j = 0; j < REMOTE_PER_POLICY; j++)
			remote->policies[i].servers[j] = -1;
	dev->remote = remote;
	return remote;
}

static void
set_text(char field[REMOTE_TEXT_SIZE], const char *text)
{
	size_t len = strlen(text);

	if (len >= REMOTE_TEXT_SIZE)
		len = REMOTE_TEXT_SIZE - 1;
	memcpy(field, text, len);
	field[len] = '\0';
}

void
remote_configure(struct device *dev, const char *access_info)
{
	struct remote *remote = remote_of(dev);
	struct remote_server *server = &remote->servers[0];
	struct remote_policy *policy = &remote->policies[REMOTE_PERIODIC];
	struct in_addr address;

	server->exists = true;
	server->port = MPS_PORT;
	server->info_format =
	    inet_aton(access_info, &address) == 1 ? REMOTE_IPV4 : REMOTE_FQDN;
	set_text(server->access_info, access_info);
	set_text(server->common_name, access_info);
	set_text(server->username, "mps-user");
	policy->exists = true;
	policy->servers[0] = 0;
	set_text(policy->extended, "AAAAAAAAABk=");
}

int
remote_free_server(const struct remote *remote)
{
	for (int i = 0; i < REMOTE_SERVERS; i++)
		if (!remote->servers[i].exists)
			return i;
	return -1;
}

void
remote_drop_server(struct remote *remote, int number)
{
	for (int i = 0; i < REMOTE_TRIGGERS; i++)
		for (int j = 0; j < REMOTE_PER_POLICY; j++)
			if (remote->policies[i].servers[j] == number)
				remote->policies[i].servers[j] = -1;
	remote->servers[number] = (struct remote_server){ .client = STORE_NONE };
}

bool
remote_uses_cert(const struct device *dev, int handle)
{
	for (int i = 0; dev->remote != NULL && i < REMOTE_SERVERS; i++)
		if (dev->remote->servers[i].exists &&
		    dev->remote->servers[i].client == handle)
			return true;
	return false;
}
