"""Checks that a run is deterministic: does it twice and compares every byte.

The two runs are in processes of their own with different hash seeds, so that anything that depends
on the order of a set, on `hash`, on memory or on the clock shows itself.
"""

import os
import subprocess
import sys
import tempfile
from itertools import zip_longest
from pathlib import Path

import msgspec

FILES = ("events.jsonl", "dbg.log", "msgcount.log")
HASH_SEEDS = ("1", "2")
_SHOWN = 160


class ChildFailedError(RuntimeError):
    """One of the two runs did not come to its end; the text is what it said."""


def difference_between_two_runs(conf: Path, seed: int) -> str | None:
    """Run ``conf`` twice; return a sentence about the first difference, None if there is none."""
    with tempfile.TemporaryDirectory(prefix="ringscope-") as scratch:
        folders = [Path(scratch, f"hash-seed-{value}") for value in HASH_SEEDS]
        children = [
            _start(conf, seed, folder, value)
            for folder, value in zip(folders, HASH_SEEDS, strict=True)
        ]
        try:
            for child in children:
                _, complaint = child.communicate()
                if child.returncode != 0:
                    said = complaint.decode(errors="replace").strip().splitlines()
                    raise ChildFailedError(said[-1] if said else "no reason given")
        finally:
            for child in children:
                child.kill()
                child.wait()
        return first_difference(*(folder / conf.stem for folder in folders))


def first_difference(one: Path, other: Path) -> str | None:
    """Compare two folders of one run, the recordings first; None if they are equal."""
    for name in FILES:
        first, second = (one / name).read_bytes(), (other / name).read_bytes()
        if first != second:
            return _explain(name, first, second)
    return None


def _start(conf: Path, seed: int, folder: Path, hash_seed: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "ringscope.cli", "run"]
    return subprocess.Popen(
        [*command, "--seed", str(seed), "--out", str(folder), "--", str(conf)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _explain(name: str, first: bytes, second: bytes) -> str:
    lines = zip_longest(first.split(b"\n"), second.split(b"\n"), fillvalue=b"")
    for number, (one, other) in enumerate(lines, start=1):
        if one != other:
            what = _event(one) or _event(other) if name == "events.jsonl" else ""
            return (
                f"{name} differs first on line {number}{what}: "
                f"{_shown(one)} in one run, {_shown(other)} in the other"
            )
    return f"{name} differs"


def _event(line: bytes) -> str:
    """Name the event on a line of a recording, as in `` (ReplicaAnswered at tick 151)``."""
    try:
        event = msgspec.json.decode(line, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return f" ({event.get('event')} at tick {event.get('tick')})"


def _shown(line: bytes) -> str:
    text = line.decode(errors="replace")
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…") if text else "nothing"
