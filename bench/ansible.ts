import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "./checks";
import { OnGuest, run, since } from "./on-guest";
import { PRODUCTS, type Product, type ProductName } from "./products";
import type { Way } from "./way";

/** A playbook, with pipelining. */
export class Ansible extends OnGuest implements Way {
    private readonly program = execFileSync("bash", [join(__dirname, "ansible.sh")], { encoding: "utf8" }).trim();

    constructor(product: ProductName) {
        super(product, "ansible");
    }

    async fresh(): Promise<number> {
        const started = performance.now();
        await this.play();
        return since(started);
    }

    async unchanged(): Promise<number> {
        const started = performance.now();
        const said = await this.play();
        const seconds = since(started);
        if (!/ changed=0 /.test(said)) {
            throw new Error(`a run without a change has changed something:\n${said}`);
        }
        return seconds;
    }

    async changed(): Promise<number> {
        const started = performance.now();
        await this.play(PRODUCTS[this.product].change.variables);
        return since(started);
    }

    private play(variables: Record<string, unknown> = {}): Promise<string> {
        const { filesOfAnsible }: Product = PRODUCTS[this.product];
        const known = {
            files: join(this.directory, "files"),
            configuration: this.write("configuration", filesOfAnsible?.(this.guest.address, variables) ?? {}),
            credentials: join(this.directory, "credentials"),
        };
        const args = ["-m", "ansible", "playbook", this.script("playbook.yml"), "--user", "root"];
        args.push("--inventory", `${this.guest.address},`, "--ssh-common-args", this.guest.sshOptions.join(" "));
        args.push("--extra-vars", JSON.stringify({ ...known, ...variables }));
        return run(join(this.program, "bin/python3"), args, {
            env: { ANSIBLE_CONFIG: join(__dirname, "ansible.cfg"), ANSIBLE_HOME: this.directory, LC_ALL: "C.UTF-8" },
        });
    }

    check(): Promise<string[]> {
        const { address, connection } = this.guest;
        const outputs = {
            product: this.product,
            certificate: this.guest.run(`cat /etc/ssl/certs/${this.product}.pem`),
            ssh: { ...connection, port: 22 },
            machine: { name: "bench", address, platform: "local" },
            ...outputsOf[this.product](`https://${address}`, {
                file: (path) => this.guest.run(`cat ${path}`),
                credential: (name) => readFileSync(join(this.directory, "credentials", name), "utf8").trim(),
            }),
        };
        return check(this.product, outputs, PRODUCTS[this.product].rowsOfAnsible);
    }
}

/** What a playbook has left. */
interface Left {
    /** Content of a file on the machine. */
    file: (path: string) => string;
    /** A password that the playbook made. */
    credential: (name: string) => string;
}

/** What a stack of the product would give out besides what all give out. */
const outputsOf: Record<ProductName, (url: string, left: Left) => object> = {
    eoxserver(url, { credential }) {
        const page = `${url}/instance00/`;
        return {
            url,
            instances: { instance00: { url: page, ows: `${page}ows`, admin: `${page}admin/` } },
            adminPasswords: { instance00: credential("instance00-admin") },
        };
    },
    "omero-web": (url) => ({
        url: `${url}/`,
        apps: { figure: `${url}/figure/`, iviewer: `${url}/iviewer/` },
    }),
    dcor: (url, { file, credential }) => ({
        url: `${url}/`,
        objectStore: `${url}:9443`,
        administrator: "admin",
        administratorPassword: credential("administrator"),
        apiToken: file("/root/dcor-token"),
    }),
};
