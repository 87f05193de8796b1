import { siteFiles, type DcorSiteSettings } from "../../components/dcor/render-site";
import type { PublicAddress } from "../../components/guest/public-address";
import { expectGolden } from "./golden";

const address: PublicAddress = {
    serverName: "dcor.example.org",
    tls: true,
    httpPort: 80,
    httpsPort: 443,
};
const least: DcorSiteSettings = { address, uwsgi: "127.0.0.1:8080", scratch: "/cache/nginx" };

describe("DCOR's site", () => {
    test("is what the golden files show, with the guide's values", () =>
        expectGolden("dcor", "site", siteFiles(least)));

    test("is the guide's where a setting is not given", () =>
        expect(siteFiles({ ...least, blockedUserAgents: undefined, maxBodyMiB: undefined, robots: undefined })).toEqual(
            siteFiles(least),
        ));

    test("is what the golden files show, with everything set", () =>
        expectGolden(
            "dcor",
            "site-whole",
            siteFiles({
                ...least,
                address: { ...address, aliases: ["192.0.2.10"], httpPort: 8080, httpsPort: 8443 },
                blockedUserAgents: "^DCOR-Aid/0\\.",
                maxBodyMiB: 20,
                robots: false,
            }),
        ));

    test("is what the golden files show, with a certificate by ACME", () =>
        expectGolden("dcor", "site-acme", siteFiles({ ...least, address: { ...address, acme: true } })));

    test("is what the golden files show, behind a load balancer: an address of its own for that, and connections that are kept", () => {
        const balancer = { networks: ["10.82.0.0/25", "10.82.0.128/25"], idleTimeoutSeconds: 510 };
        const behind = { ...address, aliases: ["10.80.0.10"], balancer };
        expectGolden("dcor", "site-balanced", siteFiles({ ...least, address: behind }));
    });

    test("is what the golden files show, with plain HTTP", () =>
        expectGolden("dcor", "site-plain", siteFiles({ ...least, address: { ...address, tls: false } })));
});
