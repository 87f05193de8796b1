import * as pulumi from "@pulumi/pulumi";
import type { OmeroWebConfig } from "../../stacks/config";
import { omeroWeb } from "../../stacks/omero-web";
import { record, SECRET_MARK } from "./recorder";
import { configOf, nameOf, testRules } from "./rules";

const config = (keys: Record<string, unknown> = {}) => configOf<OmeroWebConfig>({ product: "omero-web", ...keys });

testRules("OMERO.web", () => omeroWeb(config()));

test("the web server alone has neither Redis nor Python, nor a data volume", async () => {
    const { resources } = await record(() => omeroWeb(config({ backend: { host: "192.0.2.30" } })), false);
    const names = resources.map(({ name }) => name);
    expect(names.filter((name) => /^(redis|omero-web|data)/.test(name))).toEqual([]);
    const site = resources.find(({ name }) => name === "site-files")?.inputs["stdin"];
    expect(site).toContain("server 192.0.2.30:4080 fail_timeout=0;");
});

test("sessions in files need no Redis", async () => {
    const { resources } = await record(() => omeroWeb(config({ omeroWeb: { sessions: "files" } })), false);
    expect(resources.filter(({ name }) => name.startsWith("redis"))).toEqual([]);
});

test("a Redis elsewhere is asked before OMERO.web is given it, and there is none on the machine", async () => {
    const url = "redis://cache.example.org:6379/0";
    const { resources } = await record(() => omeroWeb(config({ redis: { url } })), false);
    const find = (wanted: string) => resources.find(({ name }) => name === wanted);
    expect(find("redis-client-answering")?.inputs["stdin"]).toContain(url);
    expect(find("redis-settings")).toBeUndefined();
    expect(String(find("packages")?.inputs["stdin"])).not.toContain("redis-server");
    const waitsFor = find("omero-web-configuration")?.options.dependsOn as unknown[];
    expect(waitsFor.map(nameOf)).toContain("redis-client-answering");
});

test("the password of the public user is secret, and the settings beside it are shown in previews", async () => {
    const publicUser = { user: "public", urlFilter: "^/webgateway", getOnly: true, serverId: 1 };
    const stack = () =>
        omeroWeb({ ...config(), publicUser: { ...publicUser, password: pulumi.secret("open-sesame") } });
    const { resources } = await record(stack, false);
    const stdin = (wanted: string) => resources.find(({ name }) => name === wanted)?.inputs["stdin"];
    expect(stdin("omero-web-configuration")).toContain("omero.web.public.user=public");
    expect(stdin("omero-web-configuration")).not.toContain("open-sesame");
    expect(stdin("omero-web-secrets")).toMatchObject({ [SECRET_MARK]: expect.anything() as unknown });
});
