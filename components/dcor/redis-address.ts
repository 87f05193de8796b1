/**
 * The address of Redis as CKAN wants it, with its password.
 * With TLS its client (redis-py 5) takes any valid certificate, whoever's it is, unless it is told to look at the name.
 */
export function redisAddress(url: string, password?: string): string {
    const address = password === undefined ? url : url.replace("://", `://:${password}@`);
    return url.startsWith("rediss:") ? `${address}?ssl_check_hostname=true` : address;
}
