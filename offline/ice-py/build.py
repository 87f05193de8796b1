"""Builds a wheel of IcePy 3.6.5 from its unpacked source, with all processors, for the Python that runs this.

    build.py SOURCE_DIRECTORY OUTPUT_DIRECTORY

IcePy was last released for Python 3.7. Two things of it are no longer in Python 3.11's headers: `eval.h`, which it includes
and takes nothing from, and the field `frame` of a thread's state, which has a function in its place.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import setuptools  # noqa: F401  Before distutils, which it brings along.
from distutils.ccompiler import CCompiler
from distutils.core import run_setup

OLD_FRAME = "PyThreadState_GET()->frame"
NEW_FRAME = "PyThreadState_GetFrame(PyThreadState_Get())"


def adapt(source: Path) -> None:
    (source / "src" / "eval.h").touch()
    util = source / "src" / "Util.cpp"
    text = util.read_text(encoding="latin-1")
    if text.count(OLD_FRAME) != 1:
        sys.exit(f"{util} is not the source that this was written for")
    util.write_text(text.replace(OLD_FRAME, NEW_FRAME), encoding="latin-1")


def compile_side_by_side(self, sources, output_dir=None, macros=None, include_dirs=None, debug=0,
                         extra_preargs=None, extra_postargs=None, depends=None):  # fmt: skip
    """In place of the loop of distutils, which compiles one file after the other."""
    macros, objects, extra_postargs, preprocessor, build = self._setup_compile(
        output_dir, macros, include_dirs, sources, depends, extra_postargs
    )
    options = self._get_cc_args(preprocessor, debug, extra_preargs)

    def one(target: str) -> None:
        source, extension = build[target]
        self._compile(target, source, extension, options, extra_postargs, preprocessor)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, _ in enumerate(pool.map(one, objects), 1):
            if number % 20 == 0:
                print(f"compiled {number} of {len(objects)} files of IcePy", file=sys.stderr, flush=True)
    return objects


def main(source: Path, output: Path) -> None:
    adapt(source)
    CCompiler.compile = compile_side_by_side
    os.chdir(source)
    # Without debugging information, which is most of what Python's own flags would make.
    os.environ["CFLAGS"] = "-O2 -g0"
    os.environ["LDFLAGS"] = "-Wl,--strip-all"
    run_setup("setup.py", ["--quiet", "bdist_wheel", "--dist-dir", str(output.resolve())])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]).resolve())
