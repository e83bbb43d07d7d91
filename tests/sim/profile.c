/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of firmware generations.  A property that is not known for a
 * generation takes the value of the nearest one that is.
 */
#include "profile.h"

#include <stddef.h>
#include <string.h>

#include <openssl/ssl.h>

enum {
	CSR_OLD = CSR_SHA1 | CSR_SHA256 | CSR_SHA384,
	CSR_NEW = CSR_SHA256 | CSR_SHA384,
};

static const struct profile profiles[] = {
	{
	    .name = "9",
	    .version = "9.1.42.3002",
	    .tls_min = TLS1_VERSION,
	    .tls_max = TLS1_1_VERSION,
	    .csr_algorithms = CSR_OLD,
	    .network_plain = true,
	    .rsa_1024 = true,
	},
	{
	    .name = "11.8",
	    .version = "11.8.94.4494",
	    .tls_min = TLS1_1_VERSION,
	    .tls_max = TLS1_2_VERSION,
	    .csr_algorithms = CSR_OLD,
	    .network_plain = true,
	    .intermediate_roots = true,
	},
	{
	    .name = "14",
	    .version = "14.1.67.2046",
	    .tls_min = TLS1_2_VERSION,
	    .tls_max = TLS1_2_VERSION,
	    .csr_algorithms = CSR_OLD,
	    .network_plain = true,
	    .intermediate_roots = true,
	    .http_proxy = true,
	},
	{
	    .name = "16.0",
	    .version = "16.0.15.1620",
	    .tls_min = TLS1_2_VERSION,
	    .tls_max = TLS1_2_VERSION,
	    .csr_algorithms = CSR_OLD,
	    .network_plain = true,
	    .own_context = true,
	    .read_only_known = true,
	    .intermediate_roots = true,
	    .http_proxy = true,
	},
	{
	    .name = "16.1",
	    .version = "16.1.25.2124",
	    .tls_min = TLS1_2_VERSION,
	    .tls_max = TLS1_2_VERSION,
	    .csr_algorithms = CSR_OLD,
	    .own_context = true,
	    .non_secure_known = true,
	    .read_only_known = true,
	    .intermediate_roots = true,
	    .http_proxy = true,
	    .type_without_blank = true,
	},
	{
	    .name = "19",
	    .version = "19.0.5.1948",
	    .tls_min = TLS1_2_VERSION,
	    .tls_max = TLS1_3_VERSION,
	    .csr_algorithms = CSR_NEW,
	    .own_context = true,
	    .non_secure_known = true,
	    .read_only_known = true,
	    .intermediate_roots = true,
	    .http_proxy = true,
	    .key_spki = true,
	    .type_without_blank = true,
	},
	{
	    .name = "22",
	    .version = "22.0.0.1100",
	    .tls_min = TLS1_2_VERSION,
	    .tls_max = TLS1_3_VERSION,
	    .csr_algorithms = CSR_SHA384,
	    .own_context = true,
	    .non_secure_known = true,
	    .read_only_known = true,
	    .intermediate_roots = true,
	    .http_proxy = true,
	    .key_spki = true,
	    .p384 = true,
	    .type_without_blank = true,
	},
};

const struct profile *
profile_find(const char *name)
{
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	return NULL;
}

const char *
profile_names(void)
{
	return "9 11.8 14 16.0 16.1 19 22";
}
