"""Compile the inner loops where a compiler is at hand; run the very same functions where not.

A kernel is an ordinary Python function over arrays and integers.  numba compiles it at its first
call and caches the machine code beside the source; without numba it runs as it is, only slower, so
there is one implementation of every rule.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

try:
    from numba import config, njit

    COMPILED = not getattr(config, "DISABLE_JIT", 0)
except ImportError:
    COMPILED = False


def uncompiled_notice() -> str | None:
    """Say in one sentence that kernels run uncompiled, None if they are compiled."""
    if COMPILED:
        return None
    return (
        "numba is missing or switched off, so nothing is compiled: the results are the same, but "
        "large groups take hundreds of times as long"
    )


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Return ``function``, compiled if possible."""
    if not COMPILED:
        return function
    compiled: Callable[P, R] = njit(cache=True, nogil=True)(function)
    return compiled
