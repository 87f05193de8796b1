/** Servers of the domain name system that certbot can set records on: those that Debian has a plugin for. */
export const DNS_PROVIDERS = ["cloudflare", "digitalocean", "google", "linode", "ovh", "rfc2136", "route53"] as const;
