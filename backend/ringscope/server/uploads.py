"""Reads `.conf` files out of a request, in whichever of three ways they were sent."""

from pathlib import Path
from typing import NamedTuple, cast

import msgspec
from flask import Request
from werkzeug.datastructures import FileStorage

from ringscope.grading.log_grade import Rubric
from ringscope.server.problems import RefusedError, bad_request, read


class Conf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scenario in a JSON body."""

    name: str
    text: str


class Sent(NamedTuple):
    """An uploaded file; ``name``: with its folders, as far as a browser tells."""

    name: str
    file: FileStorage

    def save(self, path: Path) -> None:
        """Write it to a file."""
        self.file.save(path)


def sent_logs(request: Request) -> tuple[list[Sent], str | None, Rubric]:
    """Return the logs and zips of an upload, the scenario it names, and the rubric it asks for."""
    if request.mimetype != "multipart/form-data":
        raise _unsupported("Send logs or zips of them as multipart/form-data, in fields `log`.")
    unknown = sorted({*request.files} - {"log"} | {*request.form} - {"conf", "rubric"})
    if unknown:
        raise bad_request(
            f"there is no field {unknown[0][:40]!r}; logs and zips are files in fields `log`, and "
            "`conf` and `rubric` may stand beside them"
        )
    sent = [Sent(file.filename or "", file) for file in request.files.getlist("log")]
    if not sent:
        raise bad_request("no log was sent; send files in fields `log`")
    rubric = request.form.get("rubric", "both")
    return sent, request.form.get("conf") or None, cast(Rubric, rubric)


def uploads(request: Request, name: str | None = None) -> list[tuple[str, str]]:
    """Return name and text of every `.conf` sent; ``name`` is what plain text is called.

    Files come as multipart/form-data (any field), as text/plain, or as one JSON object.
    """
    kind = request.mimetype
    if kind == "multipart/form-data":
        sent = [file for field in request.files for file in request.files.getlist(field)]
        return [(stem(file.filename or ""), _text(file.read())) for file in sent]
    if kind == "text/plain":
        if not name:
            raise bad_request("plain text needs a name; add ?name=mine")
        return [(stem(name), _text(request.get_data()))]
    if kind == "application/json":
        conf = read(json_body(request), Conf)
        return [(stem(conf.name), conf.text)]
    raise _unsupported("Send a .conf as multipart/form-data, text/plain or application/json.")


def json_body(request: Request) -> object:
    """Return what the JSON body says; raises `RefusedError` if it is none."""
    if request.mimetype != "application/json":
        raise _unsupported("Send JSON, as Content-Type: application/json.")
    try:
        return msgspec.json.decode(request.get_data())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"the body is not JSON: {error}") from None


def _unsupported(detail: str) -> RefusedError:
    return RefusedError(415, "Unsupported Media Type", detail)


def stem(filename: str) -> str:
    """Return the name of a scenario in the file ``filename``."""
    return filename.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".conf")


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise bad_request("the .conf is not plain text in UTF-8") from None
