import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import tls from "node:tls";
import { VENV } from "../../../components/dcor/software";
import type { DcorContext } from "../../context";
import { count, ensure, type Row } from "../../row";
import { LOCATIONS, locationProblem } from "./locations";

const DAY_MS = 24 * 3600 * 1000;

/** What stands before CKAN. */
export const webRows: Row<DcorContext>[] = [
    {
        id: "D11",
        title: "Certificate: self-signed as in the guide, one's own with its chain, or by ACME",
        async check(context) {
            const { config, web, outputs, machine, front } = context;
            if (config.tls.mode === "none") {
                const { status } = await web.request(outputs.url);
                return `TLS is off (tls.mode: none); plain HTTP answers with ${status}`;
            }
            const shown = await web.certificateOf(outputs.url);
            // As CKAN and its workers ask their own site.
            const python = `import requests; print(requests.get("${outputs.url}", timeout=60).status_code)`;
            const own = await machine.run(
                `cd /; runuser -u www-data -- ${VENV}/bin/python -c '${python}' 2>&1 || true`,
            );
            ensure(own === "200", `DCOR's Python does not trust the site: ${own.split("\n").at(-1)}`);
            if (outputs.loadBalancer !== undefined) {
                return `of the load balancer, by ACM, until ${shown.validTo}; the machine trusts its own`;
            }
            if (config.tls.mode === "acme") {
                ensure(shown.issuer !== shown.subject, "the certificate has signed itself: ACME has given none yet");
                const timer = await front.run("systemctl is-active certbot.timer");
                ensure(timer === "active", `certbot.timer is ${timer}`);
                return `by ACME from ${config.tls.server}, until ${shown.validTo}; certbot.timer renews it`;
            }
            const output = new X509Certificate(outputs.certificate ?? "");
            ensure(output.fingerprint256 === shown.fingerprint256, "the output is not the certificate that is shown");
            return config.tls.mode === "own"
                ? `one's own, from ${issuerOf(shown)}, with a chain that leads to what users are given, until ${shown.validTo}`
                : selfSigned(context, shown);
        },
    },
    {
        id: "D12",
        title: "nginx with every location of the guide",
        async check({ config, web, outputs }) {
            const { blockedUserAgents, robots, httpPort } = config.dcor;
            const locations = LOCATIONS.filter(
                ({ userAgent, answer }) =>
                    blockedUserAgents === undefined || userAgent === undefined || answer === "uwsgi",
            );
            const problems = await Promise.all(
                locations.map((location) => locationProblem(web, outputs.url, location)),
            );
            const found = problems.filter((problem) => problem !== undefined);
            ensure(found.length === 0, `${count(found.length, "location")}: ${found.slice(0, 4).join("; ")}`);
            const listed = await web.request(new URL("robots.txt", outputs.url).href);
            ensure((listed.status === 200) === !robots, `/robots.txt is answered with ${listed.status}`);

            const { protocol, hostname } = new URL(outputs.url);
            const plain = `http://${hostname}:${httpPort}`;
            // A load balancer answers itself where nginx says nothing.
            const doors = outputs.loadBalancer ? [] : protocol === "https:" ? [plain, outputs.url] : [plain];
            for (const door of doors) {
                const said = await web.saidTo("other.example.org", door);
                ensure(said === "", `who asks ${door} for another name is answered: ${said.slice(0, 60)}`);
            }
            if (protocol === "https:") {
                const { status, headers } = await web.request(`${plain}/dataset?q=a`);
                const target = new URL("dataset?q=a", outputs.url).href;
                const leadsTo = new URL(headers.location ?? "", plain).href;
                ensure(status === 301 && leadsTo === target, `port ${httpPort} leads to ${headers.location}`);
                const spoken = await protocolOf(outputs.url);
                ensure(spoken === "h2", `nginx speaks ${spoken || "HTTP/1.1"} alone`);
            }
            return `${count(locations.length, "request")} answered as the guide means it; HTTP/2${doors.length > 0 ? "; other names get no answer" : ""}`;
        },
    },
];

function selfSigned({ config, outputs }: DcorContext, shown: X509Certificate): string {
    ensure(config.tls.mode === "selfSigned", "the certificate is not one that signs itself");
    const { subject = {}, email, validityDays } = config.tls;
    ensure(shown.verify(shown.publicKey), "the certificate has not signed itself");
    const { modulusLength } = shown.publicKey.asymmetricKeyDetails ?? {};
    ensure(modulusLength === 4096, `its key has ${modulusLength} bits`);
    const days = (Date.parse(shown.validTo) - Date.parse(shown.validFrom)) / DAY_MS;
    ensure(Math.round(days) === validityDays, `it is valid for ${Math.round(days)} days, not ${validityDays}`);

    const { hostname } = new URL(outputs.url);
    const wanted = {
        CN: hostname,
        C: subject.country,
        ST: subject.province,
        L: subject.locality,
        O: subject.organization,
    };
    const lines = shown.subject.split("\n");
    for (const [key, value] of Object.entries(wanted)) {
        ensure(value === undefined || lines.includes(`${key}=${value}`), `its subject has no ${key}=${value}`);
    }
    const names = (shown.subjectAltName ?? "").split(", ");
    const needed = [
        `${isIP(hostname) === 0 ? "DNS" : "IP Address"}:${hostname}`,
        `IP Address:${outputs.machine.address}`,
        ...(email ? [`email:${email}`] : []),
    ];
    const missing = needed.filter((name) => !names.includes(name));
    ensure(missing.length === 0, `its names have no ${missing.join(", ")}`);
    // sha256WithRSAEncryption, 1.2.840.113549.1.1.11.
    ensure(shown.raw.includes(Buffer.from("06092a864886f70d01010b", "hex")), "it is not signed with SHA-256");
    return `RSA 4096, SHA-256, ${validityDays} days, ${lines.join(" ")}, for ${names.join(", ")}`;
}

const issuerOf = ({ issuer }: X509Certificate) => /^CN=(.+)$/m.exec(issuer)?.[1] ?? issuer.replaceAll("\n", " ");

/** What a server speaks with a client that knows HTTP/2. */
function protocolOf(url: string): Promise<string | false | null> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
        const to = { host: hostname, port: Number(port || 443), ALPNProtocols: ["h2", "http/1.1"] };
        // Which certificate it shows is the row's that asks for it.
        const socket = tls.connect({ ...to, rejectUnauthorized: false, timeout: 10_000 }, () => {
            resolve(socket.alpnProtocol);
            socket.destroy();
        });
        socket.on("timeout", () => socket.destroy(new Error("no answer within 10 s")));
        socket.on("error", reject);
    });
}
