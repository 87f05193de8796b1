import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accessBundle } from "../../components/dcor/access-bundle";

const access = {
    certificatePem: "-----BEGIN CERTIFICATE-----\n" + "MIIB".repeat(400) + "\n-----END CERTIFICATE-----\n",
    apiToken: "eyJ0eXAiOiJKV1Qi.ä",
    password: "correct horse",
};

/** What Python's zipfile reads of it, as DCOR-Aid and dclab do. */
function readByPython(bundle: Buffer, password: string): string {
    const directory = mkdtempSync(join(tmpdir(), "dcor-access-"));
    const file = join(directory, "user.dcor-access");
    writeFileSync(file, bundle);
    try {
        const program =
            "import json, sys, zipfile\n" +
            "archive = zipfile.ZipFile(sys.argv[1])\n" +
            "print(json.dumps({name: archive.read(name, pwd=sys.argv[2].encode()).decode() for name in archive.namelist()}))";
        return execFileSync("python3", ["-c", program, file, password], { encoding: "utf8", stdio: "pipe" });
    } finally {
        rmSync(directory, { recursive: true });
    }
}

test("DCOR-Aid finds the certificate and the token in its access file, with the password alone", () => {
    const bundle = accessBundle(access);
    expect(JSON.parse(readByPython(bundle, access.password))).toEqual({
        "server.cert": access.certificatePem,
        "api_key.txt": access.apiToken,
    });
    expect(() => readByPython(bundle, "wrong horse")).toThrow(/Bad password|Bad CRC-32/);
    expect(bundle.includes("eyJ0eXAi")).toBe(false);
});

test("an access file is the same at each up, and another one for another token", () => {
    expect(accessBundle(access)).toEqual(accessBundle({ ...access }));
    expect(accessBundle({ ...access, apiToken: "other" })).not.toEqual(accessBundle(access));
});
