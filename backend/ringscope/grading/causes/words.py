"""How causes call things: peers, lines, and what grammar needs."""

from collections.abc import Iterable, Sequence

from ringscope.observers.debug_log import LogLine


def peers(numbers: Iterable[int], most: int = 5) -> str:
    """Return ``peer 4``, ``peers 4 and 5``, ``peers 1, 2, 3, 4, 5 and 2 more`` or ``nobody``."""
    known = sorted(set(numbers))
    if not known:
        return "nobody"
    return f"{'peer' if len(known) == 1 else 'peers'} {listed(known, most)}"


def listed(names: Iterable[object], most: int = 5) -> str:
    """Name a few things and count the others."""
    words = [str(name) for name in names]
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def at_lines(lines: Sequence[LogLine], most: int = 3) -> str:
    """Return ``(line 12)``, ``(lines 12 and 14)``, or nothing for none."""
    numbers = sorted({line.number for line in lines})
    if not numbers:
        return ""
    return f" ({'line' if len(numbers) == 1 else 'lines'} {listed(numbers, most)})"


def sentence(text: str) -> str:
    """Begin a sentence with a capital letter."""
    return text[:1].upper() + text[1:]


def have(number: int, one: str = "has", many: str = "have") -> str:
    """Return the verb for so many subjects."""
    return one if number == 1 else many


def quoted(line: LogLine) -> str:
    """Quote what a line says, without its head, in at most eighty characters."""
    text = line.text.strip().partition("] ")[2] or line.text.strip()
    return repr(text if len(text) <= 80 else text[:79] + "…")
