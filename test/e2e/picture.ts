import { readFileSync } from "node:fs";
import { makeFixture } from "../../verify/geotiff";
import type { TestStack } from "./test-stack";

/** Gives an instance of EOxServer a picture, `scene1` with the coverage `scene1_rgb`, by the very commands that docs/eoxserver.md gives to operators. */
export async function registerPicture(stack: TestStack, instance: string, variant = 0): Promise<void> {
    const section = /^## Registering data$(.*?)^## /ms.exec(readFileSync("docs/eoxserver.md", "utf8"))?.[1] ?? "";
    const blocks = [...section.matchAll(/^```sh$(.*?)^```$/gms)].map(([, block]) => block ?? "");
    const commands = blocks.filter((block) => !block.includes("curl")).join("");
    expect(commands).toContain("eoxsi00 coverage register");
    const place = `mkdir -p /root/${instance} && cd /root/${instance}`;
    await stack.ssh(`${place} && echo ${makeFixture(variant).toString("base64")} | base64 --decode >scene.tif`);
    await stack.ssh(
        `set -e; ${place}; ${commands}`
            .replaceAll("eoxsi00", instance.replace("instance", "eoxsi"))
            .replaceAll("/srv/eodata/2026", `/srv/eodata/${instance}`),
    );
}
