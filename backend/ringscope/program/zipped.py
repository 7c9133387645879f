"""Submissions that were handed in as a zip."""

import zipfile
from pathlib import Path

from ringscope.grading.log_archive import Limits, zip_tree
from ringscope.grading.log_set import LogSetError
from ringscope.program.submissions import (
    MAX_BYTES,
    MAX_FILES,
    SubmissionError,
    submissions_inside,
)


def unpack(archive: Path, folder: Path, skeleton: Path | None) -> Path:
    """Unpack a submission into the new ``folder``; return where in it its files lie.

    Raises `SubmissionError` for a zip that holds none or several, or that is meant to harm.
    """
    limits = Limits(members=MAX_FILES, unpacked=MAX_BYTES)
    try:
        zip_tree(archive, archive.name, limits)  # which looks at every member's name and size
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
    except LogSetError as error:
        raise SubmissionError(f"cannot be unpacked: {error}") from None
    except (zipfile.BadZipFile, RuntimeError, ValueError, EOFError) as error:
        raise SubmissionError(f"cannot be unpacked: {error}") from None
    found = submissions_inside(folder, skeleton)
    if len(found) > 1:
        raise SubmissionError(
            f"holds {len(found)} submissions; unpack it and name the folder that it makes"
        )
    return found[0] if found else folder
