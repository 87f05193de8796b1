import { serverProgram, settings } from "../../components/guest/minio-files";
import { programText } from "../../components/guest/program";
import { coreProgram, serverProgram as solrProgram } from "../../components/guest/solr-files";
import { expectGolden } from "./golden";

const solr = { core: "ckan", schema: "/ckan/schema.xml" };
const minio = { program: "/opt/science-stacks/minio-1", user: "dcor", bucketPrefix: "circle-" };

/** The files of a program that are made from templates. */
const rendered = ({ files = {} }: ReturnType<typeof coreProgram>) =>
    Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith("/etc/")));

test("Solr's unit and log are as they were read", () => {
    expectGolden("services", "solr", {
        ...rendered(solrProgram({ archive: "/opt/science-stacks/solr.tgz", heapMiB: 512 })),
        ...rendered(coreProgram({ ...solr, revision: "1" })),
    });
});

test("MinIO's unit and the guide's /etc/default/minio are as they were read", () => {
    expectGolden("services", "minio", {
        ...rendered(serverProgram({ ...minio, revision: "1" })),
        "/etc/default/minio": { content: settings("the password") },
    });
});

test("another schema, and other keys, are a change of the step that starts the service", () => {
    const [first, second] = ["1", "2"].map((revision) => [
        programText(coreProgram({ ...solr, revision })),
        programText(serverProgram({ ...minio, revision })),
    ]);
    expect(first![0]).not.toBe(second![0]);
    expect(first![1]).not.toBe(second![1]);
});
