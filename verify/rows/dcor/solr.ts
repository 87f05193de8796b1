import { TRUSTED_SEARCH } from "../../../components/dcor/settings";
import type { DcorContext } from "../../context";
import { ensure } from "../../row";
import { tlsBetween } from "./tls";

/** Where CKAN finds a Solr of its own machine. */
const HERE = "http://127.0.0.1:8983/solr/ckan";

/** What is to be seen of the stack's Solr, as CKAN asks it. @param values the options of ckan.ini */
export async function checkSolr(context: DcorContext, values: ReadonlyMap<string, string>): Promise<string> {
    const { machine, searchMachine, searchMembers, outputs } = context;
    const url = values.get("solr_url") ?? "";
    const { name, index, refused } = await askAsCkan(context);
    ensure(name === "ckan-2.11", `Solr's schema is ${name}`);
    ensure(index === "whole", `the search index has not what the database has: ${index}`);
    if (searchMembers.length > 0) {
        ensure(url === outputs.searchUrl, `CKAN asks Solr at ${url}`);
        ensure(refused === "401 401", `who has no password, or a wrong one, is answered with ${refused}`);
        return `Solr on several machines with the schema ${name}, and every dataset of the database in its index`;
    }
    const listening = await (searchMachine?.ssh ?? machine).run("ss -Hltn 'sport = :8983' | awk '{print $4}'");
    const said = `Solr with the schema ${name}, and every dataset of the database in its index`;
    if (searchMachine === undefined) {
        ensure(url === HERE, `CKAN asks Solr at ${url}`);
        ensure(/^\[?(::ffff:)?127\.0\.0\.1\]?:8983$/.test(listening), `Solr listens on ${listening}`);
        return `${said}, on the loopback address`;
    }
    const [, address = ""] = /^https:\/\/([\d.]+:8983)\/solr\/ckan$/.exec(url) ?? [];
    ensure(address, `CKAN asks Solr at ${url}`);
    ensure(
        listening.replace(/[[\]]|::ffff:/g, "") === address,
        `Solr listens on ${listening}, and is asked at ${address}`,
    );
    ensure(refused === "401 401", `who has no password, or a wrong one, is answered with ${refused}`);
    const version = await tlsBetween(machine, address, TRUSTED_SEARCH);
    return `${said}, on ${searchMachine.name}, by ${version} and with a password alone, its certificate verified`;
}

/** By CKAN's own Python, with CKAN's own settings. Its password stays there. */
async function askAsCkan({ machine }: DcorContext): Promise<Record<string, string | undefined>> {
    const said = await machine.run(`cd /; runuser -u www-data -- /usr/lib/ckan/default/bin/python - <<'END'
import configparser, requests, sqlalchemy
reader = configparser.RawConfigParser()
reader.optionxform = str
reader.read("/etc/ckan/default/ckan.ini")
options = reader["app:main"]
url, user = options["solr_url"], options.get("solr_user")
def ask(path, **params):
    login = (user, options["solr_password"]) if user else None
    answer = requests.get(url + path, params=params, auth=login, timeout=30)
    answer.raise_for_status()
    return answer.json()
print("name", ask("/schema/name")["name"])
query = {"q": "*:*", "fq": ["site_id:" + options["ckan.site_id"], "state:active"], "rows": 0}
found = ask("/select", **query)["response"]["numFound"]
with sqlalchemy.create_engine(options["sqlalchemy.url"]).connect() as connection:
    there = connection.execute(sqlalchemy.text("select count(*) from package where state = 'active'")).scalar()
print("refused", *(requests.get(url + "/schema/name", auth=login, timeout=30).status_code for login in (None, ("ckan", "wrong"))))
print("index", "whole" if found == there else f"{found} datasets of {there}")
END`);
    return Object.fromEntries(said.split("\n").map((line) => line.split(/ (.*)/s) as [string, string]));
}
