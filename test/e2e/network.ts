/** The addresses of a network of a test file's own begin with this: its bridge and its rules are this test's alone. */
export const NETWORK_BASE = `10.${100 + (process.pid % 100)}.${process.pid % 250}`;

export const NETWORK = `${NETWORK_BASE}.0/24`;
