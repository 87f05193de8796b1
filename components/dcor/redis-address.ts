/**
 * The address of Redis as CKAN wants it, with its password.
 * With TLS its client (redis-py 5) takes any valid certificate, whoever's it is, unless it is told to look at the name.
 * @param authority path of what the server is verified by. @default those that the machine trusts
 */
export function redisAddress(url: string, password?: string, authority?: string): string {
    const address = password === undefined ? url : url.replace("://", `://:${password}@`);
    const trusted = authority === undefined ? "" : `&ssl_ca_certs=${authority}`;
    return url.startsWith("rediss:") ? `${address}?ssl_check_hostname=true${trusted}` : address;
}
