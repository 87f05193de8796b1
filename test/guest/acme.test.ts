import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import tls from "node:tls";
import { siteFiles } from "../../components/dcor/render-site";
import { frontFiles, frontModules } from "../../components/eoxserver/render-front";
import { acmeFiles, challengeArguments, type AcmeSettings } from "../../components/guest/acme";
import { nginxFiles } from "../../components/guest/nginx";
import { installProgram } from "../../components/guest/packages";
import { programText, type GuestFile, type StepProgram } from "../../components/guest/program";
import { ACME_DIRECTORY, ACME_WEBROOT } from "../../components/guest/site-certificate";
import type { Guest } from "./guest";
import { guestWithRunner, RUNNER } from "./step-runner";

const ZONE = "example.test";
const SITE = `dcor.${ZONE}`;
const address = { serverName: SITE, tls: true, acme: true, httpPort: 80, httpsPort: 443 };
const PEBBLE = {
    pebble: {
        listenAddress: "127.0.0.1:14000",
        managementListenAddress: "127.0.0.1:15000",
        certificate: "/root/pebble.pem",
        privateKey: "/root/pebble.key",
        httpPort: 80,
        tlsPort: 443,
    },
};

/** What bind serves: the site's name, and records that whoever has the key may set. */
const NAMED = (key: string) => `${key}
zone "${ZONE}" { type master; file "/var/lib/bind/${ZONE}"; update-policy { grant acme zonesub TXT; }; };
`;
const RECORDS = (own: string) => `$TTL 1
@ IN SOA ns.${ZONE}. root.${ZONE}. 1 60 60 60 1
@ IN NS ns.${ZONE}.
ns IN A ${own}
dcor IN A ${own}
eo IN A ${own}
`;

