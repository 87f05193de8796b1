import { programText } from "../../components/guest/program";
import { asHtml, asTable, cells, needsAttention } from "../../status/report";
import { matching, servicesOf } from "../../status/services";
import { together, type StackStatus } from "../../status/stack-status";

const well: StackStatus = {
    ...{ stack: "maps-prod", product: "eoxserver", platform: "aws", url: "https://maps.example.org" },
    ...{ certificateDays: 60, disks: { "/": 40, "/data": 70 }, failedUnits: [], drift: [] },
    lastUp: "2026-11-21T08:03:00.000Z",
};

test("a stack that is well needs nobody", () => {
    expect(needsAttention(well)).toBe(false);
    expect(asTable([well])).not.toContain("!");
});

test.each<[string, Partial<StackStatus>, string]>([
    ["does not answer", { unhealthy: "https://maps.example.org answers with status 503" }, "status 503"],
    ["has a certificate that ends soon", { certificateDays: 5 }, "5 days"],
    ["has a full disk", { disks: { "/": 40, "/data": 96 } }, "/data 96%"],
    ["has a failed unit", { failedUnits: ["nginx.service"] }, "nginx.service"],
    ["cannot be reached", { unreachable: "no SSH connection" }, "no SSH connection"],
    ["has drifted", { drift: [{ step: "site-files", differences: ["/etc/x was edited"] }] }, "site-files"],
    ["is not up", { problem: "maps-prod has not got the outputs of a finished stack (url)" }, "finished stack"],
])("a stack that %s needs someone, and the table and the page say why", (_, change, said) => {
    const status = { ...well, ...change };
    expect(cells(status).filter(({ bad }) => bad)).toHaveLength(1);
    expect(asTable([well, status])).toMatch(new RegExp(`! [^!]*${said}`));
    const html = asHtml([well, status], new Date());
    expect(html).toContain("1 of 2 need someone");
    expect(html).toContain(said);
});

test("of a stack with several machines, all are shown", () => {
    const first = { disks: { "/": 40 }, failedUnits: [] };
    const second = { disks: { "/data": 96 }, failedUnits: ["postgresql@15-main.service"] };
    const third = { disks: { "/data": 7 }, unreachable: "no SSH connection" };
    expect(together(first, [])).toBe(first);
    expect(together(first, [["database", second]])).toEqual({
        disks: { "/": 40, "database:/data": 96 },
        failedUnits: ["database:postgresql@15-main.service"],
    });
    const all = [
        ["database", second],
        ["object-store", third],
    ] as const;
    expect(together(first, all)).toEqual({
        disks: { "/": 40, "database:/data": 96, "object-store:/data": 7 },
        failedUnits: ["database:postgresql@15-main.service"],
        unreachable: "object-store: no SSH connection",
    });
});

test("what a server answers cannot become a part of the page", () => {
    const html = asHtml([{ ...well, unhealthy: "<script>alert(1)</script>" }], new Date());
    expect(html).not.toContain("<script>");
    expect(html).toContain("&lt;script&gt;");
});

test("the services of a stack are those that its steps enable and restart", () => {
    const step = (enable: string[], notify: string[]) => ({
        ...{ urn: "urn:x::y", type: "command:remote:Command", custom: true },
        inputs: { stdin: programText({ script: "files/apply.sh", parameters: { enable }, notify }) },
    });
    const secret = { ...step([], []), inputs: { stdin: { "4dabf18193072939515e22adb298388d": "1b" } } };
    const resources = [
        step(["nginx.service"], ["nginx.service:reload"]),
        step([], ["eoxserver@b.service:restart", "eoxserver@a.service:restart"]),
        secret,
    ];
    const units = servicesOf({ resources, pendingOperations: [] });
    expect(units).toEqual(["eoxserver@a.service", "eoxserver@b.service", "nginx.service"]);
    expect(matching(units, "eoxserver")).toEqual(["eoxserver@a.service", "eoxserver@b.service"]);
    expect(matching(units, "eoxserver@a")).toEqual(["eoxserver@a.service"]);
    expect(matching(units, "apache2")).toEqual([]);
});
