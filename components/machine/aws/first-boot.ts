import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { AwsMachineArgs } from "./args";
import { loginUser, newestImage } from "./image";
import { userData } from "./user-data";

/** What a machine is made with, and keeps until it is replaced: a newer image or another text here must not replace it. */
export function firstBoot(
    name: string,
    args: AwsMachineArgs & { machineName: string },
    opts: { parent: pulumi.Resource },
) {
    const { image, ami, generation, network, key, mirrors } = args;
    const another = {
        ...opts,
        replacementTrigger: JSON.stringify([image, ami, generation, network.existing?.subnetId, key?.name]),
    };
    const hostKey = new tls.PrivateKey(`${name}-first-host-key`, { algorithm: "ED25519" }, another);
    const text = pulumi.all([hostKey.privateKeyOpenssh, hostKey.publicKeyOpenssh]).apply(([privateKey, publicKey]) =>
        userData({
            machineName: args.machineName,
            user: loginUser(image),
            hostKey: { privateKey, publicKey },
            agent: args.sessionManager?.agent,
            mirrors,
        }),
    );
    const kept = (what: string, input: pulumi.Input<string>) =>
        new pulumi.Stash(`${name}-${what}`, { input }, another).output as pulumi.Output<string>;
    return { hostKey, userData: kept("user-data", text), image: kept("image", ami ?? newestImage(image, opts)) };
}
