import { quote } from "../../../components/guest/shell";
import { ensure } from "../../row";
import type { Ssh } from "../../ssh";

/** By which TLS a machine reaches a server of the stack's on another one, by the authority that it verifies it by. @throws where the certificate is another one */
export async function tlsBetween(machine: Ssh, address: string, authority: string): Promise<string> {
    const { said } = await machine.facts(`
        shown=$(timeout 10 openssl s_client -connect ${quote(address)} -CAfile ${quote(authority)} \\
            -verify_return_error -verify_ip ${quote(address.replace(/:.*/, ""))} </dev/null 2>&1 || true)
        fact said "$(sed -n 's/^ *Verify return code: //p; s/^New, \\([^,]*\\),.*/\\1/p' <<<"$shown" | sort -u | paste -sd' ')"
    `);
    const [, version] = /^0 \(ok\) (TLSv1\.[23])$/.exec(said ?? "") ?? [];
    ensure(version, `${address}, with the authority of the stack, says: ${said}`);
    return version;
}
