import { installProgram } from "../../components/guest/packages";
import type { Guest } from "./guest";
import { guestWithRunner, runStep } from "./step-runner";

let guest: Guest;
beforeAll(() => {
    guest = guestWithRunner("packages");
});
afterAll(() => guest?.destroy());

describe("packages", () => {
    const install = (packages: string[]) => runStep(guest, "packages", installProgram({ packages }));
    /** Puts a package into a state of dpkg's, as its database has it when the power goes while dpkg is at it. */
    const leave = (name: string, state: string) =>
        guest.run(`sed -i '/^Package: ${name}$/,/^$/s/^Status: .*/Status: install ${state}/' /var/lib/dpkg/status`);

    test("are installed once", () => {
        expect(install(["jq"]).stdout).toBe("installed 1 packages\n");
        expect(install(["jq"])).toEqual({ status: 0, stdout: "", stderr: "" });
    });

    test.each([
        ["in the middle of unpacking it, by unpacking it anew", "libjq1", "reinstreq half-installed"],
        ["before it was configured", "libjq1", "ok unpacked"],
        ["in the middle of configuring it", "jq", "ok half-configured"],
    ])("are finished where the power went %s", (_, name, state) => {
        leave(name, state);
        expect(guest.run("dpkg --audit")).toContain(name);
        // One of the packages that are asked for is not there: that is what makes the step look.
        leave("jq", name === "jq" ? state : "ok unpacked");
        expect(install(["jq"])).toEqual({ status: 0, stdout: "installed 1 packages\n", stderr: "" });
        expect(guest.run("dpkg --audit; jq --null-input 1+1")).toBe("2");
    });

    test("are whole where the power went before their files had come to the disk", () => {
        ["jq", "libjq1", "libonig5"].forEach((name) => leave(name, "ok unpacked"));
        guest.run(`
            dpkg --listfiles jq libjq1 libonig5 | while read -r path; do [ ! -f "$path" ] || : >"$path"; done
            for path in /var/lib/dpkg/info/jq.* /var/lib/dpkg/info/libjq1:* /var/lib/dpkg/info/libonig5:*; do : >"$path"; done
        `);
        expect(install(["jq"])).toEqual({ status: 0, stdout: "installed 1 packages\n", stderr: "" });
        // The guest's image leaves out documentation.
        const missing = "dpkg --verify jq libjq1 libonig5 | sed '/ \\/usr\\/share\\/\\(doc\\|man\\)\\//d'";
        expect(guest.run(`dpkg --audit; ${missing}; jq --null-input 1+1`)).toBe("2");
    });

    test("that come with another one are marked so that they may go with it", () => {
        expect(guest.run("apt-mark showauto libjq1 libonig5 jq")).toBe("libjq1\nlibonig5");
    });
});
