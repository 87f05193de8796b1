"""Sets options in an eoxserver.conf, and leaves every other line, comments too, as the operator has it.

    set-options.py FILE SECTION.KEY=VALUE...

A section's name may have dots in it, a key has none. Each line on standard output is a change.
"""

import os
import re
import sys


def set_option(lines: list[str], section: str, key: str, value: str) -> bool:
    wanted = f"{key}={value}"
    header = f"[{section}]"
    stripped = [line.strip() for line in lines]
    if header not in stripped:
        lines += ["", header, wanted]
        return True
    start = stripped.index(header) + 1
    end = next((number for number in range(start, len(lines)) if stripped[number].startswith("[")), len(lines))
    for number in range(start, end):
        if re.match(rf"{re.escape(key)}\s*[=:]", stripped[number]):
            found = lines[number] != wanted
            lines[number] = wanted
            return found
    lines.insert(start, wanted)
    return True


def main(path: str, options: list[str]) -> None:
    with open(path) as file:
        lines = file.read().splitlines()
    changes = []
    for option in options:
        name, value = option.split("=", 1)
        section, key = name.rsplit(".", 1)
        if set_option(lines, section, key, value):
            changes.append(f"{key} of {section} in {path} is {value}")
    if changes:
        with open(f"{path}.new", "w") as file:
            file.write("\n".join(lines) + "\n")
        os.chmod(f"{path}.new", os.stat(path).st_mode & 0o777)
        os.rename(f"{path}.new", path)
        print("\n".join(changes))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
