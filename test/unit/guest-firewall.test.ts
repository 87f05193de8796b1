import { ruleset } from "../../components/guest/guest-firewall";

test("only the given networks reach a port, and everything else is dropped", () => {
    const rules = ruleset([
        { description: "HTTPS", port: 443, cidrs: ["0.0.0.0/0", "::/0"] },
        { description: "SSH", port: 22, cidrs: ["192.0.2.0/24"] },
    ]);
    expect(rules).toContain("policy drop;");
    expect(rules).toContain('ip saddr 0.0.0.0/0 tcp dport 443 accept comment "HTTPS"');
    expect(rules).toContain('ip6 saddr ::/0 tcp dport 443 accept comment "HTTPS"');
    expect(rules).toContain('ip saddr 192.0.2.0/24 tcp dport 22 accept comment "SSH"');
    expect(rules.match(/ accept comment /g)).toHaveLength(3);
});
