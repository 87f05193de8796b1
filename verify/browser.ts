import { createHash, X509Certificate } from "node:crypto";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Browser, Page } from "playwright-core";

const PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Starts the browser of this machine, which takes the certificate given and no other; undefined where there is none. */
export async function openBrowser(certificate?: string): Promise<Browser | undefined> {
    const program = await findBrowser();
    if (program === undefined) {
        return undefined;
    }
    const { chromium } = await import("playwright-core");
    return chromium.launch({
        executablePath: program,
        // Chromium's sandbox does not run as root.
        chromiumSandbox: process.getuid?.() !== 0,
        args: [
            "--proxy-server=direct://",
            ...(certificate ? [`--ignore-certificate-errors-spki-list=${publicKeyDigest(certificate)}`] : []),
        ],
    });
}

/** Chromium gives up all that it loads when a network of this computer comes or goes, be it another guest's. */
const NETWORK_CHANGED = "net::ERR_NETWORK_CHANGED";
const VISITS = 3;

/** What is done with a new page, and done again where Chromium gave up for another network's sake. */
export async function visit<T>(browser: Browser, use: (page: Page) => Promise<T>): Promise<T> {
    for (let visits = 1; ; visits++) {
        const page = await browser.newPage();
        let gaveUp = false;
        page.on("requestfailed", (request) => (gaveUp ||= request.failure()?.errorText === NETWORK_CHANGED));
        try {
            return await use(page);
        } catch (error) {
            if (!gaveUp || visits === VISITS) {
                throw error;
            }
        } finally {
            await page.close();
        }
    }
}

async function findBrowser(): Promise<string | undefined> {
    const directories = (process.env["PATH"] ?? "").split(delimiter);
    for (const path of PROGRAMS.flatMap((name) => directories.map((directory) => join(directory, name)))) {
        if (
            await access(path, constants.X_OK).then(
                () => true,
                () => false,
            )
        ) {
            return path;
        }
    }
    return undefined;
}

/** The way in which Chromium names a certificate that it is to take: the digest of its public key. */
function publicKeyDigest(certificate: string): string {
    const key = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
    return createHash("sha256").update(key).digest("base64");
}
