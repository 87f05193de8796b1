"""Compares what Solr's API says of a core's schema, on standard input, with the file that it comes from: check-schema.py FILE.

Ends with what differs: a core that runs with another schema answers, and finds nothing.
"""

import json
import sys
from xml.etree import ElementTree


def main(path: str) -> None:
    wanted = ElementTree.parse(path).getroot()
    found = json.load(sys.stdin)["schema"]

    def names(kind: str) -> set[str]:
        # Solr takes them in any case.
        return {element.get("name") for element in wanted.iter() if element.tag.lower() == kind.lower()}

    problems = []
    if found["name"] != wanted.get("name"):
        problems.append(f'its name is "{found["name"]}", not "{wanted.get("name")}"')
    for kind, key in (("field", "fields"), ("dynamicField", "dynamicFields"), ("fieldType", "fieldTypes")):
        differing = names(kind) ^ {entry["name"] for entry in found[key]}
        if differing:
            problems.append(f"its {key} differ in {', '.join(sorted(differing))}")
    if problems:
        sys.exit("; ".join(problems))


if __name__ == "__main__":
    main(*sys.argv[1:])
