"""Builds the reference again with another number of inserts, which is a constant of its source.

The sources are those beside the program.  They are read, changed and compiled in a temporary
folder; the user's own stay as they are.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ringscope.benchmarks.reference import Reference, ReferenceFailedError

CONSTANT = re.compile(r"^([ \t]*#define[ \t]+NUMBER_OF_INSERTS[ \t]+)\d+", re.MULTILINE)
FLAGS = ("-O2", "-std=c++11", "-w")
#: So long one file may take to compile, in seconds.
_PATIENCE = 180


def rebuild(program: Path, inserts: Sequence[int], folder: Path) -> list[Reference]:
    """Return the program built with -O2 once for each number of ``inserts``.

    Raises `ReferenceFailedError` if there are no sources, no compiler, or they do not agree.
    """
    compiler = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        raise ReferenceFailedError("there is no C++ compiler to build the reference with")
    home = program.parent
    sources = _sources(home)
    headers = [*home.glob("*.h"), *home.glob("*.hpp")]
    constant = [path for path in [*headers, *sources] if CONSTANT.search(_text(path))]
    if not sources or not constant:
        raise ReferenceFailedError(
            "its sources with NUMBER_OF_INSERTS and their Makefile are not beside the reference"
        )
    return [
        _build(compiler, number, [*sources, *headers], constant, folder / f"inserts-{number}")
        for number in inserts
    ]


def _sources(home: Path) -> list[Path]:
    """Return the sources that the Makefile beside the program names."""
    makefile = home / "Makefile"
    if not makefile.is_file():
        return []
    names = dict.fromkeys(re.findall(r"(\w+)\.(?:o|cpp)\b", _text(makefile)))
    return [home / f"{name}.cpp" for name in names if (home / f"{name}.cpp").is_file()]


def _build(
    compiler: str, inserts: int, files: Sequence[Path], constant: Sequence[Path], folder: Path
) -> Reference:
    folder.mkdir(parents=True)
    for path in files:
        (folder / path.name).write_bytes(path.read_bytes())
    for path in constant:
        changed = CONSTANT.sub(rf"\g<1>{inserts}", _text(path))
        (folder / path.name).write_text(changed, encoding="latin-1")
    units = [path.stem for path in files if path.suffix == ".cpp"]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(lambda unit: _call(folder, compiler, "-c", *FLAGS, f"{unit}.cpp"), units))
    _call(folder, compiler, "-o", "Application", *(f"{unit}.o" for unit in units))
    return Reference(folder / "Application", inserts)


def _call(folder: Path, *command: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise ReferenceFailedError("the reference took too long to compile") from None
    if done.returncode:
        said = (done.stderr.strip() or "no reason given").splitlines()[0]
        raise ReferenceFailedError(f"the reference could not be built: {said}")


def _text(path: Path) -> str:
    return path.read_text(encoding="latin-1")
