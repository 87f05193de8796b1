#!/usr/bin/env node
/**
 * Asks a product what a user would ask, until it answers or its time is over.
 * Standard input: {"requests": [{"url", "statuses"?, "contains"?}], "certificatePem"?, "connectTo"?, "timeoutSeconds"} as JSON.
 * `connectTo` is the host that is asked, by the names in the addresses, where those do not lead there yet.
 */
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

const { requests, certificatePem, connectTo, timeoutSeconds } = JSON.parse(readFileSync(0, "utf8"));
const deadline = Date.now() + timeoutSeconds * 1000;
const REQUEST_TIMEOUT_MS = 30_000;
// What users are given is what they trust, whoever has signed it.
const trust = certificatePem === undefined ? {} : { ca: certificatePem, allowPartialTrustChain: true };

function get(url) {
    const { get: send } = url.startsWith("https:") ? https : http;
    return new Promise((resolve, reject) => {
        const request = send(url, { ...trust, ...wayTo(url), timeout: REQUEST_TIMEOUT_MS }, (response) => {
            let body = "";
            response.setEncoding("utf8");
            response.on("data", (chunk) => (body += chunk));
            response.on("end", () => resolve({ status: response.statusCode, body }));
            response.on("error", reject);
        });
        request.on("timeout", () => request.destroy(new Error(`no answer within ${REQUEST_TIMEOUT_MS / 1000} s`)));
        request.on("error", reject);
    });
}

function wayTo(url) {
    const { host, hostname } = new URL(url);
    return connectTo === undefined ? {} : { hostname: connectTo, servername: hostname, headers: { host } };
}

/** What is wrong with the answer, or undefined. */
async function problem({ url, statuses = [200], contains }) {
    try {
        const answer = await get(url);
        if (!statuses.includes(answer.status)) {
            return `${url} answers with status ${answer.status} instead of ${statuses.join(" or ")}: ${answer.body.slice(0, 300)}`;
        }
        if (contains !== undefined && !answer.body.includes(contains)) {
            return `${url} answers without "${contains}": ${answer.body.slice(0, 300)}`;
        }
        return undefined;
    } catch (error) {
        return `${url} cannot be reached: ${error.message || error.code}`;
    }
}

async function wait(request) {
    for (;;) {
        const found = await problem(request);
        if (found === undefined || Date.now() >= deadline) {
            return found;
        }
        await sleep(500);
    }
}

const problems = (await Promise.all(requests.map(wait))).filter((found) => found !== undefined);
if (problems.length > 0) {
    console.error(`the product did not answer as it should within ${timeoutSeconds} s:`);
    problems.forEach((found) => console.error(`  ${found}`));
    process.exit(1);
}
