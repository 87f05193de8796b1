"""Writes the lock files of a product's Python packages: exact versions, and the hashes of the files that a guest may load.

    npm run lock -- omero-web

Reads `scripts/guest/<product>/lock.toml` and writes `requirements/<name>.txt` beside it, one file for each of its locks:

    pythons      the versions of Python that the guests have; one file serves them all
    left-out     packages that come from elsewhere, or are not used
    constraints  limits of versions, as pip writes them
    [locks]      name = what is to be installed
    sources      packages whose sources are pinned as well, in `<lock>-sources.txt`: for those who work on them
    [additions]  name = what can be installed besides; `<lock>-<name>.txt` has what that needs on top of each lock

A package that has no wheel for Linux with glibc is pinned as its source.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

WHEEL = re.compile(r"-(?P<python>[^-]+)-(?P<abi>[^-]+)-(any|[^-]*manylinux[^-]*(x86_64|aarch64))\.whl$")


class Product:
    def __init__(self, directory: Path) -> None:
        wanted = tomllib.loads((directory / "lock.toml").read_text())
        self.directory = directory / "requirements"
        self.pythons = [tuple(map(int, python.split("."))) for python in wanted["pythons"]]
        self.oldest = wanted["pythons"][0]
        self.left_out = wanted.get("left-out", [])
        self.constraints = wanted.get("constraints", [])
        self.sources = wanted.get("sources", [])
        self.locks = wanted["locks"]
        self.additions = wanted.get("additions", {})

    def write_all(self) -> None:
        self.directory.mkdir(exist_ok=True)
        for name, requirements in self.locks.items():
            base = self.resolve(requirements)
            self.write(name, base)
            if self.sources:
                self.write(f"{name}-sources", [{**package, "wheels": []} for package in base if package["name"] in self.sources])
            pins = [f"{package['name']}=={package['version']}" for package in base]
            known = {package["name"] for package in base}
            for addition, more in self.additions.items():
                on_top = [package for package in self.resolve(more + pins) if package["name"] not in known]
                self.write(f"{name}-{addition}", on_top)

    def resolve(self, requirements: list[str]) -> list[dict]:
        """All packages that the requirements need, with what the index says of their files."""
        inputs = {
            "in.txt": requirements,
            "constraints.txt": self.constraints,
            "overrides.txt": [f"{name} ; python_version < '0'" for name in self.left_out],
        }
        options = ["--python-version", self.oldest, "--python-platform", "x86_64-unknown-linux-gnu"]
        if len(self.pythons) > 1:
            options = ["--python-version", self.oldest, "--universal"]
        with tempfile.TemporaryDirectory() as scratch:
            for name, lines in inputs.items():
                (Path(scratch) / name).write_text("\n".join(lines) + "\n")
            command = ["uv", "pip", "compile", "--quiet", *options, "--output-file", "pylock.toml", "in.txt"]
            command += ["--constraint", "constraints.txt", "--override", "overrides.txt"]
            subprocess.run(command, cwd=scratch, check=True)
            return tomllib.loads((Path(scratch) / "pylock.toml").read_text())["packages"]

    def write(self, name: str, packages: list[dict]) -> None:
        (self.directory / f"{name}.txt").write_text("".join(map(self.pinned, packages)))

    def pinned(self, package: dict) -> str:
        files = [wheel for wheel in package.get("wheels", []) if self.fits(file_name(wheel))] or [package["sdist"]]
        hashes = sorted({f"--hash=sha256:{entry['hashes']['sha256']}" for entry in files})
        marker = package.get("marker", "")
        for_all = marker in ("", f"python_full_version >= '{self.oldest}'")
        first = f"{package['name']}=={package['version']}" + ("" if for_all else f" ; {marker}")
        return " \\\n    ".join([first, *hashes]) + "\n"

    def fits(self, name: str) -> bool:
        """Whether a wheel is for one of the Pythons, on Linux with glibc, or for any."""
        found = WHEEL.search(name)
        if not found:
            return False
        tags = found["python"].split(".")
        if found["abi"] == "abi3":
            return version_of(tags[0]) <= self.pythons[-1]
        return "py3" in tags or any(found["abi"] == tag and version_of(tag) in self.pythons for tag in tags)


def version_of(tag: str) -> tuple[int, ...]:
    """cp311 is (3, 11)."""
    digits = tag.removeprefix("cp")
    return (int(digits[0]), int(digits[1:] or 0)) if digits.isdigit() else ()


def file_name(entry: dict) -> str:
    return entry.get("name") or entry["url"].rsplit("/", 1)[1]


if __name__ == "__main__":
    Product(Path(__file__).parent / "guest" / sys.argv[1]).write_all()
