"""How much memory this process has needed, and how much the machine has."""

import os
import re
from pathlib import Path


def peak_memory() -> int:
    """Return the most bytes that this process has held in memory so far.

    Linux counts them anew for each program; `getrusage` there would start from what the process
    had that started us.
    """
    held = _field("/proc/self/status", "VmHWM")
    if held is not None:
        return held
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def free_memory() -> int:
    """Return the bytes that can be had without swapping, as far as the system tells."""
    available = _field("/proc/meminfo", "MemAvailable")
    return total_memory() // 2 if available is None else available


def total_memory() -> int:
    """Return the bytes of memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _field(file: str, name: str) -> int | None:
    try:
        found = re.search(rf"^{name}:\s+(\d+) kB", Path(file).read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None
