import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/**
 * A generated password: 32 letters and digits (190 bits), made once, secret in the state, the same at each further `up`.
 * No special characters: they add little, and are what breaks settings files and connection strings.
 */
export function password(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
    return new random.RandomPassword(name, { length: 32, special: false }, opts).result;
}
