/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One simulated device: everything it holds, and nothing it does.  The rules
 * are in firmware.c, the wire in conn.c, the WS-Man face in class_*.c.
 */
#ifndef AMTSIM_DEVICE_H
#define AMTSIM_DEVICE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "eap.h"
#include "inject.h"
#include "listen.h"
#include "loop.h"
#include "profile.h"
#include "rtc.h"
#include "store.h"

enum {
	TRUSTED_CN_MAX = 8,
	WIFI_MAX = 16,
	PULLS_MAX = 8,
	NONCES_KEPT = 16,
	AUDIT_KEPT = 32,
	AUDIT_RECORD_MAX = 128,
	UUID_BYTES = 16,
	MD5_BYTES = 16,
	NONCE_SECRET_BYTES = 32,
	DEVICE_REALM_SIZE = 40,
	PROXY_TEXT_SIZE = 128,
	ACCOUNT_NAME_SIZE = 33,
	ACCOUNT_REALMS = 25,
};

enum tls_interface {
	TLS_NETWORK,
	TLS_LOCAL,
	TLS_INTERFACES
};

struct tls_setting {
	bool enabled;
	bool mutual;
	bool non_secure; /* AcceptNonSecureConnections */
	char *trusted_cn[TRUSTED_CN_MAX];
	size_t trusted_cn_n;
};

/* What CommitChanges carries from pending to committed. */
struct settings {
	int context; /* handle of the TLS certificate, or STORE_NONE */
	struct tls_setting tls[TLS_INTERFACES];
};

/* What a TLS port presents; own references. */
struct served {
	X509 *leaf; /* NULL: nothing */
	EVP_PKEY *key;
	STACK_OF(X509) *chain;
};

/* A Wi-Fi profile with 802.1X (client or root present) or without. */
struct wifi {
	char *name;
	char *ssid;
	int64_t priority;
	int64_t authentication; /* CIM values */
	int64_t encryption;
	struct eap eap;
	int client; /* certificate handles, or STORE_NONE */
	int root;
};

/* An account besides the administrator's. */
struct account {
	int64_t handle;
	char name[ACCOUNT_NAME_SIZE];
	int64_t permission;
	uint32_t realms; /* a bit for each */
	bool enabled;
};

/* An HTTP proxy towards a management presence server. */
struct proxy {
	char access_info[PROXY_TEXT_SIZE];
	char suffix[PROXY_TEXT_SIZE];
	int64_t info_format;
	int64_t port;
};

/* Wired 802.1X; the AMT_ and the IPS_ class are two faces of it. */
struct wired {
	bool enabled;
	bool in_s0;
	int64_t pxe_timeout_s;
	struct eap eap;
	int client;
	int root;
};

/* What the items of an enumeration are. */
enum pull_mode {
	PULL_OBJECTS,
	PULL_REFERENCES,
	PULL_BOTH
};

/* An enumeration that goes on. */
struct pull {
	uint32_t id; /* 0: free */
	enum pull_mode mode;
	const struct class *class;
	size_t family; /* which derived class comes next */
	size_t index;  /* which of its instances */
};

struct nonce_use {
	unsigned char random[4];
	int64_t uses;
	int64_t last_nc;
};

/* How this device is to behave; every member is a key of the device file. */
struct switches {
	/* limits */
	int64_t max_certificates;
	int64_t max_roots;
	int64_t max_keys;
	int64_t max_trusted_cn;
	int64_t flash_writes; /* left until 38; negative: no limit */
	int64_t max_connections;
	/* HTTP and digest */
	bool lockout;
	bool strict_nc;
	bool qop_both;
	int64_t nonce_life_s;
	int64_t nonce_uses;
	int64_t chunk_bytes;
	int64_t fault_chunk_bytes;
	int64_t idle_ms;
	/* WS-Man */
	bool identify;
	bool identify_anonymous;
	bool capabilities;
	bool ips_8021x;
	bool wrong_selector_invalid;
	bool refuse_read_only;
	bool non_secure_supported; /* what 16.1 and later say; false: TLS only */
	int64_t refused_status;
	int64_t page_size;
	/* time and restarts */
	int64_t key_ms;
	bool busy_400;
	bool commit_drops;
	int64_t restart_ms;
	bool sticky;
	bool sticky_redirection;
	bool own_certificate;
	/* TLS */
	bool rsa_only;
	bool no_rfc5746;
	/* the network */
	bool redirection;  /* the service is on, and listens where TLS is */
	int64_t rmcp_port; /* UDP; 0: none */
	bool dead;
	bool hang;
	int64_t slow_ms;
};

