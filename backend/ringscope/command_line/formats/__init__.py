"""What ``grade-log`` can write; each module has ``write(grades, out)``.

Everything that comes from a log is hostile until it is escaped for the format it goes into.
"""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TextIO, cast

from ringscope.grading.log_grade import LogSetGrade

Write = Callable[[Iterable[LogSetGrade], TextIO], None]

_MODULES = {
    "text": "text",
    "json": "json_lines",
    "csv": "csv_table",
    "junit": "junit",
    "gradescope": "gradescope",
    "markdown": "markdown",
    "html": "html_page",
}
FORMATS = tuple(_MODULES)


def writer(name: str) -> Write:
    """Return the function that writes one of `FORMATS`."""
    return cast(Write, import_module(f"{__name__}.{_MODULES[name]}").write)