describe("a certificate by ACME, from Pebble", () => {
    let guest: Guest;
    let settings: AcmeSettings;
    let root: string;

    beforeAll(() => {
        const pebble = execFileSync("bash", ["test/pebble/build.sh"], { encoding: "utf8" }).trim();
        guest = guestWithRunner("acme", { diskGiB: 1 });
        const packages = [
            "nginx-light",
            "ssl-cert",
            "apache2",
            "certbot",
            "python3-certbot-dns-rfc2136",
            "bind9",
            "curl",
        ];
        // Two web servers, one at a time.
        guest.run("ln -s /dev/null /etc/systemd/system/apache2.service");
        const { script, parameters, files } = installProgram({ packages });
        run("packages", script, parameters, files);
        guest.run(
            "mkfs.ext4 -q /dev/disk/by-id/science-stacks-data; mkdir /data; mount /dev/disk/by-id/science-stacks-data /data",
        );

        const key = guest.run("tsig-keygen acme | tee /root/acme.key");
        guest.run("cat >/etc/bind/named.conf.local", NAMED(key));
        guest.run(`cat >/var/lib/bind/${ZONE}; chown bind: /var/lib/bind/${ZONE}`, RECORDS(guest.address));
        guest.run("systemctl restart named");
        guest.run(
            "openssl req -x509 -nodes -newkey rsa:2048 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout /root/pebble.key -out /root/pebble.pem",
        );
        guest.copy(pebble, "/usr/local/bin/pebble");
        guest.run("cat >/root/pebble.json", JSON.stringify(PEBBLE));
        guest.run(
            // Of itself, Pebble refuses one nonce of twenty; a renewal may fail of that, since the timer tries again.
            "systemd-run --quiet --unit=pebble --setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0 pebble -config /root/pebble.json -dnsserver 127.0.0.1:53",
        );
        const asked = "curl -sf --cacert /root/pebble.pem https://localhost:15000/roots/0";
        root = guest.run(`timeout 20 sh -c 'until ${asked}; do sleep 0.2; done'`);
        settings = {
            server: "https://localhost:14000/dir",
            email: "admin@example.org",
            authority: guest.run("cat /root/pebble.pem"),
        };
        run("prepare", "acme/prepare.sh", { directory: ACME_DIRECTORY, webroot: ACME_WEBROOT }, acmeFiles(settings));
        guest.run("mkdir -p /cache/nginx");
    });
    afterAll(() => guest?.destroy());

    function run(
        name: string,
        script: string,
        parameters: StepProgram["parameters"],
        files: Record<string, GuestFile> = {},
        notify: string[] = [],
    ): string {
        const program = programText({ script, parameters, files, notify });
        return guest.run(`${RUNNER} ${name} apply 300`, program);
    }

    const obtain = (server_name = SITE, given = settings) => {
        const { server, email } = given;
        return run("obtain", "acme/obtain.sh", { server_name, server, email, challenge: challengeArguments(given) });
    };

    /** The certificate that the web server shows, when its chain is trusted; else why it is not. */
    function shown(name = SITE): Promise<X509Certificate> {
        return new Promise((resolve, reject) => {
            const socket = tls.connect({ host: guest.address, port: 443, servername: name, ca: root }, () => {
                resolve(socket.getPeerX509Certificate()!);
                socket.destroy();
            });
            socket.on("error", reject);
        });
    }

    const pid = (unit: string) => guest.run(`systemctl show --property=MainPID --value ${unit}`);

    /** The renewal of the timer, long before the certificate ends. */
    function renew(): void {
        guest.run("sed -i '1i renew_before_expiry = 3000 days' /etc/letsencrypt/renewal/science-stacks.conf");
        guest.run("systemctl start certbot.service");
        guest.run("sed -i '/^renew_before_expiry/d' /etc/letsencrypt/renewal/science-stacks.conf");
    }

    test("is not needed for nginx to start: it answers with one that nobody trusts", async () => {
        const parameters = { manifest: "site", enable: ["nginx.service"], validate: "nginx -t" };
        const files = {
            ...nginxFiles(),
            ...siteFiles({ address, uwsgi: "127.0.0.1:8080", scratch: "/cache/nginx" }),
        };
        run("site", "files/apply.sh", parameters, files, ["nginx.service:reload"]);
        await expect(shown()).rejects.toThrow("self-signed certificate");
    });

    test("is got by an answer on port 80, trusted by whoever trusts the authority, once", async () => {
        const before = pid("nginx");
        expect(obtain()).toBe(`got a certificate for ${SITE} from ${settings.server}`);
        expect((await afterReload(SITE, () => true)).subjectAltName).toBe(`DNS:${SITE}`);
        expect(pid("nginx")).toBe(before);
        expect(obtain()).toBe("");
    });

    test("is renewed by certbot's timer, and nginx shows the new one without a restart", async () => {
        const [old, before] = [await shown(), pid("nginx")];
        expect(guest.run("systemctl is-enabled certbot.timer; systemctl is-active certbot.timer")).toBe(
            "enabled\nactive",
        );
        renew();
        await expectRenewed(SITE, old);
        expect(pid("nginx")).toBe(before);
    });

    test("has a key that root alone reads, and lies on the data volume with the account", () => {
        const keys = "/etc/letsencrypt/live/science-stacks/privkey.pem /etc/ssl/science-stacks-acme/privkey.pem";
        expect(guest.run(`stat -L -c '%U %a' ${keys}`)).toBe("root 600\nroot 600");
        expect(guest.run("findmnt -no SOURCE /etc/letsencrypt")).toContain("/letsencrypt]");
    });

    test("that cannot be had is an error that says for which name, by whom, and why", () => {
        expect(() => obtain(`nowhere.${ZONE}`)).toThrow(
            new RegExp(`no certificate for nowhere\\.${ZONE} from ${settings.server}[^]*nowhere\\.${ZONE}`),
        );
    });

    test("is asked for three times where the authority refuses every nonce, and then says so", () => {
        const refusing = JSON.stringify(PEBBLE).replace(":14000", ":14001").replace(":15000", ":15001");
        guest.run("cat >/root/refusing.json", refusing);
        guest.run(
            "systemd-run --quiet --unit=refusing --setenv=PEBBLE_WFE_NONCEREJECT=100 pebble -config /root/refusing.json",
        );
        const server = "https://localhost:14001/dir";
        guest.run(`timeout 20 sh -c 'until curl -sf --cacert /root/pebble.pem ${server}; do sleep 0.2; done'`);
        const runs = () => Number(guest.run("ls /var/log/letsencrypt/letsencrypt.log* | wc -l"));
        const before = runs();
        expect(() => obtain(SITE, { ...settings, server })).toThrow(
            /no certificate for dcor\.example\.test[^]*the authority refused each nonce \(badNonce\)/,
        );
        expect(runs() - before).toBe(3);
    });

    test("is got by a record of the domain name system, for a name that leads nowhere", () => {
        const [, secret] = /secret "([^"]+)"/.exec(guest.run("cat /root/acme.key")) ?? [];
        const credentials = `dns_rfc2136_server = 127.0.0.1\ndns_rfc2136_name = acme.\ndns_rfc2136_secret = ${secret}\ndns_rfc2136_algorithm = HMAC-SHA256\n`;
        guest.run(
            "install -d -m 700 /etc/science-stacks/secrets; umask 077; cat >/etc/science-stacks/secrets/acme-dns",
            credentials,
        );
        const dns = { provider: "rfc2136" as const, credentials: {} as never, propagationSeconds: 1 };
        expect(obtain(`intranet.${ZONE}`, { ...settings, dns })).toContain(`got a certificate for intranet.${ZONE}`);
        guest.run("grep -q '^authenticator = dns-rfc2136$' /etc/letsencrypt/renewal/science-stacks.conf");
        const [old] = [guest.run(`openssl x509 -noout -serial -in ${ACME_DIRECTORY}/fullchain.pem`)];
        renew();
        expect(guest.run(`openssl x509 -noout -serial -in ${ACME_DIRECTORY}/fullchain.pem`)).not.toBe(old);
        expect(guest.exec(`grep -rlF '${secret}' /var/log /run/science-stacks`).stdout).toBe("");
    });

    test("is got and renewed the same way behind Apache", async () => {
        const name = `eo.${ZONE}`;
        guest.run(
            "systemctl disable --now --quiet nginx; rm /etc/systemd/system/apache2.service; systemctl daemon-reload",
        );
        const front = { ...address, serverName: name };
        run("modules", "apache/modules.sh", frontModules({ address: front }), {}, ["apache2.service:restart"]);
        guest.run("mkdir -p /etc/apache2/science-stacks; : >/etc/apache2/science-stacks/instances.map");
        run(
            "front",
            "files/apply.sh",
            { manifest: "front", enable: ["apache2.service"], validate: "apache2ctl configtest" },
            frontFiles({ address: front, adminCidrs: [] }),
            ["apache2.service:reload"],
        );
        expect(obtain(name)).toContain(`got a certificate for ${name}`);
        const [old, before] = [await afterReload(name, () => true), pid("apache2")];
        renew();
        await expectRenewed(name, old);
        expect(pid("apache2")).toBe(before);
    });

    /** A web server changes its processes after the command that asked it to reload has ended. */
    async function afterReload(
        name: string,
        holds: (certificate: X509Certificate) => boolean,
    ): Promise<X509Certificate> {
        const deadline = Date.now() + 10_000;
        for (;;) {
            const certificate = await shown(name).catch((error: Error) => error);
            if (certificate instanceof X509Certificate && holds(certificate)) {
                return certificate;
            }
            if (Date.now() > deadline) {
                throw certificate instanceof Error ? certificate : new Error("the certificate is still the old one");
            }
            await setTimeout(100);
        }
    }

    const expectRenewed = (name: string, old: X509Certificate) =>
        afterReload(name, ({ serialNumber }) => serialNumber !== old.serialNumber);
});