struct counters {
	int64_t connections;
	int64_t handshakes;
	int64_t handshakes_failed;
	int64_t redirections; /* handshakes on the redirection port */
	int64_t requests;
	int64_t with_authorization;
	int64_t logins; /* accepted */
	int64_t failures;
	int64_t failures_in_a_row;
	int64_t nc_repeated;
	int64_t writes;
	int64_t key_generations;
	int64_t cert_adds;
	int64_t commits;
	int64_t restarts;
	int64_t message_id;
	int64_t pull_id;
};

struct audit_record {
	unsigned char bytes[AUDIT_RECORD_MAX];
	size_t len;
};

struct conn;
struct exchange;
struct fleet_kind;
struct kept;
struct remote;
struct sim;

struct device {
	struct sim *sim;
	char *name;
	const struct profile *profile;
	char *version; /* four numbers */
	char *server;  /* text of the Server header */
	struct in_addr address;
	unsigned char uuid[UUID_BYTES]; /* as on the wire */
	char *host_name;
	char *domain_name;
	char *user;
	unsigned char ha1[MD5_BYTES];
	char *password; /* kept to follow a new realm; NULL after SetAdminAclEntryEx */
	char realm[DEVICE_REALM_SIZE];
	char *mac;

	struct switches sw;
	int tls_min, tls_max;

	const struct fleet_kind *kind; /* certificate to be made when it is needed */

	/* firmware state */
	bool provisioned;
	bool makes_own_key; /* else the pair all devices share */
	int64_t control_mode;
	struct settings pending;
	struct settings committed;
	struct served served;
	struct served redirected; /* on the redirection port, when it is another */
	struct store store;
	int own_cert; /* the firmware's own certificate, or STORE_NONE */
	struct wired wired;
	struct wifi *wifi; /* WIFI_MAX at most */
	size_t wifi_n;
	struct account *accounts;
	size_t accounts_n;
	struct proxy *proxies;
	size_t proxies_n;
	struct remote *remote; /* CIRA; NULL: never configured */
	struct rtc rtc;
	struct kept *kept;	    /* what clients wrote, a list */
	struct audit_record *audit; /* AUDIT_KEPT of them, or NULL: none yet */
	size_t audit_n;
	size_t audit_first;
	unsigned char *events; /* records that came since the start, or NULL */
	size_t events_n;
	int64_t generating_until_ms; /* 0: no key pair is being made */

	/* protocol state */
	unsigned char nonce_secret[NONCE_SECRET_BYTES];
	int64_t started_ms;
	struct nonce_use nonces[NONCES_KEPT];
	size_t nonce_next;
	int64_t locked_until_ms;
	int64_t lock_s;
	int64_t last_failure_ms;
	struct pull pulls[PULLS_MAX];

	struct listener listeners[LISTEN_KINDS];
	struct loop_fd rmcp;
	struct loop_timer restart;
	struct conn *conns; /* open ones, a list */
	size_t conns_n;
	struct exchange *exchanges; /* not answered yet, a list */
	int64_t blocked;	    /* exchanges that keep others waiting */
	struct counters count;
	struct inject_rule *rules;
	size_t rules_n;
};

/* A device with every switch at its default, nothing listening. */
struct device *device_new(struct sim *sim, const char *name);

/* Connections must be closed before. NULL is fine. */
void device_free(struct device *dev);

/* Set the password and with it HA1; also after the realm changed. */
void device_set_password(struct device *dev, const char *password);
void device_set_realm(struct device *dev, const char *realm);

/* A realm made from seed: "Digest:" and 32 upper-case hex digits. */
void device_make_realm(struct device *dev, const void *seed, size_t len);

void device_clear_served(struct served *served);

/* One more Wi-Fi profile, empty but for its name; valid until the next. */
struct wifi *device_add_wifi(struct device *dev, const char *name);
void device_drop_wifi(struct device *dev, size_t n);

/* Copy settings, the strings too. */
void settings_copy(struct settings *to, const struct settings *from);
void settings_clear(struct settings *settings);
void tls_setting_set_cn(struct tls_setting *setting, const char *const *cn, size_t n);

/* Does something use this certificate: either copy of the context, 802.1X,
 * Wi-Fi, CIRA? */
bool device_uses_cert(const struct device *dev, int handle);

/* What the firmware calls its version without the build: "16.1.25", "2124". */
void device_version_parts(const struct device *dev, char *core, size_t core_size,
    char *build, size_t build_size);

#endif
